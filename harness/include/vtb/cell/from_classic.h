/*
 * The boundary between a method that is not runtime-async and a caller that is, and awaits at once.
 *
 * A classic asynchronous method makes its own hand-over. A thunk around it takes the result, if
 * that is ready, and else awaits it, with an object of its own in the caller's chain. Of a plain
 * method the runtime has a twin that hands a ready result over as it is; on a miss the twin awaits
 * what the plain method would have returned, and so does the twin of each layer.
 *
 * Part of the template: before it stand suspended.h, and async.h or direct.h. Everything here
 * stands in the measured region.
 */

/* What is awaited: the hand-over, or a task that it wraps. */
#if VTB_WRAPS_TASK
typedef struct vtb_task *vtb_awaited;

static inline vtb_awaited vtb_awaited_of(struct vtb_service *service, vtb_handover *handover)
{
    return vtb_as_task(service, handover);
}

static inline void vtb_awaited_await(struct vtb_service *service, vtb_awaited *awaited,
                                     struct vtb_continuation *continuation)
{
    vtb_task_await(service, *awaited, continuation);
}

static inline enum vtb_fault vtb_awaited_take(struct vtb_service *service, vtb_awaited *awaited,
                                              vtb_value *value)
{
    const enum vtb_fault fault = vtb_task_get(*awaited, value);
    vtb_task_release(service, *awaited);
    return fault;
}
#else
typedef vtb_handover vtb_awaited;

static inline vtb_awaited vtb_awaited_of(struct vtb_service *service, vtb_handover *handover)
{
    (void)service;
    return *handover;
}

static inline void vtb_awaited_await(struct vtb_service *service, vtb_awaited *awaited,
                                     struct vtb_continuation *continuation)
{
    vtb_await(service, awaited, NULL, continuation);
}

static inline enum vtb_fault vtb_awaited_take(struct vtb_service *service, vtb_awaited *awaited,
                                              vtb_value *value)
{
    return vtb_take(service, awaited, NULL, value);
}
#endif

struct vtb_awaiting_classic {
    struct vtb_suspended suspended;
    vtb_awaited awaited;
};

static const struct vtb_type vtb_awaiting_classic_type = {
    "continuation of an await",
    VTB_ROUND_UP_8(sizeof(struct vtb_awaiting_classic)),
    VTB_TYPE_LAYER,
    false,
    {VTB_SUSPENDED_REFERENCES, offsetof(struct vtb_awaiting_classic, awaited), VTB_REFERENCES_END}};

/* The classic method's operation completed. */
static void vtb_awaiting_run(struct vtb_continuation *self, struct vtb_service *service)
{
    struct vtb_awaiting_classic *own = (struct vtb_awaiting_classic *)self;
    const enum vtb_fault fault = vtb_awaited_take(service, &own->awaited, &own->suspended.result);
    vtb_value_barrier(service, &own->suspended.result);
    vtb_suspended_resume(service, &own->suspended, fault);
}

VTB_OUT_OF_LINE static struct vtb_suspended *
VTB_CELL_SYMBOL(crossing_suspend)(struct vtb_service *service, vtb_handover *handover)
{
    struct vtb_suspended *own =
        vtb_suspended_new(service, &vtb_awaiting_classic_type, VTB_CELL_SYMBOL(resume));
    struct vtb_awaiting_classic *awaiting = (struct vtb_awaiting_classic *)own;
    own->moves.run = vtb_awaiting_run;
    awaiting->awaited = vtb_awaited_of(service, handover);
    vtb_barrier(service, &awaiting->awaited);
    vtb_awaited_await(service, &awaiting->awaited, &own->moves);
    return own;
}

#if VTB_ASYNC
#include "own_calls.h"

/* A fault that is there already has no place but in an object. */
VTB_OUT_OF_LINE static struct vtb_suspended *
VTB_CELL_SYMBOL(crossing_fail)(struct vtb_service *service, enum vtb_fault fault)
{
    struct vtb_suspended *own =
        vtb_suspended_new(service, &vtb_awaiting_classic_type, VTB_CELL_SYMBOL(resume));
    own->state = VTB_SUSPENDED_RETURNED;
    own->fault = fault;
    return own;
}

/* Makes of a classic hand-over what a runtime-async method returns. */
static inline void vtb_crossing_at(struct vtb_service *service, vtb_handover *handover,
                                   vtb_runtime_handover *at)
{
    if (VTB_UNLIKELY(!vtb_is_ready(service, handover, NULL))) {
        vtb_runtime_suspended_at(VTB_CELL_SYMBOL(crossing_suspend)(service, handover), at);
        return;
    }
    const enum vtb_fault fault = vtb_take(service, handover, NULL, &at->value);
    at->suspended = VTB_UNLIKELY(fault) ? VTB_CELL_SYMBOL(crossing_fail)(service, fault) : NULL;
}
#else
/* Awaits what the plain method does on a miss. */
static inline struct vtb_suspended *vtb_miss_classic(struct vtb_service *service, vtb_key key)
{
    vtb_handover handover;
    VTB_RECEIVE_AT(handover, VTB_CELL_SYMBOL(suspend), service, key);
    return VTB_CELL_SYMBOL(crossing_suspend)(service, &handover);
}
#endif

