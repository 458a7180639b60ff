#include "check.h"

#include "base/distributions.h"
#include "figures/pooled.h"
#include "plan/random.h"

#define SESSIONS_MAX 16

/* Worked out with fractions, by the formulas of docs/METHOD.md. */
static void is_worked_out(double value, double expected)
{
    assert_near(value, expected, fabs(expected) * 1e-8);
}

static struct vtb_pooled pooled_by(struct vtb_pooled (*pool)(const struct vtb_session_value *,
                                                             size_t),
                                   size_t n, const double *medians, const double *noises)
{
    struct vtb_session_value values[SESSIONS_MAX];
    assert_true(n <= SESSIONS_MAX);
    for (size_t i = 0; i < n; i++)
        values[i] = (struct vtb_session_value){medians[i], noises[i]};
    return pool(values, n);
}

static struct vtb_pooled pooled_of(size_t n, const double *medians, const double *noises)
{
    return pooled_by(vtb_pool, n, medians, noises);
}

static const double five[] = {0.10, 0.12, 0.08, 0.11, 0.14}; /* their variance is 0.0005 */

static struct vtb_pooled five_with(double noise)
{
    const double noises[] = {noise, noise, noise, noise, noise};
    return pooled_of(5, five, noises);
}

/* --- a session --- */

/* The deviations from 5 are 4, 3, 1, 0, 2, 4 and 95: their median is 3. */
static void a_session_is_its_median_and_how_far_that_is_known(void **state)
{
    (void)state;
    double values[] = {1, 8, 4, 5, 3, 9, 100};
    double scratch[7];
    const struct vtb_session_value value = vtb_session_value_of(values, 7, scratch);
    assert_same_double(value.median, 5);
    is_worked_out(value.noise, acos(-1) / 2 * (1.4826 * 3) * (1.4826 * 3) / 7);
    double equal[] = {2, 2, 2, 2, 2};
    const struct vtb_session_value sure = vtb_session_value_of(equal, 5, scratch);
    assert_same_double(sure.median, 2);
    assert_same_double(sure.noise, 0);
}

/* --- all sessions --- */

/* S^2 = 0.0005, so B = S^2 (1/5 + rho) = 0.000125, V = B + phi^2 = 0.000225, nu = 4 (V/B)^2. */
static void equal_noise_is_the_plain_mean(void **state)
{
    (void)state;
    const struct vtb_pooled pooled = five_with(0.0001);
    is_worked_out(pooled.mean, 0.11);
    is_worked_out(pooled.square, 0.0005);
    is_worked_out(pooled.variance, 0.000225);
    is_worked_out(pooled.freedom, 12.96);
    is_worked_out(pooled.between_share, 0.8);
    assert_same_double(pooled.added, 0);
    assert_int_equal(pooled.sessions_n, 5);
}

/* Where sessions draw the places of code, V = B, and all else is the same. */
static void places_that_are_drawn_are_not_added(void **state)
{
    (void)state;
    const double noises[] = {0.0001, 0.0001, 0.0001, 0.0001, 0.0001};
    const struct vtb_pooled pooled = pooled_by(vtb_pool_of_places, 5, five, noises);
    is_worked_out(pooled.mean, 0.11);
    is_worked_out(pooled.square, 0.0005);
    is_worked_out(pooled.variance, 0.000125);
    is_worked_out(pooled.freedom, 4);
    assert_true(isnan(pooled_by(vtb_pool_of_places, 4, five, noises).variance));
}

/* Sessions that are nearer to each other than their rounds let expect: then the rounds count. */
static void noise_of_rounds_is_a_lower_bound(void **state)
{
    (void)state;
    const struct vtb_pooled pooled = five_with(0.001);
    is_worked_out(pooled.mean, 0.11);
    is_worked_out(pooled.square, 0.001);
    is_worked_out(pooled.variance, 0.00035);
    is_worked_out(pooled.freedom, 7.84);
    assert_same_double(pooled.between_share, 0);
}

