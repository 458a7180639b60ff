/*
 * The cache holds completed tasks in place of values: a hit hands over the entry's own task, which
 * lives as long as the cache, and allocates nothing. A miss allocates a box, as heap_task does, and
 * that is then cached. As the schedule says which calls hit, it must not be found again: it stays
 * in a ring of the tasks that were cached last, and gives way to younger ones.
 */
#define VTB_COUNTS_REFERENCES 1
#define VTB_HAS_IMMORTAL_TASKS 1
#define VTB_HAS_STATE 1
#define VTB_STATE_ROOTS VTB_CACHED_LAST_N
#define VTB_CACHED_LAST_N 64
#define VTB_OWN_READY 1
#define VTB_OWN_COMPLETE 1
#include <vtb/task_handover.h>

struct vtb_task_cache {
    struct vtb_task *last[VTB_CACHED_LAST_N]; /* each holds a reference */
    size_t cached_n;
    struct vtb_task entries[]; /* the tasks of all entries, by the entry's number */
};

static inline size_t vtb_state_bytes(const struct vtb_setup *setup)
{
    return sizeof(struct vtb_task_cache) + setup->entries_n * sizeof(struct vtb_task);
}

/* Makes the tasks of all entries at the start, because an entry's task is made when the entry
 * is. */
static inline void vtb_state_open(struct vtb_service *service, const struct vtb_setup *setup)
{
    struct vtb_task_cache *cache = (struct vtb_task_cache *)service->state;
    for (uint64_t id = 0; id < setup->keys_n; id++) {
        const vtb_value *value =
            vtb_lookup(service->table, vtb_key_of(service->table, (uint32_t)id));
        struct vtb_task *task = cache->entries + vtb_entry_of(service->table, value);
        vtb_task_set_type(task, &vtb_task_type);
        vtb_task_init_completed(task, value);
        task->home = cache;
    }
}

static inline void vtb_state_close(struct vtb_service *service)
{
    struct vtb_task_cache *cache = (struct vtb_task_cache *)service->state;
    for (size_t i = 0; i < VTB_CACHED_LAST_N; i++) {
        if (cache->last[i])
            vtb_task_release(service, cache->last[i]);
    }
}

static inline void vtb_cache_task(struct vtb_service *service, struct vtb_task *task)
{
    struct vtb_task_cache *cache = (struct vtb_task_cache *)service->state;
    struct vtb_task **place = &cache->last[cache->cached_n++ % VTB_CACHED_LAST_N];
    struct vtb_task *oldest = *place;
    vtb_task_retain(task);
    *place = task;
    if (oldest)
        vtb_task_release(service, oldest);
}

/* Completes a task and puts it in the cache. A task whose method failed is not cached. */
static inline void vtb_complete(struct vtb_service *service, void *pending,
                                const struct vtb_answer *answer)
{
    if (!answer->fault)
        vtb_cache_task(service, (struct vtb_task *)pending);
    vtb_task_complete(service, (struct vtb_task *)pending, answer);
}

static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value)
{
    (void)slot;
    vtb_count_immortal(service);
    struct vtb_task_cache *cache = (struct vtb_task_cache *)service->state;
    return cache->entries + vtb_entry_of(service->table, value);
}

VTB_STRATEGY(task_in_cache) = {
    .summary = "the cache entry is a completed task; a new one on a miss, then cached",
    .modelled_on = "ConcurrentDictionary<K, Task<V>> of .NET",
    .guest = {"cached_task"},
    .instead_in = "java",
    .shape = VTB_SHAPE_OBJECT,
    .lacks = {.async_method = "an asynchronous method makes a task of its own",
              .runtime_async = "what is kept in the cache is a task",
              .as_task = "it is a task",
              .real_cache = "its tasks are made when the table is"},
};
