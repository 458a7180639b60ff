#include "built.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells/load.h"

#define CELLS_MAX 2000
#define NAME_BYTES 96 /* of a variant */

static const struct vtb_cell *cells[CELLS_MAX + 1];
static size_t cells_n;

static void require(bool ok, const struct vtb_error *error)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n%s", error->message, error->details ? error->details : "");
    abort();
}

static void add(const char *name, const char *workload, struct vtb_kind kind)
{
    const struct vtb_cell *cell = vtb_find_cell(name, workload, kind);
    if (cell && cells_n == CELLS_MAX)
        abort();
    if (cell)
        cells[cells_n++] = cell;
}

/* Adds a strategy's cells by every method, for a classic caller, that differ in nothing but that
 * from `kind`. */
static void add_methods(const char *name, const char *workload, struct vtb_kind kind)
{
    for (int method = 0; method < VTB_METHODS_N; method++) {
        kind.method = (enum vtb_method)method;
        add(name, workload, kind);
    }
}

/* Likewise those that are timed, on heaps that free and that collect, and that count. */
static void add_kinds(const char *name, const char *workload)
{
    add_methods(name, workload, (struct vtb_kind){.counting = false});
    add_methods(name, workload, (struct vtb_kind){.counting = true});
    add_methods(name, workload, (struct vtb_kind){.collected = true});
}

/* Those that the build names: by default with a value that is a struct, and with caches that are
 * real. */
static bool is_for_all(const char *workload)
{
    static const char *const for_all[] = {BUILT_FOR_ALL};
    for (size_t i = 0; i < sizeof for_all / sizeof *for_all; i++) {
        if (strcmp(for_all[i], workload) == 0)
            return true;
    }
    return false;
}

bool built_stands_for_all(const struct vtb_strategy *strategy)
{
    return strategy->role == VTB_ROLE_BASELINE || strategy->role == VTB_ROLE_CHALLENGER;
}

static bool is_compared(const struct vtb_strategy_entry *entry)
{
    return built_stands_for_all(entry->methods[0]->strategy);
}

static bool is_floor(const struct vtb_strategy_entry *entry)
{
    return entry->methods[0]->strategy->role == VTB_ROLE_FLOOR;
}

/* These, and those that differ most in what they do with a value. */
static bool is_shown(const struct vtb_strategy_entry *entry)
{
    return entry->methods[0]->strategy->role != VTB_ROLE_NONE || entry->methods[0]->in_frame;
}

/* By the direct method: timed on heaps that free, and counted. */
static void add_direct(const char *name, const char *workload)
{
    add(name, workload, (struct vtb_kind){.counting = false});
    add(name, workload, (struct vtb_kind){.counting = true});
}

/*
 * Of a workload that has every strategy, those that are compared have all their kinds. Of the
 * others the machine code is read where the types are what differs, so that they are timed; and
 * where answers come and go, they count what they ask the store for.
 */
static void add_for_all(const struct vtb_strategy_entry *entry,
                        const struct vtb_workload_entry *workload)
{
    const bool is_read = BUILT_OTHERS && workload->workload->default_capacity == 0;
    if (is_compared(entry))
        add_kinds(entry->name, workload->name);
    else if (is_floor(entry))
        add_direct(entry->name, workload->name);
    else if (is_read)
        add_methods(entry->name, workload->name, (struct vtb_kind){.counting = false});
    else if (!BUILT_FOR_THREADS)
        add(entry->name, workload->name, (struct vtb_kind){.counting = true});
}

/* Of the curve of sizes its ends are built, with what they differ in. */
static bool is_end(const char *workload)
{
    return strcmp(workload, "payload_8") == 0 || strcmp(workload, "payload_256") == 0;
}

/* Where only types and constants of a workload differ: timed on heaps that free, and counted; the
 * floor for what others are held against. */
static void add_few(const struct vtb_strategy_entry *entry, const char *workload)
{
    const bool is_sized = strncmp(workload, "payload_", strlen("payload_")) == 0;
    if (is_sized && !is_end(workload))
        return;
    if (is_compared(entry) || (is_sized && is_shown(entry)))
        add(entry->name, workload, (struct vtb_kind){.counting = false});
    if (is_floor(entry))
        add(entry->name, workload, (struct vtb_kind){.counting = true});
    if (is_compared(entry)) {
        add(entry->name, workload, (struct vtb_kind){.counting = true});
        add(entry->name, workload, (struct vtb_kind){.counting = true, .method = VTB_METHOD_ASYNC});
    }
}

