/* The part of a result file that is about a user's files; test_report has all other parts. */
#include "own_home.h"

#include <jansson.h>

#include "cells/digest.h"
#include "figures/summary.h"
#include "gate/result_file.h"
#include "report/report_json.h"

static struct vtb_options options;
static struct vtb_plan plan;
static struct vtb_results results;
static struct vtb_error error;
static char strategy[OWN_PATH_BYTES];
static char workload[OWN_PATH_BYTES];

/* The caller's to free. */
static char *text_of(void)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    vtb_report_json(out, &results);
    assert_int_equal(fclose(out), 0);
    return text;
}

static json_t *context_of(json_t **json)
{
    json_error_t cause;
    char *text = text_of();
    *json = json_loads(text, JSON_REJECT_DUPLICATES, &cause);
    if (!*json)
        fail_msg("%s: %s", cause.text, text);
    free(text);
    return json_object_get(*json, "context");
}

/* A run that counted no call: its cells are not even built. */
static void count_nothing(void)
{
    struct vtb_counted *counted = calloc(plan.points[0].cases_n, sizeof *counted);
    results.comparisons = calloc(1, sizeof *results.comparisons);
    assert_non_null(counted);
    assert_non_null(results.comparisons);
    if (!vtb_summarise(results.comparisons, &plan.points[0], plan.consumers[0],
                       (struct vtb_samples){0}, 0, &(struct vtb_found){.counted = counted}, &error))
        fail_msg("%s", error.message);
    results.comparisons_n = 1;
    free(counted);
}

static void make_plan(int argc, char **argv)
{
    if (!vtb_options_parse(&options, argc, argv, &error) || !vtb_plan_make(&plan, &options, &error))
        fail_msg("%s\n%s", error.message, error.details ? error.details : "");
    results = (struct vtb_results){
        .plan = &plan, .options = &options, .command_line = "run_bench", .executable = "run_bench"};
    vtb_machine_read(&results.machine);
    count_nothing();
}

static void check_source(const json_t *source, const char *name, const char *path)
{
    char hex[VTB_DIGEST_BYTES];
    assert_int_equal(json_object_size(source), 3);
    assert_string_equal(json_string_value(json_object_get(source, "name")), name);
    assert_string_equal(json_string_value(json_object_get(source, "path")), path);
    assert_true(vtb_digest_file(path, hex));
    assert_string_equal(json_string_value(json_object_get(source, "sha256")), hex);
}

/* No key has nothing in it. */
static void a_run_without_files(void **state)
{
    (void)state;
    json_t *json;
    make_plan(2, (char *[]){(char *)"run_bench", (char *)"--heap=glibc", NULL});
    const json_t *context = context_of(&json);
    assert_true(json_array_size(json_object_get(context, "strategies")) == 0);
    assert_true(json_array_size(json_object_get(context, "workloads")) == 0);
    json_decref(json);
}

/* Each file stands under the path that was given, with its digest; further sizes come from no
 * file. */
static void a_run_with_files(void **state)
{
    (void)state;
    json_t *json;
    char options_text[2][OWN_PATH_BYTES + 16];
    snprintf(options_text[0], sizeof options_text[0], "--strategy=%s", strategy);
    snprintf(options_text[1], sizeof options_text[1], "--workload=%s", workload);
    make_plan(5, (char *[]){(char *)"run_bench", options_text[0], options_text[1],
                            (char *)"--heap=glibc", (char *)"--payload=49", NULL});
    const json_t *context = context_of(&json);
    const json_t *strategies = json_object_get(context, "strategies");
    const json_t *workloads = json_object_get(context, "workloads");
    assert_int_equal(json_array_size(strategies), 1);
    check_source(json_array_get(strategies, 0), "mine", strategy);
    assert_int_equal(json_array_size(workloads), 1);
    check_source(json_array_get(workloads, 0), "my_cache", workload);
    json_decref(json);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct vtb_result_file file;
    char option[OWN_PATH_BYTES + 16];
    char hex[VTB_DIGEST_BYTES];
    snprintf(option, sizeof option, "--strategy=%s", strategy);
    make_plan(3, (char *[]){(char *)"run_bench", option, (char *)"--heap=glibc", NULL});
    char *text = text_of();
    if (!vtb_result_file_parse(&file, "F", text, strlen(text), VTB_EXIT_BASELINE, &error))
        fail_msg("%s", error.message);
    assert_true(vtb_digest_file(strategy, hex));
    assert_string_equal(vtb_source_digest(vtb_recorded_fact(&file, "source of mine")), hex);
    vtb_result_file_free(&file);
    free(text);
}

static int free_plan(void **state)
{
    (void)state;
    vtb_results_free(&results);
    vtb_plan_free(&plan);
    return 0;
}

/* Named as C names are, in a folder that is not. */
static void make_files(void)
{
    (void)own_subfolder("of \xc3\xbc");
    snprintf(strategy, sizeof strategy, "%s", own_strategy("of \xc3\xbc/mine.c", "mine", ""));
    snprintf(workload, sizeof workload, "%s",
             own_workload("of \xc3\xbc/my_cache.h", "my_cache", ""));
}

#define TEST(name) cmocka_unit_test_teardown(name, free_plan)

static int run(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_run_without_files), /* first: files stay for good */
        TEST(a_run_with_files),
        TEST(what_is_written_is_read),
    };
    make_files();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    return own_main(argc, argv, run);
}
