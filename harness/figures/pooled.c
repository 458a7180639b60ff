#include "figures/pooled.h"

#include <math.h>

#include "base/distributions.h"

const char *const vtb_verdict_words[] = {"", "different", "same", "not known yet"};

/* The normal quantile that makes 90 % power; that which makes 90 % of two runs that each have the
 * square root of that; and the factor that makes the median absolute deviation of normal values
 * their standard deviation. */
#define POWER_QUANTILE 1.2815515655446004
#define TWICE_QUANTILE 1.6322187896168654
#define MAD_TO_DEVIATION 1.4826

/* The noise of a session whose rounds all took the same time is not 0, but below what a clock can
 * tell: so weights stay finite. */
#define NOISE_MIN 1e-12

struct vtb_session_value vtb_session_value_of(double *values, size_t n, double *scratch)
{
    const double median = vtb_median(values, n);
    for (size_t i = 0; i < n; i++)
        scratch[i] = fabs(values[i] - median);
    const double deviation = MAD_TO_DEVIATION * vtb_median(scratch, n);
    return (struct vtb_session_value){median, acos(-1) / 2 * deviation * deviation / (double)n};
}

static double mean_of(const struct vtb_session_value *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i].median;
    return sum / (double)n;
}

static double mean_noise(const struct vtb_session_value *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i].noise;
    return sum / (double)n;
}

static double variance_of(const struct vtb_session_value *values, size_t n)
{
    const double mean = mean_of(values, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (values[i].median - mean) * (values[i].median - mean);
    return sum / (double)(n - 1);
}

/* The weighted mean, and at *square the variance of one session that its weights stand for: that by
 * which the variance of the mean is *square / n. More if the sessions are farther apart than their
 * weights say. */
static double weighted_mean(const struct vtb_session_value *values, size_t n, double tau2,
                            double *square)
{
    double weights = 0;
    double sum = 0;
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        const double weight = 1 / (tau2 + values[i].noise + NOISE_MIN);
        weights += weight;
        sum += weight * values[i].median;
    }
    const double mean = sum / weights;
    for (size_t i = 0; i < n; i++)
        squares += (values[i].median - mean) * (values[i].median - mean) /
                   (tau2 + values[i].noise + NOISE_MIN);
    *square = (double)n / weights * fmax(1, squares / (double)(n - 1));
    return mean;
}

/* Degrees of freedom beyond which nothing changes any more. */
#define FREEDOM_MAX 1e6

/* The variance of the mean for another run, with the constants for what sessions do not show:
 * `phi` is that for places of code. */
static void set_variance(struct vtb_pooled *pooled, double square, double freedom, double phi)
{
    const double of_sessions = square * (1 / (double)pooled->sessions_n + VTB_POOLED_RHO);
    pooled->variance = of_sessions + phi * phi;
    const double ratio = pooled->variance / of_sessions;
    pooled->freedom = fmin(freedom * ratio * ratio, FREEDOM_MAX);
}

static struct vtb_pooled too_few(const struct vtb_session_value *values, size_t n)
{
    return (struct vtb_pooled){
        .mean = n > 0 ? mean_of(values, n) : NAN,
        .variance = NAN,
        .freedom = NAN,
        .square = NAN,
        .between_share = NAN,
        .added = NAN,
        .sessions_n = n,
    };
}

static struct vtb_pooled pool(const struct vtb_session_value *values, size_t n, double phi)
{
    if (n < VTB_SESSIONS_MIN)
        return too_few(values, n);
    const double variance = variance_of(values, n);
    const double noise = mean_noise(values, n);
    struct vtb_pooled pooled = {
        .square = fmax(variance, noise),
        .between_share = variance > 0 ? fmax(0, 1 - noise / variance) : 0,
        .sessions_n = n,
    };
    double square;
    pooled.mean = weighted_mean(values, n, fmax(0, variance - noise), &square);
    set_variance(&pooled, square, (double)(n - 1), phi);
    return pooled;
}

