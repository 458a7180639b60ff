#include "check/guard_heap.h"

#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"

#define BLOCKS_MAX ((size_t)1 << 16) /* a power of two */
#define MARK UINT64_C(0x5afe5afe5afe5afe)
#define MARKS_N 2 /* one in front of a block, and one behind it */
#define GONE 0xdb

/* The header in front of the memory that was asked for. */
struct block {
    size_t bytes;
    uint64_t freed; /* 0 or 1 */
    uint64_t marks[MARKS_N];
};

static_assert(sizeof(struct block) % 16 == 0, "what follows is aligned as malloc aligns");

/* A hash table of all blocks by address, at most half full; and their places in it, in the order of
 * allocation. */
static struct block *blocks[BLOCKS_MAX];
static size_t places[BLOCKS_MAX / 2];
static size_t blocks_n;
static enum vtb_guard_fault noted;
static size_t noted_bytes;

static char *memory_of(struct block *block)
{
    return (char *)(block + 1);
}

/* The place of a block in the table, or the free place where it would stand. */
static size_t place_of(const struct block *block)
{
    size_t place = ((uintptr_t)block >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 48;
    while (blocks[place % BLOCKS_MAX] && blocks[place % BLOCKS_MAX] != block)
        place++;
    return place % BLOCKS_MAX;
}

static void note(enum vtb_guard_fault fault, size_t bytes)
{
    if (noted)
        return;
    noted = fault;
    noted_bytes = bytes;
}

static void *guard_alloc(size_t bytes)
{
    struct block *block =
        vtb_allocate(1, sizeof *block + bytes + sizeof block->marks, "a block of a check");
    if (2 * (blocks_n + 1) > BLOCKS_MAX)
        vtb_no_memory(2 * sizeof blocks, "the blocks of a check");
    *block = (struct block){.bytes = bytes, .marks = {MARK, MARK}};
    memcpy(memory_of(block) + bytes, block->marks, sizeof block->marks);
    memset(memory_of(block), GONE, bytes); /* a strategy must not rely on zeros */
    places[blocks_n] = place_of(block);
    blocks[places[blocks_n++]] = block;
    return memory_of(block);
}

static void guard_free(void *memory)
{
    struct block *block = (struct block *)memory - 1;
    if (!memory || blocks[place_of(block)] != block) {
        note(VTB_GUARD_FREED_UNKNOWN, 0);
        return;
    }
    if (block->freed)
        note(VTB_GUARD_FREED_TWICE, block->bytes);
    block->freed = 1;
    memset(memory, GONE, block->bytes);
}

static size_t guard_usable(void *memory)
{
    return ((struct block *)memory - 1)->bytes;
}

void vtb_guard_open(void)
{
    for (size_t i = 0; i < blocks_n; i++) {
        free(blocks[places[i]]);
        blocks[places[i]] = NULL;
    }
    blocks_n = 0;
    noted = VTB_GUARD_NONE;
}

/* The first byte, counted from the block's start, that was written but must not be; the block's
 * size if there is none. */
static size_t written_at(struct block *block)
{
    for (size_t i = 0; block->freed && i < block->bytes; i++) {
        if ((unsigned char)memory_of(block)[i] != GONE)
            return i;
    }
    return block->bytes;
}

/* Notes a fault of a block, unless one that was allocated before has one. */
static void look_for_fault(struct block *block, struct vtb_guard_seen *seen)
{
    static const uint64_t marks[MARKS_N] = {MARK, MARK};
    const size_t at = written_at(block);
    const bool is_behind = memcmp(memory_of(block) + block->bytes, marks, sizeof marks) != 0;
    if ((at == block->bytes && !is_behind) || seen->fault)
        return;
    seen->fault = at < block->bytes ? VTB_GUARD_WRITTEN_FREED : VTB_GUARD_WRITTEN_BEHIND;
    seen->bytes = block->bytes;
    seen->at = at;
}

static void look(struct block *block, struct vtb_guard_seen *seen)
{
    look_for_fault(block, seen);
    if (block->freed)
        return;
    if (seen->left_n++ == 0)
        seen->left_one_bytes = block->bytes;
    seen->left_bytes += block->bytes;
}

void vtb_guard_look(struct vtb_guard_seen *seen)
{
    *seen = (struct vtb_guard_seen){.fault = noted, .bytes = noted_bytes};
    for (size_t i = 0; i < blocks_n; i++)
        look(blocks[places[i]], seen);
}

const struct vtb_heap vtb_guard_heap = {
    .summary = "malloc, with marks around each block",
    .alloc = guard_alloc,
    .free = guard_free,
    .usable = guard_usable,
};
