/* Bytes that the operations of each strategy take from the heap, worked out by hand from its
 * structs, for every workload that tests have cells of. Nothing here is taken from a cell or a
 * strategy. */
#ifndef LAYOUTS_H
#define LAYOUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <vtb/cell.h>

/* The workloads, by the bytes of key and value. A key of 8 is a reference, one of 12 a reference
 * beside an int; a value of 1 is a bool, and one of 8 a reference or a number. */
struct layout_workload {
    const char *name;
    size_t key_bytes;
    size_t value_bytes;
};

static const struct layout_workload layout_workloads[] = {
    {"user_cache", 4, 8},
    {"always_async", 4, 8},
    {"trace", 4, 8},
    {"payload_8", 4, 8},
    {"payload_16", 4, 16},
    {"payload_32", 4, 32},
    {"payload_64", 4, 64},
    {"payload_128", 4, 128},
    {"payload_256", 4, 256},
    {"low_hit", 4, 32},
    {"product_catalog", 4, 64},
    {"input_validator", 8, 1},
    {"config_read", 8, 8},
    {"metrics_counter", 8, 8},
    {"api_gateway", 8, 32},
    {"permission_check", 12, 1},
    /* fixtures */
    {"flag_by_number", 4, 1},
    {"page_by_name", 8, 256},
};

#define LAYOUT_WORKLOADS_N (sizeof layout_workloads / sizeof *layout_workloads)

/* clang-format off */

/* A size for each pair of types that a workload has, that of user_cache first. */
#define LAYOUT_EACH(size)                                                                \
    {                                                                                    \
        LAYOUT_##size(4, 8), LAYOUT_##size(4, 16), LAYOUT_##size(4, 32),                 \
        LAYOUT_##size(4, 64), LAYOUT_##size(4, 128), LAYOUT_##size(4, 256),              \
        LAYOUT_##size(8, 1), LAYOUT_##size(8, 8), LAYOUT_##size(8, 32),                  \
        LAYOUT_##size(12, 1), LAYOUT_##size(4, 1), LAYOUT_##size(8, 256)                 \
    }
#define LAYOUT_TYPES_N 12

#define LAYOUT_UP(bytes) (((bytes) + 7) / 8 * 8)
#define LAYOUT_KEY_BYTES(key, value) (key)
#define LAYOUT_VALUE_BYTES(key, value) (value)

/* Bytes of each kind of hand-over: a task's address; a status; the value; an object, the result,
 * its token and two flags; the value or a reference, and a tag; a promise, the value and a state; a
 * status and the value; the value or a reference, and which of the two; nothing, of which C++ has
 * objects of a byte. */
#define LAYOUT_POINTER(key, value) 8
#define LAYOUT_STATUS(key, value) 4
#define LAYOUT_VALUE(key, value) (value)
#define LAYOUT_VALUE_TASK(key, value) (8 + LAYOUT_UP((value) + 2 + 1 + 1))
#define LAYOUT_HANDLE(key, value) (LAYOUT_UP(value) + 8)
#define LAYOUT_FUTURE(key, value) (8 + LAYOUT_UP((value) + 1))
#define LAYOUT_POLL(key, value) ((value) == 1 ? 1 + 1 : 8 + (value))
#define LAYOUT_VARIANT(key, value) (LAYOUT_UP(value) + 8)
#define LAYOUT_NOTHING(key, value) 1

/* A key as an argument, which is wider than one that is kept where an int stands beside a
 * reference. */
#define LAYOUT_ARGUMENT(key) ((key) > 8 ? LAYOUT_UP(key) : (key))

/* Objects. A source ends in a version and two flags. In a lean task the key stands where the result
 * will be. A request is a callback, its context and the key. A coroutine's frame starts with what
 * resumes and what destroys it; then come the promise (who waits, in two words, the service, fault
 * and state, the result), the frame's own address, the arguments, where it goes on and two flags,
 * what it awaits at its start, what was found, a copy of a key that is a struct, the await of the
 * store (the key, the promise, the answer), and what it awaits at its end. A node has eight
 * bytes each for what waits, its count of bytes and its state, and the fault, which a bool
 * stands beside. */
