#include "passes/estimate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/clock.h"
#include "base/pages.h"
#include "base/stats.h"
#include "bench/case_run.h"
#include "cells/load.h"
#include "passes/counting.h"
#include "passes/instructions.h"
#include "passes/pressure.h"
#include "passes/timing.h"

/* The most operations of a cell that a trial times, after as many untimed ones; fewer if the first
 * few show that all of them would take longer than TRIAL_S. */
#define TRIAL_N ((size_t)16384)
#define FEW_N ((size_t)64)
#define TRIAL_S 20e-3

/* The most points of a plan that are tried. Another point is taken to cost what the point before it
 * does. */
#define TRIALS_MAX 2

/* Seconds that are spent beside the operations: for an epoch, in probes and clocks; more if it has
 * threads to muster; for a child process; and for a session, to start. Estimates, not measured on
 * this machine. */
#define EPOCH_S 3e-6
#define MUSTER_S 120e-6
#define CHILD_S 1.2e-3
#define SESSION_S 20e-3

/* Speeds that are assumed for cells that are not built: seconds for an operation that is timed, for
 * one that is counted, and for the rest; to open a case, and for a byte that lives in its heap and
 * a place of its window; to touch a line of other memory; and of a processor, for building a
 * cell. */
#define USUAL_TIMING_S 50e-9
#define USUAL_COUNTING_S 100e-9
#define USUAL_FILL_S 10e-9
#define USUAL_OPEN_S 20e-3
#define USUAL_CASE_S 8e-3
#define USUAL_LIVE_BYTE_S 1e-9
#define USUAL_PLACE_S 20e-9
#define USUAL_LINE_S 1.5e-9
#define USUAL_CELL_S 0.3

/* What a question to a store outside of the program takes, which is not asked for an estimate. */
#define USUAL_QUESTION_S 6e-6

#define LINE_BYTES 64

/* The task of a child process, and its results in seconds. */
struct trial {
    const struct vtb_plan *plan;
    const struct vtb_point *point;
    double open_s;    /* to make a fixture: the table, the schedule and the rest */
    double fill_s;    /* to draw one call */
    size_t cases_n;   /* of cells */
    double *timing_s; /* of one operation, of each case; with the array where a store is outside */
    double *counting_s;
    double *case_s;     /* to open a case, with what lives in its heap, and to close it */
    double *sorted_s;   /* scratch */
    double *pressure_n; /* calls of the pressure pass, of each case */
};

static double time_calls(vtb_loop_function *loop, struct vtb_env *env, size_t n)
{
    const double start_s = vtb_now_s();
    loop(env, n);
    return (vtb_now_s() - start_s) / (double)n;
}

static bool try_cell(const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                     const struct vtb_heap *heap, double *s, double *case_s,
                     struct vtb_error *error)
{
    struct vtb_case_run run;
    const double start_s = vtb_now_s();
    if (!vtb_case_open(&run, fixture, cell, heap, fixture->point, VTB_CASE_HEAP_NEW, error))
        return false;
    const double opened_s = vtb_now_s();
    vtb_loop_function *loop = vtb_fixture_loop(fixture, cell, VTB_CONSUMER_INDEPENDENT);
    loop(&run.env, FEW_N); /* untimed: the first calls cause page faults */
    *s = time_calls(loop, &run.env, FEW_N);
    if (*s * (double)TRIAL_N < TRIAL_S) {
        loop(&run.env, TRIAL_N);
        *s = time_calls(loop, &run.env, TRIAL_N);
    }
    const double tried_s = vtb_now_s();
    vtb_case_leave(&run);
    vtb_case_close(&run);
    *case_s = opened_s - start_s + vtb_now_s() - tried_s;
    return true;
}

/* Tries a case. If the plan only counts, the counting cell is tried in place of the timed one. */
static bool try_case(const struct vtb_fixture *fixture, const struct trial *trial, size_t i,
                     struct vtb_error *error)
{
    const struct vtb_case *the_case = &fixture->point->cases[i];
    const struct vtb_heap *heap = the_case->heap->heap;
    double *case_s = &trial->case_s[i];
    if (!try_cell(fixture, the_case->counting, heap, &trial->counting_s[i], case_s, error))
        return false;
    trial->timing_s[i] = trial->counting_s[i];
    trial->pressure_n[i] = (double)vtb_pressure_estimated_calls_n(fixture, the_case);
    return !vtb_plan_needs_timing(trial->plan, the_case) ||
           try_cell(fixture, the_case->timing, heap, &trial->timing_s[i], case_s, error);
}

