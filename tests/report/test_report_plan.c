/* The printed estimate of a plan, of an estimate that is made up. */
#include "synthetic.h"

#include <jansson.h>

#include "report/report_plan.h"

static struct vtb_options options;
static struct vtb_plan plan;
static double count_s[] = {1, 2};
static double time_s[] = {0.5, 0.25};
static struct vtb_estimate estimate;

/* Two points, of two consumers. */
static void make_plan(const char *more)
{
    struct vtb_error error;
    char *argv[] = {(char *)"run_bench",
                    (char *)"--hit-rate=0.5,0.8",
                    (char *)"--heap=glibc",
                    (char *)"--strategy=poll",
                    (char *)"--consumer=both",
                    (char *)(uintptr_t)more,
                    NULL};
    if (!vtb_options_parse(&options, more ? 6 : 5, argv, &error) ||
        !vtb_plan_make(&plan, &options, &error))
        fail_msg("%s", error.message);
    assert_int_equal(plan.points_n, 2);
    estimate = (struct vtb_estimate){.count_s = count_s, .time_s = time_s, .total_s = 9.5};
}

static char *text_of(enum vtb_format format)
{
    const struct vtb_planned planned = {&plan, estimate};
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    vtb_report_plan(out, &planned, format);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void a_table(void **state)
{
    (void)state;
    make_plan(NULL);
    char *text = text_of(VTB_FORMAT_TABLE);
    assert_begins(text, "workload ");
    assert_contains(text, " 0.5     1,000,000    100,000        64     4 steady     2.0\n");
    assert_contains(text, " 0.8     1,000,000    100,000        64     4 steady     2.5\n");
    assert_contains(text, "\n2 combinations, 8 cases, 2 consumers: about 9.5 s.\n");
    assert_null(strstr(text, "built first"));
    free(text);
}

/* What the points have that is not as usual. */
static void a_store_and_a_table(void **state)
{
    (void)state;
    make_plan("--table=concurrent");
    char *text = text_of(VTB_FORMAT_TABLE);
    assert_contains(text, "2 consumers, all threads insert into the table: about 9.5 s.\n");
    free(text);
    text = text_of(VTB_FORMAT_JSON);
    assert_contains(text, "\"table\": \"concurrent\"");
    assert_contains(text, "\"store\": \"simulated\"");
    assert_contains(text, "\"store_threads\": 0");
    free(text);
    static const struct vtb_store some = {.word = "some", .title = "Some"};
    plan.points[0].store = plan.points[1].store = &some;
    plan.points[0].store_threads_n = plan.points[1].store_threads_n = 2;
    text = text_of(VTB_FORMAT_TABLE);
    assert_contains(text, ", misses answered by Some, which 2 threads");
    free(text);
    text = text_of(VTB_FORMAT_JSON);
    assert_contains(text, "\"store\": \"some\"");
    assert_contains(text, "\"store_threads\": 2");
    free(text);
}

static void cells_that_are_built_first(void **state)
{
    (void)state;
    make_plan(NULL);
    estimate.stale_n = 12;
    estimate.build_s = 1.8;
    char *text = text_of(VTB_FORMAT_TABLE);
    assert_contains(text, "\n12 cells have to be built first, which is in it: about 1.8 s.\n");
    free(text);
    estimate.stale_n = 1;
    estimate.build_s = 300;
    text = text_of(VTB_FORMAT_TABLE);
    assert_contains(text, "\n1 cell has to be built first, which is in it: about 5.0 minutes.\n");
    free(text);
}

static json_t *parsed(void)
{
    json_error_t error;
    char *text = text_of(VTB_FORMAT_JSON);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("%s: %s", error.text, text);
    free(text);
    return json;
}

static double number_at(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value))
        fail_msg("no number under %s", key);
    return json_number_value(value);
}

/* The JSON has the same figures, and those of the cells to be built even where they are 0. */
static void as_json(void **state)
{
    (void)state;
    make_plan(NULL);
    json_t *json = parsed();
    assert_same_double(number_at(json, "seconds"), 9.5);
    assert_same_double(number_at(json, "consumers"), 2);
    assert_same_double(number_at(json, "cells_to_build"), 0);
    assert_same_double(number_at(json, "build_seconds"), 0);
    const json_t *points = json_object_get(json, "points");
    assert_int_equal(json_array_size(points), 2);
    assert_same_double(number_at(json_array_get(points, 0), "seconds"), 2);
    assert_same_double(number_at(json_array_get(points, 1), "seconds"), 2.5);
    assert_same_double(number_at(json_array_get(points, 1), "cases"), 4);
    json_decref(json);
    estimate.stale_n = 12;
    estimate.build_s = 1.8;
    json = parsed();
    assert_same_double(number_at(json, "cells_to_build"), 12);
    assert_near(number_at(json, "build_seconds"), 1.8, 1e-6);
    json_decref(json);
}

static void counts_alone(void **state)
{
    (void)state;
    make_plan("--rounds=0");
    char *text = text_of(VTB_FORMAT_TABLE);
    assert_contains(text, " counts     1.0\n");
    assert_contains(text, " counts     2.0\n");
    free(text);
}

static int free_plan(void **state)
{
    (void)state;
    vtb_plan_free(&plan);
    return 0;
}

#define TEST(name) cmocka_unit_test_teardown(name, free_plan)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_table), TEST(a_store_and_a_table), TEST(cells_that_are_built_first),
        TEST(as_json), TEST(counts_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