#define LAYOUT_TASK(key, value) (64 + LAYOUT_UP(value))
#define LAYOUT_LEAN(key, value) (24 + LAYOUT_UP((value) > (key) ? (value) : (key)))
#define LAYOUT_SOURCE(key, value) (64 + LAYOUT_UP((value) + 2 + 1 + 1))
#define LAYOUT_PROMISE(key, value) (24 + LAYOUT_UP(value))
#define LAYOUT_REQUEST(key, value) (8 + 8 + LAYOUT_UP(key))
#define LAYOUT_FRAME(key, value)                                                              \
    (8 + 8 + (8 + 8 + 8 + 4 + 4 + LAYOUT_UP(value)) + 8 + 8 +                                 \
     LAYOUT_UP(LAYOUT_ARGUMENT(key) + 2 + 1 + 1 + 1) + 8 + LAYOUT_UP(LAYOUT_ARGUMENT(key)) + \
     ((key) > 8 ? LAYOUT_UP(key) : 0) + 8 + 8 + 8)
#define LAYOUT_NODE(key, value) (8 + 8 + ((value) == 1 ? 8 : 8 + (value)))

/* Bytes that a method keeps in these objects: its key, or its state machine. That is the state and
 * the key, which share 8 bytes where the key is an int, the builder, the method's `this`, and the
 * awaiter. A builder that cannot make the object from the start holds the value too. */
#define LAYOUT_QUESTION(key, value) LAYOUT_UP(key)
#define LAYOUT_MACHINE(key, value, awaiter) (LAYOUT_UP(4 + (key)) + 8 + 8 + (awaiter))
#define LAYOUT_HOLDER(key, value, awaiter) \
    (LAYOUT_MACHINE(key, value, awaiter) + LAYOUT_UP(value))

/* Objects of methods that wait: for the store, with eight bytes as the awaiter, or, in a method
 * around the service's, for what that one handed over. */
#define LAYOUT_TASK_BOX(key, value) (LAYOUT_TASK(key, value) + LAYOUT_MACHINE(key, value, 8))
#define LAYOUT_LEAN_BOX(key, value) (LAYOUT_LEAN(key, value) + LAYOUT_MACHINE(key, value, 8))
#define LAYOUT_TASK_HOLDER(key, value) (LAYOUT_TASK(key, value) + LAYOUT_HOLDER(key, value, 8))
#define LAYOUT_TASK_LAYER(key, value) \
    (LAYOUT_TASK(key, value) + LAYOUT_HOLDER(key, value, LAYOUT_VALUE_TASK(key, value)))
#define LAYOUT_SOURCE_HOLDER(key, value) (LAYOUT_SOURCE(key, value) + LAYOUT_HOLDER(key, value, 8))
#define LAYOUT_SOURCE_LAYER(key, value) \
    (LAYOUT_SOURCE(key, value) + LAYOUT_HOLDER(key, value, LAYOUT_VALUE_TASK(key, value)))
#define LAYOUT_PROMISE_ASKS(key, value) (LAYOUT_PROMISE(key, value) + LAYOUT_QUESTION(key, value))
#define LAYOUT_PROMISE_HOLDER(key, value) \
    (LAYOUT_PROMISE(key, value) + LAYOUT_HOLDER(key, value, 8))
#define LAYOUT_PROMISE_LAYER(key, value) \
    (LAYOUT_PROMISE(key, value) + LAYOUT_HOLDER(key, value, LAYOUT_FUTURE(key, value)))
#define LAYOUT_NODE_ASKS(key, value) (LAYOUT_NODE(key, value) + LAYOUT_QUESTION(key, value))

/* What a runtime-async method hands over: a reference and the value. Objects of methods that are
 * suspended, 40 bytes and the result of what is awaited: the service's own, with two contexts, its
 * `this` and its key; one around it, with two contexts; and a plain method's, with one. At a
 * boundary to a caller that has a task: the task, a delegate of 56 bytes, and if the task is kept
 * 72 for its await. .NET 11 was seen to have these. */
#define LAYOUT_RUNTIME(key, value) (8 + LAYOUT_UP(value))
#define LAYOUT_PLAIN_FRAME(key, value) (40 + LAYOUT_UP(value) + 8)
#define LAYOUT_METHOD_FRAME(key, value) (40 + LAYOUT_UP(value) + 8 + 8)
#define LAYOUT_SERVICE_FRAME(key, value) (LAYOUT_METHOD_FRAME(key, value) + 8 + LAYOUT_UP(key))
#define LAYOUT_DELEGATE_BYTES 56
#define LAYOUT_STORED_AWAIT_BYTES 72

