/* valuetask-bench: options -> plan -> passes -> samples -> summary -> report. The one place that
 * prints errors and ends the process. */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/output.h"
#include "cells/home.h"
#include "check/conformance.h"
#include "check/misuse.h"
#include "check/skeleton.h"
#include "gate/compare.h"
#include "gate/gate_command.h"
#include "passes/instructions.h"
#include "plan/prepare.h"
#include "report/histograms.h"
#include "report/list.h"
#include "report/plots.h"
#include "run/run.h"

typedef void report_function(FILE *out, const struct vtb_results *results);

/* In the order of enum vtb_format. */
static report_function *const reports[] = {vtb_report_table, vtb_report_json, vtb_report_csv,
                                           vtb_report_markdown};

static void print_format(FILE *out, const void *what, enum vtb_format format)
{
    reports[format](out, what);
}

static void print_table(FILE *out, const void *what)
{
    print_format(out, what, VTB_FORMAT_TABLE);
}

static void print_json(FILE *out, const void *what)
{
    print_format(out, what, VTB_FORMAT_JSON);
}

static void print_csv(FILE *out, const void *what)
{
    print_format(out, what, VTB_FORMAT_CSV);
}

static void print_markdown(FILE *out, const void *what)
{
    print_format(out, what, VTB_FORMAT_MARKDOWN);
}

static void print_samples(FILE *out, const void *what)
{
    vtb_report_samples(out, what);
}

static void print_help(FILE *out, const void *what)
{
    vtb_options_help(out, ((const struct vtb_options *)what)->command);
}

static void print_list(FILE *out, const void *what)
{
    vtb_list(out, (enum vtb_format)((const struct vtb_options *)what)->format);
}

/* What print_events is given. */
struct event_list {
    struct vtb_listed_events *events;
    enum vtb_format format;
};

static void print_events(FILE *out, const void *what)
{
    const struct event_list *list = what;
    vtb_list_events(out, list->events, list->format);
}

static bool list_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct event_list list = {.format = (enum vtb_format)options->format};
    if (!options->list_events)
        return vtb_output_stdout(print_list, options, error);
    if (!vtb_listed_events_make(&list.events, error))
        return false;
    const bool ok = vtb_output_stdout(print_events, &list, error);
    vtb_listed_events_free(list.events);
    return ok;
}

static void print_version(FILE *out, const void *what)
{
    const struct vtb_machine *machine = what;
    fprintf(out, "valuetask-bench %s (%s)\n", vtb_machine_fact(machine, "version"),
            vtb_machine_fact(machine, "git_revision"));
}

/* In the order of enum vtb_format. */
static vtb_print *const prints[] = {print_table, print_json, print_csv, print_markdown};

static void print_line(const char *message)
{
    fprintf(stderr, "run_bench: %s\n", message);
}

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

/* Fails before anything is measured, rather than after. */
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

/* The arguments as one line. */
static char *join_arguments(int argc, char **argv)
{
    char *line = NULL;
    size_t line_n = 0;
    FILE *out = open_memstream(&line, &line_n);
    for (int i = 0; out && i < argc; i++)
        fprintf(out, "%s%s", i > 0 ? " " : "", i > 0 ? argv[i] : "run_bench");
    if (out)
        fclose(out);
    return line;
}

/* Writes the result file and the raw samples beside it, then what was asked for. One that cannot be
 * written does not keep the others from being: measuring took its time. The first is told. */
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
    } files[] = {
        {samples_path, print_samples},
        {json_path, print_json},
        {options->export_json, print_json},
        {options->export_csv, print_csv},
        {options->export_markdown, print_markdown},
    };
    struct vtb_error reason;
    bool kept = true;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (files[i].path &&
            !vtb_output_file(files[i].path, files[i].print, results, kept ? error : &reason))
            kept = false;
    }
    kept = vtb_histograms_write(results, stem, kept ? error : &reason) && kept;
    const bool printed = vtb_output_stdout(prints[options->format], results, &reason);
    if (kept && printed) {
        fprintf(stderr, "results: %s\n", json_path);
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

static void print_warnings(const struct vtb_machine *machine)
{
    char warnings[8][200];
    const size_t n = vtb_machine_warnings(machine, warnings, 8);
    for (size_t i = 0; i < n; i++)
        fprintf(stderr, "warning: %s\n", warnings[i]);
}

/* What print_plan is given. */
struct plan_report {
    const struct vtb_plan *plan;
    struct vtb_estimate estimate;
    enum vtb_format format;
};

static void print_plan(FILE *out, const void *what)
{
    const struct plan_report *report = what;
    (report->format == VTB_FORMAT_JSON ? vtb_report_plan_json : vtb_report_plan)(out, report->plan,
                                                                                 &report->estimate);
}

static bool dry_run(const struct vtb_options *options, const struct vtb_plan *plan,
                    struct vtb_error *error)
{
    struct plan_report report = {.plan = plan, .format = (enum vtb_format)options->format};
    if (report.format != VTB_FORMAT_TABLE && report.format != VTB_FORMAT_JSON)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--format: a plan is printed as a table or as JSON; accepted with "
                        "--dry-run: table or json");
    if (!vtb_estimate_make(&report.estimate, plan, error))
        return false;
    const bool ok = vtb_output_stdout(print_plan, &report, error);
    vtb_estimate_free(&report.estimate);
    return ok;
}

