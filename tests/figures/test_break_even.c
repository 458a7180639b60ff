#include "check.h"
#include "synthetic.h"

#include "base/distributions.h"
#include "report/break_even_json.h"
#include "report/report_break_even.h"

#define LINE_WIDTH 100

/* --- one curve --- */

static struct vtb_crossings found;

static void cross(const struct vtb_curve_point *points, size_t n, bool is_share, double level)
{
    struct vtb_curve_point copy[64];
    const struct vtb_curve curve = {copy, n, is_share};
    assert_true(n <= 64);
    memcpy(copy, points, n * sizeof *copy);
    vtb_cross(&found, &curve, level);
}

#define CROSS(level, ...)                                                                         \
    cross((const struct vtb_curve_point[]){__VA_ARGS__},                                          \
          sizeof((const struct vtb_curve_point[]){__VA_ARGS__}) / sizeof(struct vtb_curve_point), \
          false, level)

static void check_crossing(size_t i, double at, double lo, double hi, bool falls)
{
    assert_true(i < found.n);
    assert_near(found.items[i].at, at, 1e-12);
    assert_near(found.items[i].lo, lo, 1e-12);
    assert_near(found.items[i].hi, hi, 1e-12);
    assert_int_equal(found.items[i].falls, falls);
}

static void check_decided(enum vtb_curve_verdict verdict, size_t n)
{
    assert_int_equal(found.verdict, verdict);
    assert_int_equal(found.n, n);
    assert_int_equal(found.left_out_n, 0);
    assert_true(isnan(found.undecided_to));
    assert_true(isnan(found.undecided_from));
    assert_false(found.has_gap);
}

/* The median goes from 1.2 to 0.8 and crosses 1 half-way, lo after a quarter, hi after three. */
static void a_clean_crossing(void **state)
{
    (void)state;
    CROSS(1, {0, 1.2, 1.1, 1.3}, {1, 0.8, 0.7, 0.9});
    check_decided(VTB_CURVE_CROSSES, 1);
    check_crossing(0, 0.5, 0.25, 0.75, true);
    assert_false(found.log_axis);
    assert_same_double(found.x_min, 0);
    assert_same_double(found.x_max, 1);
    CROSS(0.95, {0, 1.2, 1.1, 1.3}, {1, 0.8, 0.7, 0.9});
    check_decided(VTB_CURVE_CROSSES, 1);
    check_crossing(0, 0.625, 0.375, 0.875, true);
    CROSS(1, {0, 0.8, 0.7, 0.9}, {1, 1.2, 1.1, 1.3});
    check_decided(VTB_CURVE_CROSSES, 1);
    check_crossing(0, 0.5, 0.25, 0.75, false);
}

/* The interval may go over several lines, and its ends are not as far from the middle. */
static void an_interval_over_several_points(void **state)
{
    (void)state;
    CROSS(1, {0, 1.2, 1.1, 1.3}, {2, 1.1, 0.9, 1.2}, {3, 0.9, 0.8, 1.1}, {7, 0.7, 0.6, 0.7});
    check_decided(VTB_CURVE_CROSSES, 1);
    check_crossing(0, 2.5, 1, 4, true);
}

static void a_logarithmic_axis(void **state)
{
    (void)state;
    const struct vtb_curve_point points[] = {{1, 1.2, 1.1, 1.3}, {16, 0.8, 0.7, 0.9}};
    cross(points, 2, false, 1);
    assert_true(found.log_axis);
    check_decided(VTB_CURVE_CROSSES, 1);
    check_crossing(0, 4, 2, 8, true);
    cross(points, 2, true, 1); /* shares never are */
    assert_false(found.log_axis);
    check_crossing(0, 8.5, 4.75, 12.25, true);
    CROSS(1, {1, 1.2, 1.1, 1.3}, {15, 0.8, 0.7, 0.9});
    assert_false(found.log_axis);
    CROSS(1, {0, 1.2, 1.1, 1.3}, {1, 1.2, 1.1, 1.3}, {16, 0.8, 0.7, 0.9});
    assert_false(found.log_axis);
}

/* A curve that crosses at a point crosses exactly there, on either kind of axis. */
static void crossings_at_points(void **state)
{
    (void)state;
    CROSS(1, {0.1, 1.1, 1.1, 1.1}, {0.3, 1, 1, 1}, {0.7, 0.9, 0.9, 0.9});
    assert_same_double(found.items[0].at, 0.3);
    check_crossing(0, 0.3, 0.3, 0.3, true);
    CROSS(1, {3, 1.1, 1.1, 1.1}, {1000, 1, 1, 1}, {1e6, 0.9, 0.9, 0.9});
    assert_true(found.log_axis);
    assert_same_double(found.items[0].lo, 1000);
    assert_same_double(found.items[0].at, 1000);
    assert_same_double(found.items[0].hi, 1000);
    check_decided(VTB_CURVE_CROSSES, 1);
    CROSS(1, {0.15, 1.1, 1.1, 1.1}, {0.46, 1, 1, 1}, {0.7, 0.9, 0.9, 0.9});
    assert_same_double(found.items[0].lo, 0.46);
    CROSS(1, {1, 1.1, 1.1, 1.1}, {2, 1, 1, 1}, {64, 0.9, 0.9, 0.9});
    assert_same_double(found.items[0].at, 2);
    CROSS(1, {15, 1.1, 1.1, 1.1}, {1000, 1, 1, 1}, {2000, 0.9, 0.9, 0.9});
    assert_same_double(found.items[0].lo, 1000);
}

/* On its way from one side to the other the median crosses at 1.5, 2.5 and 3.5. */
static void the_middle_of_several_crossings_of_the_median(void **state)
{
    (void)state;
    CROSS(1, {0, 1.4, 1.2, 1.6}, {1, 1.1, 0.8, 1.2}, {2, 0.9, 0.8, 1.2}, {3, 1.1, 0.8, 1.2},
          {4, 0.9, 0.8, 1.2}, {5, 0.7, 0.6, 0.8});
    check_decided(VTB_CURVE_CROSSES, 1);
    check_crossing(0, 2.5, 0.5, 4.5, true);
}

/* If all of a curve lies on the level for a while, the crossing is in the middle of that. */
static void a_flat_crossing(void **state)
{
    (void)state;
    CROSS(0, {0, 5, 5, 5}, {1, 0, 0, 0}, {3, 0, 0, 0}, {4, -5, -5, -5});
    check_decided(VTB_CURVE_CROSSES, 1);
    check_crossing(0, 2, 1, 3, true);
    CROSS(0, {1, 5, 5, 5}, {4, 0, 0, 0}, {16, 0, 0, 0}, {64, -5, -5, -5});
    assert_true(found.log_axis);
    check_crossing(0, 8, 4, 16, true);
}

static void one_side_all_along(void **state)
{
    (void)state;
    CROSS(1, {0, 0.8, 0.7, 0.9}, {1, 0.9, 0.8, 0.99});
    check_decided(VTB_CURVE_BELOW, 0);
    CROSS(1, {0, 1.1, 1.01, 1.2}, {1, 1.3, 1.2, 1.4});
    check_decided(VTB_CURVE_ABOVE, 0);
    CROSS(0.5, {0, 0.8, 0.7, 0.9}, {1, 0.9, 0.8, 0.99});
    check_decided(VTB_CURVE_ABOVE, 0);
}

