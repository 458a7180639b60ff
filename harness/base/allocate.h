/*
 * Allocation that cannot fail, for code that has nothing to save: if there is no memory, the
 * process ends with VTB_EXIT_INTERNAL and a line on standard error, "run_bench: no memory for N
 * bytes (WHAT)"; a child process leaves it to its parent to say so. Code that must keep earlier
 * results, as a run must, calls malloc itself and returns an error. Any thread may call these
 * functions.
 */
#ifndef BASE_ALLOCATE_H
#define BASE_ALLOCATE_H

#include <stddef.h>

/* Allocates n zeroed items of `size` bytes; never null, also if n is 0. The caller frees. `what`
 * names them in the message, as in "the list of cells". */
void *vtb_allocate(size_t n, size_t size, const char *what);

/* Gives a block, which may be null, room for n items of `size` bytes; new items are not set. The
 * block may move: the caller frees the one that is returned, which is never null. */
void *vtb_reallocate(void *block, size_t n, size_t size, const char *what);

/* Copies a text; never null. The caller frees. */
char *vtb_copy_text(const char *text, const char *what);

/* Ends the process likewise, for a caller whose own allocator found no memory. */
void vtb_no_memory(size_t bytes, const char *what) __attribute__((noreturn));

#endif
