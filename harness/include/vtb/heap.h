/*
 * A heap: the memory that strategies take their objects from.
 *
 * One file in heaps/, or one folder with a file of the same name in it, is one heap. The file
 * includes this header and ends in
 *
 *     VTB_HEAP(name) = {.summary = ..., .alloc = ..., .free = ..., .usable = ...};
 *
 * or, for a collector, with `.collector = &...` in place of alloc and free; `name` is the stem of
 * the file. If the heap is a library of its own, the file says so before it includes this header:
 *
 *     #define VTB_LIBRARY name           the library, as the linker knows it
 *     #define VTB_LIBRARY_PACKAGE "..."  the Debian package with the library and its header
 *
 * The build links the library if it is installed. Otherwise it compiles the file with
 * VTB_LIBRARY_MISSING defined as the reason, and the entry has only its summary and that reason as
 * `.unavailable`.
 */
#ifndef VTB_HEAP_H
#define VTB_HEAP_H

#include "base.h"

/* --- objects that are collected --- */

/* The number of a thread's allocation contexts. All objects of a type come from the same one. */
#define VTB_CONTEXTS_N 4

#define VTB_REFERENCES_MAX 8
#define VTB_REFERENCES_END UINT16_MAX

/*
 * The type of an object, from which a collector knows the object's size and references. A word that
 * may be a reference may instead hold anything that is no address in the heap. The three lowest
 * bits of a reference belong to the program: a collector ignores and keeps them. A type must live
 * as long as its objects.
 */
struct vtb_type {
    const char *name;
    size_t bytes;        /* of an object; a multiple of 8, from 16 on */
    uint32_t context;    /* < VTB_CONTEXTS_N; best not the same for types allocated by turns */
    bool all_references; /* every word is a reference: the object is an array of references */
    /* Offsets of the words that may be references, each once, and then VTB_REFERENCES_END. */
    uint16_t references[VTB_REFERENCES_MAX + 1];
};

/*
 * References outside of the heap, which a collector must follow and, if it moves objects, must
 * update: `count` pointers, the first at `base`, each `stride_bytes` after the one before. Pointers
 * to anything that is not in the heap, such as null or a caller's own operation, are left alone.
 */
struct vtb_roots {
    void *base;
    size_t count;
    size_t stride_bytes;
};

/* A report of one collection, made when the threads go on again. */
struct vtb_collection {
    unsigned generation; /* the oldest that was collected, the younger ones with it */
    /* From the moment at which the first thread stopped until all may go on, by CLOCK_MONOTONIC. */
    double start_ns;
    double end_ns;
    double cpu_ns; /* processor time of the thread that collected, from the one to the other */
    bool switched; /* another process ran on its processor meanwhile, so the pause was stretched */
    size_t survived_bytes; /* objects of the collected generations that are still referred to */
    size_t promoted_bytes; /* of these, objects that are now of an older generation */
    size_t marked_bytes;   /* objects that stayed in place but were looked through as well */
    /* The pause goes on, and another collection follows in it, whose times are those of both. */
    bool pause_goes_on;
};

/* The most generations that a collector may have. */
#define VTB_GENERATIONS_MAX 3

/* How full a collected heap is. */
struct vtb_heap_state {
    size_t used_bytes;     /* objects, reachable or not */
    size_t budget_bytes;   /* bytes allocated between collections; 0: there is no such rule */
    size_t reserved_bytes; /* memory that the heap holds for objects, in whole blocks and pages */
};

struct vtb_collector_setup {
    size_t gen0_budget_bytes; /* bytes allocated between collections; 0: the collector's own rule */
    bool incremental;         /* shorter pauses by more work, if the collector can do that */
    bool verify;              /* checks the whole heap at each collection, and ends the process
                                 with a message if it is broken; far too slow to be measured */
    /* Called at the end of each collection by a thread of the heap; null: nobody. It may neither
     * allocate from the heap nor wait for a thread of it. */
    void (*collected)(void *context, const struct vtb_collection *collection);
    void *context;
};

/* An open heap of a collector. */
struct vtb_gc;

/* The bytes of memory that one card stands for, as a power of two: see vtb_gc_access. */
#define VTB_CARD_SHIFT 9

/* The parts of an open heap that the measured region uses: copies, so that each use costs one
 * load. */
