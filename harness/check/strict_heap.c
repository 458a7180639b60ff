#include "check/strict_heap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/allocate.h"

/* The address space for objects, so large that it takes long until an address is used again; and
 * the part of it for one heap, or for a moving heap until its next collection. */
#define RESERVE_BYTES ((size_t)64 << 30)
#define ARENA_BYTES ((size_t)64 << 20)
#define OBJECTS_MAX 65536
#define PERIOD 61
#define GONE 0xdd
#define PAGE_BYTES ((size_t)4096)
#define CARD_BYTES ((size_t)1 << VTB_CARD_SHIFT)
#define CARDS_N (ARENA_BYTES >> VTB_CARD_SHIFT)

/* The header before every object. Behind the object stands a copy of it, made when it was looked at
 * last. */
struct header {
    const struct header *self; /* tells a header from other memory */
    const struct vtb_type *type;
    struct header *moved; /* the new place of the object */
    uint32_t number;      /* older objects have lower numbers */
    bool marked;
    bool gone;
    bool looked_at; /* the object is not new */
};

struct vtb_gc {
    struct vtb_collector_setup setup;
    bool moves;
};

static char *reserve; /* null: no heap was opened yet */
static size_t reserve_bytes;
static char *arena; /* the part of the reserve that is in use */
static size_t used_bytes;
static size_t placed_n;                     /* objects that were placed, moved ones again */
static struct header *objects[OBJECTS_MAX]; /* objects that are left */
static size_t objects_n;
static uint8_t cards[CARDS_N];
static const char *values;
static size_t values_bytes;
static struct vtb_gc heap;

/* The places of the last objects that moved or were taken away. */
#define LEFT_N ((size_t)1 << 15)
static struct {
    const char *from;
    const struct vtb_type *type;
} departed[LEFT_N];
static size_t left_n;

struct vtb_strict_seen vtb_strict_seen;
struct vtb_roots vtb_strict_roots[VTB_STRICT_ROOTS_MAX];
size_t vtb_strict_roots_n;

/* --- memory --- */

/* Takes memory away: whoever accesses it gets a signal. */
static void close_memory(char *start, size_t bytes)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    if (bytes > 0 && mmap(start, bytes, PROT_NONE, flags, -1, 0) == MAP_FAILED)
        vtb_no_memory(bytes, "what objects of a check moved away from");
}

static bool make_reserve(void)
{
    for (size_t bytes = RESERVE_BYTES; bytes >= 2 * ARENA_BYTES; bytes /= 2) {
        void *found =
            mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (found != MAP_FAILED) {
            reserve = found;
            reserve_bytes = bytes;
            return true;
        }
    }
    return false;
}

/* Opens the next part of the reserve, behind the used memory of the part before. At the reserve's
 * end it starts again. */
static bool open_arena(void)
{
    if (!reserve && !make_reserve())
        return false;
    char *next = arena ? arena + (used_bytes + PAGE_BYTES) / PAGE_BYTES * PAGE_BYTES : reserve;
    if (next + ARENA_BYTES > reserve + reserve_bytes)
        next = reserve;
    arena = next;
    used_bytes = 0;
    return mprotect(arena, ARENA_BYTES, PROT_READ | PROT_WRITE) == 0;
}

/* --- objects --- */

static bool in_reserve(const void *pointer)
{
    return reserve && (uintptr_t)pointer - (uintptr_t)reserve < reserve_bytes;
}

/* The header of the object at a pointer, without its low bits; null if there is no object, or it
 * was taken away. */
static struct header *header_of(const void *pointer)
{
    const size_t at = ((uintptr_t)pointer - (uintptr_t)arena) & ~(size_t)7;
    if (!arena || (uintptr_t)pointer < (uintptr_t)arena || at < sizeof(struct header) ||
        at >= used_bytes)
        return NULL;
    struct header *header = (struct header *)(void *)(arena + at) - 1;
    return header->self == header && !header->gone ? header : NULL;
}

bool vtb_strict_is_object(const void *pointer)
{
    return header_of(pointer) != NULL;
}

bool vtb_strict_is_root(const void *place)
{
    for (size_t i = 0; i < vtb_strict_roots_n; i++) {
        const struct vtb_roots *roots = &vtb_strict_roots[i];
        const size_t at = (uintptr_t)place - (uintptr_t)roots->base;
        if (at / roots->stride_bytes < roots->count && at % roots->stride_bytes == 0)
            return true;
    }
    return false;
}

static void **word_of(struct header *header, size_t i)
{
    return (void **)(void *)(header + 1) + i;
}

/* Word i of an object in its copy, as it was when the object was looked at last. */
static void **word_before(struct header *header, size_t i)
{
    return word_of(header, header->type->bytes / 8 + i);
}

