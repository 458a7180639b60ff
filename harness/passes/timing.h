/*
 * The timing pass of one point and consumer, in one session: one process, which has drawn keys,
 * orders and places of its own. A round times one short epoch of every case. Random cyclic Latin
 * squares give the order, so that every case stands at every place of it equally often; guests'
 * cases have one of their own, behind the cells'. Every epoch starts at a random place of the
 * schedule: if all epochs of a round ran the same calls, the later ones would find their keys in
 * the processor's cache. If hits emerge, the content of a caller's cache depends on all calls
 * before, so all cases go through the keys in step.
 */
#ifndef PASSES_TIMING_H
#define PASSES_TIMING_H

#include "bench/outside.h"

/* The pauses of a case's heap in a session, by the processor time of the thread that collects. */
struct vtb_pause_sums {
    double n;
    double cpu_ns;
    double cpu_ns2; /* the sum of squares */
};

/* The raw times of a table, in ns per operation. Where those of a session, round and case are,
 * vtb_samples_at says. */
struct vtb_samples {
    size_t sessions_n;
    size_t rounds_n; /* of each session */
    size_t cases_n;
    size_t operations_n; /* of every cell's epoch, and of each of its callers */
    size_t threads_n;    /* the most callers that a case has */
    double *real_ns;
    double *cpu_ns; /* of the first caller's thread */
    double *gc_ns;  /* of the epoch's collections */
    /* What the probe of the machine's state took before an epoch and after it, in ns; 0: the probe
     * would only have seen the case's own threads. */
    double *probe_before_ns;
    double *probe_after_ns;
    double *faults_n; /* page faults of a cold start; null: these are no cold starts */
    /* The share of a session's calls in timed rounds that hit, where hits emerge. Null: what is
     * timed hits as often as what is counted. */
    double *hit_rates;
    /* The processor time of the completing thread of session s and case c while it answers, in ns
     * per operation, at [s * cases_n + c]. Null: callers complete their own. */
    double *completer_ns;
    /* Caller t at [place of the case * threads_n + t]. Null: no case has several callers. */
    double *thread_ns;
    /* Of a point with a store outside of the program, else null: the time, outside of collections,
     * that a case of one caller takes in the same round with the array in the store's place, where
     * the caller completes its own operations (NaN: it has several callers); and what the store was
     * asked, of session s and case c as above. */
    double *simulated_ns;
    struct vtb_store_sums *stores;
    struct vtb_pause_sums *pauses; /* of session s and case c at [s * cases_n + c] */
    void *memory;                  /* owned, of all of these; null: it is another's */
    size_t memory_bytes;
};

/* Gives the place of a time in the arrays of times. */
static inline size_t vtb_samples_at(const struct vtb_samples *samples, size_t session, size_t round,
                                    size_t of_case)
{
    return (session * samples->rounds_n + round) * samples->cases_n + of_case;
}

/* Gives the operations of an epoch of a case, a cell's or a guest's. */
size_t vtb_samples_epoch_n(const struct vtb_samples *samples, const struct vtb_case *the_case);

/* How a session is to measure a table. */
struct vtb_effort {
    size_t rounds_n;
    double epoch_ns;     /* the time that an epoch of the median case is to take */
    size_t operations_n; /* of an epoch; 0: as many as take epoch_ns */
};

/* Gives the bytes that the samples of a point take. */
size_t vtb_samples_bytes(const struct vtb_point *point, size_t sessions_n, size_t rounds_n);

/* Makes samples in memory of vtb_samples_bytes that is all zeros, or has samples made so, and stays
 * another's. */
void vtb_samples_place(struct vtb_samples *samples, const struct vtb_point *point,
                       size_t sessions_n, size_t rounds_n, void *memory);

/* Makes room for samples. The caller frees it with vtb_samples_free. On false *error says that
 * there is no memory. */
VTB_MUST_USE bool vtb_samples_make(struct vtb_samples *samples, const struct vtb_point *point,
                                   size_t sessions_n, size_t rounds_n, struct vtb_error *error);

/* Has samples be those of some cases alone, a point's, whose places in them are given: a copy, in
 * memory of its own. On false *error says that there is no memory. */
