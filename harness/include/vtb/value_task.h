/*
 * ValueTask<T> of .NET: a struct that either has the result in it, or refers to an object that will
 * have it. This header is the part that all strategies with such a hand-over share.
 */
#ifndef VTB_VALUE_TASK_H
#define VTB_VALUE_TASK_H

#define VTB_HOLDS_VALUE 1
#define VTB_HANDOVER_REFERS 1

#include "task.h"

/* 16 bytes for a bool or an int, 24 for a reference, 80 for 64 bytes. */
typedef struct vtb_value_task {
    void *object; /* null: `result` is the answer; otherwise a task, or a source */
    vtb_value result;
    int16_t token; /* tells the uses of a pooled source apart; not used with a task */
    bool continue_on_captured_context;
    bool preserved; /* not in .NET, which has padding here: may be consumed more than once */
} vtb_handover;

static_assert(sizeof(vtb_handover) == 8 + VTB_ROUND_UP_8(sizeof(vtb_value) + 3) ||
                  sizeof(vtb_handover) == 8 + VTB_ROUND_UP_8(sizeof(vtb_value) + 4),
              "ValueTask<T>: a reference, T, a token and a flag");

#define VTB_VALUE_TASK_CONSUMED_TWICE "a value task was consumed a second time"

static inline void vtb_ready_at(struct vtb_service *service, struct vtb_slot *slot,
                                const vtb_value *value, vtb_handover *at)
{
    (void)service;
    (void)slot;
    at->object = NULL;
    at->result = *value;
    at->token = 0;
    at->continue_on_captured_context = true;
    at->preserved = false;
}

/* Makes, at `at`, a value task that refers to an object; its result is all zeros. */
static inline void vtb_value_task_make(vtb_handover *at, void *object, int16_t token)
{
    at->object = object;
    memset((void *)&at->result, 0, sizeof at->result);
    at->token = token;
    at->continue_on_captured_context = true;
    at->preserved = false;
}

/* Checks that this variable was not consumed before, and notes that it now is, in a flag that
 * nothing else reads: here every continuation runs on the thread that completes the operation. */
static inline void vtb_value_task_consume(vtb_handover *handover)
{
    (void)handover;
#if VTB_CHECKED
    vtb_require(handover->continue_on_captured_context, VTB_VALUE_TASK_CONSUMED_TWICE);
    handover->continue_on_captured_context = handover->preserved;
#endif
}

#endif
