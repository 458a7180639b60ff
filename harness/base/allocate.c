#include "base/allocate.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

/* Without a buffer of its own, which would have to be allocated; and what others hold is not
 * written, as it may be a report that is cut off. */
void vtb_no_memory(size_t bytes, const char *what)
{
    char line[256];
    const int n =
        snprintf(line, sizeof line, "run_bench: no memory for %zu bytes (%.150s)\n", bytes, what);
    (void)!write(STDERR_FILENO, line, (size_t)n);
    _exit(VTB_EXIT_INTERNAL);
}

static void *found(void *block, size_t n, size_t size, const char *what)
{
    size_t bytes;
    if (!block)
        vtb_no_memory(__builtin_mul_overflow(n, size, &bytes) ? SIZE_MAX : bytes, what);
    return block;
}

/* None at all may be null elsewhere. */
void *vtb_allocate(size_t n, size_t size, const char *what)
{
    return found(calloc(n ? n : 1, size ? size : 1), n, size, what);
}

void *vtb_reallocate(void *block, size_t n, size_t size, const char *what)
{
    return found(reallocarray(block, n ? n : 1, size ? size : 1), n, size, what);
}

char *vtb_copy_text(const char *text, const char *what)
{
    const size_t bytes = strlen(text) + 1;
    return memcpy(vtb_reallocate(NULL, bytes, 1, what), text, bytes);
}
