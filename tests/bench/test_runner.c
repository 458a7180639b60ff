/* Several callers at once, and operations that complete on another thread, over the real cells. */
#include "built.h"
#include "cells.h"

#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include "bench/runner.h"

#define KEYS_N 1000
#define CALLS_N 300
#define CALLERS_MAX 4
#define DEPTH 3

/* --- a heap that knows what is left of it, for any thread --- */

static uint64_t allocs_n;
static uint64_t frees_n;
static uint64_t frees_here_n; /* on the thread of the test */
static pthread_t test_thread;

static void *counted_alloc(size_t bytes)
{
    void *memory = malloc(bytes);
    if (!memory)
        abort();
    memset(memory, 0xa5, bytes); /* what an object was is not what the next one is */
    __atomic_fetch_add(&allocs_n, 1, __ATOMIC_RELAXED);
    return memory;
}

static void counted_free(void *memory)
{
    memset(memory, 0x5a, malloc_usable_size(memory));
    __atomic_fetch_add(&frees_n, 1, __ATOMIC_RELAXED);
    if (pthread_equal(pthread_self(), test_thread))
        __atomic_fetch_add(&frees_here_n, 1, __ATOMIC_RELAXED);
    free(memory);
}

static size_t counted_usable(void *memory)
{
    return malloc_usable_size(memory);
}

static const struct vtb_heap heap = {
    .alloc = counted_alloc, .free = counted_free, .usable = counted_usable};
static const struct vtb_heap_entry heap_entry = {"counted", &heap};

/* The heap that runners are opened on, and how often it has collected. */
static const struct vtb_heap_entry *entry = &heap_entry;
static uint64_t collected_n;

/* --- the point --- */

static struct vtb_point point;
static bool concurrent_table; /* of the next fixture */
static struct vtb_fixture fixture;
static struct vtb_thread_pool *thread_pool;
static uint64_t expected; /* what one caller consumes of CALLS_N calls */
static uint64_t failures_n;

static void open_fixture(const char *workload, double hit_rate, size_t window)
{
    struct vtb_error error = {0};
    point = (struct vtb_point){.workload = vtb_find_workload(workload),
                               .hits.rate = hit_rate,
                               .failure_rate = 0.1,
                               .in_flight = window,
                               .depth = 1,
                               .request_ops = 7,
                               .keys_n = KEYS_N,
                               .hits.cache = {.capacity = 100, .tick_ns = 1},
                               .gen0_budget_bytes = (size_t)16 << 10,
                               .verify_heap = true,
                               .concurrent_table = concurrent_table,
                               .seed = 5};
    point.hits.emerge = point.workload->workload->default_capacity > 0;
    if (point.hits.emerge)
        point.failure_rate = 0;
    if (!vtb_fixture_open(&fixture, &point, &error))
        fail_msg("%s", error.message);
    const struct vtb_cell *floor = built_cell("plain", workload, (struct vtb_kind){0});
    const struct cell_run run = {.fixture = &fixture, .cell = floor, .heap = &heap, .n = CALLS_N};
    const struct cell_outcome outcome = cell_run(&run);
    expected = outcome.checksum;
    failures_n = outcome.failed_n;
    assert_true(expected != 0);
}

static struct vtb_case case_of(const struct vtb_cell *cell, size_t callers_n)
{
    return (struct vtb_case){
        .timing = cell, .heap = entry, .method = cell->kind.method, .threads_n = callers_n};
}

static void open_runner(struct vtb_runner *runner, const struct vtb_case *the_case,
                        enum vtb_consumer consumer)
{
    struct vtb_error error = {0};
    if (!vtb_runner_open(runner, &fixture, the_case, consumer, thread_pool, &error))
        fail_msg("%s", error.message);
    assert_int_equal(runner->callers_n, the_case->threads_n);
}

static void run(struct vtb_runner *runner, size_t n)
{
    vtb_runner_muster(runner);
    vtb_runner_run(runner, n);
}

/* Every operation that another thread completes has come back; those that callers complete
 * themselves may still wait. */
static void check_in_flight(const struct vtb_runner *runner)
{
    for (size_t t = 0; t < runner->callers_n; t++) {
        assert_true(runner->callers[t].pending_n < point.in_flight);
        if (runner->completers_n > 0)
            assert_of_cell(runner->cell, runner->outboxes[t].head, runner->outboxes[t].tail);
    }
    if (runner->completers_n > 0)
        assert_of_cell(runner->cell, runner->completer.pending_n, 0);
}

