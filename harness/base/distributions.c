#include "base/distributions.h"

#include <math.h>

/* Bisections halve an interval until its ends are neighbours among doubles. */
#define BISECTIONS 200

/* Steps of the continued fraction; it converges within some sqrt(max(a, b)) of them. */
#define STEPS_MAX 10000
#define PRECISION 1e-15
#define TINY 1e-300

static double not_zero(double value)
{
    return fabs(value) < TINY ? TINY : value;
}

/* The continued fraction of I_x(a, b), by the modified method of Lentz; x is below the mean. */
static double beta_fraction(double x, double a, double b)
{
    double c = 1;
    double d = 1 / not_zero(1 - (a + b) * x / (a + 1));
    double value = d;
    for (int m = 1; m <= STEPS_MAX; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / not_zero(1 + even * d);
        c = not_zero(1 + even / c);
        value *= c * d;
        d = 1 / not_zero(1 + odd * d);
        c = not_zero(1 + odd / c);
        value *= c * d;
        if (fabs(c * d - 1) < PRECISION)
            break;
    }
    return value;
}

/* What Stirling's formula for the log of gamma(a) leaves out, where a is at least STIRLING_MIN. */
#define STIRLING_MIN 20
static double stirling_rest(double a)
{
    const double square = a * a;
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1.0 / 1680 / square) / square) / square) / a;
}

/* The log of gamma(a + b) / gamma(a): where a is large, the difference of their logs would have
 * lost the digits that count. */
static double log_gamma_ratio(double a, double b)
{
    if (a < STIRLING_MIN)
        return lgamma(a + b) - lgamma(a);
    return (a - 0.5) * log1p(b / a) + b * (log(a + b) - 1) + stirling_rest(a + b) -
           stirling_rest(a);
}

double vtb_beta_below(double x, double a, double b)
{
    if (x <= 0 || x >= 1)
        return x <= 0 ? 0 : 1;
    if (x > (a + 1) / (a + b + 2))
        return 1 - vtb_beta_below(1 - x, b, a);
    const double front =
        log_gamma_ratio(fmax(a, b), fmin(a, b)) - lgamma(fmin(a, b)) + a * log(x) + b * log1p(-x);
    return exp(front) / a * beta_fraction(x, a, b);
}

double vtb_beta_quantile(double p, double a, double b)
{
    double lo = 0;
    double hi = 1;
    for (int i = 0; i < BISECTIONS; i++) {
        const double middle = (lo + hi) / 2;
        if (vtb_beta_below(middle, a, b) < p)
            lo = middle;
        else
            hi = middle;
    }
    return (lo + hi) / 2;
}

double vtb_t_p(double t, double nu)
{
    return vtb_beta_below(nu / (nu + t * t), nu / 2, 0.5);
}

double vtb_t_quantile(double p, double nu)
{
    double lo = 0;
    double hi = 1;
    while (vtb_t_p(hi, nu) > 2 * (1 - p) && hi < 1e300)
        hi *= 2;
    for (int i = 0; i < BISECTIONS; i++) {
        const double middle = (lo + hi) / 2;
        if (vtb_t_p(middle, nu) > 2 * (1 - p))
            lo = middle;
        else
            hi = middle;
    }
    return (lo + hi) / 2;
}

struct vtb_share_bounds vtb_clopper_pearson(size_t k, size_t n, double confidence)
{
    const double tail = (1 - confidence) / 2;
    const double happened = (double)k;
    const double not_happened = (double)(n - k);
    return (struct vtb_share_bounds){
        .lo = k == 0 ? 0 : vtb_beta_quantile(tail, happened, not_happened + 1),
        .hi = k == n ? 1 : vtb_beta_quantile(1 - tail, happened + 1, not_happened),
    };
}

/* The last rank of n whose value is below the quantile q with a probability above p: if so many
 * values or more are below it. */
static size_t last_rank_below(size_t n, double q, double p)
{
    size_t below = 0;
    size_t beyond = n + 1;
    while (beyond - below > 1) {
        const size_t rank = below + (beyond - below) / 2;
        if (vtb_beta_below(q, (double)rank, (double)(n - rank + 1)) > p)
            below = rank;
        else
            beyond = rank;
    }
    return below;
}

struct vtb_ranks vtb_quantile_ranks(size_t n, double q, double confidence)
{
    const double tail = (1 - confidence) / 2;
    return (struct vtb_ranks){last_rank_below(n, q, 1 - tail), last_rank_below(n, q, tail) + 1};
}
