/* From the latencies of sessions to figures: one table for each point and consumer. */
#ifndef FIGURES_LATENCIES_H
#define FIGURES_LATENCIES_H

#include "base/stats.h"
#include "figures/handovers.h"

/* What is told of the calls above p99.9: the share of each cause (vtb_tail_cause, in its order); of
 * the rest, those that were too short for a look at the thread (VTB_GAP_NS), what the idle control
 * has as well, and what is then left. They add up to 1. */
enum vtb_tail_share {
    VTB_TAIL_SHORT = VTB_TAIL_NONE,
    VTB_TAIL_IDLE,
    VTB_TAIL_UNKNOWN,
    VTB_TAIL_SHARES_N
};

/* The figures of one case. Where ends of an interval are of a figure by itself, they are the least
 * and the most of all sessions; those of a ratio hold for another run, as of times (pooled.h). What
 * is not known is NaN. */
struct vtb_latency_figures {
    const struct vtb_case *the_case; /* null: an idle control */
    size_t callers_n;
    uint64_t calls_n;
    double rate_achieved; /* calls a second, of all callers together */
    double late_share;    /* of the calls, that were due before their caller was free */
    double hit_rate;      /* that emerged; NaN where none does */
    /* Calls that suspended, and those of them not seen to their end (passes/latency.h). */
    double misses_n;
    double misses_unseen_n;
    struct vtb_interval ns[VTB_LATENCY_KINDS_N][VTB_LATENCY_QUANTILES_N];
    struct vtb_interval ratios[VTB_LATENCY_KINDS_N][VTB_LATENCY_QUANTILES_N]; /* to the baseline */
    double tail[VTB_TAIL_SHARES_N]; /* from the intended start; an idle control has no idle share */
    struct vtb_store_sums store;    /* of a store outside of the program */
    struct vtb_interval sustained;  /* calls a second, the median of all sessions */
    struct vtb_interval sustained_ratio;
};

struct vtb_latency_table {
    const struct vtb_point *point;
    enum vtb_consumer consumer;
    struct vtb_latencies latencies;
    size_t sessions_n;
    struct vtb_latency_figures *figures; /* owned; one for each unit of the latencies */
    struct vtb_handover_table handovers; /* owned; of the same units, or empty */
};

/* Gives the ratio of a unit's quantile of a kind, or of what it sustains if the kind is
 * VTB_LATENCY_KINDS_N, to that of another one, by pairs of each session, with its interval. */
struct vtb_interval vtb_latency_ratio(const struct vtb_latency_table *table, size_t unit,
                                      size_t base, enum vtb_latency_kind kind, size_t quantile);

/* Works the figures out from as many sessions as were run. `latencies` are borrowed. */
void vtb_latency_summarise(struct vtb_latency_table *table, const struct vtb_point *point,
                           enum vtb_consumer consumer, const struct vtb_latencies *latencies,
                           size_t sessions_n);

/* Adds the figures of the hand-overs of the same sessions, if any were timed; they are borrowed. */
void vtb_latency_add_handovers(struct vtb_latency_table *table,
                               const struct vtb_handovers *handovers);

/* Gives the idle control that has as many callers as a unit. */
size_t vtb_latency_idle_of(const struct vtb_latency_table *table, size_t unit);

void vtb_latency_table_free(struct vtb_latency_table *table);

#endif
