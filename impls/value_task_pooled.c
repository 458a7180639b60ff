/*
 * The struct of value_task over a pooled source. A hit copies the value into the struct; a miss
 * takes a box from the thread's pool, whose core tells its uses apart by a version of 16 bits:
 * consuming bumps the version and gives the box back, and a struct with an older version is
 * refused. After 65,536 uses a version comes again, and a struct that old is taken for the new one.
 */
#define VTB_COUNTS_REFERENCES 1 /* of the tasks that as_task makes */
#define VTB_BOXES 1
#define VTB_BOX_HOLDS_VALUE 1
#define VTB_CONVERTS 1
#define VTB_REUSES 1
#define VTB_HAS_STATE 1
#define VTB_STATE_ROOTS (sizeof(struct vtb_source_pools) / sizeof(void *))
#include <vtb/value_task.h>

#include <vtb/pool.h>

#define VTB_PENDING_BYTES(record) (sizeof(struct vtb_source) + (record))
#define VTB_PENDING_REFERENCES          \
    offsetof(struct vtb_source, moves), \
        offsetof(struct vtb_source, waiting) VTB_AND_VALUE(struct vtb_source, result)

/* The words of the InvalidOperationException with which .NET refuses a source that was consumed. */
#define VTB_SOURCE_INVALID "operation is not valid due to the current state of the object"

/* The box of a method that suspended: a core (ManualResetValueTaskSourceCore<T>: 48 bytes for a
 * reference, 40 for an int), and behind it the state machine of the method. */
struct vtb_source {
    struct vtb_continuation moves; /* the object's header; here: what runs a box that waits */
    const struct vtb_type *type;
    void *action;
    void *context;
    void *waiting; /* of the core: null, what waits, or that the operation is completed */
    void *waiting_state;
    void *captured_context;
    uintptr_t fault; /* in place of .NET's exception */
    vtb_value result;
    int16_t version;
    bool completed;
    bool run_asynchronously;
};

struct vtb_source_pools {
    struct vtb_pool of[VTB_CONTEXTS_N]; /* by the context of the sources' types */
};

static struct vtb_continuation vtb_source_completed_sentinel; /* never run */

/* A task that stands in the place of a source; null if the hand-over has the source itself. Unlike
 * a task, a source has room for a method's record. */
static inline struct vtb_task *vtb_as_plain_task(const vtb_handover *handover)
{
    struct vtb_task *task = (struct vtb_task *)handover->object;
    return task->type->context == VTB_TYPE_TASK ? task : NULL;
}

static_assert(offsetof(struct vtb_source, type) == offsetof(struct vtb_task, type),
              "every object has its type at the same place");

/* --- the source --- */

static inline void vtb_source_await(struct vtb_service *service, struct vtb_source *source,
                                    int16_t token, struct vtb_continuation *continuation)
{
    void *waiting = NULL;
    vtb_require(source->version == token, VTB_SOURCE_INVALID);
    if (__atomic_compare_exchange_n(&source->waiting, &waiting, (void *)continuation, false,
                                    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        vtb_barrier(service, &source->waiting);
        return;
    }
    vtb_require(waiting == (void *)&vtb_source_completed_sentinel, VTB_SOURCE_INVALID);
    continuation->run(continuation, service);
}

/* Consumes the operation of a source; afterwards the source may be used for another one. */
static inline enum vtb_fault vtb_source_get(struct vtb_service *service, struct vtb_source *source,
                                            int16_t token, vtb_value *value)
{
    struct vtb_source_pools *pools = (struct vtb_source_pools *)service->state;
    vtb_require(source->version == token && __atomic_load_n(&source->completed, __ATOMIC_ACQUIRE),
                VTB_SOURCE_INVALID);
    const enum vtb_fault fault = (enum vtb_fault)source->fault;
    *value = source->result;
    source->version = (int16_t)(uint16_t)((uint16_t)source->version + 1u);
    if (!vtb_pool_put(&pools->of[source->type->context], source))
        vtb_free(service, source, source->type->bytes);
    return fault;
}

/* --- the contract --- */

static inline void *vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                const struct vtb_type *type)
{
    struct vtb_source_pools *pools = (struct vtb_source_pools *)service->state;
    struct vtb_source *source =
        (struct vtb_source *)vtb_pool_take(service, &pools->of[type->context]);
    (void)slot;
    if (!source) {
        source = (struct vtb_source *)vtb_alloc_zeroed(service, type);
        source->type = type;
    }
    source->context = vtb_capture_context();
    source->waiting = NULL;
    source->fault = VTB_FAULT_NONE;
    source->completed = false;
    memset(&source->result, 0, sizeof source->result);
    return source;
}

static inline void *vtb_record_of(void *pending)
{
    return (struct vtb_source *)pending + 1;
}

static inline void vtb_handover_at(struct vtb_service *service, struct vtb_slot *slot,
                                   void *pending, vtb_handover *at)
{
    (void)service;
    (void)slot;
    vtb_value_task_make(at, pending, ((struct vtb_source *)pending)->version);
}

static inline bool vtb_is_ready(struct vtb_service *service, const vtb_handover *handover,
                                const struct vtb_slot *slot)
{
    (void)service;
    (void)slot;
    if (!handover->object)
        return true;
    const struct vtb_task *task = vtb_as_plain_task(handover);
    if (task)
        return vtb_task_is_completed(task);
    const struct vtb_source *source = (const struct vtb_source *)handover->object;
    vtb_require(source->version == handover->token, VTB_SOURCE_INVALID);
    return __atomic_load_n(&source->waiting, __ATOMIC_ACQUIRE) != NULL &&
           __atomic_load_n(&source->completed, __ATOMIC_ACQUIRE);
}