static bool is_declared(const struct vtb_type *type, size_t word)
{
    for (size_t i = 0; !type->all_references && type->references[i] != word * 8; i++) {
        if (type->references[i] == VTB_REFERENCES_END)
            return false;
    }
    return true;
}

static bool is_valid(const struct vtb_type *type)
{
    size_t n = 0;
    while (n < VTB_REFERENCES_MAX && type->references[n] != VTB_REFERENCES_END) {
        if (type->references[n] % 8 != 0 || type->references[n] >= type->bytes)
            return false;
        for (size_t i = 0; i < n; i++) { /* a collector would follow and count it as often */
            if (type->references[i] == type->references[n])
                return false;
        }
        n++;
    }
    return *type->name && type->bytes >= 16 && type->bytes % 8 == 0 &&
           type->context < VTB_CONTEXTS_N &&
           (type->all_references || type->references[n] == VTB_REFERENCES_END);
}

static void broken(size_t *count, const struct header *header, size_t word)
{
    (*count)++;
    vtb_strict_seen.broken_type = header->type->name;
    vtb_strict_seen.broken_at = word * 8;
}

/* --- allocation --- */

/* The place of the next object: the boundary between two cards lies in front of one of its words,
 * of another word for each object, and no other object has a word on either card. */
static struct header *next_header(size_t bytes)
{
    const size_t words_before = placed_n++ % (bytes / 8);
    const size_t least = used_bytes + sizeof(struct header) + words_before * 8;
    const size_t boundary = (least + 2 * CARD_BYTES - 1) / CARD_BYTES * CARD_BYTES;
    return (struct header *)(void *)(arena + boundary - words_before * 8) - 1;
}

/* Places a new object, zeroed. */
static struct header *place(const struct vtb_type *type)
{
    struct header *header = next_header(type->bytes);
    const size_t end = (size_t)((char *)(header + 1) - arena) + 2 * type->bytes;
    if (end > ARENA_BYTES)
        vtb_no_memory(end, "the objects of a check");
    *header = (struct header){.self = header, .type = type};
    used_bytes = end;
    memset(header + 1, 0, 2 * type->bytes);
    return header;
}

static void *strict_alloc(const struct vtb_type *type)
{
    if (objects_n == OBJECTS_MAX)
        vtb_no_memory(2 * sizeof objects, "the list of a check's objects");
    struct header *header = place(type);
    if (!is_valid(type)) {
        vtb_strict_seen.bad_types_n++;
        vtb_strict_seen.bad_type_bytes = type->bytes;
    }
    vtb_strict_seen.outside_n += vtb_strict_seen.inside_n == 0;
    header->number = (uint32_t)vtb_strict_seen.allocs_n++;
    objects[objects_n++] = header;
    return header + 1;
}

static size_t strict_usable(void *memory)
{
    return header_of(memory)->type->bytes;
}

/* --- the write barrier --- */

static uint8_t *card_of(const void *place)
{
    return &cards[(uintptr_t)place >> VTB_CARD_SHIFT & (CARDS_N - 1)];
}

static bool is_value(const void *pointer)
{
    return (uintptr_t)pointer - (uintptr_t)values < values_bytes;
}

/* Checks the words of an object that changed since the last time: a reference to a younger object
 * must have its card marked. */
static void check_words(struct header *header)
{
    for (size_t i = 0; i < header->type->bytes / 8; i++) {
        void **word = word_of(header, i);
        const struct header *to = header_of(*word);
        if (*word == *word_before(header, i) || *card_of(word))
            continue;
        if (to && to->number > header->number)
            broken(&vtb_strict_seen.unmarked_n, header, i);
        else if (is_value(*word) && header->looked_at && is_declared(header->type, i))
            broken(&vtb_strict_seen.unmarked_values_n, header, i);
    }
}

/* Checks all objects, and cleans their cards. */
static void check_barriers(void)
{
    for (size_t n = 0; n < objects_n; n++) {
        struct header *header = objects[n];
        const size_t bytes = header->type->bytes;
        const char *start = (char *)(header + 1);
        if (memcmp(start, start + bytes, bytes) != 0) {
            check_words(header);
            memcpy(word_before(header, 0), start, bytes);
        }
        header->looked_at = true;
        for (const char *at = start; at < start + bytes + CARD_BYTES; at += CARD_BYTES)
            *card_of(at < start + bytes ? at : start + bytes - 1) = 0;
    }
}

/* --- collecting --- */

/* Notes a word that is not declared to be a reference, if it looks like one. */
static void suspect(struct header *header, size_t word, const struct header *inner)
{
    if (inner) {
        vtb_strict_seen.undeclared_n++;
        vtb_strict_seen.undeclared_type = header->type->name;
        vtb_strict_seen.undeclared_at = word * 8;
    } else {
        vtb_strict_seen.stale_n += in_reserve(*word_of(header, word));
    }
}