/* Whose hits find their objects there already: of any entry; or of a bool, as either has a task.
 * No workload has ints, null references, or a number that is 0 as its values. */
#define LAYOUT_ALWAYS(key, value) true
#define LAYOUT_OF_BOOLS(key, value) ((value) == 1)

/* clang-format on */

/* How a strategy comes by the memory of an object. */
enum layout_memory {
    LAYOUT_FRESH,  /* from the heap, each alone */
    LAYOUT_REUSED, /* from what was consumed before, if there is any */
    LAYOUT_SHARED, /* likewise, where what a hit used serves a miss as well */
    LAYOUT_ARENA   /* from its request's block, where each takes as much as the largest */
};

/* Bytes, for each pair of types. What is not given is 0: there is no such object. */
struct layout {
    const char *strategy;
    size_t kept_n; /* operations that were consumed, and are kept for a while */
    enum layout_memory memory;
    bool immortal_hits[LAYOUT_TYPES_N]; /* hits are answered with what was there already */
    size_t handover[LAYOUT_TYPES_N];
    size_t hit[LAYOUT_TYPES_N];
    size_t miss[LAYOUT_TYPES_N];       /* by the direct method */
    size_t async_miss[LAYOUT_TYPES_N]; /* by the service's asynchronous method */
    size_t layer_miss[LAYOUT_TYPES_N]; /* by an asynchronous method around it */
    size_t task[LAYOUT_TYPES_N];       /* of a runtime-async method, at its boundary */
};

/* Formulas take the larger of two sizes, which may be the same. */
/* NOLINTBEGIN(bugprone-branch-clone) */
static const struct layout layouts[] = {
    {.strategy = "empty"},
    {.strategy = "plain", .handover = LAYOUT_EACH(VALUE)},
    {.strategy = "runtime_async"},
    {.strategy = "heap_task",
     .task = LAYOUT_EACH(TASK),
     .handover = LAYOUT_EACH(POINTER),
     .hit = LAYOUT_EACH(TASK),
     .miss = LAYOUT_EACH(TASK_BOX),
     .async_miss = LAYOUT_EACH(TASK_BOX),
     .layer_miss = LAYOUT_EACH(TASK_BOX)},
    {.strategy = "heap_task_cached",
     .task = LAYOUT_EACH(TASK),
     .immortal_hits = LAYOUT_EACH(OF_BOOLS),
     .handover = LAYOUT_EACH(POINTER),
     .hit = LAYOUT_EACH(TASK),
     .miss = LAYOUT_EACH(TASK_BOX),
     .async_miss = LAYOUT_EACH(TASK_BOX),
     .layer_miss = LAYOUT_EACH(TASK_BOX)},
    {.strategy = "heap_task_lean",
     .task = LAYOUT_EACH(LEAN),
     .handover = LAYOUT_EACH(POINTER),
     .hit = LAYOUT_EACH(LEAN),
     .miss = LAYOUT_EACH(LEAN),
     .async_miss = LAYOUT_EACH(LEAN_BOX),
     .layer_miss = LAYOUT_EACH(LEAN_BOX)},
    {.strategy = "heap_task_pooled",
     .memory = LAYOUT_REUSED,
     .handover = LAYOUT_EACH(POINTER),
     .hit = LAYOUT_EACH(TASK),
     .miss = LAYOUT_EACH(TASK_BOX),
     .async_miss = LAYOUT_EACH(TASK_BOX),
     .layer_miss = LAYOUT_EACH(TASK_BOX)},
    {.strategy = "arena_task",
     .memory = LAYOUT_ARENA,
     .handover = LAYOUT_EACH(POINTER),
     .hit = LAYOUT_EACH(TASK),
     .miss = LAYOUT_EACH(TASK_BOX),
     .async_miss = LAYOUT_EACH(TASK_BOX),
     .layer_miss = LAYOUT_EACH(TASK_BOX)},
    {.strategy = "task_in_cache",
     .kept_n = 64,
     .immortal_hits = LAYOUT_EACH(ALWAYS),
     .handover = LAYOUT_EACH(POINTER),
     .miss = LAYOUT_EACH(TASK_BOX)},
    {.strategy = "value_task",
     .task = LAYOUT_EACH(TASK),
     .handover = LAYOUT_EACH(VALUE_TASK),
     .miss = LAYOUT_EACH(TASK_BOX),
     .async_miss = LAYOUT_EACH(TASK_HOLDER),
     .layer_miss = LAYOUT_EACH(TASK_LAYER)},
    {.strategy = "value_task_pooled",
     .memory = LAYOUT_REUSED,
     .handover = LAYOUT_EACH(VALUE_TASK),
     .miss = LAYOUT_EACH(SOURCE_HOLDER),
     .async_miss = LAYOUT_EACH(SOURCE_HOLDER),
     .layer_miss = LAYOUT_EACH(SOURCE_LAYER)},
    {.strategy = "value_task_handle", .handover = LAYOUT_EACH(HANDLE)},
    {.strategy = "inline_future",
     .handover = LAYOUT_EACH(FUTURE),
     .miss = LAYOUT_EACH(PROMISE_ASKS),
     .async_miss = LAYOUT_EACH(PROMISE_HOLDER),
     .layer_miss = LAYOUT_EACH(PROMISE_LAYER)},
    {.strategy = "caller_op", .handover = LAYOUT_EACH(STATUS)},
    {.strategy = "poll", .handover = LAYOUT_EACH(POLL)},
    {.strategy = "callback", .handover = LAYOUT_EACH(STATUS), .miss = LAYOUT_EACH(REQUEST)},
    {.strategy = "sender", .handover = LAYOUT_EACH(NOTHING)},
    {.strategy = "coroutine",
     .handover = LAYOUT_EACH(POINTER),
     .hit = LAYOUT_EACH(FRAME),
     .miss = LAYOUT_EACH(FRAME)},
    {.strategy = "coroutine_recycled",
     .memory = LAYOUT_SHARED,
     .handover = LAYOUT_EACH(POINTER),
     .hit = LAYOUT_EACH(FRAME),
     .miss = LAYOUT_EACH(FRAME)},
    {.strategy = "cxx_strategy", .handover = LAYOUT_EACH(VARIANT), .miss = LAYOUT_EACH(NODE_ASKS)},
};
/* NOLINTEND(bugprone-branch-clone) */

