/*
 * Heaps that collect, and that check whether a strategy keeps to the contract. One heap is open at
 * a time, for one thread. They are no entries of the registry: nothing is measured on them.
 *
 * When such a heap collects, it marks the objects that roots reach by the references that types
 * declare, and takes away all others: an object that a strategy still needs must be reachable from
 * its frames or its state. The heap also looks for references from an object to one that was
 * allocated later, whose card was not marked: the older object might be of an older generation.
 *
 * vtb_strict_heap leaves objects where they are, collects at every 61st safepoint, and overwrites
 * the objects that it takes away. vtb_moving_heap collects at every safepoint, and moves each
 * object to a new address; the memory that was left cannot be accessed any more.
 */
#ifndef CHECK_STRICT_HEAP_H
#define CHECK_STRICT_HEAP_H

#include <stdbool.h>

#include <vtb/heap.h>

extern const struct vtb_heap vtb_strict_heap;
extern const struct vtb_heap vtb_moving_heap;

/* The findings of the heap since it was opened. They can be read after it is closed, too. */
struct vtb_strict_seen {
    size_t allocs_n;
    size_t safepoints_n;
    size_t collections_n;
    size_t overwritten_n;
    size_t entered_n;
    size_t inside_n; /* threads that entered and did not leave */
    size_t closed_n;
    /* The following numbers must be 0 for a strategy that keeps to the contract. */
    size_t bad_roots_n;       /* into the heap, but not to an object, or to one that is gone */
    size_t unknown_drops_n;   /* roots dropped that were not added */
    size_t outside_n;         /* calls of a thread that is not in the heap */
    size_t bad_types_n;       /* objects whose type is none */
    size_t bad_type_bytes;    /* of the last of them */
    size_t dangling_n;        /* declared words into the heap, but not to an object that is left */
    size_t unmarked_n;        /* references to younger objects whose cards are clean */
    size_t unmarked_values_n; /* references to values (vtb_strict_values) whose cards are clean */
    /* The type of the object with the last word of the three kinds above, and its offset there. */
    const char *broken_type; /* null: there was no such word */
    size_t broken_at;
    /* Words that refer to an object (undeclared_n) or to a place where one was (stale_n), though
     * their type does not declare them. Unless memory held them by chance, the object is lost. The
     * type and offset are those of the last word that refers to an object. */
    size_t undeclared_n;
    size_t stale_n;
    const char *undeclared_type;
    size_t undeclared_at;
};

extern struct vtb_strict_seen vtb_strict_seen;

/* The roots that are registered now. */
#define VTB_STRICT_ROOTS_MAX 8
extern struct vtb_roots vtb_strict_roots[VTB_STRICT_ROOTS_MAX];
extern size_t vtb_strict_roots_n;

/* Whether a pointer, without its three lowest bits, is the address of an object that is left. */
bool vtb_strict_is_object(const void *pointer);

/* Whether a place in memory is a root. */
bool vtb_strict_is_root(const void *place);

/* Makes the heap check references into `memory` as if it were part of the heap: when one is stored
 * in an object that is not new, its card must be marked. Holds until the next heap is opened. */
void vtb_strict_values(const void *memory, size_t bytes);

/* Finds the type of the object that moved away from `address`, and at *at the offset of the address
 * in it. Null: none did. */
const struct vtb_type *vtb_strict_moved_from(const void *address, size_t *at);

#endif
