/* The table of parameters: each row is whole, and its value comes back from where it was put. */
#include "check.h"

#include <math.h>

#include "cells/registry.h"
#include "plan/plan.h"

static const struct vtb_heap_entry *heap_with(bool budget, bool steps)
{
    for (const struct vtb_heap_entry *entry = vtb_heaps; entry->name; entry++) {
        const struct vtb_collector *collector = entry->heap->collector;
        if (collector ? collector->has_budget == budget && collector->has_steps == steps
                      : !budget && !steps)
            return entry;
    }
    return NULL;
}

static void rows_are_whole(void **state)
{
    (void)state;
    size_t n = 0;
    for (const struct vtb_parameter *row = vtb_parameters; row->word; row++, n++) {
        assert_true(*row->option && *row->accepts && *row->help && row->units);
        assert_true(row->unit_factor >= 1);
        assert_true(row->number.min < row->number.max);
        assert_true(isnan(row->usual) || row->usual == 0 ||
                    (row->usual >= row->number.min && row->usual <= row->number.max));
        assert_int_equal(row->metavar == NULL, row->type == VTB_PARAMETER_FLAG);
        assert_true(row->type != VTB_PARAMETER_NOWHERE || row->value);
        for (const struct vtb_parameter *other = vtb_parameters; other < row; other++)
            assert_true(strcmp(row->word, other->word) != 0 &&
                        strcmp(row->option, other->option) != 0);
    }
    assert_int_equal(n, VTB_PARAMETERS_N);
}

/* The heap has everything that a parameter may be about, except steps, which a flag sets. */
static void values_come_back(void **state)
{
    (void)state;
    struct vtb_point point = {.workload = vtb_default_workload()};
    const struct vtb_case the_case = {.heap = heap_with(true, false), .threads_n = 3};
    assert_non_null(the_case.heap);
    for (const struct vtb_parameter *row = vtb_parameters; row->word; row++) {
        const double value = row->type == VTB_PARAMETER_FLAG ? 1 : row->is_share ? 0.25 : 7;
        vtb_parameter_set(row, &point, value);
        if (row->type != VTB_PARAMETER_NOWHERE && row != &vtb_parameters[VTB_P(incremental)])
            assert_near(vtb_parameter_value(row, &point, &the_case), value, 0);
    }
    assert_near(point.hits.rate, 0.25, 0);
    assert_true(point.calls_n == 7 && point.in_flight == 7 && point.force_async);
    assert_true(point.hits.cache.ttl_ns == UINT64_C(7000000000));
    assert_near(vtb_parameter_value(&vtb_parameters[VTB_P(threads)], &point, &the_case), 3, 0);
}

static void some_mean_nothing_to_a_case(void **state)
{
    (void)state;
    struct vtb_point point = {.workload = vtb_default_workload(), .hits.emerge = true};
    const struct vtb_case the_case = {.heap = heap_with(false, false), .threads_n = 1};
    static const enum vtb_parameter_id none[] = {VTB_P(hit_rate),    VTB_P(cache),
                                                 VTB_P(ttl),         VTB_P(payload),
                                                 VTB_P(gen0_budget), VTB_P(incremental)};
    assert_non_null(the_case.heap);
    point.gen0_budget_bytes = 4096;
    point.incremental = true;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_true(isnan(vtb_parameter_value(&vtb_parameters[none[i]], &point, &the_case)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(values_come_back),
        cmocka_unit_test(some_mean_nothing_to_a_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
