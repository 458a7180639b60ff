/*
 * For a strategy that defines its method itself (VTB_OWN_METHOD). The template has no record of
 * such a method, so the strategy itself tells which key an operation asked the store for.
 *
 * Part of the template: before it stands defaults.h.
 */

static inline vtb_key vtb_asked(void *pending);

#define VTB_RECORD_BYTES ((size_t)0)
#define VTB_MISS_BYTES VTB_PENDING_BYTES(0)
#define VTB_LAYER_MISS_BYTES ((size_t)0)
#define VTB_PLACE_BYTES ((size_t)0)

#if VTB_USES_SLOT
/* The caller's place for one operation. */
struct vtb_place {
    struct vtb_slot slot;
};
#endif