static bool try_cases(const struct vtb_fixture *fixture, struct trial *trial,
                      struct vtb_error *error)
{
    for (size_t i = 0; i < trial->cases_n; i++) {
        const struct vtb_case *the_case = &fixture->point->cases[i];
        if (the_case->serial != i) { /* several callers at once take as long as one */
            trial->timing_s[i] = trial->timing_s[the_case->serial];
            trial->case_s[i] = trial->case_s[the_case->serial] * (double)the_case->threads_n;
            continue;
        }
        if (!try_case(fixture, trial, i, error))
            return false;
    }
    return true;
}

static bool run_trial(void *context, struct vtb_error *error)
{
    struct trial *trial = context;
    struct vtb_fixture fixture;
    const double start_s = vtb_now_s();
    if (!vtb_fixture_open(&fixture, trial->point, error))
        return false;
    const double opened_s = vtb_now_s();
    if (fixture.drawn)
        vtb_schedule_fill(&fixture.schedule, 0, fixture.drawn, TRIAL_N);
    trial->fill_s = fixture.drawn ? (vtb_now_s() - opened_s) / (double)TRIAL_N : 0;
    trial->open_s = opened_s - start_s;
    return try_cases(&fixture, trial, error);
}

/* Estimates the counting pass. Each case is run twice, at the same time if there are two
 * processors; cases that differ only in their number of callers are counted once. The first chunk
 * of calls is drawn once, and all others by each child. */
static double count_s(const struct trial *trial)
{
    const struct vtb_point *point = trial->point;
    const double calls_n = (double)vtb_counted_calls_n(point);
    const double later_n = fmax(0, calls_n - (double)VTB_SCHEDULE_CHUNK);
    const double runs_n = sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 1 : 2;
    double s = trial->open_s + (calls_n - later_n) * trial->fill_s;
    for (size_t i = 0; i < trial->cases_n; i++) {
        if (point->cases[i].serial == i)
            s += runs_n * (CHILD_S + trial->case_s[i] + later_n * trial->fill_s +
                           calls_n * trial->counting_s[i]);
    }
    return s;
}

/* Estimates the pressure pass: some cases are run once more, each in a process of its own, for each
 * table. */
static double pressure_s(const struct trial *trial, const struct vtb_plan *plan)
{
    const struct vtb_point *point = trial->point;
    double s = 0;
    for (size_t i = 0; i < trial->cases_n; i++) {
        if (point->cases[i].serial == i && vtb_plan_has_pressure(plan, &point->cases[i]))
            s += CHILD_S + trial->case_s[i] + trial->pressure_n[i] * trial->timing_s[i];
    }
    return s * (double)plan->tables_n;
}

static double sum_of(const double *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return sum;
}

static double cold_s(const struct trial *trial, const struct vtb_plan *plan)
{
    const double calls_n = (double)trial->point->calls_n;
    const double start_s = CHILD_S + calls_n * trial->fill_s;
    const double round_s = (double)trial->cases_n * start_s +
                           sum_of(trial->case_s, trial->cases_n) +
                           calls_n * sum_of(trial->timing_s, trial->cases_n);
    return round_s * (double)plan->rounds_n;
}

/* Seconds of an operation beyond what a trial found, because misses are asked of a store. */
static double asking_s(const struct vtb_point *point, size_t i)
{
    const double miss_rate = point->force_async ? 1 : 1 - point->hits.rate;
    return point->store && point->cases[i].timing->frame_bytes > 0
               ? miss_rate * USUAL_QUESTION_S / (double)point->store_threads_n
               : 0;
}

/* Estimates what one session takes for one consumer. With a store outside of the program every
 * epoch is run without it as well. */
