#include "run/run.h"

#include <inttypes.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/allocate.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/shown.h"
#include "passes/instructions.h"
#include "plan/arguments.h"
#include "run/guests.h"

/* Gives the command line as the result file records it. Owned by the caller; null: no memory. */
static char *command_line(const struct vtb_options *options)
{
    char *line = NULL;
    size_t line_n = 0;
    FILE *out = open_memstream(&line, &line_n);
    if (!out)
        return NULL;
    fputs("run_bench", out);
    for (int i = 1; i < options->arguments_n; i++) {
        putc(' ', out);
        vtb_print_shell_word(out, options->arguments[i]);
    }
    fclose(out);
    return line;
}

char *vtb_run_describe(struct vtb_results *results, time_t now)
{
    struct tm local;
    char *line = command_line(results->options);
    results->command_line = line ? line : "unknown";
    results->executable = results->options->arguments[0];
    localtime_r(&now, &local);
    strftime(results->date, sizeof results->date, VTB_DATE_FORMAT, &local);
    vtb_machine_read(&results->machine);
    return line;
}

/* Checks that all strategies consumed the same values, as all of them ran the same calls. Guests
 * were held against the floor's cell. */
static bool check_checksums(const struct vtb_point *point, struct vtb_counted *counted,
                            struct vtb_error *error)
{
    for (size_t i = 0; i < vtb_cells_end(point); i++) {
        const struct vtb_case *the_case = &point->cases[i];
        const uint64_t expected = counted[the_case->floor].checksum;
        const bool is_empty = the_case->counting->strategy->role == VTB_ROLE_EMPTY;
        if (!is_empty && counted[i].checksum != expected)
            return vtb_fail_figures(
                error,
                "%s consumed other values than the floor in the counting pass (checksum "
                "%" PRIx64 ", not %" PRIx64 "); no figure is reported",
                the_case->counting->name, counted[i].checksum, expected);
        if (is_empty) /* the empty loop looks nothing up, so it consumes keys */
            counted[i].hits_n = counted[the_case->floor].hits_n;
        else if (counted[i].hits_n != counted[the_case->floor].hits_n)
            return vtb_fail_figures(
                error,
                "%s had %" PRIu64 " hits in the counting pass, but the floor %" PRIu64
                "; no figure is reported",
                the_case->counting->name, counted[i].hits_n, counted[the_case->floor].hits_n);
    }
    return true;
}

/* The results of the passes that run each case of a point in a process of its own. Pressures are of
 * the calls of a table's consumer: one for each case, table by table. */
struct isolated {
    struct vtb_counted *counted;
    struct vtb_pressure *pressures;
    struct vtb_event_counts *events; /* likewise; null: none are counted */
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
    free(isolated->events);
    *isolated = (struct isolated){0};
}

/* Counts a case by one caller. A case of several callers gets the same counts, as each caller makes
 * the same calls. */
static bool count_case(struct vtb_fixture *fixture, size_t i, struct isolated *isolated,
                       struct vtb_error *error)
{
    const struct vtb_case *the_case = &fixture->point->cases[i];
    if (the_case->serial == i)
        return vtb_counting_run(fixture, the_case, &isolated->counted[i], error);
    isolated->counted[i] = isolated->counted[the_case->serial];
    return true;
}

/* Runs the pressure pass of a case for each table, likewise. */
static bool press_case(struct vtb_fixture *fixture, const struct vtb_plan *plan, size_t i,
                       struct isolated *isolated, struct vtb_error *error)
{
    const struct vtb_case *the_case = &fixture->point->cases[i];
    bool ok = true;
    for (size_t t = 0; ok && vtb_plan_has_pressure(plan, the_case) && t < plan->tables_n; t++) {
        struct vtb_pressure *pressures = isolated->pressures + t * fixture->point->cases_n;
        if (the_case->serial != i)
            pressures[i] = pressures[the_case->serial];
        else
            ok = vtb_pressure_run(fixture, the_case, plan->consumers[t], &isolated->counted[i],
                                  &pressures[i], error);
    }
    return ok;
}

/* The results of the passes that come before the tables are made, for all points. */
struct counted {
    struct isolated *isolated;
    size_t points_n; /* that were counted */
    struct vtb_instructions instructions;
};

