/* `run_bench gate`, from the options to the verdicts. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include "base/allocate.h"
#include "base/interrupt.h"
#include "base/prose.h"
#include "cells/foreign.h"
#include "cells/load.h"
#include "commands/commands.h"
#include "commands/warnings.h"
#include "gate/builds.h"
#include "gate/gate.h"
#include "gate/history_file.h"
#include "plan/prepare.h"
#include "report/page.h"
#include "report/report_json.h"
#include "run/run.h"

/* --- the gate --- */

static void print_gate(FILE *out, const void *what, enum vtb_format format)
{
    vtb_gate_report(out, what, format);
    if (format == VTB_FORMAT_TABLE && getenv("GITHUB_ACTIONS"))
        vtb_gate_annotations(out, what);
}

/* A report that is written to a file, if one was asked for. */
struct report {
    const char *path;
    vtb_print *print;
    enum vtb_format format;
    bool is_page; /* of HTML, made of the JSON */
};

#define REPORTS_N 4

static void list_reports(struct report reports[REPORTS_N], const struct vtb_options *options)
{
    reports[0] = (struct report){options->export_junit, vtb_gate_junit, VTB_FORMAT_TABLE, false};
    reports[1] = (struct report){options->export_sarif, vtb_gate_sarif, VTB_FORMAT_JSON, false};
    reports[2] =
        (struct report){options->export_markdown, vtb_gate_report, VTB_FORMAT_MARKDOWN, false};
    reports[3] = (struct report){options->report, vtb_gate_report, VTB_FORMAT_JSON, true};
}

static bool check_report(const struct report *report, struct vtb_error *error)
{
    return report->is_page ? vtb_page_check(report->path, error)
                           : vtb_output_check(report->path, error);
}

static bool write_report(const struct report *report, const struct vtb_gate *gate,
                         struct vtb_error *error)
{
    const struct vtb_page page = {.print = report->print, .what = gate};
    return report->is_page
               ? vtb_page_write(report->path, &page, error)
               : vtb_output_file(report->path, report->print, gate, report->format, error);
}

static bool check_outputs(const struct vtb_options *options, struct vtb_error *error)
{
    struct report reports[REPORTS_N];
    list_reports(reports, options);
    for (size_t i = 0; i < REPORTS_N; i++) {
        if (reports[i].path && !check_report(&reports[i], error))
            return false;
    }
    return (!options->save_baseline || vtb_output_check(options->save_baseline, error)) &&
           (!options->history || vtb_history_check(options->history, error));
}

/* Whatever ends a gate that says nothing more. */
static const struct vtb_error unfinished = {.message = "the gate was ended from outside"};

/* Says in the files of reports why nothing was compared: what an earlier gate found must not be
 * taken for what this one did. What was used wrongly, or has not ended yet, says so only where an
 * earlier one's report is. */
static void write_refusal(struct vtb_gate *gate, const struct vtb_options *options,
                          const struct vtb_error *refusal)
{
    const bool only_stale = refusal->exit_code == VTB_EXIT_USAGE || refusal == &unfinished;
    struct report reports[REPORTS_N];
    struct vtb_error unheard; /* the refusal is what is told */
    list_reports(reports, options);
    gate->refusal = refusal;
    gate->seconds = difftime(time(NULL), gate->began);
    for (size_t i = 0; i < REPORTS_N; i++) {
        if (reports[i].path && (!only_stale || vtb_output_replaces(reports[i].path)))
            (void)!write_report(&reports[i], gate, &unheard);
    }
    gate->refusal = NULL;
}

/* If one cannot be written the others still are; the first error is the one that is told. */
static bool write_reports(struct vtb_gate *gate, const struct vtb_options *options,
                          struct vtb_error *error)
{
    struct report reports[REPORTS_N];
    list_reports(reports, options);
    gate->seconds = difftime(time(NULL), gate->began);
    gate->reported = true;
    struct vtb_error reason;
    bool ok = true;
    for (size_t i = 0; i < REPORTS_N; i++) {
        ok = (!reports[i].path || write_report(&reports[i], gate, ok ? error : &reason)) && ok;
    }
    return vtb_output_stdout(print_gate, gate, (enum vtb_format)options->format,
                             ok ? error : &reason) &&
           ok;
}

