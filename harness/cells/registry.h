/*
 * The entries that exist: those that the build found in impls/, workloads/ and heaps/, each list in
 * the order of its files' names and ended by an entry without a name; and those that a user brings
 * (cells/foreign.h). All of it is known before any cell is compiled. For one thread.
 */
#ifndef CELLS_REGISTRY_H
#define CELLS_REGISTRY_H

#include <vtb/cell.h>
#include <vtb/workload.h>

struct vtb_strategy_entry {
    const char *name;
    const char *file; /* from the root of the sources on, or absolute */
    /* Metadata of its cells for the types of the default workload, by each method: all but their
     * functions. Null until vtb_foreign_load. */
    const struct vtb_cell *methods[VTB_METHODS_N];
    /* The path that the user gave. This and the next are null if the file is one of impls/. */
    const char *path;
    const char *digest; /* SHA-256 of the file, in hexadecimal; null until vtb_foreign_load */
};

struct vtb_workload_entry {
    const char *name;
    /* The stem of its file: not the same as the name where that has a size. */
    const char *stem;
    const char *file;
    const struct vtb_workload *workload; /* null until vtb_foreign_load */
    /* The path that the user gave. This and the next are null if the file is one of workloads/. */
    const char *path;
    const char *digest;
    size_t payload_bytes; /* of a workload that has a size; else 0 */
};

struct vtb_heap_entry {
    const char *name;
    const struct vtb_heap *heap;
};

extern const struct vtb_strategy_entry vtb_strategies[];
extern const struct vtb_workload_entry vtb_workloads[];
extern const struct vtb_heap_entry vtb_heaps[];
extern const char vtb_default_workload_name[];

/* Gives the name of a heap; of one that is not in the list, as one of a check, its summary. */
const char *vtb_heap_name(const struct vtb_heap *heap);

/* The words for roles, by enum vtb_role; "": a strategy without one. */
extern const char *const vtb_role_words[];

/* Find an entry by its name; null if there is none. */
const struct vtb_workload_entry *vtb_find_workload(const char *name);
const struct vtb_heap_entry *vtb_find_heap(const char *name);
/* Find a strategy by its name, or by that of a variant: NAME@checked; or else by an alias, in upper
 * or lower case, of one in impls/. Null if there is none. */
const struct vtb_strategy_entry *vtb_find_strategy_entry(const char *name);
const struct vtb_strategy *vtb_find_strategy(const char *name);
/* Gives the reason why a strategy's method cannot be of such a kind, or be called so; null: it can.
 * Of the entry something must be known. */
const char *vtb_lacks_method(const struct vtb_strategy_entry *entry, struct vtb_kind kind);
/* Finds the first strategy in impls/ that has a role; null: none has. */
const struct vtb_strategy_entry *vtb_find_role(enum vtb_role role);

/* Gives the workload that is measured when none is named. */
const struct vtb_workload_entry *vtb_default_workload(void);

/* Gives the registry's own copy of the name of a strategy or of one of its variants: NAME@checked
 * if it ever suspends, NAME@atomic if it counts references. For an alias that is the name that
 * it stands for. Null: there is none. Lives as long as the process. */
const char *vtb_find_name(const char *name);

/* Gives the i-th of the aliases of the strategies in impls/; null behind the last. */
const char *vtb_alias_at(size_t i);

/* Gives the i-th of the names of all variants of the strategies in impls/; null behind the last. */
const char *vtb_variant_at(size_t i);

/*
 * Finds a cell, which need not be built: until vtb_cells_load has been given it, it has no
 * function, and its sizes are those for the types of the default workload. The same cell is always
 * the same pointer, for as long as the process lives. A counting cell counts on any heap and at any
 * depth, so that of its kind nothing is looked at but what decides counts. Null: there is no such
 * strategy or workload; or it cannot be compiled so; or it is a user's, and nothing is known of it
 * before vtb_foreign_load.
 */
const struct vtb_cell *vtb_find_cell(const char *name, const char *workload, struct vtb_kind kind);

#endif
