#include "gate/merged_results.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "gate/gate.h"
#include "gate/recorded_figures.h"
#include "report/report_shard.h"

#define WHAT "what is told of a merged result"

/* Takes the options of the shards' run, but for those that say which shard it is, or on which
 * processors it runs. */
static bool take_options(struct vtb_merged_results *made, const struct vtb_result_file *file)
{
    bool ok = true;
    for (size_t i = 0; ok && i < file->options_n; i++) {
        const struct vtb_recorded_text *option = &file->options[i];
        ok = strcmp(option->key, VTB_SHARD_KEY) == 0 ||
             vtb_options_replay(&made->options, option->key, option->value, &made->reason);
    }
    for (size_t i = 0; ok && i < file->facts_n; i++) {
        const char *name = vtb_recorded_run_option(&file->facts[i]);
        ok = !name || strcmp(name, "pin") == 0 ||
             vtb_options_replay_run(&made->options, name, file->facts[i].value, &made->reason);
    }
    if (ok && made->options.trace_path && strcmp(made->options.trace_path, "-") == 0)
        return vtb_fail(&made->reason, VTB_EXIT_USAGE, "its keys came through a pipe");
    return ok;
}

/* Makes the plan of all shards once more. */
static bool make_plan(struct vtb_merged_results *made, const struct vtb_merged *merged)
{
    char digest[24];
    const struct vtb_result_file *file = &merged->shards->file;
    if (!take_options(made, file) || !vtb_plan_make(&made->plan, &made->options, &made->reason))
        return false;
    snprintf(digest, sizeof digest, "%016llx", (unsigned long long)made->plan.digest);
    if (strcmp(digest, vtb_recorded_fact(file, VTB_SHARD_PLAN_KEY)) == 0 &&
        made->plan.points_n * made->plan.tables_n == merged->tables_n)
        return true;
    vtb_plan_free(&made->plan);
    return vtb_fail(&made->reason, VTB_EXIT_USAGE,
                    "of the shards' options this program makes another plan");
}

/* The number of a text of the context; 0: it is none. */
static size_t number_of(const struct vtb_result_file *file, const char *key)
{
    uint64_t number;
    struct vtb_error error;
    return vtb_uint64_parse(vtb_recorded_fact(file, key), &number, &error) ? (size_t)number : 0;
}

/* Fills in a case from its row; false if that is of another case. Rows are found by their places:
 * on a heap to which a parameter means nothing several tables have the same names. */
static bool take_case(struct vtb_comparison *comparison, const struct vtb_merged_table *table,
                      size_t i)
{
    char name[VTB_CASE_NAME_BYTES];
    const struct vtb_case *the_case = &comparison->point->cases[i];
    struct vtb_figures *figures = &comparison->figures[i];
    figures->the_case = the_case;
    vtb_case_name(name, sizeof name, comparison, figures);
    const struct vtb_recorded_row *row = &table->shard->file.rows[table->first_case + i];
    if (i >= table->cases_n || strcmp(row->name, name) != 0)
        return false;
    *figures = vtb_recorded_figures(row, comparison->point, the_case);
    comparison->state = row->state;
    if (the_case->threads_n > 1 && !comparison->caller_ns)
        comparison->caller_ns = vtb_allocate(1, sizeof *comparison->caller_ns, WHAT);
    return true;
}

static bool take_table(struct vtb_merged_results *made, const struct vtb_merged *merged,
                       size_t place)
{
    const struct vtb_merged_table *table = vtb_merged_at(merged, place, 0);
    const struct vtb_result_file *file = &table->shard->file;
    const struct vtb_plan *plan = &made->plan;
    const struct vtb_point *point = &plan->points[place / plan->tables_n];
    struct vtb_comparison *comparison = &made->results.comparisons[place];
    *comparison = (struct vtb_comparison){
        .point = point,
        .consumer = plan->consumers[place % plan->tables_n],
        .timed = vtb_plan_is_timed(plan),
        .timed_hit_rate = NAN,
        .samples = {.sessions_n = number_of(file, "sessions"),
                    .rounds_n = number_of(file, "rounds")},
        .figures = vtb_allocate(point->cases_n, sizeof *comparison->figures, WHAT),
    };
    made->results.comparisons_n++;
    for (size_t i = 0; i < point->cases_n; i++) {
        if (!take_case(comparison, table, i))
            return vtb_fail(&made->reason, VTB_EXIT_USAGE, "a case of the plan is in no shard");
    }
    for (size_t i = 0; i < point->cases_n; i++)
        comparison->figures[i].caller_ns = comparison->caller_ns;
    return true;
}

static bool take_tables(struct vtb_merged_results *made, const struct vtb_merged *merged)
{
    struct vtb_results *results = &made->results;
    results->plan = &made->plan;
    results->options = &made->options;
    results->comparisons = vtb_allocate(merged->tables_n, sizeof *results->comparisons, WHAT);
    bool ok = true;
    for (size_t place = 0; ok && place < merged->tables_n; place++)
        ok = take_table(made, merged, place);
    return ok && vtb_break_evens_make(&results->break_evens, results->comparisons,
                                      results->comparisons_n, &made->plan.min_gains, &made->reason);
}

void vtb_merged_results_make(struct vtb_merged_results *made, const struct vtb_merged *merged,
                             const struct vtb_options *options)
{
    *made = (struct vtb_merged_results){.options = *options};
    if (vtb_merged_is_apart(merged)) {
        (void)vtb_fail(&made->reason, VTB_EXIT_USAGE,
                       "tables of several machines make no curve, and no answer");
        return;
    }
    if (!make_plan(made, merged))
        return;
    made->made = take_tables(made, merged);
    if (!made->made)
        vtb_merged_results_free(made);
}

void vtb_merged_results_free(struct vtb_merged_results *made)
{
    vtb_results_free(&made->results);
    vtb_plan_free(&made->plan);
    made->made = false;
}
