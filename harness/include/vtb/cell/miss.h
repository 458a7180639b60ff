/*
 * The miss path: a caller waits in a frame of the window; later its operation is completed and its
 * continuation runs, on the caller's thread or on a completing one.
 *
 * Part of the template: before it stand the methods and frame.h.
 */

/* What completes a pending operation: the function of service, operation and answer. */
#if VTB_RUNTIME
#define VTB_PASS_ANSWER vtb_runtime_answer
#elif VTB_ASYNC
#define VTB_PASS_ANSWER vtb_machine_resume
#else
#define VTB_PASS_ANSWER vtb_complete
#endif

/* Completes a pending operation with `fault`, or if that is none, with the store's answer. */
static inline void vtb_store_answer(struct vtb_service *service, void *pending,
                                    enum vtb_fault fault)
{
    struct vtb_answer answer;
    const bool answered = vtb_ask(service, vtb_asked(pending), &answer.value);
    answer.fault = fault || answered ? fault : VTB_FAULT_STORE;
    VTB_PASS_ANSWER(service, pending, &answer);
}

static void VTB_CELL_SYMBOL(answer)(struct vtb_service *service, void *frame)
{
    vtb_store_answer(service, ((struct vtb_frame *)frame)->pending, VTB_FAULT_NONE);
}

static inline void vtb_frame_complete(struct vtb_env *env, struct vtb_frame *frame)
{
    void *pending = frame->pending;
    frame->pending = NULL;
    env->pending_n--;
    vtb_store_answer(&env->service, pending, VTB_FAULT_NONE);
}

/* Takes the result of a frame that was sent away, and waits for it if necessary. Then the frame is
 * free. */
static inline void vtb_frame_collect(struct vtb_env *env, struct vtb_frame *frame)
{
    if (__atomic_load_n(&frame->at, __ATOMIC_RELAXED) == VTB_FRAME_HERE)
        return;
    if (VTB_COLLECTS(&env->service))
        vtb_block_while_collected(&env->service, &frame->at, VTB_FRAME_AWAY);
    else
        vtb_block_while(&frame->at, VTB_FRAME_AWAY);
    frame->at = VTB_FRAME_HERE;
    frame->pending = NULL;
    env->pending_n--;
    env->arrived = frame->arrived;
    env->checksum += frame->arrived;
}

/* Sends a frame to the completing thread, after the await, so that the two cannot race. Returns the
 * frame for the next call: the one that was sent away longest ago. */
VTB_OUT_OF_LINE static struct vtb_frame *vtb_send_away(struct vtb_env *env, struct vtb_frame *frame)
{
    struct vtb_outbox *outbox = env->outbox;
    const uint64_t tail = outbox->tail;
    frame->at = VTB_FRAME_AWAY;
    outbox->frames[tail & outbox->mask] = frame;
    env->pending_n++;
    __atomic_store_n(&outbox->tail, tail + 1, __ATOMIC_RELEASE);
    env->free_frame = env->free_frame + 1 == env->window ? 0 : env->free_frame + 1;
    vtb_frame_collect(env, VTB_FRAME_AT(env, env->free_frame));
    return VTB_FRAME_AT(env, env->free_frame);
}

/* Makes the caller wait in its frame, where its hand-over is. If the window is full, completes the
 * operation whose turn it is. Returns the frame for the next call. */
VTB_OUT_OF_LINE static struct vtb_frame *vtb_park(struct vtb_env *env, struct vtb_frame *frame)
{
    frame->pending = env->service.submitted;
    vtb_await(&env->service, &frame->handover, vtb_slot_of(frame), &frame->continuation);
    if (VTB_UNLIKELY(env->outbox != NULL))
        return vtb_send_away(env, frame);
    env->free_frame = ++env->pending_n;
    if (env->pending_n == env->window) {
        env->free_frame = env->completion_order[env->completion_next];
        env->completion_next =
            env->completion_next + 1 == env->completion_order_n ? 0 : env->completion_next + 1;
        vtb_frame_complete(env, VTB_FRAME_AT(env, env->free_frame));
    }
    return VTB_FRAME_AT(env, env->free_frame);
}
