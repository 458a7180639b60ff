/*
 * A caller that is runtime-async and awaits at once: what it is given is a runtime-async method's
 * hand-over, whatever the strategy's own is.
 *
 * Part of the template: before it stands runtime.h or from_classic.h.
 */

#define vtb_is_ready vtb_runtime_is_ready
#define vtb_await vtb_runtime_await
#define vtb_get vtb_runtime_get
#define vtb_drop vtb_runtime_drop
#define vtb_take vtb_runtime_take

#undef VTB_HANDOVER_REFERS
#define VTB_HANDOVER_REFERS 1
#undef VTB_SHARES
#define VTB_SHARES 0
#undef VTB_CONVERTS
#define VTB_CONVERTS 0

/* Only a classic method makes an object of a value that is ready, or uses one again. */
#if !VTB_ASYNC
#undef VTB_HIT_BYTES
#define VTB_HIT_BYTES ((size_t)0)
#endif
#if VTB_RUNTIME
#undef VTB_REUSES
#define VTB_REUSES 0
#undef VTB_REUSES_ANY
#define VTB_REUSES_ANY 0
#undef VTB_REQUEST_BYTES
#endif
