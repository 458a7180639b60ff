/*
 * The state of a generational collector: see ARCHITECTURE.md beside this file.
 *
 * Everything in a heap is guarded by its mutex, but for a thread's own contexts between enter and
 * leave; and while it collects, all other threads of the heap stand still.
 */
#ifndef GENGC_H
#define GENGC_H

#include <vtb/moment.h>

#include <pthread.h>

#include "blocks.h"
#include "budget.h"

/* The most types that the objects of one heap may have. */
#define VTB_TYPES_MAX 64

/* The blocks of one type and generation, the oldest first. Objects are copied to the end of the
 * last block. */
struct vtb_space {
    struct vtb_block *first;
    struct vtb_block *last;
    char *next; /* room in the last block, from here to end */
    char *end;
    /* The first block that has copies which were not looked through yet. */
    struct vtb_block *scan;
    uint32_t scanned_n; /* objects of `scan` that were looked through */
};

/* A type of which a heap has objects. */
struct vtb_typed {
    const struct vtb_type *type;
    uint32_t per_block_n;
    uint32_t reciprocal; /* 2^32 / bytes, rounded up: tells which object an offset is in */
    struct vtb_space spaces[VTB_GENERATIONS_N]; /* for generation 1 and older */
};

/* The place where a thread cuts off its objects of a type. */
struct vtb_context {
    char *next;
    char *end;
    const struct vtb_type *type;
    struct vtb_block *block; /* null: there is none */
};

/* The state of a thread in the heap; when the thread leaves, it is kept for the next one that
 * enters. */
struct vtb_mutator {
    struct vtb_context contexts[VTB_CONTEXTS_N];
    struct vtb_gc *gc;
    struct vtb_mutator *next;
    struct vtb_mutator *next_absent; /* list of states whose thread has left */
};

struct vtb_gc {
    uint32_t stop; /* threads must come to the safepoint */
    struct vtb_collector_setup setup;

    /* Threads, and how they stop. */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct vtb_mutator *mutators;
    struct vtb_mutator *absent;
    size_t present_n;
    size_t waiting_n;        /* threads at the safepoint, of those in the heap */
    bool collects;           /* one of them waits for the others, or collects */
    uint64_t collected;      /* number of collections that ended */
    unsigned wanted;         /* the oldest generation that somebody asked to collect */
    struct vtb_moment start; /* when the first thread stopped, which is the one that collects */

    /* Memory. */
    struct vtb_typed typed[VTB_TYPES_MAX];
    size_t typed_n;
    struct vtb_block *nursery; /* blocks of generation 0, the youngest first */
    struct vtb_block *large;
    struct vtb_free_blocks unused;
    size_t blocks_n; /* in use or not */
    struct vtb_budget budgets[VTB_GENERATIONS_N];
    /* Bytes of objects in each generation; for the nursery, as of the last collection. */
    size_t sizes[VTB_GENERATIONS_N];

    /* References from outside. */
    struct vtb_roots *roots;
    size_t roots_n;
    size_t roots_room_n;

    /* The collection under way. */
    unsigned condemned; /* the oldest generation that is collected */
    struct vtb_block *from;
    struct vtb_block *reached; /* large objects that were not looked through yet */
    size_t survived_bytes[VTB_GENERATIONS_N];
    size_t marked_bytes;
    uint64_t found_n;   /* references to what is collected */
    uint64_t younger_n; /* references from roots and old objects to what is younger */
    /* Of the latter, few are of generation 0, as the last collection found that did not take all.
     * One of all in the background leaves it as the collection of the young before it had it, as
     * .NET does (gc.cpp, generation_skip_ratio). */
    bool few_young;
};

/* Tells which object of its block an address lies in. It is exact, because offsets are below 2^13
 * and sizes below 2^12. */
static inline uint32_t vtb_object_at(const struct vtb_typed *typed, size_t offset)
{
    return (uint32_t)((uint64_t)offset * typed->reciprocal >> 32);
}

/* Gives the heap's record of a type, which is made for the type's first object. */
struct vtb_typed *vtb_typed_of(struct vtb_gc *gc, const struct vtb_type *type);

/* Takes a block for objects of one type. */
struct vtb_block *vtb_gc_take_block(struct vtb_gc *gc, struct vtb_typed *typed,
                                    unsigned generation);

/* Collects generations up to `condemned`, and gives their memory back. No context may have a block,
 * and all other threads must be stopped. */
void vtb_gc_copy(struct vtb_gc *gc, unsigned condemned);

/* The i-th word of an object that may be a reference; null: there are no more. */
static inline void **vtb_reference(const struct vtb_type *type, char *object, size_t i)
{
    size_t offset = i * sizeof(void *);
    if (!type->all_references)
        offset = type->references[i];
    else if (offset == type->bytes)
        return NULL;
    return offset == VTB_REFERENCES_END && !type->all_references
               ? NULL
               : (void **)(void *)(object + offset);
}

/* Looks at every object and every reference after a collection. Ends the process with a message if
 * a reference is to what is no object, or one from an old object to a younger one is on a card that
 * is clean. */
void vtb_gc_verify(struct vtb_gc *gc);

/* Mark memory that is free, and check, when it is taken, that nobody wrote there. */
void vtb_gc_poison(struct vtb_block *block, size_t n);
void vtb_gc_check_poison(const struct vtb_block *block, size_t n);

#endif
