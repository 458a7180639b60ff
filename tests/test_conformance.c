/* What must hold of every strategy, in every cell that the build has. A new file in impls/ is taken
 * up by itself. */
#include "cells.h"

#include <malloc.h>

#include "../workloads/user_cache.h"

#define KEYS_N 1000
#define OPERATIONS_N 20000

/* A chunk of the schedule ends within the run. */
#define POSITION (VTB_SCHEDULE_CHUNK - OPERATIONS_N / 2)

static const double hit_rates[] = {0, 0.5, 1};
static const size_t windows[] = {1, 2, 64, 4096};

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static void open_rig(struct vtb_rig *rig, struct vtb_point *point)
{
    struct vtb_error error;
    if (!vtb_rig_open(rig, point, &error))
        fail_msg("%s", error.message);
}

/* Calls visit with a rig for every combination of parameters of every workload. */
static void for_points(void (*visit)(const struct vtb_rig *rig))
{
    struct vtb_rig rig;
    for (size_t w = 0; vtb_workloads[w].name; w++) {
        for (size_t i = 0; i < COUNT_OF(hit_rates) * COUNT_OF(windows) * 3; i++) {
            struct vtb_point point = {
                .workload = &vtb_workloads[w],
                .hit_rate = hit_rates[i % COUNT_OF(hit_rates)],
                .in_flight = windows[i / COUNT_OF(hit_rates) % COUNT_OF(windows)],
                .completion = i / COUNT_OF(hit_rates) / COUNT_OF(windows),
                .calls_n = OPERATIONS_N,
                .keys_n = KEYS_N,
                .seed = 1,
            };
            open_rig(&rig, &point);
            visit(&rig);
            vtb_rig_close(&rig);
        }
    }
}

static bool is_of(const struct vtb_cell *cell, const struct vtb_rig *rig)
{
    return strcmp(cell->workload_name, rig->point->workload->name) == 0;
}

static const struct vtb_cell *floor_cell(const struct vtb_rig *rig, bool collected)
{
    for (size_t i = 0; vtb_cells[i]; i++) {
        const struct vtb_cell *cell = vtb_cells[i];
        if (is_of(cell, rig) && cell->strategy->role == VTB_ROLE_FLOOR && !cell->counting &&
            cell->collected == collected)
            return cell;
    }
    fail_msg("no floor for %s", rig->point->workload->name);
    return NULL;
}

static size_t runs_n;

/* Both consumers of a cell on a heap: counts, and the floor's checksum. */
static void check_cell(const struct vtb_rig *rig, const struct vtb_cell *cell,
                       const struct vtb_heap *heap)
{
    struct cell_run run = {rig, cell, heap, false, 0, POSITION, OPERATIONS_N};
    struct cell_run floor_run = run;
    floor_run.cell = floor_cell(rig, cell->collected);
    const uint64_t expected = cell_run(&floor_run).checksum;
    for (int dependent = 0; dependent < 2; dependent++, runs_n++) {
        run.dependent = dependent;
        const struct cell_outcome outcome = cell_run(&run);
        const bool same = outcome.checksum == expected;
        if (!same && cell->strategy->role != VTB_ROLE_EMPTY)
            fail_msg("%s consumed other values than the floor", cell->strategy_name);
        cell_check_counts(&run, &outcome);
    }
}

static void check_all_cells(const struct vtb_rig *rig)
{
    for (size_t i = 0; vtb_cells[i]; i++) {
        for (size_t h = 0; is_of(vtb_cells[i], rig) && vtb_heaps[h].name; h++) {
            if (vtb_heap_collects(vtb_heaps[h].heap) == vtb_cells[i]->collected)
                check_cell(rig, vtb_cells[i], vtb_heaps[h].heap);
        }
    }
}

static void every_cell_under_all_parameters(void **state)
{
    (void)state;
    runs_n = 0;
    for_points(check_all_cells);
    assert_in_range(runs_n, 1000, SIZE_MAX); /* 36 points, 14 cells, 2 loops */
}

