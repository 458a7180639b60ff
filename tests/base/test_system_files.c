#include "system_root.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/system_files.h"

static void the_first_line_that_begins_so_is_taken(void **state)
{
    char text[64];
    (void)state;
    system_file("/proc/meminfo", "MemTotal:  12 kB\nMem:\n\tx\nMemFree:\t3 kB\nMemFree: 4 kB\n");
    assert_true(vtb_system_text(system_root, "/proc/meminfo", "MemFree", text, sizeof text));
    assert_string_equal(text, "3 kB");
    assert_true(vtb_system_text(system_root, "/proc/meminfo", "", text, sizeof text));
    assert_string_equal(text, "MemTotal:  12 kB");
    assert_same_double(vtb_system_number(system_root, "/proc/meminfo", "MemTotal:"), 12);
}

static void what_is_not_there_is_told_apart(void **state)
{
    char text[64] = "before";
    (void)state;
    system_file("/empty", "");
    system_file("/bare", "Key:\n");
    assert_false(vtb_system_text(system_root, "/nosuch", "", text, sizeof text));
    assert_string_equal(text, "");
    assert_false(vtb_system_text(system_root, "/empty", "", text, sizeof text));
    assert_false(vtb_system_text(system_root, "/bare", "Key:", text, sizeof text));
    assert_false(vtb_system_text(system_root, "/bare", "Other", text, sizeof text));
    assert_true(isnan(vtb_system_number(system_root, "/nosuch", "")));
    assert_true(isnan(vtb_system_number(system_root, "/bare", "")));
    assert_null(vtb_system_open(system_root, "/nosuch"));
    assert_true(vtb_system_has(system_root, "/bare"));
    assert_false(vtb_system_has(system_root, "/nosuch"));
}

static void long_texts_are_cut_and_long_lines_read(void **state)
{
    static char line[20001];
    char text[8];
    (void)state;
    memset(line, 'x', sizeof line - 1);
    system_file("/long", line);
    assert_true(vtb_system_text(system_root, "/long", "xx", text, sizeof text));
    assert_string_equal(text, "xxxxxxx");
}

/* What /proc says is believed, whatever the name. */
static void the_program_is_what_the_system_says(void **state)
{
    char path[PATH_MAX];
    (void)state;
    system_file("/proc/self/status", "");
    snprintf(path, sizeof path, "%s/proc/self/exe", system_root);
    assert_int_equal(symlink("/opt/a program", path), 0);
    assert_true(vtb_system_program(system_root, path));
    assert_string_equal(path, "/opt/a program");
}

/* As a shell finds it: by a path, or in PATH. */
static void without_proc_the_program_is_found_by_its_name(void **state)
{
    char *const before = program_invocation_name;
    char own[PATH_MAX];
    char path[PATH_MAX];
    (void)state;
    assert_true(vtb_system_program("", own));
    assert_true(vtb_system_program("/nosuch", path));
    assert_string_equal(path, own);
    char *name = strrchr(own, '/');
    *name = '\0';
    assert_int_equal(setenv("PATH", own, 1), 0);
    program_invocation_name = name + 1;
    const bool found = vtb_system_program("/nosuch", path);
    *name = '/';
    assert_true(found);
    assert_string_equal(path, own);
    program_invocation_name = (char *)"no/such";
    assert_false(vtb_system_program("/nosuch", path));
    assert_string_equal(path, "");
    program_invocation_name = (char *)"nosuch";
    assert_false(vtb_system_program("/nosuch", path));
    program_invocation_name = before;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_that_begins_so_is_taken),
        cmocka_unit_test(what_is_not_there_is_told_apart),
        cmocka_unit_test(long_texts_are_cut_and_long_lines_read),
        cmocka_unit_test(the_program_is_what_the_system_says),
        cmocka_unit_test(without_proc_the_program_is_found_by_its_name),
    };
    return cmocka_run_group_tests(tests, make_system_root, remove_system_root);
}
