/* Instructions and events per operation. */
#ifndef REPORT_REPORT_COUNTED_H
#define REPORT_REPORT_COUNTED_H

#include "base/output.h"
#include "figures/results.h"

/* Of the cases of the table from `first` on, and what could not be counted and why; nothing if the
 * run counts neither. As VTB_FORMAT_TABLE or _MARKDOWN. */
void vtb_report_counted(FILE *out, const struct vtb_results *results,
                        const struct vtb_comparison *comparison, size_t first,
                        enum vtb_format format);

#endif
