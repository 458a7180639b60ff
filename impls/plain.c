/*
 * A synchronous function. A hit returns the value by a real call; a miss fetches it on the spot,
 * where every other strategy suspends. No way of handing a result over can be cheaper, so this is
 * the floor that "over plain" is measured from.
 */
#define VTB_NEVER_SUSPENDS 1
#include <vtb/strategy.h>

typedef vtb_value vtb_handover;

struct vtb_slot;

static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value)
{
    (void)service;
    (void)slot;
    return *value;
}

static inline vtb_handover vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                       vtb_key key)
{
    (void)slot;
    return vtb_fetch(service->table, key);
}

static inline vtb_value vtb_take(struct vtb_service *service, vtb_handover *handover,
                                 struct vtb_slot *slot)
{
    (void)service;
    (void)slot;
    return *handover;
}

VTB_STRATEGY(plain) = {
    .summary = "the value itself, by a real call; a miss is answered at once: the floor",
    .modelled_on = "a synchronous function",
    .shape = VTB_SHAPE_VALUE,
    .role = VTB_ROLE_FLOOR,
};
