#include "check.h"

#include "figures/change_points.h"
#include "plan/random.h"

/* --- series that are made up --- */

#define VALUES_MAX 1000

static struct vtb_random randomness;

/* Roughly normal, with a standard deviation of 1: 12 uniform numbers. */
static double noise(void)
{
    double sum = -6;
    for (size_t i = 0; i < 12; i++)
        sum += vtb_random_unit(&randomness);
    return sum;
}

/* As times are: one value in ten is of a busy moment, and three times as far off. */
static double uneven_noise(void)
{
    const bool busy = vtb_random_below(&randomness, 10) == 0;
    return busy ? 3 * fabs(noise()) : noise();
}

static int restart(void **state)
{
    (void)state;
    randomness = vtb_random_stream(7, 7);
    return 0;
}

/* --- where a change is --- */

/* The definition, without anything that is carried over from split to split. */
static double energy_by_definition(const double *values, size_t n, size_t at)
{
    double between = 0;
    double left = 0;
    double right = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            const double distance = fabs(values[i] - values[k]);
            if (i < at)
                left += distance;
            else if (k >= at)
                right += distance;
            else
                between += distance;
        }
    }
    const double a = (double)at;
    const double b = (double)(n - at);
    return a * b / (a + b) *
           (2 * between / (a * b) - left / (a * (a - 1) / 2) - right / (b * (b - 1) / 2));
}

static void split_is_by_definition(void **state)
{
    (void)state;
    double values[60];
    for (size_t n = 2 * VTB_CHANGE_VALUES_MIN; n <= 60; n += 9) {
        size_t best = 0;
        for (size_t i = 0; i < n; i++)
            values[i] = uneven_noise() + (i >= n / 3 ? 2 : 0);
        for (size_t at = VTB_CHANGE_VALUES_MIN; at + VTB_CHANGE_VALUES_MIN <= n; at++) {
            if (best == 0 ||
                energy_by_definition(values, n, at) > energy_by_definition(values, n, best))
                best = at;
        }
        const struct vtb_split split = vtb_energy_split(values, n);
        assert_int_equal(split.at, best);
        assert_near(split.q, energy_by_definition(values, n, best), 1e-9);
    }
}

/* 0, 0, 0, 1, 1, 1: the distance of the halves is 2, times 3 x 3 / 6. */
static void split_of_a_step(void **state)
{
    (void)state;
    static const double step[] = {0, 0, 0, 1, 1, 1};
    const struct vtb_split split = vtb_energy_split(step, 6);
    assert_int_equal(split.at, 3);
    assert_near(split.q, 3, 1e-12);
    assert_int_equal(vtb_energy_split(step, 5).at, 0);
}

/* --- whether there is one --- */

/* The median is 3 and the median distance to it 1, which is 0.6745 deviations; 90 counts as four of
 * them. */
static void scores_of_values(void **state)
{
    (void)state;
    static const double values[] = {1, 3, 90, 4, 2};
    static const double expected[] = {-2 * 0.6745, 0, 4, 0.6745, -0.6745};
    double scores[5];
    double mean = 0;
    for (size_t i = 0; i < 5; i++)
        mean += expected[i] / 5;
    vtb_level_scores(scores, values, 5);
    for (size_t i = 0; i < 5; i++)
        assert_near(scores[i], expected[i] - mean, 1e-12);
}

/* Of values that are nearly all the same, others are far off. */
static void scores_of_values_that_are_nearly_the_same(void **state)
{
    (void)state;
    static const double values[] = {2, 2, 2, 2, 3};
    double scores[5];
    vtb_level_scores(scores, values, 5);
    assert_same_double(scores[0], scores[3]);
    assert_true(scores[4] - scores[0] > 3);
    vtb_level_scores(scores, values, 4);
    assert_same_double(scores[0], 0);
}

/* Six scores, of which three stand before the one place; and ten, of which three are in the
 * midst. */
static void farthest_levels(void **state)
{
    (void)state;
    static const double step[] = {1, 1, 1, -1, -1, -1};
    static const double passing[] = {-3, -3, -3, 7, 7, 7, -3, -3, -3, -3};
    struct vtb_level level = vtb_farthest_level(step, 6);
    assert_near(level.off, 3.0 * 3 / 9, 1e-12);
    assert_int_equal(level.end, 6);
    level = vtb_farthest_level(passing, 10);
    assert_near(level.off, 0.75 * 21 * 21 / (3 * 7), 1e-12);
    assert_int_equal(level.end, 6);
}

/* Of 3 and 3 values there is one split, and 20 ways to choose the first: 2 are as far off. */
static void p_of_six_in_order(void **state)
{
    (void)state;
    static const double rising[] = {1, 2, 3, 40, 50, 60};
    static const double falling[] = {60, 50, 40, 3, 2, 1};
    assert_near(vtb_order_p(rising, 6, 100000), 0.1, 0.05);
    assert_same_double(vtb_order_p(rising, 6, 100000), vtb_order_p(falling, 6, 100000));
}

