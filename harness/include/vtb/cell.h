/*
 * One cell: a strategy compiled against a workload. The build writes a source file for each cell
 * that defines VTB_STRATEGY_STEM, VTB_WORKLOAD_STEM, VTB_PASS_STEM (timing, counting, and the same
 * on a collector), VTB_COUNTING and VTB_COLLECTED, and includes the workload, the strategy and this
 * header, in this order. It makes, once for all shapes,
 *
 *     the method       a real call: looks the key up; ready or suspend
 *     the two loops    independent and dependent consumer, one source folded by a constant
 *     the miss path    frames in the in-flight window, completion, continuation
 *
 * and ends in the one `struct vtb_cell` that the registry lists.
 */
#ifndef VTB_CELL_H
#define VTB_CELL_H

#include "strategy.h"
#include "workload.h"

/* The state of one case's loop. Made by the harness; used by one thread. */
struct vtb_env {
    struct vtb_service service;
    const uint32_t *ids; /* the schedule: ids_n > 0 entries, walked in a circle */
    size_t ids_n;
    size_t position;   /* < ids_n: the entry that comes next */
    uint32_t zero;     /* 0, but the compiler cannot know: what ties a key to the last result */
    uint64_t checksum; /* sum of everything consumed */
    uint64_t arrived;  /* what the continuation that ran last consumed */

    /* The in-flight window. */
    void *frames; /* `window` frames of cell->frame_bytes each */
    size_t window;
    size_t pending_n;      /* suspended operations; < window between two operations */
    size_t free_frame;     /* index of the frame that the next call uses */
    const uint32_t *turns; /* which frame completes next when the window is full, in a circle */
    size_t turns_n;
    size_t turn;
};

/* One cell, as the harness sees it. */
struct vtb_cell {
    const char *strategy_name;
    const char *workload_name;
    const struct vtb_strategy *strategy;
    bool counting;
    bool collected;
    size_t handover_bytes; /* what the method returns; 0 for a loop without a method */
    size_t frame_bytes;    /* 0 if nothing ever suspends */
    /* Where the references to a suspended operation stand in a frame: roots for a collector. */
    size_t pending_offset;
    size_t slot_offset; /* the slot's first word; on a heap that frees, of no interest */
    /* Makes the frames of a new window. */
    void (*open)(struct vtb_env *env);
    /* `n` operations from the schedule's position on. Suspended ones stay in the window. */
    void (*run_independent)(struct vtb_env *env, size_t n);
    void (*run_dependent)(struct vtb_env *env, size_t n);
    /* Completes all that is suspended; in a window that is fifo, oldest first. */
    void (*drain)(struct vtb_env *env);
};

/* The rest is compiled only inside a cell's source file. */
#ifdef VTB_STRATEGY_STEM

#if VTB_LOOP_ONLY
#define VTB_NEVER_SUSPENDS 1
#else
#if !VTB_OWN_METHOD
static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value);
static inline vtb_handover vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                       vtb_key key);

/* What the method calls when it must wait: a function of its own, as an async method is. */
VTB_OUT_OF_LINE static vtb_handover VTB_CELL_SYMBOL(suspend)(struct vtb_service *service,
                                                             struct vtb_slot *slot, vtb_key key)
{
    return vtb_suspend(service, slot, key);
}

#if VTB_TAKES_SLOT
VTB_METHOD vtb_handover VTB_CELL_SYMBOL(method)(struct vtb_service *service, struct vtb_slot *slot,
                                                vtb_key key);
