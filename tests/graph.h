/*
 * Random programs on a heap of gengc, and what they must find there: a graph of objects in the
 * heap, and a model of it that does not move. By the model it is known, for each collection, which
 * objects are kept and in which generation they are then, to the byte. Whatever is not as it must
 * be ends the process with a message: programs run in several threads, and in a fuzzer.
 */
#ifndef GRAPH_H
#define GRAPH_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heaps/gengc/gengc.h"

extern const struct vtb_heap vtb_heap_gengc;

/* --- a heap, and what it told --- */

/* Collections that are kept: a thread of several must not fall behind by so many. */
#define GRAPH_TOLD_MAX 4096

struct graph_heap {
    const struct vtb_collector *collector;
    struct vtb_gc *gc;
    struct vtb_gc_access access;
    uint64_t told_n;
    struct vtb_collection told[GRAPH_TOLD_MAX]; /* the n-th at n % GRAPH_TOLD_MAX */
};

static inline void graph_note(void *context, const struct vtb_collection *collection)
{
    struct graph_heap *heap = context;
    const uint64_t n = __atomic_load_n(&heap->told_n, __ATOMIC_RELAXED);
    heap->told[n % GRAPH_TOLD_MAX] = *collection;
    __atomic_store_n(&heap->told_n, n + 1, __ATOMIC_RELEASE);
}

static inline uint64_t graph_told_n(const struct graph_heap *heap)
{
    return __atomic_load_n(&heap->told_n, __ATOMIC_ACQUIRE);
}

/* The heap must stay where it is until it is closed. */
static inline void graph_heap_open(struct graph_heap *heap, size_t gen0_budget_bytes, bool verify)
{
    const struct vtb_collector_setup setup = {
        .gen0_budget_bytes = gen0_budget_bytes,
        .verify = verify,
        .collected = graph_note,
        .context = heap,
    };
    heap->told_n = 0;
    heap->collector = vtb_heap_gengc.collector;
    heap->gc = heap->collector->open(&setup);
    if (!heap->gc) {
        fprintf(stderr, "graph: no heap can be opened\n");
        abort();
    }
    heap->collector->access(heap->gc, &heap->access);
}

static inline void graph_heap_close(struct graph_heap *heap)
{
    heap->collector->close(heap->gc);
    heap->gc = NULL;
}

/* Stores a word at `place` in an object, and marks its card: what every program must do. */
static inline void graph_store(const struct graph_heap *heap, void *place, const void *value)
{
    memcpy(place, &value, sizeof(void *));
    /* Several threads may mark one card, which several objects are on. */
    uint8_t *card =
        &heap->access.cards[(uintptr_t)place >> VTB_CARD_SHIFT & heap->access.cards_mask];
    __atomic_store_n(card, 1, __ATOMIC_RELAXED);
}

static inline void *graph_load(const void *place)
{
    void *value;
    memcpy(&value, place, sizeof(void *));
    return value;
}

/* --- objects --- */

/* Their contents: a number of its own at id_at, and what follows from it in the other words that
 * are no references. An array of references has its number, which is no address, in the first. */
struct graph_kind {
    struct vtb_type type;
    size_t id_at;
};

#define GRAPH_OLDEST (VTB_GENERATIONS_N - 1U)
#define GRAPH_END VTB_REFERENCES_END

/* Each size that a heap treats in a way of its own: the smallest, those that share a context or
 * have one for themselves, on several cards, two in a block, large in a block, in a run with and
 * without a rest. References are in ascending order, also in the first word, where a moved object
 * has its new address, and in the last. */
