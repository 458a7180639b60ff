/*
 * One cell: a strategy compiled against a workload, when it is needed, into a file of its own. The
 * one source of all (harness/cells/source/cell.c) includes the workload, the strategy and this
 * header, in this order. What the compiler is told says which cell it is: VTB_STRATEGY_STEM,
 * VTB_WORKLOAD_STEM, VTB_PASS_STEM, and of its kinds
 *
 *     VTB_COUNTING   allocations are counted, and the cell has a probe (probe.h)
 *     VTB_COLLECTED  for a heap that collects: nothing is freed, operations end in a safepoint; of
 *                    cells that count there is one for all heaps
 *     VTB_ASYNC      the method is asynchronous (async.h), not direct
 *     VTB_CHECKED    rules of the strategy are checked
 *     VTB_ATOMIC     references are counted for several threads
 *     VTB_VARIANT    what follows the strategy's name in the cell's: "", "@checked", "@atomic"
 *     VTB_METADATA   no cell, but what is known of one without its code: a struct vtb_cell whose
 *                    functions are null
 *
 * It makes, once for all shapes,
 *
 *     the methods      real calls: the innermost looks the key up; ready or suspend. Layers around
 *                      it hand its result on
 *     the loops        independent and dependent consumer, one method or layers of them, with other
 *                      memory touched between operations or not: one source folded by constants
 *     the miss path    frames in the in-flight window, completion, continuation, here or on a
 *                      completing thread
 *
 * and ends in the one `struct vtb_cell` that the registry lists.
 */
#ifndef VTB_CELL_H
#define VTB_CELL_H

#include "strategy.h"
#include "workload.h"

/* Methods between the caller and the service, the service's own among them. */
#define VTB_DEPTH_MAX 16

/* A method that calls the one below: a layer, or if there is none below it, the service's own. */
struct vtb_layer {
    struct vtb_service *service;
    const struct vtb_layer *below; /* null: the service's own method is below */
};

/*
 * Operations on their way to a completing thread: a ring with one writer and one reader, which
 * never overflows, as it has room for all frames of the window. Head and tail count from 0 on.
 */
struct vtb_away {
    uint64_t tail __attribute__((aligned(64))); /* written by the caller */
    void **frames;                              /* mask + 1 of them: the window's, at least */
    size_t mask;
    uint64_t head __attribute__((aligned(64))); /* written by the completing thread */
};

/* Where an operation of a frame is, when another thread completes it. */
enum vtb_frame_at { VTB_FRAME_HERE, VTB_FRAME_AWAY, VTB_FRAME_BACK };

/* The state of one case's loop. Made by the harness; used by one thread. */
struct vtb_env {
    struct vtb_service service;
    const struct vtb_layer *top; /* the outermost layer; null if the service's method is it */
    const uint32_t *ids;         /* the schedule: ids_n > 0 entries, walked in a circle */
    size_t ids_n;
    size_t position;   /* < ids_n: the entry that comes next */
    uint32_t zero;     /* 0, but the compiler cannot know: what ties a key to the last result */
    uint64_t checksum; /* sum of everything consumed */
    uint64_t arrived;  /* what the continuation that ran last consumed */

    /* The in-flight window. */
    void *frames; /* `window` frames of frame_bytes each */
    size_t frame_bytes;
    size_t window;
    size_t pending_n;      /* suspended operations; < window between two operations */
    size_t free_frame;     /* index of the frame that the next call uses */
    const uint32_t *turns; /* which frame completes next when the window is full, in a circle */
    size_t turns_n;
    size_t turn;
    struct vtb_away *away; /* null: the caller itself completes its operations */

    /* Other memory, touched between two operations by the polluted loops. */
    const char *pollution;
    size_t pollution_bytes;

    struct vtb_layer layers[VTB_DEPTH_MAX - 1];

    void *memory; /* where frames, and what the service refers to, stand: the harness's */
    size_t memory_bytes;
};

/* The calls that a cell ran, and what for. */
struct vtb_usage {
    uint64_t calls_n;
    uint64_t hits_n;
    uint64_t immortal_n; /* objects of hits that were there already, at all levels */
    struct vtb_setup setup;
};

/* What they took from the heap. */
struct vtb_cost {
    uint64_t allocs_n;
    uint64_t bytes; /* requested, of all allocations together */
};

/* Which of the cells of a strategy's variant and a workload. */
struct vtb_kind {
    bool counting;
    bool collected;
    bool async;
};

