/*
 * What a strategy provides: how a method hands over a result that is ready now or later.
 *
 * One source file in impls/ is one strategy; `name` is the file's stem. The build compiles it once
 * for each workload, after the workload's header, for timing and again for counting. It includes
 * this header, and then defines, for any vtb_key and vtb_value,
 *
 *     typedef ... vtb_handover;      what the method returns
 *     struct vtb_slot {...};         what the caller's frame holds for one operation; a reference
 *                                    to a heap object stands in its first word
 *
 *     vtb_handover vtb_ready(struct vtb_service *, struct vtb_slot *, const vtb_value *);
 *         The method has its answer at hand: hands it over.
 *     vtb_handover vtb_suspend(struct vtb_service *, struct vtb_slot *, vtb_key);
 *         The method must wait: makes the pending operation, gives it to the store (vtb_submit),
 *         and hands over what the caller is to wait for.
 *     bool vtb_is_ready(const vtb_handover *, const struct vtb_slot *);
 *         The caller sees which of the two it got.
 *     vtb_value vtb_take(struct vtb_service *, vtb_handover *, struct vtb_slot *);
 *         The caller consumes a value that was ready, exactly once, and gives back its memory.
 *     void vtb_await(struct vtb_service *, vtb_handover *, struct vtb_slot *,
 *                    struct vtb_continuation *);
 *         The caller waits: keeps in the slot what it needs, and has the continuation run when the
 *         operation completes.
 *     void vtb_complete(struct vtb_service *, void *pending);
 *         The store has the answer to what was submitted: fetches the value, completes the
 *         operation, runs its continuation.
 *     vtb_value vtb_resume(struct vtb_service *, struct vtb_slot *);
 *         The continuation consumes the value, exactly once, and gives back the operation's memory.
 *
 * all `static inline`, and ends in VTB_STRATEGY(name) = {...}. The harness builds the method, the
 * loop and the caller's frames from them (cell.h). Everything here but the entry stands in the
 * measured region. Macros, defined before this header is included, choose between shapes:
 *
 *     VTB_TAKES_SLOT      the method is given the caller's slot, which a caller-allocated operation
 *                         lives in. Otherwise vtb_ready and vtb_suspend get null.
 *     VTB_OWN_METHOD      the strategy defines its method itself, as VTB_METHOD ...
 *                         VTB_CELL_SYMBOL(method)(...), and what calls it,
 *                         vtb_handover vtb_call(struct vtb_service *, struct vtb_slot *, vtb_key),
 *                         in place of vtb_ready and vtb_suspend: a callback with its context, a
 *                         state machine that is polled again.
 *     VTB_NEVER_SUSPENDS  a miss is answered at once: vtb_suspend returns a ready handover, and
 *                         vtb_is_ready, vtb_await, vtb_complete and vtb_resume do not exist.
 *     VTB_LOOP_ONLY       nothing is called and nothing handed over: the loop alone. No function
 *                         and no type is needed.
 */
#ifndef VTB_STRATEGY_H
#define VTB_STRATEGY_H

#include "base.h"
#include "heap.h"

#include <string.h>

/* The five shapes of a hand-over, and the two cells that measure the harness itself. */
/* clang-format off */
#define VTB_SHAPES(row)                                \
    row(VTB_SHAPE_LOOP, "empty loop")                  \
    row(VTB_SHAPE_VALUE, "plain value")                \
    row(VTB_SHAPE_OBJECT, "returned object")           \
    row(VTB_SHAPE_STRUCT, "returned struct")           \
    row(VTB_SHAPE_OPERATION, "caller's operation")     \
    row(VTB_SHAPE_POLL, "state machine")        \
    row(VTB_SHAPE_CALLBACK, "callback")
/* clang-format on */

enum vtb_shape {
#define VTB_SHAPE_ROW(id, text) id,
    VTB_SHAPES(VTB_SHAPE_ROW)
#undef VTB_SHAPE_ROW
};

/* What a table needs a strategy for, so that the harness need not know it by name. */
enum vtb_role {
    VTB_ROLE_NONE,
    VTB_ROLE_EMPTY,   /* the loop's own cost; always in the round */
    VTB_ROLE_FLOOR,   /* what "over plain" is over; always in the round */
    VTB_ROLE_BASELINE /* what a ratio is to, unless --baseline-strategy names another */
};

