#include "passes/timing.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/stats.h"
#include "bench/runner.h"
#include "bench/stopwatch.h"
#include "plan/random.h"

/* The numbers of random streams; the chunks of the schedule have lower ones. */
#define ORDER_STREAM (UINT64_MAX - 1)
#define PLACES_STREAM (UINT64_MAX - 2)

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
    struct vtb_runner *runners;
    struct vtb_epoch *epochs;
    double *gc_ns; /* for each case, the time of all collections before the round */
    size_t *order;
    size_t opened_n;
    /* Makes the calls of a round first, untimed, if all cases make the same ones: otherwise the
     * first case of the round would bring their keys into the processor's caches for all. */
    struct vtb_runner pacemaker;
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
        const size_t n = vtb_runner_threads_n(&point->cases[i], point->completer);
        most = n > most ? n : most;
    }
    return most;
}

static bool open_all(struct vtb_bench *bench, const struct vtb_fixture *fixture,
                     struct vtb_error *error)
{
    const enum vtb_consumer consumer = VTB_CONSUMER_INDEPENDENT; /* until one is chosen */
    const size_t n = fixture->point->cases_n;
    const size_t most = threads_n(fixture->point);
    *bench = (struct vtb_bench){
        .fixture = fixture,
        .runners = calloc(n, sizeof *bench->runners),
        .epochs = calloc(n, sizeof *bench->epochs),
        .gc_ns = calloc(n, sizeof *bench->gc_ns),
        .order = calloc(n, sizeof *bench->order),
    };
    if (!bench->runners || !bench->epochs || !bench->gc_ns || !bench->order)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", n);
    if (most > 1 && !(bench->thread_pool = vtb_thread_pool_open(most, error)))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct vtb_runner *runner = &bench->runners[i];
        if (!vtb_runner_open(runner, fixture, &fixture->point->cases[i], consumer,
                             bench->thread_pool, error))
            return false;
        bench->opened_n++;
        bench->epochs[i] = (struct vtb_epoch){.name = runner->cell->name, .runner = runner};
    }
    const struct vtb_case *floor = &fixture->point->cases[fixture->point->cases[0].floor];
    return !fixture->point->hits.emerge ||
           vtb_runner_open(&bench->pacemaker, fixture, floor, consumer, NULL, error);
}

void vtb_bench_close(struct vtb_bench *bench)
{
    if (!bench)
        return;
    for (size_t i = 0; i < bench->opened_n; i++)
        vtb_runner_close(&bench->runners[i]);
    vtb_runner_close(&bench->pacemaker);
    vtb_thread_pool_close(bench->thread_pool);
    free(bench->runners);
    free(bench->epochs);
    free(bench->gc_ns);
    free(bench->order);
    free(bench);
}

