/*
 * A second thread answers what the first one asked. Where a strategy's operations may complete on
 * another thread, completion races with all that the caller does meanwhile; where they may not, the
 * operation is handed over once the caller waits, and the queue between the threads orders
 * everything. A new file in impls/ is taken up by itself. Meant for ThreadSanitizer as well.
 */
#include "workloads/user_cache.h"

#include "built.h"
#include "memories.h"
#include "probed.h"

#include "check/second_thread.h"

#include <time.h>

#define BATCHES_N ((size_t)250)
#define FEW_BATCHES_N ((size_t)50)
#define PAIRS_N ((size_t)500) /* of two threads that consume one operation */
#define BLOCKED_N 5           /* callers that block until the answer is there */
#define OPERATIONS_N (BATCHES_N * VTB_PAIR_BATCH)

static size_t batches_n = BATCHES_N;
static uint64_t collected_n;

/* Ends the process. It may run on either thread, where an assertion would not do. */
static void end_on_misuse(const char *text)
{
    fprintf(stderr, "%s, %s method, depth %zu: misuse: %s\n", cell->name,
            vtb_method_words[cell->kind.method], fixture->point->depth, text);
    abort();
}

/* --- both threads together --- */

static void wrong(const char *remedy, const char *what)
{
    (void)remedy;
    failed_in_cell(what, __LINE__);
}

/* A test that fails leaves no thread behind. */
static void stop_if_running(void)
{
    if (vtb_pair.is_running)
        vtb_pair_stop();
}

static enum vtb_fault fault_of(size_t number)
{
    return number % VTB_PAIR_FAIL_EVERY ? VTB_FAULT_NONE : VTB_FAULT_STORE;
}

/* What an operation adds to a checksum, asked without any strategy. */
static uint64_t share_of(size_t number)
{
    vtb_value value;
    const vtb_key key = vtb_key_of(fixture->table, vtb_pair_id(number));
    return vtb_fetch(fixture->table, key, &value) ? vtb_consume(&value) : 0;
}

static uint64_t sum_of_shares(size_t operations_n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < operations_n; i++)
        sum += share_of(i);
    return sum;
}

static void open_cell(const struct vtb_fixture *of, const struct vtb_cell *opened,
                      const struct vtb_heap *heap)
{
    struct vtb_error error;
    fixture = of;
    cell = opened;
    if (!vtb_pair_open(of, opened, heap, &error))
        fail_msg("%s", error.message);
    probe = vtb_pair.probe;
}

/* Closes both; whoever allocated and whoever freed, it comes out even. */
static void close_cell(void)
{
    struct vtb_pair_counts counts;
    vtb_pair_close(&counts);
    collected_n += collections_n(&vtb_pair.memory);
    if (vtb_heap_collects(vtb_pair.memory.heap))
        return;
    equal(counts.frees_n, counts.allocs_n);
    equal(counts.live_bytes, 0);
}

/* --- which cells --- */

static bool is_variant(const struct vtb_cell *one, const char *variant)
{
    const char *at = strchr(one->name, '@');
    return strcmp(at ? at : "", variant) == 0;
}

static bool has_variant(const struct vtb_cell *of, const char *variant)
{
    for (size_t i = 0; built_cells()[i]; i++) {
        if (strcmp(built_cells()[i]->strategy_name, of->strategy_name) == 0 &&
            is_variant(built_cells()[i], variant))
            return true;
    }
    return false;
}

/* Anything may race with a completion: by counts for several threads, or without any counts. */
static bool may_race(const struct vtb_cell *one)
{
    return !one->strategy->lacks.other_threads &&
           (is_variant(one, "@atomic") || !has_variant(one, "@atomic"));
}

static bool any(const struct vtb_cell *one)
{
    (void)one;
    return true;
}

/* Several consumers may race, too: what the method hands over is a task. */
static bool may_be_shared(const struct vtb_cell *one)
{
    return may_race(one) && !one->strategy->lacks.several_consumers;
}

/* A caller that asks too early blocks: what is handed over is a task, or wraps one. */
static bool blocks(const struct vtb_cell *one)
{
    return may_race(one) && one->probe->share && !one->checked;
}

static const struct vtb_heap *glibc(void)
{
    return vtb_find_heap("glibc")->heap;
}

/* A heap knows nothing of strategies: those that are used by default have all of them. */
static bool is_for(const struct vtb_heap *heap, const struct vtb_cell *one)
{
    return heap->is_default || built_stands_for_all(one->strategy);
}