/* One cell, as the harness sees it. */
struct vtb_cell {
    size_t contract;  /* VTB_CONTRACT, as the headers had it when the cell was compiled */
    const char *name; /* the strategy's, and @variant, if it is one */
    const char *strategy_name;
    const char *workload_name;
    const struct vtb_strategy *strategy;
    struct vtb_kind kind;
    bool checked;
    bool several_threads;  /* counts of references, if there are any, are atomic */
    bool in_frame;         /* an operation lives in the caller's frame, in part at least */
    size_t handover_bytes; /* what the method returns; 0 for a loop without a method */

    /* The sizes of one object; 0: there is none. */
    size_t hit_bytes;
    size_t miss_bytes;
    size_t layer_miss_bytes; /* of an asynchronous method around the service's */
    size_t record_bytes;     /* the largest room that vtb_suspend is asked for */

    /* The closed formula that counted figures must equal. */
    void (*cost)(const struct vtb_usage *usage, struct vtb_cost *cost);

    size_t frame_bytes; /* 0 if nothing ever suspends */
    size_t place_bytes; /* of a frame, for each layer around the service's method */
    /* Where the references to a suspended operation stand in a frame: roots for a collector. */
    size_t pending_offset;
    size_t handover_offset;
    bool handover_refers;
    size_t state_roots_n;

    /* Bytes of what the strategy keeps for its service; null if that is nothing. */
    size_t (*state_bytes)(const struct vtb_setup *setup);
    /* Makes the frames of a new window, and what the strategy keeps. */
    void (*open)(struct vtb_env *env, const struct vtb_setup *setup);
    /* `n` operations from the schedule's position on. Suspended ones stay in the window. */
    void (*run_independent)(struct vtb_env *env, size_t n);
    void (*run_dependent)(struct vtb_env *env, size_t n);
    /* The same for env->top, where methods are nested. */
    void (*run_independent_layers)(struct vtb_env *env, size_t n);
    void (*run_dependent_layers)(struct vtb_env *env, size_t n);
    /* Either, with pollution_bytes of other memory touched, a cache line each, before each call. */
    void (*run_independent_polluted)(struct vtb_env *env, size_t n);
    void (*run_dependent_polluted)(struct vtb_env *env, size_t n);
    /* The operation of a frame that was away is answered, on the thread of `service`. */
    void (*answer)(struct vtb_service *service, void *frame);
    /* Completes all that is suspended; in a window that is fifo, oldest first. */
    void (*drain)(struct vtb_env *env);
    /* Drains, and gives back what the strategy keeps. */
    void (*close)(struct vtb_env *env);
    const struct vtb_probe *probe; /* null but of cells that count and may suspend */
    const char *compiler;          /* what it was compiled by, as "GNU 12.2.0" */
    /* Digests, in hexadecimal digits: of the rule by which it was compiled, and of those of its
     * sources that a user brought; "none" where nothing is known of it, or it is the build's. */
    const char *rule;
    const char *strategy_digest;
    const char *workload_digest;
};

/* What program and cells must agree on: the sizes of what they share. */
#define VTB_CONTRACT \
    (sizeof(struct vtb_cell) << 32 ^ sizeof(struct vtb_env) << 16 ^ sizeof(struct vtb_service))

/* The one symbol of a cell's file that is seen outside of it. */
#define VTB_CELL_EXPORT vtb_cell

/* The rest is compiled only inside a cell's source file. */
#ifdef VTB_STRATEGY_STEM

#ifndef VTB_RULE
#define VTB_RULE none
#endif
#ifndef VTB_STRATEGY_DIGEST
#define VTB_STRATEGY_DIGEST none
#endif
#ifndef VTB_WORKLOAD_DIGEST
#define VTB_WORKLOAD_DIGEST none
#endif

#if VTB_LOOP_ONLY
#define VTB_NEVER_SUSPENDS 1
#endif

#ifndef VTB_USES_SLOT
#define VTB_USES_SLOT 0
#endif
#ifndef VTB_BUILDS_OBJECT
#define VTB_BUILDS_OBJECT 0
#endif
#ifndef VTB_HIT_BYTES
#define VTB_HIT_BYTES ((size_t)0)
#endif
#ifndef VTB_PENDING_BYTES
#define VTB_PENDING_BYTES(record) ((size_t)0 * (record))
#endif
#ifndef VTB_PENDING_REFERENCES
#define VTB_PENDING_REFERENCES VTB_REFERENCES_END
#endif
#ifndef VTB_HANDOVER_REFERS
#define VTB_HANDOVER_REFERS 0
#endif
#ifndef VTB_COUNTS_REFERENCES
#define VTB_COUNTS_REFERENCES 0
#endif

#if !VTB_LOOP_ONLY

