#include "cells/load.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/interrupt.h"
#include "cells/home.h"

static const char *compiler = VTB_COMPILER;
static const char *rule; /* null: no cell is loaded */

const char *vtb_cells_compiler(void)
{
    return compiler;
}

void vtb_cells_rule(char hex[VTB_DIGEST_BYTES])
{
    struct vtb_error error;
    const struct vtb_home *home = rule ? NULL : vtb_home(&error);
    snprintf(hex, VTB_DIGEST_BYTES, "%s", rule ? rule : "unknown");
    if (home)
        vtb_rule_digest(home, hex);
}

/* The reason why no cell is built. */
enum hindrance { VTB_CELLS_GIVEN, READ_ONLY, NO_TOOLS };

static enum hindrance hindrance_of(const struct vtb_home *home)
{
    const char *given = getenv(VTB_CELLS_VARIABLE);
    return given && *given ? VTB_CELLS_GIVEN : home->read_only ? READ_ONLY : NO_TOOLS;
}

static void tell_missing(const char *name, const struct vtb_home *home, struct vtb_error *error)
{
    if (vtb_interrupted()) { /* which ended what looked for the tools */
        (void)vtb_fail_interrupted(error);
        return;
    }
    switch (hindrance_of(home)) {
    case VTB_CELLS_GIVEN:
        vtb_error_set(
            error, VTB_EXIT_INTERNAL,
            "the cell '%s' is not in '%.300s', where VTB_CELLS has them taken from as they "
            "are; unset it, and the cell is built",
            name, home->cells);
        break;
    case READ_ONLY:
        vtb_error_set(error, VTB_EXIT_INTERNAL,
                      "the cell '%s' is not there, and cannot be built, as '%.300s' cannot be "
                      "written to; set XDG_CACHE_HOME to a folder that can",
                      name, home->cells);
        break;
    case NO_TOOLS:
        vtb_error_set(error, VTB_EXIT_INTERNAL,
                      "the cell '%s' is not there, and cannot be built without a compiler and "
                      "ninja; install gcc, g++ and ninja-build, as scripts/setup.sh does",
                      name);
    }
}

/* The last of the names that follow one another in a mangled one, each behind its length: a
 * function's stands behind those of its namespaces and classes. */
static const char *last_of_mangled(const char *symbol, size_t *n)
{
    const char *last = symbol;
    *n = 0;
    while (*symbol >= '0' && *symbol <= '9') {
        char *name;
        *n = strtoul(symbol, &name, 10);
        last = name;
        if (*n > strlen(name))
            *n = strlen(name);
        symbol = name + *n;
    }
    return last;
}

/* Finds, in the message of the loader, the name of a function that is defined nowhere, as it stands
 * in the source: in a mangled name of C++ its length stands before it. Empty if something else is
 * wrong. */
static void undefined_function(const char *reason, char name[128])
{
    static const char start[] = "undefined symbol: ";
    const char *found = strstr(reason, start);
    const char *symbol = found ? found + sizeof start - 1 : "";
    size_t n = strcspn(symbol, " @\n");
    if (strncmp(symbol, "_Z", 2) == 0)
        symbol = last_of_mangled(symbol + strcspn(symbol, "0123456789"), &n);
    (void)snprintf(name, 128, "%.*s", (int)(n < 127 ? n : 127), symbol);
}

/* Says that a build that is compared shares other things with its cells than this program. */
static void tell_other_contract(const struct vtb_edition *edition, struct vtb_error *error)
{
    vtb_error_set(error, VTB_EXIT_USAGE,
                  "the build '%.300s' has another contract with its cells than this program "
                  "(harness/include/vtb/cell.h), so that they cannot stand in one process; "
                  "compare-builds --own-programs has each build's own program measure it",
                  edition->home.build);
}

static void tell_unloadable(const struct vtb_target *target, const char *path,
                            struct vtb_error *error)
{
    char name[128];
    const char *own = vtb_target_path(target);
    const char *told = dlerror();
    const char *reason = told ? told : "unknown";
    undefined_function(reason, name);
    if (target->edition && !own && *name) /* which it expects of its program */
        tell_other_contract(target->edition, error);
    else if (own && *name)
        vtb_error_set(error, VTB_EXIT_USAGE, "'%s' does not define %s, which it declares and calls",
                      own, name);
    else
        vtb_error_set(error, own ? VTB_EXIT_USAGE : VTB_EXIT_INTERNAL,
                      "'%s' cannot be loaded: %s%s", own ? own : path, reason,
                      own ? "" : "; remove it, and it is built again");
}

const void *vtb_load_symbol(const struct vtb_target *target, const char *symbol,
                            struct vtb_error *error)
{
    char name[VTB_TARGET_NAME_BYTES];
    char path[PATH_MAX];
    vtb_target_name(target, name);
    if (!vtb_build_file(target, path)) {
        const struct vtb_home *home = vtb_target_home(target, error);
        if (home)
            tell_missing(name, home, error);
        return NULL;
    }
    void *file = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const void *found = file ? dlsym(file, symbol) : NULL;
    if (!found)
        tell_unloadable(target, path, error);
    return found;
}

/* For a cell that was loaded, and so has a home. */
static void tell_changed(const char *path, struct vtb_error *error)
{
    static const char *const causes[] = {
        [VTB_CELLS_GIVEN] = "is not compiled where VTB_CELLS has cells taken as they are; unset it",
        [READ_ONLY] = "its cells cannot be written anew; set XDG_CACHE_HOME to a folder that can",
        [NO_TOOLS] =
            "cannot be compiled without a compiler and ninja; install gcc, g++ and ninja-build",
    };
    const struct vtb_home *home = vtb_home(error);
    vtb_error_set(error, VTB_EXIT_INTERNAL, "'%s' changed since it was compiled, and %s", path,
                  causes[hindrance_of(home)]);
}

