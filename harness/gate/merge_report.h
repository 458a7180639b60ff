/* What is told of a merged result. */
#ifndef GATE_MERGE_REPORT_H
#define GATE_MERGE_REPORT_H

#include "base/output.h"
#include "gate/merge.h"
#include "gate/merged_results.h"

struct vtb_merged_report {
    const struct vtb_merged *merged; /* borrowed, as is the next */
    const struct vtb_merged_results *results;
};

/* Prints a result file, a table of machines and strategies with the answer where there is one, or a
 * line of CSV for each case of each machine. */
vtb_print vtb_merge_report; /* of a struct vtb_merged_report */

#endif