/* The peak's closed forms, which follow from the same rule as cell_expected's walk. */
static void peak_is_the_window_of_boxes(void **state)
{
    (void)state;
    const struct vtb_cell *cell = vtb_find_cell("heap_task", "user_cache", true, false);
    const struct vtb_heap *heap = vtb_find_heap("glibc")->heap;
    const struct vtb_cost hit = cell->strategy->on_hit;
    const struct vtb_cost miss = cell->strategy->on_miss;
    static const size_t sizes[] = {1, 2, 64, 4096, 30000};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct vtb_rig rig;
        struct vtb_point point = {
            .workload = vtb_find_workload("user_cache"), .in_flight = sizes[i], .keys_n = KEYS_N};
        const size_t boxes_n = sizes[i] < OPERATIONS_N ? sizes[i] : OPERATIONS_N;
        const struct cell_run run = {&rig, cell, heap, false, 0, POSITION, OPERATIONS_N};
        open_rig(&rig, &point);
        assert_int_equal(cell_run(&run).counts.peak_live_bytes, boxes_n * miss.bytes);
        vtb_rig_close(&rig);
        point.hit_rate = 1;
        open_rig(&rig, &point);
        assert_int_equal(cell_run(&run).counts.peak_live_bytes, hit.bytes);
        vtb_rig_close(&rig);
        point.hit_rate = 0.5;
        open_rig(&rig, &point);
        assert_true(cell_run(&run).counts.peak_live_bytes <=
                    sizes[i] * (uint64_t)miss.bytes + hit.bytes);
        vtb_rig_close(&rig);
    }
}

/* A loop over the table and the store, without any strategy. */
static uint64_t values_of_the_schedule(const struct vtb_rig *rig)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < OPERATIONS_N; i++) {
        const uint32_t id = rig->ids[(POSITION + i) % VTB_SCHEDULE_CHUNK];
        const vtb_key key = vtb_key_of(rig->table, id);
        const vtb_value *found = vtb_lookup(rig->table, key);
        assert_int_equal(found == NULL, (id & VTB_ID_MISS) != 0);
        const vtb_value value = found ? *found : vtb_fetch(rig->table, key);
        assert_int_equal(value->id, id & VTB_ID_MASK);
        sum += vtb_consume(&value);
    }
    return sum;
}

static void the_floor_consumes_what_the_schedule_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hit_rates); i++) {
        struct vtb_rig rig;
        struct vtb_point point = {.workload = vtb_find_workload("user_cache"),
                                  .hit_rate = hit_rates[i],
                                  .in_flight = 64,
                                  .keys_n = KEYS_N};
        open_rig(&rig, &point);
        const struct cell_run run = {
            &rig,        floor_cell(&rig, false), vtb_find_heap("glibc")->heap, false, 0, POSITION,
            OPERATIONS_N};
        const uint64_t expected = values_of_the_schedule(&rig);
        assert_true(expected != 0);
        assert_true(cell_run(&run).checksum == expected);
        vtb_rig_close(&rig);
    }
}

/*
 * With `zero` set to 1 a key's last bit follows the last result, so that the dependent loop, and it
 * alone, consumes other values. Which result came last is the same for all strategies that suspend;
 * with a window of 1 also for the floor.
 */
static void check_dependence(const struct vtb_rig *rig)
{
    uint64_t expected = 0;
    for (size_t i = 0; vtb_cells[i]; i++) {
        const struct vtb_cell *cell = vtb_cells[i];
        struct cell_run run = {rig,      cell,        vtb_find_heap("glibc")->heap, false, 1,
                               POSITION, OPERATIONS_N};
        if (!is_of(cell, rig) || cell->collected || cell->strategy->role == VTB_ROLE_EMPTY ||
            (!cell->frame_bytes && rig->point->in_flight > 1))
            continue;
        const uint64_t independent = cell_run(&run).checksum;
        run.dependent = true;
        const uint64_t dependent = cell_run(&run).checksum;
        if (expected == 0)
            expected = dependent;
        if (dependent == independent || dependent != expected)
            fail_msg("%s (window %zu)", cell->strategy_name, rig->point->in_flight);
    }
    assert_true(expected != 0);
}

static void dependent_lookups_need_the_last_result(void **state)
{
    (void)state;
    for_points(check_dependence);
}

#ifndef UNDER_SANITIZER
static bool allocates(const struct vtb_cell *cell)
{
    return cell->strategy->on_hit.allocs_n + cell->strategy->on_miss.allocs_n > 0;
}
#endif

