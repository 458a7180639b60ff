#include "check.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "counting.h"

static struct vtb_point point;
static struct vtb_rig rig;

/* A point of user_cache; opened and closed around each use. */
static void open_rig(uint64_t calls_n, double hit_rate)
{
    struct vtb_error error;
    point = (struct vtb_point){
        .workload = vtb_find_workload("user_cache"),
        .hit_rate = hit_rate,
        .calls_n = calls_n,
        .keys_n = 1000,
        .in_flight = 64,
        .seed = 1,
    };
    assert_true(vtb_rig_open(&rig, &point, &error));
}

static const struct vtb_heap_entry *heap_for(const struct vtb_cell *cell)
{
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (vtb_heap_collects(vtb_heaps[i].heap) == cell->collected)
            return &vtb_heaps[i];
    }
    fail_msg("no heap for %s", cell->strategy_name);
    return NULL;
}

static struct vtb_counted count(const struct vtb_cell *cell)
{
    const struct vtb_case the_case = {.counting = cell, .heap = heap_for(cell)};
    struct vtb_counted counted;
    struct vtb_error error = {0};
    if (!vtb_counting_run(&rig, &the_case, &counted, &error))
        fail_msg("%s", error.message);
    return counted;
}

static void check_counted(const struct vtb_cell *cell, uint64_t hits_n)
{
    const struct vtb_counted counted = count(cell);
    const struct vtb_cost hit = cell->strategy->on_hit;
    const struct vtb_cost miss = cell->strategy->on_miss;
    const uint64_t misses_n = point.calls_n - hits_n;
    const uint64_t bytes = hits_n * hit.bytes + misses_n * miss.bytes;
    assert_int_equal(counted.calls_n, point.calls_n);
    assert_int_equal(counted.hits_n, hits_n);
    assert_int_equal(counted.counts.allocs_n, hits_n * hit.allocs_n + misses_n * miss.allocs_n);
    assert_int_equal(counted.counts.requested_bytes, bytes);
    assert_true(counted.counts.usable_bytes >= bytes);
    if (cell->collected)
        return;
    assert_int_equal(counted.counts.live_bytes, 0);
    assert_int_equal(counted.counts.frees_n, counted.counts.allocs_n);
    assert_true(counted.counts.peak_live_bytes <= hit.bytes + 64 * miss.bytes);
    assert_true(!bytes == !counted.counts.peak_live_bytes);
}

static void check_every_cell(uint64_t calls_n, double hit_rate, uint64_t hits_n)
{
    size_t cells_n = 0;
    open_rig(calls_n, hit_rate);
    for (size_t i = 0; vtb_cells[i]; i++) {
        if (!vtb_cells[i]->counting || strcmp(vtb_cells[i]->workload_name, "user_cache") != 0)
            continue;
        check_counted(vtb_cells[i], hits_n);
        cells_n++;
    }
    assert_true(cells_n >= 6);
    vtb_rig_close(&rig);
}

static void one_call(void **state)
{
    (void)state;
    check_every_cell(1, 1, 1);
    check_every_cell(1, 0, 0);
}

static void few_calls(void **state)
{
    (void)state;
    check_every_cell(10, 0.8, 8);
    check_every_cell(10, 0, 0);
    check_every_cell(10, 1, 10);
}

static void many_calls(void **state)
{
    (void)state;
    check_every_cell(1000000, 0.8, 800000);
}

/* Seven calls more than a chunk of the schedule: 838,866.4 hits. */
static void more_calls_than_a_chunk(void **state)
{
    (void)state;
    check_every_cell(1048576 + 7, 0.8, 838866);
}

/* The same calls, and so the same values, for every strategy. */
static void checksums_agree(void **state)
{
    (void)state;
    uint64_t expected = 0;
    open_rig(1048576 + 7, 0.5);
    expected = count(vtb_find_cell("plain", "user_cache", true, false)).checksum;
    assert_true(expected != 0);
    for (size_t i = 0; vtb_cells[i]; i++) {
        const struct vtb_cell *cell = vtb_cells[i];
        if (cell->counting && cell->strategy->role != VTB_ROLE_EMPTY &&
            strcmp(cell->workload_name, "user_cache") == 0)
            assert_true(count(cell).checksum == expected);
    }
    vtb_rig_close(&rig);
}

