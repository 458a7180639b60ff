/*
 * The functions of strategy.h for strategies whose hand-over is a pointer to a task. Several
 * consumers may await a task, and it may be stored, as long as somebody holds a reference to it.
 * Macros that are defined before this header is included choose between variants:
 *
 *     VTB_OWN_READY        the strategy defines vtb_ready, and VTB_HIT_BYTES if that allocates;
 *                          otherwise every ready value gets a new task
 *     VTB_OWN_COMPLETE     the strategy defines vtb_complete
 *     VTB_OWN_TASK_MEMORY, VTB_HAS_IMMORTAL_TASKS, VTB_LEAN_TASK  see task.h
 */
#ifndef VTB_TASK_HANDOVER_H
#define VTB_TASK_HANDOVER_H

#define VTB_BUILDS_OBJECT 1
#define VTB_HANDOVER_REFERS 1
#define VTB_SHARES 1
#ifndef VTB_LEAN_TASK
#define VTB_LEAN_TASK 0
#define VTB_BOXES 1
#endif

#include "task.h"

typedef struct vtb_task *vtb_handover;

/* A lean task needs no room behind it for a direct method, which remembers its key alone: the key
 * stands where the result will be. */
#define VTB_RECORD_IN_RESULT (VTB_LEAN_TASK && !VTB_ASYNC)

#ifndef VTB_PENDING_BYTES
#define VTB_PENDING_BYTES(record) (sizeof(struct vtb_task) + (VTB_RECORD_IN_RESULT ? 0 : (record)))
#endif

#define VTB_PENDING_REFERENCES VTB_TASK_REFERENCES

#if !VTB_OWN_READY
#define VTB_HIT_BYTES sizeof(struct vtb_task)

static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value)
{
    (void)slot;
    return vtb_task_from_result(service, value);
}

#endif

static inline void *vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                const struct vtb_type *type)
{
    (void)slot;
    return vtb_task_suspended(service, VTB_RECORD_IN_RESULT ? &vtb_task_type : type);
}

static inline void *vtb_record_of(void *pending)
{
    struct vtb_task *task = (struct vtb_task *)pending;
    return VTB_RECORD_IN_RESULT ? (void *)&task->result : (void *)(task + 1);
}

static inline vtb_handover vtb_handover_of(struct vtb_service *service, struct vtb_slot *slot,
                                           void *pending)
{
    (void)service;
    (void)slot;
    return (vtb_handover)pending;
}

static inline bool vtb_is_ready(struct vtb_service *service, const vtb_handover *handover,
                                const struct vtb_slot *slot)
{
    (void)service;
    (void)slot;
    return vtb_task_is_completed(*handover);
}

static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    (void)slot;
    vtb_task_await(service, *handover, continuation);
}

static inline enum vtb_fault vtb_get(struct vtb_service *service, vtb_handover *handover,
                                     struct vtb_slot *slot, vtb_value *value)
{
    (void)service;
    (void)slot;
    return vtb_task_get(*handover, value);
}

static inline void vtb_drop(struct vtb_service *service, vtb_handover *handover,
                            struct vtb_slot *slot)
{
    (void)slot;
    vtb_task_release(service, *handover);
}

#if !VTB_OWN_COMPLETE
static inline void vtb_complete(struct vtb_service *service, void *pending,
                                const struct vtb_answer *answer)
{
    vtb_task_complete(service, (struct vtb_task *)pending, answer);
}
#endif

static inline void vtb_share(struct vtb_service *service, vtb_handover *handover)
{
    (void)service;
    vtb_task_retain(*handover);
}

#endif
