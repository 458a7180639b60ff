#include "made_up.h"

#include "report/case_names.h"

static struct made_up it;

static int made(void **state)
{
    (void)state;
    make_up(&it);
    return 0;
}

#define HEAD "errands/left/heap/hit_rate:0.8/calls:10/in_flight:64/completion:fifo/keys:1000"
#define TAIL "/distribution:uniform/consumer:independent/method:direct/depth:1"
#define USUAL HEAD TAIL

static void is_named(const char *expected)
{
    char name[VTB_CASE_NAME_BYTES];
    vtb_case_name(name, sizeof name, &it.comparison, &it.figures[0]);
    assert_string_equal(name, expected);
}

static void a_name_has_what_makes_the_case(void **state)
{
    (void)state;
    is_named(USUAL);
    it.point.completion = VTB_COMPLETION_RANDOM;
    it.point.distribution = (struct vtb_distribution){.zipf = true, .s = 0.9};
    it.point.depth = 3;
    it.point.calls_n = UINT64_C(5000000000);
    it.comparison.consumer = VTB_CONSUMER_DEPENDENT;
    it.cells[0].kind.method = VTB_METHOD_ASYNC;
    is_named(
        "errands/left/heap/hit_rate:0.8/calls:5000000000/in_flight:64/completion:random"
        "/keys:1000/distribution:zipf:0.9/consumer:dependent/method:async/depth:3");
}

static void a_name_is_of_one_case(void **state)
{
    (void)state;
    char name[VTB_CASE_NAME_BYTES];
    vtb_case_name(name, sizeof name, &it.comparison, &it.figures[1]);
    assert_begins(name, "errands/right/heap/");
}

static void what_is_rare_is_named_where_it_is_so(void **state)
{
    (void)state;
    it.point.failure_rate = 0.05;
    is_named(USUAL "/failure_rate:0.05");
    it.point.request_ops = 8;
    is_named(USUAL "/failure_rate:0.05/request_ops:8");
    it.point.failure_rate = 0;
    it.point.force_async = true;
    it.point.pollute_bytes = 4096;
    is_named(USUAL "/request_ops:8/force_async:1/pollute:4096");
    it.point.completer = true;
    it.point.store = vtb_stores[0];
    it.point.store_threads_n = 1;
    is_named(USUAL "/request_ops:8/force_async:1/pollute:4096/store:sqlite");
    it.point.store_threads_n = 3;
    is_named(USUAL "/request_ops:8/force_async:1/pollute:4096/store:sqlite/store_threads:3");
    it.point.store = NULL;
    it.point.abstract = true;
    it.point.concurrent_table = true;
    it.cases[0].threads_n = 4;
    it.point.cold = true;
    is_named(USUAL
             "/request_ops:8/force_async:1/pollute:4096/completer:thread/abstraction:virtual/"
             "table:concurrent/threads:4/start:cold");
}

/* A budget, and steps, mean nothing on a heap that has none. */
static void a_collector_s_setup_is_named_on_it(void **state)
{
    (void)state;
    it.point.gen0_budget_bytes = 65536;
    it.point.incremental = true;
    is_named(USUAL);
    it.heap.collector = &it.collector;
    is_named(USUAL);
    it.collector.has_budget = true;
    is_named(USUAL "/gen0_budget:65536");
    it.collector.has_steps = true;
    is_named(USUAL "/gen0_budget:65536/incremental:1");
}

static void hits_are_named_by_where_they_come_from(void **state)
{
    (void)state;
    char text[VTB_POINT_TEXT_BYTES];
    char name[VTB_CASE_NAME_BYTES];
    vtb_hits_text(text, &it.point);
    assert_string_equal(text, "0.8");
    it.point.hits = (struct vtb_hits){.emerge = true, .cache = {.capacity = 500}};
    vtb_hits_text(text, &it.point);
    assert_string_equal(text, "lru:500");
    vtb_case_name(name, sizeof name, &it.comparison, &it.figures[0]);
    assert_begins(name, "errands/left/heap/cache:lru:500/calls:10/");
    it.point.hits.cache = (struct vtb_cache_setup){.ttl_ns = 1500000000};
    vtb_hits_text(text, &it.point);
    assert_string_equal(text, "ttl:1.5");
    vtb_case_name(name, sizeof name, &it.comparison, &it.figures[0]);
    assert_begins(name, "errands/left/heap/ttl:1.5/calls:10/");
}

