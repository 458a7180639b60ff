/* `run_bench run`: from a plan to its results, pass by pass. */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "figures/results.h"
#include "passes/estimate.h"

/*
 * Runs a plan that was prepared: counts every case of every point, and then times every point. The
 * caller has set in *results the facts about the run, such as its date and `repeat`, and all else
 * to zero, and frees *results afterwards; the plan must outlive them. On an interrupt the finished
 * comparisons stay in *results, results->interrupted is set, and the call succeeds if there are
 * any. On false *error says what failed, and *results is empty. With an estimate, which may be
 * null, the progress is shown. For one thread.
 */
VTB_MUST_USE bool vtb_run(struct vtb_results *results, const struct vtb_plan *plan,
                          const struct vtb_estimate *estimate, struct vtb_error *error);

#endif
