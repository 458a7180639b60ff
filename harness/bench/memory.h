/*
 * A case's memory: its heap, and of one that collects a heap of its own, opened, with what lives in
 * it all along: the values of the workload's table, so that a full collection has what to mark.
 */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include "bench/pauses.h"
#include "plan/plan.h"

/* What a heap collected since it was opened. */
struct vtb_collected {
    uint64_t collections_n[VTB_GENERATIONS_MAX]; /* by the oldest generation of each */
    double ns;                                   /* of all pauses together */
    uint64_t survived_bytes;
    uint64_t promoted_bytes;
};

struct vtb_memory {
    const struct vtb_heap *heap;
    struct vtb_gc *gc; /* null: the heap does not collect, and nothing of the rest is used */
    struct vtb_collected collected;
    struct vtb_pauses *pauses; /* borrowed; null: nobody wants to know of each */
    void *live;                /* a root: the table, which refers to the values */
    size_t live_bytes;
    struct vtb_type table_type;
    struct vtb_type value_type;
};

/* Opens a heap for the point's cases. It must stay where it is until it is closed. On false nothing
 * is left open. */
VTB_MUST_USE bool vtb_memory_open(struct vtb_memory *memory, const struct vtb_heap *heap,
                                  const struct vtb_point *point, struct vtb_error *error);
void vtb_memory_close(struct vtb_memory *memory);

/* Has the system give the memory that a heap with a budget uses between collections, as in a
 * program that runs for a while. */
void vtb_memory_warm(struct vtb_memory *memory);

/*
 * Uses up what the C library keeps of blocks that were freed, so that what is allocated next does
 * not come from whatever this process did before. For a child process that counts, and ends.
 */
void vtb_memory_soak(void);

/* The calling thread works in the heap from enter to leave, if that collects. */
void vtb_memory_enter(const struct vtb_memory *memory);
void vtb_memory_leave(const struct vtb_memory *memory);

/* In between, such a thread comes here again and again, without a reference in a local. */
void vtb_memory_safepoint(const struct vtb_memory *memory);

#endif
