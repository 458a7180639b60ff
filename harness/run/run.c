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
        if (i == the_case->empty) /* the empty loop looks nothing up, so it consumes keys */
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

/* The results of the passes that run each case of a point in a process of its own. Pressures are of
 * the calls of a table's consumer: one for each case, table by table. */
struct isolated {
    struct vtb_counted *counted;
    struct vtb_pressure *pressures;
};

static void free_isolated(struct isolated *isolated, const struct vtb_plan *plan,
                          const struct vtb_point *point)
{
    for (size_t i = 0; isolated->pressures && i < plan->tables_n * point->cases_n; i++) {
        if (point->cases[i % point->cases_n].serial == i % point->cases_n)
            free(isolated->pressures[i].hgrm);
    }
    free(isolated->counted);
    free(isolated->pressures);
    *isolated = (struct isolated){0};
}

/* Runs the pressure pass of a case for each table. */
static bool press_case(struct vtb_fixture *fixture, const struct vtb_plan *plan, size_t i,
                       struct isolated *isolated, struct vtb_error *error)
{
    const struct vtb_case *the_case = &fixture->point->cases[i];
    bool ok = true;
    for (size_t t = 0; ok && vtb_plan_has_pressure(plan, the_case) && t < plan->tables_n; t++)
        ok = vtb_pressure_run(fixture, the_case, plan->consumers[t], &isolated->counted[i],
                              &isolated->pressures[t * fixture->point->cases_n + i], error);
    return ok;
}

/* Counts a case by one caller. A case of several callers gets the same counts, as each caller makes
 * the same calls. */
static bool count_case(struct vtb_fixture *fixture, const struct vtb_plan *plan, size_t i,
                       struct isolated *isolated, struct vtb_error *error)
{
    const struct vtb_case *the_case = &fixture->point->cases[i];
    if (the_case->serial != i) {
        isolated->counted[i] = isolated->counted[the_case->serial];
        for (size_t t = 0; t < plan->tables_n; t++) {
            struct vtb_pressure *pressures = isolated->pressures + t * fixture->point->cases_n;
            pressures[i] = pressures[the_case->serial];
        }
        return true;
    }
    return vtb_counting_run(fixture, the_case, &isolated->counted[i], error) &&
           press_case(fixture, plan, i, isolated, error);
}

/* Runs the counting and the pressure pass of one point. */
static bool count_point(const struct vtb_plan *plan, const struct vtb_point *point, size_t repeat,
                        struct isolated *isolated, struct vtb_progress_bar *bar,
                        struct vtb_error *error)
{
    struct vtb_fixture fixture;
    isolated->counted = calloc(point->cases_n, sizeof *isolated->counted);
    isolated->pressures = calloc(plan->tables_n * point->cases_n, sizeof *isolated->pressures);
    if (!isolated->counted || !isolated->pressures)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", point->cases_n);
    if (repeat > 0)
        return true;
    if (!vtb_fixture_open(&fixture, point, error))
        return false;
    bool ok = true;
    /* The keys are drawn once, here, rather than by each child. */
    const uint32_t *ids;
    (void)vtb_fixture_calls(&fixture, 0, vtb_counted_calls_n(point), &ids);
    for (size_t i = 0; ok && i < point->cases_n; i++) {
        ok = count_case(&fixture, plan, i, isolated, error);
        vtb_progress_show(bar, i + 1, point->cases_n);
    }
    vtb_fixture_close(&fixture);
    return ok && check_checksums(point, isolated->counted, error);
}

/* The results of the passes that come before the timing, for all points. */
struct counted {
    struct isolated *isolated;
    struct vtb_instructions instructions;
};

/* Runs the events pass of a table. Several callers at once make the same calls as one. */
static bool count_events(struct vtb_comparison *comparison, struct vtb_fixture *fixture,
                         const struct vtb_events *events, struct vtb_error *error)
{
    for (size_t i = 0; events->n > 0 && i < fixture->point->cases_n; i++) {
        const struct vtb_case *the_case = &fixture->point->cases[i];
        struct vtb_event_counts *counts = &comparison->figures[i].events;
        if (the_case->serial != i)
            *counts = comparison->figures[the_case->serial].events;
        else if (!vtb_events_run(fixture, events, the_case, comparison->consumer, counts, error))
            return false;
    }
    return true;
}

