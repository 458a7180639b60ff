/*
 * A strategy: the way in which a method hands over a result that is ready now or will be later.
 *
 * One source file in impls/ is one strategy; `name` is the file's stem. The build compiles it for
 * each workload, behind the workload's header: for timing and for counting, by both methods, with
 * and without checks. The file includes this header, and then defines, for any vtb_key and
 * vtb_value,
 *
 *     typedef ... vtb_handover;      the type that the method returns; if it has a reference to a
 *                                    heap object, that stands in its first word
 *
 *     vtb_handover vtb_ready(struct vtb_service *, struct vtb_slot *, const vtb_value *);
 *         The method has its answer: hands the value over.
 *     void *vtb_suspend(struct vtb_service *, struct vtb_slot *, const struct vtb_type *);
 *         The method must wait: makes the pending operation, an object of the given type, at whose
 *         end is room for a record of what the method still needs. The operation starts with a
 *         struct vtb_continuation, because it waits itself if asynchronous methods are nested.
 *     void *vtb_record_of(void *pending);
 *         Gives the room for the record in a pending operation.
 *     vtb_handover vtb_handover_of(struct vtb_service *, struct vtb_slot *, void *pending);
 *         Hands over a pending operation.
 *     bool vtb_is_ready(struct vtb_service *, const vtb_handover *, const struct vtb_slot *);
 *         The caller asks whether the operation is completed, so that it can consume it now.
 *     void vtb_await(struct vtb_service *, vtb_handover *, struct vtb_slot *,
 *                    struct vtb_continuation *);
 *         The caller waits: has the continuation run when the operation completes; at once, if it
 *         has completed meanwhile. The continuation is borrowed until it runs.
 *     enum vtb_fault vtb_get(struct vtb_service *, vtb_handover *, struct vtb_slot *, vtb_value *);
 *         The caller consumes a completed operation: writes its value. After a failure, returns the
 *         fault; what it writes then has no meaning.
 *     void vtb_drop(struct vtb_service *, vtb_handover *, struct vtb_slot *);
 *         The caller's variable goes out of scope: gives up its reference, if it holds one.
 *     void vtb_complete(struct vtb_service *, void *pending, const struct vtb_answer *);
 *         The answer is there: completes the operation, and runs the continuations that wait for
 *         it. The operation may be gone on return. The service is that of the calling thread, with
 *         a state of its own.
 *
 * all `static inline`, and ends in VTB_STRATEGY(name) = {...}. The harness builds the methods, the
 * loops and the caller's frames from them (cell/). Everything here but the entry stands in the
 * measured region. Macros, defined before this header is included, choose between shapes:
 *
 *     VTB_USES_SLOT       the caller's frame holds a struct vtb_slot, which the strategy defines,
 *                         for one operation, and passes it to the method. Otherwise `slot` is null.
 *     VTB_OWN_METHOD      the strategy defines its method itself, as VTB_METHOD vtb_handover
 *                         VTB_CELL_SYMBOL(method)(struct vtb_service *, VTB_PARAMETERS), in place
 *                         of vtb_ready, vtb_suspend, vtb_record_of and vtb_handover_of: a callback
 *                         with its context, a state machine that is polled again. VTB_ARGUMENTS
 *                         passes these parameters on, VTB_CALL_ARGUMENTS makes them from `slot` and
 *                         `key`, void vtb_prepare(slot, key) comes before each call, and
 *                         vtb_key vtb_asked(void *pending) tells what the store was asked for.
 *     VTB_HOLDS_VALUE     the hand-over is a struct with the value in it. The strategy fills in one
 *                         that is there, by void vtb_ready_at(service, slot, value, vtb_handover *)
 *                         and void vtb_handover_at(service, slot, pending, vtb_handover *), in
 *                         place of vtb_ready and vtb_handover_of; with VTB_OWN_METHOD its method
 *                         ends in VTB_GIVE. A compiler of C++ or of .NET makes a large struct where
 *                         its caller wants it; gcc's C would make it elsewhere, and copy.
 *     VTB_NEVER_SUSPENDS  a miss is answered at once, by vtb_handover vtb_answer_now(
 *                         struct vtb_service *, vtb_key); of the rest vtb_ready, vtb_get and
 *                         vtb_drop exist.
 *     VTB_LOOP_ONLY       nothing is called and nothing handed over: the loop alone. No function
 *                         and no type is needed.
 *     VTB_DIRECT_ONLY     there is no asynchronous method: what is defined here makes none.
 *     VTB_RUNTIME_ONLY    the method and its caller are runtime-async (cell/runtime.h), and nothing
 *                         is handed over but by that: none of the functions is needed.
 *     VTB_WRAPS_TASK      a pending hand-over wraps a task, which vtb_as_task gives.
 *     VTB_BOXES           on a miss the direct method calls an asynchronous one, so that the
 *                         operation holds the state machine of the asynchronous one.
 *     VTB_BOX_HOLDS_VALUE the builder in that state machine holds a value.
 *     VTB_BUILDS_OBJECT   the hand-over is a pointer to an object, which the asynchronous method's
 *                         builder makes as soon as it has the result.
 *     VTB_REUSES          operations that were consumed serve again, so only the first ones are
 *                         allocated.
 *     VTB_REUSES_ANY      moreover an operation is of one size, and one that was consumed serves
 *                         again whether the next call hits or misses.
 *     VTB_HAS_STATE       the strategy keeps something for its service (a pool, a table), and
 *                         defines size_t vtb_state_bytes(const struct vtb_setup *),
 *                         void vtb_state_open(struct vtb_service *, const struct vtb_setup *) and
 *                         void vtb_state_close(struct vtb_service *). It lies in zeroed memory
 *                         outside of the heap, which service->state points to; its first
 *                         VTB_STATE_ROOTS words may refer to objects in the heap.
 *     VTB_HANDOVER_REFERS the first word of the hand-over is a reference to an object of the heap,
 *                         or null, or an address elsewhere.
 *     VTB_COUNTS_REFERENCES  the strategy counts references, and is compiled once more, as
 *                         name@atomic, with counts that several threads may change.
 *     VTB_SHARES          void vtb_share(struct vtb_service *, vtb_handover *) gives the next copy
 *                         of the hand-over a reference of its own, as a language with a collector
 *                         does for every copy; each copy is then dropped.
 *     VTB_CONVERTS        struct vtb_task *vtb_as_task(struct vtb_service *, vtb_handover *) and
 *                         void vtb_preserve(struct vtb_service *, vtb_handover *) exist.
 *
 * and say what an operation takes from the heap:
 *
 *     VTB_HIT_BYTES               bytes of the object of a ready value; not defined: there is none
 *     VTB_PENDING_BYTES(record)   bytes of the object of a pending operation whose record has
 *                                 `record` bytes; not defined: there is none
 *     VTB_PENDING_REFERENCES      offsets of the words in that object, before its record, that may
 *                                 refer to objects; not defined: none may
 *     VTB_REQUEST_BYTES(setup)    in place of the others: bytes of one block for all objects of a
 *                                 request
 */
