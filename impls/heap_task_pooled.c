/*
 * heap_task's objects from free lists of the calling thread, one list for each kind of object: once
 * as many were made as are ever used at once, nothing is allocated any more. Nothing is zeroed
 * either, as only what a task needs is written. A task that another thread releases goes back to
 * the pool that it came from.
 */
#define VTB_COUNTS_REFERENCES 1
#define VTB_OWN_TASK_MEMORY 1
#define VTB_REUSES 1
#define VTB_HAS_STATE 1
#define VTB_STATE_ROOTS (sizeof(struct vtb_task_pools) / sizeof(void *))
#include <vtb/task_handover.h>

#include <vtb/pool.h>

struct vtb_task_pools {
    struct vtb_pool of[VTB_CONTEXTS_N]; /* by the context of the tasks' types */
};

VTB_OUT_OF_LINE static struct vtb_task *
vtb_task_make(struct vtb_service *service, const struct vtb_type *type, struct vtb_pool *home)
{
    struct vtb_task *task = (struct vtb_task *)vtb_alloc_zeroed(service, type);
    task->type = type;
    task->home = home;
    return task;
}

static inline struct vtb_task *vtb_task_new(struct vtb_service *service,
                                            const struct vtb_type *type)
{
    struct vtb_task_pools *pools = (struct vtb_task_pools *)service->state;
    struct vtb_pool *pool = &pools->of[type->context];
    struct vtb_task *task = (struct vtb_task *)vtb_pool_take(service, pool);
    return VTB_LIKELY(task != NULL) ? task : vtb_task_make(service, type, pool);
}

/* Whether a pool is one of this thread's. */
static inline bool vtb_pool_is_own(const struct vtb_service *service, const struct vtb_pool *pool)
{
    return (uintptr_t)pool - (uintptr_t)service->state < sizeof(struct vtb_task_pools);
}

static inline void vtb_task_delete(struct vtb_service *service, struct vtb_task *task)
{
    struct vtb_pool *pool = (struct vtb_pool *)task->home;
    if (VTB_ATOMIC && VTB_UNLIKELY(!vtb_pool_is_own(service, pool)))
        vtb_pool_put_remote(service, pool, task);
    else if (!vtb_pool_put(pool, task))
        vtb_free(service, task, vtb_task_bytes(task));
}

static inline size_t vtb_state_bytes(const struct vtb_setup *setup)
{
    (void)setup;
    return sizeof(struct vtb_task_pools);
}

static inline void vtb_state_open(struct vtb_service *service, const struct vtb_setup *setup)
{
    (void)service;
    (void)setup;
}

static inline void vtb_state_close(struct vtb_service *service)
{
    struct vtb_task_pools *pools = (struct vtb_task_pools *)service->state;
    for (int i = 0; i < VTB_CONTEXTS_N; i++) {
        struct vtb_task *task;
        while ((task = (struct vtb_task *)vtb_pool_take(service, &pools->of[i])))
            vtb_free(service, task, vtb_task_bytes(task));
    }
}

VTB_STRATEGY(heap_task_pooled) = {
    .summary = "a task from the thread's free list, ready or not",
    .modelled_on = "object pools",
    .shape = VTB_SHAPE_OBJECT,
    .lacks = {.runtime_async = "the runtime makes the task at its boundary, and pools none",
              .as_task = "it is a task"},
};
