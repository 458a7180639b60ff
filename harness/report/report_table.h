/* The table of a comparison's cases: times, bytes and allocations, a line for each case. */
#ifndef REPORT_REPORT_TABLE_H
#define REPORT_REPORT_TABLE_H

#include "base/output.h"
#include "figures/summary.h"

/* Prints the table whose cases begin at `first`, as VTB_FORMAT_TABLE, at most 100 columns wide, or
 * _MARKDOWN. */
void vtb_report_cases(FILE *out, const struct vtb_comparison *comparison, size_t first,
                      enum vtb_format format);

#endif