/* The two runs of a pass, and two passes. */
static void counts_can_be_repeated(void **state)
{
    (void)state;
    const struct vtb_cell *cell = vtb_find_cell("heap_task", "user_cache", true, false);
    open_rig(100000, 0.8);
    const struct vtb_counted first = count(cell);
    for (int i = 0; i < 3; i++) {
        const struct vtb_counted again = count(cell);
        assert_memory_equal(&first, &again, sizeof first);
    }
    vtb_rig_close(&rig);
}

/* --- strategies that must be refused --- */

static const struct vtb_cell *honest;

static void run_honest(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
}

static void leaks(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->service.counts.live_bytes += 8;
}

static void allocates_once_more(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->service.counts.allocs_n++;
    env->service.counts.frees_n++;
}

static void allocates_a_byte_more(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->service.counts.requested_bytes++;
}

static void crashes(struct vtb_env *env, size_t n)
{
    const struct rlimit no_core = {0, 0};
    (void)env;
    (void)n;
    (void)setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGSEGV, SIG_DFL); /* cmocka's own handler would go on with the tests in the child */
    raise(SIGSEGV);
}

static void gives_up(struct vtb_env *env, size_t n)
{
    (void)env;
    (void)n;
    _exit(3);
}

static void counts_differently_each_time(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->service.counts.usable_bytes += (uint64_t)getpid();
}

static void consumes_differently_each_time(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->checksum += (uint64_t)getpid();
}

/* Runs heap_task with its loop replaced. */
static bool run_replaced(void (*run)(struct vtb_env *env, size_t n), struct vtb_error *error)
{
    honest = vtb_find_cell("heap_task", "user_cache", true, false);
    struct vtb_cell cell = *honest;
    cell.strategy_name = "a_liar";
    cell.run_independent = run;
    const struct vtb_case the_case = {.counting = &cell, .heap = heap_for(&cell)};
    struct vtb_counted counted;
    open_rig(1000, 0.8);
    const bool ok = vtb_counting_run(&rig, &the_case, &counted, error);
    vtb_rig_close(&rig);
    return ok;
}

static void refused(void (*run)(struct vtb_env *env, size_t n), const char *reason)
{
    struct vtb_error error = {0};
    assert_false(run_replaced(run, &error));
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_one_line(error.message);
    assert_contains(error.message, "a_liar: ");
    assert_contains(error.message, reason);
}

static void an_honest_strategy_is_not_refused(void **state)
{
    (void)state;
    struct vtb_error error;
    assert_true(run_replaced(run_honest, &error));
}

static void a_leak_is_refused(void **state)
{
    (void)state;
    refused(leaks, "8 bytes are live at the end");
}

static void other_counts_than_the_layouts_say_are_refused(void **state)
{
    (void)state;
    refused(allocates_once_more,
            "counted 1001 allocations of 78400 bytes, but its layouts say "
            "1000 of 78400");
    refused(allocates_a_byte_more, "counted 1000 allocations of 78401 bytes");
}

static void a_crash_is_refused(void **state)
{
    (void)state;
    refused(crashes, "signal 11 (Segmentation fault)");
    refused(gives_up, "exit status 3");
}

static void runs_that_disagree_are_refused(void **state)
{
    (void)state;
    refused(counts_differently_each_time, "two counting runs disagree");
    refused(consumes_differently_each_time, "two counting runs disagree");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_call),
        cmocka_unit_test(few_calls),
        cmocka_unit_test(many_calls),
        cmocka_unit_test(more_calls_than_a_chunk),
        cmocka_unit_test(checksums_agree),
        cmocka_unit_test(counts_can_be_repeated),
        cmocka_unit_test(an_honest_strategy_is_not_refused),
        cmocka_unit_test(a_leak_is_refused),
        cmocka_unit_test(other_counts_than_the_layouts_say_are_refused),
        cmocka_unit_test(a_crash_is_refused),
        cmocka_unit_test(runs_that_disagree_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