/* Noise that reaches over the level and comes back is no crossing, wherever the median goes. */
static void coming_back_is_no_crossing(void **state)
{
    (void)state;
    CROSS(1, {0, 0.8, 0.7, 0.9}, {1, 1.05, 0.9, 1.1}, {2, 0.8, 0.7, 0.9});
    assert_int_equal(found.verdict, VTB_CURVE_BELOW);
    assert_int_equal(found.n, 0);
    assert_true(found.has_gap);
    assert_true(isnan(found.undecided_to) && isnan(found.undecided_from));
    CROSS(1, {0, 1.2, 1.1, 1.3}, {1, 0.95, 0.9, 1.1}, {2, 1.2, 1.1, 1.3});
    assert_int_equal(found.verdict, VTB_CURVE_ABOVE);
    assert_true(found.has_gap);
    CROSS(1, {0, 1.2, 1.1, 1.3}, {1, 0.8, 0.7, 0.9}, {2, 1, 0.9, 1.1}, {3, 0.8, 0.7, 0.9});
    assert_int_equal(found.verdict, VTB_CURVE_CROSSES);
    check_crossing(0, 0.5, 0.25, 0.75, true);
    assert_int_equal(found.n, 1);
    assert_true(found.has_gap);
}

/* Touching the level is no crossing, but there is a place at which the curve is not below it. */
static void touching_inside(void **state)
{
    (void)state;
    CROSS(1, {0, 0.8, 0.7, 0.9}, {1, 0.9, 0.8, 1}, {2, 0.8, 0.7, 0.9});
    assert_int_equal(found.verdict, VTB_CURVE_BELOW);
    assert_int_equal(found.n, 0);
    assert_true(found.has_gap);
    assert_true(vtb_crossings_partial(&found));
    CROSS(0, {0, 9, 9, 9}, {1, 0, 0, 0}, {2, 9, 9, 9});
    assert_int_equal(found.verdict, VTB_CURVE_ABOVE);
    assert_true(found.has_gap);
    CROSS(0, {0, 0, 0, 0}, {1, 0, 0, 0}, {2, -9, -9, -9}, {3, -9, -9, -9}); /* at an end: no gap */
    assert_same_double(found.undecided_to, 1);
    assert_false(found.has_gap);
    CROSS(0, {0, 9, 9, 9}, {1, 9, 9, 9}, {2, 0, 0, 0}, {3, 0, 0, 0});
    assert_same_double(found.undecided_from, 2);
    assert_false(found.has_gap);
}

/* Between two points a line is a guess, and it is told where a crossing is no more than that. */
static void crossings_within_a_step(void **state)
{
    (void)state;
    CROSS(1, {0, 1.2, 1.1, 1.3}, {1, 0.8, 0.7, 0.9});
    assert_true(found.items[0].within_step);
    CROSS(1, {0, 1.2, 1.1, 1.3}, {0.5, 1, 0.9, 1.1}, {1, 0.8, 0.7, 0.9});
    assert_false(found.items[0].within_step);
    CROSS(0, {0, 1, 1, 1}, {1, -1, -1, -1}, {2, -1, -1, -2}, {3, 0, -1, 1}, {4, 1, 1, 1});
    assert_int_equal(found.n, 2);
    assert_true(found.items[0].within_step);
    assert_false(found.items[1].within_step);
}

/* A range at an end in which no side can be told is no crossing, and is reported. */
static void undecided_ends(void **state)
{
    (void)state;
    CROSS(1, {0, 0.8, 0.7, 0.9}, {1, 1, 0.9, 1.1});
    assert_int_equal(found.verdict, VTB_CURVE_BELOW);
    assert_int_equal(found.n, 0);
    assert_true(isnan(found.undecided_to));
    assert_near(found.undecided_from, 0.5, 1e-12);
    CROSS(1, {0, 1, 0.9, 1.1}, {1, 1.2, 1.1, 1.3}, {2, 0.8, 0.7, 0.9}, {3, 1, 0.95, 1});
    assert_int_equal(found.verdict, VTB_CURVE_CROSSES);
    assert_int_equal(found.n, 1);
    check_crossing(0, 1.5, 1.25, 1.75, true);
    assert_near(found.undecided_to, 0.5, 1e-12);
    assert_same_double(found.undecided_from, 3);
}

/* Both take 104 bytes at hit rate 0, and then one takes fewer: no crossing, but not below at 0. */
static void touching_ends(void **state)
{
    (void)state;
    CROSS(0, {0, 0, 0, 0}, {0.5, -36, -36, -36}, {1, -72, -72, -72});
    assert_int_equal(found.verdict, VTB_CURVE_BELOW);
    assert_int_equal(found.n, 0);
    assert_same_double(found.undecided_to, 0);
    assert_true(isnan(found.undecided_from));
    CROSS(0, {0, 9, 9, 9}, {1, 0, 0, 0});
    assert_int_equal(found.verdict, VTB_CURVE_ABOVE);
    assert_true(isnan(found.undecided_to));
    assert_same_double(found.undecided_from, 1);
    CROSS(0, {0, 0, 0, 0}, {0.25, 0, 0, 0}, {1, -72, -72, -72});
    assert_int_equal(found.verdict, VTB_CURVE_BELOW);
    assert_same_double(found.undecided_to, 0.25);
}

static void several_crossings(void **state)
{
    (void)state;
    CROSS(0, {0, 1, 1, 1}, {1, -1, -1, -1}, {2, 3, 3, 3}, {3, -1, -1, -1});
    check_decided(VTB_CURVE_CROSSES, 3);
    check_crossing(0, 0.5, 0.5, 0.5, true);
    check_crossing(1, 1.25, 1.25, 1.25, false);
    check_crossing(2, 2.75, 2.75, 2.75, true);
    struct vtb_curve_point points[8];
    for (size_t i = 0; i < 8; i++) {
        const double y = i % 2 ? 1 : -1;
        points[i] = (struct vtb_curve_point){(double)i, y, y, y};
    }
    cross(points, 7, false, 0);
    assert_int_equal(found.n, 4);
    assert_int_equal(found.left_out_n, 2);
    check_crossing(3, 3.5, 3.5, 3.5, true);
}

static void all_undecided(void **state)
{
    (void)state;
    CROSS(1, {2, 1.1, 0.9, 1.3}, {4, 0.8, 0.7, 1.1}, {6, 1, 1, 1});
    assert_int_equal(found.verdict, VTB_CURVE_UNDECIDED);
    assert_int_equal(found.n, 0);
    assert_same_double(found.undecided_to, 6);
    assert_same_double(found.undecided_from, 2);
    CROSS(1, {3, 0.5, 0.4, 0.6});
    assert_int_equal(found.verdict, VTB_CURVE_UNDECIDED);
    CROSS(1, {3, 0.5, 0.4, 0.6}, {4, NAN, NAN, NAN});
    assert_int_equal(found.verdict, VTB_CURVE_UNDECIDED);
    assert_same_double(found.x_max, 3);
    CROSS(1, {3, NAN, 0.4, 0.6});
    assert_int_equal(found.verdict, VTB_CURVE_UNDECIDED);
    assert_true(isnan(found.x_min));
}

/* Points may stand in any order; those not known, or told twice, are left out. */
static void points_are_put_in_order(void **state)
{
    (void)state;
    CROSS(1, {1, 0.8, 0.7, 0.9}, {0, 1.2, 1.1, 1.3});
    check_decided(VTB_CURVE_CROSSES, 1);
    check_crossing(0, 0.5, 0.25, 0.75, true);
    CROSS(1, {9, 0.1, 0.1, NAN}, {1, 0.8, 0.7, 0.9}, {0.5, NAN, 0.7, 0.9}, {0.6, 1, -INFINITY, 2},
          {0, 1.2, 1.1, 1.3}, {NAN, 2, 2, 2}, {1, 0.8, 0.7, 0.9});
    check_decided(VTB_CURVE_CROSSES, 1);
    check_crossing(0, 0.5, 0.25, 0.75, true);
    assert_same_double(found.x_max, 1);
    CROSS(1, {0, 1.2, 1.1, 1.3}, {INFINITY, 3, 3, 3}, {1, 0.8, 0.7, 0.9});
    assert_same_double(found.x_max, 1);
    CROSS(1, {0, 0.8, 0.8, 0.8}, {1, 0.7, 0.7, 0.7}, {1, 1.3, 1.3, 1.3});
    assert_true(found.n == 0 || found.items[0].at < 1); /* whichever is kept */
}

