#include "gate/builds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/progress.h"
#include "base/shown.h"
#include "cells/build.h"
#include "cells/load.h"
#include "cells/slots.h"
#include "gate/own_programs.h"
#include "passes/estimate.h"
#include "plan/metrics.h"
#include "plan/places.h"
#include "plan/prepare.h"
#include "report/counters.h"

/* The places in struct vtb_built_case. */
enum { A1, A2, B1, B2 };

/* --- the cases --- */

/* The case of the same strategy, heap, method and callers as case a1, in another edition. */
static size_t find_edition(const struct vtb_point *point, size_t a1, size_t edition)
{
    const struct vtb_case *own = &point->cases[a1];
    const struct vtb_cell_slot *slot = vtb_slot_of(own->timing);
    for (size_t i = 0; i < point->cases_n; i++) {
        const struct vtb_case *other = &point->cases[i];
        const struct vtb_cell_slot *found = other->guest ? NULL : vtb_slot_of(other->timing);
        if (found && found->edition == vtb_edition_at(edition) &&
            found->strategy == slot->strategy && found->variant == slot->variant &&
            other->heap == own->heap && other->threads_n == own->threads_n &&
            other->timing->kind.method == own->timing->kind.method)
            return i;
    }
    return SIZE_MAX;
}

static bool is_first_edition(const struct vtb_case *the_case)
{
    return !the_case->guest && vtb_slot_of(the_case->timing)->edition == vtb_edition_at(A1);
}

/* Has each edition be held against that which it is compared with: B's at each place with A's
 * there, and A's second place with its first. */
static void set_baselines(const struct vtb_plan *plan)
{
    for (size_t p = 0; p < plan->points_n; p++) {
        struct vtb_point *point = &plan->points[p];
        for (size_t i = 0; i < point->cases_n; i++) {
            if (!is_first_edition(&point->cases[i]))
                continue;
            const size_t a2 = find_edition(point, i, A2);
            point->cases[a2].baseline = point->cases[find_edition(point, i, B1)].baseline = i;
            point->cases[find_edition(point, i, B2)].baseline = a2;
        }
    }
}

/* Lists the cases of all tables. */
static void list_cases(struct vtb_builds *builds)
{
    const struct vtb_results *results = &builds->run.results;
    for (size_t c = 0; c < results->comparisons_n; c++) {
        const struct vtb_point *point = results->comparisons[c].point;
        for (size_t i = 0; i < point->cases_n; i++) {
            if (!is_first_edition(&point->cases[i]))
                continue;
            builds->cases = vtb_reallocate(builds->cases, builds->cases_n + 1,
                                           sizeof *builds->cases, "the cases of two builds");
            struct vtb_built_case *own = &builds->cases[builds->cases_n++];
            const char *name = point->cases[i].timing->name;
            *own = (struct vtb_built_case){.comparison = c};
            for (size_t e = 0; e < VTB_EDITIONS_N; e++)
                own->places[e] = find_edition(point, i, e);
            snprintf(own->strategy, sizeof own->strategy, "%.*s", (int)strcspn(name, ":"), name);
        }
    }
}

/* --- times --- */

/* The values of the sessions of one run that have one at both places. */
struct values {
    struct vtb_session_value *places[VTB_PLACES_N]; /* at each place; owned, as is the next */
    struct vtb_session_value *both;                 /* of both together */
    size_t n;
};

static void open_values(struct values *values, const struct vtb_comparison *comparison,
                        const struct vtb_built_case *own, double quiet_ns)
{
    static const char what[] = "the sessions of two builds";
    const size_t sessions_n = comparison->samples.sessions_n;
    for (size_t p = 0; p < VTB_PLACES_N; p++) {
        values->places[p] = vtb_allocate(sessions_n, sizeof **values->places, what);
        vtb_session_log_ratios(comparison, own->places[B1 + p], own->places[A1 + p],
                               comparison->state, quiet_ns, values->places[p]);
    }
    values->both = vtb_allocate(sessions_n, sizeof *values->both, what);
    values->n = 0;
    for (size_t s = 0; s < sessions_n; s++) {
        const struct vtb_session_value first = values->places[0][s];
        const struct vtb_session_value second = values->places[1][s];
        if (isnan(first.median) || isnan(second.median))
            continue;
        values->places[0][values->n] = first;
        values->places[1][values->n] = second;
        values->both[values->n++] = (struct vtb_session_value){(first.median + second.median) / 2,
                                                               (first.noise + second.noise) / 4};
    }
}

static void close_values(struct values *values)
{
    for (size_t p = 0; p < VTB_PLACES_N; p++)
        free(values->places[p]);
    free(values->both);
}

