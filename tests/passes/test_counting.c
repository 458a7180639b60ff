#include "built.h"
#include "cells.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "passes/counting.h"

static struct vtb_point point;
static struct vtb_fixture fixture;

/* A point of user_cache; opened and closed around each use. */
static struct vtb_point point_of(uint64_t calls_n, double hit_rate)
{
    return (struct vtb_point){
        .workload = vtb_find_workload("user_cache"),
        .hits.rate = hit_rate,
        .calls_n = calls_n,
        .keys_n = 1000,
        .in_flight = 64,
        .depth = 1,
        .request_ops = VTB_REQUEST_OPS,
        .seed = 1,
    };
}

static void open_fixture(const struct vtb_point *at)
{
    struct vtb_error error;
    point = *at;
    assert_true(vtb_fixture_open(&fixture, &point, &error));
}

static const struct vtb_heap_entry *heap_for(const struct vtb_cell *cell)
{
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        const struct vtb_heap *heap = vtb_heaps[i].heap;
        if (!heap->unavailable && vtb_heap_collects(heap) == cell->kind.collected)
            return &vtb_heaps[i];
    }
    fail_msg("no heap for %s", cell->name);
    return NULL;
}

static struct vtb_counted count(const struct vtb_cell *cell)
{
    const struct vtb_case the_case = {.counting = cell, .heap = heap_for(cell)};
    struct vtb_counted counted;
    struct vtb_error error = {0};
    if (!vtb_counting_run(&fixture, &the_case, &counted, &error))
        fail_msg("%s", error.message);
    return counted;
}

/* Checks counts that were worked out by hand, as far as that goes for any way with memory;
 * test_conformance checks more. */
static void check_counted(const struct vtb_cell *cell, uint64_t hits_n, uint64_t failed_n)
{
    const struct vtb_counted counted = count(cell);
    const struct layout *layout = layout_of(cell->strategy_name);
    const struct vtb_counts *counts = &counted.counts;
    const uint64_t misses_n = point.calls_n - hits_n;
    const bool is_empty = cell->strategy->role == VTB_ROLE_EMPTY;
    assert_of_cell(cell, counted.calls_n, point.calls_n);
    assert_of_cell(cell, counted.hits_n, hits_n);
    assert_of_cell(cell, counted.failed_n, is_empty ? 0 : failed_n);
    assert_true(counts->usable_bytes >= counts->requested_bytes);
    assert_of_cell(cell, !counts->requested_bytes, !counts->peak_live_bytes);
    if (!cell->kind.collected) {
        assert_of_cell(cell, counts->live_bytes, 0);
        assert_of_cell(cell, counts->frees_n, counts->allocs_n);
    }
    if (layout && (layout->memory == LAYOUT_REUSED || layout->memory == LAYOUT_SHARED)) {
        assert_of_cell(cell, counted.startup_allocs_n, counts->allocs_n);
        assert_of_cell(cell, counted.startup_bytes, counts->requested_bytes);
    } else if (layout) {
        assert_of_cell(cell, counted.startup_allocs_n, 0);
        assert_of_cell(cell, counted.startup_bytes, 0);
    }
    if (!layout || layout->memory != LAYOUT_FRESH || cell->kind.method || cell->kind.collected)
        return;
    const struct layout_sizes sizes = layout_sizes(layout, cell->kind, 0);
    const uint64_t hit_bytes = layout->immortal_hits[0] ? 0 : sizes.hit;
    const uint64_t layers_n = point.depth - 1;
    const uint64_t miss_bytes = sizes.miss + sizes.beside + layers_n * sizes.layer;
    const uint64_t miss_allocs_n = !!sizes.miss + sizes.beside_n + layers_n * !!sizes.layer;
    assert_of_cell(cell, counts->allocs_n, hits_n * !!hit_bytes + misses_n * miss_allocs_n);
    assert_of_cell(cell, counts->requested_bytes, hits_n * hit_bytes + misses_n * miss_bytes);
    const uint64_t misses_most_n = point.in_flight + layout->kept_n;
    assert_true(counts->peak_live_bytes <= hit_bytes + misses_most_n * miss_bytes);
}

static bool is_counting(const struct vtb_cell *cell)
{
    return cell->kind.counting && strcmp(cell->workload_name, "user_cache") == 0 &&
           !(cell->kind.collected && cell->strategy->lacks.collector);
}

static void check_every_cell(const struct vtb_point *at, uint64_t hits_n, uint64_t failed_n)
{
    size_t cells_n = 0;
    open_fixture(at);
    for (const struct vtb_cell *const *cell = built_cells_that(is_counting); *cell; cell++) {
        check_counted(*cell, hits_n, failed_n);
        cells_n++;
    }
    assert_true(cells_n >= 50);
    vtb_fixture_close(&fixture);
}

