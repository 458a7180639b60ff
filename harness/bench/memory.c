#include "bench/memory.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void note(void *context, const struct vtb_collection *collection)
{
    struct vtb_memory *memory = context;
    struct vtb_collected *collected = &memory->collected;
    collected->collections_n[collection->generation]++;
    collected->survived_bytes += collection->survived_bytes;
    collected->promoted_bytes += collection->promoted_bytes;
    if (collection->pause_goes_on)
        return;
    collected->pauses_n++;
    collected->stretched_n += collection->switched;
    collected->ns += collection->end_ns - collection->start_ns;
    collected->cpu_ns += collection->cpu_ns;
    collected->cpu_ns2 += collection->cpu_ns * collection->cpu_ns;
    if (memory->pauses)
        vtb_pauses_add(memory->pauses, collection->start_ns, collection->end_ns,
                       collection->cpu_ns);
}

/* The C library's caches of a thread: the largest size that they hold, and how many blocks of each
 * size; the size of its smallest block; and bytes in front of every block. (glibc, tcache in
 * malloc.c.) */
#define CACHED_BYTES_MAX 1040
#define CACHED_N 7
#define SMALLEST_BYTES 24
#define BLOCK_HEADER_BYTES 8

/* The largest block that is taken at once: of more bytes the C library may ask the system for. */
#define LARGEST_BYTES ((size_t)64 << 10)

/* Bytes that are left free in the block at the end of the C library's heap, which then has to grow
 * by a system call. */
#define END_BYTES ((size_t)64)

/* The block that was taken last; each block refers to the one before, and none is given back. */
static void *taken;

static void take(size_t bytes)
{
    void **block = malloc(bytes);
    if (!block)
        return;
    *block = taken;
    taken = block;
}

/* Bytes that are free before the end of the heap. */
static size_t freed_bytes(void)
{
    const struct mallinfo2 info = mallinfo2();
    return info.fordblks - info.keepcost;
}

/* Takes blocks of a size until one comes from the end of the heap, which begins at `end`: whatever
 * the C library has kept it gives first. If another allocator replaces malloc there is no such end;
 * so no more blocks are taken than there can be in `freed` bytes and in a cache. */
static void take_kept(size_t bytes, uintptr_t end, size_t freed)
{
    for (size_t n = freed / bytes + CACHED_N + 1; n > 0; n--) {
        take(bytes);
        if ((uintptr_t)taken >= end)
            return;
    }
}

/* Large blocks are taken first: a heap may have millions of the smallest in it. To ask the C
 * library how many bytes are free takes the longer the more blocks are. */
void vtb_memory_soak(void)
{
    const size_t freed = freed_bytes();
    size_t left = freed;
    size_t before;
    do { /* the first of them puts freed blocks together, too */
        before = left;
        take(LARGEST_BYTES);
        left = freed_bytes();
    } while (left < before);
    const uintptr_t end = (uintptr_t)taken;
    for (size_t bytes = LARGEST_BYTES / 2; bytes > CACHED_BYTES_MAX; bytes /= 2)
        take_kept(bytes - BLOCK_HEADER_BYTES, end, freed);
    for (size_t bytes = CACHED_BYTES_MAX - 8; bytes >= SMALLEST_BYTES; bytes -= 16)
        take_kept(bytes, end, freed);
    const size_t last = mallinfo2().keepcost;
    if (last > 2 * END_BYTES)
        take(last - END_BYTES - BLOCK_HEADER_BYTES);
}

void vtb_memory_enter(const struct vtb_memory *memory)
{
    if (memory->gc)
        memory->heap->collector->enter(memory->gc);
}

void vtb_memory_leave(const struct vtb_memory *memory)
{
    if (memory->gc)
        memory->heap->collector->leave(memory->gc);
}

void vtb_memory_safepoint(const struct vtb_memory *memory)
{
    if (memory->gc)
        memory->heap->collector->safepoint();
}

/* Makes the types of the data that lives in the heap all the time: values, and a table that refers
 * to them. */
static void make_types(struct vtb_memory *memory, const struct vtb_point *point)
{
    const size_t entry_bytes = vtb_live_entry_bytes(point->workload->workload);
    const size_t value_bytes = entry_bytes - sizeof(void *);
    const size_t n = point->live_heap_bytes / entry_bytes;
    const size_t least_n = 2; /* an object must have 16 bytes (vtb/heap.h) */
    memory->value_type = (struct vtb_type){
        .name = "value", .bytes = value_bytes, .references = {VTB_REFERENCES_END}};
    memory->table_type = (struct vtb_type){.name = "table",
                                           .bytes = (n < least_n ? least_n : n) * sizeof(void *),
                                           .context = 1,
                                           .all_references = true};
    memory->live_bytes = n * entry_bytes;
}

