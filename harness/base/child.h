/*
 * Work in a child process: whatever it does to memory or to itself ends with it. What it finds it
 * leaves in pages that both processes have (vtb_pages_shared); how it ended, its parent is told.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* What a child does. False, with *error set, if it failed; its `details` end with its memory. */
typedef bool vtb_child_function(void *context, struct vtb_error *error);

enum vtb_child_how {
    VTB_CHILD_WELL,        /* its function returned true */
    VTB_CHILD_FAILED,      /* its function returned false */
    VTB_CHILD_LEFT,        /* it exited by itself, or became a program that did */
    VTB_CHILD_KILLED,      /* by a signal */
    VTB_CHILD_INTERRUPTED, /* by the one of Ctrl-C */
};

struct vtb_child_end {
    enum vtb_child_how how;
    int number;             /* the exit status where it left, the signal where it was killed */
    struct vtb_error error; /* its own, where it failed */
};

/* A child process. The caller sets the first four fields, which are borrowed until its end. */
struct vtb_child {
    const char *name;   /* of the work: what messages begin with */
    const char *remedy; /* what to do if a signal ends it, in a message; null: nothing is known */
    vtb_child_function *run;
    void *context; /* of `run`: the child has a copy of all memory but shared pages */
    pid_t pid;
    struct vtb_child_outcome *outcome; /* owned, from start to wait */
};

/*
 * Starts it. The calling thread is the process's only one, or the others wait outside of any
 * library that locks. An interrupt, and the end of its parent, end the child without a word. False,
 * with *error set, if there is no process to be had. A child that was started must be waited for.
 */
VTB_MUST_USE bool vtb_child_start(struct vtb_child *child, struct vtb_error *error);

/* Waits for its end, and tells of it. False, with *error set, if the system does not. */
VTB_MUST_USE bool vtb_child_wait(struct vtb_child *child, struct vtb_child_end *end,
                                 struct vtb_error *error);

/* Starts a child, and waits for it. */
VTB_MUST_USE bool vtb_child_try(struct vtb_child *child, struct vtb_child_end *end,
                                struct vtb_error *error);

/* Waits for a child that is to end well. False, with *error set, if it did not: its own error, or
 * how it ended; or that there was an interrupt, which may be what ended it. */
VTB_MUST_USE bool vtb_child_finish(struct vtb_child *child, struct vtb_error *error);

/* Starts a child, and finishes it. */
VTB_MUST_USE bool vtb_child_work(struct vtb_child *child, struct vtb_error *error);

/* Called in a child: from now on it may use so much of a processor, and take so long, before it is
 * ended. */
void vtb_child_limit(double processor_s, double s);

/* Whether it was one of these limits that ended the child. */
bool vtb_child_is_at_limit(const struct vtb_child_end *end);

/* Writes the signal or the exit status in a few words, as "Segmentation fault", to a text of so
 * many bytes. */
void vtb_child_say(const struct vtb_child_end *end, char *text, size_t bytes);

/* For a child that becomes another program: calls run(context) in it, and waits for it; *status is
 * waitpid's, 0 if `run` returned. `name` is what messages begin with. */
VTB_MUST_USE bool vtb_child_run(const char *name, void (*run)(void *context), void *context,
                                int *status, struct vtb_error *error);

/* The path of a program that would be started by this name; false if there is none in PATH. */
bool vtb_child_find(const char *program, char path[PATH_MAX]);

#endif
