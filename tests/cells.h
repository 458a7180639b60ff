/* Running a cell outside the passes, and what any strategy must have counted, worked out from the
 * schedule's entries one by one. */
#ifndef CELLS_H
#define CELLS_H

#include "check.h"
#include "layouts.h"
#include "memories.h"

#include "bench/fixture.h"

/* Equality that names the cell where it fails: a loop runs over all of them. */
#define assert_of_cell(cell, value, expected) \
    check_of_cell((cell), #value, (uint64_t)(value), (uint64_t)(expected), __FILE__, __LINE__)

static inline void check_of_cell(const struct vtb_cell *cell, const char *what, uint64_t value,
                                 uint64_t expected, const char *file, int line)
{
    if (value == expected)
        return;
    static const char *const methods[VTB_METHODS_N] = {"", " async", " runtime"};
    print_error("%s%s%s%s%s/%s: %s is %llu, not %llu\n", cell->name, methods[cell->kind.method],
                cell->kind.by_runtime ? " by runtime" : "", cell->kind.stored ? " stored" : "",
                cell->kind.collected ? " collected" : "", cell->workload_name, what,
                (unsigned long long)value, (unsigned long long)expected);
    _fail(file, line);
}

/* How a cell is run: `n` operations from `position` on. */
struct cell_run {
    const struct vtb_fixture *fixture;
    const struct vtb_cell *cell;
    const struct vtb_heap *heap;
    bool dependent;
    uint32_t zero; /* not 0: the next key really differs with the last result */
    size_t position;
    size_t n;
};

/* The results of a run, taken after its window was closed. */
struct cell_outcome {
    uint64_t checksum;
    uint64_t failed_n;
    size_t pending_before_n; /* before it was drained */
    size_t pending_n;
    struct vtb_counts counts;
    uint64_t collections_n;
};

/* Runs in three batches, as suspended operations stay from one to the next. */
static inline void cell_run_batches(const struct cell_run *run, struct vtb_env *env,
                                    struct cell_outcome *outcome)
{
    const enum vtb_consumer consumer =
        run->dependent ? VTB_CONSUMER_DEPENDENT : VTB_CONSUMER_INDEPENDENT;
    vtb_loop_function *loop = vtb_fixture_loop(run->fixture, run->cell, consumer);
    env->position = run->position;
    env->zero = run->zero;
    loop(env, run->n / 3);
    loop(env, 0);
    loop(env, run->n - run->n / 3);
    assert_int_equal(env->position, (run->position + run->n) % run->fixture->ids_n);
    outcome->pending_before_n = env->pending_n;
    run->cell->drain(env);
    run->cell->drain(env); /* of an empty window: nothing */
    outcome->pending_n = env->pending_n;
}

static inline struct cell_outcome cell_run(const struct cell_run *run)
{
    struct cell_outcome outcome = {0};
    struct vtb_memory memory;
    struct vtb_env env;
    struct vtb_error error;
    if (!run->cell) {
        fail_msg("no cell");
        return outcome;
    }
    open_memory(&memory, run->heap, run->fixture->point);
    if (!vtb_fixture_open_env(run->fixture, &env, run->cell, &memory, &error))
        fail_msg("%s", error.message);
    vtb_memory_enter(&memory);
    cell_run_batches(run, &env, &outcome);
    vtb_memory_leave(&memory);
    vtb_fixture_close_env(&env, run->cell, &memory);
    outcome.collections_n = collections_n(&memory);
    vtb_memory_close(&memory);
    outcome.checksum = vtb_fixture_checksum(&env);
    outcome.failed_n = env.service.failed_n;
    outcome.counts = env.service.counts;
    return outcome;
}

/* --- which calls hit --- */

/* A real cache as a service is said to have one, in the plainest way: keys in a list, the one used
 * last first; or for each key when its entry dies. */
#define CELL_KEYS_MAX 1000
struct cell_cache {
    uint32_t keys[CELL_KEYS_MAX];
    size_t keys_n;
    uint64_t deadlines_ns[CELL_KEYS_MAX];
    uint64_t now_ns;
};

static inline bool cell_lru_has(struct cell_cache *cache, size_t capacity, uint32_t key)
{
    size_t place = 0;
    while (place < cache->keys_n && cache->keys[place] != key)
        place++;
    const bool found = place < cache->keys_n;
    if (!found && cache->keys_n < capacity)
        cache->keys_n++;
    else if (!found)
        place--; /* the last one leaves */
    memmove(cache->keys + 1, cache->keys, place * sizeof *cache->keys);
    cache->keys[0] = key;
    return found;
}

static inline bool cell_is_alive(struct cell_cache *cache, const struct vtb_cache_setup *setup,
                                 uint32_t key)
{
    cache->now_ns += setup->tick_ns;
    const bool alive = cache->deadlines_ns[key] > cache->now_ns;
    if (!alive)
        cache->deadlines_ns[key] = cache->now_ns + setup->ttl_ns;
    return alive;
}

static inline bool cell_hits(const struct vtb_point *point, struct cell_cache *cache, uint32_t id)
{
    if (!point->hits.emerge)
        return !(id & VTB_ID_MISS);
    return point->hits.cache.ttl_ns > 0 ? cell_is_alive(cache, &point->hits.cache, id)
                                        : cell_lru_has(cache, point->hits.cache.capacity, id);
}

/* How many calls of a run hit, miss, fail and so on, if operations wait in the window and the
 * oldest, the newest or any of them completes as soon as it is full. */
struct cell_walk {
    uint64_t hits_n;
    uint64_t misses_n;
    uint64_t failures_n;
    uint64_t pending_n;        /* at the end */
    uint64_t pending_most_n;   /* with the one that just completes */
    uint64_t pending_at_hit_n; /* the most that there were while a hit was consumed */
};

static inline uint64_t cell_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline struct cell_walk cell_walk(const struct cell_run *run)
{
    const struct vtb_fixture *fixture = run->fixture;
    struct cell_cache cache = {.keys_n = 0};
    struct cell_walk walk = {0};
    assert_true(fixture->point->keys_n <= CELL_KEYS_MAX);
    for (size_t i = 0; i < run->n; i++) {
        const uint32_t id = fixture->ids[(run->position + i) % fixture->ids_n];
        if (cell_hits(fixture->point, &cache, id)) {
            walk.hits_n++;
            walk.pending_at_hit_n = cell_max(walk.pending_at_hit_n, walk.pending_n);
            continue;
        }
        walk.misses_n++;
        walk.failures_n += (id & VTB_ID_FAIL) != 0;
        walk.pending_most_n = cell_max(walk.pending_most_n, walk.pending_n + 1);
        walk.pending_n += walk.pending_n + 1 < fixture->point->in_flight;
    }
    return walk;
}

/* Calls of a point, drawn once for many fixtures, which draw a million each otherwise. */
#define CELL_CALLS_MAX 6000
struct cell_calls {
    uint32_t ids[CELL_CALLS_MAX];
    struct vtb_trace trace;
};

/* Draws n calls, of which exactly the share hits that the hit rate says; fixtures of the point then
 * walk them in a circle. They must outlive the point. */
static inline void cell_draw(struct cell_calls *calls, struct vtb_point *point, size_t n)
{
    const struct vtb_schedule schedule = {
        .hit_rate = point->hits.emerge ? 1 : point->hits.rate,
        .failure_rate = point->failure_rate,
        .keys_n = point->keys_n,
        .distribution = point->distribution,
        .seed = point->seed,
    };
    assert_in_range(n, 1, CELL_CALLS_MAX);
    vtb_schedule_fill(&schedule, 0, calls->ids, n);
    calls->trace = (struct vtb_trace){.ids = calls->ids, .ids_n = n, .keys_n = point->keys_n};
    point->hits.trace = &calls->trace;
}

/* --- what they cost --- */

/* The closed formula of a run, and its peak. */
struct cell_expected {
    struct vtb_cost cost;
    uint64_t immortal_n;
    uint64_t peak_min_bytes;
    uint64_t peak_max_bytes;
};

/* The objects of a run, as one layout has them. */
struct cell_objects {
    enum layout_memory memory;
    uint64_t levels_n;
    uint64_t hit_bytes;    /* 0: there is none */
    uint64_t miss_bytes;   /* likewise; of all objects at one method */
    uint64_t layers_bytes; /* of all methods around the service's */
    uint64_t miss_allocs_n;
    uint64_t kept_n; /* of misses that completed, as most */
};

static inline struct cell_objects cell_objects(const struct cell_run *run,
                                               const struct layout *layout, size_t types)
{
    const struct layout_sizes sizes = layout_sizes(layout, run->cell->kind, types);
    const uint64_t depth = run->fixture->point->depth;
    struct cell_objects objects = {
        .memory = layout->memory,
        .levels_n = run->cell->kind.method == VTB_METHOD_ASYNC ? depth : 1,
        .kept_n = layout->kept_n,
        .miss_bytes = sizes.miss + sizes.beside,
        .layers_bytes = (depth - 1) * sizes.layer,
        .miss_allocs_n = (sizes.miss > 0) + sizes.beside_n + (depth - 1) * (sizes.layer > 0),
    };
    if (!layout->immortal_hits[types])
        objects.hit_bytes = sizes.hit;
    return objects;
}

/* The most operations that are under way at once: a call, beside those that are pending. */
static inline uint64_t cell_under_way(const struct cell_walk *walk)
{
    return cell_max(walk->pending_most_n, walk->hits_n > 0 ? walk->pending_at_hit_n + 1 : 0);
}

/* A hit's memory lives beside that of the operations that are pending, of one method at a time; a
 * miss's, of all methods, until it completes, which is at once when it fills the window. */
static inline void cell_expect_fresh(const struct cell_objects *objects,
                                     const struct cell_walk *walk, struct cell_expected *expected)
{
    const uint64_t bytes = objects->miss_bytes + objects->layers_bytes;
    const uint64_t hits_n = walk->hits_n * objects->levels_n;
    expected->cost.allocs_n =
        hits_n * (objects->hit_bytes > 0) + walk->misses_n * objects->miss_allocs_n;
    expected->cost.bytes = hits_n * objects->hit_bytes + walk->misses_n * bytes;
    expected->peak_max_bytes = walk->pending_most_n * bytes;
    if (walk->hits_n > 0)
        expected->peak_max_bytes =
            cell_max(expected->peak_max_bytes, walk->pending_at_hit_n * bytes + objects->hit_bytes);
    expected->peak_min_bytes = expected->peak_max_bytes;
    expected->peak_max_bytes += objects->kept_n * bytes;
}

/* One object serves all hits, and as many for misses as ever pend at once. All are kept. */
static inline void cell_expect_reused(const struct cell_objects *objects,
                                      const struct cell_walk *walk, struct cell_expected *expected)
{
    const uint64_t bytes = objects->miss_bytes + objects->layers_bytes;
    const bool for_hits = walk->hits_n > 0 && objects->hit_bytes > 0;
    expected->cost.allocs_n = for_hits + walk->pending_most_n * objects->miss_allocs_n;
    expected->cost.bytes = for_hits * objects->hit_bytes + walk->pending_most_n * bytes;
    expected->peak_min_bytes = expected->peak_max_bytes = expected->cost.bytes;
}

/* One object serves each operation that is under way, be it a hit or a miss. */
static inline void cell_expect_shared(const struct cell_objects *objects,
                                      const struct cell_walk *walk, struct cell_expected *expected)
{
    expected->cost.allocs_n = cell_under_way(walk);
    expected->cost.bytes = cell_under_way(walk) * objects->miss_bytes;
    expected->peak_min_bytes = expected->peak_max_bytes = expected->cost.bytes;
}

/* A block of two words and room for the largest object, for every method and operation of a
 * request. Any operation that pends may hold back the block of its request. */
static inline void cell_expect_arena(const struct cell_objects *objects,
                                     const struct cell_walk *walk, size_t request_ops,
                                     struct cell_expected *expected)
{
    const uint64_t calls_n = walk->hits_n + walk->misses_n;
    const uint64_t block_bytes = 16 + request_ops * objects->levels_n * objects->miss_bytes;
    const uint64_t blocks_n = (calls_n + request_ops - 1) / request_ops;
    const uint64_t most_n =
        walk->pending_most_n + 1 < blocks_n ? walk->pending_most_n + 1 : blocks_n;
    expected->cost.allocs_n = blocks_n;
    expected->cost.bytes = blocks_n * block_bytes;
    expected->peak_min_bytes = block_bytes;
    expected->peak_max_bytes = most_n * block_bytes;
}

/* The cost of a run by the formula of the cell itself. */
static inline struct vtb_cost cell_cost(const struct cell_run *run, const struct cell_walk *walk,
                                        uint64_t immortal_n)
{
    const struct vtb_usage usage = {.calls_n = run->n,
                                    .hits_n = walk->hits_n,
                                    .immortal_n = immortal_n,
                                    .under_way_n = cell_under_way(walk),
                                    .setup = vtb_fixture_setup(run->fixture, run->cell)};
    struct vtb_cost cost;
    run->cell->cost(&usage, &cost);
    return cost;
}

/* Whether the tests know a cell's layout. A strategy or workload that was dropped into its folder
 * has no other formula than the cell's own. */
static inline bool cell_is_known(const struct vtb_cell *cell)
{
    return layout_of(cell->strategy_name) && layout_types(cell->workload_name) < LAYOUT_TYPES_N;
}

static inline struct cell_expected cell_expected(const struct cell_run *run,
                                                 const struct cell_walk *walk)
{
    const struct layout *layout = layout_of(run->cell->strategy_name);
    const size_t types = layout_types(run->cell->workload_name);
    const struct cell_objects objects = cell_objects(run, layout, types);
    struct cell_expected expected = {.peak_max_bytes = 0};
    if (layout->immortal_hits[types])
        expected.immortal_n = walk->hits_n * objects.levels_n;
    if (objects.memory == LAYOUT_FRESH)
        cell_expect_fresh(&objects, walk, &expected);
    else if (objects.memory == LAYOUT_REUSED)
        cell_expect_reused(&objects, walk, &expected);
    else if (objects.memory == LAYOUT_SHARED)
        cell_expect_shared(&objects, walk, &expected);
    else
        cell_expect_arena(&objects, walk, run->fixture->point->request_ops, &expected);
    if (vtb_heap_collects(run->heap))
        expected.peak_min_bytes = expected.peak_max_bytes = expected.cost.bytes;
    return expected;
}

/* Exact counts of a run, whatever its heap. */
static inline void cell_check_cost(const struct cell_run *run, const struct cell_walk *walk,
                                   const struct vtb_counts *counts)
{
    if (!cell_is_known(run->cell)) {
        const struct vtb_cost cost = cell_cost(run, walk, counts->immortal_n);
        assert_of_cell(run->cell, counts->allocs_n, cost.allocs_n);
        assert_of_cell(run->cell, counts->requested_bytes, cost.bytes);
        return;
    }
    const struct cell_expected expected = cell_expected(run, walk);
    assert_of_cell(run->cell, counts->allocs_n, expected.cost.allocs_n);
    assert_of_cell(run->cell, counts->requested_bytes, expected.cost.bytes);
    assert_of_cell(run->cell, counts->immortal_n, expected.immortal_n);
    assert_in_range(counts->peak_live_bytes, expected.peak_min_bytes, expected.peak_max_bytes);
}

/* The closed formula that the harness holds counts against. */
static inline void cell_check_formula(const struct cell_run *run, const struct cell_walk *walk)
{
    if (!cell_is_known(run->cell))
        return;
    const struct cell_expected expected = cell_expected(run, walk);
    const struct vtb_cost cost = cell_cost(run, walk, expected.immortal_n);
    assert_of_cell(run->cell, cost.allocs_n, expected.cost.allocs_n);
    assert_of_cell(run->cell, cost.bytes, expected.cost.bytes);
}

/* Everything that must hold of any run of any cell but its checksum. */
static inline void cell_check_counts(const struct cell_run *run, const struct cell_outcome *outcome)
{
    const struct cell_walk walk = cell_walk(run);
    const struct vtb_counts *counts = &outcome->counts;
    const bool is_empty = run->cell->strategy->role == VTB_ROLE_EMPTY;
    assert_of_cell(run->cell, outcome->pending_before_n,
                   run->cell->frame_bytes ? walk.pending_n : 0);
    assert_of_cell(run->cell, outcome->pending_n, 0);
    assert_of_cell(run->cell, outcome->failed_n, is_empty ? 0 : walk.failures_n);
    cell_check_formula(run, &walk);
    if (!run->cell->kind.counting) {
        const struct vtb_counts none = {0};
        assert_memory_equal(counts, &none, sizeof none);
        return;
    }
    cell_check_cost(run, &walk, counts);
    assert_of_cell(run->cell, counts->fetched_n, is_empty ? 0 : walk.misses_n);
    assert_true(counts->usable_bytes >= counts->requested_bytes);
    const bool collects = vtb_heap_collects(run->heap);
    assert_of_cell(run->cell, counts->frees_n, collects ? 0 : counts->allocs_n);
    assert_of_cell(run->cell, counts->live_bytes, collects ? counts->requested_bytes : 0);
}

/* The sizes that the cell shows: of one object each, whether or not a run needs it. */
static inline void cell_check_sizes(const struct vtb_cell *cell)
{
    const struct layout *layout = layout_of(cell->strategy_name);
    const size_t types = layout_types(cell->workload_name);
    if (!cell_is_known(cell))
        return;
    const struct layout_sizes sizes = layout_sizes(layout, cell->kind, types);
    assert_of_cell(cell, cell->handover_bytes, sizes.handover);
    assert_of_cell(cell, cell->hit_bytes, sizes.hit);
    assert_of_cell(cell, cell->miss_bytes, sizes.miss);
    assert_of_cell(cell, cell->layer_miss_bytes, sizes.layer);
    assert_of_cell(cell, cell->beside_bytes, sizes.beside);
    assert_of_cell(cell, cell->beside_allocs_n, sizes.beside_n);
}

#endif
