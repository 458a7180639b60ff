#include "plan/schedule.h"

#include <math.h>

#include "plan/random.h"

/* Zipf ranks by rejection-inversion (W. Hoermann, G. Derflinger, "Rejection-inversion to generate
 * variates from monotone discrete distributions", 1996): constant memory for any number of keys. */
struct zipf {
    double s;
    double n;
    double integral_first;
    double integral_last;
    double squeeze;
};

/* The integral of x^-s, zero at 1, and its inverse. */
static double integral(double s, double x)
{
    return s == 1 ? log(x) : expm1((1 - s) * log(x)) / (1 - s);
}

static double integral_inverse(double s, double y)
{
    return s == 1 ? exp(y) : exp(log1p(fmax(y * (1 - s), -1)) / (1 - s));
}

static struct zipf zipf_make(double s, uint64_t n)
{
    struct zipf zipf = {.s = s, .n = (double)n};
    zipf.integral_first = integral(s, 1.5) - 1;
    zipf.integral_last = integral(s, zipf.n + 0.5);
    zipf.squeeze = 2 - integral_inverse(s, integral(s, 2.5) - pow(2, -s));
    return zipf;
}

/* A rank from 0 (the most frequent) to n - 1. */
static uint64_t zipf_rank(const struct zipf *zipf, struct vtb_random *random)
{
    for (;;) {
        double u = zipf->integral_last +
                   vtb_random_unit(random) * (zipf->integral_first - zipf->integral_last);
        double x = integral_inverse(zipf->s, u);
        double k = fmin(fmax(floor(x + 0.5), 1), zipf->n);
        if (k - x <= zipf->squeeze || u >= integral(zipf->s, k + 0.5) - pow(k, -zipf->s))
            return (uint64_t)k - 1;
    }
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
    return b ? gcd(b, a % b) : a;
}

/* A step that visits all n keys, so that frequent keys do not lie side by side. */
static uint64_t scatter_step(uint64_t n)
{
    uint64_t step = (uint64_t)((double)n * 0.6180339887498949) | 1;
    while (gcd(step, n) != 1)
        step += 2;
    return step;
}

/* Rounds n * rate to a whole number, a half upwards. It reckons in whole numbers, because no double
 * is 0.35: 90 calls at that rate are 31.5 hits, and so 32. */
static uint64_t share_of(uint64_t n, double rate)
{
    const uint64_t one = UINT64_C(1000000000000000); /* 15 decimals: all that a double keeps */
    const uint64_t parts = (uint64_t)llround(rate * (double)one);
    __extension__ typedef unsigned __int128 wide;
    return (uint64_t)(((wide)n * parts + one / 2) / one);
}

uint64_t vtb_schedule_hits(const struct vtb_schedule *schedule, uint64_t calls_n)
{
    return schedule->force_async ? 0 : share_of(calls_n, schedule->hit_rate);
}

uint64_t vtb_schedule_failures(const struct vtb_schedule *schedule, uint64_t calls_n)
{
    return share_of(calls_n - vtb_schedule_hits(schedule, calls_n), schedule->failure_rate);
}

/* Decides whether the next of n calls is one of the `*left` to be taken (selection sampling), so
 * that every arrangement is equally likely. */
static bool take_one(struct vtb_random *random, uint64_t n, uint64_t *left)
{
    const bool taken = vtb_random_below(random, n) < *left;
    *left -= taken;
    return taken;
}

void vtb_schedule_fill(const struct vtb_schedule *schedule, uint64_t chunk, uint32_t *ids, size_t n)
{
    struct vtb_random random = vtb_random_stream(schedule->seed, chunk);
    const bool is_zipf = schedule->distribution.zipf;
    const struct zipf zipf =
        is_zipf ? zipf_make(schedule->distribution.s, schedule->keys_n) : (struct zipf){0};
    const uint64_t step = scatter_step(schedule->keys_n);
    const uint64_t first = chunk * VTB_SCHEDULE_CHUNK;
    uint64_t hits_left =
        vtb_schedule_hits(schedule, first + n) - vtb_schedule_hits(schedule, first);
    uint64_t misses_left = n - hits_left;
    uint64_t failures_left =
        vtb_schedule_failures(schedule, first + n) - vtb_schedule_failures(schedule, first);
    for (size_t i = 0; i < n; i++) {
        uint32_t flags = 0;
        if (!take_one(&random, n - i, &hits_left)) {
            flags = VTB_ID_MISS;
            if (failures_left > 0 && take_one(&random, misses_left, &failures_left))
                flags |= VTB_ID_FAIL;
            misses_left--;
        }
        uint64_t key = is_zipf ? zipf_rank(&zipf, &random) * step % schedule->keys_n
                               : vtb_random_below(&random, schedule->keys_n);
        ids[i] = (uint32_t)key | flags;
    }
}
