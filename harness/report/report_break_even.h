/* Break-evens as tables and sentences, for people. */
#ifndef REPORT_REPORT_BREAK_EVEN_H
#define REPORT_REPORT_BREAK_EVEN_H

#include "base/output.h"
#include "figures/break_even.h"

/* Prints, for each parameter and table, the values of the parameter for which each strategy is
 * faster, saves enough, and allocates less. Tables are at most 100 columns wide, and have a
 * sentence each; the format is VTB_FORMAT_TABLE or _MARKDOWN. Prints nothing if there is no
 * break-even. */
void vtb_report_break_evens(FILE *out, const struct vtb_break_evens *all, enum vtb_format format);

#endif
