/* Rules that hold for every strategy, in every cell of the build. A new file in impls/ is taken up
 * by itself. */
#include "workloads/user_cache.h"

#include "built.h"
#include "cells.h"

#include <malloc.h>

#define KEYS_N 1000
#define OPERATIONS_N 1200

/* Bytes between two collections, of a heap that can be told. */
#define GEN0_BYTES ((size_t)64 << 10)

/* Calls that are drawn once for many fixtures. */
#define CALLS_N (OPERATIONS_N + OPERATIONS_N / 4)

static const double hit_rates[] = {0, 0.5, 1};
static const size_t windows[] = {1, 2, 64, 1024};
static const size_t request_ops[] = {64, 1, 7, 10000}; /* one for each window */

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static void open_fixture(struct vtb_fixture *fixture, const struct vtb_point *point)
{
    struct vtb_error error;
    if (!vtb_fixture_open(fixture, point, &error))
        fail_msg("%s", error.message);
}

/* The schedule ends within a run from here. */
static size_t start_of(const struct vtb_fixture *fixture)
{
    return fixture->ids_n - OPERATIONS_N / 2;
}

static struct vtb_point point_of(const char *workload, double hit_rate)
{
    return (struct vtb_point){.workload = vtb_find_workload(workload),
                              .hits.rate = hit_rate,
                              .calls_n = OPERATIONS_N,
                              .keys_n = KEYS_N,
                              .in_flight = 64,
                              .depth = 1,
                              .request_ops = VTB_REQUEST_OPS,
                              .gen0_budget_bytes = GEN0_BYTES,
                              .verify_heap = true,
                              .seed = 1};
}

/* Where every so many of the combinations are enough: a number that has no factor in common with
 * those of windows, orders and depths, so that each of them comes. */
#define SKIPPING_STEP 5

/* A sanitizer sees lost memory and not a value that is wrong. */
#define COMBINATIONS_STEP (BUILT_OTHERS ? 1 : SKIPPING_STEP)

typedef void visit_function(const struct vtb_fixture *fixture);

static void visit_point(const struct vtb_point *point, visit_function *visit)
{
    struct vtb_fixture fixture;
    open_fixture(&fixture, point);
    visit(&fixture);
    vtb_fixture_close(&fixture);
}

/* One hit rate and failure rate under every window and order of completion, at two depths. */
static void for_windows(struct vtb_point point, visit_function *visit)
{
    static size_t combinations_n;
    for (size_t i = 0; i < COUNT_OF(windows); i++) {
        point.in_flight = windows[i];
        point.request_ops = request_ops[i];
        for (int order = VTB_COMPLETION_FIFO; order <= VTB_COMPLETION_RANDOM; order++) {
            point.completion = (enum vtb_completion)order;
            for (point.depth = 1; point.depth <= 3; point.depth += 2) {
                if (combinations_n++ % COMBINATIONS_STEP == 0)
                    visit_point(&point, visit);
            }
        }
    }
}

/* Calls visit with a fixture for every combination of parameters of the default workload, but for
 * the windows of a run in which nothing suspends. */
static void for_points(visit_function *visit)
{
    static struct cell_calls calls;
    for (size_t i = 0; i < COUNT_OF(hit_rates); i++) {
        struct vtb_point point = point_of(vtb_default_workload()->name, hit_rates[i]);
        cell_draw(&calls, &point, CALLS_N);
        if (hit_rates[i] == 1) {
            for (; point.depth <= 3; point.depth++)
                visit_point(&point, visit);
            continue;
        }
        for_windows(point, visit);
        point.failure_rate = 0.1;
        cell_draw(&calls, &point, CALLS_N);
        for_windows(point, visit);
    }
}

/* Enough for a workload that differs from the default one by its types, its table and its store:
 * few values of each parameter, each with whatever the others have. */
