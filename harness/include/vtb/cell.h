/*
 * One cell, as the harness sees it: a strategy compiled against a workload, which is loaded when it
 * is needed. Cells are made from the template, cell/template.h, which the harness does not include.
 */
#ifndef VTB_CELL_H
#define VTB_CELL_H

#include "strategy.h"
#include "workload.h"

struct timespec; /* <time.h>'s, for those that read it */

/* The most methods between the caller and the store: the service's own, and layers around it. */
#define VTB_DEPTH_MAX 16

/* A layer: a method that calls the method below it, which is another layer or the service's own. */
struct vtb_layer {
    struct vtb_service *service;
    const struct vtb_layer *below; /* null: the service's own method is below */
};

/*
 * Operations on their way to a completing thread: a ring with one writer and one reader. It never
 * overflows, because it has room for all frames of the window. Head and tail count from 0 on, and
 * are taken modulo its size.
 */
struct vtb_outbox {
    uint64_t tail __attribute__((aligned(64))); /* written by the caller */
    void **frames;                              /* mask + 1 places: at least one for each frame */
    size_t mask;
    uint64_t head __attribute__((aligned(64))); /* written by the completing thread */
};

/* Where a frame is, if another thread completes operations: free for its caller, sent to the other
 * thread, or completed by it. */
enum vtb_frame_at { VTB_FRAME_HERE, VTB_FRAME_AWAY, VTB_FRAME_BACK };

/* The state of one case's loop. Made by the harness, which owns all that it refers to; used by one
 * thread at a time. */
struct vtb_env {
    struct vtb_service service;
    const struct vtb_layer *top; /* the outermost layer; null: there are no layers */
    const uint32_t *ids;         /* the schedule: ids_n > 0 entries, walked in a circle */
    size_t ids_n;
    size_t position;   /* < ids_n: the entry of the next call */
    uint32_t zero;     /* 0, but the compiler cannot know; ties a key to the result before it */
    uint64_t checksum; /* the sum of everything that was consumed */
    uint64_t arrived;  /* what the continuation that ran last added to the checksum */

    /* The in-flight window. */
    void *frames; /* `window` frames of frame_bytes each */
    size_t frame_bytes;
    size_t window;
    size_t pending_n;  /* suspended operations; < window between two operations */
    size_t free_frame; /* index of the frame that the next call uses */
    /* The frames to complete when the window is full, one after the other, in a circle. */
    const uint32_t *completion_order;
    size_t completion_order_n;
    size_t completion_next;
    struct vtb_outbox *outbox; /* null: the caller itself completes its operations */

    /* Other memory, of which polluted loops read a byte of each cache line before each call. */
    const char *pollution;
    size_t pollution_bytes;

    struct vtb_layer layers[VTB_DEPTH_MAX - 1];

    void *memory; /* the harness's; has the frames and the memory that the service refers to */
    size_t memory_bytes;
};

/* The calls that a cell ran, and the conditions of the run. */
struct vtb_usage {
    uint64_t calls_n;
    uint64_t hits_n;
    uint64_t immortal_n;  /* hits answered with an object that was there already, at all levels */
    uint64_t under_way_n; /* the most operations that were under way at once */
    struct vtb_setup setup;
};

/* The cost of such calls: the memory that they took from the heap. */
struct vtb_cost {
    uint64_t allocs_n;
    uint64_t bytes; /* requested, of all allocations together */
    /* Of these, what is taken once and serves again and again; further calls take the rest. */
    uint64_t startup_allocs_n;
    uint64_t startup_bytes;
};

/* How a method is compiled: a plain function with a fast path; an asynchronous method by the
 * compiler, or by the runtime. */
enum vtb_method { VTB_METHOD_DIRECT, VTB_METHOD_ASYNC, VTB_METHOD_RUNTIME };
#define VTB_METHODS_N 3

/* What a store outside of the program has of one key: bytes, which stay as long as the table, but
 * for what was written to `memory`. */
struct vtb_stored {
    const void *key;
    size_t key_n;
    const void *value; /* of a value that is a pointer, what it points to */
    size_t value_n;
    bool fails; /* the workload has the store fail on the key: it has no value */
    /* Room for a value and a key behind it: vtb_stored_bytes of them, aligned to 16. Set by the
     * caller, who owns it. */
    void *memory;
};

/* Gives the bytes of a struct vtb_stored's memory. */
static inline size_t vtb_stored_bytes(const struct vtb_workload *workload)
{
    return VTB_ROUND_UP_8(workload->value_bytes) + workload->key_bytes;
}

/* The kind of a cell. A variant of a strategy has one cell of each kind for each workload; see
 * cell/template.h. */
struct vtb_kind {
    bool counting;
    bool collected;
    enum vtb_method method;
    bool by_runtime; /* the caller is runtime-async, and awaits the method at once */
    /* It is, and awaits a runtime-async method's hand-over that it kept; what other methods hand
     * over is then as for a classic caller. */
    bool stored;
    bool abstract;   /* the caller has an interface of the service; the same where it counts */
    bool outside;    /* a store outside of the program may answer; likewise */
    bool concurrent; /* the table is the one into which all threads insert */
    bool handover;   /* hand-overs to a caller that waits are timed; the same where it counts */
    bool layered;    /* the loops call env->top; one that counts does unless that is null */
    bool polluted;   /* the loops touch other memory between operations; one that counts never */
};