static void one_call(void **state)
{
    (void)state;
    struct vtb_point at = point_of(1, 1);
    check_every_cell(&at, 1, 0);
    at.hits.rate = 0;
    check_every_cell(&at, 0, 0);
    at.failure_rate = 1;
    check_every_cell(&at, 0, 1);
}

static void few_calls(void **state)
{
    (void)state;
    struct vtb_point at = point_of(10, 0.8);
    check_every_cell(&at, 8, 0);
    at.depth = 3;
    at.failure_rate = 0.5;
    check_every_cell(&at, 8, 1);
    at.force_async = true;
    check_every_cell(&at, 0, 5);
}

static void many_calls(void **state)
{
    (void)state;
    struct vtb_point at = point_of(10000, 0.8);
    at.failure_rate = 0.01;
    at.depth = 2;
    check_every_cell(&at, 8000, 20);
}

/* Seven calls more than a chunk of the schedule: 838,866.4 hits. The same calls, and so the same
 * values, for every shape. */
static void more_calls_than_a_chunk(void **state)
{
    (void)state;
    static const char *const names[] = {"heap_task", "value_task_pooled", "arena_task", "poll"};
    const struct vtb_kind kind = {.counting = true};
    const struct vtb_point at = point_of(1048576 + 7, 0.8);
    open_fixture(&at);
    const uint64_t expected = count(built_cell("plain", "user_cache", kind)).checksum;
    assert_true(expected != 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct vtb_cell *cell = built_cell(names[i], "user_cache", kind);
        check_counted(cell, 838866, 0);
        assert_true(count(cell).checksum == expected);
    }
    vtb_fixture_close(&fixture);
}

/* A failed operation has no share in any checksum. */
static void checksums_agree(void **state)
{
    (void)state;
    struct vtb_point at = point_of(1000, 0.5);
    at.failure_rate = 0.2;
    at.depth = 2;
    open_fixture(&at);
    const struct vtb_kind kind = {.counting = true};
    const uint64_t expected = count(built_cell("plain", "user_cache", kind)).checksum;
    assert_true(expected != 0);
    for (const struct vtb_cell *const *cell = built_cells_that(is_counting); *cell; cell++) {
        if ((*cell)->strategy->role != VTB_ROLE_EMPTY)
            assert_true(count(*cell).checksum == expected);
    }
    vtb_fixture_close(&fixture);
}

/* What is allocated at the start is what twice as many calls do not allocate again: of a pool, its
 * most objects; of what is allocated anew for each call or request, nothing. */
static void the_start_up_is_what_further_calls_do_not_allocate(void **state)
{
    (void)state;
    static const char *const names[] = {"heap_task", "value_task", "heap_task_pooled",
                                        "value_task_pooled", "arena_task"};
    const struct vtb_kind kind = {.counting = true};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct vtb_cell *cell = built_cell(names[i], "user_cache", kind);
        struct vtb_counted counted[2];
        for (uint64_t times = 1; times <= 2; times++) {
            const struct vtb_point at = point_of(64000 * times, 0.8);
            open_fixture(&at);
            counted[times - 1] = count(cell);
            vtb_fixture_close(&fixture);
        }
        const struct vtb_counts *once = &counted[0].counts;
        const struct vtb_counts *twice = &counted[1].counts;
        assert_of_cell(cell, counted[0].startup_bytes,
                       2 * once->requested_bytes - twice->requested_bytes);
        assert_of_cell(cell, counted[0].startup_allocs_n, 2 * once->allocs_n - twice->allocs_n);
        assert_of_cell(cell, counted[1].startup_bytes, counted[0].startup_bytes);
    }
}

/* 64 boxes of 104 bytes, and a task for hits, of 72. */
static void a_pools_start_up(void **state)
{
    (void)state;
    const struct vtb_kind kind = {.counting = true};
    const struct vtb_point at = point_of(100000, 0.8);
    open_fixture(&at);
    const struct vtb_counted counted = count(built_cell("heap_task_pooled", "user_cache", kind));
    assert_true(counted.startup_bytes == 64 * 104 + 72);
    assert_true(counted.startup_bytes == counted.counts.peak_live_bytes);
    assert_true(counted.startup_allocs_n == 65);
    vtb_fixture_close(&fixture);
}

/* The two runs of a pass, and two passes. */
static void counts_can_be_repeated(void **state)
{
    (void)state;
    const struct vtb_kind kind = {.counting = true};
    const struct vtb_cell *cell = built_cell("heap_task", "user_cache", kind);
    const struct vtb_point at = point_of(100000, 0.8);
    open_fixture(&at);
    const struct vtb_counted first = count(cell);
    for (int i = 0; i < 3; i++) {
        const struct vtb_counted again = count(cell);
        assert_memory_equal(&first, &again, sizeof first);
    }
    vtb_fixture_close(&fixture);
}

