/*
 * The method is a C++20 coroutine with an eager task: each call allocates the coroutine's frame,
 * whether the answer is at hand or not, and runs in it until it has to wait.
 */
#include <vtb/coroutine_task.h>

static inline void *vtb_frame_new(vtb_service *service, const vtb_type *type) noexcept
{
    return vtb_alloc(service, type);
}

static inline void vtb_frame_delete(vtb_service *service, void *frame, size_t bytes) noexcept
{
    vtb_free(service, frame, bytes);
}

VTB_STRATEGY(coroutine) = {
    .summary = "a C++20 coroutine with an eager task, its frame from the heap",
    .modelled_on = "eager tasks of C++20",
    .aliases = "co_await",
    .shape = VTB_SHAPE_OBJECT,
    .indirect_calls_on_hit = 4, /* of the heap two, who waits, and the frame's destroy */
    .lacks = {.async_method = "its method is a compiled state machine already",
              .runtime_async = "a coroutine is suspended by its compiler",
              .several_consumers = "a task is awaited once",
              .other_threads = "nothing guards the moment between call and await",
              .as_task = "a task of a coroutine is moved, never copied",
              .collector = "a frame has addresses that its compiler alone knows of"},
};
