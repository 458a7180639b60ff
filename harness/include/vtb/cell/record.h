/*
 * The record: the memory of a method that waits, in the room behind the strategy's pending
 * operation. Only methods that the template makes have one.
 *
 * Part of the template: before it stands passing.h.
 */

static inline void *vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                const struct vtb_type *record);
static inline void *vtb_record_of(void *pending);

/* Hands a pending operation over, from within a method. */
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

/* The record of the service's own method is a state machine or, if the method needs none, the key
 * that the store was asked for. A direct method that calls an asynchronous one on a miss
 * (VTB_BOXES) fills in the state machine of that one. */
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

/* The room for the record of the service's own method, for that of an asynchronous layer, and the
 * larger of the two, if there are layers. */
#define VTB_OWN_RECORD_BYTES VTB_ROUND_UP_8(sizeof(vtb_record))
#define VTB_LAYER_RECORD_BYTES VTB_ROUND_UP_8(sizeof(struct vtb_layer_machine))
#define VTB_RECORD_BYTES                                                                 \
    (VTB_ASYNC && VTB_LAYER_RECORD_BYTES > VTB_OWN_RECORD_BYTES ? VTB_LAYER_RECORD_BYTES \
                                                                : VTB_OWN_RECORD_BYTES)

#define VTB_MISS_BYTES VTB_PENDING_BYTES(VTB_OWN_RECORD_BYTES)
#define VTB_LAYER_MISS_BYTES (VTB_ASYNC ? VTB_PENDING_BYTES(VTB_LAYER_RECORD_BYTES) : (size_t)0)

#if VTB_USES_SLOT
/* The caller's place for one operation: the strategy's slot, and behind it the record of a method.
 * An asynchronous method has a place for itself, and one for each method below it. */
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
