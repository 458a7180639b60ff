/*
 * Shards into one result: the result files of all shards of a plan (plan/shard.h), as one. Rows are
 * taken as they stand in the files, in the order of the plan, so that the counts of a merged result
 * are those of a run of the whole plan to the last digit.
 *
 * Each table is of one machine, and so is each ratio. There may also be all shards of each of
 * several machines: then each table is there once for every machine, side by side.
 */
#ifndef GATE_MERGE_H
#define GATE_MERGE_H

#include <jansson.h>

#include "gate/result_file.h"
#include "plan/options.h"

/* A table of a shard. */
struct vtb_merged_table {
    const struct vtb_merged_shard *shard; /* null: it is missing */
    size_t first;                         /* its first row among those of the shard's text */
    size_t rows_n;
    size_t first_case; /* of the shard's rows of medians or counts */
    size_t cases_n;
};

/* A shard, by its result file. */
struct vtb_merged_shard {
    struct vtb_result_file file;
    struct vtb_result_text text;
    json_t *context;
    struct vtb_shard shard;
    size_t tables_n;
    size_t machine; /* its place among the machines */
};

/* A machine: it is another one where the host or the model of its processor is. */
struct vtb_merged_machine {
    const char *host; /* borrowed from a shard's file, as is the next */
    const char *cpu_model;
    char *label; /* the host; with the model, if another machine has the same host */
    size_t shards_n;
    size_t tables_n;
};

struct vtb_merged {
    struct vtb_merged_shard *shards; /* in ascending order of machines, and of their numbers */
    size_t shards_n;
    struct vtb_merged_machine *machines; /* in the order in which the files name them */
    size_t machines_n;
    json_t *cells;                   /* the digest of the code of each, by its name */
    bool timed;                      /* there are ratios */
    bool side_by_side;               /* each machine has all shards */
    size_t tables_n;                 /* of the plan */
    struct vtb_merged_table *tables; /* in the plan's order; of each, one for every machine if they
                                        are side by side */
};

/*
 * Reads the shards of a plan. On false, with VTB_EXIT_USAGE, *error names the file that cannot be
 * read, is no shard, is not whole, is of another plan, build or seed, or is there twice, or the
 * shards that are missing; and nothing is open. Else the result is freed by vtb_merge_free. If
 * there is no memory the process may end (base/allocate.h).
 */
VTB_MUST_USE bool vtb_merge_open(struct vtb_merged *merged, const char *const *paths, size_t n,
                                 struct vtb_error *error);

void vtb_merge_free(struct vtb_merged *merged);

/* Whether what is of one machine must not be taken together with what is of another: ratios, or a
 * table that is there several times. Counts alone are the same everywhere. */
bool vtb_merged_is_apart(const struct vtb_merged *merged);

/* Gives the table at a place of the plan, of a machine where they are side by side. */
const struct vtb_merged_table *vtb_merged_at(const struct vtb_merged *merged, size_t place,
                                             size_t machine);

#endif
