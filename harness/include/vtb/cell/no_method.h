/*
 * Replacements of the method's functions, for a strategy without a method (VTB_LOOP_ONLY). The
 * loop's code for a call is compiled all the same, and dropped by the compiler, because it is never
 * reached; no function here ever runs. Such a strategy need not define these names; if it does, the
 * macros below keep the two apart.
 *
 * Part of the template: before it stands defaults.h.
 */

#define vtb_handover vtb_no_handover
#define vtb_ready vtb_no_ready
#define vtb_get vtb_get_nothing
#define vtb_drop vtb_drop_nothing

typedef char vtb_handover;

static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value)
{
    (void)service;
    (void)slot;
    (void)value;
    return 0;
}

static inline enum vtb_fault vtb_get(struct vtb_service *service, vtb_handover *handover,
                                     struct vtb_slot *slot, vtb_value *value)
{
    (void)service;
    (void)handover;
    (void)slot;
    memset((void *)value, 0, sizeof *value);
    return VTB_FAULT_NONE;
}

static inline void vtb_drop(struct vtb_service *service, vtb_handover *handover,
                            struct vtb_slot *slot)
{
    (void)service;
    (void)handover;
    (void)slot;
}
