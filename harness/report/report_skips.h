/* Cases that could not be, in sentences. */
#ifndef REPORT_REPORT_SKIPS_H
#define REPORT_REPORT_SKIPS_H

#include <stdio.h>

#include "plan/plan.h"

/* A line for each that was left out, with the reason; nothing if nothing was. */
void vtb_report_skips(FILE *out, const struct vtb_skips *skips);

#endif