static const struct graph_kind graph_kinds[] = {
    {{"pair", 16, 0, false, {0, GRAPH_END}}, 8},
    {{"leaf", 16, 0, false, {GRAPH_END}}, 0},
    {{"branch", 24, 1, false, {8, 16, GRAPH_END}}, 0},
    {{"task", 72, 2, false, {8, 40, 64, GRAPH_END}}, 0},
    {{"box", 104, 3, false, {0, 8, 16, 24, 48, 56, 88, 96, GRAPH_END}}, 40},
    {{"page", 320, 1, false, {312, GRAPH_END}}, 0},
    {{"cards", 520, 2, false, {8, 504, 512, GRAPH_END}}, 0},
    {{"array of 127", 1016, 3, true, {0}}, 0},
    {{"half a block", 4096, 0, false, {8, 504, 512, 2048, 4088, GRAPH_END}}, 16},
    {{"array of 8", 64, 1, true, {0}}, 0},
    {{"large", 4104, 0, false, {8, 4096, GRAPH_END}}, 0},
    {{"a block", 8192, 1, false, {0, 8184, GRAPH_END}}, 8},
    {{"array of 1125", 9000, 2, true, {0}}, 0},
    {{"array of 3072", 24576, 3, true, {0}}, 0},
};

enum { GRAPH_KINDS_N = sizeof graph_kinds / sizeof *graph_kinds, GRAPH_SMALL_N = 10 };

static inline bool graph_is_large(const struct graph_kind *kind)
{
    return kind->type.bytes > VTB_LARGE_BYTES;
}

static inline size_t graph_references_n(const struct vtb_type *type)
{
    size_t n = 0;
    if (type->all_references)
        return type->bytes / sizeof(void *);
    while (type->references[n] != VTB_REFERENCES_END)
        n++;
    return n;
}

static inline size_t graph_reference_at(const struct vtb_type *type, size_t i)
{
    return type->all_references ? i * sizeof(void *) : type->references[i];
}

static inline uint64_t graph_data(uint64_t id, size_t offset)
{
    return (id * 2654435761U + offset) & UINT32_MAX; /* no address */
}

/* --- the model --- */

struct graph_node;

/* A word that may be a reference. */
struct graph_word {
    struct graph_node *target; /* null: it is `bits`, which is no address in the heap */
    uint64_t bits;             /* else the program's own, below 8 */
};

struct graph_node {
    struct graph_node *next;
    struct graph_node *next_found;
    const struct graph_kind *kind;
    uint64_t id;
    unsigned generation;
    bool marked;
    uint64_t check; /* in which the object was seen, */
    char *object;   /* there */
    size_t words_n;
    struct graph_word words[];
};

enum { GRAPH_GROUPS_N = 6, GRAPH_GROUP_SLOTS = 8, GRAPH_STRIDE_MAX = 4 };
enum {
    GRAPH_SLOTS_N = GRAPH_GROUPS_N * GRAPH_GROUP_SLOTS,
    GRAPH_GROUP_WORDS = GRAPH_GROUP_SLOTS * GRAPH_STRIDE_MAX,
};

/* The most bytes that a program may keep alive; more is dropped, so that thousands of collections
 * are quick. */
#define GRAPH_BYTES_MAX ((size_t)384 << 10)

/* Variables are slots in groups, each of them one set of roots with a stride of its own. */
struct graph {
    struct graph_heap *heap;
    bool shared; /* others use the heap as well: what is told of collections is not of this alone */
    struct graph_node *nodes;
    struct graph_node *found; /* and not looked through yet */
    size_t bytes;             /* of all nodes */
    uint64_t ids_n;
    uint64_t checks_n;
    uint64_t seen_n; /* collections that the model knows of */
    unsigned added_n[GRAPH_GROUPS_N];
    struct graph_word slots[GRAPH_SLOTS_N];
    void *roots[GRAPH_GROUPS_N][GRAPH_GROUP_WORDS];
};

__attribute__((noreturn)) static inline void
graph_broken(const struct graph *graph, const char *what, uint64_t is, uint64_t must_be)
{
    fprintf(stderr,
            "graph: %s: %" PRIu64 " (0x%" PRIx64 "), not %" PRIu64 ", after %" PRIu64
            " collections\n",
            what, is, is, must_be, graph->seen_n);
    abort();
}

static inline void graph_expect(const struct graph *graph, const char *what, uint64_t is,
                                uint64_t must_be)
{
    if (is != must_be)
        graph_broken(graph, what, is, must_be);
}

static inline size_t graph_stride(size_t group)
{
    return 1 + group % GRAPH_STRIDE_MAX;
}

