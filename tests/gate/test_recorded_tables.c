/* Which tables of a file that is made up answer a question; and what is refused. */
#include "check.h"

#include "gate/recorded_tables.h"

static struct vtb_result_file file;
static struct vtb_options options;
static struct vtb_recorded_tables tables;
static struct vtb_error error;
static bool made;
static char text[1 << 16];
static const struct vtb_recorded_pair pair = {"heap_task", "value_task", NULL};

#define REST                                                                               \
    "/calls:1000000/in_flight:%d/completion:fifo/keys:1000/distribution:uniform/consumer:" \
    "independent/method:direct/depth:1"

static void begin(void)
{
    snprintf(text, sizeof text,
             "{\"context\": {\"fingerprint\": \"f\", \"date\": \"D\", \"cpu_model\": \"M\", "
             "\"guests\": {\"dotnet11\": \"11.0.0\", \"two words\": \"1\", \"lost\": \"unknown\"}, "
             "\"sessions\": 7, \"rounds\": 80}, \"benchmarks\": [");
}

/* Adds a row: the words of its name, and its numbers. */
static void add(const char *name, const char *numbers)
{
    char row[2048];
    snprintf(row, sizeof row,
             "%s{\"run_type\": \"aggregate\", \"aggregate_name\": \"median\", \"run_name\": "
             "\"%s\", %s}",
             text[strlen(text) - 1] == '[' ? "" : ", ", name, numbers);
    assert_true(strlen(text) + strlen(row) < sizeof text - 8);
    strcat(text, row);
}

#define BASE \
    "\"ns_per_op\": 20, \"bytes_per_op\": 20, \"ratio\": 1, \"ratio_lo\": 1, \"ratio_hi\": 1"
#define SAVED "\"handover_saved\": 0.2, \"handover_saved_lo\": 0.1, \"handover_saved_hi\": 0.4, "
#define OTHER                                                                                \
    SAVED                                                                                    \
    "\"ns_per_op\": 15, \"bytes_per_op\": 5.5, \"startup_bytes\": 500000, \"ratio\": 0.75, " \
    "\"ratio_lo\": 0.7, \"ratio_hi\": 0.8, \"ratio_log_se\": 0.01, \"ratio_freedom\": 6, "   \
    "\"sessions_n\": 7, \"verdict\": \"different\""

/* Adds both strategies of a workload on a heap, at a hit rate with so many in flight. */
static void add_pair(const char *workload, const char *heap, const char *rate, int in_flight)
{
    static const char *const strategies[] = {"heap_task", "value_task"};
    for (size_t i = 0; i < 2; i++) {
        char name[400];
        char rest[300];
        snprintf(rest, sizeof rest, REST, in_flight);
        snprintf(name, sizeof name, "%s/%s/%s/hit_rate:%s%s", workload, strategies[i], heap, rate,
                 rest);
        add(name, i == 0 ? BASE : OTHER);
    }
}

static void drop(void)
{
    if (made)
        vtb_recorded_tables_free(&tables);
    made = false;
    vtb_result_file_free(&file);
}

static bool ask_pair(const struct vtb_recorded_pair *asked, const char *words)
{
    char *argv[16] = {(char *)(uintptr_t) "run_bench", (char *)(uintptr_t) "advise"};
    static char copy[400];
    int argc = 2;
    drop();
    snprintf(copy, sizeof copy, "%s", words);
    for (char *rest = copy, *word; (word = strsep(&rest, " "));)
        argv[argc++] = word;
    static char whole[sizeof text + 2];
    snprintf(whole, sizeof whole, "%s]}", text);
    if (!vtb_result_file_parse(&file, "F", whole, strlen(whole), VTB_EXIT_USAGE, &error) ||
        !vtb_options_parse(&options, argc, argv, &error))
        fail_msg("%s", error.message);
    made = vtb_recorded_tables_make(&tables, &file, &options, asked, &error);
    return made;
}

static void answered(const char *words)
{
    if (!ask_pair(&pair, words))
        fail_msg("refused: %s", error.message);
}

static void refused(const char *words, const char *reason)
{
    if (ask_pair(&pair, words))
        fail_msg("%s is answered", words);
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
    assert_one_line(error.message);
    assert_string_equal(error.message, reason);
}

