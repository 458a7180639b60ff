/*
 * A method of the strategy's own (VTB_OWN_METHOD): there is no record of what it keeps while it
 * waits. The strategy tells what its operation asked the store for.
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