static size_t on_fixture(const struct vtb_fixture *of, const struct vtb_heap *heap,
                         bool (*applies)(const struct vtb_cell *one), void (*check)(void))
{
    size_t n = 0;
    for (size_t i = 0; built_cells()[i]; i++) {
        const struct vtb_cell *one = built_cells()[i];
        if (!one->probe || one->kind.collected || is_variant(one, "@checked") ||
            strcmp(one->workload_name, "user_cache") != 0 || !applies(one) || !is_for(heap, one) ||
            (vtb_heap_collects(heap) && one->strategy->lacks.collector))
            continue;
        open_cell(of, one, heap);
        check();
        close_cell();
        n++;
    }
    return n;
}

/* --- callers that wait before, while, and after their operations complete --- */

static void run_batches(enum vtb_pair_order order)
{
    struct vtb_pair_found found;
    const uint64_t failures_n = batches_n * VTB_PAIR_BATCH / VTB_PAIR_FAIL_EVERY;
    vtb_pair_run_batches(order, batches_n, &found);
    equal(found.checksum, sum_of_shares(batches_n * VTB_PAIR_BATCH));
    equal(found.failed_here_n + found.failed_there_n, failures_n);
    if (order == VTB_PAIR_WAITS_BEFORE) /* it goes on where its operation completes */
        equal(found.failed_there_n, failures_n);
    if (order == VTB_PAIR_COMES_AFTER) /* it does not wait at all */
        equal(found.failed_here_n, failures_n);
    equal(found.untold_n, 0);
}

/* While the first thread waits for the queue, the second one uses the state that belongs to a
 * single thread. */
static void check_ordered(void)
{
    void *state = vtb_pair.own.service.state;
    if (cell->strategy->lacks.other_threads)
        vtb_pair.own.service.state = vtb_pair.env.service.state;
    run_batches(VTB_PAIR_WAITS_BEFORE);
    vtb_pair.own.service.state = state;
}

static void operations_complete_on_another_thread_once_their_callers_wait(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(depths); i++)
        assert_true(on_fixture(&fixtures[i], glibc(), any, check_ordered) >= 25);
}

/* Objects that a pool made for one thread: as many as are used at once. */
static uint64_t objects_n(void)
{
    return VTB_PAIR_BATCH * (cell->kind.method == VTB_METHOD_ASYNC ? fixture->point->depth : 1);
}

static void check_racing(void)
{
    run_batches(VTB_PAIR_WAITS_BEFORE);
    run_batches(VTB_PAIR_RACES);
    run_batches(VTB_PAIR_COMES_AFTER);
    if (strcmp(cell->strategy_name, "heap_task_pooled") == 0) {
        equal(vtb_pair.env.service.counts.allocs_n, objects_n()); /* all of them came back */
        equal(vtb_pair.own.service.counts.allocs_n, 0);
    }
}

static void completion_races_with_the_caller_that_comes_to_wait(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(depths); i++)
        assert_true(on_fixture(&fixtures[i], glibc(), may_race, check_racing) >= 8);
}

/* --- several consumers --- */

static void check_several_consumers(void)
{
    const struct vtb_env *first = &vtb_pair.callers[0];
    const struct vtb_env *second = &vtb_pair.second;
    vtb_pair_start(vtb_pair_consume);
    for (size_t i = 0; i < PAIRS_N; i++) {
        uint64_t share = 0;
        equal(vtb_pair_consume_thrice(i, &share), fault_of(i));
        equal(share, share_of(i));
        probe->drop(&vtb_pair.env, 2, 2);
    }
    vtb_pair_stop();
    equal(first->checksum, sum_of_shares(PAIRS_N));
    equal(second->checksum, sum_of_shares(PAIRS_N));
    equal(first->service.failed_n + second->service.failed_n, 2 * PAIRS_N / VTB_PAIR_FAIL_EVERY);
}

static void consumers_in_two_threads_each_get_the_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(depths); i++)
        assert_true(on_fixture(&fixtures[i], glibc(), may_be_shared, check_several_consumers) >= 5);
}

/* --- on other heaps --- */

/* Both threads allocate, store references and, where that is done at all, free and collect. */
static void check_heap(const struct vtb_heap *heap)
{
    const bool for_all = heap->is_default;
    collected_n = 0;
    for (size_t i = 0; i < COUNT_OF(depths); i++) {
        points[i].gen0_budget_bytes = (size_t)8 << 10;
        points[i].verify_heap = true;
        assert_true(on_fixture(&fixtures[i], heap, any, check_ordered) >= (for_all ? 24 : 8));
        assert_true(on_fixture(&fixtures[i], heap, may_race, check_racing) >= (for_all ? 8 : 4));
        assert_true(on_fixture(&fixtures[i], heap, may_be_shared, check_several_consumers) >=
                    (for_all ? 5 : 2));
    }
    if (vtb_heap_collects(heap) && heap->collector->has_budget)
        assert_true(collected_n > 100);
}

