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
#include "base/turns.h"
#include "commands/commands.h"
#include "commands/warnings.h"
#include "gate/history_file.h"
#include "gate/resume.h"
#include "passes/instructions.h"
#include "plan/plan_shard.h"
#include "plan/prepare.h"
#include "report/histograms.h"
#include "report/page.h"
#include "report/plots.h"
#include "report/report.h"
#include "report/report_csv.h"
#include "report/report_json.h"
#include "report/report_plan.h"
#include "run/guests.h"
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
           (!options->history || vtb_history_check(options->history, error)) &&
           (!options->plot_dir || vtb_plots_check(options->plot_dir, options->plot_by, error)) &&
           (!options->report || vtb_page_check(options->report, error));
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

/* Tells which part of the tables a shard has. */
static void tell_shard(const struct vtb_plan *plan)
{
    char shard[VTB_SHARD_TEXT_BYTES];
    const size_t n = plan->points_n * plan->tables_n;
    if (plan->shard.n > 0)
        vtb_tell("shard %s: %zu of %zu tables%s", vtb_shard_text(shard, &plan->shard), n,
                 vtb_plan_all_tables_n(plan), n > 0 ? "" : ": there is nothing to run");
}

/* Estimates the run where the user waits for it: of a matrix, and where the progress is told. */
static bool estimate_run(const struct vtb_plan *plan, struct vtb_estimate *estimate,
                         struct vtb_error *error)
{
    char duration[VTB_NUMBER_BYTES];
    *estimate = (struct vtb_estimate){0};
    if (plan->points_n == 0 || (plan->points_n == 1 && !vtb_progress_is_told()))
        return true;
    if (!vtb_estimate_make(estimate, plan, error))
        return false;
    vtb_tell("plan: %zu combination%s of parameters, %s", plan->points_n,
             vtb_plural((double)plan->points_n, "", "s"),
             vtb_duration_text(duration, estimate->total_s));
    return true;
}

/* --- after it --- */

/* A run's own files: where they go, and what is there by now. */
struct own {
    char stem[VTB_STEM_BYTES];
    char json[PATH_MAX];
    char samples[PATH_MAX];
    char sessions[PATH_MAX]; /* to go on with by --resume; of a whole run there is none */
    bool is_kept;            /* the result file is there, of some state of the run */
    bool is_current;         /* and it is of the latest that was to be written */
};

static bool claim_own(struct own *own, const struct vtb_options *options, const struct tm *start,
                      struct vtb_error *error)
{
    char stamp[32];
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", start);
    if (!vtb_results_claim(options->results_dir, stamp, (long)getpid(), own->stem, error))
        return false;
    snprintf(own->json, sizeof own->json, "%s.json", own->stem);
    snprintf(own->samples, sizeof own->samples, "%s.samples.csv", own->stem);
    snprintf(own->sessions, sizeof own->sessions, "%s.sessions", own->stem);
    return true;
}

/* Writes one of the run's own files; if that fails, once more without the samples of an earlier
 * state, which are the largest, and may leave no room on a disk. */
static bool write_one(const struct own *own, const char *path, vtb_print *print, const void *what,
                      enum vtb_format format, struct vtb_error *error)
{
    return vtb_output_file(path, print, what, format, error) ||
           (unlink(own->samples) == 0 && vtb_output_file(path, print, what, format, error));
}

/* Writes the run's own files as far as it is: however it ends, each of them is whole. The result
 * file comes first, as it is small and has all figures: where a disk is nearly full the others may
 * fail. Of a run that goes on there are no others without one; of a whole run sessions are nothing
 * to go on with. */
static bool write_own(struct own *own, const struct vtb_results *results, struct vtb_error *error)
{
    const bool goes_on = results->interrupted && results->sessions.done_n > 0;
    struct vtb_error reason;
    own->is_current = write_one(own, own->json, vtb_report, results, VTB_FORMAT_JSON, error);
    own->is_kept |= own->is_current;
    if (!own->is_kept && results->interrupted)
        return false;
    bool ok = own->is_current;
    if (goes_on)
        ok = write_one(own, own->sessions, vtb_sessions_save, &results->sessions, VTB_FORMAT_BYTES,
                       ok ? error : &reason) &&
             ok;
    else if (own->is_current)
        (void)unlink(own->sessions);
    return vtb_output_file(own->samples, vtb_report_samples, results, VTB_FORMAT_CSV,
                           ok ? error : &reason) &&
           ok;
}