struct vtb_gc_access {
    /*
     * Allocates a zeroed object. The calling thread must have entered the heap. It cannot fail: a
     * heap that is exhausted calls vtb_exhausted. A collector that moves objects must not collect
     * here, because local variables may refer to objects.
     */
    void *(*alloc)(const struct vtb_type *type);
    /*
     * For the write barrier: whoever stores a reference at an address in an object must store 1 in
     * cards[address >> VTB_CARD_SHIFT & cards_mask]. A collector without generations has one card.
     */
    uint8_t *cards;
    size_t cards_mask;
    /* For a barrier that may be given a place outside of any object: objects are among so many
     * bytes from here on. A collector without cards for places may leave both 0. */
    const char *base;
    size_t bytes;
    /* Not 0: every thread in the heap must come to its next safepoint. Read without a lock. */
    const uint32_t *stop;
    struct vtb_gc *heap; /* the heap that this gives access to; null: a heap that frees */
};

/* A collector. None of its functions is null. */
struct vtb_collector {
    /* It moves objects: after a collection only roots and objects still have valid references. */
    bool moves;
    unsigned generations_n;
    bool has_budget; /* it obeys setup.gen0_budget_bytes */
    bool has_steps;  /* it obeys setup.incremental */
    bool verifies;   /* it obeys setup.verify */
    /* The largest object that is paid for by that budget: larger ones are old from the start. */
    size_t budget_object_max;

    /* Addresses that `open` cannot do without; 0: it is not known. */
    size_t least_bytes;
    /* Opens a heap, which the caller closes. Null: the system gives no memory, and errno says why.
     */
    struct vtb_gc *(*open)(const struct vtb_collector_setup *setup);
    /* Closes a heap, with all of its objects. No thread may be in it. */
    void (*close)(struct vtb_gc *gc);
    /* Writes to *access the parts of a heap that the measured region uses; valid until close. */
    void (*access)(struct vtb_gc *gc, struct vtb_gc_access *access);

    /*
     * Between enter and leave the calling thread may allocate from the heap. It must come to
     * safepoints, as no collection can happen before all threads in the heap do. A thread is in one
     * heap at a time. Enter waits for a collection to end.
     */
    void (*enter)(struct vtb_gc *gc);
    void (*leave)(struct vtb_gc *gc);

    /* Add and drop roots, whose memory must stay where it is in between. For threads outside of the
     * heap, while no collection can happen. */
    void (*add_roots)(struct vtb_gc *gc, const struct vtb_roots *roots);
    void (*drop_roots)(struct vtb_gc *gc, const struct vtb_roots *roots);

    /*
     * Collects if it is time to, or waits while another thread does: the one place where the heap
     * may collect. Does nothing unless *stop is set. The calling thread must have entered the heap,
     * and none of its local variables may refer to an object. Stands in the measured region,
     * between two operations.
     */
    void (*safepoint)(void);

    /* Collects a generation and all younger ones now, under the conditions of safepoint. */
    void (*collect)(struct vtb_gc *gc, unsigned generation);

    /* Writes how full the heap is. Not for the measured region. */
    void (*state)(struct vtb_gc *gc, struct vtb_heap_state *state);
};

/* --- the entry --- */

/* For an alloc that has no memory left for `bytes` bytes: ends the process, with an error that says
 * which case on which heap asked for them. Any thread may call it. */
VTB_C_LINKAGE void vtb_exhausted(size_t bytes) __attribute__((noreturn, cold));

struct vtb_heap {
    const char *summary;
    const char *unavailable; /* null: it can be used; else why it cannot, and nothing more is set */
    bool is_default;         /* one of those that `run` uses when --heap is not given */

    /* The shared library that it is of, as "libname", and what writes that one's version to `text`,
     * such as "5.3.0". Null: it is the program's own or the C library's, or no version is told. */
    const char *library;
    void (*version)(char *text, size_t bytes);

    /*
     * Allocates `bytes` > 0 bytes, aligned to 8, whose content is not set. Any thread may call it.
     * Null: the heap is exhausted. Nobody asks, as that would cost every call something; what is
     * written to null then tells (bench/exhausted.h). Stands in the measured region.
     */
    void *(*alloc)(size_t bytes);

    /* Gives back a block that alloc returned; any thread may. Stands in the measured region. */
    void (*free)(void *memory);

    /* Gives the number of bytes that a block can really hold. Only counting cells call it. */
    size_t (*usable)(void *memory);

    /* Null: the heap frees. Otherwise it collects, and alloc and free are null. */
    const struct vtb_collector *collector;
};

static inline bool vtb_heap_collects(const struct vtb_heap *heap)
{
    return heap->collector != NULL;
}

#define VTB_HEAP(stem)                            \
    extern const struct vtb_heap vtb_heap_##stem; \
    const struct vtb_heap vtb_heap_##stem

#endif
