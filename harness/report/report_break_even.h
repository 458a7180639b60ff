/* Break-evens, for people. */
#ifndef REPORT_REPORT_BREAK_EVEN_H
#define REPORT_REPORT_BREAK_EVEN_H

#include "base/output.h"
#include "figures/break_even.h"

/* For each parameter and table what of it each strategy needs to be faster, to be worth it, and to
 * allocate less, in tables of at most 100 columns, as VTB_FORMAT_TABLE, or _MARKDOWN, with a
 * sentence each. Nothing if there is none. */
void vtb_report_break_evens(FILE *out, const struct vtb_break_evens *all, enum vtb_format format);

#endif
