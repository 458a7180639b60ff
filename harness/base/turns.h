/*
 * Turns: two programs that are compared measure beside each other, and never at the same time. Each
 * has two pipes of what started it, and waits for its turn before each round, and before whatever a
 * session does for its first one; so what disturbs a machine for longer than a round disturbs both.
 * For one thread.
 */
#ifndef BASE_TURNS_H
#define BASE_TURNS_H

#include <stddef.h>

#include "base/error.h"

/* The variable of the environment that names, with commas between them, the descriptor by which a
 * turn is given, that by which it is given back, and a file of numbers that both programs have.
 * Without it nobody takes turns. */
#define VTB_TURNS_VARIABLE "VTB_TURNS"

/* Whether an entry of the environment, NAME=TEXT, is that variable, which sessions need, too. */
bool vtb_turns_is_variable(const char *entry);

/* Checks that the variable, if it is there, is as what compares two programs sets it, and not a
 * user's. On false *error says so: VTB_EXIT_USAGE. */
VTB_MUST_USE bool vtb_turns_check(struct vtb_error *error);

/* Gives the turn back, if this process has it, and waits for the next one. True if it waited: other
 * programs may have used the processor's caches meanwhile. After an interrupt, and where the other
 * end is gone, nothing is waited for. */
bool vtb_turns_wait(void);

/* Agrees on a number with the other program, which asks for as many, in the same order: whoever is
 * first has its own, and the other gets that. Without turns it is one's own. */
size_t vtb_turns_agree(size_t number);

#endif
