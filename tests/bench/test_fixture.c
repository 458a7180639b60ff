/* Tests of the parts that the cases of a point share, and of the order in which suspended
 * operations complete. */
#include "workloads/user_cache.h"

#include "built.h"
#include "memories.h"

#include "base/pages.h"
#include "bench/fixture.h"

#define KEYS_N 1000
#define WINDOW 4
#define DEPTH 3

static struct vtb_point point;
static struct vtb_fixture fixture;
static struct vtb_env env;
static double failure_rate;

static struct vtb_point point_of(size_t window)
{
    return (struct vtb_point){.workload = vtb_find_workload("user_cache"),
                              .failure_rate = failure_rate,
                              .in_flight = window,
                              .depth = 1,
                              .request_ops = 5,
                              .keys_n = KEYS_N,
                              .seed = 3};
}

/* Opens a fixture on which all calls miss, on keys that have different values. */
static void open_fixture(enum vtb_completion completion, size_t depth)
{
    struct vtb_error error;
    point = point_of(WINDOW);
    point.completion = completion;
    point.depth = depth;
    assert_true(vtb_fixture_open(&fixture, &point, &error));
}

static void open_env(const struct vtb_cell *cell)
{
    struct vtb_error error;
    assert_true(vtb_fixture_open_env(&fixture, &env, cell, glibc_memory(), &error));
}

static void close_env(const struct vtb_cell *cell)
{
    vtb_fixture_close_env(&env, cell, glibc_memory());
    assert_null(env.frames);
}

static void close_fixture(void)
{
    vtb_fixture_close(&fixture);
    assert_null(fixture.table);
}

static void run(const struct vtb_cell *cell, size_t n)
{
    vtb_fixture_loop(&fixture, cell, VTB_CONSUMER_INDEPENDENT)(&env, n);
}

/* The share in the checksum of the operation at place i of the schedule. */
static uint64_t value_at(size_t i)
{
    vtb_value user;
    assert_true(vtb_fetch(fixture.table, vtb_key_of(fixture.table, fixture.ids[i]), &user));
    return vtb_consume(&user);
}

/* The strategies whose operations wait in a window. */
static size_t suspending_n(void)
{
    size_t n = 0;
    for (size_t i = 0; vtb_strategies[i].name; i++)
        n += vtb_strategies[i].methods[0]->frame_bytes > 0;
    return n;
}

/* Calls visit for every cell that suspends, alone and beneath other methods; its window is open.
 * Beneath others there is an asynchronous one at least, of each of the two that are compared. */
static void for_suspending(enum vtb_completion completion,
                           void (*visit)(const struct vtb_cell *cell))
{
    for (size_t depth = 1; depth <= DEPTH; depth += DEPTH - 1) {
        size_t n = 0;
        open_fixture(completion, depth);
        for (size_t i = 0; built_cells()[i]; i++) {
            const struct vtb_cell *cell = built_cells()[i];
            if (!cell->frame_bytes || cell->kind.collected || cell->kind.counting ||
                !vtb_fixture_fits(&fixture, cell) || strcmp(cell->workload_name, "user_cache") != 0)
                continue;
            open_env(cell);
            visit(cell);
            close_env(cell);
            n++;
        }
        close_fixture();
        assert_true(n >= (depth == 1 ? suspending_n() : 2));
    }
}

static void check_filling(const struct vtb_cell *cell)
{
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(env.pending_n, i < WINDOW ? i : WINDOW - 1);
        run(cell, 1);
        if (i + 1 < WINDOW)
            assert_true(env.checksum == 0); /* nothing arrived yet */
    }
}

static void the_window_fills_and_stays_full(void **state)
{
    (void)state;
    for_suspending(VTB_COMPLETION_FIFO, check_filling);
}

static void check_fifo(const struct vtb_cell *cell)
{
    for (size_t i = 0; i < 50; i++) {
        run(cell, 1);
        if (i + 1 >= WINDOW)
            assert_true(env.arrived == value_at(i + 1 - WINDOW));
    }
}

static void fifo_completes_the_oldest(void **state)
{
    (void)state;
    for_suspending(VTB_COMPLETION_FIFO, check_fifo);
}

static void check_lifo(const struct vtb_cell *cell)
{
    for (size_t i = 0; i < 50; i++) {
        run(cell, 1);
        if (i + 1 >= WINDOW)
            assert_true(env.arrived == value_at(i));
    }
}