/* Every caller consumed the same values, and every fault was noted, on whichever thread. */
static void check_callers(struct vtb_runner *runner)
{
    uint64_t failed_n = runner->completers_n > 0 ? runner->completer.service.failed_n : 0;
    for (size_t t = 0; t < runner->callers_n; t++) {
        struct vtb_env *caller = &runner->callers[t];
        vtb_runner_drain(runner, t);
        assert_of_cell(runner->cell, caller->pending_n, 0);
        assert_of_cell(runner->cell, caller->position, CALLS_N);
        assert_of_cell(runner->cell, vtb_fixture_checksum(caller), expected);
        failed_n += caller->service.failed_n;
    }
    assert_of_cell(runner->cell, failed_n, failures_n * runner->callers_n);
}

/* Runs a runner three times, as suspended operations stay from one run to the next. */
static void check_runner(const struct vtb_cell *cell, size_t callers_n, enum vtb_consumer consumer)
{
    const struct vtb_case the_case = case_of(cell, callers_n);
    const bool several = callers_n > 1 || (point.completer && cell->answer);
    struct vtb_runner runner;
    allocs_n = frees_n = 0;
    open_runner(&runner, &the_case, consumer);
    assert_of_cell(cell, runner.completers_n, point.completer && cell->answer);
    assert_of_cell(cell, runner.thread_pool != NULL, several);
    run(&runner, CALLS_N / 3);
    check_in_flight(&runner);
    run(&runner, 1);
    check_in_flight(&runner);
    runner.accounts = true; /* operations wait longer, and are the same */
    run(&runner, CALLS_N - CALLS_N / 3 - 1);
    check_in_flight(&runner);
    for (size_t t = 0; several && t < callers_n; t++)
        assert_true(runner.elapsed_ns[t] > 0);
    check_callers(&runner);
    collected_n += collections_n(&runner.memory);
    vtb_runner_close(&runner);
    assert_null(runner.callers);
    assert_of_cell(cell, frees_n, allocs_n);
}

/* --- which cells --- */

typedef bool of_cell(const struct vtb_cell *cell);

static bool is_any(const struct vtb_cell *cell)
{
    (void)cell;
    return true;
}

/* What the threads do has to do with a strategy and its method, and with whether it counts for
 * several of them; not with how its caller is compiled, or what else is checked. */
static bool is_usual(const struct vtb_cell *cell)
{
    const struct vtb_kind *kind = &cell->kind;
    const char *variant = strchr(cell->name, '@');
    return !kind->abstract && !kind->by_runtime && !kind->stored && !kind->outside &&
           !kind->handover && (!variant || strcmp(variant, "@atomic") == 0);
}

/* A heap knows nothing of strategies. */
static bool is_for_any_heap(const struct vtb_cell *cell)
{
    return is_usual(cell) && built_stands_for_all(cell->strategy);
}

static of_cell *is_meant = is_any;

static bool is_timed(const struct vtb_cell *cell)
{
    return is_meant(cell) && !cell->kind.counting && !cell->kind.polluted &&
           cell->kind.collected == vtb_heap_collects(entry->heap) &&
           cell->strategy->role != VTB_ROLE_EMPTY &&
           strcmp(cell->workload_name, point.workload->name) == 0 &&
           !(point.hits.emerge && cell->strategy->lacks.real_cache);
}

/* Whether the plan allows a cell to complete on another thread: the strategy can do so, and its
 * references are counted for several threads. */
static bool may_complete_elsewhere(const struct vtb_cell *cell)
{
    return !cell->strategy->lacks.other_threads && cell->several_threads;
}

static size_t check_cells(size_t callers_n, enum vtb_consumer consumer)
{
    size_t n = 0;
    for (size_t i = 0; built_cells()[i]; i++) {
        if (!is_timed(built_cells()[i]) ||
            (point.completer && !may_complete_elsewhere(built_cells()[i])))
            continue;
        point.depth = built_cells()[i]->kind.layered ? DEPTH : 1;
        check_runner(built_cells()[i], callers_n, consumer);
        n++;
    }
    point.depth = 1;
    return n;
}

static const double hit_rates[] = {0, 0.5, 1};
static const size_t windows[] = {1, 3, 100};

/* Calls visit for each of the points, with its fixture open, and for all cells at one of them. */
static void for_points(void (*visit)(void))
{
    for (size_t i = 0; i < sizeof hit_rates / sizeof *hit_rates; i++) {
        for (size_t j = 0; j < sizeof windows / sizeof *windows; j++) {
            is_meant = i == 1 && j == 1 ? is_any : is_usual;
            open_fixture("user_cache", hit_rates[i], windows[j]);
            visit();
            vtb_fixture_close(&fixture);
        }
    }
    is_meant = is_any;
}

