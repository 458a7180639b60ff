#include "selftest/simulated.h"

#include <math.h>
#include <stdlib.h>

#include "base/allocate.h"
#include "plan/random.h"

/* The cases: one that all are compared with, twins of it, and slower ones. */
#define TWINS_N 10
#define SLOW_N 3
#define CASES_N (1 + TWINS_N + SLOW_N)

static const double slower_percents[SLOW_N] = {2, 5, 10};

/* The rounds of a session, and a time in ns. */
#define ROUNDS_N 40
#define TIME_NS 20

/* Deviations, as shares: of an epoch by itself; of all epochs of a round and of a session together,
 * which pairing removes; of a case in a session; and of a case by its place in one build, which is
 * phi. A run has a deviation of its own, which is rho. All of the
 * size that they have on shared machines, but those of rounds and sessions, which are exaggerated.
 * */
#define EPOCH_NOISE 0.03
#define ROUND_NOISE 0.3
#define SPEED_NOISE 0.2
#define SESSION_NOISE 0.01

/* The largest share of rounds beside a busy sibling, which each run draws, and what that multiplies
 * times by: slower cases by less, so that figures that mix the states differ from run to run. */
#define BUSY_SHARE_MAX 0.8
#define BUSY_FACTOR 1.5
#define BUSY_FACTOR_SLOW 1.3

#define QUIET_NS 1000

static double gauss(struct vtb_random *random)
{
    const double radius = sqrt(-2 * log(1 - vtb_random_unit(random)));
    return radius * cos(2 * acos(-1) * vtb_random_unit(random));
}

/* The deviations of the cases in one run, and in one of its sessions. */
struct deviations {
    double place[CASES_N];
    double run[CASES_N];
    double session[CASES_N];
    double speed;      /* of the machine in the session */
    double busy_share; /* of the rounds of the run */
};

static void draw_run(const struct vtb_simulated *simulated, struct deviations *deviations,
                     struct vtb_random *random)
{
    deviations->busy_share = BUSY_SHARE_MAX * vtb_random_unit(random);
    for (size_t i = 0; i < CASES_N; i++) {
        deviations->place[i] =
            i == 0 || !simulated->other_builds ? 0 : VTB_POOLED_PHI * gauss(random);
        deviations->run[i] = i == 0 ? 0 : sqrt(VTB_POOLED_RHO) * SESSION_NOISE * gauss(random);
    }
}

static void draw_session(struct deviations *deviations, struct vtb_random *random)
{
    deviations->speed = SPEED_NOISE * gauss(random);
    for (size_t i = 0; i < CASES_N; i++)
        deviations->session[i] = i == 0 ? 0 : SESSION_NOISE * gauss(random);
}

static void draw_round(const struct vtb_simulated *simulated, size_t first,
                       const struct deviations *deviations, struct vtb_random *random)
{
    const struct vtb_samples *samples = &simulated->stream.samples;
    const bool busy = vtb_random_unit(random) < deviations->busy_share;
    const double shared = deviations->speed + ROUND_NOISE * gauss(random);
    for (size_t i = 0; i < CASES_N; i++) {
        const double slower = simulated->subjects[i].slower_percent;
        const double factor = !busy ? 1 : slower > 0 ? BUSY_FACTOR_SLOW : BUSY_FACTOR;
        const double deviation = shared + deviations->place[i] + deviations->run[i] +
                                 deviations->session[i] + EPOCH_NOISE * gauss(random);
        samples->real_ns[first + i] = TIME_NS * (1 + slower / 100) * factor * exp(deviation);
        samples->cpu_ns[first + i] = samples->real_ns[first + i];
        samples->probe_before_ns[first + i] = samples->probe_after_ns[first + i] =
            QUIET_NS * (busy ? BUSY_FACTOR : 1);
    }
}

static void draw(const struct vtb_simulated *simulated, size_t sessions_n, uint64_t seed)
{
    const struct vtb_samples *samples = &simulated->stream.samples;
    struct vtb_random random = vtb_random_stream(seed, 0);
    struct deviations deviations = {.speed = 0};
    for (size_t s = 0; s < samples->sessions_n; s++) {
        if (s % sessions_n == 0)
            draw_run(simulated, &deviations, &random);
        draw_session(&deviations, &random);
        for (size_t round = 0; round < samples->rounds_n; round++)
            draw_round(simulated, (s * samples->rounds_n + round) * CASES_N, &deviations, &random);
    }
}

static void make_cases(struct vtb_simulated *simulated)
{
    for (size_t i = 0; i < CASES_N; i++) {
        const bool slow = i > TWINS_N;
        simulated->cases[i] = (struct vtb_case){.timing = &simulated->cell,
                                                .counting = &simulated->cell,
                                                .heap = &simulated->heap_entry,
                                                .threads_n = 1,
                                                .empty = CASES_N,
                                                .serial = i,
                                                .variant_of = i};
        simulated->subjects[i] = (struct vtb_subject){
            .truth = i == 0 ? VTB_TRUTH_NONE
                     : slow ? VTB_TRUTH_SLOW
                            : VTB_TRUTH_TWIN,
            .slower_percent = slow ? slower_percents[i - TWINS_N - 1] : 0,
        };
        simulated->counted[i].calls_n = 1;
    }
}

bool vtb_simulated_make(struct vtb_simulated *simulated, size_t runs_n, size_t sessions_n,
                        bool other_builds, uint64_t seed, struct vtb_error *error)
{
    static const char what[] = "the simulated cases";
    *simulated = (struct vtb_simulated){
        .cases = vtb_allocate(CASES_N, sizeof *simulated->cases, what),
        .subjects = vtb_allocate(CASES_N, sizeof *simulated->subjects, what),
        .counted = vtb_allocate(CASES_N, sizeof *simulated->counted, what),
        .cell = {.name = "simulated"},
        .other_builds = other_builds,
    };
    simulated->heap_entry = (struct vtb_heap_entry){.name = "none", .heap = &simulated->heap};
    simulated->point = (struct vtb_point){.cases = simulated->cases, .cases_n = CASES_N};
    make_cases(simulated);
    simulated->stream = (struct vtb_stream){
        .condition = other_builds ? "simulated, other builds" : "simulated",
        .point = &simulated->point,
        .subjects = simulated->subjects,
        .found = {.counted = simulated->counted},
        .quiet_ns = QUIET_NS,
        .is_known = true,
    };
    if (!vtb_samples_make(&simulated->stream.samples, &simulated->point, runs_n * sessions_n,
                          ROUNDS_N, error)) {
        vtb_simulated_free(simulated);
        return false;
    }
    draw(simulated, sessions_n, seed);
    return true;
}

void vtb_simulated_free(struct vtb_simulated *simulated)
{
    vtb_samples_free(&simulated->stream.samples);
    free(simulated->cases);
    free(simulated->subjects);
    free(simulated->counted);
    *simulated = (struct vtb_simulated){0};
}