static void lifo_completes_the_newest(void **state)
{
    (void)state;
    for_suspending(VTB_COMPLETION_LIFO, check_lifo);
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
    for (size_t i = 0; i < n; i++) {
        pending[i < WINDOW ? i : WINDOW - 1] = value_at(i);
        run(cell, 1);
        if (i + 1 >= WINDOW)
            places[take_arrived(pending, WINDOW, env.arrived)]++;
    }
    for (size_t i = 0; i < WINDOW; i++) /* of all ages alike, newest to oldest */
        assert_near((double)places[i] / (double)n, 0.25, 5 * sqrt(0.25 * 0.75 / (double)n));
}

static void random_completes_any(void **state)
{
    (void)state;
    for_suspending(VTB_COMPLETION_RANDOM, check_random);
}

static void check_drain(const struct vtb_cell *cell)
{
    run(cell, 50);
    const uint64_t before = env.checksum;
    cell->drain(&env);
    assert_int_equal(env.pending_n, 0);
    assert_true(env.checksum - before == value_at(47) + value_at(48) + value_at(49));
    assert_true(env.arrived == value_at(49)); /* the newest arrives last */
    run(cell, 50);                            /* and the window can be used again */
    assert_int_equal(env.pending_n, WINDOW - 1);
}

static void drain_completes_oldest_first(void **state)
{
    (void)state;
    for_suspending(VTB_COMPLETION_FIFO, check_drain);
}

static void check_reuse(const struct vtb_cell *cell)
{
    for (size_t round = 0; round < 10; round++) {
        const uint64_t before = env.checksum;
        uint64_t expected = 0;
        env.position = 100 * round;
        run(cell, 30 + round);
        cell->drain(&env);
        for (size_t i = 0; i < 30 + round; i++)
            expected += value_at(100 * round + i);
        assert_true(env.checksum - before == expected);
        assert_int_equal(env.pending_n, 0);
    }
}

/* Between two checks of a pass the window is drained and filled again. */
static void a_drained_window_can_be_used_again(void **state)
{
    (void)state;
    for_suspending(VTB_COMPLETION_FIFO, check_reuse);
}

static void the_fixture_holds_the_schedule(void **state)
{
    (void)state;
    static uint32_t ids[VTB_SCHEDULE_CHUNK];
    struct vtb_error error;
    point = point_of(1);
    point.hits.rate = 0.7;
    point.failure_rate = 0.2;
    point.distribution = (struct vtb_distribution){true, 0.9};
    struct vtb_schedule schedule = {.hit_rate = 0.7,
                                    .failure_rate = 0.2,
                                    .keys_n = KEYS_N,
                                    .distribution = {true, 0.9},
                                    .seed = 3};
    assert_true(vtb_fixture_open(&fixture, &point, &error));
    vtb_schedule_fill(&schedule, 0, ids, VTB_SCHEDULE_CHUNK);
    assert_memory_equal(fixture.ids, ids, sizeof ids);
    assert_int_equal(fixture.zero, 0);
    assert_ptr_equal(fixture.point, &point);
    vtb_fixture_close(&fixture);
    point.force_async = schedule.force_async = true;
    assert_true(vtb_fixture_open(&fixture, &point, &error));
    vtb_schedule_fill(&schedule, 0, ids, VTB_SCHEDULE_CHUNK);
    assert_memory_equal(fixture.ids, ids, sizeof ids);
    vtb_fixture_close(&fixture);
}

/* A strategy is set up with the point's parameters and the cell's record. */
static void the_setup_is_the_points(void **state)
{
    (void)state;
    const struct vtb_cell *cell =
        built_cell("value_task", "user_cache", (struct vtb_kind){.method = VTB_METHOD_ASYNC});
    open_fixture(VTB_COMPLETION_FIFO, DEPTH);
    open_env(cell);
    const struct vtb_setup setup = vtb_fixture_setup(&fixture, cell);
    assert_ptr_equal(setup.table, fixture.table);
    assert_int_equal(setup.keys_n, KEYS_N);
    assert_int_equal(setup.entries_n, KEYS_N + KEYS_N / 2 + 1); /* the table's slots */
    assert_int_equal(setup.window, WINDOW);
    assert_int_equal(setup.depth, DEPTH);
    assert_int_equal(setup.request_ops, 5);
    assert_int_equal(setup.record_bytes, 56); /* the machine of a method around another */
    close_env(cell);
    close_fixture();
}