/* In this order the noisiest session is the last one. */
static void a_noisy_session_weighs_less(void **state)
{
    (void)state;
    static const double medians[] = {0, 0.1, 0.2, 0.3, 0.4};
    static const double turned[] = {0.4, 0.1, 0.2, 0.3, 0};
    static const double noises[] = {0.001, 0.002, 0.003, 0.004, 0.04};
    struct vtb_pooled pooled = pooled_of(5, medians, noises);
    is_worked_out(pooled.mean, 0.16171530387272207);
    is_worked_out(pooled.square, 0.025);
    is_worked_out(pooled.between_share, 0.6);
    is_worked_out(pooled.variance, 0.0051465802975520685);
    is_worked_out(pooled.freedom, 4.1600937886);
    pooled = pooled_of(5, turned, noises);
    is_worked_out(pooled.mean, 0.23328498809255141);
    is_worked_out(pooled.variance, 0.0052316248647368462);
    is_worked_out(pooled.freedom, 4.1574150144);
}

/* Four that agree with each other, and one of which nobody knows anything: it hardly counts, but
 * that the four are five times as far apart as their noise does. */
static void sessions_farther_apart_than_their_weights_widen_it(void **state)
{
    (void)state;
    static const double medians[] = {0, 0.02, 0.04, 0.06, 0.3};
    static const double noises[] = {0.0001, 0.0001, 0.0001, 0.0001, 0.1};
    const struct vtb_pooled pooled = pooled_of(5, medians, noises);
    is_worked_out(pooled.mean, 0.030067483129217695);
    is_worked_out(pooled.variance, 0.00026190341317444948);
    is_worked_out(pooled.freedom, 10.467194613837316);
    is_worked_out(pooled.square, 0.02008);
}

/* A clock that cannot tell the rounds apart: only phi is left, and is known well. */
static void identical_sessions_keep_phi(void **state)
{
    (void)state;
    static const double medians[] = {0.5, 0.5, 0.5, 0.5, 0.5};
    static const double none[] = {0, 0, 0, 0, 0};
    const struct vtb_pooled pooled = pooled_of(5, medians, none);
    is_worked_out(pooled.mean, 0.5);
    assert_near(pooled.variance, 0.0001, 1e-9);
    assert_true(isfinite(pooled.freedom) && pooled.freedom >= 1e5);
    const struct vtb_interval interval = vtb_pooled_interval(&pooled, 1);
    assert_near(interval.hi, 0.5 + 2.5758293 * 0.01, 1e-6);
}

/* --- too few --- */

static void is_without_interval(const struct vtb_pooled *pooled)
{
    assert_true(isnan(pooled->variance));
    assert_true(isnan(pooled->freedom));
    assert_true(isnan(pooled->square));
    assert_true(isnan(pooled->between_share));
    const struct vtb_interval interval = vtb_pooled_interval(pooled, 1);
    assert_true(isnan(interval.lo));
    assert_true(isnan(interval.hi));
    assert_same_double(vtb_pooled_p(pooled), 1);
    assert_true(isnan(vtb_pooled_would_be_seen(pooled, 1)));
}

static void too_few_sessions_have_no_interval(void **state)
{
    (void)state;
    static const double noises[] = {0.0001, 0.0001, 0.0001, 0.0001};
    struct vtb_pooled pooled = pooled_of(4, five, noises);
    is_worked_out(pooled.mean, 0.1025);
    assert_int_equal(pooled.sessions_n, 4);
    is_without_interval(&pooled);
    vtb_pooled_add(&pooled, 0.01);
    is_without_interval(&pooled);
    pooled = vtb_pool_shrunk(&pooled, 0.001);
    is_without_interval(&pooled);
    assert_true(!isnan(vtb_pooled_interval(&pooled, 1).median));
    pooled = pooled_of(0, five, noises);
    assert_true(isnan(pooled.mean));
    assert_int_equal(pooled.sessions_n, 0);
    is_without_interval(&pooled);
}

/* --- what follows --- */

/* t(12.96, 0.995) = 3.0138, and at 0.995 / 7 4.0334: Bonferroni makes it wider. */
static void intervals_and_tests(void **state)
{
    (void)state;
    const struct vtb_pooled pooled = five_with(0.0001);
    struct vtb_interval interval = vtb_pooled_interval(&pooled, 1);
    is_worked_out(interval.median, 0.11);
    is_worked_out(interval.lo, 0.11 - 0.045207348865);
    is_worked_out(interval.hi, 0.11 + 0.045207348865);
    interval = vtb_pooled_interval(&pooled, 7);
    is_worked_out(interval.lo, 0.11 - 0.060500276650);
    is_worked_out(interval.hi, 0.11 + 0.060500276650);
    assert_near(vtb_pooled_p(&pooled), 5.822859628e-06, 1e-12);
    struct vtb_pooled other = pooled;
    other.mean = -pooled.mean;
    assert_near(vtb_pooled_p(&other), 5.822859628e-06, 1e-12);
    other.mean = 0;
    assert_same_double(vtb_pooled_p(&other), 1);
}

