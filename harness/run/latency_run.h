/* A run of an open loop: from a plan to its tables, session by session. For one thread. */
#ifndef RUN_LATENCY_RUN_H
#define RUN_LATENCY_RUN_H

#include "figures/latencies.h"
#include "figures/results.h"

/* The caller sets the first four fields, and in the results what is said about the run. */
struct vtb_latency_run {
    const struct vtb_options *options;
    const struct vtb_plan *plan;
    void (*keep)(
        void *context); /* called when there are tables of a part; null: they are not kept */
    void *context;
    struct vtb_results results;
    struct vtb_latency_table *tables; /* owned: one for each point and consumer */
    size_t tables_n;
};

/* Whether hand-overs are timed, too: those of a completing thread, without a store, at a rate. */
bool vtb_latency_hands_over(const struct vtb_options *options);

/* Makes the plan of options that have a rate: that of `run`, with an open loop. On false *error
 * says why not. */
VTB_MUST_USE bool vtb_latency_plan(struct vtb_plan *plan, const struct vtb_options *options,
                                   struct vtb_error *error);

/* Runs all sessions of a plan that was prepared, and makes its tables. After one was finished any
 * end before its time is an interrupt (results.interrupted), be it that a load is not sustained;
 * but not that figures are wrong. On false *error says what failed. Close it in any case. */
VTB_MUST_USE bool vtb_latency_measure(struct vtb_latency_run *run, struct vtb_error *error);

/* Frees the tables and the results, and leaves none. */
void vtb_latency_run_close(struct vtb_latency_run *run);

#endif
