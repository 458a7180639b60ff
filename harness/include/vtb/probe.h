/*
 * A strategy's operations one by one, for what a loop does not do: several consumers, a stored
 * hand-over, a fault, misuse. Part of cell.h; every counting cell that suspends has one. Nothing
 * here is measured.
 *
 * Frames of the window are named by their index. `by` is the frame whose variable holds the
 * hand-over, `of` the one that called, whose place an operation of a caller's lives in. One thread
 * at a time, but for `complete`.
 */
#ifndef VTB_PROBE_H
#define VTB_PROBE_H

#include "cell.h"

/* Frames that may wait at once, of all windows of a cell. */
#define VTB_PROBE_FRAMES_N 8

struct vtb_probe {
    /* Calls the method (env->top, if there is one) for an entry of the schedule; the frame's
     * variable then holds what it handed over. True: it is ready. */
    bool (*call)(struct vtb_env *env, size_t by, uint32_t id);
    bool (*is_ready)(struct vtb_env *env, size_t by, size_t of);
    /* The frame waits: env->checksum and env->arrived tell when it went on. It consumes and drops
     * what its variable holds. */
    void (*await)(struct vtb_env *env, size_t by, size_t of);
    /* Consumes; *share is what the value adds to a checksum. */
    enum vtb_fault (*get)(struct vtb_env *env, size_t by, size_t of, uint64_t *share);
    void (*drop)(struct vtb_env *env, size_t by, size_t of);
    /* What was submitted to the store when the frame called last. */
    void *(*pending)(const struct vtb_env *env, size_t of);
    /* The store answers, or the operation ends in `fault`; on the thread of `service`. */
    void (*complete)(struct vtb_service *service, void *pending, enum vtb_fault fault);
    /* The store forgets what the frame asked. */
    void (*forget)(struct vtb_env *env, size_t of);
    /* Copies the variable, bit by bit. */
    void (*copy)(struct vtb_env *env, size_t to, size_t from);
    /* Overwrites the frame, as a stack's memory is when its function has returned. */
    void (*end_scope)(struct vtb_env *env, size_t of);
    /* Gives the next copy of the variable a reference of its own; null: copies need none. */
    void (*share)(struct vtb_env *env, size_t by);

    /* These are null if the strategy cannot. The task is the caller's to drop. */
    void *(*as_task)(struct vtb_env *env, size_t by);
    void (*preserve)(struct vtb_env *env, size_t by);
    bool (*task_is_ready)(const void *task);
    enum vtb_fault (*task_get)(void *task, uint64_t *share);
    void (*task_drop)(struct vtb_env *env, void *task);
};

#ifdef VTB_STRATEGY_STEM

static bool vtb_probe_call(struct vtb_env *env, size_t by, uint32_t id)
{
    struct vtb_frame *frame = VTB_FRAME_AT(env, by);
    const vtb_key key = vtb_key_of(env->service.table, id);
    env->service.submitted = NULL;
#if VTB_IN_PLACE
    vtb_call(&frame->handover, env, vtb_slot_of(frame), key, env->top != NULL);
#else
    frame->handover = vtb_call(env, vtb_slot_of(frame), key, env->top != NULL);
#endif
    frame->pending = env->service.submitted;
    return vtb_is_ready(&env->service, &frame->handover, vtb_slot_of(frame));
}

static bool vtb_probe_is_ready(struct vtb_env *env, size_t by, size_t of)
{
    return vtb_is_ready(&env->service, &VTB_FRAME_AT(env, by)->handover,
                        vtb_slot_of(VTB_FRAME_AT(env, of)));
}

/* A caller that waits for what another one's place may hold. */
struct vtb_probe_waiter {
    struct vtb_continuation continuation;
    struct vtb_env *env;
    size_t by;
    size_t of;
};

static void vtb_probe_run(struct vtb_continuation *self, struct vtb_service *service)
{
    const struct vtb_probe_waiter *waiter = (const struct vtb_probe_waiter *)self;
    struct vtb_env *env = waiter->env;
    vtb_value value;
    if (vtb_take(service, &VTB_FRAME_AT(env, waiter->by)->handover,
                 vtb_slot_of(VTB_FRAME_AT(env, waiter->of)), &value)) {
        service->failed_n++;
        env->arrived = 0;
        return;
    }
    env->arrived = vtb_consume(&value);
    env->checksum += env->arrived;
}

