/*
 * What a runtime-async method hands over: its value, and beside it the object of its suspension,
 * null if it completed; and the chain of these objects, over which it goes on.
 *
 * The runtime itself suspends such a method: there is no state machine and no builder. Each method
 * that suspends leaves an object with what it still needs, and refers from it to that of its
 * caller. The store's answer starts a loop over this chain, which has one method after the other
 * go on and return; each writes what it returns into the object of the next. (dotnet/runtime,
 * AsyncHelpers.CoreCLR.cs: Continuation, and DispatchContinuations of RuntimeAsyncTask.) An object
 * serves all suspensions of its method; the methods here have one.
 *
 * Part of the template: before it stand method.h and ambient.h. Everything here stands in the
 * measured region.
 */

enum vtb_suspended_state {
    VTB_SUSPENDED_WAITS = 0,
    VTB_SUSPENDED_RETURNED = 1,
    VTB_SUSPENDED_CONSUMED = 2 /* kept where checks are compiled in */
};

#define VTB_SUSPENDED_EARLY "the result of a runtime-async method was taken before it returned"
#define VTB_SUSPENDED_AGAIN "a runtime-async method was resumed that had returned"
#define VTB_SUSPENDED_TWICE "the result of a runtime-async method was consumed a second time"
#define VTB_SUSPENDED_WAITED "a runtime-async method has a second caller that waits for it"

/* Continuation of .NET 11: 40 bytes, the result of what the method awaits, and what else it needs,
 * which stands behind that. */
struct vtb_suspended {
    union {                            /* in place of a header */
        struct vtb_continuation moves; /* runs one that awaits what is not runtime-async */
        struct vtb_suspended *innermost;
    };
    const struct vtb_type *type;
    void *next; /* null; the caller's object; or its vtb_continuation, with the last bit set */
    /* Resume information: has the method go on, which writes what it returns. */
    void (*resume)(struct vtb_suspended *self, vtb_value *returned);
    uint32_t fault; /* enum vtb_fault; in place of flags */
    uint32_t state; /* enum vtb_suspended_state */
    vtb_value result;
};

static_assert(offsetof(struct vtb_suspended, result) == 40, "a continuation of .NET is 40 bytes");

typedef struct vtb_runtime_handover {
    struct vtb_suspended *suspended; /* null: `value` is the answer */
    vtb_value value;
} vtb_runtime_handover;

/* The frame of a plain method's variant that is runtime-async: the runtime makes one where such a
 * method awaits what is not, the store's task or another method's. */
struct vtb_awaiting {
    struct vtb_suspended suspended;
    void *execution_context; /* null: such a method has the default one */
};

/* A method that awaits another: both contexts go with it. */
struct vtb_suspended_method {
    struct vtb_suspended suspended;
    struct vtb_ambient ambient;
};

/* The service's own method, which goes on to insert the answer. */
struct vtb_suspended_service {
    struct vtb_suspended_method method;
    struct vtb_service *self;
    vtb_kept_key key;
};

/* The offsets of the words that may refer to objects. Until its caller waits, the outermost
 * method's is all that is known of a chain, so it refers to the innermost one's; in .NET the thread
 * does. */
#define VTB_SUSPENDED_REFERENCES               \
    offsetof(struct vtb_suspended, innermost), \
        offsetof(struct vtb_suspended, next) VTB_AND_VALUE(struct vtb_suspended, result)

static const struct vtb_type vtb_awaiting_type = {"continuation of a plain method",
                                                  VTB_ROUND_UP_8(sizeof(struct vtb_awaiting)),
                                                  VTB_TYPE_TASK,
                                                  false,
                                                  {VTB_SUSPENDED_REFERENCES, VTB_REFERENCES_END}};

/* --- suspending --- */

/* Makes the object of a method that suspends, all zeroes but for its type and how it goes on. */
static inline struct vtb_suspended *
vtb_suspended_new(struct vtb_service *service, const struct vtb_type *type,
                  void (*resume)(struct vtb_suspended *, vtb_value *))
{
    struct vtb_suspended *own = (struct vtb_suspended *)vtb_alloc_zeroed(service, type);
    own->type = type;
    own->resume = resume;
    return own;
}

/* The method whose object is `own` awaits the one below. */
static inline void vtb_suspended_link(struct vtb_service *service, struct vtb_suspended *innermost,
                                      struct vtb_suspended *below, struct vtb_suspended *own)
{
    below->next = own;
    vtb_barrier(service, &below->next);
    own->innermost = innermost;
    vtb_barrier(service, &own->innermost);
}

/* --- going on --- */

/* An await has nothing left to do, and neither has a method that returns what it awaited. */
VTB_METHOD void VTB_CELL_SYMBOL(resume)(struct vtb_suspended *self, vtb_value *returned);
VTB_METHOD void VTB_CELL_SYMBOL(resume)(struct vtb_suspended *self, vtb_value *returned)
{
    *returned = self->result;
}

/* A method goes on in the contexts in which it was suspended. */
VTB_METHOD void VTB_CELL_SYMBOL(resume_method)(struct vtb_suspended *self, vtb_value *returned);
VTB_METHOD void VTB_CELL_SYMBOL(resume_method)(struct vtb_suspended *self, vtb_value *returned)
{
    const struct vtb_suspended_method *own = (const struct vtb_suspended_method *)self;
    vtb_ambient_restore(vtb_current_thread(), &own->ambient);
    *returned = self->result;
}

