#include "gate/own_programs.h"

#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/progress.h"
#include "cells/slots.h"
#include "gate/recorded_figures.h"
#include "gate/turn_takers.h"
#include "plan/random.h"
#include "report/case_names.h"
#include "report/samples_file.h"

#define WHAT "the programs of two builds"

/* What a build's program is, and what it found in its latest run. */
struct program {
    char title[32]; /* "the program of A" */
    char path[PATH_MAX];
    char build[VTB_BUILDS_N][PATH_MAX + 32]; /* variables: it has its own editions alone */
    struct vtb_result_file result;
    struct vtb_samples_file samples;
    char samples_path[PATH_MAX]; /* to be told of; the file is gone */
};

struct vtb_own_programs {
    struct program items[VTB_BUILDS_N];
    int processor; /* that both keep to, as one is like no other; < 0: to none */
};

/* --- before it --- */

/* Whether no more than one thread of a plan's runs at a time. */
static bool is_serial(const struct vtb_plan *plan)
{
    for (size_t p = 0; p < plan->points_n; p++) {
        const struct vtb_point *point = &plan->points[p];
        bool serial = vtb_point_completers_n(point) == 0;
        for (size_t i = 0; i < point->cases_n; i++)
            serial = serial && point->cases[i].threads_n == 1;
        if (!serial)
            return false;
    }
    return true;
}

bool vtb_own_programs_prepare(struct vtb_builds *builds, struct vtb_error *error)
{
    static const char *const variables[VTB_BUILDS_N] = {VTB_BUILD_A_VARIABLE, VTB_BUILD_B_VARIABLE};
    if (getenv(VTB_CELLS_VARIABLE))
        return vtb_fail(error, VTB_EXIT_USAGE,
                        VTB_CELLS_VARIABLE
                        ": two builds' own programs have cells of their own; "
                        "unset it");
    builds->programs = vtb_allocate(1, sizeof *builds->programs, WHAT);
    *builds->programs = (struct vtb_own_programs){.processor = -1};
    if (!builds->options->pin && is_serial(&builds->run.plan))
        builds->programs->processor = sched_getcpu();
    for (size_t b = 0; b < VTB_BUILDS_N; b++) {
        struct program *program = &builds->programs->items[b];
        (void)snprintf(program->title, sizeof program->title, "the program of %c", "AB"[b]);
        if (!vtb_build_program(&builds->builds[b], program->path, error))
            return false;
        for (size_t v = 0; v < VTB_BUILDS_N; v++)
            (void)snprintf(program->build[v], sizeof program->build[v], "%s=%s", variables[v],
                           builds->builds[b].folder);
    }
    return true;
}

/* --- the run --- */

/* A run after the first draws its sessions anew, from a seed that no user's is like to be. */
static uint64_t seed_of(uint64_t seed, size_t run)
{
    return run == 0 ? seed : vtb_mix64(vtb_mix64(seed) + run);
}

/* Writes the words of a build's run: of both the same, but for the editions. How long it measures
 * is said outright, as each has half of the plan's cases. */
static bool add_words(struct vtb_own_run *words, const struct vtb_builds *builds, size_t build,
                      size_t run, struct vtb_error *error)
{
    const struct vtb_plan *plan = &builds->run.plan;
    if (!vtb_builds_words(words, builds->options, build * VTB_PLACES_N, VTB_PLACES_N, error))
        return false;
    vtb_own_run_word(words, "--seed=%llu", (unsigned long long)seed_of(builds->options->seed, run));
    vtb_own_run_word(words, "--progress=off");
    if (builds->programs->processor >= 0)
        vtb_own_run_word(words, "--pin=%d", builds->programs->processor);
    vtb_own_run_word(words, "--rounds=%zu", plan->rounds_n);
    if (!vtb_plan_is_timed(plan))
        return true;
    vtb_own_run_word(words, "--sessions=%zu", plan->sessions_n);
    vtb_own_run_word(words, "--epoch-ms=%.15g", plan->epoch_ns / 1e6);
    return true;
}

