/* Checks that take a strategy's operations one by one. */
#include "check/conformance_steps.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/prose.h"
#include "check/guard_heap.h"

#define KEYS_N 1000

/* Each check runs once with each of these numbers of methods between the caller and the store. */
static const size_t depths[] = {1, 3};

#define DEPTHS_N (sizeof depths / sizeof *depths)

struct vtb_steps vtb_steps;

/* --- opening --- */

void vtb_steps_open_fixture(const struct vtb_check_case *of, size_t depth)
{
    static const uint32_t no_calls[1]; /* a check names the entries itself: none are drawn */
    static const struct vtb_trace trace = {.ids = no_calls, .ids_n = 1, .keys_n = 1};
    struct vtb_error error;
    const uint64_t most = of->workload->workload->max_keys;
    vtb_steps.of = of;
    vtb_steps.cell = of->counting;
    vtb_steps.probe = of->counting->probe;
    vtb_steps.point = (struct vtb_point){.workload = of->workload,
                                         .keys_n = most < KEYS_N ? most : KEYS_N,
                                         .in_flight = VTB_PROBE_FRAMES_N,
                                         .depth = depth,
                                         .request_ops = VTB_REQUEST_OPS,
                                         .gen0_budget_bytes = (size_t)8 << 10,
                                         .verify_heap = true,
                                         .hits.trace = &trace};
    if (!vtb_fixture_open(&vtb_steps.fixture, &vtb_steps.point, &error))
        vtb_check_wrong("this machine's memory", "%s", error.message);
}

void vtb_steps_close_fixture(void)
{
    vtb_fixture_close(&vtb_steps.fixture);
}

/* Entries whose share is kept, as each is asked for again and again. */
#define KNOWN_N 1024
static struct {
    const struct vtb_workload_entry *workload;
    uint32_t id;
    uint64_t share;
} known[KNOWN_N];

uint64_t vtb_steps_share(uint32_t id)
{
    const size_t place = (id ^ id >> 22) % KNOWN_N; /* the flags are the highest bits */
    if (id & VTB_ID_FAIL)
        return 0;
    if (known[place].workload != vtb_steps.of->workload || known[place].id != id) {
        known[place].share = vtb_check_share(vtb_steps.of, &vtb_steps.fixture, id);
        known[place].workload = vtb_steps.of->workload;
        known[place].id = id;
    }
    return known[place].share;
}

static const struct vtb_probe *probe;
static struct vtb_env *const env = &vtb_steps.env;

static void judge_leak(void)
{
    const struct vtb_counts *counts = &env->service.counts;
    struct vtb_guard_seen seen;
    vtb_guard_look(&seen);
    if (seen.fault == VTB_GUARD_FREED_TWICE || counts->frees_n > counts->allocs_n)
        vtb_check_wrong("who gives up which reference: vtb_get, vtb_drop, vtb_complete",
                        "an object was given back twice");
    if (seen.fault == VTB_GUARD_FREED_UNKNOWN)
        vtb_check_wrong("what vtb_free is given", "memory was given back that is no object");
    if (counts->frees_n < counts->allocs_n)
        vtb_check_wrong("the last reference, which vtb_get or vtb_drop gives up",
                        "a leak: %" PRIu64 " of %" PRIu64
                        " objects were never given back, "
                        "%" PRIu64 " B in all, one of them of %zu B (%s)",
                        counts->allocs_n - counts->frees_n, counts->allocs_n, counts->live_bytes,
                        seen.left_one_bytes, vtb_check_object(vtb_steps.cell, seen.left_one_bytes));
    if (counts->live_bytes > 0)
        vtb_check_wrong("the last argument of vtb_free, which is what was allocated",
                        "objects were given back as larger or smaller than they are");
}

/* Runs a check on a heap, `depth` methods deep. The check must give back all that it allocates. */
static void on_heap(const struct vtb_check_case *of, const struct vtb_heap *heap, size_t depth,
                    void (*check)(void))
{
    const struct vtb_memory memory = {.heap = heap};
    struct vtb_error error;
    vtb_steps_open_fixture(of, depth);
    probe = vtb_steps.probe;
    vtb_guard_open();
    vtb_check_at("as the window is made");
    if (!vtb_fixture_open_env(&vtb_steps.fixture, env, of->counting, &memory, &error))
        vtb_check_wrong("this machine's memory", "%s", error.message);
    check();
    vtb_check_at("at the end, %zu method%s deep", depth, vtb_plural((double)depth, "", "s"));
    vtb_fixture_close_env(env, of->counting, &memory);
    judge_leak();
    vtb_steps_close_fixture();
}

