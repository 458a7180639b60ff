#include "check.h"

#include "selftest/simulated.h"

static struct vtb_simulated one;
static struct vtb_simulated two;

static void make(struct vtb_simulated *simulated, bool other_builds, uint64_t seed)
{
    struct vtb_error error;
    assert_true(vtb_simulated_make(simulated, 3, 5, other_builds, seed, &error));
}

static double *times(const struct vtb_simulated *simulated, size_t *n)
{
    const struct vtb_samples *samples = &simulated->stream.samples;
    *n = samples->sessions_n * samples->rounds_n * samples->cases_n;
    return samples->real_ns;
}

static void a_seed_is_a_stream(void **state)
{
    (void)state;
    size_t n;
    make(&one, false, 1);
    make(&two, false, 1);
    const double *ns = times(&one, &n);
    assert_memory_equal(ns, times(&two, &n), n * sizeof(double));
    vtb_simulated_free(&two);
    make(&two, false, 2);
    assert_memory_not_equal(ns, times(&two, &n), n * sizeof(double));
    vtb_simulated_free(&one);
    vtb_simulated_free(&two);
}

/* Every time is one, both states are there, and truths are of each kind. */
static void a_stream_has_all_there_is(void **state)
{
    (void)state;
    make(&one, true, 3);
    size_t n;
    size_t truths_n[3] = {0};
    const double *ns = times(&one, &n);
    const struct vtb_samples *samples = &one.stream.samples;
    assert_int_equal(samples->sessions_n, 15);
    for (size_t i = 0; i < n; i++)
        assert_true(isfinite(ns[i]) && ns[i] > 0);
    for (size_t i = 0; i < one.point.cases_n; i++) {
        assert_int_equal(one.cases[i].baseline, 0);
        truths_n[one.subjects[i].truth]++;
    }
    for (size_t i = 0; i < 3; i++)
        assert_true(truths_n[i] > 0);
    for (int which = VTB_STATE_QUIET; which <= VTB_STATE_BUSY; which++) {
        const double share =
            vtb_state_share(samples, 0, (enum vtb_state)which, one.stream.quiet_ns);
        assert_true(0 < share && share < 1);
    }
    vtb_simulated_free(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_is_a_stream),
        cmocka_unit_test(a_stream_has_all_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
