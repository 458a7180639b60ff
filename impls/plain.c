/*
 * A synchronous function. A hit returns the value by a real call; a miss fetches it on the spot,
 * where every other strategy suspends. No way of handing a result over can be cheaper, so this is
 * the floor that "over plain" is measured from. A value has no room for a fault: where the store
 * fails, the service notes it, and what the value adds to the checksum.
 */
#define VTB_NEVER_SUSPENDS 1
#include <vtb/strategy.h>

typedef vtb_value vtb_handover;

static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value)
{
    (void)service;
    (void)slot;
    return *value;
}

static inline vtb_handover vtb_answer_now(struct vtb_service *service, vtb_key key)
{
    vtb_value value;
    if (VTB_UNLIKELY(!vtb_ask(service, key, &value))) {
        service->failed_n++;
        service->failed_share += vtb_consume(&value);
    }
    return value;
}

static inline enum vtb_fault vtb_get(struct vtb_service *service, vtb_handover *handover,
                                     struct vtb_slot *slot, vtb_value *value)
{
    (void)service;
    (void)slot;
    *value = *handover;
    return VTB_FAULT_NONE;
}

static inline void vtb_drop(struct vtb_service *service, vtb_handover *handover,
                            struct vtb_slot *slot)
{
    (void)service;
    (void)handover;
    (void)slot;
}

VTB_STRATEGY(plain) = {
    .summary = "the value itself, by a real call; a miss is answered at once: the floor",
    .modelled_on = "a synchronous function",
    .guest = {"plain"},
    .shape = VTB_SHAPE_VALUE,
    .role = VTB_ROLE_FLOOR,
    .lacks = {.async_method = "it never suspends",
              .runtime_async = "it never suspends",
              .several_consumers = "there is no operation, only its value",
              .storing = "there is no operation, only its value",
              .other_threads = "it never suspends",
              .as_task = "there is no operation, only its value"},
};