static void every_heap(void **state)
{
    (void)state;
    batches_n = FEW_BATCHES_N;
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (!vtb_heaps[i].heap->unavailable)
            check_heap(vtb_heaps[i].heap);
    }
    batches_n = BATCHES_N;
}

/* --- methods that suspend while the operation below them completes --- */

static void check_early(void)
{
    const struct vtb_env *caller = &vtb_pair.callers[0];
    size_t early_n = 0;
    vtb_pair_start(vtb_pair_complete);
    for (size_t i = 0; i < OPERATIONS_N; i++)
        early_n += vtb_pair_run_early(i);
    vtb_pair_stop();
    equal(caller->checksum, sum_of_shares(OPERATIONS_N));
    equal(caller->service.failed_n + vtb_pair.own.service.failed_n,
          OPERATIONS_N / VTB_PAIR_FAIL_EVERY);
    holds(cell->kind.method != VTB_METHOD_ASYNC || early_n > 0);
}

/* Of a runtime-async method the store is asked once all methods wait. */
static bool may_be_early(const struct vtb_cell *one)
{
    return may_race(one) && one->kind.method != VTB_METHOD_RUNTIME;
}

static void completion_races_with_the_methods_that_suspend(void **state)
{
    (void)state;
    assert_true(on_fixture(&fixtures[1], vtb_pair_early_heap(glibc()), may_be_early, check_early) >=
                8);
}

/* --- tasks in the place of operations --- */

static bool converts(const struct vtb_cell *one)
{
    return may_race(one) && one->probe->as_task;
}

static void check_as_task(void)
{
    vtb_pair_start(vtb_pair_complete);
    for (size_t i = 0; i < PAIRS_N; i++) {
        struct vtb_pair_task task;
        vtb_pair_convert(i, &task);
        holds(task.is_ready);
        equal(task.fault, fault_of(i));
        equal(task.share, share_of(i));
        probe->task_drop(&vtb_pair.env, task.task);
    }
    vtb_pair_stop();
}

static void completion_races_with_as_task(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(depths); i++)
        assert_true(on_fixture(&fixtures[i], glibc(), converts, check_as_task) >= 4);
}

/* --- callers that block --- */

/* Not before the first thread waits, as far as time can tell. */
static void answer_late(size_t number, void *asked)
{
    const struct timespec a_while = {.tv_nsec = 300000L};
    nanosleep(&a_while, NULL);
    vtb_pair_complete(number, asked);
}

static void check_blocking(void)
{
    vtb_pair_start(answer_late);
    for (size_t i = 0; i < BLOCKED_N; i++) {
        uint64_t share = 0;
        vtb_pair_hand_over(vtb_pair_call(0, vtb_pair_id(i)));
        equal(probe->get(&vtb_pair.env, 0, 0, &share), fault_of(i));
        equal(share, share_of(i));
        probe->drop(&vtb_pair.env, 0, 0);
    }
    vtb_pair_stop();
}

/* With checks this is a misuse, and not tried: a build may have checks in every cell. */
static void a_caller_that_asks_too_early_blocks_until_the_answer_is_there(void **state)
{
    (void)state;
    size_t n = 0;
    for (size_t i = 0; i < COUNT_OF(depths); i++)
        n += on_fixture(&fixtures[i], glibc(), blocks, check_blocking);
    if (n == 0)
        skip();
    assert_true(n >= 10);
}

static int set_up(void **state)
{
    (void)state;
    vtb_on_misuse = end_on_misuse;
    before_failing = stop_if_running;
    vtb_pair.wrong = wrong;
    open_fixtures();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_complete_on_another_thread_once_their_callers_wait),
        cmocka_unit_test(completion_races_with_the_caller_that_comes_to_wait),
        cmocka_unit_test(consumers_in_two_threads_each_get_the_value),
        cmocka_unit_test(every_heap),
        cmocka_unit_test(completion_races_with_the_methods_that_suspend),
        cmocka_unit_test(completion_races_with_as_task),
        cmocka_unit_test(a_caller_that_asks_too_early_blocks_until_the_answer_is_there),
    };
    return cmocka_run_group_tests(tests, set_up, close_fixtures);
}