static void as_a_run_has_them(void **state)
{
    (void)state;
    begin();
    add_pair("user_cache", "glibc", "0.5", 64);
    add_pair("user_cache", "gengc", "0.5", 64);
    add_pair("user_cache", "glibc", "0.9", 64);
    answered("--hit-rate 0.9 --calls-per-second 20k");
    assert_int_equal(tables.results.comparisons_n, 2);
    assert_same_double(tables.plan.points[0].hits.rate, 0.9);
    assert_same_double(tables.plan.points[1].hits.rate, 0.5);
    assert_same_double(tables.plan.calls_per_second, 20000);
    const struct vtb_comparison *first = tables.results.comparisons;
    assert_int_equal(first->samples.sessions_n, 7);
    assert_int_equal(first->samples.rounds_n, 80);
    assert_int_equal(first->point->cases_n, 2);
    assert_int_equal(tables.plan.points[1].cases_n, 4);
    const struct vtb_figures *other = &first->figures[1];
    assert_true(other->handover_saved.median == 0.2 && other->handover_saved.lo == 0.1 &&
                other->handover_saved.hi == 0.4);
    assert_string_equal(other->the_case->timing->name, "value_task");
    assert_int_equal(other->the_case->baseline, 0);
    assert_int_equal(other->verdict, VTB_VERDICT_DIFFERENT);
    assert_same_double(other->ratio.hi, 0.8);
    assert_same_double(other->ns.median, 15);
    assert_near(vtb_steady_bytes_per_op(&other->counted), 5, 1e-12);
    assert_near(other->log_ratio.variance, 1e-4, 1e-12);
    assert_false(other->disagree);
    assert_string_equal(tables.results.from, "F");
    assert_string_equal(tables.results.date, "D");
    assert_string_equal(vtb_machine_fact(&tables.results.machine, "cpu_model"), "M");
    answered("--hit-rate 0.5 --heap gengc");
    assert_int_equal(tables.results.comparisons_n, 1);
    assert_int_equal(tables.plan.points[0].cases_n, 2);
    assert_string_equal(tables.plan.points[0].cases[0].heap->name, "gengc");
}

/* What follows from bytes and budget is exact; calls that allocate nothing never lead to one. */
static void collections(void **state)
{
    (void)state;
    char name[300];
    const char *const numbers[] = {
        "\"bytes_per_op\": 20, \"ratio\": 1, \"ratio_lo\": 1, \"ratio_hi\": 1, "
        "\"gen0_budget_bytes\": 1000, \"calls_per_collection\": 50, \"pressure_calls_n\": 5000, "
        "\"collections_n\": 100, \"pauses_n\": 100, \"gc_ms\": 2",
        "\"bytes_per_op\": 0, \"ratio\": 0.5, \"gen0_budget_bytes\": 1000, "
        "\"pressure_calls_n\": 5000, \"collections_n\": 0, \"pauses_n\": 0, \"gc_ms\": 0"};
    begin();
    for (size_t i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "user_cache/%s/gengc/hit_rate:1" REST,
                 i == 0 ? pair.baseline : pair.other, 64);
        add(name, numbers[i]);
    }
    answered("--hit-rate 1");
    const struct vtb_figures *figures = tables.results.comparisons->figures;
    assert_true(figures[0].pressure.collects && figures[0].pressure.is_exact);
    assert_near(vtb_gc_ns(&figures[0].pressure), 2e6 / 100 / 50, 1e-9);
    assert_true(isinf(figures[1].pressure.calls_per_collection));
    assert_true(vtb_collections_tell(&figures[1].pressure));
    char *calls = strstr(text, "tion\": 50");
    calls[strlen("tion\": 5")] = '1'; /* 51 calls: of no bytes and budget, but as it happened */
    answered("--hit-rate 1");
    assert_false(tables.results.comparisons->figures[0].pressure.is_exact);
}

static void what_was_asked_must_be_there(void **state)
{
    (void)state;
    begin();
    add_pair("user_cache", "glibc", "0.5", 64);
    add_pair("user_cache", "glibc", "0.9", 4);
    add_pair("user_cache", "glibc", "0.9", 8);
    refused("--hit-rate 0.8", "--hit-rate: 'F' has no figures at hit_rate 0.8; it has 0.5, 0.9");
    refused("--always-async", "--always-async: 'F' has no figures at hit_rate 0; it has 0.5, 0.9");
    refused("--hit-rate 0.5 --keys 7", "--keys: 'F' has no figures at keys 7; it has 1000");
    refused("--hit-rate 0.5 --threads 2", "--threads: 'F' has no figures at threads 2; it has 1");
    refused("--hit-rate 0.5 --payload 8",
            "--payload: 'F' has no figures of payload_8; it has user_cache");
    refused("--hit-rate 0.5 --workload config_read",
            "--workload: 'F' has no figures of config_read; it has user_cache");
    refused("--hit-rate 0.5 --heap gengc",
            "--heap: 'gengc': 'F' has no figures of it; it has glibc");
    refused("--hit-rate 0.5 --in-flight 4",
            "--in-flight: 'F' has no figures at in_flight 4; it has 64");
    refused("--hit-rate 0.9 --calls-per-second 20k --miss-time 1ms",
            "--miss-time: 'F' has no figures at in_flight 2; it has 4, 8");
    refused("--hit-rate 0.9",
            "--from: 'F' has several values of in_flight: 4, 8; say which with "
            "--in-flight");
    answered("--hit-rate 0.9 --in-flight 8");
    assert_int_equal(tables.results.comparisons_n, 1);
    answered("--hit-rate 0.9 --calls-per-second 20k --miss-time 2ms");
    assert_int_equal(tables.plan.points[0].in_flight, 4);
    answered("--hit-rate 0.5");
    assert_int_equal(tables.results.comparisons_n, 1);
}

