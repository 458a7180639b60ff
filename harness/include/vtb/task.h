/*
 * The task object of .NET, laid out field by field, and the box of a method that suspended.
 *
 * Sizes follow System.Private.CoreLib for 64-bit: a Task is 64 bytes with its header and method
 * table, a Task<T> adds T rounded up to 8 bytes, and the box of a suspended async method *is* the
 * Task<T> with the method's state machine behind it. For use by strategies, after the workload.
 */
#ifndef VTB_TASK_H
#define VTB_TASK_H

#include "strategy.h"

struct vtb_type {
    const char *name;
    size_t bytes;
};

enum {
    VTB_TASK_COMPLETION_RESERVED = 1 << 26,
    VTB_TASK_RAN_TO_COMPLETION = 1 << 24,
};

struct vtb_task {
    uint64_t header; /* of every object: lock and hash */
    const struct vtb_type *type;
    int32_t id;
    uint32_t state; /* VTB_TASK_..., 0 while it runs */
    void *action;
    void *context; /* the ambient (execution) context that was captured */
    void *scheduler;
    void *continuation; /* null, a vtb_continuation, or the sentinel of a completed task */
    void *contingent;   /* rarely needed properties: cancellation, exceptions */
    vtb_value result;
};

/* The state machine of a cache method that waits for its store. */
struct vtb_state_machine {
    int32_t state; /* which await it waits at */
    vtb_key key;
    struct vtb_task *builder;
    struct vtb_service *self;
    void *awaiter;
};

struct vtb_box {
    struct vtb_task task;
    struct vtb_state_machine machine;
};

static_assert(offsetof(struct vtb_task, result) == 64, "Task is 64 bytes in .NET");
static_assert(sizeof(struct vtb_task) == 64 + VTB_ROUND_UP_8(sizeof(vtb_value)),
              "Task<T> is 64 bytes and T rounded up to 8");
static_assert(sizeof(struct vtb_state_machine) == VTB_ROUND_UP_8(4 + sizeof(vtb_key)) + 24 ||
                  sizeof(struct vtb_state_machine) == 8 + VTB_ROUND_UP_8(sizeof(vtb_key)) + 24,
              "state machine: state and key share 8 bytes where they fit, and three references");
static_assert(sizeof(struct vtb_box) == sizeof(struct vtb_task) + sizeof(struct vtb_state_machine),
              "the box is the task with the state machine behind it");

static const struct vtb_type vtb_task_type = {"Task<T>", sizeof(struct vtb_task)};
static const struct vtb_type vtb_box_type = {"box", sizeof(struct vtb_box)};

/* Swapped into the continuation slot at completion, so that a late await knows. Never run. */
static struct vtb_continuation vtb_task_completed_sentinel;

/* A completed task that holds *value. */
static inline struct vtb_task *vtb_task_from_result(struct vtb_service *service,
                                                    const vtb_value *value)
{
    struct vtb_task *task = (struct vtb_task *)vtb_alloc_zeroed(service, sizeof *task);
    task->type = &vtb_task_type;
    task->state = VTB_TASK_RAN_TO_COMPLETION;
    task->result = *value;
    return task;
}

/* The method's box, waiting for the store's answer to `key`, and submitted to it. */
static inline struct vtb_task *vtb_task_suspend(struct vtb_service *service, vtb_key key)
{
    struct vtb_box *box = (struct vtb_box *)vtb_alloc_zeroed(service, sizeof *box);
    box->task.type = &vtb_box_type;
    box->machine.key = key;
    box->machine.builder = &box->task;
    box->machine.self = service;
    vtb_submit(service, box);
    return &box->task;
}

static inline bool vtb_task_is_completed(const struct vtb_task *task)
{
    return (__atomic_load_n(&task->state, __ATOMIC_ACQUIRE) & VTB_TASK_RAN_TO_COMPLETION) != 0;
}

/* Registers the one continuation of a pending task, or runs it if the task completed meanwhile. */
static inline void vtb_task_await(struct vtb_task *task, struct vtb_continuation *continuation)
{
    void *none = NULL;
    if (!__atomic_compare_exchange_n(&task->continuation, &none, (void *)continuation, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        continuation->run(continuation);
}

/*
 * Completes a pending task as .NET does: reserves the completion (only one producer can win),
 * writes the result, publishes the state, and swaps the sentinel into the continuation slot.
 * Returns false, having changed nothing, if the task was completed before. The task may be gone on
 * return.
 */
static inline bool vtb_task_set_result(struct vtb_task *task, vtb_value value)
{
    uint32_t running = 0;
    if (!__atomic_compare_exchange_n(&task->state, &running, VTB_TASK_COMPLETION_RESERVED, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return false;
    task->result = value;
    __atomic_store_n(&task->state, VTB_TASK_COMPLETION_RESERVED | VTB_TASK_RAN_TO_COMPLETION,
                     __ATOMIC_RELEASE);
    struct vtb_continuation *waiting = (struct vtb_continuation *)__atomic_exchange_n(
        &task->continuation, (void *)&vtb_task_completed_sentinel, __ATOMIC_ACQ_REL);
    if (waiting)
        waiting->run(waiting);
    return true;
}

/* The store's answer arrives: the suspended method runs on, and its result completes the box. */
static inline void vtb_task_step(struct vtb_service *service, void *pending)
{
    struct vtb_box *box = (struct vtb_box *)pending;
    (void)vtb_task_set_result(box->machine.builder, vtb_fetch(service->table, box->machine.key));
}

/* The one consumer takes the result of a completed task, and gives the task back. */
static inline vtb_value vtb_task_take(struct vtb_service *service, struct vtb_task *task)
{
    vtb_value value = task->result;
    vtb_free(service, task, task->type->bytes);
    return value;
}

#endif
