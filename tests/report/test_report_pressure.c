#include "made_up.h"

#include "report/report_pressure.h"

static struct made_up it;
static struct vtb_names words;
static enum vtb_format format;

/* On a heap that collects: 60 collections of "left", of which 10 are of both generations, take a
 * fifth of its time, and 15 of "right" a hundredth. */
static int made(void **state)
{
    (void)state;
    make_up(&it);
    words = (struct vtb_names){.n = 0};
    format = VTB_FORMAT_TABLE;
    it.heap.collector = &it.collector;
    it.collector = (struct vtb_collector){.generations_n = 2, .has_budget = true};
    it.figures[0].pressure = (struct vtb_pressure){
        .measured = true,
        .collects = true,
        .generations_n = 2,
        .calls_n = 1000,
        .cpu_ns = 12e6,
        .collected = {.collections_n = {50, 10},
                      .pauses_n = 60,
                      .stretched_n = 3,
                      .ns = 9e9,
                      .cpu_ns = 2.4e6,
                      .survived_bytes = 2500},
        .calls_per_collection = 16,
        .is_exact = true,
        .pause_p50_ns = 1500,
        .pause_p90_ns = 2500,
        .pause_p99_ns = {4e6, 4e6, 4e6},
        .pause_max_ns = 4e6,
        .pause_wall_max_ns = 5e9,
    };
    it.figures[1].pressure = (struct vtb_pressure){
        .measured = true,
        .collects = true,
        .generations_n = 2,
        .calls_n = 1000,
        .cpu_ns = 5e6,
        .collected = {.collections_n = {15}, .pauses_n = 15, .cpu_ns = 5e4},
        .calls_per_collection = 64,
        .is_exact = true,
        .pause_p50_ns = 12,
        .pause_p90_ns = 1000,
        .pause_p99_ns = {1e6, 1e6, 1e6},
        .pause_max_ns = 1e6,
        .pause_wall_max_ns = 3e6,
    };
    return 0;
}

static void write_pressure(FILE *out, const struct made_up *of)
{
    vtb_report_pressure(out, &of->comparison, 0, &words, format);
}

static void write_collections(FILE *out, const struct made_up *of)
{
    vtb_report_collections(out, &of->comparison, 0, MADE_UP_CASES_N);
}

static void write_analysis(FILE *out, const struct made_up *of)
{
    vtb_report_analysis(out, &of->comparison, 0, format);
}

static void reads(void (*write_it)(FILE *out, const struct made_up *of), const char *expected)
{
    char *text = written_about(write_it, &it);
    assert_string_equal(text, expected);
    free(text);
}

/* --- the chosen figures --- */

/* In the order of the metrics, whatever that of the words. */
static void figures_that_were_asked_for_are_columns(void **state)
{
    (void)state;
    reads(write_pressure, "");
    (void)vtb_names_add(&words, "pauses");
    (void)vtb_names_add(&words, "gc-ns");
    (void)vtb_names_add(&words, "pause-max");
    it.figures[1].pressure.collected = (struct vtb_collected){.ns = 0}; /* none is the longest */
    reads(write_pressure,
          "Pressure of 1,000 calls on a heap of their own, heap:\n"
          "\n"
          "strategy                        GC ns/op         pauses         max ns\n"
          "left                               2,500             60      4,000,000\n"
          "right                                  -              0              -\n"
          "\n");
    format = VTB_FORMAT_MARKDOWN;
    char *text = written_about(write_pressure, &it);
    assert_contains(text, "\n| left | 2,500 | 60 | 4,000,000 |\n");
    free(text);
}

/* A quantile of fewer pauses than it needs is one pause's: their number stands in its place. */
static void a_quantile_of_few_is_told_by_their_number(void **state)
{
    (void)state;
    (void)vtb_names_add(&words, "pause-p90");
    (void)vtb_names_add(&words, "pause-p99");
    (void)vtb_names_add(&words, "pauses-stretched");
    it.figures[1].pressure.calls_n = 4000; /* of its own accord */
    reads(write_pressure,
          "Pressure of each case's calls on a heap of their own, heap:\n"
          "\n"
          "strategy                           calls      stretched         p90 ns         p99 ns\n"
          "left                               1,000              3          2,500              -\n"
          "right                              4,000              0              -              -\n"
          "\n"
          "p90 ns: of 30 pauses on; there were 15 with right.\n"
          "p99 ns: of 100 pauses on; there were 60 with left, 15 with right.\n");
}

/* One generation's collections are not counted by generation. */
static void generations_are_of_collectors_that_have_them(void **state)
{
    (void)state;
    (void)vtb_names_add(&words, "gen0");
    (void)vtb_names_add(&words, "collections-per-mop");
    char *text = written_about(write_pressure, &it);
    assert_contains(text, "Gen0 GCs/k          GCs/M\n");
    free(text);
    it.collector.generations_n = 1;
    it.figures[0].pressure.generations_n = it.figures[1].pressure.generations_n = 1;
    text = written_about(write_pressure, &it);
    assert_null(strstr(text, "Gen0 GCs/k"));
    assert_contains(text, "left                              60,000\n");
    free(text);
}

