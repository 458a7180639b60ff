/*
 * ValueTask<T> of .NET: a struct that is a result, or refers to an object that will have it. What
 * strategies with such a hand-over have in common.
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
    int16_t token; /* tells a pooled source's uses apart; a task needs none */
    bool continue_on_captured_context;
    bool preserved; /* ours, padding in .NET: may be consumed again, whatever it is over */
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

/* A value task that refers to an object; its result is the default one. */
static inline void vtb_value_task_make(vtb_handover *at, void *object, int16_t token)
{
    at->object = object;
    memset((void *)&at->result, 0, sizeof at->result);
    at->token = token;
    at->continue_on_captured_context = true;
    at->preserved = false;
}

/* Checks that this variable was not consumed before, and notes that it is now. The flag has no
 * other reader here: every continuation runs where the operation completes. */
static inline void vtb_value_task_consume(vtb_handover *handover)
{
    (void)handover;
#if VTB_CHECKED
    vtb_require(handover->continue_on_captured_context, VTB_VALUE_TASK_CONSUMED_TWICE);
    handover->continue_on_captured_context = handover->preserved;
#endif
}

#endif