/* A matrix, or whoever watches at a terminal, is told beforehand how long it takes. */
static bool estimate_run(const struct vtb_plan *plan, struct vtb_estimate *estimate,
                         struct vtb_error *error)
{
    char duration[VTB_DURATION_BYTES];
    *estimate = (struct vtb_estimate){0};
    if (plan->points_n == 1 && isatty(STDERR_FILENO) != 1)
        return true;
    if (!vtb_estimate_make(estimate, plan, error))
        return false;
    vtb_duration_text(duration, estimate->total_s);
    fprintf(stderr, "plan: %zu combination%s of parameters, %s\n", plan->points_n,
            plan->points_n == 1 ? "" : "s", duration);
    return true;
}

static bool run_and_report(const struct vtb_options *options, struct vtb_plan *plan,
                           struct vtb_results *results, struct vtb_error *error)
{
    struct vtb_estimate estimate;
    struct vtb_machine before;
    const time_t now = time(NULL);
    struct tm start;
    struct tm local;
    gmtime_r(&now, &start);
    localtime_r(&now, &local);
    strftime(results->date, sizeof results->date, "%Y-%m-%dT%H:%M:%S%z", &local);
    vtb_machine_read(&before);
    if (!estimate_run(plan, &estimate, error))
        return false;
    if (!vtb_plan_prepare(plan, error)) {
        vtb_estimate_free(&estimate);
        return false;
    }
    vtb_machine_read(&results->machine); /* with what compiled the cells; which is a load itself */
    memcpy(results->machine.load_average, before.load_average, sizeof before.load_average);
    results->machine.load_average_n = before.load_average_n;
    print_warnings(&results->machine);
    bool ok = vtb_run(results, plan, estimate.count_s ? &estimate : NULL, error);
    vtb_estimate_free(&estimate);
    if (!ok)
        return false;
    ok = vtb_break_evens_make(&results->break_evens, results->comparisons, results->comparisons_n,
                              &plan->worth, error) &&
         write_results(options, results, &start, error);
    if (ok && results->interrupted)
        ok = vtb_fail(error, VTB_EXIT_INTERRUPTED,
                      "interrupted; %zu of %zu tables were finished and are kept",
                      results->comparisons_n, plan->points_n * plan->tables_n);
    if (ok && options->save_baseline)
        ok = vtb_baseline_save(results, plan, options->save_baseline, error);
    vtb_results_free(results);
    return ok;
}

static bool run_command(const struct vtb_options *options, int argc, char **argv,
                        struct vtb_error *error)
{
    struct vtb_plan plan;
    vtb_interrupt_watch();
    if (!vtb_plan_make(&plan, options, error))
        return false;
    if (options->dry_run) {
        const bool printed = dry_run(options, &plan, error);
        vtb_plan_free(&plan);
        return printed;
    }
    if (vtb_instructions_is_worker()) {
        const bool worked = vtb_instructions_work(&plan, error);
        vtb_plan_free(&plan);
        return worked;
    }
    char *command_line = join_arguments(argc, argv);
    struct vtb_results results = {.command_line = command_line ? command_line : "unknown",
                                  .executable = argv[0],
                                  .options = options};
    bool ok = check_outputs(options, error) && run_and_report(options, &plan, &results, error);
    free(command_line);
    vtb_plan_free(&plan);
    return ok;
}

/* What print_built is given. */
struct built {
    size_t cells_n;
    size_t now_n;
    const char *folder;
};

static void print_built(FILE *out, const void *what)
{
    const struct built *built = what;
    fprintf(out, "%zu cell%s, of which %zu %s built now, in %s\n", built->cells_n,
            built->cells_n == 1 ? "" : "s", built->now_n, built->now_n == 1 ? "was" : "were",
            built->folder);
}

static bool build_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct built built = {0};
    struct vtb_plan plan;
    const struct vtb_home *home = vtb_home(error);
    vtb_interrupt_watch();
    if (!home || !vtb_plan_make(&plan, options, error))
        return false;
    built.folder = home->cells;
    const bool ok = vtb_plan_build(&plan, &built.cells_n, &built.now_n, error) &&
                    vtb_output_stdout(print_built, &built, error);
    vtb_plan_free(&plan);
    return ok;
}