#ifndef VTB_STRATEGY_H
#define VTB_STRATEGY_H

#include "base.h"
#include "heap.h"

/* Such a strategy has no asynchronous method: the metadata of all methods is the direct one's. */
#if VTB_METADATA && (VTB_ASYNC || VTB_RUNTIME) && \
    (VTB_OWN_METHOD || VTB_LOOP_ONLY || VTB_NEVER_SUSPENDS || VTB_DIRECT_ONLY)
#undef VTB_ASYNC
#define VTB_ASYNC 0
#undef VTB_RUNTIME
#define VTB_RUNTIME 0
#endif

/* Such a strategy is the runtime-async method, in whatever table it stands. */
#if VTB_RUNTIME_ONLY
#undef VTB_ASYNC
#define VTB_ASYNC 0
#undef VTB_RUNTIME
#define VTB_RUNTIME 1
#undef VTB_BY_RUNTIME
#define VTB_BY_RUNTIME 1
#undef VTB_STORED
#define VTB_STORED 0
#endif

#include <string.h>

/* The five shapes of a hand-over, and the two cells that measure the harness itself. */
/* clang-format off */
#define VTB_SHAPES(row)                                \
    row(VTB_SHAPE_LOOP, "empty loop")                  \
    row(VTB_SHAPE_VALUE, "plain value")                \
    row(VTB_SHAPE_OBJECT, "returned object")           \
    row(VTB_SHAPE_STRUCT, "returned struct")           \
    row(VTB_SHAPE_OPERATION, "caller's operation")     \
    row(VTB_SHAPE_POLL, "state machine")        \
    row(VTB_SHAPE_CALLBACK, "callback")