/* The outermost method calls the next one, and so on, down to the service's own. */
static void methods_are_nested(void **state)
{
    (void)state;
    for (size_t depth = 1; depth <= VTB_DEPTH_MAX; depth++) {
        const struct vtb_kind kind = {.layered = depth > 1};
        const struct vtb_cell *cell = built_cell("heap_task", "user_cache", kind);
        size_t layers_n = 0;
        open_fixture(VTB_COMPLETION_FIFO, depth);
        open_env(cell);
        for (const struct vtb_layer *layer = env.top; layer; layer = layer->below) {
            assert_ptr_equal(layer->service, &env.service);
            layers_n++;
        }
        assert_int_equal(layers_n, depth - 1);
        assert_ptr_equal(vtb_fixture_loop(&fixture, cell, VTB_CONSUMER_INDEPENDENT),
                         cell->run_independent);
        assert_ptr_equal(vtb_fixture_loop(&fixture, cell, VTB_CONSUMER_DEPENDENT),
                         cell->run_dependent);
        close_env(cell);
        close_fixture();
    }
}

/* A timed cell fits the points of its kind, and one that counts fits all. */
static void cells_fit_points(void **state)
{
    (void)state;
    for (int bits = 0; bits < 16; bits++) {
        struct vtb_cell cell = {.kind = {.layered = bits & 1, .polluted = bits & 2}};
        struct vtb_point its = {.depth = bits & 4 ? 2 : 1, .pollute_bytes = bits & 8 ? 64 : 0};
        struct vtb_fixture at = {.point = &its};
        assert_int_equal(vtb_fixture_fits(&at, &cell), bits >> 2 == (bits & 3));
        cell.kind.counting = true;
        assert_true(vtb_fixture_fits(&at, &cell));
    }
}

/* Each level of an asynchronous method has a place of its own in the frame; a direct one none. */
static void frames_have_room_for_every_method(void **state)
{
    (void)state;
    struct vtb_kind kind = {.method = VTB_METHOD_ASYNC};
    const struct vtb_cell *cell = built_cell("caller_op", "user_cache", kind);
    assert_true(cell->place_bytes > 0);
    open_fixture(VTB_COMPLETION_FIFO, DEPTH);
    open_env(cell);
    assert_int_equal(env.frame_bytes, cell->frame_bytes + (DEPTH - 1) * cell->place_bytes);
    close_env(cell);
    close_fixture();
    kind.method = VTB_METHOD_DIRECT;
    cell = built_cell("caller_op", "user_cache", kind);
    open_fixture(VTB_COMPLETION_FIFO, DEPTH);
    open_env(cell);
    assert_int_equal(env.frame_bytes, cell->frame_bytes);
    close_env(cell);
    close_fixture();
}

/* Closing completes what is suspended, and what it consumed can be read behind it. */
static void check_closing(const struct vtb_cell *cell)
{
    uint64_t expected = 0;
    run(cell, 20);
    for (size_t i = 0; i < 20; i++)
        expected += value_at(i);
    assert_true(vtb_fixture_checksum(&env) != expected);
    close_env(cell);
    assert_true(vtb_fixture_checksum(&env) == expected);
    assert_int_equal(env.pending_n, 0);
    open_env(cell);
}

static void closing_completes_what_is_suspended(void **state)
{
    (void)state;
    for_suspending(VTB_COMPLETION_FIFO, check_closing);
}

/* When an operation failed, the state of the loop holds nothing as the last arrival, rather than
 * the arrival before it. */
static void check_arrivals(const struct vtb_cell *cell)
{
    size_t failed_n = 0;
    for (size_t i = 0; i < 50; i++) {
        run(cell, 1);
        if (i + 1 < WINDOW)
            continue;
        const bool failed = fixture.ids[i + 1 - WINDOW] & VTB_ID_FAIL;
        assert_true(env.arrived == (failed ? 0 : value_at(i + 1 - WINDOW)));
        failed_n += failed;
        assert_int_equal(env.service.failed_n, failed_n);
    }
    assert_in_range(failed_n, 10, 40);
}

