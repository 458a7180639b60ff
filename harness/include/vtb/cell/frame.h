/*
 * A frame of the in-flight window, which is a caller that may have to wait, and its continuation.
 *
 * Part of the template: before it stands at_once.h, own_method.h or record.h.
 */

/* If a strategy never suspends, its frames have no places, and its method gets no slot. */
#define VTB_HAS_PLACES (VTB_USES_SLOT && !VTB_NEVER_SUSPENDS)

struct vtb_frame {
    struct vtb_continuation continuation;
    struct vtb_env *env;
    void *pending; /* the operation that was submitted for it; null while the frame is free */
    vtb_handover handover;
    uint64_t arrived; /* what was consumed while the frame was away */
    /* enum vtb_frame_at; atomic, and written last by the thread that passes the frame on. */
    uint32_t at;
#if VTB_HAS_PLACES
    struct vtb_place places[1]; /* one for each method, where the method is asynchronous */
#endif
};

/* The frame of an index. If each method has a place, the size of a frame depends on their depth. */
#define VTB_FRAME_AT(env, index)                                                      \
    ((struct vtb_frame *)(void *)((char *)(env)->frames +                             \
                                  (index) * (VTB_PLACE_BYTES > 0 ? (env)->frame_bytes \
                                                                 : sizeof(struct vtb_frame))))

static inline struct vtb_slot *vtb_slot_of(struct vtb_frame *frame)
{
#if VTB_HAS_PLACES
    return &frame->places[0].slot;
#else
    (void)frame;
    return NULL;
#endif
}

/* Clears the frame's reference after it was consumed, so that a collector does not follow it: in a
 * managed runtime the variable would be dead by now. */
static inline void vtb_frame_forget(struct vtb_frame *frame, struct vtb_service *service)
{
    if (VTB_HANDOVER_REFERS && VTB_COLLECTS(service))
        memset((void *)&frame->handover, 0, sizeof(void *));
}

/* The continuation of a frame, run when its operation completes: consumes the result. On another
 * thread it leaves the result in the frame, for the caller to take. */
static void vtb_frame_run(struct vtb_continuation *continuation, struct vtb_service *service)
{
    struct vtb_frame *frame = (struct vtb_frame *)continuation;
    struct vtb_env *env = frame->env;
    vtb_value value;
    uint64_t arrived = 0;
    if (VTB_UNLIKELY(vtb_take(service, &frame->handover, vtb_slot_of(frame), &value)))
        service->failed_n++;
    else
        arrived = vtb_consume(&value);
    vtb_frame_forget(frame, service);
    if (VTB_UNLIKELY(env->outbox != NULL)) {
        frame->arrived = arrived;
        __atomic_store_n(&frame->at, (uint32_t)VTB_FRAME_BACK, __ATOMIC_RELEASE);
        return;
    }
    env->arrived = arrived;
    env->checksum += arrived;
}
