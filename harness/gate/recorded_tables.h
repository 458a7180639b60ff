/*
 * The tables of a result file that answer a question about one method, as if they had just been
 * measured: from there on the figures are a run's own. What the file cannot answer is refused, with
 * what it has instead. For one thread.
 */
#ifndef GATE_RECORDED_TABLES_H
#define GATE_RECORDED_TABLES_H

#include "figures/results.h"
#include "gate/result_file.h"
#include "plan/runtimes.h"

/* Two strategies, on heaps such as a runtime has. */
struct vtb_recorded_pair {
    const char *baseline;
    const char *other;
    const struct vtb_runtime *runtime; /* null: on any heap */
};

struct vtb_recorded_tables {
    struct vtb_results results; /* of the pair alone, first at the hit rate that was asked about */
    struct vtb_plan plan;
};

/*
 * Takes the tables of a file that are as `advise` is asked in the options: at one hit rate, and at
 * all others that are like it in everything else. What the options do not say is as it is by
 * default if the file has that, or else as the file has it, if it has only one. On false *error
 * says which option contradicts the file and what that has, or what the file lacks, with
 * VTB_EXIT_USAGE, and nothing need be freed. File and options must outlive the tables, which are
 * freed with vtb_recorded_tables_free.
 */
VTB_MUST_USE bool vtb_recorded_tables_make(struct vtb_recorded_tables *tables,
                                           const struct vtb_result_file *file,
                                           const struct vtb_options *options,
                                           const struct vtb_recorded_pair *pair,
                                           struct vtb_error *error);

void vtb_recorded_tables_free(struct vtb_recorded_tables *tables);

#endif