static void a_fault_arrives_as_nothing(void **state)
{
    (void)state;
    failure_rate = 0.5;
    for_suspending(VTB_COMPLETION_FIFO, check_arrivals);
    failure_rate = 0;
}

/* A value that is no answer adds nothing, though the floor has no other to hand over. */
static void faults_add_nothing_to_the_checksum(void **state)
{
    (void)state;
    const struct vtb_cell *cell = built_cell("plain", "user_cache", (struct vtb_kind){0});
    struct vtb_error error;
    point = point_of(WINDOW);
    point.failure_rate = 1;
    assert_true(vtb_fixture_open(&fixture, &point, &error));
    open_env(cell);
    run(cell, 20);
    assert_int_equal(env.service.failed_n, 20);
    assert_true(env.checksum != 0);
    assert_true(vtb_fixture_checksum(&env) == 0);
    close_env(cell);
    close_fixture();
}

/* --- a case's memory --- */

/* Part of it, in the order in which the parts stand. */
struct region {
    const char *start;
    size_t bytes;
};

static size_t regions_of(const struct vtb_cell *cell, struct region regions[4])
{
    const struct vtb_setup setup = vtb_fixture_setup(&fixture, cell);
    const struct vtb_workload *workload = point.workload->workload;
    size_t n = 0;
    if (cell->frame_bytes)
        regions[n++] = (struct region){env.frames, env.window * env.frame_bytes};
    if (cell->state_bytes)
        regions[n++] = (struct region){env.service.state, cell->state_bytes(&setup)};
    if (workload->own_bytes)
        regions[n++] = (struct region){(const char *)env.service.table,
                                       workload->own_bytes(fixture.table, &point.hits.cache)};
    if (cell->checked)
        regions[n++] =
            (struct region){(const char *)env.service.quarantine, sizeof *env.service.quarantine};
    return n;
}

/* Each part starts at a line of its own, lies inside of the memory that was asked for, and overlaps
 * no other. */
static void check_regions(const struct vtb_cell *cell)
{
    struct region regions[4];
    const char *end = env.memory;
    const size_t n = regions_of(cell, regions);
    for (size_t i = 0; i < n; i++) {
        assert_non_null(regions[i].start);
        assert_int_equal((uintptr_t)regions[i].start % 64, 0);
        assert_true(regions[i].start >= end);
        end = regions[i].start + regions[i].bytes;
    }
    assert_true(end <= (const char *)env.memory + env.memory_bytes);
}

/* Checks the regions of every cell of a workload, with a window and depth that leave odd sizes. */
static size_t check_regions_of(const char *workload)
{
    struct vtb_error error;
    size_t n = 0;
    point = point_of(7);
    point.workload = vtb_find_workload(workload);
    point.hits.cache = (struct vtb_cache_setup){.capacity = 13, .ttl_ns = 1000, .tick_ns = 7};
    point.hits.emerge =
        point.workload->workload->default_capacity > 0 || point.workload->workload->life_s > 0;
    point.depth = DEPTH;
    assert_true(vtb_fixture_open(&fixture, &point, &error));
    for (size_t i = 0; built_cells()[i]; i++) {
        const struct vtb_cell *cell = built_cells()[i];
        if (cell->kind.collected || strcmp(cell->workload_name, workload) != 0 ||
            (point.hits.emerge && cell->strategy->lacks.real_cache))
            continue;
        open_env(cell);
        check_regions(cell);
        if (vtb_fixture_fits(&fixture, cell))
            run(cell, 100);
        close_env(cell);
        n++;
    }
    close_fixture();
    return n;
}

static void parts_of_a_case_do_not_overlap(void **state)
{
    (void)state;
    size_t left_n = 0;
    for (size_t i = 0; vtb_workloads[i].name; i++) {
        const size_t n = check_regions_of(vtb_workloads[i].name);
        assert_true(n >= 7 || n == 0);
        left_n += n == 0;
    }
    assert_true(!BUILT_OTHERS || left_n == 4); /* sizes within the curve */
}

