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

#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

#define BATCH VTB_PROBE_FRAMES_N /* callers that wait at once */
#define BATCHES_N ((size_t)250)
#define FEW_BATCHES_N ((size_t)50)
#define PAIRS_N 500  /* of two threads that consume one operation */
#define BLOCKED_N 5  /* callers that block until the answer is there */
#define FAIL_EVERY 5 /* operations: not always the same one of a batch */

/* The first thread's. Each of its callers has a copy of the loop's state, so that what runs for one
 * of them, on whichever thread, does not write where another one's does. */
static struct vtb_env env;
static struct vtb_env callers[BATCH];

/* The second thread's: `own` is what belongs to it, and `second` a caller that finds its variables
 * in the first thread's frames. */
static struct vtb_env own;
static struct vtb_env second;

static bool is_running; /* the second thread */

/* The memory of both threads. While they wait for each other its heap may collect. */
static struct vtb_memory memory;

static size_t batches_n = BATCHES_N;
static uint64_t collected_n;

/* Ends the process. It may run on either thread, where an assertion would not do. */
static void end_on_misuse(const char *text)
{
    fprintf(stderr, "%s, %s method, depth %zu: misuse: %s\n", cell->name,
            cell->kind.async ? "async" : "direct", rig->point->depth, text);
    abort();
}

/* --- the second thread --- */

/* The operations that the first thread will hand over. */
static void *pending[BATCH];

/* The queue of the operations that it has handed over, in their order. */
static struct {
    void *pending[BATCH];
    atomic_size_t handed_n;
    atomic_size_t answered_n;
    atomic_bool closed;
} queue;

#define SPINS_N 2000 /* a few microseconds */

/* A short while, and then not at the expense of whoever is waited for. */
static void pause_at(size_t turn)
{
    if (turn > SPINS_N)
        sched_yield();
}

static void wait_until(atomic_size_t *counter, size_t n)
{
    for (size_t turn = 0; atomic_load_explicit(counter, memory_order_acquire) < n; turn++) {
        vtb_memory_safepoint(&memory);
        pause_at(turn);
    }
}

/* Waits for the operation of this number; false if there will be none. */
static bool was_handed(size_t number)
{
    for (size_t turn = 0; atomic_load_explicit(&queue.handed_n, memory_order_acquire) <= number;
         turn++) {
        if (atomic_load_explicit(&queue.closed, memory_order_acquire))
            return false;
        vtb_memory_safepoint(&memory);
        pause_at(turn);
    }
    return true;
}

static void answered(size_t number)
{
    atomic_store_explicit(&queue.answered_n, number + 1, memory_order_release);
}

static void *answer_all(void *unused)
{
    vtb_memory_enter(&memory);
    for (size_t i = 0; was_handed(i); i++) {
        probe->complete(&own.service, queue.pending[i % BATCH], VTB_FAULT_NONE);
        answered(i);
    }
    vtb_memory_leave(&memory);
    return unused;
}

/* --- and the first one --- */

static pthread_t thread;

static void start(void *(*run)(void *unused))
{
    atomic_store(&queue.handed_n, 0);
    atomic_store(&queue.answered_n, 0);
    atomic_store(&queue.closed, false);
    is_running = pthread_create(&thread, NULL, run, NULL) == 0;
    holds(is_running);
}

static void stop(void)
{
    is_running = false;
    atomic_store_explicit(&queue.closed, true, memory_order_release);
    vtb_memory_leave(&memory); /* the second thread may have come to a safepoint */
    const bool joined = pthread_join(thread, NULL) == 0;
    vtb_memory_enter(&memory);
    holds(joined);
}

/* A test that fails leaves no thread behind. */
static void stop_if_running(void)
{
    if (is_running)
        stop();
}

/* Gives the operation to the second thread. */
static void hand_over(void *asked)
{
    const size_t n = atomic_load_explicit(&queue.handed_n, memory_order_relaxed);
    queue.pending[n % BATCH] = asked;
    atomic_store_explicit(&queue.handed_n, n + 1, memory_order_release);
}