/* The slot as a parameter; where there is none, a local that says so. */
#if VTB_USES_SLOT
#define VTB_SLOT_PARAMETER struct vtb_slot *slot,
#define VTB_SLOT_ARGUMENT slot,
#define VTB_SLOT_LOCAL (void)slot
#else
#define VTB_SLOT_PARAMETER
#define VTB_SLOT_ARGUMENT
#define VTB_SLOT_LOCAL struct vtb_slot *const slot = NULL
#endif

#if !VTB_OWN_METHOD
#define VTB_PARAMETERS VTB_SLOT_PARAMETER vtb_key key
#define VTB_ARGUMENTS VTB_SLOT_ARGUMENT key
#define VTB_CALL_ARGUMENTS VTB_SLOT_ARGUMENT key
#if VTB_HOLDS_VALUE
static inline void vtb_ready_at(struct vtb_service *service, struct vtb_slot *slot,
                                const vtb_value *value, vtb_handover *at);
static inline void vtb_handover_at(struct vtb_service *service, struct vtb_slot *slot,
                                   void *pending, vtb_handover *at);
#else
static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value);
#endif

/* The same for every shape: hands over a value, ... */
static inline VTB_RETURNED vtb_give_ready(VTB_AT_PARAMETER struct vtb_service *service,
                                          struct vtb_slot *slot, const vtb_value *value)
{
#if VTB_IN_PLACE
    vtb_ready_at(service, slot, value, at);
#elif VTB_HOLDS_VALUE
    vtb_handover handover;
    vtb_ready_at(service, slot, value, &handover);
    return handover;
#else
    return vtb_ready(service, slot, value);
#endif
}
#endif
static inline enum vtb_fault vtb_get(struct vtb_service *service, vtb_handover *handover,
                                     struct vtb_slot *slot, vtb_value *value);
static inline void vtb_drop(struct vtb_service *service, vtb_handover *handover,
                            struct vtb_slot *slot);

/* The caller consumes, for the last time. */
static VTB_FORCE_INLINE enum vtb_fault vtb_take(struct vtb_service *service, vtb_handover *handover,
                                                struct vtb_slot *slot, vtb_value *value)
{
    const enum vtb_fault fault = vtb_get(service, handover, slot, value);
    vtb_drop(service, handover, slot);
    return fault;
}

#if !VTB_NEVER_SUSPENDS
static inline bool vtb_is_ready(struct vtb_service *service, const vtb_handover *handover,
                                const struct vtb_slot *slot);
static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation);
static inline void vtb_complete(struct vtb_service *service, void *pending,
                                const struct vtb_answer *answer);
#endif

/* --- what a method keeps while it waits --- */

#if !VTB_NEVER_SUSPENDS && !VTB_OWN_METHOD
static inline void *vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                const struct vtb_type *record);
static inline void *vtb_record_of(void *pending);
#if !VTB_HOLDS_VALUE
static inline vtb_handover vtb_handover_of(struct vtb_service *service, struct vtb_slot *slot,
                                           void *pending);
#endif

/* ... or a pending operation. */
static inline VTB_RETURNED vtb_give_pending(VTB_AT_PARAMETER struct vtb_service *service,
                                            struct vtb_slot *slot, void *pending)
{
#if VTB_IN_PLACE
    vtb_handover_at(service, slot, pending, at);
#elif VTB_HOLDS_VALUE
    vtb_handover handover;
    vtb_handover_at(service, slot, pending, &handover);
    return handover;
#else
    return vtb_handover_of(service, slot, pending);
#endif
}

#if VTB_ASYNC || VTB_BOXES
typedef struct vtb_machine vtb_record;
#else
/* A direct method that makes no state machine remembers what it asked the store for. */
typedef struct vtb_question {
    vtb_kept_key key;
} vtb_record;
#endif

/* A record starts where the operation without one ends. */
#define VTB_IN_RECORD(record, field) (VTB_PENDING_BYTES(0) + offsetof(record, field))

static const struct vtb_type vtb_record_type = {
    "box",
    VTB_PENDING_BYTES(VTB_ROUND_UP_8(sizeof(vtb_record))),
    VTB_TYPE_BOX,
    false,
    {VTB_PENDING_REFERENCES,
#if VTB_ASYNC || VTB_BOXES
     VTB_IN_RECORD(vtb_record, builder.object),
#endif
     VTB_REFERENCES_END}};

#if VTB_ASYNC
/* The state machine of a method that waits for the method below. */
struct vtb_layer_machine {
    int32_t state; /* enum vtb_machine_state */
    vtb_kept_key key;
    struct vtb_builder builder;
    const struct vtb_layer *self;
    vtb_handover awaiter;
};