#define VTB_SUSPENDED_BY_CALLER ((uintptr_t)1)

/* The caller that waits for the outermost method; null: none does yet. */
static inline struct vtb_continuation *vtb_suspended_caller(const struct vtb_suspended *outermost)
{
    return outermost->next ? (struct vtb_continuation *)(void *)((char *)outermost->next - 1)
                           : NULL;
}

static inline bool vtb_suspended_is_inner(const struct vtb_suspended *object)
{
    return object->next && !((uintptr_t)object->next & VTB_SUSPENDED_BY_CALLER);
}

/* The loop over the chain, from the object whose await has ended, with its result or a fault. What
 * the outermost method returns stays in its object until its caller consumes it. */
VTB_OUT_OF_LINE static void vtb_suspended_resume(struct vtb_service *service,
                                                 struct vtb_suspended *object, enum vtb_fault fault)
{
    struct vtb_ambient *ambient = vtb_current_thread();
    const struct vtb_ambient before = *ambient;
    for (;;) {
        vtb_check(object->state == VTB_SUSPENDED_WAITS, VTB_SUSPENDED_AGAIN);
        const bool inner = vtb_suspended_is_inner(object);
        struct vtb_suspended *next = inner ? (struct vtb_suspended *)object->next : object;
        object->state = VTB_SUSPENDED_RETURNED;
        if (!VTB_UNLIKELY(fault)) {
            object->resume(object, &next->result);
            vtb_value_barrier(service, &next->result);
        }
        if (!inner)
            break;
        vtb_free(service, object, object->type->bytes);
        object = next;
    }
    object->fault = fault;
    vtb_ambient_restore(ambient, &before);
    struct vtb_continuation *caller = vtb_suspended_caller(object);
    if (caller)
        caller->run(caller, service);
}

/* --- awaiting the outermost method --- */

static inline void vtb_suspended_await(struct vtb_service *service, struct vtb_suspended *outermost,
                                       struct vtb_continuation *continuation)
{
    if (outermost->state != VTB_SUSPENDED_WAITS) {
        continuation->run(continuation, service);
        return;
    }
    vtb_check(!outermost->next, VTB_SUSPENDED_WAITED);
    outermost->next = (char *)continuation + VTB_SUSPENDED_BY_CALLER;
    vtb_barrier(service, &outermost->next);
}

static inline enum vtb_fault vtb_suspended_get(const struct vtb_suspended *outermost,
                                               vtb_value *value)
{
    vtb_check(outermost->state != VTB_SUSPENDED_WAITS, VTB_SUSPENDED_EARLY);
    vtb_check(outermost->state != VTB_SUSPENDED_CONSUMED, VTB_SUSPENDED_TWICE);
    *value = outermost->result;
    return (enum vtb_fault)outermost->fault;
}

/* Gives the object back, which nobody else refers to. */
static inline void vtb_suspended_drop(struct vtb_service *service, struct vtb_suspended *outermost)
{
#if VTB_CHECKED
    outermost->state = VTB_SUSPENDED_CONSUMED;
#endif
    vtb_free(service, outermost, outermost->type->bytes);
}

/* --- the hand-over, as callers know it --- */

static inline bool vtb_runtime_is_ready(struct vtb_service *service,
                                        const vtb_runtime_handover *handover,
                                        const struct vtb_slot *slot)
{
    (void)service;
    (void)slot;
    return !handover->suspended || handover->suspended->state != VTB_SUSPENDED_WAITS;
}

static inline void vtb_runtime_await(struct vtb_service *service, vtb_runtime_handover *handover,
                                     struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    (void)slot;
    vtb_suspended_await(service, handover->suspended, continuation);
}

static inline enum vtb_fault vtb_runtime_get(struct vtb_service *service,
                                             vtb_runtime_handover *handover, struct vtb_slot *slot,
                                             vtb_value *value)
{
    (void)service;
    (void)slot;
    if (handover->suspended)
        return vtb_suspended_get(handover->suspended, value);
    *value = handover->value;
    return VTB_FAULT_NONE;
}

static inline void vtb_runtime_drop(struct vtb_service *service, vtb_runtime_handover *handover,
                                    struct vtb_slot *slot)
{
    (void)slot;
    if (handover->suspended)
        vtb_suspended_drop(service, handover->suspended);
}

static VTB_FORCE_INLINE enum vtb_fault vtb_runtime_take(struct vtb_service *service,
                                                        vtb_runtime_handover *handover,
                                                        struct vtb_slot *slot, vtb_value *value)
{
    const enum vtb_fault fault = vtb_runtime_get(service, handover, slot, value);
    vtb_runtime_drop(service, handover, slot);
    return fault;
}

/* Hands over, from within a method that is compiled so. */
static inline void vtb_runtime_ready_at(const vtb_value *value, vtb_runtime_handover *at)
{
    at->suspended = NULL;
    at->value = *value;
}

static inline void vtb_runtime_suspended_at(struct vtb_suspended *suspended,
                                            vtb_runtime_handover *at)
{
    at->suspended = suspended;
#if !VTB_LARGE_VALUE
    memset((void *)&at->value, 0, sizeof at->value);
#endif
}
