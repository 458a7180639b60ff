/* What the cases of a point share, and in which order suspended operations complete. */
#include "check.h"

#include "../workloads/user_cache.h"

#include "pages.h"
#include "rig.h"

#define KEYS_N 1000
#define WINDOW 4

static struct vtb_point point;
static struct vtb_rig rig;
static struct vtb_env env;

/* All calls miss, on keys that have different values. */
static void open_window(const struct vtb_cell *cell, enum vtb_completion completion)
{
    struct vtb_error error;
    point = (struct vtb_point){.workload = vtb_find_workload("user_cache"),
                               .in_flight = WINDOW,
                               .completion = completion,
                               .keys_n = KEYS_N,
                               .seed = 3};
    assert_true(vtb_rig_open(&rig, &point, &error));
    assert_true(vtb_rig_open_env(&rig, &env, cell, vtb_find_heap("glibc")->heap, &error));
}

static void close_window(const struct vtb_cell *cell)
{
    cell->drain(&env);
    vtb_rig_close_env(&env, cell);
    assert_null(env.frames);
    vtb_rig_close(&rig);
    assert_null(rig.table);
}

/* What the operation of place i consumes. */
static uint64_t value_at(size_t i)
{
    const vtb_value user = vtb_fetch(rig.table, vtb_key_of(rig.table, rig.ids[i]));
    return vtb_consume(&user);
}

/* Calls visit for every strategy that suspends. */
static void for_suspending(void (*visit)(const struct vtb_cell *cell))
{
    size_t n = 0;
    for (size_t i = 0; vtb_cells[i]; i++) {
        const struct vtb_cell *cell = vtb_cells[i];
        if (cell->frame_bytes && !cell->collected && !cell->counting &&
            strcmp(cell->workload_name, "user_cache") == 0) {
            visit(cell);
            n++;
        }
    }
    assert_true(n >= 5);
}

static void check_filling(const struct vtb_cell *cell)
{
    open_window(cell, VTB_COMPLETION_FIFO);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(env.pending_n, i < WINDOW ? i : WINDOW - 1);
        cell->run_independent(&env, 1);
        if (i + 1 < WINDOW)
            assert_true(env.checksum == 0); /* nothing arrived yet */
    }
    close_window(cell);
}

static void the_window_fills_and_stays_full(void **state)
{
    (void)state;
    for_suspending(check_filling);
}

static void check_fifo(const struct vtb_cell *cell)
{
    open_window(cell, VTB_COMPLETION_FIFO);
    for (size_t i = 0; i < 50; i++) {
        cell->run_independent(&env, 1);
        if (i + 1 >= WINDOW)
            assert_true(env.arrived == value_at(i + 1 - WINDOW));
    }
    close_window(cell);
}

static void fifo_completes_the_oldest(void **state)
{
    (void)state;
    for_suspending(check_fifo);
}

static void check_lifo(const struct vtb_cell *cell)
{
    open_window(cell, VTB_COMPLETION_LIFO);
    for (size_t i = 0; i < 50; i++) {
        cell->run_independent(&env, 1);
        if (i + 1 >= WINDOW)
            assert_true(env.arrived == value_at(i));
    }
    close_window(cell);
}

static void lifo_completes_the_newest(void **state)
{
    (void)state;
    for_suspending(check_lifo);
}

/* Keeps the window as a list, oldest first; returns which of them arrived, and takes it out. */
static size_t take_arrived(uint64_t *pending, size_t pending_n, uint64_t arrived)
{
    for (size_t i = 0; i < pending_n; i++) {
        if (pending[i] == arrived) {
            memmove(pending + i, pending + i + 1, (pending_n - i - 1) * sizeof *pending);
            return i;
        }
    }
    fail_msg("what arrived was not pending");
    return 0;
}

static void check_random(const struct vtb_cell *cell)
{
    uint64_t pending[WINDOW];
    size_t places[WINDOW] = {0};
    const size_t n = 4000;
    open_window(cell, VTB_COMPLETION_RANDOM);
    for (size_t i = 0; i < n; i++) {
        pending[i < WINDOW ? i : WINDOW - 1] = value_at(i);
        cell->run_independent(&env, 1);
        if (i + 1 >= WINDOW)
            places[take_arrived(pending, WINDOW, env.arrived)]++;
    }
    close_window(cell);
    for (size_t i = 0; i < WINDOW; i++) /* of all ages alike, newest to oldest */
        assert_near((double)places[i] / (double)n, 0.25, 5 * sqrt(0.25 * 0.75 / (double)n));
}

static void random_completes_any(void **state)
{
    (void)state;
    for_suspending(check_random);
}

