#include "built.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells/load.h"

#define CELLS_MAX 2000

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

/* Adds a strategy's cells by every method, for a classic caller: timed on heaps that free and that
 * collect, and counted. What a sanitizer sees in those on heaps that collect, it sees in the
 * default workload's. */
static void add_kinds(const char *name, const char *workload)
{
    const bool collected = BUILT_OTHERS || workload == vtb_default_workload()->name;
    for (int i = 0; i < VTB_METHODS_N; i++) {
        const enum vtb_method method = (enum vtb_method)i;
        add(name, workload, (struct vtb_kind){.method = method});
        add(name, workload, (struct vtb_kind){.counting = true, .method = method});
        if (collected)
            add(name, workload, (struct vtb_kind){.collected = true, .method = method});
    }
}

/* The default one, and those that the build names: by default with a value that is a struct,
 * and with caches that are real. */
static bool is_whole(const char *workload)
{
    static const char *const whole[] = {BUILT_WHOLE};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        if (strcmp(whole[i], workload) == 0)
            return true;
    }
    return workload == vtb_default_workload()->name;
}

/* The references, which stand for all where only constants of a workload differ. */
static bool is_reference(const struct vtb_strategy_entry *entry)
{
    return entry->methods[0]->strategy->role != VTB_ROLE_NONE;
}

/* These, and those that differ most in what they do with a value. */
static bool is_shown(const struct vtb_strategy_entry *entry)
{
    return is_reference(entry) || entry->methods[0]->in_frame;
}

/* Of the curve of sizes its ends are built, with what they differ in. */
static bool is_taken(const struct vtb_strategy_entry *entry, const char *workload)
{
    const bool is_sized = strncmp(workload, "payload_", strlen("payload_")) == 0;
    const bool is_end = strcmp(workload, "payload_8") == 0 || strcmp(workload, "payload_256") == 0;
    return is_sized ? is_end && is_shown(entry) : is_reference(entry);
}

/* Adds a strategy's cells by the direct method: timed on heaps that free, and counted. */
static void add_direct(const char *name, const char *workload)
{
    add(name, workload, (struct vtb_kind){.counting = true});
    add(name, workload, (struct vtb_kind){.counting = false});
}

/* Strategies that are compared by default: an object and a struct show what an asynchronous method
 * does with a value of any type, and with a key. */
static bool is_compared(const struct vtb_strategy_entry *entry)
{
    const enum vtb_role role = entry->methods[0]->strategy->role;
    return role == VTB_ROLE_BASELINE || role == VTB_ROLE_CHALLENGER;
}

static void add_shown(const struct vtb_strategy_entry *entry, const char *workload)
{
    add_direct(entry->name, workload);
    if (is_compared(entry))
        add(entry->name, workload, (struct vtb_kind){.counting = true, .method = VTB_METHOD_ASYNC});
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
static void add_abstract(void)
{
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        for (int method = 0; method < VTB_METHODS_N; method++)
            add(vtb_strategies[i].name, vtb_default_workload()->name,
                (struct vtb_kind){.method = (enum vtb_method)method, .abstract = true});
    }
}

/* Those that a store outside of the program may answer, on a completing thread. */
static void add_outside(void)
{
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        char name[96];
        (void)snprintf(name, sizeof name, "%s%s", vtb_strategies[i].name,
                       is_compared(&vtb_strategies[i]) ? "@atomic" : "");
        if (!is_shown(&vtb_strategies[i]))
            continue;
        add_timed(name, (struct vtb_kind){.outside = true});
        if (is_compared(&vtb_strategies[i]))
            add(name, vtb_default_workload()->name,
                (struct vtb_kind){.method = VTB_METHOD_ASYNC, .outside = true});
    }
}

/* Those whose hand-overs to a caller that waits are timed, which another thread completes. */
static void add_handover(void)
{
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_cell *known = vtb_strategies[i].methods[0];
        const struct vtb_kind kind = {.handover = true};
        char name[96];
        (void)snprintf(name, sizeof name, "%s%s", vtb_strategies[i].name,
                       known->several_threads ? "" : "@atomic");
        if (known->frame_bytes == 0 || known->strategy->lacks.other_threads)
            continue;
        add_timed(name, kind);
        if (is_compared(&vtb_strategies[i]))
            add(name, vtb_default_workload()->name,
                (struct vtb_kind){.method = VTB_METHOD_ASYNC, .handover = true});
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

static void add_more(void)
{
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_strategy_entry *entry = &vtb_strategies[i];
        add_layered(entry);
        if (is_shown(entry))
            add(entry->name, vtb_default_workload()->name, (struct vtb_kind){.polluted = true});
        if (is_compared(entry))
            add_compared(entry);
    }
}

static void add_variants(void)
{
    const char *name;
    for (size_t i = 0; (name = vtb_variant_at(i)); i++)
        add_kinds(name, vtb_default_workload()->name);
}

static void list(void)
{
    for (size_t w = 0; vtb_workloads[w].name; w++) {
        const char *workload = vtb_workloads[w].name;
        for (size_t i = 0; vtb_strategies[i].name; i++) {
            const char *name = vtb_strategies[i].name;
            if (is_whole(workload))
                add_kinds(name, workload);
            else if (BUILT_OTHERS && is_taken(&vtb_strategies[i], workload))
                add_shown(&vtb_strategies[i], workload);
        }
    }
    add_variants();
    add_abstract();
    add_outside();
    add_handover();
    add_more();
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

void built_file_name(const struct vtb_cell *cell, char name[VTB_TARGET_NAME_BYTES])
{
    const struct vtb_target target = vtb_target_of(cell);
    vtb_target_name(&target, name);
}
