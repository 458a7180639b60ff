/* Interrupts: Ctrl-C and Ctrl-\, SIGTERM, the SIGHUP of a terminal that is closed, and the SIGXCPU
 * of a limit of processor time (ulimit -t, batch systems). As long as there is nothing to keep one
 * ends the process at once. Later it is only noted, and the passes ask about it between epochs, so
 * that finished results can be written. A second one then ends the process. */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include <sys/types.h>

#include "base/error.h"

/* The signals that are interrupts; ended by 0. */
extern const int vtb_interrupts[];

/* What a command that makes tables says of an interrupt before there is one. */
#define VTB_INTERRUPTED_EARLY                                                                    \
    "interrupted before the first table was finished; nothing was written, and earlier results " \
    "are as they were"

/* Lets an interrupt, from now on, end the process with vtb_interrupt_exit, and a line on standard
 * error. */
void vtb_interrupt_watch(void);

/* Has that line say what an interrupt means for a command that makes no tables: a clause, cut after
 * 150 bytes. To be called before vtb_interrupt_watch. */
void vtb_interrupt_tell(const char *consequence);

/* Lets an interrupt, from now on, only be noted, as there is something to keep. */
void vtb_interrupt_keep(void);

/* For child processes, which a terminal and their parent may both interrupt: let any number of
 * interrupts, from now on, only be noted; or end the process as vtb_interrupt_child has it, but
 * without what is not finished (base/temporary.h). */
void vtb_interrupt_note(void);
void vtb_interrupt_discard(void);

/* Lets an interrupt that is only noted end this child process as well, which may have hours to go
 * and is not interrupted with its parent unless both are a terminal's; 0: none. To be called while
 * interrupts are held back, or when there is no child any more. */
void vtb_interrupt_pass_to(pid_t child);

/* Ends that child process now, if there is one, as by an interrupt. Safe in a signal handler. */
void vtb_interrupt_pass_on(void);

/* In a child process: lets an interrupt end it without a word, and ends it when its parent ends. */
void vtb_interrupt_child(void);

bool vtb_interrupted(void);

/* The status of a process that an interrupt ends: VTB_EXIT_SIGNAL and the signal's number. */
int vtb_interrupt_exit(void);

/* Whether *error is that of an interrupt. */
bool vtb_is_interrupt(const struct vtb_error *error);

/* Sets *error to "interrupted", with the status of the signal that did it, and returns false. */
bool vtb_fail_interrupted(struct vtb_error *error);

#endif