/* Half of the interval, and what makes 90 % of runs reach beyond it. */
static void what_would_be_seen(void **state)
{
    (void)state;
    const struct vtb_pooled pooled = five_with(0.0001);
    is_worked_out(vtb_pooled_would_be_seen(&pooled, 1), 0.064430622348);
    is_worked_out(vtb_pooled_would_be_seen(&pooled, 7), 0.079723550133);
}

/* A change by exactly the least would be beyond it in half of all runs, and in a quarter of pairs
 * of them: it takes more, by how far a run may be off. */
static void what_would_be_seen_twice(void **state)
{
    (void)state;
    const struct vtb_pooled pooled = five_with(0.0001);
    const double deviation = sqrt(pooled.variance);
    const double half =
        (vtb_pooled_interval(&pooled, 1).hi - vtb_pooled_interval(&pooled, 1).lo) / 2;
    assert_near(vtb_pooled_would_be_seen_twice(&pooled, 1, 0), half + 1.632218789617 * deviation,
                1e-9);
    assert_near(vtb_pooled_would_be_seen_twice(&pooled, 1, 1), 1 + 1.632218789617 * deviation,
                1e-9);
    assert_true(isnan(vtb_pooled_would_be_seen_twice(
        &(const struct vtb_pooled){.variance = NAN, .sessions_n = 3}, 1, 0.02)));
}

/* The other points' S^2 counts as eight sessions: (4 x 0.0005 + 8 x 0.002) / 12 = 0.0015. */
static void a_point_borrows_from_the_others(void **state)
{
    (void)state;
    const struct vtb_pooled pooled = five_with(0.0001);
    struct vtb_pooled shrunk = vtb_pool_shrunk(&pooled, 0.002);
    assert_same_double(shrunk.mean, pooled.mean);
    assert_near(shrunk.variance, 0.000475, 1e-11);
    assert_near(shrunk.freedom, 19.2533333, 1e-5);
    shrunk = vtb_pool_shrunk(&pooled, 0.0005);
    assert_near(shrunk.variance, 0.000225, 1e-11);
    assert_near(shrunk.freedom, 38.88, 1e-5);
    shrunk = vtb_pool_shrunk(&pooled, 0);
    assert_near(shrunk.variance, 0.000141666667, 1e-11);
}

/* What is not of the sessions stays, whatever is borrowed. */
static void something_else_is_added(void **state)
{
    (void)state;
    struct vtb_pooled pooled = five_with(0.0001);
    vtb_pooled_add(&pooled, 0);
    is_worked_out(pooled.variance, 0.000225);
    is_worked_out(pooled.freedom, 12.96);
    vtb_pooled_add(&pooled, 0.000225);
    is_worked_out(pooled.variance, 0.00045);
    is_worked_out(pooled.freedom, 51.84);
    is_worked_out(pooled.mean, 0.11);
    const struct vtb_pooled shrunk = vtb_pool_shrunk(&pooled, 0.002);
    assert_near(shrunk.variance, 0.0007, 1e-11);
    assert_near(shrunk.freedom, 41.8133333, 1e-5);
}

static void a_difference_has_both_variances(void **state)
{
    (void)state;
    const struct vtb_pooled before = {
        .mean = 0.1, .variance = 0.000225, .freedom = 12.96, .sessions_n = 5};
    const struct vtb_pooled after = {
        .mean = 0.25, .variance = 0.0001, .freedom = 30, .sessions_n = 10};
    const struct vtb_pooled difference = vtb_pooled_difference(&before, &after);
    is_worked_out(difference.mean, 0.15);
    is_worked_out(difference.variance, 0.000325);
    is_worked_out(difference.freedom, 24.914004914);
    assert_int_equal(difference.sessions_n, 5);
    assert_int_equal(vtb_pooled_difference(&after, &before).sessions_n, 5);
    is_worked_out(vtb_pooled_difference(&after, &before).mean, -0.15);
    const struct vtb_pooled unknown = {.mean = 0.2, .variance = NAN, .freedom = NAN};
    const struct vtb_pooled doubtful = vtb_pooled_difference(&before, &unknown);
    assert_same_double(vtb_pooled_p(&doubtful), 1);
    assert_true(isnan(vtb_pooled_interval(&doubtful, 1).lo));
}