/* Everything that was handed over has been answered, and what then runs has run. */
static void wait_for_answers(void)
{
    wait_until(&queue.answered_n, atomic_load_explicit(&queue.handed_n, memory_order_relaxed));
}

static uint32_t id_of(size_t number)
{
    const uint32_t key = (uint32_t)(number * 7 % KEYS_N);
    return (number % FAIL_EVERY ? 0 : VTB_ID_FAIL) | VTB_ID_MISS | key;
}

/* The share of an operation's value in a checksum, found without any strategy. */
static uint64_t share_of(uint32_t id)
{
    vtb_value value;
    return vtb_fetch(rig->table, vtb_key_of(rig->table, id), &value) ? vtb_consume(&value) : 0;
}

/* Calls, and takes over what was submitted to the store. */
static void *call(size_t by, uint32_t id)
{
    holds(!probe->call(&env, by, id));
    void *asked = probe->pending(&env, by);
    probe->forget(&env, by);
    return asked;
}

/* --- counts of both threads together --- */

static void open_copies(void)
{
    for (size_t i = 0; i < BATCH; i++)
        callers[i] = env;
    second = env;
    second.service = own.service;
}

typedef void roots_function(struct vtb_gc *gc, const struct vtb_roots *roots);

/* The operations that the threads pass on, which lie outside of their frames, as roots. */
static void for_passed(roots_function *visit)
{
    visit(memory.gc, &(struct vtb_roots){pending, BATCH, sizeof *pending});
    visit(memory.gc, &(struct vtb_roots){queue.pending, BATCH, sizeof *queue.pending});
}

static void open_cell(const struct vtb_rig *of, const struct vtb_cell *opened,
                      const struct vtb_heap *heap)
{
    struct vtb_error error;
    rig = of;
    cell = opened;
    probe = cell->probe;
    memset(pending, 0, sizeof pending);
    memset(queue.pending, 0, sizeof queue.pending);
    open_memory(&memory, heap, rig->point);
    if (heap->collector)
        for_passed(heap->collector->add_roots);
    if (!vtb_rig_open_env(rig, &env, cell, &memory, &error) ||
        !vtb_rig_open_env(rig, &own, cell, &memory, &error))
        fail_msg("%s", error.message);
    open_copies();
    vtb_memory_enter(&memory);
}

/* Closes both; whoever allocated and whoever freed, it comes out even. */
static void close_cell(void)
{
    uint64_t allocs_n = second.service.counts.allocs_n;
    uint64_t frees_n = second.service.counts.frees_n;
    uint64_t live_bytes = second.service.counts.live_bytes;
    vtb_memory_leave(&memory);
    vtb_rig_close_env(&env, cell, &memory);
    vtb_rig_close_env(&own, cell, &memory);
    if (memory.gc)
        for_passed(memory.heap->collector->drop_roots);
    collected_n += collections_n(&memory);
    vtb_memory_close(&memory);
    for (size_t i = 0; i < BATCH + 2; i++) {
        const struct vtb_env *one = i < BATCH ? &callers[i] : i == BATCH ? &env : &own;
        allocs_n += one->service.counts.allocs_n;
        frees_n += one->service.counts.frees_n;
        live_bytes += one->service.counts.live_bytes;
    }
    if (vtb_heap_collects(memory.heap))
        return;
    equal(frees_n, allocs_n);
    equal(live_bytes, 0);
}

static uint64_t checksum_of_callers(void)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < BATCH; i++)
        sum += callers[i].checksum;
    return sum;
}

/* Faults that callers met on the first thread. */
static uint64_t failed_here_n(void)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < BATCH; i++)
        sum += callers[i].service.failed_n;
    return sum;
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