static void check_several(void)
{
    assert_true(check_cells(1, VTB_CONSUMER_INDEPENDENT) >= 15);
    assert_true(check_cells(2, VTB_CONSUMER_DEPENDENT) >= 15);
    assert_true(check_cells(CALLERS_MAX, VTB_CONSUMER_INDEPENDENT) >= 15);
}

static void several_callers(void **state)
{
    (void)state;
    for_points(check_several);
}

static void check_completing(void)
{
    point.completer = true;
    assert_true(check_cells(1, VTB_CONSUMER_INDEPENDENT) >= 8);
    assert_true(check_cells(1, VTB_CONSUMER_DEPENDENT) >= 8);
    assert_true(check_cells(3, VTB_CONSUMER_DEPENDENT) >= 8);
    assert_true(check_cells(CALLERS_MAX, VTB_CONSUMER_INDEPENDENT) >= 8);
    point.completer = false;
}

static void a_completing_thread(void **state)
{
    (void)state;
    for_points(check_completing);
}

/* Two callers who complete their operations themselves, and two for whom a third thread does. */
static void check_heap(void)
{
    collected_n = 0;
    is_meant = entry->heap->is_default ? is_usual : is_for_any_heap;
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        open_fixture("user_cache", 0.5, windows[i]);
        assert_true(check_cells(2, VTB_CONSUMER_INDEPENDENT) >= 8);
        point.completer = true;
        assert_true(check_cells(2, VTB_CONSUMER_DEPENDENT) >= 4);
        assert_true(check_cells(1, VTB_CONSUMER_INDEPENDENT) >= 4);
        vtb_fixture_close(&fixture);
    }
    is_meant = is_any;
    if (vtb_heap_collects(entry->heap) && entry->heap->collector->has_budget)
        assert_true(collected_n > 50);
}

static void every_heap(void **state)
{
    (void)state;
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        entry = &vtb_heaps[i];
        if (!entry->heap->unavailable)
            check_heap();
    }
    entry = &heap_entry;
}

/* --- a table into which all insert --- */

static const char *const inserting[] = {"plain", "heap_task@atomic", "value_task@atomic"};
#define INSERTING_N (sizeof inserting / sizeof *inserting)

/* Callers and a completing thread consume what one caller does of the table that is only read. */
static void check_inserting(void)
{
    for (size_t i = 0; i < INSERTING_N; i++) {
        const struct vtb_kind kind = {.concurrent = true,
                                      .collected = vtb_heap_collects(entry->heap)};
        const struct vtb_cell *cell = built_cell(inserting[i], "user_cache", kind);
        for (int completer = 0; completer < 2; completer++) {
            point.completer = completer;
            check_runner(cell, 1, VTB_CONSUMER_DEPENDENT);
            check_runner(cell, 2, VTB_CONSUMER_INDEPENDENT);
            check_runner(cell, CALLERS_MAX, VTB_CONSUMER_INDEPENDENT);
        }
        point.completer = false;
    }
}

static void all_insert_into_one_table(void **state)
{
    (void)state;
    concurrent_table = true;
    for_points(check_inserting);
    concurrent_table = false;
}

/* Likewise where whoever inserts may have to stop for a collection, and others may wait for the
 * lock that it has. */
static void all_insert_on_heaps_that_collect(void **state)
{
    (void)state;
    concurrent_table = true;
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        entry = &vtb_heaps[i];
        if (entry->heap->unavailable || !vtb_heap_collects(entry->heap))
            continue;
        collected_n = 0;
        open_fixture("user_cache", 0.5, 3);
        check_inserting();
        vtb_fixture_close(&fixture);
        if (entry->heap->collector->has_budget)
            assert_true(collected_n > 10);
    }
    entry = &heap_entry;
    concurrent_table = false;
}

/* What is counted is the same to the last byte. */
static void what_is_inserted_is_not_counted(void **state)
{
    (void)state;
    static const char *const counted[] = {"heap_task", "value_task"};
    concurrent_table = true;
    open_fixture("user_cache", 0.5, 3);
    for (size_t i = 0; i < 2; i++) {
        struct cell_outcome outcomes[2];
        for (int concurrent = 0; concurrent < 2; concurrent++) {
            const struct cell_run run = {
                .fixture = &fixture,
                .cell = built_cell(counted[i], "user_cache",
                                   (struct vtb_kind){.counting = true, .concurrent = concurrent}),
                .heap = &heap,
                .n = CALLS_N};
            outcomes[concurrent] = cell_run(&run);
        }
        assert_int_equal(outcomes[1].checksum, expected);
        assert_memory_equal(&outcomes[0], &outcomes[1], sizeof outcomes[0]);
    }
    vtb_fixture_close(&fixture);
    concurrent_table = false;
}

