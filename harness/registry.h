/* The entries that the build found in impls/, workloads/ and heaps/, each list in the order of its
 * files' names and ended by a null. Immutable; for any thread. */
#ifndef REGISTRY_H
#define REGISTRY_H

#include <vtb/cell.h>
#include <vtb/workload.h>

struct vtb_workload_entry {
    const char *name;
    const struct vtb_workload *workload;
};

struct vtb_heap_entry {
    const char *name;
    const struct vtb_heap *heap;
};

/* One cell for each workload, strategy and pass, in this order. */
extern const struct vtb_cell *const vtb_cells[];
extern const struct vtb_workload_entry vtb_workloads[];
extern const struct vtb_heap_entry vtb_heaps[];

/* Null if there is none of that name. A strategy's name may be that of a variant: NAME@checked. */
const struct vtb_workload_entry *vtb_find_workload(const char *name);
const struct vtb_heap_entry *vtb_find_heap(const char *name);
const struct vtb_strategy *vtb_find_strategy(const char *name);
/* A cell that counts does so on every heap: kind.collected is not looked at. */
const struct vtb_cell *vtb_find_cell(const char *name, const char *workload, struct vtb_kind kind);

/* The workload that is measured when none is named: the first that says so. */
const struct vtb_workload_entry *vtb_default_workload(void);

/* The name, as the registry has it, of a strategy or of one of its variants. */
const char *vtb_find_name(const char *name);

#endif