/* What is not known of the collections of both builds, as their costs are means of few pauses. */
static double variance_of_collections(const struct vtb_comparison *comparison,
                                      const struct vtb_built_case *own)
{
    double sum = 0;
    for (size_t e = 0; e < VTB_EDITIONS_N; e++)
        sum += vtb_collections_variance(&comparison->figures[own->places[e]]);
    return sum / (VTB_PLACES_N * VTB_PLACES_N);
}

/* Programs of their own have more code than their cells', which lies where it was linked. */
static void test_case(struct vtb_built_case *own, const struct vtb_results *results, size_t run,
                      bool has_drawn_places)
{
    const struct vtb_comparison *comparison = &results->comparisons[own->comparison];
    struct values values;
    open_values(&values, comparison, own, results->quiet_ns);
    struct vtb_pooled *change = &own->change[run];
    *change = (has_drawn_places ? vtb_pool_of_places : vtb_pool)(values.both, values.n);
    const double more = variance_of_collections(comparison, own);
    if (isnan(more))
        change->variance = change->freedom = NAN;
    else
        vtb_pooled_add(change, more);
    own->p[run] = vtb_pooled_p(change);
    own->state[run] = comparison->state;
    if (run == 0)
        own->spread = vtb_spread_of(values.places[0], values.places[1], values.n);
    close_values(&values);
}

static void test_run(struct vtb_builds *builds, const struct vtb_results *results, size_t run)
{
    double *p = vtb_allocate(builds->cases_n + 1, sizeof *p, "the tests of two builds");
    for (size_t i = 0; i < builds->cases_n; i++) {
        test_case(&builds->cases[i], results, run, !builds->programs);
        p[i] = builds->cases[i].p[run];
    }
    vtb_holm(p, builds->cases_n);
    for (size_t i = 0; i < builds->cases_n; i++)
        builds->cases[i].p[run] = p[i];
    free(p);
}

/* Whether B is slower in a run (direction 1), or quicker (-1), by the test and by more than the
 * margin, in the state of the machine that the first run was of: in another one a change is another
 * one, too. */
static bool is_beyond(const struct vtb_built_case *own, size_t run, double direction, double margin)
{
    return own->state[run] == own->state[0] && own->p[run] < 1 - VTB_CONFIDENCE &&
           direction * own->change[run].mean > log1p(margin);
}

enum vtb_gate_verdict vtb_built_verdict(const struct vtb_built_case *own, size_t runs_n,
                                        double margin)
{
    const struct vtb_interval change = vtb_pooled_interval(&own->change[0], 1);
    if (is_beyond(own, 0, 1, margin))
        return runs_n == VTB_GATE_RUNS && is_beyond(own, 1, 1, margin) ? VTB_GATE_WORSE
                                                                       : VTB_GATE_UNKNOWN;
    if (is_beyond(own, 0, -1, margin) && is_beyond(own, runs_n - 1, -1, margin))
        return VTB_GATE_BETTER;
    return change.hi <= log1p(margin) ? VTB_GATE_WITHIN : VTB_GATE_UNKNOWN;
}

static bool seems_worse(const struct vtb_builds *builds)
{
    for (size_t i = 0; i < builds->cases_n; i++) {
        if (is_beyond(&builds->cases[i], 0, 1, builds->margin))
            return true;
    }
    return false;
}

static bool run_again(struct vtb_builds *builds, struct vtb_error *error)
{
    const struct vtb_results *first = &builds->run.results;
    builds->again =
        (struct vtb_results){.options = first->options, .repeat = 1, .counted_by = first};
    if (!vtb_plan_build_places(&builds->run.plan, first->options->seed,
                               1 + builds->run.plan.sessions_n, error) ||
        !vtb_run(&builds->again, &builds->run.plan, NULL, NULL, error))
        return false;
    if (!builds->again.interrupted && builds->again.comparisons)
        return true;
    *error = builds->again.interrupted_by;
    return false;
}

/* Measures all cases once more, in sessions of their own, and tests that run. */
static bool measure_again(struct vtb_builds *builds, struct vtb_error *error)
{
    vtb_tell("something seems slower: all is timed once more, from new");
    if (!(builds->programs ? vtb_own_programs_run(builds, 1, &builds->again, error)
                           : run_again(builds, error)))
        return false;
    builds->runs_n = VTB_GATE_RUNS;
    test_run(builds, &builds->again, 1);
    for (size_t i = 0; i < builds->cases_n; i++) {
        if (builds->cases[i].state[1] == builds->cases[i].state[0])
            continue;
        vtb_builds_note(builds,
                        "the second run is of another state of the machine (%s) than the first: it "
                        "confirms nothing",
                        vtb_state_words[builds->cases[i].state[1]]);
        break;
    }
    return true;
}

