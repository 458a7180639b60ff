/* The scalable allocator of oneTBB. */
#define VTB_LIBRARY tbbmalloc
#define VTB_LIBRARY_PACKAGE "libtbb-dev"

#include <vtb/heap.h>

#ifndef VTB_LIBRARY_MISSING
#include <tbb/scalable_allocator.h>
#endif

VTB_HEAP(tbb) = {
    .summary = "Intel's TBB malloc",
#ifdef VTB_LIBRARY_MISSING
    .unavailable = VTB_LIBRARY_MISSING,
#else
    .alloc = scalable_malloc,
    .free = scalable_free,
    .usable = scalable_msize,
#endif
};