static const struct vtb_type vtb_layer_type = {
    "box of a layer",
    VTB_PENDING_BYTES(VTB_ROUND_UP_8(sizeof(struct vtb_layer_machine))),
    VTB_TYPE_LAYER,
    false,
    {VTB_PENDING_REFERENCES, VTB_IN_RECORD(struct vtb_layer_machine, builder.object),
     VTB_IN_RECORD(struct vtb_layer_machine, awaiter), VTB_REFERENCES_END}};

#define VTB_RECORD_BYTES                                    \
    (sizeof(struct vtb_layer_machine) > sizeof(vtb_record)  \
         ? VTB_ROUND_UP_8(sizeof(struct vtb_layer_machine)) \
         : VTB_ROUND_UP_8(sizeof(vtb_record)))
#define VTB_LAYER_MISS_BYTES VTB_PENDING_BYTES(VTB_ROUND_UP_8(sizeof(struct vtb_layer_machine)))
#if VTB_USES_SLOT
#define VTB_PLACE_BYTES (sizeof(struct vtb_slot) + VTB_RECORD_BYTES)
#endif
#else
#define VTB_RECORD_BYTES VTB_ROUND_UP_8(sizeof(vtb_record))
#endif
#define VTB_MISS_BYTES VTB_PENDING_BYTES(VTB_ROUND_UP_8(sizeof(vtb_record)))

static inline vtb_key vtb_asked(void *pending)
{
    return vtb_kept(((const vtb_record *)vtb_record_of(pending))->key);
}
#elif VTB_NEVER_SUSPENDS
#define VTB_MISS_BYTES ((size_t)0)
#else
#define VTB_MISS_BYTES VTB_PENDING_BYTES(0)
static inline vtb_key vtb_asked(void *pending);
#endif

/* --- the methods --- */

VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(method)(VTB_AT_PARAMETER struct vtb_service *service,
                                                VTB_PARAMETERS);
VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(layer)(VTB_AT_PARAMETER const struct vtb_layer *layer,
                                               VTB_PARAMETERS);

#if VTB_ASYNC
#include "async.h"
#else

#if VTB_NEVER_SUSPENDS
static inline vtb_handover vtb_answer_now(struct vtb_service *service, vtb_key key);
#endif

#if !VTB_OWN_METHOD
/* What the method calls when it must wait: a function of its own, as an async method is. */
VTB_OUT_OF_LINE static VTB_RETURNED
VTB_CELL_SYMBOL(suspend)(VTB_AT_PARAMETER struct vtb_service *service, VTB_PARAMETERS)
{
#if VTB_NEVER_SUSPENDS
    return vtb_answer_now(service, key);
#else
    VTB_SLOT_LOCAL;
    void *pending = vtb_suspend(service, slot, &vtb_record_type);
    vtb_record *record = (vtb_record *)vtb_record_of(pending);
#if VTB_BOXES
    memset(record, 0, sizeof *record);
    record->builder.object = pending;
    vtb_barrier(service, &record->builder.object);
    record->self = service;
#endif
    record->key = vtb_keep(key);
    vtb_submit(service, pending);
    VTB_GIVE(vtb_give_pending(VTB_AT_ARGUMENT service, slot, pending));
#endif
}

VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(method)(VTB_AT_PARAMETER struct vtb_service *service,
                                                VTB_PARAMETERS)
{
    VTB_SLOT_LOCAL;
    const vtb_value *value = vtb_lookup(service->table, key);
    if (value)
        VTB_GIVE(vtb_give_ready(VTB_AT_ARGUMENT service, slot, value));
    VTB_GIVE(VTB_CELL_SYMBOL(suspend)(VTB_AT_ARGUMENT service, VTB_ARGUMENTS));
}
#endif /* !VTB_OWN_METHOD */

/* A direct layer passes on what it got: the method below writes it where the caller wants it. */
VTB_NO_TAIL_CALLS VTB_METHOD VTB_RETURNED
VTB_CELL_SYMBOL(layer)(VTB_AT_PARAMETER const struct vtb_layer *layer, VTB_PARAMETERS)
{
    if (layer->below)
        VTB_GIVE(VTB_CELL_SYMBOL(layer)(VTB_AT_ARGUMENT layer->below, VTB_ARGUMENTS));
    VTB_GIVE(VTB_CELL_SYMBOL(method)(VTB_AT_ARGUMENT layer->service, VTB_ARGUMENTS));
}
#endif /* !VTB_ASYNC */
#endif /* !VTB_LOOP_ONLY */

#ifndef VTB_MISS_BYTES
#define VTB_MISS_BYTES ((size_t)0)
#endif
#ifndef VTB_LAYER_MISS_BYTES
#define VTB_LAYER_MISS_BYTES ((size_t)0)
#endif
#ifndef VTB_RECORD_BYTES
#define VTB_RECORD_BYTES ((size_t)0)
#endif

