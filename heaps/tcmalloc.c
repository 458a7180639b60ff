/* The allocator of gperftools, in the library that has nothing but it: no profiler stands in the
 * way of an allocation. */
#define VTB_LIBRARY tcmalloc_minimal
#define VTB_LIBRARY_PACKAGE "libgoogle-perftools-dev"

#include <vtb/heap.h>

#ifndef VTB_LIBRARY_MISSING
#include <stdio.h>

#include <gperftools/tcmalloc.h>

static void tcmalloc_version(char *text, size_t bytes)
{
    snprintf(text, bytes, "%s", tc_version(NULL, NULL, NULL));
}
#endif

VTB_HEAP(tcmalloc) = {
    .summary = "Google's tcmalloc",
#ifdef VTB_LIBRARY_MISSING
    .unavailable = VTB_LIBRARY_MISSING,
#else
    .alloc = tc_malloc,
    .free = tc_free,
    .usable = tc_malloc_size,
    .library = "libtcmalloc_minimal",
    .version = tcmalloc_version,
#endif
};
