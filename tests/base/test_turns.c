#include "check.h"

#include "base/turns.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
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
    static const char *const none[] = {"", "3", "3,4", "x,y,z", "0,1,/nonexistent"};
    struct vtb_error error;
    (void)state;
    unsetenv(VTB_TURNS_VARIABLE);
    assert_false(vtb_turns_wait());
    assert_true(vtb_turns_check(&error));
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        setenv(VTB_TURNS_VARIABLE, none[i], 1);
        assert_false(vtb_turns_check(&error));
        assert_contains(error.message, "VTB_TURNS: is for programs that a comparison");
        if (i + 1 < sizeof none / sizeof *none)
            assert_false(vtb_turns_wait());
    }
}

/* A turn is given back first, and then taken: one byte each. */
static void takes_turns(void **state)
{
    int given[2];
    int taken[2];
    char text[PATH_MAX];
    char bytes[4];
    char numbers[] = "/tmp/vtb-turns-XXXXXX";
    const int file = mkstemp(numbers);
    struct vtb_error error;
    (void)state;
    assert_int_equal(pipe2(given, O_NONBLOCK), 0);
    assert_int_equal(pipe(taken), 0);
    snprintf(text, sizeof text, "%d,%d,%s", taken[0], given[1], numbers);
    setenv(VTB_TURNS_VARIABLE, text, 1);
    assert_true(vtb_turns_check(&error));
    assert_int_equal(write(taken[1], "..", 2), 2);
    assert_true(vtb_turns_wait());
    assert_int_equal(read(given[0], bytes, sizeof bytes), 1);
    assert_true(vtb_turns_wait());
    assert_int_equal(read(given[0], bytes, sizeof bytes), 1);
    close(taken[1]); /* nobody gives one any more */
    assert_false(vtb_turns_wait());
    close(file);
    unlink(numbers);
    unsetenv(VTB_TURNS_VARIABLE);
}

/* The second of two asks for as many, and gets those of the first. */
static void agrees_on_numbers(void **state)
{
    char numbers[] = "/tmp/vtb-turns-XXXXXX";
    const int file = mkstemp(numbers);
    const uint64_t others[] = {500, 600};
    char text[PATH_MAX];
    (void)state;
    unsetenv(VTB_TURNS_VARIABLE);
    assert_int_equal(vtb_turns_agree(7), 7);
    assert_int_equal(write(file, others, sizeof others), sizeof others);
    snprintf(text, sizeof text, "0,1,%s", numbers);
    setenv(VTB_TURNS_VARIABLE, text, 1);
    assert_int_equal(vtb_turns_agree(7), 500);
    assert_int_equal(vtb_turns_agree(8), 600);
    assert_int_equal(vtb_turns_agree(9), 9);
    uint64_t found[4];
    assert_int_equal(pread(file, found, sizeof found, 0), 3 * sizeof *found);
    assert_int_equal(found[2], 9);
    close(file);
    unlink(numbers);
    unsetenv(VTB_TURNS_VARIABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_its_variable),
        cmocka_unit_test(waits_for_nobody),
        cmocka_unit_test(takes_turns),
        cmocka_unit_test(agrees_on_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