/* --- callers that wait --- */

struct vtb_frame;

#if !VTB_NEVER_SUSPENDS
#if VTB_USES_SLOT
/* The caller's place for one operation: the strategy's slot, and what a method keeps behind it. */
struct vtb_place {
    struct vtb_slot slot;
#if !VTB_OWN_METHOD
    char record[VTB_RECORD_BYTES] __attribute__((aligned(8)));
#endif
};

#if !VTB_OWN_METHOD
static_assert(offsetof(struct vtb_place, record) == sizeof(struct vtb_slot) &&
                  sizeof(struct vtb_place) == sizeof(struct vtb_slot) + VTB_RECORD_BYTES,
              "a record stands right behind its operation, and another place behind that");
#endif
#endif

/* A caller that may have to wait, as it stands in the in-flight window. */
struct vtb_frame {
    struct vtb_continuation continuation;
    struct vtb_env *env;
    void *pending; /* what was submitted for it; null while the frame is free */
    vtb_handover handover;
    uint64_t arrived; /* what was consumed while it was away */
    uint32_t at;      /* enum vtb_frame_at; written last by the thread that gives the frame on */
#if VTB_USES_SLOT
    struct vtb_place places[1]; /* one for each method, where the method is asynchronous */
#endif
};

#ifdef VTB_PLACE_BYTES
#define VTB_FRAME_AT(env, index) \
    ((struct vtb_frame *)(void *)((char *)(env)->frames + (index) * (env)->frame_bytes))
#else
#define VTB_PLACE_BYTES ((size_t)0)
#define VTB_FRAME_AT(env, index) ((struct vtb_frame *)(env)->frames + (index))
#endif

static inline struct vtb_slot *vtb_slot_of(struct vtb_frame *frame)
{
#if VTB_USES_SLOT
    return &frame->places[0].slot;
#else
    (void)frame;
    return NULL;
#endif
}

/* What was consumed is not referred to any more: a runtime's variable would be dead by now. */
static inline void vtb_frame_forget(struct vtb_frame *frame, struct vtb_service *service)
{
    if (VTB_HANDOVER_REFERS && VTB_COLLECTS(service))
        memset((void *)&frame->handover, 0, sizeof(void *));
}

/* The caller's continuation: its operation completed. On another thread the caller learns of it
 * from the frame, and may then use that again. */
static void vtb_frame_run(struct vtb_continuation *continuation, struct vtb_service *service)
{
    struct vtb_frame *frame = (struct vtb_frame *)continuation;
    struct vtb_env *env = frame->env;
    vtb_value value;
    uint64_t arrived = 0;
    if (VTB_UNLIKELY(vtb_take(service, &frame->handover, vtb_slot_of(frame), &value)))
        service->failed_n++;
    else
        arrived = vtb_consume(&value);
    vtb_frame_forget(frame, service);
    if (VTB_UNLIKELY(env->away != NULL)) {
        frame->arrived = arrived;
        __atomic_store_n(&frame->at, (uint32_t)VTB_FRAME_BACK, __ATOMIC_RELEASE);
        return;
    }
    env->arrived = arrived;
    env->checksum += arrived;
}

/* The store answers a pending operation, or `fault` comes in its place. */
static inline void vtb_store_answer(struct vtb_service *service, void *pending,
                                    enum vtb_fault fault)
{
    struct vtb_answer answer;
    const bool answered = vtb_ask(service, vtb_asked(pending), &answer.value);
    answer.fault = fault || answered ? fault : VTB_FAULT_STORE;
#if VTB_ASYNC
    vtb_machine_resume(service, pending, &answer);
#else
    vtb_complete(service, pending, &answer);
#endif
}

static void VTB_CELL_SYMBOL(answer)(struct vtb_service *service, void *frame)
{
    vtb_store_answer(service, ((struct vtb_frame *)frame)->pending, VTB_FAULT_NONE);
}

static inline void vtb_frame_complete(struct vtb_env *env, struct vtb_frame *frame)
{
    void *pending = frame->pending;
    frame->pending = NULL;
    env->pending_n--;
    vtb_store_answer(&env->service, pending, VTB_FAULT_NONE);
}

/* The caller has the result of a frame that was away; waits for it if it must. */
static inline void vtb_frame_collect(struct vtb_env *env, struct vtb_frame *frame)
{
    if (__atomic_load_n(&frame->at, __ATOMIC_RELAXED) == VTB_FRAME_HERE)
        return;
    if (VTB_COLLECTS(&env->service))
        vtb_block_while_collected(&env->service, &frame->at, VTB_FRAME_AWAY);
    else
        vtb_block_while(&frame->at, VTB_FRAME_AWAY);
    frame->at = VTB_FRAME_HERE;
    frame->pending = NULL;
    env->pending_n--;
    env->arrived = frame->arrived;
    env->checksum += frame->arrived;
}

