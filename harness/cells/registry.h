/*
 * The entries that there are: those that the build found in impls/, workloads/ and heaps/, each
 * list in the order of its files' names and ended by an entry without a name; and those that a user
 * brings (cells/foreign.h). What is known here is known before any cell of it is compiled. For one
 * thread.
 */
#ifndef CELLS_REGISTRY_H
#define CELLS_REGISTRY_H

#include <vtb/cell.h>
#include <vtb/workload.h>

struct vtb_strategy_entry {
    const char *name;
    const char *file; /* from the root of the sources on, or absolute */
    /* What is known of its cells for the types of the default workload, by the direct and by the
     * asynchronous method, but for their functions. Null until vtb_foreign_load. */
    const struct vtb_cell *methods[2];
    const char *path;   /* as the user gave it; null, as is the next: it is one of impls/ */
    const char *digest; /* SHA-256 of the file, in hexadecimal; null until vtb_foreign_load */
};

struct vtb_workload_entry {
    const char *name;
    const char *stem; /* of its file; another one than the name where it has a size */
    const char *file;
    const struct vtb_workload *workload; /* null until vtb_foreign_load */
    const char *path; /* as the user gave it; null, as is the next: it is one of workloads/ */
    const char *digest;
    size_t payload_bytes; /* of one that has a size; 0 elsewhere */
};

struct vtb_heap_entry {
    const char *name;
    const struct vtb_heap *heap;
};

extern const struct vtb_strategy_entry vtb_strategies[];
extern const struct vtb_workload_entry vtb_workloads[];
extern const struct vtb_heap_entry vtb_heaps[];
extern const char vtb_default_workload_name[];

/* Null if there is none of that name. */
const struct vtb_workload_entry *vtb_find_workload(const char *name);
const struct vtb_heap_entry *vtb_find_heap(const char *name);
/* The name may be that of a variant: NAME@checked. */
const struct vtb_strategy_entry *vtb_find_strategy_entry(const char *name);
const struct vtb_strategy *vtb_find_strategy(const char *name);

/* The workload that is measured when none is named. */
const struct vtb_workload_entry *vtb_default_workload(void);

/* The name, as the registry has it, of a strategy or of one of its variants: NAME@checked if it
 * ever suspends, NAME@atomic if it counts references. Null: there is none. Lives as long as the
 * process.
 */
const char *vtb_find_name(const char *name);

/* The names of all variants of the strategies in impls/: null behind the last. */
const char *vtb_variant_at(size_t i);

/*
 * A cell, which need not be built: until vtb_cells_load has been given it, it has no function, and
 * its sizes are those for the types of the default workload. The same cell is the same pointer, for
 * as long as the process lives. A cell that counts does so on every heap: kind.collected is not
 * looked at. Null: there is no such strategy or workload, it cannot be compiled so, or it is a
 * user's and nothing of it is known before vtb_foreign_load.
 */
const struct vtb_cell *vtb_find_cell(const char *name, const char *workload, struct vtb_kind kind);

#endif
