/* From samples and counts to figures: one table for each point and consumer. */
#ifndef FIGURES_SUMMARY_H
#define FIGURES_SUMMARY_H

#include "base/stats.h"
#include "passes/events.h"
#include "passes/pressure.h"
#include "passes/timing.h"

enum vtb_verdict {
    VTB_VERDICT_NONE,      /* the baseline itself, or a table without times */
    VTB_VERDICT_DIFFERENT, /* from the baseline, at 99 % over the whole table */
    VTB_VERDICT_SAME,      /* within VTB_SAME_MARGIN */
    VTB_VERDICT_UNKNOWN,   /* not known yet: more rounds would tell */
};

/* Ratios this near to 1 count as the same. */
#define VTB_SAME_MARGIN 0.02

extern const char *const vtb_verdict_words[];

/* The figures of one case. Those that need times are set only if the table is timed. */
struct vtb_figures {
    const struct vtb_case *the_case;
    struct vtb_counted counted;
    struct vtb_pressure pressure;
    struct vtb_interval ns;         /* per operation */
    struct vtb_interval ratio;      /* to the baseline, of paired rounds */
    struct vtb_interval over_floor; /* ns per operation beyond the floor, of paired rounds */
    struct vtb_interval over_base;  /* ns beyond the case that it is a variation of */
    struct vtb_interval scaling;    /* throughput over that of one caller, of paired rounds */
    double *caller_ns;              /* medians, one for each caller; null: no case has several */
    double completer_ns;            /* processor time of a completing thread; NaN: there is none */
    double page_faults;             /* of a cold start, their median; else NaN */
    double instructions;            /* per operation; NaN: not counted */
    struct vtb_event_counts events;
    double mde; /* the smallest relative difference that this interval shows */
    enum vtb_verdict verdict;
    /* Within noise of the empty loop: the compiler left the work out, the case is not fast. */
    bool optimised_away;
};

struct vtb_comparison {
    const struct vtb_point *point;
    enum vtb_consumer consumer;
    bool timed;
    struct vtb_samples samples;  /* owned */
    double *caller_ns;           /* owned; memory for the figures */
    struct vtb_figures *figures; /* owned; one for each case, in the point's order */
};

/* Works out the figures of all cases from `samples`, which are taken over (empty if no time was
 * measured), and from `counted`, which has one element for each case. On false *error says why. */
VTB_MUST_USE bool vtb_summarise(struct vtb_comparison *comparison, const struct vtb_point *point,
                                enum vtb_consumer consumer, struct vtb_samples samples,
                                const struct vtb_counted *counted, struct vtb_error *error);

/* Adds the results of the pressure pass to the figures; one for each case. */
void vtb_add_pressure(struct vtb_comparison *comparison, const struct vtb_pressure *pressures);

/* Gives the processor time of an operation in a steady state: that of its caller, who is taken to
 * work all the time, and that of a completing thread. NaN if what was timed is a cold start. */
double vtb_cpu_ns_per_op(const struct vtb_comparison *comparison,
                         const struct vtb_figures *figures);

void vtb_comparison_free(struct vtb_comparison *comparison);

/* Divides a total by the number of operations. */
double vtb_per_op(const struct vtb_counted *counted, uint64_t total);

/* Give what an operation allocates once all that serves again is there: bytes, and allocations. */
double vtb_steady_bytes_per_op(const struct vtb_counted *counted);
double vtb_steady_allocs_per_op(const struct vtb_counted *counted);

#endif
