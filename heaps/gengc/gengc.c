/*
 * A generational, copying collector for objects of known types: three generations, precise roots,
 * a nursery that threads cut off in contexts of 8 KB. It collects at safepoints, all threads
 * stopped. See ARCHITECTURE.md beside this file.
 */
#include "gengc.h"

#include <vtb/heap.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The calling thread's state; null while the thread is in no heap. */
static _Thread_local struct vtb_mutator *current;

static void *allocate(size_t n, size_t bytes)
{
    void *memory = calloc(n, bytes);
    if (!memory)
        vtb_exhausted(n * bytes);
    return memory;
}

/* --- allocation --- */

struct vtb_typed *vtb_typed_of(struct vtb_gc *gc, const struct vtb_type *type)
{
    for (size_t i = 0; i < gc->typed_n; i++) {
        if (gc->typed[i].type == type)
            return &gc->typed[i];
    }
    if (gc->typed_n == VTB_TYPES_MAX || type->bytes < VTB_OBJECT_MIN || type->bytes % 8 != 0 ||
        type->context >= VTB_CONTEXTS_N) {
        fprintf(
            stderr,
            "gengc: the type %s of %zu B: a heap has at most %d types, of objects of a multiple "
            "of 8 B from %d on\n",
            type->name, type->bytes, VTB_TYPES_MAX, VTB_OBJECT_MIN);
        abort();
    }
    struct vtb_typed *typed = &gc->typed[gc->typed_n++];
    typed->type = type;
    typed->per_block_n = (uint32_t)(VTB_BLOCK_BYTES / type->bytes);
    typed->reciprocal = (uint32_t)(((UINT64_C(1) << 32) + type->bytes - 1) / type->bytes);
    return typed;
}

static struct vtb_block *take(struct vtb_gc *gc, struct vtb_typed *typed, unsigned generation,
                              size_t n)
{
    const size_t before_n = gc->blocks_n;
    struct vtb_block *block = vtb_blocks_take(&gc->unused, n, &gc->blocks_n);
    if (gc->setup.verify && gc->blocks_n == before_n)
        vtb_gc_check_poison(block, n);
    block->typed = typed;
    block->generation = (uint8_t)generation;
    block->run_n = n;
    return block;
}

struct vtb_block *vtb_gc_take_block(struct vtb_gc *gc, struct vtb_typed *typed, unsigned generation)
{
    return take(gc, typed, generation, 1);
}

/* Takes a context's block away: the block has as many objects as were cut off. */
static void retire(struct vtb_context *context)
{
    if (!context->block)
        return;
    const size_t used = (size_t)(context->next - vtb_block_start(context->block));
    context->block->objects_n = (uint32_t)(used / context->type->bytes);
    *context = (struct vtb_context){0};
}

static void ask_to_stop(struct vtb_gc *gc)
{
    __atomic_store_n(&gc->stop, 1, __ATOMIC_RELAXED);
}

/* Allocates a large object, which belongs to the oldest generation from the start. */
static void *allocate_large(struct vtb_gc *gc, struct vtb_typed *typed)
{
    const unsigned oldest = VTB_GENERATIONS_N - 1;
    const size_t bytes = typed->type->bytes;
    const size_t n = (bytes + VTB_BLOCK_BYTES - 1) >> VTB_BLOCK_SHIFT;
    struct vtb_block *block = take(gc, typed, oldest, n);
    block->large = true;
    block->objects_n = 1;
    block->next = gc->large;
    gc->large = block;
    gc->sizes[oldest] += bytes;
    gc->budgets[oldest].spent_bytes += bytes;
    if (vtb_budget_is_spent(&gc->budgets[oldest])) {
        gc->wanted = oldest;
        ask_to_stop(gc);
    }
    return memset(vtb_block_start(block), 0, bytes);
}

/*
 * How many objects of the type a context may cut off now: towards the end of the budget a quarter
 * of what is left, so that little of it is given to contexts that do not use it up. Once it is
 * spent a thread gets what it needs until it comes to the safepoint.
 */
static size_t grant(struct vtb_gc *gc, const struct vtb_type *type, size_t room_n)
{
    struct vtb_budget *budget = &gc->budgets[0];
    if (budget->spent_bytes + type->bytes > budget->bytes) {
        ask_to_stop(gc);
        return 1;
    }
    const size_t n = (budget->bytes - budget->spent_bytes) / 4 / type->bytes;
    return n < 1 ? 1 : n < room_n ? n : room_n;
}

