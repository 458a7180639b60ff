/* Parts of a variance, of sessions whose values are made of known ones. */
#include "check.h"

#include <math.h>

#include "figures/spread.h"
#include "plan/random.h"

#define SESSIONS_N 20000

static struct vtb_session_value first[SESSIONS_N];
static struct vtb_session_value second[SESSIONS_N];

/* A number of mean 0 and variance 1. */
static double drawn(struct vtb_random *random)
{
    return sqrt(12) * (vtb_random_unit(random) - 0.5);
}

/* Makes sessions whose value is the sum of three independent parts. */
static struct vtb_spread spread_of(double rounds, double session, double place)
{
    struct vtb_random random = vtb_random_stream(1, 2);
    for (size_t s = 0; s < SESSIONS_N; s++) {
        const double common = 0.03 + sqrt(session) * drawn(&random);
        first[s] = (struct vtb_session_value){
            common + sqrt(place) * drawn(&random) + sqrt(rounds) * drawn(&random), rounds};
        second[s] = (struct vtb_session_value){
            common + sqrt(place) * drawn(&random) + sqrt(rounds) * drawn(&random), rounds};
    }
    return vtb_spread_of(first, second, SESSIONS_N);
}

static void assert_parts(double rounds, double session, double place)
{
    const struct vtb_spread found = spread_of(rounds, session, place);
    const double allowed = 0.05 * (rounds + session + place);
    assert_true(fabs(found.rounds - rounds) <= 1e-9);
    assert_true(fabs(found.session - session) <= allowed);
    assert_true(fabs(found.place - place) <= allowed);
}

static void parts_are_told_apart(void **state)
{
    (void)state;
    assert_parts(1, 2, 3);
    assert_parts(3, 1, 2);
    assert_parts(0.1, 5, 0);
    assert_parts(0.1, 0, 5);
    assert_parts(4, 0, 0);
}

static void few_sessions(void **state)
{
    (void)state;
    (void)spread_of(1, 1, 1);
    assert_true(isnan(vtb_spread_of(first, second, VTB_SESSIONS_MIN - 1).rounds));
    assert_true(isnan(vtb_spread_of(first, second, VTB_SESSIONS_MIN - 1).place));
    assert_false(isnan(vtb_spread_of(first, second, VTB_SESSIONS_MIN).place));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_told_apart),
        cmocka_unit_test(few_sessions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
