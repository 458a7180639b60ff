#include "synthetic.h"

#include <string.h>

#include "passes/counting.h"
#include "passes/pressure.h"

#define KB ((size_t)1 << 10)

/* A strategy's case of a heap, counted, and its pressure measured by the calls of a consumer. */
static struct vtb_pressure measure_case(const struct vtb_plan *plan, const char *strategy,
                                        const char *heap, enum vtb_consumer consumer)
{
    const struct vtb_point *point = &plan->points[0];
    struct vtb_pressure pressure = {.measured = false};
    struct vtb_error error = {0};
    struct vtb_fixture fixture;
    assert_true(vtb_fixture_open(&fixture, point, &error));
    for (size_t i = 0; i < point->cases_n; i++) {
        const struct vtb_case *the_case = &point->cases[i];
        struct vtb_counted counted;
        if (strcmp(the_case->heap->name, heap) != 0 ||
            strcmp(the_case->timing->name, strategy) != 0)
            continue;
        if (!vtb_counting_run(&fixture, the_case, &counted, &error) ||
            !vtb_pressure_run(&fixture, the_case, consumer, &counted, &pressure, &error))
            fail_msg("%s", error.message);
    }
    vtb_fixture_close(&fixture);
    assert_true(pressure.measured);
    return pressure;
}

static struct vtb_pressure measure(const struct vtb_plan *plan, const char *heap)
{
    return measure_case(plan, "heap_task", heap, VTB_CONSUMER_INDEPENDENT);
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
    struct vtb_pressure pressure = {
        .measured = true,
        .collects = true,
        .generations_n = 3,
        .calls_n = 1000,
        .cpu_ns = 8000,
        .calls_per_collection = 62.5,
        .collected = {.collections_n = {10, 5, 1}, .survived_bytes = 500},
    };
    (void)state;
    assert_true(value("gen0", &pressure) == 16);
    assert_true(value("gen1", &pressure) == 6);
    assert_true(value("gen2", &pressure) == 1);
    assert_true(value("collections", &pressure) == 16);
    assert_true(value("collections-per-mop", &pressure) == 16000);
    assert_true(value("calls-per-collection", &pressure) == 62.5);
    assert_true(value("survived", &pressure) == 0.5);
    pressure.generations_n = 1;
    assert_true(isnan(value("gen0", &pressure)));
    assert_true(isnan(value("gen2", &pressure)));
    assert_true(value("collections-per-mop", &pressure) == 16000);
}

/* What collections take is their exact number times the mean of a pause: here 2 collections in 1000
 * calls, though 3 happened to fall into them, the pauses of which took 1000 ns each. */
static void collections_cost_their_number_times_a_pause(void **state)
{
    struct vtb_pressure pressure = {
        .measured = true,
        .collects = true,
        .calls_n = 1000,
        .cpu_ns = 9000,
        .calls_per_collection = 500,
        .collected = {.pauses_n = 3, .ns = 1e9, .cpu_ns = 3000},
    };
    (void)state;
    assert_same_double(value("gc-ns", &pressure), 2);
    assert_same_double(value("gc-share", &pressure), 0.25);
    assert_same_double(value("gc-ms", &pressure), 0.003);
    pressure.calls_per_collection = INFINITY; /* of what is made once */
    assert_same_double(value("gc-ns", &pressure), 3);
    assert_true(isnan(value("calls-per-collection", &pressure)));
    pressure.collected = (struct vtb_collected){.ns = 0};
    assert_same_double(value("gc-ns", &pressure), 0);
    assert_same_double(value("gc-share", &pressure), 0);
    pressure.calls_per_collection = 5000; /* it would have come */
    assert_true(isnan(value("gc-ns", &pressure)));
    assert_true(isnan(value("gc-share", &pressure)));
}