/* The capabilities that not every strategy has: the field of each in struct vtb_lacks, and its
 * name. */
#define VTB_CAPABILITIES(row)                          \
    row(async_method, "async method")                  \
    row(runtime_async, "runtime")                      \
    row(several_consumers, "many consumers")        \
    row(storing, "storable")                           \
    row(other_threads, "threads")                \
    row(as_task, "as_task")                            \
    row(collector, "collector")                        \
    row(real_cache, "real cache")
/* clang-format on */

enum vtb_shape {
#define VTB_SHAPE_ROW(id, text) id,
    VTB_SHAPES(VTB_SHAPE_ROW)
#undef VTB_SHAPE_ROW
};

/* The role of a strategy in a table. By it the harness finds a strategy that it needs, without
 * knowing its name. */
enum vtb_role {
    VTB_ROLE_NONE,
    VTB_ROLE_EMPTY,     /* measures the cost of the loop itself; in every round */
    VTB_ROLE_FLOOR,     /* the strategy that "over plain" refers to; in every round */
    VTB_ROLE_BASELINE,  /* ratios are to its time, unless --baseline-strategy names another */
    VTB_ROLE_CHALLENGER /* the strategy with which the baseline is mostly compared */
};

/* For each capability the reason why the strategy lacks it, as the end of a sentence; null: it has
 * the capability. */
struct vtb_lacks {
#define VTB_CAPABILITY_FIELD(field, text) const char *field;
    VTB_CAPABILITIES(VTB_CAPABILITY_FIELD)
#undef VTB_CAPABILITY_FIELD
};

/* Why no other thread may complete what a runtime-async method suspended. */
#define VTB_RUNTIME_LACKS_THREADS "nothing guards the moment between suspension and await"
/* The most names that guests have for one thing. */
#define VTB_GUEST_WORDS_MAX 4

/* The entry of a strategy. All texts live as long as the program. */
struct vtb_strategy {
    const char *summary;
    const char *modelled_on;
    /* Other names that it is known by, separated by ", ", which --strategy takes in upper and lower
     * case where no strategy has them as a name; null: none. */
    const char *aliases;
    /* What guests (docs/GUESTS.md) call what it is modelled on, by the direct method and by the
     * asynchronous ones, and then what stands for that in other runtimes: names, of which each
     * guest has one or none; a null ends those that are fewer. None: no guest has it. */
    const char *guest[VTB_GUEST_WORDS_MAX];
    const char *guest_async[VTB_GUEST_WORDS_MAX];
    const char *guest_runtime[VTB_GUEST_WORDS_MAX]; /* by the runtime-async method */
    /* The runtime in which it is what a method may hand over in the baseline's place, by the words
     * of `advise --runtime`; null: advice is not for it. */
    const char *instead_in;
    enum vtb_shape shape;
    enum vtb_role role;
    /* There is a variant NAME@local, which awaits and completes without locked instructions, for
     * one thread alone. */
    bool has_local;
    /* The indirect calls on a hit, in the method and the loop, that belong to the strategy: of the
     * heap, or of a callback. A test compares the machine code with this number. */
    uint32_t indirect_calls_on_hit;
    struct vtb_lacks lacks;
};

/* A symbol of a cell, vtb_<strategy>_<workload>_<pass>_<name>, for readers of objdump and of
 * profiles. */
#define VTB_CELL_NAME                                                                         \
    VTB_PASTE(VTB_PASTE(VTB_PASTE(vtb_, VTB_STRATEGY_STEM), VTB_PASTE(_, VTB_WORKLOAD_STEM)), \
              VTB_PASTE(_, VTB_PASS_STEM))
