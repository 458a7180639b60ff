/* `run_bench run`: options -> plan -> cells -> passes -> figures -> report. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/progress.h"
#include "base/prose.h"
#include "base/shown.h"
#include "commands/commands.h"
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

static bool check_results_dir(const char *path, struct vtb_error *error)
{
    struct stat status;
    if (mkdir(path, 0777) == 0)
        return true;
    if (errno == EEXIST && stat(path, &status) == 0 && !S_ISDIR(status.st_mode))
        errno = ENOTDIR;
    if (errno == EEXIST && access(path, W_OK) == 0)
        return true;
    return vtb_fail(error, VTB_EXIT_INTERNAL,
                    "'%s' cannot hold results: %s; name another folder by --results-dir", path,
                    strerror(errno));
}

/* Checks that all outputs can be written, before anything is measured rather than after. */
static bool check_outputs(const struct vtb_options *options, struct vtb_error *error)
{
    const char *const paths[] = {options->export_json, options->export_csv,
                                 options->export_markdown, options->save_baseline};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        for (size_t j = 0; paths[i] && j < i; j++) {
            if (paths[j] && strcmp(paths[i], paths[j]) == 0)
                return vtb_fail(error, VTB_EXIT_USAGE, "two exports go to '%.300s'", paths[i]);
        }
        if (paths[i] && !vtb_output_check(paths[i], error))
            return false;
    }
    return check_results_dir(options->results_dir, error) &&
           (!options->plot_dir || vtb_plots_check(options->plot_dir, error));
}

/* Gives the command line as the result file records it, for a shell to take it again. Owned by the
 * caller; null: no memory. */
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

static void print_warnings(const struct vtb_machine *machine, const struct vtb_plan *plan)
{
    char warnings[8][200];
    const size_t n = vtb_machine_warnings(machine, threads_n(plan), warnings, 8);
    for (size_t i = 0; i < n; i++)
        vtb_tell("warning: %s", warnings[i]);
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

/* Writes the result file and the raw samples beside it, then the other outputs that were asked for.
 * If one cannot be written the others still are, because measuring took its time; the first error
 * is the one that is reported. */
static bool write_results(const struct vtb_options *options, const struct vtb_results *results,
                          const struct tm *start, struct vtb_error *error)
{
    char stamp[32];
    char stem[PATH_MAX - 16];
    char json_path[PATH_MAX];
    char samples_path[PATH_MAX];
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", start);
    snprintf(stem, sizeof stem, "%s/run-%s-%ld", options->results_dir, stamp, (long)getpid());
    snprintf(json_path, sizeof json_path, "%s.json", stem);
    snprintf(samples_path, sizeof samples_path, "%s.samples.csv", stem);
    const struct {
        const char *path;
        vtb_print *print;
        enum vtb_format format;
    } files[] = {
        {samples_path, vtb_report_samples, VTB_FORMAT_CSV},
        {json_path, vtb_report, VTB_FORMAT_JSON},
        {options->export_json, vtb_report, VTB_FORMAT_JSON},
        {options->export_csv, vtb_report, VTB_FORMAT_CSV},
        {options->export_markdown, vtb_report, VTB_FORMAT_MARKDOWN},
    };
    struct vtb_error reason;
    bool kept = true;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (files[i].path && !vtb_output_file(files[i].path, files[i].print, results,
                                              files[i].format, kept ? error : &reason))
            kept = false;
    }
    kept = vtb_histograms_write(results, stem, kept ? error : &reason) && kept;
    const bool printed =
        vtb_output_stdout(vtb_report, results, (enum vtb_format)options->format, &reason);
    if (kept && printed) {
        vtb_tell("results: %s", json_path);
        return !options->plot_dir || vtb_plots_draw(options->plot_dir, json_path, error);
    }
    if (kept)
        *error = reason;
    else
        reason = *error;
    return access(json_path, R_OK) == 0 &&
           vtb_fail(error, reason.exit_code, "%.300s; the figures are in '%.600s'", reason.message,
                    json_path);
}

/* --- the whole --- */

/* Notes when the run begins, and how loaded the machine is before anything of it. */
static void note_start(struct vtb_results *results, struct tm *start)
{
    const time_t now = time(NULL);
    struct tm local;
    gmtime_r(&now, start);
    localtime_r(&now, &local);
    strftime(results->date, sizeof results->date, "%Y-%m-%dT%H:%M:%S%z", &local);
    vtb_machine_read(&results->machine);
}

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
    print_warnings(&results->machine, plan);
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
                    "%s; %s%zu of %zu tables were finished and are kept",
                    results->interrupted_by.message, sessions, results->comparisons_n,
                    plan->points_n * plan->tables_n);
}

/* Tells of an interrupt, or saves the baseline of a run that had none. */
static bool conclude(const struct vtb_options *options, const struct vtb_plan *plan,
                     struct vtb_results *results, struct vtb_error *error)
{
    if (results->interrupted)
        return tell_of_interrupt(plan, results, error);
    return !options->save_baseline || vtb_output_file(options->save_baseline, vtb_report_baseline,
                                                      results, VTB_FORMAT_JSON, error);
}

/* The plan's cells, then its passes with the figures of each table, then what follows from several
 * tables, and the report. */
static bool run_and_report(const struct vtb_options *options, const struct vtb_plan *plan,
                           struct vtb_results *results, struct vtb_error *error)
{
    struct vtb_estimate estimate;
    struct tm start;
    note_start(results, &start);
    if (!prepare(plan, results, &estimate, error))
        return false;
    bool ok = vtb_run(results, plan, estimate.count_s ? &estimate : NULL, error);
    vtb_estimate_free(&estimate);
    if (!ok)
        return false;
    ok = vtb_break_evens_make(&results->break_evens, results->comparisons, results->comparisons_n,
                              &plan->min_gains, error) &&
         write_results(options, results, &start, error) && conclude(options, plan, results, error);
    vtb_results_free(results);
    return ok;
}

static bool run_plan(const struct vtb_options *options, const struct vtb_plan *plan,
                     struct vtb_error *error)
{
    if (options->dry_run)
        return dry_run(options, plan, error);
    if (vtb_instructions_is_worker())
        return vtb_instructions_work(plan, error);
    char *line = command_line(options);
    struct vtb_results results = {.command_line = line ? line : "unknown",
                                  .executable = options->arguments[0],
                                  .options = options};
    const bool ok = check_outputs(options, error) && run_and_report(options, plan, &results, error);
    free(line);
    return ok;
}

bool vtb_run_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_plan plan;
    if (vtb_session_is_this())
        return vtb_session_work(options, error);
    vtb_interrupt_watch();
    if (!vtb_plan_make(&plan, options, error))
        return false;
    const bool ok = run_plan(options, &plan, error);
    vtb_plan_free(&plan);
    return ok;
}
