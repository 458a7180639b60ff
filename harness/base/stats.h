/*
 * Statistics of paired rounds, without assumptions about the shape of the noise.
 *
 * Intervals are order statistics of the sign test: for n independent values, the k-th smallest and
 * k-th largest enclose the median with a confidence that the binomial distribution gives exactly
 * (W. J. Conover, "Practical Nonparametric Statistics", section 3.2). Nothing here allocates from a
 * measured heap while a region is measured: these functions run between passes.
 */
#ifndef BASE_STATS_H
#define BASE_STATS_H

#include <stdbool.h>
#include <stddef.h>

#define VTB_CONFIDENCE 0.99

/* Fewer values than this have no interval at VTB_CONFIDENCE: 2 * 0.5^7 > 0.01. */
#define VTB_INTERVAL_MIN_N 8

struct vtb_interval {
    double median;
    double lo;
    double hi;
};

/* Median of n >= 1 values. Sorts values in place. */
double vtb_median(double *values, size_t n);

/* Median and its interval of n >= VTB_INTERVAL_MIN_N values. Sorts values in place. */
struct vtb_interval vtb_interval_of(double *values, size_t n);

/* How many of n values the interval leaves out on either side; k >= 1 means it exists. */
size_t vtb_interval_rank(size_t n, double confidence);

/* Two-sided p of the sign test: that `positive` and `negative` counts come from a median of zero.
 */
double vtb_sign_test(size_t positive, size_t negative);

/* Holm's step-down adjustment of n p-values for the whole table, in place. */
void vtb_holm(double *p, size_t n);

#endif
