#include "bench/fixture.h"

#include <string.h>

#include "base/pages.h"
#include "bench/exhausted.h"
#include "plan/random.h"

/* Entries of the random order of completion, a period too long for a branch predictor to learn. */
#define RANDOM_ORDER_N ((size_t)1 << 16)

/* The number of the random stream for the order of completion; no chunk of the schedule has it. */
#define COMPLETION_STREAM UINT64_MAX

static bool make_completion_order(struct vtb_fixture *fixture, struct vtb_error *error)
{
    const size_t window = fixture->point->in_flight;
    struct vtb_random random = vtb_random_stream(fixture->schedule.seed, COMPLETION_STREAM);
    switch (fixture->point->completion) {
    case VTB_COMPLETION_FIFO:
        fixture->completion_order_n = window;
        break;
    case VTB_COMPLETION_LIFO:
        fixture->completion_order_n = 1;
        break;
    case VTB_COMPLETION_RANDOM:
        fixture->completion_order_n = RANDOM_ORDER_N;
        break;
    }
    fixture->completion_order =
        vtb_pages(fixture->completion_order_n * sizeof *fixture->completion_order,
                  "the order of completion", error);
    if (!fixture->completion_order)
        return false;
    for (size_t i = 0; i < fixture->completion_order_n; i++) {
        switch (fixture->point->completion) {
        case VTB_COMPLETION_FIFO:
            fixture->completion_order[i] = (uint32_t)i;
            break;
        case VTB_COMPLETION_LIFO:
            fixture->completion_order[i] = (uint32_t)window - 1;
            break;
        case VTB_COMPLETION_RANDOM:
            fixture->completion_order[i] = (uint32_t)vtb_random_below(&random, window);
            break;
        }
    }
    return true;
}

static bool make_table(struct vtb_fixture *fixture, struct vtb_error *error)
{
    const struct vtb_workload *workload = fixture->point->workload->workload;
    fixture->table_bytes = workload->table_bytes(fixture->point->keys_n);
    void *memory = vtb_pages(fixture->table_bytes, "the workload's table", error);
    if (!memory)
        return false;
    fixture->table = workload->make_table(memory, fixture->point->keys_n);
    if (!fixture->point->concurrent_table)
        return true;
    fixture->concurrent_bytes = workload->concurrent_bytes(fixture->point->keys_n);
    fixture->concurrent = vtb_pages(fixture->concurrent_bytes, "the concurrent table", error);
    if (!fixture->concurrent)
        return false;
    workload->make_concurrent(fixture->concurrent, fixture->table);
    return true;
}

/* Draws the first n calls of a chunk, unless they are the ones that were drawn last. */
static void draw(struct vtb_fixture *fixture, uint64_t chunk, size_t n)
{
    if (fixture->drawn_n == n && fixture->drawn_chunk == chunk)
        return;
    vtb_schedule_fill(&fixture->schedule, chunk, fixture->drawn, n);
    fixture->drawn_chunk = chunk;
    fixture->drawn_n = n;
}

/* Borrows the keys of the calls if they are recorded; otherwise draws them. */
static bool make_ids(struct vtb_fixture *fixture, struct vtb_error *error)
{
    const struct vtb_trace *trace = fixture->point->hits.trace;
    if (trace) {
        fixture->ids = trace->ids;
        fixture->ids_n = trace->ids_n;
        return true;
    }
    fixture->drawn = vtb_pages(VTB_SCHEDULE_CHUNK * sizeof *fixture->drawn, "the schedule", error);
    if (!fixture->drawn)
        return false;
    draw(fixture, 0, VTB_SCHEDULE_CHUNK);
    fixture->ids = fixture->drawn;
    fixture->ids_n = VTB_SCHEDULE_CHUNK;
    return true;
}

static bool make_pollution(struct vtb_fixture *fixture, struct vtb_error *error)
{
    const size_t bytes = fixture->point->pollute_bytes;
    if (bytes == 0)
        return true;
    fixture->pollution = vtb_pages(bytes, "the memory to pollute caches with", error);
    if (fixture->pollution) /* unwritten pages could all be one and the same page of zeros */
        memset(fixture->pollution, 1, bytes);
    return fixture->pollution != NULL;
}