/* --- real caches --- */

/* Hits of an LRU cache, the plain way: the keys that it holds, the newest first. */
static uint64_t lru_hits(const uint32_t *ids, size_t ids_n, uint64_t calls_n, size_t capacity)
{
    uint32_t held[64];
    size_t held_n = 0;
    uint64_t hits_n = 0;
    assert_true(capacity <= 64);
    for (uint64_t call = 0; call < calls_n; call++) {
        const uint32_t id = ids[call % ids_n];
        size_t at = 0;
        while (at < held_n && held[at] != id)
            at++;
        hits_n += at < held_n;
        if (at == held_n)
            held_n += held_n < capacity;
        if (at == capacity)
            at--;
        memmove(held + 1, held, at * sizeof *held);
        held[0] = id;
    }
    return hits_n;
}

/* Checks that cells of every shape have the same hits, whatever waits meanwhile, and the empty loop
 * none. */
static void check_emerged(uint64_t hits_n)
{
    static const char *const names[] = {"plain", "heap_task", "value_task_pooled", "arena_task",
                                        "poll",  "callback",  "value_task_handle"};
    const struct vtb_kind kind = {.counting = true};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct vtb_cell *cell = built_cell(names[i], "trace", kind);
        const struct vtb_counted counted = count(cell);
        assert_of_cell(cell, counted.calls_n, point.calls_n);
        assert_of_cell(cell, counted.hits_n, hits_n);
        assert_of_cell(cell, counted.counts.fetched_n, point.calls_n - hits_n);
    }
    const struct vtb_counted empty = count(built_cell("empty", "trace", kind));
    assert_true(empty.hits_n == 0);
    assert_true(empty.calls_n == point.calls_n);
}

static struct vtb_point real_cache(uint64_t calls_n, uint64_t capacity)
{
    struct vtb_point at = point_of(calls_n, 0);
    at.workload = vtb_find_workload("trace");
    at.hits.emerge = true;
    at.keys_n = 100;
    at.hits.cache = (struct vtb_cache_setup){.capacity = capacity, .tick_ns = 1};
    return at;
}

static void hits_emerge_from_the_keys(void **state)
{
    (void)state;
    static const size_t capacities[] = {1, 7, 64};
    for (size_t i = 0; i < 3; i++) {
        struct vtb_point at = real_cache(5000, capacities[i]);
        at.in_flight = 1 + 50 * i;
        open_fixture(&at);
        const uint64_t hits_n = lru_hits(fixture.ids, fixture.ids_n, 5000, capacities[i]);
        assert_in_range(hits_n, 1, 4900);
        check_emerged(hits_n);
        vtb_fixture_close(&fixture);
    }
}

/* A recorded stream is replayed in a circle, and the cache stays as it is from lap to lap. */
static void recorded_keys(void **state)
{
    (void)state;
    static const uint32_t recorded[] = {0, 1, 2, 0, 1, 3, 0, 4, 4, 2, 0};
    const struct vtb_trace trace = {.ids = recorded, .ids_n = 11, .keys_n = 5};
    for (uint64_t calls_n = 1; calls_n <= 100; calls_n += 33) {
        struct vtb_point at = real_cache(calls_n, 3);
        at.hits.trace = &trace;
        at.keys_n = 5;
        open_fixture(&at);
        check_emerged(lru_hits(recorded, 11, calls_n, 3));
        vtb_fixture_close(&fixture);
    }
}

/* If the schedule says what hits, a part of very many calls tells what each costs; if hits emerge,
 * only all calls tell. */
static void very_many_calls(void **state)
{
    (void)state;
    const struct vtb_kind kind = {.counting = true};
    struct vtb_point at = point_of(UINT64_C(1000000000000), 0.8);
    open_fixture(&at);
    const struct vtb_counted counted = count(built_cell("poll", "user_cache", kind));
    assert_true(counted.calls_n == VTB_COUNTED_CALLS_MAX);
    assert_true(counted.hits_n == VTB_COUNTED_CALLS_MAX / 5 * 4);
    vtb_fixture_close(&fixture);
    at = real_cache(VTB_COUNTED_CALLS_MAX + 1, 10);
    open_fixture(&at);
    const struct vtb_counted emerged = count(built_cell("poll", "trace", kind));
    assert_true(emerged.calls_n == VTB_COUNTED_CALLS_MAX + 1);
    vtb_fixture_close(&fixture);
}

/* --- strategies that must be refused --- */

static const struct vtb_cell *honest;

static void run_honest(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
}

