/*
 * The timing pass of one point and consumer. A round times one epoch of every case. Random cyclic
 * Latin squares give the order, so that every case stands at every place of it equally often. Every
 * epoch starts at a random place of the schedule: if all epochs of a round ran the same calls, the
 * later ones would find their keys in the processor's cache. If hits emerge, the content of a
 * caller's cache depends on all calls before, so all cases go through the keys in step.
 */
#ifndef PASSES_TIMING_H
#define PASSES_TIMING_H

#include "bench/fixture.h"

/* The raw times of a pass, in ns per operation. Those of round r and case c are at
 * [r * cases_n + c]. */
struct vtb_samples {
    size_t rounds_n;
    size_t cases_n;
    size_t operations_n; /* of every epoch, and of each of its callers */
    size_t threads_n;    /* the most callers that a case has */
    double *real_ns;     /* owned */
    double *cpu_ns;      /* owned; of the first caller's thread */
    double *gc_ns;       /* owned; of the epoch's collections, see vtb_spread_collections */
    double *faults_n;    /* owned; page faults of a cold start; null: these are no cold starts */
    /* Owned; for case c at [c]: the processor time of its completing thread while it answers, in ns
     * per operation. Null: callers complete their own. */
    double *completer_ns;
    /* Owned; caller t at [(r * cases_n + c) * threads_n + t]. Null: no case has several callers. */
    double *thread_ns;
};

/* Gives the number of rounds of a pass: the plan's, or if the plan says how long to measure, as
 * many as fit when one takes round_ns, but enough for an interval. */
size_t vtb_rounds_of(const struct vtb_plan *plan, double round_ns);

/* Makes room for the times of so many rounds. The caller frees it with vtb_samples_free, also on
 * false, when *error says that there is no memory. */
VTB_MUST_USE bool vtb_samples_make(struct vtb_samples *samples, const struct vtb_point *point,
                                   size_t rounds_n, struct vtb_error *error);

/* Gives the number of operations that bring a case into its steady state: they fill the in-flight
 * window, and more; or, if entries of a cache expire, they go on until not all of them expire at
 * the same time. */
size_t vtb_timing_warm_up_n(const struct vtb_point *point);

/* Gives the number of operations of each case that a pass runs without timing them: to warm up, to
 * calibrate and to check. */
size_t vtb_timing_untimed_n(const struct vtb_point *point);

/* Called after each round, outside of the measured regions. */
typedef void vtb_progress(void *context, size_t done_n, size_t rounds_n);

/*
 * A bench, on which one point is timed: a window, a state and a heap for each case, used by one
 * consumer after the other. The fixture must outlive it, and the caller closes it with
 * vtb_bench_close, which accepts null. Null, with *error set, if there is no memory, heap or thread
 * to be had.
 */
struct vtb_bench;
struct vtb_bench *vtb_bench_open(const struct vtb_fixture *fixture, struct vtb_error *error);
void vtb_bench_close(struct vtb_bench *bench);

/* Times all cases for one consumer. The caller frees *samples with vtb_samples_free. On false
 * *error says that there is no memory, that the checksums of the cases disagree, or that there was
 * an interrupt; *samples is then empty. */
VTB_MUST_USE bool vtb_bench_run(struct vtb_bench *bench, const struct vtb_plan *plan,
                                enum vtb_consumer consumer, vtb_progress *progress, void *context,
                                struct vtb_samples *samples, struct vtb_error *error);

/* Times as vtb_bench_run does, on a bench that is opened and closed for it. */
VTB_MUST_USE bool vtb_timing_run(struct vtb_fixture *fixture, const struct vtb_plan *plan,
                                 enum vtb_consumer consumer, vtb_progress *progress, void *context,
                                 struct vtb_samples *samples, struct vtb_error *error);

/* Frees the times, and leaves *samples empty. */
void vtb_samples_free(struct vtb_samples *samples);

/*
 * Spreads the cost of collections evenly over the rounds of a case. Collections are rare and
 * expensive: an epoch may have one or none, so that the median of the epochs would contain none of
 * their cost, or too much of it. Every real time becomes the epoch's time outside of collections,
 * plus the mean time of collections per operation over all rounds. Processor times stay as they
 * were read.
 */
void vtb_spread_collections(struct vtb_samples *samples);

/* Writes to `order` the order of n > 0 cases in round `round`: shuffled anew every n rounds, and
 * shifted by one place from round to round. Rounds must be asked for one after the other, from 0
 * on, and `order` must still hold the order of the round before. */
struct vtb_random;
void vtb_latin_square(struct vtb_random *random, size_t *order, size_t n, size_t round);

#endif
