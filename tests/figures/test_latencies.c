/* From latencies that are made up to figures; ratios are worked out again in test_latency.py. */
#include "made_plan.h"

#include "figures/latencies.h"

#define SESSIONS_N 2

static struct vtb_latencies latencies;
static struct vtb_latency_table table;

static int make_all(void **state)
{
    (void)state;
    if (!MAKE("--heap=glibc", "--strategy=value_task", "--threads=2"))
        fail_msg("%s", error.message);
    void *memory = calloc(1, vtb_latencies_bytes(&plan.points[0], SESSIONS_N));
    assert_non_null(memory);
    latencies = vtb_latencies_place(&plan.points[0], SESSIONS_N, memory);
    return 0;
}

static int free_all(void **state)
{
    (void)state;
    free(latencies.tallies);
    vtb_plan_free(&plan);
    return 0;
}

/* n calls of a unit that took so long, of a cause; or of none. */
static void add(size_t unit, double length_ns, uint64_t n, enum vtb_tail_cause cause)
{
    const int kinds[] = {VTB_LATENCY_INTENDED, VTB_LATENCY_SLOW + (int)cause};
    for (size_t i = 0; i < 1 + (cause != VTB_TAIL_NONE); i++) {
        struct vtb_lengths lengths =
            vtb_latencies_lengths(&latencies, unit, (enum vtb_latency_kind)kinds[i]);
        struct vtb_latency_counts *counts =
            &latencies.counts[unit * VTB_LATENCY_ALL_KINDS_N + (size_t)kinds[i]];
        for (uint64_t each = 0; each < n; each++)
            vtb_lengths_add(&lengths, length_ns);
        counts->n = lengths.n;
        counts->max_ns = lengths.max_ns;
    }
}

static void summarise(void)
{
    vtb_latency_table_free(&table);
    vtb_latency_summarise(&table, &plan.points[0], VTB_CONSUMER_INDEPENDENT, &latencies,
                          SESSIONS_N);
}

static const double *tail_of(size_t unit)
{
    return table.figures[unit].tail;
}

/* Of 100 calls above p99.9 one has 30, 20, 10 by the causes; the control has 20 as long ones, 5 of
 * which were switched out. */
static void tails_add_up(void **state)
{
    (void)state;
    const size_t control = vtb_cells_end(&plan.points[0]);
    add(0, 100, 99900, VTB_TAIL_NONE);
    add(0, 1e6, 30, VTB_TAIL_COLLECTION);
    add(0, 2e6, 20, VTB_TAIL_SWITCH);
    add(0, 3e6, 10, VTB_TAIL_STOLEN);
    add(0, 4e6, 40, VTB_TAIL_NONE);
    add(0, 90, 7, VTB_TAIL_SWITCH); /* not above p99.9 */
    add(control, 50, 99980, VTB_TAIL_NONE);
    add(control, 1e6, 15, VTB_TAIL_NONE);
    add(control, 1e6, 5, VTB_TAIL_SWITCH);
    summarise();
    assert_near(tail_of(0)[VTB_TAIL_COLLECTION], 0.3, 1e-9);
    assert_near(tail_of(0)[VTB_TAIL_SWITCH], 0.2, 1e-9);
    assert_near(tail_of(0)[VTB_TAIL_STOLEN], 0.1, 1e-9);
    assert_near(tail_of(0)[VTB_TAIL_IDLE], 0.15, 1e-4); /* of 100,007 calls */
    assert_near(tail_of(0)[VTB_TAIL_UNKNOWN], 0.25, 1e-4);
    assert_true(isnan(tail_of(1)[VTB_TAIL_UNKNOWN])); /* no calls */
    assert_true(isnan(tail_of(control)[VTB_TAIL_IDLE]));
    assert_near(tail_of(control)[VTB_TAIL_SWITCH], 0.25, 1e-9);
    assert_near(tail_of(control)[VTB_TAIL_UNKNOWN], 0.75, 1e-9);
}