/* The side at an x, looked up without any of the code under test. */
static int side_at(const struct vtb_curve_point *points, size_t n, double x)
{
    size_t i = 0;
    while (i + 2 < n && points[i + 1].x <= x)
        i++;
    const double share = (x - points[i].x) / (points[i + 1].x - points[i].x);
    const double lo = points[i].lo + share * (points[i + 1].lo - points[i].lo);
    const double hi = points[i].hi + share * (points[i + 1].hi - points[i].hi);
    return hi < 1 ? -1 : lo > 1 ? 1 : 0;
}

#define STEPS_N 4096

/* Walks in small steps, and expects a crossing wherever the side becomes another. */
static void check_by_steps(const struct vtb_curve_point *points, size_t n)
{
    const double step = 1.0 / STEPS_N;
    size_t crossings_n = 0;
    int side = 0;
    double last = NAN;
    for (size_t i = 0; i <= (n - 1) * STEPS_N; i++) {
        const double x = (double)i * step;
        const int own = side_at(points, n, x);
        if (own != 0 && side != 0 && own != side) {
            if (crossings_n < VTB_CROSSINGS_MAX) {
                const struct vtb_crossing *crossing = &found.items[crossings_n];
                assert_near(crossing->lo, last, step);
                assert_near(crossing->hi, x, step);
                assert_true(crossing->lo <= crossing->at && crossing->at <= crossing->hi);
                assert_int_equal(crossing->falls, own < 0);
            }
            crossings_n++;
        }
        side = own != 0 ? own : side;
        last = own != 0 ? x : last;
    }
    assert_int_equal(found.n + found.left_out_n, crossings_n);
    const enum vtb_curve_verdict verdicts[] = {VTB_CURVE_BELOW, VTB_CURVE_UNDECIDED,
                                               VTB_CURVE_ABOVE};
    assert_int_equal(found.verdict, crossings_n > 0 ? VTB_CURVE_CROSSES : verdicts[side + 1]);
}

/* Values of a grid of 1/16, so that no side lasts less than some steps. */
static void random_curves(void **state)
{
    (void)state;
    struct vtb_random random = vtb_random_stream(11, 3);
    struct vtb_curve_point points[9] = {{.x = 0}};
    for (int trial = 0; trial < 500; trial++) {
        const size_t n = 2 + (size_t)(vtb_random_unit(&random) * 7.99);
        for (size_t i = 0; i < n; i++) {
            const double y = 1 + floor(vtb_random_unit(&random) * 32 - 16) / 16 + 1.0 / 32;
            const double width = floor(vtb_random_unit(&random) * 8) / 16;
            points[i] = (struct vtb_curve_point){(double)i, y, y - width, y + width / 2};
        }
        cross(points, n, false, 1);
        check_by_steps(points, n);
    }
}

/* --- the curves of a run --- */

static struct vtb_plan plan;
static struct vtb_comparison comparisons[64];
static size_t comparisons_n;
static struct vtb_break_evens all;
static struct vtb_numbers min_gains;

/* A test's own formula for a case: its ratio, or its bytes per operation. */
typedef double truth(const struct vtb_point *point, const struct vtb_case *the_case);

/* A ratio that is known as well as any of another run can be: its five sessions do not differ. */
static struct vtb_pooled pooled_of(double ratio)
{
    struct vtb_session_value values[VTB_SESSIONS_MIN];
    for (size_t i = 0; i < VTB_SESSIONS_MIN; i++)
        values[i] = (struct vtb_session_value){log(ratio), 0};
    return vtb_pool(values, VTB_SESSIONS_MIN);
}

/* How far its interval reaches, by its logarithm, as one of a curve of so many points: phi alone is
 * left, and is known well. */
static double reach(size_t points_n)
{
    return VTB_POOLED_PHI * vtb_t_quantile(1 - (1 - VTB_CONFIDENCE) / 2 / (double)points_n, 1e6);
}

/* Checks a crossing of a curve of ratios that is one line from 0 on, from `first` down by
 * `slope`. */
static void check_line(size_t i, double level, double first, double slope, size_t points_n)
{
    const double factor = exp(reach(points_n));
    assert_true(i < found.n);
    assert_near(found.items[i].at, (first - level) / slope, 1e-9);
    assert_near(found.items[i].lo, (first - level * (slope > 0 ? factor : 1 / factor)) / slope,
                1e-7);
    assert_near(found.items[i].hi, (first - level / (slope > 0 ? factor : 1 / factor)) / slope,
                1e-7);
    assert_int_equal(found.items[i].falls, slope > 0);
}

static void fill_comparison(const struct vtb_point *point, enum vtb_consumer consumer,
                            truth *ratio_of, truth *bytes_of)
{
    struct vtb_comparison *comparison = &comparisons[comparisons_n++];
    assert_true(comparisons_n <= 64);
    *comparison =
        (struct vtb_comparison){.point = point, .consumer = consumer, .timed = ratio_of != NULL};
    comparison->figures = calloc(point->cases_n, sizeof *comparison->figures);
    assert_non_null(comparison->figures);
    for (size_t i = 0; i < point->cases_n; i++) {
        struct vtb_figures *figures = &comparison->figures[i];
        figures->the_case = &point->cases[i];
        figures->counted.calls_n = 1000000;
        figures->counted.counts.requested_bytes =
            (uint64_t)llround(1e6 * bytes_of(point, &point->cases[i]));
        figures->log_ratio = pooled_of(ratio_of ? ratio_of(point, &point->cases[i]) : 1);
    }
}

/* Break-evens of the plan, which is the caller's: all that a run of it would find. */
static void make(truth *ratio_of, truth *bytes_of)
{
    struct vtb_error error;
    comparisons_n = 0;
    for (size_t i = 0; i < plan.points_n; i++) {
        for (size_t j = 0; j < (ratio_of ? plan.consumers_n : 1); j++)
            fill_comparison(&plan.points[i], plan.consumers[j], ratio_of, bytes_of);
    }
    assert_true(vtb_break_evens_make(&all, comparisons, comparisons_n, &min_gains, &error));
}

static void free_all(void)
{
    vtb_break_evens_free(&all);
    assert_null(all.items);
    for (size_t i = 0; i < comparisons_n; i++)
        vtb_comparison_free(&comparisons[i]);
    vtb_plan_free(&plan);
    min_gains.n = 0;
}

static bool is_named(const struct vtb_case *the_case, const char *name)
{
    return strcmp(the_case->timing->name, name) == 0;
}

/* value_task gains with the hit rate, and less in a larger window; poll loses; callback is always
 * faster; all else is as fast. */
static double ratio_by_rate(const struct vtb_point *point, const struct vtb_case *the_case)
{
    const double rate = point->hits.rate;
    const double slope = point->in_flight == 1 ? 0.4 : 0.2;
    if (is_named(the_case, "value_task"))
        return 1.1 - slope * rate;
    if (is_named(the_case, "poll"))
        return 0.9 + 0.2 * rate;
    return is_named(the_case, "callback") ? 0.5 : 1;
}

/* The bytes of an asynchronous method: 72 and 104 of a task, nothing and 112 of a value task. */
static double bytes_by_rate(const struct vtb_point *point, const struct vtb_case *the_case)
{
    const double rate = point->hits.rate;
    if (is_named(the_case, "value_task"))
        return 112 * (1 - rate);
    if (is_named(the_case, "poll"))
        return 0;
    return is_named(the_case, "callback") ? 104 * (1 - rate) : 72 * rate + 104 * (1 - rate);
}

