#include "gate/resume.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/compare.h"
#include "gate/gate.h"
#include "passes/pinning.h"
#include "plan/prepare.h"
#include "run/guests.h"

#define END ".json"

static bool name_sessions(struct vtb_resume *resume, const char *path, struct vtb_error *error)
{
    char target[PATH_MAX]; /* the sessions stand beside the file that a link leads to */
    path = realpath(path, target) ? target : path;
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

/* --- options --- */

/* What an option of the file's run was given; null: it was not given. */
static const char *given_then(const struct vtb_result_file *file, const char *option)
{
    for (size_t i = 0; i < file->facts_n; i++) {
        const char *name = vtb_recorded_run_option(&file->facts[i]);
        if (name && strcmp(name, option) == 0)
            return file->facts[i].value;
    }
    return vtb_recorded_option(file, option);
}

/* Checks that the options that were given, here or by the environment, are those of the file's
 * run. */
static bool check_given(const struct vtb_options *options, const struct vtb_result_file *file,
                        struct vtb_error *error)
{
    for (size_t i = 0; i < options->given_n; i++) {
        const char *then = given_then(file, options->given[i].name);
        if (!then || strcmp(then, options->given[i].text) != 0)
            return vtb_fail(
                error, VTB_EXIT_USAGE,
                "--resume: '%.200s' is of another plan: --%s is '%.200s' here, and %s%.200s%s "
                "there",
                file->path, options->given[i].name, options->given[i].text, then ? "'" : "",
                then ? then : "not given", then ? "'" : "");
    }
    return true;
}

/* Checks that those are given that the file cannot give again: of keys that may have come through a
 * pipe, and of an environment that is gone by now. */
static bool check_missing(const struct vtb_options *options, const struct vtb_result_file *file,
                          struct vtb_error *error)
{
    static const char *const again[] = {"trace", "keep-environment"};
    for (size_t i = 0; i < sizeof again / sizeof *again; i++) {
        const char *then = given_then(file, again[i]);
        if (then && !vtb_options_given(options, again[i]))
            return vtb_fail(error, VTB_EXIT_USAGE,
                            "--resume: '%.200s' is of a run with --%s, which was '%.200s': give "
                            "it again",
                            file->path, again[i], then);
    }
    return true;
}

static bool replay(struct vtb_options *options, const struct vtb_result_file *file,
                   struct vtb_error *error)
{
    bool ok = vtb_recorded_replay(options, file, error);
    for (size_t i = 0; ok && i < file->facts_n; i++) {
        const char *name = vtb_recorded_run_option(&file->facts[i]);
        ok = !name || vtb_options_replay_run(options, name, file->facts[i].value, error);
    }
    return ok;
}

/* Takes all options of the file's run. However its length was given, the sessions have it. */
static bool take_options(const struct vtb_resume *resume, struct vtb_options *options,
                         struct vtb_error *error)
{
    struct vtb_error reason;
    if (!replay(options, &resume->file, &reason))
        return vtb_fail(error, VTB_EXIT_USAGE, "--resume: '%.200s' cannot be gone on with: %.600s",
                        resume->file.path, reason.message);
    options->rounds = (double)resume->saved.rounds_n;
    options->time_s = 0;
    return vtb_pin(options->pin, error);
}

bool vtb_resume_open(struct vtb_resume *resume, struct vtb_options *options,
                     struct vtb_error *error)
{
    const struct vtb_result_file *file = &resume->file;
    if (!name_sessions(resume, options->resume, error) ||
        !vtb_result_file_read(&resume->file, options->resume, VTB_EXIT_USAGE, error))
        return false;
    if ((file->interrupted || vtb_fail(error, VTB_EXIT_USAGE,
                                       "--resume: '%.300s' is whole: there is nothing to go on "
                                       "with",
                                       options->resume)) &&
        check_given(options, file, error) && check_missing(options, file, error) &&
        vtb_sessions_peek(&resume->saved, resume->sessions_path, error) &&
        take_options(resume, options, error))
        return true;
    vtb_resume_close(resume);
    return false;
}

void vtb_resume_close(struct vtb_resume *resume)
{
    vtb_result_file_free(&resume->file);
}

/* --- the run --- */

/* Reads what a result file of this run would say of it; guests are asked, as cells are, once they
 * are built. */
static bool describe(struct vtb_result_file *file, const struct vtb_plan *plan,
                     const struct vtb_options *options, bool loaded, struct vtb_error *error)
{
    struct vtb_results results = {
        .plan = plan, .options = options, .command_line = "", .executable = ""};
    vtb_machine_read(&results.machine);
    const bool ok = (!loaded || vtb_run_guests_find(&results, plan, error)) &&
                    vtb_context_read(file, &results, error);
    free(results.guests);
    return ok;
}

/* Whether a fact is what a run came to, rather than what it is of. A guest that was lost is left
 * out; of what else is left out the sessions are, too. */
static bool is_found_out(const char *key)
{
    return strcmp(key, "sessions") == 0 || strcmp(key, "skipped") == 0 ||
           strncmp(key, "unavailable", 11) == 0;
}

static bool refuse(const struct vtb_result_file *file, const char *key, const char *then,
                   const char *now, struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_USAGE,
                    "--resume: '%.200s' is of another run than this would be: its %.100s is "
                    "%s%.250s%s, and %s%.250s%s here",
                    file->path, key, then ? "'" : "", then ? then : "not recorded", then ? "'" : "",
                    now ? "'" : "", now ? now : "not there", now ? "'" : "");
}

