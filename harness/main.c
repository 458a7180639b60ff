/* valuetask-bench: the one place that prints errors and ends the process. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/json_text.h"
#include "base/look.h"
#include "base/progress.h"
#include "base/prose.h"
#include "base/shown.h"
#include "commands/commands.h"
#include "passes/environment.h"
#include "passes/machine.h"
#include "passes/pinning.h"
#include "report/report_environment.h"
#include "report/report_version.h"

static vtb_command_function *const commands[VTB_COMMAND_N] = {
    [VTB_COMMAND_RUN] = vtb_run_command,
    [VTB_COMMAND_ADVISE] = vtb_advise_command,
    [VTB_COMMAND_LIST] = vtb_list_command,
    [VTB_COMMAND_MISUSE] = vtb_misuse_command,
    [VTB_COMMAND_GATE] = vtb_gate_command,
    [VTB_COMMAND_COMPARE] = vtb_compare_command,
    [VTB_COMMAND_CHECK] = vtb_check_command,
    [VTB_COMMAND_NEW] = vtb_new_command,
    [VTB_COMMAND_BUILD] = vtb_build_command,
    [VTB_COMMAND_DOCTOR] = vtb_doctor_command,
    [VTB_COMMAND_SELFTEST] = vtb_selftest_command,
    [VTB_COMMAND_CLAIMS] = vtb_claims_command,
    [VTB_COMMAND_FIDELITY] = vtb_fidelity_command,
    [VTB_COMMAND_LATENCY] = vtb_latency_command,
    [VTB_COMMAND_COMPARE_BUILDS] = vtb_compare_builds_command,
    [VTB_COMMAND_HISTORY] = vtb_history_command,
    [VTB_COMMAND_MERGE] = vtb_merge_command,
};

static void print_help(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_options *options = what;
    (void)format;
    vtb_options_help(out, options->command);
}

/* What is counted or measured is not reached by the environment, unless that is wanted. */
static bool clean_environment(const struct vtb_options *options, struct vtb_error *error)
{
    return !vtb_options_takes(options, "keep-environment") || options->keep_environment ||
           vtb_environment_clean(options->arguments, error);
}

static bool dispatch(const struct vtb_options *options, struct vtb_error *error)
{
    if (options->help)
        return vtb_output_stdout(print_help, options, VTB_FORMAT_TABLE, error);
    if (options->version) {
        struct vtb_machine machine;
        vtb_machine_read(&machine);
        return vtb_output_stdout(vtb_report_version, &machine, (enum vtb_format)options->format,
                                 error);
    }
    if (options->command != VTB_COMMAND_RUN && vtb_options_takes(options, "keep-environment"))
        vtb_report_environment(stderr, VTB_LINE_WIDTH); /* as a run's report does */
    return commands[options->command](options, error);
}

/* What a run needs of its stack, and each of its threads has. */
#define STACK_BYTES ((rlim_t)1 << 20)

/* Refuses a stack that would run out in the middle of a run, without a word. */
static bool check_stack(struct vtb_error *error)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= STACK_BYTES ||
           vtb_fail(error, VTB_EXIT_INTERNAL,
                    "a stack of %ju KiB is too small; raise the limit: ulimit -s %ju",
                    (uintmax_t)limit.rlim_cur >> 10, (uintmax_t)STACK_BYTES >> 10);
}

/* What comes before any command. */
static bool prepare(struct vtb_options *options, int argc, char **argv, struct vtb_error *error)
{
    if (!check_stack(error) || !vtb_options_parse(options, argc, argv, error))
        return false;
    vtb_progress_choose((enum vtb_progress_kind)options->progress);
    vtb_output_paint_stdout(vtb_look_has_color((enum vtb_color)options->color));
    return clean_environment(options, error) && vtb_pin(options->pin, error);
}

__attribute__((noinline)) static int start(int argc, char **argv)
{
    static struct vtb_options options;
    struct vtb_error error;
    vtb_output_guard_standard_streams();
    vtb_json_guard_memory();
    const bool prepared = prepare(&options, argc, argv, &error);
    if (prepared && dispatch(&options, &error))
        return VTB_EXIT_OK;
    if (!prepared)
        vtb_gate_refuse(&options, &error);
    fprintf(stderr, "run_bench: %s\n", error.message);
    if (error.details)
        vtb_print_shown(stderr, error.details, strlen(error.details), VTB_SHOWN_TEXT);
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