static const struct vtb_case *case_of(const struct vtb_break_even *entry)
{
    return &entry->first->point->cases[entry->case_index];
}

/* The entry of a parameter, a strategy, a metric and a gain, of those for which `holds`; there is
 * exactly one. */
typedef bool choice(const struct vtb_break_even *entry);

static bool any(const struct vtb_break_even *entry)
{
    return entry != NULL;
}

static bool in_window_of_1(const struct vtb_break_even *entry)
{
    return entry->first->point->in_flight == 1 && entry->first->consumer == 0;
}

static bool in_window_of_64(const struct vtb_break_even *entry)
{
    return entry->first->point->in_flight == 64 && entry->first->consumer == 0;
}

static size_t count_entries(const char *parameter, const char *strategy)
{
    size_t n = 0;
    for (size_t i = 0; i < all.n; i++)
        n += strcmp(all.items[i].parameter->word, parameter) == 0 &&
             (!strategy || is_named(case_of(&all.items[i]), strategy));
    return n;
}

static const struct vtb_crossings *entry_of(const char *parameter, const char *strategy,
                                            enum vtb_break_even_metric metric, double percent,
                                            choice *holds)
{
    const struct vtb_break_even *entry = NULL;
    size_t n = 0;
    for (size_t i = 0; i < all.n; i++) {
        const struct vtb_break_even *own = &all.items[i];
        if (strcmp(own->parameter->word, parameter) != 0 || !is_named(case_of(own), strategy) ||
            own->metric != metric || own->min_gain_percent != percent || !holds(own))
            continue;
        entry = own;
        n++;
    }
    if (n != 1 || !entry)
        fail_msg("%zu entries of %s along %s", n, strategy, parameter);
    else
        found = entry->crossings;
    return &found;
}

#define RATIO VTB_BREAK_EVEN_RATIO
#define BYTES VTB_BREAK_EVEN_BYTES

/* One curve for each window and consumer along the rate, one for each rate along the window. */
static void two_parameters(void **state)
{
    (void)state;
    plan = PLANNED("--hit-rate=1,0,0.5", "--in-flight=1,64", "--heap=glibc",
                   "--strategy=value_task,poll", "--consumer=both");
    make(ratio_by_rate, bytes_by_rate);
    assert_int_equal(count_entries("hit_rate", NULL), 2 * (2 * 3 + 2 * 2));
    assert_int_equal(count_entries("in_flight", NULL), 3 * (2 * 3 + 2 * 2));
    assert_int_equal(all.n, 20 + 30);
    (void)entry_of("hit_rate", "value_task", RATIO, 0, in_window_of_1);
    check_decided(VTB_CURVE_CROSSES, 1);
    check_line(0, 1, 1.1, 0.4, 3);
    (void)entry_of("hit_rate", "value_task", RATIO, 5, in_window_of_1);
    check_line(0, 0.95, 1.1, 0.4, 3);
    (void)entry_of("hit_rate", "value_task", RATIO, 0, in_window_of_64);
    check_line(0, 1, 1.1, 0.2, 3);
    (void)entry_of("hit_rate", "value_task", BYTES, 0, in_window_of_64);
    check_crossing(0, 0.1, 0.1, 0.1, true); /* 112 (1 - h) = 72 h + 104 (1 - h) */
    (void)entry_of("hit_rate", "poll", RATIO, 0, in_window_of_64);
    check_line(0, 1, 0.9, -0.2, 3);
    assert_int_equal(entry_of("hit_rate", "poll", BYTES, 0, in_window_of_1)->verdict,
                     VTB_CURVE_BELOW);
    free_all();
}

/* Rows of a strategy, rows of a table and tables follow one another. */
static void entries_are_in_order(void **state)
{
    (void)state;
    plan =
        PLANNED("--hit-rate=0,1", "--heap=glibc", "--strategy=value_task,poll", "--consumer=both");
    min_gains = (struct vtb_numbers){.values = {2, 10}, .n = 2};
    make(ratio_by_rate, bytes_by_rate);
    static const double percents[] = {0, 2, 10, 0, 0, 2, 10, 0, 0, 2, 10, 0, 2, 10};
    assert_int_equal(all.n, 14);
    for (size_t i = 0; i < all.n; i++) {
        const struct vtb_break_even *entry = &all.items[i];
        assert_same_double(entry->min_gain_percent, percents[i]);
        assert_int_equal(entry->first->consumer, i < 8 ? 0 : 1);
        assert_int_equal(entry->metric, i == 3 || i == 7 ? BYTES : RATIO);
        assert_string_equal(case_of(entry)->timing->name,
                            i < 4 || (i >= 8 && i < 11) ? "value_task" : "poll");
    }
    free_all();
}

/* Baseline, floor and empty loop have no break-even; nor has a run without ranges. */
static void what_has_none(void **state)
{
    (void)state;
    plan = PLANNED("--hit-rate=0,1", "--heap=glibc", "--strategy=value_task", "--method=both",
                   "--consumer=independent");
    make(ratio_by_rate, bytes_by_rate);
    assert_int_equal(all.n, 2 * 3);
    assert_int_equal(count_entries("hit_rate", "value_task"), 2 * 3);
    free_all();
    plan = PLANNED("--hit-rate=0.5", "--heap=glibc");
    make(ratio_by_rate, bytes_by_rate);
    assert_int_equal(all.n, 0);
    free_all();
}

static bool is_cold(const struct vtb_break_even *entry)
{
    return entry->first->point->cold;
}

static double ratio_by_calls(const struct vtb_point *point, const struct vtb_case *the_case)
{
    const double calls = (double)point->calls_n;
    return is_named(the_case, "value_task") ? 1 + 0.1 * (log10(calls) - 3) : 1;
}

/* No line is drawn from a cold start to a steady state. */
static void cold_starts_are_apart(void **state)
{
    (void)state;
    plan = PLANNED("--calls=100,10000,1e6,1e8,1e9", "--heap=glibc", "--strategy=value_task",
                   "--consumer=independent");
    make(ratio_by_calls, bytes_by_rate);
    assert_int_equal(count_entries("calls", NULL), 2 * 3);
    for (size_t i = 0; i < all.n; i++) {
        const struct vtb_crossings *own = &all.items[i].crossings;
        assert_true(own->log_axis);
        assert_near(own->x_max, is_cold(&all.items[i]) ? 10000 : 1e9, 0);
    }
    (void)entry_of("calls", "value_task", RATIO, 0, is_cold);
    assert_near(found.items[0].at, 1000, 1e-9);
    free_all();
}

static double ratio_by_threads(const struct vtb_point *point, const struct vtb_case *the_case)
{
    (void)point;
    return is_named(the_case, "value_task") ? 1.5 - 0.2 * (double)the_case->threads_n : 1;
}

/* Tables of one comparison are the points: 1.3 at one caller, 1.1 at two, 0.7 at four. */
static void along_threads(void **state)
{
    (void)state;
    plan =
        PLANNED("--threads=2,4", "--heap=glibc", "--strategy=value_task", "--consumer=independent");
    make(ratio_by_threads, bytes_by_rate);
    assert_int_equal(all.n, 3);
    (void)entry_of("threads", "value_task", RATIO, 0, any);
    check_decided(VTB_CURVE_CROSSES, 1);
    check_line(0, 1, 1.5, 0.2, 3);
    assert_same_double(found.x_min, 1);
    assert_same_double(found.x_max, 4);
    free_all();
}

