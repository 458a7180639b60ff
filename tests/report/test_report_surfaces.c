#include "made_up.h"

#include "report/report_surfaces.h"

#define POINTS_N 4

static struct made_up it;
static struct vtb_point points[POINTS_N];
static struct vtb_comparison comparisons[POINTS_N];
static struct vtb_figures figures[POINTS_N][MADE_UP_CASES_N];

/* Windows of 64 and 4096 by nurseries of 64 KiB and 1 MiB: of the baseline, which is "right" here,
 * collecting takes 1, 2, 3 and 40 percent of the time, and of "left" all of it. */
static int made(void **state)
{
    static const double percents[POINTS_N] = {1, 2, 3, 40};
    (void)state;
    make_up(&it);
    it.heap.collector = &it.collector;
    it.collector.has_budget = true;
    it.cases[0].baseline = it.cases[1].baseline = 1;
    for (size_t i = 0; i < POINTS_N; i++) {
        points[i] = it.point;
        points[i].in_flight = i < 2 ? 64 : 4096;
        points[i].gen0_budget_bytes = (size_t)(i % 2 ? 1 << 20 : 1 << 16);
        comparisons[i] = (struct vtb_comparison){.point = &points[i], .figures = figures[i]};
        for (size_t own = 0; own < MADE_UP_CASES_N; own++) {
            figures[i][own] = it.figures[own];
            figures[i][own].pressure = (struct vtb_pressure){
                .measured = true,
                .collects = true,
                .calls_n = 10,
                .cpu_ns = 1000,
                .collected = {.cpu_ns = own == 1 ? 10 * percents[i] : 1000, .pauses_n = 2},
                .calls_per_collection = 5,
            };
        }
    }
    it.results.comparisons = comparisons;
    it.results.comparisons_n = POINTS_N;
    return 0;
}

static void write_surfaces(FILE *out, const struct made_up *of)
{
    vtb_report_surfaces(out, &of->results);
}

static void reads(const char *expected)
{
    char *text = written_about(write_surfaces, &it);
    assert_string_equal(text, expected);
    free(text);
}

#define HEAD                                                                           \
    "Share of time that heap collects for right, by in-flight window and nursery:\n\n" \
    "   in flight    64.0 KiB     1.0 MiB\n"
#define TAIL                                                                                       \
    "Every operation allocates the same 9.6 B, yet collecting takes from 1.00 % to 40.0 % of "     \
    "the\n"                                                                                        \
    "time: the in-flight window against the nursery decides the collector's cost, as what is in\n" \
    "flight when the nursery is full survives and is copied; the allocation rate alone does "      \
    "not.\n"

static void a_row_is_a_window_and_a_column_a_nursery(void **state)
{
    (void)state;
    reads(HEAD
          "          64      1.00 %      2.00 %\n"
          "       4,096      3.00 %      40.0 %\n\n" TAIL "\n");
}

/* Less than twice as much is no finding. */
static void what_hardly_moves_decides_nothing(void **state)
{
    (void)state;
    figures[0][1].pressure.collected.cpu_ns = 21;
    figures[3][1].pressure.collected.cpu_ns = 39;
    reads(HEAD
          "          64      2.10 %      2.00 %\n"
          "       4,096      3.00 %      3.90 %\n\n\n");
}

/* Of calls that were too few for a collection nobody knows what one takes. */
static void a_point_without_a_collection_is_a_gap(void **state)
{
    (void)state;
    figures[0][1].pressure.collected = (struct vtb_collected){.ns = 0};
    char *text = written_about(write_surfaces, &it);
    assert_begins(text, HEAD
                  "          64           -      2.00 %\n"
                  "       4,096      3.00 %      40.0 %\n\n");
    assert_contains(text, " takes from 2.00 % to 40.0 % of the\n");
    free(text);
}

static void a_point_that_was_not_measured_is_a_gap(void **state)
{
    (void)state;
    it.results.comparisons_n = 3;
    char *text = written_about(write_surfaces, &it);
    assert_begins(text, HEAD
                  "          64      1.00 %      2.00 %\n"
                  "       4,096      3.00 %           -\n\n");
    assert_contains(text, " takes from 1.00 % to 3.00 % of the\n");
    free(text);
}

/* Nor has a heap without a budget a surface, or one that frees. */
static void one_axis_is_no_surface(void **state)
{
    (void)state;
    it.collector.has_budget = false;
    reads("");
    it.heap.collector = NULL;
    reads("");
    it.heap.collector = &it.collector;
    it.collector.has_budget = true;
    it.results.comparisons_n = 2;
    reads("");
    points[1].gen0_budget_bytes = points[0].gen0_budget_bytes;
    points[1].in_flight = 4096;
    reads("");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_row_is_a_window_and_a_column_a_nursery, made),
        cmocka_unit_test_setup(what_hardly_moves_decides_nothing, made),
        cmocka_unit_test_setup(a_point_without_a_collection_is_a_gap, made),
        cmocka_unit_test_setup(a_point_that_was_not_measured_is_a_gap, made),
        cmocka_unit_test_setup(one_axis_is_no_surface, made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