/* A table of which nothing can be told has no rows either. */
static void a_heap_that_frees_has_no_figures_of_collections(void **state)
{
    (void)state;
    it.heap.collector = NULL;
    it.figures[0].pressure.collects = it.figures[1].pressure.collects = false;
    it.figures[0].pressure.peak_rss_bytes = 4096;
    (void)vtb_names_add(&words, "pauses");
    reads(write_pressure, "Pressure of 1,000 calls on a heap of their own, heap:\n\n");
    (void)vtb_names_add(&words, "peak-rss");
    char *text = written_about(write_pressure, &it);
    assert_contains(text, "peak RSS\n");
    assert_contains(text, " 4.0 KiB\n");
    assert_null(strstr(text, "pauses"));
    free(text);
}

/* --- what collections cost --- */

#define LEFT                                                                                     \
    "left comes to a collection every 16 calls on average, exactly; 60 pauses of 40 us of "      \
    "processor time "                                                                            \
    "(the mean, median 1.5 us, p99: of 100 pauses on; there were 60; the longest by the wall's " \
    "clock 5 s, another process ran during 3), which is 20.7 % of its time."
#define RIGHT                                                                                   \
    "right comes to a collection every 64 calls on average, exactly; 15 pauses of 3.33 us of "  \
    "processor time "                                                                           \
    "(the mean, median 12 ns, p99: of 100 pauses on; there were 15; the longest by the wall's " \
    "clock 3 ms), which is 1.04 % of its time."
#define SURVIVE " Of an operation of left 2.50 B survive a collection."
#define FEW(whose)                                                        \
    " Fewer than 50 collections, which tell little of their cost: " whose \
    "; make more "                                                        \
    "--calls, or a smaller --gen0-budget.\n"

static void the_dearest_and_the_cheapest_are_told(void **state)
{
    (void)state;
    reads(write_collections, LEFT " " RIGHT SURVIVE FEW("15 of right"));
    it.figures[1].pressure.collected = (struct vtb_collected){.ns = 0};
    reads(
        write_collections, LEFT
        " right comes to a collection every 64 calls on average, exactly: 1,000 calls are too few "
        "to "
        "have one." SURVIVE FEW("0 of right"));
    it.figures[1].pressure.calls_per_collection = INFINITY;
    reads(write_collections, LEFT
          " right never comes to a collection, as further calls allocate nothing." SURVIVE "\n");
}

static void a_quantile_of_enough_is_told(void **state)
{
    (void)state;
    it.figures[0].pressure.collected.pauses_n = 100;
    char *text = written_about(write_collections, &it);
    assert_contains(text,
                    "(the mean, median 1.5 us, p99 4 ms; the longest by the wall's clock 5 s,");
    free(text);
}

/* What the references cost is nobody's choice. */
static void references_are_left_out(void **state)
{
    (void)state;
    it.cases[0].floor = 0;
    char *text = written_about(write_collections, &it);
    assert_begins(text,
                  RIGHT " Of an operation of right 0 B survive a collection." FEW("15 of right"));
    free(text);
    it.figures[1].pressure.collected.pauses_n = 1;
    text = written_about(write_collections, &it);
    assert_contains(text, "; 1 pause of 50 us ");
    free(text);
    it.cases[1].empty = 1;
    reads(write_collections, "");
}

/* Of one without generations all that lives survives, each time; and of one without a budget
 * nothing follows from bytes. */
static void a_collector_is_told_what_it_can_do(void **state)
{
    (void)state;
    it.collector = (struct vtb_collector){.generations_n = 1};
    it.figures[0].pressure.collected.collections_n[0] = 39; /* and 10 */
    it.figures[0].pressure.is_exact = it.figures[1].pressure.is_exact = false;
    it.figures[1].pressure.calls_per_collection = NAN;
    it.figures[1].pressure.collected = (struct vtb_collected){.ns = 0};
    char *text = written_about(write_collections, &it);
    assert_begins(text, "left came to a collection every 16 calls, as measured over 1,000; ");
    assert_contains(text, " right came to no collection in 1,000 calls. ");
    assert_null(strstr(text, "survive"));
    assert_contains(text, ": 49 of left, 0 of right; make more --calls.\n");
    free(text);
    it.figures[0].pressure.measured = it.figures[1].pressure.measured = false;
    reads(write_collections, "");
}

/* --- side by side --- */

