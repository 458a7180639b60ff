/* Times made up to a known truth, where a test of the summary or of a report needs samples. */
#ifndef SYNTHETIC_H
#define SYNTHETIC_H

#include "check.h"

#include "figures/summary.h"
#include "plan/prepare.h"
#include "plan/random.h"
#include "run/run.h"

/* Gaussian with mean 0 and deviation 1: twelve uniform numbers, less their mean. */
static inline double synthetic_gauss(struct vtb_random *random)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += vtb_random_unit(random);
    return sum;
}

/* Relative noise of a case: of each of its epochs, and of all of them in a session. */
struct synthetic_noise {
    double rounds;
    double sessions;
};

/* What the probe takes in the quiet state, which is its level, and beside a busy sibling. */
#define SYNTHETIC_QUIET_NS 1000
#define SYNTHETIC_BUSY_NS 1800

/* Sets what the probe read before the epoch at a place, and after it. */
static inline void synthetic_probes(struct vtb_samples *samples, size_t at, double before_ns,
                                    double after_ns)
{
    samples->probe_before_ns[at] = before_ns;
    samples->probe_after_ns[at] = after_ns;
}

/* Has the machine busy in a session from one round on. */
static inline void synthetic_busy(struct vtb_samples *samples, size_t session, size_t from_round)
{
    const size_t first = (session * samples->rounds_n + from_round) * samples->cases_n;
    const size_t end = (session + 1) * samples->rounds_n * samples->cases_n;
    for (size_t at = first; at < end; at++)
        synthetic_probes(samples, at, SYNTHETIC_BUSY_NS, SYNTHETIC_BUSY_NS);
}

/*
 * Case i of a point takes ns[i], with noise of its own and, in each session and each round, a much
 * larger one that all of its cases share, as a machine's is. The core is quiet all along, no epoch
 * has a collection, and of several callers number t takes t + 1 times what the case does. Freed
 * with vtb_samples_free.
 */
static inline struct vtb_samples synthetic_samples(const struct vtb_point *point, size_t sessions_n,
                                                   size_t rounds_n, const double *ns,
                                                   struct synthetic_noise noise, uint64_t seed)
{
    struct vtb_random random = vtb_random_stream(seed, 99);
    struct vtb_samples samples;
    struct vtb_error error;
    double *of_session = (double *)calloc(point->cases_n, sizeof *of_session);
    assert_non_null(of_session);
    if (!vtb_samples_make(&samples, point, sessions_n, rounds_n, &error))
        fail_msg("%s", error.message);
    samples.operations_n = 1000;
    for (size_t round = 0; round < sessions_n * rounds_n; round++) {
        const double shared = exp(10 * noise.rounds * synthetic_gauss(&random));
        for (size_t i = 0; i < point->cases_n; i++) {
            const size_t at = round * point->cases_n + i;
            if (round % rounds_n == 0)
                of_session[i] = exp(noise.sessions * synthetic_gauss(&random));
            samples.real_ns[at] =
                ns[i] * shared * of_session[i] * exp(noise.rounds * synthetic_gauss(&random));
            samples.cpu_ns[at] = samples.real_ns[at] * 0.99;
            synthetic_probes(&samples, at, SYNTHETIC_QUIET_NS, SYNTHETIC_QUIET_NS);
            for (size_t t = 0; samples.thread_ns && t < point->cases[i].threads_n; t++)
                samples.thread_ns[at * samples.threads_n + t] =
                    samples.real_ns[at] * (double)(t + 1);
        }
    }
    free(of_session);
    return samples;
}

/* A plan from words as a user would give them, whose cells are not built: of figures that are made
 * up nothing else is needed. Freed by the caller. */
static inline struct vtb_plan planned(int argc, char **argv)
{
    static struct vtb_options options;
    struct vtb_plan plan = {0};
    struct vtb_error error;
    if (!vtb_options_parse(&options, argc, argv, &error) || !vtb_plan_make(&plan, &options, &error))
        fail_msg("%s", error.message);
    return plan;
}

#define PLANNED(...)                                                              \
    planned((int)(sizeof((char *[]){"run_bench", __VA_ARGS__}) / sizeof(char *)), \
            (char *[]){"run_bench", __VA_ARGS__, NULL})

/* Likewise one whose cells are ready to run. */
static inline struct vtb_plan synthetic_plan(int argc, char **argv)
{
    struct vtb_plan plan = planned(argc, argv);
    struct vtb_error error;
    if (!vtb_plan_prepare(&plan, &error))
        fail_msg("%s", error.message);
    return plan;
}

#define SYNTHETIC_PLAN(...)                                                              \
    synthetic_plan((int)(sizeof((char *[]){"run_bench", __VA_ARGS__}) / sizeof(char *)), \
                   (char *[]){"run_bench", __VA_ARGS__, NULL})

#endif
