#include "check.h"

#include "base/error.h"

static struct vtb_error error;

static void the_format_is_printf_s(void **state)
{
    (void)state;
    vtb_error_set(&error, VTB_EXIT_BASELINE, "%s of %zu: 100%%", "a part", (size_t)7);
    assert_string_equal(error.message, "a part of 7: 100%");
    assert_int_equal(error.exit_code, VTB_EXIT_BASELINE);
}

static void a_failing_function_ends_in_it(void **state)
{
    (void)state;
    const bool ok = vtb_fail(&error, VTB_EXIT_USAGE, "--%s: '%d'", "rounds", -1);
    assert_false(ok);
    assert_string_equal(error.message, "--rounds: '-1'");
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
}

/* What another program said belongs to the error before. */
static void details_are_forgotten(void **state)
{
    (void)state;
    error.details = "lines of a compiler";
    vtb_error_set(&error, VTB_EXIT_INTERNAL, "another");
    assert_null(error.details);
}

/* A file's name may hold anything: what would move the cursor, or begin a line, is shown
 * escaped, and text of other languages stays as it is. */
static void a_message_is_one_line(void **state)
{
    (void)state;
    vtb_error_set(&error, VTB_EXIT_USAGE, "'%s'\n", "a\nb\r\tc\033[2J\177 d");
    assert_string_equal(error.message, "'a\\nb\\r\\tc\\x1b[2J\\x7f d'\\n");
    vtb_error_set(&error, VTB_EXIT_USAGE, "'%s'", "\xc3\xa4 \xe2\x82\xac");
    assert_string_equal(error.message, "'\xc3\xa4 \xe2\x82\xac'");
}

static void a_long_message_is_cut(void **state)
{
    (void)state;
    struct {
        struct vtb_error error;
        char behind[8];
    } pair = {.behind = "behind"};
    char text[2 * sizeof pair.error.message];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    vtb_error_set(&pair.error, VTB_EXIT_USAGE, "%s", text);
    assert_int_equal(strlen(pair.error.message), sizeof pair.error.message - 1);
    assert_begins(text, pair.error.message);
    assert_int_equal(pair.error.exit_code, VTB_EXIT_USAGE);
    assert_string_equal(pair.behind, "behind");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_format_is_printf_s), cmocka_unit_test(a_failing_function_ends_in_it),
        cmocka_unit_test(details_are_forgotten),  cmocka_unit_test(a_message_is_one_line),
        cmocka_unit_test(a_long_message_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