static void check_drain(const struct vtb_cell *cell)
{
    open_window(cell, VTB_COMPLETION_FIFO);
    cell->run_independent(&env, 50);
    const uint64_t before = env.checksum;
    cell->drain(&env);
    assert_int_equal(env.pending_n, 0);
    assert_true(env.checksum - before == value_at(47) + value_at(48) + value_at(49));
    assert_true(env.arrived == value_at(49)); /* the newest arrives last */
    cell->run_independent(&env, 50);          /* and the window can be used again */
    assert_int_equal(env.pending_n, WINDOW - 1);
    close_window(cell);
}

static void drain_completes_oldest_first(void **state)
{
    (void)state;
    for_suspending(check_drain);
}

static void check_reuse(const struct vtb_cell *cell)
{
    open_window(cell, VTB_COMPLETION_FIFO);
    for (size_t round = 0; round < 10; round++) {
        const uint64_t before = env.checksum;
        uint64_t expected = 0;
        env.position = 100 * round;
        cell->run_independent(&env, 30 + round);
        cell->drain(&env);
        for (size_t i = 0; i < 30 + round; i++)
            expected += value_at(100 * round + i);
        assert_true(env.checksum - before == expected);
        assert_int_equal(env.pending_n, 0);
    }
    close_window(cell);
}

/* Between two checks of a pass the window is drained and filled again. */
static void a_drained_window_can_be_used_again(void **state)
{
    (void)state;
    for_suspending(check_reuse);
}

static void the_rig_holds_the_schedule(void **state)
{
    (void)state;
    static uint32_t ids[VTB_SCHEDULE_CHUNK];
    struct vtb_error error;
    point = (struct vtb_point){.workload = vtb_find_workload("user_cache"),
                               .hit_rate = 0.7,
                               .in_flight = 1,
                               .keys_n = KEYS_N,
                               .distribution = {true, 0.9},
                               .seed = 12};
    const struct vtb_schedule schedule = {0.7, KEYS_N, {true, 0.9}, 12};
    assert_true(vtb_rig_open(&rig, &point, &error));
    vtb_schedule_fill(&schedule, 0, ids, VTB_SCHEDULE_CHUNK);
    assert_memory_equal(rig.ids, ids, sizeof ids);
    assert_int_equal(rig.zero, 0);
    assert_ptr_equal(rig.point, &point);
    vtb_rig_close(&rig);
}

static size_t far_too_much(uint64_t keys_n)
{
    (void)keys_n;
    return SIZE_MAX / 4;
}

static struct vtb_table *never_made(void *memory, uint64_t keys_n)
{
    (void)memory;
    fail_msg("a table of %d keys", (int)keys_n);
    return NULL;
}

static void a_table_that_does_not_fit_is_an_error(void **state)
{
    (void)state;
    struct vtb_error error = {0};
    const struct vtb_workload workload = {.table_bytes = far_too_much, .make_table = never_made};
    const struct vtb_workload_entry entry = {"huge", &workload};
    point = (struct vtb_point){.workload = &entry, .in_flight = 1, .keys_n = 5};
    assert_false(vtb_rig_open(&rig, &point, &error));
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_one_line(error.message);
    assert_contains(error.message, "the workload's table");
    assert_null(rig.table);
    assert_null(rig.ids);
    assert_null(rig.turns);
}

static void check_table(const struct vtb_table *table, uint64_t keys_n)
{
    for (uint32_t id = 0; id < keys_n; id++) {
        const vtb_value *found = vtb_lookup(table, vtb_key_of(table, id));
        const vtb_key missing = vtb_key_of(table, id | VTB_ID_MISS);
        assert_non_null(found);
        assert_int_equal((*found)->id, id);
        assert_null(vtb_lookup(table, missing));
        assert_int_equal(vtb_fetch(table, missing)->id, id);
    }
}

/* Whatever its size, the table holds its keys and no other, in the memory that it asked for. */
static void tables_of_all_sizes(void **state)
{
    (void)state;
    struct vtb_error error;
    const struct vtb_workload *workload = vtb_find_workload("user_cache")->workload;
    for (uint64_t keys_n = 1; keys_n <= 300; keys_n++) {
        const size_t bytes = workload->table_bytes(keys_n);
        unsigned char *memory = vtb_pages(bytes + 64, "a table", &error);
        assert_non_null(memory);
        memset(memory + bytes, 0x5a, 64);
        const struct vtb_table *table = workload->make_table(memory, keys_n);
        assert_ptr_equal(table, memory);
        check_table(table, keys_n);
        for (size_t i = 0; i < 64; i++)
            assert_int_equal(memory[bytes + i], 0x5a);
        vtb_pages_free(memory, bytes + 64);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_window_fills_and_stays_full),
        cmocka_unit_test(fifo_completes_the_oldest),
        cmocka_unit_test(lifo_completes_the_newest),
        cmocka_unit_test(random_completes_any),
        cmocka_unit_test(drain_completes_oldest_first),
        cmocka_unit_test(a_drained_window_can_be_used_again),
        cmocka_unit_test(the_rig_holds_the_schedule),
        cmocka_unit_test(a_table_that_does_not_fit_is_an_error),
        cmocka_unit_test(tables_of_all_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
