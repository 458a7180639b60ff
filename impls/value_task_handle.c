/*
 * 16 bytes for a value of up to 8: the value, or the number of a slot in the thread's table, and a
 * tag that tells which and, for a slot, which of its uses. They travel in two registers. Nothing is
 * allocated, and a handle whose slot was used again is refused: the generation has 32 bits.
 */
#define VTB_CONVERTS 1
#define VTB_HOLDS_VALUE 1
#define VTB_HAS_STATE 1
#include <vtb/task.h>

#define VTB_HANDLE_STALE "a handle was used after its slot was used again"
#define VTB_HANDLE_EARLY "the result of a handle was taken before the operation completed"
#define VTB_HANDLE_TWO "a handle was awaited while another caller waits for it"
#define VTB_HANDLE_COMPLETE "the operation of a handle was completed a second time"
#define VTB_HANDLE_TWICE "a handle was consumed a second time"
#define VTB_HANDLE_NONE_LEFT "no slot is left in the table of handles: operations were not consumed"

/* The tags in the first word. Tags between 0 and 2^32 are generations of slots. */
#define VTB_TAG_VALUE UINT64_C(0)
#define VTB_TAG_TASK (UINT64_C(1) << 32)     /* preserved: a task */
#define VTB_TAG_CONSUMED (UINT64_C(2) << 32) /* where checks are compiled in */
#define VTB_TAG_KEPT (UINT64_C(3) << 32)     /* preserved: a value */

typedef struct vtb_handle {
    union {
        vtb_value value;
        uint32_t index;
        struct vtb_task *task;
    };
    uint64_t tag;
} vtb_handover;

static_assert(sizeof(vtb_value) > 8 || sizeof(vtb_handover) == 16, "two registers");

struct vtb_handle_slot {
    struct vtb_continuation moves; /* what runs an operation that waits for another one */
    struct vtb_continuation *waiting;
    uint32_t generation; /* of this use, never 0 */
    uint32_t next;       /* of the free slots */
    uint32_t index;
    enum vtb_fault fault;
    bool completed;
    vtb_value value;
};

struct vtb_handle_table {
    size_t slots_n;
    size_t slot_bytes; /* with the record behind it */
    uint32_t free;     /* slots_n: none */
    char *slots;
};

static inline struct vtb_handle_slot *vtb_handle_at(const struct vtb_handle_table *table,
                                                    uint32_t index)
{
    return (struct vtb_handle_slot *)(void *)(table->slots + index * table->slot_bytes);
}

static inline struct vtb_handle_slot *vtb_handle_slot_of(struct vtb_service *service,
                                                         const vtb_handover *handover)
{
    const struct vtb_handle_table *table = (const struct vtb_handle_table *)service->state;
    struct vtb_handle_slot *slot = vtb_handle_at(table, handover->index);
    vtb_check(handover->tag != VTB_TAG_CONSUMED, VTB_HANDLE_TWICE);
    vtb_require(slot->generation == handover->tag, VTB_HANDLE_STALE);
    return slot;
}

/* --- the table --- */

/* The number of slots, which is that of operations that can be pending at once: every caller of the
 * window, at every level, and a call that is about to suspend. */
static inline size_t vtb_handle_slots_n(const struct vtb_setup *setup)
{
    return (setup->window + 1) * setup->depth;
}

static inline size_t vtb_handle_slot_bytes(const struct vtb_setup *setup)
{
    return VTB_ROUND_UP_8(sizeof(struct vtb_handle_slot)) + VTB_ROUND_UP_8(setup->record_bytes);
}

static inline size_t vtb_state_bytes(const struct vtb_setup *setup)
{
    return sizeof(struct vtb_handle_table) +
           vtb_handle_slots_n(setup) * vtb_handle_slot_bytes(setup);
}

static inline void vtb_state_open(struct vtb_service *service, const struct vtb_setup *setup)
{
    struct vtb_handle_table *table = (struct vtb_handle_table *)service->state;
    table->slots_n = vtb_handle_slots_n(setup);
    table->slot_bytes = vtb_handle_slot_bytes(setup);
    table->slots = (char *)(table + 1);
    for (uint32_t i = 0; i < table->slots_n; i++) {
        struct vtb_handle_slot *slot = vtb_handle_at(table, i);
        slot->generation = 1;
        slot->index = i;
        slot->next = i + 1;
    }
}

