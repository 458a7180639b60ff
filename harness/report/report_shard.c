#include "report/report_shard.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/allocate.h"
#include "base/json_text.h"
#include "cells/code.h"
#include "cells/load.h"
#include "plan/plan_shard.h"

static json_t *digest_text(uint64_t digest)
{
    char text[24];
    snprintf(text, sizeof text, "%016" PRIx64, digest);
    return json_string(text);
}

/* The tables that were finished, in their order. */
static json_t *tables(const struct vtb_results *results)
{
    const struct vtb_plan *plan = results->plan;
    json_t *list = json_array();
    for (size_t i = 0; i < results->comparisons_n; i++) {
        const struct vtb_point *point = results->comparisons[i].point;
        const size_t place = point->place * plan->tables_n + i % plan->tables_n;
        json_t *table = json_array();
        vtb_json_append(table, json_integer((json_int_t)place));
        vtb_json_append(table, json_integer((json_int_t)point->cases_n));
        vtb_json_append(list, table);
    }
    return list;
}

static json_t *cells(const struct vtb_plan *plan)
{
    size_t n;
    json_t *object = json_object();
    const struct vtb_cell **cells = vtb_plan_cells(plan, &n);
    if (!cells)
        vtb_no_memory(plan->points_n * sizeof *cells, "JSON");
    for (size_t i = 0; i < n; i++) {
        char name[VTB_TARGET_NAME_BYTES];
        const uint64_t digest = vtb_code_digest(&cells[i], 1);
        if (digest == 0)
            continue;
        const struct vtb_target target = vtb_target_of(cells[i]);
        vtb_target_name(&target, name);
        vtb_json_put(object, name, digest_text(digest));
    }
    free(cells);
    return object;
}

void vtb_report_shard(json_t *context, const struct vtb_results *results)
{
    const struct vtb_plan *plan = results->plan;
    char text[VTB_SHARD_TEXT_BYTES];
    if (plan->shard.n == 0)
        return;
    vtb_json_put(context, VTB_SHARD_KEY, json_string(vtb_shard_text(text, &plan->shard)));
    vtb_json_put(context, VTB_SHARD_PLAN_KEY, digest_text(plan->digest));
    vtb_json_put(context, VTB_SHARD_ALL_KEY, json_integer((json_int_t)vtb_plan_all_tables_n(plan)));
    vtb_json_put(context, VTB_SHARD_TABLES_KEY, tables(results));
    vtb_json_put(context, VTB_SHARD_CELLS_KEY, cells(plan));
}