/* The place of a slot in memory. */
static inline void **graph_place(struct graph *graph, size_t slot)
{
    const size_t group = slot / GRAPH_GROUP_SLOTS;
    return &graph->roots[group][slot % GRAPH_GROUP_SLOTS * graph_stride(group)];
}

/* A word between two roots that looks like a root, and must not be followed. */
static inline void *graph_decoy(size_t i)
{
    return (void *)(uintptr_t)(i * 2 + 1);
}

static inline struct vtb_roots graph_roots(struct graph *graph, size_t group)
{
    return (struct vtb_roots){graph->roots[group], GRAPH_GROUP_SLOTS,
                              graph_stride(group) * sizeof(void *)};
}

static inline void graph_add_group(struct graph *graph, size_t group)
{
    const struct vtb_roots roots = graph_roots(graph, group);
    graph->heap->collector->add_roots(graph->heap->gc, &roots);
    graph->added_n[group]++;
}

static inline void graph_set(struct graph *graph, size_t slot, struct graph_word word, void *value)
{
    graph->slots[slot] = word;
    *graph_place(graph, slot) = value;
}

static inline void graph_clear(struct graph *graph, size_t slot)
{
    graph_set(graph, slot, (struct graph_word){0}, NULL);
}

static inline void graph_drop_group(struct graph *graph, size_t group)
{
    const struct vtb_roots roots = graph_roots(graph, group);
    graph->heap->collector->drop_roots(graph->heap->gc, &roots);
    if (--graph->added_n[group] > 0)
        return;
    for (size_t i = 0; i < GRAPH_GROUP_SLOTS; i++) /* what is no root is no reference */
        graph_clear(graph, group * GRAPH_GROUP_SLOTS + i);
}

/* Starts an empty graph. `first_id` makes the objects of several graphs in one heap differ. */
static inline void graph_start(struct graph *graph, struct graph_heap *heap, bool shared,
                               uint64_t first_id)
{
    *graph = (struct graph){.heap = heap, .shared = shared, .ids_n = first_id};
    graph->seen_n = graph_told_n(heap);
    for (size_t group = 0; group < GRAPH_GROUPS_N; group++) {
        for (size_t i = 0; i < GRAPH_GROUP_WORDS; i++)
            graph->roots[group][i] = graph_decoy(i);
        for (size_t i = 0; i < GRAPH_GROUP_SLOTS; i++)
            graph_clear(graph, group * GRAPH_GROUP_SLOTS + i);
        if (shared || group == 0)
            graph_add_group(graph, group);
    }
}

static inline void graph_end(struct graph *graph)
{
    for (size_t group = 0; group < GRAPH_GROUPS_N; group++) {
        while (graph->added_n[group] > 0)
            graph_drop_group(graph, group);
    }
    while (graph->nodes) {
        struct graph_node *node = graph->nodes;
        graph->nodes = node->next;
        free(node);
    }
}

/* --- what a collection does to the model --- */

static inline void graph_find(struct graph *graph, struct graph_node *node, unsigned generation)
{
    if (!node || node->marked || node->generation > generation)
        return;
    node->marked = true;
    node->next_found = graph->found;
    graph->found = node;
}

static inline void graph_find_words(struct graph *graph, const struct graph_node *node,
                                    unsigned generation)
{
    for (size_t i = 0; i < node->words_n; i++)
        graph_find(graph, node->words[i].target, generation);
}

/* Marks in the model what is reachable from the roots, and from all that is older, reachable or
 * not. */
static inline void graph_mark(struct graph *graph, unsigned generation)
{
    for (size_t i = 0; i < GRAPH_SLOTS_N; i++)
        graph_find(graph, graph->slots[i].target, generation);
    for (struct graph_node *node = graph->nodes; node; node = node->next) {
        if (node->generation > generation)
            graph_find_words(graph, node, generation);
    }
    while (graph->found) {
        const struct graph_node *node = graph->found;
        graph->found = node->next_found;
        graph_find_words(graph, node, generation);
    }
}