static inline void vtb_state_close(struct vtb_service *service)
{
    (void)service;
}

static inline void vtb_handle_free(struct vtb_service *service, struct vtb_handle_slot *slot)
{
    struct vtb_handle_table *table = (struct vtb_handle_table *)service->state;
    slot->generation += slot->generation == UINT32_MAX ? 2 : 1; /* past 0 */
    slot->next = table->free;
    table->free = slot->index;
}

/* --- the contract --- */

static inline void vtb_ready_at(struct vtb_service *service, struct vtb_slot *slot,
                                const vtb_value *value, vtb_handover *at)
{
    (void)service;
    (void)slot;
    at->value = *value;
    at->tag = VTB_TAG_VALUE;
}

static inline void *vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                const struct vtb_type *type)
{
    struct vtb_handle_table *table = (struct vtb_handle_table *)service->state;
    (void)slot;
    (void)type;
    vtb_require(table->free < table->slots_n, VTB_HANDLE_NONE_LEFT);
    struct vtb_handle_slot *own = vtb_handle_at(table, table->free);
    table->free = own->next;
    own->waiting = NULL;
    own->completed = false;
    return own;
}

static inline void *vtb_record_of(void *pending)
{
    return (char *)pending + VTB_ROUND_UP_8(sizeof(struct vtb_handle_slot));
}

static inline void vtb_handover_at(struct vtb_service *service, struct vtb_slot *slot,
                                   void *pending, vtb_handover *at)
{
    const struct vtb_handle_slot *own = (const struct vtb_handle_slot *)pending;
    (void)service;
    (void)slot;
    memset((void *)at, 0, sizeof *at);
    at->index = own->index;
    at->tag = own->generation;
}

static inline bool vtb_handle_is_slot(const vtb_handover *handover)
{
    return handover->tag - 1 < UINT32_MAX;
}

static inline bool vtb_is_ready(struct vtb_service *service, const vtb_handover *handover,
                                const struct vtb_slot *slot)
{
    (void)slot;
    if (VTB_LIKELY(handover->tag == VTB_TAG_VALUE))
        return true;
    if (!vtb_handle_is_slot(handover))
        return handover->tag != VTB_TAG_TASK || vtb_task_is_completed(handover->task);
    return vtb_handle_slot_of(service, handover)->completed;
}

static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    (void)slot;
    if (handover->tag == VTB_TAG_TASK) {
        vtb_task_await(service, handover->task, continuation);
        return;
    }
    struct vtb_handle_slot *own = vtb_handle_slot_of(service, handover);
    vtb_require(!own->waiting, VTB_HANDLE_TWO);
    own->waiting = continuation;
    if (own->completed)
        continuation->run(continuation, service);
}

static inline enum vtb_fault vtb_handle_get(struct vtb_service *service,
                                            struct vtb_handle_slot *own, vtb_value *value)
{
    vtb_require(own->completed, VTB_HANDLE_EARLY);
    *value = own->value;
    vtb_handle_free(service, own);
    return own->fault;
}

/* Consumes a handle that does not hold the value itself. */
static inline enum vtb_fault vtb_handle_get_other(struct vtb_service *service,
                                                  vtb_handover *handover, vtb_value *value)
{
    enum vtb_fault fault = VTB_FAULT_NONE;
    if (handover->tag == VTB_TAG_TASK)
        return vtb_task_get(handover->task, value);
    vtb_check(handover->tag != VTB_TAG_CONSUMED, VTB_HANDLE_TWICE);
    if (handover->tag == VTB_TAG_KEPT)
        *value = handover->value;
    else
        fault = vtb_handle_get(service, vtb_handle_slot_of(service, handover), value);
    return fault;
}

static inline enum vtb_fault vtb_get(struct vtb_service *service, vtb_handover *handover,
                                     struct vtb_slot *slot, vtb_value *value)
{
    enum vtb_fault fault = VTB_FAULT_NONE;
    (void)slot;
    if (VTB_LIKELY(handover->tag == VTB_TAG_VALUE))
        *value = handover->value;
    else
        fault = vtb_handle_get_other(service, handover, value);
#if VTB_CHECKED
    if (handover->tag != VTB_TAG_KEPT && handover->tag != VTB_TAG_TASK)
        handover->tag = VTB_TAG_CONSUMED;
#endif
    return fault;
}

