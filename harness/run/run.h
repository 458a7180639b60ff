/* `run_bench run`: from a plan to its results, pass by pass. */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "figures/results.h"
#include "passes/estimate.h"

/*
 * Counts every case of every point, then times every point, of a plan that was prepared. The caller
 * sets beforehand in *results what differs from run to run of a plan: see its `repeat`. On an
 * interrupt the comparisons that are finished stay in *results, results->interrupted is set, and
 * the call succeeds if there are any. On false *results is empty. If an estimate is given (it may
 * be null), a terminal is shown how far the run is.
 */
VTB_MUST_USE bool vtb_run(struct vtb_results *results, const struct vtb_plan *plan,
                          const struct vtb_estimate *estimate, struct vtb_error *error);

#endif
