/* A lock that one process of all has at a time. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include "base/error.h"

/* Waits for any other process that has the lock of a file, which is made if it is not there, and
 * says on standard error what that one does: "waiting for another process that DOES". Gives a
 * descriptor, or -1 with *error set. The lock lasts until that is closed, in this process and in
 * those that it starts. */
int vtb_lock(const char *path, const char *does, struct vtb_error *error);

#endif
