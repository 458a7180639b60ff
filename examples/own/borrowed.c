/*
 * borrowed: a strategy outside of the program's own, in C: one word that is a result or a future.
 *
 * The cache keeps its values for as long as the service lives, so that a hit need not copy one: the
 * method returns the address at which it stands there, marked by the highest bit, which no address
 * of a program has. A miss returns the address of a ticket, as it is. Whatever the value's size,
 * the hand-over fits a register.
 *
 *     run_bench check --strategy examples/own/borrowed.c
 *     run_bench --strategy examples/own/borrowed.c,value_task --payload 8,64,256
 *
 * Gain and cost: nothing is copied on a hit, but the caller reads the value where it lies, and must
 * do so before the cache may change. So the hand-over cannot be stored, and an asynchronous method,
 * whose result lies in its own frame, has nothing to lend.
 */
#include <vtb/strategy.h>

/* Tells a value that is lent from a ticket. A collector sees no address of its heap in such a word,
 * and so leaves it alone; a ticket it sees, and moves. */
#define LENT ((uintptr_t)1 << (sizeof(uintptr_t) * 8 - 1))

#define TICKET_EARLY "what a ticket stands for was taken before it was there"
#define TICKET_AGAIN "a ticket was answered a second time"
#define TICKET_TWO "a ticket has a second consumer"
#define TICKET_USED "a ticket was used after it was given back"

/* The states of a ticket, in values that no other memory holds by chance. */
enum ticket_state {
    TICKET_OPEN = 0x7e57a11d,
    TICKET_ANSWERED = 0x7e57a22d,
    TICKET_GONE = 0x7e57a33d
};

struct ticket {
    struct vtb_continuation *waiting; /* null: nobody waits yet */
    uint32_t state;                   /* enum ticket_state */
    enum vtb_fault fault;
    vtb_value value; /* set once it is answered without a fault */
};

#define VTB_PENDING_BYTES(record) (sizeof(struct ticket) + (record))
#define VTB_PENDING_REFERENCES offsetof(struct ticket, waiting) VTB_AND_VALUE(struct ticket, value)
#define VTB_HANDOVER_REFERS 1

/* The address of a value together with LENT, or that of a ticket. */
typedef uintptr_t vtb_handover;

static inline struct ticket *ticket_of(vtb_handover handover)
{
    return (struct ticket *)handover;
}

/* --- the method's side --- */

static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value)
{
    (void)service;
    (void)slot;
    return (uintptr_t)value | LENT;
}

static inline void *vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                const struct vtb_type *type)
{
    struct ticket *ticket = (struct ticket *)vtb_alloc_zeroed(service, type);
    (void)slot;
    ticket->state = TICKET_OPEN;
    return ticket;
}

/* Gives the record of a direct method, which remembers what it asked for and nothing else. */
static inline void *vtb_record_of(void *pending)
{
    return (struct ticket *)pending + 1;
}

static inline vtb_handover vtb_handover_of(struct vtb_service *service, struct vtb_slot *slot,
                                           void *pending)
{
    (void)service;
    (void)slot;
    return (uintptr_t)pending;
}

/* --- the caller's side --- */

static inline bool vtb_is_ready(struct vtb_service *service, const vtb_handover *handover,
                                const struct vtb_slot *slot)
{
    (void)service;
    (void)slot;
    return *handover & LENT || ticket_of(*handover)->state == TICKET_ANSWERED;
}

static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    struct ticket *ticket = ticket_of(*handover);
    (void)slot;
    vtb_check(ticket->state != TICKET_GONE, TICKET_USED);
    vtb_check(!ticket->waiting, TICKET_TWO);
    ticket->waiting = continuation;
    vtb_barrier(service, &ticket->waiting);
    if (ticket->state == TICKET_ANSWERED)
        continuation->run(continuation, service);
}

/* Consumes. The size of a ticket follows from its type, and so the hand-over, which is one word,
 * need not tell it. */
static inline enum vtb_fault vtb_get(struct vtb_service *service, vtb_handover *handover,
                                     struct vtb_slot *slot, vtb_value *value)
{
    (void)slot;
    if (*handover & LENT) {
        *value = *(const vtb_value *)(*handover & ~LENT);
        return VTB_FAULT_NONE;
    }
    struct ticket *ticket = ticket_of(*handover);
    vtb_check(ticket->state != TICKET_GONE, TICKET_USED);
    vtb_check(ticket->state == TICKET_ANSWERED, TICKET_EARLY);
    const enum vtb_fault fault = ticket->fault;
    *value = ticket->value;
    ticket->state = TICKET_GONE;
    vtb_free(service, ticket, VTB_PENDING_BYTES(VTB_ROUND_UP_8(sizeof(vtb_kept_key))));
    return fault;
}

static inline void vtb_drop(struct vtb_service *service, vtb_handover *handover,
                            struct vtb_slot *slot)
{
    (void)service;
    (void)handover;
    (void)slot;
}

/* --- the store's side --- */

static inline void vtb_complete(struct vtb_service *service, void *pending,
                                const struct vtb_answer *answer)
{
    struct ticket *ticket = (struct ticket *)pending;
    vtb_check(ticket->state == TICKET_OPEN, TICKET_AGAIN);
    ticket->fault = answer->fault;
    if (!answer->fault) {
        ticket->value = answer->value;
        vtb_value_barrier(service, &ticket->value);
    }
    ticket->state = TICKET_ANSWERED;
    if (ticket->waiting)
        ticket->waiting->run(ticket->waiting, service);
}

VTB_STRATEGY(borrowed) = {
    .summary = "one word: the address of the cached value, or of a ticket",
    .modelled_on = "tagged pointers, as LLVM's PointerIntPair",
    .shape = VTB_SHAPE_STRUCT,
    .lacks = {.async_method = "the result of an asynchronous method lies in its frame, which ends",
              .several_consumers = "a ticket has room for one continuation",
              .storing = "a value is lent until the cache changes",
              .other_threads = "nothing guards a ticket against two threads",
              .as_task = "there is no task for it to become"},
};
