#include "check.h"

#include "cells/home.h"
#include "guests/programs.h"

static struct vtb_guest_program program;
static struct vtb_error error;

static void find(const char *path)
{
    if (!vtb_guest_program_find(path, &program, &error))
        fail_msg("%s", error.message);
}

static void one_that_can_be_used_is_built_in_a_folder_of_its_own(void **state)
{
    (void)state;
    char built[PATH_MAX];
    char file[PATH_MAX + 16];
    find(FIXTURES_DIR "/guests/right");
    assert_string_equal(program.name, "right");
    assert_true(program.usable);
    assert_string_equal(program.told, "fake 1.2");
    assert_true(vtb_guest_program_build(&program, built, &error));
    assert_begins(built, vtb_home(&error)->guests);
    assert_contains(built, "/guests/right-");
    snprintf(file, sizeof file, "%s/built", built);
    assert_int_equal(access(file, F_OK), 0);
    assert_int_equal(unlink(file), 0);
}

static void one_whose_runtime_is_missing_says_how_to_get_it(void **state)
{
    (void)state;
    find(FIXTURES_DIR "/guests/missing");
    assert_false(program.usable);
    assert_string_equal(program.told, "there is no fakeland; install the package fakeland");
}

static void what_a_compiler_says_is_told(void **state)
{
    (void)state;
    char built[PATH_MAX];
    find(FIXTURES_DIR "/guests/broken");
    assert_false(vtb_guest_program_build(&program, built, &error));
    assert_one_line(error.message);
    assert_begins(error.message, "guest broken does not build in '");
    assert_string_equal(error.details, "guest.fake:3: error: no such thing\n");
}

static void what_is_none_is_refused(void **state)
{
    static const char nowhere[] = FIXTURES_DIR "/nowhere";
    static const char *const names[] = {"", "none", "..", FIXTURES_DIR, nowhere, "/", NULL};
    (void)state;
    for (const char *const *name = names; *name; name++) {
        assert_false(vtb_guest_program_find(*name, &program, &error));
        assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
        assert_one_line(error.message);
        assert_contains(error.message, "' is no guest; accepted: ");
        assert_contains(error.message, "dotnet");
    }
}

/* Whether it can be used here depends on what is installed; that it is there does not. */
static void all_are_listed(void **state)
{
    (void)state;
    size_t n = 0;
    struct vtb_guest_program *all = vtb_guest_programs(&n);
    assert_true(n >= 1);
    for (size_t i = 0; i < n; i++) {
        assert_one_line(all[i].told);
        if (i > 0)
            assert_true(strcmp(all[i - 1].name, all[i].name) < 0);
    }
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_can_be_used_is_built_in_a_folder_of_its_own),
        cmocka_unit_test(one_whose_runtime_is_missing_says_how_to_get_it),
        cmocka_unit_test(what_a_compiler_says_is_told),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(all_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
