/*
 * What follows from all tables of a merged result together: the answer, and the break-evens. They
 * are worked out anew, from the rows of the shards and the plan that their options make once more.
 */
#ifndef GATE_MERGED_RESULTS_H
#define GATE_MERGED_RESULTS_H

#include "figures/results.h"
#include "gate/merge.h"

struct vtb_merged_results {
    bool made;
    struct vtb_error reason;    /* why they are not made, if they are not */
    struct vtb_options options; /* of the shards' run */
    struct vtb_plan plan;
    struct vtb_results results;
};

/*
 * Makes them, unless tables are of several machines that are kept apart: ratios of these make no
 * curve, and no answer. If they cannot be made, as the options' plan is another one here, `reason`
 * says why. Refers to `merged`, and is freed by vtb_merged_results_free.
 */
void vtb_merged_results_make(struct vtb_merged_results *made, const struct vtb_merged *merged,
                             const struct vtb_options *options);

void vtb_merged_results_free(struct vtb_merged_results *made);

#endif
