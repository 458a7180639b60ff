#include "child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interrupt.h"

/* An interrupt that comes while there are two processes waits until each has its own handler. */
bool vtb_child_run(const char *name, void (*run)(void *context), void *context, int *status,
                   struct vtb_error *error)
{
    sigset_t interrupt;
    sigset_t before;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &interrupt, &before);
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0) {
        vtb_interrupt_child();
        if (getppid() != parent) /* it ended before the child could ask to end with it */
            _exit(VTB_EXIT_INTERNAL);
        (void)sigprocmask(SIG_SETMASK, &before, NULL);
        run(context);
        _exit(0);
    }
    const int reason = errno;
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    if (child < 0)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: no process: %s", name, strerror(reason));
    pid_t ended;
    do /* an interrupt that is only noted does not end the wait */
        ended = waitpid(child, status, 0);
    while (ended < 0 && errno == EINTR);
    return ended == child || vtb_fail(error, VTB_EXIT_INTERNAL, "%s: %s", name, strerror(errno));
}
