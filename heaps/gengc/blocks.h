/*
 * Blocks: 8 KB of memory each, out of one region of addresses that all heaps of the process share.
 *
 * All objects in a block are of one type, so that a block tells the size and the references of what
 * lies in it, and no object needs a header. A large object has a run of blocks of its own, of which
 * the first one describes it.
 */
#ifndef GENGC_BLOCKS_H
#define GENGC_BLOCKS_H

#include <vtb/heap.h>

#define VTB_BLOCK_SHIFT 13
#define VTB_BLOCK_BYTES ((size_t)1 << VTB_BLOCK_SHIFT)
#define VTB_CARDS_IN_BLOCK (VTB_BLOCK_BYTES >> VTB_CARD_SHIFT)

/* The size of the smallest object, which has room for the address it was moved to, and the words of
 * a bitmap with a bit for each such object of a block. */
#define VTB_OBJECT_MIN 16
#define VTB_BITMAP_WORDS (VTB_BLOCK_BYTES / VTB_OBJECT_MIN / 64)

/* An object with more bytes has blocks of its own. */
#define VTB_LARGE_BYTES (VTB_BLOCK_BYTES / 2)

/* The least and the greatest size of the region of addresses. */
#define VTB_REGION_MIN ((size_t)1 << 26)
#define VTB_REGION_MAX ((size_t)1 << 35)

struct vtb_typed;

struct vtb_block {
    struct vtb_typed *typed;        /* null: free, or part of a large object */
    struct vtb_block *next;         /* in the list that it is in */
    struct vtb_block *next_reached; /* large objects that are still to be looked through */
    uint32_t objects_n;
    uint8_t generation;
    bool condemned;                   /* it is being collected */
    bool large;                       /* first block of a large object */
    bool marked;                      /* a large object that was reached in this collection */
    size_t run_n;                     /* blocks of a large object, or of a free run */
    uint64_t moved[VTB_BITMAP_WORDS]; /* objects with their new address in their first word */
};

/* Blocks of a heap that are not in use. */
struct vtb_free_blocks {
    struct vtb_block *singles;
    struct vtb_block *runs; /* by address, no two of them adjacent */
};

/* The region. Set once, before the first heap opens; `base` is aligned to its size. */
struct vtb_region {
    char *base;
    size_t bytes;             /* a power of two */
    struct vtb_block *blocks; /* one for each 8 KB */
    uint8_t *cards;           /* one for each 512 B; 1: a reference was stored there */
    size_t next;              /* blocks from here on were never used */
    size_t present;           /* blocks up to here were brought in, if the system knows how */
    struct vtb_free_blocks unused;
};

extern struct vtb_region vtb_region;

/* Open and close the region for a heap. The last heap to close gives all memory back to the system,
 * so that the next heap gets fresh memory. False: errno says why there are no addresses. */
bool vtb_region_open(void);
void vtb_region_close(void);

static inline bool vtb_in_region(const void *address)
{
    return (uintptr_t)address - (uintptr_t)vtb_region.base < vtb_region.bytes;
}

static inline struct vtb_block *vtb_block_of(const void *address)
{
    return &vtb_region.blocks[((uintptr_t)address - (uintptr_t)vtb_region.base) >> VTB_BLOCK_SHIFT];
}

static inline char *vtb_block_start(const struct vtb_block *block)
{
    return vtb_region.base + ((size_t)(block - vtb_region.blocks) << VTB_BLOCK_SHIFT);
}

/* The card that an address in the region is on. */
static inline uint8_t *vtb_card_of(const void *address)
{
    return &vtb_region.cards[((uintptr_t)address - (uintptr_t)vtb_region.base) >> VTB_CARD_SHIFT];
}

static inline uint8_t *vtb_cards_of(const struct vtb_block *block)
{
    return vtb_region.cards + (size_t)(block - vtb_region.blocks) * VTB_CARDS_IN_BLOCK;
}

/* Takes one block, or `n` in a row, from a heap's unused ones, or else from the region; any thread
 * may do that. Their cards are clean. *total_n grows by the number of blocks that come from the
 * region. Calls vtb_exhausted if there are no more. */
struct vtb_block *vtb_blocks_take(struct vtb_free_blocks *unused, size_t n, size_t *total_n);
void vtb_blocks_give_one(struct vtb_free_blocks *unused, struct vtb_block *block);
void vtb_blocks_give_run(struct vtb_free_blocks *unused, struct vtb_block *first, size_t n);

/* Gives the blocks of a heap that closes back to the region: a list of them, or of the first blocks
 * of runs. */
void vtb_region_give(struct vtb_block *list);

#endif
