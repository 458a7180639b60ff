/*
 * One cell, as the harness sees it: a strategy compiled against a workload, and loaded when it is
 * needed. It is made from the template, cell/template.h, which the harness does not include.
 */
#ifndef VTB_CELL_H
#define VTB_CELL_H

#include "strategy.h"
#include "workload.h"

/* Methods between the caller and the service, the service's own among them. */
#define VTB_DEPTH_MAX 16

/* A method that calls the one below: a layer, or if there is none below it, the service's own. */
struct vtb_layer {
    struct vtb_service *service;
    const struct vtb_layer *below; /* null: the service's own method is below */
};

/*
 * Operations on their way to a completing thread: a ring with one writer and one reader, which
 * never overflows, as it has room for all frames of the window. Head and tail count from 0 on.
 */
struct vtb_outbox {
    uint64_t tail __attribute__((aligned(64))); /* written by the caller */
    void **frames;                              /* mask + 1 of them: the window's, at least */
    size_t mask;
    uint64_t head __attribute__((aligned(64))); /* written by the completing thread */
};

/* Where an operation of a frame is, when another thread completes it. */
enum vtb_frame_at { VTB_FRAME_HERE, VTB_FRAME_AWAY, VTB_FRAME_BACK };

/* The state of one case's loop. Made by the harness; used by one thread. */
struct vtb_env {
    struct vtb_service service;
    const struct vtb_layer *top; /* the outermost layer; null if the service's method is it */
    const uint32_t *ids;         /* the schedule: ids_n > 0 entries, walked in a circle */
    size_t ids_n;
    size_t position;   /* < ids_n: the entry that comes next */
    uint32_t zero;     /* 0, but the compiler cannot know: what ties a key to the last result */
    uint64_t checksum; /* sum of everything consumed */
    uint64_t arrived;  /* what the continuation that ran last consumed */

    /* The in-flight window. */
    void *frames; /* `window` frames of frame_bytes each */
    size_t frame_bytes;
    size_t window;
    size_t pending_n;  /* suspended operations; < window between two operations */
    size_t free_frame; /* index of the frame that the next call uses */
    const uint32_t
        *completion_order; /* which frame completes next when the window is full, in a circle */
    size_t completion_order_n;
    size_t completion_next;
    struct vtb_outbox *outbox; /* null: the caller itself completes its operations */

    /* Other memory, touched between two operations by the polluted loops. */
    const char *pollution;
    size_t pollution_bytes;

    struct vtb_layer layers[VTB_DEPTH_MAX - 1];

    void *memory; /* where frames, and what the service refers to, stand: the harness's */
    size_t memory_bytes;
};

/* The calls that a cell ran, and what for. */
struct vtb_usage {
    uint64_t calls_n;
    uint64_t hits_n;
    uint64_t immortal_n; /* objects of hits that were there already, at all levels */
    struct vtb_setup setup;
};

/* What they took from the heap. */
struct vtb_cost {
    uint64_t allocs_n;
    uint64_t bytes; /* requested, of all allocations together */
};

/* Which of the cells of a strategy's variant and a workload. */
struct vtb_kind {
    bool counting;
    bool collected;
    bool async;
};

struct vtb_cell {
    size_t contract;  /* VTB_CONTRACT, as the headers had it when the cell was compiled */
    const char *name; /* the strategy's, and @variant, if it is one */
    const char *strategy_name;
    const char *workload_name;
    const struct vtb_strategy *strategy;
    struct vtb_kind kind;
    bool checked;
    bool several_threads;  /* counts of references, if there are any, are atomic */
    bool in_frame;         /* an operation lives in the caller's frame, in part at least */
    size_t handover_bytes; /* what the method returns; 0 for a loop without a method */

    /* The sizes of one object; 0: there is none. */
    size_t hit_bytes;
    size_t miss_bytes;
    size_t layer_miss_bytes; /* of an asynchronous method around the service's */
    size_t record_bytes;     /* the largest room that vtb_suspend is asked for */

    /* The closed formula that counted figures must equal. */
    void (*cost)(const struct vtb_usage *usage, struct vtb_cost *cost);

    size_t frame_bytes; /* 0 if nothing ever suspends */
    size_t place_bytes; /* of a frame, for each layer around the service's method */
    /* Where the references to a suspended operation stand in a frame: roots for a collector. */
    size_t pending_offset;
    size_t handover_offset;
    bool handover_refers;
    size_t state_roots_n;

    /* Bytes of what the strategy keeps for its service; null if that is nothing. */
    size_t (*state_bytes)(const struct vtb_setup *setup);
    /* Makes the frames of a new window, and what the strategy keeps. */
    void (*open)(struct vtb_env *env, const struct vtb_setup *setup);
    /* `n` operations from the schedule's position on. Suspended ones stay in the window. */
    void (*run_independent)(struct vtb_env *env, size_t n);
    void (*run_dependent)(struct vtb_env *env, size_t n);
    /* The same for env->top, where methods are nested. */
    void (*run_independent_layers)(struct vtb_env *env, size_t n);
    void (*run_dependent_layers)(struct vtb_env *env, size_t n);
    /* Either, with pollution_bytes of other memory touched, a cache line each, before each call. */
    void (*run_independent_polluted)(struct vtb_env *env, size_t n);
    void (*run_dependent_polluted)(struct vtb_env *env, size_t n);
    /* The operation of a frame that was away is answered, on the thread of `service`. */
    void (*answer)(struct vtb_service *service, void *frame);
    /* Completes all that is suspended; in a window that is fifo, oldest first. */
    void (*drain)(struct vtb_env *env);
    /* Drains, and gives back what the strategy keeps. */
    void (*close)(struct vtb_env *env);
    const struct vtb_probe *probe; /* null but of cells that count and may suspend */
    const char *compiler;          /* what it was compiled by, as "GNU 12.2.0" */
    /* Digests, in hexadecimal digits: of the rule by which it was compiled, and of those of its
     * sources that a user brought; "none" where nothing is known of it, or it is the build's. */
    const char *rule;
    const char *strategy_digest;
    const char *workload_digest;
};

/* What program and cells must agree on: the sizes of what they share. */
#define VTB_CONTRACT \
    (sizeof(struct vtb_cell) << 32 ^ sizeof(struct vtb_env) << 16 ^ sizeof(struct vtb_service))

/* The one symbol of a cell's file that is seen outside of it. */
#define VTB_CELL_EXPORT vtb_cell

#endif
