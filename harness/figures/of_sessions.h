/* From one number a session to figures: of the one, what it varied in, and of two, their ratio. */
#ifndef FIGURES_OF_SESSIONS_H
#define FIGURES_OF_SESSIONS_H

#include "base/stats.h"

/* Gives a figure with the least and the most that it was in n sessions, of which NaN has none; NaN:
 * none has. */
struct vtb_interval vtb_range_of_sessions(double figure, const double *values, size_t n);

/* Gives the ratio of two, by pairs of n sessions, with an interval that holds for another run
 * (pooled.h): the noise of a session's number is in how far sessions are apart. All of it is NaN if
 * no session has both. */
struct vtb_interval vtb_ratio_of_sessions(const double *own, const double *base, size_t n);

#endif
