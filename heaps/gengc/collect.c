/* Copying: what is reachable moves to the next generation, and the blocks it was in are free. */
#include "gengc.h"

#include <string.h>

/* --- moving one object --- */

static bool is_moved(const struct vtb_block *block, uint32_t i)
{
    return block->moved[i / 64] >> i % 64 & 1;
}

/* Gives room for a copy, in the generation's last block of the type or in a new one. */
static char *room_for(struct vtb_gc *gc, struct vtb_typed *typed, unsigned generation)
{
    struct vtb_space *space = &typed->spaces[generation];
    if (VTB_UNLIKELY(space->next == space->end)) {
        struct vtb_block *block = vtb_gc_take_block(gc, typed, generation);
        if (space->last)
            space->last->next = block;
        else
            space->first = block;
        space->last = block;
        space->next = vtb_block_start(block);
        space->end = space->next + typed->per_block_n * typed->type->bytes;
        if (!space->scan)
            space->scan = block;
    }
    char *room = space->next;
    space->next += typed->type->bytes;
    space->last->objects_n++;
    return room;
}

static char *move(struct vtb_gc *gc, struct vtb_block *block, char *object, uint32_t i)
{
    struct vtb_typed *typed = block->typed;
    const size_t bytes = typed->type->bytes;
    const unsigned older = block->generation + 1U;
    const unsigned generation = older < VTB_GENERATIONS_N ? older : block->generation;
    char *copy = room_for(gc, typed, generation);
    memcpy(copy, object, bytes);
    memcpy(object, &copy, sizeof copy);
    block->moved[i / 64] |= UINT64_C(1) << i % 64;
    gc->survived_bytes[block->generation] += bytes;
    return copy;
}

/* Marks a large object as reached. It stays where it is. */
static void reach_large(struct vtb_gc *gc, struct vtb_block *block)
{
    if (block->marked)
        return;
    const size_t bytes = block->typed->type->bytes;
    block->marked = true;
    block->next_reached = gc->reached;
    gc->reached = block;
    gc->survived_bytes[block->generation] += bytes;
    gc->marked_bytes += bytes;
}

/*
 * Follows a word that may be a reference: if it refers to an object that is collected, the object
 * moves, and the word is set to its new address. Returns the generation of that object now; the
 * oldest, if the word refers to no object.
 */
static unsigned follow(struct vtb_gc *gc, void **slot)
{
    char *address = *slot;
    if (!vtb_in_region(address))
        return VTB_GENERATIONS_N - 1;
    struct vtb_block *block = vtb_block_of(address);
    if (!block->condemned)
        return block->typed ? block->generation : VTB_GENERATIONS_N - 1;
    gc->found_n++;
    if (block->large) {
        reach_large(gc, block);
        return block->generation;
    }
    char *start = vtb_block_start(block);
    const uint32_t i = vtb_object_at(block->typed, (size_t)(address - start));
    char *object = start + i * block->typed->type->bytes;
    char *copy;
    if (is_moved(block, i))
        memcpy(&copy, object, sizeof copy);
    else
        copy = move(gc, block, object, i);
    *slot = copy + (address - object);
    return vtb_block_of(copy)->generation;
}

/* --- looking through objects --- */

/* Follows a word of an old object. If it refers to a younger object, its card is marked, so that
 * the next collection finds it. */
static void follow_and_remember(struct vtb_gc *gc, void **slot, unsigned generation)
{
    if (follow(gc, slot) >= generation)
        return;
    *vtb_card_of(slot) = 1;
    gc->younger_n++;
}

static void scan_object(struct vtb_gc *gc, const struct vtb_type *type, char *object,
                        unsigned generation)
{
    void **slot;
    for (size_t i = 0; (slot = vtb_reference(type, object, i)); i++)
        follow_and_remember(gc, slot, generation);
}

/* Looks through the objects that were copied to a space since the last time; returns whether there
 * were any. */
static bool scan_space(struct vtb_gc *gc, struct vtb_typed *typed, unsigned generation)
{
    struct vtb_space *space = &typed->spaces[generation];
    bool any = false;
    while (space->scan) {
        struct vtb_block *block = space->scan;
        char *start = vtb_block_start(block);
        for (; space->scanned_n < block->objects_n; space->scanned_n++) {
            scan_object(gc, typed->type, start + space->scanned_n * typed->type->bytes, generation);
            any = true;
        }
        if (block == space->last)
            break;
        space->scan = block->next;
        space->scanned_n = 0;
    }
    return any;
}

static bool scan_large(struct vtb_gc *gc)
{
    struct vtb_block *block = gc->reached;
    if (!block)
        return false;
    gc->reached = block->next_reached;
    scan_object(gc, block->typed->type, vtb_block_start(block), block->generation);
    return true;
}

/* Looks through copies until everything that is reachable was looked through. */
static void scan_copies(struct vtb_gc *gc)
{
    bool any = true;
    while (any) {
        any = scan_large(gc);
        for (size_t i = 0; i < gc->typed_n; i++) {
            for (unsigned generation = 1; generation < VTB_GENERATIONS_N; generation++)
                any |= scan_space(gc, &gc->typed[i], generation);
        }
    }
}

/* --- references from what is not collected --- */

/* Follows the words of one card that may be references. The card's 1 is kept if one of them refers
 * to a younger object. */
