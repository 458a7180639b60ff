#include "timing.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "interrupt.h"
#include "random.h"
#include "stats.h"
#include "stopwatch.h"

/* Labels of the seed's streams, beside the schedule's chunks. */
#define ORDER_STREAM (UINT64_MAX - 1)
#define PLACES_STREAM (UINT64_MAX - 2)

/* Operations of each case before anything is measured: at least enough to have the table in the
 * caches, and at most so many to fill the window. */
#define WARM_UP_MIN ((size_t)1 << 19)
#define WARM_UP_MAX ((size_t)1 << 25)

/* Operations and runs that tell how long an epoch is to be. */
#define CALIBRATION_N 16384
#define CALIBRATION_RUNS 4

/* Operations over which the cases' checksums are compared. */
#define CHECK_N 65536

struct bench {
    const struct vtb_rig *rig;
    enum vtb_consumer consumer;
    struct vtb_env *envs;
    struct vtb_epoch *epochs;
    size_t *order;
    size_t opened_n;
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

static bool bench_open(struct bench *bench, const struct vtb_rig *rig, enum vtb_consumer consumer,
                       struct vtb_error *error)
{
    const size_t n = rig->point->cases_n;
    *bench = (struct bench){
        .rig = rig,
        .consumer = consumer,
        .envs = calloc(n, sizeof *bench->envs),
        .epochs = calloc(n, sizeof *bench->epochs),
        .order = calloc(n, sizeof *bench->order),
    };
    if (!bench->envs || !bench->epochs || !bench->order)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", n);
    for (size_t i = 0; i < n; i++) {
        const struct vtb_cell *cell = rig->point->cases[i].timing;
        if (!vtb_rig_open_env(rig, &bench->envs[i], cell, rig->point->cases[i].heap->heap, error))
            return false;
        bench->opened_n++;
        bench->epochs[i] = (struct vtb_epoch){
            .name = cell->name,
            .run = vtb_rig_loop(rig, cell, consumer),
            .env = &bench->envs[i],
        };
    }
    return true;
}

static void bench_close(struct bench *bench)
{
    for (size_t i = 0; i < bench->opened_n; i++) {
        const struct vtb_cell *cell = bench->rig->point->cases[i].timing;
        vtb_rig_close_env(bench->rig, &bench->envs[i], cell);
    }
    free(bench->envs);
    free(bench->epochs);
    free(bench->order);
}

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Operations that fill the in-flight window, and somewhat more. */
static size_t warm_up_n(const struct vtb_point *point)
{
    const double miss_rate = point->force_async ? 1 : 1 - point->hit_rate;
    const double fill = miss_rate > 0 ? (double)point->in_flight / miss_rate * 1.1 : 0;
    return (size_t)fmin(fmax(fill, (double)WARM_UP_MIN), (double)WARM_UP_MAX);
}

/* Time per operation of a case that is warm: the least of a few runs, as only noise adds to it. */
static double calibrate(const struct vtb_epoch *epoch)
{
    double least = INFINITY;
    for (int i = 0; i < CALIBRATION_RUNS; i++) {
        const double start = now_ns();
        epoch->run(epoch->env, CALIBRATION_N);
        least = fmin(least, (now_ns() - start) / CALIBRATION_N);
    }
    return least;
}

/* Fills the windows, and sets every epoch's length: such that the median case takes epoch_ns. */
static bool warm_up(struct bench *bench, double epoch_ns, double *round_ns, struct vtb_error *error)
{
    const size_t n = bench->rig->point->cases_n;
    const size_t operations_n = warm_up_n(bench->rig->point);
    double *ns_per_op = calloc(n, sizeof *ns_per_op);
    double sum = 0;
    if (!ns_per_op)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", n);
    for (size_t i = 0; i < n && !vtb_interrupted(); i++) {
        bench->epochs[i].run(bench->epochs[i].env, operations_n);
        ns_per_op[i] = calibrate(&bench->epochs[i]);
        sum += ns_per_op[i];
    }
    const double epoch_n = fmax(1, round(epoch_ns / fmax(vtb_median(ns_per_op, n), 0.05)));
    for (size_t i = 0; i < n; i++)
        bench->epochs[i].operations_n = (size_t)epoch_n;
    *round_ns = sum * epoch_n;
    free(ns_per_op);
    return !vtb_interrupted() || vtb_fail_interrupted(error);
}

static size_t rounds_of(const struct vtb_plan *plan, double round_ns)
{
    if (plan->time_ns <= 0)
        return plan->rounds_n;
    return (size_t)fmin(fmax(plan->time_ns / round_ns, VTB_INTERVAL_MIN_N), 1e6);
}

static bool samples_make(struct vtb_samples *samples, size_t rounds_n, size_t cases_n,
                         struct vtb_error *error)
{
    *samples = (struct vtb_samples){
        .rounds_n = rounds_n,
        .cases_n = cases_n,
        .real_ns = calloc(rounds_n * cases_n, sizeof *samples->real_ns),
        .cpu_ns = calloc(rounds_n * cases_n, sizeof *samples->cpu_ns),
    };
    if (samples->real_ns && samples->cpu_ns)
        return true;
    return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu rounds of %zu cases", rounds_n,
                    cases_n);
}