/* How often the p of n values without a change is below a limit, in 400 trials. */
static size_t below_n(double limit, size_t n, double (*draw)(void))
{
    double values[VALUES_MAX];
    size_t found_n = 0;
    for (size_t trial = 0; trial < 400; trial++) {
        for (size_t i = 0; i < n; i++)
            values[i] = draw();
        found_n += vtb_order_p(values, n, 400) <= limit;
    }
    return found_n;
}

static double coarse_noise(void)
{
    return round(noise()); /* so that many are the same */
}

/* Of 400, 40 are expected, with a deviation of 6. */
static void p_is_below_a_limit_as_often_as_it_says(void **state)
{
    (void)state;
    double (*const kinds[])(void) = {noise, uneven_noise, coarse_noise};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t n = below_n(0.1, 30, kinds[i]);
        assert_in_range(n, 20, 60);
    }
}

static void p_of_a_step_is_as_small_as_can_be(void **state)
{
    (void)state;
    double values[40];
    for (size_t i = 0; i < 40; i++)
        values[i] = noise() + (i >= 25 ? 10 : 0);
    assert_near(vtb_order_p(values, 40, 999), 0.001, 1e-12);
}

static void values_that_are_the_same_have_no_change(void **state)
{
    (void)state;
    double values[30];
    for (size_t i = 0; i < 30; i++)
        values[i] = 5;
    assert_same_double(vtb_order_p(values, 30, 1000), 1);
    struct vtb_course course = {.values = values, .n = 30};
    vtb_change_points(&course, 1, 0);
    assert_int_equal(course.changes_n, 0);
    free(course.changes);
}

/* --- how sure its place is --- */

static double sum_of(const double *shares, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += shares[i];
    return sum;
}

static void place_of_a_clear_step_is_sure(void **state)
{
    (void)state;
    double values[40];
    double shares[40];
    for (size_t i = 0; i < 40; i++)
        values[i] = noise() + (i >= 25 ? 20 : 0);
    vtb_change_shares(shares, values, 40);
    assert_near(sum_of(shares, 40), 1, 1e-12);
    assert_true(shares[25] > 0.999);
}

/* The place is where it says so as often as it says: over 300 series the shares at the true place
 * sum up to how often the likeliest place is the true one, within three deviations of about 9. */
static void shares_are_how_often_it_is_there(void **state)
{
    (void)state;
    double values[40];
    double shares[40];
    double sure = 0;
    size_t right_n = 0;
    for (size_t trial = 0; trial < 300; trial++) {
        size_t likeliest = 1;
        for (size_t i = 0; i < 40; i++)
            values[i] = noise() + (i >= 20 ? 2 : 0);
        vtb_change_shares(shares, values, 40);
        for (size_t i = 1; i < 40; i++)
            likeliest = shares[i] > shares[likeliest] ? i : likeliest;
        right_n += likeliest == 20;
        sure += shares[likeliest];
    }
    assert_true(right_n > 100 && right_n < 290);
    assert_near(sure, (double)right_n, 27);
}

static void shares_of_steps_without_noise(void **state)
{
    (void)state;
    static const double step[] = {1, 1, 1, 1, 2, 2, 2};
    double shares[7];
    vtb_change_shares(shares, step, 7);
    assert_same_double(shares[4], 1);
    vtb_change_shares(shares, step, 5);
    assert_same_double(sum_of(shares, 5), 0);
}

/* --- all of them --- */

#define COURSES_N 36

static double series[COURSES_N][VALUES_MAX];
static struct vtb_course courses[COURSES_N];

static void free_courses(void)
{
    for (size_t i = 0; i < COURSES_N; i++)
        free(courses[i].changes);
}

/* Changes of 36 courses of n values, of which those of `steps` change at half of their length. */
static size_t find(size_t n, double step, size_t steps, double least)
{
    size_t found_n = 0;
    for (size_t i = 0; i < COURSES_N; i++) {
        for (size_t k = 0; k < n; k++)
            series[i][k] = 0.02 * uneven_noise() + (i < steps && k >= n / 2 ? step : 0);
        courses[i] = (struct vtb_course){.values = series[i], .n = n};
    }
    vtb_change_points(courses, COURSES_N, least);
    for (size_t i = 0; i < COURSES_N; i++)
        found_n += courses[i].changes_n;
    return found_n;
}

/* 60 histories, of which each has 36 figures in 200 runs of one program. One false point is to be
 * expected in a hundred histories, and 20 in these if each figure were tested by itself; the goal
 * is two in a history. */
static void runs_of_the_same_program_do_not_change(void **state)
{
    (void)state;
    size_t all_n = 0;
    for (size_t trial = 0; trial < 60; trial++) {
        const size_t found_n = find(200, 0, 0, 0);
        free_courses();
        assert_true(found_n <= 2);
        all_n += found_n;
    }
    assert_true(all_n <= 4);
}

static void steps_are_found_where_they_are(void **state)
{
    (void)state;
    size_t at_n = 0;
    const size_t found_n = find(60, 0.2, 3, 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(courses[i].changes_n, 1);
        const struct vtb_change *change = &courses[i].changes[0];
        at_n += change->at == 30;
        assert_true(change->at >= 28 && change->at <= 32);
        assert_true(change->p <
                    0.001); /* and not only below the level, of which there is no doubt */
        assert_near(change->after - change->before, 0.2, 0.03);
    }
    assert_true(at_n >= 2);
    assert_int_equal(found_n, 3);
    free_courses();
}

