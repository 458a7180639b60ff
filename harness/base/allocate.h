/*
 * Memory without which nothing could be saved: if there is none the process ends here, with
 * VTB_EXIT_INTERNAL and a line on standard error, "run_bench: no memory for N bytes (WHAT)". Where
 * something is finished that must be kept, as in a run, the C library is asked, and an error
 * returned.
 */
#ifndef BASE_ALLOCATE_H
#define BASE_ALLOCATE_H

#include <stddef.h>

/* n zeroed items of `size` bytes; never null, the caller frees. `what` names them, as in "the list
 * of cells". */
void *vtb_allocate(size_t n, size_t size, const char *what);

/* The block with room for n items of `size` bytes, of which those that are new are not set; never
 * null, the caller frees. The block may be null. */
void *vtb_reallocate(void *block, size_t n, size_t size, const char *what);

/* A copy of the text; never null, the caller frees. */
char *vtb_copy_text(const char *text, const char *what);

/* Ends the process, of which another allocator than the C library has no memory. */
void vtb_no_memory(size_t bytes, const char *what) __attribute__((noreturn));

#endif
