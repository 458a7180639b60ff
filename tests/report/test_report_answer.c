/* The sentences of the first screen, each worked out from figures that are made up. */
#include "two_heaps.h"

#include "base/prose.h"
#include "report/report_answer.h"

static void write_answer(FILE *out, size_t width)
{
    const struct vtb_look look = {width};
    vtb_report_answer(out, &it.results, &look, VTB_FORMAT_TABLE);
}

static void print(size_t width)
{
    print_by(write_answer, width);
}

static void a_clear_win(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    print(80);
    says(
        "errands: 1,000,000 calls, 80 % answered at once, 64 in flight, 0-byte result; 7 sessions "
        "of 80 rounds");
    says("ANSWER right instead of left: faster malloc (heap)");
    says(
        "malloc (heap) 20.0 -> 15.0 ns a call, -25 % ±5 collector (sweeper) 30.0 -> 15.0 ns a "
        "call, ");
    says("-50 % ±5 allocated 9.6 -> 2.4 B a call, -75.0 % collections one every 214,000 -> ");
    says("807,000 calls (sweeper) does it matter? ");
    /* 5 ns and 15 ns a call: 10 ms a second are 1 % of a core */
    says("1 % of a core is saved from 2,000,000 calls a second on (heap), 670,000 on (sweeper)");
}

static void a_caller_is_told_where_it_is_another(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    cases[1].caller = VTB_CALLER_RUNTIME;
    cases[1].stored = true;
    print(80);
    says("64 in flight, 0-byte result, runtime caller, stored; 7 sessions of 80 rounds");
}

static void a_contradiction(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 1.5, VTB_VERDICT_DIFFERENT);
    print(80);
    says("right instead of left: faster on heap; slower on sweeper");
    says(
        "1 % of a core is saved from 2,000,000 calls a second on (heap); 1 % of a core is lost "
        "from "
        "670,000 calls a second on (sweeper)");
}

static void no_difference(void **state)
{
    (void)state;
    make(1, VTB_VERDICT_SAME, 1, VTB_VERDICT_SAME);
    print(80);
    says("right instead of left: as fast malloc");
    says("20.0 -> 20.0 ns a call, the same within 5 %");
    /* at most 1.0 ns and 1.5 ns a call */
    says("does it matter? less than 1 % of a core is at stake up to 10,000,000 calls a second ");
    says("(heap), 6,700,000 (sweeper)");
    says_not("saved from");
    it.plan.calls_per_second = 1e9;
    print(80);
    says("at 1,000,000,000 calls a second: not known with heap");
}

static void what_is_not_known(void **state)
{
    (void)state;
    make(0.97, VTB_VERDICT_UNKNOWN, 1, VTB_VERDICT_SAME);
    print(80);
    says("as fast on sweeper; difference not known yet on heap (more --sessions may tell)");
    says("20.0 -> 19.4 ns a call, -3.0 % ±5.0, not known yet");
    says("does it matter? less than 1 % of a core is at stake up to 7,100,000 calls a second ");
    it.plan.calls_per_second = 1e9; /* the interval alone would say yes */
    figures[1].ratio = (struct vtb_interval){0.8, 0.7, 0.9};
    print(80);
    says("at 1,000,000,000 calls a second: not known with heap (");
    figures[1].ratio = (struct vtb_interval){0.97, 0.93, 1.02};
    it.plan.calls_per_second = 0;
    figures[1].ratio = (struct vtb_interval){1.2, NAN, NAN}; /* of other rounds than the times */
    print(80);
    says("20.0 -> 19.4 ns a call, -3.0 % without an interval");
    says("right 19.4 0.97? 30.0 1.00 ±0.05= ");
    says("? not known yet; without ±: of the two times that stand there. ");
}

/* Each of two cases was in one state of the machine for long enough, but not in the same rounds. */
static void times_without_a_ratio(void **state)
{
    (void)state;
    make(1, VTB_VERDICT_UNKNOWN, 1, VTB_VERDICT_SAME);
    figures[1].ratio = (struct vtb_interval){NAN, NAN, NAN};
    print(80);
    says(
        " ns a call, without a ratio, which takes 5 rounds of a session in one state of the "
        "machine");
    says_not("nan");
}