static void at_depths(const struct vtb_check_case *of, void (*check)(void))
{
    for (size_t i = 0; i < DEPTHS_N; i++)
        on_heap(of, &vtb_guard_heap, depths[i], check);
}

/* --- steps --- */

static const char *word_of(uint32_t id)
{
    if (!(id & VTB_ID_MISS))
        return "a hit";
    return id & VTB_ID_FAIL ? "a miss that the store fails on" : "a miss";
}

static const char *scene = "";

static void at(const char *functions, uint32_t id)
{
    vtb_check_at("in %s of %s%s, %zu method%s deep", functions, word_of(id), scene,
                 vtb_steps.point.depth, vtb_plural((double)vtb_steps.point.depth, "", "s"));
}

static void expect(uint64_t found, uint64_t expected, const char *what, const char *remedy)
{
    if (found != expected)
        vtb_check_wrong(remedy, "%s is %" PRIu64 " where %" PRIu64 " was expected", what, found,
                        expected);
}

static void expect_ready(size_t by, size_t of, bool expected, uint32_t id)
{
    at("vtb_is_ready", id);
    if (probe->is_ready(env, by, of) != expected)
        vtb_check_wrong("vtb_is_ready", "it says %s where it is%s", expected ? "false" : "true",
                        expected ? " completed" : " not completed");
}

static void call(size_t by, uint32_t id)
{
    const bool hits = !(id & VTB_ID_MISS);
    at(hits ? "vtb_ready" : "vtb_suspend, vtb_record_of or vtb_handover_of", id);
    const bool ready = probe->call(env, by, id);
    at("vtb_is_ready", id);
    if (ready != hits)
        vtb_check_wrong("vtb_is_ready", "it says %s", hits ? "false" : "true");
    if (!hits && !probe->pending(env, by))
        vtb_check_wrong("vtb_suspend", "nothing was submitted to the store");
}

static void complete_with(size_t of, enum vtb_fault fault)
{
    void *pending = probe->pending(env, of);
    probe->forget(env, of);
    vtb_check_at("in vtb_complete%s, %zu method%s deep", scene, vtb_steps.point.depth,
                 vtb_plural((double)vtb_steps.point.depth, "", "s"));
    probe->complete(&env->service, pending, fault);
}

static void complete(size_t of)
{
    complete_with(of, VTB_FAULT_NONE);
}

static void await(size_t by, size_t of, uint32_t id)
{
    at("vtb_await", id);
    probe->await(env, by, of);
}

static void get(size_t by, size_t of, uint32_t id, enum vtb_fault fault)
{
    uint64_t share = 0;
    at("vtb_get", id);
    expect(probe->get(env, by, of, &share), fault, "the fault",
           "the fault that vtb_complete keeps and vtb_get returns");
    expect(share, fault ? 0 : vtb_steps_share(id), "what the value adds up to",
           "the value that vtb_ready or vtb_complete keeps and vtb_get writes");
}

/* Has a frame consume, for the last time. */
static void consume(size_t by, size_t of, uint32_t id, enum vtb_fault fault)
{
    get(by, of, id, fault);
    at("vtb_drop", id);
    probe->drop(env, by, of);
}

/* Runs an operation from its call to its end. */
static void operate(size_t by, uint32_t id)
{
    call(by, id);
    if (id & VTB_ID_MISS)
        complete(by);
    consume(by, by, id, VTB_FAULT_NONE);
}

/* Copies the variable of a frame, so that two hold the operation. */
static void copy(size_t to, size_t from)
{
    if (probe->share)
        probe->share(env, from);
    probe->copy(env, to, from);
}

/* Checks the sum of what the waiting frames consumed. */
static void expect_arrived(uint64_t expected)
{
    expect(env->checksum, expected, "what those that waited have consumed",
           "vtb_complete, which runs each continuation that waits, once");
}

/* --- step by step --- */

