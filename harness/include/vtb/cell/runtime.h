/*
 * The runtime-async method, and such layers around it. On a hit the value is returned, with a null
 * beside it; there is no object and no builder. What is left of an asynchronous method is that the
 * ambient context is kept for the caller: the thread is found as by a classic method, its two words
 * are kept on the stack, and compared at the end. (The machine code of .NET 11, DOTNET_JitDisasm.)
 *
 * Part of the template: before it stands suspended.h. Everything here stands in the measured
 * region.
 */

#include "returns_runtime.h"

static const struct vtb_type vtb_suspended_service_type = {
    "continuation",
    VTB_ROUND_UP_8(sizeof(struct vtb_suspended_service)),
    VTB_TYPE_BOX,
    false,
    {VTB_SUSPENDED_REFERENCES, VTB_REFERENCES_END}};

static const struct vtb_type vtb_suspended_layer_type = {
    "continuation of a layer",
    VTB_ROUND_UP_8(sizeof(struct vtb_suspended_method)),
    VTB_TYPE_LAYER,
    false,
    {VTB_SUSPENDED_REFERENCES, VTB_REFERENCES_END}};

VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(method)(VTB_AT_PARAMETER struct vtb_service *service,
                                                vtb_key key);
VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(layer)(VTB_AT_PARAMETER const struct vtb_layer *layer,
                                               vtb_key key);

/* Makes the object of a method that awaits the one below, in a chain that begins with
 * `innermost`. */
static inline struct vtb_suspended *vtb_suspend_method(struct vtb_service *service,
                                                       const struct vtb_type *type,
                                                       struct vtb_suspended *innermost,
                                                       struct vtb_suspended *below)
{
    struct vtb_suspended *own = vtb_suspended_new(service, type, VTB_CELL_SYMBOL(resume_method));
    struct vtb_suspended_method *method = (struct vtb_suspended_method *)own;
    vtb_copy_words(&method->ambient, vtb_current_thread(), sizeof method->ambient);
    vtb_suspended_link(service, innermost, below, own);
    return own;
}

/* The method awaits the store's task. */
VTB_OUT_OF_LINE static struct vtb_suspended *VTB_CELL_SYMBOL(suspend)(struct vtb_service *service,
                                                                      vtb_key key)
{
    struct vtb_suspended *store =
        vtb_suspended_new(service, &vtb_awaiting_type, VTB_CELL_SYMBOL(resume));
    struct vtb_suspended *own =
        vtb_suspend_method(service, &vtb_suspended_service_type, store, store);
    struct vtb_suspended_service *method = (struct vtb_suspended_service *)own;
    method->self = service;
    method->key = vtb_keep(key);
    vtb_submit(service, store);
    return own;
}

VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(method)(VTB_AT_PARAMETER struct vtb_service *service,
                                                vtb_key key)
{
    struct vtb_ambient *ambient = vtb_current_thread();
    struct vtb_ambient before;
    vtb_copy_words(&before, ambient, sizeof before);
    VTB_IN_MEMORY(before);
    const vtb_value *value = vtb_lookup(service->table, key);
    struct vtb_suspended *own = value ? NULL : VTB_CELL_SYMBOL(suspend)(service, key);
    VTB_IN_MEMORY(*ambient); /* a lookup that is inlined cannot have changed it, but is not asked */
    vtb_ambient_restore(ambient, &before);
    VTB_MAKE(own ? vtb_runtime_suspended_at(own, at) : vtb_runtime_ready_at(value, at));
}

/* --- a method around it --- */

VTB_OUT_OF_LINE static struct vtb_suspended *
VTB_CELL_SYMBOL(layer_suspend)(const struct vtb_layer *layer, struct vtb_suspended *below)
{
    return vtb_suspend_method(layer->service, &vtb_suspended_layer_type, below->innermost, below);
}

static inline VTB_RETURNED vtb_call_below(VTB_AT_PARAMETER const struct vtb_layer *layer,
                                          vtb_key key)
{
    if (layer->below)
        VTB_GIVE(VTB_CELL_SYMBOL(layer)(VTB_AT_ARGUMENT layer->below, key));
    VTB_GIVE(VTB_CELL_SYMBOL(method)(VTB_AT_ARGUMENT layer->service, key));
}

static inline void vtb_layer_goes_on(const struct vtb_layer *layer, vtb_handover *at,
                                     struct vtb_ambient *ambient, const struct vtb_ambient *before)
{
    if (at->suspended)
        at->suspended = VTB_CELL_SYMBOL(layer_suspend)(layer, at->suspended);
    vtb_ambient_restore(ambient, before);
}

VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(layer)(VTB_AT_PARAMETER const struct vtb_layer *layer,
                                               vtb_key key)
{
    struct vtb_ambient *ambient = vtb_current_thread();
    struct vtb_ambient before;
    vtb_copy_words(&before, ambient, sizeof before);
    VTB_IN_MEMORY(before);
    VTB_MAKE((VTB_RECEIVE_AT(*at, vtb_call_below, layer, key),
              vtb_layer_goes_on(layer, at, ambient, &before)));
}

/* --- the store's answer --- */

#define vtb_asked vtb_runtime_asked

static inline vtb_key vtb_asked(void *pending)
{
    const struct vtb_suspended *store = (const struct vtb_suspended *)pending;
    return vtb_kept(((const struct vtb_suspended_service *)store->next)->key);
}

/* The store's task completed: the method that awaits it goes on, and those around it. */
static inline void vtb_runtime_answer(struct vtb_service *service, void *pending,
                                      const struct vtb_answer *answer)
{
    struct vtb_suspended *store = (struct vtb_suspended *)pending;
    if (!VTB_UNLIKELY(answer->fault)) {
        store->result = answer->value;
        vtb_value_barrier(service, &store->result);
    }
    vtb_suspended_resume(service, store, answer->fault);
}

/* --- what it takes from the heap --- */

#undef VTB_RECORD_BYTES
#define VTB_RECORD_BYTES ((size_t)0)
#undef VTB_PLACE_BYTES
#define VTB_PLACE_BYTES ((size_t)0)
#undef VTB_LAYER_MISS_BYTES
#define VTB_LAYER_MISS_BYTES ((size_t)0)
#undef VTB_MISS_BYTES
#undef VTB_LAYER_BESIDE_BYTES
#define VTB_LAYER_BESIDE_BYTES VTB_ROUND_UP_8(sizeof(struct vtb_suspended_method))
#define VTB_SERVICE_BYTES VTB_ROUND_UP_8(sizeof(struct vtb_suspended_service))
#define VTB_AWAITING_BYTES VTB_ROUND_UP_8(sizeof(struct vtb_awaiting))
#if VTB_BY_RUNTIME
#define VTB_MISS_BYTES VTB_SERVICE_BYTES
#undef VTB_BESIDE_N
#define VTB_BESIDE_N 1
#undef VTB_BESIDE_BYTES
#define VTB_BESIDE_BYTES VTB_AWAITING_BYTES
#endif
