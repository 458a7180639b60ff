/* `run_bench latency`: the distribution of latencies at a rate, in an open loop. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/claim.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/shown.h"
#include "commands/commands.h"
#include "commands/warnings.h"
#include "plan/prepare.h"
#include "report/latency_files.h"
#include "report/page.h"
#include "report/plots.h"
#include "run/latency_run.h"
#include "run/run.h"

/* --- what is asked --- */

/* Refuses what says nothing to a search for the most. */
static bool check_sought(const struct vtb_options *options, struct vtb_error *error)
{
    static const char *const unkept = "what --rate max tries is not kept";
    static const char *const as_needed = "--rate max tries as many slices as it takes";
    const struct {
        bool is_given;
        const char *option;
        const char *reason;
    } refused[] = {
        {options->export_timeline != NULL, "export-timeline", unkept},
        {options->plot_dir != NULL, "plot", unkept},
        {options->slices > 0, "slices", as_needed},
        {options->time_s > 0, "time", as_needed},
        {options->quick, "quick", as_needed},
        {vtb_options_given(options, "wake") != NULL, "wake", "--rate max times no hand-overs"},
    };
    for (size_t i = 0; isinf(options->rate) && i < sizeof refused / sizeof *refused; i++) {
        if (refused[i].is_given)
            return vtb_fail(error, VTB_EXIT_USAGE,
                            "--%s: %s; accepted with it: a rate in calls a second",
                            refused[i].option, refused[i].reason);
    }
    return true;
}

/* Refuses to say how callers wait where no hand-over is timed. */
static bool check_wake(const struct vtb_options *options, struct vtb_error *error)
{
    const char *wake = vtb_options_given(options, "wake");
    const struct vtb_store *store = vtb_store_of(options->store);
    if (!wake || vtb_latency_hands_over(options))
        return true;
    if (store)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--wake: '%.100s': hand-overs are timed without a store outside of the "
                        "program, and --store is %s; accepted with it: --store simulated",
                        wake, store->word);
    return vtb_fail(error, VTB_EXIT_USAGE,
                    "--wake: '%.100s': callers complete their own operations, and wait for none; "
                    "accepted with it: --completer thread",
                    wake);
}

static bool check(const struct vtb_options *options, struct vtb_error *error)
{
    const char *const paths[] = {options->export_json, options->export_csv,
                                 options->export_markdown, options->export_timeline};
    if (options->rate == 0)
        return vtb_fail(
            error, VTB_EXIT_USAGE,
            "--rate R is needed: calls a second, of all callers together, or max, which "
            "finds how many are sustained");
    if (!check_sought(options, error) || !check_wake(options, error))
        return false;
    if (options->slices > 0 && options->time_s > 0)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--time and --slices both say how long to measure; give one of them");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (paths[i] && !vtb_output_check(paths[i], error))
            return false;
    }
    return vtb_output_check_folder("results-dir", options->results_dir, error) &&
           (!options->plot_dir || vtb_plots_check(options->plot_dir, options->plot_by, error)) &&
           (!options->report || vtb_page_check(options->report, error));
}

/* The volume of calls is the rate, for what follows from it. */
static bool set_volume(struct vtb_options *options, char text[32], struct vtb_error *error)
{
    (void)snprintf(text, 32, "%.12g", options->rate);
    return options->calls_per_second > 0 || isinf(options->rate) ||
           vtb_options_replay(options, "calls-per-second", text, error);
}

/* --- measuring --- */

/* A run of the command. */
struct run {
    const struct vtb_options *options;
    struct vtb_latency_run latency;
    char stem[VTB_STEM_BYTES];
    char json[PATH_MAX];
    char timeline[PATH_MAX];
    bool is_kept; /* the result file is there, of some state of the run */
};

static struct vtb_latency_report report_of(const struct run *run)
{
    return (struct vtb_latency_report){&run->latency.results, run->latency.tables,
                                       run->latency.tables_n};
}

/* Keeps what sessions have found so far. What hinders that hinders the last file, too, which is
 * told. */
static void keep(void *context)
{
    struct run *run = context;
    struct vtb_error untold;
    const struct vtb_latency_report report = report_of(run);
    vtb_interrupt_keep();
    run->is_kept |=
        vtb_output_file(run->json, vtb_report_latency, &report, VTB_FORMAT_JSON, &untold);
}

/* --- the whole --- */

