#include "check.h"

#include "base/distributions.h"

/* Known values are of sums with 45 digits, or of SciPy's; those of closed forms stand
 * apart. */
static void is_known(double value, double known)
{
    assert_near(value, known, fabs(known) * 1e-10);
}

#define EACH(row, table) for (size_t row = 0; row < sizeof(table) / sizeof *(table); row++)

static void shares_below_an_x(void **state)
{
    (void)state;
    static const struct {
        double x, a, b, below;
    } known[] = {
        {0.3, 2.5, 3.75, 0.32455496358506456},
        {0.9, 0.5, 0.5, 0.79516723530086655},
        {0.01, 0.2, 7.5, 0.63494767487467208},
        {0.999, 40.25, 0.3, 0.57988749840565246},
        {0.49, 5000, 5200, 0.4842525365899481},
        {0.02, 3, 200, 0.77065317626139079},
        {0.5, 1000, 1000, 0.5},
    };
    EACH(i, known)
    {
        is_known(vtb_beta_below(known[i].x, known[i].a, known[i].b), known[i].below);
        is_known(vtb_beta_below(1 - known[i].x, known[i].b, known[i].a), 1 - known[i].below);
    }
}

/* With whole numbers it is a sum of the binomial distribution: of at least 4 heads in 10 throws. */
static void shares_of_closed_forms(void **state)
{
    (void)state;
    is_known(vtb_beta_below(0.5, 4, 7), 848.0 / 1024);
    is_known(vtb_beta_below(0.2, 1, 3), 1 - 0.8 * 0.8 * 0.8);
    is_known(vtb_beta_below(0.2, 5, 1), 0.2 * 0.2 * 0.2 * 0.2 * 0.2);
    is_known(vtb_beta_below(0.64, 0.5, 0.5), 2 / acos(-1) * asin(0.8));
    assert_same_double(vtb_beta_below(0, 3, 2), 0);
    assert_same_double(vtb_beta_below(1, 3, 2), 1);
}

static void an_x_of_a_share(void **state)
{
    (void)state;
    static const struct {
        double p, a, b, x;
    } known[] = {
        {0.025, 3, 8, 0.06673951117773452},
        {0.5, 2.5, 3.75, 0.38871784145814126},
        {0.995, 40.25, 0.3, 0.9999999996264767},
        {0.01, 700, 2300.5, 0.2156012839947546},
    };
    EACH(i, known)
    is_known(vtb_beta_quantile(known[i].p, known[i].a, known[i].b), known[i].x);
    is_known(vtb_beta_quantile(0.488, 1, 3), 0.2);
    assert_near(vtb_beta_quantile(0, 2, 2), 0, 1e-50);
    assert_near(vtb_beta_quantile(1, 2, 2), 1, 1e-7); /* it is flat there */
}

/* Degrees of freedom need not be whole, and may be so many that nothing changes any more. */
static void probabilities_of_a_t(void **state)
{
    (void)state;
    static const struct {
        double t, nu, p;
    } known[] = {
        {0.7, 4, 0.52250016559345021},          {2.5, 9, 0.033861827682985739},
        {3.25, 17.3, 0.004627843804746799},     {1.5, 0.5, 0.50790179064810845},
        {12, 3.7, 0.00042678739938124513},      {4, 39.6, 0.00026902353460295305},
        {2.6, 123456.5, 0.0093234859800121208}, {3, 1000000, 0.0026998625414217971},
        {0.001, 8, 0.99922660210308932},        {40, 5, 1.8411962171772954e-7},
    };
    EACH(i, known)
    {
        is_known(vtb_t_p(known[i].t, known[i].nu), known[i].p);
        is_known(vtb_t_p(-known[i].t, known[i].nu), known[i].p);
    }
    assert_same_double(vtb_t_p(0, 4), 1);
    is_known(vtb_t_p(3, 1), 1 - 2 / acos(-1) * atan(3));
    is_known(vtb_t_p(3, 2), 1 - 3 / sqrt(11));
    assert_true(vtb_t_p(1e9, 9) < 1e-60);
}

