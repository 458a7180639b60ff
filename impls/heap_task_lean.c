/*
 * A task of 32 bytes for every result, as small as the semantics of heap_task allow: what runs it,
 * its count and state, what waits for it, and the result. While it is pending the direct method's
 * key stands where the result will be, so a miss allocates the same object.
 */
#define VTB_COUNTS_REFERENCES 1
#define VTB_LEAN_TASK 1
#include <vtb/task_handover.h>

VTB_STRATEGY(heap_task_lean) = {
    .summary = "a new task of 32 B for every result, ready or not",
    .modelled_on = "a task of 32 B, as old runtimes had it",
    .shape = VTB_SHAPE_OBJECT,
    .indirect_calls_on_hit = 2, /* the heap's alloc and free */
    .lacks = {.as_task = "it is a task"},
};