/* Cases do not all start at the same line of a page. */
static void cases_start_at_different_lines(void **state)
{
    (void)state;
    size_t lines[64];
    size_t cases_n = 0;
    size_t different_n = 0;
    struct vtb_error error;
    open_fixture(VTB_COMPLETION_FIFO, 1);
    for (size_t i = 0; built_cells()[i] && cases_n < 64; i++) {
        struct vtb_env own;
        if (strcmp(built_cells()[i]->workload_name, "user_cache") != 0 ||
            built_cells()[i]->kind.collected)
            continue;
        assert_true(vtb_fixture_open_env(&fixture, &own, built_cells()[i], glibc_memory(), &error));
        lines[cases_n] = (uintptr_t)own.frames % 4096;
        bool is_new = true;
        for (size_t j = 0; j < cases_n; j++)
            is_new &= lines[j] != lines[cases_n];
        different_n += is_new;
        cases_n++;
        vtb_fixture_close_env(&own, built_cells()[i], glibc_memory());
    }
    assert_in_range(different_n, 8, cases_n);
    close_fixture();
}

/* The line does not depend on where the state of the loop is. */
static void a_case_starts_at_the_same_line_in_every_run(void **state)
{
    (void)state;
    struct vtb_env envs[2];
    const struct vtb_cell *cell = built_cell("poll", "user_cache", (struct vtb_kind){0});
    struct vtb_error error;
    open_fixture(VTB_COMPLETION_FIFO, 1);
    for (size_t i = 0; i < 2; i++)
        assert_true(vtb_fixture_open_env(&fixture, &envs[i], cell, glibc_memory(), &error));
    assert_int_equal((uintptr_t)envs[0].frames % 4096, (uintptr_t)envs[1].frames % 4096);
    for (size_t i = 0; i < 2; i++)
        vtb_fixture_close_env(&envs[i], cell, glibc_memory());
    close_fixture();
}

/* --- what a session draws --- */

#define ORDERED_N 64

/* What is drawn for one fixture: keys, the order in which operations complete, and the line where
 * each of some cases starts. */
struct drawn {
    uint64_t seed;
    uint64_t places;
    uint32_t ids[ORDERED_N];
    uint32_t completions[ORDERED_N];
    size_t lines[5];
};

/* Of a session; 0 for the fixture of no session. */
static struct drawn draw_session(uint64_t session, uint64_t seed)
{
    static const char *const names[] = {"plain", "heap_task", "value_task", "poll", "callback"};
    struct drawn drawn = {.seed = 0};
    struct vtb_error error;
    point = point_of(WINDOW);
    point.completion = VTB_COMPLETION_RANDOM;
    point.seed = seed;
    assert_true(session ? vtb_fixture_open_session(&fixture, &point, session, &error)
                        : vtb_fixture_open(&fixture, &point, &error));
    assert_true(fixture.completion_order_n >= ORDERED_N);
    drawn.seed = fixture.schedule.seed;
    drawn.places = fixture.places;
    memcpy(drawn.ids, fixture.ids, sizeof drawn.ids);
    memcpy(drawn.completions, fixture.completion_order, sizeof drawn.completions);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct vtb_cell *cell = built_cell(names[i], "user_cache", (struct vtb_kind){0});
        open_env(cell);
        drawn.lines[i] = (uintptr_t)env.frames % 4096;
        close_env(cell);
    }
    close_fixture();
    return drawn;
}

static void assert_drawn_apart(const struct drawn *left, const struct drawn *right)
{
    assert_true(left->seed != right->seed);
    assert_memory_not_equal(left->ids, right->ids, sizeof left->ids);
    assert_memory_not_equal(left->completions, right->completions, sizeof left->completions);
}

/* Keys, orders and places follow from its number and from the seed, and from nothing else. */
static void a_session_is_drawn_by_its_number(void **state)
{
    (void)state;
    const struct drawn first = draw_session(1, 3);
    const struct drawn second = draw_session(2, 3);
    const struct drawn other_seed = draw_session(1, 4);
    const struct drawn again = draw_session(1, 3);
    assert_drawn_apart(&first, &second);
    assert_drawn_apart(&first, &other_seed);
    assert_memory_not_equal(first.lines, second.lines, sizeof first.lines);
    assert_memory_not_equal(first.lines, other_seed.lines, sizeof first.lines);
    assert_memory_equal(&first, &again, sizeof first);
}

/* Other passes count the calls of the seed itself, and their places follow from names alone. */
static void what_is_of_no_session_is_drawn_by_the_seed(void **state)
{
    (void)state;
    const struct drawn plain = draw_session(0, 3);
    const struct drawn other_seed = draw_session(0, 4);
    const struct drawn session = draw_session(1, 3);
    assert_true(plain.seed == 3 && plain.places == 0);
    assert_drawn_apart(&plain, &other_seed);
    assert_drawn_apart(&plain, &session);
    assert_memory_equal(plain.lines, other_seed.lines, sizeof plain.lines);
    assert_memory_not_equal(plain.lines, session.lines, sizeof plain.lines);
}