/* The caller waits already, so nothing races with the completing thread. The next call takes the
 * frame that has been away longest. */
VTB_OUT_OF_LINE static struct vtb_frame *vtb_send_away(struct vtb_env *env, struct vtb_frame *frame)
{
    struct vtb_away *away = env->away;
    const uint64_t tail = away->tail;
    frame->at = VTB_FRAME_AWAY;
    away->frames[tail & away->mask] = frame;
    env->pending_n++;
    __atomic_store_n(&away->tail, tail + 1, __ATOMIC_RELEASE);
    env->free_frame = env->free_frame + 1 == env->window ? 0 : env->free_frame + 1;
    vtb_frame_collect(env, VTB_FRAME_AT(env, env->free_frame));
    return VTB_FRAME_AT(env, env->free_frame);
}

/* What the caller holds while it waits: it is in the frame already if it was made in place. */
#if VTB_IN_PLACE
#define VTB_HELD_PARAMETER
#define VTB_HELD_ARGUMENT
#else
#define VTB_HELD_PARAMETER , vtb_handover handover
#define VTB_HELD_ARGUMENT , handover
#endif

/* The miss path: the caller suspends; a full window completes the operation whose turn it is.
 * Returns the frame for the next call. */
VTB_OUT_OF_LINE static struct vtb_frame *vtb_park(struct vtb_env *env,
                                                  struct vtb_frame *frame VTB_HELD_PARAMETER)
{
    frame->pending = env->service.submitted;
#if !VTB_IN_PLACE
    frame->handover = handover;
#endif
    vtb_await(&env->service, &frame->handover, vtb_slot_of(frame), &frame->continuation);
    if (VTB_UNLIKELY(env->away != NULL))
        return vtb_send_away(env, frame);
    env->free_frame = ++env->pending_n;
    if (env->pending_n == env->window) {
        env->free_frame = env->turns[env->turn];
        env->turn = env->turn + 1 == env->turns_n ? 0 : env->turn + 1;
        vtb_frame_complete(env, VTB_FRAME_AT(env, env->free_frame));
    }
    return VTB_FRAME_AT(env, env->free_frame);
}
#endif /* !VTB_NEVER_SUSPENDS */

#if !VTB_METADATA

/* --- the loops --- */

#if !VTB_LOOP_ONLY
/* The caller calls its method: the outermost layer, or the service's own. */
static VTB_FORCE_INLINE VTB_RETURNED vtb_call(VTB_AT_PARAMETER struct vtb_env *env,
                                              struct vtb_slot *slot, vtb_key key, const bool layers)
{
    (void)slot;
#if VTB_OWN_METHOD
    vtb_prepare(slot, key);
#endif
    if (layers)
        VTB_GIVE(VTB_CELL_SYMBOL(layer)(VTB_AT_ARGUMENT env->top, VTB_CALL_ARGUMENTS));
    VTB_GIVE(VTB_CELL_SYMBOL(method)(VTB_AT_ARGUMENT & env->service, VTB_CALL_ARGUMENTS));
}
#endif

/* What stands in the measured loop for one operation: what was consumed; with *suspended set, 0. */
static VTB_FORCE_INLINE uint64_t vtb_operation(struct vtb_env *env, struct vtb_frame **frame,
                                               uint32_t id, const bool layers, bool *suspended)
{
    struct vtb_service *service = &env->service;
    vtb_key key = vtb_key_of(service->table, id);
    *suspended = false;
#if VTB_LOOP_ONLY
    (void)frame;
    (void)layers;
    uint64_t share = 0;
    memcpy(&share, &key, sizeof key < sizeof share ? sizeof key : sizeof share);
    return share;
#else
#if VTB_NEVER_SUSPENDS
    (void)frame;
    struct vtb_slot *slot = NULL;
    vtb_handover handover = vtb_call(env, slot, key, layers);
    vtb_handover *const at = &handover;
#else
    struct vtb_slot *slot = vtb_slot_of(*frame);
#if VTB_IN_PLACE
    vtb_handover *const at = &(*frame)->handover;
    vtb_call(at, env, slot, key, layers);
#else
    vtb_handover handover = vtb_call(env, slot, key, layers);
    vtb_handover *const at = &handover;
#endif
    if (!vtb_is_ready(service, at, slot)) {
        *frame = vtb_park(env, *frame VTB_HELD_ARGUMENT);
        *suspended = true;
        return 0;
    }
#endif
    vtb_value value;
    if (VTB_UNLIKELY(vtb_take(service, at, slot, &value))) {
        service->failed_n++;
        return 0;
    }
    return vtb_consume(&value);
#endif
}

