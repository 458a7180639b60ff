/*
 * The timing pass of one point and consumer: rounds of one epoch of every case, in the order of a
 * random cyclic Latin square, so that every case stands at every place equally often. Every epoch
 * starts at a random place of the schedule: were all epochs of a round to run the same calls, the
 * later ones would find their keys in the processor's cache. Where hits emerge, what a caller's
 * cache holds follows from the calls before: there all cases go through the keys in step.
 */
#ifndef PASSES_TIMING_H
#define PASSES_TIMING_H

#include "bench/fixture.h"

/* Raw times of a pass; of round r and case c at [r * cases_n + c], in ns per operation. */
struct vtb_samples {
    size_t rounds_n;
    size_t cases_n;
    size_t operations_n; /* of every epoch, and of each of its callers */
    size_t threads_n;    /* the most callers that a case has */
    double *real_ns;     /* owned */
    double *cpu_ns;      /* owned; of the first caller's thread */
    double *gc_ns;       /* owned; of the epoch's collections, see vtb_spread_collections */
    double *thread_ns;   /* owned; of caller t at [(r * cases_n + c) * threads_n + t]; null: one */
};

/* Rounds of a pass: what the plan says, or as many as its time has room for if one takes round_ns,
 * and enough for an interval. */
size_t vtb_rounds_of(const struct vtb_plan *plan, double round_ns);

/* Room for the times of so many rounds; on false there may be some of it, to be freed likewise. */
VTB_MUST_USE bool vtb_samples_make(struct vtb_samples *samples, const struct vtb_point *point,
                                   size_t rounds_n, struct vtb_error *error);

/* Operations of a case until it is in its steady state: that fill the in-flight window, and
 * more; or that a cache whose entries expire needs until they do not all expire at once. */
size_t vtb_timing_warm_up_n(const struct vtb_point *point);

/* Operations of each case of a pass that are not timed: to warm up, to calibrate, to check. */
size_t vtb_timing_untimed_n(const struct vtb_point *point);

/* Called after each round, outside what is measured. */
typedef void vtb_progress(void *context, size_t done_n, size_t rounds_n);

/*
 * What one point is timed on: a window, a state and a heap for each of its cases, all of which
 * serve one consumer after the other. Null, with *error set, if there is no memory; the caller
 * closes it, and null may be closed.
 */
struct vtb_bench;
struct vtb_bench *vtb_bench_open(const struct vtb_fixture *fixture, struct vtb_error *error);
void vtb_bench_close(struct vtb_bench *bench);

/* Measures. Fails if the checksums of the cases disagree at the end, or on an interrupt; the
 * samples are then empty. */
VTB_MUST_USE bool vtb_bench_run(struct vtb_bench *bench, const struct vtb_plan *plan,
                                enum vtb_consumer consumer, vtb_progress *progress, void *context,
                                struct vtb_samples *samples, struct vtb_error *error);

/* The same on a bench of its own. */
VTB_MUST_USE bool vtb_timing_run(struct vtb_fixture *fixture, const struct vtb_plan *plan,
                                 enum vtb_consumer consumer, vtb_progress *progress, void *context,
                                 struct vtb_samples *samples, struct vtb_error *error);

void vtb_samples_free(struct vtb_samples *samples);

/*
 * Collections are rare and dear: an epoch may have one or none, so that the median of the epochs
 * would not have any of their cost, or all of it. Every real time is therefore made that of its
 * epoch outside of collections, and what those took in all rounds of the case, per operation.
 * Processor times stay as they were read.
 */
void vtb_spread_collections(struct vtb_samples *samples);

/* Writes the order of round `round`: n cases, shuffled anew every n rounds, shifted by one place
 * from round to round. Rounds must be asked for in their order; `order` keeps the last one. */
struct vtb_random;
void vtb_latin_square(struct vtb_random *random, size_t *order, size_t n, size_t round);

#endif