/* Each service has a cache of its own, in which the hits are those of any other. */
static void caches_are_not_shared(void **state)
{
    (void)state;
    struct vtb_runner runner;
    if (!vtb_find_workload("trace"))
        skip(); /* a build of one workload */
    open_fixture("trace", 0, 5);
    const struct vtb_case the_case =
        case_of(built_cell("heap_task", "trace", (struct vtb_kind){0}), CALLERS_MAX);
    open_runner(&runner, &the_case, VTB_CONSUMER_INDEPENDENT);
    for (size_t t = 0; t < CALLERS_MAX; t++) {
        assert_ptr_not_equal(runner.callers[t].service.table, fixture.table);
        for (size_t other = 0; other < t; other++)
            assert_ptr_not_equal(runner.callers[t].service.table,
                                 runner.callers[other].service.table);
    }
    vtb_runner_close(&runner);
    assert_true(check_cells(1, VTB_CONSUMER_DEPENDENT) >= 3);
    assert_true(check_cells(CALLERS_MAX, VTB_CONSUMER_INDEPENDENT) >= 3);
    vtb_fixture_close(&fixture);
}

/* Who completes consumes and frees: of calls that all miss the caller's thread frees nothing. */
static void operations_are_freed_where_they_complete(void **state)
{
    (void)state;
    static const char *const names[] = {"heap_task@atomic", "value_task@atomic"};
    for (size_t i = 0; i < 2; i++) {
        for (int completer = 0; completer < 2; completer++) {
            struct vtb_runner runner;
            open_fixture("user_cache", 0, 4);
            point.completer = completer;
            const struct vtb_case the_case =
                case_of(built_cell(names[i], "user_cache", (struct vtb_kind){0}), 1);
            open_runner(&runner, &the_case, VTB_CONSUMER_INDEPENDENT);
            allocs_n = frees_n = frees_here_n = 0;
            run(&runner, CALLS_N);
            assert_int_equal(allocs_n, CALLS_N);
            assert_int_equal(frees_n, completer ? CALLS_N : CALLS_N - 3);
            assert_int_equal(frees_here_n, completer ? 0 : CALLS_N - 3);
            vtb_runner_close(&runner);
            vtb_fixture_close(&fixture);
        }
    }
}

/* --- a completing thread that accounts for its time --- */

#define ANSWER_NS 20e3
#define ANSWERS_WINDOW 4
#define ANSWERS_CALLS_N 41 /* ten windows, and one operation that is answered at the end */

static const struct vtb_cell *honest;
static uint32_t answers_n; /* atomic */
static size_t early_n;     /* operations that were answered while the window had room */

static double thread_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Takes some processor time. */
static void answer_slowly(struct vtb_service *service, void *frame)
{
    const double start_ns = thread_cpu_ns();
    honest->answer(service, frame);
    while (thread_cpu_ns() - start_ns < ANSWER_NS)
        continue;
    __atomic_fetch_add(&answers_n, 1, __ATOMIC_RELEASE);
}

/* Gives the completing thread time to answer after each call, also where it should not. Before a
 * call, whole windows were answered, or none: if not, it is known already that something is
 * wrong. */
static void call_slowly(struct vtb_env *env, size_t n)
{
    const struct timespec a_while = {.tv_nsec = 100000};
    for (size_t i = 0; i < n; i++) {
        uint32_t before_n;
        while ((before_n = __atomic_load_n(&answers_n, __ATOMIC_ACQUIRE)) % ANSWERS_WINDOW != 0 &&
               early_n == 0)
            nanosleep(&a_while, NULL);
        honest->run_independent(env, 1);
        const bool has_room = i + 1 - before_n < ANSWERS_WINDOW;
        for (int k = 0; k < 10 && has_room; k++)
            nanosleep(&a_while, NULL);
        early_n += has_room && __atomic_load_n(&answers_n, __ATOMIC_ACQUIRE) != before_n;
    }
}

