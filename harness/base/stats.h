/* Medians, and tests that are adjusted for each other. Nothing here allocates from a measured heap
 * while a region is measured: these functions run between passes. */
#ifndef BASE_STATS_H
#define BASE_STATS_H

#include <stddef.h>

#define VTB_CONFIDENCE 0.99

struct vtb_interval {
    double median;
    double lo;
    double hi;
};

/* Computes the median of n >= 1 values. Sorts them in place. */
double vtb_median(double *values, size_t n);

/* Adjusts n p-values of one table for each other by Holm's step-down method, in place. */
void vtb_holm(double *p, size_t n);

#endif
