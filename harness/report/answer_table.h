/* The one table of the first screen: of a run of one point its strategies, the fastest first, with
 * all heaps side by side; of several points a line for each, of the strategy that is asked
 * about. */
#ifndef REPORT_ANSWER_TABLE_H
#define REPORT_ANSWER_TABLE_H

#include "base/look.h"
#include "base/output.h"
#include "figures/answer.h"
#include "figures/results.h"

/* Prints it with a legend below, as VTB_FORMAT_TABLE, no wider than the look, or as _MARKDOWN. The
 * answer is that of vtb_answer_make_first. */
void vtb_answer_table(FILE *out, const struct vtb_results *results, const struct vtb_answer *answer,
                      const struct vtb_look *look, enum vtb_format format);

#endif
