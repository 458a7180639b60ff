#include "report/script.h"

#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/interrupt.h"
#include "cells/home.h"

/* The exit status of a child that could not become the program, as of a shell. */
#define NOT_STARTED 127

/* The task of a child process. */
struct task {
    const struct vtb_script *script;
    char path[PATH_MAX];
};

/* Writes the path of a script. On false *error says that it is not there. */
static bool find(const struct vtb_script *script, char path[PATH_MAX], struct vtb_error *error)
{
    const struct vtb_home *home = vtb_home(error);
    if (!home)
        return false;
    if (snprintf(path, PATH_MAX, "%s/scripts/%s", home->root, script->name) < PATH_MAX &&
        access(path, R_OK) == 0)
        return true;
    return vtb_fail(error, VTB_EXIT_INTERNAL,
                    "%s: scripts/%s is not where the sources are: there is no '%.700s'",
                    script->option, script->name, path);
}

/* Holds back Ctrl-C until the script lets it through: an interpreter that is interrupted before it
 * has begun with the script says so at length. */
static void hold_interrupt(void)
{
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &interrupt, NULL);
}

/* Runs the script in place of the child process. */
static bool become(void *context, struct vtb_error *error)
{
    const struct task *task = context;
    const struct vtb_script *script = task->script;
    const char *arguments[VTB_SCRIPT_ARGUMENTS_MAX + 3];
    size_t n = 0;
    (void)error;
    if (script->program)
        arguments[n++] = script->program;
    else
        hold_interrupt();
    if (script->program_option)
        arguments[n++] = script->program_option;
    arguments[n++] = task->path;
    memcpy(arguments + n, script->arguments, sizeof script->arguments);
    (void)dup2(script->input, STDIN_FILENO);
    (void)dup2(script->output, STDOUT_FILENO);
    execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(NOT_STARTED);
}

/* Says what cannot be started for a script. */
static bool fail_to_start(const struct vtb_script *script, const char *path,
                          struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_INTERNAL,
                    "%s: '%.700s' cannot be started; install the package %s", script->option,
                    script->program ? script->program : path, script->package);
}

bool vtb_script_run(const struct vtb_script *script, struct vtb_error *error)
{
    struct task task = {.script = script};
    struct vtb_child child = {.name = script->name, .run = become, .context = &task};
    struct vtb_child_end end;
    const bool was_interrupted = vtb_interrupted(); /* before: what is there is still drawn */
    if (!find(script, task.path, error) || !vtb_child_try(&child, &end, error))
        return false;
    if (end.how == VTB_CHILD_LEFT && end.number == 0)
        return true;
    /* A program with a handler of its own may end by an interrupt as by any failure. */
    if (end.how == VTB_CHILD_INTERRUPTED || (vtb_interrupted() && !was_interrupted))
        return vtb_fail_interrupted(error);
    if (end.how == VTB_CHILD_LEFT && end.number == NOT_STARTED)
        return fail_to_start(script, task.path, error);
    const bool is_usage =
        script->usage > 0 && end.how == VTB_CHILD_LEFT && end.number == script->usage;
    return vtb_fail(error, is_usage ? VTB_EXIT_USAGE : VTB_EXIT_INTERNAL, "%s: %s %s",
                    script->option, script->name, script->fails_as);
}

bool vtb_script_check(const struct vtb_script *script, struct vtb_error *error)
{
    char path[PATH_MAX];
    struct vtb_script check = *script;
    if (script->program) /* which is not asked what it lacks */
        return find(script, path, error) &&
               (vtb_child_find(script->program, path) || fail_to_start(script, path, error));
    memset(check.arguments, 0, sizeof check.arguments);
    check.arguments[0] = "--check";
    check.input = 0;
    check.output = STDERR_FILENO;
    return vtb_script_run(&check, error);
}
