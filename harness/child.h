/* A part of the work in a child process: whatever it does to memory or to itself ends with it. */
#ifndef CHILD_H
#define CHILD_H

#include "error.h"

/*
 * Calls run(context) in a child process and waits for its end; *status is waitpid's, 0 if `run`
 * returned. What it found it leaves in shared pages (vtb_pages_shared). An interrupt ends the child
 * without a word. False, with *error set, if there is no process to be had; `name` names the work.
 */
VTB_MUST_USE bool vtb_child_run(const char *name, void (*run)(void *context), void *context,
                                int *status, struct vtb_error *error);

#endif
