/* `run_bench run`: options -> plan -> cells -> passes -> figures -> report. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/claim.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/prose.h"
#include "base/shown.h"
#include "base/temporary.h"
#include "commands/commands.h"
#include "gate/resume.h"
#include "passes/instructions.h"
#include "plan/prepare.h"
#include "report/histograms.h"
#include "report/plots.h"
#include "report/report.h"
#include "report/report_csv.h"
#include "report/report_json.h"
#include "report/report_plan.h"
#include "run/run.h"

/* --- before anything is measured --- */

/* Checks that all outputs can be written, before anything is measured rather than after. */
static bool check_outputs(const struct vtb_options *options, struct vtb_error *error)
{
    const char *const paths[] = {options->export_json, options->export_csv,
                                 options->export_markdown, options->save_baseline};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (paths[i] && !vtb_output_check(paths[i], error))
            return false;
    }
    return vtb_output_check_folder("results-dir", options->results_dir, error) &&
           (!options->plot_dir || vtb_plots_check(options->plot_dir, error));
}

/* The threads of a plan that work at once: callers, and a thread that completes. */
static size_t threads_n(const struct vtb_plan *plan)
{
    size_t most = 1;
    for (size_t i = 0; i < plan->points_n; i++) {
        for (size_t j = 0; j < plan->points[i].cases_n; j++) {
            const size_t n = plan->points[i].cases[j].threads_n + plan->points[i].completer;
            most = n > most ? n : most;
        }
    }
    return most;
}

#define WARNINGS_MAX 8

static void print_warnings(char warnings[][200], size_t n)
{
    for (size_t i = 0; i < n; i++)
        vtb_tell("warning: %s", warnings[i]);
}

static void warn_before(const struct vtb_machine *machine, const struct vtb_plan *plan)
{
    char warnings[WARNINGS_MAX][200];
    print_warnings(warnings,
                   vtb_machine_warnings(machine, threads_n(plan), warnings, WARNINGS_MAX));
}

static void warn_after(struct vtb_machine *machine)
{
    char warnings[WARNINGS_MAX][200];
    print_warnings(warnings, vtb_machine_end(machine, "", warnings, WARNINGS_MAX));
}

static void warn_of_trace(const struct vtb_plan *plan, const struct vtb_options *options)
{
    struct vtb_error warning;
    if (plan->trace_path &&
        vtb_trace_is_strange(&plan->trace, plan->trace_path, &options->trace_format, &warning))
        vtb_tell("warning: %s", warning.message);
}

static bool dry_run(const struct vtb_options *options, const struct vtb_plan *plan,
                    struct vtb_error *error)
{
    struct vtb_planned planned = {.plan = plan};
    const enum vtb_format format = (enum vtb_format)options->format;
    if (format != VTB_FORMAT_TABLE && format != VTB_FORMAT_JSON)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--format: a plan is printed as a table or as JSON; accepted with "
                        "--dry-run: table or json");
    if (!vtb_estimate_make(&planned.estimate, plan, error))
        return false;
    const bool ok = vtb_output_stdout(vtb_report_plan, &planned, format, error);
    vtb_estimate_free(&planned.estimate);
    return ok;
}

/* Estimates the run where the user waits for it: of a matrix, and where the progress is told. */
static bool estimate_run(const struct vtb_plan *plan, struct vtb_estimate *estimate,
                         struct vtb_error *error)
{
    char duration[VTB_NUMBER_BYTES];
    *estimate = (struct vtb_estimate){0};
    if (plan->points_n == 1 && !vtb_progress_is_told())
        return true;
    if (!vtb_estimate_make(estimate, plan, error))
        return false;
    vtb_tell("plan: %zu combination%s of parameters, %s", plan->points_n,
             vtb_plural((double)plan->points_n, "", "s"),
             vtb_duration_text(duration, estimate->total_s));
    return true;
}

/* --- after it --- */

/* Where a run's own files go. */
struct paths {
    char stem[VTB_STEM_BYTES];
    char json[PATH_MAX];
    char samples[PATH_MAX];
    char sessions[PATH_MAX]; /* to go on with by --resume; of a whole run there is none */
};

