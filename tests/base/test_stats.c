#include "check.h"

#include "base/stats.h"

static void medians(void **state)
{
    (void)state;
    double one[] = {7};
    double odd[] = {5, -1, 3};
    double even[] = {4, 1, 3, 2};
    double equal[] = {2, 2, 2, 2, 9};
    assert_same_double(vtb_median(one, 1), 7);
    assert_same_double(vtb_median(odd, 3), 3);
    assert_same_double(vtb_median(even, 4), 2.5);
    assert_same_double(vtb_median(equal, 5), 2);
    assert_same_double(odd[0], -1); /* sorted in place */
    assert_same_double(odd[2], 5);
}

/* 0.005 x 4, 0.01 x 3, 0.03 x 2; 0.04 x 1 may not fall below the one before. */
static void holm_worked_example(void **state)
{
    (void)state;
    double p[] = {0.01, 0.04, 0.03, 0.005};
    vtb_holm(p, 4);
    assert_near(p[0], 0.03, 1e-15);
    assert_near(p[1], 0.06, 1e-15);
    assert_near(p[2], 0.06, 1e-15);
    assert_near(p[3], 0.02, 1e-15);
}

static void holm_stays_a_probability(void **state)
{
    (void)state;
    double p[] = {0.6, 0.2, 1, 0.5, 0.2};
    vtb_holm(p, 5);
    assert_same_double(p[1], 1); /* 0.2 x 5 */
    assert_same_double(p[4], 1);
    assert_same_double(p[0], 1);
    assert_same_double(p[2], 1);
    assert_same_double(p[3], 1);
    double equal[] = {0.01, 0.01, 0.01};
    vtb_holm(equal, 3);
    for (size_t i = 0; i < 3; i++)
        assert_near(equal[i], 0.03, 1e-15);
}

static void holm_of_one_and_of_none(void **state)
{
    (void)state;
    double p[] = {0.04, 0.01};
    vtb_holm(p, 1);
    assert_same_double(p[0], 0.04);
    vtb_holm(p, 0);
    assert_same_double(p[0], 0.04);
    assert_same_double(p[1], 0.01);
}

/* 0.005 x 4 / 1, 0.01 x 4 / 2, 0.03 x 4 / 3; and no more than 0.04, which is the highest. */
static void benjamini_hochberg_worked_example(void **state)
{
    (void)state;
    double p[] = {0.01, 0.04, 0.03, 0.005};
    vtb_benjamini_hochberg(p, 4);
    assert_near(p[0], 0.02, 1e-15);
    assert_near(p[1], 0.04, 1e-15);
    assert_near(p[2], 0.04, 1e-15);
    assert_near(p[3], 0.02, 1e-15);
    double high[] = {0.9, 0.2, 1};
    vtb_benjamini_hochberg(high, 3);
    assert_near(high[1], 0.6, 1e-15);
    assert_same_double(high[0], 1);
    assert_same_double(high[2], 1);
    vtb_benjamini_hochberg(high, 0);
    assert_near(high[1], 0.6, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians),
        cmocka_unit_test(holm_worked_example),
        cmocka_unit_test(holm_stays_a_probability),
        cmocka_unit_test(holm_of_one_and_of_none),
        cmocka_unit_test(benjamini_hochberg_worked_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