/* Touches the other memory, a line at a time. */
static inline void vtb_pollute(const struct vtb_env *env)
{
    for (size_t i = 0; i < env->pollution_bytes; i += 64)
        (void)*(volatile const char *)(env->pollution + i);
}

/*
 * The measured loop, once. `dependent` and `polluted` are constants wherever this is expanded, and
 * `layers` but where other memory is touched as well. With the first the next key needs the last
 * result, be it that of a hit or the one that arrived while a miss suspended.
 */
static VTB_FORCE_INLINE void vtb_loop(struct vtb_env *env, size_t n, const bool dependent,
                                      const bool layers, const bool polluted)
{
#if VTB_NEVER_SUSPENDS
    struct vtb_frame *frame = NULL;
#else
    struct vtb_frame *frame = VTB_FRAME_AT(env, env->free_frame);
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
            if (polluted)
                vtb_pollute(env);
            uint64_t share = vtb_operation(
                env, &frame, dependent ? *id ^ ((uint32_t)last & zero) : *id, layers, &suspended);
            last = suspended ? env->arrived : share;
            checksum += share;
            vtb_safepoint(&env->service);
        }
        n -= chunk;
        env->position = chunk == left ? 0 : env->position + chunk;
    }
    env->checksum += checksum;
}

static void VTB_CELL_SYMBOL(independent)(struct vtb_env *env, size_t n)
{
    vtb_loop(env, n, false, false, false);
}

static void VTB_CELL_SYMBOL(dependent)(struct vtb_env *env, size_t n)
{
    vtb_loop(env, n, true, false, false);
}

#if !VTB_LOOP_ONLY
static void VTB_CELL_SYMBOL(independent_layers)(struct vtb_env *env, size_t n)
{
    vtb_loop(env, n, false, true, false);
}

static void VTB_CELL_SYMBOL(dependent_layers)(struct vtb_env *env, size_t n)
{
    vtb_loop(env, n, true, true, false);
}
#endif

static void VTB_CELL_SYMBOL(independent_polluted)(struct vtb_env *env, size_t n)
{
    vtb_loop(env, n, false, env->top != NULL, true);
}

static void VTB_CELL_SYMBOL(dependent_polluted)(struct vtb_env *env, size_t n)
{
    vtb_loop(env, n, true, env->top != NULL, true);
}

/* --- opening and closing --- */

static void VTB_CELL_SYMBOL(open)(struct vtb_env *env, const struct vtb_setup *setup)
{
    (void)setup;
#if VTB_HAS_STATE
    vtb_state_open(&env->service, setup);
#endif
#if !VTB_NEVER_SUSPENDS
    memset(env->frames, 0, env->window * env->frame_bytes);
    for (size_t i = 0; i < env->window; i++) {
        struct vtb_frame *frame = VTB_FRAME_AT(env, i);
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
        struct vtb_frame *frame = VTB_FRAME_AT(env, (env->free_frame + i) % env->window);
        if (env->away)
            vtb_frame_collect(env, frame);
        else if (frame->pending)
            vtb_frame_complete(env, frame);
    }
#endif
    env->free_frame = 0;
}

static void VTB_CELL_SYMBOL(close)(struct vtb_env *env)
{
    VTB_CELL_SYMBOL(drain)(env);
#if VTB_HAS_STATE
    vtb_state_close(&env->service);
#endif
#if VTB_CHECKED
    for (size_t i = 0; env->service.free && i < VTB_QUARANTINE_N; i++) {
        if (env->service.quarantine->memory[i])
            env->service.free(env->service.quarantine->memory[i]);
    }
#endif
}

/* --- the closed formula --- */

static void VTB_CELL_SYMBOL(cost)(const struct vtb_usage *usage, struct vtb_cost *cost)
{
#ifdef VTB_REQUEST_BYTES
    cost->allocs_n = (usage->calls_n + usage->setup.request_ops - 1) / usage->setup.request_ops;
    cost->bytes = cost->allocs_n * VTB_REQUEST_BYTES(&usage->setup);
#else
    const uint64_t levels = VTB_ASYNC ? usage->setup.depth : 1;
    uint64_t hits_n = usage->hits_n * levels - usage->immortal_n;
    uint64_t misses_n = usage->calls_n - usage->hits_n;
#if VTB_REUSES
    hits_n = hits_n > 0; /* a ready one is consumed before the next is made */
    misses_n = misses_n < usage->setup.window ? misses_n : usage->setup.window;
#endif
    cost->allocs_n = hits_n * (VTB_HIT_BYTES > 0) + misses_n * (VTB_MISS_BYTES > 0) +
                     misses_n * (levels - 1) * (VTB_LAYER_MISS_BYTES > 0);
    cost->bytes = hits_n * VTB_HIT_BYTES + misses_n * VTB_MISS_BYTES +
                  misses_n * (levels - 1) * VTB_LAYER_MISS_BYTES;
#endif
}

