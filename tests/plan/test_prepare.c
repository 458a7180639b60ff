/* The cells of a plan, made ready in a home of their own. */
#include "own_home.h"
#include "written.h"

#include "base/progress.h"
#include "cells/load.h"
#include "plan/prepare.h"

static struct vtb_plan plan;
static struct vtb_error error;

/* A plan that counts the references alone: few cells. */
static void make_plan(char *strategy, char *workload)
{
    static struct vtb_options options;
    char *arguments[] = {"run_bench", "--rounds=0", "--method=direct", "--heap=glibc", strategy,
                         workload,    NULL};
    if (!vtb_options_parse(&options, 6, arguments, &error) ||
        !vtb_plan_make(&plan, &options, &error))
        fail_msg("%s", error.message);
}

/* The plan's cells: they all have their functions, or none has. Returns how many there are. */
static size_t check_cells(bool loaded)
{
    size_t n;
    const struct vtb_cell **cells = vtb_plan_cells(&plan, &n);
    assert_non_null(cells);
    assert_true(n >= 3); /* the references' */
    for (size_t i = 0; i < n; i++)
        assert_int_equal(cells[i]->open != NULL, loaded);
    free(cells);
    return n;
}

struct built {
    bool ok;
    size_t cells_n;
    size_t now_n;
};

static void build(void *context)
{
    struct built *built = context;
    vtb_progress_choose(VTB_PROGRESS_PLAIN);
    built->ok = vtb_plan_build(&plan, &built->cells_n, &built->now_n, &error);
}

static void prepare(void *context)
{
    struct built *built = context;
    vtb_progress_choose(VTB_PROGRESS_PLAIN);
    built->ok = vtb_plan_prepare(&plan, &error);
}

#define COUNTED_ALONE "--strategy=plain", "--workload=config_read"

/* Then they are files, of which none is loaded: a program that builds for another may end. */
static void cells_are_built_once_each(void **state)
{
    (void)state;
    struct built built = {.now_n = 99};
    char text[2048];
    char last[128];
    make_plan(COUNTED_ALONE);
    const size_t n = check_cells(false);
    written_by(build, &built, false, text, sizeof text);
    assert_true(built.ok);
    assert_int_equal(built.cells_n, n);
    assert_int_equal(built.now_n, n);
    snprintf(last, sizeof last, "building %zu cells: %zu of %zu\n", n, n, n);
    assert_contains(text, last);
    (void)check_cells(false);
    written_by(build, &built, false, text, sizeof text);
    assert_true(built.ok);
    assert_int_equal(built.cells_n, n);
    assert_int_equal(built.now_n, 0);
    assert_string_equal(text, "");
    vtb_plan_free(&plan);
}

static void a_plan_that_is_prepared_can_run(void **state)
{
    (void)state;
    struct built built;
    char text[2048];
    make_plan(COUNTED_ALONE);
    written_by(prepare, &built, false, text, sizeof text);
    assert_true(built.ok);
    assert_string_equal(text, ""); /* what was built stays */
    (void)check_cells(true);
    vtb_plan_free(&plan);
}

/* What has to be built is built on the way. */
static void preparing_builds_what_is_missing(void **state)
{
    (void)state;
    struct built built;
    char text[2048];
    make_plan("--strategy=plain", "--workload=metrics_counter");
    (void)check_cells(false);
    written_by(prepare, &built, false, text, sizeof text);
    assert_true(built.ok);
    assert_contains(text, "building ");
    (void)check_cells(true);
    vtb_plan_free(&plan);
}

static int tests(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(cells_are_built_once_each),
        cmocka_unit_test(a_plan_that_is_prepared_can_run),
        cmocka_unit_test(preparing_builds_what_is_missing),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
    return own_main(argc, argv, tests);
}
