/*
 * The record that a method which the template makes keeps while it waits, in the room behind the
 * strategy's pending operation.
 *
 * Part of the template: before it stands passing.h.
 */

static inline void *vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                const struct vtb_type *record);
static inline void *vtb_record_of(void *pending);

/* The method hands over a pending operation. */
#if VTB_HOLDS_VALUE
static inline void vtb_handover_at(struct vtb_service *service, struct vtb_slot *slot,
                                   void *pending, vtb_handover *at);

static inline VTB_RETURNED vtb_give_pending(VTB_AT_PARAMETER struct vtb_service *service,
                                            struct vtb_slot *slot, void *pending)
{
    VTB_MAKE(vtb_handover_at(service, slot, pending, at));
}
#else
static inline vtb_handover vtb_handover_of(struct vtb_service *service, struct vtb_slot *slot,
                                           void *pending);

static inline vtb_handover vtb_give_pending(struct vtb_service *service, struct vtb_slot *slot,
                                            void *pending)
{
    return vtb_handover_of(service, slot, pending);
}
#endif

/* A record starts where the operation without one ends. */
#define VTB_IN_RECORD(record, field) (VTB_PENDING_BYTES(0) + offsetof(record, field))

/* The service's own method keeps a state machine, or, where it does not need one, what it asked the
 * store for. A direct method that calls an asynchronous one on a miss fills in that one's. */
#if VTB_ASYNC || VTB_BOXES
typedef struct vtb_machine vtb_record;

#define VTB_RECORD_REFERENCES VTB_IN_RECORD(vtb_record, builder.object), VTB_REFERENCES_END

static VTB_FORCE_INLINE void vtb_record_fill(struct vtb_service *service, void *pending,
                                             vtb_key key)
{
    vtb_record *record = (vtb_record *)vtb_record_of(pending);
    memset(record, 0, sizeof *record);
    record->builder.object = pending;
    vtb_barrier(service, &record->builder.object);
    record->self = service;
    record->key = vtb_keep(key);
}
#else
typedef struct vtb_question {
    vtb_kept_key key;
} vtb_record;

#define VTB_RECORD_REFERENCES VTB_REFERENCES_END

static VTB_FORCE_INLINE void vtb_record_fill(struct vtb_service *service, void *pending,
                                             vtb_key key)
{
    (void)service;
    ((vtb_record *)vtb_record_of(pending))->key = vtb_keep(key);
}
#endif

static const struct vtb_type vtb_record_type = {
    "box",
    VTB_PENDING_BYTES(VTB_ROUND_UP_8(sizeof(vtb_record))),
    VTB_TYPE_BOX,
    false,
    {VTB_PENDING_REFERENCES, VTB_RECORD_REFERENCES}};

static inline vtb_key vtb_asked(void *pending)
{
    return vtb_kept(((const vtb_record *)vtb_record_of(pending))->key);
}

/* The state machine of an asynchronous method that waits for the method below. */
struct vtb_layer_machine {
    int32_t state; /* enum vtb_machine_state */
    vtb_kept_key key;
    struct vtb_builder builder;
    const struct vtb_layer *self;
    vtb_handover awaiter;
};

/* Room for a record: of the service's own method, and of an asynchronous one around it. */
#define VTB_OWN_RECORD_BYTES VTB_ROUND_UP_8(sizeof(vtb_record))
#define VTB_LAYER_RECORD_BYTES VTB_ROUND_UP_8(sizeof(struct vtb_layer_machine))
#define VTB_RECORD_BYTES                                                                 \
    (VTB_ASYNC && VTB_LAYER_RECORD_BYTES > VTB_OWN_RECORD_BYTES ? VTB_LAYER_RECORD_BYTES \
                                                                : VTB_OWN_RECORD_BYTES)

#define VTB_MISS_BYTES VTB_PENDING_BYTES(VTB_OWN_RECORD_BYTES)
#define VTB_LAYER_MISS_BYTES (VTB_ASYNC ? VTB_PENDING_BYTES(VTB_LAYER_RECORD_BYTES) : (size_t)0)

#if VTB_USES_SLOT
/* The caller's place for one operation: the strategy's slot, and what a method keeps behind it. An
 * asynchronous method has one for itself and each method below it. */
struct vtb_place {
    struct vtb_slot slot;
    char record[VTB_RECORD_BYTES] __attribute__((aligned(8)));
};

static_assert(offsetof(struct vtb_place, record) == sizeof(struct vtb_slot) &&
                  sizeof(struct vtb_place) == sizeof(struct vtb_slot) + VTB_RECORD_BYTES,
              "a record stands right behind its operation, and another place behind that");

#define VTB_PLACE_BYTES (VTB_ASYNC ? sizeof(struct vtb_place) : (size_t)0)
#else
#define VTB_PLACE_BYTES ((size_t)0)
#endif
