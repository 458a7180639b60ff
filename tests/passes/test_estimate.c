/* How long a plan takes, where its cells are there and where they are not. */
#include "own_home.h"

#include "cells/load.h"
#include "passes/estimate.h"
#include "plan/prepare.h"
#include "run/run.h"

static struct vtb_options options;
static struct vtb_plan plan;
static struct vtb_estimate estimate;
static struct vtb_error error;

/* The references alone, on a heap that frees: as few cells as there can be. */
static void make_plan(const char *hit_rates, const char *more)
{
    char *argv[] = {
        (char *)"run_bench",        (char *)(uintptr_t)hit_rates, (char *)"--heap=glibc",
        (char *)"--keys=100",       (char *)"--calls=1000000",    (char *)"--epoch-ms=0.05",
        (char *)"--strategy=plain", (char *)(uintptr_t)more,      NULL};
    if (!vtb_options_parse(&options, more ? 8 : 7, argv, &error) ||
        !vtb_plan_make(&plan, &options, &error))
        fail_msg("%s", error.message);
}

static void make_estimate(void)
{
    if (!vtb_estimate_make(&estimate, &plan, &error))
        fail_msg("%s", error.message);
}

static size_t cells_n(void)
{
    size_t n;
    free(vtb_plan_cells(&plan, &n));
    return n;
}

/* The total is that of its parts, whatever they are. */
static void check_total(void)
{
    const bool timed = vtb_plan_is_timed(&plan);
    double s = estimate.build_s + estimate.instructions_s;
    double timed_s = 0;
    for (size_t i = 0; i < plan.points_n; i++) {
        assert_true(estimate.count_s[i] > 0);
        assert_true(timed ? estimate.time_s[i] > 0 : true);
        timed_s += timed ? estimate.time_s[i] * (double)plan.consumers_n : 0;
        s += estimate.count_s[i];
    }
    s += timed_s;
    assert_near(estimate.session_s * (double)plan.sessions_n, timed_s, 1e-9 * s);
    assert_near(estimate.total_s, s, 1e-9 * s);
}

/* Nothing is built for it: what it would take is assumed, and building is part of it. */
static void cells_that_are_not_built(void **state)
{
    (void)state;
    const long processors_n = sysconf(_SC_NPROCESSORS_ONLN);
    make_plan("--hit-rate=0.5", NULL);
    make_estimate();
    const size_t n = cells_n();
    assert_int_equal(estimate.stale_n, n);
    assert_near(estimate.build_s, 0.3 * (double)n / (double)processors_n, 1e-9);
    check_total();
    const double total_s = estimate.total_s;
    vtb_estimate_free(&estimate);
    assert_null(estimate.count_s);
    make_estimate();
    assert_int_equal(estimate.stale_n, n); /* as nothing was built */
    assert_same_double(estimate.total_s, total_s);
}

/* Seconds of a plan that measures so many sessions, and is not built. */
static double assumed_s(const char *hit_rates, const char *sessions)
{
    make_plan(hit_rates, sessions);
    make_estimate();
    check_total();
    const double s = estimate.total_s - estimate.build_s;
    vtb_estimate_free(&estimate);
    vtb_plan_free(&plan);
    return s;
}

/* Each point takes as long as any other, but a session starts once for all of them. */
static void what_is_assumed_of_points(void **state)
{
    (void)state;
    const double one_s = assumed_s("--hit-rate=0.5", NULL);
    const double three_s = assumed_s("--hit-rate=0.5,0.8,0.9", NULL);
    const double five_s = assumed_s("--hit-rate=0.5,0.6,0.7,0.8,0.9", NULL);
    assert_near(five_s - three_s, three_s - one_s, 1e-6 * one_s);
    assert_true(three_s > 2 * one_s && three_s < 3 * one_s * (1 - 1e-6));
}

/* Each session takes as long as any other; counting is done once. */
static void what_is_assumed_of_sessions(void **state)
{
    (void)state;
    const double one_s = assumed_s("--hit-rate=0.5", "--sessions=1");
    const double two_s = assumed_s("--hit-rate=0.5", "--sessions=2");
    const double eleven_s = assumed_s("--hit-rate=0.5", "--sessions=11");
    assert_near(eleven_s - one_s, 10 * (two_s - one_s), 1e-6 * one_s);
    assert_true(two_s > one_s && two_s < 2 * one_s);
}

static void counts_alone(void **state)
{
    (void)state;
    make_plan("--hit-rate=0.5", "--rounds=0");
    make_estimate();
    check_total();
    assert_near(estimate.total_s, estimate.build_s + estimate.count_s[0], 1e-9);
}

/* Cells that are built are tried, and that is all the time it takes. */
static void cells_that_are_built(void **state)
{
    (void)state;
    make_plan("--hit-rate=0.5,0.8,0.9", "--rounds=8");
    if (!vtb_plan_prepare(&plan, &error))
        fail_msg("%s\n%s", error.message, error.details ? error.details : "");
    make_estimate();
    assert_int_equal(estimate.stale_n, 0);
    assert_same_double(estimate.build_s, 0);
    check_total();
}

static int free_all(void **state)
{
    (void)state;
    vtb_estimate_free(&estimate);
    vtb_plan_free(&plan);
    return 0;
}

#define TEST(name) cmocka_unit_test_teardown(name, free_all)

static int run(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cells_that_are_not_built),    TEST(what_is_assumed_of_points),
        TEST(what_is_assumed_of_sessions), TEST(counts_alone),
        TEST(cells_that_are_built),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    return own_main(argc, argv, run);
}
