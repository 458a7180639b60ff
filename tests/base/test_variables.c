#include "check.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/variables.h"

static size_t count(void)
{
    size_t n = 0;
    while (environ[n])
        n++;
    return n;
}

static void those_of_a_prefix_are_gone(void **state)
{
    (void)state;
    const size_t others_n = count();
    assert_int_equal(setenv("OWN_FIRST", "1", 1), 0);
    assert_int_equal(setenv("OWN_SECOND", "", 1), 0);
    assert_int_equal(setenv("OWN_SECOND_OF_ALL", "2", 1), 0);
    assert_int_equal(setenv("NOT_OWN_THIRD", "3", 1), 0);
    vtb_variables_unset("OWN_", "OWN_SECOND");
    assert_null(getenv("OWN_FIRST"));
    assert_string_equal(getenv("OWN_SECOND"), "");
    assert_null(getenv("OWN_SECOND_OF_ALL"));
    assert_string_equal(getenv("NOT_OWN_THIRD"), "3");
    vtb_variables_unset("OWN_", NULL);
    assert_null(getenv("OWN_SECOND"));
    assert_int_equal(count(), others_n + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_of_a_prefix_are_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