/* Takes over what a program found, in place of what it had found before. */
static bool take(struct program *program, struct vtb_turn_taker *taker, bool is_timed,
                 struct vtb_error *error)
{
    vtb_result_file_free(&program->result);
    program->result = taker->result;
    taker->result = (struct vtb_result_file){0};
    vtb_samples_file_free(&program->samples);
    (void)snprintf(program->samples_path, PATH_MAX, "%s", taker->samples);
    program->samples =
        (struct vtb_samples_file){.option = program->title, .path = program->samples_path};
    return !is_timed || vtb_samples_file_read(&program->samples, error);
}

/* The turns that a program takes: one of each session, before its tables, and one of each round. */
static size_t turns_of(const struct vtb_plan *plan)
{
    const size_t rounds_n = plan->points_n * plan->consumers_n * plan->rounds_n;
    return vtb_plan_is_timed(plan) ? plan->sessions_n * (1 + rounds_n) : 0;
}

/* Runs both programs to their ends. */
static bool run_programs(struct vtb_builds *builds, size_t run, struct vtb_error *error)
{
    struct vtb_turn_taker takers[VTB_TURN_TAKERS_N] = {{.has_ended = false}};
    struct vtb_own_run words[VTB_BUILDS_N] = {{.words_n = 0}};
    bool ok = true;
    for (size_t b = 0; ok && b < VTB_BUILDS_N; b++) {
        struct program *program = &builds->programs->items[b];
        ok = add_words(&words[b], builds, b, run, error);
        takers[b].title = program->title;
        takers[b].program = program->path;
        takers[b].words = words[b].words + 1; /* without the program's name */
        for (size_t v = 0; v < VTB_BUILDS_N; v++)
            takers[b].build[v] = program->build[v];
    }
    ok = ok && vtb_turn_takers_run(takers, turns_of(&builds->run.plan), error);
    for (size_t b = 0; ok && b < VTB_BUILDS_N; b++)
        ok = take(&builds->programs->items[b], &takers[b], vtb_plan_is_timed(&builds->run.plan),
                  error);
    vtb_turn_takers_free(takers);
    for (size_t b = 0; b < VTB_BUILDS_N; b++)
        vtb_own_run_close(&words[b]);
    return ok;
}

/* --- its tables --- */

/* The program that has a case: that of its edition's build; what is of none, as the floor, is A's.
 */
static size_t build_of(const struct vtb_case *the_case)
{
    const size_t edition = vtb_edition_number(vtb_slot_of(the_case->counting)->edition);
    return edition < VTB_EDITIONS_N ? edition / VTB_PLACES_N : 0;
}

/* A table that is being made. */
struct making {
    const struct vtb_builds *builds;
    struct vtb_comparison *comparison; /* its point and consumer are set */
    struct vtb_samples samples;
    struct vtb_counted *counted; /* owned, of each case, as are the next two */
    struct vtb_pressure *pressures;
    struct vtb_collection_cost *collections;
};

/* Writes the name by which result files call a case. */
static void name_case(char name[VTB_CASE_NAME_BYTES], const struct vtb_comparison *comparison,
                      size_t i)
{
    const struct vtb_figures figures = {.the_case = &comparison->point->cases[i]};
    vtb_case_name(name, VTB_CASE_NAME_BYTES, comparison, &figures);
}

/* Finds what a case's program found of it, by its name, which is written. */
static const struct vtb_recorded_row *find_row(char name[VTB_CASE_NAME_BYTES],
                                               const struct vtb_builds *builds,
                                               const struct vtb_comparison *comparison, size_t i)
{
    const size_t build = build_of(&comparison->point->cases[i]);
    name_case(name, comparison, i);
    return vtb_result_file_find(&builds->programs->items[build].result, name);
}

/* Takes what a case's program counted. What its collections cost is as the program reckoned it:
 * samples have no pauses. */
static bool take_counts(struct making *making, size_t i, struct vtb_error *error)
{
    char name[VTB_CASE_NAME_BYTES];
    const struct vtb_comparison *comparison = making->comparison;
    const struct vtb_case *the_case = &comparison->point->cases[i];
    const struct vtb_recorded_row *row = find_row(name, making->builds, comparison, i);
    if (!row)
        return vtb_fail(error, VTB_EXIT_USAGE, "%s has no case '%s': its names are others",
                        making->builds->programs->items[build_of(the_case)].title, name);
    const struct vtb_figures figures = vtb_recorded_figures(row, comparison->point, the_case);
    const double se = vtb_recorded(row, "collections_ns_per_op_se");
    making->counted[i] = figures.counted;
    making->pressures[i] = figures.pressure;
    making->collections[i] =
        (struct vtb_collection_cost){isnan(se) ? 0 : vtb_recorded(row, "collections_ns_per_op"),
                                     isnan(se) ? 0 : se * se, isnan(se)};
    return true;
}