/* Tests the first run; what is slower in it is measured once more. */
static bool compare_times(struct vtb_builds *builds, struct vtb_error *error)
{
    const struct vtb_results *first = &builds->run.results;
    builds->runs_n = 1;
    test_run(builds, first, 0);
    if (seems_worse(builds) && !measure_again(builds, error))
        return false;
    for (size_t i = 0; i < builds->cases_n; i++)
        builds->cases[i].verdict =
            vtb_built_verdict(&builds->cases[i], builds->runs_n, builds->margin);
    return true;
}

struct vtb_interval vtb_built_ratio(const struct vtb_built_case *own)
{
    const struct vtb_interval logs = vtb_pooled_interval(&own->change[0], 1);
    return (struct vtb_interval){exp(logs.median), exp(logs.lo), exp(logs.hi)};
}

double vtb_built_would_be_seen(const struct vtb_builds *builds, const struct vtb_built_case *own)
{
    return expm1(
        vtb_pooled_would_be_seen_twice(&own->change[0], builds->cases_n, log1p(builds->margin)));
}

/* --- counts --- */

static void add_count(struct vtb_builds *builds, const struct vtb_built_count *count)
{
    builds->counts = vtb_reallocate(builds->counts, builds->counts_n + 1, sizeof *builds->counts,
                                    "the counts of two builds");
    builds->counts[builds->counts_n++] = *count;
}

/* A count of a case at one of its places, as this program has it, or as its build's has it. */
static double count_at(const struct vtb_builds *builds, const struct vtb_built_case *own,
                       size_t edition, const char *key)
{
    struct vtb_counter counters[VTB_COUNTERS_MAX];
    const struct vtb_results *results = &builds->run.results;
    const struct vtb_comparison *comparison = &results->comparisons[own->comparison];
    const size_t place = own->places[edition];
    if (builds->programs)
        return vtb_own_programs_figure(builds, comparison, place, key);
    const size_t n = vtb_counters(results, comparison, &comparison->figures[place], counters);
    return vtb_counter_value(counters, n, key);
}

/* Compares the counts of a case, which no place of its code changes. */
static void count_case(struct vtb_builds *builds, const struct vtb_built_case *own)
{
    const struct vtb_results *results = &builds->run.results;
    const struct vtb_comparison *comparison = &results->comparisons[own->comparison];
    const bool is_first = comparison->consumer == results->plan->consumers[0];
    for (const struct vtb_gate_metric *metric = vtb_gate_metrics; metric->word; metric++) {
        if (!is_first && !metric->of_toolchain) /* the same for each consumer */
            continue;
        for (size_t k = 0; metric->keys[k]; k++) {
            const struct vtb_built_count count = {
                .of = own,
                .metric = metric,
                .key = metric->keys[k],
                .title = metric->titles[k],
                .before = count_at(builds, own, A1, metric->keys[k]),
                .after = count_at(builds, own, B1, metric->keys[k]),
            };
            if (!isnan(count.before) && !isnan(count.after))
                add_count(builds, &count);
        }
    }
}

/* --- the whole --- */

static bool set_builds(const struct vtb_builds *builds, struct vtb_error *error)
{
    if (setenv(VTB_BUILD_A_VARIABLE, builds->builds[0].folder, 1) != 0 ||
        setenv(VTB_BUILD_B_VARIABLE, builds->builds[1].folder, 1) != 0)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for the names of two builds");
    return vtb_editions_open(error);
}

/* Whether cells of both builds can stand in this process: one of each tells, whatever it is. */
static bool can_share(const struct vtb_builds *builds, bool *can, struct vtb_error *error)
{
    struct vtb_build_bar bar = {0};
    const struct vtb_point *point = &builds->run.plan.points[0];
    const struct vtb_cell *cells[VTB_BUILDS_N] = {NULL};
    size_t a1 = 0;
    while (a1 < point->cases_n && !is_first_edition(&point->cases[a1]))
        a1++;
    *can = true;
    if (a1 == point->cases_n)
        return true;
    for (size_t b = 0; b < VTB_BUILDS_N; b++)
        cells[b] = point->cases[find_edition(point, a1, b * VTB_PLACES_N)].counting;
    if (!vtb_cells_build(cells, VTB_BUILDS_N, vtb_progress_build, &bar, error))
        return false;
    for (size_t b = 0; b < VTB_BUILDS_N; b++)
        *can = *can && vtb_cell_agrees(cells[b]);
    return true;
}

static bool prepare_cells(struct vtb_builds *builds, struct vtb_error *error)
{
    struct vtb_plan *plan = &builds->run.plan;
    return vtb_plan_check_heaps(plan, error) && vtb_plan_prepare(plan, error) &&
           vtb_plan_build_places(plan, builds->options->seed, 1, error);
}