#include "returns_runtime.h"

#define VTB_CALLED(name) VTB_CELL_SYMBOL(crossing_##name)

VTB_METHOD VTB_RETURNED VTB_CALLED(method)(VTB_AT_PARAMETER struct vtb_service *service,
                                           vtb_key key);
VTB_METHOD VTB_RETURNED VTB_CALLED(layer)(VTB_AT_PARAMETER const struct vtb_layer *layer,
                                          vtb_key key);

#if VTB_ASYNC
VTB_METHOD VTB_RETURNED VTB_CALLED(method)(VTB_AT_PARAMETER struct vtb_service *service,
                                           vtb_key key)
{
    vtb_own_handover own;
    vtb_call_own_method(service, key, &own);
    VTB_MAKE(vtb_crossing_at(service, &own, at));
}

VTB_METHOD VTB_RETURNED VTB_CALLED(layer)(VTB_AT_PARAMETER const struct vtb_layer *layer,
                                          vtb_key key)
{
    vtb_own_handover own;
    vtb_call_own_layer(layer, key, &own);
    VTB_MAKE(vtb_crossing_at(layer->service, &own, at));
}

#undef VTB_BESIDE_N
#define VTB_BESIDE_N 1
#undef VTB_BESIDE_BYTES
#define VTB_BESIDE_BYTES VTB_ROUND_UP_8(sizeof(struct vtb_awaiting_classic))
#else
/* The twin of a plain method suspends, as what it awaits did. */
VTB_OUT_OF_LINE static struct vtb_suspended *
VTB_CELL_SYMBOL(twin_suspend)(struct vtb_service *service, struct vtb_suspended *innermost,
                              struct vtb_suspended *below)
{
    struct vtb_suspended *own =
        vtb_suspended_new(service, &vtb_awaiting_type, VTB_CELL_SYMBOL(resume));
    vtb_suspended_link(service, innermost, below, own);
    return own;
}

VTB_OUT_OF_LINE static struct vtb_suspended *VTB_CELL_SYMBOL(twin_miss)(struct vtb_service *service,
                                                                        vtb_key key)
{
    struct vtb_suspended *awaiting = vtb_miss_classic(service, key);
    return VTB_CELL_SYMBOL(twin_suspend)(service, awaiting, awaiting);
}

VTB_METHOD VTB_RETURNED VTB_CALLED(method)(VTB_AT_PARAMETER struct vtb_service *service,
                                           vtb_key key)
{
    const vtb_value *value = vtb_lookup(service->table, key);
    VTB_MAKE(value ? vtb_runtime_ready_at(value, at)
                   : vtb_runtime_suspended_at(VTB_CELL_SYMBOL(twin_miss)(service, key), at));
}

static inline VTB_RETURNED vtb_call_twin(VTB_AT_PARAMETER const struct vtb_layer *layer,
                                         vtb_key key)
{
    if (layer->below)
        VTB_GIVE(VTB_CALLED(layer)(VTB_AT_ARGUMENT layer->below, key));
    VTB_GIVE(VTB_CALLED(method)(VTB_AT_ARGUMENT layer->service, key));
}

static inline void vtb_twin_goes_on(const struct vtb_layer *layer, vtb_handover *at)
{
    if (at->suspended)
        at->suspended =
            VTB_CELL_SYMBOL(twin_suspend)(layer->service, at->suspended->innermost, at->suspended);
}

VTB_METHOD VTB_RETURNED VTB_CALLED(layer)(VTB_AT_PARAMETER const struct vtb_layer *layer,
                                          vtb_key key)
{
    VTB_MAKE((VTB_RECEIVE_AT(*at, vtb_call_twin, layer, key), vtb_twin_goes_on(layer, at)));
}

#undef VTB_LAYER_BESIDE_BYTES
#define VTB_LAYER_BESIDE_BYTES VTB_ROUND_UP_8(sizeof(struct vtb_awaiting))
#undef VTB_BESIDE_N
#define VTB_BESIDE_N 2
#undef VTB_BESIDE_BYTES
#define VTB_BESIDE_BYTES \
    (VTB_LAYER_BESIDE_BYTES + VTB_ROUND_UP_8(sizeof(struct vtb_awaiting_classic)))
#endif