/* Draws, and writes a page, of the result file and what lies beside it. */
static bool draw(const struct run *run, struct vtb_error *error)
{
    const struct vtb_options *options = run->options;
    const struct vtb_page page = {.result_file = run->json};
    struct vtb_error reason;
    const bool ok =
        !options->plot_dir || vtb_plots_draw(options->plot_dir, options->plot_by, run->json, error);
    if (!ok && vtb_is_interrupt(error))
        return false;
    return (!options->report || vtb_page_write(options->report, &page, ok ? error : &reason)) && ok;
}

static bool write_results(const struct run *run, struct vtb_error *error)
{
    const struct vtb_options *options = run->options;
    const struct vtb_latency_report report = report_of(run);
    const struct {
        const char *path;
        vtb_print *print;
        enum vtb_format format;
    } files[] = {
        {run->json, vtb_report_latency, VTB_FORMAT_JSON},
        {options->export_json, vtb_report_latency, VTB_FORMAT_JSON},
        {options->export_csv, vtb_report_latency, VTB_FORMAT_CSV},
        {options->export_markdown, vtb_report_latency, VTB_FORMAT_MARKDOWN},
        {isfinite(options->rate) ? run->timeline : NULL, vtb_latency_timeline_print,
         VTB_FORMAT_JSON},
        {options->export_timeline, vtb_latency_timeline_print, VTB_FORMAT_JSON},
    };
    struct vtb_error reason;
    bool ok = true;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        ok = (!files[i].path || vtb_output_file(files[i].path, files[i].print, &report,
                                                files[i].format, ok ? error : &reason)) &&
             ok;
    if (isfinite(options->rate))
        ok = vtb_latency_histograms_write(&report, run->stem, ok ? error : &reason) && ok;
    ok = vtb_output_stdout(vtb_report_latency, &report, (enum vtb_format)options->format,
                           ok ? error : &reason) &&
         ok;
    if (ok)
        vtb_tell("results: %s", run->json);
    return ok && draw(run, error);
}

static bool tell_of_interrupt(const struct vtb_latency_run *run, struct vtb_error *error)
{
    const struct vtb_error *reason = &run->results.interrupted_by;
    return !run->results.interrupted ||
           vtb_fail(error, reason->exit_code,
                    "session %zu: %.600s; %zu of %zu sessions were finished and are kept",
                    run->results.sessions.done_n + 1, reason->message, run->results.sessions.done_n,
                    run->plan->sessions_n);
}

/* Claims the name of the result file, by the time in UTC. */
static bool claim(struct run *run, time_t now, struct vtb_error *error)
{
    char stamp[32];
    struct tm start;
    gmtime_r(&now, &start);
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &start);
    if (!vtb_results_claim(run->options->results_dir, stamp, (long)getpid(), run->stem, error))
        return false;
    (void)snprintf(run->json, sizeof run->json, "%s.json", run->stem);
    (void)snprintf(run->timeline, sizeof run->timeline, "%s.timeline.json", run->stem);
    return true;
}

static bool measure(struct run *run, struct vtb_error *error)
{
    struct vtb_latency_run *latency = &run->latency;
    vtb_machine_read(&latency->results.machine);
    vtb_warn_before(&latency->results.machine, latency->plan);
    bool ok = vtb_latency_measure(latency, error);
    if (!ok && run->is_kept)
        (void)unlink(run->json);
    if (ok) {
        vtb_warn_after(&latency->results.machine, latency->plan);
        const struct vtb_latency_report report = report_of(run);
        vtb_warn_of_loop_store(&report);
        ok = write_results(run, error) && tell_of_interrupt(latency, error);
    }
    vtb_latency_run_close(latency);
    return ok;
}

bool vtb_latency_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_options same = *options;
    struct vtb_plan plan;
    char volume[32];
    const time_t now = time(NULL);
    struct run run = {.options = &same,
                      .latency = {.options = &same,
                                  .plan = &plan,
                                  .keep = keep,
                                  .context = &run,
                                  .results = {.options = &same, .plan = &plan}}};
    vtb_interrupt_watch();
    if (!check(options, error) || !set_volume(&same, volume, error) ||
        !vtb_latency_plan(&plan, &same, error))
        return false;
    char *line = vtb_run_describe(&run.latency.results, now);
    const bool ok = vtb_plan_check_heaps(&plan, error) && claim(&run, now, error) &&
                    vtb_plan_prepare(&plan, error) && measure(&run, error);
    free(line);
    vtb_plan_free(&plan);
    return ok;
}
