/*
 * The method invokes a callback with the value: before it returns if the answer is at hand, later
 * if it must wait. A miss allocates a request node that remembers the callback; a hit allocates
 * nothing. The callback is called through its pointer, which is what this strategy consists of.
 */
#define VTB_OWN_METHOD 1
#define VTB_USES_SLOT 1
#include <vtb/strategy.h>

/* Whether the request was accepted: 0, as in C libraries that report errors this way. */
typedef int vtb_handover;

#define VTB_CALLBACK_TWICE "what a callback delivered was consumed a second time"
#define VTB_CALLBACK_EARLY "a result was taken before the callback delivered it"
#define VTB_CALLBACK_GONE "a request was answered a second time, or its caller is gone"
#define VTB_CALLBACK_TWO "a request has a second consumer while one waits for it"

/* The value is null where the store failed. */
typedef void vtb_callback(void *context, struct vtb_service *service, enum vtb_fault fault,
                          const vtb_value *value);

struct vtb_request {
    vtb_callback *callback; /* null once it was called, where checks are compiled in */
    void *context;
    vtb_kept_key key;
};

/* The states of a delivery, in values that no other memory holds by chance. */
enum vtb_delivery {
    VTB_DELIVERY_NONE,
    VTB_DELIVERY_DONE = 0x0bb0c11d,
    VTB_DELIVERY_EXPECTED, /* these two are kept where checks are compiled in */
    VTB_DELIVERY_CONSUMED
};

struct vtb_slot {
    struct vtb_continuation *waiting; /* null while the caller does not wait */
    enum vtb_delivery delivery;
    enum vtb_fault fault;
    vtb_value value;
};

#define VTB_PENDING_BYTES(record) sizeof(struct vtb_request)

static const struct vtb_type vtb_request_type = {
    "request", sizeof(struct vtb_request), VTB_TYPE_BOX, false, {VTB_REFERENCES_END}};

#define VTB_PARAMETERS vtb_key key, vtb_callback *callback, void *context
#define VTB_ARGUMENTS key, callback, context
#define VTB_CALL_ARGUMENTS key, vtb_on_value, slot

/* Makes a request that waits for the answer, and remembers the callback. */
VTB_OUT_OF_LINE static vtb_handover vtb_request_later(struct vtb_service *service, VTB_PARAMETERS)
{
    struct vtb_request *request = (struct vtb_request *)vtb_alloc(service, &vtb_request_type);
    request->callback = callback;
    request->context = context;
    request->key = vtb_keep(key);
    vtb_submit(service, request);
    return 0;
}

VTB_METHOD vtb_handover VTB_CELL_SYMBOL(method)(struct vtb_service *service, VTB_PARAMETERS);
VTB_METHOD vtb_handover VTB_CELL_SYMBOL(method)(struct vtb_service *service, VTB_PARAMETERS)
{
    const vtb_value *value = vtb_lookup(service->table, key);
    if (!value)
        return vtb_request_later(service, key, callback, context);
    callback(context, service, VTB_FAULT_NONE, value);
    return 0;
}

/* The caller's callback: runs inside the call, or later, when the caller already waits. */
static void vtb_on_value(void *context, struct vtb_service *service, enum vtb_fault fault,
                         const vtb_value *value)
{
    struct vtb_slot *slot = (struct vtb_slot *)context;
    vtb_check(slot->delivery == VTB_DELIVERY_EXPECTED, VTB_CALLBACK_GONE);
    slot->fault = fault;
    if (!VTB_UNLIKELY(fault))
        slot->value = *value;
    slot->delivery = VTB_DELIVERY_DONE;
    struct vtb_continuation *waiting = slot->waiting;
    if (waiting) {
        slot->waiting = NULL;
        waiting->run(waiting, service);
    }
}

static inline void vtb_prepare(struct vtb_slot *slot, vtb_key key)
{
    (void)key;
    slot->delivery = VTB_CHECKED ? VTB_DELIVERY_EXPECTED : VTB_DELIVERY_NONE;
}

static inline vtb_key vtb_asked(void *pending)
{
    return vtb_kept(((struct vtb_request *)pending)->key);
}

static inline bool vtb_is_ready(struct vtb_service *service, const vtb_handover *handover,
                                const struct vtb_slot *slot)
{
    (void)service;
    (void)handover;
    return slot->delivery == VTB_DELIVERY_DONE;
}

static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    (void)service;
    (void)handover;
    vtb_check(!slot->waiting, VTB_CALLBACK_TWO);
    slot->waiting = continuation;
}

static inline enum vtb_fault vtb_get(struct vtb_service *service, vtb_handover *handover,
                                     struct vtb_slot *slot, vtb_value *value)
{
    (void)service;
    (void)handover;
    vtb_check(slot->delivery != VTB_DELIVERY_CONSUMED, VTB_CALLBACK_TWICE);
    vtb_check(slot->delivery == VTB_DELIVERY_DONE, VTB_CALLBACK_EARLY);
#if VTB_CHECKED
    slot->delivery = VTB_DELIVERY_CONSUMED;
#endif
    *value = slot->value;
    return slot->fault;
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
    struct vtb_request *request = (struct vtb_request *)pending;
    vtb_callback *callback = request->callback;
    vtb_check(callback, VTB_CALLBACK_GONE);
#if VTB_CHECKED
    request->callback = NULL;
#endif
    callback(request->context, service, answer->fault, &answer->value);
    vtb_free(service, request, sizeof *request);
}

VTB_STRATEGY(callback) = {
    .summary = "the method invokes a callback, now or later; a request node on a miss",
    .modelled_on = "continuation passing",
    .aliases = "continuation",
    .shape = VTB_SHAPE_CALLBACK,
    .indirect_calls_on_hit = 1, /* the callback */
    .lacks = {.async_method = "the callback takes the place of a compiled method",
              .runtime_async = "the callback takes the place of its continuation",
              .several_consumers = "a request has one callback",
              .storing = "there is no operation to store, only a request",
              .other_threads = "nothing guards the moment between call and await",
              .as_task = "there is no operation to convert, only a request"},
};
