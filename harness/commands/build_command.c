#include <limits.h>
#include <stdlib.h>

#include "base/interrupt.h"
#include "base/json_text.h"
#include "base/prose.h"
#include "base/table.h"
#include "cells/home.h"
#include "cells/load.h"
#include "commands/commands.h"
#include "plan/prepare.h"
#include "run/guests.h"

/* The cells of a plan, and the folder that those are in that were built now. */
struct built {
    const struct vtb_cell *const *cells;
    size_t cells_n;
    size_t now_n;
    const char *folder;
};

/* Calls a function with the path of each cell's file, which may be that of an installed copy. */
static void for_each_file(const struct built *built, void (*take)(void *into, const char *path),
                          void *into)
{
    char path[PATH_MAX];
    for (size_t i = 0; i < built->cells_n; i++) {
        const struct vtb_target target = vtb_target_of(built->cells[i]);
        if (vtb_build_file(&target, path))
            take(into, path);
    }
}

static void add_text(void *into, const char *path)
{
    vtb_json_append(into, vtb_json_text(path));
}

static void add_row(void *into, const char *path)
{
    vtb_table_cell(into, "%s", path);
}

static void print_json(FILE *out, const struct built *built)
{
    json_t *files = vtb_json_checked(json_array());
    for_each_file(built, add_text, files);
    json_t *all = vtb_json_checked(json_object());
    vtb_json_put(all, "cells", json_integer((json_int_t)built->cells_n));
    vtb_json_put(all, "built_now", json_integer((json_int_t)built->now_n));
    vtb_json_put(all, "folder", vtb_json_text(built->folder));
    vtb_json_put(all, "files", files);
    vtb_json_print(out, all, 0);
}

static void print_rows(FILE *out, const struct built *built, enum vtb_format format)
{
    struct vtb_table table = {.gap = 1};
    vtb_table_column(&table, (struct vtb_column){.title = "file"});
    for_each_file(built, add_row, &table);
    vtb_table_print(out, &table, format);
    vtb_table_free(&table);
}

static void print_built(FILE *out, const void *what, enum vtb_format format)
{
    const struct built *built = what;
    if (format == VTB_FORMAT_JSON)
        print_json(out, built);
    else if (format == VTB_FORMAT_TABLE)
        fprintf(out, "%zu cell%s, of which %zu %s built now, in %s\n", built->cells_n,
                vtb_plural((double)built->cells_n, "", "s"), built->now_n,
                vtb_plural((double)built->now_n, "was", "were"), built->folder);
    else
        print_rows(out, built, format);
}

/* Builds the guests of a plan, too. One that cannot be used costs a run its rows alone; but here it
 * was asked for itself. */
static bool build_guests(const struct vtb_plan *plan, struct vtb_error *error)
{
    struct vtb_results results = {.plan = plan};
    bool ok = vtb_run_guests_find(&results, plan, error);
    for (size_t i = 0; ok && i < plan->guests_n; i++) {
        if (*results.guests[i].lost)
            ok = vtb_fail(error, VTB_EXIT_INTERNAL, "%s", results.guests[i].lost);
    }
    vtb_results_free(&results);
    return ok;
}

static bool print(const struct vtb_plan *plan, struct built *built, enum vtb_format format,
                  struct vtb_error *error)
{
    const struct vtb_cell **cells = vtb_plan_cells(plan, &built->cells_n);
    if (!cells)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for a list of cells");
    built->cells = cells;
    const bool ok = vtb_output_stdout(print_built, built, format, error);
    free(cells);
    return ok;
}

bool vtb_build_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct built built = {0};
    struct vtb_plan plan;
    const struct vtb_home *home = vtb_home(error);
    vtb_interrupt_tell("the cells that were built are kept");
    vtb_interrupt_watch();
    if (!home || !vtb_plan_make(&plan, options, error))
        return false;
    built.folder = home->cells;
    const bool ok = vtb_plan_build(&plan, &built.cells_n, &built.now_n, error) &&
                    print(&plan, &built, (enum vtb_format)options->format, error) &&
                    build_guests(&plan, error);
    vtb_plan_free(&plan);
    return ok;
}