static double ratio_by_payload(const struct vtb_point *point, const struct vtb_case *the_case)
{
    const double bytes = (double)point->workload->workload->payload_bytes;
    return is_named(the_case, "value_task") ? 0.8 + 0.1 * (log2(bytes) - 3) : 1;
}

/* Workloads are the points: 0.8 at 8 bytes, 1.1 at 64, 1.3 at 256. */
static void along_payloads(void **state)
{
    (void)state;
    plan = PLANNED("--payload=64,8,256", "--heap=glibc", "--strategy=value_task",
                   "--consumer=independent");
    make(ratio_by_payload, bytes_by_rate);
    assert_int_equal(all.n, 3);
    (void)entry_of("payload", "value_task", RATIO, 0, any);
    assert_true(found.log_axis);
    assert_near(found.items[0].at, 32, 1e-9);
    assert_false(found.items[0].falls);
    free_all();
    plan = PLANNED("--workload=payload_8,user_cache", "--keys=4000", "--heap=glibc",
                   "--strategy=value_task");
    make(ratio_by_payload, bytes_by_rate);
    assert_int_equal(all.n, 0);
    free_all();
}

static bool on_a_heap_that_frees(const struct vtb_break_even *entry)
{
    return !vtb_heap_collects(case_of(entry)->heap->heap);
}

/* A budget is none of a heap that has none: it has one curve along the rate, and none along it. */
static void budgets(void **state)
{
    (void)state;
    plan = PLANNED("--hit-rate=0,1", "--gen0-budget=256K,1M", "--heap=glibc,gengc",
                   "--strategy=value_task", "--consumer=independent");
    make(ratio_by_rate, bytes_by_rate);
    assert_int_equal(count_entries("gen0_budget", NULL), 2 * 3);
    assert_int_equal(count_entries("hit_rate", NULL), (1 + 2) * 3);
    (void)entry_of("hit_rate", "value_task", RATIO, 0, on_a_heap_that_frees);
    check_line(0, 1, 1.1, 0.2, 2);
    free_all();
}

/* Gives the cases on a heap that collects one of a test's own. */
static void replace_heap(const struct vtb_heap_entry *heap)
{
    for (size_t i = 0; i < plan.points_n; i++) {
        struct vtb_point *point = &plan.points[i];
        for (size_t c = 0; c < point->cases_n; c++) {
            if (vtb_heap_collects(point->cases[c].heap->heap))
                point->cases[c].heap = heap;
        }
    }
}

/* A heap that collects without a budget has none either. */
static void collectors_without_a_budget(void **state)
{
    (void)state;
    plan = PLANNED("--gen0-budget=256K,1M", "--heap=gengc", "--strategy=value_task",
                   "--consumer=independent");
    struct vtb_heap heap = *vtb_find_heap("gengc")->heap;
    struct vtb_collector collector = *heap.collector;
    const struct vtb_heap_entry entry = {"other", &heap};
    collector.has_budget = false;
    heap.collector = &collector;
    replace_heap(&entry);
    make(ratio_by_rate, bytes_by_rate);
    assert_int_equal(all.n, 0);
    free_all();
}

static void heaps_are_apart(void **state)
{
    (void)state;
    const struct vtb_heap_entry entry = {"other", vtb_find_heap("glibc")->heap};
    plan = PLANNED("--hit-rate=0,1", "--heap=glibc,gengc", "--strategy=value_task",
                   "--consumer=independent");
    replace_heap(&entry);
    make(ratio_by_rate, bytes_by_rate);
    assert_int_equal(all.n, 2 * 3);
    free_all();
}

/* Rates by default differ between workloads, and no line goes from one to another; nor is one made
 * of two points at the same place. */
static void workloads_are_apart(void **state)
{
    (void)state;
    plan = PLANNED("--workload=user_cache,product_catalog", "--hit-rate=0,1", "--keys=1000",
                   "--heap=glibc", "--strategy=value_task", "--consumer=independent");
    make(ratio_by_rate, bytes_by_rate);
    assert_int_equal(all.n, 2 * 3);
    free_all();
    plan = PLANNED("--workload=user_cache,product_catalog", "--gen0-budget=256K,1M",
                   "--heap=glibc,gengc", "--strategy=value_task", "--consumer=independent");
    make(ratio_by_rate, bytes_by_rate);
    assert_int_equal(count_entries("gen0_budget", NULL), 2 * 3);
    assert_int_equal(all.n, 2 * 3);
    free_all();
}

/* A share is never shown by its logarithm, whatever the ratio of its ends. */
static void shares_are_linear(void **state)
{
    (void)state;
    plan = PLANNED("--hit-rate=0.01,0.81", "--failure-rate=0.01,0.81", "--heap=glibc",
                   "--strategy=value_task", "--consumer=independent");
    make(ratio_by_rate, bytes_by_rate);
    assert_int_equal(all.n, 4 * 3);
    for (size_t i = 0; i < all.n; i++)
        assert_false(all.items[i].crossings.log_axis);
    free_all();
}

static void real_caches(void **state)
{
    (void)state;
    plan = PLANNED("--cache=lru:100,1000", "--keys=2000", "--heap=glibc", "--strategy=value_task",
                   "--consumer=independent");
    make(ratio_by_rate, bytes_by_rate);
    assert_int_equal(count_entries("cache", NULL), 3);
    assert_int_equal(all.n, 3);
    free_all();
    plan = PLANNED("--ttl=1,5", "--heap=glibc", "--strategy=value_task", "--consumer=independent");
    make(ratio_by_rate, bytes_by_rate);
    assert_int_equal(count_entries("ttl", NULL), 3);
    assert_int_equal(all.n, 3);
    free_all();
}

/* Each remaining list makes curves of its own name. */
static void all_other_parameters(void **state)
{
    (void)state;
    static char options[][40] = {"--keys=10,20",         "--depth=1,4",        "--pollute=0,4K",
                                 "--failure-rate=0,0.5", "--request-ops=1,64", "--in-flight=1,2"};
    static const char *const words[] = {"keys",         "depth",       "pollute",
                                        "failure_rate", "request_ops", "in_flight"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        plan =
            PLANNED(options[i], "--heap=glibc", "--strategy=value_task", "--consumer=independent");
        make(ratio_by_rate, bytes_by_rate);
        assert_int_equal(all.n, 3);
        assert_int_equal(count_entries(words[i], "value_task"), 3);
        free_all();
    }
}

