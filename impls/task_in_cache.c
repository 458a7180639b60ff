/*
 * The cache holds completed tasks in place of values: a hit hands over the entry's own task, which
 * lives as long as the cache, and allocates nothing. A miss allocates a box, as heap_task does.
 */
#define VTB_COUNTS_REFERENCES 1
#define VTB_HAS_IMMORTAL_TASKS 1
#define VTB_HAS_STATE 1
#define VTB_OWN_READY 1
#include <vtb/task_handover.h>

/* The tasks of all entries, by the entry's number. */
static inline size_t vtb_state_bytes(const struct vtb_setup *setup)
{
    return setup->entries_n * sizeof(struct vtb_task);
}

/* An entry's task is made when the entry is, so that here all of them are there from the start. */
static inline void vtb_state_open(struct vtb_service *service, const struct vtb_setup *setup)
{
    struct vtb_task *tasks = (struct vtb_task *)service->state;
    for (uint64_t id = 0; id < setup->keys_n; id++) {
        const vtb_value *value = vtb_lookup(setup->table, vtb_key_of(setup->table, (uint32_t)id));
        struct vtb_task *task = tasks + vtb_entry_of(setup->table, value);
        vtb_task_set_type(task, &vtb_task_type);
        vtb_task_init_completed(task, value);
        task->home = tasks;
    }
}

static inline void vtb_state_close(struct vtb_service *service)
{
    (void)service;
}

static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value)
{
    (void)slot;
    vtb_count_immortal(service);
    return (struct vtb_task *)service->state + vtb_entry_of(service->table, value);
}

VTB_STRATEGY(task_in_cache) = {
    .summary = "the cache entry is a completed task; a new one on a miss",
    .modelled_on = "ConcurrentDictionary<K, Task<V>> of .NET",
    .shape = VTB_SHAPE_OBJECT,
    .lacks = {.async_method = "an asynchronous method makes a task of its own",
              .as_task = "it is a task"},
};
