/*
 * my_future: a strategy of your own in C++20, to start from.
 *
 * A strategy is how a method hands over a result that is ready now or later. This one returns a
 * struct: the value itself if the method has it at hand (a hit), or else a node on the heap, which
 * the caller waits for (a miss). Who consumes the node owns it, and its destructor gives it back.
 * It works as it stands:
 *
 *     run_bench check --strategy ./my_future.cc             does it do what it must?
 *     run_bench --strategy ./my_future.cc,value_task        what does it cost?
 *
 * Change first what is marked (1) to (3), check after each change, and measure then.
 *
 *     (1) Node                    what an operation that pends keeps on the heap
 *     (2) vtb_handover            what the method returns
 *     (3) Owned                   who gives the node back, and when
 *
 * The rules, which `check` looks after:
 *
 *     - Types are vtb_key and vtb_value, whatever the workload has: from a bool to a large struct.
 *     - Memory comes from vtb_alloc or vtb_alloc_zeroed and goes by vtb_free, with the same size.
 *       No `new`: it would not be counted, and a collector would not know of it.
 *     - A store of a reference in an object is followed by vtb_barrier, for a collector's sake, and
 *       its offset stands in VTB_PENDING_REFERENCES. The hand-over's first word is a reference, if
 *       there is one.
 *     - The harness zeroes and copies hand-overs as C does: a vtb_handover has no constructor and
 *       no destructor of its own. What has one lives inside of a function, as Owned does.
 *     - No exception leaves a function.
 *     - Names that the harness calls (vtb_ready, vtb_get, ...) stay; all others are yours.
 *
 * vtb/strategy.h has the whole contract: hand-overs in the caller's frame (VTB_USES_SLOT), methods
 * of their own (VTB_OWN_METHOD), pools and other state (VTB_HAS_STATE), counts of references.
 */
#include <memory>
#include <new>

#include <vtb/strategy.h>

/* --- (1) what pends --- */

namespace
{

/* A continuation comes first: in nested methods a node itself waits for another one. */
struct Node {
    vtb_continuation moves;
    vtb_continuation *waiting; /* called on completion; null: nobody waits yet */
    size_t bytes;              /* of this object, with the record behind it */
    vtb_fault fault;
    bool completed;
    vtb_value value; /* set once it is completed without a fault */
};

/* --- (3) who gives it back --- */

struct Release {
    vtb_service *service;

    void operator()(Node *node) const
    {
        vtb_free(service, node, node->bytes);
    }
};

using Owned = std::unique_ptr<Node, Release>;

} // namespace

/* How much the heap is asked for: the node, and behind it room for what the method must remember
 * while it waits. The allocations that are counted must agree with it. There is no VTB_HIT_BYTES,
 * as a hit takes nothing from the heap. */
#define VTB_PENDING_BYTES(record) (sizeof(Node) + (record))

/* Where in a node a collector finds references to other objects. */
#define VTB_PENDING_REFERENCES offsetof(Node, waiting) VTB_AND_VALUE(Node, value)

/* --- (2) what the method returns --- */

#define VTB_HANDOVER_REFERS 1 /* the first word is a reference, or null */

struct vtb_handover {
    void *node; /* a Node; null: the value is here */
    vtb_value value;
};

/* Messages of NAME@checked about misuse; NAME itself has no such checks, and so no cost. */
#define VTB_NODE_EARLY "the value of a node was taken before it was there"
#define VTB_NODE_AGAIN "a node was completed a second time"
#define VTB_NODE_TWO "a node has a second consumer"

/* --- the method's side --- */

/* A hit: the value is at hand. */
static inline vtb_handover vtb_ready(vtb_service *, vtb_slot *, const vtb_value *value)
{
    return {nullptr, *value};
}

/* A miss: makes the pending node. `type` says how large it is, and where its references are. */
static inline void *vtb_suspend(vtb_service *service, vtb_slot *, const vtb_type *type)
{
    void *memory = vtb_alloc_zeroed(service, type);
    return new (memory) Node{{}, nullptr, type->bytes, VTB_FAULT_NONE, false, {}};
}

/* The method's own record stands right behind the node. */
static inline void *vtb_record_of(void *pending)
{
    return static_cast<Node *>(pending) + 1;
}

/* A miss: hands over the pending node. */
static inline vtb_handover vtb_handover_of(vtb_service *, vtb_slot *, void *pending)
{
    return {pending, {}};
}

/* --- the caller's side --- */

/* Asked right after the call: is the value there, or must the caller wait? */
static inline bool vtb_is_ready(vtb_service *, const vtb_handover *handover, const vtb_slot *)
{
    return !handover->node || static_cast<const Node *>(handover->node)->completed;
}

/* The caller waits. If the answer has come meanwhile, the caller goes on at once. */
static inline void vtb_await(vtb_service *service, vtb_handover *handover, vtb_slot *,
                             vtb_continuation *continuation)
{
    Node *node = static_cast<Node *>(handover->node);
    vtb_check(!node->waiting, VTB_NODE_TWO);
    node->waiting = continuation;
    vtb_barrier(service, &node->waiting);
    if (node->completed)
        continuation->run(continuation, service);
}

/* The caller consumes: it takes the value, or the fault in its place. The node goes at the end. */
static inline vtb_fault vtb_get(vtb_service *service, vtb_handover *handover, vtb_slot *,
                                vtb_value *value)
{
    if (!handover->node) {
        *value = handover->value;
        return VTB_FAULT_NONE;
    }
    const Owned node{static_cast<Node *>(handover->node), Release{service}};
    vtb_check(node->completed, VTB_NODE_EARLY);
    *value = node->value;
    return node->fault;
}

/* The variable goes out of scope, after vtb_get. A count of references would be lowered here. */
static inline void vtb_drop(vtb_service *, vtb_handover *, vtb_slot *)
{
}

/* --- the store's side --- */

/* The answer is there: keeps it, and runs the waiting caller, after which the node may be gone. */
static inline void vtb_complete(vtb_service *service, void *pending, const vtb_answer *answer)
{
    Node *node = static_cast<Node *>(pending);
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
    .summary = "a value, or a node that is owned",
    .modelled_on = "your library",
    .shape = VTB_SHAPE_STRUCT,
    .lacks = {.several_consumers = "a node has room for one continuation",
              .storing = "a node is consumed once, where it was got",
              .other_threads = "nothing guards a node against two threads",
              .as_task = "there is no task for it to become"},
};
