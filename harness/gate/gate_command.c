#include "gate/gate_command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/output.h"
#include "cells/foreign.h"
#include "cells/load.h"
#include "plan/prepare.h"
#include "run/run.h"

/* Measures the times of a plan again, with other keys. */
static bool repeat(struct vtb_results *results, struct vtb_plan *plan, struct vtb_error *error)
{
    for (size_t i = 0; i < plan->points_n; i++)
        plan->points[i].seed++;
    plan->times_only = true;
    if (!vtb_run(results, plan, NULL, error))
        return false;
    return !results->interrupted ||
           vtb_fail(error, VTB_EXIT_INTERRUPTED, "interrupted; nothing is compared or written");
}

static bool repeat_all(struct vtb_results *repeats, size_t n, struct vtb_plan *plan,
                       struct vtb_error *error)
{
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++)
        ok = repeat(&repeats[i], plan, error);
    return ok;
}

static void free_all(struct vtb_results *repeats, size_t n)
{
    for (size_t i = 0; i < n; i++)
        vtb_results_free(&repeats[i]);
}

/* --- a baseline --- */

static void print_baseline(FILE *out, const void *what)
{
    vtb_report_baseline(out, what);
}

bool vtb_baseline_save(struct vtb_results *results, struct vtb_plan *plan, const char *path,
                       struct vtb_error *error)
{
    struct vtb_results others[VTB_GATE_REPEATS - 1] = {{0}};
    const size_t n = vtb_plan_is_timed(plan) ? VTB_GATE_REPEATS - 1 : 0;
    bool ok = repeat_all(others, n, plan, error);
    for (size_t i = 0; i < plan->points_n; i++)
        plan->points[i].seed -= n; /* what is written is that of the first */
    if (ok)
        vtb_gate_widen(results, others, n);
    ok = ok && vtb_output_file(path, print_baseline, results, error);
    free_all(others, VTB_GATE_REPEATS - 1);
    return ok;
}

/* --- the gate --- */

/* What print_gate is given. */
struct gate_report {
    const struct vtb_gate *gate;
    enum vtb_format format;
};

static void print_gate(FILE *out, const void *what)
{
    const struct gate_report *report = what;
    vtb_gate_report(out, report->gate, report->format);
    if (report->format == VTB_FORMAT_TABLE && getenv("GITHUB_ACTIONS"))
        vtb_gate_annotations(out, report->gate);
}

static void print_summary(FILE *out, const void *what)
{
    vtb_gate_report(out, what, VTB_FORMAT_MARKDOWN);
}

static void print_junit(FILE *out, const void *what)
{
    vtb_gate_junit(out, what);
}

static bool check_outputs(const struct vtb_options *options, struct vtb_error *error)
{
    return (!options->export_junit || vtb_output_check(options->export_junit, error)) &&
           (!options->export_markdown || vtb_output_check(options->export_markdown, error));
}

static bool write_reports(const struct vtb_gate *gate, const struct vtb_options *options,
                          struct vtb_error *error)
{
    const struct gate_report report = {gate, (enum vtb_format)options->format};
    return (!options->export_junit ||
            vtb_output_file(options->export_junit, print_junit, gate, error)) &&
           (!options->export_markdown ||
            vtb_output_file(options->export_markdown, print_summary, gate, error)) &&
           vtb_output_stdout(print_gate, &report, error);
}

/* The line that the process ends with, if something is worse or not known. */
static bool conclude(const struct vtb_gate *gate, const struct vtb_options *options,
                     struct vtb_error *error)
{
    const size_t worse_n = vtb_gate_count(gate, VTB_GATE_WORSE);
    const size_t unknown_n = vtb_gate_count(gate, VTB_GATE_UNKNOWN);
    char line[400] = "";
    if (gate->checks_n == 0)
        return vtb_fail(error, VTB_EXIT_BASELINE,
                        "the baseline '%.200s' has no figure that could be compared",
                        gate->baseline->path);
    for (size_t i = 0; i < gate->checks_n && !*line; i++) {
        if (gate->checks[i].verdict == VTB_GATE_WORSE)
            vtb_gate_line(line, sizeof line, &gate->checks[i]);
    }
    if (worse_n == 1)
        return vtb_fail(error, VTB_EXIT_REGRESSION, "worse than the baseline: %s", line);
    if (worse_n > 1)
        return vtb_fail(error, VTB_EXIT_REGRESSION,
                        "worse than the baseline: %s; and %zu more figure%s", line, worse_n - 1,
                        worse_n > 2 ? "s" : "");
    return !options->strict || unknown_n == 0 ||
           vtb_fail(error, VTB_EXIT_INCONCLUSIVE,
                    "--strict: of %zu figure%s it cannot be told whether they are worse; measure "
                    "longer (--time SECONDS), on a machine where nothing else runs",
                    unknown_n, unknown_n == 1 ? "" : "s");
}

