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

/*
 * Case i takes ns[i], with a relative noise of its own and, in each round, a much larger one that
 * all its cases share, as a machine's are.
 */
static inline struct vtb_samples synthetic_samples(size_t rounds_n, size_t cases_n,
                                                   const double *ns, double noise, uint64_t seed)
{
    struct vtb_random random = vtb_random_stream(seed, 99);
    const size_t times_n = rounds_n * cases_n + 1; /* never calloc(0) */
    struct vtb_samples samples = {
        .rounds_n = rounds_n,
        .cases_n = cases_n,
        .operations_n = 1000,
        .real_ns = (double *)calloc(times_n, sizeof(double)),
        .cpu_ns = (double *)calloc(times_n, sizeof(double)),
    };
    assert_non_null(samples.real_ns);
    assert_non_null(samples.cpu_ns);
    for (size_t round = 0; round < rounds_n; round++) {
        const double shared = exp(10 * noise * synthetic_gauss(&random));
        for (size_t i = 0; i < cases_n; i++) {
            const size_t at = round * cases_n + i;
            samples.real_ns[at] = ns[i] * shared * exp(noise * synthetic_gauss(&random));
            samples.cpu_ns[at] = samples.real_ns[at] * 0.99;
        }
    }
    return samples;
}

/* A plan from words as a user would give them; freed by the caller. */
static inline struct vtb_plan synthetic_plan(int argc, char **argv)
{
    static struct vtb_options options;
    struct vtb_plan plan = {0};
    struct vtb_error error;
    if (!vtb_options_parse(&options, argc, argv, &error) ||
        !vtb_plan_make(&plan, &options, &error) || !vtb_plan_prepare(&plan, &error))
        fail_msg("%s", error.message);
    return plan;
}

#define SYNTHETIC_PLAN(...)                                                              \
    synthetic_plan((int)(sizeof((char *[]){"run_bench", __VA_ARGS__}) / sizeof(char *)), \
                   (char *[]){"run_bench", __VA_ARGS__, NULL})

#endif