/* What print_misuse is given. */
struct misuse_report {
    struct vtb_misuse_results results;
    enum vtb_format format;
};

static void print_misuse(FILE *out, const void *what)
{
    const struct misuse_report *report = what;
    vtb_misuse_report(out, &report->results, report->format);
}

static bool misuse_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct misuse_report report = {.format = (enum vtb_format)options->format};
    if (!vtb_misuse_run(&report.results, options, error))
        return false;
    const bool ok = vtb_output_stdout(print_misuse, &report, error);
    vtb_misuse_free(&report.results);
    return ok;
}

/* What print_compared is given. */
struct compare_report {
    struct vtb_compared compared;
    enum vtb_format format;
};

static void print_compared(FILE *out, const void *what)
{
    const struct compare_report *report = what;
    vtb_compare_report(out, &report->compared, report->format);
}

static bool compare_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_result_file files[2] = {0};
    struct compare_report report = {.format = (enum vtb_format)options->format};
    bool ok = true;
    for (size_t i = 0; ok && i < 2; i++)
        ok = vtb_result_file_read(&files[i], options->files[i], VTB_EXIT_USAGE, error);
    ok = ok && vtb_compare_make(&report.compared, &files[0], &files[1], error);
    if (ok) {
        ok = vtb_output_stdout(print_compared, &report, error);
        vtb_compare_free(&report.compared);
    }
    for (size_t i = 0; i < 2; i++)
        vtb_result_file_free(&files[i]);
    return ok;
}

/* What print_checks is given. */
struct check_report {
    struct vtb_checks checks;
    enum vtb_format format;
};

static void print_checks(FILE *out, const void *what)
{
    const struct check_report *report = what;
    vtb_checks_report(out, &report->checks, report->format);
}

static bool check_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct check_report report = {.format = (enum vtb_format)options->format};
    if (!vtb_checks_run(&report.checks, options, error))
        return false;
    bool ok = vtb_output_stdout(print_checks, &report, error);
    if (ok && report.checks.wrong_n > 0)
        ok = vtb_fail(error, VTB_EXIT_REGRESSION,
                      "%zu of %zu checks found something wrong: begin with the first",
                      report.checks.wrong_n, report.checks.n);
    vtb_checks_free(&report.checks);
    return ok;
}

static bool dispatch(struct vtb_options *options, int argc, char **argv, struct vtb_error *error)
{
    if (options->help)
        return vtb_output_stdout(print_help, options, error);
    if (options->version) {
        struct vtb_machine machine;
        vtb_machine_read(&machine);
        return vtb_output_stdout(print_version, &machine, error);
    }
    switch (options->command) {
    case VTB_COMMAND_LIST:
        return list_command(options, error);
    case VTB_COMMAND_MISUSE:
        return misuse_command(options, error);
    case VTB_COMMAND_GATE:
        return vtb_gate_command(options, error);
    case VTB_COMMAND_COMPARE:
        return compare_command(options, error);
    case VTB_COMMAND_CHECK:
        return check_command(options, error);
    case VTB_COMMAND_NEW:
        return vtb_skeleton_write(options->files[0], options->files[1], error) &&
               vtb_skeleton_tell(options->files[0], options->files[1], error);
    case VTB_COMMAND_BUILD:
        return build_command(options, error);
    case VTB_COMMAND_RUN:
    case VTB_COMMAND_N:
        break;
    }
    return run_command(options, argc, argv, error);
}

__attribute__((noinline)) static int start(int argc, char **argv)
{
    static struct vtb_options options;
    struct vtb_error error;
    vtb_output_guard_standard_streams();
    if (vtb_options_parse(&options, argc, argv, &error) && dispatch(&options, argc, argv, &error))
        return VTB_EXIT_OK;
    print_line(error.message);
    if (error.details)
        fputs(error.details, stderr);
    return error.exit_code;
}

#define PAGE_BYTES ((size_t)4096)

/*
 * From here on the stack is at the same place of a page in every run. Otherwise the kernel's choice
 * and the size of the environment decide it, and with it which objects a method's frame shares the
 * low bits of its addresses with: that alone moved a case by 10 % from run to run.
 * T. Mytkowicz et al., "Producing wrong data without doing anything obviously wrong!", ASPLOS 2009.
 */
int main(int argc, char **argv)
{
    volatile char *skipped =
        __builtin_alloca((uintptr_t)__builtin_frame_address(0) % PAGE_BYTES + 1);
    *skipped = 0;
    return start(argc, argv);
}