/* The counts, and the times of the first repeat, are of one run. */
static bool run_all(struct vtb_gate *gate, struct vtb_plan *plan, const struct vtb_options *options,
                    struct vtb_error *error)
{
    struct vtb_results repeats[VTB_GATE_REPEATS] = {{.options = options}};
    const bool timed = vtb_plan_is_timed(plan);
    bool ok = vtb_run(&repeats[0], plan, NULL, error) &&
              vtb_gate_counts(gate, &repeats[0], options, error);
    if (ok && timed)
        ok = repeat_all(repeats + 1, VTB_GATE_REPEATS - 1, plan, error) &&
             vtb_gate_times(gate, repeats, options->margin_percent / 100, error);
    free_all(repeats, VTB_GATE_REPEATS);
    return ok;
}

/* What cannot be compared, whatever the run finds. */
static void note_limits(struct vtb_gate *gate, const struct vtb_options *options,
                        bool same_toolchain, bool lacks_times)
{
    const bool lacks_instructions =
        vtb_recorded_option(gate->baseline, "instructions") && !options->instructions;
    if (!same_toolchain)
        vtb_gate_note(gate, "instructions and times are left out, as the toolchain is another one");
    else if (lacks_instructions)
        vtb_gate_note(gate,
                      "instructions are left out, as the processor has another instruction "
                      "set");
    if (lacks_times)
        vtb_gate_note(gate,
                      "the baseline has no times to compare with; make it without --rounds 0");
}

static void note_sources(struct vtb_gate *gate)
{
    const struct vtb_strategy_entry *strategy;
    const struct vtb_workload_entry *workload;
    for (size_t i = 0; (strategy = vtb_foreign_strategy_at(i)); i++)
        vtb_gate_note_source(gate, strategy->name, strategy->path, strategy->digest);
    for (size_t i = 0; (workload = vtb_foreign_workload_at(i)); i++) {
        if (workload->path)
            vtb_gate_note_source(gate, workload->name, workload->path, workload->digest);
    }
}

static bool gate_plan(struct vtb_gate *gate, struct vtb_plan *plan,
                      const struct vtb_options *options, struct vtb_error *error)
{
    if (!vtb_gate_check_cases(plan, gate->baseline, error))
        return false;
    plan->tables_n = plan->consumers_n;
    return (!vtb_plan_is_timed(plan) || vtb_plan_add_twins(plan, error)) &&
           vtb_plan_prepare(plan, error) && run_all(gate, plan, options, error) &&
           write_reports(gate, options, error) && conclude(gate, options, error);
}

/* A plan that the recorded options do not make is the baseline's fault. */
static bool make_plan(struct vtb_plan *plan, const struct vtb_options *options,
                      const struct vtb_result_file *file, struct vtb_error *error)
{
    struct vtb_error reason;
    return vtb_plan_make(plan, options, &reason) ||
           vtb_fail(error, VTB_EXIT_BASELINE, "the baseline '%.200s' cannot be run: %.700s",
                    file->path, reason.message);
}

/* What compiles cells now is told by one of them, that of the empty loop; where it cannot be had,
 * what compiled this program stands for it, and the plan's own cells say what is wrong. */
static void load_one(void)
{
    struct vtb_error error;
    const struct vtb_cell *cell = NULL;
    for (size_t i = 0; !cell && vtb_strategies[i].name; i++) {
        if (vtb_strategies[i].methods[0]->strategy->role == VTB_ROLE_EMPTY)
            cell = vtb_find_cell(vtb_strategies[i].name, vtb_default_workload()->name,
                                 (struct vtb_kind){.counting = true});
    }
    (void)!vtb_cells_load(&cell, 1, NULL, NULL, &error);
}

bool vtb_gate_command(struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_result_file file = {0};
    struct vtb_gate gate = {.baseline = &file};
    struct vtb_plan plan;
    bool same_toolchain;
    vtb_interrupt_watch();
    bool ok = check_outputs(options, error) &&
              vtb_result_file_read(&file, options->baseline, VTB_EXIT_BASELINE, error);
    if (ok)
        load_one();
    ok = ok && vtb_gate_prepare(options, &file, &same_toolchain, error);
    const bool has_times = ok && !isnan(vtb_recorded(&file.rows[0], "ns_per_op"));
    if (ok)
        note_limits(&gate, options, same_toolchain, options->time_s > 0 && !has_times);
    if (!has_times)
        options->rounds = 0;
    options->time_s = has_times ? options->time_s / VTB_GATE_REPEATS : 0;
    ok = ok && make_plan(&plan, options, &file, error);
    if (ok) {
        note_sources(&gate);
        if (options->time_s == 0) /* the cases of a run with times, and none are measured */
            plan.rounds_n = 0;
        ok = gate_plan(&gate, &plan, options, error);
        vtb_plan_free(&plan);
    }
    vtb_gate_free(&gate);
    vtb_result_file_free(&file);
    return ok;
}