/* Gives a context more room, in its block or in another one, zeroed. */
static void refill(struct vtb_gc *gc, struct vtb_context *context, struct vtb_typed *typed)
{
    const size_t bytes = typed->type->bytes;
    size_t cut_n = typed->per_block_n;
    if (context->type == typed->type)
        cut_n = (size_t)(context->next - vtb_block_start(context->block)) / bytes;
    if (cut_n == typed->per_block_n) {
        retire(context);
        context->block = vtb_gc_take_block(gc, typed, 0);
        context->block->next = gc->nursery;
        gc->nursery = context->block;
        context->type = typed->type;
        context->next = vtb_block_start(context->block);
        cut_n = 0;
    }
    const size_t n = grant(gc, typed->type, typed->per_block_n - cut_n);
    gc->budgets[0].spent_bytes += n * bytes;
    context->end = context->next + n * bytes;
}

__attribute__((noinline)) static void *allocate_slowly(const struct vtb_type *type)
{
    struct vtb_gc *gc = current->gc;
    struct vtb_context *context = &current->contexts[type->context];
    void *object = NULL;
    pthread_mutex_lock(&gc->mutex);
    struct vtb_typed *typed = vtb_typed_of(gc, type);
    if (type->bytes > VTB_LARGE_BYTES)
        object = allocate_large(gc, typed);
    else
        refill(gc, context, typed);
    pthread_mutex_unlock(&gc->mutex);
    if (object)
        return object;
    object = context->next;
    memset(object, 0, (size_t)(context->end - context->next));
    context->next += type->bytes;
    return object;
}

static void *alloc(const struct vtb_type *type)
{
    struct vtb_context *context = &current->contexts[type->context];
    char *object = context->next;
    if (VTB_LIKELY(context->type == type && object != context->end)) {
        context->next = object + type->bytes;
        return object;
    }
    return allocate_slowly(type);
}

static size_t usable(void *object)
{
    return vtb_block_of(object)->typed->type->bytes;
}

/* --- collecting --- */

static void retire_all(struct vtb_gc *gc)
{
    for (struct vtb_mutator *mutator = gc->mutators; mutator; mutator = mutator->next) {
        for (size_t i = 0; i < VTB_CONTEXTS_N; i++)
            retire(&mutator->contexts[i]);
    }
}

static size_t nursery_bytes(const struct vtb_gc *gc)
{
    size_t bytes = 0;
    for (const struct vtb_block *block = gc->nursery; block; block = block->next)
        bytes += block->objects_n * block->typed->type->bytes;
    return bytes;
}

/* Moves the sizes of generations to where objects are after a collection: those that survived are
 * in the next generation, or still in the oldest. Renews the budgets from `renewed` on. */
static void account(struct vtb_gc *gc, unsigned renewed, struct vtb_collection *told)
{
    for (unsigned i = told->generation + 1; i-- > 0;) {
        const size_t survived = gc->survived_bytes[i];
        const size_t gained = i > 0 ? gc->survived_bytes[i - 1] : 0;
        const bool oldest = i + 1 == VTB_GENERATIONS_N;
        if (i >= renewed)
            vtb_budget_renew(&gc->budgets[i], i, gc->sizes[i], survived, gained);
        told->survived_bytes += survived;
        told->promoted_bytes += oldest ? 0 : survived;
        gc->sizes[i] = gained + (oldest ? survived : 0);
    }
    if (told->generation + 1 < VTB_GENERATIONS_N) {
        const size_t gained = gc->survived_bytes[told->generation];
        gc->sizes[told->generation + 1] += gained;
        gc->budgets[told->generation + 1].spent_bytes += gained;
    }
}

static void collect_generation(struct vtb_gc *gc, unsigned renewed, struct vtb_collection *told)
{
    vtb_gc_copy(gc, told->generation);
    account(gc, renewed, told);
    told->marked_bytes = gc->marked_bytes;
    if (gc->setup.verify)
        vtb_gc_verify(gc);
}

static void tell(const struct vtb_gc *gc, const struct vtb_collection *told)
{
    if (gc->setup.collected)
        gc->setup.collected(gc->setup.context, told);
}

