/* The search for the highest rate that holds, with trials that are made up. */
#include "check.h"

#include "passes/sought_rate.h"

#define TOO_HIGH 1e6

/* A machine that sustains some rate, and one trial by luck. */
struct machine {
    double sustained;
    size_t lucky; /* the number of the trial, from 1 on; 0: there is none */
    size_t trials_n;
    double last_rate;
    bool last_held;
};

static bool try_rate(void *context, double rate)
{
    struct machine *machine = context;
    machine->trials_n++;
    machine->last_rate = rate;
    machine->last_held = rate <= machine->sustained || machine->trials_n == machine->lucky;
    return machine->last_held;
}

static void the_highest_is_found(void **state)
{
    (void)state;
    for (double sustained = 2; sustained < TOO_HIGH; sustained *= 1.7) {
        struct machine machine = {.sustained = sustained};
        const double found = vtb_seek_rate(TOO_HIGH, try_rate, &machine);
        assert_true(found <= sustained && found > sustained / 1.01);
        assert_true(machine.last_held);
        assert_same_double(machine.last_rate, found);
    }
}

/* Whichever trial is the lucky one, what is told was tried last, and held. It is not more than what
 * is sustained, unless luck comes with the very last trial. */
static void luck_sets_no_rate(void **state)
{
    (void)state;
    const double sustained = 54321;
    struct machine usual = {.sustained = sustained};
    (void)vtb_seek_rate(TOO_HIGH, try_rate, &usual);
    for (size_t lucky = 1; lucky < usual.trials_n; lucky++) {
        struct machine machine = {.sustained = sustained, .lucky = lucky};
        const double found = vtb_seek_rate(TOO_HIGH, try_rate, &machine);
        assert_true(machine.last_held);
        assert_same_double(machine.last_rate, found);
        if (machine.trials_n > lucky)
            assert_true(found <= sustained && found > sustained / 1.1);
    }
}

static void nothing_is_less_than_a_call_a_second(void **state)
{
    (void)state;
    struct machine machine = {.sustained = 0};
    assert_same_double(vtb_seek_rate(TOO_HIGH, try_rate, &machine), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_highest_is_found),
        cmocka_unit_test(luck_sets_no_rate),
        cmocka_unit_test(nothing_is_less_than_a_call_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
