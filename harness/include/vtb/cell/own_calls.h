/*
 * Calls of the methods from a thunk at the boundary to a caller that is compiled otherwise: what
 * they return is as they are compiled, and is put at a place.
 *
 * Part of the template: before it stands runtime.h or async.h. to_classic.h or from_classic.h
 * includes it, before it changes the hand-over. Everything here stands in the measured region.
 */

typedef vtb_handover vtb_own_handover;

static inline void vtb_call_own_method(struct vtb_service *service, vtb_key key,
                                       vtb_own_handover *own)
{
    VTB_RECEIVE_AT(*own, VTB_CELL_SYMBOL(method), service, key);
}

static inline void vtb_call_own_layer(const struct vtb_layer *layer, vtb_key key,
                                      vtb_own_handover *own)
{
    VTB_RECEIVE_AT(*own, VTB_CELL_SYMBOL(layer), layer, key);
}
