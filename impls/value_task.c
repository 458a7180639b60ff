/*
 * A struct that is a result *or* a task. A hit copies the value into the struct and allocates
 * nothing; a miss wraps the box of the method that suspended, the same box as heap_task's. The
 * struct is consumed once.
 */
#include <vtb/task.h>

/* ValueTask<T>: 16 bytes for a bool or an int, 24 for a reference, 80 for 64 bytes. */
typedef struct vtb_value_task {
    struct vtb_task *task; /* null: `result` is the answer */
    vtb_value result;
    int16_t token; /* tells a pooled source's uses apart; a task needs none */
    bool continue_on_captured_context;
} vtb_handover;

static_assert(sizeof(vtb_handover) == 8 + VTB_ROUND_UP_8(sizeof(vtb_value) + 3) ||
                  sizeof(vtb_handover) == 8 + VTB_ROUND_UP_8(sizeof(vtb_value) + 4),
              "ValueTask<T>: a reference, T, a token and a flag");

struct vtb_slot {
    struct vtb_task *task;
};

static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value)
{
    (void)service;
    (void)slot;
    vtb_handover handover = {NULL, *value, 0, true};
    return handover;
}

static inline vtb_handover vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                       vtb_key key)
{
    (void)slot;
    vtb_handover handover;
    memset(&handover, 0, sizeof handover);
    handover.task = vtb_task_suspend(service, key);
    handover.continue_on_captured_context = true;
    return handover;
}

static inline bool vtb_is_ready(const vtb_handover *handover, const struct vtb_slot *slot)
{
    (void)slot;
    return !handover->task || vtb_task_is_completed(handover->task);
}

static inline vtb_value vtb_take(struct vtb_service *service, vtb_handover *handover,
                                 struct vtb_slot *slot)
{
    (void)slot;
    return handover->task ? vtb_task_take(service, handover->task) : handover->result;
}

static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    (void)service;
    slot->task = handover->task;
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

VTB_STRATEGY(value_task) = {
    .summary = "a struct that is the result, or wraps a task on a miss",
    .modelled_on = "ValueTask<T> of .NET",
    .shape = VTB_SHAPE_STRUCT,
    .on_hit = {0, 0},
    .on_miss = {1, sizeof(struct vtb_box)},
};
