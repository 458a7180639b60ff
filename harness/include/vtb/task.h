/*
 * The task object of .NET, laid out field by field, and the box of a method that suspended.
 *
 * Sizes follow System.Private.CoreLib for 64-bit: a Task is 64 bytes with its header and method
 * table, a Task<T> adds T rounded up to 8 bytes, and the box of a suspended async method *is* the
 * Task<T> with the method's state machine behind it. For use by strategies, after the workload.
 *
 * On a heap that frees, a task counts its references: one for each variable that holds it. With
 * VTB_ATOMIC several threads may change the count, and the thread that completes a task holds a
 * reference until it is done with the task. Otherwise one thread does everything, and does not use
 * a task after it has completed it. On a collector nothing is counted. With VTB_LOCAL one thread
 * alone awaits and completes, so that nothing is locked for others. Macros that are defined
 * before this header is included choose between variants:
 *
 *     VTB_OWN_TASK_MEMORY     the strategy defines vtb_task_new and vtb_task_delete
 *     VTB_HAS_IMMORTAL_TASKS  a task that has a `home` is never freed, and its references are not
 *                             counted
 *     VTB_LEAN_TASK           a task has no more fields than its semantics need
 */
#ifndef VTB_TASK_H
#define VTB_TASK_H

#include "strategy.h"

/* The flags of .NET. Only VTB_TASK_FREED is not in .NET; it is set if checks are compiled in. */
enum {
    VTB_TASK_FAULTED = 1 << 21,
    VTB_TASK_CANCELED = 1 << 22,
    VTB_TASK_RAN_TO_COMPLETION = 1 << 24,
    VTB_TASK_COMPLETION_RESERVED = 1 << 26,
    VTB_TASK_FREED = 1 << 30,
    VTB_TASK_COMPLETED = VTB_TASK_FAULTED | VTB_TASK_CANCELED | VTB_TASK_RAN_TO_COMPLETION
};

#ifndef VTB_LEAN_TASK
#define VTB_LEAN_TASK 0
#endif
#if VTB_LEAN_TASK
/* The lean task. The key, which a direct method must remember, stands where the result will be. */
struct vtb_task {
    struct vtb_continuation moves; /* runs a task that waits for another operation */
    uint16_t bytes;
    uint16_t references_n;
    uint32_t state;
    void *waiting;
    union {
        vtb_value result;
        vtb_kept_key key;
    };
};

static_assert(sizeof(vtb_value) > 8 || sizeof(vtb_key) > 8 || sizeof(struct vtb_task) == 32,
              "the lean task is 32 bytes for a value of up to 8");
#else
struct vtb_task {
    struct vtb_continuation moves; /* in place of .NET's object header; runs a box that waits */
    const struct vtb_type *type;
    int32_t references_n; /* in place of .NET's id */
    uint32_t state;       /* VTB_TASK_..., 0 while it runs */
    void *action;
    void *context;    /* the ambient (execution) context that was captured */
    void *home;       /* in place of .NET's scheduler: the owner of the task's memory */
    void *waiting;    /* null, a vtb_continuation, a list of them, or the completed sentinel */
    void *contingent; /* rarely needed properties */
    vtb_value result;
};

static_assert(offsetof(struct vtb_task, result) == 64, "Task is 64 bytes in .NET");
static_assert(sizeof(struct vtb_task) == 64 + VTB_ROUND_UP_8(sizeof(vtb_value)),
              "Task<T> is 64 bytes and T rounded up to 8");
#endif

/* The errors that a user reads. The first has the words of .NET. */
#define VTB_TASK_COMPLETED_TWICE \
    "an attempt was made to transition a task to a final state when it had already completed"
#define VTB_TASK_USED_AFTER_FREE "a task was used after its last reference was given up"
#define VTB_TASK_TOO_MANY "a lean task has room for 65,535 references"
#define VTB_TASK_TAKEN_EARLY "the result of a task was taken before the task completed"

/* The offsets of the words that may refer to objects: `waiting`; the result, if the workload's
 * values are pointers; and the first word, which links unused objects, if objects are reused. */
#ifndef VTB_REUSES
#define VTB_REUSES 0
#endif
#if VTB_REUSES
#define VTB_TASK_REFERENCES           \
    offsetof(struct vtb_task, moves), \
        offsetof(struct vtb_task, waiting) VTB_AND_VALUE(struct vtb_task, result)
#else
#define VTB_TASK_REFERENCES \
    offsetof(struct vtb_task, waiting) VTB_AND_VALUE(struct vtb_task, result)
#endif

