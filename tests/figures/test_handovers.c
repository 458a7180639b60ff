/* From hand-overs that are made up to figures. */
#include "made_plan.h"

#include "figures/handovers.h"

#define SESSIONS_N 5

static struct vtb_handovers handovers;
static struct vtb_handover_table table;

static int make_all(void **state)
{
    (void)state;
    if (!MAKE("--heap=glibc", "--strategy=value_task", "--completer=thread"))
        fail_msg("%s", error.message);
    void *memory = calloc(1, vtb_handovers_bytes(&plan.points[0], SESSIONS_N));
    assert_non_null(memory);
    handovers = vtb_handovers_place(&plan.points[0], SESSIONS_N, memory);
    return 0;
}

static int free_all(void **state)
{
    (void)state;
    vtb_handover_table_free(&table);
    free(handovers.tallies);
    vtb_plan_free(&plan);
    return 0;
}

/* n hand-overs of a session and unit, all of which took so long. */
static void add(size_t session, size_t unit, uint64_t n, double run_ns, double wake_ns)
{
    static uint64_t buckets[VTB_LATENCY_BUCKETS];
    const double ns[VTB_HANDOVER_KINDS_N] = {run_ns, wake_ns};
    struct vtb_handover_tally *tally = &handovers.tallies[session * handovers.units_n + unit];
    *tally = (struct vtb_handover_tally){.calls_n = n, .asleep_n = n / 2};
    for (size_t k = 0; k < VTB_HANDOVER_KINDS_N; k++) {
        struct vtb_lengths lengths;
        vtb_lengths_start(&lengths, VTB_LATENCY_PARTS_SHIFT, buckets);
        for (uint64_t i = 0; i < n; i++)
            vtb_lengths_add(&lengths, ns[k]);
        for (size_t q = 0; q < VTB_LATENCY_QUANTILES_N; q++)
            tally->ns[k][q] = vtb_latency_quantile(&lengths, q);
        vtb_latency_count(&handovers.counts[unit * VTB_HANDOVER_KINDS_N + k], &lengths);
        vtb_lengths_forget(&lengths);
    }
}

static size_t place_of(const char *name)
{
    size_t i = 0;
    while (strcmp(plan.points[0].cases[i].timing->name, name) != 0)
        i++;
    return i;
}

static void summarise(void)
{
    vtb_handover_table_free(&table);
    vtb_handover_summarise(&table, &plan.points[0], &handovers, SESSIONS_N);
}

/* A quantile is of all sessions together, and its ends the least and the most of any; a ratio is to
 * the baseline of the same session. What was not timed has none, nor has the control a ratio. */
static void figures_of_sessions(void **state)
{
    (void)state;
    const size_t base = place_of("heap_task@atomic");
    const size_t own = place_of("value_task@atomic");
    const size_t plain = place_of("plain");
    const size_t control = vtb_cells_end(&plan.points[0]);
    for (size_t s = 0; s < SESSIONS_N; s++) {
        const double speed = 1 + (double)s;
        add(s, base, 100, 64 * speed, 1024 * speed);
        add(s, own, 100, 32 * speed, 512 * speed);
        add(s, control, 100, 16, 256);
    }
    summarise();
    const struct vtb_handover_figures *figures = &table.figures[own];
    assert_int_equal(figures->calls_n, 500);
    assert_near(figures->asleep_share, 0.5, 1e-12);
    assert_near(figures->ns[VTB_HANDOVER_RUN][0].median, 96, 0.2);
    assert_near(figures->ns[VTB_HANDOVER_RUN][0].lo, 32, 0.1);
    assert_near(figures->ns[VTB_HANDOVER_RUN][0].hi, 160, 0.2);
    assert_near(figures->ns[VTB_HANDOVER_WAKE][5].median, 2560, 1e-9);
    assert_true(isnan(figures->ns[VTB_HANDOVER_WAKE][3].median)); /* p99.9 takes 10,000 */
    assert_near(figures->ratios[VTB_HANDOVER_RUN][0].median, 0.5, 1e-3);
    assert_near(figures->ratios[VTB_HANDOVER_WAKE][1].median, 0.5, 1e-3);
    assert_true(figures->ratios[VTB_HANDOVER_RUN][0].lo > 0.45);
    assert_near(table.figures[control].ns[VTB_HANDOVER_RUN][0].median, 16, 0.1);
    const size_t without[] = {base, control};
    for (size_t i = 0; i < 2; i++)
        assert_true(isnan(table.figures[without[i]].ratios[VTB_HANDOVER_RUN][0].median));
    assert_int_equal(table.figures[plain].calls_n, 0);
    assert_true(isnan(table.figures[plain].asleep_share));
    assert_true(isnan(table.figures[plain].ns[VTB_HANDOVER_RUN][5].median));
    assert_true(isnan(table.figures[plain].ns[VTB_HANDOVER_RUN][5].lo));
    assert_true(isnan(table.figures[plain].ratios[VTB_HANDOVER_RUN][5].median));
    assert_int_equal(table.backwards_n, 0);
}

/* If the clock went back in any of them, nothing is known of any. */
static void clocks_that_differ(void **state)
{
    (void)state;
    const size_t control = vtb_cells_end(&plan.points[0]);
    handovers.tallies[handovers.units_n + control].backwards_n = 2;
    summarise();
    assert_int_equal(table.backwards_n, 2);
    for (size_t i = 0; i < handovers.units_n; i++) {
        for (size_t k = 0; k < VTB_HANDOVER_KINDS_N; k++) {
            assert_true(isnan(table.figures[i].ns[k][0].median));
            assert_true(isnan(table.figures[i].ns[k][0].lo));
            assert_true(isnan(table.figures[i].ratios[k][0].median));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_of_sessions),
        cmocka_unit_test(clocks_that_differ),
    };
    return cmocka_run_group_tests(tests, make_all, free_all);
}