static bool open_from(struct vtb_fixture *fixture, const struct vtb_point *point, uint64_t seed,
                      uint64_t places, struct vtb_error *error)
{
    *fixture = (struct vtb_fixture){
        .point = point,
        .places = places,
        .schedule = {point->hits.emerge ? 1 : point->hits.rate, point->failure_rate,
                     point->force_async, point->keys_n, point->distribution, seed},
    };
    if (!make_ids(fixture, error) || !make_completion_order(fixture, error) ||
        !make_table(fixture, error) || !make_pollution(fixture, error)) {
        vtb_fixture_close(fixture);
        return false;
    }
    return true;
}

bool vtb_fixture_open(struct vtb_fixture *fixture, const struct vtb_point *point,
                      struct vtb_error *error)
{
    return open_from(fixture, point, point->seed, 0, error);
}

bool vtb_fixture_open_session(struct vtb_fixture *fixture, const struct vtb_point *point,
                              uint64_t session, struct vtb_error *error)
{
    const uint64_t seed = vtb_mix64(point->seed + vtb_mix64(session));
    return open_from(fixture, point, seed, seed, error);
}

void vtb_fixture_close(struct vtb_fixture *fixture)
{
    vtb_pages_free(fixture->pollution, fixture->pollution ? fixture->point->pollute_bytes : 0);
    vtb_pages_free(fixture->concurrent, fixture->concurrent_bytes);
    vtb_pages_free(fixture->table, fixture->table_bytes);
    vtb_pages_free(fixture->completion_order,
                   fixture->completion_order_n * sizeof *fixture->completion_order);
    vtb_pages_free(fixture->drawn, VTB_SCHEDULE_CHUNK * sizeof *fixture->drawn);
    *fixture = (struct vtb_fixture){0};
}

size_t vtb_fixture_calls(struct vtb_fixture *fixture, uint64_t first, uint64_t n,
                         const uint32_t **ids)
{
    const size_t start = (size_t)(first % fixture->ids_n);
    const size_t most = fixture->ids_n - start;
    const size_t found = n < most ? (size_t)n : most;
    if (fixture->drawn) {
        assert(start == 0);
        draw(fixture, first / VTB_SCHEDULE_CHUNK, found);
    }
    *ids = fixture->ids + start;
    return found;
}

struct vtb_setup vtb_fixture_setup(const struct vtb_fixture *fixture, const struct vtb_cell *cell)
{
    return (struct vtb_setup){
        .table = fixture->table,
        .keys_n = fixture->point->keys_n,
        .entries_n = fixture->point->workload->workload->entries_n(fixture->point->keys_n),
        .window = fixture->point->in_flight,
        .depth = fixture->point->depth,
        .request_ops = fixture->point->request_ops,
        .record_bytes = cell->record_bytes,
    };
}

/* The offsets of the parts of a case's memory, in bytes; `end` is its size. */
struct layout {
    size_t frames;
    size_t state;
    size_t own;
    size_t quarantine;
    size_t end;
};

/* A line of the processor's cache, and the number of lines in a page of 4096 bytes. */
#define LINE_BYTES ((size_t)64)
#define LINES_N ((size_t)64)