static const struct vtb_type vtb_task_type = {"Task<T>",
                                              sizeof(struct vtb_task),
                                              VTB_TYPE_TASK,
                                              false,
                                              {VTB_TASK_REFERENCES, VTB_REFERENCES_END}};

static inline size_t vtb_task_bytes(const struct vtb_task *task)
{
#if VTB_LEAN_TASK
    return task->bytes;
#else
    return task->type->bytes;
#endif
}

static inline void vtb_task_set_type(struct vtb_task *task, const struct vtb_type *type)
{
#if VTB_LEAN_TASK
    task->bytes = (uint16_t)type->bytes;
#else
    task->type = type;
#endif
}

/* --- its memory, unless the strategy has a way of its own --- */

#if !VTB_OWN_TASK_MEMORY
static inline struct vtb_task *vtb_task_new(struct vtb_service *service,
                                            const struct vtb_type *type)
{
    struct vtb_task *task = (struct vtb_task *)vtb_alloc_zeroed(service, type);
    vtb_task_set_type(task, type);
    return task;
}

static inline void vtb_task_delete(struct vtb_service *service, struct vtb_task *task)
{
    vtb_free(service, task, vtb_task_bytes(task));
}
#else
static inline struct vtb_task *vtb_task_new(struct vtb_service *service,
                                            const struct vtb_type *type);
static inline void vtb_task_delete(struct vtb_service *service, struct vtb_task *task);
#endif

/* --- references --- */

/* Whether a task was given back already; only known if checks are compiled in. */
static inline bool vtb_task_is_freed(const struct vtb_task *task)
{
    return (__atomic_load_n(&task->state, __ATOMIC_RELAXED) & VTB_TASK_FREED) != 0;
}

/* Adds a reference. The count of a lean task has 16 bits: the process ends before it overflows,
 * even if several threads count at the same time. */
static inline void vtb_task_count_up(struct vtb_task *task)
{
#if VTB_LEAN_TASK
    if (VTB_UNLIKELY(__atomic_fetch_add(&task->references_n, 1, __ATOMIC_RELAXED) == UINT16_MAX)) {
        __atomic_fetch_sub(&task->references_n, 1, __ATOMIC_RELAXED);
        vtb_misuse(VTB_TASK_TOO_MANY);
    }
#elif VTB_ATOMIC
    __atomic_fetch_add(&task->references_n, 1, __ATOMIC_RELAXED);
#else
    task->references_n++;
#endif
}

static inline void vtb_task_retain(struct vtb_task *task)
{
    vtb_check(!vtb_task_is_freed(task), VTB_TASK_USED_AFTER_FREE);
#if VTB_HAS_IMMORTAL_TASKS
    if (task->home)
        return;
#endif
    vtb_task_count_up(task);
}

/* Gives up a reference; true if it was the last. If the count is 1, it needs no locked instruction,
 * because no other thread can have a reference. */
static inline bool vtb_task_was_last(struct vtb_task *task)
{
#if VTB_ATOMIC
    return __atomic_load_n(&task->references_n, __ATOMIC_ACQUIRE) == 1 ||
           __atomic_sub_fetch(&task->references_n, 1, __ATOMIC_ACQ_REL) == 0;
#else
    return --task->references_n == 0;
#endif
}

static inline void vtb_task_release(struct vtb_service *service, struct vtb_task *task)
{
    if (VTB_COLLECTS(service) && !VTB_REUSES)
        return;
    vtb_check(!vtb_task_is_freed(task), VTB_TASK_USED_AFTER_FREE);
#if VTB_HAS_IMMORTAL_TASKS
    if (task->home)
        return;
#endif
    if (VTB_LIKELY(vtb_task_was_last(task))) {
#if VTB_CHECKED
        task->state |= VTB_TASK_FREED;
#endif
        vtb_task_delete(service, task);
    }
}

/* --- making one --- */

/* Makes of a new task one that is completed with *value. */
static inline void vtb_task_init_completed(struct vtb_task *task, const vtb_value *value)
{
    task->references_n = 1;
    task->state = VTB_TASK_RAN_TO_COMPLETION;
    task->result = *value;
}

/* Makes a task that is completed with *value. The caller holds its one reference. */
static inline struct vtb_task *vtb_task_from_result(struct vtb_service *service,
                                                    const vtb_value *value)
{
    struct vtb_task *task = vtb_task_new(service, &vtb_task_type);
    vtb_task_init_completed(task, value);
    vtb_value_barrier(service, &task->result);
    return task;
}

/* Makes the box of a method that suspends, of a type with room for its state machine. */
static inline struct vtb_task *vtb_task_suspended(struct vtb_service *service,
                                                  const struct vtb_type *type)
{
    struct vtb_task *task = vtb_task_new(service, type);
    task->references_n = VTB_ATOMIC ? 2 : 1; /* for the caller, and for the completing side */
    task->state = 0;
    task->waiting = NULL;
#if !VTB_LEAN_TASK
    task->context = vtb_capture_context();
#endif
    return task;
}

