/*
 * The caller owns the method's state machine and polls it: the answer is either ready with its
 * value, or not, and then the waiter is woken to poll again. Nothing is allocated.
 */
#define VTB_OWN_METHOD 1
#include <vtb/strategy.h>

typedef struct vtb_poll {
    bool ready;
    vtb_value value; /* set if ready */
} vtb_handover;

enum vtb_poll_state { VTB_POLL_START, VTB_POLL_WAITING, VTB_POLL_ANSWERED };

struct vtb_slot {
    struct vtb_continuation *waker;
    enum vtb_poll_state state;
    vtb_key key;
    vtb_value answer; /* the store's, once it came */
};

/* One poll of the state machine; the waiter's next one comes after its waker ran. */
VTB_METHOD vtb_handover VTB_CELL_SYMBOL(method)(struct vtb_service *service, struct vtb_slot *slot);
VTB_METHOD vtb_handover VTB_CELL_SYMBOL(method)(struct vtb_service *service, struct vtb_slot *slot)
{
    vtb_handover handover;
    const vtb_value *value = NULL;
    if (slot->state == VTB_POLL_START)
        value = vtb_lookup(service->table, slot->key);
    else if (slot->state == VTB_POLL_ANSWERED)
        value = &slot->answer;
    handover.ready = value != NULL;
    if (value) {
        handover.value = *value;
    } else {
        memset(&handover.value, 0, sizeof handover.value);
        slot->state = VTB_POLL_WAITING;
        vtb_submit(service, slot);
    }
    return handover;
}

/* Makes the state machine, with the method's argument in it, and polls it once. */
static inline vtb_handover vtb_call(struct vtb_service *service, struct vtb_slot *slot, vtb_key key)
{
    slot->state = VTB_POLL_START;
    slot->key = key;
    return VTB_CELL_SYMBOL(method)(service, slot);
}

static inline bool vtb_is_ready(const vtb_handover *handover, const struct vtb_slot *slot)
{
    (void)slot;
    return handover->ready;
}

static inline vtb_value vtb_take(struct vtb_service *service, vtb_handover *handover,
                                 struct vtb_slot *slot)
{
    (void)service;
    (void)slot;
    return handover->value;
}

static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    (void)service;
    (void)handover;
    slot->waker = continuation;
}

static inline void vtb_complete(struct vtb_service *service, void *pending)
{
    struct vtb_slot *slot = (struct vtb_slot *)pending;
    slot->answer = vtb_fetch(service->table, slot->key);
    slot->state = VTB_POLL_ANSWERED;
    slot->waker->run(slot->waker);
}

static inline vtb_value vtb_resume(struct vtb_service *service, struct vtb_slot *slot)
{
    return VTB_CELL_SYMBOL(method)(service, slot).value;
}

VTB_STRATEGY(poll) = {
    .summary = "ready with its value or not; the caller's state machine is polled again",
    .modelled_on = "Rust's Poll, gRPC's Poll<T>",
    .shape = VTB_SHAPE_POLL,
};