static const struct vtb_point few_points[] = {
    {.hits.rate = 0, .in_flight = 1, .depth = 1, .request_ops = 64},
    {.hits.rate = 0.8, .failure_rate = 0.1, .in_flight = 2, .depth = 3, .request_ops = 1},
    {.hits.rate = 0.5, .failure_rate = 1, .in_flight = 64, .depth = 1, .request_ops = 7},
    {.hits.rate = 0.3, .in_flight = 1024, .depth = 2, .request_ops = 10000},
    {.hits.rate = 1, .in_flight = 64, .depth = 3, .request_ops = 64},
};

/* A cache of so many of the keys is hit about so often, as they are drawn alike. */
static void let_hits_emerge(struct vtb_point *point)
{
    point->hits.emerge = true;
    point->hits.cache.capacity = 1 + (uint64_t)(point->hits.rate * (KEYS_N - 1));
    point->hits.rate = 0;
    point->failure_rate = 0;
}

static void for_few_points(const struct vtb_workload_entry *workload, visit_function *visit)
{
    static struct cell_calls calls;
    for (size_t i = 0; i < COUNT_OF(few_points); i++) {
        struct vtb_point point = few_points[i];
        point.workload = workload;
        point.keys_n = KEYS_N;
        point.seed = 1;
        point.gen0_budget_bytes = GEN0_BYTES;
        point.verify_heap = true;
        point.completion = (enum vtb_completion)(i % 3);
        if (workload->workload->default_capacity > 0)
            let_hits_emerge(&point);
        cell_draw(&calls, &point, CALLS_N);
        visit_point(&point, visit);
    }
}

static bool is_of(const struct vtb_cell *cell, const struct vtb_fixture *fixture)
{
    return strcmp(cell->workload_name, fixture->point->workload->name) == 0 &&
           vtb_fixture_fits(fixture, cell);
}

/* The one that counts, for every depth. */
static const struct vtb_cell *floor_cell(const struct vtb_fixture *fixture)
{
    const struct vtb_cell *floor = built_floor(fixture->point->workload->name);
    if (!floor)
        fail_msg("no floor for %s", fixture->point->workload->name);
    return floor;
}

static const struct vtb_heap *glibc_heap(void)
{
    return vtb_find_heap("glibc")->heap;
}

/* A run of the floor, for another one to start from. */
static struct cell_run floor_run(const struct vtb_fixture *fixture)
{
    return (struct cell_run){.fixture = fixture,
                             .cell = floor_cell(fixture),
                             .heap = glibc_heap(),
                             .position = start_of(fixture),
                             .n = OPERATIONS_N};
}

static size_t runs_n;

/* A heap with a budget collects at least every second time that it is spent. */
static void check_collections(const struct cell_run *run, const struct cell_outcome *outcome)
{
    const struct vtb_collector *collector = run->heap->collector;
    const struct cell_walk walk = cell_walk(run);
    if (!collector || !collector->has_budget || !cell_is_known(run->cell))
        return;
    const uint64_t least_n = cell_expected(run, &walk).cost.bytes / (2 * GEN0_BYTES);
    assert_of_cell(run->cell, outcome->collections_n >= least_n, true);
}

/* Checks a cell on a heap, for both consumers: counts, and the floor's checksum. */
static void check_cell(const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                       const struct vtb_heap *heap, uint64_t expected)
{
    for (int dependent = 0; dependent < 2; dependent++, runs_n++) {
        struct cell_run run = floor_run(fixture);
        run.cell = cell;
        run.heap = heap;
        run.dependent = dependent;
        const struct cell_outcome outcome = cell_run(&run);
        const bool same = outcome.checksum == expected;
        if (!same && cell->strategy->role != VTB_ROLE_EMPTY)
            fail_msg("%s consumed other values than the floor", cell->name);
        cell_check_counts(&run, &outcome);
        check_collections(&run, &outcome);
    }
}

/* Whether the strategy can do what the point asks for, on a heap of this kind. */
static bool is_able(const struct vtb_cell *cell, const struct vtb_fixture *fixture, bool collects)
{
    const struct vtb_lacks *lacks = &cell->strategy->lacks;
    return is_of(cell, fixture) && (cell->kind.counting || collects == cell->kind.collected) &&
           !(collects && lacks->collector) && !(fixture->point->hits.emerge && lacks->real_cache);
}

