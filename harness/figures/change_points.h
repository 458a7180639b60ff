/*
 * Change points: where a figure that is measured again and again is at another level from then on.
 * The place is that of E-divisive means; whether there is a change at all is told by a permutation
 * test. docs/HISTORY.md says how, and why so. If there is no memory, the process ends
 * (base/allocate.h). Nothing here is random: the same values have the same changes.
 */
#ifndef FIGURES_CHANGE_POINTS_H
#define FIGURES_CHANGE_POINTS_H

#include <stddef.h>

/* The least number of values on either side of a change. */
#define VTB_CHANGE_VALUES_MIN ((size_t)3)

/* The share of wrong ones among changes that are told, in the mean. */
#define VTB_CHANGE_LEVEL 0.01

struct vtb_change {
    size_t at;     /* the first value of the new level */
    double p;      /* of the test, adjusted for all that were made at once */
    double before; /* the median of values between the change before and this one */
    double after;  /* and of those up to the next */
};

/* A figure's values, one after the other in time. */
struct vtb_course {
    const double *values; /* finite; borrowed */
    size_t n;
    struct vtb_change *changes; /* in the order of time; owned */
    size_t changes_n;
};

/* Finds the changes of n courses, each of at least `least` (in the values' unit) and all tested as
 * one family. Quadratic in the length of a course. The caller frees `changes` of each. */
void vtb_change_points(struct vtb_course *courses, size_t n, double least);

/* Gives the least number of values in which a change can be found at all, where n courses are
 * tested: with fewer, no order is rare enough. */
size_t vtb_change_least(size_t n);

/* A split of values into those before `at`, and the others. */
struct vtb_split {
    size_t at; /* 0: there is none, as there are too few values */
    double q;  /* energy distance of the two parts, times n m / (n + m) */
};

/* Finds the split of n values whose parts differ most. (D. S. Matteson, N. A. James, "A
 * nonparametric approach for multiple change point analysis of multivariate data", Journal of the
 * American Statistical Association 109, 2014, with alpha = 1.) */
struct vtb_split vtb_energy_split(const double *values, size_t n);

/* Writes how far each of n values is from their median, in deviations and up to four of
 * it, less the mean of that. */
void vtb_level_scores(double *scores, const double *values, size_t n);

/* A part of a course whose values are far off the others: all before a place, or behind it, or some
 * in the midst. */
struct vtb_level {
    double off; /* the square of the sum of its scores, in proportion to its variance */
    size_t end; /* the first value behind it; all are before, or behind, a place: n */
};

/* Finds the part of n scores that is farthest off. (The largest of all such tests: A. B. Olshen,
 * E. S. Venkatraman, R. Lucito, M. Wigler, "Circular binary segmentation for the analysis of
 * array-based DNA copy number data", Biostatistics 5, 2004. Of parts in the midst, lengths that
 * grow by a third.) */
struct vtb_level vtb_farthest_level(const double *scores, size_t n);

/* Gives the p of n values, that their order is a random one: the share of at most orders_n random
 * orders in which a level is as far off as theirs. It ends early where that is often so. (J. Besag,
 * P. Clifford, "Sequential Monte Carlo p-values", Biometrika 78, 1991.) */
double vtb_order_p(const double *values, size_t n, size_t orders_n);

/* Writes to shares[i], for i < n, how likely it is that the level of n values changes between
 * values i - 1 and i, if it does so once. (A. F. M. Smith, "A Bayesian approach to inference about
 * a change-point in a sequence of random variables", Biometrika 62, 1975, for normal values whose
 * means and variance are not known.) All are 0 where there are too few values. */
void vtb_change_shares(double *shares, const double *values, size_t n);

#endif
