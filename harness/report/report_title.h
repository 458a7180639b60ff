/* The lines above a table, which say about which calls it is, and under which conditions. */
#ifndef REPORT_REPORT_TITLE_H
#define REPORT_REPORT_TITLE_H

#include <stdio.h>

#include "figures/summary.h"

/* Appends what of a point is the same for all of its cases and not as usual: its store, who
 * completes, how the method is called, the table; each behind a comma. */
void vtb_append_surroundings(char *text, size_t text_bytes, const struct vtb_point *point);

/* Appends the conditions of a point that are not told where they have their usual values, each
 * behind a comma. */
void vtb_append_conditions(char *text, size_t text_bytes, const struct vtb_point *point,
                           const struct vtb_case *the_case);

/* Prints, for the table whose cases begin at `first`, a line that tells it from other tables, and a
 * line with the conditions, of which those that are not the default are in full. Both are
 * wrapped. */
void vtb_report_title(FILE *out, const struct vtb_comparison *comparison, size_t first);

#endif