typedef bool of_cell(const struct vtb_cell *cell);
typedef bool of_heap(const struct vtb_heap *heap);

static void check_cells_on(const struct vtb_fixture *fixture, of_cell *is_meant, of_heap *is_chosen)
{
    const struct cell_run run = floor_run(fixture);
    const uint64_t expected = cell_run(&run).checksum;
    for (size_t i = 0; built_cells()[i]; i++) {
        const struct vtb_cell *cell = built_cells()[i];
        for (size_t h = 0; is_of(cell, fixture) && is_meant(cell) && vtb_heaps[h].name; h++) {
            const struct vtb_heap *heap = vtb_heaps[h].heap;
            if (is_chosen(heap) && is_able(cell, fixture, vtb_heap_collects(heap)))
                check_cell(fixture, cell, heap, expected);
        }
    }
}

static bool is_any(const struct vtb_cell *cell)
{
    (void)cell;
    return true;
}

/* Of a strategy itself, and shows its counts beside its values. */
static bool is_counting_itself(const struct vtb_cell *cell)
{
    return cell->kind.counting && strcmp(cell->name, cell->strategy_name) == 0;
}

/* A cell does not know which heap it has, but for whether that collects, and moves its objects. */
static bool is_one_of_its_kind(const struct vtb_heap *heap)
{
    return !heap->unavailable && heap->is_default;
}

static bool is_usable(const struct vtb_heap *heap)
{
    return !heap->unavailable;
}

static void check_all_cells(const struct vtb_fixture *fixture)
{
    check_cells_on(fixture, is_any, is_one_of_its_kind);
}

/* Heaps know nothing of how a cell was compiled, but for whether it counts what it takes. */
static bool is_for_any_heap(const struct vtb_cell *cell)
{
    return is_counting_itself(cell) || built_stands_for_all(cell->strategy);
}

static void check_all_heaps(const struct vtb_fixture *fixture)
{
    check_cells_on(fixture, is_for_any_heap, is_usable);
}

/* Cells that time, and variants, take the same ways as the strategy's own that count: those run at
 * every point, and the others at every so many. */
static void check_at_point(const struct vtb_fixture *fixture)
{
    static size_t points_n;
    const bool with_others = points_n++ % SKIPPING_STEP == 0;
    check_cells_on(fixture, with_others ? is_any : is_counting_itself, is_one_of_its_kind);
}

static void every_cell_under_all_parameters(void **state)
{
    (void)state;
    runs_n = 0;
    for_points(check_at_point);
    assert_in_range(runs_n, 99 / COMBINATIONS_STEP * 60 * 2, SIZE_MAX); /* points, cells, loops */
}

/* Cells of a workload for heaps that free, that fit methods of some depth. */
static size_t cells_of(const char *workload, size_t depth)
{
    size_t n = 0;
    for (size_t i = 0; built_cells()[i]; i++) {
        const struct vtb_kind *kind = &built_cells()[i]->kind;
        n += !kind->collected && (kind->counting || kind->layered == (depth > 1)) &&
             strcmp(built_cells()[i]->workload_name, workload) == 0;
    }
    return n;
}

/* Runs of them by both consumers at few points. */
static size_t runs_of(const char *workload)
{
    size_t n = 0;
    for (size_t i = 0; i < COUNT_OF(few_points); i++)
        n += 2 * cells_of(workload, few_points[i].depth);
    return n;
}

static void every_cell_of_every_workload(void **state)
{
    (void)state;
    size_t left_n = 0;
    for (size_t w = 0; vtb_workloads[w].name; w++) {
        const size_t cells_n = cells_of(vtb_workloads[w].name, 1);
        assert_true(cells_n >= 7 || cells_n == 0);
        left_n += cells_n == 0;
        runs_n = 0;
        if (cells_n == 0 || &vtb_workloads[w] == vtb_default_workload())
            continue;
        for_few_points(&vtb_workloads[w], check_all_cells);
        assert_true(runs_n >= runs_of(vtb_workloads[w].name));
    }
    assert_true(!BUILT_OTHERS || left_n == 4); /* sizes within the curve */
}

