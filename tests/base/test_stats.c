#include "check.h"

#include "base/stats.h"
#include "plan/random.h"

/* Computes the tail of stats.c by the recurrence C(n,k+1) = C(n,k) (n-k) / (k+1), so that it shares
 * no function with it: the probability of at most k heads in n fair throws. */
static double binomial_tail(size_t n, size_t k)
{
    long double term = powl(0.5L, (long double)n);
    long double sum = 0;
    for (size_t i = 0; i <= k; i++) {
        sum += term;
        term = term * (long double)(n - i) / (long double)(i + 1);
    }
    return (double)sum;
}

/* Known ranks, worked out with exact fractions. */
static void interval_ranks(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        size_t at_99;
        size_t at_95;
    } known[] = {{7, 0, 1},     {8, 1, 1},     {10, 1, 2},      {12, 2, 3},
                 {20, 4, 6},    {25, 6, 8},    {40, 12, 14},    {50, 16, 18},
                 {100, 37, 40}, {200, 82, 86}, {1000, 459, 469}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_int_equal(vtb_interval_rank(known[i].n, 0.99), known[i].at_99);
        assert_int_equal(vtb_interval_rank(known[i].n, 0.95), known[i].at_95);
    }
}

/* The rank is the largest one that keeps the confidence. */
static void interval_ranks_are_tight(void **state)
{
    (void)state;
    for (size_t n = VTB_INTERVAL_MIN_N; n <= 2000; n++) {
        const size_t k = vtb_interval_rank(n, VTB_CONFIDENCE);
        assert_in_range(k, 1, n / 2);
        assert_true(2 * binomial_tail(n, k - 1) <= 1 - VTB_CONFIDENCE);
        assert_true(2 * binomial_tail(n, k) > 1 - VTB_CONFIDENCE);
    }
}

static void too_few_values_have_no_interval(void **state)
{
    (void)state;
    for (size_t n = 0; n < VTB_INTERVAL_MIN_N; n++)
        assert_int_equal(vtb_interval_rank(n, VTB_CONFIDENCE), 0);
    assert_int_equal(vtb_interval_rank(VTB_INTERVAL_MIN_N, VTB_CONFIDENCE), 1);
}

/* 2 * sum(C(1000000, k), k < 498712) is the last below 0.01: the normal approximation's place. */
static void rank_of_a_million_values(void **state)
{
    (void)state;
    const size_t k = vtb_interval_rank(1000000, 0.99);
    const double normal = 500000 - 2.5758293035489004 * 500;
    assert_near((double)k, normal, 2);
}

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

/* 82 of 200 values lie outside on either side: the 82nd smallest and the 82nd largest. */
static void interval_of_a_permutation(void **state)
{
    (void)state;
    double values[200];
    for (size_t i = 0; i < 200; i++)
        values[i] = (double)(i * 77 % 200 + 1);
    const struct vtb_interval interval = vtb_interval_of(values, 200);
    assert_same_double(interval.median, 100.5);
    assert_same_double(interval.lo, 82);
    assert_same_double(interval.hi, 119);
}

static void interval_of_the_fewest_values(void **state)
{
    (void)state;
    double values[] = {8, 3, 5, 1, 7, 2, 6, 4};
    const struct vtb_interval interval = vtb_interval_of(values, 8);
    assert_same_double(interval.lo, 1);
    assert_same_double(interval.median, 4.5);
    assert_same_double(interval.hi, 8);
}

/* How often the interval holds the true median of a lopsided distribution with a heavy tail. */
static double coverage(size_t n, size_t trials_n, uint64_t label)
{
    struct vtb_random random = vtb_random_stream(20240229, label);
    double values[200];
    size_t covered = 0;
    for (size_t trial = 0; trial < trials_n; trial++) {
        for (size_t i = 0; i < n; i++) {
            const double u = vtb_random_unit(&random);
            values[i] = 1 / (1 - u); /* Pareto: its median is 2, its mean is infinite */
        }
        const struct vtb_interval interval = vtb_interval_of(values, n);
        covered += interval.lo <= 2 && 2 <= interval.hi;
    }
    return (double)covered / (double)trials_n;
}

/* The coverage of the simulation must lie within four standard deviations of that of the binomial
 * distribution. */
static void intervals_cover_the_median(void **state)
{
    (void)state;
    static const size_t sizes[] = {8, 25, 40, 200};
    const size_t trials_n = 10000;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const size_t n = sizes[i];
        const double exact = 1 - 2 * binomial_tail(n, vtb_interval_rank(n, VTB_CONFIDENCE) - 1);
        const double deviation = sqrt(exact * (1 - exact) / (double)trials_n);
        assert_true(exact >= VTB_CONFIDENCE);
        assert_near(coverage(n, trials_n, i), exact, 4 * deviation);
    }
}

static void sign_tests_by_hand(void **state)
{
    (void)state;
    assert_near(vtb_sign_test(10, 0), 2.0 / 1024, 1e-15);
    assert_near(vtb_sign_test(0, 10), 2.0 / 1024, 1e-15);
    assert_near(vtb_sign_test(9, 1), 22.0 / 1024, 1e-14);
    assert_near(vtb_sign_test(2, 8), 112.0 / 1024, 1e-13);
    assert_near(vtb_sign_test(3, 0), 0.25, 1e-15);
    assert_near(vtb_sign_test(5, 4), 1, 1e-12);
    assert_same_double(vtb_sign_test(5, 5), 1);
    assert_same_double(vtb_sign_test(1, 0), 1);
    assert_same_double(vtb_sign_test(0, 0), 1); /* only ties: nothing speaks for a difference */
}

static void sign_tests_of_many_rounds(void **state)
{
    (void)state;
    for (size_t below = 0; below <= 100; below++) {
        const double expected = fmin(1, 2 * binomial_tail(200, below));
        assert_near(vtb_sign_test(200 - below, below), expected, expected * 1e-9);
        assert_near(vtb_sign_test(below, 200 - below), expected, expected * 1e-9);
    }
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interval_ranks),
        cmocka_unit_test(interval_ranks_are_tight),
        cmocka_unit_test(too_few_values_have_no_interval),
        cmocka_unit_test(rank_of_a_million_values),
        cmocka_unit_test(medians),
        cmocka_unit_test(interval_of_a_permutation),
        cmocka_unit_test(interval_of_the_fewest_values),
        cmocka_unit_test(intervals_cover_the_median),
        cmocka_unit_test(sign_tests_by_hand),
        cmocka_unit_test(sign_tests_of_many_rounds),
        cmocka_unit_test(holm_worked_example),
        cmocka_unit_test(holm_stays_a_probability),
        cmocka_unit_test(holm_of_one_and_of_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