static bool fail_as_worse(const struct vtb_gate *gate, size_t worse_n, struct vtb_error *error)
{
    char line[400] = "";
    for (size_t i = 0; i < gate->checks_n && !*line; i++) {
        if (gate->checks[i].verdict == VTB_GATE_WORSE)
            vtb_gate_line(line, sizeof line, &gate->checks[i]);
    }
    if (worse_n == 1)
        return vtb_fail(error, VTB_EXIT_REGRESSION, "worse than %s: %s", vtb_gate_reference(gate),
                        line);
    return vtb_fail(error, VTB_EXIT_REGRESSION, "worse than %s: %s; and %zu more figure%s",
                    vtb_gate_reference(gate), line, worse_n - 1,
                    vtb_plural((double)(worse_n - 1), "", "s"));
}

/* Fails as what is not known is not enough. */
static bool fail_as_unknown(const struct vtb_gate *gate, struct vtb_error *error)
{
    char text[800] = "";
    const size_t unknown_n = vtb_gate_count(gate, VTB_GATE_UNKNOWN);
    if (unknown_n > 0)
        vtb_append(text, sizeof text,
                   "of %zu figure%s it cannot be told whether they are worse; measure longer "
                   "(--time SECONDS), on a machine where nothing else runs",
                   unknown_n, vtb_plural((double)unknown_n, "", "s"));
    if (gate->gaps_n > 0) {
        const struct vtb_gate_gap *gap = &gate->gaps[0];
        vtb_append(text, sizeof text, "%s%zu not compared: %s of '%.400s', %s",
                   unknown_n > 0 ? "; and " : "", gate->gaps_n,
                   gap->metric ? gap->metric : "all figures", gap->name, gap->reason);
    }
    if (gate->gaps_n > 1)
        vtb_append(text, sizeof text, ", and %zu more", gate->gaps_n - 1);
    return vtb_fail(error, VTB_EXIT_INCONCLUSIVE, "--strict: %s", text);
}

/* Sets the error that the process ends with, if a figure is worse, or, under --strict, inconclusive
 * or not compared. */
static bool conclude(const struct vtb_gate *gate, struct vtb_error *error)
{
    const size_t worse_n = vtb_gate_count(gate, VTB_GATE_WORSE);
    if (worse_n > 0)
        return fail_as_worse(gate, worse_n, error);
    return !vtb_gate_fails(gate) || fail_as_unknown(gate, error);
}

/* Measures the times once more, in other sessions, if something seems worse; and compares. */
static bool compare_times(struct vtb_gate *gate, struct vtb_results runs[VTB_GATE_RUNS],
                          const struct vtb_plan *plan, const struct vtb_options *options,
                          struct vtb_error *error)
{
    const double margin = options->margin_percent / 100;
    const bool again = vtb_gate_suspects(gate, &runs[0], margin);
    if (again && !vtb_run(&runs[1], plan, NULL, NULL, error))
        return false;
    if (again && runs[1].interrupted) {
        *error = runs[1].interrupted_by;
        return false;
    }
    return vtb_gate_times(gate, runs, again ? VTB_GATE_RUNS : 1, margin, error);
}

/* Checks that there was something to compare. */
static bool check_checks(const struct vtb_gate *gate, struct vtb_error *error)
{
    return gate->checks_n > 0 ||
           vtb_fail(error, VTB_EXIT_BASELINE,
                    "the baseline '%.200s' has no figure that could be compared",
                    gate->baseline->path);
}

/* Notes what is other than it was when the baseline was made, of the run as its file would have
 * it. */
static bool note_facts(struct vtb_gate *gate, const struct vtb_results *run,
                       struct vtb_error *error)
{
    struct vtb_result_file now;
    if (!vtb_context_read(&now, run, error))
        return false;
    vtb_gate_note_facts(gate, &now);
    vtb_result_file_free(&now);
    return true;
}

