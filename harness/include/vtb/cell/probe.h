/*
 * The probe of a cell that counts and may suspend (../probe.h). Nothing here is measured.
 *
 * Part of the template: before it stand the miss path and loop.h, which calls the method.
 */

static bool vtb_probe_call(struct vtb_env *env, size_t by, uint32_t id)
{
    struct vtb_frame *frame = VTB_FRAME_AT(env, by);
    const vtb_key key = vtb_key_of(env->service.table, id);
    env->service.submitted = NULL;
    VTB_RECEIVE_AT(frame->handover, vtb_call, env, vtb_slot_of(frame), key);
    frame->pending = env->service.submitted;
    return vtb_is_ready(&env->service, &frame->handover, vtb_slot_of(frame));
}

static bool vtb_probe_is_ready(struct vtb_env *env, size_t by, size_t of)
{
    return vtb_is_ready(&env->service, &VTB_FRAME_AT(env, by)->handover,
                        vtb_slot_of(VTB_FRAME_AT(env, of)));
}

/* A caller that waits: its variable stands in frame `by`, and its operation may live in frame `of`.
 */
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

/* The following functions are null if the strategy cannot do it. */

#if VTB_SHARES
static void vtb_probe_share(struct vtb_env *env, size_t by)
{
    vtb_share(&env->service, &VTB_FRAME_AT(env, by)->handover);
}
#else
#define vtb_probe_share NULL
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
#else
#define vtb_probe_as_task NULL
#define vtb_probe_preserve NULL
#define vtb_probe_task_is_ready NULL
#define vtb_probe_task_get NULL
#define vtb_probe_task_drop NULL
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
    .share = vtb_probe_share,
    .as_task = vtb_probe_as_task,
    .preserve = vtb_probe_preserve,
    .task_is_ready = vtb_probe_task_is_ready,
    .task_get = vtb_probe_task_get,
    .task_drop = vtb_probe_task_drop,
};
