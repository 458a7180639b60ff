/*
 * The caller provides the operation: the method writes status and value into it, and keeps it as
 * the pending request if it must wait. Nothing is allocated; the caller keeps the operation alive
 * and in place until it completed.
 */
#define VTB_USES_SLOT 1
#include <vtb/strategy.h>

/* The return value of the method, so that the caller sees a ready answer without a look into
 * memory. */
typedef enum vtb_status { VTB_STATUS_DONE, VTB_STATUS_PENDING } vtb_handover;

#define VTB_OPERATION_GONE "an operation was completed that is not pending at its place any more"
#define VTB_OPERATION_EARLY "the result of an operation was taken before it completed"
#define VTB_OPERATION_TWICE "an operation was consumed a second time"
#define VTB_OPERATION_WAITING "an operation has a second consumer while one waits for it"

/* The states of an operation, in values that no other memory holds by chance. */
enum vtb_operation_state {
    VTB_OPERATION_PENDING = 0x0bb0a11d,
    VTB_OPERATION_COMPLETED = 0x0bb0a22d,
    VTB_OPERATION_CONSUMED = 0x0bb0a33d
};

struct vtb_slot {
    struct vtb_continuation moves; /* what runs an operation that waits for another one */
    struct vtb_continuation *waiting;
    uint32_t state; /* kept where checks are compiled in */
    enum vtb_fault fault;
    vtb_value value;
};

static inline void vtb_operation_is(struct vtb_slot *slot, enum vtb_operation_state state)
{
    (void)slot;
    (void)state;
#if VTB_CHECKED
    slot->state = state;
#endif
}

static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value)
{
    (void)service;
    slot->value = *value;
    vtb_operation_is(slot, VTB_OPERATION_COMPLETED);
    return VTB_STATUS_DONE;
}

static inline void *vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                const struct vtb_type *type)
{
    (void)service;
    (void)type;
    slot->waiting = NULL;
    vtb_operation_is(slot, VTB_OPERATION_PENDING);
    return slot;
}

static inline void *vtb_record_of(void *pending)
{
    return (struct vtb_slot *)pending + 1;
}

static inline vtb_handover vtb_handover_of(struct vtb_service *service, struct vtb_slot *slot,
                                           void *pending)
{
    (void)service;
    (void)slot;
    (void)pending;
    return VTB_STATUS_PENDING;
}

static inline bool vtb_is_ready(struct vtb_service *service, const vtb_handover *handover,
                                const struct vtb_slot *slot)
{
    (void)service;
    (void)slot;
    return *handover == VTB_STATUS_DONE;
}

static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    (void)service;
    (void)handover;
    vtb_check(!slot->waiting, VTB_OPERATION_WAITING);
    slot->waiting = continuation;
}

static inline enum vtb_fault vtb_get(struct vtb_service *service, vtb_handover *handover,
                                     struct vtb_slot *slot, vtb_value *value)
{
    (void)service;
    vtb_check(slot->state != VTB_OPERATION_CONSUMED, VTB_OPERATION_TWICE);
    vtb_check(slot->state == VTB_OPERATION_COMPLETED, VTB_OPERATION_EARLY);
    vtb_operation_is(slot, VTB_OPERATION_CONSUMED);
    *value = slot->value;
    return *handover == VTB_STATUS_PENDING ? slot->fault : VTB_FAULT_NONE;
}

static inline void vtb_drop(struct vtb_service *service, vtb_handover *handover,
                            struct vtb_slot *slot)
{
    (void)service;
    (void)handover;
    (void)slot;
}

static inline void vtb_complete(struct vtb_service *service, void *pending,
                                const struct vtb_answer *answer)
{
    struct vtb_slot *slot = (struct vtb_slot *)pending;
    vtb_check(slot->state == VTB_OPERATION_PENDING, VTB_OPERATION_GONE);
    vtb_operation_is(slot, VTB_OPERATION_COMPLETED);
    slot->fault = answer->fault;
    if (!VTB_UNLIKELY(answer->fault))
        slot->value = answer->value;
    if (slot->waiting)
        slot->waiting->run(slot->waiting, service);
}

VTB_STRATEGY(caller_op) = {
    .summary = "status and value in an operation that the caller provides",
    .modelled_on = "libuv requests, OVERLAPPED",
    .aliases = "OVERLAPPED",
    .shape = VTB_SHAPE_OPERATION,
    .lacks = {.runtime_async = "its caller provides the operation, the place of its result",
              .several_consumers = "the operation has room for one continuation",
              .storing = "the operation is a place in the caller's frame",
              .other_threads = "nothing guards the moment between call and await",
              .as_task = "the caller's operation cannot outlive the caller"},
};
