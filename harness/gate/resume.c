#include "gate/resume.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gate/gate.h"
#include "passes/machine.h"

#define END ".json"

static bool name_sessions(struct vtb_resume *resume, const char *path, struct vtb_error *error)
{
    const size_t n = strlen(path);
    const size_t end_n = sizeof END - 1;
    if (n <= end_n || strcmp(path + n - end_n, END) != 0 || n + 16 > sizeof resume->sessions_path)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--resume: '%.300s' is no result file's name; accepted: a file "
                        "run-....json that a run left in its --results-dir",
                        path);
    (void)snprintf(resume->sessions_path, sizeof resume->sessions_path, "%.*s.sessions",
                   (int)(n - end_n), path);
    return true;
}

/* Checks that a fact of the file is that of this process. */
static bool check_fact(const struct vtb_result_file *file, const char *key, const char *now,
                       const char *of_what, struct vtb_error *error)
{
    const char *then = vtb_recorded_fact(file, key);
    return strcmp(then, now) == 0 ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    "--resume: '%.200s' is of another %s: its %s is '%.200s', and '%.200s' here",
                    file->path, of_what, key, then, now);
}

static bool check_facts(const struct vtb_result_file *file, struct vtb_error *error)
{
    static const struct {
        const char *key;
        const char *of_what;
    } facts[] = {
        {"version", "build"},     {"git_revision", "build"},   {"build_type", "build"},
        {"cell_flags", "build"},  {"libc", "build"},           {"cpu_model", "machine"},
        {"kernel", "machine"},    {"architecture", "machine"}, {"affinity", "machine"},
        {"cpu_quota", "machine"},
    };
    struct vtb_machine machine;
    char host[256] = "unknown";
    vtb_machine_read(&machine);
    (void)gethostname(host, sizeof host - 1);
    if (!check_fact(file, "host_name", host, "machine", error))
        return false;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        if (!check_fact(file, facts[i].key, vtb_machine_fact(&machine, facts[i].key),
                        facts[i].of_what, error))
            return false;
    }
    return true;
}

static const char *recorded_option(const struct vtb_result_file *file, const char *name)
{
    for (size_t i = 0; i < file->options_n; i++) {
        if (strcmp(file->options[i].key, name) == 0)
            return file->options[i].value;
    }
    return NULL;
}

/* Checks that the options that were given are those of the file's run. */
static bool check_options(const struct vtb_options *options, const struct vtb_result_file *file,
                          struct vtb_error *error)
{
    const char *trace = vtb_recorded_fact(file, "trace");
    if (options->sessions > 0 || options->rounds >= 0 || options->epoch_ms >= 0 ||
        options->time_s > 0 || options->quick)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--resume: the run has its sessions and rounds already; leave out "
                        "--sessions, --rounds, --epoch-ms, --time and --quick");
    for (size_t i = 0; i < options->given_n; i++) {
        const char *then = recorded_option(file, options->given[i].name);
        if (!then || strcmp(then, options->given[i].text) != 0)
            return vtb_fail(
                error, VTB_EXIT_USAGE,
                "--resume: '%.200s' is of another plan: --%s is '%.200s' here, and %s%.200s%s "
                "there",
                file->path, options->given[i].name, options->given[i].text, then ? "'" : "",
                then ? then : "not given", then ? "'" : "");
    }
    if (strcmp(trace, options->trace_path ? options->trace_path : "unknown") != 0)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--resume: '%.200s' is of another plan: give the same --trace, which is "
                        "'%.200s' there",
                        file->path, trace);
    return true;
}

static bool take_options(struct vtb_options *options, const struct vtb_result_file *file,
                         struct vtb_error *error)
{
    struct vtb_error reason;
    return vtb_recorded_replay(options, file, &reason) ||
           vtb_fail(error, VTB_EXIT_USAGE, "--resume: '%.200s' cannot be gone on with: %.600s",
                    file->path, reason.message);
}

bool vtb_resume_options(struct vtb_resume *resume, struct vtb_options *options,
                        struct vtb_result_file *kept, struct vtb_error *error)
{
    if (!name_sessions(resume, options->resume, error) ||
        !vtb_result_file_read(kept, options->resume, VTB_EXIT_USAGE, error))
        return false;
    if (!kept->interrupted) {
        vtb_result_file_free(kept);
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--resume: '%.300s' is whole: there is nothing to go on with",
                        options->resume);
    }
    if (check_facts(kept, error) && check_options(options, kept, error) &&
        vtb_sessions_peek(&resume->saved, resume->sessions_path, error) &&
        take_options(options, kept, error))
        return true;
    vtb_result_file_free(kept);
    return false;
}

void vtb_resume_plan(const struct vtb_resume *resume, struct vtb_plan *plan)
{
    plan->sessions_n = resume->saved.sessions_n;
    plan->rounds_n = resume->saved.rounds_n;
    plan->epoch_ns = resume->saved.epoch_ns;
}