static inline bool vtb_task_is_completed(const struct vtb_task *task)
{
    return (__atomic_load_n(&task->state, __ATOMIC_ACQUIRE) & VTB_TASK_COMPLETED) != 0;
}

/* --- who waits for it --- */

/* The completed sentinel: stands in `waiting` once the task is completed, so that a late await
 * finds out. It is never run. */
static struct vtb_continuation vtb_task_completed_sentinel;

/* Puts another waiter in the place of the one that was seen there. False: *seen is what is there
 * now. */
static inline bool vtb_task_set_waiting(struct vtb_task *task, void **seen, void *waiting)
{
#if VTB_LOCAL
    const bool same = task->waiting == *seen;
    *seen = task->waiting;
    task->waiting = same ? waiting : task->waiting;
    return same;
#else
    return __atomic_compare_exchange_n(&task->waiting, seen, waiting, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
#endif
}

/* Puts the sentinel there, and gives what waited. */
static inline void *vtb_task_end_waiting(struct vtb_task *task)
{
#if VTB_LOCAL
    void *waiting = task->waiting;
    task->waiting = &vtb_task_completed_sentinel;
    return waiting;
#else
    return __atomic_exchange_n(&task->waiting, (void *)&vtb_task_completed_sentinel,
                               __ATOMIC_ACQ_REL);
#endif
}

/* Reserves the completion of a task. False: somebody else did, or the task is completed. */
static inline bool vtb_task_reserve(struct vtb_task *task)
{
    uint32_t running = 0;
#if VTB_LOCAL
    if (task->state != running)
        return false;
    task->state = VTB_TASK_COMPLETION_RESERVED;
    return true;
#else
    return __atomic_compare_exchange_n(&task->state, &running, VTB_TASK_COMPLETION_RESERVED, false,
                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
#endif
}

/* A waiter in the list of all waiters but the first. Pointers to list items have their last bit
 * set; a pointer to the first waiter's continuation does not. */
struct vtb_task_waiter {
    struct vtb_continuation *continuation;
    void *older; /* the item that came before, or the first waiter's continuation */
};

static const struct vtb_type vtb_task_waiter_type = {
    "waiter",
    sizeof(struct vtb_task_waiter),
    VTB_TYPE_OTHER,
    false,
    {offsetof(struct vtb_task_waiter, continuation), offsetof(struct vtb_task_waiter, older),
     VTB_REFERENCES_END}};

#define VTB_TASK_LIST_BIT ((uintptr_t)1)

static inline struct vtb_task_waiter *vtb_task_list(void *waiting)
{
    return ((uintptr_t)waiting & VTB_TASK_LIST_BIT)
               ? (struct vtb_task_waiter *)(void *)((char *)waiting - 1)
               : NULL;
}

/* Awaits a task for a second consumer, or for one that comes after the completion. */
VTB_OUT_OF_LINE static void vtb_task_await_more(struct vtb_service *service, struct vtb_task *task,
                                                struct vtb_continuation *continuation,
                                                void *waiting)
{
    struct vtb_task_waiter *waiter = NULL;
    while (waiting != (void *)&vtb_task_completed_sentinel) {
        if (!waiter)
            waiter = (struct vtb_task_waiter *)vtb_alloc(service, &vtb_task_waiter_type);
        waiter->continuation = continuation;
        waiter->older = waiting;
        if (vtb_task_set_waiting(task, &waiting, (char *)waiter + 1)) {
            vtb_barrier(service, &task->waiting);
            return;
        }
    }
    if (waiter)
        vtb_free(service, waiter, sizeof *waiter);
    continuation->run(continuation, service);
}

/* Has the continuation run when the task completes; at once, if it is completed already. */
static inline void vtb_task_await(struct vtb_service *service, struct vtb_task *task,
                                  struct vtb_continuation *continuation)
{
    void *waiting = NULL;
    vtb_check(!vtb_task_is_freed(task), VTB_TASK_USED_AFTER_FREE);
    if (vtb_task_is_completed(task))
        continuation->run(continuation, service);
    else if (vtb_task_set_waiting(task, &waiting, continuation))
        vtb_barrier(service, &task->waiting);
    else
        vtb_task_await_more(service, task, continuation, waiting);
}

/* Runs a list's continuations in the order in which they came, and gives the list back. */
VTB_OUT_OF_LINE static void vtb_task_run_list(struct vtb_service *service, void *waiting)
{
    void *younger = NULL; /* the list in reverse */
    struct vtb_task_waiter *waiter;
    while ((waiter = vtb_task_list(waiting))) {
        void *older = waiter->older;
        waiter->older = younger;
        younger = waiter;
        waiting = older;
    }
    struct vtb_continuation *next = (struct vtb_continuation *)waiting;
    assert(next); /* the one that came first stands at the list's end */
    next->run(next, service);
    while ((waiter = (struct vtb_task_waiter *)younger)) {
        younger = waiter->older;
        next = waiter->continuation;
        vtb_free(service, waiter, sizeof *waiter);
        next->run(next, service);
    }
}

/* --- completing it --- */

/*
 * Completes a pending task as .NET does: reserves the completion (only one producer can win),
 * writes the result, publishes the state, swaps the sentinel into the place of what waits, and runs
 * that. Returns false, having changed nothing, if the task was completed before. The task may be
 * gone on return, unless the caller holds a reference.
 */
static inline bool vtb_task_try_complete(struct vtb_service *service, struct vtb_task *task,
                                         const struct vtb_answer *answer)
{
    static const uint32_t final_states[] = {VTB_TASK_RAN_TO_COMPLETION, VTB_TASK_FAULTED,
                                            VTB_TASK_CANCELED};
    vtb_check(!vtb_task_is_freed(task), VTB_TASK_USED_AFTER_FREE);
    if (!vtb_task_reserve(task))
        return false;
    if (!VTB_UNLIKELY(answer->fault)) {
        task->result = answer->value;
        vtb_value_barrier(service, &task->result);
    }
    __atomic_store_n(&task->state, VTB_TASK_COMPLETION_RESERVED | final_states[answer->fault],
                     __ATOMIC_RELEASE);
    void *waiting = vtb_task_end_waiting(task);
    if (VTB_UNLIKELY((uintptr_t)waiting & VTB_TASK_LIST_BIT)) {
        vtb_task_run_list(service, waiting);
    } else if (waiting) {
        struct vtb_continuation *continuation = (struct vtb_continuation *)waiting;
        continuation->run(continuation, service);
    }
    return true;
}

static inline void vtb_task_complete(struct vtb_service *service, struct vtb_task *task,
                                     const struct vtb_answer *answer)
{
    vtb_require(vtb_task_try_complete(service, task, answer), VTB_TASK_COMPLETED_TWICE);
#if VTB_ATOMIC
    vtb_task_release(service, task);
#endif
}

/* Makes a task that is completed with an answer, be it a value or a fault. */
static inline struct vtb_task *vtb_task_from_answer(struct vtb_service *service,
                                                    const struct vtb_answer *answer)
{
    if (!answer->fault)
        return vtb_task_from_result(service, &answer->value);
    struct vtb_task *task = vtb_task_suspended(service, &vtb_task_type);
    vtb_task_complete(service, task, answer);
    return task;
}

/* --- consuming it --- */

/* Waits for a task without a result, as .NET does, and returns how it ended. Returns by value, so
 * that the value of a caller need not stand in memory. */
VTB_OUT_OF_LINE static struct vtb_answer vtb_task_wait(struct vtb_task *task)
{
    struct vtb_answer answer;
    vtb_check(!vtb_task_is_freed(task), VTB_TASK_USED_AFTER_FREE);
    vtb_check(vtb_task_is_completed(task), VTB_TASK_TAKEN_EARLY);
    vtb_block_until(&task->state, VTB_TASK_COMPLETED);
    const uint32_t state = __atomic_load_n(&task->state, __ATOMIC_ACQUIRE);
    memset(&answer.value, 0, sizeof answer.value); /* a task that failed has no result */
    if (state & VTB_TASK_RAN_TO_COMPLETION)
        answer.value = task->result;
    answer.fault = state & VTB_TASK_RAN_TO_COMPLETION ? VTB_FAULT_NONE
                   : state & VTB_TASK_FAULTED         ? VTB_FAULT_STORE
                                                      : VTB_FAULT_CANCELLED;
    return answer;
}

/* Gives the result of a task, any number of times. Blocks if the task is not completed. */
static inline enum vtb_fault vtb_task_get(struct vtb_task *task, vtb_value *value)
{
    const uint32_t state = __atomic_load_n(&task->state, __ATOMIC_ACQUIRE);
    if (VTB_UNLIKELY(!(state & VTB_TASK_RAN_TO_COMPLETION)) ||
        (VTB_CHECKED && (state & VTB_TASK_FREED))) {
        const struct vtb_answer answer = vtb_task_wait(task);
        *value = answer.value;
        return answer.fault;
    }
    *value = task->result;
    return VTB_FAULT_NONE;
}

#endif