static void every_strategy_on_every_heap(void **state)
{
    (void)state;
    runs_n = 0;
    for_few_points(vtb_default_workload(), check_all_heaps);
    assert_true(runs_n >= COUNT_OF(few_points) * 100 * 2);
}

/* Entries live for about as many calls as a key comes again after. */
static void every_cell_where_entries_expire(void **state)
{
    (void)state;
    static struct cell_calls calls;
    runs_n = 0;
    for (size_t w = 0; vtb_workloads[w].name; w++) {
        struct vtb_point point = point_of(vtb_workloads[w].name, 0);
        point.hits.emerge = true;
        point.hits.cache =
            (struct vtb_cache_setup){.ttl_ns = UINT64_C(250) * KEYS_N, .tick_ns = 250};
        cell_draw(&calls, &point, CALLS_N);
        if (vtb_workloads[w].workload->life_s > 0)
            visit_point(&point, check_all_cells);
    }
    assert_true(runs_n > 0);
}

/* Every cell asks the store so often in a thousand calls, and consumes what the floor does. */
static void check_misses(const struct vtb_fixture *fixture, uint64_t misses_n)
{
    struct cell_run run = floor_run(fixture);
    run.position = 0;
    run.n = 1000;
    const uint64_t expected = cell_run(&run).checksum;
    for (size_t i = 0; built_cells()[i]; i++) {
        const struct vtb_cell *cell = built_cells()[i];
        if (!is_of(cell, fixture) || !cell->kind.counting || cell->kind.collected ||
            cell->strategy->role == VTB_ROLE_EMPTY)
            continue;
        run.cell = cell;
        const struct cell_outcome outcome = cell_run(&run);
        assert_of_cell(cell, outcome.checksum, expected);
        assert_of_cell(cell, outcome.counts.fetched_n, misses_n);
    }
}

static void misses_are_as_many_as_asked_for(void **state)
{
    (void)state;
    static struct cell_calls calls;
    static const struct {
        double hit_rate;
        uint64_t misses_n;
    } rows[] = {{0, 1000}, {.3, 700}, {.5, 500}, {.8, 200}, {.95, 50}, {.999, 1}, {1, 0}};
    for (size_t w = 0; vtb_workloads[w].name; w++) {
        for (size_t i = 0; cells_of(vtb_workloads[w].name, 1) > 0 && i < COUNT_OF(rows); i++) {
            struct vtb_fixture fixture;
            struct vtb_point point = point_of(vtb_workloads[w].name, rows[i].hit_rate);
            if (vtb_workloads[w].workload->default_capacity > 0)
                continue; /* its hits are not asked for */
            cell_draw(&calls, &point, 1000);
            open_fixture(&fixture, &point);
            check_misses(&fixture, rows[i].misses_n);
            vtb_fixture_close(&fixture);
        }
    }
}

/* Twice the same calls, the window being drained in between; more wait in it than a pool keeps. */
static void check_refilling(const struct vtb_fixture *fixture)
{
    const struct cell_run run = floor_run(fixture);
    const uint64_t expected = 2 * cell_run(&run).checksum;
    for (size_t i = 0; built_cells()[i]; i++) {
        const struct vtb_cell *cell = built_cells()[i];
        struct vtb_env env;
        struct vtb_error error;
        if (!is_of(cell, fixture) || cell->kind.collected || !cell->kind.counting ||
            cell->strategy->role == VTB_ROLE_EMPTY)
            continue;
        assert_true(vtb_fixture_open_env(fixture, &env, cell, glibc_memory(), &error));
        for (size_t round = 0; round < 2; round++) {
            env.position = start_of(fixture);
            vtb_fixture_loop(fixture, cell, VTB_CONSUMER_INDEPENDENT)(&env, OPERATIONS_N);
            cell->drain(&env);
        }
        vtb_fixture_close_env(&env, cell, glibc_memory());
        assert_true(vtb_fixture_checksum(&env) == expected);
        assert_of_cell(cell, env.service.counts.frees_n, env.service.counts.allocs_n);
        assert_of_cell(cell, env.service.counts.live_bytes, 0);
    }
}