static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    struct vtb_task *task = vtb_as_plain_task(handover);
    (void)slot;
    if (task)
        vtb_task_await(service, task, continuation);
    else
        vtb_source_await(service, (struct vtb_source *)handover->object, handover->token,
                         continuation);
}

static inline enum vtb_fault vtb_get(struct vtb_service *service, vtb_handover *handover,
                                     struct vtb_slot *slot, vtb_value *value)
{
    (void)slot;
    if (!handover->object) {
        vtb_value_task_consume(handover);
        *value = handover->result;
        return VTB_FAULT_NONE;
    }
    struct vtb_task *task = vtb_as_plain_task(handover);
    vtb_value_task_consume(handover);
    return task ? vtb_task_get(task, value)
                : vtb_source_get(service, (struct vtb_source *)handover->object, handover->token,
                                 value);
}

/* Drops a variable. A source was given back when it was consumed, so only a preserved variable has
 * something to release: its task. */
static inline void vtb_drop(struct vtb_service *service, vtb_handover *handover,
                            struct vtb_slot *slot)
{
    (void)slot;
    if (handover->object && handover->preserved)
        vtb_task_release(service, (struct vtb_task *)handover->object);
}

static inline void vtb_complete(struct vtb_service *service, void *pending,
                                const struct vtb_answer *answer)
{
    struct vtb_source *source = (struct vtb_source *)pending;
    vtb_require(!source->completed, VTB_SOURCE_INVALID);
    source->fault = answer->fault;
    if (!VTB_UNLIKELY(answer->fault)) {
        source->result = answer->value;
        vtb_value_barrier(service, &source->result);
    }
    __atomic_store_n(&source->completed, true, __ATOMIC_RELEASE);
    void *waiting = __atomic_exchange_n(&source->waiting, (void *)&vtb_source_completed_sentinel,
                                        __ATOMIC_ACQ_REL);
    if (waiting) {
        struct vtb_continuation *continuation = (struct vtb_continuation *)waiting;
        continuation->run(continuation, service);
    }
}

/* --- as_task and preserve --- */

/* The record of a task that waits for a source. */
struct vtb_source_link {
    struct vtb_source *source;
    int64_t token;
};

static const struct vtb_type vtb_source_task_type = {
    "Task<T> over a source",
    sizeof(struct vtb_task) + sizeof(struct vtb_source_link),
    VTB_TYPE_TASK,
    false,
    {VTB_TASK_REFERENCES, sizeof(struct vtb_task) + offsetof(struct vtb_source_link, source),
     VTB_REFERENCES_END}};

/* Completes the task with the result of the source, which is completed by now. */
static inline void vtb_source_task_run(struct vtb_continuation *self, struct vtb_service *service)
{
    struct vtb_task *task = (struct vtb_task *)self;
    const struct vtb_source_link *link = (const struct vtb_source_link *)(task + 1);
    struct vtb_answer answer;
    answer.fault = vtb_source_get(service, link->source, (int16_t)link->token, &answer.value);
    vtb_task_complete(service, task, &answer);
}

static inline struct vtb_task *vtb_as_task(struct vtb_service *service, vtb_handover *handover)
{
    if (!handover->object) {
        vtb_value_task_consume(handover);
        return vtb_task_from_result(service, &handover->result);
    }
    struct vtb_task *task = vtb_as_plain_task(handover);
    vtb_value_task_consume(handover);
    if (task) { /* it was preserved: the variable keeps its own reference */
        vtb_task_retain(task);
        return task;
    }
    if (vtb_is_ready(service, handover, NULL)) {
        struct vtb_answer answer;
        answer.fault = vtb_source_get(service, (struct vtb_source *)handover->object,
                                      handover->token, &answer.value);
        return vtb_task_from_answer(service, &answer);
    }
    task = vtb_task_suspended(service, &vtb_source_task_type);
    task->moves.run = vtb_source_task_run;
    struct vtb_source_link *link = (struct vtb_source_link *)(task + 1);
    link->source = (struct vtb_source *)handover->object;
    link->token = handover->token;
    vtb_source_await(service, link->source, handover->token, &task->moves);
    return task;
}

/* A result stays; a source becomes a task, which may be awaited as often as one likes. */
static inline void vtb_preserve(struct vtb_service *service, vtb_handover *handover)
{
    if (handover->object && !handover->preserved)
        vtb_value_task_make(handover, vtb_as_task(service, handover), 0);
    handover->preserved = true;
}

/* --- what the service keeps --- */

static inline size_t vtb_state_bytes(const struct vtb_setup *setup)
{
    (void)setup;
    return sizeof(struct vtb_source_pools);
}

static inline void vtb_state_open(struct vtb_service *service, const struct vtb_setup *setup)
{
    (void)service;
    (void)setup;
}

static inline void vtb_state_close(struct vtb_service *service)
{
    struct vtb_source_pools *pools = (struct vtb_source_pools *)service->state;
    for (int i = 0; i < VTB_CONTEXTS_N; i++) {
        struct vtb_source *source;
        while ((source = (struct vtb_source *)vtb_pool_take(service, &pools->of[i])))
            vtb_free(service, source, source->type->bytes);
    }
}

VTB_STRATEGY(value_task_pooled) = {
    .summary = "a struct that is the result, or a pooled source with a 16-bit version",
    .modelled_on = "IValueTaskSource<T> and the pooling builder of .NET",
    .aliases = "IValueTaskSource, PoolingAsyncValueTaskMethodBuilder",
    .guest_async = {"pooled_value_task"},
    .shape = VTB_SHAPE_STRUCT,
    .lacks = {.runtime_async = "a method whose builder pools opts out of it",
              .several_consumers = "a source is consumed once, by one caller",
              .storing = "a consumed source is used again; as_task makes a task of it"},
};
