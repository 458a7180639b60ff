/* The memory of cells that are run outside of a case. */
#ifndef MEMORIES_H
#define MEMORIES_H

#include "check.h"

#include "bench/memory.h"

/* The memory of a heap that frees, which needs not be opened. */
static inline const struct vtb_memory *memory_of(const struct vtb_heap *heap)
{
    static struct vtb_memory memory;
    assert_false(vtb_heap_collects(heap));
    memory = (struct vtb_memory){.heap = heap};
    return &memory;
}

static inline const struct vtb_memory *glibc_memory(void)
{
    return memory_of(vtb_find_heap("glibc")->heap);
}

/* Opens the memory of any heap; it must be closed afterwards. */
static inline void open_memory(struct vtb_memory *memory, const struct vtb_heap *heap,
                               const struct vtb_point *point)
{
    struct vtb_error error;
    if (!vtb_memory_open(memory, heap, point, &error))
        fail_msg("%s", error.message);
}

static inline uint64_t collections_n(const struct vtb_memory *memory)
{
    uint64_t n = 0;
    for (size_t i = 0; i < VTB_GENERATIONS_MAX; i++)
        n += memory->collected.collections_n[i];
    return n;
}

#endif