static char *text_of(enum vtb_format format)
{
    char *text = NULL;
    size_t text_n = 0;
    FILE *out = open_memstream(&text, &text_n);
    assert_non_null(out);
    vtb_report_break_evens(out, &all, format);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* --- intervals of a curve --- */

/* Sessions whose variance, of their logarithms, is `square`. */
static struct vtb_pooled pooled_apart(double log_ratio, double square)
{
    const double signs[] = {1, -1, 1, -1, 0};
    struct vtb_session_value values[VTB_SESSIONS_MIN];
    for (size_t i = 0; i < VTB_SESSIONS_MIN; i++)
        values[i] = (struct vtb_session_value){log_ratio + sqrt(square) * signs[i], 0};
    return vtb_pool(values, VTB_SESSIONS_MIN);
}

static struct vtb_pooled *log_ratio_of(size_t i, const char *strategy)
{
    for (size_t c = 0; c < comparisons[i].point->cases_n; c++) {
        if (is_named(&comparisons[i].point->cases[c], strategy))
            return &comparisons[i].figures[c].log_ratio;
    }
    fail_msg("no %s", strategy);
    return NULL;
}

/* Makes the break-evens again, of other figures. */
static void make_again(void)
{
    struct vtb_error error;
    vtb_break_evens_free(&all);
    assert_true(vtb_break_evens_make(&all, comparisons, comparisons_n, &min_gains, &error));
}

/* Where a line is 1 that begins e^`first` times above 1.2, and ends e^`second` times above 0.8. */
static double crossing_at(double first, double second)
{
    return (1.2 * exp(first) - 1) / (1.2 * exp(first) - 0.8 * exp(second));
}

/* Points with S^2 = 0.002 and 0: each has their mean, 0.001, as eight sessions more, and twelve
 * degrees of freedom; and what collections add at the first is in it beside. */
static void points_borrow_from_each_other(void **state)
{
    (void)state;
    static const double squares[] = {(4 * 0.002 + 8 * 0.001) / 12, 8 * 0.001 / 12};
    static const double added[] = {0.0003, 0};
    double reaches[2];
    plan = PLANNED("--hit-rate=0,1", "--heap=glibc", "--strategy=value_task",
                   "--consumer=independent");
    make(ratio_by_rate, bytes_by_rate);
    *log_ratio_of(0, "value_task") = pooled_apart(log(1.2), 0.002);
    *log_ratio_of(1, "value_task") = pooled_apart(log(0.8), 0);
    vtb_pooled_add(log_ratio_of(0, "value_task"), added[0]);
    make_again();
    for (size_t i = 0; i < 2; i++) {
        const double of_sessions = squares[i] * (0.2 + VTB_POOLED_RHO);
        const double variance = of_sessions + VTB_POOLED_PHI * VTB_POOLED_PHI + added[i];
        const double freedom = 12 * pow(variance / of_sessions, 2);
        reaches[i] = vtb_t_quantile(1 - 0.005 / 2, freedom) * sqrt(variance);
    }
    (void)entry_of("hit_rate", "value_task", RATIO, 0, any);
    check_decided(VTB_CURVE_CROSSES, 1);
    assert_near(found.items[0].at, 0.5, 1e-9);
    assert_near(found.items[0].lo, crossing_at(-reaches[0], -reaches[1]), 1e-7);
    assert_near(found.items[0].hi, crossing_at(reaches[0], reaches[1]), 1e-7);
    free_all();
}

/* A point that has too few sessions is not on the curve. */
static void points_without_an_interval_are_left_out(void **state)
{
    (void)state;
    plan = PLANNED("--hit-rate=0,0.5,1", "--heap=glibc", "--strategy=value_task",
                   "--consumer=independent");
    make(ratio_by_rate, bytes_by_rate);
    struct vtb_session_value few[VTB_SESSIONS_MIN - 1] = {{0, 0}};
    *log_ratio_of(2, "value_task") = vtb_pool(few, VTB_SESSIONS_MIN - 1);
    make_again();
    (void)entry_of("hit_rate", "value_task", RATIO, 0, any);
    assert_same_double(found.x_max, 0.5);
    free_all();
}

#define SEEDS_N 1000

/* Five sessions of a pair that is as fast: they differ by 5 %, and a twentieth of the variance is
 * common to all. */
static struct vtb_pooled pooled_equal(struct vtb_random *random)
{
    struct vtb_session_value values[VTB_SESSIONS_MIN];
    const double of_run = sqrt(VTB_POOLED_RHO) * 0.05 * synthetic_gauss(random);
    for (size_t i = 0; i < VTB_SESSIONS_MIN; i++)
        values[i] = (struct vtb_session_value){
            of_run + 0.05 * synthetic_gauss(random) + 0.01 * synthetic_gauss(random), 0.0001};
    return vtb_pool(values, VTB_SESSIONS_MIN);
}

/* A curve that is the baseline itself crosses nothing, and lies on neither side, in all but 1 % of
 * runs: the intervals of its eleven points hold together. */
static void equal_curves_do_not_cross(void **state)
{
    (void)state;
    struct vtb_random random = vtb_random_stream(20260103, 1);
    size_t crossing_n = 0;
    size_t decided_n = 0;
    plan = PLANNED("--hit-rate=0:1:0.1", "--heap=glibc", "--strategy=value_task",
                   "--consumer=independent");
    make(ratio_by_rate, bytes_by_rate);
    assert_int_equal(comparisons_n, 11);
    for (size_t seed = 0; seed < SEEDS_N; seed++) {
        for (size_t i = 0; i < comparisons_n; i++)
            *log_ratio_of(i, "value_task") = pooled_equal(&random);
        make_again();
        const enum vtb_curve_verdict verdict =
            entry_of("hit_rate", "value_task", RATIO, 0, any)->verdict;
        crossing_n += verdict == VTB_CURVE_CROSSES;
        decided_n += verdict != VTB_CURVE_UNDECIDED;
    }
    assert_in_range(crossing_n, 0, SEEDS_N / 100);
    assert_in_range(decided_n, 0, SEEDS_N / 100);
    free_all();
}

/* At a rate between them both take as many bytes, and so it is not fewer all along. */
static double bytes_that_touch(const struct vtb_point *point, const struct vtb_case *the_case)
{
    return is_named(the_case, "value_task") ? 100 - 50 * fabs(point->hits.rate - 0.5) : 100;
}

static void bytes_that_are_equal_inside(void **state)
{
    (void)state;
    plan = PLANNED("--hit-rate=0,0.5,1", "--heap=glibc", "--strategy=value_task", "--rounds=0");
    make(NULL, bytes_that_touch);
    assert_int_equal(entry_of("hit_rate", "value_task", BYTES, 0, any)->verdict, VTB_CURVE_BELOW);
    assert_true(vtb_crossings_partial(&found));
    char *text = text_of(VTB_FORMAT_TABLE);
    assert_contains(text, "\nvalue_task  all along where not equal\n");
    free(text);
    free_all();
}

static void counts_alone(void **state)
{
    (void)state;
    plan = PLANNED("--hit-rate=0,1", "--heap=glibc", "--strategy=value_task", "--rounds=0");
    make(NULL, bytes_by_rate);
    assert_int_equal(all.n, 1);
    (void)entry_of("hit_rate", "value_task", BYTES, 0, any);
    check_crossing(0, 0.1, 0.1, 0.1, true);
    free_all();
}

/* --- reports --- */

static void check_lines(const char *text)
{
    while (*text) {
        const size_t n = strcspn(text, "\n");
        if (n > LINE_WIDTH)
            fail_msg("%zu characters: %.*s", n, (int)n, text);
        assert_true(n == 0 || text[n - 1] != ' ');
        assert_true(text[n] == '\n');
        text += n + 1;
    }
}

static void text_says_directions(void **state)
{
    (void)state;
    plan = PLANNED("--hit-rate=0:1:0.25", "--in-flight=64", "--heap=glibc",
                   "--strategy=value_task,poll,callback,caller_op", "--consumer=independent");
    make(ratio_by_rate, bytes_by_rate);
    char *text = text_of(VTB_FORMAT_TABLE);
    check_lines(text);
    assert_contains(text,
                    "Break-even against heap_task along hit_rate (0 to 1), user_cache, direct "
                    "method, independent\nlookups, heap glibc:\n\n");
    assert_contains(text,
                    "\nstrategy    faster                    at least 5 % faster        fewer "
                    "bytes\n"
                    "value_task  from 0.5 [0.343, 0.652]   from 0.75 [0.601, 0.895]   from 0.1\n"
                    "poll        up to 0.5 [0.348, 0.657]  up to 0.25 [0.105, 0.399]  all along\n");
    assert_contains(text, "\ncallback    all along  ");
    assert_contains(text, "  all along where not equal\n");
    assert_contains(text, "  equal at 0\n");
    assert_contains(text,
                    "\ncaller_op   not known                 never                      equal\n");
    assert_contains(text,
                    "\nTime against heap_task: value_task and poll change sides; callback is "
                    "faster all along; caller_op\ncannot be told.\n");
    assert_contains(text,
                    "\nBytes against heap_task: value_task changes sides; poll takes fewer "
                    "all along; callback takes as\nmany or fewer; caller_op takes as many.\n");
    free(text);
    free_all();
}

/* The text of the only entry's cell, in Markdown, for these crossings. */
static char *cell_of(const struct vtb_crossings *crossings)
{
    const char *row = "| value_task | ";
    all.items[0].crossings = *crossings;
    char *text = text_of(VTB_FORMAT_MARKDOWN);
    char *cell = strstr(text, row);
    assert_non_null(cell);
    cell += strlen(row);
    *strstr(cell, " |") = '\0';
    memmove(text, cell, strlen(cell) + 1);
    return text;
}

static void check_cell(const struct vtb_crossings *crossings, const char *expected)
{
    char *text = cell_of(crossings);
    assert_string_equal(text, expected);
    free(text);
}

/* The cells of a report say everything that a curve can say. */
static void cells(void **state)
{
    (void)state;
    plan = PLANNED("--hit-rate=0,1", "--heap=glibc", "--strategy=value_task",
                   "--consumer=independent");
    make(ratio_by_rate, bytes_by_rate);
    struct vtb_crossings what = {
        .verdict = VTB_CURVE_CROSSES,
        .items = {{0.5, 0.4, 0.6, true, false}, {0.75, 0.7, 0.8, false, false}},
        .n = 2,
        .undecided_to = NAN,
        .undecided_from = NAN,
        .x_max = 1};
    check_cell(&what, "from 0.5 [0.4, 0.6], to 0.75 [0.7, 0.8]");
    what.undecided_to = 0.1234567;
    what.undecided_from = 1;
    what.left_out_n = 2;
    what.has_gap = true;
    check_cell(&what,
               "from 0.5 [0.4, 0.6], to 0.75 [0.7, 0.8], and 2 more times, not known in between, "
               "not known up to 0.123, not known at 1");
    what = (struct vtb_crossings){
        .verdict = VTB_CURVE_CROSSES,
        .items = {{0.5, 0.4, 0.6, false, false}, {0.75, 0.7, 0.8, true, true}},
        .n = 2,
        .undecided_to = NAN,
        .undecided_from = 0.9,
        .x_max = 1};
    check_cell(&what, "up to 0.5 [0.4, 0.6], from ~0.75 [0.7, 0.8], not known from 0.9");
    what.verdict = VTB_CURVE_BELOW;
    what.n = 0;
    check_cell(&what, "all along where known, not known from 0.9");
    what.verdict = VTB_CURVE_ABOVE;
    check_cell(&what, "never where known, not known from 0.9");
    what.undecided_from = NAN;
    check_cell(&what, "never");
    what.has_gap = true;
    check_cell(&what, "never where known");
    what.verdict = VTB_CURVE_UNDECIDED;
    check_cell(&what, "not known");
    free_all();
}

static void check_number(double at, double x_min, double x_max, bool log_axis, const char *expected)
{
    const struct vtb_crossings what = {.verdict = VTB_CURVE_CROSSES,
                                       .items = {{at, at, at, true, false}},
                                       .n = 1,
                                       .undecided_to = NAN,
                                       .undecided_from = NAN,
                                       .log_axis = log_axis,
                                       .x_min = x_min,
                                       .x_max = x_max};
    check_cell(&what, expected);
}

/* Numbers have as many digits as tell a thousandth of the range, or three of a logarithm. */
static void numbers_fit_the_range(void **state)
{
    (void)state;
    plan = PLANNED("--in-flight=1,64", "--heap=glibc", "--strategy=value_task",
                   "--consumer=independent");
    make(ratio_by_rate, bytes_by_rate);
    check_number(0.9995123, 0.999, 1, false, "from 0.999512");
    check_number(3.14159, 1, 8, false, "from 3.14");
    check_number(100052.34, 100000, 100100, false, "from 100.0523 k");
    check_number(600, 500, 5000, false, "from 0.6 k");
    check_number(40, 1, 64, true, "from 40");
    check_number(123456, 1, 1e6, true, "from 123 k");
    check_number(999.7, 1, 1e6, true, "from 1,000");
    const struct vtb_crossings what = {
        .verdict = VTB_CURVE_CROSSES,
        .items = {{900e3, 12, 1.2e6, true, false}, {2e6, 1.5e6, 3e6, false, false}},
        .n = 2,
        .undecided_to = NAN,
        .undecided_from = NAN,
        .log_axis = true,
        .x_min = 1,
        .x_max = 1e7};
    check_cell(&what, "from 900 k [12, 1.2 M], to 2 [1.5, 3] M");
    check_number(2.5e6, 1, 1e7, true, "from 2.5 M");
    free_all();
}

static void numbers_of_bytes_fit_the_range(void **state)
{
    (void)state;
    plan = PLANNED("--payload=8,64", "--heap=glibc", "--strategy=value_task",
                   "--consumer=independent");
    make(ratio_by_rate, bytes_by_rate);
    check_number(1536, 8, 4096, true, "from 1.5 KiB");
    check_number(48, 8, 64, false, "from 48 B");
    free_all();
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)); text++)
        n++;
    return n;
}