/* A run under way. */
struct run {
    struct vtb_results *results;
    const struct vtb_plan *plan;
    const struct vtb_estimate *estimate; /* null: there is none */
    const struct vtb_keeper *keeper;     /* null: nothing is kept before the end */
    struct counted counted;
    struct vtb_progress_bar bar;
    size_t units_n; /* cases to count, and to put under pressure, among which sessions are spread */
    size_t units_done_n;
    double keep_from_ns; /* when to keep what is finished once more */
};

/* Whether instructions are counted at all. */
static bool has_instructions(const struct run *run)
{
    return run->plan->instructions && !run->results->counted_by &&
           !vtb_instructions_hindrance(run->plan);
}

/* Whether a run that is interrupted has something that can be told: sessions, or points of which
 * nothing but counts is found out. */
static bool has_something(const struct run *run)
{
    return run->counted.points_n > 0 &&
           (vtb_plan_is_timed(run->plan) ? run->results->sessions.done_n > 0
                                         : !has_instructions(run));
}

/* --- tables --- */

/* Whether each thread of a case has a processor; otherwise callers wait for each other, and how
 * much more several do than one says nothing. */
static bool has_processors(const struct run *run, const struct vtb_point *point, size_t i)
{
    const size_t threads_n = point->cases[i].threads_n + vtb_point_completers_n(point);
    return (double)threads_n <= vtb_processors_usable(&run->results->machine.processors);
}

static struct vtb_event_counts unknown_events(void)
{
    struct vtb_event_counts counts = {.measured = false};
    for (size_t i = 0; i < VTB_EVENTS_MAX; i++)
        counts.per_op[i] = counts.running[i] = NAN;
    return counts;
}

/* What was found of the cases of a table that are told of. */
struct told {
    struct vtb_counted *counted;
    struct vtb_pressure *pressures; /* their texts are another's */
    struct vtb_samples samples;
};

static void free_told(struct told *told)
{
    free(told->counted);
    free(told->pressures);
}

/* Gathers it. Of samples all cases are there, unless some are left out. */
static bool find_told(struct run *run, size_t point, size_t table, struct told *told,
                      struct vtb_error *error)
{
    static const char what[] = "what is told of a table";
    const struct vtb_results *results = run->results;
    const struct isolated *isolated = &run->counted.isolated[point];
    const size_t all_n = run->plan->points[point].cases_n;
    const size_t n = results->plan->points[point].cases_n;
    *told = (struct told){
        .counted = vtb_allocate(n, sizeof *told->counted, what),
        .pressures = vtb_allocate(n, sizeof *told->pressures, what),
    };
    for (size_t i = 0; i < n; i++) {
        const size_t place = vtb_run_guests_place(results, point, i);
        told->counted[i] = isolated->counted[place];
        told->pressures[i] = isolated->pressures[table * all_n + place];
    }
    if (!vtb_plan_is_timed(run->plan))
        return true;
    told->samples = vtb_sessions_samples(&results->sessions, point, table);
    if (n == all_n || vtb_samples_keep(&told->samples, &results->plan->points[point],
                                       results->kept->places[point], error))
        return true;
    free_told(told);
    return false;
}

/* Makes one table: a point and a consumer, given by their numbers. */
static bool make_table(struct run *run, size_t point, size_t table, struct vtb_error *error)
{
    struct vtb_results *results = run->results;
    const struct isolated *isolated = &run->counted.isolated[point];
    const size_t first = table * run->plan->points[point].cases_n;
    struct told told;
    if (!find_told(run, point, table, &told, error))
        return false;
    const struct vtb_found found = {.counted = told.counted, .pressures = told.pressures};
    struct vtb_comparison *comparison = &results->comparisons[results->comparisons_n];
    const bool ok =
        vtb_summarise(comparison, &results->plan->points[point], run->plan->consumers[table],
                      told.samples, results->quiet_ns, &found, error);
    free_told(&told);
    for (size_t i = 0; ok && i < comparison->point->cases_n; i++) {
        const size_t place = vtb_run_guests_place(results, point, i);
        comparison->figures[i].instructions =
            vtb_instructions_of(&run->counted.instructions, point, table, place);
        comparison->figures[i].events =
            isolated->events ? isolated->events[first + place] : unknown_events();
        if (!has_processors(run, comparison->point, i))
            comparison->figures[i].scaling = (struct vtb_interval){NAN, NAN, NAN};
    }
    results->comparisons_n += ok;
    return ok;
}