/* Checks that a program measured as much as it was told, and as the other one did. */
static bool check_samples(const struct making *making, const struct vtb_samples_file *file,
                          struct vtb_error *error)
{
    const struct vtb_samples *samples = &making->samples;
    if (file->sessions_n == samples->sessions_n && file->rounds_n == samples->rounds_n)
        return true;
    return vtb_fail(error, VTB_EXIT_USAGE,
                    "%s has %zu sessions of %zu rounds, and not %zu of %zu, as it was told",
                    file->option, file->sessions_n, file->rounds_n, samples->sessions_n,
                    samples->rounds_n);
}

/* Takes readings of a build's probe as if A's had been read: as many times its own level. */
static void scale_probes(const struct making *making, size_t build)
{
    const struct program *programs = making->builds->programs->items;
    const double scale = programs[0].result.quiet_ns / programs[build].result.quiet_ns;
    const struct vtb_samples *samples = &making->samples;
    const struct vtb_point *point = making->comparison->point;
    for (size_t i = 0; i < samples->sessions_n * samples->rounds_n * samples->cases_n; i++) {
        if (build_of(&point->cases[i % samples->cases_n]) != build || isnan(scale))
            continue;
        samples->probe_before_ns[i] *= scale;
        samples->probe_after_ns[i] *= scale;
    }
}

/* Takes the samples of all cases that a build's program has. An epoch of the one program must have
 * as many operations as one of the other. */
static bool take_samples(struct making *making, size_t build, struct vtb_error *error)
{
    char name[VTB_CASE_NAME_BYTES];
    const struct vtb_samples_file *file = &making->builds->programs->items[build].samples;
    const struct vtb_point *point = making->comparison->point;
    size_t *places = vtb_allocate(file->cases_n, sizeof *places, WHAT);
    const size_t others_n = making->samples.operations_n;
    bool ok = check_samples(making, file, error);
    for (size_t i = 0; i < file->cases_n; i++)
        places[i] = VTB_SAMPLES_NOWHERE;
    for (size_t i = 0; ok && i < point->cases_n; i++) {
        if (build_of(&point->cases[i]) != build)
            continue;
        name_case(name, making->comparison, i);
        const size_t found = vtb_samples_file_find(file, name);
        ok = found < file->cases_n ||
             vtb_fail(error, VTB_EXIT_USAGE, "%s has no samples of '%s'", file->option, name);
        if (ok)
            places[found] = i;
    }
    if (ok) {
        vtb_samples_file_take(file, places, &making->samples);
        scale_probes(making, build);
    }
    free(places);
    return ok && (others_n == 0 || making->samples.operations_n == others_n ||
                  vtb_fail(error, VTB_EXIT_USAGE,
                           "%s has epochs of %zu operations, and not of %zu, as that of A",
                           file->option, making->samples.operations_n, others_n));
}

/* Makes room for samples of what files of them have, and nothing else. */
static bool make_samples(struct making *making, const struct vtb_plan *plan,
                         struct vtb_error *error)
{
    struct vtb_samples *samples = &making->samples;
    if (!vtb_samples_make(samples, making->comparison->point, plan->sessions_n, plan->rounds_n,
                          error))
        return false;
    samples->faults_n = samples->hit_rates = samples->completer_ns = samples->thread_ns =
        samples->simulated_ns = NULL;
    samples->stores = NULL;
    return true;
}

static bool open_table(struct making *making, const struct vtb_plan *plan, struct vtb_error *error)
{
    const struct vtb_point *point = making->comparison->point;
    making->counted = vtb_allocate(point->cases_n, sizeof *making->counted, WHAT);
    making->pressures = vtb_allocate(point->cases_n, sizeof *making->pressures, WHAT);
    making->collections = vtb_allocate(point->cases_n, sizeof *making->collections, WHAT);
    for (size_t i = 0; i < point->cases_n; i++) {
        if (!take_counts(making, i, error))
            return false;
    }
    if (!vtb_plan_is_timed(plan))
        return true;
    bool ok = make_samples(making, plan, error);
    for (size_t b = 0; ok && b < VTB_BUILDS_N; b++)
        ok = take_samples(making, b, error);
    return ok;
}