bool vtb_builds_prepare(struct vtb_builds *builds, const struct vtb_options *options,
                        struct vtb_error *error)
{
    bool can;
    struct vtb_own_run *run = &builds->run;
    builds->options = options;
    vtb_own_run_clear_settings(); /* which the options have, as far as they are meant */
    if (!set_builds(builds, error))
        return false;
    vtb_places_take(options->seed, 1); /* for what is tried before the first session */
    if (!vtb_builds_words(run, options, 0, VTB_EDITIONS_N, error))
        return false;
    vtb_own_run_word(run, "--seed=%llu", (unsigned long long)options->seed);
    vtb_builds_effort(run, options);
    if (!vtb_own_run_plan(run, error) || !vtb_builds_check_sources(builds, &run->plan, error))
        return false;
    if (options->own_programs)
        return vtb_own_programs_prepare(builds, error);
    if (!can_share(builds, &can, error))
        return false;
    if (can)
        return prepare_cells(builds, error);
    vtb_tell(
        "A or B has another contract with its cells than this program: each build is measured "
        "by its own program, by turns");
    return vtb_own_programs_prepare(builds, error);
}

static bool measure(struct vtb_builds *builds, struct vtb_error *error)
{
    struct vtb_estimate estimate = {.count_s = NULL};
    set_baselines(&builds->run.plan);
    if (builds->programs)
        return vtb_own_programs_run(builds, 0, &builds->run.results, error);
    if (vtb_progress_is_told() && !vtb_estimate_make(&estimate, &builds->run.plan, error))
        return false;
    const bool ok = vtb_own_run_measure(&builds->run, &builds->run.plan,
                                        estimate.count_s ? &estimate : NULL, error);
    vtb_estimate_free(&estimate);
    if (ok || !builds->run.results.interrupted)
        return ok;
    const struct vtb_error *reason = &builds->run.results.interrupted_by;
    return vtb_fail(error, reason->exit_code, "%s; nothing was compared", reason->message);
}

void vtb_built_skips(struct vtb_skips *skips, const struct vtb_builds *builds)
{
    const struct vtb_skips *all = &builds->run.plan.skips;
    char name[VTB_CASE_NAME_BYTES];
    skips->n = 0;
    for (size_t i = 0; i < all->n; i++) {
        struct vtb_skip skip = all->items[i];
        const char *colon = skip.strategy ? strchr(skip.strategy, ':') : NULL;
        if (colon && strcmp(colon + 1, vtb_edition_at(A1)->word) != 0)
            continue;
        if (colon) {
            snprintf(name, sizeof name, "%.*s", (int)(colon - skip.strategy), skip.strategy);
            skip.strategy = vtb_find_name(name);
        }
        vtb_skips_note(skips, &skip);
    }
}

static bool fail_as_empty(const struct vtb_builds *builds, struct vtb_error *error)
{
    struct vtb_skips skips;
    vtb_built_skips(&skips, builds);
    if (skips.n == 0)
        return vtb_fail(error, VTB_EXIT_USAGE, "there is no strategy to compare");
    return vtb_fail(error, VTB_EXIT_USAGE, "nothing can be compared: left out is %s%s%s: %s",
                    skips.items[0].strategy ? skips.items[0].strategy : "",
                    skips.items[0].strategy ? ", " : "", skips.items[0].what,
                    skips.items[0].reason);
}

bool vtb_builds_compare(struct vtb_builds *builds, struct vtb_error *error)
{
    builds->margin = fmax(builds->margin, VTB_BUILDS_MARGIN);
    if (!measure(builds, error))
        return false;
    list_cases(builds);
    if (builds->cases_n == 0)
        return fail_as_empty(builds, error);
    if (builds->programs)
        vtb_own_programs_note(builds);
    else
        vtb_builds_note_sources(builds);
    for (size_t i = 0; i < builds->cases_n; i++)
        count_case(builds, &builds->cases[i]);
    return !vtb_plan_is_timed(&builds->run.plan) || compare_times(builds, error);
}

void vtb_built_name(char name[VTB_CASE_NAME_BYTES], const struct vtb_builds *builds,
                    const struct vtb_built_case *own)
{
    const struct vtb_comparison *comparison = &builds->run.results.comparisons[own->comparison];
    const struct vtb_edition *first = vtb_edition_at(A1);
    char edition[8];
    vtb_case_name(name, VTB_CASE_NAME_BYTES, comparison, &comparison->figures[own->places[A1]]);
    snprintf(edition, sizeof edition, ":%s", first ? first->word : "");
    char *found = first ? strstr(name, edition) : NULL;
    if (found)
        memmove(found, found + strlen(edition), strlen(found + strlen(edition)) + 1);
}

void vtb_builds_free(struct vtb_builds *builds)
{
    vtb_results_free(&builds->again);
    vtb_own_run_close(&builds->run);
    vtb_own_programs_free(builds);
    free(builds->cases);
    free(builds->counts);
    builds->cases = NULL;
    builds->counts = NULL;
    builds->cases_n = builds->counts_n = 0;
}