static void a_drained_window_is_filled_again(void **state)
{
    (void)state;
    struct vtb_point point = point_of("user_cache", 0.2);
    point.in_flight = 1024;
    point.failure_rate = 0.1;
    for (point.depth = 1; point.depth <= 3; point.depth += 2)
        visit_point(&point, check_refilling);
}

/* Checks the peak of live memory where it has a closed form: the window of boxes, and the hit
 * beside them. */
static void check_peak(size_t window, double hit_rate, uint64_t least, uint64_t most)
{
    struct vtb_fixture fixture;
    struct vtb_point point = point_of("user_cache", hit_rate);
    point.in_flight = window;
    open_fixture(&fixture, &point);
    struct cell_run run = floor_run(&fixture);
    run.cell = built_cell("heap_task", "user_cache", (struct vtb_kind){.counting = true});
    assert_in_range(cell_run(&run).counts.peak_live_bytes, least, most);
    vtb_fixture_close(&fixture);
}

static void peak_is_the_window_of_boxes(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 64, 4096, 30000};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        const size_t boxes_n = sizes[i] < OPERATIONS_N ? sizes[i] : OPERATIONS_N;
        const size_t half_n = sizes[i] < OPERATIONS_N / 2 ? sizes[i] : OPERATIONS_N / 3;
        check_peak(sizes[i], 0, boxes_n * 104, boxes_n * 104);
        check_peak(sizes[i], 1, 72, 72);
        check_peak(sizes[i], 0.5, half_n * 104, sizes[i] * 104 + 72);
    }
}

/* A loop over the table and the store, without any strategy. */
static uint64_t values_of_the_schedule(const struct vtb_fixture *fixture, size_t *failed_n)
{
    uint64_t sum = 0;
    *failed_n = 0;
    for (size_t i = 0; i < OPERATIONS_N; i++) {
        const uint32_t id = fixture->ids[(start_of(fixture) + i) % fixture->ids_n];
        const vtb_key key = vtb_key_of(fixture->table, id);
        const vtb_value *found = vtb_lookup(fixture->table, key);
        vtb_value value = NULL;
        const bool ok = found || vtb_fetch(fixture->table, key, &value);
        assert_int_equal(found == NULL, (id & VTB_ID_MISS) != 0);
        assert_int_equal(ok, !(id & VTB_ID_FAIL));
        if (found)
            value = *found;
        assert_int_equal(value->id, id & VTB_ID_MASK);
        sum += ok ? vtb_consume(&value) : 0;
        *failed_n += !ok;
    }
    return sum;
}

static void the_floor_consumes_what_the_schedule_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hit_rates) * 2; i++) {
        struct vtb_fixture fixture;
        struct vtb_point point = point_of("user_cache", hit_rates[i / 2]);
        size_t failed_n = 0;
        point.failure_rate = i % 2 ? 0.25 : 0;
        open_fixture(&fixture, &point);
        const struct cell_run run = floor_run(&fixture);
        const struct cell_outcome outcome = cell_run(&run);
        const uint64_t expected = values_of_the_schedule(&fixture, &failed_n);
        assert_true(expected != 0);
        assert_true(outcome.checksum == expected);
        assert_int_equal(outcome.failed_n, failed_n);
        assert_int_equal(failed_n > 0, i % 2 && hit_rates[i / 2] < 1);
        vtb_fixture_close(&fixture);
    }
}

/*
 * With `zero` set to 1 a key's last bit follows the last result, so that the dependent loop, and it
 * alone, consumes other values. Which result came last is the same for all strategies that suspend;
 * with a window of 1, and as long as nothing fails, also for the floor.
 */
static void check_dependence(const struct vtb_fixture *fixture)
{
    uint64_t expected = 0;
    for (size_t i = 0; built_cells()[i]; i++) {
        const struct vtb_cell *cell = built_cells()[i];
        struct cell_run run = floor_run(fixture);
        run.cell = cell;
        run.zero = 1;
        if (!is_of(cell, fixture) || cell->kind.collected ||
            cell->strategy->role == VTB_ROLE_EMPTY ||
            (!cell->frame_bytes &&
             (fixture->point->in_flight > 1 || fixture->point->failure_rate > 0)))
            continue;
        const uint64_t independent = cell_run(&run).checksum;
        run.dependent = true;
        const uint64_t dependent = cell_run(&run).checksum;
        if (expected == 0)
            expected = dependent;
        if (dependent == independent || dependent != expected)
            fail_msg("%s (window %zu)", cell->name, fixture->point->in_flight);
    }
    assert_true(expected != 0);
}

