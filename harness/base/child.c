#include "base/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/interrupt.h"

/*
 * An interrupt that comes while there are two processes waits until each has its own handler. No
 * handler of fork runs: those of the allocators write to every page of theirs, in both processes,
 * which costs more than most children do, and with one thread nothing is locked.
 */
bool vtb_child_start(const char *name, void (*run)(void *context), void *context, pid_t *child,
                     struct vtb_error *error)
{
    sigset_t interrupt;
    sigset_t before;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &interrupt, &before);
    const pid_t parent = getpid();
    const pid_t started = _Fork();
    if (started == 0) {
        vtb_interrupt_child();
        if (getppid() != parent) /* it ended before the child could ask to end with it */
            _exit(VTB_EXIT_INTERNAL);
        (void)sigprocmask(SIG_SETMASK, &before, NULL);
        run(context);
        _exit(0);
    }
    const int reason = errno;
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    *child = started; /* which may lie in pages that the child shares, so it does not write it */
    return started > 0 ||
           vtb_fail(error, VTB_EXIT_INTERNAL, "%s: no process: %s", name, strerror(reason));
}

bool vtb_child_wait(const char *name, pid_t child, int *status, struct vtb_error *error)
{
    pid_t ended;
    do /* an interrupt that is only noted does not end the wait */
        ended = waitpid(child, status, 0);
    while (ended < 0 && errno == EINTR);
    return ended == child || vtb_fail(error, VTB_EXIT_INTERNAL, "%s: %s", name, strerror(errno));
}

bool vtb_child_find(const char *program, char path[PATH_MAX])
{
    const char *folders = getenv("PATH");
    char *copy = strdup(folders ? folders : "/usr/bin:/bin");
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

bool vtb_child_run(const char *name, void (*run)(void *context), void *context, int *status,
                   struct vtb_error *error)
{
    pid_t child;
    return vtb_child_start(name, run, context, &child, error) &&
           vtb_child_wait(name, child, status, error);
}
