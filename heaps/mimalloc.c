/* Microsoft's allocator: a free list for each page of blocks of one size. */
#define VTB_LIBRARY mimalloc
#define VTB_LIBRARY_PACKAGE "libmimalloc-dev"

#include <vtb/heap.h>

#ifndef VTB_LIBRARY_MISSING
#include <stdio.h>

#include <mimalloc.h>

static size_t mimalloc_usable(void *memory)
{
    return mi_usable_size(memory);
}

/* 209 is 2.0.9. */
static void mimalloc_version(char *text, size_t bytes)
{
    const int version = mi_version();
    snprintf(text, bytes, "%d.%d.%d", version / 100, version / 10 % 10, version % 10);
}
#endif

VTB_HEAP(mimalloc) = {
    .summary = "Microsoft's mimalloc",
#ifdef VTB_LIBRARY_MISSING
    .unavailable = VTB_LIBRARY_MISSING,
#else
    .alloc = mi_malloc,
    .free = mi_free,
    .usable = mimalloc_usable,
    .library = "libmimalloc",
    .version = mimalloc_version,
#endif
};
