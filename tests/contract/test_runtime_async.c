/* Tests of runtime-async methods, and of the boundaries between them, classic methods and their
 * callers: the bytes that .NET 11 was seen to allocate, and values and counts of every combination.
 */
#include "check.h"

#include "built.h"
#include "cells.h"

#define DEPTHS_N 3

/* Bytes on a hit and on a miss, one to three methods deep. */
struct measured {
    struct vtb_kind kind;
    const char *strategy;
    const char *workload;
    size_t hit;
    size_t miss[DEPTHS_N];
};

#define DIRECT .method = VTB_METHOD_DIRECT
#define ASYNC .method = VTB_METHOD_ASYNC
#define RUNTIME .method = VTB_METHOD_RUNTIME
#define BY_RUNTIME .by_runtime = true
#define STORED .stored = true

/*
 * Of .NET 11.0.0, with a store that is awaited as a task and allocates nothing, and callers that
 * live for long: GC.GetAllocatedBytesForCurrentThread. A direct method is Task.FromResult or a
 * ValueTask with the value. Of a classic asynchronous method's hit as much is allocated at each
 * level; the table has the first.
 */
static const struct measured measured[] = {
    {{RUNTIME, BY_RUNTIME}, "heap_task", "user_cache", 0, {136, 200, 264}},
    {{RUNTIME, BY_RUNTIME}, "value_task", "user_cache", 0, {136, 200, 264}},
    {{RUNTIME, BY_RUNTIME}, "value_task", "payload_16", 0, {152, 224, 296}},
    {{RUNTIME, BY_RUNTIME}, "heap_task", "payload_64", 0, {248, 368, 488}},
    {{RUNTIME}, "heap_task", "user_cache", 72, {264, 328, 392}},
    {{RUNTIME}, "value_task", "user_cache", 0, {264, 328, 392}},
    {{RUNTIME}, "heap_task", "payload_16", 80, {288, 360, 432}},
    {{RUNTIME}, "value_task", "payload_64", 0, {432, 552, 672}},
    {{RUNTIME, STORED}, "heap_task", "user_cache", 72, {336, 400, 464}},
    {{RUNTIME, STORED}, "value_task", "payload_16", 0, {360, 432, 504}},
    {{RUNTIME, STORED}, "heap_task", "payload_64", 128, {504, 624, 744}},
    {{ASYNC, BY_RUNTIME}, "heap_task", "user_cache", 72, {160, 264, 368}},
    {{ASYNC, BY_RUNTIME}, "value_task", "user_cache", 0, {168, 296, 424}},
    {{ASYNC, BY_RUNTIME}, "heap_task", "payload_64", 128, {272, 432, 592}},
    {{ASYNC, BY_RUNTIME}, "value_task", "payload_64", 0, {336, 632, 928}},
    {{DIRECT, BY_RUNTIME}, "heap_task", "user_cache", 0, {216, 272, 328}},
    {{DIRECT, BY_RUNTIME}, "value_task", "payload_16", 0, {240, 304, 368}},
    {{DIRECT, BY_RUNTIME}, "value_task", "payload_64", 0, {384, 496, 608}},
    {{DIRECT}, "runtime_async", "user_cache", 0, {136, 200, 264}},
    {{ASYNC}, "runtime_async", "payload_64", 0, {248, 368, 488}},
};

#define MEASURED_N (sizeof measured / sizeof *measured)

static const struct vtb_cell *cell_of(const struct measured *row, bool counting, bool collected)
{
    struct vtb_kind kind = row->kind;
    kind.counting = counting;
    kind.collected = collected;
    const struct vtb_cell *cell = built_cell(row->strategy, row->workload, kind);
    assert_non_null(cell);
    return cell;
}

static void bytes_are_those_of_net_11(void **state)
{
    (void)state;
    for (size_t i = 0; i < MEASURED_N; i++) {
        const struct measured *row = &measured[i];
        const struct vtb_cell *cell = cell_of(row, true, false);
        const size_t first = cell->miss_bytes + cell->beside_bytes;
        cell_check_sizes(cell);
        assert_of_cell(cell, cell->hit_bytes, row->hit);
        for (size_t d = 0; d < DEPTHS_N; d++)
            assert_of_cell(cell, first + d * cell->layer_miss_bytes, row->miss[d]);
    }
}

/* --- running them --- */

#define OPERATIONS_N 600
#define KEYS_N 40

static const size_t windows[] = {1, 2, 7, 64};

static struct vtb_point point_of(const char *workload, size_t window, size_t depth)
{
    static struct cell_calls calls;
    struct vtb_point point = {.workload = vtb_find_workload(workload),
                              .hits.rate = 0.5,
                              .in_flight = window,
                              .depth = depth,
                              .failure_rate = window > 1 ? 0.1 : 0,
                              .request_ops = 48,
                              .completion = VTB_COMPLETION_RANDOM,
                              .keys_n = KEYS_N,
                              .seed = 1};
    cell_draw(&calls, &point, OPERATIONS_N);
    return point;
}

static void check_cell(const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                       const char *heap, uint64_t expected)
{
    struct cell_run run = {fixture, cell, vtb_find_heap(heap)->heap, false, 0, 0, OPERATIONS_N};
    for (int dependent = 0; dependent < 2; dependent++) {
        run.dependent = dependent;
        const struct cell_outcome outcome = cell_run(&run);
        assert_of_cell(cell, outcome.checksum, expected);
        cell_check_counts(&run, &outcome);
    }
}

/* Values are the floor's, and counts those of the layouts, on heaps that free and that collect.
 * Cells that are timed differ from those that count in that alone, whatever the value's type: they
 * run with the default workload, and without layers. */
static void check_row(const struct measured *row, const struct vtb_fixture *fixture)
{
    const bool is_default = strcmp(row->workload, vtb_default_workload()->name) == 0;
    const struct vtb_cell *floor =
        built_cell("plain", row->workload, (struct vtb_kind){.counting = true});
    const struct cell_run run = {fixture, floor,       vtb_find_heap("glibc")->heap, false, 0,
                                 0,       OPERATIONS_N};
    const uint64_t expected = cell_run(&run).checksum;
    check_cell(fixture, cell_of(row, true, false), "glibc", expected);
    check_cell(fixture, cell_of(row, true, false), "gengc", expected);
    if (!is_default || fixture->point->depth > 1)
        return;
    check_cell(fixture, cell_of(row, false, false), "glibc", expected);
    check_cell(fixture, cell_of(row, false, true), "gengc", expected);
}

static void every_combination_has_the_values_of_the_floor(void **state)
{
    (void)state;
    for (size_t i = 0; i < MEASURED_N; i++) {
        for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
            for (size_t depth = 1; depth <= DEPTHS_N; depth++) {
                struct vtb_fixture fixture;
                struct vtb_error error;
                const struct vtb_point point = point_of(measured[i].workload, windows[w], depth);
                assert_true(vtb_fixture_open(&fixture, &point, &error));
                check_row(&measured[i], &fixture);
                vtb_fixture_close(&fixture);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_those_of_net_11),
        cmocka_unit_test(every_combination_has_the_values_of_the_floor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