#define VTB_CELL_SYMBOL(name) VTB_PASTE(VTB_CELL_NAME, _##name)

/* Defines the entry: VTB_STRATEGY(stem) = {.summary = ..., ...}; with the file's stem. */
#define VTB_STRATEGY(stem) static const struct vtb_strategy vtb_strategy_##stem

/* The reason why an operation has no value. */
enum vtb_fault {
    VTB_FAULT_NONE,
    VTB_FAULT_STORE,    /* the store answered with an error */
    VTB_FAULT_CANCELLED /* the caller gave the operation up before it completed */
};

/* The exact figures of a counting run. Only cells compiled with VTB_COUNTING write them. */
struct vtb_counts {
    uint64_t allocs_n;
    uint64_t frees_n;
    uint64_t requested_bytes; /* of all allocations together */
    uint64_t usable_bytes;    /* of all allocations together, as the heap rounds them up */
    uint64_t live_bytes;      /* requested and not freed */
    uint64_t peak_live_bytes;
    uint64_t immortal_n;  /* hits answered with an object that was there already */
    uint64_t fetched_n;   /* calls that missed, which are those for which the store was asked */
    uint64_t under_way_n; /* the most operations that were under way at once */
};

/* The conditions of a run, for which a strategy makes its state. */
struct vtb_setup {
    const struct vtb_table *table;
    uint64_t keys_n;     /* keys that the table holds */
    size_t entries_n;    /* entries of the table */
    size_t window;       /* callers that may wait at the same time */
    size_t depth;        /* nested methods */
    size_t request_ops;  /* operations that make up a request */
    size_t record_bytes; /* the largest room that vtb_suspend is asked for */
};

/* The service, which a method's `this` points to. Each case and thread has one of its own. All
 * pointers are borrowed, and outlive it. */
struct vtb_service {
    const struct vtb_table *table; /* the service's own, where it writes (workload.h) */
    void *(*alloc)(size_t bytes);  /* copies of the heap's pointers, one load from the call */
    void (*free)(void *memory);
    struct vtb_gc_access gc; /* of a heap that collects, which has neither alloc nor free */
    void *state;             /* the strategy's own; null if it has none */
    void *submitted;         /* the pending operation that the method gave to the store last */
    const struct vtb_heap *heap;
    struct vtb_quarantine *quarantine; /* of cells with checks; null elsewhere */
    uint64_t failed_n;                 /* operations that ended in a fault */
    /* The part of the checksum that comes from failures, if a hand-over has no room for a fault. */
    uint64_t failed_share;
    const void *methods; /* the table of an interface's methods, where the caller has one */
    struct vtb_counts counts;
};

struct vtb_slot;

/* A continuation: a function that is run when an operation completes, on the thread that completes
 * it, whose service it is given. Stands at the start of whatever waits: a caller's frame, or an
 * operation that waits for another one. */
struct vtb_continuation {
    void (*run)(struct vtb_continuation *self, struct vtb_service *service);
};

/*
 * Ends the process, as a rule of the strategy was broken; `text` is the error that a user reads.
 * (In a check, a handler of the harness is called in its place, and does not return either.) Use
 * vtb_require for a rule that the strategy always checks, and vtb_check for one that is checked
 * only in cells compiled with VTB_CHECKED. Both may stand in the measured region.
 */
VTB_C_LINKAGE void vtb_misuse(const char *text) __attribute__((noreturn, cold));

#define vtb_require(holds, text)    \
    do {                            \
        if (VTB_UNLIKELY(!(holds))) \
            vtb_misuse(text);       \
    } while (0)

#if VTB_CHECKED
#define vtb_check(holds, text) vtb_require(holds, text)
#else
#define vtb_check(holds, text) ((void)0)
#endif

/* Blocks the calling thread until one of `bits` is set in *state, by another thread. */
VTB_C_LINKAGE void vtb_block_until(const uint32_t *state, uint32_t bits);

/* Waits until *state, which another thread writes, is `value` no more: spins, and then lets other
 * threads run. What that thread wrote before is then visible. */