/* Runs a plan, and compares. */
static bool compare_all(struct vtb_gate *gate, struct vtb_results runs[VTB_GATE_RUNS],
                        const struct vtb_plan *plan, const struct vtb_options *options,
                        struct vtb_error *error)
{
    if (!vtb_run(&runs[0], plan, NULL, NULL, error))
        return false;
    if (runs[0].interrupted)
        return vtb_fail(error, runs[0].interrupted_by.exit_code,
                        "%s; nothing is compared or written", runs[0].interrupted_by.message);
    if (!vtb_gate_counts(gate, &runs[0], options, error) ||
        (vtb_plan_is_timed(plan) && !compare_times(gate, runs, plan, options, error)))
        return false;
    vtb_warn_after(&runs[0].machine, plan);
    return note_facts(gate, &runs[0], error) && check_checks(gate, error);
}

/* Writes the reports, and the run as a new baseline, and into a history, if that was asked for. */
static bool write_all(struct vtb_gate *gate, const struct vtb_results *run,
                      const struct vtb_options *given, struct vtb_error *error)
{
    struct vtb_error reason;
    bool ok = write_reports(gate, given, error);
    ok = (!given->save_baseline || vtb_output_file(given->save_baseline, vtb_report_baseline, run,
                                                   VTB_FORMAT_JSON, ok ? error : &reason)) &&
         ok;
    return (!given->history || vtb_history_append(given->history, run, ok ? error : &reason)) && ok;
}

static bool run_all(struct vtb_gate *gate, const struct vtb_plan *plan,
                    const struct vtb_options *options, const struct vtb_options *given,
                    struct vtb_error *error)
{
    struct vtb_results runs[VTB_GATE_RUNS] = {
        {.options = options}, {.options = options, .repeat = 1, .counted_by = &runs[0]}};
    char *line = vtb_run_describe(&runs[0], gate->began);
    gate->machine = &runs[0].machine;
    vtb_warn_before(&runs[0].machine, plan);
    const bool ok = compare_all(gate, runs, plan, options, error) &&
                    write_all(gate, &runs[0], given, error) && conclude(gate, error);
    gate->machine = NULL;
    for (size_t i = 0; i < VTB_GATE_RUNS; i++)
        vtb_results_free(&runs[i]);
    free(line);
    return ok;
}

/* Notes the figures that cannot be compared, whatever the run finds; those that were switched off,
 * as what depends on the toolchain is by --any-toolchain, are not missed, unless --time asks for
 * them. */