/* A service has a table of its own if it writes to it; a table that no service writes to is
 * shared. */
static void services_have_tables_of_their_own(void **state)
{
    (void)state;
    struct vtb_error error;
    size_t own_n = 0;
    for (size_t i = 0; vtb_workloads[i].name; i++) {
        const struct vtb_cell *cell = built_floor(vtb_workloads[i].name);
        struct vtb_env other;
        if (!cell)
            continue;
        point = point_of(WINDOW);
        point.workload = &vtb_workloads[i];
        point.hits.emerge = point.workload->workload->default_capacity > 0;
        point.hits.cache = (struct vtb_cache_setup){.capacity = 10, .tick_ns = 1};
        assert_true(vtb_fixture_open(&fixture, &point, &error));
        open_env(cell);
        assert_true(vtb_fixture_open_env(&fixture, &other, cell, glibc_memory(), &error));
        const bool own = point.workload->workload->own_bytes != NULL;
        assert_int_equal(env.service.table != fixture.table, own);
        assert_int_equal(env.service.table != other.service.table, own);
        own_n += own;
        vtb_fixture_close_env(&other, cell, glibc_memory());
        close_env(cell);
        close_fixture();
    }
    assert_true(own_n >= 2);
}

/* --- other memory --- */

static uint64_t checksum_of(const struct vtb_cell *cell, enum vtb_consumer consumer)
{
    open_env(cell);
    vtb_fixture_loop(&fixture, cell, consumer)(&env, 300);
    cell->drain(&env);
    const uint64_t checksum = vtb_fixture_checksum(&env);
    close_env(cell);
    return checksum;
}

/* All cases touch the same pages of other memory, and what they do in between stays the same. */
static void polluted_loops(void **state)
{
    (void)state;
    for (size_t depth = 1; depth <= DEPTH; depth++) {
        struct vtb_error error;
        struct vtb_kind kind = {.method = VTB_METHOD_ASYNC, .layered = depth > 1};
        const struct vtb_cell *cell = built_cell("value_task", "user_cache", kind);
        open_fixture(VTB_COMPLETION_FIFO, depth);
        assert_null(fixture.pollution);
        const uint64_t expected = checksum_of(cell, VTB_CONSUMER_DEPENDENT);
        close_fixture();
        kind.polluted = true;
        cell = built_cell("value_task", "user_cache", kind);
        point.pollute_bytes = 8000;
        assert_true(vtb_fixture_open(&fixture, &point, &error));
        assert_non_null(fixture.pollution);
        for (size_t i = 0; i < 8000; i++)
            assert_int_equal(fixture.pollution[i],
                             1); /* written: not the page of zeros that all share */
        open_env(cell);
        assert_ptr_equal(env.pollution, fixture.pollution);
        assert_int_equal(env.pollution_bytes, 8000);
        close_env(cell);
        assert_true(checksum_of(cell, VTB_CONSUMER_INDEPENDENT) == expected);
        assert_true(checksum_of(cell, VTB_CONSUMER_DEPENDENT) == expected);
        close_fixture();
    }
}

/* --- the keys of the calls --- */

static void drawn_calls(void **state)
{
    (void)state;
    static uint32_t expected[VTB_SCHEDULE_CHUNK];
    const uint32_t *ids = NULL;
    open_fixture(VTB_COMPLETION_FIFO, 1);
    for (uint64_t chunk = 0; chunk < 3; chunk++) {
        vtb_schedule_fill(&fixture.schedule, chunk, expected, VTB_SCHEDULE_CHUNK);
        assert_int_equal(
            vtb_fixture_calls(&fixture, chunk * VTB_SCHEDULE_CHUNK, VTB_SCHEDULE_CHUNK + 5, &ids),
            VTB_SCHEDULE_CHUNK);
        assert_memory_equal(ids, expected, sizeof expected);
        vtb_schedule_fill(&fixture.schedule, chunk, expected, 100);
        assert_int_equal(vtb_fixture_calls(&fixture, chunk * VTB_SCHEDULE_CHUNK, 100, &ids), 100);
        assert_memory_equal(ids, expected, 100 * sizeof *ids);
    }
    close_fixture();
}