/* Makes all tables of the points that were counted, and what follows from several. */
static bool make_tables(struct run *run, struct vtb_error *error)
{
    struct vtb_results *results = run->results;
    vtb_run_guests_keep(results, run->plan);
    if (vtb_plan_is_timed(run->plan))
        results->quiet_ns = vtb_quiet_level(&results->sessions);
    for (size_t p = 0; p < run->counted.points_n; p++) {
        for (size_t t = 0; t < run->plan->tables_n; t++) {
            if (!make_table(run, p, t, error))
                return false;
        }
    }
    return vtb_break_evens_make(&results->break_evens, results->comparisons, results->comparisons_n,
                                &run->plan->min_gains, error);
}

/* Whether nothing is left to run, so that all is written in a moment. */
static bool is_at_end(const struct run *run)
{
    return run->units_done_n == run->units_n &&
           run->results->sessions.done_n == run->results->sessions.all_n &&
           run->results->events.events.n == 0 &&
           (!has_instructions(run) || run->counted.instructions.per_op);
}

/* What was kept is left so for this many times as long as keeping it took. */
#define KEEPING_TIMES 20

/* Has what is finished kept, as results that lack the rest; from now on no interrupt loses it. */
static bool keep(struct run *run, struct vtb_error *error)
{
    struct vtb_results *results = run->results;
    if (!has_something(run))
        return true;
    vtb_interrupt_keep();
    const double start_ns = vtb_now_ns();
    if (!run->keeper || start_ns < run->keep_from_ns || is_at_end(run))
        return true;
    results->interrupted = true;
    const bool ok = make_tables(run, error);
    if (ok)
        run->keeper->keep(run->keeper->context, results);
    vtb_results_drop_tables(results);
    (void)malloc_trim(0); /* or each child that counts copies it, and uses it up */
    results->plan = run->plan;
    results->interrupted = false;
    const double end_ns = vtb_now_ns();
    run->keep_from_ns = end_ns + KEEPING_TIMES * (end_ns - start_ns);
    return ok;
}

/* --- sessions, spread over the run --- */

/* Runs sessions until `due_n` are done. Once one is, an interrupt loses nothing. */
static bool run_sessions(struct run *run, size_t due_n, struct vtb_error *error)
{
    struct vtb_sessions *sessions = &run->results->sessions;
    while (sessions->done_n < due_n) {
        const double s = run->estimate ? run->estimate->session_s : 0;
        vtb_progress_part(&run->bar, "timing", s);
        vtb_run_guests_tell(run->results);
        if (!vtb_sessions_run(sessions, run->results->options, error)) {
            vtb_run_guests_tell(run->results);
            return false;
        }
        vtb_run_guests_learn(run->results);
        if (!keep(run, error))
            return false;
    }
    return true;
}

/* Notes that a pass is done with a case, and runs the sessions that are due by then: none before a
 * whole point is counted, as an interrupt would lose them. */
static bool pass_unit(struct run *run, struct vtb_error *error)
{
    run->units_done_n++;
    return run->counted.points_n == 0 ||
           run_sessions(run, run->results->sessions.all_n * run->units_done_n / run->units_n,
                        error);
}

/* --- counting --- */

/* Has guests count their cases, for both passes at once. */
static bool count_guests(struct run *run, const struct vtb_fixture *fixture,
                         struct isolated *isolated, struct vtb_error *error)
{
    bool ok =
        vtb_run_guests_count(run->results, fixture, isolated->counted, isolated->pressures, error);
    for (size_t i = vtb_cells_end(fixture->point); ok && i < fixture->point->cases_n; i++)
        ok = pass_unit(run, error);
    return ok;
}

/* Runs the counting pass of one point. The keys are drawn once, here, rather than by each child. */
static bool count_point(struct run *run, size_t p, struct vtb_error *error)
{
    struct vtb_fixture fixture;
    const struct vtb_point *point = &run->plan->points[p];
    struct isolated *isolated = &run->counted.isolated[p];
    const uint32_t *ids;
    if (!vtb_fixture_open(&fixture, point, error))
        return false;
    (void)vtb_fixture_calls(&fixture, 0, vtb_counted_calls_n(point), &ids);
    bool ok = true;
    for (size_t i = 0; ok && i < vtb_cells_end(point); i++) {
        vtb_progress_part(&run->bar, "counting",
                          run->estimate ? run->estimate->count_s[p] / (double)point->cases_n : 0);
        ok = count_case(&fixture, i, isolated, error) && pass_unit(run, error);
    }
    if (ok && vtb_cells_end(point) < point->cases_n)
        ok = count_guests(run, &fixture, isolated, error);
    vtb_fixture_close(&fixture);
    return ok && check_checksums(point, isolated->counted, error);
}

