/* From one number a session to figures. */
#include "check.h"

#include "figures/of_sessions.h"

#define SESSIONS_N 6

static void ranges(void **state)
{
    (void)state;
    const double values[SESSIONS_N] = {3, NAN, 2, 5, NAN, 4};
    const double none[2] = {NAN, NAN};
    const struct vtb_interval range = vtb_range_of_sessions(3.5, values, SESSIONS_N);
    assert_same_double(range.median, 3.5);
    assert_same_double(range.lo, 2);
    assert_same_double(range.hi, 5);
    const struct vtb_interval unknown = vtb_range_of_sessions(NAN, none, 2);
    assert_true(isnan(unknown.median) && isnan(unknown.lo) && isnan(unknown.hi));
}

/* The mean of the logarithms of pairs: a speed that all of a session share says nothing. */
static void ratios(void **state)
{
    (void)state;
    const double own[SESSIONS_N] = {20, 40, 80, NAN, 160, 0};
    const double base[SESSIONS_N] = {10, 20, 40, 7, 80, 3};
    const struct vtb_interval four = vtb_ratio_of_sessions(own, base, SESSIONS_N);
    assert_near(four.median, 2, 1e-12);
    assert_true(isnan(four.lo) && isnan(four.hi)); /* fewer than five have both */
    const double others[SESSIONS_N] = {22, 38, 80, 14, 160, 6};
    const struct vtb_interval six = vtb_ratio_of_sessions(others, base, SESSIONS_N);
    assert_near(six.median, 2, 0.02);
    assert_true(1.7 < six.lo && six.lo < six.median && six.median < six.hi && six.hi < 2.4);
    assert_true(isnan(vtb_ratio_of_sessions(own, base, 0).median));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ranges), cmocka_unit_test(ratios)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
