/* The allocator of gperftools, in the library that has nothing but it: no profiler stands in the
 * way of an allocation. */
#define VTB_LIBRARY tcmalloc_minimal
#define VTB_LIBRARY_PACKAGE "libgoogle-perftools-dev"

#include <vtb/heap.h>

#ifndef VTB_LIBRARY_MISSING
#include <gperftools/tcmalloc.h>
#endif

VTB_HEAP(tcmalloc) = {
    .summary = "Google's tcmalloc",
#ifdef VTB_LIBRARY_MISSING
    .unavailable = VTB_LIBRARY_MISSING,
#else
    .alloc = tc_malloc,
    .free = tc_free,
    .usable = tc_malloc_size,
#endif
};
