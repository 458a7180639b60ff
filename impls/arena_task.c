/*
 * heap_task's objects from an arena: one block for all that the operations of a request need, from
 * which objects are cut off one by one. Nothing is freed alone: the block goes back to the heap
 * when the request is over and the last of its operations was consumed.
 */
#define VTB_OWN_TASK_MEMORY 1
#define VTB_HAS_STATE 1
#define VTB_STATE_ROOTS 1
#include <vtb/task_handover.h>

struct vtb_block {
    size_t live_n; /* objects that are not consumed */
    bool open;     /* the request goes on */
};

struct vtb_arena {
    struct vtb_block *block; /* of the request that goes on; null before the first one */
    char *next;
    size_t left_n; /* objects that the request still needs */
    size_t objects_n;
    size_t block_bytes;
};

/* How many objects a request needs: one for each method of each operation. */
static inline size_t vtb_request_objects_n(const struct vtb_setup *setup)
{
    return setup->request_ops * (VTB_ASYNC ? setup->depth : 1);
}

#define VTB_REQUEST_BYTES(setup) \
    (sizeof(struct vtb_block) +  \
     vtb_request_objects_n(setup) * (sizeof(struct vtb_task) + (setup)->record_bytes))

static inline size_t vtb_state_bytes(const struct vtb_setup *setup)
{
    (void)setup;
    return sizeof(struct vtb_arena);
}

static inline void vtb_state_open(struct vtb_service *service, const struct vtb_setup *setup)
{
    struct vtb_arena *arena = (struct vtb_arena *)service->state;
    arena->objects_n = vtb_request_objects_n(setup);
    arena->block_bytes = VTB_REQUEST_BYTES(setup);
}

/* Ends the request; the next object opens another block. */
static inline void vtb_request_end(struct vtb_service *service, struct vtb_arena *arena)
{
    struct vtb_block *block = arena->block;
    arena->block = NULL;
    if (!block)
        return;
    block->open = false;
    if (block->live_n == 0)
        vtb_free(service, block, arena->block_bytes);
}

static inline void vtb_state_close(struct vtb_service *service)
{
    vtb_request_end(service, (struct vtb_arena *)service->state);
}

VTB_OUT_OF_LINE static void vtb_request_begin(struct vtb_service *service, struct vtb_arena *arena)
{
    vtb_request_end(service, arena);
    arena->block = (struct vtb_block *)vtb_alloc_block(service, arena->block_bytes);
    arena->block->live_n = 0;
    arena->block->open = true;
    arena->next = (char *)(arena->block + 1);
    arena->left_n = arena->objects_n;
}

static inline struct vtb_task *vtb_task_new(struct vtb_service *service,
                                            const struct vtb_type *type)
{
    struct vtb_arena *arena = (struct vtb_arena *)service->state;
    if (VTB_UNLIKELY(arena->left_n == 0))
        vtb_request_begin(service, arena);
    struct vtb_task *task = (struct vtb_task *)(void *)arena->next;
    arena->next += type->bytes;
    arena->left_n--;
    arena->block->live_n++;
    task->type = type;
    task->home = arena->block;
    return task;
}

static inline void vtb_task_delete(struct vtb_service *service, struct vtb_task *task)
{
    struct vtb_block *block = (struct vtb_block *)task->home;
    if (VTB_UNLIKELY(--block->live_n == 0 && !block->open))
        vtb_free(service, block, ((struct vtb_arena *)service->state)->block_bytes);
}

VTB_STRATEGY(arena_task) = {
    .summary = "a task cut off from the block of a request of --request-ops operations",
    .modelled_on = "region allocation",
    .aliases = "arena",
    .shape = VTB_SHAPE_OBJECT,
    .has_local = true,
    .lacks = {.runtime_async = "the runtime makes its objects one by one, and not of a block",
              .other_threads = "the block of a request belongs to one thread",
              .as_task = "it is a task",
              .collector = "its objects are parts of a block that it frees itself"},
};