static bool claim_paths(struct paths *paths, const struct vtb_options *options,
                        const struct tm *start, struct vtb_error *error)
{
    char stamp[32];
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", start);
    if (!vtb_results_claim(options->results_dir, stamp, (long)getpid(), paths->stem, error))
        return false;
    snprintf(paths->json, sizeof paths->json, "%s.json", paths->stem);
    snprintf(paths->samples, sizeof paths->samples, "%s.samples.csv", paths->stem);
    snprintf(paths->sessions, sizeof paths->sessions, "%s.sessions", paths->stem);
    return true;
}

/* Writes what there is of a run that goes on: however it ends, these files are whole. What hinders
 * that hinders the last ones, too, which is told. */
static void keep_results(void *context, const struct vtb_results *results)
{
    const struct paths *paths = context;
    struct vtb_error untold;
    const struct {
        const char *path;
        vtb_print *print;
        const void *what;
        enum vtb_format format;
    } files[] = {
        {results->sessions.done_n > 0 ? paths->sessions : NULL, vtb_sessions_save,
         &results->sessions, VTB_FORMAT_BYTES},
        {paths->samples, vtb_report_samples, results, VTB_FORMAT_CSV},
        {paths->json, vtb_report, results, VTB_FORMAT_JSON},
    };
    const bool is_first = access(paths->json, F_OK) != 0;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (!files[i].path)
            continue;
        if (!vtb_output_file(files[i].path, files[i].print, files[i].what, files[i].format,
                             &untold))
            return;
        if (is_first)
            vtb_temporary_add(files[i].path); /* none is left without the result file */
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (files[i].path)
            vtb_temporary_keep(files[i].path);
    }
}

/* Writes the result file, with the raw samples beside it. Of a whole run there is nothing to go on
 * with then. */
static bool write_own(const struct vtb_results *results, const struct paths *paths,
                      struct vtb_error *error)
{
    struct vtb_error reason;
    bool ok = vtb_output_file(paths->samples, vtb_report_samples, results, VTB_FORMAT_CSV, error);
    const bool written =
        vtb_output_file(paths->json, vtb_report, results, VTB_FORMAT_JSON, ok ? error : &reason);
    if (written && !results->interrupted)
        (void)unlink(paths->sessions);
    return ok && written;
}

/* Writes the run's own files, with the distributions of pauses, and those that were asked for. */
static bool write_files(const struct vtb_options *options, const struct vtb_results *results,
                        const struct paths *paths, struct vtb_error *error)
{
    const struct {
        const char *path;
        vtb_print *print;
        enum vtb_format format;
    } files[] = {
        {options->export_json, vtb_report, VTB_FORMAT_JSON},
        {options->export_csv, vtb_report, VTB_FORMAT_CSV},
        {options->export_markdown, vtb_report, VTB_FORMAT_MARKDOWN},
        {results->interrupted ? NULL : options->save_baseline, vtb_report_baseline,
         VTB_FORMAT_JSON},
    };
    struct vtb_error reason;
    bool ok = write_own(results, paths, error);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        ok = (!files[i].path || vtb_output_file(files[i].path, files[i].print, results,
                                                files[i].format, ok ? error : &reason)) &&
             ok;
    }
    return vtb_histograms_write(results, paths->stem, ok ? error : &reason) && ok;
}

/* Writes and prints what was found. If one output fails the others are still tried, because
 * measuring took its time; the first error is the one that is reported. */
static bool write_results(const struct vtb_options *options, const struct vtb_results *results,
                          const struct paths *paths, struct vtb_error *error)
{
    struct vtb_error reason;
    bool ok = write_files(options, results, paths, error);
    ok = vtb_output_stdout(vtb_report, results, (enum vtb_format)options->format,
                           ok ? error : &reason) &&
         ok;
    if (ok)
        vtb_tell("results: %s", paths->json);
    const bool kept = access(paths->json, R_OK) == 0;
    if (kept && options->plot_dir)
        ok = vtb_plots_draw(options->plot_dir, paths->json, ok ? error : &reason) && ok;
    if (ok || !kept)
        return ok;
    reason = *error;
    return vtb_fail(error, reason.exit_code, "%.300s; the figures are in '%.600s'", reason.message,
                    paths->json);
}

/* --- the whole --- */

