/* Looking at the whole heap: what verify mode does after every collection. */
#include "gengc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No address in the region, and no small number, repeats this byte. */
#define POISON 0xdb

__attribute__((noreturn)) static void broken(const char *what, const void *where)
{
    fprintf(stderr, "gengc: the heap is broken: %s at %p\n", what, where);
    abort();
}

void vtb_gc_poison(struct vtb_block *block, size_t n)
{
    memset(vtb_block_start(block), POISON, n * VTB_BLOCK_BYTES);
}

/* Checks that nobody wrote to free blocks: they still have the mark that they got when they became
 * free, or zeros if they are new. */
void vtb_gc_check_poison(const struct vtb_block *block, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *memory = vtb_block_start(block + i);
        const unsigned char first = (unsigned char)*memory;
        if ((first != POISON && first != 0) || memcmp(memory, memory + 1, VTB_BLOCK_BYTES - 1) != 0)
            broken("free memory was written to", memory);
    }
}

/* Checks a reference: it must be to an object of a block in use, and, except for its low bits, to
 * the object's start. */
static const struct vtb_block *check_target(const char *address)
{
    const struct vtb_block *block = vtb_block_of(address);
    if (!block->typed)
        broken("a reference to free memory", address);
    const size_t offset = (size_t)(address - vtb_block_start(block));
    const size_t bytes = block->typed->type->bytes;
    if (offset % bytes >= sizeof(void *))
        broken("a reference into the middle of an object", address);
    if (offset / bytes >= block->objects_n)
        broken("a reference behind the last object of its block", address);
    return block;
}

static void check_object(const struct vtb_block *block, char *object)
{
    void **slot;
    for (size_t i = 0; (slot = vtb_reference(block->typed->type, object, i)); i++) {
        if (!vtb_in_region(*slot))
            continue;
        if (check_target(*slot)->generation < block->generation && !*vtb_card_of(slot))
            broken("a reference from an old object to a younger one, on a clean card", slot);
    }
}

/* Checks the objects of a block; returns how many bytes they have. */
static size_t check_block(const struct vtb_block *block, unsigned generation)
{
    const size_t bytes = block->typed->type->bytes;
    if (block->generation != generation || block->condemned)
        broken("a block in the list of another generation", vtb_block_start(block));
    for (size_t i = 0; i < block->objects_n; i++)
        check_object(block, vtb_block_start(block) + i * bytes);
    return block->objects_n * bytes;
}

void vtb_gc_verify(struct vtb_gc *gc)
{
    const unsigned oldest = VTB_GENERATIONS_N - 1;
    size_t sizes[VTB_GENERATIONS_N] = {0};
    for (size_t i = 0; i < gc->typed_n; i++) {
        for (unsigned generation = 1; generation < VTB_GENERATIONS_N; generation++) {
            for (const struct vtb_block *block = gc->typed[i].spaces[generation].first; block;
                 block = block->next)
                sizes[generation] += check_block(block, generation);
        }
    }
    for (const struct vtb_block *block = gc->large; block; block = block->next)
        sizes[oldest] += check_block(block, oldest);
    if (gc->nursery)
        broken("objects in the nursery", vtb_block_start(gc->nursery));
    for (unsigned generation = 1; generation < VTB_GENERATIONS_N; generation++) {
        if (sizes[generation] != gc->sizes[generation])
            broken("a generation of another size than was accounted for", gc);
    }
    for (size_t i = 0; i < gc->roots_n; i++) {
        char *slot = gc->roots[i].base;
        for (size_t n = 0; n < gc->roots[i].count; n++, slot += gc->roots[i].stride_bytes) {
            void *root = *(void **)(void *)slot;
            if (vtb_in_region(root))
                (void)check_target(root);
        }
    }
}