#define LAYOUTS_N (sizeof layouts / sizeof *layouts)

/* Finds a strategy's layout; null: it was dropped into its folder, and nothing is known of it. */
static inline const struct layout *layout_of(const char *strategy)
{
    for (size_t i = 0; i < LAYOUTS_N; i++) {
        if (strcmp(layouts[i].strategy, strategy) == 0)
            return &layouts[i];
    }
    return NULL;
}

/* Finds a workload; null: nothing is known of it. */
static inline const struct layout_workload *layout_workload_of(const char *name)
{
    for (size_t i = 0; i < LAYOUT_WORKLOADS_N; i++) {
        if (strcmp(layout_workloads[i].name, name) == 0)
            return &layout_workloads[i];
    }
    return NULL;
}

/* The index of a workload's types in each of a layout's sizes; or LAYOUT_TYPES_N. */
static inline size_t layout_types(const char *workload)
{
    static const size_t keys_bytes[LAYOUT_TYPES_N] = LAYOUT_EACH(KEY_BYTES);
    static const size_t values_bytes[LAYOUT_TYPES_N] = LAYOUT_EACH(VALUE_BYTES);
    const struct layout_workload *known = layout_workload_of(workload);
    size_t i = 0;
    while (i < LAYOUT_TYPES_N &&
           !(known && keys_bytes[i] == known->key_bytes && values_bytes[i] == known->value_bytes))
        i++;
    return i;
}

/* The sizes of a cell's objects, by its method and its caller. */
struct layout_sizes {
    size_t handover;
    size_t hit;
    size_t miss;
    size_t layer;
    size_t beside; /* of a miss beside that, of all objects together */
    size_t beside_n;
};

