/* The contract holds for other types than those in workloads/, for a strategy in C++, and for a
 * heap that collects. That the headers compile as C11 and as C++20 the build itself shows. */
#include "cells.h"
#include "fixtures.h"

#define KEYS_N 1000
#define OPERATIONS_N 20000
#define POSITION (VTB_SCHEDULE_CHUNK - OPERATIONS_N / 2)

static const size_t windows[] = {1, 2, 64, 1024};

#define WINDOWS_N (sizeof windows / sizeof *windows)

static const struct vtb_cell *find(const char *strategy, const char *workload)
{
    for (size_t i = 0; fixture_cells[i]; i++) {
        if (!fixture_cells[i]->counting && !fixture_cells[i]->collected &&
            strcmp(fixture_cells[i]->strategy_name, strategy) == 0 &&
            strcmp(fixture_cells[i]->workload_name, workload) == 0)
            return fixture_cells[i];
    }
    fail_msg("no cell of %s and %s", strategy, workload);
    return NULL;
}

/* --- layouts --- */

static void check_sizes(const char *strategy, const char *workload, size_t handover, size_t hit,
                        size_t miss)
{
    const struct vtb_cell *cell = find(strategy, workload);
    assert_int_equal(cell->handover_bytes, handover);
    assert_int_equal(cell->strategy->on_hit.bytes, hit);
    assert_int_equal(cell->strategy->on_miss.bytes, miss);
}

/* A task is 64 bytes and its value rounded up to 8; its box, 32 bytes more. */
static void tasks_grow_with_the_value(void **state)
{
    (void)state;
    check_sizes("heap_task", "flag_by_number", 8, 72, 104);
    check_sizes("heap_task", "page_by_number", 8, 320, 352);
    check_sizes("heap_task", "flag_by_name", 8, 72, 112); /* a pointer is 8 bytes more: 40 */
    check_sizes("heap_task", "page_by_name", 8, 320, 360);
}

/* A reference, the value, and a token and a flag behind it, which share a bool's 8 bytes. */
static void value_tasks_grow_with_the_value(void **state)
{
    (void)state;
    check_sizes("value_task", "flag_by_number", 16, 0, 104);
    check_sizes("value_task", "page_by_number", 8 + 256 + 8, 0, 352);
    check_sizes("value_task", "flag_by_name", 16, 0, 112);
    check_sizes("value_task", "page_by_name", 8 + 256 + 8, 0, 360);
}

static void other_hand_overs(void **state)
{
    (void)state;
    check_sizes("plain", "flag_by_number", 1, 0, 0);
    check_sizes("plain", "page_by_name", 256, 0, 0);
    check_sizes("caller_op", "flag_by_number", 4, 0, 0);
    check_sizes("caller_op", "page_by_name", 4, 0, 0);
    check_sizes("poll", "flag_by_number", 2, 0, 0);
    check_sizes("poll", "page_by_number", 8 + 256, 0, 0);
    check_sizes("callback", "page_by_number", 4, 0, 24);
    check_sizes("callback", "flag_by_name", 4, 0, 24);
    check_sizes("empty", "page_by_name", 0, 0, 0);
}

static void workloads_state_their_types(void **state)
{
    (void)state;
    size_t n = 0;
    for (; fixture_workloads[n].name; n++) {
        const struct vtb_workload *workload = fixture_workloads[n].workload;
        const bool named = strstr(fixture_workloads[n].name, "_by_name") != NULL;
        const bool page = strncmp(fixture_workloads[n].name, "page", 4) == 0;
        assert_int_equal(workload->key_bytes, named ? 8 : 4);
        assert_int_equal(workload->value_bytes, page ? 256 : 1);
    }
    assert_int_equal(n, 4);
}

/* --- running them --- */

static const struct vtb_heap *glibc_heap(void)
{
    return vtb_find_heap("glibc")->heap;
}

/* A cell's two loops: checksum and counts. */
static void check_cell(const struct vtb_rig *rig, const struct vtb_cell *cell, uint64_t expected)
{
    for (int dependent = 0; dependent < 2; dependent++) {
        const struct cell_run run = {rig, cell,     glibc_heap(), dependent != 0,
                                     0,   POSITION, OPERATIONS_N};
        const struct cell_outcome outcome = cell_run(&run);
        if (outcome.checksum != expected && cell->strategy->role != VTB_ROLE_EMPTY)
            fail_msg("%s against %s: other values than the floor's", cell->strategy_name,
                     cell->workload_name);
        cell_check_counts(&run, &outcome);
    }
}