static void step_by_step(void)
{
    scene = "";
    operate(0, VTB_HIT(1));
    call(0, VTB_MISS(2));
    expect_ready(0, 0, false, VTB_MISS(2));
    complete(0);
    consume(0, 0, VTB_MISS(2), VTB_FAULT_NONE);
    scene = " that somebody waits for";
    call(0, VTB_MISS(3));
    await(0, 0, VTB_MISS(3));
    expect_arrived(0);
    complete(0);
    expect_arrived(vtb_steps_share(VTB_MISS(3)));
    expect(env->arrived, vtb_steps_share(VTB_MISS(3)), "what arrived last", "vtb_complete");
    scene = "";
    call(0, VTB_FAIL(4));
    complete(0);
    consume(0, 0, VTB_FAIL(4), VTB_FAULT_STORE);
    scene = " that somebody waits for";
    call(0, VTB_FAIL(5));
    await(0, 0, VTB_FAIL(5));
    complete(0);
    expect(env->service.failed_n, 1, "the number of failures that arrived",
           "the fault that vtb_complete keeps and vtb_get returns");
    scene = " after all of these";
    operate(1, VTB_MISS(6));
    operate(1, VTB_HIT(7));
}

void vtb_check_steps(const struct vtb_check_case *of)
{
    at_depths(of, step_by_step);
}

/* --- failures and cancellation --- */

#define ORDER_N 6

/* Three operations that fail and three that succeed are pending at once, and complete in a mixed
 * order. */
static void beside(void)
{
    static const size_t order[ORDER_N] = {2, 5, 0, 1, 4, 3};
    uint64_t expected = 0;
    scene = " beside others";
    for (size_t i = 0; i < ORDER_N; i++) {
        const uint32_t id = i % 2 ? VTB_FAIL(i) : VTB_MISS(i);
        call(i, id);
        expected += vtb_steps_share(id);
        await(i, i, id);
    }
    call(6, VTB_MISS(6));
    call(7, VTB_FAIL(7));
    for (size_t i = 0; i < ORDER_N; i++)
        complete(order[i]);
    expect(env->service.failed_n, ORDER_N / 2, "the number of failures that arrived",
           "the fault that vtb_complete keeps and vtb_get returns");
    expect_arrived(expected);
    complete(7);
    complete(6);
    consume(6, 6, VTB_MISS(6), VTB_FAULT_NONE);
    consume(7, 7, VTB_FAIL(7), VTB_FAULT_STORE);
}

void vtb_check_beside(const struct vtb_check_case *of)
{
    at_depths(of, beside);
}

/* The caller gives the operation up: the store's answer, even an error, does not count any more. */
static void cancel(uint32_t id)
{
    call(0, id);
    complete_with(0, VTB_FAULT_CANCELLED);
    consume(0, 0, id, VTB_FAULT_CANCELLED);
    call(1, id);
    await(1, 1, id);
    complete_with(1, VTB_FAULT_CANCELLED);
}

static void cancelled(void)
{
    scene = " that is cancelled";
    for (uint32_t i = 1; i < 12; i++) {
        cancel(i % 2 ? VTB_MISS(i) : VTB_FAIL(i));
        expect(env->service.failed_n, i, "the number of failures that arrived",
               "the fault that vtb_complete keeps and vtb_get returns");
    }
    expect_arrived(0);
    scene = " after cancelled ones";
    operate(0, VTB_MISS(20));
    operate(1, VTB_HIT(21));
}

void vtb_check_cancelled(const struct vtb_check_case *of)
{
    at_depths(of, cancelled);
}

/* --- an answer while the methods around the service's still suspend --- */

static bool answers_armed;
static enum vtb_fault answers_with;

/* An allocator for which the store answers what was submitted as soon as a layer allocates. */
static void *answer_and_alloc(size_t bytes)
{
    void *pending = env->service.submitted;
    if (answers_armed && pending) {
        answers_armed = false;
        probe->complete(&env->service, pending, answers_with);
    }
    return vtb_guard_heap.alloc(bytes);
}

