/* What the variance of a session's value is made of, where each session has the value at two places
 * of the code. */
#ifndef FIGURES_SPREAD_H
#define FIGURES_SPREAD_H

#include "figures/pooled.h"

/* Parts of the variance of one session's value at one place: that of its rounds, that of the
 * session (the minute, the pages, the keys), and that of the place. Each is 0 or more; all are NaN
 * if there are fewer than VTB_SESSIONS_MIN sessions. */
struct vtb_spread {
    double rounds;
    double session;
    double place;
};

/*
 * Estimates the parts by their moments, of n sessions: what both places of a session have in common
 * is the session's (their covariance); of what they differ by, half is of one place, less what its
 * rounds explain.
 */
struct vtb_spread vtb_spread_of(const struct vtb_session_value *first,
                                const struct vtb_session_value *second, size_t n);

#endif
