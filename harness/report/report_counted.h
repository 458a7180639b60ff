/* Tables of instructions and events per operation. */
#ifndef REPORT_REPORT_COUNTED_H
#define REPORT_REPORT_COUNTED_H

#include "base/output.h"
#include "figures/results.h"

/* Prints the instructions and events of the table whose cases begin at `first`, and why some could
 * not be counted; nothing if the run counts neither. The format is VTB_FORMAT_TABLE or
 * _MARKDOWN. */
void vtb_report_counted(FILE *out, const struct vtb_results *results,
                        const struct vtb_comparison *comparison, size_t first,
                        enum vtb_format format);

#endif
