/* The one table of the first screen, of figures that are made up. */
#include "two_heaps.h"

#include "base/prose.h"
#include "report/answer_table.h"

static void print(size_t width)
{
    char *printed = NULL;
    size_t printed_n;
    const struct vtb_look look = {width};
    FILE *out = open_memstream(&printed, &printed_n);
    assert_non_null(out);
    struct vtb_answer answer;
    vtb_answer_make_first(&answer, it.results.comparisons, it.results.comparisons_n, 0);
    vtb_answer_table(out, &it.results, &answer, &look, VTB_FORMAT_TABLE);
    assert_int_equal(fclose(out), 0);
    assert_true(printed_n < sizeof text);
    memcpy(text, printed, printed_n + 1);
    free(printed);
}

/* The fastest first, with a mark for what is the same and what is not known. */
static void strategies(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 1.01, VTB_VERDICT_SAME);
    print(80);
    says("right 15.0 0.75 ±0.05 30.3 1.01 ±0.05= 2.4 0.4 1.24 left 20.0 1 30.0 1 9.6 0.4 4.67");
    make(1.25, VTB_VERDICT_DIFFERENT, 1.01, VTB_VERDICT_UNKNOWN);
    print(80);
    says("left 20.0 1 30.0 1 9.6 0.4 4.67 right 25.0 1.25 ±0.05 30.3 1.01 ±0.05? 2.4 0.4 1.24");
}

/* What every strategy has in common with another tool's is told where there is room for it. */
static void models(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.75, VTB_VERDICT_DIFFERENT);
    it.strategies[0].modelled_on = "a letter";
    it.strategies[1].modelled_on = "a parcel";
    print(80);
    says_not("modelled on");
    print(140);
    says("modelled on");
    says("2.4 0.4 1.24 a parcel left");
}

/* Without times there is nothing but what is allocated, the least first. */
static void counts_alone(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_NONE, 0.75, VTB_VERDICT_NONE);
    for (size_t i = 0; i < CASES_N; i++)
        figures[i].ns.median = NAN;
    it.comparison.timed = false;
    print(80);
    says("right 2.4 0.4 1.24 left 9.6 0.4 4.67");
    says_not("ns/op");
}

/* A strategy that one of the heaps has not. */
static void a_gap(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.75, VTB_VERDICT_DIFFERENT);
    it.point.cases_n = CASES_N - 1;
    print(80);
    says("right 15.0 0.75 ±0.05 - - 2.4 0.4 - left 20.0 1 30.0 1 9.6 0.4 4.67");
}

/* A line for each point; of one that lacks the strategy there are no figures. */
static void points(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    make_two();
    second_figures[1].ns.median = 12;
    second_figures[1].ratio.median = 0.6;
    print(80);
    says("0.8 15.0 0.75 ±0.05 15.0 0.50 ±0.05 2.4 9.6 0.9 12.0 0.60");
    second_point.cases_n = 1; /* the baseline alone */
    print(80);
    says("0.8 15.0 0.75 ±0.05 15.0 0.50 ±0.05 2.4 9.6 0.9 - - - - - - ns/op");
    it.point.cases_n = 1;
    print(80);
    assert_string_equal(text, "");
}

/* What a guest allocates stands beside what cells do, as it is its own count. */
static void points_with_a_guest(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    make_guest();
    figures[3].counted.counts.requested_bytes = 36;
    make_two();
    print(120);
    says("vs runs vs B/op runs B/op ns/op left ns/op left B/op before B/op before");
    says("0.8 15.0 0.75 ±0.05 15.0 0.50 ±0.05 2.4 9.6 3.6 9.6 0.9");
}

/* All lines are about the strategy of the headline, whichever is the fastest at a point. */
static void points_of_one_strategy(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    static struct vtb_cell third;
    static struct vtb_case three[3];
    static struct vtb_figures of_three[2][3];
    it.strategies[1].role = VTB_ROLE_NONE;
    third = it.cells[1];
    third.name = "third";
    for (size_t i = 0; i < 3; i++) {
        three[i] = cases[i < 2 ? i : 1];
        of_three[0][i] = of_three[1][i] = figures[i < 2 ? i : 1];
        of_three[0][i].the_case = of_three[1][i].the_case = &three[i];
        three[i].empty = three[i].floor = 3;
    }
    three[2].timing = &third;
    of_three[0][2].ns.median = 17;
    of_three[1][2].ns.median = 7;
    it.point.cases = three;
    it.point.cases_n = 3;
    it.comparison.figures = of_three[0];
    make_two();
    two[1].figures = of_three[1];
    print(80);
    says("0.8 15.0 0.75 ±0.05 2.4 9.6 0.9 15.0 0.75 ±0.05 2.4 9.6");
}

/* Of few collections that do not follow exactly nothing is told. */
static void few_collections(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    figures[3].pressure.is_exact = false;
    print(80);
    says("right 15.0 0.75 ±0.05 15.0 0.50 ±0.05 2.4 0.4 ? left");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strategies),      cmocka_unit_test(models),
        cmocka_unit_test(counts_alone),    cmocka_unit_test(a_gap),
        cmocka_unit_test(points),          cmocka_unit_test(points_of_one_strategy),
        cmocka_unit_test(few_collections), cmocka_unit_test(points_with_a_guest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
