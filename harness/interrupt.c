#include "interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* No SA_RESTART: a wait for a child process must return. */
void vtb_interrupt_watch(void)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}

void vtb_interrupt_default(void)
{
    signal(SIGINT, SIG_DFL);
}

bool vtb_interrupted(void)
{
    return interrupted;
}

bool vtb_fail_interrupted(struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_INTERRUPTED, "interrupted");
}
