/* What is told on a terminal, and elsewhere. */
#include "written.h"

#include <stdlib.h>

#include "base/progress.h"
#include "made_up_clock.h"

#define TEXT_BYTES 4096
#define WIPE "\r\033[K"

static char text[TEXT_BYTES];

/* Something whose progress is told, in a time of its own. */
struct scene {
    void (*run)(void);
    enum vtb_progress_kind kind;
    made_up_step *step; /* of the clock, from one reading to the next */
};

static uint64_t half_a_second(size_t reading)
{
    (void)reading;
    return 500000000;
}

static uint64_t two_seconds(size_t reading)
{
    (void)reading;
    return 2000000000;
}

/* A second is over when it begins. */
static uint64_t no_time(size_t reading)
{
    return reading == 0 ? 1000000000 : 0;
}

static void play(void *context)
{
    const struct scene *scene = context;
    vtb_progress_choose(scene->kind);
    made_up_clock.now_ns = 0;
    made_up_clock.readings_n = 0;
    made_up_clock.step = scene->step;
    scene->run();
    made_up_clock.step = NULL;
}

static void assert_told_by(void (*run)(void), enum vtb_progress_kind kind, bool terminal,
                           made_up_step *step, const char *expected)
{
    struct scene scene = {run, kind, step};
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    written_by(play, &scene, terminal, text, sizeof text);
    assert_string_equal(text, expected);
}

static size_t count(const char *part)
{
    size_t n = 0;
    for (const char *found = text; (found = strstr(found, part)); found += strlen(part))
        n++;
    return n;
}

/* --- a run --- */

static struct vtb_progress_bar bar;

/* Three parts of 10, 60 and 30 seconds; the last one is not finished. */
static void show_parts(void)
{
    vtb_progress_start(&bar, 100);
    vtb_progress_part(&bar, "counting", 10);
    vtb_progress_part(&bar, "timing", 60);
    vtb_progress_show(&bar, 1, 4);
    vtb_progress_part(&bar, "pressure", 30);
    vtb_progress_show(&bar, 1, 3);
    vtb_progress_end(&bar);
}

static void a_terminal_has_a_line_that_moves(void **state)
{
    (void)state;
    char expected[TEXT_BYTES];
    snprintf(expected, sizeof expected,
             "\r[%30s]   0 %%, counting, 100 s left \033[K"
             "\r[###%27s]  10 %%, timing, 14 s left \033[K"
             "\r[#######%23s]  25 %%, timing, 8 s left \033[K"
             "\r[#####################%9s]  70 %%, pressure, 2 s left \033[K"
             "\r[########################%6s]  80 %%, pressure, 1 s left \033[K" WIPE,
             "", "", "", "", "");
    assert_told_by(show_parts, VTB_PROGRESS_AUTO, true, half_a_second, expected);
}

static void plain_lines_come_now_and_then(void **state)
{
    (void)state;
    static const char expected[] =
        "  0 %, counting, 100 s left\n"
        " 70 %, pressure, 4 s left\n";
    assert_told_by(show_parts, VTB_PROGRESS_PLAIN, true, two_seconds, expected);
    assert_told_by(show_parts, VTB_PROGRESS_PLAIN, false, two_seconds, expected);
    assert_told_by(show_parts, VTB_PROGRESS_PLAIN, false, no_time, "  0 %, counting, 100 s left\n");
}

static void elsewhere_or_off_nothing_is_told(void **state)
{
    (void)state;
    assert_told_by(show_parts, VTB_PROGRESS_AUTO, false, half_a_second, "");
    assert_told_by(show_parts, VTB_PROGRESS_OFF, true, half_a_second, "");
    assert_told_by(show_parts, VTB_PROGRESS_OFF, false, half_a_second, "");
}

static void a_dumb_terminal_has_no_line_that_moves(void **state)
{
    (void)state;
    static const char *const dumb[] = {"dumb", "", NULL};
    struct scene scene = {show_parts, VTB_PROGRESS_AUTO, half_a_second};
    for (size_t i = 0; i < sizeof dumb / sizeof *dumb; i++) {
        assert_int_equal(dumb[i] ? setenv("TERM", dumb[i], 1) : unsetenv("TERM"), 0);
        written_by(play, &scene, true, text, sizeof text);
        assert_string_equal(text, "");
        assert_false(vtb_progress_moves() || vtb_progress_is_told());
    }
}

/* More than was estimated is not more than all of it. */
static void show_too_much(void)
{
    vtb_progress_start(&bar, 10);
    bar.before_s = 5;
    vtb_progress_part(&bar, "timing", 20);
    vtb_progress_show(&bar, 1, 1);
}

static void a_bar_is_never_more_than_full(void **state)
{
    (void)state;
    struct scene scene = {show_too_much, VTB_PROGRESS_AUTO, half_a_second};
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    written_by(play, &scene, true, text, sizeof text);
    assert_contains(text, "\r[##############################] 100 %, timing, 0 s left \033[K");
}

static void show_without_estimate(void)
{
    vtb_progress_start(&bar, 0);
    vtb_progress_part(&bar, "counting", 1);
    vtb_progress_show(&bar, 1, 1);
    vtb_progress_end(&bar);
}

