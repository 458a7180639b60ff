#include "made_up.h"

#include "report/report_pressure.h"

static struct made_up it;
static struct vtb_names words;
static enum vtb_format format;

/* On a heap that collects: 60 collections of "left", of which 10 are of both generations, take a
 * fifth of the time, and 15 of "right" a hundredth. */
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
        .calls_n = 1000,
        .run_ns = 1e7,
        .collected = {.collections_n = {50, 10}, .ns = 2e6, .survived_bytes = 2500},
        .pauses_n = 60,
        .pause_p50_ns = 1500,
        .pause_p99_ns = 4e6,
        .pause_max_ns = 5e9,
    };
    it.figures[1].pressure = (struct vtb_pressure){
        .measured = true,
        .collects = true,
        .calls_n = 1000,
        .run_ns = 5e6,
        .collected = {.collections_n = {15}, .ns = 5e4},
        .pauses_n = 15,
        .pause_p50_ns = 12,
        .pause_p99_ns = 1e6,
        .pause_max_ns = 3e6,
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
    (void)vtb_names_add(&words, "gc-share");
    (void)vtb_names_add(&words, "pause-max");
    it.figures[1].pressure.pauses_n = 0; /* no pause is the longest */
    reads(write_pressure,
          "Pressure of 1000 calls on a fresh heap, heap:\n"
          "\n"
          "strategy                        GC share         pauses         max ns\n"
          "left                                 0.2             60          5e+09\n"
          "right                               0.01              0              -\n"
          "\n");
    format = VTB_FORMAT_MARKDOWN;
    char *text = written_about(write_pressure, &it);
    assert_contains(text, "\n| left | 0.2 | 60 | 5e+09 |\n");
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
    reads(write_pressure, "Pressure of 1000 calls on a fresh heap, heap:\n\n");
    (void)vtb_names_add(&words, "peak-rss");
    char *text = written_about(write_pressure, &it);
    assert_contains(text, "peak RSS B\n");
    assert_contains(text, " 4096\n");
    assert_null(strstr(text, "pauses"));
    free(text);
}

/* --- what collections cost --- */

#define LEFT                                                                                    \
    "left causes 60 collections, which take 20 % of the time; of its pauses the median is 1.5 " \
    "us, "                                                                                      \
    "p99 4 ms, the longest 5 s"

static void the_dearest_and_the_cheapest_are_told(void **state)
{
    (void)state;
    reads(write_collections,
          "Over 1000 calls " LEFT
          "; right causes 15 collections, which take 1 % of the time; of its pauses the median is "
          "12 ns, p99 1 ms, the longest 3 ms. Of an operation 2.5 B survive a "
          "collection.\n");
    it.figures[1].pressure.collected = (struct vtb_collected){.ns = 0};
    it.figures[1].pressure.pauses_n = 0;
    reads(write_collections, "Over 1000 calls " LEFT
                             "; right causes no collection. Of an operation 2.5 B survive a "
                             "collection.\n");
}

/* What the references cost is nobody's choice. */
static void references_are_left_out(void **state)
{
    (void)state;
    it.cases[0].floor = 0;
    reads(write_collections,
          "Over 1000 calls right causes 15 collections, which take 1 % of the time; of its pauses "
          "the median is 12 ns, p99 1 ms, the longest 3 ms. Of an operation 0 B survive a "
          "collection. Fewer than 50 collections tell little of their cost: make more --calls, or "
          "a smaller --gen0-budget.\n");
    it.figures[1].pressure.collected.collections_n[0] = 1;
    char *text = written_about(write_collections, &it);
    assert_begins(text, "Over 1000 calls right causes 1 collection, ");
    free(text);
    it.cases[1].empty = 1;
    reads(write_collections, "");
}

/* Of one without generations all that lives survives, each time. */
static void a_collector_is_told_what_it_can_do(void **state)
{
    (void)state;
    it.collector = (struct vtb_collector){.generations_n = 1};
    it.figures[0].pressure.collected.collections_n[0] = 39; /* and 10 */
    char *text = written_about(write_collections, &it);
    assert_null(strstr(text, "survive"));
    assert_contains(text,
                    ". Fewer than 50 collections tell little of their cost: make more "
                    "--calls.\n");
    free(text);
    it.figures[0].pressure.measured = false;
    reads(write_collections, "");
}

/* --- side by side --- */

#define ANALYSIS                                                           \
    "Collections of 1000 calls\n"                                          \
    "                                left           right\n"               \
    "   Gen 0 collections              60              15       -75.0 %\n" \
    "   Gen 1 collections              10               0      -100.0 %\n" \
    "   Gen 2 collections               0               0\n"               \
    "   Total GC time                   2 ms         0.05 ms    -97.5 %\n" \
    "   Pause time (P99)                4 ms            1 ms    -75.0 %\n"

static void the_challenger_stands_beside_the_baseline(void **state)
{
    (void)state;
    reads(write_analysis, ANALYSIS "\n");
    format = VTB_FORMAT_MARKDOWN;
    reads(write_analysis, "```\n" ANALYSIS "```\n\n");
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
    it.cases[1].async = true; /* which is of another table */
    reads(write_analysis, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(figures_that_were_asked_for_are_columns, made),
        cmocka_unit_test_setup(a_heap_that_frees_has_no_figures_of_collections, made),
        cmocka_unit_test_setup(the_dearest_and_the_cheapest_are_told, made),
        cmocka_unit_test_setup(references_are_left_out, made),
        cmocka_unit_test_setup(a_collector_is_told_what_it_can_do, made),
        cmocka_unit_test_setup(the_challenger_stands_beside_the_baseline, made),
        cmocka_unit_test_setup(without_one_of_them_or_collections_nothing_does, made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
