#include "bench/fixture.h"

#include <string.h>

#include "base/pages.h"
#include "base/random.h"

/* Entries of the random order of completion: a period that no predictor learns. */
#define RANDOM_TURNS_N ((size_t)1 << 16)

/* A label of the seed's stream that no chunk of the schedule has. */
#define TURNS_STREAM UINT64_MAX

static bool make_turns(struct vtb_rig *rig, struct vtb_error *error)
{
    const size_t window = rig->point->in_flight;
    struct vtb_random random = vtb_random_stream(rig->schedule.seed, TURNS_STREAM);
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

/* Draws a chunk's first n calls, unless they are what stands there. */
static void draw(struct vtb_rig *rig, uint64_t chunk, size_t n)
{
    if (rig->drawn_n == n && rig->drawn_chunk == chunk)
        return;
    vtb_schedule_fill(&rig->schedule, chunk, rig->drawn, n);
    rig->drawn_chunk = chunk;
    rig->drawn_n = n;
}

/* The keys of the calls: recorded ones as they are, others drawn. */
static bool make_ids(struct vtb_rig *rig, struct vtb_error *error)
{
    const struct vtb_trace *trace = rig->point->trace;
    if (trace) {
        rig->ids = trace->ids;
        rig->ids_n = trace->ids_n;
        return true;
    }
    rig->drawn = vtb_pages(VTB_SCHEDULE_CHUNK * sizeof *rig->drawn, "the schedule", error);
    if (!rig->drawn)
        return false;
    draw(rig, 0, VTB_SCHEDULE_CHUNK);
    rig->ids = rig->drawn;
    rig->ids_n = VTB_SCHEDULE_CHUNK;
    return true;
}

static bool make_pollution(struct vtb_rig *rig, struct vtb_error *error)
{
    const size_t bytes = rig->point->pollute_bytes;
    if (bytes == 0)
        return true;
    rig->pollution = vtb_pages(bytes, "the memory to pollute caches with", error);
    if (rig->pollution)
        memset(rig->pollution, 1,
               bytes); /* pages that were never written share one page of zeros */
    return rig->pollution != NULL;
}

bool vtb_rig_open(struct vtb_rig *rig, const struct vtb_point *point, struct vtb_error *error)
{
    return vtb_rig_open_repeat(rig, point, 0, error);
}

bool vtb_rig_open_repeat(struct vtb_rig *rig, const struct vtb_point *point, size_t repeat,
                         struct vtb_error *error)
{
    *rig = (struct vtb_rig){
        .point = point,
        .schedule = {point->emerges ? 1 : point->hit_rate, point->failure_rate, point->force_async,
                     point->keys_n, point->distribution, point->seed + repeat},
    };
    if (!make_ids(rig, error) || !make_turns(rig, error) || !make_table(rig, error) ||
        !make_pollution(rig, error)) {
        vtb_rig_close(rig);
        return false;
    }
    return true;
}

void vtb_rig_close(struct vtb_rig *rig)
{
    vtb_pages_free(rig->pollution, rig->pollution ? rig->point->pollute_bytes : 0);
    vtb_pages_free(rig->table, rig->table_bytes);
    vtb_pages_free(rig->turns, rig->turns_n * sizeof *rig->turns);
    vtb_pages_free(rig->drawn, VTB_SCHEDULE_CHUNK * sizeof *rig->drawn);
    *rig = (struct vtb_rig){0};
}

size_t vtb_rig_calls(struct vtb_rig *rig, uint64_t first, uint64_t n, const uint32_t **ids)
{
    const size_t start = (size_t)(first % rig->ids_n);
    const size_t most = rig->ids_n - start;
    const size_t found = n < most ? (size_t)n : most;
    if (rig->drawn) {
        assert(start == 0);
        draw(rig, first / VTB_SCHEDULE_CHUNK, found);
    }
    *ids = rig->ids + start;
    return found;
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

/* Where the parts of a case's memory stand, and how much it is. */
struct layout {
    size_t frames;
    size_t state;
    size_t own;
    size_t quarantine;
    size_t end;
};

/* Lines of the processor's cache in a page. */
#define LINE_BYTES ((size_t)64)
#define LINES_N ((size_t)64)

static size_t align(size_t bytes)
{
    return (bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
}

/* A number that follows from a cell and its heap, and not from where this process happens to have
 * them: where a case's memory starts would otherwise be another matter in each run. */
static uint64_t number_of(const struct vtb_env *env, const struct vtb_cell *cell)
{
    uint64_t number = 0;
    for (const char *c = cell->name; *c; c++)
        number = vtb_mix64(number ^ (unsigned char)*c);
    for (const char *c = env->service.heap->summary; c && *c; c++)
        number = vtb_mix64(number ^ (unsigned char)*c);
    return number;
}

/* The first part starts at a line of the page that differs from case to case: were all to start at
 * the page's first, they would compete for the same places of the caches. */
static struct layout lay_out(const struct vtb_rig *rig, const struct vtb_env *env,
                             const struct vtb_cell *cell)
{
    const struct vtb_setup setup = vtb_rig_setup(rig, cell);
    const struct vtb_workload *workload = rig->point->workload->workload;
    struct layout layout;
    layout.frames = (size_t)(number_of(env, cell) % LINES_N) * LINE_BYTES;
    layout.state = align(layout.frames + env->window * env->frame_bytes);
    layout.own = align(layout.state + (cell->state_bytes ? cell->state_bytes(&setup) : 0));
    layout.quarantine =
        align(layout.own +
              (workload->own_bytes ? workload->own_bytes(rig->table, &rig->point->cache) : 0));
    layout.end = layout.quarantine + (cell->checked ? sizeof *env->service.quarantine : 0);
    return layout;
}

typedef void roots_function(struct vtb_gc *gc, const struct vtb_roots *roots);

/* All references that the case holds, for a collector: in each frame, and the strategy's. */
static void for_roots(const struct vtb_env *env, const struct vtb_cell *cell, struct vtb_gc *gc,
                      roots_function *visit)
{
    char *frames = env->frames;
    const size_t stride = env->frame_bytes;
    if (cell->frame_bytes)
        visit(gc, &(struct vtb_roots){frames + cell->pending_offset, env->window, stride});
    if (cell->frame_bytes && cell->handover_refers)
        visit(gc, &(struct vtb_roots){frames + cell->handover_offset, env->window, stride});
    if (cell->state_roots_n)
        visit(gc, &(struct vtb_roots){env->service.state, cell->state_roots_n, sizeof(void *)});
}

/* The methods around the service's: the first calls it, each of the others the one before. */
static void make_layers(struct vtb_env *env, size_t depth)
{
    for (size_t i = 0; i + 1 < depth; i++)
        env->layers[i] = (struct vtb_layer){&env->service, i > 0 ? &env->layers[i - 1] : NULL};
    env->top = depth > 1 ? &env->layers[depth - 2] : NULL;
}

static bool make_memory(const struct vtb_rig *rig, struct vtb_env *env, const struct vtb_cell *cell,
                        struct vtb_error *error)
{
    const struct vtb_workload *workload = rig->point->workload->workload;
    const struct layout layout = lay_out(rig, env, cell);
    char *memory = vtb_pages(layout.end, "the in-flight window and the strategy's state", error);
    if (!memory)
        return false;
    env->memory = memory;
    env->memory_bytes = layout.end;
    env->frames = memory + layout.frames;
    if (cell->state_bytes)
        env->service.state = memory + layout.state;
    if (workload->own_bytes)
        env->service.table =
            workload->make_own(memory + layout.own, rig->table, &rig->point->cache);
    if (cell->checked)
        env->service.quarantine = (struct vtb_quarantine *)(void *)(memory + layout.quarantine);
    return true;
}

bool vtb_rig_open_env(const struct vtb_rig *rig, struct vtb_env *env, const struct vtb_cell *cell,
                      const struct vtb_memory *memory, struct vtb_error *error)
{
    const struct vtb_setup setup = vtb_rig_setup(rig, cell);
    const struct vtb_heap *heap = memory->heap;
    *env = (struct vtb_env){
        .service = {.table = rig->table, .alloc = heap->alloc, .free = heap->free, .heap = heap},
        .ids = rig->ids,
        .ids_n = rig->ids_n,
        .zero = rig->zero,
        .window = rig->point->in_flight,
        .frame_bytes = cell->frame_bytes + (rig->point->depth - 1) * cell->place_bytes,
        .turns = rig->turns,
        .turns_n = rig->turns_n,
        .pollution = rig->pollution,
        .pollution_bytes = rig->point->pollute_bytes,
    };
    make_layers(env, rig->point->depth);
    if (!make_memory(rig, env, cell, error))
        return false;
    if (memory->gc) {
        heap->collector->access(memory->gc, &env->service.gc);
        for_roots(env, cell, memory->gc, heap->collector->add_roots);
    }
    vtb_memory_enter(memory);
    cell->open(env, &setup);
    vtb_memory_leave(memory);
    return true;
}

void vtb_rig_close_env(struct vtb_env *env, const struct vtb_cell *cell,
                       const struct vtb_memory *memory)
{
    vtb_memory_enter(memory);
    cell->close(env);
    vtb_memory_leave(memory);
    if (memory->gc)
        for_roots(env, cell, memory->gc, memory->heap->collector->drop_roots);
    vtb_pages_free(env->memory, env->memory_bytes);
    env->frames = NULL;
}

vtb_loop_function *vtb_rig_loop(const struct vtb_rig *rig, const struct vtb_cell *cell,
                                enum vtb_consumer consumer)
{
    const bool layers = rig->point->depth > 1;
    if (rig->point->pollute_bytes > 0)
        return consumer == VTB_CONSUMER_DEPENDENT ? cell->run_dependent_polluted
                                                  : cell->run_independent_polluted;
    if (consumer == VTB_CONSUMER_DEPENDENT)
        return layers ? cell->run_dependent_layers : cell->run_dependent;
    return layers ? cell->run_independent_layers : cell->run_independent;
}

uint64_t vtb_rig_checksum(const struct vtb_env *env)
{
    return env->checksum - env->service.failed_share;
}