static size_t on_rig(const struct vtb_rig *of, const struct vtb_heap *heap,
                     bool (*applies)(const struct vtb_cell *one), void (*check)(void))
{
    size_t n = 0;
    for (size_t i = 0; built_cells()[i]; i++) {
        const struct vtb_cell *one = built_cells()[i];
        if (!one->probe || one->kind.collected || is_variant(one, "@checked") ||
            strcmp(one->workload_name, "user_cache") != 0 || !applies(one) ||
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

enum order { WAITS_BEFORE, RACES, COMES_AFTER };

/* The second thread looks for the next operation: what it does then and what the first does meet,
 * where both have a processor. */
static void draw_level(void)
{
    const size_t handed_n = atomic_load_explicit(&queue.handed_n, memory_order_relaxed);
    for (size_t turn = 0; turn < SPINS_N; turn++) {
        if (atomic_load_explicit(&queue.answered_n, memory_order_acquire) == handed_n)
            return;
    }
}

/* Some of the caller's work, up to half a microsecond, so that it comes to await at another moment
 * each time; now and then so much that its operation completes before. */
static void work(size_t number)
{
    const uint64_t turns_n = vtb_mix64(number) % 2048;
    for (size_t i = 0; i < turns_n; i++)
        atomic_signal_fence(memory_order_seq_cst);
    if (turns_n < 64)
        sched_yield();
}

static void run_batch(size_t batch, enum order order)
{
    for (size_t i = 0; i < BATCH; i++)
        pending[i] = call(i, id_of(batch * BATCH + i));
    for (size_t i = 0; i < BATCH && order == WAITS_BEFORE; i++)
        probe->await(&callers[i], i, i);
    for (size_t i = 0; i < BATCH; i++) {
        if (order == RACES)
            draw_level();
        hand_over(pending[i]);
        if (order == RACES) {
            work(batch * BATCH + i);
            probe->await(&callers[i], i, i);
        }
    }
    wait_for_answers();
    for (size_t i = 0; i < BATCH && order == COMES_AFTER; i++) {
        holds(probe->is_ready(&env, i, i));
        probe->await(&callers[i], i, i);
    }
}

static void run_batches(enum order order)
{
    const uint64_t before = checksum_of_callers();
    const uint64_t here_n = failed_here_n();
    const uint64_t there_n = own.service.failed_n;
    const uint64_t failures_n = batches_n * BATCH / FAIL_EVERY;
    uint64_t expected = 0;
    start(answer_all);
    for (size_t i = 0; i < batches_n; i++)
        run_batch(i, order);
    stop();
    for (size_t i = 0; i < batches_n * BATCH; i++)
        expected += share_of(id_of(i));
    equal(checksum_of_callers() - before, expected);
    equal(failed_here_n() - here_n + own.service.failed_n - there_n, failures_n);
    if (order == WAITS_BEFORE) /* it goes on where its operation completes */
        equal(own.service.failed_n - there_n, failures_n);
    if (order == COMES_AFTER) /* it does not wait at all */
        equal(failed_here_n() - here_n, failures_n);
}

/* While the first thread waits for the queue, the second one uses the state that belongs to a
 * single thread. */
static void check_ordered(void)
{
    void *state = own.service.state;
    if (cell->strategy->lacks.other_threads)
        own.service.state = env.service.state;
    run_batches(WAITS_BEFORE);
    own.service.state = state;
}

static void operations_complete_on_another_thread_once_their_callers_wait(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(depths); i++)
        assert_true(on_rig(&rigs[i], glibc(), any, check_ordered) >= 25);
}

/* Objects that a pool made for one thread: as many as are used at once. */
static uint64_t objects_n(void)
{
    return BATCH * (cell->kind.async ? rig->point->depth : 1);
}

static void check_racing(void)
{
    run_batches(WAITS_BEFORE);
    run_batches(RACES);
    run_batches(COMES_AFTER);
    if (strcmp(cell->strategy_name, "heap_task_pooled") == 0) {
        equal(env.service.counts.allocs_n, objects_n()); /* all of them came back */
        equal(own.service.counts.allocs_n, 0);
    }
}

static void completion_races_with_the_caller_that_comes_to_wait(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(depths); i++)
        assert_true(on_rig(&rigs[i], glibc(), may_race, check_racing) >= 8);
}

/* --- several consumers --- */

static bool second_completes(size_t number)
{
    return number % 2 != 0;
}

/* The second thread waits for the same operation, and completes every other one. */
static void *consume_all(void *unused)
{
    vtb_memory_enter(&memory);
    for (size_t i = 0; was_handed(i); i++) {
        probe->await(&second, 1, 1);
        if (second_completes(i))
            probe->complete(&second.service, queue.pending[i % BATCH], VTB_FAULT_NONE);
        answered(i);
    }
    vtb_memory_leave(&memory);
    return unused;
}

static void copy(size_t to, size_t from)
{
    probe->share(&env, from);
    probe->copy(&env, to, from);
}

/* Two threads wait, one of them completes, and a third consumer comes afterwards. Returns what
 * each of them is to get. */
static uint64_t consume_in_two_threads(size_t number)
{
    uint64_t share = 0;
    pending[0] = call(0, id_of(number));
    copy(1, 0);
    hand_over(pending[0]);
    copy(2, 0); /* while the second one may be done with its own */
    work(number);
    probe->await(&callers[0], 0, 0);
    if (!second_completes(number))
        probe->complete(&callers[0].service, pending[0], VTB_FAULT_NONE);
    wait_for_answers();
    equal(probe->get(&env, 2, 2, &share), number % FAIL_EVERY ? VTB_FAULT_NONE : VTB_FAULT_STORE);
    equal(share, share_of(id_of(number)));
    probe->drop(&env, 2, 2);
    return share;
}

static void check_several_consumers(void)
{
    uint64_t expected = 0;
    start(consume_all);
    for (size_t i = 0; i < PAIRS_N; i++)
        expected += consume_in_two_threads(i);
    stop();
    equal(callers[0].checksum, expected);
    equal(second.checksum, expected);
    equal(callers[0].service.failed_n + second.service.failed_n, 2 * PAIRS_N / FAIL_EVERY);
}

static void consumers_in_two_threads_each_get_the_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(depths); i++)
        assert_true(on_rig(&rigs[i], glibc(), may_be_shared, check_several_consumers) >= 5);
}

