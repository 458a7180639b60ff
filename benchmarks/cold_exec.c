/*
 * A cold start in a program that starts for it: `bench_cold_exec STRATEGY HEAP NUMBER [OPTIONS]`,
 * with the options of `run_bench run`, loads the one cell that it needs, times the case's first
 * calls, and prints what was found, in one line of JSON. Keys are drawn by NUMBER. The cell has to
 * be built. It is what the forked processes of the pass are held against; see cold_exec.py.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells/load.h"
#include "passes/cold.h"

static const struct vtb_case *find_case(const struct vtb_point *point, const char *strategy,
                                        const char *heap)
{
    for (size_t i = 0; i < point->cases_n; i++) {
        const struct vtb_case *the_case = &point->cases[i];
        if (strcmp(the_case->timing->name, strategy) == 0 &&
            strcmp(the_case->heap->name, heap) == 0)
            return the_case;
    }
    return NULL;
}

static bool start(const struct vtb_plan *plan, char **names, uint64_t number,
                  struct vtb_error *error)
{
    const struct vtb_private_pages none = {0};
    const struct vtb_point *point = &plan->points[0];
    const struct vtb_case *the_case = find_case(point, names[0], names[1]);
    struct vtb_fixture fixture;
    struct vtb_cold_start found;
    if (!the_case || !point->cold)
        return vtb_fail(error, VTB_EXIT_USAGE, "no cold start of %s on %s among these cases",
                        names[0], names[1]);
    if (!vtb_cells_load_built(&the_case->timing, 1, error) ||
        !vtb_fixture_open(&fixture, point, error) ||
        !vtb_cold_start(&found, &fixture, the_case, plan->consumers[0], number, &none, error))
        return false;
    printf("{\"real_ns\": %.0f, \"page_faults\": %.0f, \"checksum\": \"%016" PRIx64 "\"}\n",
           found.real_ns, found.faults_n, found.checksum);
    return true;
}

int main(int argc, char **argv)
{
    static struct vtb_options options;
    struct vtb_plan plan;
    struct vtb_error error;
    char *end = "no number";
    const uint64_t number = argc > 3 ? strtoull(argv[3], &end, 10) : 0;
    if (*end) {
        fputs("usage: bench_cold_exec STRATEGY HEAP NUMBER [OPTIONS OF run_bench run]\n", stderr);
        return VTB_EXIT_USAGE;
    }
    char **names = argv + 1;
    argv[3] = argv[0]; /* the options follow it */
    if (vtb_options_parse(&options, argc - 3, argv + 3, &error) &&
        vtb_plan_make(&plan, &options, &error) && start(&plan, names, number, &error))
        return VTB_EXIT_OK;
    fprintf(stderr, "bench_cold_exec: %s\n", error.message);
    return error.exit_code;
}
