#include "base/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/interrupt.h"
#include "base/pages.h"
#include "base/temporary.h"

/* The outcome of a child, in pages that its parent has, too. */
struct vtb_child_outcome {
    bool returned; /* the child's function returned */
    bool ok;
    struct vtb_error error;
};

/* What this process leaves behind, if it is a child; or else where it leaves an error. */
static struct vtb_child_outcome *own_outcome;
static struct vtb_error *own_error;

void vtb_child_tell_at(struct vtb_error *place)
{
    own_outcome = NULL;
    own_error = place;
}

void vtb_child_fail(const struct vtb_error *error)
{
    vtb_temporaries_discard();
    if (own_outcome) {
        own_outcome->error = *error;
        own_outcome->returned = true;
        _exit(0);
    }
    if (own_error)
        *own_error = *error;
    else { /* without a stream, whose buffer would have to be allocated */
        char line[sizeof error->message + 16];
        const int n = snprintf(line, sizeof line, "run_bench: %s\n", error->message);
        (void)!write(STDERR_FILENO, line, (size_t)n);
    }
    _exit(error->exit_code);
}

static void __attribute__((noreturn)) run_in_child(const struct vtb_child *child)
{
    struct vtb_child_outcome *outcome = child->outcome;
    own_outcome = outcome;
    outcome->ok = child->run(child->context, &outcome->error);
    outcome->returned = true;
    _exit(0);
}

/*
 * Starts the process. Interrupts are held back until both processes have their own handler. The
 * handlers that libraries register for fork are not run (_Fork): those of allocators write to all
 * of their pages, in both processes, which costs more than the work of most children; and they are
 * not needed, because no other thread can hold a lock.
 */
static pid_t start(const struct vtb_child *child, int *reason)
{
    sigset_t interrupts;
    sigset_t before;
    sigemptyset(&interrupts);
    for (const int *each = vtb_interrupts; *each; each++)
        sigaddset(&interrupts, *each);
    (void)sigprocmask(SIG_BLOCK, &interrupts, &before);
    const pid_t parent = getpid();
    const pid_t started = _Fork();
    *reason = errno;
    if (started == 0) {
        vtb_interrupt_child();
        if (getppid() != parent) /* the parent ended before the child asked to end with it */
            _exit(VTB_EXIT_INTERNAL);
        (void)sigprocmask(SIG_SETMASK, &before, NULL);
        run_in_child(child);
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return started;
}

static void forget_outcome(struct vtb_child *child)
{
    vtb_pages_free(child->outcome, sizeof *child->outcome);
    child->outcome = NULL;
}

bool vtb_child_start(struct vtb_child *child, struct vtb_error *error)
{
    int reason = 0;
    child->outcome =
        vtb_pages_shared(sizeof *child->outcome, "what a child process leaves behind", error);
    if (!child->outcome)
        return false;
    child->pid = start(child, &reason);
    if (child->pid > 0)
        return true;
    forget_outcome(child);
    return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: no process: %s", child->name, strerror(reason));
}

static struct vtb_child_end end_of(const struct vtb_child_outcome *outcome, int status)
{
    if (WIFSIGNALED(status))
        return (struct vtb_child_end){
            .how = WTERMSIG(status) == SIGINT ? VTB_CHILD_INTERRUPTED : VTB_CHILD_KILLED,
            .number = WTERMSIG(status),
        };
    if (!outcome->returned)
        return (struct vtb_child_end){.how = VTB_CHILD_LEFT, .number = WEXITSTATUS(status)};
    if (outcome->ok)
        return (struct vtb_child_end){.how = VTB_CHILD_WELL};
    struct vtb_child_end end = {.how = VTB_CHILD_FAILED, .error = outcome->error};
    end.error.details = NULL;
    return end;
}

void vtb_child_heed_interrupt(const struct vtb_child *child)
{
    vtb_interrupt_pass_to(child->pid); /* what comes from now on; and what came before: */
    if (vtb_interrupted())
        vtb_interrupt_pass_on();
}

bool vtb_child_has_ended(const struct vtb_child *child)
{
    siginfo_t info = {.si_pid = 0};
    return waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           info.si_pid != 0;
}

bool vtb_child_wait(struct vtb_child *child, struct vtb_child_end *end, struct vtb_error *error)
{
    int status = 0;
    pid_t ended;
    vtb_interrupt_pass_to(child->pid);
    do
        ended = waitpid(child->pid, &status, 0);
    while (ended < 0 && errno == EINTR); /* by an interrupt that is only noted */
    vtb_interrupt_pass_to(0);
    const bool ok = ended == child->pid ||
                    vtb_fail(error, VTB_EXIT_INTERNAL, "%s: %s", child->name, strerror(errno));
    if (ok)
        *end = end_of(child->outcome, status);
    forget_outcome(child);
    return ok;
}

bool vtb_child_try(struct vtb_child *child, struct vtb_child_end *end, struct vtb_error *error)
{
    return vtb_child_start(child, error) && vtb_child_wait(child, end, error);
}

bool vtb_child_attempt(struct vtb_child *child, struct vtb_child_end *end, struct vtb_error *error)
{
    if (!vtb_child_try(child, end, error))
        return false;
    if (end->how == VTB_CHILD_FAILED)
        *error = end->error;
    return end->how != VTB_CHILD_FAILED;
}

static bool judge(const struct vtb_child *child, const struct vtb_child_end *end,
                  struct vtb_error *error)
{
    char words[64];
    if (end->how == VTB_CHILD_INTERRUPTED || vtb_interrupted())
        return vtb_fail_interrupted(error);
    vtb_child_say(end, words, sizeof words);
    switch (end->how) {
    case VTB_CHILD_FAILED:
        *error = end->error;
        return false;
    case VTB_CHILD_KILLED:
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: ended by signal %d (%s)%s%s", child->name,
                        end->number, words, child->remedy ? "; " : "",
                        child->remedy ? child->remedy : "");
    case VTB_CHILD_LEFT:
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: %s", child->name, words);
    default:
        return true;
    }
}

