/* Probabilities and quantiles of the distributions that tests and intervals need. They hold for
 * finite arguments within the ranges that are said; nothing here allocates. */
#ifndef BASE_DISTRIBUTIONS_H
#define BASE_DISTRIBUTIONS_H

#include <stddef.h>

/* Gives the regularised incomplete beta function I_x(a, b), a and b > 0, 0 <= x <= 1: how likely a
 * value of the beta distribution is at most x. To about 14 digits, and 10 where a or b is a
 * million. (Continued fraction: NIST Digital Library of Mathematical Functions, 8.17.22.) */
double vtb_beta_below(double x, double a, double b);

/* Gives the x of which vtb_beta_below(x, a, b) is p, 0 <= p <= 1. */
double vtb_beta_quantile(double p, double a, double b);

/* Gives how likely a value of Student's t distribution with nu > 0 degrees of freedom, which need
 * not be a whole number, is at least |t| away from 0: the two-sided p. */
double vtb_t_p(double t, double nu);

/* Gives the t that a value of Student's t distribution is below with probability p, 0.5 <= p
 * < 1. */
double vtb_t_quantile(double p, double nu);

/* Bounds of a share. */
struct vtb_share_bounds {
    double lo;
    double hi;
};

/* Gives the bounds, at a confidence, of the probability of what happened in k of n > 0 trials; the
 * confidence is at least that. (C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial
 * limits illustrated in the case of the binomial", Biometrika 26, 1934.) */
struct vtb_share_bounds vtb_clopper_pearson(size_t k, size_t n, double confidence);

/* Ranks in n sorted values, from 1 on. */
struct vtb_ranks {
    size_t lo;
    size_t hi;
};

/* Gives the ranks between whose values, at a confidence, the quantile q, 0 < q < 1, is of what
 * n > 0 values were drawn from; the confidence is at least that. A `lo` of 0: no value is sure to
 * be below it; a `hi` of n + 1: none is sure to be above it. (Order statistics: W. J. Conover,
 * "Practical Nonparametric Statistics", 3.2.) */
struct vtb_ranks vtb_quantile_ranks(size_t n, double q, double confidence);

#endif
