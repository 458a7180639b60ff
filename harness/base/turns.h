/*
 * Turns: two programs that are compared measure beside each other, and never at the same time. Each
 * has two pipes of what started it, and waits for its turn before each round, and before whatever a
 * session does for its first one; so what disturbs a machine for longer than a round disturbs both.
 * For one thread.
 */
#ifndef BASE_TURNS_H
#define BASE_TURNS_H

#include <stdbool.h>

/* The variable of the environment that names the pipes: the descriptor by which a turn is given,
 * and that by which it is given back, with a comma between them. Without it nobody takes turns. */
#define VTB_TURNS_VARIABLE "VTB_TURNS"

/* Whether an entry of the environment, NAME=TEXT, is that variable, which sessions need, too. */
bool vtb_turns_is_variable(const char *entry);

/* Gives the turn back, if this process has it, and waits for the next one. True if it waited: other
 * programs may have used the processor's caches meanwhile. After an interrupt, and where the other
 * end is gone, nothing is waited for. */
bool vtb_turns_wait(void);

#endif