bool vtb_child_finish(struct vtb_child *child, struct vtb_error *error)
{
    struct vtb_child_end end;
    vtb_child_heed_interrupt(child);
    return vtb_child_wait(child, &end, error) && judge(child, &end, error);
}

bool vtb_child_work(struct vtb_child *child, struct vtb_error *error)
{
    return vtb_child_start(child, error) && vtb_child_finish(child, error);
}

void vtb_child_say(const struct vtb_child_end *end, char *text, size_t bytes)
{
    if (end->how == VTB_CHILD_KILLED || end->how == VTB_CHILD_INTERRUPTED)
        (void)snprintf(text, bytes, "%s", strsignal(end->number));
    else
        (void)snprintf(text, bytes, "exit status %d", end->number);
}

/* --- limits --- */

/* A child that waits forever uses no processor: only the limit of the time that passes ends it. */
void vtb_child_limit(double processor_s, double s)
{
    const time_t whole_s = (time_t)processor_s;
    const struct itimerval limit = {
        .it_value = {.tv_sec = whole_s,
                     .tv_usec = (suseconds_t)((processor_s - (double)whole_s) * 1e6)}};
    (void)setitimer(ITIMER_PROF, &limit, NULL);
    (void)alarm((unsigned)s);
}

bool vtb_child_is_at_limit(const struct vtb_child_end *end)
{
    return end->how == VTB_CHILD_KILLED && (end->number == SIGPROF || end->number == SIGALRM);
}

/* --- other programs --- */

bool vtb_child_find(const char *program, char path[PATH_MAX])
{
    const char *folders = getenv("PATH");
    char *copy = vtb_copy_text(folders ? folders : "/usr/bin:/bin", "the folders of programs");
    bool found = false;
    for (char *rest = copy, *each; !found && rest && (each = strsep(&rest, ":"));) {
        struct stat status;
        const int n = snprintf(path, PATH_MAX, "%s/%s", *each ? each : ".", program);
        found = n < PATH_MAX && access(path, X_OK) == 0 && stat(path, &status) == 0 &&
                S_ISREG(status.st_mode);
    }
    free(copy);
    return found;
}
