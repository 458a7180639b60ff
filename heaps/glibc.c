/* The C library's malloc. Its own functions are the entry's pointers, with nothing in between. */
#include <vtb/heap.h>

#include <malloc.h>
#include <stdlib.h>

VTB_HEAP(glibc) = {
    .summary = "malloc of the C library",
    .is_default = true,
    .alloc = malloc,
    .free = free,
    .usable = malloc_usable_size,
};
