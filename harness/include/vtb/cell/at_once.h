/*
 * Replacements of the functions that wait, for a strategy that answers a miss at once
 * (VTB_NEVER_SUSPENDS). The template's code that waits is compiled all the same, and dropped by the
 * compiler, because it is never reached. Such a strategy need not define these names; if it does,
 * the macros below keep the two apart.
 *
 * Part of the template: before it stands defaults.h, and no_method.h where there is no method.
 */

#define vtb_is_ready vtb_is_always_ready
#define vtb_await vtb_await_nothing
#define vtb_complete vtb_complete_nothing
#define vtb_asked vtb_asked_nothing

static inline bool vtb_is_ready(struct vtb_service *service, const vtb_handover *handover,
                                const struct vtb_slot *slot)
{
    (void)service;
    (void)handover;
    (void)slot;
    return true;
}

static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    (void)service;
    (void)handover;
    (void)slot;
    (void)continuation;
}

static inline void vtb_complete(struct vtb_service *service, void *pending,
                                const struct vtb_answer *answer)
{
    (void)service;
    (void)pending;
    (void)answer;
}

static inline vtb_key vtb_asked(void *pending)
{
    return *(const vtb_key *)pending;
}

/* Nothing is kept in memory, because no method waits. */
#define VTB_RECORD_BYTES ((size_t)0)
#define VTB_MISS_BYTES ((size_t)0)
#define VTB_LAYER_MISS_BYTES ((size_t)0)
#define VTB_PLACE_BYTES ((size_t)0)
