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

/* The references alone, on a heap that frees: as few cells as there can be. More arguments are
 * separated by '|'. */
static void make_plan(const char *hit_rates, const char *more)
{
    static char words[200];
    char *argv[16] = {(char *)"run_bench",       (char *)(uintptr_t)hit_rates,
                      (char *)"--heap=glibc",    (char *)"--keys=100",
                      (char *)"--calls=1000000", (char *)"--epoch-ms=0.05",
                      (char *)"--strategy=plain"};
    int argc = 7;
    snprintf(words, sizeof words, "%s", more ? more : "");
    for (char *word = strtok(words, "|"); word; word = strtok(NULL, "|"))
        argv[argc++] = word;
    if (!vtb_options_parse(&options, argc, argv, &error) || !vtb_plan_make(&plan, &options, &error))
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

/* Counting takes a guest less than a second a case, however long it may warm itself. */
static void what_is_assumed_of_guests(void **state)
{
    (void)state;
    static const char counts[] = "--strategy=value_task|--rounds=0";
    static const char both[] = "--strategy=value_task|--rounds=0|--guest=dotnet";
    const double cells_s = assumed_s("--hit-rate=0.5", counts);
    make_plan("--hit-rate=0.5", both);
    const size_t n = plan.points->cases_n - vtb_cells_end(plan.points);
    vtb_plan_free(&plan);
    assert_int_equal(n, 3);
    const double both_s = assumed_s("--hit-rate=0.5", both);
    assert_true(both_s > cells_s && both_s < cells_s + (double)n);
}

/* Seconds that one more session takes, which sets up three cases. */
static double session_s(const char *format, double value)
{
    char one[200];
    char two[200];
    int n = snprintf(one, sizeof one, format, value);
    snprintf(one + n, sizeof one - (size_t)n, "|--sessions=1");
    n = snprintf(two, sizeof two, format, value);
    snprintf(two + n, sizeof two - (size_t)n, "|--sessions=2");
    return assumed_s("--hit-rate=0.5", two) - assumed_s("--hit-rate=0.5", one);
}

/* By 1 ns a byte in every case and session, in every count, and where it is put under pressure. */
static void what_is_assumed_of_a_live_heap(void **state)
{
    (void)state;
    static const char format[] = "--heap=gengc|--live-heap=%.0f";
    char words[64];
    double total_s[3];
    assert_near(session_s(format, 3e8) - session_s(format, 1e8), 3 * 2e8 * 1e-9, 1e-6);
    for (int i = 0; i < 3; i++) {
        snprintf(words, sizeof words, format, (i + 1) * 1e8);
        total_s[i] = assumed_s("--hit-rate=0.5", words);
    }
    assert_near(total_s[2] - total_s[1], total_s[1] - total_s[0], 1e-6);
    assert_true(total_s[1] - total_s[0] > (10 + 1) * 3 * 1e8 * 1e-9);
    /* A cold start opens its case, too. */
    const char cold[] = "--heap=gengc|--calls=10|--rounds=8|--live-heap=%.0f";
    assert_near(session_s(cold, 2e8) - session_s(cold, 1e8), 8 * 3 * 1e8 * 1e-9, 1e-6);
}

/* By 20 ns a place in every case; and each place is filled, by two operations of 50 ns and some. */
static void what_is_assumed_of_a_window(void **state)
{
    (void)state;
    static const char format[] = "--in-flight=%.0f";
    const double more_s = session_s(format, 2e6) - session_s(format, 1e6);
    assert_near(more_s, 3 * 1e6 * (20e-9 + 1.1 * 2 * 50e-9), 1e-3);
}

/* By a line of 64 bytes before each operation. */
static void what_is_assumed_of_pollution(void **state)
{
    (void)state;
    static const char format[] = "--rounds=8|--pollute=%.0f";
    const double one_s = session_s(format, 65536);
    const double two_s = session_s(format, 131072);
    const double four_s = session_s(format, 262144);
    assert_near(four_s - two_s, 2 * (two_s - one_s), 1e-3 * four_s);
    assert_true(two_s > 1.5 * one_s);
}

/* What lives in a heap is set up in a trial, and so are the places of a window. */
static void what_is_tried_is_set_up(void **state)
{
    (void)state;
    static const char *const heaps[] = {"--heap=gengc|--rounds=8|--live-heap=0",
                                        "--heap=gengc|--rounds=8|--live-heap=64M"};
    double s[2];
    for (int i = 0; i < 2; i++) {
        make_plan("--hit-rate=0.5", heaps[i]);
        if (!vtb_plan_prepare(&plan, &error))
            fail_msg("%s\n%s", error.message, error.details ? error.details : "");
        make_estimate();
        assert_int_equal(estimate.stale_n, 0);
        check_total();
        s[i] = estimate.session_s;
        vtb_estimate_free(&estimate);
        vtb_plan_free(&plan);
    }
    assert_true(s[1] > 2 * s[0]); /* many objects are more than none */
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
        TEST(cells_that_are_not_built),       TEST(what_is_assumed_of_points),
        TEST(what_is_assumed_of_guests),      TEST(what_is_assumed_of_sessions),
        TEST(what_is_assumed_of_a_live_heap), TEST(what_is_assumed_of_a_window),
        TEST(what_is_assumed_of_pollution),   TEST(counts_alone),
        TEST(cells_that_are_built), /* from here on what is built is tried */
        TEST(what_is_tried_is_set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    return own_main(argc, argv, run);
}