static void vtb_probe_await(struct vtb_env *env, size_t by, size_t of)
{
    static struct vtb_probe_waiter waiters[VTB_PROBE_FRAMES_N];
    const struct vtb_probe_waiter waiter = {{vtb_probe_run}, env, by, of};
    waiters[by] = waiter;
    vtb_await(&env->service, &VTB_FRAME_AT(env, by)->handover, vtb_slot_of(VTB_FRAME_AT(env, of)),
              &waiters[by].continuation);
}

static enum vtb_fault vtb_probe_get(struct vtb_env *env, size_t by, size_t of, uint64_t *share)
{
    vtb_value value;
    const enum vtb_fault fault = vtb_get(&env->service, &VTB_FRAME_AT(env, by)->handover,
                                         vtb_slot_of(VTB_FRAME_AT(env, of)), &value);
    *share = fault ? 0 : vtb_consume(&value);
    return fault;
}

static void vtb_probe_drop(struct vtb_env *env, size_t by, size_t of)
{
    vtb_drop(&env->service, &VTB_FRAME_AT(env, by)->handover, vtb_slot_of(VTB_FRAME_AT(env, of)));
}

static void *vtb_probe_pending(const struct vtb_env *env, size_t of)
{
    return VTB_FRAME_AT(env, of)->pending;
}

static void vtb_probe_complete(struct vtb_service *service, void *pending, enum vtb_fault fault)
{
    vtb_store_answer(service, pending, fault);
}

static void vtb_probe_forget(struct vtb_env *env, size_t of)
{
    VTB_FRAME_AT(env, of)->pending = NULL;
}

static void vtb_probe_copy(struct vtb_env *env, size_t to, size_t from)
{
    VTB_FRAME_AT(env, to)->handover = VTB_FRAME_AT(env, from)->handover;
}

static void vtb_probe_end_scope(struct vtb_env *env, size_t of)
{
    memset((void *)VTB_FRAME_AT(env, of), 0xdb, env->frame_bytes);
}

#if VTB_SHARES
static void vtb_probe_share(struct vtb_env *env, size_t by)
{
    vtb_share(&env->service, &VTB_FRAME_AT(env, by)->handover);
}
#endif

#if VTB_CONVERTS
static void *vtb_probe_as_task(struct vtb_env *env, size_t by)
{
    return vtb_as_task(&env->service, &VTB_FRAME_AT(env, by)->handover);
}

static void vtb_probe_preserve(struct vtb_env *env, size_t by)
{
    vtb_preserve(&env->service, &VTB_FRAME_AT(env, by)->handover);
}

static bool vtb_probe_task_is_ready(const void *task)
{
    return vtb_task_is_completed((const struct vtb_task *)task);
}

static enum vtb_fault vtb_probe_task_get(void *task, uint64_t *share)
{
    vtb_value value;
    const enum vtb_fault fault = vtb_task_get((struct vtb_task *)task, &value);
    *share = fault ? 0 : vtb_consume(&value);
    return fault;
}

static void vtb_probe_task_drop(struct vtb_env *env, void *task)
{
    vtb_task_release(&env->service, (struct vtb_task *)task);
}
#endif

static const struct vtb_probe VTB_CELL_SYMBOL(probe) = {
    .call = vtb_probe_call,
    .is_ready = vtb_probe_is_ready,
    .await = vtb_probe_await,
    .get = vtb_probe_get,
    .drop = vtb_probe_drop,
    .pending = vtb_probe_pending,
    .complete = vtb_probe_complete,
    .forget = vtb_probe_forget,
    .copy = vtb_probe_copy,
    .end_scope = vtb_probe_end_scope,
#if VTB_SHARES
    .share = vtb_probe_share,
#else
    .share = NULL,
#endif
#if VTB_CONVERTS
    .as_task = vtb_probe_as_task,
    .preserve = vtb_probe_preserve,
    .task_is_ready = vtb_probe_task_is_ready,
    .task_get = vtb_probe_task_get,
    .task_drop = vtb_probe_task_drop,
#else
    .as_task = NULL,
    .preserve = NULL,
    .task_is_ready = NULL,
    .task_get = NULL,
    .task_drop = NULL,
#endif
};

#endif /* VTB_STRATEGY_STEM */
#endif
