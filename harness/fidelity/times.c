/*
 * Ratios of times. In a round each model runs an epoch, and the guest the same calls right behind
 * it; a ratio is the median of the rounds' own. Collections are taken out of epochs on both sides,
 * because their share of time is a prediction of its own.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/stats.h"
#include "bench/runner.h"
#include "fidelity/fidelity.h"
#include "passes/timing.h"
#include "plan/random.h"
#include "run/own_run.h"

#define CALLS_N 20000 /* of an epoch */
#define ROUNDS_N 60
#define ROUNDS_QUICK_N 16
#define WARM_S 20
#define KEYS_N 1000

#define DEPTH_DEEP 3

/* A case at a depth, as a model and as what stands for it in the guest. */
struct subject {
    const struct vtb_fixture *fixture;
    const struct vtb_case *the_case;
    struct vtb_runner runner;
    size_t number;           /* of the guest's case */
    bool ok;                 /* the guest has done all that it was asked, */
    struct vtb_error reason; /* or this was wrong */
    double *model_ns;        /* owned, as is the next: of each round, per call */
    double *guest_ns;
};

#define SUBJECTS_MAX 16

/* All of one hit rate. */
struct rate {
    struct vtb_fidelity *work;
    struct vtb_fixture fixtures[2]; /* of one method, and of several */
    size_t fixtures_n;
    struct subject subjects[SUBJECTS_MAX];
    size_t subjects_n;
    size_t rounds_n;
};

/* --- before --- */

static bool prepare(struct vtb_own_run *run, struct vtb_error *error)
{
    vtb_own_run_word(run, "--strategy=%s,%s", vtb_find_role(VTB_ROLE_BASELINE)->name,
                     vtb_find_role(VTB_ROLE_CHALLENGER)->name);
    vtb_own_run_word(run, "--method=both");
    vtb_own_run_word(run, "--heap=%s", vtb_fidelity_heap(true));
    vtb_own_run_word(run, "--hit-rate=0,0.5,0.8,1");
    vtb_own_run_word(run, "--depth=1,%d", DEPTH_DEEP);
    vtb_own_run_word(run, "--keys=%d", KEYS_N);
    vtb_own_run_word(run, "--gen0-budget=16M");
    vtb_own_run_word(run, "--rounds=0");
    return vtb_own_run_prepare(run, error);
}

/* Whether a case is timed: of several methods, asynchronous ones alone. */
static bool is_timed(const struct vtb_point *point, const struct vtb_case *the_case)
{
    return vtb_fidelity_name(the_case) &&
           (point->depth == 1 || the_case->method == VTB_METHOD_ASYNC);
}

/* Opens and warms what stands for a subject in the guest. */
static bool open_guest(struct rate *rate, struct subject *subject, struct vtb_error *error)
{
    bool steady;
    struct vtb_stand_in *own = &rate->work->guest;
    return vtb_stand_in_start(own, subject->fixture->point->gen0_budget_bytes, error) &&
           vtb_guest_open_case(&own->guest, subject->fixture, vtb_fidelity_name(subject->the_case),
                               &subject->number, error) &&
           vtb_guest_warm(&own->guest, subject->number, CALLS_N, WARM_S, &steady, error);
}

static bool open_subject(struct rate *rate, const struct vtb_fixture *fixture,
                         const struct vtb_case *the_case, struct vtb_error *error)
{
    struct subject *subject = &rate->subjects[rate->subjects_n];
    *subject = (struct subject){.fixture = fixture, .the_case = the_case};
    if (!vtb_runner_open(&subject->runner, fixture, the_case, VTB_CONSUMER_INDEPENDENT, NULL,
                         error))
        return false;
    rate->subjects_n++;
    subject->model_ns = vtb_allocate(rate->rounds_n + 1, sizeof(double), "times of epochs");
    subject->guest_ns = vtb_allocate(rate->rounds_n + 1, sizeof(double), "times of epochs");
    subject->ok = open_guest(rate, subject, &subject->reason);
    return true;
}

static bool open_point(struct rate *rate, const struct vtb_point *point, struct vtb_error *error)
{
    struct vtb_fixture *fixture = &rate->fixtures[rate->fixtures_n];
    if (!vtb_fixture_open(fixture, point, error))
        return false;
    rate->fixtures_n++;
    for (size_t i = 0; i < point->cases_n && rate->subjects_n < SUBJECTS_MAX; i++) {
        if (is_timed(point, &point->cases[i]) &&
            !open_subject(rate, fixture, &point->cases[i], error))
            return false;
    }
    return true;
}

