/* The table of a comparison's cases: times, bytes and allocations, a line a case. */
#ifndef REPORT_REPORT_TABLE_H
#define REPORT_REPORT_TABLE_H

#include "base/output.h"
#include "figures/summary.h"

/* Of the table from `first` on, as VTB_FORMAT_TABLE, of at most 100 columns, or _MARKDOWN. */
void vtb_report_cases(FILE *out, const struct vtb_comparison *comparison, size_t first,
                      enum vtb_format format);

#endif