static bool finish_table(struct making *making, double quiet_ns, struct vtb_error *error)
{
    const struct vtb_point *point = making->comparison->point;
    const struct vtb_found found = {making->counted, making->pressures, making->collections};
    const struct vtb_samples samples = making->samples;
    making->samples = (struct vtb_samples){0};
    if (!vtb_summarise(making->comparison, point, making->comparison->consumer, samples, quiet_ns,
                       &found, error))
        return false;
    making->comparison->timed_hit_rate =
        vtb_own_programs_figure(making->builds, making->comparison, 0, "timed_hit_rate");
    return true;
}

static void close_table(struct making *making)
{
    vtb_samples_free(&making->samples);
    free(making->counted);
    free(making->pressures);
    free(making->collections);
}

/* Makes the tables of what both programs found. The level of the probe, by which states of the
 * machine are told apart, is that of A's run, which knew it before the first session. */
static bool make_tables(const struct vtb_builds *builds, struct vtb_results *results,
                        struct vtb_error *error)
{
    const struct vtb_plan *plan = &builds->run.plan;
    const size_t n = plan->points_n * plan->tables_n;
    bool ok = true;
    results->comparisons = vtb_allocate(n, sizeof *results->comparisons, WHAT);
    results->quiet_ns = vtb_plan_is_timed(plan) ? builds->programs->items[0].result.quiet_ns : 0;
    for (size_t i = 0; ok && i < n; i++) {
        results->comparisons[i] =
            (struct vtb_comparison){.point = &plan->points[i / plan->tables_n],
                                    .consumer = plan->consumers[i % plan->tables_n]};
        struct making making = {.builds = builds, .comparison = &results->comparisons[i]};
        ok = open_table(&making, plan, error) && finish_table(&making, results->quiet_ns, error);
        results->comparisons_n += ok;
        close_table(&making);
    }
    return ok;
}

bool vtb_own_programs_run(struct vtb_builds *builds, size_t run, struct vtb_results *results,
                          struct vtb_error *error)
{
    const struct vtb_plan *plan = &builds->run.plan;
    *results = (struct vtb_results){.plan = plan, .options = &builds->run.options, .repeat = run};
    if (!run_programs(builds, run, error) || !make_tables(builds, results, error))
        return false;
    results->sessions.all_n = results->sessions.done_n = plan->sessions_n;
    return true;
}

double vtb_own_programs_figure(const struct vtb_builds *builds,
                               const struct vtb_comparison *comparison, size_t of_case,
                               const char *key)
{
    char name[VTB_CASE_NAME_BYTES];
    const struct vtb_recorded_row *row = find_row(name, builds, comparison, of_case);
    return row ? vtb_recorded(row, key) : NAN;
}

void vtb_own_programs_note(struct vtb_builds *builds)
{
    static const struct {
        const char *key;
        const char *what;
    } facts[] = {{"compiler", "by another compiler"}, {"cell_flags", "by other flags"}};
    const struct program *programs = builds->programs->items;
    vtb_builds_note(builds,
                    "A and B were each measured by its own program, which took turns round "
                    "by round: with its own heaps, tables and collectors, too");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const char *a = vtb_recorded_fact(&programs[0].result, facts[i].key);
        const char *b = vtb_recorded_fact(&programs[1].result, facts[i].key);
        if (strcmp(a, b) != 0)
            vtb_builds_note(builds,
                            "B is compiled %s than A (%.100s; A: %.100s): what differs may be of "
                            "that",
                            facts[i].what, b, a);
    }
}

void vtb_own_programs_free(struct vtb_builds *builds)
{
    for (size_t b = 0; builds->programs && b < VTB_BUILDS_N; b++) {
        vtb_result_file_free(&builds->programs->items[b].result);
        vtb_samples_file_free(&builds->programs->items[b].samples);
    }
    free(builds->programs);
    builds->programs = NULL;
}
