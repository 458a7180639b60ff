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

const struct vtb_heap_entry *vtb_find_heap(const char *name)
{
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (strcmp(vtb_heaps[i].name, name) == 0)
            return &vtb_heaps[i];
    }
    return NULL;
}

const struct vtb_strategy *vtb_find_strategy(const char *name)
{
    for (size_t i = 0; vtb_cells[i]; i++) {
        if (strcmp(vtb_cells[i]->strategy_name, name) == 0)
            return vtb_cells[i]->strategy;
    }
    return NULL;
}

const struct vtb_cell *vtb_find_cell(const char *strategy, const char *workload, bool counting,
                                     bool collected)
{
    for (size_t i = 0; vtb_cells[i]; i++) {
        const struct vtb_cell *cell = vtb_cells[i];
        if (cell->counting == counting && cell->collected == collected &&
            strcmp(cell->strategy_name, strategy) == 0 &&
            strcmp(cell->workload_name, workload) == 0)
            return cell;
    }
    return NULL;
}