/* Runs the pressure pass of one point, and after each case the sessions that are due by then. */
static bool press_point(struct run *run, size_t p, struct vtb_error *error)
{
    struct vtb_fixture fixture;
    const struct vtb_point *point = &run->plan->points[p];
    if (!vtb_fixture_open(&fixture, point, error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < vtb_cells_end(point); i++) {
        if (!vtb_plan_has_pressure(run->plan, &point->cases[i]))
            continue;
        ok = press_case(&fixture, run->plan, i, &run->counted.isolated[p], error) &&
             pass_unit(run, error);
    }
    vtb_fixture_close(&fixture);
    return ok;
}

static bool has_pressure(const struct vtb_plan *plan, const struct vtb_point *point)
{
    for (size_t i = 0; i < vtb_cells_end(point); i++) {
        if (vtb_plan_has_pressure(plan, &point->cases[i]))
            return true;
    }
    return false;
}

static bool press_points(struct run *run, struct vtb_error *error)
{
    bool ok = true;
    for (size_t p = 0; ok && !run->results->counted_by && p < run->plan->points_n; p++)
        ok = !has_pressure(run->plan, &run->plan->points[p]) || press_point(run, p, error);
    return ok;
}

/* Makes room for events, which are not known so far. It is large, and so none where none are
 * counted: each child that counts begins with a copy of this process's page tables. */
static bool make_events(struct isolated *isolated, const struct vtb_plan *plan, size_t n)
{
    if (plan->events.n == 0)
        return true;
    isolated->events = calloc(n, sizeof *isolated->events);
    for (size_t i = 0; isolated->events && i < n; i++)
        isolated->events[i] = unknown_events();
    return isolated->events != NULL;
}

static bool make_room(struct run *run, struct vtb_error *error)
{
    const struct vtb_plan *plan = run->plan;
    struct vtb_results *results = run->results;
    run->counted.isolated = calloc(plan->points_n, sizeof *run->counted.isolated);
    results->comparisons = calloc(plan->points_n * plan->tables_n, sizeof *results->comparisons);
    if (!run->counted.isolated || !results->comparisons)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu tables",
                        plan->points_n * plan->tables_n);
    for (size_t i = 0; i < plan->points_n; i++) {
        struct isolated *isolated = &run->counted.isolated[i];
        const size_t n = plan->points[i].cases_n;
        isolated->counted = calloc(n, sizeof *isolated->counted);
        isolated->pressures = calloc(plan->tables_n * n, sizeof *isolated->pressures);
        run->units_n += n;
        for (size_t c = 0; c < vtb_cells_end(&plan->points[i]); c++)
            run->units_n += vtb_plan_has_pressure(plan, &plan->points[i].cases[c]);
        if (!isolated->counted || !isolated->pressures ||
            !make_events(isolated, plan, plan->tables_n * n))
            return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", n);
    }
    return true;
}

/* Takes the counts of another run of the same plan. */
static void take_counts(const struct run *run, size_t p, const struct vtb_results *other)
{
    struct isolated *isolated = &run->counted.isolated[p];
    const size_t n = run->plan->points[p].cases_n;
    for (size_t i = 0; i < run->plan->tables_n * n; i++) {
        const struct vtb_comparison *comparison =
            &other->comparisons[p * run->plan->tables_n + i / n];
        isolated->counted[i % n] = comparison->figures[i % n].counted;
        isolated->pressures[i] = comparison->figures[i % n].pressure;
        isolated->pressures[i].hgrm = NULL;
    }
}

/* Runs the passes that count, point after point. Where nothing else is found out of a point it is
 * finished by that, and an interrupt loses it no more. */
static bool count_points(struct run *run, struct vtb_error *error)
{
    const struct vtb_results *other = run->results->counted_by;
    bool ok = true;
    for (size_t i = 0; ok && i < run->plan->points_n; i++) {
        if (other)
            take_counts(run, i, other);
        else
            ok = count_point(run, i, error);
        run->counted.points_n += ok;
        ok = ok && keep(run, error);
    }
    return ok;
}

