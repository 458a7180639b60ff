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
        .schedule = {point->hit_rate, point->failure_rate, point->force_async, point->keys_n,
                     point->distribution, point->seed},
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

struct vtb_setup vtb_rig_setup(const struct vtb_rig *rig, const struct vtb_cell *cell)
{
    return (struct vtb_setup){
        .table = rig->table,
        .keys_n = rig->point->keys_n,
        .entries_n = rig->point->workload->workload->entries_n(rig->point->keys_n),
        .window = rig->point->in_flight,
        .depth = rig->point->depth,
        .request_ops = rig->point->request_ops,
        .record_bytes = cell->record_bytes,
    };
}

static size_t frames_bytes(const struct vtb_env *env)
{
    return env->window * env->frame_bytes;
}

static size_t state_bytes(const struct vtb_rig *rig, const struct vtb_cell *cell)
{
    const struct vtb_setup setup = vtb_rig_setup(rig, cell);
    return cell->state_bytes ? cell->state_bytes(&setup) : 0;
}

/* All references that the case holds, for a collector: two in each frame, and the strategy's. */
static void for_roots(const struct vtb_env *env, const struct vtb_cell *cell,
                      void (*visit)(const struct vtb_roots *roots))
{
    if (!visit)
        return;
    if (env->frames) {
        visit(&(struct vtb_roots){(char *)env->frames + cell->pending_offset, env->window,
                                  env->frame_bytes});
        visit(&(struct vtb_roots){(char *)env->frames + cell->handover_offset, env->window,
                                  env->frame_bytes});
    }
    if (cell->state_roots_n)
        visit(&(struct vtb_roots){env->service.state, cell->state_roots_n, sizeof(void *)});
}

/* The methods around the service's: the first calls it, each of the others the one before. */
static void make_layers(struct vtb_env *env, size_t depth)
{
    for (size_t i = 0; i + 1 < depth; i++)
        env->layers[i] = (struct vtb_layer){&env->service, i > 0 ? &env->layers[i - 1] : NULL};
    env->top = depth > 1 ? &env->layers[depth - 2] : NULL;
}

static void free_pages(const struct vtb_rig *rig, struct vtb_env *env, const struct vtb_cell *cell)
{
    vtb_pages_free(env->frames, frames_bytes(env));
    vtb_pages_free(env->service.state, state_bytes(rig, cell));
    vtb_pages_free(env->service.quarantine, sizeof *env->service.quarantine);
    env->frames = NULL;
}

static bool make_pages(const struct vtb_rig *rig, struct vtb_env *env, const struct vtb_cell *cell,
                       struct vtb_error *error)
{
    const size_t state_n = state_bytes(rig, cell);
    if (cell->frame_bytes &&
        !(env->frames = vtb_pages(frames_bytes(env), "the in-flight window", error)))
        return false;
    if (state_n && !(env->service.state = vtb_pages(state_n, "the strategy's state", error)))
        return false;
    return !cell->checked || (env->service.quarantine = vtb_pages(sizeof *env->service.quarantine,
                                                                  "the quarantine", error));
}

bool vtb_rig_open_env(const struct vtb_rig *rig, struct vtb_env *env, const struct vtb_cell *cell,
                      const struct vtb_heap *heap, struct vtb_error *error)
{
    const struct vtb_setup setup = vtb_rig_setup(rig, cell);
    *env = (struct vtb_env){
        .service = {.table = rig->table, .alloc = heap->alloc, .free = heap->free, .heap = heap},
        .ids = rig->ids,
        .ids_n = VTB_SCHEDULE_CHUNK,
        .zero = rig->zero,
        .window = rig->point->in_flight,
        .frame_bytes = cell->frame_bytes + (rig->point->depth - 1) * cell->place_bytes,
        .turns = rig->turns,
        .turns_n = rig->turns_n,
    };
    make_layers(env, rig->point->depth);
    if (!make_pages(rig, env, cell, error)) {
        free_pages(rig, env, cell);
        return false;
    }
    cell->open(env, &setup);
    for_roots(env, cell, heap->add_roots);
    return true;
}

void vtb_rig_close_env(const struct vtb_rig *rig, struct vtb_env *env, const struct vtb_cell *cell)
{
    cell->close(env);
    for_roots(env, cell, env->service.heap->drop_roots);
    free_pages(rig, env, cell);
}

vtb_loop_function *vtb_rig_loop(const struct vtb_rig *rig, const struct vtb_cell *cell,
                                enum vtb_consumer consumer)
{
    const bool layers = rig->point->depth > 1;
    if (consumer == VTB_CONSUMER_DEPENDENT)
        return layers ? cell->run_dependent_layers : cell->run_dependent;
    return layers ? cell->run_independent_layers : cell->run_independent;
}

uint64_t vtb_rig_checksum(const struct vtb_env *env)
{
    return env->checksum - env->service.failed_share;
}
