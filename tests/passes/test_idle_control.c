#include "check.h"

#include <stdbool.h>

#include "passes/idle_control.h"

static struct vtb_idle_control control;

static int nothing_seen(void **state)
{
    (void)state;
    control = (struct vtb_idle_control){.lasted_ns = 0};
    return 0;
}

static void gaps_are_what_is_longer_than_the_limit(void **state)
{
    (void)state;
    vtb_idle_note(&control, 100, 100 + VTB_GAP_NS);
    assert_int_equal(control.gaps_n, 0);
    assert_int_equal(control.lost_ns, 0);
    vtb_idle_note(&control, 100, 101 + VTB_GAP_NS);
    vtb_idle_note(&control, 0, 50000);
    vtb_idle_note(&control, 0, 20000);
    assert_int_equal(control.readings_n, 4);
    assert_int_equal(control.gaps_n, 3);
    assert_int_equal(control.longest_ns, 50000);
    assert_int_equal(control.lost_ns, VTB_GAP_NS + 1 + 50000 + 20000);
}

static void the_clock_s_step_is_the_least_that_it_advanced_by(void **state)
{
    (void)state;
    vtb_idle_note(&control, 7, 7);
    assert_int_equal(control.step_ns, 0);
    vtb_idle_note(&control, 7, 47);
    vtb_idle_note(&control, 47, 69);
    vtb_idle_note(&control, 69, 100);
    assert_int_equal(control.step_ns, 22);
    assert_int_equal(control.backwards_n, 0);
    vtb_idle_note(&control, 100, 99);
    assert_int_equal(control.backwards_n, 1);
    assert_int_equal(control.step_ns, 22);
}

static void a_reading_takes_what_is_left_without_gaps(void **state)
{
    (void)state;
    assert_true(isnan(vtb_idle_reading_ns(&control)));
    control = (struct vtb_idle_control){
        .lasted_ns = 60000, .readings_n = 1001, .gaps_n = 1, .lost_ns = 40000};
    assert_same_double(vtb_idle_reading_ns(&control), 20);
}

/* Notes two pairs, between which the clocks advance by so much; whether that was a jump. */
static bool jumps(int64_t corrected_ns, int64_t raw_ns, int64_t within_ns)
{
    const uint64_t jumps_n = control.jumps_n;
    const struct vtb_clock_pair before = {1000, 5000, 100};
    const struct vtb_clock_pair now = {1000 + corrected_ns, 5000 + raw_ns, within_ns};
    vtb_idle_note_pairs(&control, &before, &now);
    return control.jumps_n > jumps_n;
}

static void a_jump_is_more_than_the_kernel_adjusts_by(void **state)
{
    (void)state;
    const int64_t ms = 1000000;
    assert_false(jumps(10 * ms, 10 * ms, 100));
    assert_false(jumps(10 * ms + 5000, 10 * ms, 100)); /* 500 millionths */
    assert_false(jumps(10 * ms - 5000, 10 * ms, 100));
    assert_false(jumps(1000 * ms + ms / 2, 1000 * ms, 100));
    assert_int_equal(control.longest_jump_ns, 0);
    assert_true(jumps(10 * ms + 50000, 10 * ms, 100));
    assert_true(jumps(10 * ms - 70000, 10 * ms, 100));
    assert_int_equal(control.jumps_n, 2);
    assert_int_equal(control.longest_jump_ns, 70000);
    assert_false(jumps(11 * ms, 10 * ms, ms)); /* something came between the readings */
}

/* What it finds is the machine's; that it looked is not. */
static void the_clock_is_read_for_as_long_as_asked(void **state)
{
    (void)state;
    memset(&control, 0xff, sizeof control);
    vtb_idle_control_run(&control, "", 0.03);
    assert_true(control.lasted_ns >= 30000000);
    assert_true(control.readings_n > 0 && control.gaps_n <= control.readings_n);
    assert_true(control.lost_ns >= 0 && control.lost_ns <= control.lasted_ns);
    assert_true(control.longest_ns <= control.lost_ns);
    assert_true(control.step_ns > 0 && control.resolution_ns > 0);
    assert_true(!(control.stolen_share < 0) && !(control.runnable_n < 0));
}

static void without_proc_the_rest_is_measured(void **state)
{
    (void)state;
    vtb_idle_control_run(&control, "/nosuch", 0.001);
    assert_true(isnan(control.stolen_share) && isnan(control.runnable_n));
    assert_true(control.readings_n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(gaps_are_what_is_longer_than_the_limit, nothing_seen),
        cmocka_unit_test_setup(the_clock_s_step_is_the_least_that_it_advanced_by, nothing_seen),
        cmocka_unit_test_setup(a_reading_takes_what_is_left_without_gaps, nothing_seen),
        cmocka_unit_test_setup(a_jump_is_more_than_the_kernel_adjusts_by, nothing_seen),
        cmocka_unit_test_setup(the_clock_is_read_for_as_long_as_asked, nothing_seen),
        cmocka_unit_test_setup(without_proc_the_rest_is_measured, nothing_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
