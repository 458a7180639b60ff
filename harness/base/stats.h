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

/* Adjusts n p-values for each other by the procedure of Benjamini and Hochberg, in place: of those
 * that are at most q afterwards, a share of q is wrong in the mean. (Y. Benjamini, Y. Hochberg,
 * "Controlling the false discovery rate", Journal of the Royal Statistical Society B 57, 1995.) */
void vtb_benjamini_hochberg(double *p, size_t n);

#endif