static void answer_early(uint32_t id, enum vtb_fault fault, enum vtb_fault expected)
{
    answers_with = fault;
    answers_armed = true;
    scene = " that is answered while the methods around it suspend";
    at("vtb_await or vtb_complete", id);
    const bool ready = probe->call(env, 0, id);
    if (answers_armed) { /* no layer allocated */
        answers_armed = false;
        complete_with(0, fault);
    } else if (!ready) {
        vtb_check_wrong(
            "vtb_await, which runs the continuation at once if the operation is "
            "completed already",
            "it never completes");
    }
    probe->forget(env, 0);
    consume(0, 0, id, expected);
    scene = "";
    operate(0, VTB_MISS(2));
}

static void early(void)
{
    answer_early(VTB_MISS(1), VTB_FAULT_NONE, VTB_FAULT_NONE);
    answer_early(VTB_FAIL(1), VTB_FAULT_NONE, VTB_FAULT_STORE);
    answer_early(VTB_FAIL(1), VTB_FAULT_CANCELLED, VTB_FAULT_CANCELLED);
}

void vtb_check_early(const struct vtb_check_case *of)
{
    struct vtb_heap answering = vtb_guard_heap;
    answering.alloc = answer_and_alloc;
    vtb_check_needs_layers(of->counting);
    on_heap(of, &answering, 3, early);
}

/* --- several consumers --- */

static void need(const char *lacks)
{
    if (lacks)
        vtb_check_left_out(lacks);
}

static void three_wait(uint32_t id)
{
    call(0, id);
    copy(1, 0);
    copy(2, 0);
    for (size_t i = 0; i < 3; i++)
        await(i, 0, id);
}

/* One consumer waits before the operation completes; the others come later, and do not wait. */
static void late_consumers(void)
{
    const uint64_t share = vtb_steps_share(VTB_MISS(1));
    const uint64_t before = env->checksum;
    scene = " with consumers that come late";
    call(0, VTB_MISS(1));
    for (size_t i = 1; i < 5; i++)
        copy(i, 0);
    await(0, 0, VTB_MISS(1));
    expect_ready(1, 0, false, VTB_MISS(1));
    complete(0);
    expect_arrived(before + share);
    expect_ready(1, 0, true, VTB_MISS(1));
    await(1, 0, VTB_MISS(1));
    expect_arrived(before + 2 * share);
    consume(2, 0, VTB_MISS(1), VTB_FAULT_NONE);
    await(3, 0, VTB_MISS(1));
    expect_arrived(before + 3 * share);
    consume(4, 0, VTB_MISS(1), VTB_FAULT_NONE);
}

static void consumers(void)
{
    scene = " with three consumers";
    three_wait(VTB_MISS(1));
    expect_arrived(0);
    complete(0);
    expect_arrived(3 * vtb_steps_share(VTB_MISS(1)));
    three_wait(VTB_FAIL(2));
    complete(0);
    expect(env->service.failed_n, 3, "the number of failures that arrived",
           "vtb_complete, which runs each continuation that waits, once");
    late_consumers();
    operate(0, VTB_MISS(3));
}

void vtb_check_consumers(const struct vtb_check_case *of)
{
    need(of->counting->strategy->lacks.several_consumers);
    at_depths(of, consumers);
}

/* --- storing --- */

static void many_other_operations(void)
{
    const char *before = scene;
    scene = " between the others";
    for (uint32_t i = 0; i < 200; i++)
        operate(0, i % 2 ? VTB_HIT(100 + i) : VTB_MISS(100 + i));
    scene = before;
}

/* Consumes by the caller's own variable, if both copies may be consumed; otherwise storing the
 * hand-over has moved it. */
static void use_own(size_t by, uint32_t id)
{
    if (probe->share)
        consume(by, by, id, VTB_FAULT_NONE);
}

/* Stores a value, an operation that has completed, and one that completes only afterwards. */
static void stored(void)
{
    scene = " that is stored";
    call(1, VTB_HIT(1));
    copy(4, 1);
    use_own(1, VTB_HIT(1));
    call(2, VTB_MISS(2));
    copy(5, 2);
    complete(2);
    use_own(2, VTB_MISS(2));
    call(3, VTB_MISS(3));
    copy(6, 3);
    many_other_operations();
    consume(4, 4, VTB_HIT(1), VTB_FAULT_NONE);
    consume(5, 5, VTB_MISS(2), VTB_FAULT_NONE);
    await(6, 6, VTB_MISS(3));
    many_other_operations();
    expect_arrived(0);
    complete(3);
    expect_arrived(vtb_steps_share(VTB_MISS(3)));
    many_other_operations();
    use_own(3, VTB_MISS(3));
}

