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

/* The fewest values that have an interval at VTB_CONFIDENCE: with one less, 2 * 0.5^7 > 0.01. */
#define VTB_INTERVAL_MIN_N 8

struct vtb_interval {
    double median;
    double lo;
    double hi;
};

/* Computes the median of n >= 1 values. Sorts them in place. */
double vtb_median(double *values, size_t n);

/* Computes the median of n >= VTB_INTERVAL_MIN_N values, and its interval. Sorts them in place. */
struct vtb_interval vtb_interval_of(double *values, size_t n);

/* How many of n values the interval leaves out on either side; it exists only if that is >= 1. */
size_t vtb_interval_rank(size_t n, double confidence);

/* Computes the two-sided p of the sign test: how likely differences that are split at least as
 * unevenly as these, `positive` above 0 and `negative` below, are by chance if their median is
 * zero. */
double vtb_sign_test(size_t positive, size_t negative);

/* Adjusts n p-values of one table for each other by Holm's step-down method, in place. */
void vtb_holm(double *p, size_t n);

#endif