static inline void graph_sweep(struct graph *graph, unsigned generation,
                               struct vtb_collection *predicted)
{
    struct graph_node **at = &graph->nodes;
    while (*at) {
        struct graph_node *node = *at;
        const size_t bytes = node->kind->type.bytes;
        if (node->generation <= generation && !node->marked) {
            *at = node->next;
            graph->bytes -= bytes;
            free(node);
            continue;
        }
        if (node->generation <= generation) {
            const bool promoted = node->generation < GRAPH_OLDEST;
            predicted->survived_bytes += bytes;
            predicted->promoted_bytes += promoted ? bytes : 0;
            predicted->marked_bytes += graph_is_large(node->kind) ? bytes : 0;
            node->generation += promoted;
        }
        node->marked = false;
        at = &node->next;
    }
}

static inline void graph_replay(struct graph *graph, const struct vtb_collection *told)
{
    struct vtb_collection predicted = {0};
    if (told->generation > GRAPH_OLDEST || told->end_ns < told->start_ns)
        graph_broken(graph, "a generation, or a time that runs backwards", told->generation, 0);
    graph_mark(graph, told->generation);
    graph_sweep(graph, told->generation, &predicted);
    graph->seen_n++;
    if (graph->shared)
        return;
    graph_expect(graph, "bytes that survived", told->survived_bytes, predicted.survived_bytes);
    graph_expect(graph, "bytes promoted", told->promoted_bytes, predicted.promoted_bytes);
    graph_expect(graph, "bytes marked", told->marked_bytes, predicted.marked_bytes);
}

/* --- the heap against the model --- */

/* A word of the heap, or a root: of two that refer to one node, both are to the same object. */
static inline void graph_check_word(struct graph *graph, struct graph_word word, const void *value)
{
    struct graph_node *node = word.target;
    char *object = (char *)(uintptr_t)((uintptr_t)value - (uintptr_t)word.bits);
    if (!node) {
        graph_expect(graph, "a word that is no reference", (uintptr_t)value, word.bits);
        return;
    }
    if (node->check == graph->checks_n) {
        graph_expect(graph, "where a shared object is", (uintptr_t)object, (uintptr_t)node->object);
        return;
    }
    if (!vtb_in_region(object) || (uintptr_t)object % 8 != 0)
        graph_broken(graph, "a reference that leads nowhere, to object", (uintptr_t)value,
                     node->id);
    node->check = graph->checks_n;
    node->object = object;
    node->next_found = graph->found;
    graph->found = node;
}

static inline void graph_check_object(struct graph *graph, const struct graph_node *node)
{
    const struct vtb_type *type = &node->kind->type;
    const struct vtb_block *block = vtb_block_of(node->object);
    size_t next = 0;
    graph_expect(graph, "an object's generation", block->generation, node->generation);
    graph_expect(graph, "an object's size", vtb_heap_gengc.usable(node->object), type->bytes);
    for (size_t offset = 0; offset < type->bytes; offset += sizeof(void *)) {
        void *value = graph_load(node->object + offset);
        if (next < node->words_n && graph_reference_at(type, next) == offset)
            graph_check_word(graph, node->words[next++], value);
        else if (offset == node->kind->id_at)
            graph_expect(graph, "an object's number", (uintptr_t)value, node->id);
        else
            graph_expect(graph, "an object's word", (uintptr_t)value, graph_data(node->id, offset));
    }
}

/* Everything reachable is where the model has it, and between the roots nothing has changed. */
static inline void graph_check(struct graph *graph)
{
    graph->checks_n++;
    for (size_t i = 0; i < GRAPH_SLOTS_N; i++)
        graph_check_word(graph, graph->slots[i], *graph_place(graph, i));
    while (graph->found) {
        const struct graph_node *node = graph->found;
        graph->found = node->next_found;
        graph_check_object(graph, node);
    }
    for (size_t group = 0; group < GRAPH_GROUPS_N; group++) {
        for (size_t i = 0; i < GRAPH_GROUP_WORDS; i++) {
            const size_t stride = graph_stride(group);
            if (i % stride != 0 || i / stride >= GRAPH_GROUP_SLOTS)
                graph_expect(graph, "what is between two roots", (uintptr_t)graph->roots[group][i],
                             (uintptr_t)graph_decoy(i));
        }
    }
}

