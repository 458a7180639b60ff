/* The one generator of pseudo-random numbers: splitmix64, a counter and a mix. Every stream is made
 * from the run's printed seed and a label of its own, so that a run can be repeated. */
#ifndef PLAN_RANDOM_H
#define PLAN_RANDOM_H

#include <stdint.h>

#include <vtb/workload.h>

struct vtb_random {
    uint64_t state;
};

static inline struct vtb_random vtb_random_stream(uint64_t seed, uint64_t label)
{
    struct vtb_random random = {vtb_mix64(seed) ^ vtb_mix64(~label)};
    return random;
}

static inline uint64_t vtb_random_next(struct vtb_random *random)
{
    uint64_t result = vtb_mix64(random->state);
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    return result;
}

/* A number that is uniform in 0 .. n - 1, for 0 < n <= 2^32 (its bias is below n / 2^32). */
static inline uint64_t vtb_random_below(struct vtb_random *random, uint64_t n)
{
    return (vtb_random_next(random) >> 32) * n >> 32;
}

/* A number that is uniform in [0, 1). */
static inline double vtb_random_unit(struct vtb_random *random)
{
    return (double)(vtb_random_next(random) >> 11) * 0x1p-53;
}

#endif
