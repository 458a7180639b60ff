/*
 * The direct method, which looks the key up, and hands over the value or a pending operation; and
 * the direct layer.
 *
 * Part of the template: before it stand method.h, and at_once.h, own_method.h or record.h.
 * Everything here stands in the measured region.
 */

#if !VTB_OWN_METHOD

/* The part of the method for a miss: a function of its own, as an asynchronous method would be. */
#if VTB_NEVER_SUSPENDS
static inline vtb_handover vtb_answer_now(struct vtb_service *service, vtb_key key);

VTB_OUT_OF_LINE static vtb_handover VTB_CELL_SYMBOL(suspend)(struct vtb_service *service,
                                                             VTB_PARAMETERS)
{
    VTB_SLOT_LOCAL;
    (void)slot;
    return vtb_answer_now(service, key);
}
#else
VTB_OUT_OF_LINE static VTB_RETURNED
VTB_CELL_SYMBOL(suspend)(VTB_AT_PARAMETER struct vtb_service *service, VTB_PARAMETERS)
{
    VTB_SLOT_LOCAL;
    void *pending = vtb_suspend(service, slot, &vtb_record_type);
    vtb_record_fill(service, pending, key);
    vtb_submit(service, pending);
    VTB_GIVE(vtb_give_pending(VTB_AT_ARGUMENT service, slot, pending));
}
#endif

VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(method)(VTB_AT_PARAMETER struct vtb_service *service,
                                                VTB_PARAMETERS)
{
    VTB_SLOT_LOCAL;
    const vtb_value *value = vtb_lookup(service->table, key);
    if (value)
        VTB_GIVE(vtb_give_ready(VTB_AT_ARGUMENT service, slot, value));
    VTB_GIVE(VTB_CELL_SYMBOL(suspend)(VTB_AT_ARGUMENT service, VTB_ARGUMENTS));
}

#endif /* !VTB_OWN_METHOD */

/* The direct layer, which passes the hand-over of the method below on without moving it. */
VTB_NO_TAIL_CALLS VTB_METHOD VTB_RETURNED
VTB_CELL_SYMBOL(layer)(VTB_AT_PARAMETER const struct vtb_layer *layer, VTB_PARAMETERS)
{
    if (layer->below)
        VTB_GIVE(VTB_CELL_SYMBOL(layer)(VTB_AT_ARGUMENT layer->below, VTB_ARGUMENTS));
    VTB_GIVE(VTB_CELL_SYMBOL(method)(VTB_AT_ARGUMENT layer->service, VTB_ARGUMENTS));
}