#define HEAD "                                                left        right\n"
#define FEW_COLLECTIONS                                                                            \
    "   a collection every (calls, exact)              16           64   +300.0 %\n"               \
    "   Gen0 collections in a million calls        60,000       15,000  of 60 and 15 "             \
    "collections\n"                                                                                \
    "   Gen1 collections in a million calls        10,000            0  of 10 and 0 collections\n" \
    "   processor time of a pause (median)         1.5 us        12 ns  of 60 and 15 pauses\n"     \
    "   processor time of a pause (p99)                 -            -  of 100 on; there were 60 " \
    "and "                                                                                         \
    "15\n"                                                                                         \
    "   time of collections, of a call             2.5 us      52.1 ns  of 60 and 15 pauses\n"     \
    "   collections' share of time                 20.7 %       1.04 %  of 60 and 15 pauses\n"

static void the_challenger_stands_beside_the_baseline(void **state)
{
    (void)state;
    reads(write_analysis, "Collections of 1,000 calls\n" HEAD FEW_COLLECTIONS "\n");
    format = VTB_FORMAT_MARKDOWN;
    it.figures[1].pressure.calls_n = 4000;
    char *text = written_about(write_analysis, &it);
    assert_begins(text, "```\nCollections of 1,000 and 4,000 calls\n" HEAD);
    assert_contains(text, "\n```\n\n");
    free(text);
}

/* From 50 on a change is told in percent, and from 100 on that of the 99th percentile. */
static void enough_collections_have_a_percentage(void **state)
{
    (void)state;
    it.figures[0].pressure.collected.pauses_n = 100;
    it.figures[0].pressure.collected.cpu_ns = 4e6;
    it.figures[1].pressure.collected = (struct vtb_collected){
        .collections_n = {100}, .pauses_n = 100, .cpu_ns = 2e6, .survived_bytes = 5};
    reads(write_analysis,
          "Collections of 1,000 calls\n" HEAD
          "   a collection every (calls, exact)              16           64   +300.0 %\n"
          "   Gen0 collections in a million calls        60,000      100,000    +66.7 %\n"
          "   Gen1 collections in a million calls        10,000            0  of 10 and 0 "
          "collections\n"
          "   processor time of a pause (median)         1.5 us        12 ns    -99.2 %\n"
          "   processor time of a pause (p99)              4 ms         1 ms    -75.0 %\n"
          "   time of collections, of a call             2.5 us       312 ns    -87.5 %\n"
          "   collections' share of time                 23.8 %       9.43 %    -60.4 %\n\n");
}

/* A collector without budget and generations: what happened, with a percentage of enough alone. */
static void what_was_measured_is_not_called_exact(void **state)
{
    (void)state;
    it.figures[0].pressure.generations_n = it.figures[1].pressure.generations_n = 1;
    it.figures[0].pressure.is_exact = it.figures[1].pressure.is_exact = false;
    char *text = written_about(write_analysis, &it);
    assert_contains(
        text,
        "   a collection every (calls, measured)           16           64  of 60 and 15 "
        "collections\n"
        "   collections in a million calls             60,000       15,000  of 60 and 15 "
        "collections\n"
        "   processor time");
    free(text);
    it.figures[1].pressure.calls_per_collection = INFINITY;
    it.figures[0].pressure.is_exact = it.figures[1].pressure.is_exact = true;
    text = written_about(write_analysis, &it);
    assert_contains(text, "exact)              16        never\n");
    free(text);
}

static void without_one_of_them_or_collections_nothing_does(void **state)
{
    (void)state;
    it.strategies[1].role = VTB_ROLE_NONE;
    reads(write_analysis, "");
    it.strategies[1].role = VTB_ROLE_CHALLENGER;
    it.strategies[0].role = VTB_ROLE_NONE;
    reads(write_analysis, "");
    it.strategies[0].role = VTB_ROLE_BASELINE;
    it.figures[0].pressure.collects = false;
    reads(write_analysis, "");
    it.figures[0].pressure.collects = true;
    it.cases[1].method = VTB_METHOD_ASYNC; /* which is of another table */
    reads(write_analysis, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(figures_that_were_asked_for_are_columns, made),
        cmocka_unit_test_setup(a_quantile_of_few_is_told_by_their_number, made),
        cmocka_unit_test_setup(generations_are_of_collectors_that_have_them, made),
        cmocka_unit_test_setup(a_heap_that_frees_has_no_figures_of_collections, made),
        cmocka_unit_test_setup(the_dearest_and_the_cheapest_are_told, made),
        cmocka_unit_test_setup(a_quantile_of_enough_is_told, made),
        cmocka_unit_test_setup(references_are_left_out, made),
        cmocka_unit_test_setup(a_collector_is_told_what_it_can_do, made),
        cmocka_unit_test_setup(the_challenger_stands_beside_the_baseline, made),
        cmocka_unit_test_setup(enough_collections_have_a_percentage, made),
        cmocka_unit_test_setup(what_was_measured_is_not_called_exact, made),
        cmocka_unit_test_setup(without_one_of_them_or_collections_nothing_does, made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