/* All fixture cells of the point's workload on a heap that frees. Returns how many. */
static size_t check_point(const struct vtb_point *point, const struct vtb_cell *floor)
{
    struct vtb_rig rig;
    struct vtb_error error;
    size_t cells_n = 0;
    assert_true(vtb_rig_open(&rig, point, &error));
    const struct cell_run run = {&rig, floor, glibc_heap(), false, 0, POSITION, OPERATIONS_N};
    const uint64_t expected = cell_run(&run).checksum;
    assert_true(expected != 0);
    for (size_t i = 0; fixture_cells[i]; i++) {
        const struct vtb_cell *cell = fixture_cells[i];
        if (cell->collected || strcmp(cell->workload_name, point->workload->name) != 0)
            continue;
        check_cell(&rig, cell, expected);
        cells_n++;
    }
    vtb_rig_close(&rig);
    return cells_n;
}

static struct vtb_point point_of(const struct vtb_workload_entry *workload, size_t window)
{
    return (struct vtb_point){.workload = workload,
                              .hit_rate = 0.5,
                              .in_flight = window,
                              .completion = VTB_COMPLETION_RANDOM,
                              .keys_n = KEYS_N,
                              .seed = 1};
}

/* A bool and 256 bytes, by number and by pointer, through every strategy. */
static void other_types_through_every_strategy(void **state)
{
    (void)state;
    for (size_t w = 0; fixture_workloads[w].name; w++) {
        for (size_t i = 0; i < WINDOWS_N; i++) {
            const struct vtb_point point = point_of(&fixture_workloads[w], windows[i]);
            const size_t n = check_point(&point, find("plain", fixture_workloads[w].name));
            assert_true(n >= (size_t)16); /* timing and counting */
        }
    }
}

/* A strategy in C++ against the workloads that are measured. */
static void a_strategy_in_cxx(void **state)
{
    (void)state;
    for (size_t w = 0; vtb_workloads[w].name; w++) {
        for (size_t i = 0; i < WINDOWS_N; i++) {
            const struct vtb_point point = point_of(&vtb_workloads[w], windows[i]);
            const size_t n =
                check_point(&point, vtb_find_cell("plain", vtb_workloads[w].name, false, false));
            assert_int_equal(n, 2);
        }
    }
    const struct vtb_cell *cell = find("cxx_strategy", "user_cache");
    assert_int_equal(cell->strategy->shape, VTB_SHAPE_STRUCT);
    assert_int_equal(cell->handover_bytes, 16);
    assert_int_equal(cell->strategy->on_miss.bytes, 24);
}

/* --- a heap that collects --- */

/* The heap itself: what no root reaches is gone after a collection, and nothing else. */
static void the_fixture_heap_collects(void **state)
{
    (void)state;
    struct slot {
        void *other;
        uint64_t *reference;
    } slots[2] = {{NULL, NULL}, {NULL, NULL}};
    const struct vtb_roots roots = {&slots[0].reference, 2, sizeof *slots};
    bump_reset();
    bump_heap.add_roots(&roots);
    uint64_t *kept = slots[1].reference = bump_heap.alloc(16);
    void *inner = bump_heap.alloc(40);
    void *lost = bump_heap.alloc(24);
    memcpy(kept, &inner, sizeof inner);
    while (bump_seen.collections_n == 0)
        bump_heap.safepoint();
    assert_true(bump_is_object(kept) && bump_is_object(inner));
    assert_false(bump_is_object(lost));
    assert_int_equal(bump_seen.overwritten_n, 1);
    assert_int_equal(bump_heap.usable(inner), 40);
    slots[0].reference = (uint64_t *)inner + 1;
    while (bump_seen.collections_n == 1)
        bump_heap.safepoint();
    assert_int_equal(bump_seen.bad_roots_n, 1);
    bump_heap.drop_roots(&roots);
    bump_heap.drop_roots(&roots);
    assert_int_equal(bump_seen.unknown_drops_n, 1);
    assert_int_equal(bump_roots_n, 0);
}

/* Both references of every frame are registered when the window is made, and dropped with it. */
static void check_roots(const struct vtb_rig *rig, const struct vtb_cell *cell)
{
    struct vtb_env env;
    struct vtb_error error;
    bump_reset();
    assert_true(vtb_rig_open_env(rig, &env, cell, &bump_heap, &error));
    assert_int_equal(bump_roots_n, cell->frame_bytes ? 2 : 0);
    for (size_t i = 0; i < bump_roots_n; i++) {
        const size_t offset = i == 0 ? cell->pending_offset : cell->slot_offset;
        assert_ptr_equal(bump_roots[i].base, (char *)env.frames + offset);
        assert_int_equal(bump_roots[i].count, rig->point->in_flight);
        assert_int_equal(bump_roots[i].stride_bytes, cell->frame_bytes);
        assert_true(offset + sizeof(void *) <= cell->frame_bytes);
    }
    vtb_rig_close_env(&env, cell);
    assert_int_equal(bump_roots_n, 0);
    assert_int_equal(bump_seen.unknown_drops_n, 0);
}