/* Nothing is allocated since the last collection: then the heap says how much there is. */
static inline void graph_check_state(struct graph *graph)
{
    struct vtb_heap_state state;
    graph->heap->collector->state(graph->heap->gc, &state);
    graph_expect(graph, "bytes used", state.used_bytes, graph->bytes);
    if (state.reserved_bytes < state.used_bytes)
        graph_broken(graph, "bytes reserved", state.reserved_bytes, state.used_bytes);
}

/* Follows, in the model, the collections that the heap ran since the last time. */
static inline void graph_settle(struct graph *graph)
{
    const uint64_t told_n = graph_told_n(graph->heap);
    if (graph->seen_n == told_n)
        return;
    if (told_n - graph->seen_n > GRAPH_TOLD_MAX)
        graph_broken(graph, "collections since the last look", told_n - graph->seen_n,
                     GRAPH_TOLD_MAX);
    while (graph->seen_n < told_n)
        graph_replay(graph, &graph->heap->told[graph->seen_n % GRAPH_TOLD_MAX]);
    graph_check(graph);
    if (!graph->shared)
        graph_check_state(graph);
}

static inline void graph_safepoint(struct graph *graph)
{
    graph->heap->collector->safepoint();
    graph_settle(graph);
}

static inline void graph_collect(struct graph *graph, unsigned generation)
{
    const uint64_t before_n = graph->seen_n;
    graph->heap->collector->collect(graph->heap->gc, generation);
    graph_settle(graph);
    if (graph->seen_n == before_n)
        graph_broken(graph, "collections when asked for one", 0, 1);
    const struct vtb_collection *last = &graph->heap->told[(graph->seen_n - 1) % GRAPH_TOLD_MAX];
    if (!graph->shared && last->generation < generation)
        graph_broken(graph, "a younger generation than asked for", last->generation, generation);
}

/* --- a program --- */

/* One operation; what a to c mean depends on the code. All values are good. */
struct graph_op {
    uint8_t code;
    uint8_t a;
    uint8_t b;
    uint8_t c;
};

enum graph_code {
    GRAPH_ALLOCATE,
    GRAPH_GARBAGE,
    GRAPH_STORE,
    GRAPH_FILL,
    GRAPH_LOAD,
    GRAPH_COPY,
    GRAPH_NUMBER,
    GRAPH_CLEAR,
    GRAPH_COLLECT,
    GRAPH_ADD_ROOTS,
    GRAPH_DROP_ROOTS,
    GRAPH_REENTER,
};

/* How often each code, of 32, and each kind. */
static const uint8_t graph_codes[32] = {
    GRAPH_ALLOCATE, GRAPH_COLLECT,    GRAPH_ALLOCATE, GRAPH_ALLOCATE, GRAPH_ALLOCATE,
    GRAPH_ALLOCATE, GRAPH_ALLOCATE,   GRAPH_ALLOCATE, GRAPH_STORE,    GRAPH_STORE,
    GRAPH_STORE,    GRAPH_STORE,      GRAPH_STORE,    GRAPH_STORE,    GRAPH_STORE,
    GRAPH_STORE,    GRAPH_LOAD,       GRAPH_LOAD,     GRAPH_LOAD,     GRAPH_LOAD,
    GRAPH_GARBAGE,  GRAPH_GARBAGE,    GRAPH_FILL,     GRAPH_FILL,     GRAPH_COPY,
    GRAPH_COPY,     GRAPH_NUMBER,     GRAPH_CLEAR,    GRAPH_COLLECT,  GRAPH_ADD_ROOTS,
    GRAPH_REENTER,  GRAPH_DROP_ROOTS,
};
static const uint8_t graph_kind_codes[32] = {0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3,  4,  4,  4,
                                             5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 9, 9, 10, 11, 12, 13};