/* Columns that do not fit beside one another stand below, with nothing lost or repeated. */
static void many_columns_keep_the_width(void **state)
{
    (void)state;
    plan = PLANNED("--hit-rate=0:1:0.05", "--heap=glibc", "--strategy=all", "--method=both",
                   "--consumer=both");
    min_gains = (struct vtb_numbers){.values = {1, 2, 5, 10, 20, 33.3333}, .n = 6};
    make(ratio_by_rate, bytes_by_rate);
    char *text = text_of(VTB_FORMAT_TABLE);
    check_lines(text);
    assert_int_equal(count(text, "Break-even against "), 4);
    for (size_t i = 0; i < min_gains.n; i++) {
        char title[40];
        snprintf(title, sizeof title, "at least %.6g %% faster", min_gains.values[i]);
        assert_int_equal(count(text, title), 4 + (i == 0)); /* once more where it is explained */
    }
    assert_int_equal(count(text, "  fewer bytes\n"), 2);
    assert_int_equal(count(text, "\nTime against "), 4);
    assert_int_equal(count(text, "\nBytes against "), 2);
    assert_true(count(text, "\nvalue_task  ") >= 8);
    free(text);
    free_all();
}

static void titles_tell_what_else_varies(void **state)
{
    (void)state;
    plan = PLANNED("--hit-rate=0,1", "--in-flight=1,64", "--calls=1000", "--heap=glibc",
                   "--strategy=value_task", "--consumer=dependent");
    make(ratio_by_rate, bytes_by_rate);
    char *text = text_of(VTB_FORMAT_MARKDOWN);
    assert_contains(text,
                    "### Break-even against heap_task along hit_rate (0 to 1), user_cache, "
                    "direct method, dependent lookups, heap glibc, in_flight 1, cold "
                    "starts\n\n| strategy | faster | at least 5 % faster | fewer bytes "
                    "|\n|---|---|---|---|\n| value_task | from ~0.25 [0.179, 0.319] | ");
    assert_contains(text,
                    " along in_flight (1 to 64, by its logarithm), user_cache, direct method, "
                    "dependent lookups, heap glibc, hit_rate 0, cold starts\n");
    assert_contains(text,
                    "Faster is a ratio of times below 1, at least 5 % faster one below 0.95.");
    free(text);
    free_all();
}