/* After a run every suspended operation, and nothing else, is seen through the pending roots. */
static void check_pending(const struct vtb_rig *rig, const struct vtb_cell *cell)
{
    struct vtb_env env;
    struct vtb_error error;
    size_t pending_n = 0;
    bump_reset();
    assert_true(vtb_rig_open_env(rig, &env, cell, &bump_heap, &error));
    cell->run_independent(&env, OPERATIONS_N);
    for (size_t i = 0; bump_roots_n > 0 && i < bump_roots[0].count; i++) {
        const char *at = (const char *)bump_roots[0].base + i * bump_roots[0].stride_bytes;
        const void *pending = *(void *const *)(const void *)at;
        pending_n += pending != NULL;
        if (pending)
            assert_int_equal(bump_is_object(pending), cell->strategy->on_miss.allocs_n > 0);
    }
    assert_int_equal(pending_n, env.pending_n);
    assert_int_equal(pending_n, cell->frame_bytes ? rig->point->in_flight - 1 : 0);
    cell->drain(&env);
    vtb_rig_close_env(&env, cell);
}

/* No frees (the heap has none), one safepoint for each operation, and the floor's values. */
static void check_collected(const struct vtb_rig *rig, const struct vtb_cell *cell,
                            uint64_t expected)
{
    for (int dependent = 0; dependent < 2; dependent++) {
        const struct cell_run run = {rig, cell,     &bump_heap,  dependent != 0,
                                     0,   POSITION, OPERATIONS_N};
        bump_reset();
        const struct cell_outcome outcome = cell_run(&run);
        if (outcome.checksum != expected && cell->strategy->role != VTB_ROLE_EMPTY)
            fail_msg("%s against %s: other values than the floor's", cell->strategy_name,
                     cell->workload_name);
        cell_check_counts(&run, &outcome);
        assert_int_equal(bump_seen.safepoints_n, OPERATIONS_N);
        assert_int_equal(bump_seen.allocs_n, cell_expected(&run).allocs_n);
        assert_int_equal(bump_seen.bad_roots_n, 0);
        assert_int_equal(bump_seen.unknown_drops_n, 0);
        assert_int_equal(bump_roots_n, 0);
        assert_true(bump_seen.allocs_n == 0 || bump_seen.overwritten_n > 0);
    }
}

static size_t check_collected_point(const struct vtb_point *point)
{
    struct vtb_rig rig;
    struct vtb_error error;
    size_t cells_n = 0;
    assert_true(vtb_rig_open(&rig, point, &error));
    const struct vtb_cell *floor = find("plain", point->workload->name);
    const struct cell_run run = {&rig, floor, glibc_heap(), false, 0, POSITION, OPERATIONS_N};
    const uint64_t expected = cell_run(&run).checksum;
    for (size_t i = 0; fixture_cells[i]; i++) {
        const struct vtb_cell *cell = fixture_cells[i];
        if (!cell->collected || strcmp(cell->workload_name, point->workload->name) != 0)
            continue;
        check_roots(&rig, cell);
        check_pending(&rig, cell);
        check_collected(&rig, cell, expected);
        cells_n++;
    }
    vtb_rig_close(&rig);
    return cells_n;
}

static void every_strategy_on_a_heap_that_collects(void **state)
{
    (void)state;
    size_t cells_n = 0;
    assert_true(vtb_heap_collects(&bump_heap));
    assert_false(vtb_heap_collects(glibc_heap()));
    for (size_t w = 0; fixture_workloads[w].name; w++) {
        for (size_t i = 0; i < WINDOWS_N; i++) {
            const struct vtb_point point = point_of(&fixture_workloads[w], windows[i]);
            cells_n += check_collected_point(&point);
        }
    }
    assert_true(cells_n >= WINDOWS_N * 2 * 2 * 8); /* two workloads, timing and counting */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_grow_with_the_value),
        cmocka_unit_test(value_tasks_grow_with_the_value),
        cmocka_unit_test(other_hand_overs),
        cmocka_unit_test(workloads_state_their_types),
        cmocka_unit_test(other_types_through_every_strategy),
        cmocka_unit_test(a_strategy_in_cxx),
        cmocka_unit_test(the_fixture_heap_collects),
        cmocka_unit_test(every_strategy_on_a_heap_that_collects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
