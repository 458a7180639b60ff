/*
 * An estimate of the time that a plan takes, made before the plan is run, from a short trial of its
 * cases on this machine. The trial runs in child processes, so that the heaps that will be measured
 * stay untouched. Nothing is built for a trial: if cells have to be built first, a usual speed is
 * assumed instead.
 */
#ifndef PASSES_ESTIMATE_H
#define PASSES_ESTIMATE_H

#include "plan/plan.h"

/* Times in seconds. */
struct vtb_estimate {
    double *count_s;       /* owned; the counting and other untimed passes of each point */
    double *time_s;        /* owned; all sessions of each point for one consumer; 0: none */
    double session_s;      /* one session, of all points and consumers */
    size_t stale_n;        /* cells that have to be built first */
    double build_s;        /* building these cells */
    double instructions_s; /* counting instructions, for all points; 0: they are not counted */
    double total_s;
};

/* Makes an estimate, which the caller frees with vtb_estimate_free. On false *error says why a
 * trial could not be made, and the estimate is empty. Takes up to some seconds. */
VTB_MUST_USE bool vtb_estimate_make(struct vtb_estimate *estimate, const struct vtb_plan *plan,
                                    struct vtb_error *error);

/* Frees the times of an estimate, which may be empty, and leaves it empty. */
void vtb_estimate_free(struct vtb_estimate *estimate);

#endif
