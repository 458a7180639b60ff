/*
 * How long a plan takes, from a short trial of its cases on this machine, before anything of it is
 * run. The trial runs in child processes, so that the measured heaps stay untouched. Where cells
 * have to be built first nothing is built for it, and a usual speed stands in for the trial.
 */
#ifndef PASSES_ESTIMATE_H
#define PASSES_ESTIMATE_H

#include "plan/plan.h"

struct vtb_estimate {
    double *count_s;       /* owned; the counting pass of each point */
    double *time_s;        /* owned; the timing pass of each point for one consumer; 0: none */
    size_t stale_n;        /* cells that have to be built first */
    double build_s;        /* which takes so long */
    double instructions_s; /* of all points; 0: they are not counted */
    double total_s;
};

/* False, with *error set, if a trial could not be made; the estimate is then empty. */
VTB_MUST_USE bool vtb_estimate_make(struct vtb_estimate *estimate, const struct vtb_plan *plan,
                                    struct vtb_error *error);
void vtb_estimate_free(struct vtb_estimate *estimate);

#endif