#if VTB_COUNTING && !VTB_NEVER_SUSPENDS
#include "probe.h"
#endif
#endif /* !VTB_METADATA */

/* --- the cell --- */

/* What stands for a function where there is none of them. */
#if VTB_METADATA
#define VTB_CELL_FUNCTION(name) NULL
#else
#define VTB_CELL_FUNCTION(name) VTB_CELL_SYMBOL(name)
#endif

/* Metadata of the strategies that the program has is linked into it, each under its own name. */
#if VTB_METADATA && !defined VTB_FROM_OUTSIDE
#define VTB_CELL_OBJECT VTB_CELL_NAME
#else
#define VTB_CELL_OBJECT VTB_CELL_EXPORT
#endif

VTB_C_LINKAGE const struct vtb_cell VTB_CELL_OBJECT __attribute__((visibility("default")));
const struct vtb_cell VTB_CELL_OBJECT = {
    .contract = VTB_CONTRACT,
    .name = VTB_STRING(VTB_STRATEGY_STEM) VTB_VARIANT,
    .strategy_name = VTB_STRING(VTB_STRATEGY_STEM),
    .workload_name = VTB_STRING(VTB_WORKLOAD_STEM),
    .strategy = &VTB_PASTE(vtb_strategy_, VTB_STRATEGY_STEM),
    .kind = {VTB_COUNTING, VTB_COLLECTED, VTB_ASYNC},
    .checked = VTB_CHECKED,
    .several_threads = !VTB_COUNTS_REFERENCES || VTB_ATOMIC,
    .in_frame = VTB_USES_SLOT,
#if VTB_LOOP_ONLY
    .handover_bytes = 0,
#else
    .handover_bytes = sizeof(vtb_handover),
#endif
    .hit_bytes = VTB_HIT_BYTES,
    .miss_bytes = VTB_MISS_BYTES,
    .layer_miss_bytes = VTB_LAYER_MISS_BYTES,
    .record_bytes = VTB_RECORD_BYTES,
    .cost = VTB_CELL_FUNCTION(cost),
#if VTB_NEVER_SUSPENDS
    .frame_bytes = 0,
    .place_bytes = 0,
    .pending_offset = 0,
    .handover_offset = 0,
#else
    .frame_bytes = sizeof(struct vtb_frame),
    .place_bytes = VTB_PLACE_BYTES,
    .pending_offset = offsetof(struct vtb_frame, pending),
    .handover_offset = offsetof(struct vtb_frame, handover),
#endif
    .handover_refers = VTB_HANDOVER_REFERS,
#ifdef VTB_STATE_ROOTS
    .state_roots_n = VTB_STATE_ROOTS,
#else
    .state_roots_n = 0,
#endif
#if VTB_HAS_STATE && !VTB_METADATA
    .state_bytes = vtb_state_bytes,
#else
    .state_bytes = NULL,
#endif
    .open = VTB_CELL_FUNCTION(open),
    .run_independent = VTB_CELL_FUNCTION(independent),
    .run_dependent = VTB_CELL_FUNCTION(dependent),
#if VTB_LOOP_ONLY
    .run_independent_layers = VTB_CELL_FUNCTION(independent),
    .run_dependent_layers = VTB_CELL_FUNCTION(dependent),
#else
    .run_independent_layers = VTB_CELL_FUNCTION(independent_layers),
    .run_dependent_layers = VTB_CELL_FUNCTION(dependent_layers),
#endif
    .run_independent_polluted = VTB_CELL_FUNCTION(independent_polluted),
    .run_dependent_polluted = VTB_CELL_FUNCTION(dependent_polluted),
#if VTB_NEVER_SUSPENDS
    .answer = NULL,
#else
    .answer = VTB_CELL_FUNCTION(answer),
#endif
    .drain = VTB_CELL_FUNCTION(drain),
    .close = VTB_CELL_FUNCTION(close),
#if VTB_COUNTING && !VTB_NEVER_SUSPENDS
    .probe = &VTB_CELL_SYMBOL(probe),
#else
    .probe = NULL,
#endif
    .compiler = VTB_COMPILER,
    .rule = VTB_STRING(VTB_RULE),
    .strategy_digest = VTB_STRING(VTB_STRATEGY_DIGEST),
    .workload_digest = VTB_STRING(VTB_WORKLOAD_DIGEST),
};

#endif /* VTB_STRATEGY_STEM */
#endif