void vtb_samples_free(struct vtb_samples *samples)
{
    free(samples->real_ns);
    free(samples->cpu_ns);
    *samples = (struct vtb_samples){0};
}

static bool measure(struct bench *bench, struct vtb_samples *samples, vtb_progress *progress,
                    void *context, struct vtb_error *error)
{
    const size_t n = samples->cases_n;
    struct vtb_random order = vtb_random_stream(bench->rig->point->seed, ORDER_STREAM);
    struct vtb_random places = vtb_random_stream(bench->rig->point->seed, PLACES_STREAM);
    samples->operations_n = bench->epochs[0].operations_n;
    for (size_t round = 0; round < samples->rounds_n; round++) {
        if (vtb_interrupted())
            return vtb_fail_interrupted(error);
        for (size_t i = 0; i < n; i++)
            bench->envs[i].position = (size_t)vtb_random_below(&places, VTB_SCHEDULE_CHUNK);
        vtb_latin_square(&order, bench->order, n, round);
        if (!vtb_stopwatch_round(bench->epochs, bench->order, n))
            return vtb_fail(error, VTB_EXIT_INTERNAL,
                            "Google Benchmark did not run the %zu epochs it was given", n);
        for (size_t i = 0; i < n; i++) {
            const double operations_n = (double)samples->operations_n;
            samples->real_ns[round * n + i] = bench->epochs[i].real_ns / operations_n;
            samples->cpu_ns[round * n + i] = bench->epochs[i].cpu_ns / operations_n;
        }
        progress(context, round + 1, samples->rounds_n);
    }
    return true;
}

/* What a case consumes of the schedule's first CHECK_N calls, all of it. */
static uint64_t check_run(struct bench *bench, size_t i)
{
    struct vtb_env *env = &bench->envs[i];
    const struct vtb_cell *cell = bench->rig->point->cases[i].timing;
    cell->drain(env);
    const uint64_t before = vtb_rig_checksum(env);
    env->position = 0;
    bench->epochs[i].run(env, CHECK_N);
    cell->drain(env);
    return vtb_rig_checksum(env) - before;
}

/* The very code that was timed must consume, of the same calls, the same values in all cases. */
static bool check_checksums(struct bench *bench, struct vtb_error *error)
{
    const struct vtb_point *point = bench->rig->point;
    for (size_t i = 0; i < point->cases_n; i++) {
        const struct vtb_case *the_case = &point->cases[i];
        const uint64_t expected = check_run(bench, the_case->floor);
        const uint64_t checksum = check_run(bench, i);
        if (i != the_case->empty && checksum != expected)
            return vtb_fail(error, VTB_EXIT_INTERNAL,
                            "%s consumed other values than the floor in the timing pass (checksum "
                            "%" PRIx64 ", not %" PRIx64 "); no figure is reported",
                            the_case->timing->name, checksum, expected);
    }
    return true;
}

bool vtb_timing_run(const struct vtb_rig *rig, const struct vtb_plan *plan,
                    enum vtb_consumer consumer, vtb_progress *progress, void *context,
                    struct vtb_samples *samples, struct vtb_error *error)
{
    struct bench bench;
    double round_ns = 0;
    *samples = (struct vtb_samples){0};
    bool ok = bench_open(&bench, rig, consumer, error) &&
              warm_up(&bench, plan->epoch_ns, &round_ns, error) &&
              samples_make(samples, rounds_of(plan, round_ns), rig->point->cases_n, error) &&
              measure(&bench, samples, progress, context, error) && check_checksums(&bench, error);
    if (!ok)
        vtb_samples_free(samples);
    bench_close(&bench);
    return ok;
}
