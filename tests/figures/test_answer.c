/* What a strategy saves in the baseline's place, of figures that are made up. */
#include "made_up.h"

#include "figures/answer.h"

static struct made_up it;
static struct vtb_answer answer;

/* The challenger takes `ratio` of the baseline's 20 ns, give or take `margin` of them. */
static void set_ratio(double ratio, double margin, enum vtb_verdict verdict)
{
    make_up(&it);
    it.comparison.timed = true;
    it.figures[0].ns = (struct vtb_interval){20, 19, 21};
    it.figures[0].ratio = (struct vtb_interval){1, 1, 1};
    it.figures[1].ns = (struct vtb_interval){20 * ratio, 20 * ratio, 20 * ratio};
    it.figures[1].ratio = (struct vtb_interval){ratio, ratio - margin, ratio + margin};
    it.figures[1].verdict = verdict;
}

static const struct vtb_gain *gain_at(double calls_per_second)
{
    vtb_answer_make(&answer, &it.comparison, calls_per_second);
    assert_int_equal(answer.n, 1);
    assert_ptr_equal(answer.gains[0].from, &it.figures[0]);
    assert_ptr_equal(answer.gains[0].to, &it.figures[1]);
    return &answer.gains[0];
}

static void assert_interval(const struct vtb_interval *interval, double median, double lo,
                            double hi)
{
    assert_near(interval->median, median, 1e-9 * fabs(median));
    assert_near(interval->lo, lo, 1e-9 * fabs(lo));
    assert_near(interval->hi, hi, 1e-9 * fabs(hi));
}

/* 5 ns of 20, 4 to 6: 1 % of a core, 10 ms a second, from 2 million calls a second on. */
static void what_a_call_saves(void **state)
{
    (void)state;
    set_ratio(0.75, 0.05, VTB_VERDICT_DIFFERENT);
    const struct vtb_gain *gain = gain_at(0);
    assert_interval(&gain->saved_ns, 5, 4, 6);
    assert_interval(&gain->worth_from, 2e6, 1e7 / 6, 2.5e6);
    assert_true(isnan(gain->core_share.median));
    assert_int_equal(gain->matters, VTB_MATTERS_UNKNOWN);
    assert_true(vtb_gain_is_known(gain));
}

static void what_a_call_costs_more(void **state)
{
    (void)state;
    set_ratio(1.25, 0.05, VTB_VERDICT_DIFFERENT);
    const struct vtb_gain *gain = gain_at(1e7);
    assert_interval(&gain->saved_ns, -5, -6, -4);
    assert_interval(&gain->worth_from, 2e6, 1e7 / 6, 2.5e6);
    assert_int_equal(gain->matters, VTB_MATTERS_YES);
}

/* Of a core: 4 to 6 ns a call. */
static void whether_it_matters(void **state)
{
    (void)state;
    static const struct {
        double calls_per_second;
        enum vtb_matters matters;
    } expected[] = {
        {20e3, VTB_MATTERS_NO},       {1.6e6, VTB_MATTERS_NO},  {1.7e6, VTB_MATTERS_UNKNOWN},
        {2.4e6, VTB_MATTERS_UNKNOWN}, {2.6e6, VTB_MATTERS_YES},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        set_ratio(0.75, 0.05, VTB_VERDICT_DIFFERENT);
        const struct vtb_gain *gain = gain_at(expected[i].calls_per_second);
        assert_near(gain->core_share.median, 5e-9 * expected[i].calls_per_second, 1e-12);
        assert_int_equal(gain->matters, expected[i].matters);
    }
}

/* Even if it is not known which is faster: at no volume within reach is the difference worth it. */
static void what_is_not_told_apart(void **state)
{
    (void)state;
    set_ratio(0.99, 0.1, VTB_VERDICT_UNKNOWN);
    const struct vtb_gain *gain = gain_at(1000);
    assert_true(isnan(gain->worth_from.median));
    assert_int_equal(gain->matters, VTB_MATTERS_NO);
    assert_false(vtb_gain_is_known(gain));
    set_ratio(0.99, 0.01, VTB_VERDICT_SAME);
    gain = gain_at(0);
    assert_true(isnan(gain->worth_from.median));
    assert_true(vtb_gain_is_known(gain));
}

static void what_has_no_interval(void **state)
{
    (void)state;
    set_ratio(0.75, 0.05, VTB_VERDICT_NONE);
    it.figures[1].ratio.lo = it.figures[1].ratio.hi = NAN;
    const struct vtb_gain *gain = gain_at(1e9);
    assert_near(gain->saved_ns.median, 5, 1e-9);
    assert_true(isnan(gain->saved_ns.lo) && isnan(gain->core_share.lo));
    assert_int_equal(gain->matters, VTB_MATTERS_UNKNOWN);
}

/* No times at all, or those of starts, which do not last. */
static void what_tells_nothing_of_a_volume(void **state)
{
    (void)state;
    for (int cold = 0; cold < 2; cold++) {
        set_ratio(0.75, 0.05, VTB_VERDICT_DIFFERENT);
        it.point.cold = cold;
        it.comparison.timed = cold;
        const struct vtb_gain *gain = gain_at(1e9);
        assert_true(isnan(gain->saved_ns.median) && isnan(gain->core_share.median));
        assert_int_equal(gain->matters, VTB_MATTERS_UNKNOWN);
    }
}

/* By its role, whatever its time; else what is fastest, or takes the fewest bytes. */
static void which_strategy_is_asked_about(void **state)
{
    (void)state;
    set_ratio(1.25, 0.05, VTB_VERDICT_DIFFERENT);
    (void)gain_at(0);
    it.strategies[1].role = VTB_ROLE_NONE;
    (void)gain_at(0);
    it.cells[1].name = "left@checked"; /* there is nothing else */
    (void)gain_at(0);
    it.cells[1].name = "right";
    it.point.cases_n = 1; /* one strategy, and nothing beside it */
    vtb_answer_make(&answer, &it.comparison, 0);
    assert_int_equal(answer.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_call_saves),
        cmocka_unit_test(what_a_call_costs_more),
        cmocka_unit_test(whether_it_matters),
        cmocka_unit_test(what_is_not_told_apart),
        cmocka_unit_test(what_has_no_interval),
        cmocka_unit_test(what_tells_nothing_of_a_volume),
        cmocka_unit_test(which_strategy_is_asked_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