VTB_C_LINKAGE void vtb_block_while(const uint32_t *state, uint32_t value);

/* Waits as vtb_block_while does, for a thread that has entered a heap that collects: the heap may
 * collect meanwhile, so no local variable may refer to an object. */
VTB_C_LINKAGE void vtb_block_while_collected(struct vtb_service *service, const uint32_t *state,
                                             uint32_t value);

/*
 * The memory that a checked cell gave back last. It is freed only when VTB_QUARANTINE_N more
 * objects have been given back. Until then its owner's mark in it shows a use after the free; a
 * later use may be missed.
 */
#define VTB_QUARANTINE_N 64
struct vtb_quarantine {
    void *memory[VTB_QUARANTINE_N];
    size_t next;
};

#ifndef VTB_COLLECTED
#define VTB_COLLECTED 0
#endif

/* Whether the heap collects, so that nothing is freed. For a timing cell that is a constant;
 * a counting cell serves all heaps, and asks. */
#if VTB_COUNTING
#define VTB_COLLECTS(service) vtb_heap_collects((service)->heap)
#else
#define VTB_COLLECTS(service) ((void)(service), VTB_COLLECTED)
#endif

/* Counts an allocation, in counting cells. */
static inline void vtb_count_alloc(struct vtb_service *service, void *memory, size_t bytes)
{
    (void)service;
    (void)memory;
    (void)bytes;
#if VTB_COUNTING
    struct vtb_counts *counts = &service->counts;
    counts->allocs_n++;
    counts->requested_bytes += bytes;
    counts->usable_bytes += service->heap->usable(memory);
    counts->live_bytes += bytes;
    if (counts->live_bytes > counts->peak_live_bytes)
        counts->peak_live_bytes = counts->live_bytes;
#endif
}

static inline void vtb_count_free(struct vtb_service *service, size_t bytes)
{
    (void)service;
    (void)bytes;
#if VTB_COUNTING
    service->counts.frees_n++;
    service->counts.live_bytes -= bytes;
#endif
}

/* Counts a hit that is answered with an object that was there already, in counting cells. */
static inline void vtb_count_immortal(struct vtb_service *service)
{
    (void)service;
#if VTB_COUNTING
    service->counts.immortal_n++;
#endif
}

/* Counts the operations that are under way when the loop calls, that one among them. */
static inline void vtb_count_under_way(struct vtb_service *service, uint64_t n)
{
    (void)service;
    (void)n;
#if VTB_COUNTING
    if (n > service->counts.under_way_n)
        service->counts.under_way_n = n;
#endif
}

/* Allocates a block for several objects, whose contents are not set. Only on a heap that frees. */
static inline void *vtb_alloc_block(struct vtb_service *service, size_t bytes)
{
    void *memory = service->alloc(bytes);
    vtb_count_alloc(service, memory, bytes);
    return memory;
}

/* Allocates an object, which the caller gives back with vtb_free. It is zeroed on a collector; on a
 * heap that frees its contents are not set. */
static inline void *vtb_alloc(struct vtb_service *service, const struct vtb_type *type)
{
    if (!VTB_COLLECTS(service))
        return vtb_alloc_block(service, type->bytes);
    void *object = service->gc.alloc(type);
    vtb_count_alloc(service, object, type->bytes);
    return object;
}

/* Allocates a zeroed object, as a managed runtime does. The caller gives it back with vtb_free. */
static inline void *vtb_alloc_zeroed(struct vtb_service *service, const struct vtb_type *type)
{
    void *object = vtb_alloc(service, type);
    if (!VTB_COLLECTS(service))
        memset(object, 0, type->bytes);
    return object;
}

/* Gives back an object or a block of `bytes` bytes, as requested; does nothing on a collector. */
static inline void vtb_free(struct vtb_service *service, void *memory, size_t bytes)
{
    if (VTB_COLLECTS(service))
        return;
    vtb_count_free(service, bytes);
#if VTB_CHECKED
    void **place = &service->quarantine->memory[service->quarantine->next++ % VTB_QUARANTINE_N];
    void *oldest = *place;
    *place = memory;
    memory = oldest;
    if (memory)
#endif
        service->free(memory);
}

