/*
 * From the sessions of a run to a figure that holds for the next run.
 *
 * The rounds of one process tell how far other rounds of that process, in that minute, would have
 * been. Another run is other processes in another minute. So a figure is made of one value a
 * session, and its interval of how far the sessions are apart; and as the sessions of one run share
 * the minutes in which they ran, and identical machine code runs at different speeds at different
 * places, two constants stand for what the sessions of one run cannot show. docs/METHOD.md explains
 * each term.
 */
#ifndef FIGURES_POOLED_H
#define FIGURES_POOLED_H

#include <stddef.h>

#include "base/stats.h"

/* The share of the variance between sessions that all sessions of one run have in common. */
#define VTB_POOLED_RHO 0.05

/* The difference, as a share, that identical machine code at other places has. */
#define VTB_POOLED_PHI 0.01

/* With fewer sessions than this there is no interval, and no verdict. */
#define VTB_SESSIONS_MIN 5

/* A session with fewer pairs than this gives no value. */
#define VTB_PAIRS_MIN 5

/* Ratios whose whole interval is this near to 1 are of the same speed. */
#define VTB_SAME_MARGIN 0.05

/* What is said of a ratio to the baseline. */
enum vtb_verdict {
    VTB_VERDICT_NONE,      /* the baseline itself, or a table without times */
    VTB_VERDICT_DIFFERENT, /* from the baseline, at 99 % over the whole table */
    VTB_VERDICT_SAME,      /* within VTB_SAME_MARGIN */
    VTB_VERDICT_UNKNOWN,   /* not known yet: more sessions would tell */
};

extern const char *const vtb_verdict_words[];

/* The value of one session, of its paired rounds. */
struct vtb_session_value {
    double median;
    double noise; /* the variance that the median has from the session's rounds alone */
};

/* Gives the median of n >= VTB_PAIRS_MIN values, and its variance: (pi / 2) (1.4826 MAD)^2 / n.
 * `scratch` has room for n numbers; `values` are sorted in place. */
struct vtb_session_value vtb_session_value_of(double *values, size_t n, double *scratch);

/* A figure over sessions. All but the first and the last are NaN if there are fewer than
 * VTB_SESSIONS_MIN. */
struct vtb_pooled {
    double mean;          /* NaN: no session has a value */
    double variance;      /* of the mean, for another run */
    double freedom;       /* degrees of freedom of the variance */
    double square;        /* the variance of one session: see vtb_pool_shrunk */
    double between_share; /* of the sessions' variance, that their rounds do not explain: 0 to 1 */
    double added;         /* the part of the variance that is not of sessions: see vtb_pooled_add */
    size_t sessions_n;    /* sessions that gave a value */
};

/* Pools the values of n sessions: a random-effects mean, each weighted by 1 / (tau^2 + noise),
 * where tau^2 is the sessions' variance beyond that of their rounds. */
struct vtb_pooled vtb_pool(const struct vtb_session_value *values, size_t n);

/* The same of sessions that each draw anew where the code lies: what places do is in how far they
 * are apart then, so that VTB_POOLED_PHI, which stands for it elsewhere, is not added. */
struct vtb_pooled vtb_pool_of_places(const struct vtb_session_value *values, size_t n);

/* Gives the figure of one point of a sweep, whose few sessions say little of how far sessions are
 * apart: `mean_square` is the mean of `square` over all points, and counts as VTB_SHRINK_SESSIONS
 * sessions more. */
#define VTB_SHRINK_SESSIONS 8
struct vtb_pooled vtb_pool_shrunk(const struct vtb_pooled *pooled, double mean_square);

/* Adds a variance of something else that the figure contains, beside its sessions; nothing if there
 * are too few sessions. */
void vtb_pooled_add(struct vtb_pooled *pooled, double variance);

/* Gives the interval at VTB_CONFIDENCE, of one figure out of `tests_n` (Bonferroni); NaN for its
 * ends if there are too few sessions. */
struct vtb_interval vtb_pooled_interval(const struct vtb_pooled *pooled, size_t tests_n);

/* Gives the two-sided p of the figure being 0; 1 if there are too few sessions. */
double vtb_pooled_p(const struct vtb_pooled *pooled);

/* Gives the distance from 0 at which a figure would be told from 0, among `tests_n` tests, in 90 %
 * of runs; NaN if there are too few sessions. */
double vtb_pooled_would_be_seen(const struct vtb_pooled *pooled, size_t tests_n);

/* Likewise, where a figure has to be beyond `least`, too, and both in two runs. */
double vtb_pooled_would_be_seen_twice(const struct vtb_pooled *pooled, size_t tests_n,
                                      double least);

/* Gives the difference of two figures of different runs, `after` less `before`. */
struct vtb_pooled vtb_pooled_difference(const struct vtb_pooled *before,
                                        const struct vtb_pooled *after);

#endif
