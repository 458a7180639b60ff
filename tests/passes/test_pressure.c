#include "synthetic.h"

#include <string.h>

#include "passes/counting.h"
#include "passes/pressure.h"

#define KB ((size_t)1 << 10)

/* The baseline's case of a heap, counted, and its pressure measured. */
static struct vtb_pressure measure(const struct vtb_plan *plan, const char *heap)
{
    const struct vtb_point *point = &plan->points[0];
    struct vtb_pressure pressure = {.measured = false};
    struct vtb_error error = {0};
    struct vtb_fixture fixture;
    assert_true(vtb_fixture_open(&fixture, point, &error));
    for (size_t i = 0; i < point->cases_n; i++) {
        const struct vtb_case *the_case = &point->cases[i];
        struct vtb_counted counted;
        if (strcmp(the_case->heap->name, heap) != 0 || the_case->baseline != i)
            continue;
        if (!vtb_counting_run(&fixture, the_case, &counted, &error) ||
            !vtb_pressure_run(&fixture, the_case, &counted, &pressure, &error))
            fail_msg("%s", error.message);
    }
    vtb_fixture_close(&fixture);
    assert_true(pressure.measured);
    return pressure;
}

static const struct vtb_pressure_metric *metric(const char *word)
{
    for (size_t i = 0; vtb_pressure_metrics[i].word; i++) {
        if (strcmp(vtb_pressure_metrics[i].word, word) == 0)
            return &vtb_pressure_metrics[i];
    }
    fail_msg("no metric %s", word);
    return NULL;
}

static double value(const char *word, const struct vtb_pressure *pressure)
{
    return vtb_pressure_value(metric(word), pressure);
}

static void words_and_keys_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; vtb_pressure_metrics[i].word; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(vtb_pressure_metrics[i].word, vtb_pressure_metrics[j].word);
            assert_string_not_equal(vtb_pressure_metrics[i].key, vtb_pressure_metrics[j].key);
        }
    }
}

static void an_older_collection_counts_for_the_younger(void **state)
{
    const struct vtb_pressure pressure = {
        .measured = true,
        .collects = true,
        .calls_n = 1000,
        .run_ns = 8000,
        .collected = {.collections_n = {10, 5, 1}, .ns = 2000, .survived_bytes = 500},
    };
    (void)state;
    assert_true(value("gen0", &pressure) == 16);
    assert_true(value("gen1", &pressure) == 6);
    assert_true(value("gen2", &pressure) == 1);
    assert_true(value("collections", &pressure) == 16);
    assert_true(value("gc-share", &pressure) == 0.25);
    assert_true(value("gc-ns", &pressure) == 2);
    assert_true(value("survived", &pressure) == 0.5);
    assert_true(isnan(value("pause-p50", &pressure))); /* no pause, no median */
}

static void what_is_not_known_is_no_number(void **state)
{
    const struct vtb_pressure none = {.measured = false};
    const struct vtb_pressure freed = {.measured = true, .calls_n = 10, .page_faults_n = 1};
    (void)state;
    for (size_t i = 0; vtb_pressure_metrics[i].word; i++) {
        const struct vtb_pressure_metric *each = &vtb_pressure_metrics[i];
        assert_true(isnan(vtb_pressure_value(each, &none)));
        assert_true(isnan(vtb_pressure_value(each, &freed)) || !each->of_collector);
    }
    assert_true(value("page-faults", &freed) == 1e5);
}

static void collections_of_the_calls_alone_are_counted(void **state)
{
    struct vtb_plan plan = SYNTHETIC_PLAN("--heap", "gengc", "--hit-rate", "1", "--calls", "100000",
                                          "--gen0-budget", "64K", "--live-heap", "1M");
    const struct vtb_pressure pressure = measure(&plan, "gengc");
    const double expected = 72.0 * 100000 / (64 * KB);
    (void)state;
    assert_true(pressure.collects);
    assert_int_equal(pressure.calls_n, 100000);
    assert_int_equal(pressure.budget_bytes, 64 * KB);
    assert_true(pressure.live_bytes > 1023 * KB && pressure.live_bytes <= 1024 * KB);
    assert_true(fabs(value("collections", &pressure) - expected) <= 1);
    assert_int_equal(pressure.pauses_n, vtb_collections_n(&pressure.collected, 0));
    assert_true(pressure.pause_p50_ns <= pressure.pause_p99_ns);
    assert_true(pressure.pause_p99_ns <= pressure.pause_max_ns);
    assert_true(pressure.collected.ns < pressure.run_ns);
    assert_true(value("resident", &pressure) >= 1);
    assert_true(value("usable", &pressure) == 1);
    free(pressure.hgrm);
    vtb_plan_free(&plan);
}

/* There are far more objects in flight than a small block of memory holds. */
static void memory_of_a_heap_that_frees_is_told(void **state)
{
    struct vtb_plan plan = SYNTHETIC_PLAN("--heap", "glibc", "--hit-rate", "0", "--calls", "200000",
                                          "--in-flight", "65536", "--pressure", "all");
    const struct vtb_pressure pressure = measure(&plan, "glibc");
    (void)state;
    assert_false(pressure.collects);
    assert_true(pressure.rss_growth_bytes >= (size_t)65536 * 104);
    assert_true(pressure.peak_rss_bytes > pressure.rss_growth_bytes);
    assert_true(pressure.page_faults_n >= (size_t)65536 * 104 / 4096);
    assert_true(value("usable", &pressure) >= 1);
    assert_true(value("resident", &pressure) > 0.9);
    vtb_plan_free(&plan);
}

static void the_pass_is_for_collectors_and_those_who_ask(void **state)
{
    struct vtb_plan plan = SYNTHETIC_PLAN("--heap", "glibc,gengc");
    struct vtb_plan asked = SYNTHETIC_PLAN("--heap", "glibc,gengc", "--pressure", "peak-rss");
    (void)state;
    for (size_t i = 0; i < plan.points[0].cases_n; i++) {
        const struct vtb_case *the_case = &plan.points[0].cases[i];
        assert_int_equal(vtb_plan_has_pressure(&plan, the_case),
                         vtb_heap_collects(the_case->heap->heap));
        assert_true(vtb_plan_has_pressure(&asked, the_case));
    }
    vtb_plan_free(&asked);
    vtb_plan_free(&plan);
}

static void no_run_makes_more_calls_than_the_most(void **state)
{
    const struct vtb_point few = {.calls_n = 7};
    const struct vtb_point many = {.calls_n = UINT64_C(1000000000000)};
    (void)state;
    assert_int_equal(vtb_pressure_calls_n(&few), 7);
    assert_int_equal(vtb_pressure_calls_n(&many), VTB_PRESSURE_CALLS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_keys_are_told_apart),
        cmocka_unit_test(an_older_collection_counts_for_the_younger),
        cmocka_unit_test(what_is_not_known_is_no_number),
        cmocka_unit_test(collections_of_the_calls_alone_are_counted),
        cmocka_unit_test(memory_of_a_heap_that_frees_is_told),
        cmocka_unit_test(the_pass_is_for_collectors_and_those_who_ask),
        cmocka_unit_test(no_run_makes_more_calls_than_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