/*
 * The write barrier, to be called after a reference was stored at an address in an object. Marks
 * the address's card, so that a collection of young objects finds references from old ones. It
 * does not look first whether that is necessary, as in collectors that keep their barrier short.
 */
static inline void vtb_barrier(struct vtb_service *service, const void *address)
{
    (void)address;
    if (VTB_COLLECTS(service))
        __atomic_store_n(
            &service->gc.cards[(uintptr_t)address >> VTB_CARD_SHIFT & service->gc.cards_mask], 1,
            __ATOMIC_RELAXED);
}

/* Lets the heap collect, if it is time to. Called by the loop between two operations, when no local
 * variable refers to an object. */
static inline void vtb_safepoint(struct vtb_service *service)
{
    if (VTB_COLLECTS(service) &&
        VTB_UNLIKELY(__atomic_load_n(service->gc.stop, __ATOMIC_RELAXED) != 0))
        service->heap->collector->safepoint();
}

/* Gives a pending operation to the store, which will answer it. */
static inline void vtb_submit(struct vtb_service *service, void *pending)
{
    service->submitted = pending;
}

/* --- the ambient context of a thread, which an asynchronous method keeps for its caller --- */

struct vtb_ambient {
    void *execution_context;
    void *synchronization_context;
};

VTB_C_LINKAGE VTB_THREAD_LOCAL struct vtb_ambient vtb_ambient;

/*
 * Where a thread's ambient context is found, as CoreCLR finds the field of Thread.CurrentThread: in
 * a table of the thread's static variables, to which the dynamic linker leads (threadstatics.cpp,
 * t_ThreadStatics). Entries are made when they are first needed.
 */
struct vtb_thread_variables {
    void *header[2];
    struct vtb_ambient *current; /* null: not made */
};

enum { VTB_THREAD_VARIABLES = 1, VTB_THREAD_TABLE_N };

struct vtb_thread_statics {
    int32_t n; /* entries of the table */
    struct vtb_thread_variables **table;
};

VTB_C_LINKAGE VTB_THREAD_LOCAL struct vtb_thread_statics vtb_thread_statics
    __attribute__((tls_model("global-dynamic")));

/* Makes the calling thread's; gives its ambient context. */
VTB_C_LINKAGE struct vtb_ambient *vtb_thread_begin(void);

/* Thread.CurrentThread: a thread static variable, which is found by a call of the dynamic linker's
 * (__tls_get_addr), a test, and three loads. (CoreCLR, threadstatics.cpp.) */
static inline struct vtb_ambient *vtb_current_thread(void)
{
    const struct vtb_thread_statics *statics = &vtb_thread_statics;
    if (VTB_UNLIKELY(statics->n <= VTB_THREAD_VARIABLES))
        return vtb_thread_begin();
    struct vtb_ambient *current = statics->table[VTB_THREAD_VARIABLES]->current;
    return VTB_LIKELY(current != NULL) ? current : vtb_thread_begin();
}

/* Gives the context that an operation which suspends keeps. An asynchronous method finds its thread
 * for it. (ExecutionContext.Capture.) */
static inline void *vtb_capture_context(void)
{
#if VTB_ASYNC
    return vtb_current_thread()->execution_context;
#else
    return vtb_ambient.execution_context;
#endif
}

#ifndef VTB_LARGE_VALUE
#define VTB_LARGE_VALUE 0
#endif
#ifndef VTB_VALUE_REFERS
#define VTB_VALUE_REFERS 0
#endif
/* Behind the references in a list of them (struct vtb_type): the workload's value in the object, if
 * it is one. Each word stands there once, as a collector follows and counts it as often. */
#if VTB_VALUE_REFERS
#define VTB_AND_VALUE(type, member) , offsetof(type, member)
#else
#define VTB_AND_VALUE(type, member)
#endif

/* The rest needs the workload's types, and is compiled only inside a cell's source file. */
#ifdef VTB_STRATEGY_STEM

#include "kept_key.h"

/* Asks the store behind the cache, and inserts its answer into the cache. False if the store
 * fails. */
