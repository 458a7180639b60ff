#include "check.h"

#include "base/turns.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void knows_its_variable(void **state)
{
    (void)state;
    assert_true(vtb_turns_is_variable("VTB_TURNS=3,4"));
    assert_true(vtb_turns_is_variable("VTB_TURNS="));
    assert_false(vtb_turns_is_variable("VTB_TURNS"));
    assert_false(vtb_turns_is_variable("VTB_TURNSTILE=1"));
}

static void waits_for_nobody(void **state)
{
    static const char *const none[] = {"", "3", "x,y"};
    (void)state;
    unsetenv(VTB_TURNS_VARIABLE);
    assert_false(vtb_turns_wait());
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        setenv(VTB_TURNS_VARIABLE, none[i], 1);
        assert_false(vtb_turns_wait());
    }
}

/* A turn is given back first, and then taken: one byte each. */
static void takes_turns(void **state)
{
    int given[2];
    int taken[2];
    char text[32];
    char bytes[4];
    (void)state;
    assert_int_equal(pipe2(given, O_NONBLOCK), 0);
    assert_int_equal(pipe(taken), 0);
    snprintf(text, sizeof text, "%d,%d", taken[0], given[1]);
    setenv(VTB_TURNS_VARIABLE, text, 1);
    assert_int_equal(write(taken[1], "..", 2), 2);
    assert_true(vtb_turns_wait());
    assert_int_equal(read(given[0], bytes, sizeof bytes), 1);
    assert_true(vtb_turns_wait());
    assert_int_equal(read(given[0], bytes, sizeof bytes), 1);
    close(taken[1]); /* nobody gives one any more */
    assert_false(vtb_turns_wait());
    unsetenv(VTB_TURNS_VARIABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_its_variable),
        cmocka_unit_test(waits_for_nobody),
        cmocka_unit_test(takes_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