struct vtb_pooled vtb_pool(const struct vtb_session_value *values, size_t n)
{
    return pool(values, n, VTB_POOLED_PHI);
}

struct vtb_pooled vtb_pool_of_places(const struct vtb_session_value *values, size_t n)
{
    return pool(values, n, 0);
}

struct vtb_pooled vtb_pool_shrunk(const struct vtb_pooled *pooled, double mean_square)
{
    struct vtb_pooled shrunk = *pooled;
    const double own = (double)pooled->sessions_n - 1;
    const double all = own + VTB_SHRINK_SESSIONS;
    if (pooled->sessions_n < VTB_SESSIONS_MIN)
        return shrunk;
    set_variance(&shrunk,
                 (own * pooled->square + VTB_SHRINK_SESSIONS * mean_square) / all + NOISE_MIN, all,
                 VTB_POOLED_PHI);
    shrunk.added = 0;
    vtb_pooled_add(&shrunk, pooled->added);
    return shrunk;
}

void vtb_pooled_add(struct vtb_pooled *pooled, double variance)
{
    if (pooled->sessions_n < VTB_SESSIONS_MIN || isnan(pooled->variance))
        return;
    const double ratio = (pooled->variance + variance) / pooled->variance;
    pooled->variance += variance;
    pooled->added += variance;
    pooled->freedom = fmin(pooled->freedom * ratio * ratio, FREEDOM_MAX);
}

/* The confidence that one of n tests has by itself, so that all of them together have
 * VTB_CONFIDENCE. */
static double quantile_of(const struct vtb_pooled *pooled, size_t tests_n)
{
    return vtb_t_quantile(1 - (1 - VTB_CONFIDENCE) / 2 / (double)tests_n, pooled->freedom);
}

struct vtb_interval vtb_pooled_interval(const struct vtb_pooled *pooled, size_t tests_n)
{
    if (!(pooled->variance > 0))
        return (struct vtb_interval){pooled->mean, NAN, NAN};
    const double half = quantile_of(pooled, tests_n) * sqrt(pooled->variance);
    return (struct vtb_interval){pooled->mean, pooled->mean - half, pooled->mean + half};
}

double vtb_pooled_p(const struct vtb_pooled *pooled)
{
    return pooled->variance > 0 ? vtb_t_p(pooled->mean / sqrt(pooled->variance), pooled->freedom)
                                : 1;
}

double vtb_pooled_would_be_seen(const struct vtb_pooled *pooled, size_t tests_n)
{
    return pooled->variance > 0
               ? (quantile_of(pooled, tests_n) + POWER_QUANTILE) * sqrt(pooled->variance)
               : NAN;
}

double vtb_pooled_would_be_seen_twice(const struct vtb_pooled *pooled, size_t tests_n, double least)
{
    if (!(pooled->variance > 0))
        return NAN;
    const double deviation = sqrt(pooled->variance);
    return fmax(quantile_of(pooled, tests_n) * deviation, least) + TWICE_QUANTILE * deviation;
}

/* Degrees of freedom of a sum of two variances: F. E. Satterthwaite, "An approximate distribution
 * of estimates of variance components", Biometrics Bulletin 2, 1946. */
static double freedom_of_sum(const struct vtb_pooled *a, const struct vtb_pooled *b)
{
    const double sum = a->variance + b->variance;
    return sum * sum /
           (a->variance * a->variance / a->freedom + b->variance * b->variance / b->freedom);
}

struct vtb_pooled vtb_pooled_difference(const struct vtb_pooled *before,
                                        const struct vtb_pooled *after)
{
    return (struct vtb_pooled){
        .mean = after->mean - before->mean,
        .variance = before->variance + after->variance,
        .freedom = freedom_of_sum(before, after),
        .square = NAN,
        .between_share = NAN,
        .added = NAN,
        .sessions_n =
            after->sessions_n < before->sessions_n ? after->sessions_n : before->sessions_n,
    };
}
