/*
 * A struct that is a result *or* a task. A hit copies the value into the struct and allocates
 * nothing; a miss wraps the box of the method that suspended, the same box as heap_task's when the
 * method is direct, and one with room for a result in its builder when it is asynchronous. The
 * struct is consumed once.
 */
#define VTB_COUNTS_REFERENCES 1
#define VTB_BOXES 1
#define VTB_CONVERTS 1
#define VTB_WRAPS_TASK 1
#define VTB_SHARES 1
#include <vtb/value_task.h>

#define VTB_PENDING_BYTES(record) (sizeof(struct vtb_task) + (record))
#define VTB_PENDING_REFERENCES VTB_TASK_REFERENCES

static inline void *vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                const struct vtb_type *type)
{
    (void)slot;
    return vtb_task_suspended(service, type);
}

static inline void *vtb_record_of(void *pending)
{
    return (struct vtb_task *)pending + 1;
}

static inline void vtb_handover_at(struct vtb_service *service, struct vtb_slot *slot,
                                   void *pending, vtb_handover *at)
{
    (void)service;
    (void)slot;
    vtb_value_task_make(at, pending, 0);
}

static inline bool vtb_is_ready(struct vtb_service *service, const vtb_handover *handover,
                                const struct vtb_slot *slot)
{
    (void)service;
    (void)slot;
    return !handover->object || vtb_task_is_completed((struct vtb_task *)handover->object);
}

static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    (void)slot;
    vtb_task_await(service, (struct vtb_task *)handover->object, continuation);
}

static inline enum vtb_fault vtb_get(struct vtb_service *service, vtb_handover *handover,
                                     struct vtb_slot *slot, vtb_value *value)
{
    (void)service;
    (void)slot;
    vtb_value_task_consume(handover);
    if (handover->object)
        return vtb_task_get((struct vtb_task *)handover->object, value);
    *value = handover->result;
    return VTB_FAULT_NONE;
}

static inline void vtb_drop(struct vtb_service *service, vtb_handover *handover,
                            struct vtb_slot *slot)
{
    (void)slot;
    if (handover->object)
        vtb_task_release(service, (struct vtb_task *)handover->object);
}

static inline void vtb_complete(struct vtb_service *service, void *pending,
                                const struct vtb_answer *answer)
{
    vtb_task_complete(service, (struct vtb_task *)pending, answer);
}

/* Gives a copy of the struct, legal or not, a reference of its own to the task. */
static inline void vtb_share(struct vtb_service *service, vtb_handover *handover)
{
    (void)service;
    if (handover->object)
        vtb_task_retain((struct vtb_task *)handover->object);
}

/* A task takes the struct's place: the one that it wraps, or a new one that holds its result. */
static inline struct vtb_task *vtb_as_task(struct vtb_service *service, vtb_handover *handover)
{
    vtb_value_task_consume(handover);
    if (!handover->object)
        return vtb_task_from_result(service, &handover->result);
    if (handover->preserved) /* the variable keeps its own reference */
        vtb_task_retain((struct vtb_task *)handover->object);
    return (struct vtb_task *)handover->object;
}

/* A result stays, and so does a task, which may be awaited as often as one likes. */
static inline void vtb_preserve(struct vtb_service *service, vtb_handover *handover)
{
    (void)service;
    handover->preserved = true;
}

VTB_STRATEGY(value_task) = {
    .summary = "a struct that is the result, or wraps a task on a miss",
    .modelled_on = "ValueTask<T> of .NET",
    .aliases = "ValueTask",
    .guest = {"value_task"},
    .guest_async = {"async_value_task"},
    .guest_runtime = {"runtime_value_task"},
    .instead_in = "dotnet",
    .shape = VTB_SHAPE_STRUCT,
    .role = VTB_ROLE_CHALLENGER,
    .has_local = true,
    .lacks = {.several_consumers = "a value task is consumed once, by one caller",
              .storing = "it is not stored: as_task makes a task of it, to store or share"},
};
