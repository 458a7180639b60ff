/* What is said of a case of two builds, by the changes of one run, or of two. */
#include "made_plan.h"

#include <math.h>

#include "gate/builds.h"

#define MARGIN 0.02

/* A change by a ratio, known to about 1 %, and by the test clear or not. */
static void set(struct vtb_built_case *own, size_t run, double ratio, double p)
{
    own->change[run] =
        (struct vtb_pooled){.mean = log(ratio), .variance = 1e-5, .freedom = 100, .sessions_n = 10};
    own->p[run] = p;
}

static enum vtb_gate_verdict one(double ratio, double p)
{
    struct vtb_built_case own = {.comparison = 0};
    set(&own, 0, ratio, p);
    return vtb_built_verdict(&own, 1, MARGIN);
}

static enum vtb_gate_verdict two(double ratio, double p, double again, double again_p)
{
    struct vtb_built_case own = {.comparison = 0};
    set(&own, 0, ratio, p);
    set(&own, 1, again, again_p);
    return vtb_built_verdict(&own, VTB_GATE_RUNS, MARGIN);
}

static void what_is_slower_is_slower_twice(void **state)
{
    (void)state;
    assert_int_equal(two(1.06, 0.001, 1.05, 0.001), VTB_GATE_WORSE);
    assert_int_equal(two(1.06, 0.001, 1.05, 0.02), VTB_GATE_UNKNOWN);
    assert_int_equal(two(1.06, 0.001, 1.01, 0.001), VTB_GATE_UNKNOWN);
    assert_int_equal(one(1.06, 0.001), VTB_GATE_UNKNOWN); /* nobody looked again */
}

/* Beside a busy sibling a change is another one, and says nothing of that of a quiet machine. */
static void another_state_confirms_nothing(void **state)
{
    (void)state;
    struct vtb_built_case own = {.state = {VTB_STATE_QUIET, VTB_STATE_BUSY}};
    set(&own, 0, 1.06, 0.001);
    set(&own, 1, 1.06, 0.001);
    assert_int_equal(vtb_built_verdict(&own, VTB_GATE_RUNS, MARGIN), VTB_GATE_UNKNOWN);
    own.state[0] = VTB_STATE_BUSY;
    assert_int_equal(vtb_built_verdict(&own, VTB_GATE_RUNS, MARGIN), VTB_GATE_WORSE);
}

static void what_is_within_the_margin(void **state)
{
    (void)state;
    assert_int_equal(one(1.0, 0.9), VTB_GATE_WITHIN);
    assert_int_equal(one(1.019, 0.001), VTB_GATE_UNKNOWN); /* its interval reaches beyond */
    assert_int_equal(one(1.06, 0.02), VTB_GATE_UNKNOWN);
    assert_int_equal(one(0.99, 0.001), VTB_GATE_WITHIN);
}

static void what_is_faster(void **state)
{
    (void)state;
    assert_int_equal(one(0.9, 0.001), VTB_GATE_BETTER);
    assert_int_equal(one(0.9, 0.02), VTB_GATE_WITHIN);
    assert_int_equal(two(0.9, 0.001, 0.99, 0.5), VTB_GATE_WITHIN);
    assert_int_equal(two(0.9, 0.001, 0.9, 0.001), VTB_GATE_BETTER);
}

static void what_would_be_seen(void **state)
{
    (void)state;
    struct vtb_built_case own = {.comparison = 0};
    const struct vtb_builds builds = {.cases_n = 1, .margin = MARGIN};
    set(&own, 0, 1, 1);
    assert_true(vtb_built_would_be_seen(&builds, &own) >= MARGIN);
    const double reach = own.change[0].variance;
    assert_true(log1p(vtb_built_would_be_seen(&builds, &own)) > log1p(MARGIN) + 1.6 * sqrt(reach));
    own.change[0].variance = 1e-18;
    assert_true(fabs(vtb_built_would_be_seen(&builds, &own) - MARGIN) < 1e-8);
    own.change[0].variance = NAN;
    assert_true(isnan(vtb_built_would_be_seen(&builds, &own)));
    assert_true(isnan(vtb_built_ratio(&own).lo));
}

/* A time that no session has a value of is no check, and said to be missing. */
static void what_has_no_time(void **state)
{
    (void)state;
    assert_true(MAKE("--heap=glibc", "--strategy=plain"));
    struct vtb_figures figures[16] = {{.the_case = NULL}};
    struct vtb_comparison comparison = {.point = &plan.points[0], .figures = figures};
    struct vtb_built_case own = {.strategy = "one"};
    const struct vtb_builds builds = {
        .run.results = {.comparisons = &comparison, .comparisons_n = 1},
        .runs_n = 1,
        .cases = &own,
        .cases_n = 1,
        .margin = MARGIN,
    };
    const struct vtb_limit limits[VTB_GATE_METRICS_N] = {{.number = 0}};
    struct vtb_gate gate = {.checks_n = 0};
    assert_true(plan.points[0].cases_n <= 16);
    for (size_t i = 0; i < plan.points[0].cases_n; i++)
        figures[i].the_case = &plan.points[0].cases[i];
    own.change[0].mean = NAN;
    assert_true(vtb_builds_to_gate(&gate, &builds, limits, &error));
    assert_int_equal(gate.checks_n, 0);
    assert_int_equal(gate.gaps_n, 1);
    assert_string_equal(gate.gaps[0].metric, "ratio");
    assert_string_equal(gate.gaps[0].reason, VTB_GATE_UNTIMED);
    set(&own, 0, 1.25, 1);
    assert_true(vtb_builds_to_gate(&gate, &builds, limits, &error));
    assert_int_equal(gate.checks_n, 1);
    assert_true(fabs(gate.checks[0].after - 1.25) < 1e-12);
    assert_int_equal(gate.notes_n, 0);
    own.change[0].variance = NAN; /* of too few sessions */
    assert_true(vtb_builds_to_gate(&gate, &builds, limits, &error));
    assert_int_equal(gate.notes_n, 1);
    assert_contains(gate.notes[0], "give more --sessions");
    vtb_gate_free(&gate);
    vtb_plan_free(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_slower_is_slower_twice),
        cmocka_unit_test(another_state_confirms_nothing),
        cmocka_unit_test(what_is_within_the_margin),
        cmocka_unit_test(what_is_faster),
        cmocka_unit_test(what_would_be_seen),
        cmocka_unit_test(what_has_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
