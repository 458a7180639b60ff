/*
 * Files and folders that are not finished: they are removed unless they are kept, however the
 * process ends but by SIGKILL. What a process that is gone left behind is removed by the next one
 * that makes a temporary file in the same folder. For a process's main thread.
 */
#ifndef BASE_TEMPORARY_H
#define BASE_TEMPORARY_H

#include <limits.h>

#include "base/error.h"

/* Makes a file beside the one that it is to become, and opens it for writing. Its name begins with
 * a dot and tells whose it is: `.NAME.vtb-HOST-PID-N.part`. Returns the descriptor, which the
 * caller closes, or -1, with errno set and nothing made. */
int vtb_temporary_file(const char *path, char temporary[PATH_MAX]);

/* Claims a name for a process by a file beside it that is of no host, so that all hosts have the
 * same name for it; a stale one is removed after a day. Returns the cause of a failure, or 0. */
int vtb_temporary_claim(const char *path, long pid, char temporary[PATH_MAX]);

/* Makes a folder in TMPDIR, or /tmp, for files alone. On false *error says why there is none, after
 * `what`, which names the option or the purpose; and `folder` is empty. */
VTB_MUST_USE bool vtb_temporary_folder(const char *what, char folder[PATH_MAX],
                                       struct vtb_error *error);

/* Has a file that exists already removed like a temporary one, until it is kept. */
void vtb_temporary_add(const char *path);

/* Keeps what has that path: it is finished, or has got another name. */
void vtb_temporary_keep(const char *path);

/* Removes one file, or one folder with the files in it, now. An empty path is none. */
void vtb_temporary_remove(const char *path);

/* Removes all that was neither kept nor removed. Safe in a signal handler; does nothing in a child
 * of the process that made them. */
void vtb_temporaries_discard(void);

#endif
