/* Checks in which a second thread answers what the first one asked: once it waits, or at any
 * moment. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "cells/runtime.h"
#include "check/conformance_steps.h"

#define BATCH VTB_PROBE_FRAMES_N /* callers that wait at once */
#define BATCHES_N ((size_t)60)
#define PAIRS_N ((size_t)300) /* of two threads that consume one operation */
#define FAIL_EVERY 5          /* operations: not always the same one of a batch */
#define SPINS_N 2000          /* a few microseconds */

/* The first thread's is vtb_steps.env. Each of its callers has a copy of the loop's state, so that
 * what runs for one of them, on whichever thread, does not write where another one's does. */
static struct vtb_env callers[BATCH];

/* The second thread's: `own` is what belongs to it, and `second` a caller that finds its variables
 * in the first thread's frames. */
static struct vtb_env own;
static struct vtb_env second;

static const struct vtb_probe *probe;
static struct vtb_env *const env = &vtb_steps.env;
static struct vtb_memory memory; /* of both threads */
static const struct vtb_heap *heap;

/* --- the second thread --- */

/* What the first thread will hand over. */
static void *pending[BATCH];

/* What it hands over: operations, in order. */
static struct {
    void *pending[BATCH];
    atomic_size_t handed_n;
    atomic_size_t answered_n;
    atomic_bool closed;
} queue;

static pthread_t thread;

static void pause_at(size_t turn)
{
    if (turn > SPINS_N)
        sched_yield();
}

static void wait_for_answers(void)
{
    const size_t n = atomic_load_explicit(&queue.handed_n, memory_order_relaxed);
    for (size_t turn = 0; atomic_load_explicit(&queue.answered_n, memory_order_acquire) < n;
         turn++) {
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

static void start(void *(*run)(void *unused))
{
    atomic_store(&queue.handed_n, 0);
    atomic_store(&queue.answered_n, 0);
    atomic_store(&queue.closed, false);
    if (pthread_create(&thread, NULL, run, NULL) != 0)
        vtb_check_wrong("this machine's limits", "there is no thread to be had");
}

static void stop(void)
{
    atomic_store_explicit(&queue.closed, true, memory_order_release);
    vtb_memory_leave(&memory); /* the second thread may have come to a safepoint */
    (void)pthread_join(thread, NULL);
    vtb_memory_enter(&memory);
}

static void hand_over(void *asked)
{
    const size_t n = atomic_load_explicit(&queue.handed_n, memory_order_relaxed);
    queue.pending[n % BATCH] = asked;
    atomic_store_explicit(&queue.handed_n, n + 1, memory_order_release);
}

/* --- opening --- */

#define REMEDY_ORDERED                                                                         \
    "what vtb_complete uses: the service that it is given, with its state, is the completing " \
    "thread's"
#define REMEDY_RACES                                                                        \
    "the moment between vtb_is_ready and vtb_await, in which vtb_complete may run; or say " \
    ".lacks.other_threads"

typedef void roots_function(struct vtb_gc *gc, const struct vtb_roots *roots);

/* What the threads pass on lies outside of their frames. */
static void for_passed(roots_function *visit)
{
    visit(memory.gc, &(struct vtb_roots){pending, BATCH, sizeof *pending});
    visit(memory.gc, &(struct vtb_roots){queue.pending, BATCH, sizeof *queue.pending});
}

static void open_cell(const struct vtb_check_case *of, size_t depth)
{
    struct vtb_error error;
    vtb_steps_open_rig(of, depth);
    probe = of->counting->probe;
    memset(pending, 0, sizeof pending);
    memset(queue.pending, 0, sizeof queue.pending);
    if (!vtb_memory_open(&memory, heap, &vtb_steps.point, &error))
        vtb_check_wrong("this machine's memory", "%s", error.message);
    if (memory.gc)
        for_passed(heap->collector->add_roots);
    if (!vtb_rig_open_env(&vtb_steps.rig, env, of->counting, &memory, &error) ||
        !vtb_rig_open_env(&vtb_steps.rig, &own, of->counting, &memory, &error))
        vtb_check_wrong("this machine's memory", "%s", error.message);
    for (size_t i = 0; i < BATCH; i++)
        callers[i] = *env;
    second = *env;
    second.service = own.service;
    vtb_memory_enter(&memory);
}

/* Whoever allocated and whoever freed, it comes out even. */
static void judge_counts(void)
{
    uint64_t allocs_n = second.service.counts.allocs_n;
    uint64_t frees_n = second.service.counts.frees_n;
    for (size_t i = 0; i < BATCH + 2; i++) {
        const struct vtb_env *one = i < BATCH ? &callers[i] : i == BATCH ? env : &own;
        allocs_n += one->service.counts.allocs_n;
        frees_n += one->service.counts.frees_n;
    }
    if (frees_n != allocs_n)
        vtb_check_wrong(
            "references that two threads give up at once: they must be counted "
            "atomically",
            "%llu objects were allocated and %llu given back", (unsigned long long)allocs_n,
            (unsigned long long)frees_n);
}

static void close_cell(const struct vtb_check_case *of)
{
    vtb_memory_leave(&memory);
    vtb_rig_close_env(env, of->counting, &memory);
    vtb_rig_close_env(&own, of->counting, &memory);
    if (memory.gc)
        for_passed(heap->collector->drop_roots);
    vtb_memory_close(&memory);
    if (!vtb_heap_collects(heap))
        judge_counts();
    vtb_steps_close_rig();
}

static const char *scene;
static const char *remedy;

static void on_heaps(const struct vtb_check_case *of, void (*check)(const struct vtb_check_case *))
{
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        heap = vtb_heaps[i].heap;
        if (!heap->is_default ||
            (vtb_heap_collects(heap) && of->counting->strategy->lacks.collector))
            continue;
        for (size_t depth = 1; depth <= 3; depth += 2) {
            vtb_check_at("%s, heap %s, %zu method%s deep", scene, vtb_heaps[i].name, depth,
                         depth == 1 ? "" : "s");
            open_cell(of, depth);
            check(of);
            close_cell(of);
        }
    }
}

/* --- what both do --- */

static uint32_t id_of(size_t number)
{
    const uint32_t key = (uint32_t)(number * 7 % vtb_steps.point.keys_n);
    return number % FAIL_EVERY ? VTB_MISS(key) : VTB_FAIL(key);
}

static void *call(size_t by, uint32_t id)
{
    if (probe->call(env, by, id))
        vtb_check_wrong("vtb_is_ready", "it says true of an operation that nobody completed");
    void *asked = probe->pending(env, by);
    probe->forget(env, by);
    return asked;
}

static void expect(uint64_t found, uint64_t expected, const char *what)
{
    if (found != expected)
        vtb_check_wrong(remedy, "%s is %llu where %llu was expected", what,
                        (unsigned long long)found, (unsigned long long)expected);
}

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

/* Some of the caller's work, so that it comes to await at another moment each time; now and then so
 * much that its operation completes before. */
static void work(size_t number)
{
    const uint64_t turns_n = vtb_mix64(number) % 2048;
    for (size_t i = 0; i < turns_n; i++)
        atomic_signal_fence(memory_order_seq_cst);
    if (turns_n < 64)
        sched_yield();
}

/* --- callers that wait before, while, and after their operations complete --- */

enum order { WAITS_BEFORE, RACES, COMES_AFTER };

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
    for (size_t i = 0; i < BATCH && order == COMES_AFTER; i++)
        probe->await(&callers[i], i, i);
}