static void remove_own(const struct own *own)
{
    (void)unlink(own->json);
    (void)unlink(own->samples);
    (void)unlink(own->sessions);
}

/* Writes what there is of a run that goes on. What hinders that hinders the last files, too, which
 * is told. */
static void keep_results(void *context, const struct vtb_results *results)
{
    struct vtb_error untold;
    (void)write_own(context, results, &untold);
}

/* Writes the run's own files, with the distributions of pauses, and those that were asked for. */
static bool write_files(const struct vtb_options *options, const struct vtb_results *results,
                        struct own *own, struct vtb_error *error)
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
    bool ok = write_own(own, results, error);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        ok = (!files[i].path || vtb_output_file(files[i].path, files[i].print, results,
                                                files[i].format, ok ? error : &reason)) &&
             ok;
    }
    if (options->history && !results->interrupted)
        ok = vtb_history_append(options->history, results, ok ? error : &reason) && ok;
    return vtb_histograms_write(results, own->stem, ok ? error : &reason) && ok;
}

/* Draws and writes what is made of the result file; nothing more after an interrupt of that. What
 * advice prints is in none, and is put before it. */
static bool write_pictures(const struct vtb_options *options, const struct vtb_results *results,
                           vtb_print *print, const struct own *own, struct vtb_error *error)
{
    const struct vtb_page page = {own->json, print == vtb_report ? NULL : print, results};
    struct vtb_error reason;
    const bool ok =
        !options->plot_dir || vtb_plots_draw(options->plot_dir, options->plot_by, own->json, error);
    if (!ok && vtb_is_interrupt(error))
        return false;
    return (!options->report || vtb_page_write(options->report, &page, ok ? error : &reason)) && ok;
}

/* Writes and prints what was found. If one output fails the others are still tried, because
 * measuring took its time; the first error is the one that is reported. */
static bool write_results(const struct vtb_options *options, const struct vtb_results *results,
                          vtb_print *print, struct own *own, struct vtb_error *error)
{
    struct vtb_error reason;
    bool ok = write_files(options, results, own, error);
    ok =
        vtb_output_stdout(print, results, (enum vtb_format)options->format, ok ? error : &reason) &&
        ok;
    if (ok)
        vtb_tell("results: %s", own->json);
    if (own->is_current)
        ok = write_pictures(options, results, print, own, ok ? error : &reason) && ok;
    if (ok || !own->is_kept)
        return ok;
    reason = *error;
    return vtb_fail(error, reason.exit_code, "%.300s; %s '%.600s'", reason.message,
                    own->is_current ? "the figures are in" : "an earlier state of the run is in",
                    own->json);
}

/* --- the whole --- */

/* What sets one run of a plan apart from another. */
struct manner {
    vtb_print *print;    /* of a struct vtb_results, to standard output */
    const char *resumed; /* a file of sessions that were run before; null: there are none */
};

/* Estimates the run, has its cells ready, and notes the machine once more: a loaded cell tells
 * which compiler made the cells. The load is that of the start, because building is a load too. On
 * false the estimate need not be freed. */
static bool prepare(const struct vtb_plan *plan, struct vtb_results *results,
                    struct vtb_estimate *estimate, struct vtb_error *error)
{
    const struct vtb_machine before = results->machine;
    if (!estimate_run(plan, estimate, error))
        return false;
    if (!vtb_plan_prepare(plan, error) ||
        !vtb_plan_build_places(plan, results->options->seed, 1, error)) {
        vtb_estimate_free(estimate);
        return false;
    }
    vtb_machine_read(&results->machine);
    memcpy(results->machine.load_average, before.load_average, sizeof before.load_average);
    results->machine.load_average_n = before.load_average_n;
    vtb_warn_before(&results->machine, plan);
    return true;
}