static double session_s(const struct trial *trial, const struct vtb_plan *plan)
{
    const struct vtb_point *point = trial->point;
    const double cases_n = (double)trial->cases_n;
    double all_s = sum_of(trial->timing_s, trial->cases_n);
    if (point->cold)
        return cold_s(trial, plan);
    for (size_t i = 0; i < trial->cases_n; i++)
        trial->sorted_s[i] = trial->timing_s[i] + asking_s(point, i);
    all_s = sum_of(trial->sorted_s, trial->cases_n) + (point->store ? all_s : 0);
    const double median_s = vtb_median(trial->sorted_s, trial->cases_n);
    const double epoch_n = vtb_timing_epoch_n(point, plan->epoch_ns / 1e9 / median_s);
    const bool musters = point->completer || point->cases[trial->cases_n - 1].threads_n > 1;
    const double epoch_s = EPOCH_S + (musters ? MUSTER_S : 0);
    return all_s * (double)vtb_timing_untimed_n(point) +
           (double)plan->rounds_n * (all_s * (epoch_n + VTB_BEFORE_EPOCH_N) + cases_n * epoch_s);
}

/* Estimates the timing pass for one consumer: each session makes its own fixture, heaps and
 * windows. */
static double time_s(const struct trial *trial, const struct vtb_plan *plan)
{
    const double opening_s =
        trial->open_s + (trial->point->cold ? 0 : sum_of(trial->case_s, trial->cases_n));
    if (!vtb_plan_is_timed(plan))
        return 0;
    return (double)plan->sessions_n *
           (session_s(trial, plan) +
            (SESSION_S / (double)plan->points_n + opening_s) / (double)plan->consumers_n);
}

/* How many times slower a loop runs under valgrind while it is counted, and while it is not.
 * Estimates, not measured on this machine. */
#define COUNTED_SLOWER 80
#define NOT_COUNTED_SLOWER 8

/* Seconds for a child process under valgrind, beside its loop. */
#define VALGRIND_CHILD_S 50e-3

/* Estimates the counting of instructions: each case runs N and 2 N operations for each consumer. */
static double instructions_s(const struct trial *trial, const struct vtb_plan *plan)
{
    const struct vtb_point *point = trial->point;
    const double warm_up_n = (double)vtb_timing_warm_up_n(point);
    const double n =
        3 * (double)VTB_INSTRUCTIONS_N * COUNTED_SLOWER + 2 * warm_up_n * NOT_COUNTED_SLOWER;
    const double once_s = sum_of(trial->timing_s, trial->cases_n) * n +
                          2 * sum_of(trial->case_s, trial->cases_n) * NOT_COUNTED_SLOWER +
                          2 * (double)trial->cases_n * VALGRIND_CHILD_S;
    return plan->instructions ? once_s * (double)plan->consumers_n : 0;
}

static bool try_in_child(struct trial *trial, struct vtb_error *error)
{
    char name[VTB_PASS_NAME_BYTES];
    struct vtb_child child = {.name = name, .run = run_trial, .context = trial};
    (void)snprintf(name, sizeof name, "a trial of %s", trial->point->workload->name);
    return vtb_child_work(&child, error);
}

static void assume(struct trial *trial)
{
    const struct vtb_point *point = trial->point;
    const double touched_s = (double)point->pollute_bytes / LINE_BYTES * USUAL_LINE_S;
    trial->open_s = USUAL_OPEN_S;
    trial->fill_s = USUAL_FILL_S;
    for (size_t i = 0; i < trial->cases_n; i++) {
        const struct vtb_case *the_case = &point->cases[i];
        const bool collects = vtb_heap_collects(the_case->heap->heap);
        const double one_s = USUAL_CASE_S + (double)point->in_flight * USUAL_PLACE_S +
                             (collects ? (double)point->live_heap_bytes * USUAL_LIVE_BYTE_S : 0);
        trial->case_s[i] = one_s * (double)the_case->threads_n;
        trial->timing_s[i] = USUAL_TIMING_S + touched_s;
        trial->counting_s[i] = USUAL_COUNTING_S + touched_s;
        trial->pressure_n[i] = (double)vtb_pressure_calls_n(trial->point, NAN);
    }
}

