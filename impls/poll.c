/*
 * The caller owns the method's state machine and polls it: the answer is either ready with its
 * value, or not, and then the waiter is woken to poll again. Nothing is allocated.
 */
#define VTB_OWN_METHOD 1
#define VTB_HOLDS_VALUE 1
#define VTB_USES_SLOT 1
#include <vtb/strategy.h>

enum vtb_poll_status { VTB_POLL_PENDING, VTB_POLL_READY, VTB_POLL_FAILED };

/* The type of the status, as wide as the room in front of the value. If the status were written as
 * a byte and then read as part of a word, the read would wait for the write to reach the cache. */
typedef __typeof__(__builtin_choose_expr(_Alignof(vtb_value) >= 8, UINT64_C(0),
                                         (uint8_t)0)) vtb_poll_word;

typedef struct vtb_poll {
    vtb_poll_word status; /* enum vtb_poll_status */
    vtb_value value;      /* set if ready */
} vtb_handover;

#define VTB_POLL_AGAIN "a state machine was polled again after it was ready"
#define VTB_POLL_NOT_WOKEN "the result of a state machine was taken before its waker ran"
#define VTB_POLL_GONE "a state machine was answered that does not wait at its place any more"
#define VTB_POLL_WAITING_TWO "a state machine has a second waker while one waits for it"

enum vtb_poll_state {
    VTB_POLL_START,
    VTB_POLL_WAITS = 0x0bb0b11d, /* no other memory holds it by chance */
    VTB_POLL_ANSWERED,
    VTB_POLL_DONE /* kept where checks are compiled in */
};

struct vtb_slot {
    struct vtb_continuation *waker;
    enum vtb_poll_state state;
    enum vtb_fault fault;
    vtb_key key;
    vtb_value answer; /* the store's, once it came */
};

#define VTB_PARAMETERS struct vtb_slot *slot
#define VTB_ARGUMENTS slot
#define VTB_CALL_ARGUMENTS slot

/* Polls the state machine once; if it has no answer, the next poll comes after its waker ran. */
static inline void vtb_poll_at(struct vtb_service *service, struct vtb_slot *slot, vtb_handover *at)
{
    const vtb_value *value = NULL;
    vtb_check(slot->state != VTB_POLL_DONE, VTB_POLL_AGAIN);
    if (slot->state == VTB_POLL_START)
        value = vtb_lookup(service->table, slot->key);
    else if (slot->state == VTB_POLL_ANSWERED && !slot->fault)
        value = &slot->answer;
    if (value) {
        at->status = VTB_POLL_READY;
        at->value = *value;
        return;
    }
    at->status = VTB_POLL_PENDING;
    if (slot->state == VTB_POLL_ANSWERED) {
        at->status = VTB_POLL_FAILED;
        memset((void *)&at->value, 0, sizeof at->value);
    } else if (slot->state == VTB_POLL_START) {
        slot->state = VTB_POLL_WAITS;
        slot->waker = NULL;
        vtb_submit(service, slot);
    }
}

VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(method)(VTB_AT_PARAMETER struct vtb_service *service,
                                                struct vtb_slot *slot);
VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(method)(VTB_AT_PARAMETER struct vtb_service *service,
                                                struct vtb_slot *slot)
{
#if VTB_IN_PLACE
    vtb_poll_at(service, slot, at);
#else
    vtb_handover handover;
    vtb_poll_at(service, slot, &handover);
    return handover;
#endif
}

static inline void vtb_poll_again(struct vtb_service *service, struct vtb_slot *slot,
                                  vtb_handover *at)
{
#if VTB_IN_PLACE
    VTB_CELL_SYMBOL(method)(at, service, slot);
#else
    *at = VTB_CELL_SYMBOL(method)(service, slot);
#endif
}

/* Makes the state machine, with the method's argument in it. */
static inline void vtb_prepare(struct vtb_slot *slot, vtb_key key)
{
    slot->state = VTB_POLL_START;
    slot->key = key;
}

static inline vtb_key vtb_asked(void *pending)
{
    return ((struct vtb_slot *)pending)->key;
}

static inline bool vtb_is_ready(struct vtb_service *service, const vtb_handover *handover,
                                const struct vtb_slot *slot)
{
    (void)service;
    (void)slot;
    return handover->status != VTB_POLL_PENDING;
}

static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    (void)service;
    (void)handover;
    vtb_check(!slot->waker, VTB_POLL_WAITING_TWO);
    slot->waker = continuation;
}

/* Takes the value of the first poll, or, if that had none, polls again. */
static inline enum vtb_fault vtb_get(struct vtb_service *service, vtb_handover *handover,
                                     struct vtb_slot *slot, vtb_value *value)
{
    vtb_check(slot->state != VTB_POLL_DONE, VTB_POLL_AGAIN);
    if (handover->status == VTB_POLL_PENDING)
        vtb_poll_again(service, slot, handover);
    vtb_check(handover->status != VTB_POLL_PENDING, VTB_POLL_NOT_WOKEN);
#if VTB_CHECKED
    slot->state = VTB_POLL_DONE;
#endif
    *value = handover->value;
    return handover->status == VTB_POLL_FAILED ? slot->fault : VTB_FAULT_NONE;
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
    vtb_check(slot->state == VTB_POLL_WAITS, VTB_POLL_GONE);
    slot->fault = answer->fault;
    if (!VTB_UNLIKELY(answer->fault))
        slot->answer = answer->value;
    slot->state = VTB_POLL_ANSWERED;
    if (slot->waker)
        slot->waker->run(slot->waker, service);
}

VTB_STRATEGY(poll) = {
    .summary = "ready with its value or not; the caller's state machine is polled again",
    .modelled_on = "Rust's Poll, gRPC's Poll<T>",
    .aliases = "Poll",
    .instead_in = "rust",
    .shape = VTB_SHAPE_POLL,
    .lacks = {.async_method = "its method is a compiled state machine already",
              .runtime_async = "its caller polls its method again",
              .several_consumers = "the state machine has room for one waker",
              .storing = "the state machine is a place in the caller's frame",
              .other_threads = "nothing guards the moment between poll and waker",
              .as_task = "the caller's state machine cannot outlive the caller"},
};
