#include "run/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/interrupt.h"
#include "base/progress.h"
#include "passes/cold.h"
#include "passes/instructions.h"

/* Checks that all strategies consumed the same values, as all of them ran the same calls. */
static bool check_checksums(const struct vtb_point *point, struct vtb_counted *counted,
                            struct vtb_error *error)
{
    for (size_t i = 0; i < point->cases_n; i++) {
        const struct vtb_case *the_case = &point->cases[i];
        const uint64_t expected = counted[the_case->floor].checksum;
        if (i != the_case->empty && counted[i].checksum != expected)
            return vtb_fail(
                error, VTB_EXIT_INTERNAL,
                "%s consumed other values than the floor in the counting pass (checksum "
                "%" PRIx64 ", not %" PRIx64 "); no figure is reported",
                the_case->counting->name, counted[i].checksum, expected);
        if (i == the_case->empty) /* the empty loop looks nothing up */
            counted[i].hits_n = counted[the_case->floor].hits_n;
        else if (counted[i].hits_n != counted[the_case->floor].hits_n)
            return vtb_fail(error, VTB_EXIT_INTERNAL,
                            "%s had %" PRIu64 " hits in the counting pass, but the floor %" PRIu64
                            "; no figure is reported",
                            the_case->counting->name, counted[i].hits_n,
                            counted[the_case->floor].hits_n);
    }
    return true;
}

/* The results of the passes that run each case of a point in a fresh process of its own. */
struct fresh {
    struct vtb_counted *counted;
    struct vtb_pressure *pressures;
};

static void free_fresh(struct fresh *fresh, const struct vtb_point *point)
{
    for (size_t i = 0; fresh->pressures && i < point->cases_n; i++) {
        if (point->cases[i].single == i)
            free(fresh->pressures[i].hgrm);
    }
    free(fresh->counted);
    free(fresh->pressures);
    *fresh = (struct fresh){0};
}

/* Counts a case by one caller. A case of several callers gets the same counts, as each caller makes
 * the same calls. */
static bool count_case(struct vtb_rig *rig, const struct vtb_plan *plan, size_t i,
                       struct fresh *fresh, struct vtb_error *error)
{
    const struct vtb_case *the_case = &rig->point->cases[i];
    if (the_case->single != i) {
        fresh->counted[i] = fresh->counted[the_case->single];
        fresh->pressures[i] = fresh->pressures[the_case->single];
        return true;
    }
    return vtb_counting_run(rig, the_case, &fresh->counted[i], error) &&
           (!vtb_plan_has_pressure(plan, the_case) ||
            vtb_pressure_run(rig, the_case, &fresh->counted[i], &fresh->pressures[i], error));
}

/* Runs the counting and the pressure pass of one point. */
static bool count_point(const struct vtb_plan *plan, const struct vtb_point *point, size_t repeat,
                        struct fresh *fresh, struct vtb_progress_bar *bar, struct vtb_error *error)
{
    struct vtb_rig rig;
    fresh->counted = calloc(point->cases_n, sizeof *fresh->counted);
    fresh->pressures = calloc(point->cases_n, sizeof *fresh->pressures);
    if (!fresh->counted || !fresh->pressures)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", point->cases_n);
    if (repeat > 0)
        return true;
    if (!vtb_rig_open(&rig, point, error))
        return false;
    bool ok = true;
    /* The keys are drawn once, here, rather than by each child. */
    const uint32_t *ids;
    (void)vtb_rig_calls(&rig, 0, vtb_counted_calls_n(point), &ids);
    for (size_t i = 0; ok && i < point->cases_n; i++) {
        ok = count_case(&rig, plan, i, fresh, error);
        vtb_progress_show(bar, i + 1, point->cases_n);
    }
    vtb_rig_close(&rig);
    return ok && check_checksums(point, fresh->counted, error);
}

/* The results of the passes that come before the timing, for all points. */
struct found {
    struct fresh *fresh;
    struct vtb_instructions instructions;
};

/* Runs the events pass of a table. Several callers at once make the same calls as one. */
static bool count_events(struct vtb_comparison *comparison, struct vtb_rig *rig,
                         const struct vtb_events *events, struct vtb_error *error)
{
    for (size_t i = 0; events->n > 0 && i < rig->point->cases_n; i++) {
        const struct vtb_case *the_case = &rig->point->cases[i];
        struct vtb_event_counts *counts = &comparison->figures[i].events;
        if (the_case->single != i)
            *counts = comparison->figures[the_case->single].events;
        else if (!vtb_events_run(rig, events, the_case, comparison->consumer, counts, error))
            return false;
    }
    return true;
}

/* Finds out which of the events that were asked for can be counted on this machine. */
static bool probe_events(struct vtb_event_columns *columns, const struct vtb_plan *plan,
                         struct vtb_error *error)
{
    if (plan->events.n == 0) /* then nothing may be allocated here */
        return true;
    columns->events = plan->events;
    vtb_events_probe(&columns->events);
    for (size_t i = 0; i < columns->events.n; i++) {
        const struct vtb_event *event = &columns->events.items[i];
        if (plan->require_events && *event->reason)
            return vtb_fail(error, VTB_EXIT_INTERNAL,
                            "--require-events: '%s' cannot be counted here: %s", event->name,
                            event->reason);
        snprintf(columns->per_op[i], sizeof columns->per_op[i], "%s_per_op", event->name);
        snprintf(columns->running[i], sizeof columns->running[i], "%s_running", event->name);
    }
    return true;
}

