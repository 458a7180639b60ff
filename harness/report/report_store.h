/* What a store outside of the program was like, and how much of an operation's time the hand-over
 * makes beside it. */
#ifndef REPORT_REPORT_STORE_H
#define REPORT_REPORT_STORE_H

#include "report/answer_lines.h"
#include "report/report_latency.h"

/* Prints a line of an answer for each gain of a comparison with such a store, or nothing. */
void vtb_answer_store(const struct vtb_answer_lines *lines, const struct vtb_answer *answer);

/* Likewise, for each gain of the first answer of a run of several points: the least and the most of
 * what can be saved, and where. */
void vtb_answer_stores(const struct vtb_answer_lines *lines, const struct vtb_results *results,
                       const struct vtb_answer *first);

/* Prints a paragraph on the cases of a table, from first to end - 1, as they print: wrapped by the
 * caller. */
void vtb_report_store(FILE *out, const struct vtb_comparison *comparison, size_t first, size_t end);

/* Writes what a run's store said where it failed, and how many operations failed by that: a line
 * without its end. False: it did not fail. */
bool vtb_store_failure_text(char text[VTB_ANSWER_TEXT_BYTES], const struct vtb_results *results);

/* The same of an open loop; and a sentence on the store's own latency, which is appended if there
 * is such a store. */
bool vtb_loop_store_failure_text(char text[VTB_ANSWER_TEXT_BYTES],
                                 const struct vtb_latency_report *report);
void vtb_append_loop_store(char *text, size_t text_bytes, const struct vtb_latency_report *report);

#endif