static uint64_t sum_of_callers(void)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < BATCH; i++)
        sum += callers[i].checksum;
    return sum;
}

static uint64_t failures_of_callers(void)
{
    uint64_t sum = own.service.failed_n;
    for (size_t i = 0; i < BATCH; i++)
        sum += callers[i].service.failed_n;
    return sum;
}

static void run_batches(enum order order)
{
    const uint64_t before = sum_of_callers();
    const uint64_t failed_before_n = failures_of_callers();
    uint64_t expected = 0;
    start(answer_all);
    for (size_t i = 0; i < BATCHES_N; i++)
        run_batch(i, order);
    stop();
    for (size_t i = 0; i < BATCHES_N * BATCH; i++)
        expected += vtb_steps_share(id_of(i));
    expect(sum_of_callers() - before, expected, "what was consumed");
    expect(failures_of_callers() - failed_before_n, BATCHES_N * BATCH / FAIL_EVERY,
           "the number of failures that arrived");
}

/* What belongs to one thread is the second one's while the first one waits for the queue. */
static void ordered(const struct vtb_check_case *of)
{
    void *state = own.service.state;
    if (of->counting->strategy->lacks.other_threads)
        own.service.state = env->service.state;
    run_batches(WAITS_BEFORE);
    own.service.state = state;
}

void vtb_check_ordered(const struct vtb_check_case *of)
{
    scene = "once its caller waits";
    remedy = REMEDY_ORDERED;
    on_heaps(of, ordered);
}

static void racing(const struct vtb_check_case *of)
{
    (void)of;
    run_batches(RACES);
    run_batches(COMES_AFTER);
}

void vtb_check_racing(const struct vtb_check_case *of)
{
    scene = "while its caller comes to wait";
    remedy = REMEDY_RACES;
    on_heaps(of, racing);
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
    if (probe->share)
        probe->share(env, from);
    probe->copy(env, to, from);
}

/* Two threads wait, one of them completes, and a third consumer comes afterwards. */
static void consume_in_two_threads(size_t number)
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
    expect(probe->get(env, 2, 2, &share), number % FAIL_EVERY ? VTB_FAULT_NONE : VTB_FAULT_STORE,
           "the fault");
    expect(share, vtb_steps_share(id_of(number)), "what the third consumer got");
    probe->drop(env, 2, 2);
}