/* --- what an interval promises --- */

static double gauss(struct vtb_random *random)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += vtb_random_unit(random);
    return sum;
}

/* Sessions differ by 5 %, of which a twentieth of the variance is the run's, and a session's rounds
 * let its median be known to 1 %. */
#define BETWEEN 0.05
#define WITHIN 0.01
#define SESSIONS_N 10

static struct vtb_pooled another_run(struct vtb_random *random, double truth)
{
    struct vtb_session_value values[SESSIONS_N];
    const double of_run = sqrt(VTB_POOLED_RHO) * BETWEEN * gauss(random);
    for (size_t i = 0; i < SESSIONS_N; i++)
        values[i] = (struct vtb_session_value){
            truth + of_run + BETWEEN * gauss(random) + WITHIN * gauss(random), WITHIN * WITHIN};
    return vtb_pool(values, SESSIONS_N);
}

#define RUNS_N 4000

/* An interval of 99 % holds the truth in at least 99 %, less what chance does to the count, and is
 * no wider than it must be for that; the next run's figure, which is as uncertain as its own, it
 * holds in 96 %. */
static void intervals_hold_the_truth_and_the_next_run(void **state)
{
    (void)state;
    struct vtb_random random = vtb_random_stream(20260102, 1);
    size_t truth_n = 0;
    size_t next_n = 0;
    double widths = 0;
    for (size_t i = 0; i < RUNS_N; i++) {
        const struct vtb_pooled pooled = another_run(&random, 0.2);
        const struct vtb_pooled next = another_run(&random, 0.2);
        const struct vtb_interval interval = vtb_pooled_interval(&pooled, 1);
        truth_n += interval.lo <= 0.2 && 0.2 <= interval.hi;
        next_n += interval.lo <= next.mean && next.mean <= interval.hi;
        widths += (interval.hi - interval.lo) / 2;
    }
    assert_in_range(truth_n, RUNS_N * 986 / 1000, RUNS_N);
    assert_in_range(next_n, RUNS_N * 955 / 1000, RUNS_N * 995 / 1000);
    assert_near(widths / RUNS_N, 0.065, 0.01);
}

/* What does not differ is told to differ in at most 1 % of runs; what differs by as much as would
 * be seen, at the spread of its sessions, is in 90 %. */
static void tests_keep_their_promise(void **state)
{
    (void)state;
    struct vtb_random random = vtb_random_stream(20260102, 2);
    size_t alarms_n = 0;
    size_t seen_n = 0;
    for (size_t i = 0; i < RUNS_N; i++) {
        const struct vtb_pooled equal = another_run(&random, 0);
        struct vtb_pooled other = another_run(&random, 0);
        alarms_n += vtb_pooled_p(&equal) < 0.01;
        other.mean += vtb_pooled_would_be_seen(&other, 1);
        seen_n += vtb_pooled_p(&other) < 0.01;
    }
    assert_in_range(alarms_n, 0, RUNS_N / 100);
    assert_in_range(seen_n, RUNS_N * 88 / 100, RUNS_N * 97 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_is_its_median_and_how_far_that_is_known),
        cmocka_unit_test(equal_noise_is_the_plain_mean),
        cmocka_unit_test(places_that_are_drawn_are_not_added),
        cmocka_unit_test(noise_of_rounds_is_a_lower_bound),
        cmocka_unit_test(a_noisy_session_weighs_less),
        cmocka_unit_test(sessions_farther_apart_than_their_weights_widen_it),
        cmocka_unit_test(identical_sessions_keep_phi),
        cmocka_unit_test(too_few_sessions_have_no_interval),
        cmocka_unit_test(intervals_and_tests),
        cmocka_unit_test(what_would_be_seen),
        cmocka_unit_test(what_would_be_seen_twice),
        cmocka_unit_test(a_point_borrows_from_the_others),
        cmocka_unit_test(something_else_is_added),
        cmocka_unit_test(a_difference_has_both_variances),
        cmocka_unit_test(intervals_hold_the_truth_and_the_next_run),
        cmocka_unit_test(tests_keep_their_promise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
