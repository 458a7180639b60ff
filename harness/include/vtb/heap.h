/*
 * What a heap provides: the memory that strategies take their objects from.
 *
 * One file in heaps/, or one folder with a file of the same name in it, is one heap. It includes
 * this header and ends in
 *
 *     VTB_HEAP(name) = {.summary = ..., .alloc = ..., .free = ..., .usable = ...};
 *
 * or, for a collector, with `.collector = &...` in place of alloc and free; `name` is the stem of
 * the file. A heap that is a library of its own says so in front, by
 *
 *     #define VTB_LIBRARY name         as the linker knows it
 *     #define VTB_LIBRARY_PACKAGE "..."  the Debian package that has it and its header
 *
 * The build then links the library, if it is there, and compiles the file with VTB_LIBRARY_MISSING
 * defined as the reason if it is not: the entry has nothing but its summary and `.unavailable`.
 */
#ifndef VTB_HEAP_H
#define VTB_HEAP_H

#include "base.h"

/* --- objects that are collected --- */

/* A thread's allocation contexts: objects of one type are cut off from one of them. */
#define VTB_CONTEXTS_N 4

#define VTB_REFERENCES_MAX 8
#define VTB_REFERENCES_END UINT16_MAX

/*
 * The type of an object, which a collector knows each object's size and references by. Where a word
 * may refer to an object, it may as well hold anything else that is no address in the heap; the
 * three lowest bits of a reference are the program's own, and kept.
 */
struct vtb_type {
    const char *name;
    size_t bytes;        /* of an object; a multiple of 8, from 16 on */
    uint32_t context;    /* < VTB_CONTEXTS_N; types made by turns had better differ */
    bool all_references; /* every word is a reference: an array of them */
    /* Offsets of the words that may be references, and then VTB_REFERENCES_END. */
    uint16_t references[VTB_REFERENCES_MAX + 1];
};

/*
 * References that a collector must see and, if it moves objects, must update: `count` pointers,
 * the first at `base`, each `stride_bytes` after the one before. What does not lie in the heap (a
 * caller's own operation, null) is left alone.
 */
struct vtb_roots {
    void *base;
    size_t count;
    size_t stride_bytes;
};

/* One collection, as it is told of when the threads go on again. */
struct vtb_collection {
    unsigned generation; /* the oldest that was collected, the younger ones with it */
    /* From when the first thread stopped until all may go on: CLOCK_MONOTONIC. */
    double start_ns;
    double end_ns;
    /* Of what was collected: still referred to; and of that, now of an older generation. */
    size_t survived_bytes;
    size_t promoted_bytes;
    size_t marked_bytes; /* objects that stayed in place but were looked through as well */
};

/* Generations that a collector has at most. */
#define VTB_GENERATIONS_MAX 3

/* How full a collected heap is. */
struct vtb_heap_state {
    size_t used_bytes;     /* by objects, reachable or not */
    size_t budget_bytes;   /* allocated between collections; 0: there is no such rule */
    size_t reserved_bytes; /* by the heap, for objects: blocks and pages in use, whole */
};

struct vtb_collector_setup {
    size_t gen0_budget_bytes; /* bytes allocated between collections; 0: the collector's own rule */
    bool incremental;         /* shorter pauses by more work, if the collector knows that */
    bool verify;              /* checks the whole heap at each collection, and ends the process
                                 with a message if it is broken; far too slow to be measured */
    /* Called at the end of each collection by a thread of the heap; null: nobody. It may neither
     * allocate from the heap nor wait for a thread of it. */
    void (*collected)(void *context, const struct vtb_collection *collection);
    void *context;
};

/* A heap that was opened, of a collector. */
struct vtb_gc;

/* Bytes of memory that one card stands for, as a power of two: see below. */
#define VTB_CARD_SHIFT 9

/* What the measured region needs of a heap that was opened: copies, one load from their use. */
struct vtb_gc_access {
    /*
     * A new, zeroed object. The calling thread has entered the heap. It must not fail: a heap that
     * is exhausted ends the process. A collector that moves objects does not collect here, as they
     * may be referred to from locals.
     */
    void *(*alloc)(const struct vtb_type *type);
    /*
     * The write barrier's: whoever stores a reference at an address in an object stores 1 in
     * cards[address >> VTB_CARD_SHIFT & cards_mask]. A collector without generations has one card.
     */
    uint8_t *cards;
    size_t cards_mask;
    /* Not 0: a thread is to come to the safepoint. */
    const uint32_t *stop;
    struct vtb_gc *heap; /* that this is the access to; null: a heap that frees */
};

struct vtb_collector {
    /* Whether it moves objects: what is no root, nor in an object, is no reference afterwards. */
    bool moves;
    unsigned generations_n;
    bool has_budget; /* setup.gen0_budget_bytes means something */
    bool has_steps;  /* setup.incremental does */
    bool verifies;   /* setup.verify does */

    /* Opens a heap. Null: the system gives no memory, and errno says why. */
    struct vtb_gc *(*open)(const struct vtb_collector_setup *setup);
    /* No thread is in the heap. Its objects are gone. */
    void (*close)(struct vtb_gc *gc);
    void (*access)(struct vtb_gc *gc, struct vtb_gc_access *access);

    /*
     * From enter to leave the calling thread may allocate from the heap, and holds up collections
     * between two safepoints. It is in one heap at a time. Enter waits for a collection to end.
     */
    void (*enter)(struct vtb_gc *gc);
    void (*leave)(struct vtb_gc *gc);

    /* Callable by threads outside the heap, while no collection can happen. */
    void (*add_roots)(struct vtb_gc *gc, const struct vtb_roots *roots);
    void (*drop_roots)(struct vtb_gc *gc, const struct vtb_roots *roots);

    /*
     * Stands in the measured region, between two operations, when no object of the heap is referred
     * to from a local: the one place where the heap may collect, and threads wait for that. The
     * calling thread has entered the heap. Does nothing unless *stop is set.
     */
    void (*safepoint)(void);

    /* Collects a generation and those younger than it, now; otherwise like safepoint. */
    void (*collect)(struct vtb_gc *gc, unsigned generation);

    void (*state)(struct vtb_gc *gc, struct vtb_heap_state *state);
};

/* --- the entry --- */

struct vtb_heap {
    const char *summary;
    const char *unavailable; /* null: it can be used; else why it cannot, and nothing more is set */
    bool is_default;         /* one of those that `run` uses when --heap is not given */

    /*
     * Memory for `bytes` > 0 bytes, aligned to 8, from the calling thread; stands in the measured
     * region and must not fail: a heap that is exhausted ends the process.
     */
    void *(*alloc)(size_t bytes);

    /* Gives back what alloc returned, from any thread. */
    void (*free)(void *memory);

    /* How many bytes the block at `memory` can really hold; used by the counting pass alone. */
    size_t (*usable)(void *memory);

    const struct vtb_collector
        *collector; /* null: what is allocated is freed; else no alloc, free */
};

static inline bool vtb_heap_collects(const struct vtb_heap *heap)
{
    return heap->collector != NULL;
}

#define VTB_HEAP(stem)                            \
    extern const struct vtb_heap vtb_heap_##stem; \
    const struct vtb_heap vtb_heap_##stem

#endif
