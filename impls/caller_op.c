/*
 * The caller provides the operation: the method writes status and value into it, and keeps it as
 * the pending request if it must wait. Nothing is allocated; the caller keeps the operation alive
 * and in place until it completed.
 */
#define VTB_TAKES_SLOT 1
#include <vtb/strategy.h>

/* What the method returns, so that a ready answer is seen without a look into memory. */
typedef enum vtb_status { VTB_STATUS_DONE, VTB_STATUS_PENDING } vtb_handover;

struct vtb_slot {
    struct vtb_continuation *continuation;
    vtb_key key;
    vtb_value value;
};

static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value)
{
    (void)service;
    slot->value = *value;
    return VTB_STATUS_DONE;
}

static inline vtb_handover vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                       vtb_key key)
{
    slot->key = key;
    vtb_submit(service, slot);
    return VTB_STATUS_PENDING;
}

static inline bool vtb_is_ready(const vtb_handover *handover, const struct vtb_slot *slot)
{
    (void)slot;
    return *handover == VTB_STATUS_DONE;
}

static inline vtb_value vtb_take(struct vtb_service *service, vtb_handover *handover,
                                 struct vtb_slot *slot)
{
    (void)service;
    (void)handover;
    return slot->value;
}

static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    (void)service;
    (void)handover;
    slot->continuation = continuation;
}

static inline void vtb_complete(struct vtb_service *service, void *pending)
{
    struct vtb_slot *slot = (struct vtb_slot *)pending;
    slot->value = vtb_fetch(service->table, slot->key);
    slot->continuation->run(slot->continuation);
}

static inline vtb_value vtb_resume(struct vtb_service *service, struct vtb_slot *slot)
{
    (void)service;
    return slot->value;
}

VTB_STRATEGY(caller_op) = {
    .summary = "status and value in an operation that the caller provides",
    .modelled_on = "libuv requests, OVERLAPPED, senders",
    .shape = VTB_SHAPE_OPERATION,
};