/* --- on other heaps --- */

/* Both threads allocate, store references and, where that is done at all, free and collect. */
static void check_heap(const struct vtb_heap *heap)
{
    collected_n = 0;
    for (size_t i = 0; i < COUNT_OF(depths); i++) {
        points[i].gen0_budget_bytes = (size_t)8 << 10;
        points[i].verify_heap = true;
        assert_true(on_rig(&rigs[i], heap, any, check_ordered) >= 24);
        assert_true(on_rig(&rigs[i], heap, may_race, check_racing) >= 8);
        assert_true(on_rig(&rigs[i], heap, may_be_shared, check_several_consumers) >= 5);
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

static _Thread_local bool hands_over_early;

/* Hands over the submitted operation as soon as a method around it allocates. */
static void *hand_over_and_alloc(size_t bytes)
{
    if (hands_over_early && env.service.submitted) {
        hands_over_early = false;
        hand_over(env.service.submitted);
        work(atomic_load_explicit(&queue.handed_n, memory_order_relaxed));
    }
    return malloc(bytes);
}

static const struct vtb_heap early_heap = {
    .summary = "malloc, and a hand-over",
    .alloc = hand_over_and_alloc,
    .free = free,
    .usable = malloc_usable_size,
};

static size_t early_n;

/* Returns what the operation adds to the checksum of whoever consumes it. */
static uint64_t call_and_race(size_t number)
{
    const uint32_t id = id_of(number);
    uint64_t share = 0;
    hands_over_early = true;
    const bool is_ready = probe->call(&env, 0, id);
    early_n += !hands_over_early;
    if (hands_over_early) /* no method around it allocated */
        hand_over(probe->pending(&env, 0));
    hands_over_early = false;
    probe->forget(&env, 0);
    if (is_ready) {
        callers[0].service.failed_n += probe->get(&env, 0, 0, &share) != VTB_FAULT_NONE;
        callers[0].checksum += share;
        probe->drop(&env, 0, 0);
    } else {
        probe->await(&callers[0], 0, 0);
    }
    wait_for_answers();
    return share_of(id);
}

static void check_early(void)
{
    const size_t n = BATCHES_N * BATCH;
    uint64_t expected = 0;
    early_n = 0;
    start(answer_all);
    for (size_t i = 0; i < n; i++)
        expected += call_and_race(i);
    stop();
    equal(callers[0].checksum, expected);
    equal(callers[0].service.failed_n + own.service.failed_n, n / FAIL_EVERY);
    holds(!cell->kind.async || early_n > 0);
}

static void completion_races_with_the_methods_that_suspend(void **state)
{
    (void)state;
    assert_true(on_rig(&rigs[1], &early_heap, may_race, check_early) >= 8);
}

/* --- tasks in the place of operations --- */

static bool converts(const struct vtb_cell *one)
{
    return may_race(one) && one->probe->as_task;
}

/* Asked for before, while, and after the operation completes; and asked when all is done. */
static void check_as_task(void)
{
    start(answer_all);
    for (size_t i = 0; i < PAIRS_N; i++) {
        uint64_t share = 0;
        void *asked = call(0, id_of(i));
        void *task = i % 3 == 0 ? probe->as_task(&env, 0) : NULL;
        hand_over(asked);
        if (i % 3 == 1)
            work(i);
        else
            wait_for_answers();
        if (!task)
            task = probe->as_task(&env, 0);
        wait_for_answers();
        holds(probe->task_is_ready(task));
        equal(probe->task_get(task, &share), i % FAIL_EVERY ? VTB_FAULT_NONE : VTB_FAULT_STORE);
        equal(share, share_of(id_of(i)));
        probe->task_drop(&env, task);
    }
    stop();
}

static void completion_races_with_as_task(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(depths); i++)
        assert_true(on_rig(&rigs[i], glibc(), converts, check_as_task) >= 4);
}

/* --- callers that block --- */

/* Answers late: not before the first thread waits, as far as time can tell. */
static void *answer_late(void *unused)
{
    const struct timespec a_while = {.tv_nsec = 300000L};
    for (size_t i = 0; was_handed(i); i++) {
        nanosleep(&a_while, NULL);
        probe->complete(&own.service, queue.pending[i % BATCH], VTB_FAULT_NONE);
        answered(i);
    }
    return unused;
}

static void check_blocking(void)
{
    start(answer_late);
    for (size_t i = 0; i < BLOCKED_N; i++) {
        uint64_t share = 0;
        hand_over(call(0, id_of(i)));
        equal(probe->get(&env, 0, 0, &share), i % FAIL_EVERY ? VTB_FAULT_NONE : VTB_FAULT_STORE);
        equal(share, share_of(id_of(i)));
        probe->drop(&env, 0, 0);
    }
    stop();
}

/* With checks this is a misuse, and not tried: a build may have checks in every cell. */
static void a_caller_that_asks_too_early_blocks_until_the_answer_is_there(void **state)
{
    (void)state;
    size_t n = 0;
    for (size_t i = 0; i < COUNT_OF(depths); i++)
        n += on_rig(&rigs[i], glibc(), blocks, check_blocking);
    if (n == 0)
        skip();
    assert_true(n >= 10);
}

static int set_up(void **state)
{
    (void)state;
    vtb_on_misuse = end_on_misuse;
    before_failing = stop_if_running;
    open_rigs();
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
    return cmocka_run_group_tests(tests, set_up, close_rigs);
}
