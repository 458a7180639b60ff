/* Checks in which a second thread answers what the first one asked, either once the first thread
 * waits, or at any moment. */
#include "base/prose.h"
#include "check/conformance_steps.h"
#include "check/second_thread.h"

#define BATCHES_N ((size_t)60)
#define OPERATIONS_N (BATCHES_N * VTB_PAIR_BATCH)
#define PAIRS_N ((size_t)300) /* operations that two threads consume */

static const struct vtb_heap *heap;
static const char *scene;
static const char *remedy;

/* --- opening --- */

#define REMEDY_ORDERED                                                                         \
    "what vtb_complete uses: the service that it is given, with its state, is the completing " \
    "thread's"
#define REMEDY_RACES                                                                        \
    "the moment between vtb_is_ready and vtb_await, in which vtb_complete may run; or say " \
    ".lacks.other_threads"

static void wrong(const char *what_to_look_at, const char *what)
{
    vtb_check_wrong(what_to_look_at, "%s", what);
}

static void open_cell(const struct vtb_check_case *of, size_t depth)
{
    struct vtb_error error;
    vtb_steps_open_fixture(of, depth);
    vtb_pair.wrong = wrong;
    if (!vtb_pair_open(&vtb_steps.fixture, of->counting, heap, &error))
        vtb_check_wrong("this machine's memory", "%s", error.message);
}

/* Closes the cell, and checks that all is freed, whichever thread allocated and whichever freed. */
static void close_cell(void)
{
    struct vtb_pair_counts counts;
    vtb_pair_close(&counts);
    if (!vtb_heap_collects(heap) && counts.frees_n != counts.allocs_n)
        vtb_check_wrong(
            "references that two threads give up at once: they must be counted "
            "atomically",
            "%llu objects were allocated and %llu given back", (unsigned long long)counts.allocs_n,
            (unsigned long long)counts.frees_n);
    vtb_steps_close_fixture();
}

static void on_heaps(const struct vtb_check_case *of, void (*check)(const struct vtb_check_case *))
{
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        heap = vtb_heaps[i].heap;
        if (!heap->is_default ||
            (vtb_heap_collects(heap) && of->counting->strategy->lacks.collector))
            continue;
        for (size_t depth = 1; depth <= 3; depth += 2) {
            vtb_check_at("%s, heap %s, %zu method%s deep", scene, vtb_heaps[i].name, depth,
                         vtb_plural((double)depth, "", "s"));
            open_cell(of, depth);
            check(of);
            close_cell();
        }
    }
}

/* --- what both do --- */

static void expect(uint64_t found, uint64_t expected, const char *what)
{
    if (found != expected)
        vtb_check_wrong(remedy, "%s is %llu where %llu was expected", what,
                        (unsigned long long)found, (unsigned long long)expected);
}

static uint64_t share_of(size_t number)
{
    return vtb_steps_share(vtb_pair_id(number));
}

static enum vtb_fault fault_of(size_t number)
{
    return number % VTB_PAIR_FAIL_EVERY ? VTB_FAULT_NONE : VTB_FAULT_STORE;
}

static uint64_t sum_of_shares(size_t operations_n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < operations_n; i++)
        sum += share_of(i);
    return sum;
}

/* --- callers that wait before, while, and after their operations complete --- */

static void run_batches(enum vtb_pair_order order)
{
    struct vtb_pair_found found;
    vtb_pair_run_batches(order, BATCHES_N, &found);
    expect(found.checksum, sum_of_shares(OPERATIONS_N), "what was consumed");
    expect(found.failed_here_n + found.failed_there_n, OPERATIONS_N / VTB_PAIR_FAIL_EVERY,
           "the number of failures that arrived");
}

/* The threads take turns: while the first one waits for the queue, the second one may use all that
 * belongs to a single thread. */
static void ordered(const struct vtb_check_case *of)
{
    void *state = vtb_pair.own.service.state;
    if (of->counting->strategy->lacks.other_threads)
        vtb_pair.own.service.state = vtb_pair.env.service.state;
    run_batches(VTB_PAIR_WAITS_BEFORE);
    vtb_pair.own.service.state = state;
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
    run_batches(VTB_PAIR_RACES);
    run_batches(VTB_PAIR_COMES_AFTER);
}

void vtb_check_racing(const struct vtb_check_case *of)
{
    scene = "while its caller comes to wait";
    remedy = REMEDY_RACES;
    on_heaps(of, racing);
}

/* --- several consumers --- */

static void consume_in_two_threads(size_t number)
{
    uint64_t share = 0;
    expect(vtb_pair_consume_thrice(number, &share), fault_of(number), "the fault");
    expect(share, share_of(number), "what the third consumer got");
    vtb_pair.probe->drop(&vtb_pair.env, 2, 2);
}

static void shared(const struct vtb_check_case *of)
{
    (void)of;
    vtb_pair_start(vtb_pair_consume);
    for (size_t i = 0; i < PAIRS_N; i++)
        consume_in_two_threads(i);
    vtb_pair_stop();
    const uint64_t expected = sum_of_shares(PAIRS_N);
    expect(vtb_pair.callers[0].checksum, expected, "what the first thread consumed");
    expect(vtb_pair.second.checksum, expected, "what the second thread consumed");
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

static const struct vtb_heap *default_that_frees(void)
{
    const struct vtb_heap *found = NULL;
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (vtb_heaps[i].heap->is_default && !vtb_heap_collects(vtb_heaps[i].heap))
            found = vtb_heaps[i].heap;
    }
    return found;
}

void vtb_check_early_racing(const struct vtb_check_case *of)
{
    const struct vtb_env *caller = &vtb_pair.callers[0];
    vtb_check_needs_layers(of->counting);
    heap = vtb_pair_early_heap(default_that_frees());
    remedy = REMEDY_RACES;
    vtb_check_at("while the methods around it suspend");
    open_cell(of, 3);
    vtb_pair_start(vtb_pair_complete);
    for (size_t i = 0; i < OPERATIONS_N; i++)
        (void)vtb_pair_run_early(i);
    vtb_pair_stop();
    expect(caller->checksum, sum_of_shares(OPERATIONS_N), "what was consumed");
    expect(caller->service.failed_n + vtb_pair.own.service.failed_n,
           OPERATIONS_N / VTB_PAIR_FAIL_EVERY, "the number of failures that arrived");
    close_cell();
}

/* --- tasks in the place of operations --- */

static void convert(size_t number)
{
    struct vtb_pair_task task;
    vtb_pair_convert(number, &task);
    expect(task.is_ready, true, "whether the task is completed");
    expect(task.fault, fault_of(number), "the fault");
    expect(task.share, share_of(number), "what the task holds");
    vtb_pair.probe->task_drop(&vtb_pair.env, task.task);
}

void vtb_check_threads_as_task(const struct vtb_check_case *of)
{
    const char *reason = of->counting->strategy->lacks.as_task;
    if (reason || !of->counting->probe->as_task)
        vtb_check_left_out(reason ? reason : "it has no as_task");
    remedy = REMEDY_RACES;
    heap = default_that_frees();
    for (size_t depth = 1; depth <= 3; depth += 2) {
        vtb_check_at("while as_task is asked for, %zu method%s deep", depth,
                     vtb_plural((double)depth, "", "s"));
        open_cell(of, depth);
        vtb_pair_start(vtb_pair_complete);
        for (size_t i = 0; i < PAIRS_N; i++)
            convert(i);
        vtb_pair_stop();
        close_cell();
    }
}