/* Estimates the run, has its cells ready, and notes the machine once more: a loaded cell tells
 * which compiler made the cells. The load is that of the start, because building is a load too. On
 * false the estimate need not be freed. */
static bool prepare(const struct vtb_plan *plan, struct vtb_results *results,
                    struct vtb_estimate *estimate, struct vtb_error *error)
{
    const struct vtb_machine before = results->machine;
    if (!estimate_run(plan, estimate, error))
        return false;
    if (!vtb_plan_prepare(plan, error)) {
        vtb_estimate_free(estimate);
        return false;
    }
    vtb_machine_read(&results->machine);
    memcpy(results->machine.load_average, before.load_average, sizeof before.load_average);
    results->machine.load_average_n = before.load_average_n;
    warn_before(&results->machine, plan);
    return true;
}

static bool tell_of_interrupt(const struct vtb_plan *plan, const struct vtb_results *results,
                              struct vtb_error *error)
{
    char sessions[80] = "";
    if (vtb_plan_is_timed(plan))
        (void)snprintf(sessions, sizeof sessions, "%zu of %zu sessions and ",
                       results->sessions.done_n, plan->sessions_n);
    return vtb_fail(error, results->interrupted_by.exit_code,
                    "%.600s; %s%zu of %zu tables were finished and are kept%s",
                    results->interrupted_by.message, sessions, results->comparisons_n,
                    plan->points_n * plan->tables_n,
                    *sessions ? "; --resume goes on with that result file" : "");
}

/* The plan's cells, then its passes with the figures of each table, then what follows from several
 * tables, and the report. */
static bool run_and_report(const struct vtb_options *options, const struct vtb_plan *plan,
                           struct vtb_results *results, const struct tm *start, const char *resumed,
                           struct vtb_error *error)
{
    struct vtb_estimate estimate;
    struct paths paths;
    const struct vtb_keeper keeper = {keep_results, &paths, resumed};
    if (!claim_paths(&paths, options, start, error))
        return false;
    if (!prepare(plan, results, &estimate, error))
        return false;
    bool ok = vtb_run(results, plan, estimate.count_s ? &estimate : NULL, &keeper, error);
    vtb_estimate_free(&estimate);
    if (!ok)
        return false;
    warn_after(&results->machine);
    ok = write_results(options, results, &paths, error) &&
         (!results->interrupted || tell_of_interrupt(plan, results, error));
    vtb_results_free(results);
    return ok;
}

static bool run_plan(const struct vtb_options *options, const struct vtb_plan *plan,
                     const char *resumed, struct vtb_error *error)
{
    if (!vtb_plan_check_heaps(plan, error))
        return false;
    if (vtb_instructions_is_worker())
        return vtb_instructions_work(plan, error);
    warn_of_trace(plan, options);
    if (options->dry_run)
        return dry_run(options, plan, error);
    const time_t now = time(NULL);
    struct vtb_results results = {.options = options};
    struct tm start;
    char *line = vtb_run_describe(&results, now);
    gmtime_r(&now, &start);
    const bool ok = check_outputs(options, error) &&
                    run_and_report(options, plan, &results, &start, resumed, error);
    free(line);
    return ok;
}

/* Runs a plan of these options, of which one that is resumed has its sessions. */
static bool run_options(const struct vtb_options *options, const struct vtb_resume *resume,
                        struct vtb_error *error)
{
    struct vtb_plan plan;
    if (!vtb_plan_make(&plan, options, error))
        return false;
    if (resume)
        vtb_resume_plan(resume, &plan);
    const bool ok = run_plan(options, &plan, resume ? resume->sessions_path : NULL, error);
    vtb_plan_free(&plan);
    return ok;
}

bool vtb_run_command(const struct vtb_options *options, struct vtb_error *error)
{
    if (vtb_session_is_this())
        return vtb_session_work(options, error);
    vtb_interrupt_watch();
    if (!options->resume)
        return run_options(options, NULL, error);
    struct vtb_options same = *options;
    struct vtb_resume resume;
    struct vtb_result_file file;
    if (!vtb_resume_options(&resume, &same, &file, error))
        return false;
    const bool ok = run_options(&same, &resume, error);
    vtb_result_file_free(&file);
    return ok;
}
