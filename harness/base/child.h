/* A part of the work in a child process: whatever it does to memory or to itself ends with it. */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <limits.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * Calls run(context) in a child process. What it finds it leaves in shared pages
 * (vtb_pages_shared). The calling thread is the process's only one, or the others wait outside of
 * any library that locks. An interrupt ends the child without a word. False, with *error set, if
 * there is no process to be had; `name` names the work. A child that was started must be waited
 * for.
 */
VTB_MUST_USE bool vtb_child_start(const char *name, void (*run)(void *context), void *context,
                                  pid_t *child, struct vtb_error *error);

/* Waits for the end of a child; *status is waitpid's, 0 if `run` returned. */
VTB_MUST_USE bool vtb_child_wait(const char *name, pid_t child, int *status,
                                 struct vtb_error *error);

/* The path of a program that would be started by this name; false if there is none in PATH. */
bool vtb_child_find(const char *program, char path[PATH_MAX]);

/* Both, one after the other. */
VTB_MUST_USE bool vtb_child_run(const char *name, void (*run)(void *context), void *context,
                                int *status, struct vtb_error *error);

#endif