/* Finds out which of the events that were asked for can be counted on this machine. */
static bool probe_events(struct vtb_event_columns *columns, const struct vtb_plan *plan,
                         struct vtb_error *error)
{
    if (plan->events.n == 0) /* so that a run without events allocates nothing here */
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

static bool take_times(struct vtb_fixture *fixture, struct vtb_bench *bench,
                       const struct vtb_plan *plan, enum vtb_consumer consumer,
                       struct vtb_progress_bar *bar, struct vtb_samples *samples,
                       struct vtb_error *error)
{
    if (!vtb_plan_is_timed(plan))
        return true;
    if (bench)
        return vtb_bench_run(bench, plan, consumer, vtb_progress_show, bar, samples, error);
    return (fixture->point->cold ? vtb_cold_run : vtb_timing_run)(
        fixture, plan, consumer, vtb_progress_show, bar, samples, error);
}

/* Measures one table: a point and a consumer, given by their numbers. */
static bool time_consumer(struct vtb_results *results, struct vtb_fixture *fixture,
                          struct vtb_bench *bench, size_t point, size_t table,
                          const struct counted *counted, struct vtb_progress_bar *bar,
                          struct vtb_error *error)
{
    const enum vtb_consumer consumer = results->plan->consumers[table];
    const struct isolated *isolated = &counted->isolated[point];
    struct vtb_samples samples = {0};
    if (!take_times(fixture, bench, results->plan, consumer, bar, &samples, error))
        return false;
    struct vtb_comparison *comparison = &results->comparisons[results->comparisons_n];
    if (!vtb_summarise(comparison, fixture->point, consumer, samples, isolated->counted, error))
        return false;
    vtb_add_pressure(comparison, isolated->pressures + table * fixture->point->cases_n);
    for (size_t i = 0; i < fixture->point->cases_n; i++)
        comparison->figures[i].instructions =
            vtb_instructions_of(&counted->instructions, point, table, i);
    if (results->repeat == 0 &&
        !count_events(comparison, fixture, &results->events.events, error)) {
        vtb_comparison_free(comparison);
        return false;
    }
    results->comparisons_n++;
    vtb_interrupt_keep();
    return true;
}

/* Runs the timing pass of one point: a table for each consumer, or one table of counts alone. */
static bool time_point(struct vtb_results *results, size_t point, const struct counted *counted,
                       double estimate_s, struct vtb_progress_bar *bar, struct vtb_error *error)
{
    struct vtb_fixture fixture;
    struct vtb_bench *bench = NULL;
    if (!vtb_fixture_open_repeat(&fixture, &results->plan->points[point], results->repeat, error))
        return false;
    /* One bench serves all tables of the point. Cold starts need no bench, and a real cache must be
     * as if nobody had used it before. */
    const bool shared =
        vtb_plan_is_timed(results->plan) && !fixture.point->cold && !fixture.point->hits.emerge;
    bool ok = !shared || (bench = vtb_bench_open(&fixture, error));
    for (size_t i = 0; ok && i < results->plan->tables_n; i++) {
        vtb_progress_part(bar, "timing", estimate_s);
        ok = time_consumer(results, &fixture, bench, point, i, counted, bar, error);
    }
    vtb_bench_close(bench);
    vtb_fixture_close(&fixture);
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
static bool run_passes(struct vtb_results *results, struct counted *counted,
                       const struct vtb_estimate *estimate, struct vtb_progress_bar *bar,
                       struct vtb_error *error)
{
    const struct vtb_plan *plan = results->plan;
    for (size_t i = 0; i < plan->points_n; i++) {
        vtb_progress_part(bar, "counting", estimate ? estimate->count_s[i] : 0);
        if (!count_point(plan, &plan->points[i], results->repeat, &counted->isolated[i], bar,
                         error))
            return false;
    }
    if (plan->instructions && results->repeat == 0 && !vtb_instructions_hindrance(plan)) {
        vtb_progress_part(bar, "instructions", estimate ? estimate->instructions_s : 0);
        if (!count_instructions(&counted->instructions, results, bar, error))
            return false;
    }
    for (size_t i = 0; i < plan->points_n; i++) {
        const double s = estimate ? estimate->time_s[i] : 0;
        if (!time_point(results, i, counted, s, bar, error))
            return false;
    }
    return true;
}

bool vtb_run(struct vtb_results *results, const struct vtb_plan *plan,
             const struct vtb_estimate *estimate, struct vtb_error *error)
{
    struct vtb_progress_bar bar;
    const size_t tables_n = plan->points_n * plan->tables_n;
    struct counted counted = {.isolated = calloc(plan->points_n, sizeof *counted.isolated)};
    results->plan = plan;
    results->comparisons = calloc(tables_n, sizeof *results->comparisons);
    bool ok = (counted.isolated && results->comparisons) ||
              vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu tables", tables_n);
    ok = ok && probe_events(&results->events, plan, error);
    vtb_progress_start(&bar, estimate ? estimate->total_s : 0);
    ok = ok && run_passes(results, &counted, estimate, &bar, error);
    vtb_progress_end(&bar);
    for (size_t i = 0; counted.isolated && i < plan->points_n; i++)
        free_isolated(&counted.isolated[i], plan, &plan->points[i]);
    free(counted.isolated);
    vtb_instructions_free(&counted.instructions);
    if (!ok && error->exit_code == VTB_EXIT_INTERRUPTED && results->comparisons_n > 0)
        results->interrupted = ok = true;
    if (!ok)
        vtb_results_free(results);
    return ok;
}
