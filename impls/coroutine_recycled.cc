/*
 * coroutine's frames from a free list of the calling thread, as libraries with an allocator for
 * frames have it: once as many were made as are ever under way at once, nothing is allocated any
 * more. A list is of one size, and a method's frames have one size, so one list is enough here.
 */
#define VTB_REUSES 1
#define VTB_REUSES_ANY 1
#define VTB_HAS_STATE 1
#include <vtb/coroutine_task.h>

#include <vtb/pool.h>

VTB_OUT_OF_LINE static void *vtb_frame_make(vtb_service *service, const vtb_type *type) noexcept
{
    return vtb_alloc(service, type);
}

static inline void *vtb_frame_new(vtb_service *service, const vtb_type *type) noexcept
{
    void *frame = vtb_pool_take(service, static_cast<vtb_pool *>(service->state));
    return VTB_LIKELY(frame != nullptr) ? frame : vtb_frame_make(service, type);
}

static inline void vtb_frame_delete(vtb_service *service, void *frame, size_t bytes) noexcept
{
    if (!vtb_pool_put(static_cast<vtb_pool *>(service->state), frame))
        vtb_free(service, frame, bytes);
}

static inline size_t vtb_state_bytes(const vtb_setup *)
{
    return sizeof(vtb_pool);
}

static inline void vtb_state_open(vtb_service *, const vtb_setup *)
{
}

static inline void vtb_state_close(vtb_service *service)
{
    vtb_pool *pool = static_cast<vtb_pool *>(service->state);
    while (void *frame = vtb_pool_take(service, pool))
        vtb_free(service, frame, VTB_HIT_BYTES);
}

VTB_STRATEGY(coroutine_recycled) = {
    .summary = "a C++20 coroutine with an eager task, its frame from a free list",
    .modelled_on = "recycling allocators of frames",
    .shape = VTB_SHAPE_OBJECT,
    .indirect_calls_on_hit = 2, /* who waits, and the frame's destroy */
    .lacks = {.async_method = "its method is a compiled state machine already",
              .runtime_async = "a coroutine is suspended by its compiler",
              .several_consumers = "a task is awaited once",
              .storing = "nothing tells a frame from the one before in the same memory",
              .other_threads = "nothing guards the moment between call and await",
              .as_task = "a task of a coroutine is moved, never copied",
              .collector = "a frame has addresses that its compiler alone knows of"},
};
