/*
 * The method invokes a callback with the value: before it returns if the answer is at hand, later
 * if it must wait. A miss allocates a request node that remembers the callback; a hit allocates
 * nothing. The callback is called through its pointer, which is what this strategy consists of.
 */
#define VTB_OWN_METHOD 1
#include <vtb/strategy.h>

/* Whether the request was accepted: 0, as in C libraries that report errors this way. */
typedef int vtb_handover;

typedef void vtb_callback(void *context, const vtb_value *value);

struct vtb_request {
    vtb_callback *callback;
    void *context;
    vtb_key key;
};

struct vtb_slot {
    struct vtb_continuation *continuation; /* null while the caller does not wait */
    bool delivered;
    vtb_value value;
};

/* What the method does when it must wait. */
VTB_OUT_OF_LINE static vtb_handover vtb_request_later(struct vtb_service *service, vtb_key key,
                                                      vtb_callback *callback, void *context)
{
    struct vtb_request *request = (struct vtb_request *)vtb_alloc(service, sizeof *request);
    request->callback = callback;
    request->context = context;
    request->key = key;
    vtb_submit(service, request);
    return 0;
}

VTB_METHOD vtb_handover VTB_CELL_SYMBOL(method)(struct vtb_service *service, vtb_key key,
                                                vtb_callback *callback, void *context);
VTB_METHOD vtb_handover VTB_CELL_SYMBOL(method)(struct vtb_service *service, vtb_key key,
                                                vtb_callback *callback, void *context)
{
    const vtb_value *value = vtb_lookup(service->table, key);
    if (!value)
        return vtb_request_later(service, key, callback, context);
    callback(context, value);
    return 0;
}

/* The caller's callback: runs inside the call, or later, when the caller already waits. */
static void vtb_on_value(void *context, const vtb_value *value)
{
    struct vtb_slot *slot = (struct vtb_slot *)context;
    slot->value = *value;
    slot->delivered = true;
    if (slot->continuation)
        slot->continuation->run(slot->continuation);
}

static inline vtb_handover vtb_call(struct vtb_service *service, struct vtb_slot *slot, vtb_key key)
{
    slot->delivered = false;
    return VTB_CELL_SYMBOL(method)(service, key, vtb_on_value, slot);
}

static inline bool vtb_is_ready(const vtb_handover *handover, const struct vtb_slot *slot)
{
    (void)handover;
    return slot->delivered;
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
    struct vtb_request *request = (struct vtb_request *)pending;
    vtb_value value = vtb_fetch(service->table, request->key);
    request->callback(request->context, &value);
    vtb_free(service, request, sizeof *request);
}

static inline vtb_value vtb_resume(struct vtb_service *service, struct vtb_slot *slot)
{
    (void)service;
    slot->continuation = NULL;
    return slot->value;
}

VTB_STRATEGY(callback) = {
    .summary = "the method invokes a callback, now or later; a request node on a miss",
    .modelled_on = "continuation passing",
    .shape = VTB_SHAPE_CALLBACK,
    .on_miss = {1, sizeof(struct vtb_request)},
    .indirect_calls_on_hit = 1, /* the callback */
};