VTB_METHOD vtb_handover VTB_CELL_SYMBOL(method)(struct vtb_service *service, struct vtb_slot *slot,
                                                vtb_key key)
{
#else
VTB_METHOD vtb_handover VTB_CELL_SYMBOL(method)(struct vtb_service *service, vtb_key key);
VTB_METHOD vtb_handover VTB_CELL_SYMBOL(method)(struct vtb_service *service, vtb_key key)
{
    struct vtb_slot *const slot = NULL;
#endif
    const vtb_value *value = vtb_lookup(service->table, key);
    return value ? vtb_ready(service, slot, value) : VTB_CELL_SYMBOL(suspend)(service, slot, key);
}

static inline vtb_handover vtb_call(struct vtb_service *service, struct vtb_slot *slot, vtb_key key)
{
#if VTB_TAKES_SLOT
    return VTB_CELL_SYMBOL(method)(service, slot, key);
#else
    (void)slot;
    return VTB_CELL_SYMBOL(method)(service, key);
#endif
}
#endif /* !VTB_OWN_METHOD */

static inline vtb_handover vtb_call(struct vtb_service *service, struct vtb_slot *slot,
                                    vtb_key key);
static inline vtb_value vtb_take(struct vtb_service *service, vtb_handover *handover,
                                 struct vtb_slot *slot);
#endif /* !VTB_LOOP_ONLY */

struct vtb_frame;

#if !VTB_NEVER_SUSPENDS
static inline bool vtb_is_ready(const vtb_handover *handover, const struct vtb_slot *slot);
static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation);
static inline void vtb_complete(struct vtb_service *service, void *pending);
static inline vtb_value vtb_resume(struct vtb_service *service, struct vtb_slot *slot);

/* A caller that may have to wait, as it stands in the in-flight window. */
struct vtb_frame {
    struct vtb_continuation continuation;
    struct vtb_env *env;
    void *pending; /* what was submitted for it; null while the frame is free */
    struct vtb_slot slot;
};

/* The caller's continuation: its operation completed. */
static void vtb_frame_run(struct vtb_continuation *continuation)
{
    struct vtb_frame *frame = (struct vtb_frame *)continuation;
    struct vtb_env *env = frame->env;
    vtb_value value = vtb_resume(&env->service, &frame->slot);
    env->arrived = vtb_consume(&value);
    env->checksum += env->arrived;
}

static void vtb_frame_complete(struct vtb_env *env, size_t index)
{
    struct vtb_frame *frame = (struct vtb_frame *)env->frames + index;
    void *pending = frame->pending;
    frame->pending = NULL;
    env->pending_n--;
    vtb_complete(&env->service, pending);
}

/* The miss path: the caller suspends; a full window completes the operation whose turn it is.
 * Returns the frame for the next call. */
VTB_OUT_OF_LINE static struct vtb_frame *vtb_park(struct vtb_env *env, struct vtb_frame *frame,
                                                  vtb_handover handover)
{
    frame->pending = env->service.submitted;
    vtb_await(&env->service, &handover, &frame->slot, &frame->continuation);
    env->free_frame = ++env->pending_n;
    if (env->pending_n == env->window) {
        env->free_frame = env->turns[env->turn];
        env->turn = env->turn + 1 == env->turns_n ? 0 : env->turn + 1;
        vtb_frame_complete(env, env->free_frame);
    }
    return (struct vtb_frame *)env->frames + env->free_frame;
}
#endif /* !VTB_NEVER_SUSPENDS */

/* What stands in the measured loop for one operation: what was consumed; with *suspended set, 0. */
static VTB_FORCE_INLINE uint64_t vtb_operation(struct vtb_env *env, struct vtb_frame **frame,
                                               uint32_t id, bool *suspended)
{
    struct vtb_service *service = &env->service;
    vtb_key key = vtb_key_of(service->table, id);
    *suspended = false;
#if VTB_LOOP_ONLY
    (void)frame;
    uint64_t share = 0;
    memcpy(&share, &key, sizeof key < sizeof share ? sizeof key : sizeof share);
    return share;
#else
#if VTB_NEVER_SUSPENDS
    (void)frame;
    struct vtb_slot *slot = NULL;
    vtb_handover handover = vtb_call(service, slot, key);
#else
    struct vtb_slot *slot = &(*frame)->slot;
    vtb_handover handover = vtb_call(service, slot, key);
    if (!vtb_is_ready(&handover, slot)) {
        *frame = vtb_park(env, *frame, handover);
        *suspended = true;
        return 0;
    }
#endif
    vtb_value value = vtb_take(service, &handover, slot);
    return vtb_consume(&value);
#endif
}