static void dependent_lookups_need_the_last_result(void **state)
{
    (void)state;
    struct vtb_point point = point_of("user_cache", 0.5);
    for (point.depth = 1; point.depth <= 3; point.depth += 2) {
        for (size_t i = 0; i < COUNT_OF(windows); i++) {
            point.in_flight = windows[i];
            point.failure_rate = i < 2 ? 0 : 0.1;
            point.completion = (enum vtb_completion)(i % 3);
            visit_point(&point, check_dependence);
        }
    }
    point.hits.rate = 1;
    point.in_flight = 1;
    visit_point(&point, check_dependence);
}

#ifndef UNDER_SANITIZER
/* How much of the C library's heap is in use beyond what was before both loops. */
static size_t taken_by(const struct vtb_fixture *fixture, const struct vtb_cell *cell)
{
    struct vtb_env env;
    struct vtb_error error;
    assert_true(vtb_fixture_open_env(fixture, &env, cell, glibc_memory(), &error));
    const size_t before = mallinfo2().uordblks;
    vtb_fixture_loop(fixture, cell, VTB_CONSUMER_INDEPENDENT)(&env, OPERATIONS_N);
    vtb_fixture_loop(fixture, cell, VTB_CONSUMER_DEPENDENT)(&env, OPERATIONS_N);
    const size_t behind = mallinfo2().uordblks;
    vtb_fixture_close_env(&env, cell, glibc_memory());
    return behind - before;
}
#endif

/* The loop, the window, the methods and the strategy together take nothing from the C library's
 * heap, but for what they say. */
static void nothing_is_allocated_in_the_measured_region(void **state)
{
    (void)state;
#ifdef UNDER_SANITIZER
    skip();
#else
    struct vtb_point point = point_of("user_cache", 0.5);
    const struct vtb_cell *heap_task = built_cell("heap_task", "user_cache", (struct vtb_kind){0});
    size_t cells_n[2] = {0, 0};
    for (point.depth = 1; point.depth <= 3; point.depth += 2) {
        struct vtb_fixture fixture;
        open_fixture(&fixture, &point);
        for (size_t i = 0; built_cells()[i]; i++) {
            const struct vtb_cell *cell = built_cells()[i];
            if (!is_of(cell, &fixture) || cell->kind.collected)
                continue;
            const bool allocates = cell->hit_bytes + cell->miss_bytes > 0;
            if (taken_by(&fixture, cell) > 0 && !allocates)
                fail_msg("%s", cell->name);
            cells_n[allocates]++;
        }
        if (point.depth == 1) /* some were there before, or are kept */
            assert_in_range(taken_by(&fixture, heap_task), 50 * 104, (63 + VTB_QUARANTINE_N) * 128);
        vtb_fixture_close(&fixture);
    }
    assert_in_range(cells_n[0], 20, SIZE_MAX);
#endif
}

static void the_empty_loop_counts_nothing(void **state)
{
    (void)state;
    struct vtb_fixture fixture;
    struct vtb_point point = point_of("user_cache", 0.5);
    const struct vtb_counts none = {0};
    point.depth = 2;
    open_fixture(&fixture, &point);
    for (size_t i = 0; built_cells()[i]; i++) {
        const struct vtb_cell *cell = built_cells()[i];
        struct cell_run run = floor_run(&fixture);
        run.cell = cell;
        if (!is_of(cell, &fixture) || cell->strategy->role != VTB_ROLE_EMPTY ||
            cell->kind.collected)
            continue;
        const struct cell_outcome outcome = cell_run(&run);
        uint64_t keys = 0;
        assert_memory_equal(&outcome.counts, &none, sizeof none);
        for (size_t j = 0; j < OPERATIONS_N; j++)
            keys += fixture.ids[(start_of(&fixture) + j) % fixture.ids_n];
        assert_true(outcome.checksum == keys); /* it does walk the schedule */
    }
    vtb_fixture_close(&fixture);
}

