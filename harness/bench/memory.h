/*
 * A case's memory. If its heap collects, the case has a heap of its own, with data that lives in it
 * all the time: the values of the workload's table, so that a full collection has something to
 * mark. If its heap frees, there is nothing to open, and most functions here do nothing.
 */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include "bench/pauses.h"
#include "plan/plan.h"

/* The collections of a heap since it was opened, or since vtb_memory_warm. */
struct vtb_collected {
    uint64_t collections_n[VTB_GENERATIONS_MAX]; /* by the oldest generation of each */
    uint64_t pauses_n;
    uint64_t stretched_n; /* pauses during which another process ran */
    double ns;            /* all pauses together, by the clock on the wall */
    double cpu_ns;        /* the processor time of all pauses together */
    double cpu_ns2;       /* the sum of the squares of their processor times */
    uint64_t survived_bytes;
    uint64_t promoted_bytes;
};

/* The memory of a case. */
struct vtb_memory {
    const struct vtb_heap *heap;
    struct vtb_gc *gc; /* owned; null: the heap does not collect, and the rest is not used */
    struct vtb_collected collected;
    struct vtb_pauses *pauses; /* borrowed; each pause is added to it; null: none is */
    void *live;                /* a root: the table, which refers to the values */
    size_t live_bytes;
    struct vtb_type table_type;
    struct vtb_type value_type;
    struct vtb_type other_type; /* of the objects of vtb_memory_serve */
};

/* Opens a heap, set up as the point says. *memory must stay where it is until vtb_memory_close. On
 * false *error says why the heap cannot be opened, and nothing is left open. */
VTB_MUST_USE bool vtb_memory_open(struct vtb_memory *memory, const struct vtb_heap *heap,
                                  const struct vtb_point *point, struct vtb_error *error);
/* Closes the heap, in which no thread must be. Its objects are gone; `collected` stays. */
void vtb_memory_close(struct vtb_memory *memory);

/* Allocates until the first collection of a heap with a budget, so that the system has provided the
 * memory that is used between collections, as in a program that has run for a while. Then sets
 * `collected` to zero. The calling thread must not be in the heap. */
void vtb_memory_warm(struct vtb_memory *memory);

/* Allocates a share, 0 <= share < 1, of the budget of a heap that has one, so that its next
 * collection does not always come after the same calls. The calling thread must not be in the
 * heap. */
void vtb_memory_fill(struct vtb_memory *memory, double share);

/*
 * Has the heap serve somebody else once, as the heap of a program that runs has: a block or an
 * object of `bytes` bytes, a multiple of 8, is written to and, if the heap frees, given back. What
 * opens a heap and its first page for objects is then done. The calling thread must have entered
 * the heap. An object is of the context that types of strategies use last; strategies on a heap
 * that frees should take no blocks of nearly this size, or they could get this one.
 */
void vtb_memory_serve(struct vtb_memory *memory, size_t bytes);

/*
 * Uses up the freed blocks that the C library keeps for later, so that the next allocations do not
 * depend on what this process did before. The memory stays in use: for a child process that counts,
 * and then ends.
 */
void vtb_memory_soak(void);

/* Between enter and leave the calling thread may use the heap. If the heap collects, enter waits
 * for a collection to end; otherwise both do nothing. */
void vtb_memory_enter(const struct vtb_memory *memory);
void vtb_memory_leave(const struct vtb_memory *memory);

/* Lets the heap collect, if it has to. A thread between enter and leave must call it again and
 * again, and must not hold a reference in a local variable then. */
void vtb_memory_safepoint(const struct vtb_memory *memory);

#endif