static bool make_trial(struct trial **trial, const struct vtb_plan *plan, size_t i, bool built,
                       size_t *bytes, struct vtb_error *error)
{
    const struct vtb_point *point = &plan->points[i];
    const size_t times_bytes = point->cases_n * sizeof(double);
    *bytes = sizeof **trial + 5 * times_bytes;
    *trial = vtb_pages_shared(*bytes, "a trial's times", error);
    if (!*trial)
        return false;
    **trial = (struct trial){.plan = plan, .point = point, .cases_n = vtb_cells_end(point)};
    (*trial)->timing_s = (double *)(void *)(*trial + 1);
    (*trial)->counting_s = (*trial)->timing_s + point->cases_n;
    (*trial)->sorted_s = (*trial)->counting_s + point->cases_n;
    (*trial)->pressure_n = (*trial)->sorted_s + point->cases_n;
    (*trial)->case_s = (*trial)->pressure_n + point->cases_n;
    if (built)
        return try_in_child(*trial, error);
    assume(*trial);
    return true;
}

/* Seconds that a guest's case takes to be counted; in a session, mostly to warm itself; and in a
 * round. Estimates, not measured on this machine: of .NET and Java counting took 0.4 to 1.2. */
#define GUEST_COUNT_S 0.7
#define GUEST_SESSION_S 0.4
#define GUEST_ROUND_S 2e-3

static bool estimate_point(struct vtb_estimate *estimate, const struct vtb_plan *plan, size_t i,
                           double *counted_s, struct vtb_error *error)
{
    struct trial *trial = NULL;
    size_t bytes = 0;
    const bool ok = make_trial(&trial, plan, i, estimate->stale_n == 0, &bytes, error);
    if (ok) {
        const double guests_n = (double)(trial->point->cases_n - trial->cases_n);
        estimate->count_s[i] = count_s(trial) + pressure_s(trial, plan) + guests_n * GUEST_COUNT_S;
        *counted_s = instructions_s(trial, plan);
        estimate->time_s[i] = time_s(trial, plan);
        if (vtb_plan_is_timed(plan))
            estimate->time_s[i] += (double)plan->sessions_n * guests_n *
                                   (GUEST_SESSION_S + (double)plan->rounds_n * GUEST_ROUND_S);
    }
    vtb_pages_free(trial, bytes);
    return ok;
}

/* Counts the cells that are not up to date; loads the cells if there are none, to be tried. */
static bool look_at_cells(struct vtb_estimate *estimate, const struct vtb_plan *plan,
                          struct vtb_error *error)
{
    size_t n;
    const struct vtb_cell **cells = vtb_plan_cells(plan, &n);
    const long processors_n = sysconf(_SC_NPROCESSORS_ONLN);
    bool ok = cells || vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for a list of cells");
    ok = ok && vtb_cells_count_stale(cells, n, &estimate->stale_n, error);
    if (ok && estimate->stale_n == 0)
        ok = vtb_cells_load_built(cells, n, error);
    estimate->build_s =
        (double)estimate->stale_n * USUAL_CELL_S / (double)(processors_n > 1 ? processors_n : 1);
    estimate->total_s = estimate->build_s;
    free(cells);
    return ok;
}

bool vtb_estimate_make(struct vtb_estimate *estimate, const struct vtb_plan *plan,
                       struct vtb_error *error)
{
    const size_t n = plan->points_n;
    const size_t stride = (n + TRIALS_MAX - 1) / TRIALS_MAX;
    double counted_s = 0; /* seconds under valgrind for the point before */
    *estimate = (struct vtb_estimate){
        .count_s = vtb_allocate(n, sizeof *estimate->count_s, "the seconds of a plan"),
        .time_s = vtb_allocate(n, sizeof *estimate->time_s, "the seconds of a plan"),
    };
    bool ok = look_at_cells(estimate, plan, error);
    for (size_t i = 0; ok && i < n; i++) {
        if (i % stride == 0 || plan->points[i].workload != plan->points[i - 1].workload) {
            ok = estimate_point(estimate, plan, i, &counted_s, error);
        } else {
            estimate->count_s[i] = estimate->count_s[i - 1];
            estimate->time_s[i] = estimate->time_s[i - 1];
        }
        estimate->instructions_s += counted_s;
        const double timed_s = estimate->time_s[i] * (double)plan->consumers_n;
        estimate->session_s += timed_s / (double)plan->sessions_n;
        estimate->total_s += estimate->count_s[i] + counted_s + timed_s;
    }
    if (!ok)
        vtb_estimate_free(estimate);
    return ok;
}

void vtb_estimate_free(struct vtb_estimate *estimate)
{
    free(estimate->count_s);
    free(estimate->time_s);
    *estimate = (struct vtb_estimate){0};
}