/* Whether it takes loaded cells, or guests that are built, to know a fact. */
static bool is_of_cells(const char *key)
{
    return strcmp(key, "compiler") == 0 || strcmp(key, "code") == 0 ||
           strncmp(key, "libraries", 9) == 0 || strncmp(key, "guests", 6) == 0;
}

/* Checks that this would be the same run, by the facts that `compare` tells two runs apart by; and
 * of cells that are loaded by the fingerprint, too, which in most cases follows from the others. */
static bool check_facts(const struct vtb_result_file *file, const struct vtb_result_file *now,
                        bool loaded, struct vtb_error *error)
{
    static const char key[] = "fingerprint";
    const char *then = vtb_recorded_fact(file, key);
    const char *here = vtb_recorded_fact(now, key);
    struct vtb_compared compared;
    bool ok = true;
    vtb_compare_facts(&compared, file, now);
    for (size_t i = 0; ok && i < compared.facts_n; i++) {
        const struct vtb_compared_fact *fact = &compared.facts[i];
        ok = is_found_out(fact->key) || (!loaded && is_of_cells(fact->key)) ||
             refuse(file, fact->key, fact->before, fact->after, error);
    }
    vtb_compare_free(&compared);
    return ok && (!loaded || strcmp(then, here) == 0 || refuse(file, key, then, here, error));
}

static bool check_run(const struct vtb_resume *resume, const struct vtb_plan *plan,
                      const struct vtb_options *options, bool loaded, struct vtb_error *error)
{
    struct vtb_result_file now;
    if (!describe(&now, plan, options, loaded, error))
        return false;
    const bool ok = check_facts(&resume->file, &now, loaded, error);
    vtb_result_file_free(&now);
    return ok;
}

bool vtb_resume_plan(const struct vtb_resume *resume, struct vtb_plan *plan,
                     const struct vtb_options *options, struct vtb_error *error)
{
    plan->sessions_n = resume->saved.sessions_n;
    plan->rounds_n = resume->saved.rounds_n;
    plan->epoch_ns = resume->saved.epoch_ns;
    return check_run(resume, plan, options, false, error) && vtb_plan_prepare(plan, error) &&
           check_run(resume, plan, options, true, error);
}