/* Of the tables at the end of every textbook, and between their rows. */
static void a_t_of_a_probability(void **state)
{
    (void)state;
    static const struct {
        double p, nu, t;
    } known[] = {
        {0.995, 4, 4.6040948713499932},       {0.995, 9, 3.2498355415921263},
        {0.975, 17.3, 2.1070320037534681},    {0.995, 39.58, 2.7058876773578474},
        {0.9995, 9, 4.7809125859311391},      {0.995, 1000000, 2.575834220105334},
        {0.9, 0.8, 4.0632911999665841},       {0.6, 2.5, 0.28145951274854766},
        {0.99999, 12.25, 6.6936419504088919},
    };
    EACH(i, known)
    is_known(vtb_t_quantile(known[i].p, known[i].nu), known[i].t);
    is_known(vtb_t_quantile(0.75, 1), 1);
    is_known(vtb_t_quantile(0.995, 1), tan(0.495 * acos(-1)));
    assert_near(vtb_t_quantile(0.5, 7), 0, 1e-7);
}

/* At k = 0 and k = n one tail holds what is left: the bounds are powers. */
static void bounds_of_a_share(void **state)
{
    (void)state;
    static const struct {
        size_t k, n;
        double confidence, lo, hi;
    } known[] = {
        {0, 10, 0.95, 0, 0.30849710781876083},
        {10, 10, 0.95, 0.6915028921812392, 1},
        {1, 10, 0.95, 0.0025285785444617836, 0.44501611702819215},
        {5, 10, 0.95, 0.18708602844739844, 0.8129139715526015},
        {2, 20, 0.99, 0.0052951494747718285, 0.3871252570675262},
        {81, 263, 0.95, 0.25273674558527515, 0.36762192260134985},
        {990, 1000, 0.99, 0.9787239412463832, 0.9962732170757471},
    };
    EACH(i, known)
    {
        const struct vtb_share_bounds bounds =
            vtb_clopper_pearson(known[i].k, known[i].n, known[i].confidence);
        is_known(bounds.lo, known[i].lo);
        is_known(bounds.hi, known[i].hi);
    }
    is_known(vtb_clopper_pearson(0, 300, 0.95).hi, 1 - pow(0.025, 1.0 / 300));
    is_known(vtb_clopper_pearson(300, 300, 0.99).lo, pow(0.005, 1.0 / 300));
    assert_same_double(vtb_clopper_pearson(0, 1, 0.9).lo, 0);
    assert_same_double(vtb_clopper_pearson(1, 1, 0.9).hi, 1);
}

/* Of the median by sums of binomial coefficients: 1/64, 56/1024 and 11/1024 are on one side. */
static void ranks_around_a_quantile(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double q, confidence;
        struct vtb_ranks ranks;
    } known[] = {
        {5, 0.5, 0.95, {0, 6}},        {6, 0.5, 0.95, {1, 6}},        {10, 0.5, 0.95, {2, 9}},
        {10, 0.5, 0.88, {3, 8}},       {1, 0.5, 0.99, {0, 2}},        {105, 0.99, 0.99, {101, 106}},
        {527, 0.99, 0.99, {515, 528}}, {528, 0.99, 0.99, {516, 528}},
    };
    EACH(i, known)
    {
        const struct vtb_ranks ranks =
            vtb_quantile_ranks(known[i].n, known[i].q, known[i].confidence);
        assert_int_equal(ranks.lo, known[i].ranks.lo);
        assert_int_equal(ranks.hi, known[i].ranks.hi);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_below_an_x),       cmocka_unit_test(shares_of_closed_forms),
        cmocka_unit_test(an_x_of_a_share),         cmocka_unit_test(probabilities_of_a_t),
        cmocka_unit_test(a_t_of_a_probability),    cmocka_unit_test(bounds_of_a_share),
        cmocka_unit_test(ranks_around_a_quantile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
