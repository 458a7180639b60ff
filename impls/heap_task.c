/*
 * A task on the heap for every result, as `async Task<T>` and Task.FromResult give one. A hit
 * allocates a completed task; a miss allocates the method's box, which is the task with the state
 * machine behind it. The one consumer gives either back.
 */
#include <vtb/task.h>

typedef struct vtb_task *vtb_handover;

struct vtb_slot {
    struct vtb_task *task;
};

static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value)
{
    (void)slot;
    return vtb_task_from_result(service, value);
}

static inline vtb_handover vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                       vtb_key key)
{
    (void)slot;
    return vtb_task_suspend(service, key);
}

static inline bool vtb_is_ready(const vtb_handover *handover, const struct vtb_slot *slot)
{
    (void)slot;
    return vtb_task_is_completed(*handover);
}

static inline vtb_value vtb_take(struct vtb_service *service, vtb_handover *handover,
                                 struct vtb_slot *slot)
{
    (void)slot;
    return vtb_task_take(service, *handover);
}

static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    (void)service;
    slot->task = *handover;
    vtb_task_await(slot->task, continuation);
}

static inline void vtb_complete(struct vtb_service *service, void *pending)
{
    vtb_task_step(service, pending);
}

static inline vtb_value vtb_resume(struct vtb_service *service, struct vtb_slot *slot)
{
    return vtb_task_take(service, slot->task);
}

VTB_STRATEGY(heap_task) = {
    .summary = "a new task object for every result, ready or not",
    .modelled_on = "Task<T> of .NET",
    .shape = VTB_SHAPE_OBJECT,
    .role = VTB_ROLE_BASELINE,
    .on_hit = {1, sizeof(struct vtb_task)},
    .on_miss = {1, sizeof(struct vtb_box)},
    .indirect_calls_on_hit = 2, /* the heap's alloc and free */
};
