/* The cases that were left out, in sentences. */
#ifndef REPORT_REPORT_SKIPS_H
#define REPORT_REPORT_SKIPS_H

#include <stdio.h>

#include "plan/plan.h"

/* Prints a line for each case that was left out, with the reason, in lines of at most `line_width`
 * characters; nothing if none was. */
void vtb_report_skips(FILE *out, const struct vtb_skips *skips, size_t line_width);

#endif