static void text_of_counts(void **state)
{
    (void)state;
    plan = PLANNED("--hit-rate=0,1", "--heap=glibc", "--strategy=value_task", "--rounds=0");
    make(NULL, bytes_by_rate);
    char *text = text_of(VTB_FORMAT_TABLE);
    assert_contains(text,
                    "direct method, heap glibc:\n\nstrategy    fewer bytes\n"
                    "value_task  from 0.1\n\nBytes against heap_task: value_task changes "
                    "sides.\n");
    assert_null(strstr(text, "aster"));
    free(text);
    free_all();
    plan = PLANNED("--rounds=0", "--heap=glibc");
    make(NULL, bytes_by_rate);
    text = text_of(VTB_FORMAT_TABLE);
    assert_string_equal(text, "");
    free(text);
    free_all();
}

static const char *string_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static double number_of(const json_t *object, const char *key)
{
    assert_true(json_is_number(json_object_get(object, key)));
    return json_number_value(json_object_get(object, key));
}

static void json_of_times(void **state)
{
    (void)state;
    plan = PLANNED("--hit-rate=0,1", "--heap=glibc", "--strategy=value_task",
                   "--consumer=dependent", "--depth=2,3", "--failure-rate=10%");
    make(ratio_by_rate, bytes_by_rate);
    json_t *list = vtb_break_evens_json(&all);
    assert_int_equal(json_array_size(list), all.n);
    const json_t *first = json_array_get(list, 1);
    assert_string_equal(string_of(first, "workload"), "user_cache");
    assert_string_equal(string_of(first, "heap"), "glibc");
    assert_string_equal(string_of(first, "method"), "direct");
    assert_string_equal(string_of(first, "consumer"), "dependent");
    assert_string_equal(string_of(first, "strategy"), "value_task");
    assert_string_equal(string_of(first, "baseline"), "heap_task");
    assert_string_equal(string_of(first, "parameter"), "hit_rate");
    assert_string_equal(string_of(first, "where"),
                        "calls:1000000/in_flight:64/completion:fifo/keys:100000/"
                        "distribution:uniform/depth:2/failure_rate:0.1");
    assert_string_equal(string_of(first, "metric"), "ratio");
    assert_string_equal(string_of(first, "verdict"), "crosses");
    assert_string_equal(string_of(first, "axis"), "linear");
    assert_same_double(number_of(first, "threads"), 1);
    assert_same_double(number_of(first, "min_gain_percent"), 5);
    assert_same_double(number_of(first, "from"), 0);
    assert_same_double(number_of(first, "to"), 1);
    assert_null(json_object_get(first, "undecided_to"));
    const json_t *crossings = json_object_get(first, "crossings");
    assert_int_equal(json_array_size(crossings), 1);
    const json_t *crossing = json_array_get(crossings, 0);
    assert_near(number_of(crossing, "at"), 0.75, 1e-9);
    assert_near(number_of(crossing, "lo"), (1.1 - 0.95 * exp(reach(2))) / 0.2, 1e-7);
    assert_near(number_of(crossing, "hi"), (1.1 - 0.95 / exp(reach(2))) / 0.2, 1e-7);
    assert_true(json_is_true(json_object_get(crossing, "within_step")));
    assert_string_equal(string_of(crossing, "direction"), "falls");
    json_decref(list);
    free_all();
}

/* A curve that cannot be told from its level has neither ends nor crossings; one that can in part
 * has ends. */
static void json_of_the_undecided(void **state)
{
    (void)state;
    plan = PLANNED("--hit-rate=0,1", "--heap=glibc", "--strategy=callback,caller_op",
                   "--consumer=independent");
    make(ratio_by_rate, bytes_by_rate);
    json_t *list = vtb_break_evens_json(&all);
    const json_t *touching = json_array_get(list, 2);
    assert_string_equal(string_of(touching, "metric"), "bytes_per_op");
    assert_string_equal(string_of(touching, "verdict"), "below");
    assert_same_double(number_of(touching, "undecided_to"), 0);
    assert_null(json_object_get(touching, "undecided_from"));
    assert_true(json_is_false(json_object_get(touching, "has_gap")));
    const json_t *undecided = json_array_get(list, 3);
    assert_string_equal(string_of(undecided, "strategy"), "caller_op");
    assert_string_equal(string_of(undecided, "verdict"), "undecided");
    assert_int_equal(json_array_size(json_object_get(undecided, "crossings")), 0);
    assert_null(json_object_get(undecided, "undecided_to"));
    assert_null(json_object_get(undecided, "has_gap"));
    assert_string_equal(string_of(json_array_get(list, 4), "verdict"), "above");
    json_decref(list);
    free_all();
}

static void json_of_bytes(void **state)
{
    (void)state;
    plan = PLANNED("--payload=8,64", "--heap=glibc", "--strategy=value_task,callback,poll",
                   "--threads=2", "--consumer=both");
    make(ratio_by_payload, bytes_by_rate);
    json_t *list = vtb_break_evens_json(&all);
    size_t bytes_n = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        const bool bytes = strcmp(string_of(entry, "metric"), "bytes_per_op") == 0;
        const bool payload = strcmp(string_of(entry, "parameter"), "payload") == 0;
        bytes_n += bytes;
        assert_true((json_object_get(entry, "consumer") == NULL) == bytes);
        assert_true((json_object_get(entry, "workload") == NULL) == payload);
        assert_true((json_object_get(entry, "threads") != NULL) == payload);
        assert_null(strstr(string_of(entry, "where"), "threads"));
        assert_null(strstr(string_of(entry, "where"), "payload"));
    }
    assert_int_equal(bytes_n, 3 * (2 + 2));
    assert_int_equal(json_array_size(list), bytes_n * 5);
    json_decref(list);
    free_all();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_crossing),
        cmocka_unit_test(an_interval_over_several_points),
        cmocka_unit_test(a_logarithmic_axis),
        cmocka_unit_test(crossings_at_points),
        cmocka_unit_test(the_middle_of_several_crossings_of_the_median),
        cmocka_unit_test(a_flat_crossing),
        cmocka_unit_test(one_side_all_along),
        cmocka_unit_test(coming_back_is_no_crossing),
        cmocka_unit_test(touching_inside),
        cmocka_unit_test(crossings_within_a_step),
        cmocka_unit_test(undecided_ends),
        cmocka_unit_test(touching_ends),
        cmocka_unit_test(several_crossings),
        cmocka_unit_test(all_undecided),
        cmocka_unit_test(points_are_put_in_order),
        cmocka_unit_test(random_curves),
        cmocka_unit_test(two_parameters),
        cmocka_unit_test(entries_are_in_order),
        cmocka_unit_test(what_has_none),
        cmocka_unit_test(cold_starts_are_apart),
        cmocka_unit_test(along_threads),
        cmocka_unit_test(along_payloads),
        cmocka_unit_test(budgets),
        cmocka_unit_test(collectors_without_a_budget),
        cmocka_unit_test(heaps_are_apart),
        cmocka_unit_test(workloads_are_apart),
        cmocka_unit_test(shares_are_linear),
        cmocka_unit_test(real_caches),
        cmocka_unit_test(all_other_parameters),
        cmocka_unit_test(points_borrow_from_each_other),
        cmocka_unit_test(points_without_an_interval_are_left_out),
        cmocka_unit_test(equal_curves_do_not_cross),
        cmocka_unit_test(bytes_that_are_equal_inside),
        cmocka_unit_test(counts_alone),
        cmocka_unit_test(text_says_directions),
        cmocka_unit_test(cells),
        cmocka_unit_test(numbers_fit_the_range),
        cmocka_unit_test(numbers_of_bytes_fit_the_range),
        cmocka_unit_test(many_columns_keep_the_width),
        cmocka_unit_test(titles_tell_what_else_varies),
        cmocka_unit_test(text_of_counts),
        cmocka_unit_test(json_of_times),
        cmocka_unit_test(json_of_the_undecided),
        cmocka_unit_test(json_of_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
