/* The part of a plan that is one of its shards (plan/shard.h). */
#ifndef PLAN_PLAN_SHARD_H
#define PLAN_PLAN_SHARD_H

#include "plan/plan.h"

/* Finds the digest of a plan that is made, and leaves it the points of its shard; all of them if
 * there is none. The tables of a point, one for each consumer, stay together, as their counts are
 * the same. On false *error says that there is no memory. */
VTB_MUST_USE bool vtb_plan_take_shard(struct vtb_plan *plan, const struct vtb_shard *shard,
                                      struct vtb_error *error);

/* Gives the number of tables of all shards of a plan. */
size_t vtb_plan_all_tables_n(const struct vtb_plan *plan);

#endif