/*
 * The measured loop, once. `dependent` is a constant wherever this is expanded: the next key then
 * needs the last result, be it that of a hit or the one that arrived while a miss suspended.
 */
static VTB_FORCE_INLINE void vtb_loop(struct vtb_env *env, size_t n, const bool dependent)
{
#if VTB_NEVER_SUSPENDS
    struct vtb_frame *frame = NULL;
#else
    struct vtb_frame *frame = (struct vtb_frame *)env->frames + env->free_frame;
#endif
    const uint32_t zero = env->zero;
    uint64_t checksum = 0;
    uint64_t last = 0;
    while (n > 0) {
        const size_t left = env->ids_n - env->position;
        const size_t chunk = n < left ? n : left;
        const uint32_t *id = env->ids + env->position;
        const uint32_t *const end = id + chunk;
        for (; id != end; id++) {
            bool suspended;
            uint64_t share = vtb_operation(
                env, &frame, dependent ? *id ^ ((uint32_t)last & zero) : *id, &suspended);
            last = suspended ? env->arrived : share;
            checksum += share;
#if VTB_COLLECTED
            env->service.heap->safepoint();
#endif
        }
        n -= chunk;
        env->position = chunk == left ? 0 : env->position + chunk;
    }
    env->checksum += checksum;
}

static void VTB_CELL_SYMBOL(independent)(struct vtb_env *env, size_t n)
{
    vtb_loop(env, n, false);
}

static void VTB_CELL_SYMBOL(dependent)(struct vtb_env *env, size_t n)
{
    vtb_loop(env, n, true);
}

static void VTB_CELL_SYMBOL(open)(struct vtb_env *env)
{
#if !VTB_NEVER_SUSPENDS
    for (size_t i = 0; i < env->window; i++) {
        struct vtb_frame *frame = (struct vtb_frame *)env->frames + i;
        memset(frame, 0, sizeof *frame);
        frame->continuation.run = vtb_frame_run;
        frame->env = env;
    }
#endif
    env->pending_n = 0;
    env->free_frame = 0;
    env->turn = 0;
}

static void VTB_CELL_SYMBOL(drain)(struct vtb_env *env)
{
#if !VTB_NEVER_SUSPENDS
    for (size_t i = 1; i <= env->window; i++) {
        const size_t index = (env->free_frame + i) % env->window;
        if (((struct vtb_frame *)env->frames)[index].pending)
            vtb_frame_complete(env, index);
    }
#endif
    env->free_frame = 0;
}

VTB_C_LINKAGE const struct vtb_cell VTB_CELL_NAME;
const struct vtb_cell VTB_CELL_NAME = {
    .strategy_name = VTB_STRING(VTB_STRATEGY_STEM),
    .workload_name = VTB_STRING(VTB_WORKLOAD_STEM),
    .strategy = &VTB_PASTE(vtb_strategy_, VTB_STRATEGY_STEM),
    .counting = VTB_COUNTING,
    .collected = VTB_COLLECTED,
#if VTB_LOOP_ONLY
    .handover_bytes = 0,
#else
    .handover_bytes = sizeof(vtb_handover),
#endif
#if VTB_NEVER_SUSPENDS
    .frame_bytes = 0,
    .pending_offset = 0,
    .slot_offset = 0,
#else
    .frame_bytes = sizeof(struct vtb_frame),
    .pending_offset = offsetof(struct vtb_frame, pending),
    .slot_offset = offsetof(struct vtb_frame, slot),
#endif
    .open = VTB_CELL_SYMBOL(open),
    .run_independent = VTB_CELL_SYMBOL(independent),
    .run_dependent = VTB_CELL_SYMBOL(dependent),
    .drain = VTB_CELL_SYMBOL(drain),
};

#endif /* VTB_STRATEGY_STEM */
#endif