static void shared(const struct vtb_check_case *of)
{
    uint64_t expected = 0;
    (void)of;
    start(consume_all);
    for (size_t i = 0; i < PAIRS_N; i++)
        consume_in_two_threads(i);
    stop();
    for (size_t i = 0; i < PAIRS_N; i++)
        expected += vtb_steps_share(id_of(i));
    expect(callers[0].checksum, expected, "what the first thread consumed");
    expect(second.checksum, expected, "what the second thread consumed");
}

void vtb_check_shared(const struct vtb_check_case *of)
{
    const char *reason = of->counting->strategy->lacks.several_consumers;
    if (reason)
        vtb_check_left_out(reason);
    scene = "with a consumer in each of two threads";
    remedy = REMEDY_RACES;
    on_heaps(of, shared);
}

/* --- methods that suspend while the operation below them completes --- */

static _Thread_local bool hands_over_early;
static const struct vtb_heap *freeing;

/* What was submitted is handed over as soon as a method around it allocates. */
static void *hand_over_and_alloc(size_t bytes)
{
    if (hands_over_early && env->service.submitted) {
        hands_over_early = false;
        hand_over(env->service.submitted);
        work(atomic_load_explicit(&queue.handed_n, memory_order_relaxed));
    }
    return freeing->alloc(bytes);
}

static void call_and_race(size_t number)
{
    uint64_t share = 0;
    hands_over_early = true;
    const bool is_ready = probe->call(env, 0, id_of(number));
    if (hands_over_early) /* no method around it allocated */
        hand_over(probe->pending(env, 0));
    hands_over_early = false;
    probe->forget(env, 0);
    if (is_ready) {
        callers[0].service.failed_n += probe->get(env, 0, 0, &share) != VTB_FAULT_NONE;
        callers[0].checksum += share;
        probe->drop(env, 0, 0);
    } else {
        probe->await(&callers[0], 0, 0);
    }
    wait_for_answers();
}

void vtb_check_early_racing(const struct vtb_check_case *of)
{
    struct vtb_heap early;
    uint64_t expected = 0;
    if (!of->counting->kind.async || !of->counting->layer_miss_bytes)
        vtb_check_left_out("the methods around the service's allocate nothing");
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (vtb_heaps[i].heap->is_default && !vtb_heap_collects(vtb_heaps[i].heap))
            freeing = vtb_heaps[i].heap;
    }
    early = *freeing;
    early.alloc = hand_over_and_alloc;
    heap = &early;
    remedy = REMEDY_RACES;
    vtb_check_at("while the methods around it suspend");
    open_cell(of, 3);
    start(answer_all);
    for (size_t i = 0; i < BATCHES_N * BATCH; i++)
        call_and_race(i);
    stop();
    for (size_t i = 0; i < BATCHES_N * BATCH; i++)
        expected += vtb_steps_share(id_of(i));
    expect(callers[0].checksum, expected, "what was consumed");
    expect(callers[0].service.failed_n + own.service.failed_n, BATCHES_N * BATCH / FAIL_EVERY,
           "the number of failures that arrived");
    close_cell(of);
}

/* --- tasks in the place of operations --- */

/* Asked for before, while, and after the operation completes; and asked when all is done. */
static void convert(size_t number)
{
    uint64_t share = 0;
    void *asked = call(0, id_of(number));
    void *task = number % 3 == 0 ? probe->as_task(env, 0) : NULL;
    hand_over(asked);
    if (number % 3 == 1)
        work(number);
    else
        wait_for_answers();
    if (!task)
        task = probe->as_task(env, 0);
    wait_for_answers();
    expect(probe->task_is_ready(task), true, "whether the task is completed");
    expect(probe->task_get(task, &share), number % FAIL_EVERY ? VTB_FAULT_NONE : VTB_FAULT_STORE,
           "the fault");
    expect(share, vtb_steps_share(id_of(number)), "what the task holds");
    probe->task_drop(env, task);
}

void vtb_check_threads_as_task(const struct vtb_check_case *of)
{
    const char *reason = of->counting->strategy->lacks.as_task;
    if (reason || !of->counting->probe->as_task)
        vtb_check_left_out(reason ? reason : "it has no as_task");
    remedy = REMEDY_RACES;
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (vtb_heaps[i].heap->is_default && !vtb_heap_collects(vtb_heaps[i].heap))
            heap = vtb_heaps[i].heap;
    }
    for (size_t depth = 1; depth <= 3; depth += 2) {
        vtb_check_at("while as_task is asked for, %zu method%s deep", depth, depth == 1 ? "" : "s");
        open_cell(of, depth);
        start(answer_all);
        for (size_t i = 0; i < PAIRS_N; i++)
            convert(i);
        stop();
        close_cell(of);
    }
}
