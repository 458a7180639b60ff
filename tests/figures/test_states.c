#include "synthetic.h"

#include "figures/states.h"

#define LEVEL_NS 1000

static bool is_quiet(double before_ns, double after_ns)
{
    return vtb_is_in_state(VTB_STATE_QUIET, before_ns, after_ns, LEVEL_NS);
}

static bool is_busy(double before_ns, double after_ns)
{
    return vtb_is_in_state(VTB_STATE_BUSY, before_ns, after_ns, LEVEL_NS);
}

static void quiet_is_within_8_percent(void **state)
{
    (void)state;
    assert_true(is_quiet(1000, 1000));
    assert_true(is_quiet(900, 1079));
    assert_true(is_quiet(1079, 900));
    assert_false(is_quiet(1081, 1000));
    assert_false(is_quiet(1000, 1081));
    assert_false(is_busy(1000, 1000));
    assert_true(vtb_is_in_state(VTB_STATE_QUIET, 2000, 2000, 2000));
}

static void busy_is_above_by_25_percent(void **state)
{
    (void)state;
    assert_true(is_busy(1251, 1251));
    assert_true(is_busy(1800, 5000));
    assert_false(is_busy(1249, 1800));
    assert_false(is_busy(1800, 1249));
    assert_false(is_quiet(1800, 1800));
}

/* Something came or went meanwhile, or it was neither the one nor the other. */
static void probes_that_disagree_tell_nothing(void **state)
{
    (void)state;
    static const double readings[][2] = {{1000, 1800}, {1800, 1000}, {1150, 1150}, {1000, 1150}};
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
        assert_false(is_quiet(readings[i][0], readings[i][1]));
        assert_false(is_busy(readings[i][0], readings[i][1]));
        assert_true(vtb_is_in_state(VTB_STATE_ANY, readings[i][0], readings[i][1], LEVEL_NS));
    }
}

static void without_a_probe_there_is_no_state(void **state)
{
    (void)state;
    static const double readings[][2] = {{0, 0}, {0, 1000}, {1000, 0}, {0, 1800}};
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
        assert_false(is_quiet(readings[i][0], readings[i][1]));
        assert_false(is_busy(readings[i][0], readings[i][1]));
        assert_true(vtb_is_in_state(VTB_STATE_ANY, readings[i][0], readings[i][1], LEVEL_NS));
    }
}

static void words(void **state)
{
    (void)state;
    assert_string_equal(vtb_state_words[VTB_STATE_QUIET], "quiet");
    assert_string_equal(vtb_state_words[VTB_STATE_BUSY], "busy");
    assert_string_equal(vtb_state_words[VTB_STATE_ANY], "any");
}

/* --- of samples --- */

#define CASES_N ((size_t)2)

static struct vtb_case cases[CASES_N] = {{.threads_n = 1}, {.threads_n = 1}};
static const struct vtb_point point = {.cases = cases, .cases_n = CASES_N};
static const double ns[CASES_N] = {10, 20};

/* Of the first case's eight epochs five are quiet, two are busy, and one is neither. */
static void shares_are_of_a_case_s_epochs(void **state)
{
    (void)state;
    struct vtb_samples samples =
        synthetic_samples(&point, 2, 4, ns, (struct synthetic_noise){0}, 1);
    assert_true(vtb_has_states(&samples));
    synthetic_probes(&samples, 1 * CASES_N, SYNTHETIC_BUSY_NS, SYNTHETIC_BUSY_NS);
    synthetic_probes(&samples, 3 * CASES_N, SYNTHETIC_QUIET_NS, SYNTHETIC_BUSY_NS);
    synthetic_probes(&samples, 7 * CASES_N, SYNTHETIC_BUSY_NS, SYNTHETIC_BUSY_NS);
    assert_same_double(vtb_state_share(&samples, 0, VTB_STATE_QUIET, SYNTHETIC_QUIET_NS), 0.625);
    assert_same_double(vtb_state_share(&samples, 0, VTB_STATE_BUSY, SYNTHETIC_QUIET_NS), 0.25);
    assert_same_double(vtb_state_share(&samples, 0, VTB_STATE_ANY, SYNTHETIC_QUIET_NS), 1);
    assert_same_double(vtb_state_share(&samples, 1, VTB_STATE_QUIET, SYNTHETIC_QUIET_NS), 1);
    vtb_samples_free(&samples);
    assert_null(samples.real_ns);
}

static void samples_without_probes_have_no_states(void **state)
{
    (void)state;
    struct vtb_samples samples =
        synthetic_samples(&point, 1, 1, ns, (struct synthetic_noise){0}, 1);
    for (size_t i = 0; i < CASES_N; i++)
        synthetic_probes(&samples, i, 0, 0);
    assert_false(vtb_has_states(&samples));
    samples.probe_after_ns = NULL;
    assert_false(vtb_has_states(&samples));
    vtb_samples_free(&samples);
    assert_false(vtb_has_states(&samples));
}

/* --- the level --- */

#define SESSIONS_N 4
#define ROUNDS_N 50 /* of two cases in four sessions: 400 readings of each table */

static struct vtb_plan plan = {.points = (struct vtb_point *)(uintptr_t)&point,
                               .points_n = 1,
                               .consumers = {VTB_CONSUMER_INDEPENDENT, VTB_CONSUMER_DEPENDENT},
                               .consumers_n = 2,
                               .tables_n = 2,
                               .sessions_n = SESSIONS_N,
                               .rounds_n = ROUNDS_N};

/* Has a table's probes read 1100, but `low_n` of them 800. */
static void fill(const struct vtb_sessions *sessions, size_t table, size_t low_n)
{
    struct vtb_samples samples = vtb_sessions_samples(sessions, 0, table);
    for (size_t at = 0; at < CASES_N * SESSIONS_N * ROUNDS_N; at++)
        synthetic_probes(&samples, at, 100, at * 7 % 400 < low_n ? 800 : 1100);
}

/* The least of many readings in a calm moment may be of another kind than all that follow, and one
 * reading in a hundred is worth nothing. */
static void the_level_is_the_least_that_lasts(void **state)
{
    (void)state;
    struct vtb_sessions sessions;
    struct vtb_error error;
    if (!vtb_sessions_open(&sessions, &plan, 1, &error))
        fail_msg("%s", error.message);
    sessions.done_n = SESSIONS_N;
    sessions.level.ns = 1000;
    assert_same_double(vtb_quiet_level(&sessions), 1000); /* no probe has read anything yet */
    fill(&sessions, 0, 0);
    fill(&sessions, 1, 4);
    assert_same_double(vtb_quiet_level(&sessions), 1000);
    sessions.level.ns = 1200;
    assert_same_double(vtb_quiet_level(&sessions), 1100);
    fill(&sessions, 1, 5);
    assert_same_double(vtb_quiet_level(&sessions), 800);
    fill(&sessions, 1, 4);
    fill(&sessions, 0, 5);
    assert_same_double(vtb_quiet_level(&sessions), 800);
    sessions.done_n = 0;
    assert_same_double(vtb_quiet_level(&sessions), 1200);
    vtb_sessions_close(&sessions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quiet_is_within_8_percent),
        cmocka_unit_test(busy_is_above_by_25_percent),
        cmocka_unit_test(probes_that_disagree_tell_nothing),
        cmocka_unit_test(without_a_probe_there_is_no_state),
        cmocka_unit_test(words),
        cmocka_unit_test(shares_are_of_a_case_s_epochs),
        cmocka_unit_test(samples_without_probes_have_no_states),
        cmocka_unit_test(the_level_is_the_least_that_lasts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
