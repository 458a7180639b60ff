/* `run_bench run`: from a plan to its results, pass by pass. */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <time.h>

#include "figures/results.h"
#include "passes/estimate.h"

/* Notes in *results the facts about a run of its options: when it begins, how loaded the machine is
 * before anything of it, and its command line, which *results refers to, and is the caller's to
 * free. */
VTB_MUST_USE char *vtb_run_describe(struct vtb_results *results, time_t now);

/* What has the results that there are whenever more of a run is finished. They are whole, with
 * `interrupted` set, and valid during the call. It may take as long as it likes: no clock runs. */
struct vtb_keeper {
    void (*keep)(void *context, const struct vtb_results *results);
    void *context;
    const char *resumed; /* a file of sessions that were run before; null: there are none */
};

/*
 * Runs a plan that was prepared: counts every case of every point, and then times every point. The
 * caller has set in *results the facts about the run, such as its date and `repeat`, and all else
 * to zero, and frees *results afterwards; the plan must outlive them. If it ends early, by an
 * interrupt or an error, what was finished stays in *results, results->interrupted is set, and the
 * call succeeds if there is something; but not where values are wrong. On false *error says what
 * failed, and *results is empty; of a shard without tables it is empty, too. With an estimate,
 * which may be null, the progress is shown; `keeper` may be null. For one thread.
 */
VTB_MUST_USE bool vtb_run(struct vtb_results *results, const struct vtb_plan *plan,
                          const struct vtb_estimate *estimate, const struct vtb_keeper *keeper,
                          struct vtb_error *error);

#endif
