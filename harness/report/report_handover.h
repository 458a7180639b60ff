/* The hand-overs of a run, as parts of the report of its latencies (report_latency.h). */
#ifndef REPORT_REPORT_HANDOVER_H
#define REPORT_REPORT_HANDOVER_H

#include <stdio.h>

#include "base/output.h"
#include "report/latency_parts.h"

/* What keys and names of files begin with, by enum vtb_handover_kind. */
extern const char *const vtb_handover_kind_words[VTB_HANDOVER_KINDS_N];

/* Adds the figures of a unit to those of its latencies. */
void vtb_handover_count(struct vtb_latency_counters *counters,
                        const struct vtb_handover_table *table,
                        const struct vtb_handover_figures *figures);

/* Puts what a session has of a unit into its row. */
void vtb_handover_put_session(json_t *row, const struct vtb_handover_table *table, size_t session,
                              size_t unit);

/* Prints the tables of cases of one heap, method and number of callers, from `first` up to `end`
 * among those of a table of which hand-overs were timed, with callers that wait so, and what they
 * mean. */
void vtb_handover_print(FILE *out, const struct vtb_latency_table *table, size_t first, size_t end,
                        enum vtb_wake wake, enum vtb_format format);

#endif
