/* How wide a text may be, and whether in colour. */
#include "check.h"

#include "base/look.h"

#include <fcntl.h>
#include <unistd.h>

/* Standard output is no terminal here, or one whose width is not asked for. */
static void the_environment_says_how_wide(void **state)
{
    (void)state;
    static const struct {
        const char *columns;
        size_t width;
    } expected[] = {{"80", 80}, {"100", 100}, {"60", 60}, {"20", 60}, {"1000", 200}, {"132", 132}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(setenv("COLUMNS", expected[i].columns, 1), 0);
        assert_int_equal(vtb_look_of_stdout().width, expected[i].width);
    }
}

static void what_says_nothing_leaves_it(void **state)
{
    (void)state;
    assert_int_equal(unsetenv("COLUMNS"), 0);
    const size_t width = vtb_look_of_stdout().width;
    static const char *const texts[] = {"", "0", "wide", "80x"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(setenv("COLUMNS", texts[i], 1), 0);
        assert_int_equal(vtb_look_of_stdout().width, width);
    }
}

/* Standard output is none here, or at least may be none: test_color.py has one. */
static void colour_is_not_for_what_is_no_terminal(void **state)
{
    (void)state;
    const int before = dup(STDOUT_FILENO);
    const int file = open("/dev/null", O_WRONLY);
    fflush(stdout);
    assert_true(before >= 0 && dup2(file, STDOUT_FILENO) == STDOUT_FILENO);
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    assert_int_equal(unsetenv("NO_COLOR"), 0);
    const bool automatic = vtb_look_has_color(VTB_COLOR_AUTO);
    const bool always = vtb_look_has_color(VTB_COLOR_ALWAYS);
    const bool never = vtb_look_has_color(VTB_COLOR_NEVER);
    assert_true(dup2(before, STDOUT_FILENO) == STDOUT_FILENO);
    close(before);
    close(file);
    assert_false(automatic);
    assert_true(always);
    assert_false(never);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_says_how_wide),
        cmocka_unit_test(what_says_nothing_leaves_it),
        cmocka_unit_test(colour_is_not_for_what_is_no_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