static inline bool vtb_ask(struct vtb_service *service, vtb_key key, vtb_value *value)
{
#if VTB_COUNTING
    service->counts.fetched_n++;
#endif
    if (VTB_UNLIKELY(!vtb_fetch(service->table, key, value)))
        return false;
    vtb_insert(service->table, key, value);
    return true;
}

/*
 * The way in which a method returns its hand-over: by value or, if the hand-over is a struct with a
 * large value in it, at a place that its caller provides. VTB_RETURNED is the return type of such a
 * method and VTB_AT_PARAMETER its first parameter. VTB_GIVE(call) returns what `call` hands over;
 * the call must have VTB_AT_ARGUMENT as its first argument.
 */
#if VTB_HOLDS_VALUE && VTB_LARGE_VALUE
#define VTB_IN_PLACE 1
#else
#define VTB_IN_PLACE 0
#endif

/* Each is chosen where it is used: a runtime-async method and its caller may differ (cell/). */
#define VTB_BY_PLACE(macro) VTB_PASTE(macro, VTB_IN_PLACE)
#define VTB_RETURNED VTB_BY_PLACE(VTB_RETURNED_)
#define VTB_AT_PARAMETER VTB_BY_PLACE(VTB_AT_PARAMETER_)
#define VTB_AT_ARGUMENT VTB_BY_PLACE(VTB_AT_ARGUMENT_)
#define VTB_GIVE(call) VTB_BY_PLACE(VTB_GIVE_)(call)

#define VTB_RETURNED_0 vtb_handover
#define VTB_AT_PARAMETER_0
#define VTB_AT_ARGUMENT_0
#define VTB_GIVE_0(call) return call

#define VTB_RETURNED_1 void
#define VTB_AT_PARAMETER_1 vtb_handover *at,
#define VTB_AT_ARGUMENT_1 at,
#define VTB_GIVE_1(call) \
    do {                 \
        call;            \
        return;          \
    } while (0)

/* The write barrier for a value that was stored in an object; does nothing unless the workload's
 * values are references. */
static inline void vtb_value_barrier(struct vtb_service *service, const vtb_value *value)
{
    if (VTB_VALUE_REFERS)
        vtb_barrier(service, value);
}

/* The answer of the store, or of the method below. */
struct vtb_answer {
    enum vtb_fault fault;
    vtb_value value; /* set if there is no fault */
};

/* --- the state machine that a compiler makes of an asynchronous method --- */

enum vtb_machine_state {
    VTB_MACHINE_DONE = -2,
    VTB_MACHINE_RUNS = -1,
    VTB_MACHINE_WAITS = 0 /* it waits at its first and only await */
};

/* The builder, which takes the result before it is handed over: into an object, or into itself. The
 * asynchronous method that a direct one calls on a miss always makes an object. */
struct vtb_builder {
    void *object; /* the object, or the pending operation */
#if VTB_BOX_HOLDS_VALUE || (VTB_ASYNC && !VTB_BUILDS_OBJECT)
    vtb_value result;
#endif
};

/* The state machine of a cache method that waits for its store. */
struct vtb_machine {
    int32_t state; /* enum vtb_machine_state */
    vtb_kept_key key;
    struct vtb_builder builder;
    struct vtb_service *self;
    void *awaiter;
};

static_assert((sizeof(vtb_value) > 8) == VTB_LARGE_VALUE, "the workload defines VTB_LARGE_VALUE");

static_assert(offsetof(struct vtb_machine, builder) == VTB_ROUND_UP_8(4 + sizeof(vtb_kept_key)) ||
                  offsetof(struct vtb_machine, builder) == 8 + VTB_ROUND_UP_8(sizeof(vtb_kept_key)),
              "state and key share 8 bytes where they fit");

/* The allocation contexts of objects: for completed tasks, for pending operations of the service's
 * own method and of layers, and for all other objects. */
enum { VTB_TYPE_TASK, VTB_TYPE_BOX, VTB_TYPE_LAYER, VTB_TYPE_OTHER };

static_assert(VTB_TYPE_OTHER < VTB_CONTEXTS_N, "each has a context of its own");

#endif /* VTB_STRATEGY_STEM */
#endif