static void a_quantile_needs_as_many_pauses_as_it_is_of(void **state)
{
    static const struct {
        const char *word;
        uint64_t least_n;
        double ns;
    } rows[] = {{"pause-p50", 10, 2},
                {"pause-p90", 30, 3},
                {"pause-p99", 100, 4},
                {"pause-max", 1, 5},
                {"pause-wall-max", 1, 6}};
    struct vtb_pressure pressure = {
        .measured = true,
        .collects = true,
        .pause_p50_ns = 2,
        .pause_p90_ns = 3,
        .pause_p99_ns = {4, 4, 4},
        .pause_max_ns = 5,
        .pause_wall_max_ns = 6,
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pressure.collected.pauses_n = rows[i].least_n - 1;
        assert_true(isnan(value(rows[i].word, &pressure)));
        pressure.collected.pauses_n = rows[i].least_n;
        assert_same_double(value(rows[i].word, &pressure), rows[i].ns);
        assert_int_equal(metric(rows[i].word)->pauses_min, rows[i].least_n);
    }
}

static void what_is_not_known_is_no_number(void **state)
{
    const struct vtb_pressure none = {.measured = false};
    const struct vtb_pressure freed = {
        .measured = true, .calls_n = 10, .page_faults_n = 1, .generations_n = 3};
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
    assert_int_equal(pressure.collected.pauses_n, vtb_collections_n(&pressure.collected, 0));
    assert_true(pressure.pause_p50_ns <= pressure.pause_p90_ns);
    assert_true(pressure.pause_p90_ns <= pressure.pause_p99_ns.median);
    assert_true(pressure.pause_p99_ns.median <= pressure.pause_max_ns);
    assert_true(pressure.collected.cpu_ns > 0 && pressure.collected.cpu_ns < pressure.cpu_ns);
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

/* The collections that are counted are those that follow from bytes and budget, within one: of a
 * large nursery and a small one, few bytes and many, and for each consumer. */
static void collections_follow_from_bytes_and_budget(void **state)
{
    static const char *const budgets[] = {"256K", "1M"};
    static const char *const strategies[] = {"heap_task", "value_task"};
    (void)state;
    for (size_t i = 0; i < 8; i++) {
        struct vtb_plan plan = SYNTHETIC_PLAN("--heap", "gengc", "--hit-rate", "0.8", "--calls",
                                              "200000", "--gen0-budget", (char *)budgets[i % 2]);
        const enum vtb_consumer consumer =
            i < 4 ? VTB_CONSUMER_INDEPENDENT : VTB_CONSUMER_DEPENDENT;
        const struct vtb_pressure pressure =
            measure_case(&plan, strategies[i / 2 % 2], "gengc", consumer);
        const double bytes = i / 2 % 2 ? 20.8 : 78.4;
        assert_true(pressure.is_exact);
        assert_near(pressure.calls_per_collection, (double)pressure.budget_bytes / bytes, 1e-6);
        assert_true(fabs(value("collections", &pressure) -
                         floor(200000 / pressure.calls_per_collection)) <= 1);
        free(pressure.hgrm);
        vtb_plan_free(&plan);
    }
}

/* Operations that are used again are made once, so that further calls allocate nothing. */
static void what_is_used_again_is_never_collected(void **state)
{
    struct vtb_plan plan = SYNTHETIC_PLAN("--heap", "gengc", "--calls", "10000", "--strategy",
                                          "heap_task_pooled,caller_op");
    (void)state;
    assert_true(isinf(measure_case(&plan, "heap_task_pooled", "gengc", VTB_CONSUMER_INDEPENDENT)
                          .calls_per_collection));
    assert_true(isinf(
        measure_case(&plan, "caller_op", "gengc", VTB_CONSUMER_INDEPENDENT).calls_per_collection));
    vtb_plan_free(&plan);
}

/* Where hits emerge, the pass repeats calls whose answers are there by then; and an object that is
 * large is not of the budget. Then what happened is told. */
static void what_does_not_follow_is_measured(void **state)
{
    struct vtb_plan emerging =
        SYNTHETIC_PLAN("--heap", "gengc", "--workload", "trace", "--strategy", "value_task",
                       "--calls", "100000", "--gen0-budget", "64K");
    struct vtb_plan large = SYNTHETIC_PLAN("--heap", "gengc", "--workload", "payload_4096",
                                           "--strategy", "value_task", "--calls", "20000");
    const struct vtb_pressure found[] = {
        measure(&emerging, "gengc"), measure(&large, "gengc"),
        measure_case(&large, "value_task", "gengc", VTB_CONSUMER_INDEPENDENT)};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const double n = value("collections", &found[i]);
        assert_false(found[i].is_exact);
        assert_true(n > 0);
        assert_same_double(found[i].calls_per_collection, (double)found[i].calls_n / n);
        free(found[i].hgrm);
    }
    vtb_plan_free(&emerging);
    vtb_plan_free(&large);
}

