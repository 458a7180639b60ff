/*
 * A future whose state stands in itself and which is moved, never copied. A hit moves the value
 * through it; only a pending one needs memory, for the promise's end: what runs and the value that
 * it gets. Its states trap every second use, as in the libraries that it is modelled on.
 */
#define VTB_HOLDS_VALUE 1
#define VTB_HANDOVER_REFERS 1
#include <vtb/strategy.h>

enum vtb_future_state { VTB_FUTURE_INVALID, VTB_FUTURE_READY, VTB_FUTURE_PENDING };

typedef struct vtb_future {
    struct vtb_promise *promise; /* null unless pending */
    vtb_value value;             /* set if ready */
    uint8_t state;               /* enum vtb_future_state */
} vtb_handover;

#define VTB_FUTURE_TWICE "a future was used after its value was moved out of it"
#define VTB_FUTURE_EARLY "the value of a future was taken before the future was ready"
#define VTB_FUTURE_TWO "a future has a second continuation"
#define VTB_PROMISE_KEPT "the value of a promise was set a second time"
#define VTB_PROMISE_GONE "a promise was used after its future was consumed"

enum vtb_promise_state { VTB_PROMISE_PENDING = 1, VTB_PROMISE_DONE, VTB_PROMISE_FREED };

/* The end of the promise, which the continuation takes its value from. */
struct vtb_promise {
    struct vtb_continuation moves; /* what runs an operation that waits for another one */
    struct vtb_continuation *waiting;
    uint32_t state; /* enum vtb_promise_state */
    uint16_t fault; /* enum vtb_fault */
    uint16_t bytes; /* of this object */
    vtb_value value;
};

#define VTB_PENDING_BYTES(record) (sizeof(struct vtb_promise) + VTB_ROUND_UP_8(record))
#define VTB_PENDING_REFERENCES \
    offsetof(struct vtb_promise, waiting) VTB_AND_VALUE(struct vtb_promise, value)

static inline void vtb_ready_at(struct vtb_service *service, struct vtb_slot *slot,
                                const vtb_value *value, vtb_handover *at)
{
    (void)service;
    (void)slot;
    at->promise = NULL;
    at->value = *value;
    at->state = VTB_FUTURE_READY;
}

static inline void *vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                const struct vtb_type *type)
{
    (void)slot;
    struct vtb_promise *promise = (struct vtb_promise *)vtb_alloc(service, type);
    promise->waiting = NULL;
    memset(&promise->value, 0, sizeof promise->value); /* a failed operation never has a value */
    promise->state = VTB_PROMISE_PENDING;
    promise->bytes = (uint16_t)type->bytes;
    return promise;
}

static inline void *vtb_record_of(void *pending)
{
    return (struct vtb_promise *)pending + 1;
}

static inline void vtb_handover_at(struct vtb_service *service, struct vtb_slot *slot,
                                   void *pending, vtb_handover *at)
{
    (void)service;
    (void)slot;
    at->promise = (struct vtb_promise *)pending;
    memset((void *)&at->value, 0, sizeof at->value);
    at->state = VTB_FUTURE_PENDING;
}

static inline bool vtb_is_ready(struct vtb_service *service, const vtb_handover *handover,
                                const struct vtb_slot *slot)
{
    (void)service;
    (void)slot;
    return handover->state == VTB_FUTURE_READY ||
           (handover->promise && handover->promise->state == VTB_PROMISE_DONE);
}

static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    (void)slot;
    vtb_require(handover->state == VTB_FUTURE_PENDING, VTB_FUTURE_TWICE);
    vtb_check(handover->promise->state != VTB_PROMISE_FREED, VTB_PROMISE_GONE);
    vtb_require(!handover->promise->waiting, VTB_FUTURE_TWO);
    handover->promise->waiting = continuation;
    vtb_barrier(service, &handover->promise->waiting);
    if (handover->promise->state == VTB_PROMISE_DONE)
        continuation->run(continuation, service);
}

/* Moves the value out of a pending future that has it by now, and gives the promise back. */
static inline enum vtb_fault vtb_promise_get(struct vtb_service *service,
                                             struct vtb_promise *promise, vtb_value *value)
{
    vtb_check(promise->state != VTB_PROMISE_FREED, VTB_PROMISE_GONE);
    vtb_require(promise->state == VTB_PROMISE_DONE, VTB_FUTURE_EARLY);
    const enum vtb_fault fault = (enum vtb_fault)promise->fault;
    *value = promise->value;
#if VTB_CHECKED
    promise->state = VTB_PROMISE_FREED;
#endif
    vtb_free(service, promise, promise->bytes);
    return fault;
}

static inline enum vtb_fault vtb_get(struct vtb_service *service, vtb_handover *handover,
                                     struct vtb_slot *slot, vtb_value *value)
{
    enum vtb_fault fault = VTB_FAULT_NONE;
    (void)slot;
    vtb_require(handover->state != VTB_FUTURE_INVALID, VTB_FUTURE_TWICE);
    if (handover->state == VTB_FUTURE_READY)
        *value = handover->value;
    else
        fault = vtb_promise_get(service, handover->promise, value);
    handover->state = VTB_FUTURE_INVALID;
    handover->promise = NULL;
    return fault;
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
    struct vtb_promise *promise = (struct vtb_promise *)pending;
    vtb_check(promise->state != VTB_PROMISE_FREED, VTB_PROMISE_GONE);
    vtb_require(promise->state == VTB_PROMISE_PENDING, VTB_PROMISE_KEPT);
    promise->fault = (uint16_t)answer->fault;
    if (!VTB_UNLIKELY(answer->fault)) {
        promise->value = answer->value;
        vtb_value_barrier(service, &promise->value);
    }
    promise->state = VTB_PROMISE_DONE;
    if (promise->waiting)
        promise->waiting->run(promise->waiting, service);
}

VTB_STRATEGY(inline_future) = {
    .summary = "a future with its state in itself, moved; a promise's end on a miss",
    .modelled_on = "futures of Seastar and MongoDB",
    .aliases = "Future",
    .instead_in = "cpp",
    .shape = VTB_SHAPE_STRUCT,
    .lacks = {.runtime_async = "its futures are moved, and the runtime knows none",
              .several_consumers = "a future is moved, never copied",
              .other_threads = "a future belongs to one thread, as Seastar's to its shard",
              .as_task = "a future is moved, never copied"},
};
