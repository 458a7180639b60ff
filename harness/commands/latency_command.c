/* `run_bench latency`: the distribution of latencies at a rate, in an open loop. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/claim.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/shown.h"
#include "commands/commands.h"
#include "commands/warnings.h"
#include "plan/prepare.h"
#include "report/latency_files.h"
#include "report/page.h"
#include "report/plots.h"
#include "run/run.h"

/* --- what is asked --- */

/* How long a case has its turn, how often in a session, and how many sessions there are, unless
 * options say otherwise. */
#define SLICE_NS 50e6
#define SLICES_N 10
#define SLICES_QUICK_N 4
#define SESSIONS_N 5

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
    };
    for (size_t i = 0; isinf(options->rate) && i < sizeof refused / sizeof *refused; i++) {
        if (refused[i].is_given)
            return vtb_fail(error, VTB_EXIT_USAGE,
                            "--%s: %s; accepted with it: a rate in calls a second",
                            refused[i].option, refused[i].reason);
    }
    return true;
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
    if (!check_sought(options, error))
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

/* The slices of each unit in a session. A time is divided among all of them. */
static size_t slices_of(const struct vtb_options *options, const struct vtb_plan *plan,
                        const struct vtb_open_loop *open_loop)
{
    double all_ns = 0; /* of one slice of each unit, in all sessions */
    for (size_t i = 0; i < plan->points_n; i++)
        all_ns = fmax(all_ns, (double)(plan->sessions_n * vtb_latency_units_n(&plan->points[i])) *
                                  vtb_latency_slice_ns(open_loop));
    if (options->slices > 0)
        return (size_t)options->slices;
    if (options->time_s > 0)
        return (size_t)fmax(1, round(options->time_s * 1e9 / all_ns));
    return options->quick ? SLICES_QUICK_N : SLICES_N;
}

static bool make_plan(struct vtb_plan *plan, const struct vtb_options *options,
                      struct vtb_error *error)
{
    const struct vtb_open_loop open_loop = {
        .rate = options->rate,
        .poisson = options->arrivals == VTB_ARRIVALS_POISSON,
        .slice_ns = options->slice_ms > 0 ? options->slice_ms * 1e6 : SLICE_NS,
    };
    if (!vtb_plan_make(plan, options, error))
        return false;
    plan->sessions_n = options->sessions > 0 ? (size_t)options->sessions : SESSIONS_N;
    vtb_plan_open_loop(plan, &open_loop, slices_of(options, plan, &open_loop));
    return true;
}

/* --- measuring --- */

/* A run of the command. */
struct run {
    const struct vtb_options *options;
    const struct vtb_plan *plan;
    struct vtb_results results;
    struct vtb_latency_table *tables; /* owned */
    size_t tables_n;
    char stem[VTB_STEM_BYTES];
    char json[PATH_MAX];
    char timeline[PATH_MAX];
    bool is_kept; /* the result file is there, of some state of the run */
};

static void make_tables(struct run *run)
{
    const struct vtb_plan *plan = run->plan;
    for (run->tables_n = 0; run->tables_n < plan->points_n * plan->consumers_n; run->tables_n++) {
        const size_t point = run->tables_n / plan->consumers_n;
        const size_t table = run->tables_n % plan->consumers_n;
        const struct vtb_latencies latencies =
            vtb_sessions_latencies(&run->results.sessions, point, table);
        vtb_latency_summarise(&run->tables[run->tables_n], &plan->points[point],
                              plan->consumers[table], &latencies, run->results.sessions.done_n);
    }
}

static void drop_tables(struct run *run)
{
    for (size_t i = 0; i < run->tables_n; i++)
        vtb_latency_table_free(&run->tables[i]);
    run->tables_n = 0;
}

static struct vtb_latency_report report_of(const struct run *run)
{
    return (struct vtb_latency_report){&run->results, run->tables, run->tables_n};
}

/* Keeps what sessions have found so far, as a run that was interrupted. What hinders that hinders
 * the last file, too, which is told. */
static void keep(struct run *run)
{
    struct vtb_error untold;
    vtb_interrupt_keep();
    make_tables(run);
    run->results.interrupted = true;
    const struct vtb_latency_report report = report_of(run);
    run->is_kept |=
        vtb_output_file(run->json, vtb_report_latency, &report, VTB_FORMAT_JSON, &untold);
    run->results.interrupted = false;
    drop_tables(run);
}

/* The seconds that a session is expected to take: slices, and what comes before them. */
static double session_s(const struct vtb_plan *plan)
{
    const double sought_n = 20; /* slices that finding the most takes */
    double units_n = 0;
    for (size_t i = 0; i < plan->points_n; i++)
        units_n += (double)(plan->consumers_n * vtb_latency_units_n(&plan->points[i]));
    const double slices_n = isinf(plan->open_loop.rate) ? sought_n : (double)plan->rounds_n;
    return units_n * (slices_n * vtb_latency_slice_ns(&plan->open_loop) / 1e9 + 0.01);
}

/* Runs all sessions. After one was finished any end before its time is an interrupt, be it that a
 * load is not sustained; but not that figures are wrong. */
static bool run_sessions(struct run *run, struct vtb_error *error)
{
    struct vtb_sessions *sessions = &run->results.sessions;
    struct vtb_progress_bar bar;
    const double s = session_s(run->plan);
    bool ok = vtb_sessions_open(sessions, run->plan, 1, error);
    vtb_progress_start(&bar, s * (double)run->plan->sessions_n);
    while (ok && sessions->done_n < sessions->all_n) {
        vtb_progress_part(&bar, "latency", s);
        ok = vtb_sessions_run(sessions, run->options, error);
        if (ok && sessions->done_n < sessions->all_n)
            keep(run);
    }
    vtb_progress_end(&bar);
    if (ok || sessions->done_n == 0 || error->is_of_figures) {
        if (!ok && run->is_kept)
            (void)unlink(run->json);
        return ok;
    }
    run->results.interrupted = true;
    run->results.interrupted_by = *error;
    return true;
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

static bool tell_of_interrupt(const struct run *run, struct vtb_error *error)
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
    const struct vtb_plan *plan = run->plan;
    vtb_machine_read(&run->results.machine);
    vtb_warn_before(&run->results.machine, plan);
    run->tables = vtb_allocate(plan->points_n * plan->consumers_n, sizeof *run->tables,
                               "tables of latencies");
    bool ok = run_sessions(run, error);
    if (ok) {
        vtb_warn_after(&run->results.machine, plan);
        make_tables(run);
        ok = write_results(run, error) && tell_of_interrupt(run, error);
        drop_tables(run);
    }
    free(run->tables);
    vtb_results_free(&run->results);
    return ok;
}

bool vtb_latency_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_options same = *options;
    struct vtb_plan plan;
    char volume[32];
    const time_t now = time(NULL);
    struct run run = {
        .options = &same, .plan = &plan, .results = {.options = &same, .plan = &plan}};
    vtb_interrupt_watch();
    if (!check(options, error) || !set_volume(&same, volume, error) ||
        !make_plan(&plan, &same, error))
        return false;
    char *line = vtb_run_describe(&run.results, now);
    const bool ok = vtb_plan_check_heaps(&plan, error) && claim(&run, now, error) &&
                    vtb_plan_prepare(&plan, error) && measure(&run, error);
    free(line);
    vtb_plan_free(&plan);
    return ok;
}
