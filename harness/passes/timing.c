#include "passes/timing.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/pages.h"
#include "base/stats.h"
#include "base/turns.h"
#include "bench/runner.h"
#include "bench/state_probe.h"
#include "bench/stopwatch.h"
#include "passes/guest_timing.h"
#include "plan/random.h"

/* The numbers of random streams; the chunks of the schedule have lower ones. */
#define ORDER_STREAM (UINT64_MAX - 1)
#define PLACES_STREAM (UINT64_MAX - 2)
#define OPENING_STREAM (UINT64_MAX - 4)

/* Operations of each case before anything is measured: at least WARM_UP_MIN, so that table and
 * branch predictors are warm; as many as fill the window, but at most WARM_UP_MAX. If hits emerge,
 * at least WARM_UP_EMERGING, as each case has a cache of its own to fill. */
#define WARM_UP_EMERGING ((size_t)1 << 19)
#define WARM_UP_MIN ((size_t)1 << 16)
#define WARM_UP_MAX ((size_t)1 << 25)

/* Operations of a run, and runs, by which the length of an epoch is set. */
#define CALIBRATION_N 8192
#define CALIBRATION_RUNS 4

/* Operations of a run, and runs, by which a completing thread's processor time is found. */
#define COMPLETER_N 16384
#define COMPLETER_RUNS 5

/* Operations over which the cases' checksums are compared. */
#define CHECK_N 16384

struct vtb_bench {
    const struct vtb_fixture *fixture;
    struct vtb_thread_pool *thread_pool; /* null: no case has several threads */
    struct vtb_runner *runners;          /* of the cells' cases, which are the first cells_n */
    size_t cells_n;
    struct vtb_outside outside;    /* the point's store */
    struct vtb_runner *twins;      /* of runners, with the array in that store's place */
    struct vtb_guest_seats *seats; /* of the others; null: there are none */
    size_t *order;
    size_t operations_n; /* of an epoch */
    bool probes;         /* the state of the machine can be told: no case has threads of its own */
    /* Makes the calls of a round first, untimed, if all cases make the same ones: otherwise the
     * first case of the round would bring their keys into the processor's caches for all. It is a
     * cell that counts, as the calls that are timed miss where its own do. */
    struct vtb_runner pacemaker;
    uint64_t missed_n; /* of the calls of the rounds that were timed */
};

static void shuffle(struct vtb_random *random, size_t *values, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)vtb_random_below(random, i);
        size_t value = values[i - 1];
        values[i - 1] = values[j];
        values[j] = value;
    }
}

void vtb_latin_square(struct vtb_random *random, size_t *order, size_t n, size_t round)
{
    assert(n > 0);
    if (round % n == 0) {
        for (size_t i = 0; i < n; i++)
            order[i] = i;
        shuffle(random, order, n);
        return;
    }
    size_t first = order[0];
    for (size_t i = 0; i + 1 < n; i++)
        order[i] = order[i + 1];
    order[n - 1] = first;
}

/* The number of threads that the case with the most of them needs. */
static size_t threads_n(const struct vtb_point *point)
{
    size_t most = 1;
    for (size_t i = 0; i < point->cases_n; i++) {
        const size_t n = vtb_runner_threads_n(&point->cases[i], point);
        most = n > most ? n : most;
    }
    return most;
}

/* Opens a case and, where its store is outside, the same with the array. */
static bool open_runner(struct vtb_bench *bench, const struct vtb_fixture *fixture, size_t i,
                        struct vtb_error *error)
{
    const enum vtb_consumer consumer = VTB_CONSUMER_INDEPENDENT; /* until one is chosen */
    const struct vtb_case *the_case = &fixture->point->cases[i];
    return vtb_runner_open_outside(&bench->runners[i], fixture, the_case, consumer,
                                   bench->thread_pool, &bench->outside, error) &&
           (!bench->outside.kind || vtb_runner_open_own(&bench->twins[i], fixture, the_case,
                                                        consumer, bench->thread_pool, error));
}

/* Opens the cases in an order that the session draws, as it decides which of them get the memory
 * that lies together. */