static void note_limits(struct vtb_gate *gate, const struct vtb_options *options,
                        const struct vtb_options *given, bool same_toolchain, bool lacks_times)
{
    const ptrdiff_t place = vtb_gate_metric("instructions") - vtb_gate_metrics;
    const bool lacks_instructions =
        vtb_recorded_option(gate->baseline, "instructions") && !options->instructions;
    gate->lacks_instructions = same_toolchain && lacks_instructions && !given->limits[place].off;
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

static bool gate_plan(struct vtb_gate *gate, const struct vtb_plan *plan,
                      const struct vtb_options *options, const struct vtb_options *given,
                      struct vtb_error *error)
{
    const bool asked = vtb_options_given(given, "strategy") != NULL;
    return vtb_gate_check_cases(gate, plan, asked ? &options->strategies : NULL, error) &&
           vtb_plan_check_heaps(plan, error) && vtb_plan_prepare(plan, error) &&
           run_all(gate, plan, options, given, error);
}

/* Makes the plan. If the recorded options do not make one, that is the baseline's fault. */
static bool make_plan(struct vtb_plan *plan, const struct vtb_options *options,
                      const struct vtb_result_file *file, struct vtb_error *error)
{
    struct vtb_error reason;
    return vtb_plan_make_gated(plan, options, &reason) ||
           vtb_fail(error, VTB_EXIT_BASELINE, "the baseline '%.200s' cannot be run: %.700s",
                    file->path, reason.message);
}

/* Loads the cell of the empty loop, which tells which compiler cells are compiled by now. Where it
 * cannot be had, the compiler of this program stands for it, and the plan's own cells say what is
 * wrong. */
static void load_one(void)
{
    struct vtb_error error;
    const struct vtb_strategy_entry *empty = vtb_find_role(VTB_ROLE_EMPTY);
    const struct vtb_cell *cell = empty ? vtb_find_cell(empty->name, vtb_default_workload()->name,
                                                        (struct vtb_kind){.counting = true})
                                        : NULL;
    (void)!vtb_cells_load(&cell, 1, NULL, NULL, &error);
}

/* Whether a case has a time: not every one has where the machine's state changed a lot. */
static bool has_times(const struct vtb_result_file *file)
{
    for (size_t i = 0; i < file->rows_n; i++) {
        if (!isnan(vtb_recorded(&file->rows[i], "ns_per_op")))
            return true;
    }
    return false;
}

/* Runs the baseline's cases: the options that it recorded take the place of those on cases that are
 * given elsewhere. */
static bool gate_file(struct vtb_gate *gate, const struct vtb_options *given,
                      struct vtb_error *error)
{
    const struct vtb_result_file *file = gate->baseline;
    struct vtb_options options = *given;
    struct vtb_plan plan;
    bool same_toolchain;
    load_one();
    if (!vtb_gate_prepare(&options, file, &same_toolchain, error))
        return false;
    options.save_baseline = NULL; /* a plan depends on it, and must be the baseline's */
    const bool is_timed = has_times(file);
    gate->wants_times = given->time_s > 0;
    gate->lacks_times = !same_toolchain;
    note_limits(gate, &options, given, same_toolchain, options.time_s > 0 && !is_timed);
    if (!is_timed) {
        options.rounds = 0;
        options.time_s = 0;
    }
    if (!make_plan(&plan, &options, file, error))
        return false;
    note_sources(gate);
    const bool ok = gate_plan(gate, &plan, &options, given, error);
    vtb_plan_free(&plan);
    return ok;
}

/* Holds this build against another one. */
static bool gate_build(struct vtb_gate *gate, struct vtb_result_file *named,
                       const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_builds builds = {.margin = options->margin_percent / 100};
    struct vtb_machine machine;
    gate->machine = &machine;
    gate->of_builds = true;
    bool ok = vtb_build_find(&builds.builds[0], options->against, error) &&
              vtb_build_own(&builds.builds[1], error) &&
              vtb_compare_builds(&builds, &machine, options, error);
    if (ok) {
        named->path = vtb_copy_text(builds.builds[0].label, "the name of a build");
        ok = vtb_builds_to_gate(gate, &builds, options->limits, error) &&
             write_reports(gate, options, error) && conclude(gate, error);
    }
    gate->machine = NULL;
    vtb_builds_free(&builds);
    return ok;
}

void vtb_gate_refuse(const struct vtb_options *options, const struct vtb_error *error)
{
    const struct vtb_result_file unread = {0};
    struct vtb_gate gate = {.baseline = &unread, .began = time(NULL)};
    if (options->command == VTB_COMMAND_GATE && options->distinct)
        write_refusal(&gate, options, error);
}

bool vtb_gate_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_result_file file = {0};
    struct vtb_gate gate = {.baseline = &file, .strict = options->strict, .began = time(NULL)};
    bool ok = check_outputs(options, error);
    if (ok) {
        write_refusal(&gate, options, &unfinished);
        vtb_interrupt_tell("nothing was compared");
        vtb_interrupt_watch();
        ok = options->against
                 ? gate_build(&gate, &file, options, error)
                 : vtb_result_file_read(&file, options->baseline, VTB_EXIT_BASELINE, error) &&
                       gate_file(&gate, options, error);
    }
    if (!gate.reported)
        write_refusal(&gate, options, error);
    vtb_gate_free(&gate);
    vtb_result_file_free(&file);
    return ok;
}