static void mark(struct header *header)
{
    if (header->marked)
        return;
    header->marked = true;
    for (size_t i = 0; i < header->type->bytes / 8; i++) {
        void *word = *word_of(header, i);
        struct header *inner = header_of(word);
        if (!is_declared(header->type, i))
            suspect(header, i, inner);
        else if (inner)
            mark(inner);
        else if (in_reserve(word))
            broken(&vtb_strict_seen.dangling_n, header, i);
    }
}

/* Marks what one set of roots refers to. A root that does not point into the reserve is ignored. */
static void mark_roots(const struct vtb_roots *roots)
{
    for (size_t i = 0; i < roots->count; i++) {
        void *pointer = *(void **)(void *)((char *)roots->base + i * roots->stride_bytes);
        struct header *header = header_of(pointer);
        if (header)
            mark(header);
        vtb_strict_seen.bad_roots_n += in_reserve(pointer) && !header;
    }
}

static void note_left(const struct header *header)
{
    departed[left_n % LEFT_N].from = (const char *)(header + 1);
    departed[left_n++ % LEFT_N].type = header->type;
}

/* Takes away the objects that are not marked. Once anything was found broken it takes none away, so
 * that the process does not crash before a check reports that. */
static size_t sweep(void)
{
    size_t kept_n = 0;
    size_t kept_bytes = 0;
    for (size_t i = 0; i < objects_n; i++) {
        struct header *header = objects[i];
        if (header->marked || vtb_strict_seen.broken_type) {
            header->marked = false;
            kept_bytes += header->type->bytes;
            objects[kept_n++] = header;
        } else {
            memset(header + 1, GONE, header->type->bytes);
            header->gone = true;
            note_left(header);
            vtb_strict_seen.overwritten_n++;
        }
    }
    objects_n = kept_n;
    return kept_bytes;
}

/* --- moving --- */

const struct vtb_type *vtb_strict_moved_from(const void *address, size_t *at)
{
    const size_t n = left_n < LEFT_N ? left_n : LEFT_N;
    for (size_t i = 0; i < n; i++) {
        *at = (size_t)((uintptr_t)address - (uintptr_t)departed[i].from);
        if (*at < departed[i].type->bytes)
            return departed[i].type;
    }
    return NULL;
}

/* Updates a reference, if it is one into the old memory, to the new place of its object; keeps its
 * low bits, which are the program's own. */
static void relocate(void **reference, char *from, size_t from_bytes)
{
    const uintptr_t low = (uintptr_t)*reference & 7;
    const size_t at = (uintptr_t)*reference - low - (uintptr_t)from;
    if (at >= from_bytes)
        return;
    const struct header *header = (struct header *)(void *)(from + at) - 1;
    *reference = (char *)(header->moved + 1) + low;
}

static void relocate_words(struct header *header, char *from, size_t from_bytes)
{
    const size_t words_n = header->type->bytes / 8;
    for (size_t i = 0; i < words_n; i++) {
        if (is_declared(header->type, i))
            relocate(word_of(header, i), from, from_bytes);
    }
    memcpy(word_before(header, 0), header + 1, header->type->bytes);
}

static void relocate_roots(const struct vtb_roots *roots, char *from, size_t from_bytes)
{
    for (size_t i = 0; i < roots->count; i++) {
        void **root = (void **)(void *)((char *)roots->base + i * roots->stride_bytes);
        relocate(root, from, from_bytes);
    }
}

static struct header *move(struct header *old)
{
    struct header *header = place(old->type);
    header->number = old->number;
    header->looked_at = old->looked_at;
    memcpy(header + 1, old + 1, old->type->bytes);
    old->moved = header;
    note_left(old);
    return header;
}

/* Moves all objects that are left, in their order, to new addresses. */
static void move_all(void)
{
    char *from = arena;
    const size_t from_bytes = used_bytes;
    if (!open_arena())
        vtb_no_memory(ARENA_BYTES, "the objects of a check, moved");
    for (size_t n = 0; n < objects_n; n++)
        objects[n] = move(objects[n]);
    for (size_t n = 0; n < objects_n; n++)
        relocate_words(objects[n], from, from_bytes);
    for (size_t i = 0; i < vtb_strict_roots_n; i++)
        relocate_roots(&vtb_strict_roots[i], from, from_bytes);
    close_memory(from, from_bytes);
}