/* Above a p99.9 of 100 ns half are too short for a look at the thread, and a collection is one of
 * them: a control with as many that are short explains none of the others. */
static void short_calls_are_told_apart(void **state)
{
    (void)state;
    const size_t control = vtb_cells_end(&plan.points[0]);
    const size_t unit = 2;
    add(unit, 100, 99900, VTB_TAIL_NONE);
    add(unit, 5000, 10, VTB_TAIL_COLLECTION);
    add(unit, 5000, 40, VTB_TAIL_NONE);
    add(unit, 20000, 50, VTB_TAIL_NONE);
    add(control, 5000, 500, VTB_TAIL_NONE);
    summarise();
    assert_near(tail_of(unit)[VTB_TAIL_COLLECTION], 0.1, 1e-9);
    assert_near(tail_of(unit)[VTB_TAIL_SHORT], 0.4, 1e-9);
    assert_near(tail_of(unit)[VTB_TAIL_IDLE] + tail_of(unit)[VTB_TAIL_UNKNOWN], 0.5, 1e-9);
    assert_true(tail_of(unit)[VTB_TAIL_IDLE] < 0.2); /* the control's 15 that are long */
}

/* A control that is worse than the case explains all of the rest, and no more. */
static void the_control_explains_the_rest(void **state)
{
    (void)state;
    const size_t control = vtb_cells_end(&plan.points[0]);
    add(control, 5e6, 1000, VTB_TAIL_NONE);
    summarise();
    assert_near(tail_of(0)[VTB_TAIL_IDLE], 0.4, 1e-9);
    assert_near(tail_of(0)[VTB_TAIL_UNKNOWN], 0, 1e-9);
    assert_near(tail_of(0)[VTB_TAIL_COLLECTION], 0.3, 1e-9);
}

/* The control of as many callers is the one that counts. */
static void each_has_its_control(void **state)
{
    (void)state;
    const size_t cells_n = vtb_cells_end(&plan.points[0]);
    size_t of_two = 0;
    while (vtb_latency_callers_n(&plan.points[0], of_two) != 2)
        of_two++;
    add(of_two, 100, 99900, VTB_TAIL_NONE);
    add(of_two, 4e6, 100, VTB_TAIL_NONE);
    add(cells_n + 1, 50, 100000, VTB_TAIL_NONE);
    summarise();
    assert_near(tail_of(of_two)[VTB_TAIL_IDLE], 0, 1e-9);
    assert_near(tail_of(of_two)[VTB_TAIL_UNKNOWN], 1, 1e-9);
    vtb_latency_table_free(&table);
}

/* Rates are of all sessions together, percentiles of all calls, and ends the sessions' own. */
static void sessions_together(void **state)
{
    (void)state;
    for (size_t s = 0; s < SESSIONS_N; s++) {
        struct vtb_latency_tally *tally = &latencies.tallies[s * latencies.units_n];
        tally->calls_n = 1000 * (s + 1);
        tally->late_n = 300 * s;
        tally->lasted_ns = 1e9;
        tally->ns[VTB_LATENCY_INTENDED][0] = s == 0 ? 90 : NAN;
    }
    summarise();
    const struct vtb_latency_figures *figures = &table.figures[0];
    assert_int_equal(figures->calls_n, 3000);
    assert_near(figures->rate_achieved, 1500, 1e-9);
    assert_near(figures->late_share, 0.1, 1e-12);
    assert_near(figures->ns[VTB_LATENCY_INTENDED][0].median, 100, 0.1);
    assert_same_double(figures->ns[VTB_LATENCY_INTENDED][0].lo, 90);
    assert_same_double(figures->ns[VTB_LATENCY_INTENDED][0].hi, 90);
    assert_true(isnan(figures->sustained.median));
    vtb_latency_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tails_add_up),
        cmocka_unit_test(short_calls_are_told_apart),
        cmocka_unit_test(the_control_explains_the_rest),
        cmocka_unit_test(each_has_its_control),
        cmocka_unit_test(sessions_together),
    };
    return cmocka_run_group_tests(tests, make_all, free_all);
}
