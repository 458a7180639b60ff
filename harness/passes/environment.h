/*
 * The variables of the environment that change what is measured: those that an allocator, a
 * collector or the dynamic linker reads. They are taken away from everything that counts or
 * measures, unless the user wants them kept; either way a result says which ones there were.
 */
#ifndef PASSES_ENVIRONMENT_H
#define PASSES_ENVIRONMENT_H

#include <stdbool.h>

#include "base/error.h"

/* Whether a variable, "NAME=VALUE" or its name alone, is read by an allocator, a collector or the
 * dynamic linker. What the linker reads under valgrind is valgrind's own, and does not count. */
bool vtb_environment_reaches_heap(const char *variable);

/*
 * Starts this program anew, with the same arguments and without those variables, if there are any:
 * the linker and the allocators have read them by now. Returns true in a process that has none, and
 * false, with *error set, where the program cannot be started anew. To be called before there are
 * threads, children or open files.
 */
VTB_MUST_USE bool vtb_environment_clean(char **arguments, struct vtb_error *error);

/* Gives a variable's name, fit to be shown, which the caller frees; without memory for it the
 * process ends (base/allocate.h). */
char *vtb_environment_name(const char *variable);

/* The variables, "NAME=VALUE" each: those that this process was started anew without, and those
 * that it has; sorted. Null behind the last; valid as long as the process. */
char *const *vtb_environment_removed(void);
char *const *vtb_environment_kept(void);

#endif
