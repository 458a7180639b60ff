#include "registry.h"

#include <string.h>

const struct vtb_workload_entry *vtb_find_workload(const char *name)
{
    for (size_t i = 0; vtb_workloads[i].name; i++) {
        if (strcmp(vtb_workloads[i].name, name) == 0)
            return &vtb_workloads[i];
    }
    return NULL;
}

const struct vtb_workload_entry *vtb_default_workload(void)
{
    for (size_t i = 0; vtb_workloads[i].name; i++) {
        if (vtb_workloads[i].workload->is_default)
            return &vtb_workloads[i];
    }
    return &vtb_workloads[0];
}

const struct vtb_heap_entry *vtb_find_heap(const char *name)
{
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (strcmp(vtb_heaps[i].name, name) == 0)
            return &vtb_heaps[i];
    }
    return NULL;
}

static const struct vtb_cell *find_any(const char *name)
{
    for (size_t i = 0; vtb_cells[i]; i++) {
        if (strcmp(vtb_cells[i]->name, name) == 0)
            return vtb_cells[i];
    }
    return NULL;
}

const struct vtb_strategy *vtb_find_strategy(const char *name)
{
    const struct vtb_cell *cell = find_any(name);
    return cell ? cell->strategy : NULL;
}

const char *vtb_find_name(const char *name)
{
    const struct vtb_cell *cell = find_any(name);
    return cell ? cell->name : NULL;
}

const struct vtb_cell *vtb_find_cell(const char *name, const char *workload, struct vtb_kind kind)
{
    for (size_t i = 0; vtb_cells[i]; i++) {
        const struct vtb_cell *cell = vtb_cells[i];
        if (cell->kind.counting == kind.counting &&
            (kind.counting || cell->kind.collected == kind.collected) &&
            cell->kind.async == kind.async && strcmp(cell->name, name) == 0 &&
            strcmp(cell->workload_name, workload) == 0)
            return cell;
    }
    return NULL;
}