/* As many as the collections take, if they take fewer than the most; the same in every run. */
static void a_pass_makes_enough_calls(void **state)
{
    const struct vtb_point given = {.calls_n = 1000};
    const struct vtb_point free_to = {.calls_n = 1000, .collects_enough = true};
    const double most = (double)VTB_PRESSURE_ENOUGH_MAX / (VTB_COLLECTIONS_MIN + 0.25);
    (void)state;
    assert_int_equal(vtb_pressure_calls_n(&given, 100), 1000);
    assert_int_equal(vtb_pressure_calls_n(&free_to, 100), 5025);
    assert_int_equal(vtb_pressure_calls_n(&free_to, 100.001), 5026);
    assert_int_equal(vtb_pressure_calls_n(&free_to, 10), 1000);
    assert_int_equal(vtb_pressure_calls_n(&free_to, INFINITY), 1000);
    assert_int_equal(vtb_pressure_calls_n(&free_to, NAN), 1000);
    assert_in_range(vtb_pressure_calls_n(&free_to, most * 0.999999), 49999000, 50000000);
    assert_int_equal(vtb_pressure_calls_n(&free_to, most * 1.000001), 1000);
}

/* Fifty collections of a small nursery take a second pass no time. */
static void enough_collections_are_made_and_foreseen(void **state)
{
    struct vtb_plan plan = SYNTHETIC_PLAN("--heap", "gengc", "--gen0-budget", "2M");
    struct vtb_error error;
    struct vtb_fixture fixture;
    (void)state;
    assert_true(plan.points[0].collects_enough);
    const struct vtb_pressure pressure = measure(&plan, "gengc");
    assert_true(value("collections", &pressure) >= VTB_COLLECTIONS_MIN);
    assert_int_equal(pressure.calls_n, (uint64_t)ceil(50.25 * 2097152 / 78.4));
    assert_true(vtb_fixture_open(&fixture, &plan.points[0], &error));
    for (size_t i = 0; i < plan.points[0].cases_n; i++) {
        const struct vtb_case *the_case = &plan.points[0].cases[i];
        const double n = (double)vtb_pressure_estimated_calls_n(&fixture, the_case);
        assert_near(n, i == the_case->baseline ? (double)pressure.calls_n : 1e6, n / 1000);
        if (i == the_case->baseline)
            break;
    }
    vtb_fixture_close(&fixture);
    free(pressure.hgrm);
    vtb_plan_free(&plan);
}

static void no_run_makes_more_calls_than_the_most(void **state)
{
    const struct vtb_point few = {.calls_n = 7};
    const struct vtb_point many = {.calls_n = UINT64_C(1000000000000)};
    (void)state;
    assert_int_equal(vtb_pressure_calls_n(&few, NAN), 7);
    assert_int_equal(vtb_pressure_calls_n(&many, NAN), VTB_PRESSURE_CALLS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_keys_are_told_apart),
        cmocka_unit_test(an_older_collection_counts_for_the_younger),
        cmocka_unit_test(collections_cost_their_number_times_a_pause),
        cmocka_unit_test(a_quantile_needs_as_many_pauses_as_it_is_of),
        cmocka_unit_test(what_is_not_known_is_no_number),
        cmocka_unit_test(collections_of_the_calls_alone_are_counted),
        cmocka_unit_test(memory_of_a_heap_that_frees_is_told),
        cmocka_unit_test(the_pass_is_for_collectors_and_those_who_ask),
        cmocka_unit_test(collections_follow_from_bytes_and_budget),
        cmocka_unit_test(what_is_used_again_is_never_collected),
        cmocka_unit_test(what_does_not_follow_is_measured),
        cmocka_unit_test(a_pass_makes_enough_calls),
        cmocka_unit_test(enough_collections_are_made_and_foreseen),
        cmocka_unit_test(no_run_makes_more_calls_than_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