/* It answers when a window is full, or nobody goes on, and its time for that is added up. */
static void answers_are_accounted_for(void **state)
{
    (void)state;
    struct vtb_runner runner;
    open_fixture("user_cache", 0, ANSWERS_WINDOW);
    point.completer = true;
    honest = built_cell("heap_task@atomic", "user_cache", (struct vtb_kind){0});
    struct vtb_cell cell = *honest;
    cell.answer = answer_slowly;
    const struct vtb_case the_case = case_of(&cell, 1);
    open_runner(&runner, &the_case, VTB_CONSUMER_INDEPENDENT);
    run(&runner, ANSWERS_CALLS_N);
    assert_same_double(runner.answers_cpu_ns, 0);
    vtb_runner_drain(&runner, 0);
    answers_n = 0;
    early_n = 0;
    runner.accounts = true;
    runner.loop = call_slowly;
    run(&runner, ANSWERS_CALLS_N);
    assert_int_equal(answers_n, ANSWERS_CALLS_N);
    assert_int_equal(early_n, 0);
    assert_true(runner.answers_cpu_ns > ANSWERS_CALLS_N * ANSWER_NS / 2);
    vtb_runner_close(&runner);
    vtb_fixture_close(&fixture);
}

/* Where nothing suspends there is nothing to complete, and one caller needs no other thread. */
static void nothing_to_complete(void **state)
{
    (void)state;
    open_fixture("user_cache", 0.5, 4);
    point.completer = true;
    check_runner(built_cell("plain", "user_cache", (struct vtb_kind){0}), 1,
                 VTB_CONSUMER_INDEPENDENT);
    check_runner(built_cell("plain", "user_cache", (struct vtb_kind){0}), 2,
                 VTB_CONSUMER_DEPENDENT);
    vtb_fixture_close(&fixture);
}

/* A runner needs the consumer's loop, and a thread for each caller and for the completer. */
static void what_a_runner_needs(void **state)
{
    (void)state;
    open_fixture("user_cache", 0.5, 4);
    const struct vtb_cell *cell = built_cell("heap_task", "user_cache", (struct vtb_kind){0});
    const struct vtb_case the_case = case_of(cell, 3);
    struct vtb_runner runner;
    assert_int_equal(vtb_runner_threads_n(&the_case, &point), 3);
    point.completer = true;
    assert_int_equal(vtb_runner_threads_n(&the_case, &point), 4);
    point.store = vtb_stores[0];
    point.store_threads_n = 5;
    assert_int_equal(vtb_runner_threads_n(&the_case, &point), 8);
    point.completer = false;
    point.store = NULL;
    open_runner(&runner, &the_case, VTB_CONSUMER_INDEPENDENT);
    assert_ptr_equal(runner.loop, cell->run_independent);
    assert_ptr_equal(runner.cell, cell);
    vtb_runner_close(&runner);
    open_runner(&runner, &the_case, VTB_CONSUMER_DEPENDENT);
    assert_ptr_equal(runner.loop, cell->run_dependent);
    vtb_runner_close(&runner);
    vtb_runner_close(&runner); /* of one that is closed: nothing */
    vtb_fixture_close(&fixture);
}

/* A window that no memory holds: nothing is left open. */
static void a_runner_that_does_not_fit_is_an_error(void **state)
{
    (void)state;
    struct vtb_error error = {0};
    struct vtb_runner runner;
    open_fixture("user_cache", 0.5, 4);
    const struct vtb_case the_case =
        case_of(built_cell("heap_task", "user_cache", (struct vtb_kind){0}), 2);
    point.in_flight = (size_t)1 << 46;
    assert_false(vtb_runner_open(&runner, &fixture, &the_case, VTB_CONSUMER_INDEPENDENT,
                                 thread_pool, &error));
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_one_line(error.message);
    assert_null(runner.callers);
    assert_int_equal(runner.callers_n, 0);
    point.in_flight = 4;
    vtb_fixture_close(&fixture);
}

static int setup(void **state)
{
    (void)state;
    struct vtb_error error;
    alarm(600); /* threads that wait for one another in vain end the test */
    test_thread = pthread_self();
    thread_pool = vtb_thread_pool_open(CALLERS_MAX + 1, &error);
    return thread_pool ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    vtb_thread_pool_close(thread_pool);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_runner_needs),
        cmocka_unit_test(several_callers),
        cmocka_unit_test(a_completing_thread),
        cmocka_unit_test(every_heap),
        cmocka_unit_test(all_insert_into_one_table),
        cmocka_unit_test(all_insert_on_heaps_that_collect),
        cmocka_unit_test(what_is_inserted_is_not_counted),
        cmocka_unit_test(caches_are_not_shared),
        cmocka_unit_test(operations_are_freed_where_they_complete),
        cmocka_unit_test(answers_are_accounted_for),
        cmocka_unit_test(nothing_to_complete),
        cmocka_unit_test(a_runner_that_does_not_fit_is_an_error),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
