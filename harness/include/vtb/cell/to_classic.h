/*
 * The boundary between a runtime-async method and a caller that has its result as an object: a
 * classic one, or one that keeps the task in a variable. A thunk calls the method, and makes the
 * strategy's hand-over of what it returns: of a value a ready one. Of a method that suspended, a
 * pending one, with a delegate by which the task of the store finds it; who awaits within a classic
 * method needs none, because its box is itself what is run. (dotnet/runtime,
 * AsyncHelpers.CoreCLR.cs: RuntimeAsyncTask.)
 *
 * Part of the template: before it stands runtime.h. Everything here stands in the measured region.
 */

#include "own_calls.h"

/* From here on the hand-over is the strategy's. */
#undef vtb_handover
#undef VTB_IN_PLACE
#if VTB_HOLDS_VALUE && VTB_LARGE_VALUE
#define VTB_IN_PLACE 1
#else
#define VTB_IN_PLACE 0
#endif

/* A delegate of .NET 11, 56 bytes: its target is the pending operation. */
struct vtb_delegate {
    struct vtb_continuation moves; /* in place of a header */
    const struct vtb_type *type;
    void *target;
    void *suspended; /* the outermost method; in place of the method that a delegate calls */
    void *of_open_methods;
    void *of_multicast[2];
};

static const struct vtb_type vtb_delegate_type = {"delegate",
                                                  sizeof(struct vtb_delegate),
                                                  VTB_TYPE_OTHER,
                                                  false,
                                                  {offsetof(struct vtb_delegate, target),
                                                   offsetof(struct vtb_delegate, suspended),
                                                   VTB_REFERENCES_END}};

static const struct vtb_type vtb_crossing_type = {"task of a runtime-async method",
                                                  VTB_PENDING_BYTES(0),
                                                  VTB_TYPE_TASK,
                                                  false,
                                                  {VTB_PENDING_REFERENCES, VTB_REFERENCES_END}};

/* The outermost method returned: completes the operation of which its caller knows. */
static void vtb_delegate_run(struct vtb_continuation *self, struct vtb_service *service)
{
    struct vtb_delegate *delegate = (struct vtb_delegate *)self;
    struct vtb_suspended *suspended = (struct vtb_suspended *)delegate->suspended;
    struct vtb_answer answer;
    void *target = delegate->target;
    answer.fault = vtb_suspended_get(suspended, &answer.value);
    vtb_suspended_drop(service, suspended);
    vtb_free(service, delegate, sizeof *delegate);
    vtb_complete(service, target, &answer);
}

VTB_OUT_OF_LINE static void *VTB_CELL_SYMBOL(crossing_suspend)(struct vtb_service *service,
                                                               struct vtb_suspended *suspended)
{
    void *pending = vtb_suspend(service, NULL, &vtb_crossing_type);
    struct vtb_delegate *delegate =
        (struct vtb_delegate *)vtb_alloc_zeroed(service, &vtb_delegate_type);
    delegate->moves.run = vtb_delegate_run;
    delegate->type = &vtb_delegate_type;
    delegate->target = pending;
    vtb_barrier(service, &delegate->target);
    delegate->suspended = suspended;
    vtb_barrier(service, &delegate->suspended);
    vtb_suspended_await(service, suspended, &delegate->moves);
    return pending;
}

static inline VTB_RETURNED vtb_give_crossing(VTB_AT_PARAMETER struct vtb_service *service,
                                             const vtb_own_handover *own)
{
    if (!own->suspended)
        VTB_GIVE(vtb_give_ready(VTB_AT_ARGUMENT service, NULL, &own->value));
    VTB_GIVE(vtb_give_pending(VTB_AT_ARGUMENT service, NULL,
                              VTB_CELL_SYMBOL(crossing_suspend)(service, own->suspended)));
}

#define VTB_CALLED(name) VTB_CELL_SYMBOL(crossing_##name)

VTB_METHOD VTB_RETURNED VTB_CALLED(method)(VTB_AT_PARAMETER struct vtb_service *service,
                                           vtb_key key);
VTB_METHOD VTB_RETURNED VTB_CALLED(layer)(VTB_AT_PARAMETER const struct vtb_layer *layer,
                                          vtb_key key);

VTB_METHOD VTB_RETURNED VTB_CALLED(method)(VTB_AT_PARAMETER struct vtb_service *service,
                                           vtb_key key)
{
    vtb_own_handover own;
    vtb_call_own_method(service, key, &own);
    VTB_GIVE(vtb_give_crossing(VTB_AT_ARGUMENT service, &own));
}

VTB_METHOD VTB_RETURNED VTB_CALLED(layer)(VTB_AT_PARAMETER const struct vtb_layer *layer,
                                          vtb_key key)
{
    vtb_own_handover own;
    vtb_call_own_layer(layer, key, &own);
    VTB_GIVE(vtb_give_crossing(VTB_AT_ARGUMENT layer->service, &own));
}

#if VTB_STORED
/* RuntimeAsyncTaskContinuation, by which a runtime-async caller awaits a task that it kept. A
 * thread keeps one of them to use again, which at that moment is that of the store's task. */
struct vtb_stored_await {
    struct vtb_continuation moves; /* in place of a header */
    const struct vtb_type *type;
    struct vtb_continuation *caller; /* in place of the next continuation */
    void *of_continuation[3];
    void *of_task[3];
};

static_assert(sizeof(struct vtb_stored_await) == 72, "a RuntimeAsyncTaskContinuation of .NET");

static const struct vtb_type vtb_stored_await_type = {"await of a stored task",
                                                      sizeof(struct vtb_stored_await),
                                                      VTB_TYPE_LAYER,
                                                      false,
                                                      {VTB_REFERENCES_END}};

static void vtb_stored_await_run(struct vtb_continuation *self, struct vtb_service *service)
{
    struct vtb_continuation *caller = ((struct vtb_stored_await *)self)->caller;
    vtb_free(service, self, sizeof(struct vtb_stored_await));
    caller->run(caller, service);
}

static inline void vtb_await_stored(struct vtb_service *service, vtb_handover *handover,
                                    struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    struct vtb_stored_await *own =
        (struct vtb_stored_await *)vtb_alloc_zeroed(service, &vtb_stored_await_type);
    own->moves.run = vtb_stored_await_run;
    own->type = &vtb_stored_await_type;
    own->caller = continuation;
    vtb_await(service, handover, slot, &own->moves);
}

#define vtb_await vtb_await_stored
#define VTB_STORED_BYTES sizeof(struct vtb_stored_await)
#else
#define VTB_STORED_BYTES ((size_t)0)
#endif

#define VTB_MISS_BYTES VTB_PENDING_BYTES(0)
#undef VTB_BESIDE_N
#define VTB_BESIDE_N (3 + VTB_STORED)
#undef VTB_BESIDE_BYTES
#define VTB_BESIDE_BYTES \
    (VTB_SERVICE_BYTES + VTB_AWAITING_BYTES + sizeof(struct vtb_delegate) + VTB_STORED_BYTES)