/* 5 and 15 ns of 20,000 calls are 0.1 and 0.3 ms, of a second. */
static void a_volume(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    it.plan.calls_per_second = 20000;
    print(80);
    says(
        "at 20,000 calls a second: no with heap (0.00800 % of a core to 0.0116 %), no with "
        "sweeper");
    says("at this volume 5.61 -> 1.49 collections a minute");
    it.plan.calls_per_second = 1e7;
    print(80);
    says(
        "at 10,000,000 calls a second: yes with heap (4.00 % of a core to 5.80 %), yes with "
        "sweeper");
}

static void counts_alone(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_NONE, 0.5, VTB_VERDICT_NONE);
    it.comparison.timed = false;
    print(80);
    says("right instead of left: times were not measured");
    says("allocated 9.6 -> 2.4 B a call, -75.0 %");
    says_not(" ns");
    says_not("matter");
}

static void a_cold_start(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    it.point.cold = true;
    it.plan.calls_per_second = 20000;
    print(80);
    says("7 sessions of 80 cold starts");
    it.point.calls_n = 1;
    print(80);
    says("errands: 1 call, 80 % answered at once");
    says("does it matter? not told: these are the first calls of a process, which come once");
    says_not("of a core");
}

/* Two tables of one heap are told apart by their callers. */
static void of_several_callers(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 1, VTB_VERDICT_UNKNOWN);
    double caller_ns[CASES_N] = {0};
    it.comparison.caller_ns = caller_ns;
    for (size_t i = 0; i < CASES_N; i++) {
        cases[i].heap = &it.heap_entry;
        cases[i].threads_n = i < 2 ? 1 : 2;
    }
    print(80);
    says("faster on heap x1; difference not known yet on heap x2 (more --sessions may tell)");
    says("malloc (heap), 1 caller 20.0 -> 15.0 ns a call");
    says("malloc (heap), 2 callers 30.0 -> 30.0 ns a call");
    says("1 % of a core is saved from 2,000,000 calls a second on (heap x1)");
    figures[2].scaling = (struct vtb_interval){1.7, 1.6, 1.8};
    figures[3].scaling = (struct vtb_interval){1.9, NAN, NAN};
    it.results.machine.processors.allowed_n = 2;
    print(80);
    says("scaling left 1.70 ±0.10, right 1.90 times what one caller does (heap x2)");
    it.point.completer = true; /* a third thread */
    print(80);
    says("scaling not told, as 3 threads share 2 processors (heap x2)");
    says_not("times what one caller does");
    figures[3].scaling.median = NAN;
    print(80);
    says_not("scaling");
    it.point.completer = false;
}

/* What is not as usual stands with the calls. */
static void of_a_table_for_all(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 1, VTB_VERDICT_UNKNOWN);
    it.point.concurrent_table = true;
    print(80);
    says("64 in flight, 0-byte result, all threads insert into the table; 7 sessions");
    it.point.concurrent_table = false;
}

static void a_sweep(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    make_two();
    print(80);
    says("errands: hit_rate 0.8 to 0.9, 1,000,000 calls, 64 in flight, 0-byte result; 7 sessions");
    says("ANSWER right instead of left malloc (heap) faster at 2 of 2 tables collector (sweeper) ");
    says_not("answered at once");
    says_not("does it matter?");
    it.plan.calls_per_second = 1e6; /* 5 and 15 ms of a second; at the second point 0.1 and 15 */
    second_figures[1].ratio = (struct vtb_interval){0.995, 0.99, 0.999};
    print(80);
    says("does it matter? no at 2 of 2 tables (heap); yes at 2 of 2 tables (sweeper); at ");
    says("1,000,000 calls a second");
    it.plan.calls_per_second = 4e6;
    print(80);
    says("does it matter? no at 1, yes at 1 of 2 tables (heap)");
}

static void both_lookups(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    make_two();
    it.plan.points_n = 1;
    it.plan.consumers_n = 2;
    two[1].consumer = VTB_CONSUMER_DEPENDENT;
    two[1].point = &it.point;
    second_figures[1].ratio.lo = second_figures[1].ratio.hi = NAN;
    second_figures[1].ns.median = 19;
    second_figures[1].ratio.median = 0.95;
    print(80);
    says("1,000,000 calls, 80 % answered at once");
    says(
        "dependent lookups heap: 20.0 -> 19.0 ns a call, -5.0 % without an interval, which takes 5 "
        "sessions in one state of the machine; ");
    says_not("--consumer both");
    it.comparison.timed = two[0].timed = two[1].timed = false; /* instructions are of both, too */
    print(80);
    says_not("dependent lookups");
}

