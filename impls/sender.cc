/*
 * The method describes its work, as a sender of std::execution does (P2300R10): connect makes an
 * operation state of the sender and a receiver, in the caller's frame, and start runs it. A hit
 * ends in the receiver's set_value, before start returns; a miss leaves the operation state with
 * the store, whose answer ends in it later. Nothing is allocated.
 */
#define VTB_OWN_METHOD 1
#define VTB_USES_SLOT 1
#include <vtb/strategy.h>

/* What start returns: nothing ([exec.opstate.start]). */
struct vtb_handover {
};

#define VTB_OP_TWICE "the value of a receiver was taken a second time"
#define VTB_OP_EARLY "a result was taken before the receiver was completed"
#define VTB_OP_GONE "an operation state was completed that does not wait at its place any more"
#define VTB_OP_TWO "an operation state has a second consumer while one waits for it"

/* How far a receiver is, in values that no other memory holds by chance. */
enum vtb_receiver_state {
    VTB_RECEIVER_CONNECTED = 0x0bb0e11d,
    VTB_RECEIVER_DONE = 0x0bb0e22d,
    VTB_RECEIVER_TAKEN = 0x0bb0e33d /* kept where checks are compiled in */
};

/*
 * The receiver of a caller that waits ([exec.as.awaitable]): keeps the value, and resumes who
 * waits. Like the one of stdexec it does not resume within start: the caller looks behind start
 * whether it is to wait, so that calls that complete at once do not pile up on the stack.
 */
struct vtb_receiver {
    vtb_continuation *waiting; /* null while the caller does not wait */
    vtb_receiver_state state;
    vtb_fault fault;
    vtb_value value;
};

/* The operation state: what the sender was made of, and the receiver ([exec.connect]). The service,
 * which a sender refers to as well, is an argument of start's here, as of every method. */
struct vtb_slot {
    vtb_receiver receiver;
    vtb_key key;
};

/* The completion functions are part of start's code, as the receiver's type is known there. */
static inline void vtb_resume_who_waits(vtb_receiver *receiver, vtb_service *service) noexcept
{
    receiver->state = VTB_RECEIVER_DONE;
    if (vtb_continuation *waiting = receiver->waiting)
        waiting->run(waiting, service);
}

static inline void vtb_set_value(vtb_receiver *receiver, vtb_service *service,
                                 const vtb_value &value) noexcept
{
    receiver->fault = VTB_FAULT_NONE;
    receiver->value = value;
    vtb_resume_who_waits(receiver, service);
}

static inline void vtb_set_error(vtb_receiver *receiver, vtb_service *service,
                                 vtb_fault fault) noexcept
{
    receiver->fault = fault;
    vtb_resume_who_waits(receiver, service);
}

#define VTB_PARAMETERS vtb_slot *slot
#define VTB_ARGUMENTS slot
#define VTB_CALL_ARGUMENTS slot

/* start */
VTB_METHOD vtb_handover VTB_CELL_SYMBOL(method)(vtb_service *, VTB_PARAMETERS);
VTB_METHOD vtb_handover VTB_CELL_SYMBOL(method)(vtb_service *service, VTB_PARAMETERS)
{
    if (const vtb_value *value = vtb_lookup(service->table, slot->key))
        vtb_set_value(&slot->receiver, service, *value);
    else
        vtb_submit(service, slot);
    return {};
}

/* connect: the sender of the key, and the caller's receiver. */
static inline void vtb_prepare(vtb_slot *slot, vtb_key key)
{
    slot->key = key;
    slot->receiver.waiting = nullptr;
    slot->receiver.state = VTB_RECEIVER_CONNECTED;
}

static inline vtb_key vtb_asked(void *pending)
{
    return static_cast<vtb_slot *>(pending)->key;
}

static inline bool vtb_is_ready(vtb_service *, const vtb_handover *, const vtb_slot *slot)
{
    return slot->receiver.state == VTB_RECEIVER_DONE;
}

static inline void vtb_await(vtb_service *, vtb_handover *, vtb_slot *slot,
                             vtb_continuation *continuation)
{
    vtb_check(!slot->receiver.waiting, VTB_OP_TWO);
    slot->receiver.waiting = continuation;
}

static inline vtb_fault vtb_get(vtb_service *, vtb_handover *, vtb_slot *slot, vtb_value *value)
{
    vtb_receiver *receiver = &slot->receiver;
    vtb_check(receiver->state != VTB_RECEIVER_TAKEN, VTB_OP_TWICE);
    vtb_check(receiver->state == VTB_RECEIVER_DONE, VTB_OP_EARLY);
#if VTB_CHECKED
    receiver->state = VTB_RECEIVER_TAKEN;
#endif
    *value = receiver->value;
    return receiver->fault;
}

static inline void vtb_drop(vtb_service *, vtb_handover *, vtb_slot *)
{
}

/* The store's answer is there: the operation completes. */
static inline void vtb_complete(vtb_service *service, void *pending, const vtb_answer *answer)
{
    vtb_receiver *receiver = &static_cast<vtb_slot *>(pending)->receiver;
    vtb_check(receiver->state == VTB_RECEIVER_CONNECTED, VTB_OP_GONE);
    if (VTB_UNLIKELY(answer->fault))
        vtb_set_error(receiver, service, answer->fault);
    else
        vtb_set_value(receiver, service, answer->value);
}

VTB_STRATEGY(sender) = {
    .summary = "an operation state in the caller's frame; the receiver gets the value",
    .modelled_on = "senders and receivers, P2300",
    .aliases = "stdexec",
    .shape = VTB_SHAPE_OPERATION,
    .lacks = {.async_method = "an operation state is a compiled state machine already",
              .runtime_async = "its operation state is its continuation",
              .several_consumers = "an operation state has one receiver",
              .storing = "the operation state is a place in the caller's frame",
              .other_threads = "nothing guards the moment between start and await",
              .as_task = "the operation state cannot outlive the caller"},
};