/*
 * Where .NET collects everything beside the program, which it does unless that is too little to be
 * worth it (bgc_min_per_heap) or somebody asked for it, it collects the young generations first, in
 * the same pause, and then renews the oldest generation's budget alone. (gc.cpp,
 * generation_to_condemn and check_for_ephemeral_alloc.)
 */
#define BACKGROUND_BYTES ((size_t)4 << 20)

static bool collect_young_first(struct vtb_gc *gc, unsigned generation)
{
    const unsigned oldest = VTB_GENERATIONS_N - 1;
    if (generation < oldest || gc->wanted == oldest || gc->sizes[oldest] <= BACKGROUND_BYTES)
        return false;
    struct vtb_collection told = {.generation = vtb_budget_is_spent(&gc->budgets[1]) ? 1 : 0,
                                  .pause_goes_on = true};
    collect_generation(gc, 0, &told);
    tell(gc, &told);
    return true;
}

static void collect_now(struct vtb_gc *gc)
{
    struct vtb_collection told = {.generation = vtb_budgets_condemned(gc->budgets, gc->few_young)};
    gc->few_young = false; /* for one decision; a collection of all alone leaves it so */
    if (told.generation < gc->wanted)
        told.generation = gc->wanted;
    retire_all(gc);
    gc->sizes[0] = nursery_bytes(gc);
    const bool background = collect_young_first(gc, told.generation);
    collect_generation(gc, background ? told.generation : 0, &told);
    gc->wanted = 0;
    __atomic_store_n(&gc->stop, 0, __ATOMIC_RELAXED);
    vtb_moment_end(&gc->start, &told);
    tell(gc, &told);
}

/* Stops at a safepoint. The first thread to come waits until all others have come or left, and
 * collects. */
static void stop_here(struct vtb_gc *gc)
{
    gc->waiting_n++;
    if (!gc->collects) {
        gc->collects = true;
        gc->start = vtb_moment_now();
        while (gc->waiting_n < gc->present_n)
            pthread_cond_wait(&gc->changed, &gc->mutex);
        collect_now(gc);
        gc->collects = false;
        gc->collected++;
    } else {
        const uint64_t collected = gc->collected;
        pthread_cond_broadcast(&gc->changed);
        while (gc->collected == collected)
            pthread_cond_wait(&gc->changed, &gc->mutex);
    }
    gc->waiting_n--;
    pthread_cond_broadcast(&gc->changed);
}

__attribute__((noinline)) static void stop(struct vtb_gc *gc)
{
    pthread_mutex_lock(&gc->mutex);
    if (gc->stop)
        stop_here(gc);
    pthread_mutex_unlock(&gc->mutex);
}

static void safepoint(void)
{
    struct vtb_gc *gc = current->gc;
    if (VTB_UNLIKELY(__atomic_load_n(&gc->stop, __ATOMIC_RELAXED)))
        stop(gc);
}

static void collect(struct vtb_gc *gc, unsigned generation)
{
    pthread_mutex_lock(&gc->mutex);
    if (gc->wanted < generation)
        gc->wanted = generation;
    ask_to_stop(gc);
    stop_here(gc);
    pthread_mutex_unlock(&gc->mutex);
}

/* --- threads --- */

static void enter(struct vtb_gc *gc)
{
    pthread_mutex_lock(&gc->mutex);
    while (gc->collects)
        pthread_cond_wait(&gc->changed, &gc->mutex);
    struct vtb_mutator *mutator = gc->absent;
    if (mutator) {
        gc->absent = mutator->next_absent;
    } else {
        mutator = allocate(1, sizeof *mutator);
        mutator->gc = gc;
        mutator->next = gc->mutators;
        gc->mutators = mutator;
    }
    gc->present_n++;
    pthread_mutex_unlock(&gc->mutex);
    current = mutator;
}

/* Lets a thread leave the heap. Its contexts stay, for the next thread that enters. */
static void leave(struct vtb_gc *gc)
{
    pthread_mutex_lock(&gc->mutex);
    current->next_absent = gc->absent;
    gc->absent = current;
    gc->present_n--;
    pthread_cond_broadcast(&gc->changed);
    pthread_mutex_unlock(&gc->mutex);
    current = NULL;
}

/* --- opening and closing --- */