static bool open_runners(struct vtb_bench *bench, const struct vtb_fixture *fixture,
                         struct vtb_error *error)
{
    const size_t n = bench->cells_n;
    struct vtb_random random = vtb_random_stream(fixture->schedule.seed, OPENING_STREAM);
    vtb_latin_square(&random, bench->order, n, 0);
    for (size_t i = 0; i < n; i++) {
        struct vtb_runner *runner = &bench->runners[bench->order[i]];
        if (!open_runner(bench, fixture, bench->order[i], error))
            return false;
        vtb_memory_fill(&runner->memory, vtb_random_unit(&random));
    }
    struct vtb_case pacemaker = fixture->point->cases[fixture->point->cases[0].floor];
    pacemaker.timing = pacemaker.counting;
    return !fixture->point->hits.emerge || vtb_runner_open(&bench->pacemaker, fixture, &pacemaker,
                                                           VTB_CONSUMER_INDEPENDENT, NULL, error);
}

static bool open_all(struct vtb_bench *bench, const struct vtb_fixture *fixture,
                     struct vtb_stand_in *guests, struct vtb_error *error)
{
    const size_t n = fixture->point->cases_n;
    const size_t most = threads_n(fixture->point);
    *bench = (struct vtb_bench){
        .fixture = fixture,
        .cells_n = vtb_cells_end(fixture->point),
        .runners = calloc(n, sizeof *bench->runners),
        .twins = calloc(n, sizeof *bench->twins),
        .order = calloc(n, sizeof *bench->order),
        .probes = most == 1,
    };
    if (!bench->runners || !bench->twins || !bench->order)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", n);
    if (most > 1 && !(bench->thread_pool = vtb_thread_pool_open(most, error)))
        return false;
    /* Guests are started before the cells' heaps are there: what a process has written to is copied
     * after a fork when it is written to again, a page fault each, which would be in the times. */
    bench->seats = guests ? vtb_guest_seats_open(fixture, guests) : NULL;
    return vtb_outside_open(&bench->outside, fixture, error) && open_runners(bench, fixture, error);
}

void vtb_bench_close(struct vtb_bench *bench)
{
    if (!bench)
        return;
    vtb_guest_seats_close(bench->seats);
    for (size_t i = 0; bench->runners && i < bench->cells_n; i++)
        vtb_runner_close(&bench->runners[i]);
    for (size_t i = 0; bench->twins && i < bench->cells_n; i++)
        vtb_runner_close(&bench->twins[i]);
    vtb_runner_close(&bench->pacemaker);
    vtb_outside_close(&bench->outside);
    vtb_thread_pool_close(bench->thread_pool);
    free(bench->runners);
    free(bench->twins);
    free(bench->order);
    free(bench);
}