/* At each hit rate as many are in flight as miss in the time of a miss. */
static void a_miss_time_holds_at_every_rate(void **state)
{
    (void)state;
    begin();
    add_pair("user_cache", "glibc", "0.9", 4);
    add_pair("user_cache", "glibc", "0", 40);
    add_pair("user_cache", "glibc", "0.5", 4); /* not as many as that */
    answered("--hit-rate 0.9 --calls-per-second 20k --miss-time 2ms");
    assert_int_equal(tables.results.comparisons_n, 2);
    assert_int_equal(tables.plan.points[1].in_flight, 40);
    answered("--hit-rate 0.9"); /* whose only number it is */
    assert_int_equal(tables.results.comparisons_n, 2);
    assert_int_equal(tables.plan.points[1].in_flight, 4);
}

static void of_several_workloads(void **state)
{
    (void)state;
    begin();
    add_pair("config_read", "glibc", "0.5", 64);
    answered("--hit-rate 0.5");
    assert_string_equal(tables.plan.points[0].workload->name, "config_read");
    add_pair("payload_8", "glibc", "0.5", 64);
    refused("--hit-rate 0.5",
            "--from: 'F' is of several workloads, or of one that is not known "
            "here: config_read, payload_8; --workload NAME says which is meant");
    answered("--hit-rate 0.5 --payload 8");
    add_pair("user_cache", "glibc", "0.5", 64);
    answered("--hit-rate 0.5");
    assert_string_equal(tables.plan.points[0].workload->name, "user_cache");
}

static void of_several_callers(void **state)
{
    (void)state;
    begin();
    add("user_cache/heap_task/glibc/hit_rate:0.5/calls:1e6/in_flight:64/keys:1000/threads:2", BASE);
    add("user_cache/value_task/glibc/hit_rate:0.5/calls:1e6/in_flight:64/keys:1000/threads:2",
        OTHER);
    add_pair("user_cache", "glibc", "0.5", 64);
    answered("--hit-rate 0.5");
    assert_int_equal(tables.plan.points[0].cases[0].threads_n, 1);
    answered("--hit-rate 0.5 --threads 2");
    assert_int_equal(tables.plan.points[0].cases[0].threads_n, 2);
    assert_non_null(tables.results.comparisons->caller_ns);
}

/* The heap of a runtime, and what is weighed there. */
static void of_a_runtime(void **state)
{
    (void)state;
    struct vtb_recorded_pair dotnet = pair;
    dotnet.runtime = vtb_find_runtime("dotnet");
    begin();
    add_pair("user_cache", "glibc", "0.5", 64);
    assert_false(ask_pair(&dotnet, "--hit-rate 0.5"));
    assert_string_equal(error.message,
                        "--from: 'F' has no heap that can be told of here, and is "
                        "as that of --runtime dotnet; it has glibc");
    add_pair("user_cache", "gengc", "0.5", 64);
    assert_true(ask_pair(&dotnet, "--hit-rate 0.5"));
    assert_string_equal(tables.plan.points[0].cases[0].heap->name, "gengc");
    const struct vtb_recorded_pair rust = {"heap_task", "poll", vtb_find_runtime("rust")};
    assert_false(ask_pair(&rust, "--hit-rate 0.5"));
    assert_string_equal(error.message,
                        "--from: 'F' has not both heap_task and poll, of user_cache "
                        "on a heap that is known here; it has heap_task, "
                        "value_task");
}

/* Rows of a guest weigh as those of a heap more, where no heap is named. */
static void of_a_guest(void **state)
{
    (void)state;
    struct vtb_recorded_pair runtime = pair;
    begin();
    add_pair("user_cache", "dotnet11", "0.5", 64);
    add_pair("user_cache", "lost", "0.5", 64);
    add_pair("user_cache", "two words", "0.5", 64);
    answered("--hit-rate 0.5");
    assert_int_equal(tables.plan.points[0].cases_n, 2);
    add_pair("user_cache", "gengc", "0.5", 64);
    answered("--hit-rate 0.5");
    const struct vtb_case *cases = tables.plan.points[0].cases;
    assert_int_equal(tables.plan.points[0].cases_n, 4);
    assert_string_equal(cases[0].guest->title, "dotnet11 11.0.0");
    assert_ptr_equal(cases[1].guest, cases[0].guest);
    assert_null(cases[2].guest);
    assert_true(tables.results.comparisons->figures[1].pressure.collects);
    answered("--hit-rate 0.5 --heap gengc");
    assert_int_equal(tables.plan.points[0].cases_n, 2);
    runtime.runtime = vtb_find_runtime("dotnet");
    assert_true(ask_pair(&runtime, "--hit-rate 0.5"));
    assert_int_equal(tables.plan.points[0].cases_n, 4);
    runtime.runtime = vtb_find_runtime("java");
    assert_true(ask_pair(&runtime, "--hit-rate 0.5"));
    assert_int_equal(tables.plan.points[0].cases_n, 2);
    assert_string_equal(tables.plan.points[0].cases[0].heap->name, "gengc");
}

