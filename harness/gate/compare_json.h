/* A comparison, for programs. */
#ifndef GATE_COMPARE_JSON_H
#define GATE_COMPARE_JSON_H

#include <stdio.h>

#include "gate/compare.h"

/* One JSON object, with a line for each case. */
void vtb_compare_json(FILE *out, const struct vtb_compared *compared);

#endif