struct vtb_bench *vtb_bench_open(const struct vtb_fixture *fixture, struct vtb_stand_in *guests,
                                 struct vtb_error *error)
{
    struct vtb_bench *bench = malloc(sizeof *bench);
    if (!bench)
        vtb_error_set(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", fixture->point->cases_n);
    if (bench && open_all(bench, fixture, guests, error))
        return bench;
    vtb_bench_close(bench);
    return NULL;
}

static bool has_twin(const struct vtb_bench *bench, size_t i)
{
    return bench->twins[i].cell != NULL;
}

static void run_runner(struct vtb_runner *runner, size_t n)
{
    vtb_runner_muster(runner);
    vtb_runner_run(runner, n);
}

size_t vtb_timing_warm_up_n(const struct vtb_point *point)
{
    const double lives = 5 * (double)point->hits.cache.ttl_ns / (double)point->hits.cache.tick_ns;
    if (point->hits.emerge)
        return (size_t)fmin(fmax(lives, (double)WARM_UP_EMERGING), (double)WARM_UP_MAX);
    const double miss_rate = point->force_async ? 1 : 1 - point->hits.rate;
    const double fill = miss_rate > 0 ? (double)point->in_flight / miss_rate * 1.1 : 0;
    return (size_t)fmin(fmax(fill, (double)WARM_UP_MIN), (double)WARM_UP_MAX);
}

/* Whether the processor time of a completing thread is found. That of a store's askers is the
 * store's, mostly. */
static bool accounts_completer(const struct vtb_point *point)
{
    return point->completer && !point->store;
}

size_t vtb_bench_warmed_n(const struct vtb_point *point)
{
    return vtb_timing_warm_up_n(point) + (size_t)CALIBRATION_N * CALIBRATION_RUNS;
}

size_t vtb_timing_untimed_n(const struct vtb_point *point)
{
    return vtb_bench_warmed_n(point) + CHECK_N +
           (accounts_completer(point) ? (size_t)COMPLETER_N * COMPLETER_RUNS : 0);
}

/* Time per operation of a case that is warm: the least of a few runs, as only noise adds to it. */
static double calibrate(struct vtb_runner *runner)
{
    double least = INFINITY;
    for (int i = 0; i < CALIBRATION_RUNS; i++) {
        const double start = vtb_now_ns();
        run_runner(runner, CALIBRATION_N);
        least = fmin(least, (vtb_now_ns() - start) / CALIBRATION_N);
    }
    return least;
}

/* An epoch of several threads is longer by this factor, as its threads have to meet at its start
 * and at its end; and where another thread completes operations, and the window is empty at both,
 * it has so many windows of misses, but at most DRAINED_N_MAX operations. */
#define THREADS_FACTOR 5
#define DRAINED_WINDOWS 20
#define DRAINED_N_MAX 4e6

double vtb_timing_epoch_n(const struct vtb_point *point, double epoch_n)
{
    const double miss_rate = point->force_async ? 1 : 1 - point->hits.rate;
    const double drained_n = point->completer && miss_rate > 0
                                 ? DRAINED_WINDOWS * (double)point->in_flight / miss_rate
                                 : 0;
    if (threads_n(point) == 1)
        return epoch_n;
    return fmax(THREADS_FACTOR * epoch_n, fmin(drained_n, DRAINED_N_MAX));
}

static void choose(struct vtb_bench *bench, enum vtb_consumer consumer)
{
    for (size_t i = 0; i < bench->cells_n; i++)
        bench->runners[i].loop = bench->twins[i].loop =
            vtb_fixture_loop(bench->fixture, bench->runners[i].cell, consumer);
    if (bench->pacemaker.cell)
        bench->pacemaker.loop = vtb_fixture_loop(bench->fixture, bench->pacemaker.cell, consumer);
}

/* Fills the windows, and sets the number of operations of all epochs: as the effort says, or such
 * that the median case takes its time. */
static bool warm_up(struct vtb_bench *bench, const struct vtb_effort *effort,
                    struct vtb_error *error)
{
    const size_t n = bench->cells_n;
    const size_t operations_n = vtb_timing_warm_up_n(bench->fixture->point);
    double *ns_per_op = calloc(n, sizeof *ns_per_op);
    if (!ns_per_op)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", n);
    if (bench->fixture->point->hits.emerge) {
        run_runner(&bench->pacemaker, operations_n);
        (void)calibrate(&bench->pacemaker);
    }
    for (size_t i = 0; i < n && !vtb_interrupted(); i++) {
        run_runner(&bench->runners[i], operations_n);
        ns_per_op[i] = calibrate(&bench->runners[i]);
        if (has_twin(bench, i)) {
            run_runner(&bench->twins[i], operations_n);
            (void)calibrate(&bench->twins[i]);
        }
    }
    const double epoch_n = round(effort->epoch_ns / fmax(vtb_median(ns_per_op, n), 0.05));
    bench->operations_n = effort->operations_n;
    if (bench->operations_n ==
        0) /* of the first session: both programs of a comparison make as many */
        bench->operations_n =
            vtb_turns_agree((size_t)fmax(1, vtb_timing_epoch_n(bench->fixture->point, epoch_n)));
    free(ns_per_op);
    vtb_guest_seats_warm(bench->seats, vtb_guest_epoch_n(bench->operations_n));
    return !vtb_interrupted() || vtb_fail_interrupted(error);
}

/* --- samples --- */

/* The most callers that a case has. */
static size_t callers_n(const struct vtb_point *point)
{
    size_t most = 1;
    for (size_t i = 0; i < point->cases_n; i++)
        most = point->cases[i].threads_n > most ? point->cases[i].threads_n : most;
    return most;
}

/* Arrays of a number for each time. */
#define ARRAYS_N 5

/* Numbers for each time. */
static size_t numbers_a_time(const struct vtb_point *point)
{
    const size_t most = callers_n(point);
    return ARRAYS_N + point->cold + (point->store != NULL) + (most > 1 ? most : 0);
}

size_t vtb_samples_bytes(const struct vtb_point *point, size_t sessions_n, size_t rounds_n)
{
    return sessions_n * point->cases_n *
               (rounds_n * numbers_a_time(point) * sizeof(double) +
                accounts_completer(point) * sizeof(double) +
                (point->store ? sizeof(struct vtb_store_sums) : 0) +
                sizeof(struct vtb_pause_sums)) +
           vtb_point_has_warm_cache(point) * sessions_n * sizeof(double);
}

void vtb_samples_place(struct vtb_samples *samples, const struct vtb_point *point,
                       size_t sessions_n, size_t rounds_n, void *memory)
{
    const size_t times_n = sessions_n * rounds_n * point->cases_n;
    double *numbers = memory;
    *samples = (struct vtb_samples){
        .sessions_n = sessions_n,
        .rounds_n = rounds_n,
        .cases_n = point->cases_n,
        .threads_n = callers_n(point),
        .real_ns = numbers,
        .cpu_ns = numbers + times_n,
        .gc_ns = numbers + 2 * times_n,
        .probe_before_ns = numbers + 3 * times_n,
        .probe_after_ns = numbers + 4 * times_n,
    };
    numbers += ARRAYS_N * times_n;
    if (point->cold) {
        samples->faults_n = numbers;
        numbers += times_n;
    }
    if (point->store) {
        samples->simulated_ns = numbers;
        numbers += times_n;
    }
    if (samples->threads_n > 1) {
        samples->thread_ns = numbers;
        numbers += times_n * samples->threads_n;
    }
    if (accounts_completer(point)) {
        samples->completer_ns = numbers;
        numbers += sessions_n * point->cases_n;
    }
    if (vtb_point_has_warm_cache(point)) {
        samples->hit_rates = numbers;
        numbers += sessions_n;
    }
    samples->pauses = (struct vtb_pause_sums *)(void *)numbers;
    if (point->store)
        samples->stores =
            (struct vtb_store_sums *)(void *)(samples->pauses + sessions_n * point->cases_n);
}

bool vtb_samples_make(struct vtb_samples *samples, const struct vtb_point *point, size_t sessions_n,
                      size_t rounds_n, struct vtb_error *error)
{
    const size_t bytes = vtb_samples_bytes(point, sessions_n, rounds_n);
    void *memory = vtb_pages(bytes, "the samples of a table", error);
    *samples = (struct vtb_samples){0};
    if (!memory)
        return false;
    vtb_samples_place(samples, point, sessions_n, rounds_n, memory);
    samples->memory = memory;
    samples->memory_bytes = bytes;
    return true;
}

/* Copies the numbers of each time, `width` of them, from those of more cases. */
static void keep_numbers(double *to, const double *from, size_t width,
                         const struct vtb_samples *kept, const struct vtb_samples *all,
                         const size_t *places)
{
    for (size_t r = 0; from && r < kept->sessions_n * kept->rounds_n; r++) {
        for (size_t i = 0; i < kept->cases_n; i++)
            memcpy(&to[(r * kept->cases_n + i) * width],
                   &from[(r * all->cases_n + places[i]) * width], width * sizeof *to);
    }
}

bool vtb_samples_keep(struct vtb_samples *samples, const struct vtb_point *point,
                      const size_t *places, struct vtb_error *error)
{
    const struct vtb_samples all = *samples;
    struct vtb_samples kept;
    if (!vtb_samples_make(&kept, point, all.sessions_n, all.rounds_n, error))
        return false;
    kept.operations_n = all.operations_n;
    keep_numbers(kept.real_ns, all.real_ns, 1, &kept, &all, places);
    keep_numbers(kept.cpu_ns, all.cpu_ns, 1, &kept, &all, places);
    keep_numbers(kept.gc_ns, all.gc_ns, 1, &kept, &all, places);
    keep_numbers(kept.probe_before_ns, all.probe_before_ns, 1, &kept, &all, places);
    keep_numbers(kept.probe_after_ns, all.probe_after_ns, 1, &kept, &all, places);
    keep_numbers(kept.faults_n, all.faults_n, 1, &kept, &all, places);
    keep_numbers(kept.simulated_ns, all.simulated_ns, 1, &kept, &all, places);
    keep_numbers(kept.thread_ns, all.thread_ns, all.threads_n, &kept, &all, places);
    for (size_t s = 0; s < kept.sessions_n; s++) {
        if (kept.hit_rates)
            kept.hit_rates[s] = all.hit_rates[s];
        for (size_t i = 0; i < kept.cases_n; i++) {
            const size_t from = s * all.cases_n + places[i];
            kept.pauses[s * kept.cases_n + i] = all.pauses[from];
            if (kept.completer_ns)
                kept.completer_ns[s * kept.cases_n + i] = all.completer_ns[from];
            if (kept.stores)
                kept.stores[s * kept.cases_n + i] = all.stores[from];
        }
    }
    *samples = kept;
    return true;
}

struct vtb_samples vtb_samples_of_session(const struct vtb_samples *samples, size_t session)
{
    const size_t first = session * samples->rounds_n * samples->cases_n;
    return (struct vtb_samples){
        .sessions_n = 1,
        .rounds_n = samples->rounds_n,
        .cases_n = samples->cases_n,
        .operations_n = samples->operations_n,
        .threads_n = samples->threads_n,
        .real_ns = samples->real_ns + first,
        .cpu_ns = samples->cpu_ns + first,
        .gc_ns = samples->gc_ns + first,
        .probe_before_ns = samples->probe_before_ns + first,
        .probe_after_ns = samples->probe_after_ns + first,
        .faults_n = samples->faults_n ? samples->faults_n + first : NULL,
        .hit_rates = samples->hit_rates ? samples->hit_rates + session : NULL,
        .thread_ns = samples->thread_ns ? samples->thread_ns + first * samples->threads_n : NULL,
        .completer_ns =
            samples->completer_ns ? samples->completer_ns + session * samples->cases_n : NULL,
        .simulated_ns = samples->simulated_ns ? samples->simulated_ns + first : NULL,
        .stores = samples->stores ? samples->stores + session * samples->cases_n : NULL,
        .pauses = samples->pauses + session * samples->cases_n,
    };
}

size_t vtb_samples_epoch_n(const struct vtb_samples *samples, const struct vtb_case *the_case)
{
    return the_case->guest ? vtb_guest_epoch_n(samples->operations_n) : samples->operations_n;
}

void vtb_samples_free(struct vtb_samples *samples)
{
    vtb_pages_free(samples->memory, samples->memory_bytes);
    *samples = (struct vtb_samples){0};
}

/* --- rounds --- */

/* Runs the calls of a round that are timed behind those that are not. */
static void run_pacemaker(struct vtb_bench *bench)
{
    const struct vtb_counts *counts = &bench->pacemaker.callers[0].service.counts;
    run_runner(&bench->pacemaker, VTB_BEFORE_EPOCH_N);
    bench->missed_n -= counts->fetched_n;
    run_runner(&bench->pacemaker, bench->operations_n);
    bench->missed_n += counts->fetched_n;
}

void vtb_bench_take_places(struct vtb_bench *bench, struct vtb_random *places)
{
    if (bench->fixture->point->hits.emerge)
        return;
    for (size_t i = 0; i < bench->cells_n; i++) {
        struct vtb_runner *runner = &bench->runners[i];
        for (size_t t = 0; t < runner->callers_n; t++) {
            runner->callers[t].position = (size_t)vtb_random_below(places, bench->fixture->ids_n);
            if (has_twin(bench, i))
                bench->twins[i].callers[t].position = runner->callers[t].position;
        }
    }
}

/* Readings of the probe behind a guest's epoch that are passed over: this process was switched out,
 * and the first read a tenth too much, as if the core had not been quiet. */
#define PROBES_UNREAD_N 3

/* What the clocks read around an epoch. */
struct readings {
    double real_ns;
    double cpu_ns;
};

/* Times an epoch: between the two readings of the clock stands nothing but its operations. Not
 * inlined, so that the machine code there does not depend on a caller. */
static __attribute__((noinline)) struct readings time_epoch(struct vtb_runner *runner, size_t n)
{
    const double cpu_ns = vtb_clock_ns(CLOCK_THREAD_CPUTIME_ID);
    const double real_ns = vtb_now_ns();
    vtb_runner_run(runner, n);
    const double end_ns = vtb_now_ns();
    return (struct readings){end_ns - real_ns, vtb_clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_ns};
}

/* A table that is being timed. */
struct table {
    struct vtb_bench *bench;
    struct vtb_samples *samples;
    struct vtb_random order;
    struct vtb_random places;
    double probe_ns; /* the latest reading, which neighbours share */
};

static double probe(const struct vtb_bench *bench)
{
    return bench->probes ? vtb_probe_ns() : 0;
}

/* Runs the epoch of a guest's case, at a random place of the schedule, likewise. The probe is read
 * on this thread, which waits for the guest meanwhile. */
static double run_guest_epoch(struct table *table, size_t i, size_t at)
{
    const struct vtb_bench *bench = table->bench;
    struct vtb_samples *samples = table->samples;
    const uint64_t first = vtb_random_below(&table->places, bench->fixture->ids_n);
    const size_t calls_n = vtb_guest_epoch_n(bench->operations_n);
    struct vtb_guest_times took = {NAN, NAN};
    if (bench->seats)
        took = vtb_guest_seats_run(bench->seats, i, first, calls_n);
    for (size_t n = 0; n < PROBES_UNREAD_N; n++)
        (void)probe(bench);
    samples->probe_before_ns[at] = table->probe_ns;
    samples->probe_after_ns[at] = table->probe_ns = probe(bench);
    samples->real_ns[at] = took.real_ns;
    samples->cpu_ns[at] = NAN; /* it is not told */
    samples->gc_ns[at] = took.gc_ns;
    return isnan(took.real_ns) ? 0 : took.real_ns * (double)calls_n;
}

/* Runs the epoch once more, with the array in the store's place, and gives the time for an
 * operation outside of collections; NaN: there is no such case. */
static double time_twin(struct vtb_bench *bench, size_t i)
{
    if (!has_twin(bench, i))
        return NAN;
    struct vtb_runner *twin = &bench->twins[i];
    run_runner(twin, VTB_BEFORE_EPOCH_N);
    const double gc_ns = twin->memory.collected.ns;
    vtb_runner_muster(twin);
    const double real_ns = time_epoch(twin, bench->operations_n).real_ns;
    return (real_ns - (twin->memory.collected.ns - gc_ns)) / (double)bench->operations_n;
}

/* Runs the epoch of a cell's case, and writes its times to the place `at`. Returns its time. */
static double run_epoch(struct table *table, size_t i, size_t at)
{
    struct vtb_runner *runner = &table->bench->runners[i];
    struct vtb_samples *samples = table->samples;
    const double operations_n = (double)table->bench->operations_n;
    run_runner(runner, VTB_BEFORE_EPOCH_N);
    const double gc_ns = runner->memory.collected.ns;
    vtb_runner_muster(runner);
    const struct readings took = time_epoch(runner, table->bench->operations_n);
    samples->probe_before_ns[at] = table->probe_ns;
    samples->probe_after_ns[at] = table->probe_ns = probe(table->bench);
    samples->real_ns[at] = took.real_ns / operations_n;
    samples->cpu_ns[at] = took.cpu_ns / operations_n;
    samples->gc_ns[at] = (runner->memory.collected.ns - gc_ns) / operations_n;
    for (size_t t = 0; samples->thread_ns && t < runner->callers_n; t++)
        samples->thread_ns[at * samples->threads_n + t] =
            runner->callers_n > 1 ? runner->elapsed_ns[t] / operations_n : samples->real_ns[at];
    if (samples->simulated_ns)
        samples->simulated_ns[at] = time_twin(table->bench, i);
    return took.real_ns;
}

/* Runs an epoch of the cases from a place of the point on, n of them, in an order of their own. */
static double run_block(struct table *table, size_t round, size_t first, size_t n,
                        double run(struct table *table, size_t i, size_t at))
{
    size_t *order = &table->bench->order[first];
    double sum_ns = 0;
    if (n > 0)
        vtb_latin_square(&table->order, order, n, round);
    for (size_t i = 0; i < n; i++) {
        const size_t own = first + order[i];
        sum_ns += run(table, own, round * table->samples->cases_n + own);
    }
    return sum_ns;
}

/* Calls of all cells together, untimed, behind what other programs have run since the round before:
 * guests, which bring runtimes into the caches, or one like this one that takes turns with it. */
#define WARM_AFTER_GUESTS_N 100000
#define WARM_AFTER_TURN_N 10000

/* Brings the cells' table back into the processor's caches, where each of them finds it when no
 * other program runs. Not where hits emerge of the calls before: these are to be no more. */
static void warm_again(struct vtb_bench *bench, size_t calls_n)
{
    const bool emerge = bench->fixture->point->hits.emerge;
    for (size_t i = 0; !emerge && i < bench->cells_n; i++)
        run_runner(&bench->runners[i], calls_n / bench->cells_n + 1);
}

/* Runs a round: the cells', and then those of guests, each of which leaves the processor's caches
 * to the next as another process does. After an interrupt there is nothing to run any more. */
static double run_round(void *context, size_t round)
{
    struct table *table = context;
    struct vtb_bench *bench = table->bench;
    const size_t cells_n = bench->cells_n;
    const bool waited = vtb_turns_wait();
    if (vtb_interrupted())
        return 0;
    if (bench->seats || waited)
        warm_again(bench, bench->seats ? WARM_AFTER_GUESTS_N : WARM_AFTER_TURN_N);
    if (bench->fixture->point->hits.emerge)
        run_pacemaker(bench); /* which makes the calls of the round before all others */
    vtb_bench_take_places(bench, &table->places);
    table->probe_ns = probe(bench);
    const double cells_ns = run_block(table, round, 0, cells_n, run_epoch);
    const double guests_ns =
        run_block(table, round, cells_n, table->samples->cases_n - cells_n, run_guest_epoch);
    return (cells_ns + guests_ns) / 1e9;
}

/* Notes the pauses of each case's heap since it was warm. */
static void note_pauses(const struct vtb_bench *bench, struct vtb_samples *samples)
{
    for (size_t i = bench->cells_n; bench->seats && i < samples->cases_n; i++)
        samples->pauses[i] = vtb_guest_seats_pauses(bench->seats, i);
    for (size_t i = 0; i < bench->cells_n; i++) {
        const struct vtb_collected *collected = &bench->runners[i].memory.collected;
        samples->pauses[i] = (struct vtb_pause_sums){(double)collected->pauses_n, collected->cpu_ns,
                                                     collected->cpu_ns2};
    }
}

/* The processor time of a case's completing thread for an operation of one caller: the median of a
 * few runs. They are not timed, since in them operations wait for each other. */
static double completer_ns(struct vtb_runner *runner)
{
    double ns[COMPLETER_RUNS];
    runner->accounts = true;
    for (size_t i = 0; i < COMPLETER_RUNS; i++) {
        run_runner(runner, COMPLETER_N);
        ns[i] = runner->answers_cpu_ns / (double)(COMPLETER_N * runner->callers_n);
    }
    runner->accounts = false;
    return vtb_median(ns, COMPLETER_RUNS);
}

static void measure_completers(struct vtb_bench *bench, struct vtb_samples *samples)
{
    for (size_t i = 0; samples->completer_ns && i < bench->cells_n; i++)
        samples->completer_ns[i] = completer_ns(&bench->runners[i]);
}

/* Has askers forget what they were asked while cases became warm. */
static void reset_askers(const struct vtb_bench *bench)
{
    for (size_t i = 0; i < bench->cells_n; i++)
        vtb_runner_forget_asked(&bench->runners[i]);
}

static void note_stores(const struct vtb_bench *bench, struct vtb_samples *samples)
{
    for (size_t i = 0; samples->stores && i < bench->cells_n; i++)
        samples->stores[i] = vtb_runner_asked(&bench->runners[i]);
}

static bool measure(struct vtb_bench *bench, struct vtb_samples *samples, struct vtb_error *error)
{
    const uint64_t seed = bench->fixture->schedule.seed;
    struct table table = {.bench = bench,
                          .samples = samples,
                          .order = vtb_random_stream(seed, ORDER_STREAM),
                          .places = vtb_random_stream(seed, PLACES_STREAM)};
    samples->operations_n = bench->operations_n;
    bench->missed_n = 0;
    reset_askers(bench);
    const bool driven = vtb_stopwatch_drive(bench->fixture->point->workload->name,
                                            samples->rounds_n, run_round, &table);
    if (vtb_interrupted())
        return vtb_fail_interrupted(error);
    if (samples->hit_rates)
        *samples->hit_rates =
            1 - (double)bench->missed_n / ((double)samples->rounds_n * (double)bench->operations_n);
    note_pauses(bench, samples);
    note_stores(bench, samples);
    measure_completers(bench, samples);
    return driven || vtb_fail(error, VTB_EXIT_INTERNAL,
                              "Google Benchmark did not run the %zu rounds that it was given",
                              samples->rounds_n);
}

/* Has each caller of a case make the first CHECK_N calls, and consume all of their results. False
 * if the callers' checksums differ, or are not *expected, if that is not 0. */
static bool check_runner(const struct vtb_bench *bench, size_t i, uint64_t *expected)
{
    struct vtb_runner *runner = &bench->runners[i];
    bool same = true;
    for (size_t t = 0; t < runner->callers_n; t++) {
        vtb_runner_drain(runner, t);
        runner->callers[t].checksum = runner->callers[t].service.failed_share = 0;
        runner->callers[t].position = 0;
    }
    run_runner(runner, CHECK_N);
    for (size_t t = 0; t < runner->callers_n; t++) {
        vtb_runner_drain(runner, t);
        const uint64_t checksum = vtb_fixture_checksum(&runner->callers[t]);
        *expected = *expected ? *expected : checksum;
        same &= checksum == *expected;
    }
    return same;
}

bool vtb_bench_check(struct vtb_bench *bench, struct vtb_error *error)
{
    const struct vtb_point *point = bench->fixture->point;
    uint64_t expected = 0;
    (void)check_runner(bench, point->cases[0].floor, &expected);
    for (size_t i = 0; i < bench->cells_n; i++) {
        const bool is_empty = bench->runners[i].cell->strategy->role == VTB_ROLE_EMPTY;
        if (!is_empty && !check_runner(bench, i, &expected) &&
            vtb_runner_asked(&bench->runners[i]).failed_n == 0) /* what failed was not consumed */
            return vtb_fail_figures(
                error,
                "%s consumed other values than the floor in the timing pass; no figure is reported",
                bench->runners[i].cell->name);
    }
    return vtb_guest_seats_check(bench->seats, error);
}

bool vtb_bench_warm_up(struct vtb_bench *bench, const struct vtb_effort *effort,
                       enum vtb_consumer consumer, struct vtb_error *error)
{
    choose(bench, consumer);
    return warm_up(bench, effort, error);
}

struct vtb_runner *vtb_bench_runner(struct vtb_bench *bench, size_t i)
{
    return &bench->runners[i];
}

struct vtb_thread_pool *vtb_bench_threads(struct vtb_bench *bench)
{
    return bench->thread_pool;
}

bool vtb_bench_run(struct vtb_bench *bench, const struct vtb_effort *effort,
                   enum vtb_consumer consumer, struct vtb_samples *samples, struct vtb_error *error)
{
    return vtb_bench_warm_up(bench, effort, consumer, error) && measure(bench, samples, error) &&
           vtb_bench_check(bench, error);
}

bool vtb_timing_run(struct vtb_fixture *fixture, const struct vtb_effort *effort,
                    enum vtb_consumer consumer, struct vtb_samples *samples,
                    struct vtb_error *error)
{
    struct vtb_bench *bench = vtb_bench_open(fixture, NULL, error);
    const bool ok = bench && vtb_bench_run(bench, effort, consumer, samples, error);
    vtb_bench_close(bench);
    return ok;
}