/* --- what the registry has --- */

static size_t role_n(enum vtb_role role)
{
    size_t n = 0;
    for (size_t i = 0; vtb_strategies[i].name; i++)
        n += vtb_find_strategy(vtb_strategies[i].name)->role == role;
    return n;
}

/* The cell of a pass; null: it is not built. Of the default workload every cell can be counted; but
 * one that counts need not have one that times, nor have all of other workloads both. */
static const struct vtb_cell *in_pass(const struct vtb_cell *cell, bool counting)
{
    struct vtb_kind kind = cell->kind;
    kind.counting = counting;
    if (counting && strcmp(cell->workload_name, vtb_default_workload()->name) == 0)
        return built_cell(cell->name, cell->workload_name, kind);
    const struct vtb_cell *other = vtb_find_cell(cell->name, cell->workload_name, kind);
    size_t i = 0;
    while (built_cells()[i] && built_cells()[i] != other)
        i++;
    return built_cells()[i];
}

/* What is counted is true of what is timed: they have the same layouts. */
static void check_same_layouts(const struct vtb_cell *timing, const struct vtb_cell *counting)
{
    assert_int_equal(timing->handover_bytes, counting->handover_bytes);
    assert_int_equal(timing->frame_bytes, counting->frame_bytes);
    assert_int_equal(timing->place_bytes, counting->place_bytes);
    assert_int_equal(timing->record_bytes, counting->record_bytes);
    assert_int_equal(timing->checked, counting->checked);
}

static void check_passes(const struct vtb_cell *cell)
{
    const struct vtb_cell *timing = in_pass(cell, false);
    const struct vtb_cell *counting = in_pass(cell, true);
    const bool probes = cell->kind.counting && cell->frame_bytes > 0;
    assert_true(cell == timing || cell == counting);
    assert_true(counting || strcmp(cell->workload_name, vtb_default_workload()->name) != 0);
    cell_check_sizes(cell);
    assert_int_equal(cell->probe != NULL, probes);
    assert_true(*cell->strategy->summary && *cell->strategy->modelled_on);
    if (timing && counting)
        check_same_layouts(timing, counting);
}

/* The workloads whose layouts are known have the types that these were worked out for. */
static void workloads_have_the_types_that_are_known(void **state)
{
    (void)state;
    size_t known_n = 0;
    for (size_t w = 0; vtb_workloads[w].name; w++) {
        const struct layout_workload *known = layout_workload_of(vtb_workloads[w].name);
        if (!known)
            continue; /* it was dropped into the folder */
        assert_true(layout_types(known->name) < LAYOUT_TYPES_N);
        assert_int_equal(vtb_workloads[w].workload->key_bytes, known->key_bytes);
        assert_int_equal(vtb_workloads[w].workload->value_bytes, known->value_bytes);
        known_n++;
    }
    assert_int_equal(known_n, LAYOUT_WORKLOADS_N - 2); /* which are fixtures */
}

/* Every strategy has its cells of the workload, but of a method that it says it lacks. */
static void check_workload(const char *name)
{
    for (size_t i = 0; i < LAYOUTS_N; i++) {
        const struct vtb_strategy *strategy = vtb_find_strategy(layouts[i].strategy);
        for (int async = 0; strategy && async < 2; async++) {
            const struct vtb_kind kind = {.method = (enum vtb_method)async};
            const struct vtb_kind collected = {.method = (enum vtb_method)async, .collected = true};
            const bool found = vtb_find_cell(layouts[i].strategy, name, kind) != NULL;
            assert_int_equal(found, !async || !strategy->lacks.async_method);
            assert_int_equal(vtb_find_cell(layouts[i].strategy, name, collected) != NULL,
                             found && !strategy->lacks.collector);
        }
    }
}