static inline struct layout_sizes layout_sizes(const struct layout *layout, struct vtb_kind kind,
                                               size_t types)
{
    static const size_t runtime[] = LAYOUT_EACH(RUNTIME);
    static const size_t plain[] = LAYOUT_EACH(PLAIN_FRAME);
    static const size_t method[] = LAYOUT_EACH(METHOD_FRAME);
    static const size_t service[] = LAYOUT_EACH(SERVICE_FRAME);
    const size_t t = types;
    if (strcmp(layout->strategy, "runtime_async") == 0 ||
        (kind.method == VTB_METHOD_RUNTIME && kind.by_runtime))
        return (struct layout_sizes){runtime[t], 0, service[t], method[t], plain[t], 1};
    if (kind.method == VTB_METHOD_RUNTIME)
        return (struct layout_sizes){
            layout->handover[t],
            layout->hit[t],
            layout->task[t],
            method[t],
            service[t] + plain[t] + LAYOUT_DELEGATE_BYTES +
                (kind.stored ? LAYOUT_STORED_AWAIT_BYTES : 0),
            kind.stored ? 4 : 3,
        };
    if (kind.method == VTB_METHOD_ASYNC)
        return (struct layout_sizes){
            kind.by_runtime ? runtime[t] : layout->handover[t],
            layout->hit[t],
            layout->async_miss[t],
            layout->layer_miss[t],
            kind.by_runtime ? plain[t] : 0,
            kind.by_runtime,
        };
    if (kind.by_runtime)
        return (struct layout_sizes){runtime[t], 0, layout->miss[t], plain[t], 2 * plain[t], 2};
    return (struct layout_sizes){layout->handover[t], layout->hit[t], layout->miss[t], 0, 0, 0};
}

/*
 * Sizes that are known from elsewhere, to hold the sums above against. .NET 10 was seen to have,
 * with 8 bytes as the value, 72 bytes for a Task<T>, 104 for an async method's at each level, 112
 * and 128 for an async ValueTask<T>, 120 and 136 for a pooled one; and 128 for a Task<T> of 64
 * bytes. The rest was added up one by one.
 */
struct layout_known {
    const char *strategy;
    const char *workload;
    size_t handover;
    size_t hit;
    size_t miss;
    size_t async_miss;
    size_t layer_miss;
};

/* clang-format off */
static const struct layout_known layouts_known[] = {
    {"heap_task", "user_cache", 8, 72, 104, 104, 104},
    {"heap_task", "flag_by_number", 8, 72, 104, 104, 104},
    {"heap_task", "input_validator", 8, 72, 112, 112, 112},
    {"heap_task", "permission_check", 8, 72, 112, 112, 112},
    {"heap_task", "payload_64", 8, 128, 160, 160, 160},
    {"heap_task", "page_by_name", 8, 320, 360, 360, 360},
    {"heap_task_lean", "user_cache", 8, 32, 32, 64, 64},
    {"heap_task_lean", "permission_check", 8, 40, 40, 80, 80},
    {"heap_task_lean", "page_by_name", 8, 280, 280, 320, 320},
    {"value_task", "user_cache", 24, 0, 104, 112, 128},
    {"value_task", "flag_by_number", 16, 0, 104, 112, 120},
    {"value_task", "payload_64", 80, 0, 160, 224, 296},
    {"value_task", "page_by_name", 272, 0, 360, 616, 880},
    {"value_task_pooled", "user_cache", 24, 0, 120, 120, 136},
    {"value_task_pooled", "input_validator", 16, 0, 120, 120, 128},
    {"value_task_pooled", "payload_256", 272, 0, 616, 616, 880},
    {"inline_future", "user_cache", 24, 0, 40, 72, 88},
    {"inline_future", "page_by_name", 272, 0, 288, 576, 840},
    {"value_task_handle", "user_cache", 16, 0, 0, 0, 0},
    {"value_task_handle", "permission_check", 16, 0, 0, 0, 0},
    {"poll", "flag_by_number", 2, 0, 0, 0, 0},
    {"poll", "metrics_counter", 16, 0, 0, 0, 0},
    {"callback", "config_read", 4, 0, 24, 0, 0},
    {"callback", "permission_check", 4, 0, 32, 0, 0},
    {"coroutine", "user_cache", 8, 128, 128, 0, 0},
    {"coroutine", "permission_check", 8, 160, 160, 0, 0},
    {"coroutine_recycled", "payload_64", 8, 184, 184, 0, 0},
    {"cxx_strategy", "input_validator", 16, 0, 32, 0, 0},
    {"cxx_strategy", "user_cache", 16, 0, 40, 0, 0},
};
/* clang-format on */

#define LAYOUTS_KNOWN_N (sizeof layouts_known / sizeof *layouts_known)

#endif