static bool tell_of_interrupt(const struct vtb_options *options, const struct vtb_plan *plan,
                              const struct vtb_results *results, struct vtb_error *error)
{
    char sessions[80] = "";
    if (vtb_plan_is_timed(plan)) /* a session is of all tables */
        (void)snprintf(sessions, sizeof sessions, "%zu of %zu sessions of ",
                       results->sessions.done_n, plan->sessions_n);
    return vtb_fail(error, results->interrupted_by.exit_code,
                    "%.600s; %s%zu of %zu tables were finished and are kept%s%s%s",
                    results->interrupted_by.message, sessions, results->comparisons_n,
                    plan->points_n * plan->tables_n,
                    options->save_baseline ? ", but in no baseline (--save-baseline)" : "",
                    options->history ? ", but in no history (--history)" : "",
                    *sessions ? "; --resume goes on with that result file" : "");
}

/* Leaves nothing of a run whose figures are wrong: sessions that were kept may be of the same
 * case. */
static bool withdraw(const struct own *own, struct vtb_error *error)
{
    const struct vtb_error reason = *error;
    if (!own->is_kept || !reason.is_of_figures)
        return false;
    remove_own(own);
    return vtb_fail(error, reason.exit_code, "%.700s; what was kept of this run is removed",
                    reason.message);
}

/* The plan's cells, then its passes with the figures of each table, then what follows from several
 * tables, and the report. */
static bool run_and_report(const struct vtb_options *options, const struct vtb_plan *plan,
                           const struct manner *manner, struct vtb_results *results,
                           const struct tm *start, struct vtb_error *error)
{
    struct vtb_estimate estimate;
    struct own own = {.is_kept = false};
    const struct vtb_keeper keeper = {keep_results, &own, manner->resumed};
    if (!claim_own(&own, options, start, error))
        return false;
    if (!prepare(plan, results, &estimate, error))
        return false;
    bool ok = vtb_run(results, plan, estimate.count_s ? &estimate : NULL, &keeper, error);
    vtb_estimate_free(&estimate);
    if (!ok)
        return withdraw(&own, error);
    vtb_warn_after(&results->machine, plan);
    vtb_warn_of_store(results);
    ok = write_results(options, results, manner->print, &own, error) &&
         (!results->interrupted || tell_of_interrupt(options, plan, results, error));
    vtb_results_free(results);
    return ok;
}

static bool run_plan(const struct vtb_options *options, const struct vtb_plan *plan,
                     const struct manner *manner, struct vtb_error *error)
{
    if (!vtb_plan_check_heaps(plan, error))
        return false;
    if (vtb_instructions_is_worker())
        return vtb_instructions_work(plan, error);
    warn_of_trace(plan, options);
    tell_shard(plan);
    if (options->dry_run)
        return dry_run(options, plan, error);
    const time_t now = time(NULL);
    struct vtb_results results = {.options = options};
    struct tm start;
    char *line = vtb_run_describe(&results, now);
    gmtime_r(&now, &start);
    const bool ok = check_outputs(options, error) && vtb_run_guests_find(&results, plan, error) &&
                    run_and_report(options, plan, manner, &results, &start, error);
    free(results.guests); /* if it came to no run that has done so */
    free(line);
    return ok;
}

/* Runs a plan of these options, of which one that is resumed has its sessions. */
static bool run_options(const struct vtb_options *options, const struct vtb_resume *resume,
                        vtb_print *print, struct vtb_error *error)
{
    struct vtb_plan plan;
    const struct manner manner = {print, resume ? resume->sessions_path : NULL};
    if (!vtb_plan_make(&plan, options, error))
        return false;
    const bool ok = (!resume || vtb_resume_plan(resume, &plan, options, error)) &&
                    run_plan(options, &plan, &manner, error);
    vtb_plan_free(&plan);
    return ok;
}

bool vtb_run_printed(const struct vtb_options *options, vtb_print *print, struct vtb_error *error)
{
    vtb_interrupt_watch();
    return run_options(options, NULL, print, error);
}

bool vtb_run_command(const struct vtb_options *options, struct vtb_error *error)
{
    if (!vtb_turns_check(error))
        return false;
    if (vtb_session_is_this())
        return vtb_session_work(options, error);
    if (!options->resume)
        return vtb_run_printed(options, vtb_report, error);
    vtb_interrupt_watch();
    struct vtb_options same = *options;
    struct vtb_resume resume;
    if (!vtb_resume_open(&resume, &same, error))
        return false;
    const bool ok = run_options(&same, &resume, vtb_report, error);
    vtb_resume_close(&resume);
    return ok;
}
