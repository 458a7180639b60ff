#include "written.h"

#include "base/allocate.h"

/* More than there is, by numbers that no compiler knows. */
static volatile size_t huge = SIZE_MAX / 4;

static void (*allocate)(void);

static void allocate_within_a_report(void)
{
    (void)dup2(STDERR_FILENO, STDOUT_FILENO);
    printf("half of a report"); /* stays unwritten */
    allocate();
}

static void ends_with(void (*run)(void), const char *line)
{
    char text[512];
    allocate = run;
    const struct vtb_child_end end =
        written_end(allocate_within_a_report, false, text, sizeof text);
    assert_string_equal(text, line);
    assert_int_equal(end.how, VTB_CHILD_LEFT);
    assert_int_equal(end.number, VTB_EXIT_INTERNAL);
}

static void have_none(void)
{
    vtb_no_memory(12345, "a list of cells");
}

static void have_none_of_a_long_name(void)
{
    char name[1000];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    vtb_no_memory(1, name);
}

static void the_process_ends_with_one_line(void **state)
{
    char line[256];
    char name[151];
    (void)state;
    ends_with(have_none, "run_bench: no memory for 12345 bytes (a list of cells)\n");
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(line, sizeof line, "run_bench: no memory for 1 bytes (%s)\n", name);
    ends_with(have_none_of_a_long_name, line);
}

static bool have_none_as_a_child(void *context, struct vtb_error *error)
{
    (void)context;
    (void)error;
    have_none();
    return true;
}

static void a_child_leaves_the_line_to_its_parent(void **state)
{
    struct vtb_error error;
    struct vtb_child child = {.name = "a child", .run = have_none_as_a_child};
    (void)state;
    assert_false(vtb_child_work(&child, &error));
    assert_string_equal(error.message, "no memory for 12345 bytes (a list of cells)");
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
}

static void allocate_much(void)
{
    (void)vtb_allocate(huge, 2, "items");
}

static void allocate_more_than_can_be_said(void)
{
    (void)vtb_allocate(huge, 8, "items");
}

static void reallocate_much(void)
{
    (void)vtb_reallocate(vtb_allocate(1, 1, "one"), huge, 2, "more items");
}

static void reallocate_more_than_can_be_said(void)
{
    (void)vtb_reallocate(NULL, huge, 8, "more items");
}

/* Sanitizers end the process themselves. */
static void too_much_ends_the_process(void **state)
{
    char line[128];
    (void)state;
#ifdef UNDER_SANITIZER
    skip();
#endif
    snprintf(line, sizeof line, "run_bench: no memory for %zu bytes (items)\n", 2 * huge);
    ends_with(allocate_much, line);
    snprintf(line, sizeof line, "run_bench: no memory for %zu bytes (items)\n", SIZE_MAX);
    ends_with(allocate_more_than_can_be_said, line);
    snprintf(line, sizeof line, "run_bench: no memory for %zu bytes (more items)\n", 2 * huge);
    ends_with(reallocate_much, line);
    snprintf(line, sizeof line, "run_bench: no memory for %zu bytes (more items)\n", SIZE_MAX);
    ends_with(reallocate_more_than_can_be_said, line);
}

static void items_are_zeroed(void **state)
{
    (void)state;
    for (size_t i = 0; i < 8; i++) { /* also where something was before */
        uint64_t *items = vtb_allocate(100, sizeof *items, "items");
        for (size_t at = 0; at < 100; at++)
            assert_int_equal(items[at], 0);
        memset(items, 0x5a, 100 * sizeof *items);
        free(items);
    }
}

static void none_at_all_is_some(void **state)
{
    (void)state;
    void *none = vtb_allocate(0, 8, "items");
    assert_non_null(none);
    none = vtb_reallocate(none, 0, 8, "items");
    assert_non_null(none);
    free(none);
}

static void what_was_there_stays(void **state)
{
    (void)state;
    size_t *items = NULL;
    for (size_t n = 0; n < 1000; n++) {
        items = vtb_reallocate(items, n + 1, sizeof *items, "items");
        items[n] = n;
    }
    for (size_t n = 0; n < 1000; n++)
        assert_int_equal(items[n], n);
    free(items);
}

static void texts_are_copied(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "a", "a text of some words"};
    for (size_t i = 0; i < 3; i++) {
        char *copy = vtb_copy_text(texts[i], "a text");
        assert_string_equal(copy, texts[i]);
        assert_ptr_not_equal(copy, texts[i]);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_process_ends_with_one_line),
        cmocka_unit_test(a_child_leaves_the_line_to_its_parent),
        cmocka_unit_test(too_much_ends_the_process),
        cmocka_unit_test(items_are_zeroed),
        cmocka_unit_test(none_at_all_is_some),
        cmocka_unit_test(what_was_there_stays),
        cmocka_unit_test(texts_are_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
