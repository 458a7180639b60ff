#include "base/stats.h"

#include <math.h>
#include <stdlib.h>

#include "base/allocate.h"

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The log of the probability of exactly k heads in n fair throws. */
static double log_binomial(size_t n, size_t k)
{
    return lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) -
           (double)n * log(2);
}

size_t vtb_interval_rank(size_t n, double confidence)
{
    double tail = 0; /* of k - 1 or fewer heads */
    for (size_t k = 0; k <= n / 2; k++) {
        tail += exp(log_binomial(n, k));
        if (2 * tail > 1 - confidence)
            return k;
    }
    return n / 2;
}

double vtb_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare_doubles);
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

struct vtb_interval vtb_interval_of(double *values, size_t n)
{
    const double median = vtb_median(values, n);
    const size_t k = vtb_interval_rank(n, VTB_CONFIDENCE);
    return (struct vtb_interval){
        .median = median,
        .lo = values[k - 1],
        .hi = values[n - k],
    };
}

double vtb_sign_test(size_t positive, size_t negative)
{
    size_t n = positive + negative;
    size_t fewer = positive < negative ? positive : negative;
    double tail = 0;
    for (size_t k = 0; k <= fewer; k++)
        tail += exp(log_binomial(n, k));
    return fmin(1, 2 * tail);
}

/* The index of the smallest p-value that is not done yet. */
static size_t next_smallest(const double *p, size_t n, const bool *done)
{
    size_t smallest = n;
    for (size_t i = 0; i < n; i++) {
        if (!done[i] && (smallest == n || p[i] < p[smallest]))
            smallest = i;
    }
    return smallest;
}

void vtb_holm(double *p, size_t n)
{
    bool *done = vtb_allocate(n, sizeof *done, "the order of some tests");
    double highest = 0;
    for (size_t rank = 0; rank < n; rank++) {
        size_t i = next_smallest(p, n, done);
        highest = fmax(highest, fmin(1, p[i] * (double)(n - rank)));
        p[i] = highest;
        done[i] = true;
    }
    free(done);
}