/* What one operation takes from the heap: the closed formula that counted figures must equal. */
struct vtb_cost {
    uint32_t allocs_n;
    uint32_t bytes; /* requested, of all allocations together */
};

struct vtb_strategy {
    const char *summary;
    const char *modelled_on;
    enum vtb_shape shape;
    enum vtb_role role;
    struct vtb_cost on_hit;
    struct vtb_cost on_miss;
    /* Indirect calls that the method and the loop make on a hit because the strategy consists of
     * them: a call of the heap, of a callback. A test holds the machine code against it. */
    uint32_t indirect_calls_on_hit;
};

/* vtb_<strategy>_<workload>_<pass>_<name>: a name that objdump and a profiler show. */
#define VTB_CELL_NAME                                                                         \
    VTB_PASTE(VTB_PASTE(VTB_PASTE(vtb_, VTB_STRATEGY_STEM), VTB_PASTE(_, VTB_WORKLOAD_STEM)), \
              VTB_PASTE(_, VTB_PASS_STEM))
#define VTB_CELL_SYMBOL(name) VTB_PASTE(VTB_CELL_NAME, _##name)

/* The entry, whose name is the file's stem: VTB_STRATEGY(stem) = {.summary = ..., ...}; */
#define VTB_STRATEGY(stem) static const struct vtb_strategy vtb_strategy_##stem

/* Exact figures of a counting run. Written by cells compiled with VTB_COUNTING only. */
struct vtb_counts {
    uint64_t allocs_n;
    uint64_t frees_n;
    uint64_t requested_bytes; /* of all allocations together */
    uint64_t usable_bytes;    /* the same, as the heap rounds them up */
    uint64_t live_bytes;      /* requested and not freed */
    uint64_t peak_live_bytes;
};

/* What the method's `this` points to. One for each case and thread; not shared. */
struct vtb_service {
    const struct vtb_table *table;
    void *(*alloc)(size_t bytes); /* copies of the heap's pointers, one load from the call */
    void (*free)(void *memory);
    void *submitted; /* the pending operation that the method gave to the store last */
    const struct vtb_heap *heap;
    struct vtb_counts counts;
};

/* What runs when an operation completes. Stands at the start of whatever waits. */
struct vtb_continuation {
    void (*run)(struct vtb_continuation *self);
};

#if VTB_COUNTING
static inline void vtb_count_alloc(struct vtb_service *service, void *memory, size_t bytes)
{
    struct vtb_counts *counts = &service->counts;
    counts->allocs_n++;
    counts->requested_bytes += bytes;
    counts->usable_bytes += service->heap->usable(memory);
    counts->live_bytes += bytes;
    if (counts->live_bytes > counts->peak_live_bytes)
        counts->peak_live_bytes = counts->live_bytes;
}

static inline void vtb_count_free(struct vtb_service *service, size_t bytes)
{
    service->counts.frees_n++;
    service->counts.live_bytes -= bytes;
}
#endif

/* Memory for a new object, its contents not set on a heap that frees, zero on a collector. */
static inline void *vtb_alloc(struct vtb_service *service, size_t bytes)
{
    void *memory = service->alloc(bytes);
#if VTB_COUNTING
    vtb_count_alloc(service, memory, bytes);
#endif
    return memory;
}

/* Memory for a new object, zeroed, as a managed runtime hands it out. */
static inline void *vtb_alloc_zeroed(struct vtb_service *service, size_t bytes)
{
    void *memory = vtb_alloc(service, bytes);
#if !VTB_COLLECTED
    memset(memory, 0, bytes);
#endif
    return memory;
}

/* The owner gives an object back; on a collector nothing happens. `bytes` is what was asked for. */
static inline void vtb_free(struct vtb_service *service, void *memory, size_t bytes)
{
    (void)service;
    (void)memory;
    (void)bytes;
#if !VTB_COLLECTED
#if VTB_COUNTING
    vtb_count_free(service, bytes);
#endif
    service->free(memory);
#endif
}

/* The method gives a pending operation to the store, which will answer with vtb_complete. */
static inline void vtb_submit(struct vtb_service *service, void *pending)
{
    service->submitted = pending;
}

#endif