/* A slot that is a root: half of the time one of the first group, so that operations meet. */
static inline size_t graph_slot(const struct graph *graph, uint8_t number)
{
    const size_t slot = number < 128 ? number % GRAPH_GROUP_SLOTS : number % GRAPH_SLOTS_N;
    return graph->added_n[slot / GRAPH_GROUP_SLOTS] > 0 ? slot : slot % GRAPH_GROUP_SLOTS;
}

static inline char *graph_alloc(struct graph *graph, const struct graph_kind *kind)
{
    char *object = graph->heap->access.alloc(&kind->type);
    if (!object || (uintptr_t)object % 8 != 0)
        graph_broken(graph, "the address of a new object", (uintptr_t)object, 0);
    for (size_t offset = 0; offset < kind->type.bytes; offset += sizeof(void *))
        graph_expect(graph, "a word of a new object", (uintptr_t)graph_load(object + offset), 0);
    return object;
}

/* Writes the number and what follows from it: no references, so that no card needs a mark. */
static inline void graph_write(const struct graph_node *node, char *object)
{
    const struct vtb_type *type = &node->kind->type;
    size_t next = 0;
    for (size_t offset = 0; offset < type->bytes; offset += sizeof(void *)) {
        uint64_t word = graph_data(node->id, offset);
        if (offset == node->kind->id_at)
            word = node->id;
        else if (next < node->words_n && graph_reference_at(type, next) == offset)
            word = node->words[next].bits;
        next += next < node->words_n && graph_reference_at(type, next) == offset;
        memcpy(object + offset, &word, sizeof word);
    }
}

static inline struct graph_node *graph_node_new(struct graph *graph, const struct graph_kind *kind)
{
    const size_t words_n = graph_references_n(&kind->type);
    struct graph_node *node = calloc(1, sizeof *node + words_n * sizeof *node->words);
    if (!node)
        graph_broken(graph, "memory for the model", 0, words_n);
    node->kind = kind;
    node->words_n = words_n;
    node->id = ++graph->ids_n;
    node->generation = graph_is_large(kind) ? GRAPH_OLDEST : 0;
    if (kind->type.all_references)
        node->words[0].bits = node->id;
    node->next = graph->nodes;
    graph->nodes = node;
    graph->bytes += kind->type.bytes;
    return node;
}

static inline void graph_do_allocate(struct graph *graph, struct graph_op op)
{
    const struct graph_kind *kind = &graph_kinds[graph_kind_codes[op.b % 32]];
    char *object = graph_alloc(graph, kind);
    struct graph_node *node = graph_node_new(graph, kind);
    const uint64_t tag = op.c % 8;
    graph_write(node, object);
    graph_set(graph, graph_slot(graph, op.a), (struct graph_word){node, tag}, object + tag);
}

/* Nothing of it is in the model, as nothing of it survives. */
static inline void graph_do_garbage(struct graph *graph, struct graph_op op)
{
    for (size_t i = 0; i < op.b % 64U; i++) {
        const struct graph_kind *kind = &graph_kinds[(op.a + i * op.c) % GRAPH_SMALL_N];
        memset(graph_alloc(graph, kind), 0x5a, kind->type.bytes);
        graph_safepoint(graph);
    }
}

/* Into `n` references of the object of slot a, from the one on that c says, what slot b has. */
static inline void graph_do_store(struct graph *graph, struct graph_op op, size_t n)
{
    const size_t holder = graph_slot(graph, op.a);
    const size_t slot = graph_slot(graph, op.b);
    struct graph_node *node = graph->slots[holder].target;
    struct graph_word word = graph->slots[slot];
    if (!node)
        return;
    const size_t first = node->kind->type.all_references; /* that is its number */
    if (node->words_n == first)
        return;
    char *object = (char *)*graph_place(graph, holder) - graph->slots[holder].bits;
    char *value = *graph_place(graph, slot);
    if (word.target) {
        value = value - word.bits + op.c % 8;
        word.bits = op.c % 8;
    }
    size_t i = first + op.c * (size_t)40503 % (node->words_n - first);
    for (; n > 0 && i < node->words_n; n--, i++) {
        node->words[i] = word;
        graph_store(graph->heap, object + graph_reference_at(&node->kind->type, i), value);
    }
}