/* Timed, on heaps that free and that collect. */
static void add_timed(const char *name, struct vtb_kind kind)
{
    add(name, vtb_default_workload()->name, kind);
    kind.collected = true;
    add(name, vtb_default_workload()->name, kind);
}

/* Those whose caller is runtime-async, and awaits at once or has a task in a variable. */
static void add_by_runtime(const struct vtb_strategy_entry *entry, bool layered)
{
    for (int method = 0; method < VTB_METHODS_N; method++)
        add_timed(entry->name, (struct vtb_kind){.method = (enum vtb_method)method,
                                                 .by_runtime = true,
                                                 .layered = layered});
    add_timed(entry->name,
              (struct vtb_kind){.method = VTB_METHOD_RUNTIME, .stored = true, .layered = layered});
}

/* Those whose caller has an interface. */
static void add_abstract(const struct vtb_strategy_entry *entry)
{
    const struct vtb_kind kind = {.abstract = true};
    if (is_compared(entry))
        add_methods(entry->name, vtb_default_workload()->name, kind);
    else if (BUILT_OTHERS)
        add(entry->name, vtb_default_workload()->name, kind);
}

/* A strategy that may complete on another thread: itself, or its variant that counts for several
 * threads. */
static void for_threads(const struct vtb_strategy_entry *entry, char name[NAME_BYTES])
{
    (void)snprintf(name, NAME_BYTES, "%s%s", entry->name,
                   entry->methods[0]->several_threads ? "" : "@atomic");
}

/* Those that a store outside of the program may answer, on a completing thread. */
static void add_outside(const struct vtb_strategy_entry *entry)
{
    const struct vtb_kind kind = {.outside = true};
    char name[NAME_BYTES];
    for_threads(entry, name);
    if (!is_shown(entry))
        return;
    add_timed(is_compared(entry) ? name : entry->name, kind);
    if (is_compared(entry))
        add(name, vtb_default_workload()->name,
            (struct vtb_kind){.method = VTB_METHOD_ASYNC, .outside = true});
}

/* Those whose hand-overs to a caller that waits are timed, which another thread completes. */
static void add_handover(const struct vtb_strategy_entry *entry)
{
    const struct vtb_cell *known = entry->methods[0];
    char name[NAME_BYTES];
    for_threads(entry, name);
    if (known->frame_bytes == 0 || known->strategy->lacks.other_threads)
        return;
    add_timed(name, (struct vtb_kind){.handover = true});
    if (is_compared(entry))
        add(name, vtb_default_workload()->name,
            (struct vtb_kind){.method = VTB_METHOD_ASYNC, .handover = true});
}

/* Those that count run on heaps of both kinds, and show what a strategy does by every method. */
static void add_counted_and_timed(const char *name)
{
    add_methods(name, vtb_default_workload()->name, (struct vtb_kind){.counting = true});
    add_timed(name, (struct vtb_kind){.counting = false});
}

/* Timed cells of variants are needed where other threads complete, and of those that are compared;
 * where threads are what is looked at, there are no others. */
static void add_variants(void)
{
    const char *workload = vtb_default_workload()->name;
    const char *name;
    for (size_t i = 0; (name = vtb_variant_at(i)); i++) {
        const struct vtb_cell_slot *slot =
            vtb_slot_of(vtb_find_cell(name, workload, (struct vtb_kind){.counting = true}));
        if (BUILT_FOR_THREADS && slot->variant != VTB_VARIANT_ATOMIC)
            continue;
        if (is_compared(slot->strategy))
            add_kinds(name, workload);
        else if (slot->variant == VTB_VARIANT_ATOMIC)
            add_counted_and_timed(name);
        else
            add_methods(name, workload, (struct vtb_kind){.counting = true});
    }
}

/* Those that call layers of methods. A direct one passes on whatever it got. */
static void add_layered(const struct vtb_strategy_entry *entry)
{
    for (int method = 0; method < VTB_METHODS_N; method++) {
        const struct vtb_kind kind = {.method = (enum vtb_method)method, .layered = true};
        if (is_shown(entry) || kind.method != VTB_METHOD_DIRECT)
            add(entry->name, vtb_default_workload()->name, kind);
    }
}

