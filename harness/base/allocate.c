#include "base/allocate.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/temporary.h"

/* The line is written without a stream, whose buffer would have to be allocated. Streams are not
 * flushed: they may hold half of a report. */
void vtb_no_memory(size_t bytes, const char *what)
{
    char line[256];
    const int n =
        snprintf(line, sizeof line, "run_bench: no memory for %zu bytes (%.150s)\n", bytes, what);
    vtb_temporaries_discard();
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

/* The C library may return null for no items, which would look like a lack of memory. */
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
