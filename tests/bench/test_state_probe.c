/* The probe of the machine's state, and its level, by a clock that tells what a core in each state
 * would take. */
#include "check.h"
#include "made_up_clock.h"

#include "bench/state_probe.h"

/* A core of 0.3 ns a cycle: a chain of 3000 multiplications of 3 cycles each, and the 21000
 * additions of a probe, 4 in a cycle. */
#define CYCLE_NS 0.3
#define CHAIN_NS 2700
#define QUIET_NS 1575

/* One that no core manages by itself: fewer than 2.9 additions in a cycle. */
#define BUSY_NS 2835

static uint64_t probe_ns;
static uint64_t low_ns; /* of the hundredth reading; 0: as the others */

/* Two readings around the probe, and two around the chain, by turns. */
static uint64_t step_of(size_t reading)
{
    const uint64_t steps_ns[] = {50, low_ns && reading / 4 == 100 ? low_ns : probe_ns, 50,
                                 CHAIN_NS};
    return steps_ns[reading % 4];
}

static struct vtb_probe_level calibrate(uint64_t ns, uint64_t lowest_ns)
{
    probe_ns = ns;
    low_ns = lowest_ns;
    made_up_clock.readings_n = 0;
    made_up_clock.step = step_of;
    const struct vtb_probe_level level = vtb_probe_calibrate();
    made_up_clock.step = NULL;
    assert_near(level.cycle_ns, CYCLE_NS, 1e-12);
    return level;
}

/* The least of all readings is that of a quiet core, if a core can be as fast as that. */
static void the_level_is_the_least_reading(void **state)
{
    (void)state;
    const struct vtb_probe_level level = calibrate(QUIET_NS, 0);
    assert_near(level.least_ns, QUIET_NS, 1e-6);
    assert_near(level.ns, QUIET_NS, 1e-6);
    const struct vtb_probe_level wider = calibrate(1300, 0); /* more units than four */
    assert_near(wider.ns, 1300, 1e-6);
    const struct vtb_probe_level once_quiet = calibrate(BUSY_NS, QUIET_NS);
    assert_near(once_quiet.ns, QUIET_NS, 1e-6);
    assert_near(once_quiet.least_ns, QUIET_NS, 1e-6);
    const struct vtb_probe_level slower = calibrate(QUIET_NS + 400, 0); /* 3.2 in a cycle */
    assert_near(slower.ns, QUIET_NS + 400, 1e-6);
}

/* Beside a sibling that never rests the level is worked out from the chain, which it does not
 * slow. */
static void the_level_beside_a_sibling(void **state)
{
    (void)state;
    const struct vtb_probe_level level = calibrate(BUSY_NS, 0);
    assert_near(level.least_ns, BUSY_NS, 1e-6);
    assert_near(level.ns, QUIET_NS, 1e-6);
}

/* On this machine, in whatever state: of how fast it is nothing can be said. */
static void this_machine_has_a_level(void **state)
{
    (void)state;
    const struct vtb_probe_level level = vtb_probe_calibrate();
    assert_true(vtb_probe_ns() > 0);
    assert_true(level.cycle_ns > 0 && isfinite(level.cycle_ns));
    assert_true(level.least_ns > 0 && isfinite(level.least_ns));
    assert_true(level.ns > 0 && level.ns <= level.least_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_level_is_the_least_reading),
        cmocka_unit_test(the_level_beside_a_sibling),
        cmocka_unit_test(this_machine_has_a_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