/* Of a strategy that is compared those of a runtime-async caller, too, and of layers behind an
 * interface, on a heap that collects, and beside other memory. */
static void add_compared(const struct vtb_strategy_entry *entry)
{
    const char *workload = vtb_default_workload()->name;
    add_by_runtime(entry, false);
    add_by_runtime(entry, true);
    add(entry->name, workload, (struct vtb_kind){.abstract = true, .layered = true});
    add(entry->name, workload,
        (struct vtb_kind){.collected = true, .method = VTB_METHOD_ASYNC, .layered = true});
    add(entry->name, workload,
        (struct vtb_kind){.method = VTB_METHOD_ASYNC, .layered = true, .polluted = true});
}

/* Those of other loops, and other callers. */
static void add_more(const struct vtb_strategy_entry *entry)
{
    if (BUILT_OTHERS || is_compared(entry))
        add_layered(entry);
    if (is_shown(entry))
        add(entry->name, vtb_default_workload()->name, (struct vtb_kind){.polluted = true});
    if (is_compared(entry))
        add_compared(entry);
}

static void add_of_workload(const struct vtb_strategy_entry *entry,
                            const struct vtb_workload_entry *workload)
{
    const bool is_default = workload == vtb_default_workload();
    if (is_default && (BUILT_OTHERS || is_compared(entry)))
        add_kinds(entry->name, workload->name);
    else if (is_default)
        add_counted_and_timed(entry->name);
    else if (is_for_all(workload->name))
        add_for_all(entry, workload);
    else if (BUILT_OTHERS)
        add_few(entry, workload->name);
}

static void list(void)
{
    for (const struct vtb_strategy_entry *entry = vtb_strategies; entry->name; entry++) {
        for (size_t w = 0; vtb_workloads[w].name; w++)
            add_of_workload(entry, &vtb_workloads[w]);
        if (!BUILT_FOR_THREADS) {
            add_abstract(entry);
            add_more(entry);
        }
        add_outside(entry);
        add_handover(entry);
    }
    add_variants();
}

static void build(void)
{
    struct vtb_error error;
    if (cells_n > 0)
        return;
    list();
    require(vtb_cells_build(cells, cells_n, NULL, NULL, &error), &error);
}

const struct vtb_cell *const *built_cells(void)
{
    struct vtb_error error;
    static bool loaded;
    build();
    if (!loaded)
        require(vtb_cells_load_built(cells, cells_n, &error), &error);
    loaded = true;
    return cells;
}

const struct vtb_cell *const *built_cells_that(bool (*are_wanted)(const struct vtb_cell *cell))
{
    struct vtb_error error;
    static const struct vtb_cell *wanted[CELLS_MAX + 1];
    size_t wanted_n = 0;
    build();
    const bool asked_before = wanted[0] != NULL;
    for (size_t i = 0; !asked_before && i < cells_n; i++) {
        if (are_wanted(cells[i]))
            wanted[wanted_n++] = cells[i];
    }
    if (wanted_n > 0)
        require(vtb_cells_load_built(wanted, wanted_n, &error), &error);
    return wanted;
}

static bool is_listed(const struct vtb_cell *cell)
{
    for (size_t i = 0; i < cells_n; i++) {
        if (cells[i] == cell)
            return true;
    }
    return false;
}

const struct vtb_cell *built_cell(const char *name, const char *workload, struct vtb_kind kind)
{
    struct vtb_error error;
    const struct vtb_cell *cell = vtb_find_cell(name, workload, kind);
    build();
    if (!cell)
        return NULL;
    require(is_listed(cell) ? vtb_cells_load_built(&cell, 1, &error)
                            : vtb_cells_load(&cell, 1, NULL, NULL, &error),
            &error);
    return cell;
}

const struct vtb_cell *built_floor(const char *workload)
{
    for (size_t i = 0; built_cells()[i]; i++) {
        const struct vtb_cell *cell = cells[i];
        if (cell->strategy->role == VTB_ROLE_FLOOR && cell->kind.counting &&
            strcmp(cell->workload_name, workload) == 0)
            return cell;
    }
    return NULL;
}

void built_file_name(const struct vtb_cell *cell, char name[VTB_TARGET_NAME_BYTES])
{
    const struct vtb_target target = vtb_target_of(cell);
    vtb_target_name(&target, name);
}