void vtb_check_stored(const struct vtb_check_case *of)
{
    need(of->counting->strategy->lacks.storing);
    at_depths(of, stored);
}

/* --- as_task and preserve --- */

static void need_conversion(const struct vtb_check_case *of)
{
    need(of->counting->strategy->lacks.as_task);
    if (!of->counting->probe->as_task)
        vtb_check_wrong(
            "VTB_CONVERTS with vtb_as_task and vtb_preserve; or .lacks.as_task, which "
            "says why there are none",
            "it does not say that it lacks as_task, and has none");
}

/* Consumes a completed task more than once, as is allowed, and then gives it up. */
static void use_task(void *task, uint32_t id, enum vtb_fault fault)
{
    at("the task that vtb_as_task gave", id);
    if (!probe->task_is_ready(task))
        vtb_check_wrong("vtb_as_task and vtb_complete", "the task is not completed");
    for (int i = 0; i < 3; i++) {
        uint64_t share = 0;
        expect(probe->task_get(task, &share), fault, "the fault", "vtb_as_task");
        expect(share, fault ? 0 : vtb_steps_share(id), "what the value adds up to", "vtb_as_task");
    }
    probe->task_drop(env, task);
}

static void *task_of(size_t by, uint32_t id)
{
    at("vtb_as_task", id);
    return probe->as_task(env, by);
}

/* Asks for a task while the operation is pending, and after it completed. */
static void convert(uint32_t id, enum vtb_fault fault, enum vtb_fault expected)
{
    call(0, id);
    void *task = task_of(0, id);
    if (probe->task_is_ready(task))
        vtb_check_wrong("vtb_as_task", "the task is completed before the operation is");
    complete_with(0, fault);
    use_task(task, id, expected);
    call(0, id);
    complete_with(0, fault);
    use_task(task_of(0, id), id, expected);
}

static void as_task(void)
{
    scene = "";
    call(0, VTB_HIT(1));
    use_task(task_of(0, VTB_HIT(1)), VTB_HIT(1), VTB_FAULT_NONE);
    convert(VTB_MISS(2), VTB_FAULT_NONE, VTB_FAULT_NONE);
    convert(VTB_FAIL(3), VTB_FAULT_NONE, VTB_FAULT_STORE);
    convert(VTB_MISS(4), VTB_FAULT_CANCELLED, VTB_FAULT_CANCELLED);
    call(1, VTB_MISS(5));
    void *kept = task_of(1, VTB_MISS(5));
    complete(1);
    many_other_operations();
    use_task(kept, VTB_MISS(5), VTB_FAULT_NONE);
}

void vtb_check_as_task(const struct vtb_check_case *of)
{
    need_conversion(of);
    at_depths(of, as_task);
}

static void consume_twice(uint32_t id, enum vtb_fault fault)
{
    get(0, 0, id, fault);
    consume(0, 0, id, fault);
}

static void preserve(uint32_t id, enum vtb_fault fault, enum vtb_fault expected)
{
    call(0, id);
    at("vtb_preserve", id);
    probe->preserve(env, 0);
    if (id & VTB_ID_MISS)
        complete_with(0, fault);
    consume_twice(id, expected);
    call(0, id);
    if (id & VTB_ID_MISS)
        complete_with(0, fault);
    at("vtb_preserve", id);
    probe->preserve(env, 0);
    probe->preserve(env, 0); /* preserving for a second time changes nothing */
    consume_twice(id, expected);
}

static void preserved(void)
{
    scene = " that is preserved";
    preserve(VTB_HIT(1), VTB_FAULT_NONE, VTB_FAULT_NONE);
    preserve(VTB_MISS(2), VTB_FAULT_NONE, VTB_FAULT_NONE);
    preserve(VTB_FAIL(3), VTB_FAULT_NONE, VTB_FAULT_STORE);
    preserve(VTB_MISS(4), VTB_FAULT_CANCELLED, VTB_FAULT_CANCELLED);
}

void vtb_check_preserved(const struct vtb_check_case *of)
{
    need_conversion(of);
    at_depths(of, preserved);
}
