#include "directory.h"
#include "made_up.h"

#include "report/histograms.h"

static struct made_up it;
static struct vtb_error error;

static int made(void **state)
{
    make_up(&it);
    return make_directory(state);
}

static void write_histograms(void)
{
    if (!vtb_histograms_write(&it.results, in_directory("run"), &error))
        fail_msg("%s", error.message);
}

/* Reads a file, which holds the pauses and then the case's name, and removes it, so that the next
 * one is written anew. */
static void holds(const char *name, const char *expected)
{
    char text[1024] = "";
    const char *path = in_directory(name);
    FILE *in = fopen(path, "r");
    if (!in)
        fail_msg("no %s", name);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    assert_int_equal(fclose(in), 0);
    assert_int_equal(unlink(path), 0);
    assert_memory_equal(text, expected, strlen(expected));
    const char *said =
        strstr(name, "left") ? "#[Case    = errands/left/heap/" : "#[Case    = errands/right/heap/";
    assert_contains(text + strlen(expected), said);
}

static char left[] = "pauses of left\n";
static char right[] = "pauses of right\n";

static void a_case_with_pauses_has_a_file(void **state)
{
    (void)state;
    it.figures[1].pressure.hgrm = right;
    write_histograms();
    assert_int_equal(entries_n(directory), 1);
    holds("run.right-heap.hgrm", right);
    it.figures[0].pressure.hgrm = left;
    it.cells[0].kind.method = VTB_METHOD_ASYNC;
    write_histograms();
    assert_int_equal(entries_n(directory), 2);
    holds("run.left-heap-async.hgrm", left);
    holds("run.right-heap.hgrm", right);
}

/* Its pauses are those of one caller. */
static void a_case_of_several_callers_has_none(void **state)
{
    (void)state;
    it.figures[0].pressure.hgrm = left;
    it.figures[1].pressure.hgrm = right;
    it.cases[1].serial = 0;
    write_histograms();
    assert_int_equal(entries_n(directory), 1);
    holds("run.left-heap.hgrm", left);
}

/* Those of the plan's first consumer, who is not the first of all. */
static void consumers_share_a_file(void **state)
{
    (void)state;
    struct vtb_figures others[MADE_UP_CASES_N] = {it.figures[0], it.figures[1]};
    struct vtb_comparison both[2] = {it.comparison, it.comparison};
    others[0].pressure.hgrm = left;
    it.figures[0].pressure.hgrm = right;
    both[0].consumer = VTB_CONSUMER_DEPENDENT;
    both[0].figures = others;
    it.plan.consumers[0] = VTB_CONSUMER_DEPENDENT;
    it.plan.consumers[1] = VTB_CONSUMER_INDEPENDENT;
    it.results.comparisons = both;
    it.results.comparisons_n = 2;
    write_histograms();
    assert_int_equal(entries_n(directory), 1);
    holds("run.left-heap.hgrm", left);
}

static void several_points_are_numbered(void **state)
{
    (void)state;
    struct vtb_point points[2] = {it.point, it.point};
    struct vtb_comparison both[2] = {it.comparison, it.comparison};
    struct vtb_figures others[MADE_UP_CASES_N] = {it.figures[0], it.figures[1]};
    it.figures[0].pressure.hgrm = left;
    others[0].pressure.hgrm = right;
    both[1].figures = others;
    it.plan.points = points;
    it.plan.points_n = 2;
    both[0].point = &points[1]; /* in whatever order they come */
    both[1].point = &points[0];
    it.results.comparisons = both;
    it.results.comparisons_n = 2;
    write_histograms();
    assert_int_equal(entries_n(directory), 2);
    holds("run.left-heap-1.hgrm", right);
    holds("run.left-heap-2.hgrm", left);
}

static void what_cannot_be_written_is_an_error(void **state)
{
    (void)state;
    it.figures[0].pressure.hgrm = left;
    assert_false(vtb_histograms_write(&it.results, in_directory("missing/run"), &error));
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_contains(error.message, "missing/run.left-heap.hgrm' cannot be written: ");
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, made, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(a_case_with_pauses_has_a_file),
        IN_DIRECTORY(a_case_of_several_callers_has_none),
        IN_DIRECTORY(consumers_share_a_file),
        IN_DIRECTORY(several_points_are_numbered),
        IN_DIRECTORY(what_cannot_be_written_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
