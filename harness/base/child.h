/*
 * Work in a child process: whatever the child does to memory or to itself ends with it. It leaves
 * its results in pages that both processes have (vtb_pages_shared), and its parent is told how it
 * ended. For the thread that starts the child, unless a function says otherwise.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* The work of a child, called in it. On false *error says what failed, and its parent is told; but
 * error->details do not reach the parent. */
typedef bool vtb_child_function(void *context, struct vtb_error *error);

enum vtb_child_how {
    VTB_CHILD_WELL,        /* its function returned true */
    VTB_CHILD_FAILED,      /* its function returned false, or it had no memory */
    VTB_CHILD_LEFT,        /* it exited by itself, or became a program that did */
    VTB_CHILD_KILLED,      /* a signal ended it */
    VTB_CHILD_INTERRUPTED, /* the signal of Ctrl-C ended it */
};

struct vtb_child_end {
    enum vtb_child_how how;
    int number;             /* the exit status if it left, the signal if one ended it */
    struct vtb_error error; /* the error of its function, if that failed; without details */
};

/* A child process. The caller sets the first four fields, which are borrowed until it has ended. */
struct vtb_child {
    const char *name;   /* of the work; messages begin with it */
    const char *remedy; /* advice for the message if a signal ends the child; null: none is known */
    vtb_child_function *run;
    void *context; /* passed to `run`; the child has a copy of all memory but shared pages */
    pid_t pid;
    struct vtb_child_outcome *outcome; /* owned, from start to wait */
};

/*
 * Starts a child. The calling thread must be the process's only one, or all others must wait
 * outside of any library that locks. An interrupt ends the child silently, and so does the end of
 * its parent. On false *error says why there is no process, and nothing was started. A child that
 * was started must be waited for.
 */
VTB_MUST_USE bool vtb_child_start(struct vtb_child *child, struct vtb_error *error);

/* Ends a child whose work is worth nothing after an interrupt, if there was one, or comes before
 * the child has ended. Stands before vtb_child_wait; vtb_child_finish has it. */
void vtb_child_heed_interrupt(const struct vtb_child *child);

/* Whether a child has ended; it must be waited for all the same. */
bool vtb_child_has_ended(const struct vtb_child *child);

/* Waits until a child has ended, and writes to *end how. On false *error says why the system cannot
 * tell, and *end is not set. In either case the child need not be waited for again. */
VTB_MUST_USE bool vtb_child_wait(struct vtb_child *child, struct vtb_child_end *end,
                                 struct vtb_error *error);

/* Starts a child, and waits for it: vtb_child_start and vtb_child_wait. */
VTB_MUST_USE bool vtb_child_try(struct vtb_child *child, struct vtb_child_end *end,
                                struct vtb_error *error);

/* Likewise, for a child that may crash, hang or leave, which *end says, but whose function is not
 * to fail: if it did, false, and *error is its error. */
VTB_MUST_USE bool vtb_child_attempt(struct vtb_child *child, struct vtb_child_end *end,
                                    struct vtb_error *error);

/* Waits for a child that is to end well. If it did not, false: *error is the error of its function,
 * or says how it ended; or, after an interrupt, that there was one, as this may have ended it. */
VTB_MUST_USE bool vtb_child_finish(struct vtb_child *child, struct vtb_error *error);

/* Starts a child that is to end well, and waits for it: vtb_child_start and vtb_child_finish. */
VTB_MUST_USE bool vtb_child_work(struct vtb_child *child, struct vtb_error *error);

/* Ends the calling process at once, as a child whose function returned false with that error. What
 * is no such child, but was started by vtb_child_tell_at's caller or by a user, ends with the
 * error's status, and a line. Any thread may call it. */
void vtb_child_fail(const struct vtb_error *error) __attribute__((noreturn));

/* Has vtb_child_fail leave its error at a place that this process's parent reads, in place of the
 * line: for a child that became this program anew. Null: the line. */
void vtb_child_tell_at(struct vtb_error *place);

/* Limits the calling process, which is a child: SIGPROF ends it once it has used a processor for
 * `processor_s` more seconds, and SIGALRM once `s` seconds, in whole ones, have passed. */
void vtb_child_limit(double processor_s, double s);

/* Whether a limit of vtb_child_limit ended the child. */
bool vtb_child_is_at_limit(const struct vtb_child_end *end);

/* Writes the signal or the exit status in a few words, such as "Segmentation fault", to a buffer of
 * `bytes` bytes; a longer text is cut. */
void vtb_child_say(const struct vtb_child_end *end, char *text, size_t bytes);

/* Finds the path of the program that a name without slashes stands for, in the folders of PATH, or
 * if that is not set in those that are usual. False if there is none. */
bool vtb_child_find(const char *program, char path[PATH_MAX]);

#endif
