/* A case's heap and the state of its loop: opened, entered, left and closed together. */
#include "built.h"
#include "check.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/case_run.h"
#include "check/strict_heap.h"

#define CALLS_N ((size_t)100)

static struct vtb_point point;
static struct vtb_fixture fixture;
static struct vtb_case_run run;
static struct vtb_error error;

static const struct vtb_cell *cell;

static int setup(void **state)
{
    (void)state;
    point = (struct vtb_point){.workload = vtb_find_workload("user_cache"),
                               .hits.rate = 0.5,
                               .calls_n = CALLS_N,
                               .keys_n = 1000,
                               .in_flight = 4,
                               .depth = 1,
                               .request_ops = VTB_REQUEST_OPS,
                               .seed = 1};
    cell = built_cell("heap_task", "user_cache", (struct vtb_kind){.counting = true});
    return vtb_fixture_open(&fixture, &point, &error) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    vtb_fixture_close(&fixture);
    return 0;
}

static void open_on(const struct vtb_heap *heap, const struct vtb_point *at)
{
    if (!vtb_case_open(&run, &fixture, cell, heap, at, VTB_CASE_HEAP_NEW, &error))
        fail_msg("%s", error.message);
}

static void a_heap_that_collects_is_entered_and_left(void **state)
{
    (void)state;
    open_on(&vtb_strict_heap, &point);
    assert_int_equal(vtb_strict_seen.inside_n, 1);
    assert_true(vtb_strict_roots_n > 0);
    vtb_fixture_loop(&fixture, cell, VTB_CONSUMER_INDEPENDENT)(&run.env, CALLS_N);
    assert_int_equal(vtb_strict_seen.allocs_n, CALLS_N); /* a hit's object, or a miss's */
    vtb_case_leave(&run);
    assert_int_equal(vtb_strict_seen.inside_n, 0);
    assert_int_equal(vtb_strict_seen.closed_n, 0);
    vtb_case_close(&run);
    assert_int_equal(vtb_strict_seen.inside_n, 0);
    assert_int_equal(vtb_strict_seen.closed_n, 1);
    assert_int_equal(vtb_strict_seen.outside_n, 0);
    assert_int_equal(vtb_strict_roots_n, 0);
}

static void a_heap_that_frees_gets_all_back(void **state)
{
    (void)state;
    open_on(vtb_find_heap("glibc")->heap, &point);
    vtb_fixture_loop(&fixture, cell, VTB_CONSUMER_INDEPENDENT)(&run.env, CALLS_N);
    vtb_case_leave(&run);
    const uint64_t checksum = vtb_fixture_checksum(&run.env);
    const struct vtb_counts *counts = &run.env.service.counts;
    assert_in_range(counts->allocs_n - counts->frees_n, 1, point.in_flight);
    assert_int_equal(counts->live_bytes, (counts->allocs_n - counts->frees_n) * cell->miss_bytes);
    vtb_case_close(&run);
    assert_int_equal(counts->live_bytes, 0);
    assert_int_equal(counts->allocs_n, CALLS_N);
    assert_int_equal(counts->frees_n, CALLS_N);
    assert_true(vtb_fixture_checksum(&run.env) !=
                checksum); /* and what was in flight was consumed */
}

/* The point's that is given, which is not the fixture's. */
static void the_heap_is_as_it_was_asked_for(void **state)
{
    struct vtb_point other = point;
    (void)state;
    other.live_heap_bytes = 10000;
    open_on(&vtb_strict_heap, &other);
    const size_t entry_bytes = vtb_live_entry_bytes(point.workload->workload);
    assert_int_equal(run.memory.live_bytes, 10000 / entry_bytes * entry_bytes);
    vtb_case_leave(&run);
    vtb_case_close(&run);
    open_on(&vtb_strict_heap, &point);
    assert_int_equal(run.memory.live_bytes, 0);
    vtb_case_leave(&run);
    vtb_case_close(&run);
}

/* Once it has used up what it may between two collections, of which no count is left. */
static void a_heap_may_be_warm(void **state)
{
    const struct vtb_heap *heap = vtb_find_heap("gengc")->heap;
    struct vtb_point other = point;
    struct vtb_heap_state warm = {0};
    struct vtb_heap_state new = {0};
    (void)state;
    other.gen0_budget_bytes = (size_t)1 << 20;
    assert_true(heap->collector->has_budget);
    open_on(heap, &other);
    heap->collector->state(run.memory.gc, &new);
    vtb_case_leave(&run);
    vtb_case_close(&run);
    assert_true(vtb_case_open(&run, &fixture, cell, heap, &other, VTB_CASE_HEAP_WARM, &error));
    heap->collector->state(run.memory.gc, &warm);
    assert_int_equal(run.memory.collected.collections_n[0], 0);
    vtb_case_leave(&run);
    vtb_case_close(&run);
    assert_true(warm.reserved_bytes > new.reserved_bytes);
}

/* A window that no memory holds: nothing is left open. */
static void a_window_that_does_not_fit_is_an_error(void **state)
{
    (void)state;
    point.in_flight = (size_t)1 << 46;
    const bool ok =
        vtb_case_open(&run, &fixture, cell, &vtb_strict_heap, &point, VTB_CASE_HEAP_NEW, &error);
    point.in_flight = 4;
    assert_false(ok);
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_one_line(error.message);
    assert_int_equal(vtb_strict_seen.inside_n, 0);
    assert_int_equal(vtb_strict_seen.closed_n, 1);
}

static bool ends_by_a_signal(void *context, struct vtb_error *own)
{
    const struct rlimit no_core = {0, 0};
    (void)context;
    (void)own;
    (void)setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGSEGV, SIG_DFL); /* cmocka's own would go on with the tests in the child */
    raise(SIGSEGV);
    return true;
}

static bool adds_one(void *context, struct vtb_error *own)
{
    (void)own;
    return ++*(int *)context == 2;
}

static void a_message_names_the_cell_and_the_pass(void **state)
{
    int one = 1;
    (void)state;
    assert_true(vtb_case_in_child(cell, "some pass", adds_one, &one, &error));
    assert_int_equal(one, 1); /* it was the child's */
    assert_false(vtb_case_in_child(cell, "some pass", ends_by_a_signal, NULL, &error));
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_string_equal(error.message,
                        "heap_task: some pass: ended by signal 11 (Segmentation "
                        "fault); `run_bench check` of it says where");
}

/* This build cannot say what is wrong with a cell of another one. */
static void whose_check_says_where(void **state)
{
    (void)state;
    const struct vtb_cell own = {.name = "some_task@atomic"};
    const struct vtb_cell edition = {.name = "some_task:b2"};
    assert_string_equal(vtb_case_remedy(&own), "`run_bench check` of it says where");
    assert_begins(vtb_case_remedy(&edition), "B's own `run_bench check`");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whose_check_says_where),
        cmocka_unit_test(a_heap_that_collects_is_entered_and_left),
        cmocka_unit_test(a_heap_that_frees_gets_all_back),
        cmocka_unit_test(the_heap_is_as_it_was_asked_for),
        cmocka_unit_test(a_heap_may_be_warm),
        cmocka_unit_test(a_window_that_does_not_fit_is_an_error),
        cmocka_unit_test(a_message_names_the_cell_and_the_pass),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