static void strict_collect(struct vtb_gc *gc, unsigned generation)
{
    struct vtb_collection told = {.generation = generation};
    vtb_strict_seen.outside_n += vtb_strict_seen.inside_n == 0;
    check_barriers();
    for (size_t i = 0; i < vtb_strict_roots_n; i++)
        mark_roots(&vtb_strict_roots[i]);
    told.survived_bytes = sweep();
    if (gc->moves && !vtb_strict_seen.broken_type && vtb_strict_seen.bad_roots_n == 0)
        move_all();
    vtb_strict_seen.collections_n++;
    if (gc->setup.collected)
        gc->setup.collected(gc->setup.context, &told);
}

/* Between collections objects are looked at the less often the more there are. */
static void strict_safepoint(void)
{
    vtb_strict_seen.outside_n += vtb_strict_seen.inside_n == 0;
    if (++vtb_strict_seen.safepoints_n % (heap.moves ? 1 : PERIOD) == 0)
        strict_collect(&heap, 0);
    else if (vtb_strict_seen.safepoints_n % (1 + objects_n / 128) == 0)
        check_barriers();
}

/* --- opening, threads and roots --- */

static struct vtb_gc *open_heap(const struct vtb_collector_setup *setup, bool moves)
{
    close_memory(arena, used_bytes);
    if (!open_arena())
        return NULL;
    heap = (struct vtb_gc){*setup, moves};
    vtb_strict_seen = (struct vtb_strict_seen){0};
    objects_n = vtb_strict_roots_n = left_n = values_bytes = 0;
    memset(cards, 0, sizeof cards);
    return &heap;
}

static struct vtb_gc *strict_open(const struct vtb_collector_setup *setup)
{
    return open_heap(setup, false);
}

static struct vtb_gc *moving_open(const struct vtb_collector_setup *setup)
{
    return open_heap(setup, true);
}

void vtb_strict_values(const void *memory, size_t bytes)
{
    values = memory;
    values_bytes = bytes;
}

static void strict_close(struct vtb_gc *gc)
{
    (void)gc;
    vtb_strict_seen.closed_n++;
}

static void strict_access(struct vtb_gc *gc, struct vtb_gc_access *access)
{
    static const uint32_t always = 1;
    *access = (struct vtb_gc_access){.alloc = strict_alloc,
                                     .cards = cards,
                                     .cards_mask = CARDS_N - 1,
                                     .stop = &always,
                                     .heap = gc};
}

static void strict_enter(struct vtb_gc *gc)
{
    (void)gc;
    vtb_strict_seen.entered_n++;
    vtb_strict_seen.inside_n++;
}

static void strict_leave(struct vtb_gc *gc)
{
    (void)gc;
    vtb_strict_seen.inside_n--;
}

static void strict_add_roots(struct vtb_gc *gc, const struct vtb_roots *roots)
{
    (void)gc;
    if (vtb_strict_roots_n == VTB_STRICT_ROOTS_MAX)
        vtb_no_memory(2 * sizeof vtb_strict_roots, "the roots of a check");
    vtb_strict_roots[vtb_strict_roots_n++] = *roots;
}

static bool same_roots(const struct vtb_roots *left, const struct vtb_roots *right)
{
    return left->base == right->base && left->count == right->count &&
           left->stride_bytes == right->stride_bytes;
}

static void strict_drop_roots(struct vtb_gc *gc, const struct vtb_roots *roots)
{
    (void)gc;
    for (size_t i = 0; i < vtb_strict_roots_n; i++) {
        if (same_roots(&vtb_strict_roots[i], roots)) {
            vtb_strict_roots[i] = vtb_strict_roots[--vtb_strict_roots_n];
            return;
        }
    }
    vtb_strict_seen.unknown_drops_n++;
}

static void strict_state(struct vtb_gc *gc, struct vtb_heap_state *state)
{
    (void)gc;
    *state = (struct vtb_heap_state){.used_bytes = used_bytes, .reserved_bytes = used_bytes};
}

#define FUNCTIONS                                                                              \
    .generations_n = 1, .close = strict_close, .access = strict_access, .enter = strict_enter, \
    .leave = strict_leave, .add_roots = strict_add_roots, .drop_roots = strict_drop_roots,     \
    .safepoint = strict_safepoint, .collect = strict_collect, .state = strict_state

static const struct vtb_collector strict_collector = {.open = strict_open, FUNCTIONS};
static const struct vtb_collector moving_collector = {
    .moves = true, .open = moving_open, FUNCTIONS};

const struct vtb_heap vtb_strict_heap = {
    .summary = "an arena that is never used twice",
    .usable = strict_usable,
    .collector = &strict_collector,
};

const struct vtb_heap vtb_moving_heap = {
    .summary = "an arena that is never used twice, and that objects move in",
    .usable = strict_usable,
    .collector = &moving_collector,
};