/* Both depths of a hit rate. */
static bool open_rate(struct rate *rate, const struct vtb_plan *plan, double hit_rate,
                      struct vtb_error *error)
{
    for (size_t i = 0; i < plan->points_n; i++) {
        if (plan->points[i].hits.rate == hit_rate && rate->fixtures_n < 2 &&
            !open_point(rate, &plan->points[i], error))
            return false;
    }
    return true;
}

static void close_rate(struct rate *rate)
{
    for (size_t i = 0; i < rate->subjects_n; i++) {
        vtb_runner_close(&rate->subjects[i].runner);
        free(rate->subjects[i].model_ns);
        free(rate->subjects[i].guest_ns);
    }
    for (size_t i = 0; i < rate->fixtures_n; i++)
        vtb_fixture_close(&rate->fixtures[i]);
    vtb_guest_close(&rate->work->guest.guest);
}

/* --- rounds --- */

static double time_model(struct subject *subject, uint64_t first)
{
    struct vtb_runner *runner = &subject->runner;
    runner->callers[0].position = (size_t)first;
    vtb_runner_run(runner, VTB_BEFORE_EPOCH_N);
    const double gc_ns = runner->memory.collected.ns;
    const double start_ns = vtb_now_ns();
    vtb_runner_run(runner, CALLS_N);
    const double took_ns = vtb_now_ns() - start_ns;
    return (took_ns - (runner->memory.collected.ns - gc_ns)) / CALLS_N;
}

static bool time_guest(struct rate *rate, struct subject *subject, uint64_t first, double *ns,
                       struct vtb_error *error)
{
    struct vtb_guest_epoch epoch;
    struct vtb_guest *guest = &rate->work->guest.guest;
    if (!vtb_guest_run(guest, subject->number, first, VTB_BEFORE_EPOCH_N, &epoch, error) ||
        !vtb_guest_run(guest, subject->number, first + VTB_BEFORE_EPOCH_N, CALLS_N, &epoch, error))
        return false;
    *ns = ((double)epoch.ns - (double)epoch.pause_ns) / CALLS_N;
    return true;
}

/* A round; the first subject is another one each time, and so is who begins. */
static void run_round(struct rate *rate, size_t round, struct vtb_random *places)
{
    for (size_t i = 0; i < rate->subjects_n; i++) {
        struct subject *subject = &rate->subjects[(round + i) % rate->subjects_n];
        const uint64_t first = vtb_random_below(places, subject->fixture->ids_n);
        const bool guest_first = round % 2 == 1;
        for (int turn = 0; turn < 2; turn++) {
            if ((turn == 0) != guest_first)
                subject->model_ns[round] = time_model(subject, first);
            else if (subject->ok)
                subject->ok =
                    time_guest(rate, subject, first, &subject->guest_ns[round], &subject->reason);
        }
    }
}

/* Holds what the guest consumed against what the model did, of the very same calls. */
static void check(struct rate *rate)
{
    for (size_t i = 0; i < rate->subjects_n; i++) {
        struct subject *subject = &rate->subjects[i];
        vtb_runner_drain(&subject->runner, 0);
        if (subject->ok)
            subject->ok = vtb_guest_drain(&rate->work->guest.guest, subject->number,
                                          vtb_fixture_checksum(&subject->runner.callers[0]),
                                          &subject->reason);
    }
}

static bool run_rounds(struct rate *rate, struct vtb_error *error)
{
    struct vtb_random places = vtb_random_stream(1, rate->rounds_n);
    for (size_t round = 0; round < rate->rounds_n; round++) {
        if (vtb_interrupted())
            return vtb_fail_interrupted(error);
        run_round(rate, round, &places);
    }
    check(rate);
    return true;
}

/* --- ratios --- */

static const struct subject *find(const struct rate *rate, size_t depth, enum vtb_role role,
                                  bool async)
{
    for (size_t i = 0; i < rate->subjects_n; i++) {
        const struct subject *subject = &rate->subjects[i];
        if (subject->fixture->point->depth == depth &&
            (subject->the_case->method == VTB_METHOD_ASYNC) == async &&
            subject->the_case->counting->strategy->role == role)
            return subject;
    }
    return NULL;
}

static double median_ratio(const double *own_ns, const double *other_ns, size_t n)
{
    if (n == 0)
        return NAN;
    double *ratios = vtb_allocate(n, sizeof *ratios, "ratios of rounds");
    for (size_t i = 0; i < n; i++)
        ratios[i] = own_ns[i] / other_ns[i];
    const double median = vtb_median(ratios, n);
    free(ratios);
    return median;
}

