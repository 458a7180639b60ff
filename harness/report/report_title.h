/* The lines above a table: which calls it is of, and under what conditions. */
#ifndef REPORT_REPORT_TITLE_H
#define REPORT_REPORT_TITLE_H

#include <stdio.h>

#include "figures/summary.h"

/* A line with what tells the table from others, and one with the conditions, those in full that are
 * not what they are by default; each wrapped. Of the table from `first` on. */
void vtb_report_title(FILE *out, const struct vtb_comparison *comparison, size_t first);

#endif
