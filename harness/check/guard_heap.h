/*
 * A heap that frees and that looks whether a strategy keeps to what it says of its objects, for one
 * thread. It is no entry of the registry: nothing is measured on it.
 *
 * Around every block stand marks, so that a write beyond its end is seen; what is given back is
 * overwritten and never used again, so that a later write is seen too, and whoever reads it gets
 * nonsense.
 */
#ifndef CHECK_GUARD_HEAP_H
#define CHECK_GUARD_HEAP_H

#include <vtb/heap.h>

extern const struct vtb_heap vtb_guard_heap;

enum vtb_guard_fault {
    VTB_GUARD_NONE,
    VTB_GUARD_FREED_TWICE,
    VTB_GUARD_FREED_UNKNOWN, /* what was given back is no block of the heap */
    VTB_GUARD_WRITTEN_BEHIND,
    VTB_GUARD_WRITTEN_FREED
};

/* What was found first. */
struct vtb_guard_seen {
    enum vtb_guard_fault fault;
    size_t bytes;    /* of the block */
    size_t at;       /* the byte of it that was written */
    uint32_t number; /* of it, in the order of allocation; 0: it is not known */
    /* Blocks that were not given back. */
    size_t left_n;
    size_t left_bytes;
    size_t left_one_bytes; /* of the first of them, */
    uint32_t left_number;  /* whose number that is */
};

/* Forgets all blocks, and gives their memory back. */
void vtb_guard_open(void);

/* Looks through all blocks. */
void vtb_guard_look(struct vtb_guard_seen *seen);

#endif
