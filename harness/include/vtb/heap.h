/*
 * What a heap provides: the memory that strategies take their objects from.
 *
 * One file in heaps/ is one heap. It includes this header and ends in
 *
 *     VTB_HEAP(name) = {.summary = ..., .alloc = ..., .free = ..., .usable = ...};
 *
 * or, for a collector, in VTB_COLLECTOR(name) = {...}; `name` is the file's stem. The build reads
 * which of the two macros a file uses: while a collector exists, every cell is compiled a second
 * time with VTB_COLLECTED set, in which nothing is freed and every operation ends in a safepoint.
 */
#ifndef VTB_HEAP_H
#define VTB_HEAP_H

#include "base.h"

/*
 * References that a collector must see and, if it moves objects, must update: `count` pointers,
 * the first at `base`, each `stride` bytes after the one before. A pointer that does not lie in the
 * heap (a caller's own operation, null) is to be left alone.
 */
struct vtb_roots {
    void *base;
    size_t count;
    size_t stride_bytes;
};

struct vtb_heap {
    const char *summary;
    bool is_default; /* one of the heaps that `run` uses when --heap is not given */

    /*
     * Memory for `bytes` > 0 bytes, aligned to 8, from the calling thread; stands in the measured
     * region and must not fail: a heap that is exhausted ends the process. What a
     * collector returns is zeroed; what another heap returns is not.
     */
    void *(*alloc)(size_t bytes);

    /* Gives back what alloc returned, from any thread. Null for a collector. */
    void (*free)(void *memory);

    /* How many bytes the block at `memory` can really hold; used by the counting pass alone. */
    size_t (*usable)(void *memory);

    /*
     * The rest is for collectors and null elsewhere. `add_roots` and `drop_roots` are called
     * outside measured regions. `safepoint` stands in the measured region, between two operations,
     * when no object is referenced from a local: the one place where the heap may collect.
     */
    void (*add_roots)(const struct vtb_roots *roots);
    void (*drop_roots)(const struct vtb_roots *roots);
    void (*safepoint)(void);
};

static inline bool vtb_heap_collects(const struct vtb_heap *heap)
{
    return heap->free == NULL;
}

#define VTB_HEAP(stem)                            \
    extern const struct vtb_heap vtb_heap_##stem; \
    const struct vtb_heap vtb_heap_##stem
#define VTB_COLLECTOR(stem) VTB_HEAP(stem)

#endif
