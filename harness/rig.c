#include "rig.h"

#include "pages.h"
#include "random.h"

/* Entries of the random order of completion: a period that no predictor learns. */
#define RANDOM_TURNS_N ((size_t)1 << 16)

/* A label of the seed's stream that no chunk of the schedule has. */
#define TURNS_STREAM UINT64_MAX

static bool make_turns(struct vtb_rig *rig, struct vtb_error *error)
{
    const size_t window = rig->point->in_flight;
    struct vtb_random random = vtb_random_stream(rig->point->seed, TURNS_STREAM);
    switch (rig->point->completion) {
    case VTB_COMPLETION_FIFO:
        rig->turns_n = window;
        break;
    case VTB_COMPLETION_LIFO:
        rig->turns_n = 1;
        break;
    case VTB_COMPLETION_RANDOM:
        rig->turns_n = RANDOM_TURNS_N;
        break;
    }
    rig->turns = vtb_pages(rig->turns_n * sizeof *rig->turns, "the order of completion", error);
    if (!rig->turns)
        return false;
    for (size_t i = 0; i < rig->turns_n; i++) {
        switch (rig->point->completion) {
        case VTB_COMPLETION_FIFO:
            rig->turns[i] = (uint32_t)i;
            break;
        case VTB_COMPLETION_LIFO:
            rig->turns[i] = (uint32_t)window - 1;
            break;
        case VTB_COMPLETION_RANDOM:
            rig->turns[i] = (uint32_t)vtb_random_below(&random, window);
            break;
        }
    }
    return true;
}

static bool make_table(struct vtb_rig *rig, struct vtb_error *error)
{
    const struct vtb_workload *workload = rig->point->workload->workload;
    rig->table_bytes = workload->table_bytes(rig->point->keys_n);
    void *memory = vtb_pages(rig->table_bytes, "the workload's table", error);
    if (!memory)
        return false;
    rig->table = workload->make_table(memory, rig->point->keys_n);
    return true;
}

bool vtb_rig_open(struct vtb_rig *rig, const struct vtb_point *point, struct vtb_error *error)
{
    *rig = (struct vtb_rig){
        .point = point,
        .schedule = {point->hit_rate, point->keys_n, point->distribution, point->seed},
    };
    rig->ids = vtb_pages(VTB_SCHEDULE_CHUNK * sizeof *rig->ids, "the schedule", error);
    if (!rig->ids || !make_turns(rig, error) || !make_table(rig, error)) {
        vtb_rig_close(rig);
        return false;
    }
    vtb_schedule_fill(&rig->schedule, 0, rig->ids, VTB_SCHEDULE_CHUNK);
    return true;
}

void vtb_rig_close(struct vtb_rig *rig)
{
    vtb_pages_free(rig->table, rig->table_bytes);
    vtb_pages_free(rig->turns, rig->turns_n * sizeof *rig->turns);
    vtb_pages_free(rig->ids, VTB_SCHEDULE_CHUNK * sizeof *rig->ids);
    *rig = (struct vtb_rig){0};
}

/* Both references that a frame holds, for a collector. */
static void for_roots(const struct vtb_env *env, const struct vtb_cell *cell,
                      void (*visit)(const struct vtb_roots *roots))
{
    if (!visit || !env->frames)
        return;
    visit(&(struct vtb_roots){(char *)env->frames + cell->pending_offset, env->window,
                              cell->frame_bytes});
    visit(&(struct vtb_roots){(char *)env->frames + cell->slot_offset, env->window,
                              cell->frame_bytes});
}

bool vtb_rig_open_env(const struct vtb_rig *rig, struct vtb_env *env, const struct vtb_cell *cell,
                      const struct vtb_heap *heap, struct vtb_error *error)
{
    *env = (struct vtb_env){
        .service = {.table = rig->table, .alloc = heap->alloc, .free = heap->free, .heap = heap},
        .ids = rig->ids,
        .ids_n = VTB_SCHEDULE_CHUNK,
        .zero = rig->zero,
        .window = rig->point->in_flight,
        .turns = rig->turns,
        .turns_n = rig->turns_n,
    };
    if (cell->frame_bytes) {
        env->frames = vtb_pages(env->window * cell->frame_bytes, "the in-flight window", error);
        if (!env->frames)
            return false;
    }
    cell->open(env);
    for_roots(env, cell, heap->add_roots);
    return true;
}

void vtb_rig_close_env(struct vtb_env *env, const struct vtb_cell *cell)
{
    for_roots(env, cell, env->service.heap->drop_roots);
    vtb_pages_free(env->frames, env->window * cell->frame_bytes);
    env->frames = NULL;
}
