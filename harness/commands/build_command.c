#include "base/interrupt.h"
#include "base/prose.h"
#include "cells/home.h"
#include "commands/commands.h"
#include "plan/prepare.h"
#include "run/guests.h"

/* The cells of a plan, and the folder they are in. */
struct built {
    size_t cells_n;
    size_t now_n;
    const char *folder;
};

static void print_built(FILE *out, const void *what, enum vtb_format format)
{
    const struct built *built = what;
    (void)format;
    fprintf(out, "%zu cell%s, of which %zu %s built now, in %s\n", built->cells_n,
            vtb_plural((double)built->cells_n, "", "s"), built->now_n,
            vtb_plural((double)built->now_n, "was", "were"), built->folder);
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
                    vtb_output_stdout(print_built, &built, VTB_FORMAT_TABLE, error) &&
                    build_guests(&plan, error);
    vtb_plan_free(&plan);
    return ok;
}
