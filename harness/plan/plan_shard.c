#include "plan/plan_shard.h"

#include <stdio.h>
#include <stdlib.h>

/* Adds what sets two cases apart: the workload, and what they are of. */
static uint64_t add_case(uint64_t digest, const struct vtb_case *the_case)
{
    char kind[80];
    snprintf(kind, sizeof kind, "/%s/%zu/%d/%d", the_case->timing->name, the_case->threads_n,
             (int)the_case->method, (int)the_case->caller);
    return vtb_shard_digest(vtb_shard_digest(digest, kind), the_case->heap->name);
}

static uint64_t digest_of(const struct vtb_plan *plan)
{
    char effort[120];
    snprintf(effort, sizeof effort, "%zu sessions of %zu rounds of %.12g ns, %zu tables",
             plan->sessions_n, plan->rounds_n, plan->epoch_ns, plan->tables_n);
    uint64_t digest = vtb_shard_digest(0, effort);
    for (size_t p = 0; p < plan->points_n; p++) {
        const struct vtb_point *point = &plan->points[p];
        digest = vtb_mix64(digest ^ point->name_digest);
        for (size_t i = 0; i < point->cases_n; i++)
            digest = add_case(digest, &point->cases[i]);
    }
    return digest;
}

bool vtb_plan_take_shard(struct vtb_plan *plan, const struct vtb_shard *shard,
                         struct vtb_error *error)
{
    const size_t n = plan->points_n;
    plan->digest = digest_of(plan);
    plan->shard = *shard;
    if (shard->n == 0)
        return true;
    struct vtb_point *others = calloc(n, sizeof *others);
    if (!others)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for a plan of %zu tables", n);
    plan->points_n = 0;
    for (size_t p = 0; p < n; p++) {
        const struct vtb_point point = plan->points[p];
        if (vtb_shard_of(point.name_digest, shard->n) == shard->number)
            plan->points[plan->points_n++] = point;
        else
            others[plan->others_n++] = point;
    }
    for (size_t i = 0; i < plan->others_n; i++)
        plan->points[plan->points_n + i] = others[i];
    free(others);
    return true;
}

size_t vtb_plan_all_tables_n(const struct vtb_plan *plan)
{
    return (plan->points_n + plan->others_n) * plan->tables_n;
}
