/*
 * Arguments for another process of this program, by which it makes the same plan: a session, or a
 * worker under valgrind.
 */
#ifndef PLAN_ARGUMENTS_H
#define PLAN_ARGUMENTS_H

#include "plan/plan.h"

/* Variables of the environment that tell such a process what it is: of a session, the number of the
 * descriptor through which it answers. */
#define VTB_SESSION_VARIABLE "VTB_SESSION"
#define VTB_WORKER_VARIABLE "VTB_CALLGRIND_WORKER"
#define VTB_REMOVED_VARIABLE "VTB_REMOVED_ENVIRONMENT"

struct vtb_arguments {
    char **list;  /* ended by null; owned */
    int trace_fd; /* of recorded keys that can be read only once, for the child to read; -1: none */
};

/* Makes the arguments. Recorded keys that this process read from what is no file, and another one
 * could not read again, are in memory whose descriptor a child process has, too. On false *error
 * says that there is no memory, and there is nothing to free. */
VTB_MUST_USE bool vtb_arguments_make(struct vtb_arguments *arguments, const struct vtb_plan *plan,
                                     const struct vtb_options *options, struct vtb_error *error);

void vtb_arguments_free(struct vtb_arguments *arguments);

#endif
