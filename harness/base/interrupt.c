#include "base/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/progress.h"
#include "base/temporary.h"

static volatile sig_atomic_t interrupted; /* by the signal of this number; 0: not */
static volatile sig_atomic_t passed_to; /* the child process that an interrupt ends, too; 0: none */

void vtb_interrupt_pass_on(void)
{
    if (passed_to > 0) {
        (void)kill((pid_t)passed_to, SIGINT);
        (void)kill((pid_t)passed_to, SIGCONT); /* one that is stopped ends as well */
    }
}

static void note(int signal_number)
{
    interrupted = signal_number;
    vtb_interrupt_pass_on();
}

/* What an interrupt is told by, for as long as there is nothing to keep. */
static char told[200] = "run_bench: " VTB_INTERRUPTED_EARLY "\n";

void vtb_interrupt_tell(const char *consequence)
{
    (void)snprintf(told, sizeof told, "run_bench: interrupted; %s\n", consequence);
}

/* How long a child may take to end by an interrupt that ends this process. */
#define ENDING_MS 10000

/* Has the child end as well, which may have something to take back first. */
static void end_child(void)
{
    vtb_interrupt_pass_on();
    for (int ms = 0; passed_to > 0 && ms < ENDING_MS; ms++) {
        if (waitpid((pid_t)passed_to, NULL, WNOHANG) != 0)
            return;
        (void)poll(NULL, 0, 1);
    }
}

/* Ends the process by an interrupt. It runs in a signal handler, and so calls only what is safe
 * there. Child processes end by it too. */
static void leave(int signal_number)
{
    static const char wipe[] = "\r\033[K"; /* the progress bar, and the terminal's ^C */
    vtb_temporaries_discard();
    if (vtb_progress_moves())
        (void)!write(STDERR_FILENO, wipe, sizeof wipe - 1);
    (void)!write(STDERR_FILENO, told, strlen(told));
    end_child();
    _exit(VTB_EXIT_SIGNAL + signal_number);
}

const int vtb_interrupts[] = {SIGINT, SIGTERM, SIGXCPU, SIGHUP, SIGQUIT, 0};

/* Sets the handler of what asks a process to end. A terminal's may be ignored, as under nohup or in
 * the background, and stay so. Without SA_RESTART, as a wait for a child process must return. */
static void handle(void (*handler)(int), int flags)
{
    struct sigaction before;
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    for (const int *each = vtb_interrupts; *each; each++) {
        const bool is_terminals = *each == SIGHUP || *each == SIGQUIT;
        if (!is_terminals || (sigaction(*each, NULL, &before) == 0 && before.sa_handler != SIG_IGN))
            sigaction(*each, &action, NULL);
    }
}

void vtb_interrupt_watch(void)
{
    handle(leave, 0);
}

void vtb_interrupt_keep(void)
{
    handle(note, (int)SA_RESETHAND);
}

void vtb_interrupt_note(void)
{
    handle(note, 0);
}

/* Its own action ends the process when this returns: a second signal, which may come meanwhile,
 * does not before all is removed. */
static void discard(int signal_number)
{
    vtb_temporaries_discard();
    (void)signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
}

void vtb_interrupt_discard(void)
{
    handle(discard, 0);
}

void vtb_interrupt_pass_to(pid_t child)
{
    passed_to = child;
}

void vtb_interrupt_child(void)
{
    handle(SIG_DFL, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}

bool vtb_interrupted(void)
{
    return interrupted != 0;
}

int vtb_interrupt_exit(void)
{
    /* Of a terminal's interrupt a child process may know before this one does. */
    return VTB_EXIT_SIGNAL + (interrupted ? interrupted : SIGINT);
}

bool vtb_is_interrupt(const struct vtb_error *error)
{
    return error->exit_code > VTB_EXIT_SIGNAL;
}

bool vtb_fail_interrupted(struct vtb_error *error)
{
    return vtb_fail(error, vtb_interrupt_exit(), "interrupted");
}
