#include "system_root.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_that_begins_so_is_taken),
        cmocka_unit_test(what_is_not_there_is_told_apart),
        cmocka_unit_test(long_texts_are_cut_and_long_lines_read),
    };
    return cmocka_run_group_tests(tests, make_system_root, remove_system_root);
}