VTB_MUST_USE bool vtb_samples_keep(struct vtb_samples *samples, const struct vtb_point *point,
                                   const size_t *places, struct vtb_error *error);

/* Gives one session's part of the samples, which borrows their memory. */
struct vtb_samples vtb_samples_of_session(const struct vtb_samples *samples, size_t session);

/* Operations before each epoch that are not timed: a case finds the caches and predictors as the
 * case before it left them, which does not happen to a program that goes on with its own work. */
#define VTB_BEFORE_EPOCH_N 500

/* Gives the number of operations that bring a case into its steady state: they fill the in-flight
 * window, and more; or, if entries of a cache expire, they go on until not all of them expire at
 * the same time. */
size_t vtb_timing_warm_up_n(const struct vtb_point *point);

/* Gives the number of operations of each caller that vtb_bench_warm_up makes. */
size_t vtb_bench_warmed_n(const struct vtb_point *point);

/* Gives the number of operations of each case that a pass runs without timing them: to warm up, to
 * calibrate and to check. */
size_t vtb_timing_untimed_n(const struct vtb_point *point);

/*
 * A bench, on which one point is timed: a window, a state and a heap for each case, used by one
 * consumer after the other. The fixture must outlive it, and the caller closes it with
 * vtb_bench_close, which accepts null. Guests, in the plan's order, run the cases that are theirs;
 * null: there are none. They are left open, but for those that are lost. Null is given, with *error
 * set, if there is no memory, heap or thread to be had.
 */
struct vtb_bench;
struct vtb_stand_in;
struct vtb_bench *vtb_bench_open(const struct vtb_fixture *fixture, struct vtb_stand_in *guests,
                                 struct vtb_error *error);
void vtb_bench_close(struct vtb_bench *bench);

/* Gives the operations of an epoch that are timed, where epoch_n would be enough for one thread:
 * more, if threads have to meet, or windows are empty at its ends. */
double vtb_timing_epoch_n(const struct vtb_point *point, double epoch_n);

/* Chooses the consumer of the cells' cases, and brings them into their steady state. On false
 * *error says that there was an interrupt, or no memory. */
VTB_MUST_USE bool vtb_bench_warm_up(struct vtb_bench *bench, const struct vtb_effort *effort,
                                    enum vtb_consumer consumer, struct vtb_error *error);

/* Gives what runs a case of a cell, by its place in the point, and the threads that all cases
 * share; null: none has several. Borrowed until the bench is closed. */
struct vtb_runner;
struct vtb_thread_pool;
struct vtb_runner *vtb_bench_runner(struct vtb_bench *bench, size_t i);
struct vtb_thread_pool *vtb_bench_threads(struct vtb_bench *bench);

/* Puts every caller of every case at a random place of the schedule, drawn from `places`; where
 * hits emerge they stay in step instead. */
struct vtb_random;
void vtb_bench_take_places(struct vtb_bench *bench, struct vtb_random *places);

/* Checks that all cases, by the very code that was timed, consume the same values when they make
 * the same calls. On false *error says which does not. */
VTB_MUST_USE bool vtb_bench_check(struct vtb_bench *bench, struct vtb_error *error);

/* Times all cases for one consumer, and writes the times to a session's samples, of as many rounds
 * as the effort says. On false *error says that the checksums of the cases disagree, or that there
 * was an interrupt. */
VTB_MUST_USE bool vtb_bench_run(struct vtb_bench *bench, const struct vtb_effort *effort,
                                enum vtb_consumer consumer, struct vtb_samples *samples,
                                struct vtb_error *error);

/* Times as vtb_bench_run does, without guests, on a bench that is opened and closed for it. */
VTB_MUST_USE bool vtb_timing_run(struct vtb_fixture *fixture, const struct vtb_effort *effort,
                                 enum vtb_consumer consumer, struct vtb_samples *samples,
                                 struct vtb_error *error);

/* Frees the times, and leaves *samples empty. */
void vtb_samples_free(struct vtb_samples *samples);

/* Writes to `order` the order of n > 0 cases in round `round`: shuffled anew every n rounds, and
 * shifted by one place from round to round. Rounds must be asked for one after the other, from 0
 * on, and `order` must still hold the order of the round before. */
void vtb_latin_square(struct vtb_random *random, size_t *order, size_t n, size_t round);

#endif
