#include "plan/prepare.h"

#include <stdlib.h>

#include "base/allocate.h"
#include "base/progress.h"
#include "cells/load.h"
#include "cells/malloc_owner.h"
#include "cells/slots.h"
#include "plan/places.h"

/* Builds the plan's cells, and loads them too if `load` is set. */
static bool build_cells(const struct vtb_plan *plan, bool load, size_t *cells_n, size_t *now_n,
                        struct vtb_error *error)
{
    struct vtb_build_bar bar = {0};
    const struct vtb_cell **cells = vtb_plan_cells(plan, cells_n);
    const bool ok = cells ? (load ? vtb_cells_load : vtb_cells_build)(
                                cells, *cells_n, vtb_progress_build, &bar, error)
                          : vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for a list of cells");
    *now_n = bar.all_n;
    free(cells);
    return ok;
}

bool vtb_plan_build(const struct vtb_plan *plan, size_t *cells_n, size_t *now_n,
                    struct vtb_error *error)
{
    return build_cells(plan, false, cells_n, now_n, error);
}

bool vtb_plan_prepare(const struct vtb_plan *plan, struct vtb_error *error)
{
    size_t cells_n;
    size_t now_n;
    return build_cells(plan, true, &cells_n, &now_n, error);
}

bool vtb_plan_build_places(const struct vtb_plan *plan, uint64_t seed, uint64_t first,
                           struct vtb_error *error)
{
    struct vtb_build_bar bar = {0};
    size_t cells_n;
    size_t n = 0;
    if (!vtb_edition_at(0) || !vtb_plan_is_timed(plan))
        return true;
    const struct vtb_cell **cells = vtb_plan_cells(plan, &cells_n);
    if (!cells)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for a list of cells");
    struct vtb_target *targets =
        vtb_allocate(cells_n * plan->sessions_n + 1, sizeof *targets, "a list of cells");
    for (size_t s = 0; s < plan->sessions_n; s++) {
        unsigned paddings[VTB_EDITIONS_N];
        vtb_places_draw(seed, first + s, paddings);
        for (size_t i = 0; i < cells_n; i++) {
            if (!cells[i] || !vtb_slot_of(cells[i])->edition || cells[i]->kind.counting)
                continue;
            targets[n] = vtb_target_of(cells[i]);
            targets[n].padding = paddings[vtb_edition_number(targets[n].edition)];
            n++;
        }
    }
    free(cells);
    const bool ok = n == 0 || vtb_build(targets, n, vtb_progress_build, &bar, error);
    free(targets);
    return ok;
}

bool vtb_plan_check_heaps(const struct vtb_plan *plan, struct vtb_error *error)
{
    const struct vtb_heap_entry *last = NULL;
    for (size_t i = 0; i < plan->points_n; i++) {
        for (size_t j = 0; j < plan->points[i].cases_n; j++) {
            const struct vtb_heap_entry *entry = plan->points[i].cases[j].heap;
            if (entry != last && !vtb_malloc_check(entry, error))
                return false;
            last = entry;
        }
    }
    return true;
}