static void scan_card(struct vtb_gc *gc, const struct vtb_block *block, char *from)
{
    const struct vtb_type *type = block->typed->type;
    char *start = vtb_block_start(block);
    char *const end = from + ((size_t)1 << VTB_CARD_SHIFT);
    const size_t first = (size_t)(from - start) / type->bytes;
    for (size_t n = first; n < block->objects_n && start + n * type->bytes < end; n++) {
        char *object = start + n * type->bytes;
        void **slot;
        size_t i =
            type->all_references && from > object ? (size_t)(from - object) / sizeof(void *) : 0;
        for (; (slot = vtb_reference(type, object, i)) &&
               (!type->all_references || (char *)slot < end);
             i++) {
            if ((char *)slot >= from && (char *)slot < end)
                follow_and_remember(gc, slot, block->generation);
        }
    }
}

/* Looks through the marked cards of an old block, or of all blocks of a large object. */
static void scan_cards(struct vtb_gc *gc, const struct vtb_block *block)
{
    uint8_t *cards = vtb_cards_of(block);
    char *start = vtb_block_start(block);
    const size_t n = (block->large ? block->run_n : 1) * VTB_CARDS_IN_BLOCK;
    for (size_t at = 0; at < n; at += sizeof(uint64_t)) {
        uint64_t eight;
        memcpy(&eight, cards + at, sizeof eight);
        for (size_t i = at; eight && i < at + sizeof eight; i++) {
            if (!cards[i])
                continue;
            cards[i] = 0;
            scan_card(gc, block, start + (i << VTB_CARD_SHIFT));
        }
    }
}

static void scan_old(struct vtb_gc *gc)
{
    for (size_t i = 0; i < gc->typed_n; i++) {
        for (unsigned generation = gc->condemned + 1; generation < VTB_GENERATIONS_N;
             generation++) {
            for (struct vtb_block *block = gc->typed[i].spaces[generation].first; block;
                 block = block->next)
                scan_cards(gc, block);
        }
    }
    for (struct vtb_block *block = gc->large; block; block = block->next) {
        if (!block->condemned)
            scan_cards(gc, block);
    }
}

static void scan_roots(struct vtb_gc *gc)
{
    for (size_t i = 0; i < gc->roots_n; i++) {
        char *slot = gc->roots[i].base;
        for (size_t n = 0; n < gc->roots[i].count; n++, slot += gc->roots[i].stride_bytes)
            gc->younger_n += follow(gc, (void **)(void *)slot) + 1 < VTB_GENERATIONS_N;
    }
}

/* --- before and after --- */

static void condemn(struct vtb_gc *gc, struct vtb_block *list)
{
    while (list) {
        struct vtb_block *next = list->next;
        list->condemned = true;
        list->next = gc->from;
        gc->from = list;
        list = next;
    }
}

/* Starts a scan behind the old objects of a generation that is kept: they need no scan, and copies
 * come behind them. */
static void start_scan(struct vtb_space *space)
{
    space->scan = space->last;
    space->scanned_n = space->last ? space->last->objects_n : 0;
}

static void condemn_all(struct vtb_gc *gc)
{
    for (size_t i = 0; i < gc->typed_n; i++) {
        for (unsigned generation = 1; generation < VTB_GENERATIONS_N; generation++) {
            struct vtb_space *space = &gc->typed[i].spaces[generation];
            if (generation <= gc->condemned) {
                condemn(gc, space->first);
                *space = (struct vtb_space){0};
            }
            start_scan(space);
        }
    }
    if (gc->condemned + 1 == VTB_GENERATIONS_N) {
        for (struct vtb_block *block = gc->large; block; block = block->next) {
            block->condemned = true;
            block->marked = false;
        }
    }
    condemn(gc, gc->nursery); /* last, so that its oldest block is the first to be used again */
    gc->nursery = NULL;
}

static void give_back_blocks(struct vtb_gc *gc)
{
    while (gc->from) {
        struct vtb_block *block = gc->from;
        gc->from = block->next;
        block->condemned = false;
        if (gc->setup.verify)
            vtb_gc_poison(block, 1);
        vtb_blocks_give_one(&gc->unused, block);
    }
}

static void give_back_large(struct vtb_gc *gc)
{
    struct vtb_block **at = &gc->large;
    while (*at) {
        struct vtb_block *block = *at;
        const bool dead = block->condemned && !block->marked;
        block->condemned = false;
        if (!dead) {
            at = &block->next;
            continue;
        }
        *at = block->next;
        if (gc->setup.verify)
            vtb_gc_poison(block, block->run_n);
        vtb_blocks_give_run(&gc->unused, block, block->run_n);
    }
}

void vtb_gc_copy(struct vtb_gc *gc, unsigned condemned)
{
    gc->condemned = condemned;
    gc->marked_bytes = 0;
    memset(gc->survived_bytes, 0, sizeof gc->survived_bytes);
    condemn_all(gc);
    gc->found_n = gc->younger_n = 0;
    scan_roots(gc);
    scan_old(gc);
    if (condemned + 1 < VTB_GENERATIONS_N) /* else nothing is outside of what is collected */
        gc->few_young = vtb_young_are_few(gc->found_n, gc->younger_n);
    scan_copies(gc);
    give_back_blocks(gc);
    give_back_large(gc);
}