static size_t align(size_t bytes)
{
    return (bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
}

/* A number that follows from the names of a cell and its heap, so that a case's memory starts at
 * the same line of a page in every run that does not draw its places. Addresses would differ from
 * run to run. */
static uint64_t number_of(const struct vtb_env *env, const struct vtb_cell *cell, uint64_t places)
{
    uint64_t number = places;
    for (const char *c = cell->name; *c; c++)
        number = vtb_mix64(number ^ (unsigned char)*c);
    for (const char *c = env->service.heap->summary; c && *c; c++)
        number = vtb_mix64(number ^ (unsigned char)*c);
    return number;
}

/* Lays out a case's memory. Cases start at different lines of a page: if all started at the first,
 * they would compete for the same sets of the processor's caches. */
static struct layout lay_out(const struct vtb_fixture *fixture, const struct vtb_env *env,
                             const struct vtb_cell *cell)
{
    const struct vtb_setup setup = vtb_fixture_setup(fixture, cell);
    const struct vtb_workload *workload = fixture->point->workload->workload;
    struct layout layout;
    layout.frames = (size_t)(number_of(env, cell, fixture->places) % LINES_N) * LINE_BYTES;
    layout.state = align(layout.frames + env->window * env->frame_bytes);
    layout.own = align(layout.state + (cell->state_bytes ? cell->state_bytes(&setup) : 0));
    layout.quarantine =
        align(layout.own + (workload->own_bytes
                                ? workload->own_bytes(fixture->table, &fixture->point->hits.cache)
                                : 0));
    layout.end = layout.quarantine + (cell->checked ? sizeof *env->service.quarantine : 0);
    return layout;
}

typedef void roots_function(struct vtb_gc *gc, const struct vtb_roots *roots);

/* Calls `visit` with all roots of a case: the references in its frames, and in the strategy's
 * state. */
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

/* Makes the layers around the service's method: the first calls the service's method, and each
 * other one calls the layer before it. */
static void make_layers(struct vtb_env *env, size_t depth)
{
    for (size_t i = 0; i + 1 < depth; i++)
        env->layers[i] = (struct vtb_layer){&env->service, i > 0 ? &env->layers[i - 1] : NULL};
    env->top = depth > 1 ? &env->layers[depth - 2] : NULL;
}

static bool make_memory(const struct vtb_fixture *fixture, struct vtb_env *env,
                        const struct vtb_cell *cell, struct vtb_error *error)
{
    const struct vtb_workload *workload = fixture->point->workload->workload;
    const struct layout layout = lay_out(fixture, env, cell);
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
            workload->make_own(memory + layout.own, fixture->table, &fixture->point->hits.cache);
    if (cell->checked)
        env->service.quarantine = (struct vtb_quarantine *)(void *)(memory + layout.quarantine);
    return true;
}

bool vtb_fixture_open_env(const struct vtb_fixture *fixture, struct vtb_env *env,
                          const struct vtb_cell *cell, const struct vtb_memory *memory,
                          struct vtb_error *error)
{
    const struct vtb_setup setup = vtb_fixture_setup(fixture, cell);
    const struct vtb_heap *heap = memory->heap;
    *env = (struct vtb_env){
        .service = {.table = fixture->table,
                    .alloc = heap->alloc,
                    .free = heap->free,
                    .heap = heap},
        .ids = fixture->ids,
        .ids_n = fixture->ids_n,
        .zero = fixture->zero,
        .window = fixture->point->in_flight,
        .frame_bytes = cell->frame_bytes + (fixture->point->depth - 1) * cell->place_bytes,
        .completion_order = fixture->completion_order,
        .completion_order_n = fixture->completion_order_n,
        .pollution = fixture->pollution,
        .pollution_bytes = fixture->point->pollute_bytes,
    };
    vtb_exhausted_watch(cell, heap);
    make_layers(env, fixture->point->depth);
    if (!make_memory(fixture, env, cell, error))
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

void vtb_fixture_close_env(struct vtb_env *env, const struct vtb_cell *cell,
                           const struct vtb_memory *memory)
{
    vtb_memory_enter(memory);
    cell->close(env);
    vtb_memory_leave(memory);
    if (cell->kind.concurrent)
        vtb_find_workload(cell->workload_name)
            ->workload->close_own((struct vtb_table *)(uintptr_t)env->service.table);
    if (memory->gc)
        for_roots(env, cell, memory->gc, memory->heap->collector->drop_roots);
    vtb_pages_free(env->memory, env->memory_bytes);
    env->frames = NULL;
}

bool vtb_fixture_fits(const struct vtb_fixture *fixture, const struct vtb_cell *cell)
{
    const struct vtb_point *point = fixture->point;
    return cell->kind.counting || (cell->kind.layered == (point->depth > 1) &&
                                   cell->kind.polluted == (point->pollute_bytes > 0));
}

vtb_loop_function *vtb_fixture_loop(const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                                    enum vtb_consumer consumer)
{
    assert(vtb_fixture_fits(fixture, cell));
    return consumer == VTB_CONSUMER_DEPENDENT ? cell->run_dependent : cell->run_independent;
}

uint64_t vtb_fixture_checksum(const struct vtb_env *env)
{
    return env->checksum - env->service.failed_share;
}