static bool is_async(const struct vtb_case *the_case)
{
    return the_case->method == VTB_METHOD_ASYNC;
}

/* Names both: "a / b", or "a / b, async" if both are. */
static void name_pair(struct vtb_prediction *prediction, const struct vtb_case *own,
                      const struct vtb_case *other)
{
    (void)snprintf(prediction->model, sizeof prediction->model, "%.30s%s / %.30s%s",
                   own->counting->name, is_async(own) && !is_async(other) ? ", async" : "",
                   other->counting->name, is_async(other) ? ", async" : "");
    (void)snprintf(prediction->guest, sizeof prediction->guest, "%.38s / %.38s",
                   vtb_fidelity_name(own), vtb_fidelity_name(other));
}

static bool add(struct rate *rate, enum vtb_predicted kind, const struct subject *own,
                const struct subject *other, struct vtb_error *error)
{
    if (!own || !other)
        return true;
    struct vtb_prediction prediction = vtb_fidelity_prediction(kind, own->fixture->point);
    const bool ok = own->ok && other->ok;
    vtb_fidelity_title(own->the_case, prediction.model);
    (void)snprintf(prediction.guest, sizeof prediction.guest, "%s",
                   vtb_fidelity_name(own->the_case));
    if (kind != VTB_PREDICTED_DEPTH_RATIO)
        name_pair(&prediction, own->the_case, other->the_case);
    prediction.predicted = median_ratio(own->model_ns, other->model_ns, rate->rounds_n);
    *error = own->ok ? other->reason : own->reason;
    return vtb_fidelity_note(
        rate->work, &prediction, ok,
        ok ? median_ratio(own->guest_ns, other->guest_ns, rate->rounds_n) : NAN, error);
}

static bool add_ratios(struct rate *rate, struct vtb_error *error)
{
    const struct subject *plain = find(rate, 1, VTB_ROLE_FLOOR, false);
    const struct subject *task = find(rate, 1, VTB_ROLE_BASELINE, false);
    const struct subject *value = find(rate, 1, VTB_ROLE_CHALLENGER, false);
    const struct subject *async_task = find(rate, 1, VTB_ROLE_BASELINE, true);
    const struct subject *async_value = find(rate, 1, VTB_ROLE_CHALLENGER, true);
    return add(rate, VTB_PREDICTED_RATIO, task, value, error) &&
           add(rate, VTB_PREDICTED_RATIO, async_task, async_value, error) &&
           add(rate, VTB_PREDICTED_DEPTH_RATIO, find(rate, DEPTH_DEEP, VTB_ROLE_BASELINE, true),
               async_task, error) &&
           add(rate, VTB_PREDICTED_DEPTH_RATIO, find(rate, DEPTH_DEEP, VTB_ROLE_CHALLENGER, true),
               async_value, error) &&
           add(rate, VTB_PREDICTED_PLAIN_RATIO, task, plain, error) &&
           add(rate, VTB_PREDICTED_PLAIN_RATIO, value, plain, error) &&
           add(rate, VTB_PREDICTED_PLAIN_RATIO, async_task, plain, error) &&
           add(rate, VTB_PREDICTED_PLAIN_RATIO, async_value, plain, error);
}

static bool measure(struct vtb_fidelity *work, const struct vtb_plan *plan, double hit_rate,
                    struct vtb_error *error)
{
    static struct rate rate; /* large */
    memset(&rate, 0, sizeof rate);
    rate.work = work;
    if (!*work->guest.note->lost) /* else there is nothing to hold the models against */
        rate.rounds_n = work->options->quick ? ROUNDS_QUICK_N : ROUNDS_N;
    const bool ok = open_rate(&rate, plan, hit_rate, error) && run_rounds(&rate, error) &&
                    add_ratios(&rate, error);
    close_rate(&rate);
    return ok;
}

bool vtb_fidelity_times(struct vtb_fidelity *work, struct vtb_error *error)
{
    struct vtb_own_run run = {.words_n = 0};
    bool ok = prepare(&run, error);
    for (size_t i = 0; ok && i < run.plan.points_n; i++) {
        if (run.plan.points[i].depth == 1)
            ok = measure(work, &run.plan, run.plan.points[i].hits.rate, error);
    }
    vtb_own_run_close(&run);
    return ok;
}
