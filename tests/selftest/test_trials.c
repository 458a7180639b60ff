#include "check.h"

#include "selftest/simulated.h"
#include "selftest/trials.h"

#define RUNS_N 40
#define SESSIONS_N 10

static struct vtb_simulated simulated;
static struct vtb_trials trials;
static struct vtb_proofs proofs;

static void make(bool other_builds, size_t runs_n, size_t sessions_n)
{
    struct vtb_error error;
    assert_true(vtb_simulated_make(&simulated, runs_n, sessions_n, other_builds, 7, &error));
    assert_true(vtb_trials_make(&trials, &simulated.stream, sessions_n, &error));
    proofs.n = 0;
}

static void end(void)
{
    vtb_trials_free(&trials);
    vtb_simulated_free(&simulated);
}

static const struct vtb_proof *proof_of(const char *check)
{
    for (size_t i = 0; i < proofs.n; i++) {
        if (strncmp(proofs.items[i].check, check, strlen(check)) == 0)
            return &proofs.items[i];
    }
    fail_msg("there is no line '%s'", check);
    return NULL;
}

/* The simulation has what good statistics withstand, so all goals are met. */
static void good_statistics_meet_all_goals(void **state)
{
    (void)state;
    make(false, RUNS_N, SESSIONS_N);
    vtb_trials_judge(&proofs, &trials);
    for (size_t i = 0; i < proofs.n; i++) {
        if (!proofs.items[i].ok)
            fail_msg("missed: %s", proofs.items[i].check);
        assert_string_equal(proofs.items[i].reason, "");
    }
    assert_int_equal(trials.runs_n, RUNS_N);
    assert_int_equal(proof_of("tables with twins called different")->trials_n, RUNS_N);
    assert_true(proof_of("10 % slower seen as slower")->found > 0.9);
    assert_true(proof_of("2 % slower seen as slower")->found < 0.5);
    assert_true(proof_of("control")->found > 0.2);
    end();
}

/* Figures of fewer sessions than make an interval are none. */
static void runs_without_intervals_prove_nothing(void **state)
{
    (void)state;
    make(false, RUNS_N, VTB_SESSIONS_MIN - 1);
    vtb_trials_judge(&proofs, &trials);
    const struct vtb_proof *proof = proof_of("another run's figure held");
    assert_true(isnan(proof->found));
    assert_false(proof->ok); /* the truth is known, and so figures must be */
    assert_contains(proof->reason, "no run had a figure");
    simulated.stream.is_known = false;
    proofs.n = 0;
    vtb_trials_judge(&proofs, &trials);
    assert_true(proof_of("another run's figure held")->ok);
    end();
}

/* Times that twins do not have: each of these goals must be missed. */
static void bad_streams_are_told(void **state)
{
    (void)state;
    make(false, RUNS_N, SESSIONS_N);
    struct vtb_samples *samples = &simulated.stream.samples;
    const size_t times_n = samples->sessions_n * samples->rounds_n;
    for (size_t i = 0; i < times_n; i++) /* a twin that is half as slow again in every other run */
        samples->real_ns[i * samples->cases_n + 1] *=
            i / samples->rounds_n / SESSIONS_N % 2 == 0 ? 1.5 : 1;
    struct vtb_error error;
    vtb_trials_free(&trials);
    assert_true(vtb_trials_make(&trials, &simulated.stream, SESSIONS_N, &error));
    vtb_trials_judge(&proofs, &trials);
    assert_false(proof_of("tables with twins called different")->ok);
    assert_near(proof_of("tables with twins called different")->found, 0.5, 0.05);
    assert_false(proof_of("phi")->ok);
    assert_false(proof_of("rho")->ok);
    end();
}

/* Each difference is one line, whatever the number of cases that have it. */
static void a_difference_is_one_line(void **state)
{
    (void)state;
    make(false, 5, SESSIONS_N);
    for (size_t i = 0; i < simulated.point.cases_n; i++) {
        if (simulated.subjects[i].truth == VTB_TRUTH_SLOW)
            simulated.subjects[i].slower_percent = 10;
    }
    vtb_trials_judge(&proofs, &trials);
    size_t n = 0;
    for (size_t i = 0; i < proofs.n; i++)
        n += strstr(proofs.items[i].check, "seen as slower") != NULL;
    assert_int_equal(n, 1);
    assert_int_equal(proof_of("10 % slower")->trials_n, 15);
    end();
}

static void shares_have_bounds_and_goals(void **state)
{
    (void)state;
    proofs.n = 0;
    vtb_proof_add_share(&proofs, "few", NULL, 3, 300, 0.01, true);
    vtb_proof_add_share(&proofs, "many", "idle", 30, 300, 0.01, true);
    vtb_proof_add_share(&proofs, "most", NULL, 100, 300, 0.97, false);
    vtb_proof_add_share(&proofs, "none", NULL, 0, 0, 0.97, false);
    vtb_proof_add_share(&proofs, "hardly", NULL, 5, 300, 0.01, true);
    vtb_proof_add_share(&proofs, "short of", NULL, 0, 1, 0.8, false);
    assert_true(proofs.items[0].ok);
    assert_string_equal(proofs.items[0].goal, "at most 1 %");
    assert_near(proofs.items[0].found, 0.01, 1e-12);
    assert_true(proofs.items[0].lo < 0.01 && 0.01 < proofs.items[0].hi);
    assert_string_equal(proofs.items[1].check, "many, idle");
    assert_false(proofs.items[1].ok);
    assert_false(proofs.items[2].ok);
    assert_string_equal(proofs.items[2].goal, "at least 97 %");
    assert_true(proofs.items[3].ok);
    assert_true(isnan(proofs.items[3].found));
    for (size_t i = 0; i < 4; i++)
        assert_false(proofs.items[i].undecided);
    assert_true(proofs.items[4].ok && proofs.items[4].undecided);
    assert_true(proofs.items[5].ok && proofs.items[5].undecided);
}

static void exact_goals_are_exact(void **state)
{
    (void)state;
    proofs.n = 0;
    vtb_proof_add_exact(&proofs, "one", 1, 1);
    vtb_proof_add_exact(&proofs, "more", 1.0000001, 1);
    vtb_proof_add_unknown(&proofs, "unknown", NULL, "there is no valgrind");
    assert_true(proofs.items[0].ok);
    assert_false(proofs.items[1].ok);
    assert_true(proofs.items[2].ok);
    assert_string_equal(proofs.items[2].reason, "there is no valgrind");
}

/* More lines than there is room for change nothing of those that are there. */
static void lines_without_room_are_dropped(void **state)
{
    (void)state;
    proofs.n = 0;
    for (size_t i = 0; i < VTB_PROOFS_MAX + 3; i++)
        vtb_proof_add_exact(&proofs, "line", (double)i, (double)i);
    assert_int_equal(proofs.n, VTB_PROOFS_MAX);
    assert_near(proofs.items[VTB_PROOFS_MAX - 1].found, VTB_PROOFS_MAX - 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_statistics_meet_all_goals),
        cmocka_unit_test(runs_without_intervals_prove_nothing),
        cmocka_unit_test(bad_streams_are_told),
        cmocka_unit_test(a_difference_is_one_line),
        cmocka_unit_test(shares_have_bounds_and_goals),
        cmocka_unit_test(exact_goals_are_exact),
        cmocka_unit_test(lines_without_room_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
