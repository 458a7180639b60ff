/* From samples and counts to figures: one table for each point and consumer. */
#ifndef FIGURES_SUMMARY_H
#define FIGURES_SUMMARY_H

#include "base/stats.h"
#include "figures/pooled.h"
#include "figures/states.h"
#include "passes/events.h"
#include "passes/pressure.h"
#include "passes/timing.h"

/* If an interval reaches farther than this share, the sessions disagree. */
#define VTB_DISAGREE_MARGIN 0.1

/* What collections cost an operation: their exact number times the mean processor time of a
 * pause. */
struct vtb_collection_cost {
    double ns;
    double variance; /* of `ns`, as the mean is of few pauses */
    bool is_unknown; /* it collects, but not one pause was seen */
};

/* The figures of one case. Those that need times are set only if the table is timed. An interval
 * holds for another run; its ends are NaN if there are too few sessions for that. */
struct vtb_figures {
    const struct vtb_case *the_case;
    struct vtb_counted counted;
    struct vtb_pressure pressure;
    /* Per operation, in the table's state: the median of the sessions' medians, the least and the
     * largest of them. No interval: this machine's speed differs from run to run. */
    struct vtb_interval ns;
    struct vtb_interval ratio;      /* to the baseline, of paired rounds */
    struct vtb_pooled log_ratio;    /* what that is made of */
    struct vtb_interval busy_ratio; /* beside a busy sibling; NaN: too little of it was seen */
    double quiet_share;             /* of its epochs; NaN: not told apart */
    struct vtb_interval over_floor; /* ns beyond the floor, at the speed of the baseline's `ns` */
    struct vtb_interval over_base;  /* likewise beyond the case that it is a variation of */
    struct vtb_interval scaling;    /* throughput over that of one caller */
    double *caller_ns;              /* medians, one for each caller; null: no case has several */
    struct vtb_collection_cost collections;
    double completer_ns; /* processor time of a completing thread; NaN: there is none */
    /* Of a case that asks a store outside of the program; NaN elsewhere: the share of its time that
     * the hand-over makes, which is what it takes beyond the floor where an array is the store; and
     * that share less than the baseline's, as a share of the baseline's time. */
    struct vtb_interval handover_share;
    struct vtb_interval handover_saved;
    /* Of all sessions; quantiles are the medians of theirs, NaN where nothing was asked. */
    struct vtb_store_sums store;
    double page_faults;  /* of a cold start, their median; else NaN */
    double instructions; /* per operation; NaN: not counted */
    struct vtb_event_counts events;
    double mde; /* the difference from the baseline that would be seen in 90 % of runs */
    enum vtb_verdict verdict;
    bool disagree; /* the interval of the ratio is wider than VTB_DISAGREE_MARGIN */
    /* Not told from the empty loop: the compiler left the work out, the case is not fast. */
    bool optimised_away;
};

struct vtb_comparison {
    const struct vtb_point *point;
    enum vtb_consumer consumer;
    bool timed;
    enum vtb_state state;        /* of the machine, in which its figures hold */
    double timed_hit_rate;       /* NaN: that of the calls that were counted */
    struct vtb_samples samples;  /* owned, if they own their memory */
    double *caller_ns;           /* owned; memory for the figures */
    struct vtb_figures *figures; /* owned; one for each case, in the point's order */
};

/* What the passes before the timing found of a point, one of each for every case. */
struct vtb_found {
    const struct vtb_counted *counted;
    const struct vtb_pressure *pressures; /* null: none was measured */
    /* What collections cost, where it is known already; null: it follows from pauses. */
    const struct vtb_collection_cost *collections;
};

/* Gives the median of a case's numbers, of which there are n, each with those of the other cases
 * beside it; NaN if `numbers` is null. */
double vtb_median_of_case(const double *numbers, size_t n, size_t cases_n, size_t own);

/* Works out the figures of all cases from `samples`, which are taken over (empty if no time was
 * measured), and from what was found before. `quiet_ns` is the probe's level, vtb_quiet_level. On
 * false *error says why. */
VTB_MUST_USE bool vtb_summarise(struct vtb_comparison *comparison, const struct vtb_point *point,
                                enum vtb_consumer consumer, struct vtb_samples samples,
                                double quiet_ns, const struct vtb_found *found,
                                struct vtb_error *error);

/* Pools the paired rounds of a case and another one, in a state: the logarithm of the ratio of
 * their times. */
struct vtb_pooled vtb_pool_log_ratio(const struct vtb_comparison *comparison, size_t own,
                                     size_t other, enum vtb_state state, double quiet_ns);

/* Gives each session's value of the logarithm of that ratio, of the rounds in which both were in a
 * state: `values` has room for all sessions. The median of one with too few rounds is NaN. */
void vtb_session_log_ratios(const struct vtb_comparison *comparison, size_t own, size_t other,
                            enum vtb_state state, double quiet_ns,
                            struct vtb_session_value *values);

/* Gives the variance that the logarithm of a case's time has from its few collections; NaN if what
 * they cost is not known. */
double vtb_collections_variance(const struct vtb_figures *figures);

/* Whether the interval of a ratio is wider than VTB_DISAGREE_MARGIN. */
bool vtb_disagrees(const struct vtb_interval *ratio);

/* Gives the processor time of an operation in a steady state: that of its caller, who is taken to
 * work all the time, and that of a completing thread. NaN if what was timed is a cold start. */
double vtb_cpu_ns_per_op(const struct vtb_comparison *comparison,
                         const struct vtb_figures *figures);

void vtb_comparison_free(struct vtb_comparison *comparison);

/* Divides a total by the number of operations. */
double vtb_per_op(const struct vtb_counted *counted, uint64_t total);

/* Likewise, of a total that guests do not tell: NaN of one. */
double vtb_cells_per_op(const struct vtb_counted *counted, uint64_t total);

/* Give what an operation allocates once all that serves again is there: bytes, and allocations,
 * which are NaN where they are not known. */
double vtb_steady_bytes_per_op(const struct vtb_counted *counted);
double vtb_steady_allocs_per_op(const struct vtb_counted *counted);

#endif
