/* `run_bench run`: from a plan to its results, pass by pass. */
#ifndef RUN_H
#define RUN_H

#include "estimate.h"
#include "report.h"

/* Builds the cells of a plan, and shows how far that is: how many there are, each counted once, and
 * how many were built now. */
VTB_MUST_USE bool vtb_run_build(const struct vtb_plan *plan, size_t *cells_n, size_t *now_n,
                                struct vtb_error *error);

/* Builds and loads them. */
VTB_MUST_USE bool vtb_run_prepare(const struct vtb_plan *plan, struct vtb_error *error);

/*
 * Counts every case of every point, then times every point; the plan was prepared. On an interrupt
 * the comparisons that are finished stay in *results, results->interrupted is set, and the call
 * succeeds if there are any. On false *results is empty. With an estimate, which may be null, a
 * terminal is shown how far the run is.
 */
VTB_MUST_USE bool vtb_run(struct vtb_results *results, const struct vtb_plan *plan,
                          const struct vtb_estimate *estimate, struct vtb_error *error);

#endif
