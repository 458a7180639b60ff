/*
 * Heaps that collect and that look whether a strategy keeps to the contract, for one thread. They
 * are no entries of the registry: nothing is measured on them.
 *
 * At a safepoint such a heap marks what the roots reach by the references that the types declare,
 * and takes everything else away: whatever a strategy still needs must be reachable from its frames
 * or from what it keeps. It looks for references from an object to one that was allocated later
 * which are not on a card that was marked: what came first may be of an older generation.
 *
 * Of vtb_strict_heap objects stay where they are, and every 61st safepoint collects; what is taken
 * away is overwritten. Of vtb_moving_heap every safepoint collects, and moves each object to where
 * none ever was; the memory that it leaves cannot be touched any more.
 */
#ifndef CHECK_STRICT_HEAP_H
#define CHECK_STRICT_HEAP_H

#include <stdbool.h>

#include <vtb/heap.h>

extern const struct vtb_heap vtb_strict_heap;
extern const struct vtb_heap vtb_moving_heap;

/* What the heap saw since it was opened; can be read when it is closed, too. */
struct vtb_strict_seen {
    size_t allocs_n;
    size_t safepoints_n;
    size_t collections_n;
    size_t overwritten_n;
    size_t entered_n;
    size_t inside_n; /* threads that entered and did not leave */
    size_t closed_n;
    /* All of these are to be 0. */
    size_t bad_roots_n;       /* into the heap, but not to an object, or to one that is gone */
    size_t unknown_drops_n;   /* roots dropped that were not added */
    size_t outside_n;         /* calls of a thread that is not in the heap */
    size_t bad_types_n;       /* objects whose type is none */
    size_t bad_type_bytes;    /* of the last of them */
    size_t dangling_n;        /* words that are declared, as bad_roots_n */
    size_t unmarked_n;        /* references to younger objects whose cards are clean */
    size_t unmarked_values_n; /* the same, of values: see vtb_strict_values */
    /* The last of these words: the type of its object, and where it is in that. */
    const char *broken_type; /* null: there was none */
    size_t broken_at;
    /* Words that refer to an object or to where one was, which their type does not say: if that is
     * not what memory held by chance, the object will be missed. The last of those to an object. */
    size_t undeclared_n;
    size_t stale_n;
    const char *undeclared_type;
    size_t undeclared_at;
};

extern struct vtb_strict_seen vtb_strict_seen;

/* Roots that are registered now. */
#define VTB_STRICT_ROOTS_MAX 8
extern struct vtb_roots vtb_strict_roots[VTB_STRICT_ROOTS_MAX];
extern size_t vtb_strict_roots_n;

/* Whether an object that is not gone starts there, but for the low bits. */
bool vtb_strict_is_object(const void *pointer);

/* Whether the heap looks for a reference at this place. */
bool vtb_strict_is_root(const void *place);

/* References into this memory are values of a collector's: an object that is not new and in which
 * one is stored must be on a card that was marked. Until the next heap is opened. */
void vtb_strict_values(const void *memory, size_t bytes);

/* Null, or the type of an object that moved away from `address`, and where in it that is. */
const struct vtb_type *vtb_strict_moved_from(const void *address, size_t *at);

#endif