static inline void vtb_drop(struct vtb_service *service, vtb_handover *handover,
                            struct vtb_slot *slot)
{
    (void)slot;
    if (VTB_UNLIKELY(handover->tag == VTB_TAG_TASK))
        vtb_task_release(service, handover->task);
}

static inline void vtb_complete(struct vtb_service *service, void *pending,
                                const struct vtb_answer *answer)
{
    struct vtb_handle_slot *own = (struct vtb_handle_slot *)pending;
    vtb_require(!own->completed, VTB_HANDLE_COMPLETE);
    own->fault = answer->fault;
    if (!VTB_UNLIKELY(answer->fault))
        own->value = answer->value;
    own->completed = true;
    if (own->waiting)
        own->waiting->run(own->waiting, service);
}

/* --- as_task and preserve --- */

/* The record of a task that waits for a handle. */
struct vtb_handle_link {
    struct vtb_handle_slot *slot;
};

static const struct vtb_type vtb_handle_task_type = {"Task<T> over a handle",
                                                     sizeof(struct vtb_task) +
                                                         sizeof(struct vtb_handle_link),
                                                     VTB_TYPE_TASK,
                                                     false,
                                                     {VTB_TASK_REFERENCES, VTB_REFERENCES_END}};

static inline void vtb_handle_task_run(struct vtb_continuation *self, struct vtb_service *service)
{
    struct vtb_task *task = (struct vtb_task *)self;
    const struct vtb_handle_link *link = (const struct vtb_handle_link *)(task + 1);
    struct vtb_answer answer;
    answer.fault = vtb_handle_get(service, link->slot, &answer.value);
    vtb_task_complete(service, task, &answer);
}

/* Makes a task with the result of a slot, which may come later. */
static inline struct vtb_task *vtb_handle_as_task(struct vtb_service *service,
                                                  vtb_handover *handover)
{
    if (vtb_is_ready(service, handover, NULL)) {
        struct vtb_answer answer;
        answer.fault =
            vtb_handle_get(service, vtb_handle_slot_of(service, handover), &answer.value);
        return vtb_task_from_answer(service, &answer);
    }
    struct vtb_task *task = vtb_task_suspended(service, &vtb_handle_task_type);
    struct vtb_handle_link *link = (struct vtb_handle_link *)(task + 1);
    task->moves.run = vtb_handle_task_run;
    link->slot = vtb_handle_slot_of(service, handover);
    vtb_await(service, handover, NULL, &task->moves);
    return task;
}

static inline struct vtb_task *vtb_as_task(struct vtb_service *service, vtb_handover *handover)
{
    if (handover->tag == VTB_TAG_TASK) { /* it was preserved: the variable keeps its reference */
        vtb_task_retain(handover->task);
        return handover->task;
    }
    vtb_check(handover->tag != VTB_TAG_CONSUMED, VTB_HANDLE_TWICE);
    struct vtb_task *task = vtb_handle_is_slot(handover)
                                ? vtb_handle_as_task(service, handover)
                                : vtb_task_from_result(service, &handover->value);
#if VTB_CHECKED
    if (handover->tag != VTB_TAG_KEPT)
        handover->tag = VTB_TAG_CONSUMED;
#endif
    return task;
}

/* A value stays; an operation becomes a task, which may be awaited as often as one likes. */
static inline void vtb_preserve(struct vtb_service *service, vtb_handover *handover)
{
    vtb_check(handover->tag != VTB_TAG_CONSUMED, VTB_HANDLE_TWICE);
    if (!vtb_handle_is_slot(handover)) {
        handover->tag = handover->tag == VTB_TAG_TASK ? VTB_TAG_TASK : VTB_TAG_KEPT;
        return;
    }
    handover->task = vtb_handle_as_task(service, handover);
    handover->tag = VTB_TAG_TASK;
}

VTB_STRATEGY(value_task_handle) = {
    .summary = "16 B in two registers: the value, or a handle with a 32-bit generation",
    .modelled_on = "handles instead of pointers",
    .shape = VTB_SHAPE_STRUCT,
    .lacks = {.runtime_async = "its operations are entries of a table, which refer to no caller",
              .several_consumers = "a handle is consumed once, by one caller",
              .storing = "a consumed slot is used again; as_task makes a task of it",
              .other_threads = "the table of slots belongs to one thread"},
};