/* Of shards there are no samples, which --details needs. */
static void what_else_there_is(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    print(80);
    says("All tables and sentences: --details; pictures: --plot DIR; a page to share: --report ");
    static const struct vtb_options merge = {.command = VTB_COMMAND_MERGE};
    it.results.options = &merge;
    print(80);
    says(
        "All rows: --format csv; with --export-json FILE, pictures: --plot DIR; a page to share: ");
    says_not("--details");
}

static void states_of_the_machine(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    for (size_t i = 0; i < CASES_N; i++)
        figures[i].quiet_share = 0.25;
    it.comparison.state = VTB_STATE_QUIET;
    print(80);
    says("The core was quiet in 25 % of the epochs; times are of those.");
    it.comparison.state = VTB_STATE_BUSY;
    print(80);
    says("quiet in 25 % of the epochs; times are of the others, beside a busy sibling.");
}

static void few_collections(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    it.plan.calls_per_second = 1e6;
    figures[2].pressure.is_exact = figures[3].pressure.is_exact = false;
    figures[2].pressure.collected.collections_n[0] = 17;
    figures[3].pressure.collected.collections_n[0] = 4;
    print(80);
    says("collections 17 and 4 came, too few to compare (sweeper)");
    says_not("collections a minute");
    figures[2].pressure.collected.collections_n[0] =
        figures[3].pressure.collected.collections_n[0] = 50;
    print(80);
    says("one every 214,000 -> 807,000 calls (sweeper)");
    says("collections a minute");
    figures[3].pressure.calls_per_collection = INFINITY;
    print(80);
    says("collections one every 214,000 calls -> none (sweeper)");
}

static void one_strategy(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    it.point.cases_n = 1;
    print(80);
    says("No two strategies were compared: --strategy A,B does that.");
    says_not("ANSWER");
}

/* What a caller must not do with the one is told if it may be done with the other. */
static void rules(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    print(80);
    says_not("beware");
    it.strategies[1].lacks.several_consumers = "it is awaited once";
    print(80);
    says("beware it is awaited once (run_bench misuse --strategy right)");
    it.strategies[0].lacks.several_consumers = "so is this";
    print(80);
    says_not("beware");
}

static void lines_fit(void **state)
{
    (void)state;
    static const size_t widths[] = {60, 80, 100, 200};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        make(0.75, VTB_VERDICT_DIFFERENT, 1.5, VTB_VERDICT_DIFFERENT);
        it.plan.calls_per_second = 20000;
        print(widths[i]);
        for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
            assert_true(vtb_characters(line, strcspn(line, "\n")) <= widths[i]);
    }
}

/* The lines of the answer, without the table and what leads to more. */
static void as_json(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    json_t *list = vtb_report_answer_json(&it.results);
    const json_t *headline = json_array_get(list, 1);
    const json_t *heap = json_array_get(list, 2);
    assert_null(json_object_get(headline, "label"));
    assert_string_equal(json_string_value(json_object_get(headline, "text")),
                        "ANSWER  right instead of left: faster");
    assert_string_equal(json_string_value(json_object_get(heap, "label")), "malloc (heap)");
    assert_string_equal(json_string_value(json_object_get(heap, "text")),
                        "20.0 -> 15.0 ns a call, -25 % ±5");
    char *text_of_all = json_dumps(list, 0);
    assert_non_null(text_of_all);
    assert_null(strstr(text_of_all, "--plot"));
    free(text_of_all);
    json_decref(list);
    it.results.comparisons_n = 0;
    list = vtb_report_answer_json(&it.results);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clear_win),
        cmocka_unit_test(a_contradiction),
        cmocka_unit_test(a_caller_is_told_where_it_is_another),
        cmocka_unit_test(a_contradiction),
        cmocka_unit_test(no_difference),
        cmocka_unit_test(what_is_not_known),
        cmocka_unit_test(times_without_a_ratio),
        cmocka_unit_test(a_volume),
        cmocka_unit_test(counts_alone),
        cmocka_unit_test(a_cold_start),
        cmocka_unit_test(one_strategy),
        cmocka_unit_test(of_several_callers),
        cmocka_unit_test(of_a_table_for_all),
        cmocka_unit_test(a_sweep),
        cmocka_unit_test(both_lookups),
        cmocka_unit_test(what_else_there_is),
        cmocka_unit_test(states_of_the_machine),
        cmocka_unit_test(few_collections),
        cmocka_unit_test(rules),
        cmocka_unit_test(lines_fit),
        cmocka_unit_test(as_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
