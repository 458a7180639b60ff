/* Microsoft's allocator: a free list for each page of blocks of one size. */
#define VTB_LIBRARY mimalloc
#define VTB_LIBRARY_PACKAGE "libmimalloc-dev"

#include <vtb/heap.h>

#ifndef VTB_LIBRARY_MISSING
#include <mimalloc.h>

static size_t mimalloc_usable(void *memory)
{
    return mi_usable_size(memory);
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
#endif
};
