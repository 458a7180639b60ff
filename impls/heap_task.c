/*
 * A task on the heap for every result, as `async Task<T>` and Task.FromResult give one. A hit
 * allocates a completed task; a miss allocates the method's box, which is the task with the state
 * machine behind it.
 */
#define VTB_COUNTS_REFERENCES 1
#include <vtb/task_handover.h>

VTB_STRATEGY(heap_task) = {
    .summary = "a new task object for every result, ready or not",
    .modelled_on = "Task<T> of .NET",
    .aliases = "Task, Promise",
    .guest = {"task_from_result", "completed_future"},
    .guest_async = {"async_task", "completable_future"},
    .guest_runtime = {"runtime_task"},
    .shape = VTB_SHAPE_OBJECT,
    .role = VTB_ROLE_BASELINE,
    .has_local = true,
    .indirect_calls_on_hit = 2, /* the heap's alloc and free */
    .lacks = {.as_task = "it is a task"},
};