/* The loop, the window and the strategy together take nothing from the C library's heap. */
static void nothing_is_allocated_in_the_measured_region(void **state)
{
    (void)state;
#ifdef UNDER_SANITIZER
    skip();
#else
    struct vtb_rig rig;
    struct vtb_error error;
    struct vtb_point point = {.workload = vtb_find_workload("user_cache"),
                              .hit_rate = 0.5,
                              .in_flight = 64,
                              .keys_n = KEYS_N};
    size_t cells_n = 0;
    open_rig(&rig, &point);
    for (size_t i = 0; vtb_cells[i]; i++) {
        const struct vtb_cell *cell = vtb_cells[i];
        if (!is_of(cell, &rig) || allocates(cell) || cell->collected)
            continue;
        struct vtb_env env;
        assert_true(vtb_rig_open_env(&rig, &env, cell, vtb_find_heap("glibc")->heap, &error));
        const size_t before = mallinfo2().uordblks;
        cell->run_independent(&env, OPERATIONS_N);
        cell->run_dependent(&env, OPERATIONS_N);
        const size_t behind = mallinfo2().uordblks;
        cell->drain(&env);
        vtb_rig_close_env(&env, cell);
        assert_int_equal(behind, before);
        cells_n++;
    }
    assert_in_range(cells_n, 8, SIZE_MAX); /* four strategies at least, each twice */
    vtb_rig_close(&rig);
    free(malloc(1)); /* and a heap that counts at all */
    const size_t before = mallinfo2().uordblks;
    void *memory = malloc(100000);
    assert_true(memory && mallinfo2().uordblks > before);
    free(memory);
#endif
}

static void the_empty_loop_counts_nothing(void **state)
{
    (void)state;
    struct vtb_rig rig;
    struct vtb_point point = {.workload = vtb_find_workload("user_cache"),
                              .hit_rate = 0.5,
                              .in_flight = 64,
                              .keys_n = KEYS_N};
    const struct vtb_counts none = {0};
    open_rig(&rig, &point);
    for (size_t i = 0; vtb_cells[i]; i++) {
        const struct vtb_cell *cell = vtb_cells[i];
        if (!is_of(cell, &rig) || cell->strategy->role != VTB_ROLE_EMPTY || cell->collected)
            continue;
        const struct cell_run run = {&rig,     cell,        vtb_find_heap("glibc")->heap, false, 0,
                                     POSITION, OPERATIONS_N};
        const struct cell_outcome outcome = cell_run(&run);
        uint64_t keys = 0;
        assert_memory_equal(&outcome.counts, &none, sizeof none);
        for (size_t j = 0; j < OPERATIONS_N; j++)
            keys += rig.ids[(POSITION + j) % VTB_SCHEDULE_CHUNK];
        assert_true(outcome.checksum == keys); /* it does walk the schedule */
    }
    vtb_rig_close(&rig);
}

static size_t role_n(enum vtb_role role, const char *workload)
{
    size_t n = 0;
    for (size_t i = 0; vtb_cells[i]; i++)
        n += vtb_cells[i]->strategy->role == role && !vtb_cells[i]->counting &&
             !vtb_cells[i]->collected && strcmp(vtb_cells[i]->workload_name, workload) == 0;
    return n;
}

/* A cell for each pass, with the same layouts in all of them, and one holder of each role. */
static void the_registry_is_complete(void **state)
{
    (void)state;
    for (size_t w = 0; vtb_workloads[w].name; w++) {
        const char *workload = vtb_workloads[w].name;
        for (enum vtb_role role = VTB_ROLE_EMPTY; role <= VTB_ROLE_BASELINE; role++)
            assert_int_equal(role_n(role, workload), 1);
        for (size_t i = 0; vtb_cells[i]; i++) {
            const char *strategy = vtb_cells[i]->strategy_name;
            const struct vtb_cell *timing = vtb_find_cell(strategy, workload, false, false);
            const struct vtb_cell *counting = vtb_find_cell(strategy, workload, true, false);
            assert_non_null(timing);
            assert_non_null(counting);
            assert_int_equal(timing->handover_bytes, counting->handover_bytes);
            assert_int_equal(timing->frame_bytes, counting->frame_bytes);
            assert_int_equal(timing->strategy->on_hit.bytes, counting->strategy->on_hit.bytes);
            assert_int_equal(timing->strategy->on_miss.bytes, counting->strategy->on_miss.bytes);
            assert_true(*timing->strategy->summary && *timing->strategy->modelled_on);
        }
    }
    assert_null(vtb_find_cell("no such strategy", "user_cache", false, false));
    assert_null(vtb_find_workload("no such workload"));
    assert_null(vtb_find_heap("no such heap"));
    assert_null(vtb_find_strategy("no such strategy"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_registry_is_complete),
        cmocka_unit_test(every_cell_under_all_parameters),
        cmocka_unit_test(peak_is_the_window_of_boxes),
        cmocka_unit_test(the_floor_consumes_what_the_schedule_says),
        cmocka_unit_test(dependent_lookups_need_the_last_result),
        cmocka_unit_test(nothing_is_allocated_in_the_measured_region),
        cmocka_unit_test(the_empty_loop_counts_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
