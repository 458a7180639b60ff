/*
 * my_future: a strategy of your own, to start from.
 *
 * A strategy is how a method hands over a result that is ready now or later. This one returns a
 * struct: the value itself if the method has it at hand (a hit), or else a node on the heap, which
 * the caller waits for (a miss). It works as it stands:
 *
 *     run_bench check --strategy ./my_future.c              does it do what it must?
 *     run_bench --strategy ./my_future.c,value_task         what does it cost?
 *
 * Change first what is marked (1) to (3), check after each change, and measure then.
 *
 *     (1) struct vtb_node         what an operation that pends keeps on the heap
 *     (2) vtb_handover            what the method returns
 *     (3) vtb_get and vtb_drop    who gives the node back, and when
 *
 * The rules, which `check` looks after:
 *
 *     - Types are vtb_key and vtb_value, whatever the workload has: from a bool to a large struct.
 *     - Memory comes from vtb_alloc or vtb_alloc_zeroed and goes by vtb_free, with the same size.
 *     - A store of a reference in an object is followed by vtb_barrier, for a collector's sake, and
 *       its offset stands in VTB_PENDING_REFERENCES. The hand-over's first word is a reference, if
 *       there is one.
 *     - Every function is static inline: it is compiled into the loop that is measured.
 *     - Names that the harness calls (vtb_ready, vtb_get, ...) stay; all others are yours.
 *
 * vtb/strategy.h has the whole contract: hand-overs in the caller's frame (VTB_USES_SLOT), methods
 * of their own (VTB_OWN_METHOD), pools and other state (VTB_HAS_STATE), counts of references.
 */
#include <vtb/strategy.h>

/* --- (1) what pends --- */

/* A continuation comes first: in nested methods a node itself waits for another one. */
struct vtb_node {
    struct vtb_continuation moves;
    struct vtb_continuation *waiting; /* called on completion; null: nobody waits yet */
    size_t bytes;                     /* of this object, with the record behind it */
    enum vtb_fault fault;
    bool completed;
    vtb_value value; /* set once it is completed without a fault */
};

/* How much the heap is asked for: the node, and behind it room for what the method must remember
 * while it waits. The allocations that are counted must agree with it. There is no VTB_HIT_BYTES,
 * as a hit takes nothing from the heap. */
#define VTB_PENDING_BYTES(record) (sizeof(struct vtb_node) + (record))

/* Where in a node a collector finds references to other objects. */
#define VTB_PENDING_REFERENCES \
    offsetof(struct vtb_node, waiting) VTB_AND_VALUE(struct vtb_node, value)

/* --- (2) what the method returns --- */

#define VTB_HANDOVER_REFERS 1 /* the first word is a reference, or null */

typedef struct vtb_maybe {
    struct vtb_node *node; /* null: the value is here */
    vtb_value value;
} vtb_handover;

/* Messages of NAME@checked about misuse; NAME itself has no such checks, and so no cost. */
#define VTB_NODE_EARLY "the value of a node was taken before it was there"
#define VTB_NODE_AGAIN "a node was completed a second time"
#define VTB_NODE_TWO "a node has a second consumer"

/* --- the method's side --- */

/* A hit: the value is at hand. */
static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value)
{
    const vtb_handover handover = {NULL, *value};
    (void)service;
    (void)slot;
    return handover;
}

/* A miss: makes the pending node. `type` says how large it is, and where its references are. */
static inline void *vtb_suspend(struct vtb_service *service, struct vtb_slot *slot,
                                const struct vtb_type *type)
{
    struct vtb_node *node = (struct vtb_node *)vtb_alloc_zeroed(service, type);
    (void)slot;
    node->bytes = type->bytes;
    return node;
}

/* The method's own record stands right behind the node. */
static inline void *vtb_record_of(void *pending)
{
    return (struct vtb_node *)pending + 1;
}

/* A miss: hands over the pending node. */
static inline vtb_handover vtb_handover_of(struct vtb_service *service, struct vtb_slot *slot,
                                           void *pending)
{
    vtb_handover handover;
    (void)service;
    (void)slot;
    memset(&handover, 0, sizeof handover);
    handover.node = (struct vtb_node *)pending;
    return handover;
}

/* --- the caller's side --- */

/* Asked right after the call: is the value there, or must the caller wait? */
static inline bool vtb_is_ready(struct vtb_service *service, const vtb_handover *handover,
                                const struct vtb_slot *slot)
{
    (void)service;
    (void)slot;
    return !handover->node || handover->node->completed;
}

/* The caller waits. If the answer has come meanwhile, the caller goes on at once. */
static inline void vtb_await(struct vtb_service *service, vtb_handover *handover,
                             struct vtb_slot *slot, struct vtb_continuation *continuation)
{
    struct vtb_node *node = handover->node;
    (void)slot;
    vtb_check(!node->waiting, VTB_NODE_TWO);
    node->waiting = continuation;
    vtb_barrier(service, &node->waiting);
    if (node->completed)
        continuation->run(continuation, service);
}

/* (3) The caller consumes: it takes the value, or the fault in its place. The node is not needed
 * after that. */
static inline enum vtb_fault vtb_get(struct vtb_service *service, vtb_handover *handover,
                                     struct vtb_slot *slot, vtb_value *value)
{
    struct vtb_node *node = handover->node;
    (void)slot;
    if (!node) {
        *value = handover->value;
        return VTB_FAULT_NONE;
    }
    vtb_check(node->completed, VTB_NODE_EARLY);
    const enum vtb_fault fault = node->fault;
    *value = node->value;
    vtb_free(service, node, node->bytes);
    return fault;
}

/* (3) The variable goes out of scope, after vtb_get. A count of references is lowered here. */
static inline void vtb_drop(struct vtb_service *service, vtb_handover *handover,
                            struct vtb_slot *slot)
{
    (void)service;
    (void)handover;
    (void)slot;
}

/* --- the store's side --- */

/* The answer is there: keeps it, and runs the waiting caller, after which the node may be gone. */
static inline void vtb_complete(struct vtb_service *service, void *pending,
                                const struct vtb_answer *answer)
{
    struct vtb_node *node = (struct vtb_node *)pending;
    vtb_check(!node->completed, VTB_NODE_AGAIN);
    node->fault = answer->fault;
    if (!answer->fault) {
        node->value = answer->value;
        vtb_value_barrier(service, &node->value);
    }
    node->completed = true;
    if (node->waiting)
        node->waiting->run(node->waiting, service);
}

/* --- the entry --- */

/* A strategy names what it cannot do, with the reason: then `check` does not test that, and a
 * report tells the reason. Everything that is not named here must work, and `check` tries it. */
VTB_STRATEGY(my_future) = {
    .summary = "a value, or a node to wait for",
    .modelled_on = "your library",
    .shape = VTB_SHAPE_STRUCT,
    .lacks = {.several_consumers = "a node has room for one continuation",
              .storing = "a node is consumed once, where it was got",
              .other_threads = "nothing guards a node against two threads",
              .as_task = "there is no task for it to become"},
};
