/* The first screen of a run: the answer to what it was asked, one table, and where to see more.
 * Figures and verdicts are those of figures/answer.h and of the comparisons; a sentence says no
 * more than they do. */
#ifndef REPORT_REPORT_ANSWER_H
#define REPORT_REPORT_ANSWER_H

#include <jansson.h>

#include "base/look.h"
#include "base/output.h"
#include "figures/results.h"

/* Prints it as VTB_FORMAT_TABLE, in lines of the look's width, or as _MARKDOWN. */
void vtb_report_answer(FILE *out, const struct vtb_results *results, const struct vtb_look *look,
                       enum vtb_format format);

/* Gives its lines without the table: a list of {label, text}, or {text} over the whole width; empty
 * where nothing was finished. The caller's reference. */
json_t *vtb_report_answer_json(const struct vtb_results *results);

#endif