/* The keys of a trace come in its order, and from the start again at its end. */
static void recorded_calls(void **state)
{
    (void)state;
    static const uint32_t recorded[] = {0, 1, 0, 2, 3};
    const struct vtb_trace trace = {.ids = recorded, .ids_n = 5, .keys_n = 4};
    const uint32_t *ids = NULL;
    struct vtb_error error;
    point = point_of(1);
    point.hits.trace = &trace;
    assert_true(vtb_fixture_open(&fixture, &point, &error));
    assert_ptr_equal(fixture.ids, recorded);
    assert_int_equal(fixture.ids_n, 5);
    assert_null(fixture.drawn);
    assert_int_equal(vtb_fixture_calls(&fixture, 0, 3, &ids), 3);
    assert_ptr_equal(ids, recorded);
    assert_int_equal(vtb_fixture_calls(&fixture, 3, 10, &ids), 2);
    assert_ptr_equal(ids, recorded + 3);
    assert_int_equal(vtb_fixture_calls(&fixture, 5, 10, &ids), 5);
    assert_ptr_equal(ids, recorded);
    assert_int_equal(vtb_fixture_calls(&fixture, 5000000011, 2, &ids), 2);
    assert_ptr_equal(ids, recorded + 1);
    close_fixture();
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
    const struct vtb_workload_entry entry = {.name = "huge", .workload = &workload};
    point = point_of(1);
    point.workload = &entry;
    assert_false(vtb_fixture_open(&fixture, &point, &error));
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_one_line(error.message);
    assert_contains(error.message, "the workload's table");
    assert_null(fixture.table);
    assert_null(fixture.ids);
    assert_null(fixture.completion_order);
    point.workload = NULL;
}

static void check_table(const struct vtb_table *table, uint64_t keys_n, size_t entries_n)
{
    bool seen[1000] = {false};
    assert_true(entries_n >= keys_n && entries_n <= 1000);
    for (uint32_t id = 0; id < keys_n; id++) {
        const vtb_value *found = vtb_lookup(table, vtb_key_of(table, id));
        const vtb_key missing = vtb_key_of(table, id | VTB_ID_MISS);
        const vtb_key failing = vtb_key_of(table, id | VTB_ID_MISS | VTB_ID_FAIL);
        vtb_value value;
        assert_non_null(found);
        assert_int_equal((*found)->id, id);
        assert_null(vtb_lookup(table, missing));
        assert_null(vtb_lookup(table, failing));
        assert_true(vtb_fetch(table, missing, &value));
        assert_int_equal(value->id, id);
        assert_false(vtb_fetch(table, failing, &value));
        assert_true(vtb_entry_of(table, found) < entries_n);
        assert_false(seen[vtb_entry_of(table, found)]); /* each entry has a number of its own */
        seen[vtb_entry_of(table, found)] = true;
    }
}

/* A table of any size holds its keys and no other, in the memory that it asked for. */
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
        check_table(table, keys_n, workload->entries_n(keys_n));
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
        cmocka_unit_test(closing_completes_what_is_suspended),
        cmocka_unit_test(the_fixture_holds_the_schedule),
        cmocka_unit_test(the_setup_is_the_points),
        cmocka_unit_test(methods_are_nested),
        cmocka_unit_test(frames_have_room_for_every_method),
        cmocka_unit_test(a_fault_arrives_as_nothing),
        cmocka_unit_test(faults_add_nothing_to_the_checksum),
        cmocka_unit_test(parts_of_a_case_do_not_overlap),
        cmocka_unit_test(cases_start_at_different_lines),
        cmocka_unit_test(a_case_starts_at_the_same_line_in_every_run),
        cmocka_unit_test(a_session_is_drawn_by_its_number),
        cmocka_unit_test(what_is_of_no_session_is_drawn_by_the_seed),
        cmocka_unit_test(services_have_tables_of_their_own),
        cmocka_unit_test(polluted_loops),
        cmocka_unit_test(cells_fit_points),
        cmocka_unit_test(drawn_calls),
        cmocka_unit_test(recorded_calls),
        cmocka_unit_test(a_table_that_does_not_fit_is_an_error),
        cmocka_unit_test(tables_of_all_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
