/* What a shard's result file says of it, for those that are merged to one. */
#ifndef REPORT_REPORT_SHARD_H
#define REPORT_REPORT_SHARD_H

#include <jansson.h>

#include "figures/results.h"

/* The keys: which shard it is, "I/N"; the digest of the whole plan, and how many tables that has;
 * of each table of the shard its place in the plan and its number of cases, in the order of the
 * file's rows; and the digest of the code of each cell that is loaded, by the name of its file. */
#define VTB_SHARD_KEY "shard"
#define VTB_SHARD_PLAN_KEY "shard_plan"
#define VTB_SHARD_ALL_KEY "shard_plan_tables"
#define VTB_SHARD_TABLES_KEY "shard_tables"
#define VTB_SHARD_CELLS_KEY "shard_cells"

/* The key of the shards that a merged result was made of. */
#define VTB_MERGED_FROM_KEY "merged_from"

/* Adds them to a context; nothing if the plan is no shard. */
void vtb_report_shard(json_t *context, const struct vtb_results *results);

#endif