struct vtb_bench *vtb_bench_open(const struct vtb_fixture *fixture, struct vtb_error *error)
{
    struct vtb_bench *bench = malloc(sizeof *bench);
    if (!bench)
        vtb_error_set(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", fixture->point->cases_n);
    if (bench && open_all(bench, fixture, error))
        return bench;
    vtb_bench_close(bench);
    return NULL;
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

size_t vtb_timing_untimed_n(const struct vtb_point *point)
{
    return vtb_timing_warm_up_n(point) + (size_t)CALIBRATION_N * CALIBRATION_RUNS + CHECK_N +
           (point->completer ? (size_t)COMPLETER_N * COMPLETER_RUNS : 0);
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

/* Fills the windows, and sets the number of operations of all epochs such that the median case
 * takes epoch_ns. */
static bool warm_up(struct vtb_bench *bench, double epoch_ns, double *round_ns,
                    struct vtb_error *error)
{
    const size_t n = bench->fixture->point->cases_n;
    const size_t operations_n = vtb_timing_warm_up_n(bench->fixture->point);
    double *ns_per_op = calloc(n, sizeof *ns_per_op);
    double sum = 0;
    if (!ns_per_op)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", n);
    if (bench->fixture->point->hits.emerge) {
        run_runner(&bench->pacemaker, operations_n);
        (void)calibrate(&bench->pacemaker);
    }
    for (size_t i = 0; i < n && !vtb_interrupted(); i++) {
        run_runner(&bench->runners[i], operations_n);
        ns_per_op[i] = calibrate(&bench->runners[i]);
        sum += ns_per_op[i];
    }
    const double epoch_n = fmax(1, round(epoch_ns / fmax(vtb_median(ns_per_op, n), 0.05)));
    for (size_t i = 0; i < n; i++)
        bench->epochs[i].operations_n = (size_t)epoch_n;
    *round_ns = sum * epoch_n;
    free(ns_per_op);
    return !vtb_interrupted() || vtb_fail_interrupted(error);
}

size_t vtb_rounds_of(const struct vtb_plan *plan, double round_ns)
{
    if (plan->time_ns <= 0)
        return plan->rounds_n;
    return (size_t)fmin(fmax(plan->time_ns / round_ns, VTB_INTERVAL_MIN_N), 1e6);
}

bool vtb_samples_make(struct vtb_samples *samples, const struct vtb_point *point, size_t rounds_n,
                      struct vtb_error *error)
{
    const size_t times_n = rounds_n * point->cases_n;
    *samples = (struct vtb_samples){
        .rounds_n = rounds_n,
        .cases_n = point->cases_n,
        .real_ns = calloc(times_n, sizeof *samples->real_ns),
        .cpu_ns = calloc(times_n, sizeof *samples->cpu_ns),
        .gc_ns = calloc(times_n, sizeof *samples->gc_ns),
    };
    for (size_t i = 0; i < point->cases_n; i++) {
        if (point->cases[i].threads_n > samples->threads_n)
            samples->threads_n = point->cases[i].threads_n;
    }
    if (point->completer)
        samples->completer_ns = calloc(point->cases_n, sizeof *samples->completer_ns);
    if (point->cold)
        samples->faults_n = calloc(times_n, sizeof *samples->faults_n);
    if (samples->threads_n > 1)
        samples->thread_ns = calloc(times_n * samples->threads_n, sizeof *samples->thread_ns);
    if (samples->real_ns && samples->cpu_ns && samples->gc_ns &&
        (!point->cold || samples->faults_n) && (!point->completer || samples->completer_ns) &&
        (samples->threads_n == 1 || samples->thread_ns))
        return true;
    return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu rounds of %zu cases", rounds_n,
                    point->cases_n);
}

void vtb_samples_free(struct vtb_samples *samples)
{
    free(samples->real_ns);
    free(samples->cpu_ns);
    free(samples->gc_ns);
    free(samples->faults_n);
    free(samples->completer_ns);
    free(samples->thread_ns);
    *samples = (struct vtb_samples){0};
}

void vtb_spread_collections(struct vtb_samples *samples)
{
    for (size_t i = 0; i < samples->cases_n; i++) {
        double gc_ns = 0;
        for (size_t round = 0; round < samples->rounds_n; round++)
            gc_ns += samples->gc_ns[round * samples->cases_n + i];
        const double mean_ns = gc_ns / (double)samples->rounds_n;
        for (size_t round = 0; round < samples->rounds_n; round++) {
            const size_t at = round * samples->cases_n + i;
            samples->real_ns[at] += mean_ns - samples->gc_ns[at];
            for (size_t t = 0; samples->thread_ns && t < samples->threads_n; t++)
                samples->thread_ns[at * samples->threads_n + t] += mean_ns - samples->gc_ns[at];
        }
    }
}

/* Puts every caller of every case at a random place of the schedule. If hits emerge, all stay in
 * step, and the pacemaker makes the calls of the round before them. */
static void take_places(struct vtb_bench *bench, struct vtb_random *places)
{
    if (bench->fixture->point->hits.emerge) {
        run_runner(&bench->pacemaker, bench->epochs[0].operations_n);
        return;
    }
    for (size_t i = 0; i < bench->fixture->point->cases_n; i++) {
        struct vtb_runner *runner = &bench->runners[i];
        for (size_t t = 0; t < runner->callers_n; t++)
            runner->callers[t].position = (size_t)vtb_random_below(places, bench->fixture->ids_n);
    }
}

/* Notes for each case how long the collections of its heap have taken so far. */
static void note_collections(struct vtb_bench *bench)
{
    for (size_t i = 0; i < bench->opened_n; i++)
        bench->gc_ns[i] = bench->runners[i].memory.collected.ns;
}

static void keep_times(const struct vtb_bench *bench, struct vtb_samples *samples, size_t round)
{
    const double operations_n = (double)samples->operations_n;
    for (size_t i = 0; i < samples->cases_n; i++) {
        const struct vtb_runner *runner = &bench->runners[i];
        const size_t at = round * samples->cases_n + i;
        samples->real_ns[at] = bench->epochs[i].real_ns / operations_n;
        samples->cpu_ns[at] = bench->epochs[i].cpu_ns / operations_n;
        samples->gc_ns[at] = (runner->memory.collected.ns - bench->gc_ns[i]) / operations_n;
        for (size_t t = 0; samples->thread_ns && t < runner->callers_n; t++)
            samples->thread_ns[at * samples->threads_n + t] =
                runner->callers_n > 1 ? runner->elapsed_ns[t] / operations_n : samples->real_ns[at];
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
    for (size_t i = 0; samples->completer_ns && i < samples->cases_n; i++)
        samples->completer_ns[i] = completer_ns(&bench->runners[i]);
}

static bool measure(struct vtb_bench *bench, struct vtb_samples *samples, vtb_progress *progress,
                    void *context, struct vtb_error *error)
{
    const size_t n = samples->cases_n;
    struct vtb_random order = vtb_random_stream(bench->fixture->schedule.seed, ORDER_STREAM);
    struct vtb_random places = vtb_random_stream(bench->fixture->schedule.seed, PLACES_STREAM);
    samples->operations_n = bench->epochs[0].operations_n;
    for (size_t round = 0; round < samples->rounds_n; round++) {
        if (vtb_interrupted())
            return vtb_fail_interrupted(error);
        take_places(bench, &places);
        note_collections(bench);
        vtb_latin_square(&order, bench->order, n, round);
        if (!vtb_stopwatch_round(bench->epochs, bench->order, n))
            return vtb_fail(error, VTB_EXIT_INTERNAL,
                            "Google Benchmark did not run the %zu epochs it was given", n);
        keep_times(bench, samples, round);
        progress(context, round + 1, samples->rounds_n);
    }
    vtb_spread_collections(samples);
    measure_completers(bench, samples);
    return true;
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

/* Checks that all cases, by the very code that was timed, consume the same values when they make
 * the same calls. */
static bool check_checksums(struct vtb_bench *bench, struct vtb_error *error)
{
    const struct vtb_point *point = bench->fixture->point;
    uint64_t expected = 0;
    (void)check_runner(bench, point->cases[0].floor, &expected);
    for (size_t i = 0; i < point->cases_n; i++) {
        const bool is_empty = bench->runners[i].cell->strategy->role == VTB_ROLE_EMPTY;
        if (!is_empty && !check_runner(bench, i, &expected))
            return vtb_fail(error, VTB_EXIT_INTERNAL,
                            "%s consumed other values than the floor in the timing pass; no figure "
                            "is reported",
                            bench->runners[i].cell->name);
    }
    return true;
}

static void choose(struct vtb_bench *bench, enum vtb_consumer consumer)
{
    for (size_t i = 0; i < bench->opened_n; i++)
        bench->runners[i].loop = vtb_fixture_loop(bench->fixture, bench->runners[i].cell, consumer);
    if (bench->pacemaker.cell)
        bench->pacemaker.loop = vtb_fixture_loop(bench->fixture, bench->pacemaker.cell, consumer);
}

bool vtb_bench_run(struct vtb_bench *bench, const struct vtb_plan *plan, enum vtb_consumer consumer,
                   vtb_progress *progress, void *context, struct vtb_samples *samples,
                   struct vtb_error *error)
{
    double round_ns = 0;
    *samples = (struct vtb_samples){0};
    choose(bench, consumer);
    bool ok =
        warm_up(bench, plan->epoch_ns, &round_ns, error) &&
        vtb_samples_make(samples, bench->fixture->point, vtb_rounds_of(plan, round_ns), error) &&
        measure(bench, samples, progress, context, error) && check_checksums(bench, error);
    if (!ok)
        vtb_samples_free(samples);
    return ok;
}

bool vtb_timing_run(struct vtb_fixture *fixture, const struct vtb_plan *plan,
                    enum vtb_consumer consumer, vtb_progress *progress, void *context,
                    struct vtb_samples *samples, struct vtb_error *error)
{
    struct vtb_bench *bench = vtb_bench_open(fixture, error);
    *samples = (struct vtb_samples){0};
    const bool ok =
        bench && vtb_bench_run(bench, plan, consumer, progress, context, samples, error);
    vtb_bench_close(bench);
    return ok;
}
