/*
 * A task on the heap, but for values that are asked for over and over: for these there is one
 * completed task each, made once and never freed. Which values these are follows .NET: both bools,
 * the 32-bit integers -1 to 8, null, and since .NET 8 any value of up to 16 bytes that is all zero.
 */
#define VTB_COUNTS_REFERENCES 1
#define VTB_HAS_IMMORTAL_TASKS 1
#define VTB_HAS_STATE 1
#define VTB_OWN_READY 1
#include <vtb/task_handover.h>

#define VTB_HIT_BYTES sizeof(struct vtb_task)

/* The integers that have a task each; for a bool they are 0 and 1, false and true. */
#define VTB_LEAST_CACHED _Generic((vtb_value *)NULL, int * : -1, default : 0)
#define VTB_MOST_CACHED _Generic((vtb_value *)NULL, int * : 8, bool * : 1, default : 0)
#define VTB_CACHED_N ((size_t)(VTB_MOST_CACHED - VTB_LEAST_CACHED) + 1)

#define VTB_ZERO_IS_CACHED                                                         \
    (sizeof(vtb_value) == 1 || sizeof(vtb_value) == 2 || sizeof(vtb_value) == 4 || \
     sizeof(vtb_value) == 8 || sizeof(vtb_value) == 16)

/* The bytes of a value as an integer; a value of more bytes gives one that is too large to be
 * cached. */
static inline int64_t vtb_as_integer(const vtb_value *value)
{
    uint64_t words[2] = {0, 0};
    memcpy(words, value, sizeof *value < sizeof words ? sizeof *value : sizeof words);
    const int unused = 64 - 8 * (int)(sizeof *value < 8 ? sizeof *value : 8);
    return words[1] ? INT64_MAX : (int64_t)(words[0] << unused) >> unused;
}

static inline bool vtb_is_cached(int64_t integer)
{
    return VTB_ZERO_IS_CACHED && integer >= VTB_LEAST_CACHED && integer <= VTB_MOST_CACHED;
}

static inline struct vtb_task *vtb_cached_task(struct vtb_service *service, int64_t integer)
{
    return (struct vtb_task *)service->state + (integer - VTB_LEAST_CACHED);
}

static inline size_t vtb_state_bytes(const struct vtb_setup *setup)
{
    (void)setup;
    return VTB_CACHED_N * sizeof(struct vtb_task);
}

static inline void vtb_state_open(struct vtb_service *service, const struct vtb_setup *setup)
{
    (void)setup;
    for (int64_t integer = VTB_LEAST_CACHED; integer <= VTB_MOST_CACHED; integer++) {
        struct vtb_task *task = vtb_cached_task(service, integer);
        vtb_value value;
        memset(&value, 0, sizeof value);
        memcpy(&value, &integer, sizeof value < sizeof integer ? sizeof value : sizeof integer);
        vtb_task_set_type(task, &vtb_task_type);
        vtb_task_init_completed(task, &value);
        task->home = service->state;
    }
}

static inline void vtb_state_close(struct vtb_service *service)
{
    (void)service;
}

static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value)
{
    const int64_t integer = vtb_as_integer(value);
    (void)slot;
    if (!vtb_is_cached(integer))
        return vtb_task_from_result(service, value);
    vtb_count_immortal(service);
    return vtb_cached_task(service, integer);
}

VTB_STRATEGY(heap_task_cached) = {
    .summary = "one immortal task for each common value, else a new one",
    .modelled_on = "Task.FromResult of .NET and its cache",
    .aliases = "Task.FromResult",
    .shape = VTB_SHAPE_OBJECT,
    .indirect_calls_on_hit = 2, /* the heap's alloc and free, where the value is not common */
    .lacks = {.as_task = "it is a task"},
};