static bool count_instructions(struct run *run, struct vtb_error *error)
{
    if (!has_instructions(run))
        return true;
    vtb_progress_part(&run->bar, "instructions", run->estimate ? run->estimate->instructions_s : 0);
    struct vtb_arguments arguments;
    if (!vtb_arguments_make(&arguments, run->plan, run->results->options, error))
        return false;
    const bool ok = vtb_instructions_count(&run->counted.instructions, run->plan, arguments.list,
                                           vtb_progress_show, &run->bar, error);
    vtb_arguments_free(&arguments);
    return ok && keep(run, error);
}

/* --- events --- */

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

/* Runs the events pass of a point for each table. Several callers at once make the same calls as
 * one. */
static bool count_events(struct run *run, size_t p, struct vtb_error *error)
{
    struct vtb_fixture fixture;
    const struct vtb_point *point = &run->plan->points[p];
    struct vtb_event_counts *counts = run->counted.isolated[p].events;
    bool ok = vtb_fixture_open(&fixture, point, error);
    for (size_t i = 0; ok && i < run->plan->tables_n * point->cases_n; i++) {
        const size_t own = i % point->cases_n;
        const struct vtb_case *the_case = &point->cases[own];
        if (the_case->serial != own)
            counts[i] = counts[i - own + the_case->serial];
        else if (!the_case->guest)
            ok = vtb_events_run(&fixture, &run->results->events.events, the_case,
                                run->plan->consumers[i / point->cases_n], &counts[i], error);
    }
    vtb_fixture_close(&fixture);
    return ok;
}

static bool count_all_events(struct run *run, struct vtb_error *error)
{
    bool ok = true;
    for (size_t p = 0; ok && !run->results->counted_by && p < run->plan->points_n; p++)
        ok = !run->counted.isolated[p].events || count_events(run, p, error);
    return ok;
}

static bool load_sessions(struct run *run, struct vtb_error *error)
{
    struct vtb_results *results = run->results;
    if (!vtb_sessions_load(&results->sessions, run->keeper->resumed, error))
        return false;
    vtb_run_guests_learn(results);
    return true;
}

/* Opens the sessions, with those of a run that is gone on with. */
static bool open_sessions(struct run *run, struct vtb_error *error)
{
    struct vtb_results *results = run->results;
    if (!vtb_plan_is_timed(run->plan))
        return true;
    return vtb_sessions_open(&results->sessions, run->plan,
                             1 + results->repeat * run->plan->sessions_n, error) &&
           (!run->keeper || !run->keeper->resumed || load_sessions(run, error));
}

/* Runs all passes. On false nothing can be kept, unless something was finished. */
static bool run_passes(struct run *run, struct vtb_error *error)
{
    struct vtb_results *results = run->results;
    return probe_events(&results->events, run->plan, error) && open_sessions(run, error) &&
           count_points(run, error) && press_points(run, error) && count_all_events(run, error) &&
           count_instructions(run, error) && run_sessions(run, results->sessions.all_n, error);
}

bool vtb_run(struct vtb_results *results, const struct vtb_plan *plan,
             const struct vtb_estimate *estimate, const struct vtb_keeper *keeper,
             struct vtb_error *error)
{
    struct run run = {.results = results, .plan = plan, .estimate = estimate, .keeper = keeper};
    results->plan = plan;
    if (plan->points_n == 0) /* a shard without tables */
        return true;
    vtb_progress_start(&run.bar, estimate ? estimate->total_s : 0);
    bool ok = make_room(&run, error) && run_passes(&run, error);
    if (!ok && has_something(&run) && !error->is_of_figures) {
        results->interrupted = ok = true;
        results->interrupted_by = *error;
    } else if (!ok && vtb_interrupted()) {
        ok = vtb_fail(error, vtb_interrupt_exit(), VTB_INTERRUPTED_EARLY);
    }
    ok = ok && make_tables(&run, error);
    vtb_progress_end(&run.bar);
    for (size_t i = 0; run.counted.isolated && i < plan->points_n; i++)
        free_isolated(&run.counted.isolated[i], plan, &plan->points[i]);
    free(run.counted.isolated);
    vtb_instructions_free(&run.counted.instructions);
    if (!ok)
        vtb_results_free(results);
    return ok;
}