#define PLAIN(strategy, part) "user_cache/" strategy "/glibc/hit_rate:0.5/in_flight:64" part

/* Cases that advice is not for, each by the part of its name that says so. */
static void no_case_of_advice(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "start:cold",
        "method:async",
        "consumer:dependent",
        "completion:lifo",
        "depth:2",
        "force_async:1",
        "abstraction:virtual",
        "table:concurrent",
        "pollute:64",
        "completer:thread",
        "gen0_budget:4096",
        "distribution:zipf:0.99",
        "keys:1e99",
        "keys:many",
        "keys:",
        "keys:nan",
        "nonsense",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char names[2][200];
        char reason[400];
        snprintf(names[0], sizeof names[0], PLAIN("heap_task", "/%s"), parts[i]);
        snprintf(names[1], sizeof names[1], PLAIN("value_task", "/%s"), parts[i]);
        begin();
        add(names[0], BASE);
        add(names[1], OTHER);
        snprintf(reason, sizeof reason,
                 "--from: 'F' holds no case such as advice is for, of a steady state, at a hit "
                 "rate, by the direct method, and else as by default: '%s' is none of it",
                 parts[i]);
        refused("--hit-rate 0.5", reason);
    }
    begin();
    add("trace/heap_task/glibc/cache:lru:100/in_flight:64", BASE);
    add("trace/value_task/glibc/cache:lru:100/in_flight:64", OTHER);
    refused("--hit-rate 0.5",
            "--from: 'F' holds no case such as advice is for, of a steady state, at a hit rate, by "
            "the direct method, and else as by default: 'cache:lru:100' is none of it");
}

static void what_a_file_lacks(void **state)
{
    (void)state;
    begin();
    add(PLAIN("heap_task", ""), "\"bytes_per_op\": 1");
    add(PLAIN("value_task", ""), "\"bytes_per_op\": 1");
    refused("--hit-rate 0.5",
            "--from: 'F' holds counts alone, and advice takes times: make one "
            "without --rounds 0");
    begin();
    add(PLAIN("heap_task", ""), OTHER);
    add(PLAIN("value_task", ""), OTHER);
    refused("--hit-rate 0.5", "--from: 'F' has ratios to another strategy than heap_task");
    begin();
    add(PLAIN("heap_task", ""), BASE);
    add(PLAIN("poll", ""), OTHER);
    refused("--hit-rate 0.5",
            "--from: 'F' has not both heap_task and value_task, of user_cache on "
            "a heap that is known here; it has heap_task, poll");
    begin();
    add("user_cache/heap_task/glibc/hit_rate:0.5/in_flight:64", BASE);
    add("user_cache/value_task/gengc/hit_rate:0.5/in_flight:64", OTHER);
    refused("--hit-rate 0.5",
            "--from: 'F' has heap_task and value_task on no heap both, at a hit "
            "rate of 0.5");
}

/* Rows whose names are other texts for the same have room all the same. */
static void names_that_say_the_same(void **state)
{
    (void)state;
    begin();
    add(PLAIN("value_task", ""), OTHER);
    for (int i = 1; i < 40; i++) {
        char name[200];
        snprintf(name, sizeof name, "user_cache/heap_task/glibc/hit_rate:0.5%0*d/in_flight:64", i,
                 0);
        add(name, BASE);
    }
    answered("--hit-rate 0.5");
    assert_int_equal(tables.plan.points[0].cases_n, 2 * 39);
}

static int finish(void **state)
{
    (void)state;
    drop();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_a_run_has_them),
        cmocka_unit_test(collections),
        cmocka_unit_test(what_was_asked_must_be_there),
        cmocka_unit_test(a_miss_time_holds_at_every_rate),
        cmocka_unit_test(of_several_workloads),
        cmocka_unit_test(of_several_callers),
        cmocka_unit_test(of_a_runtime),
        cmocka_unit_test(of_a_guest),
        cmocka_unit_test(no_case_of_advice),
        cmocka_unit_test(what_a_file_lacks),
        cmocka_unit_test(names_that_say_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, finish);
}
