#include "bench/case_run.h"

#include <stdio.h>
#include <string.h>

#include "bench/exhausted.h"

bool vtb_case_open(struct vtb_case_run *run, const struct vtb_fixture *fixture,
                   const struct vtb_cell *cell, const struct vtb_heap *heap,
                   const struct vtb_point *point, enum vtb_case_heap state, struct vtb_error *error)
{
    run->cell = cell;
    vtb_exhausted_watch(cell, heap);
    if (!vtb_memory_open(&run->memory, heap, point, error))
        return false;
    if (state == VTB_CASE_HEAP_WARM)
        vtb_memory_warm(&run->memory);
    if (!vtb_fixture_open_env(fixture, &run->env, cell, &run->memory, error)) {
        vtb_memory_close(&run->memory);
        return false;
    }
    vtb_memory_enter(&run->memory);
    return true;
}

void vtb_case_leave(const struct vtb_case_run *run)
{
    vtb_memory_leave(&run->memory);
}

void vtb_case_close(struct vtb_case_run *run)
{
    vtb_fixture_close_env(&run->env, run->cell, &run->memory);
    vtb_memory_close(&run->memory);
}

const char *vtb_case_remedy(const struct vtb_cell *cell)
{
    const char *colon = strchr(cell->name, ':');
    if (!colon)
        return "`run_bench check` of it says where";
    return colon[1] == 'a' ? "A's own `run_bench check` of it says where"
                           : "B's own `run_bench check` of it says where";
}

bool vtb_case_in_child(const struct vtb_cell *cell, const char *pass, vtb_child_function *run,
                       void *context, struct vtb_error *error)
{
    char name[VTB_PASS_NAME_BYTES];
    struct vtb_child child = {
        .name = name, .remedy = vtb_case_remedy(cell), .run = run, .context = context};
    (void)snprintf(name, sizeof name, "%s: %s", cell->name, pass);
    return vtb_child_work(&child, error);
}