static void leaks(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->service.counts.live_bytes += 8;
}

static void allocates_once_more(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->service.counts.allocs_n++;
    env->service.counts.frees_n++;
}

static void allocates_a_byte_more(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->service.counts.requested_bytes++;
}

/* Nothing was immortal, but says so: the formula then expects an object less. */
static void says_it_was_there_already(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->service.counts.immortal_n++;
}

static void loses_a_fault(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->service.failed_n--;
}

static void asks_once_more(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->service.counts.fetched_n++;
}

static void crashes(struct vtb_env *env, size_t n)
{
    const struct rlimit no_core = {0, 0};
    (void)env;
    (void)n;
    (void)setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGSEGV, SIG_DFL); /* cmocka's own handler would go on with the tests in the child */
    raise(SIGSEGV);
}

static void gives_up(struct vtb_env *env, size_t n)
{
    (void)env;
    (void)n;
    _exit(3);
}

static void counts_differently_each_time(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->service.counts.usable_bytes += (uint64_t)getpid();
    env->service.counts.under_way_n += (uint64_t)getpid();
}

static void consumes_differently_each_time(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->checksum += (uint64_t)getpid();
}

/* Runs heap_task with its loop replaced; of 1000 calls 200 miss and 20 fail. */
static bool run_replaced(void (*run)(struct vtb_env *env, size_t n), struct vtb_error *error)
{
    const struct vtb_kind kind = {.counting = true};
    struct vtb_point at = point_of(1000, 0.8);
    honest = built_cell("heap_task", "user_cache", kind);
    struct vtb_cell cell = *honest;
    cell.name = "a_liar";
    cell.run_independent = run;
    const struct vtb_case the_case = {.counting = &cell, .heap = heap_for(&cell)};
    struct vtb_counted counted;
    at.failure_rate = 0.1;
    open_fixture(&at);
    const bool ok = vtb_counting_run(&fixture, &the_case, &counted, error);
    vtb_fixture_close(&fixture);
    return ok;
}

static void refused(void (*run)(struct vtb_env *env, size_t n), const char *reason)
{
    struct vtb_error error = {0};
    assert_false(run_replaced(run, &error));
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_one_line(error.message);
    assert_contains(error.message, "a_liar: ");
    assert_contains(error.message, reason);
}

static void an_honest_strategy_is_not_refused(void **state)
{
    (void)state;
    struct vtb_error error;
    assert_true(run_replaced(run_honest, &error));
}

static void a_leak_is_refused(void **state)
{
    (void)state;
    refused(leaks, "8 bytes are live at the end");
}

static void other_counts_than_the_layouts_say_are_refused(void **state)
{
    (void)state;
    refused(allocates_once_more,
            "counted 1001 allocations of 78400 bytes, but its layouts say "
            "1000 of 78400");
    refused(allocates_a_byte_more, "counted 1000 allocations of 78401 bytes");
    refused(says_it_was_there_already, "but its layouts say 999 of 78328");
}

static void a_lost_fault_is_refused(void **state)
{
    (void)state;
    refused(loses_a_fault, "19 operations failed, but the store failed on 20");
}

static void other_misses_are_refused(void **state)
{
    (void)state;
    refused(asks_once_more, "201 calls missed, but 200 were to");
}

static void a_crash_is_refused(void **state)
{
    (void)state;
    refused(crashes, "signal 11 (Segmentation fault)");
    refused(gives_up, "exit status 3");
}

static void runs_that_disagree_are_refused(void **state)
{
    (void)state;
    refused(counts_differently_each_time, "two counting runs on glibc disagree: usable bytes ");
    refused(counts_differently_each_time, ", operations under way ");
    refused(consumes_differently_each_time, "two counting runs on glibc disagree: checksum ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_call),
        cmocka_unit_test(few_calls),
        cmocka_unit_test(many_calls),
        cmocka_unit_test(more_calls_than_a_chunk),
        cmocka_unit_test(checksums_agree),
        cmocka_unit_test(the_start_up_is_what_further_calls_do_not_allocate),
        cmocka_unit_test(a_pools_start_up),
        cmocka_unit_test(counts_can_be_repeated),
        cmocka_unit_test(hits_emerge_from_the_keys),
        cmocka_unit_test(recorded_keys),
        cmocka_unit_test(very_many_calls),
        cmocka_unit_test(an_honest_strategy_is_not_refused),
        cmocka_unit_test(a_leak_is_refused),
        cmocka_unit_test(other_counts_than_the_layouts_say_are_refused),
        cmocka_unit_test(a_lost_fault_is_refused),
        cmocka_unit_test(other_misses_are_refused),
        cmocka_unit_test(a_crash_is_refused),
        cmocka_unit_test(runs_that_disagree_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
