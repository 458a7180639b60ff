/* What to take for one method, in sentences or as JSON: figures/advice.h, written. */
#ifndef REPORT_REPORT_ADVICE_H
#define REPORT_REPORT_ADVICE_H

#include "base/look.h"
#include "base/output.h"
#include "figures/results.h"

/* Prints the advice that follows from a struct vtb_results, whose options say what was asked: as
 * VTB_FORMAT_TABLE, _MARKDOWN or _JSON. */
vtb_print vtb_report_advice;

/* Likewise, as sentences in lines of the look's width: VTB_FORMAT_TABLE or _MARKDOWN. */
void vtb_report_advice_lines(FILE *out, const struct vtb_results *results,
                             const struct vtb_look *look, enum vtb_format format);

#endif