static bool take_times(struct vtb_rig *rig, struct vtb_bench *bench, const struct vtb_plan *plan,
                       enum vtb_consumer consumer, struct vtb_progress_bar *bar,
                       struct vtb_samples *samples, struct vtb_error *error)
{
    if (!vtb_plan_is_timed(plan))
        return true;
    if (bench)
        return vtb_bench_run(bench, plan, consumer, vtb_progress_show, bar, samples, error);
    return (rig->point->cold ? vtb_cold_run : vtb_timing_run)(
        rig, plan, consumer, vtb_progress_show, bar, samples, error);
}

/* Measures one table: a point and a consumer, given by their numbers. */
static bool time_consumer(struct vtb_results *results, struct vtb_rig *rig, struct vtb_bench *bench,
                          size_t point, size_t table, const struct found *found,
                          struct vtb_progress_bar *bar, struct vtb_error *error)
{
    const enum vtb_consumer consumer = results->plan->consumers[table];
    const struct fresh *fresh = &found->fresh[point];
    struct vtb_samples samples = {0};
    if (!take_times(rig, bench, results->plan, consumer, bar, &samples, error))
        return false;
    struct vtb_comparison *comparison = &results->comparisons[results->comparisons_n];
    if (!vtb_summarise(comparison, rig->point, consumer, samples, fresh->counted, error))
        return false;
    vtb_add_pressure(comparison, fresh->pressures);
    for (size_t i = 0; i < rig->point->cases_n; i++)
        comparison->figures[i].instructions =
            vtb_instructions_of(&found->instructions, point, table, i);
    if (results->repeat == 0 && !count_events(comparison, rig, &results->events.events, error)) {
        vtb_comparison_free(comparison);
        return false;
    }
    results->comparisons_n++;
    vtb_interrupt_keep();
    return true;
}

/* Runs the timing pass of one point: a table for each consumer, or one table of counts alone. */
static bool time_point(struct vtb_results *results, size_t point, const struct found *found,
                       double estimate_s, struct vtb_progress_bar *bar, struct vtb_error *error)
{
    struct vtb_rig rig;
    struct vtb_bench *bench = NULL;
    if (!vtb_rig_open_repeat(&rig, &results->plan->points[point], results->repeat, error))
        return false;
    /* One bench serves all tables of the point. Cold starts need no bench, and a real cache must be
     * as if nobody had used it before. */
    const bool shared = vtb_plan_is_timed(results->plan) && !rig.point->cold && !rig.point->emerges;
    bool ok = !shared || (bench = vtb_bench_open(&rig, error));
    for (size_t i = 0; ok && i < results->plan->tables_n; i++) {
        vtb_progress_part(bar, "timing", estimate_s);
        ok = time_consumer(results, &rig, bench, point, i, found, bar, error);
    }
    vtb_bench_close(bench);
    vtb_rig_close(&rig);
    return ok;
}

static bool count_instructions(struct vtb_instructions *instructions,
                               const struct vtb_results *results, struct vtb_progress_bar *bar,
                               struct vtb_error *error)
{
    char **arguments = vtb_options_arguments(results->options);
    if (!arguments)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for the arguments of a process");
    const bool ok = vtb_instructions_count(instructions, results->plan, arguments,
                                           vtb_progress_show, bar, error);
    vtb_options_free_arguments(arguments);
    return ok;
}

/* Runs all passes. Counting comes first, so that every child process starts from the same untouched
 * heap. */
static bool run_passes(struct vtb_results *results, struct found *found,
                       const struct vtb_estimate *estimate, struct vtb_progress_bar *bar,
                       struct vtb_error *error)
{
    const struct vtb_plan *plan = results->plan;
    for (size_t i = 0; i < plan->points_n; i++) {
        vtb_progress_part(bar, "counting", estimate ? estimate->count_s[i] : 0);
        if (!count_point(plan, &plan->points[i], results->repeat, &found->fresh[i], bar, error))
            return false;
    }
    if (plan->instructions && results->repeat == 0 && !vtb_instructions_hindrance(plan)) {
        vtb_progress_part(bar, "instructions", estimate ? estimate->instructions_s : 0);
        if (!count_instructions(&found->instructions, results, bar, error))
            return false;
    }
    for (size_t i = 0; i < plan->points_n; i++) {
        const double s = estimate ? estimate->time_s[i] : 0;
        if (!time_point(results, i, found, s, bar, error))
            return false;
    }
    return true;
}

bool vtb_run(struct vtb_results *results, const struct vtb_plan *plan,
             const struct vtb_estimate *estimate, struct vtb_error *error)
{
    struct vtb_progress_bar bar;
    const size_t tables_n = plan->points_n * plan->tables_n;
    struct found found = {.fresh = calloc(plan->points_n, sizeof *found.fresh)};
    results->plan = plan;
    results->comparisons = calloc(tables_n, sizeof *results->comparisons);
    bool ok = (found.fresh && results->comparisons) ||
              vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu tables", tables_n);
    ok = ok && probe_events(&results->events, plan, error);
    vtb_progress_start(&bar, estimate ? estimate->total_s : 0);
    ok = ok && run_passes(results, &found, estimate, &bar, error);
    vtb_progress_end(&bar);
    for (size_t i = 0; found.fresh && i < plan->points_n; i++)
        free_fresh(&found.fresh[i], &plan->points[i]);
    free(found.fresh);
    vtb_instructions_free(&found.instructions);
    if (!ok && error->exit_code == VTB_EXIT_INTERRUPTED && results->comparisons_n > 0)
        results->interrupted = ok = true;
    if (!ok)
        vtb_results_free(results);
    return ok;
}
