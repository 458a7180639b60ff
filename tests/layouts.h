/* What the operations of each strategy take from the heap, worked out by hand from its structs, for
 * every workload that tests have cells of. Nothing here is taken from a cell or a strategy. */
#ifndef LAYOUTS_H
#define LAYOUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The workloads, by the types of key and value: int to pointer, int and name to bool, int and name
 * to 256 bytes. */
enum { LAYOUT_WORKLOADS_N = 5 };

static const char *const layout_workloads[LAYOUT_WORKLOADS_N] = {
    "user_cache", "flag_by_number", "flag_by_name", "page_by_number", "page_by_name"};

/* How a strategy comes by the memory of an object. */
enum layout_memory {
    LAYOUT_FRESH,  /* from the heap, each alone */
    LAYOUT_REUSED, /* from what was consumed before, if there is any */
    LAYOUT_ARENA   /* from its request's block, where each takes as much as the largest */
};

/* Bytes, for each of the workloads. What is not given is 0: there is no such object. */
struct layout {
    const char *strategy;
    enum layout_memory memory;
    bool immortal_hits[LAYOUT_WORKLOADS_N]; /* hits are answered with what was there already */
    size_t handover[LAYOUT_WORKLOADS_N];
    size_t hit[LAYOUT_WORKLOADS_N];
    size_t miss[LAYOUT_WORKLOADS_N];       /* by the direct method */
    size_t async_miss[LAYOUT_WORKLOADS_N]; /* by the service's asynchronous method */
    size_t layer_miss[LAYOUT_WORKLOADS_N]; /* by an asynchronous method around it */
};

/*
 * A task is 64 bytes and its value, rounded up to 8; a lean one 24 and its value, or its key where
 * that is larger. A state machine is the state and the key (8 bytes; with a name 16), the builder,
 * a reference to itself and an awaiter (each 8): 32, and 40 with a name. The builder (8) holds the
 * value too where it cannot make the object from the start: 40, 40, 48, 288 and 296. The machine of
 * a method around it has the hand-over as its awaiter. A source is 64 bytes, its value, and 4; a
 * promise 24 and its value. .NET 10 was seen to have 104 bytes for an async Task<T> at each level,
 * 112 and 128 for an async ValueTask<T>, 120 and 136 for a pooled one, with 8 bytes as the value.
 */
static const struct layout layouts[] = {
    {.strategy = "empty"},
    {.strategy = "plain", .handover = {8, 1, 1, 256, 256}},
    {.strategy = "heap_task",
     .handover = {8, 8, 8, 8, 8},
     .hit = {72, 72, 72, 320, 320},
     .miss = {104, 104, 112, 352, 360},
     .async_miss = {104, 104, 112, 352, 360},
     .layer_miss = {104, 104, 112, 352, 360}},
    {.strategy = "heap_task_cached",
     .immortal_hits = {false, true, true, false, false},
     .handover = {8, 8, 8, 8, 8},
     .hit = {72, 72, 72, 320, 320},
     .miss = {104, 104, 112, 352, 360},
     .async_miss = {104, 104, 112, 352, 360},
     .layer_miss = {104, 104, 112, 352, 360}},
    {.strategy = "heap_task_lean",
     .handover = {8, 8, 8, 8, 8},
     .hit = {32, 32, 32, 280, 280},
     .miss = {32, 32, 32, 280, 280},
     .async_miss = {64, 64, 72, 312, 320},
     .layer_miss = {64, 64, 72, 312, 320}},
    {.strategy = "heap_task_pooled",
     .memory = LAYOUT_REUSED,
     .handover = {8, 8, 8, 8, 8},
     .hit = {72, 72, 72, 320, 320},
     .miss = {104, 104, 112, 352, 360},
     .async_miss = {104, 104, 112, 352, 360},
     .layer_miss = {104, 104, 112, 352, 360}},
    {.strategy = "arena_task",
     .memory = LAYOUT_ARENA,
     .handover = {8, 8, 8, 8, 8},
     .hit = {72, 72, 72, 320, 320},
     .miss = {104, 104, 112, 352, 360},
     .async_miss = {104, 104, 112, 352, 360},
     .layer_miss = {104, 104, 112, 352, 360}},
    {.strategy = "task_in_cache",
     .immortal_hits = {true, true, true, true, true},
     .handover = {8, 8, 8, 8, 8},
     .miss = {104, 104, 112, 352, 360}},
    {.strategy = "value_task",
     .handover = {24, 16, 16, 272, 272},
     .miss = {104, 104, 112, 352, 360},
     .async_miss = {112, 112, 120, 608, 616},
     .layer_miss = {128, 120, 128, 872, 880}},
    {.strategy = "value_task_pooled",
     .memory = LAYOUT_REUSED,
     .handover = {24, 16, 16, 272, 272},
     .miss = {120, 112, 120, 616, 624},
     .async_miss = {120, 112, 120, 616, 624},
     .layer_miss = {136, 120, 128, 880, 888}},
    {.strategy = "value_task_handle", .handover = {16, 16, 16, 264, 264}},
    {.strategy = "inline_future",
     .handover = {24, 16, 16, 272, 272},
     .miss = {40, 40, 40, 288, 288},
     .async_miss = {72, 72, 80, 568, 576},
     .layer_miss = {88, 80, 88, 832, 840}},
    {.strategy = "caller_op", .handover = {4, 4, 4, 4, 4}},
    {.strategy = "poll", .handover = {16, 2, 2, 264, 264}},
    {.strategy = "callback", .handover = {4, 4, 4, 4, 4}, .miss = {24, 24, 24, 24, 24}},
    {.strategy = "cxx_strategy",
     .handover = {16, 16, 16, 264, 264},
     .miss = {40, 32, 32, 288, 288}},
};

#define LAYOUTS_N (sizeof layouts / sizeof *layouts)

/* Null: a strategy or a workload that was dropped into its folder, of which nothing is known. */
static inline const struct layout *layout_of(const char *strategy)
{
    for (size_t i = 0; i < LAYOUTS_N; i++) {
        if (strcmp(layouts[i].strategy, strategy) == 0)
            return &layouts[i];
    }
    return NULL;
}

/* Or LAYOUT_WORKLOADS_N. */
static inline size_t layout_workload(const char *workload)
{
    size_t i = 0;
    while (i < LAYOUT_WORKLOADS_N && strcmp(layout_workloads[i], workload) != 0)
        i++;
    return i;
}

#endif