static void a_run_without_estimate_has_no_bar(void **state)
{
    (void)state;
    assert_told_by(show_without_estimate, VTB_PROGRESS_AUTO, true, half_a_second, "");
    assert_told_by(show_without_estimate, VTB_PROGRESS_PLAIN, true, half_a_second, "");
}

/* --- how often --- */

static uint64_t ten_milliseconds(size_t reading)
{
    return reading == 0 ? 1000000000 : 10000000;
}

/* Parts that each were thought to last a second, and are over at once. */
static void show_many_long_parts(void)
{
    vtb_progress_start(&bar, 1000);
    for (int i = 0; i < 1000; i++)
        vtb_progress_part(&bar, "timing", 1);
}

/* In 1000 to 2000 readings of the clock, 10 to 20 s. */
static void a_line_moves_five_times_a_second(void **state)
{
    (void)state;
    struct scene scene = {show_many_long_parts, VTB_PROGRESS_AUTO, ten_milliseconds};
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    written_by(play, &scene, true, text, sizeof text);
    const double passed_s = (double)made_up_clock.now_ns / 1e9;
    assert_true((double)count("timing") <= 5 * passed_s + 5);
    assert_true((double)count("timing") >= 4 * passed_s);
}

/* What is short is told less often, so that what is long is told when it begins. */
static void show_a_long_part_behind_short_ones(void)
{
    vtb_progress_start(&bar, 1000);
    for (int i = 0; i < 100; i++)
        vtb_progress_part(&bar, "counting", 0.01);
    vtb_progress_part(&bar, "timing", 10);
}

static void a_long_part_is_told_when_it_begins(void **state)
{
    (void)state;
    struct scene scene = {show_a_long_part_behind_short_ones, VTB_PROGRESS_AUTO, ten_milliseconds};
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    written_by(play, &scene, true, text, sizeof text);
    assert_true(count("counting") >= 2 && count("counting") <= 5);
    assert_int_equal(count("timing"), 1);
}

/* --- of a build --- */

static struct vtb_build_bar built;

/* It fails behind the first. */
static void build_one_of_three(void)
{
    built = (struct vtb_build_bar){0};
    vtb_progress_build(&built, 1, 3);
    vtb_progress_build(&built, 0, 0);
}

static void build_three(void)
{
    built = (struct vtb_build_bar){0};
    for (size_t done_n = 0; done_n <= 3; done_n++)
        vtb_progress_build(&built, done_n, 3);
    assert_int_equal(built.all_n, 3);
}

static void a_terminal_has_a_bar_of_what_is_built(void **state)
{
    (void)state;
    char expected[TEXT_BYTES];
    snprintf(expected, sizeof expected,
             "\r[%30s] building 3 cells: 0 of 3 \033[K"
             "\r[##########%20s] building 3 cells: 1 of 3 \033[K"
             "\r[####################%10s] building 3 cells: 2 of 3 \033[K"
             "\r[##############################] building 3 cells: 3 of 3 \033[K" WIPE,
             "", "", "");
    assert_told_by(build_three, VTB_PROGRESS_AUTO, true, half_a_second, expected);
    snprintf(expected, sizeof expected, "\r[%30s] building 3 cells: 0 of 3 \033[K" WIPE, "");
    assert_told_by(build_three, VTB_PROGRESS_AUTO, true, no_time, expected);
    snprintf(expected, sizeof expected, "\r[##########%20s] building 3 cells: 1 of 3 \033[K" WIPE,
             "");
    assert_told_by(build_one_of_three, VTB_PROGRESS_AUTO, true, half_a_second, expected);
}

static void elsewhere_a_line_is_told_now_and_then(void **state)
{
    (void)state;
    static const char ends[] = "building 3 cells: 0 of 3\nbuilding 3 cells: 3 of 3\n";
    for (int terminal = 0; terminal < 2; terminal++) {
        assert_told_by(build_three, VTB_PROGRESS_PLAIN, terminal, half_a_second, ends);
        assert_told_by(build_three, VTB_PROGRESS_OFF, terminal, half_a_second, "");
    }
    assert_told_by(build_three, VTB_PROGRESS_AUTO, false, no_time, ends);
    assert_told_by(build_three, VTB_PROGRESS_AUTO, false, two_seconds,
                   "building 3 cells: 0 of 3\nbuilding 3 cells: 3 of 3\n");
}

static void build_one(void)
{
    built = (struct vtb_build_bar){0};
    vtb_progress_build(&built, 1, 1);
}

static void one_cell_is_no_cells(void **state)
{
    (void)state;
    assert_told_by(build_one, VTB_PROGRESS_AUTO, false, no_time, "building 1 cell: 1 of 1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_has_a_line_that_moves),
        cmocka_unit_test(plain_lines_come_now_and_then),
        cmocka_unit_test(elsewhere_or_off_nothing_is_told),
        cmocka_unit_test(a_dumb_terminal_has_no_line_that_moves),
        cmocka_unit_test(a_bar_is_never_more_than_full),
        cmocka_unit_test(a_run_without_estimate_has_no_bar),
        cmocka_unit_test(a_line_moves_five_times_a_second),
        cmocka_unit_test(a_long_part_is_told_when_it_begins),
        cmocka_unit_test(a_terminal_has_a_bar_of_what_is_built),
        cmocka_unit_test(elsewhere_a_line_is_told_now_and_then),
        cmocka_unit_test(one_cell_is_no_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