static void make_values(struct vtb_memory *memory)
{
    const struct vtb_collector *collector = memory->heap->collector;
    const size_t n = memory->live_bytes / (memory->value_type.bytes + sizeof(void *));
    struct vtb_gc_access access;
    collector->access(memory->gc, &access);
    collector->add_roots(memory->gc, &(struct vtb_roots){&memory->live, 1, sizeof(void *)});
    memory->live = access.alloc(&memory->table_type);
    for (size_t i = 0; i < n; i++) {
        void *value = access.alloc(&memory->value_type);
        void **place = (void **)memory->live + i;
        *place = value;
        access.cards[(uintptr_t)place >> VTB_CARD_SHIFT & access.cards_mask] = 1;
        if (*access.stop)
            collector->safepoint();
    }
    for (unsigned i = 0; i < collector->generations_n; i++) /* until the values are old */
        collector->collect(memory->gc, collector->generations_n - 1);
}

static bool fail_open(const struct vtb_heap *heap, int cause, struct vtb_error *error)
{
    char least[64] = "";
    if (heap->collector->least_bytes > 0)
        (void)snprintf(least, sizeof least, " and needs %zu MiB of addresses at least",
                       heap->collector->least_bytes >> 20);
    return vtb_fail(error, VTB_EXIT_INTERNAL,
                    "the heap %s cannot be opened%s: %s; raise the limit (ulimit -v), or choose "
                    "another by --heap",
                    vtb_heap_name(heap), least, strerror(cause));
}

bool vtb_memory_open(struct vtb_memory *memory, const struct vtb_heap *heap,
                     const struct vtb_point *point, struct vtb_error *error)
{
    const struct vtb_collector_setup setup = {
        .gen0_budget_bytes = point->gen0_budget_bytes,
        .incremental = point->incremental,
        .verify = point->verify_heap,
        .collected = note,
        .context = memory,
    };
    *memory = (struct vtb_memory){.heap = heap};
    if (!vtb_heap_collects(heap))
        return true;
    memory->gc = heap->collector->open(&setup);
    if (!memory->gc)
        return fail_open(heap, errno, error);
    make_types(memory, point);
    if (memory->live_bytes > 0) {
        vtb_memory_enter(memory);
        make_values(memory);
        vtb_memory_leave(memory);
    }
    memory->collected = (struct vtb_collected){0};
    return true;
}

/* The type of a large object, of which few use up a nursery. */
static const struct vtb_type filler = {.name = "filler",
                                       .bytes = 2048,
                                       .context = VTB_CONTEXTS_N - 1,
                                       .references = {VTB_REFERENCES_END}};

void vtb_memory_warm(struct vtb_memory *memory)
{
    const struct vtb_collector *collector = memory->heap->collector;
    struct vtb_gc_access access;
    if (!memory->gc || !collector->has_budget)
        return;
    collector->access(memory->gc, &access);
    vtb_memory_enter(memory);
    while (memory->collected.collections_n[0] == 0) {
        (void)access.alloc(&filler);
        collector->safepoint();
    }
    vtb_memory_leave(memory);
    memory->collected = (struct vtb_collected){0};
}

void vtb_memory_fill(struct vtb_memory *memory, double share)
{
    struct vtb_gc_access access;
    struct vtb_heap_state state = {.budget_bytes = 0};
    if (!memory->gc || !memory->heap->collector->has_budget)
        return;
    memory->heap->collector->access(memory->gc, &access);
    vtb_memory_enter(memory);
    memory->heap->collector->state(memory->gc, &state);
    const size_t n = (size_t)(share * (double)state.budget_bytes / (double)filler.bytes);
    for (size_t i = 0; i < n; i++)
        (void)access.alloc(&filler);
    vtb_memory_leave(memory);
}

void vtb_memory_serve(struct vtb_memory *memory, size_t bytes)
{
    struct vtb_gc_access access;
    if (!memory->gc) {
        void *block = memory->heap->alloc(bytes);
        memset(block, 1, bytes);
        memory->heap->free(block);
        return;
    }
    memory->other_type = filler;
    memory->other_type.bytes = bytes;
    memory->heap->collector->access(memory->gc, &access);
    memset(access.alloc(&memory->other_type), 1, bytes);
}

void vtb_memory_close(struct vtb_memory *memory)
{
    if (memory->gc && memory->live_bytes > 0)
        memory->heap->collector->drop_roots(memory->gc,
                                            &(struct vtb_roots){&memory->live, 1, sizeof(void *)});
    if (memory->gc)
        memory->heap->collector->close(memory->gc);
    memory->gc = NULL;
}