static struct vtb_gc *open_heap(const struct vtb_collector_setup *setup)
{
    struct vtb_gc *gc = vtb_region_open() ? allocate(1, sizeof *gc) : NULL;
    if (!gc)
        return NULL;
    gc->setup = *setup;
    pthread_mutex_init(&gc->mutex, NULL);
    pthread_cond_init(&gc->changed, NULL);
    vtb_budgets_start(gc->budgets, setup->gen0_budget_bytes);
    return gc;
}

static void give_all_back(struct vtb_gc *gc)
{
    for (size_t i = 0; i < gc->typed_n; i++) {
        for (unsigned generation = 1; generation < VTB_GENERATIONS_N; generation++)
            vtb_region_give(gc->typed[i].spaces[generation].first);
    }
    vtb_region_give(gc->nursery);
    vtb_region_give(gc->large);
    vtb_region_give(gc->unused.singles);
    vtb_region_give(gc->unused.runs);
}

static void close_heap(struct vtb_gc *gc)
{
    while (gc->mutators) {
        struct vtb_mutator *mutator = gc->mutators;
        gc->mutators = mutator->next;
        free(mutator);
    }
    pthread_cond_destroy(&gc->changed);
    pthread_mutex_destroy(&gc->mutex);
    give_all_back(gc);
    free(gc->roots);
    free(gc);
    vtb_region_close();
}

static void give_access(struct vtb_gc *gc, struct vtb_gc_access *access)
{
    *access = (struct vtb_gc_access){
        .alloc = alloc,
        .cards = vtb_region.cards,
        .cards_mask = (vtb_region.bytes >> VTB_CARD_SHIFT) - 1,
        .base = vtb_region.base,
        .bytes = vtb_region.bytes,
        .stop = &gc->stop,
        .heap = gc,
    };
}

static void add_roots(struct vtb_gc *gc, const struct vtb_roots *roots)
{
    pthread_mutex_lock(&gc->mutex);
    if (gc->roots_n == gc->roots_room_n) {
        const size_t room_n = 2 * gc->roots_room_n + 8;
        struct vtb_roots *more = allocate(room_n, sizeof *more);
        if (gc->roots_n > 0)
            memcpy(more, gc->roots, gc->roots_n * sizeof *more);
        free(gc->roots);
        gc->roots = more;
        gc->roots_room_n = room_n;
    }
    gc->roots[gc->roots_n++] = *roots;
    pthread_mutex_unlock(&gc->mutex);
}

static void drop_roots(struct vtb_gc *gc, const struct vtb_roots *roots)
{
    pthread_mutex_lock(&gc->mutex);
    for (size_t i = 0; i < gc->roots_n; i++) {
        if (gc->roots[i].base == roots->base && gc->roots[i].count == roots->count &&
            gc->roots[i].stride_bytes == roots->stride_bytes) {
            gc->roots[i] = gc->roots[--gc->roots_n];
            break;
        }
    }
    pthread_mutex_unlock(&gc->mutex);
}

static void tell_state(struct vtb_gc *gc, struct vtb_heap_state *state)
{
    pthread_mutex_lock(&gc->mutex);
    *state = (struct vtb_heap_state){
        .used_bytes = gc->budgets[0].spent_bytes,
        .budget_bytes = gc->budgets[0].bytes,
        .reserved_bytes = gc->blocks_n * VTB_BLOCK_BYTES,
    };
    for (unsigned i = 1; i < VTB_GENERATIONS_N; i++)
        state->used_bytes += gc->sizes[i];
    pthread_mutex_unlock(&gc->mutex);
}

static const struct vtb_collector collector = {
    .moves = true,
    .generations_n = VTB_GENERATIONS_N,
    .has_budget = true,
    .budget_object_max = VTB_LARGE_BYTES,
    .least_bytes = VTB_REGION_MIN,
    .verifies = true,
    .open = open_heap,
    .close = close_heap,
    .access = give_access,
    .enter = enter,
    .leave = leave,
    .add_roots = add_roots,
    .drop_roots = drop_roots,
    .safepoint = safepoint,
    .collect = collect,
    .state = tell_state,
};

VTB_HEAP(gengc) = {
    .summary = "our generational, copying collector with .NET's budgets",
    .is_default = true,
    .usable = usable,
    .collector = &collector,
};