static void small_changes_are_not_told(void **state)
{
    (void)state;
    assert_int_equal(find(400, 0.05, 2, 0), 2);
    free_courses();
    assert_int_equal(find(400, 0.05, 2, 0.1), 0);
    free_courses();
}

/* A level that is left, and taken up again. */
static void several_changes_of_one_course(void **state)
{
    (void)state;
    double values[120];
    for (size_t i = 0; i < 120; i++)
        values[i] = noise() + (i >= 40 && i < 80 ? 6 : 0) + (i >= 100 ? 12 : 0);
    struct vtb_course course = {.values = values, .n = 120};
    vtb_change_points(&course, 1, 1);
    assert_int_equal(course.changes_n, 3);
    assert_int_equal(course.changes[0].at, 40);
    assert_int_equal(course.changes[1].at, 80);
    assert_int_equal(course.changes[2].at, 100);
    assert_near(course.changes[0].after, 6, 1);
    assert_same_double(course.changes[0].after, course.changes[1].before);
    assert_near(course.changes[2].before, 0, 1);
    assert_near(course.changes[2].after, 12, 1);
    free(course.changes);
}

/* Changes of 36 courses of 200 values, one of which is at another level for a while. */
static void find_passing(size_t first, size_t end)
{
    for (size_t i = 0; i < COURSES_N; i++) {
        for (size_t k = 0; k < 200; k++)
            series[i][k] = 0.02 * uneven_noise() + (i == 7 && k >= first && k < end ? 0.15 : 0);
        courses[i] = (struct vtb_course){.values = series[i], .n = 200};
    }
    vtb_change_points(courses, COURSES_N, 0.02);
}

/* A change for the worse that a later one takes back is no less a change. */
static void a_level_that_is_left_again_is_found(void **state)
{
    (void)state;
    find_passing(90, 100);
    assert_int_equal(courses[7].changes_n, 2);
    assert_in_range(courses[7].changes[0].at, 89, 91);
    assert_in_range(courses[7].changes[1].at, 99, 101);
    free_courses();
}

/* Whoever looks at a history each day wants to know soon. */
static void a_change_is_found_soon(void **state)
{
    (void)state;
    find_passing(195, 200);
    assert_int_equal(courses[7].changes_n, 1);
    assert_in_range(courses[7].changes[0].at, 194, 196);
    free_courses();
}

static void too_few_values_have_none(void **state)
{
    (void)state;
    double values[] = {1, 1.1, 0.9, 9, 9.1, 8.9};
    for (size_t n = 0; n <= 6; n++) {
        struct vtb_course course = {.values = values, .n = n};
        vtb_change_points(&course, 1, 0);
        assert_int_equal(course.changes_n, 0);
        free(course.changes);
    }
    vtb_change_points(NULL, 0, 0);
}

/* In how many ways half of so many values can be the lower ones. */
static double ways_of(size_t half)
{
    double ways = 1;
    for (size_t i = 1; i <= half; i++)
        ways *= (double)(half + i) / (double)i;
    return ways;
}

/* The two orders that are farthest off are rare enough from there on, and not before. */
static void least_number_of_values(void **state)
{
    (void)state;
    static const size_t families[] = {1, 10, 34, 200};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        const size_t n = vtb_change_least(families[i]);
        const double limit = VTB_CHANGE_LEVEL / (double)families[i];
        assert_int_equal(n % 2, 0);
        assert_true(2 / ways_of(n / 2) <= limit);
        assert_true(2 / ways_of(n / 2 - 1) > limit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(split_is_by_definition, restart),
        cmocka_unit_test(split_of_a_step),
        cmocka_unit_test(scores_of_values),
        cmocka_unit_test(scores_of_values_that_are_nearly_the_same),
        cmocka_unit_test(farthest_levels),
        cmocka_unit_test(p_of_six_in_order),
        cmocka_unit_test_setup(p_is_below_a_limit_as_often_as_it_says, restart),
        cmocka_unit_test_setup(p_of_a_step_is_as_small_as_can_be, restart),
        cmocka_unit_test(values_that_are_the_same_have_no_change),
        cmocka_unit_test_setup(place_of_a_clear_step_is_sure, restart),
        cmocka_unit_test_setup(shares_are_how_often_it_is_there, restart),
        cmocka_unit_test(shares_of_steps_without_noise),
        cmocka_unit_test_setup(runs_of_the_same_program_do_not_change, restart),
        cmocka_unit_test_setup(steps_are_found_where_they_are, restart),
        cmocka_unit_test_setup(small_changes_are_not_told, restart),
        cmocka_unit_test_setup(several_changes_of_one_course, restart),
        cmocka_unit_test_setup(a_level_that_is_left_again_is_found, restart),
        cmocka_unit_test_setup(a_change_is_found_soon, restart),
        cmocka_unit_test(too_few_values_have_none),
        cmocka_unit_test(least_number_of_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
