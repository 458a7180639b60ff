/* What is shown on a terminal, and elsewhere. */
#include "written.h"

#include "base/clock.h"
#include "base/progress.h"

#define TEXT_BYTES 2048

static char text[TEXT_BYTES];

/* --- the bar of a run --- */

#define BAR "\r[%-30s] %3d %%, %s, %s s left \033[K"

/* Three parts of 10, 60 and 30 seconds; the last one is not finished. The run begins at no time, so
 * that no clock says what is left. */
static void show_parts(void *context)
{
    struct vtb_progress_bar *bar = context;
    vtb_progress_start(bar, 100);
    bar->start_s = INFINITY;
    vtb_progress_part(bar, "counting", 10);
    vtb_progress_part(bar, "timing", 60);
    vtb_progress_show(bar, 1, 4);
    vtb_progress_part(bar, "pressure", 30);
    vtb_progress_show(bar, 1, 3);
    vtb_progress_end(bar);
}

static void a_bar_tells_how_far_the_parts_are(void **state)
{
    (void)state;
    struct vtb_progress_bar bar;
    char expected[TEXT_BYTES];
    written_by(show_parts, &bar, true, text, sizeof text);
    snprintf(expected, sizeof expected, BAR BAR BAR BAR BAR "\r\033[K", "", 0, "counting", "100",
             "###", 10, "timing", "-inf", "#######", 25, "timing", "-inf", "#####################",
             70, "pressure", "-inf", "########################", 80, "pressure", "-inf");
    assert_string_equal(text, expected);
}

/* More than was estimated is not more than all of it. */
static void show_too_much(void *context)
{
    struct vtb_progress_bar *bar = context;
    vtb_progress_start(bar, 10);
    bar->before_s = 5;
    vtb_progress_part(bar, "timing", 20);
    vtb_progress_show(bar, 1, 1);
}

static void a_bar_is_never_more_than_full(void **state)
{
    (void)state;
    struct vtb_progress_bar bar;
    char expected[TEXT_BYTES];
    written_by(show_too_much, &bar, true, text, sizeof text);
    snprintf(expected, sizeof expected, BAR, "##############################", 100, "timing", "0");
    assert_contains(text, expected);
}

/* The first quarter was over before the bar was shown, and the second took a million seconds. */
static void show_after_a_million_seconds(void *context)
{
    struct vtb_progress_bar *bar = context;
    vtb_progress_start(bar, 40);
    bar->before_s = 10;
    vtb_progress_part(bar, "timing", 20);
    bar->start_s -= 1e6;
    vtb_progress_show(bar, 1, 2);
}

static void what_is_left_follows_from_the_pace(void **state)
{
    (void)state;
    struct vtb_progress_bar bar;
    char *end;
    written_by(show_after_a_million_seconds, &bar, true, text, sizeof text);
    assert_contains(text, "  25 %, timing, 30 s left "); /* nothing is known but the estimate */
    const char *left = strstr(text, "  50 %, timing, ");
    assert_non_null(left);
    assert_near(strtod(left + strlen("  50 %, timing, "), &end), 2e6, 2e4);
    assert_begins(end, " s left ");
}

static void show_without_estimate(void *context)
{
    struct vtb_progress_bar *bar = context;
    vtb_progress_start(bar, 0);
    vtb_progress_part(bar, "counting", 1);
    vtb_progress_show(bar, 1, 1);
    vtb_progress_end(bar);
}

static void a_run_without_estimate_or_terminal_has_no_bar(void **state)
{
    (void)state;
    struct vtb_progress_bar bar;
    written_by(show_without_estimate, &bar, true, text, sizeof text);
    assert_string_equal(text, "");
    written_by(show_parts, &bar, false, text, sizeof text);
    assert_string_equal(text, "");
}

/* --- of a build --- */

static void build_three(void *context)
{
    for (size_t done_n = 0; done_n <= 3; done_n++)
        vtb_progress_build(context, done_n, 3);
}

static void a_terminal_has_a_bar_of_what_is_built(void **state)
{
    (void)state;
    struct vtb_build_bar bar = {0};
    char expected[TEXT_BYTES];
    snprintf(expected, sizeof expected,
             "\r[%30s] building 3 cells: 0 of 3 \033[K"
             "\r[##########%20s] building 3 cells: 1 of 3 \033[K"
             "\r[####################%10s] building 3 cells: 2 of 3 \033[K"
             "\r[##############################] building 3 cells: 3 of 3 \033[K"
             "\r\033[K",
             "", "", "");
    written_by(build_three, &bar, true, text, sizeof text);
    assert_string_equal(text, expected);
    assert_int_equal(bar.all_n, 3);
}

/* As if a line had been told at a time that is still to come, and then long ago. */
static void build_four(void *context)
{
    struct vtb_build_bar *bar = context;
    vtb_progress_build(bar, 0, 4);
    bar->told_s = INFINITY;
    vtb_progress_build(bar, 1, 4);
    bar->told_s = -INFINITY;
    vtb_progress_build(bar, 2, 4);
    bar->told_s = INFINITY;
    vtb_progress_build(bar, 3, 4);
    vtb_progress_build(bar, 4, 4);
}

static void elsewhere_a_line_is_told_now_and_then(void **state)
{
    (void)state;
    struct vtb_build_bar bar = {0};
    written_by(build_four, &bar, false, text, sizeof text);
    assert_string_equal(text,
                        "building 4 cells: 0 of 4\n"
                        "building 4 cells: 2 of 4\n"
                        "building 4 cells: 4 of 4\n");
    assert_int_equal(bar.all_n, 4);
    assert_true(isfinite(bar.told_s)); /* the last line's */
}

static void build_one(void *context)
{
    vtb_progress_build(context, 1, 1);
}

static void one_cell_is_no_cells(void **state)
{
    (void)state;
    struct vtb_build_bar bar = {0};
    written_by(build_one, &bar, false, text, sizeof text);
    assert_string_equal(text, "building 1 cell: 1 of 1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bar_tells_how_far_the_parts_are),
        cmocka_unit_test(a_bar_is_never_more_than_full),
        cmocka_unit_test(what_is_left_follows_from_the_pace),
        cmocka_unit_test(a_run_without_estimate_or_terminal_has_no_bar),
        cmocka_unit_test(a_terminal_has_a_bar_of_what_is_built),
        cmocka_unit_test(elsewhere_a_line_is_told_now_and_then),
        cmocka_unit_test(one_cell_is_no_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
