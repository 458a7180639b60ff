/*
 * The functions that the loops, layers and the miss path call. The strategy's functions are
 * declared again, so that the compiler names one that is missing or has a wrong type.
 *
 * Part of the template: before it stand passing.h, and the part about waiting that fits the
 * strategy (at_once.h, own_method.h or record.h).
 */

/* A strategy with a method of its own defines the method's parameters, and prepares each call. */
#if VTB_OWN_METHOD
#define VTB_PREPARE(slot, key) vtb_prepare(slot, key)
#else
#define VTB_PREPARE(slot, key) ((void)(slot))
#define VTB_PARAMETERS VTB_SLOT_PARAMETER vtb_key key
#define VTB_ARGUMENTS VTB_SLOT_ARGUMENT key
#define VTB_CALL_ARGUMENTS VTB_SLOT_ARGUMENT key

/* Hands a value over, from within a method. */
#if VTB_RUNTIME_ONLY
#elif VTB_HOLDS_VALUE
static inline void vtb_ready_at(struct vtb_service *service, struct vtb_slot *slot,
                                const vtb_value *value, vtb_handover *at);

static inline VTB_RETURNED vtb_give_ready(VTB_AT_PARAMETER struct vtb_service *service,
                                          struct vtb_slot *slot, const vtb_value *value)
{
    VTB_MAKE(vtb_ready_at(service, slot, value, at));
}
#else
static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value);

static inline vtb_handover vtb_give_ready(struct vtb_service *service, struct vtb_slot *slot,
                                          const vtb_value *value)
{
    return vtb_ready(service, slot, value);
}
#endif
#endif /* !VTB_OWN_METHOD */

#if !VTB_RUNTIME_ONLY
static inline bool vtb_is_ready(struct vtb_service *service, const vtb_handover *handover,
                                const struct vtb_slot *slot);
static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation);
static inline enum vtb_fault vtb_get(struct vtb_service *service, vtb_handover *handover,
                                     struct vtb_slot *slot, vtb_value *value);
static inline void vtb_drop(struct vtb_service *service, vtb_handover *handover,
                            struct vtb_slot *slot);
static inline void vtb_complete(struct vtb_service *service, void *pending,
                                const struct vtb_answer *answer);

/* Consumes a completed operation for the last time. */
static VTB_FORCE_INLINE enum vtb_fault vtb_take(struct vtb_service *service, vtb_handover *handover,
                                                struct vtb_slot *slot, vtb_value *value)
{
    const enum vtb_fault fault = vtb_get(service, handover, slot, value);
    vtb_drop(service, handover, slot);
    return fault;
}

#endif /* !VTB_RUNTIME_ONLY */

#if !VTB_RUNTIME
/* The service's own method, and a layer around a method. */
VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(method)(VTB_AT_PARAMETER struct vtb_service *service,
                                                VTB_PARAMETERS);
VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(layer)(VTB_AT_PARAMETER const struct vtb_layer *layer,
                                               VTB_PARAMETERS);
#endif
