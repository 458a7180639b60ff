/* A comparison as JSON, for programs. */
#ifndef GATE_COMPARE_JSON_H
#define GATE_COMPARE_JSON_H

#include <stdio.h>

#include "gate/compare.h"

/* Prints a comparison as one JSON object, with a line for each case. The caller checks the stream
 * for errors. */
void vtb_compare_json(FILE *out, const struct vtb_compared *compared);

#endif
