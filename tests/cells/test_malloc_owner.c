#include "check.h"

#include "cells/malloc_owner.h"

static void a_function_has_a_file(void **state)
{
    (void)state;
    assert_contains(vtb_file_of_function("gnu_get_libc_version"), "libc");
    assert_null(vtb_file_of_function("no_function_of_this_name"));
}

/* Of malloc that another library has, test_environment.py has the refusals. */
static void heaps_are_what_their_names_say(void **state)
{
    (void)state;
    struct vtb_error error;
    for (size_t i = 0; vtb_heaps[i].name; i++)
        assert_true(vtb_malloc_check(&vtb_heaps[i], &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_has_a_file),
        cmocka_unit_test(heaps_are_what_their_names_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