static void the_registry_is_complete(void **state)
{
    (void)state;
    for (size_t w = 0; vtb_workloads[w].name; w++)
        check_workload(vtb_workloads[w].name);
    for (enum vtb_role role = VTB_ROLE_EMPTY; role <= VTB_ROLE_BASELINE; role++)
        assert_int_equal(role_n(role), 1);
    for (size_t i = 0; built_cells()[i]; i++)
        check_passes(built_cells()[i]);
    assert_null(built_cell("no such strategy", "user_cache", (struct vtb_kind){0}));
    assert_null(built_cell("heap_task", "no such workload", (struct vtb_kind){0}));
    assert_null(vtb_find_workload("no such workload"));
    assert_null(vtb_find_heap("no such heap"));
    assert_null(vtb_find_strategy("no such strategy"));
    assert_null(vtb_find_name("heap_task@"));
}

static bool has_cell(const char *strategy, const char *variant, bool async)
{
    char name[64];
    snprintf(name, sizeof name, "%s%s", strategy, variant);
    const struct vtb_kind kind = {.counting = true, .method = (enum vtb_method)async};
    const struct vtb_cell *cell = built_cell(name, "user_cache", kind);
    assert_true(!cell || strcmp(cell->strategy_name, strategy) == 0);
    assert_true(!cell || !strstr(variant, "checked") || cell->checked);
    return cell != NULL;
}

/* Every strategy that suspends has a variant with checks; one that may complete on another thread
 * has a variant with counts for several threads; and one that can run asynchronously is there by
 * both methods. */
static void strategies_have_their_variants(void **state)
{
    (void)state;
    size_t found_n = 0;
    for (size_t i = 0; i < LAYOUTS_N; i++) {
        const char *name = layouts[i].strategy;
        const struct vtb_strategy *strategy = vtb_find_strategy(name);
        if (!strategy)
            continue; /* a fixture */
        const bool pends = built_cell(name, "user_cache", (struct vtb_kind){0})->frame_bytes > 0;
        const bool async = !strategy->lacks.async_method;
        const bool threads = !strategy->lacks.other_threads;
        assert_true(has_cell(name, "", false));
        assert_int_equal(has_cell(name, "", true), async);
        assert_int_equal(has_cell(name, "@checked", false), pends);
        assert_int_equal(has_cell(name, "@checked", true), pends && async);
        assert_int_equal(has_cell(name, "@atomic", false), threads);
        assert_int_equal(has_cell(name, "@atomic", true), threads && async);
        found_n++;
    }
    assert_int_equal(found_n, LAYOUTS_N - 1);
}

/* Heaps that are opened and closed all the time get their memory anew each time, unless one is
 * open. */
static struct vtb_gc *held[16];

static int hold_heaps_open(void **state)
{
    static const struct vtb_collector_setup setup;
    (void)state;
    for (size_t i = 0; vtb_heaps[i].name && i < COUNT_OF(held); i++) {
        const struct vtb_collector *collector = vtb_heaps[i].heap->collector;
        if (collector && !(held[i] = collector->open(&setup)))
            return -1;
    }
    return 0;
}

static int close_held_heaps(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(held); i++) {
        if (held[i])
            vtb_heaps[i].heap->collector->close(held[i]);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workloads_have_the_types_that_are_known),
        cmocka_unit_test(the_registry_is_complete),
        cmocka_unit_test(strategies_have_their_variants),
        cmocka_unit_test(every_cell_under_all_parameters),
        cmocka_unit_test(every_cell_of_every_workload),
        cmocka_unit_test(every_strategy_on_every_heap),
        cmocka_unit_test(every_cell_where_entries_expire),
        cmocka_unit_test(misses_are_as_many_as_asked_for),
        cmocka_unit_test(a_drained_window_is_filled_again),
        cmocka_unit_test(peak_is_the_window_of_boxes),
        cmocka_unit_test(the_floor_consumes_what_the_schedule_says),
        cmocka_unit_test(dependent_lookups_need_the_last_result),
        cmocka_unit_test(nothing_is_allocated_in_the_measured_region),
        cmocka_unit_test(the_empty_loop_counts_nothing),
    };
    return cmocka_run_group_tests(tests, hold_heaps_open, close_held_heaps);
}