/* Keys that were recorded have no distribution, whatever the options said. */
static void keys_are_named_by_where_they_come_from(void **state)
{
    (void)state;
    char text[VTB_POINT_TEXT_BYTES];
    vtb_keys_text(text, &it.point);
    assert_string_equal(text, "uniform");
    it.point.distribution = (struct vtb_distribution){.zipf = true, .s = 1.25};
    vtb_keys_text(text, &it.point);
    assert_string_equal(text, "zipf:1.25");
    it.point.hits.trace = &it.plan.trace;
    vtb_keys_text(text, &it.point);
    assert_string_equal(text, "recorded");
}

static void a_case_may_differ_from_its_table(void **state)
{
    (void)state;
    it.cases[0].method = VTB_METHOD_ASYNC;
    assert_string_equal(vtb_case_method(&it.cases[0]), "direct");
    assert_string_equal(vtb_table_method(&it.cases[0]), "async");
    it.cases[0].method = VTB_METHOD_RUNTIME;
    assert_string_equal(vtb_table_method(&it.cases[0]), "runtime");
    it.cases[1].method = VTB_METHOD_DIRECT;
    it.cells[1].kind.method = VTB_METHOD_ASYNC;
    assert_string_equal(vtb_case_method(&it.cases[1]), "async");
    assert_string_equal(vtb_table_method(&it.cases[1]), "direct");
}

/* Callers are told where they are not compiled as their methods are. */
static void a_caller_is_named_where_it_differs(void **state)
{
    (void)state;
    char text[VTB_POINT_TEXT_BYTES];
    it.cases[0].caller = VTB_CALLER_RUNTIME;
    is_named(USUAL "/caller:runtime");
    assert_string_equal(vtb_way_text(text, &it.cases[0]), "direct method, runtime caller");
    it.cases[0].method = it.cells[0].kind.method = VTB_METHOD_RUNTIME;
    it.cases[0].stored = true;
    assert_string_equal(vtb_way_text(text, &it.cases[0]), "runtime method, stored");
    it.cases[0].caller = VTB_CALLER_CLASSIC;
    assert_string_equal(vtb_way_text(text, &it.cases[0]), "runtime method, classic caller, stored");
    it.cases[0].method = it.cells[0].kind.method = VTB_METHOD_DIRECT;
    is_named(USUAL "/stored:1");
    assert_string_equal(vtb_method_mark(VTB_METHOD_DIRECT), "");
    assert_string_equal(vtb_method_mark(VTB_METHOD_RUNTIME), "runtime");
}

static void a_name_is_cut_where_the_buffer_ends(void **state)
{
    (void)state;
    char name[17] = "";
    vtb_case_name(name, sizeof name - 1, &it.comparison, &it.figures[0]);
    assert_string_equal(name, "errands/left/he");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_name_has_what_makes_the_case, made),
        cmocka_unit_test_setup(a_caller_is_named_where_it_differs, made),
        cmocka_unit_test_setup(a_name_is_of_one_case, made),
        cmocka_unit_test_setup(what_is_rare_is_named_where_it_is_so, made),
        cmocka_unit_test_setup(a_collector_s_setup_is_named_on_it, made),
        cmocka_unit_test_setup(hits_are_named_by_where_they_come_from, made),
        cmocka_unit_test_setup(keys_are_named_by_where_they_come_from, made),
        cmocka_unit_test_setup(a_case_may_differ_from_its_table, made),
        cmocka_unit_test_setup(a_name_is_cut_where_the_buffer_ends, made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