/* The path of a user's file that changed since the cell was made of it; null: none did. */
static const char *changed_since(const struct vtb_target *target, const struct vtb_cell *cell)
{
    const struct vtb_strategy_entry *strategy = target->strategy;
    const struct vtb_workload_entry *workload = target->workload;
    if (strategy->digest &&
        strncmp(strategy->digest, cell->strategy_digest, VTB_TARGET_DIGEST_N) != 0)
        return strategy->path;
    if (workload->digest &&
        strncmp(workload->digest, cell->workload_digest, VTB_TARGET_DIGEST_N) != 0)
        return workload->path;
    return NULL;
}

const struct vtb_cell *vtb_load_cell(const struct vtb_target *target, struct vtb_error *error)
{
    const struct vtb_cell *cell = vtb_load_symbol(target, VTB_STRING(VTB_CELL_EXPORT), error);
    char name[VTB_TARGET_NAME_BYTES];
    const bool agrees = cell && cell->contract == VTB_CONTRACT;
    const char *changed = agrees ? changed_since(target, cell) : NULL;
    if (!cell || (agrees && !changed))
        return cell;
    if (changed) {
        tell_changed(changed, error);
        return NULL;
    }
    vtb_target_name(target, name);
    if (target->edition)
        tell_other_contract(target->edition, error);
    else
        vtb_error_set(error, VTB_EXIT_INTERNAL,
                      "the cell '%s' was compiled with other headers than this program; build the "
                      "program again: start ./run_bench",
                      name);
    return NULL;
}

bool vtb_cell_agrees(const struct vtb_cell *cell)
{
    struct vtb_error unheard;
    const struct vtb_target target = vtb_target_of(cell);
    const struct vtb_cell *found = vtb_load_symbol(&target, VTB_STRING(VTB_CELL_EXPORT), &unheard);
    return found && found->contract == VTB_CONTRACT;
}

struct vtb_target vtb_target_of(const struct vtb_cell *cell)
{
    const struct vtb_cell_slot *slot = vtb_slot_of(cell);
    return (struct vtb_target){
        .what = VTB_TARGET_CELL,
        .strategy = slot->strategy,
        .workload = slot->workload,
        .variant = slot->variant,
        .kind = cell->kind,
        .edition = slot->edition,
        .padding = slot->edition ? slot->edition->padding : 0,
    };
}

/* The targets of the cells that are not loaded yet, each once. Owned by the caller. */
static struct vtb_target *targets_of(const struct vtb_cell *const *cells, size_t n, size_t *own_n)
{
    struct vtb_target *targets = vtb_allocate(n, sizeof *targets, "a list of cells");
    *own_n = 0;
    for (size_t i = 0; i < n; i++) {
        bool again = !cells[i] || vtb_slot_of(cells[i])->loaded;
        for (size_t j = 0; !again && j < i; j++)
            again = cells[j] == cells[i];
        if (!again)
            targets[(*own_n)++] = vtb_target_of(cells[i]);
    }
    return targets;
}

/* Loads a cell into its slot. Its names stay those of the registry, as code compares their
 * addresses. */
static bool load(struct vtb_cell_slot *slot, struct vtb_error *error)
{
    const struct vtb_target target = vtb_target_of(&slot->cell);
    const struct vtb_cell known = slot->cell;
    const struct vtb_cell *loaded = vtb_load_cell(&target, error);
    if (!loaded)
        return false;
    slot->cell = *loaded;
    slot->cell.kind = known.kind;
    slot->cell.name = known.name;
    slot->cell.strategy_name = known.strategy_name;
    slot->cell.workload_name = known.workload_name;
    slot->loaded = true;
    compiler = loaded->compiler;
    rule = rule && strcmp(rule, loaded->rule) != 0 ? "several" : loaded->rule;
    return true;
}

bool vtb_cells_load_built(const struct vtb_cell *const *cells, size_t n, struct vtb_error *error)
{
    for (size_t i = 0; i < n; i++) {
        if (cells[i] && !vtb_slot_of(cells[i])->loaded && !load(vtb_slot_of(cells[i]), error))
            return false;
    }
    return true;
}

bool vtb_cells_build(const struct vtb_cell *const *cells, size_t n, vtb_build_progress *progress,
                     void *context, struct vtb_error *error)
{
    size_t own_n;
    struct vtb_target *targets = targets_of(cells, n, &own_n);
    const bool ok = own_n == 0 || vtb_build(targets, own_n, progress, context, error);
    free(targets);
    return ok;
}

bool vtb_cells_load(const struct vtb_cell *const *cells, size_t n, vtb_build_progress *progress,
                    void *context, struct vtb_error *error)
{
    return vtb_cells_build(cells, n, progress, context, error) &&
           vtb_cells_load_built(cells, n, error);
}

bool vtb_cells_count_stale(const struct vtb_cell *const *cells, size_t n, size_t *stale_n,
                           struct vtb_error *error)
{
    size_t own_n;
    struct vtb_target *targets = targets_of(cells, n, &own_n);
    *stale_n = 0;
    const bool ok = own_n == 0 || vtb_build_count(targets, own_n, stale_n, error);
    free(targets);
    return ok;
}