/* Into slot a, what the object of slot b refers to. */
static inline void graph_do_load(struct graph *graph, struct graph_op op)
{
    const size_t holder = graph_slot(graph, op.b);
    const struct graph_node *node = graph->slots[holder].target;
    if (!node || node->words_n == 0)
        return;
    const size_t i = op.c * (size_t)40503 % node->words_n;
    const char *object = (char *)*graph_place(graph, holder) - graph->slots[holder].bits;
    graph_set(graph, graph_slot(graph, op.a), node->words[i],
              graph_load(object + graph_reference_at(&node->kind->type, i)));
}

static inline void graph_do_copy(struct graph *graph, struct graph_op op)
{
    const size_t from = graph_slot(graph, op.b);
    graph_set(graph, graph_slot(graph, op.a), graph->slots[from], *graph_place(graph, from));
}

/* No address, or one that is not in the heap. */
static inline void graph_do_number(struct graph *graph, struct graph_op op)
{
    const uint64_t numbers[] = {op.c, (uintptr_t)graph, UINT64_MAX - op.c,
                                (uintptr_t)vtb_region.base - 1};
    const uint64_t number = numbers[op.b % (sizeof numbers / sizeof *numbers)];
    graph_set(graph, graph_slot(graph, op.a), (struct graph_word){NULL, number},
              (void *)(uintptr_t)number);
}

static inline void graph_do_roots(struct graph *graph, struct graph_op op, bool add)
{
    const size_t group = 1 + op.a % (GRAPH_GROUPS_N - 1U); /* the first one stays */
    if (graph->shared)
        return; /* another thread may collect now */
    if (add && graph->added_n[group] < 3)
        graph_add_group(graph, group);
    else if (!add && graph->added_n[group] > 0)
        graph_drop_group(graph, group);
}

static inline void graph_do_reenter(struct graph *graph)
{
    const struct vtb_collector *collector = graph->heap->collector;
    collector->leave(graph->heap->gc);
    collector->enter(graph->heap->gc);
    graph_settle(graph);
}

/* The program has too much: it drops every second variable, and if that is not enough, all. */
static inline void graph_shrink(struct graph *graph)
{
    for (size_t every = 2; every > 0 && graph->bytes > GRAPH_BYTES_MAX; every--) {
        for (size_t i = 0; i < GRAPH_SLOTS_N; i += every)
            graph_clear(graph, i);
        graph_collect(graph, GRAPH_OLDEST);
    }
}

static inline void graph_do_collect(struct graph *graph, struct graph_op op)
{
    static const uint8_t generations[] = {0, 0, 0, 0, 1, 1, 2, 2};
    graph_collect(graph, generations[op.a % sizeof generations]);
}

/* One operation, and then a safepoint. The calling thread has entered the heap. */
static inline void graph_step(struct graph *graph, struct graph_op op)
{
    switch ((enum graph_code)graph_codes[op.code % 32]) {
    case GRAPH_ALLOCATE:
        graph_do_allocate(graph, op);
        break;
    case GRAPH_GARBAGE:
        graph_do_garbage(graph, op);
        break;
    case GRAPH_STORE:
        graph_do_store(graph, op, 1);
        break;
    case GRAPH_FILL:
        graph_do_store(graph, op, 1 + op.c % 64U);
        break;
    case GRAPH_LOAD:
        graph_do_load(graph, op);
        break;
    case GRAPH_COPY:
        graph_do_copy(graph, op);
        break;
    case GRAPH_NUMBER:
        graph_do_number(graph, op);
        break;
    case GRAPH_CLEAR:
        graph_clear(graph, graph_slot(graph, op.a));
        break;
    case GRAPH_COLLECT:
        graph_do_collect(graph, op);
        break;
    case GRAPH_ADD_ROOTS:
    case GRAPH_DROP_ROOTS:
        graph_do_roots(graph, op, graph_codes[op.code % 32] == GRAPH_ADD_ROOTS);
        break;
    case GRAPH_REENTER:
        graph_do_reenter(graph);
        break;
    }
    graph_safepoint(graph);
    graph_shrink(graph);
}

#endif
