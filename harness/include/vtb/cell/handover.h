/*
 * A caller that waits for one operation, as a thread that blocks does, and the completion that it
 * waits for. Between the clock of the completing thread and the first instruction of the caller's
 * continuation stands what the strategy does to complete an operation, and nothing else: the store
 * has answered by then. Nothing else here is measured.
 *
 * Part of the template, of cells of such a kind alone: before it stand miss.h and loop.h.
 */

#include <time.h>

static void VTB_CELL_SYMBOL(take_over)(struct vtb_env *env)
{
    struct vtb_service *service = &env->service;
    struct vtb_frame *frame = VTB_FRAME_AT(env, 0);
    vtb_value value;
    frame->pending = NULL;
    if (VTB_UNLIKELY(vtb_take(service, &frame->handover, vtb_slot_of(frame), &value)))
        service->failed_n++;
    else
        env->checksum += vtb_consume(&value);
    vtb_frame_forget(frame, service);
    vtb_safepoint(service);
}

static bool VTB_CELL_SYMBOL(call_and_await)(struct vtb_env *env, uint32_t id,
                                            struct vtb_continuation *continuation)
{
    struct vtb_service *service = &env->service;
    struct vtb_frame *frame = VTB_FRAME_AT(env, 0);
    const vtb_key key = vtb_key_of(service->table, id);
    if (VTB_POLLUTED)
        vtb_pollute(env);
    VTB_RECEIVE_AT(frame->handover, vtb_call, env, vtb_slot_of(frame), key);
    if (vtb_is_ready(service, &frame->handover, vtb_slot_of(frame)))
        return false;
    frame->pending = service->submitted;
    vtb_await(service, &frame->handover, vtb_slot_of(frame), continuation);
    return true;
}

/* As vtb_store_answer, which is no part of this, so that its code is what it is without it. */
static void VTB_CELL_SYMBOL(hand_over)(struct vtb_service *service, void *frame,
                                       struct timespec *completed)
{
    void *pending = ((struct vtb_frame *)frame)->pending;
    struct vtb_answer answer;
    const bool answered = vtb_ask(service, vtb_asked(pending), &answer.value);
    answer.fault = answered ? VTB_FAULT_NONE : VTB_FAULT_STORE;
    (void)clock_gettime(CLOCK_MONOTONIC, completed);
    VTB_PASS_ANSWER(service, pending, &answer);
}