struct vtb_cell {
    size_t contract;  /* VTB_CONTRACT, by the headers with which the cell was compiled */
    const char *name; /* the strategy's name, with @variant if the cell is of a variant */
    const char *strategy_name;
    const char *workload_name;
    const struct vtb_strategy *strategy;
    struct vtb_kind kind;
    bool checked;
    bool several_threads;  /* reference counts, if there are any, are atomic */
    bool one_thread;       /* no other thread may complete an operation, or run such a case */
    bool in_frame;         /* an operation lives in the caller's frame, at least in part */
    size_t handover_bytes; /* the size of what the method returns; 0 for a loop without a method */

    /* The sizes of the objects that one operation takes from the heap; 0: it takes none. */
    size_t hit_bytes;
    size_t miss_bytes;
    size_t layer_miss_bytes; /* for each asynchronous layer around the service's method */
    /* What a miss takes beside that, in so many objects, where a method or its caller is
     * runtime-async. */
    size_t beside_bytes;
    size_t beside_allocs_n;
    size_t record_bytes; /* the largest room that vtb_suspend is asked for */

    /* Computes the cost of calls by the closed formula. Counted figures must equal it. */
    void (*cost)(const struct vtb_usage *usage, struct vtb_cost *cost);

    size_t frame_bytes; /* the size of a frame without layers; 0 if nothing ever suspends */
    size_t place_bytes; /* what a frame has in addition for each layer */
    /* The offsets in a frame of the references to a suspended operation: roots for a collector. */
    size_t pending_offset;
    size_t handover_offset;
    bool handover_refers;
    size_t state_roots_n;

    /* Gives the bytes of the strategy's state for a service; null: the strategy has no state. */
    size_t (*state_bytes)(const struct vtb_setup *setup);
    /* Makes the frames of a new window, and the strategy's state. */
    void (*open)(struct vtb_env *env, const struct vtb_setup *setup);
    /* The measured loops. Each runs n operations from the schedule's position on; operations that
     * suspend stay in the window. With a dependent consumer each key needs the result before it. */
    void (*run_independent)(struct vtb_env *env, size_t n);
    void (*run_dependent)(struct vtb_env *env, size_t n);
    /* Answers the operation of a frame that was sent away. For the thread that owns `service`. */
    void (*answer)(struct vtb_service *service, void *frame);
    /* These three are for stores outside of the program, and null in cells of other kinds: what
     * such a store has of an entry of the schedule; what the operation of a frame that was sent
     * away asks for, and is to get; and a fault in place of an answer, for the thread that owns
     * `service`. */
    void (*stored)(const struct vtb_table *table, uint32_t id, struct vtb_stored *stored);
    void (*asked)(const struct vtb_table *table, const void *frame, struct vtb_stored *stored);
    void (*fail)(struct vtb_service *service, void *frame);
    /* These three are for hand-overs that are timed, and null in cells of other kinds, and where
     * nothing ever suspends. A caller has one operation under way, in its first frame. It calls the
     * method by an entry of the schedule and, if that suspends, which is then returned, awaits it
     * with a continuation that must stay until it has run. */
    bool (*call_and_await)(struct vtb_env *env, uint32_t id, struct vtb_continuation *continuation);
    /* The operation of that frame is completed with the store's answer, by the thread that owns
     * `service`; the clock (CLOCK_MONOTONIC) is read in between. */
    void (*hand_over)(struct vtb_service *service, void *frame, struct timespec *completed);
    /* The caller consumes what it has or was handed. Ends in a safepoint. */
    void (*take_over)(struct vtb_env *env);
    /* Completes all operations that are suspended; the oldest first, if the window is fifo. */
    void (*drain)(struct vtb_env *env);
    /* Drains, and gives back the strategy's state. */
    void (*close)(struct vtb_env *env);
    const struct vtb_probe *probe; /* null, unless the cell counts and may suspend */
    const char *compiler;          /* the name and version of its compiler, as "GNU 12.2.0" */
    /* Digests, in hexadecimal digits: of the rule by which the cell was compiled, and of the two
     * sources, if a user brought them. "none": the source is the build's, or nothing is known. */
    const char *rule;
    const char *strategy_digest;
    const char *workload_digest;
};

/* Numbers that must be the same in the program and its cells: together they tell whether both were
 * compiled with headers in which the structs that they share have the same sizes. */
#define VTB_CONTRACT_AND(hash, type) ((hash) * (size_t)1099511628211 + sizeof(type))
#define VTB_CONTRACT_OF_RUNS \
    VTB_CONTRACT_AND(VTB_CONTRACT_AND(sizeof(struct vtb_env), struct vtb_service), struct vtb_cell)
#define VTB_CONTRACT_OF_COUNTS \
    VTB_CONTRACT_AND(VTB_CONTRACT_AND(VTB_CONTRACT_OF_RUNS, struct vtb_cost), struct vtb_usage)
#define VTB_CONTRACT_OF_HEAPS                                                   \
    VTB_CONTRACT_AND(VTB_CONTRACT_AND(VTB_CONTRACT_OF_COUNTS, struct vtb_heap), \
                     struct vtb_collector)
#define VTB_CONTRACT                                                               \
    VTB_CONTRACT_AND(VTB_CONTRACT_AND(VTB_CONTRACT_OF_HEAPS, struct vtb_strategy), \
                     struct vtb_thread_statics)

/* The one symbol that a cell's file exports. */
#define VTB_CELL_EXPORT vtb_cell

#endif
