/* How collectors time their pauses. */
#include "check.h"

#include <vtb/moment.h>

#include <limits.h>

/* Uses up so much of the thread's processor time. */
static void work(double cpu_ns)
{
    const double start_ns = vtb_moment_clock_ns(CLOCK_THREAD_CPUTIME_ID);
    while (vtb_moment_clock_ns(CLOCK_THREAD_CPUTIME_ID) - start_ns < cpu_ns)
        continue;
}

static void work_is_in_both_times(void **state)
{
    (void)state;
    struct vtb_collection told = {.generation = 2, .survived_bytes = 7};
    const struct vtb_moment start = vtb_moment_now();
    work(1e6);
    vtb_moment_end(&start, &told);
    assert_true(told.cpu_ns >= 1e6);
    assert_same_double(told.start_ns, start.ns);
    assert_true(told.end_ns > told.start_ns);
    assert_int_equal(told.generation, 2);
    assert_int_equal(told.survived_bytes, 7);
}

/* Waiting takes no processor time, and to wait is not to lose the processor. */
static void waiting_is_of_the_wall_alone(void **state)
{
    (void)state;
    struct vtb_collection told = {.generation = 0};
    const struct vtb_moment start = vtb_moment_now();
    const struct timespec while_others_run = {.tv_nsec = 50000000};
    (void)nanosleep(&while_others_run, NULL);
    vtb_moment_end(&start, &told);
    assert_true(told.end_ns - told.start_ns >= 50e6);
    assert_true(told.cpu_ns < told.end_ns - told.start_ns);
}

/* The kernel alone decides when to switch: what it counted before is made up. */
static void a_switch_is_noticed(void **state)
{
    (void)state;
    struct vtb_collection told = {.switched = false};
    struct vtb_moment start = vtb_moment_now();
    start.switches_n = -1;
    vtb_moment_end(&start, &told);
    assert_true(told.switched);
    start.switches_n = LONG_MAX;
    vtb_moment_end(&start, &told);
    assert_false(told.switched);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_is_in_both_times),
        cmocka_unit_test(waiting_is_of_the_wall_alone),
        cmocka_unit_test(a_switch_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
