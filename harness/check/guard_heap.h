/*
 * A heap that frees, and that checks whether a strategy stays within its objects. There is one in a
 * process, for one thread. It is no entry of the registry: nothing is measured on it.
 *
 * Marks stand around every block, so that a write beyond its ends is found. A block that is given
 * back is overwritten and never used again, so that later writes are found, too, and later reads
 * give nonsense.
 */
#ifndef CHECK_GUARD_HEAP_H
#define CHECK_GUARD_HEAP_H

#include <vtb/heap.h>

extern const struct vtb_heap vtb_guard_heap;

enum vtb_guard_fault {
    VTB_GUARD_NONE,
    VTB_GUARD_FREED_TWICE,
    VTB_GUARD_FREED_UNKNOWN, /* an address that is no block of the heap was given back */
    VTB_GUARD_WRITTEN_BEHIND,
    VTB_GUARD_WRITTEN_FREED
};

/* The first fault that was found, and the blocks that were not given back. */
struct vtb_guard_seen {
    enum vtb_guard_fault fault;
    size_t bytes; /* the size of the block */
    size_t at;    /* the byte of the block that was written */
    /* Blocks that were not given back. */
    size_t left_n;
    size_t left_bytes;
    size_t left_one_bytes; /* the size of the first of them */
};

/* Forgets all blocks, and gives their memory back. To be called before each use. */
void vtb_guard_open(void);

/* Looks through all blocks, and writes what is found. */
void vtb_guard_look(struct vtb_guard_seen *seen);

#endif
