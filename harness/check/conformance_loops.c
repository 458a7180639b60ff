/* Checks that run many calls: values, counts, orders, and what lies on the heap. */
#include "base/prose.h"
#include "check/conformance_case.h"

#include <inttypes.h>
#include <string.h>

#include "check/guard_heap.h"
#include "check/strict_heap.h"

#define KEYS_N 1000
#define CALLS_N 600
#define MOVED_CALLS_N 200 /* calls on a heap that moves every object after each of them */
#define GEN0_BYTES ((size_t)16 << 10)

/* Parameters that a check combines, each list ended by a negative number or a 0. */
struct combinations {
    double hit_rates[5];
    size_t windows[6];
    size_t depths[4];
    double failure_rate;
    enum vtb_completion completion;
};

/* The parameters of a run of a cell. */
struct run {
    const struct vtb_check_case *of;
    const struct vtb_fixture *fixture;
    const struct vtb_cell *cell;
    const struct vtb_heap *heap;
    enum vtb_consumer consumer;
    size_t calls_n;
    uint32_t zero; /* if it is not 0, keys really depend on results */
};

struct outcome {
    uint64_t checksum;
    uint64_t failed_n;
    size_t pending_n; /* operations that were suspended before the window was drained */
    struct vtb_counts counts;
};

/* --- running --- */

static uint32_t ids[CALLS_N];
static struct vtb_trace calls = {.ids = ids, .ids_n = CALLS_N, .keys_n = KEYS_N};

/* A point of the check's workload. Its calls are drawn, with exactly the share of hits that the hit
 * rate says, unless the workload's cache is real. */
static struct vtb_point point_of(const struct vtb_check_case *of, double hit_rate,
                                 double failure_rate, size_t window, size_t depth)
{
    const bool emerges = of->workload->workload->default_capacity > 0;
    struct vtb_point point = {.workload = of->workload,
                              .hits.emerge = emerges,
                              .hits.rate = emerges ? 0 : hit_rate,
                              .failure_rate = emerges ? 0 : failure_rate,
                              .keys_n = KEYS_N,
                              .calls_n = CALLS_N,
                              .in_flight = window,
                              .depth = depth,
                              .request_ops = 48,
                              .gen0_budget_bytes = GEN0_BYTES,
                              .verify_heap = true,
                              .seed = 1,
                              .hits.trace = &calls};
    if (of->workload->workload->max_keys < KEYS_N)
        point.keys_n = of->workload->workload->max_keys;
    if (emerges)
        point.hits.cache.capacity = 1 + (uint64_t)(hit_rate * (double)(point.keys_n - 1));
    const struct vtb_schedule schedule = {.hit_rate = emerges ? 1 : hit_rate,
                                          .failure_rate = point.failure_rate,
                                          .keys_n = point.keys_n,
                                          .seed = 1};
    vtb_schedule_fill(&schedule, 0, ids, CALLS_N);
    return point;
}

static void open_fixture(struct vtb_fixture *fixture, const struct vtb_point *point)
{
    struct vtb_error error;
    if (!vtb_fixture_open(fixture, point, &error))
        vtb_check_wrong("this machine's memory", "%s", error.message);
}

static void at(const struct run *run)
{
    const struct vtb_point *point = run->fixture->point;
    vtb_check_at("hit rate %g, %zu in flight, %s, %zu method%s deep, %s lookups, %s cell%s%s",
                 point->hits.emerge ? 0 : point->hits.rate, point->in_flight,
                 vtb_completion_words[point->completion], point->depth,
                 vtb_plural((double)point->depth, "", "s"), vtb_consumer_words[run->consumer],
                 run->cell->kind.counting ? "counting" : "timing",
                 run->cell->kind.collected ? " of a collector" : "",
                 point->failure_rate > 0 ? ", failures" : "");
}

/* Runs the calls in three batches, so that suspended operations stay from one to the next. */
static struct outcome run_in(const struct run *run, struct vtb_memory *memory)
{
    struct outcome outcome;
    struct vtb_env env;
    struct vtb_error error;
    vtb_loop_function *loop = vtb_fixture_loop(run->fixture, run->cell, run->consumer);
    if (!vtb_fixture_open_env(run->fixture, &env, run->cell, memory, &error))
        vtb_check_wrong("this machine's memory", "%s", error.message);
    env.zero = run->zero;
    vtb_memory_enter(memory);
    loop(&env, run->calls_n / 3);
    loop(&env, 0);
    loop(&env, run->calls_n - run->calls_n / 3);
    outcome.pending_n = env.pending_n;
    run->cell->drain(&env);
    if (env.pending_n > 0)
        vtb_check_wrong("vtb_complete", "%zu operations are still pending when all are completed",
                        env.pending_n);
    vtb_memory_leave(memory);
    vtb_fixture_close_env(&env, run->cell, memory);
    outcome.checksum = vtb_fixture_checksum(&env);
    outcome.failed_n = env.service.failed_n;
    outcome.counts = env.service.counts;
    return outcome;
}

static struct outcome run_cell(const struct run *run)
{
    struct vtb_memory memory;
    struct vtb_error error;
    at(run);
    if (run->heap == &vtb_guard_heap)
        vtb_guard_open();
    if (!vtb_memory_open(&memory, run->heap, run->fixture->point, &error))
        vtb_check_wrong("this machine's memory", "%s", error.message);
    if (memory.gc)
        vtb_strict_values(run->fixture->table, run->fixture->table_bytes);
    const struct outcome outcome = run_in(run, &memory);
    vtb_memory_close(&memory);
    return outcome;
}

static struct outcome run_floor(const struct run *like)
{
    struct run run = *like;
    run.cell = like->of->floor;
    run.heap = &vtb_guard_heap;
    run.consumer = VTB_CONSUMER_INDEPENDENT;
    return run_cell(&run);
}

uint64_t vtb_check_share(const struct vtb_check_case *of, const struct vtb_fixture *fixture,
                         uint32_t id)
{
    struct vtb_fixture one = *fixture;
    struct vtb_point point = *fixture->point;
    point.depth = 1;
    one.point = &point;
    one.ids = &id;
    one.ids_n = 1;
    const struct vtb_memory memory = {.heap = &vtb_guard_heap};
    struct vtb_env env;
    struct vtb_error error;
    if (!vtb_fixture_open_env(&one, &env, of->floor, &memory, &error))
        vtb_check_wrong("this machine's memory", "%s", error.message);
    of->floor->run_independent(&env, 1);
    vtb_fixture_close_env(&env, of->floor, &memory);
    return vtb_fixture_checksum(&env);
}

/* --- judging --- */

void vtb_check_needs_layers(const struct vtb_cell *cell)
{
    if (cell->beside_allocs_n > 0)
        vtb_check_left_out("the store is asked once all methods wait");
    if (cell->kind.method == VTB_METHOD_DIRECT || !cell->layer_miss_bytes)
        vtb_check_left_out("the methods around the service's allocate nothing");
}

const char *vtb_check_object(const struct vtb_cell *cell, size_t bytes)
{
    if (bytes == cell->miss_bytes)
        return "an operation that pends";
    if (bytes == cell->hit_bytes)
        return "a ready value";
    return bytes == cell->layer_miss_bytes ? "an operation of a method around the service's"
                                           : "something else";
}

/* Reports a strategy that wrote to memory which is not its own, or gave back a wrong block. */
static void judge_marks(const struct vtb_cell *cell)
{
    struct vtb_guard_seen seen;
    vtb_guard_look(&seen);
    const char *object = vtb_check_object(cell, seen.bytes);
    switch (seen.fault) {
    case VTB_GUARD_FREED_TWICE:
        vtb_check_wrong("who gives up which reference: vtb_get, vtb_drop, vtb_complete",
                        "an object of %zu B (%s) was given back twice", seen.bytes, object);
    case VTB_GUARD_FREED_UNKNOWN:
        vtb_check_wrong("what vtb_free is given", "memory was given back that is no object");
    case VTB_GUARD_WRITTEN_BEHIND:
        vtb_check_wrong("VTB_HIT_BYTES, VTB_PENDING_BYTES and vtb_record_of",
                        "an object of %zu B (%s) was written to behind its end", seen.bytes,
                        object);
    case VTB_GUARD_WRITTEN_FREED:
        vtb_check_wrong("what touches it after vtb_free: vtb_get, vtb_drop, vtb_complete",
                        "byte %zu of an object of %zu B (%s) was written after it was given back",
                        seen.at, seen.bytes, object);
    case VTB_GUARD_NONE:
        break;
    }
}

/* Reports blocks that are still on the guarded heap at the end. */
static void judge_leak(const struct vtb_cell *cell)
{
    struct vtb_guard_seen seen;
    vtb_guard_look(&seen);
    if (seen.left_n > 0)
        vtb_check_wrong(
            "the last reference, which vtb_get or vtb_drop gives up",
            "a leak: objects never given back: %zu, of %zu B in all, one of them of %zu B (%s)",
            seen.left_n, seen.left_bytes, seen.left_one_bytes,
            vtb_check_object(cell, seen.left_one_bytes));
}

void vtb_check_suspicion(void)
{
    const struct vtb_strict_seen *seen = &vtb_strict_seen;
    if (seen->undeclared_n)
        vtb_check_wrong("VTB_PENDING_REFERENCES, which lacks that offset",
                        "a forgotten reference: byte %zu of a '%s' refers to an object, its type "
                        "does not say so, and what it refers to was missed",
                        seen->undeclared_at, seen->undeclared_type);
}

/* The beginning of a report about an object of a collector: the byte, and the object's type. */
#define BROKEN "byte %zu of a '%s' "
#define BROKEN_ARGUMENTS vtb_strict_seen.broken_at, vtb_strict_seen.broken_type

/* Reports what a strict heap found wrong. */
static void judge_references(void)
{
    const struct vtb_strict_seen *seen = &vtb_strict_seen;
    if (seen->bad_types_n)
        vtb_check_wrong(
            "VTB_PENDING_BYTES and VTB_PENDING_REFERENCES, multiples of 8",
            "an object was allocated that cannot be: of %zu B, or with a reference at no word "
            "of it, or with one twice",
            seen->bad_type_bytes);
    if (seen->unmarked_n)
        vtb_check_wrong(
            "vtb_await and vtb_suspend: vtb_barrier(service, &object->field) belongs "
            "behind each store of a reference",
            "a forgotten barrier: " BROKEN "came to refer to a younger object", BROKEN_ARGUMENTS);
    if (seen->unmarked_values_n)
        vtb_check_wrong(
            "vtb_complete: vtb_value_barrier(service, &object->value) belongs behind "
            "the store of a value",
            "a forgotten barrier: " BROKEN "came to refer to a value", BROKEN_ARGUMENTS);
    if (seen->dangling_n)
        vtb_check_wrong("VTB_PENDING_REFERENCES and VTB_STATE_ROOTS",
                        "a forgotten reference: " BROKEN "refers to an object that was collected",
                        BROKEN_ARGUMENTS);
    if (seen->bad_roots_n)
        vtb_check_wrong(
            "VTB_HANDOVER_REFERS and VTB_STATE_ROOTS: what they promise is the first "
            "word of the hand-over and the first words of the state",
            "a root refers to what is no object");
}

/* Names the macros by which allocations may differ from the layout. */
static const char *sizes_of(const struct run *run)
{
    const double hit_rate = run->fixture->point->hits.rate;
    if (hit_rate == 1)
        return "VTB_HIT_BYTES, and what vtb_ready allocates";
    return hit_rate == 0 && !run->fixture->point->hits.emerge
               ? "VTB_PENDING_BYTES, and what vtb_suspend allocates"
               : "VTB_HIT_BYTES and VTB_PENDING_BYTES, and what vtb_ready and vtb_suspend allocate";
}

static void judge_cost(const struct run *run, const struct outcome *found, uint64_t misses_n)
{
    const struct vtb_counts *counts = &found->counts;
    const struct vtb_usage usage = {.calls_n = run->calls_n,
                                    .hits_n = run->calls_n - misses_n,
                                    .immortal_n = counts->immortal_n,
                                    .under_way_n = counts->under_way_n,
                                    .setup = vtb_fixture_setup(run->fixture, run->cell)};
    struct vtb_cost cost;
    run->cell->cost(&usage, &cost);
    if (counts->allocs_n != cost.allocs_n || counts->requested_bytes != cost.bytes)
        vtb_check_wrong(sizes_of(run),
                        "calls: %zu, of which missed: %" PRIu64 "; objects allocated: %" PRIu64
                        ", of %" PRIu64 " B in all; by its layout: %" PRIu64 ", of %" PRIu64 " B",
                        run->calls_n, misses_n, counts->allocs_n, counts->requested_bytes,
                        cost.allocs_n, cost.bytes);
    if (vtb_heap_collects(run->heap))
        return;
    if (counts->frees_n != counts->allocs_n)
        vtb_check_wrong("the last reference, which vtb_get or vtb_drop gives up",
                        "%s: objects allocated: %" PRIu64 ", given back: %" PRIu64,
                        counts->frees_n < counts->allocs_n ? "a leak" : "given back twice",
                        counts->allocs_n, counts->frees_n);
    if (counts->live_bytes != 0)
        vtb_check_wrong("the last argument of vtb_free, which is what was allocated",
                        "all objects were given back, but as of %" PRIu64
                        " B more or less than the %" PRIu64 " B that were allocated",
                        (int64_t)counts->live_bytes < 0 ? -counts->live_bytes : counts->live_bytes,
                        counts->requested_bytes);
}

/* Compares the numbers of suspended operations and of questions to the store with the misses. */
static void judge_calls(const struct run *run, const struct outcome *found, uint64_t misses_n)
{
    const size_t most_n = run->fixture->point->in_flight - 1;
    const size_t expected_n = !run->cell->frame_bytes ? 0
                              : misses_n < most_n     ? (size_t)misses_n
                                                      : most_n;
    if (found->pending_n != expected_n)
        vtb_check_wrong("vtb_is_ready",
                        "%" PRIu64
                        " of %zu calls missed, and %zu of them pend in the window "
                        "where %zu should",
                        misses_n, run->calls_n, found->pending_n, expected_n);
    if (run->cell->kind.counting && found->counts.fetched_n != misses_n)
        vtb_check_wrong("vtb_suspend and vtb_asked",
                        "%" PRIu64 " calls missed, and the store was asked %" PRIu64 " times",
                        misses_n, found->counts.fetched_n);
}

/* Compares a run with that of the floor, which neither suspends nor allocates. */
static void judge(const struct run *run, const struct outcome *found, const struct outcome *floor)
{
    const uint64_t misses_n = floor->counts.fetched_n;
    const bool strict = run->heap == &vtb_strict_heap || run->heap == &vtb_moving_heap;
    if (strict)
        judge_references();
    if (run->heap == &vtb_guard_heap)
        judge_marks(run->cell);
    if (strict && found->checksum != floor->checksum)
        vtb_check_suspicion();
    if (run->cell->strategy->role == VTB_ROLE_EMPTY)
        return;
    if (found->failed_n != floor->failed_n)
        vtb_check_wrong("the fault that vtb_complete keeps and vtb_get returns",
                        "%" PRIu64 " operations ended in a fault, and the store failed on %" PRIu64,
                        found->failed_n, floor->failed_n);
    judge_calls(run, found, misses_n);
    if (found->checksum != floor->checksum)
        vtb_check_wrong(
            "what vtb_ready and vtb_complete keep, what vtb_get gives, and how often "
            "vtb_complete runs what waits",
            "wrong values: what was consumed adds up to %" PRIu64 ", and the floor's to %" PRIu64,
            found->checksum, floor->checksum);
    if (run->heap == &vtb_guard_heap)
        judge_leak(run->cell);
    if (run->cell->kind.counting)
        judge_cost(run, found, misses_n);
}

/* --- the checks --- */

/* Checks a cell on a heap, with both consumers. */
static void check_cell(struct run run, const struct vtb_cell *cell, const struct vtb_heap *heap)
{
    run.cell = cell;
    const struct outcome floor = run_floor(&run);
    run.heap = heap;
    for (int consumer = VTB_CONSUMER_INDEPENDENT; consumer <= VTB_CONSUMER_DEPENDENT; consumer++) {
        run.consumer = (enum vtb_consumer)consumer;
        const struct outcome found = run_cell(&run);
        at(&run);
        judge(&run, &found, &floor);
    }
}

/* Checks all cells that fit the point and a heap, on that heap. With methods around the service's
 * that is the counting one alone, which is made of the same source for every depth. */
static void check_cells(const struct run *run, const struct vtb_heap *heap)
{
    const struct vtb_check_case *of = run->of;
    const struct vtb_cell *timed = vtb_heap_collects(heap) ? of->collected : of->timing;
    check_cell(*run, of->counting, heap);
    if (timed && vtb_fixture_fits(run->fixture, timed))
        check_cell(*run, timed, heap);
}

static void check_all(const struct vtb_check_case *of, const struct combinations *all,
                      const struct vtb_heap *heap, size_t calls_n)
{
    for (size_t h = 0; all->hit_rates[h] >= 0; h++) {
        for (size_t w = 0; all->windows[w] > 0; w++) {
            for (size_t d = 0; all->depths[d] > 0; d++) {
                struct vtb_fixture fixture;
                struct vtb_point point = point_of(of, all->hit_rates[h], all->failure_rate,
                                                  all->windows[w], all->depths[d]);
                point.completion = all->completion;
                open_fixture(&fixture, &point);
                check_cells(&(struct run){.of = of, .fixture = &fixture, .calls_n = calls_n}, heap);
                vtb_fixture_close(&fixture);
            }
        }
    }
}

/* Checks the workload: calls must hit, miss and fail as the schedule says. */
static void check_schedule(const struct vtb_check_case *of, double hit_rate, double failure_rate)
{
    struct vtb_fixture fixture;
    const struct vtb_point point = point_of(of, hit_rate, failure_rate, 1, 1);
    uint64_t misses_n = 0;
    uint64_t failures_n = 0;
    open_fixture(&fixture, &point);
    const struct run run = {.of = of, .fixture = &fixture, .calls_n = CALLS_N};
    const struct outcome found = run_floor(&run);
    for (size_t i = 0; i < CALLS_N; i++) {
        misses_n += (ids[i] & VTB_ID_MISS) != 0;
        failures_n += (ids[i] & VTB_ID_FAIL) != 0;
    }
    if (!point.hits.emerge && found.counts.fetched_n != misses_n)
        vtb_check_wrong(
            "vtb_key_of and vtb_lookup of the workload: a key of VTB_ID_MISS is in no "
            "table, any other is",
            "%" PRIu64 " of %d calls were to miss, and %" PRIu64 " did", misses_n, CALLS_N,
            found.counts.fetched_n);
    if (found.failed_n != failures_n)
        vtb_check_wrong("vtb_fetch of the workload, which fails on a key of VTB_ID_FAIL alone",
                        "%" PRIu64 " calls were to fail, and %" PRIu64 " did", failures_n,
                        found.failed_n);
    if (run_floor(&run).checksum != found.checksum)
        vtb_check_wrong("what the workload's functions write to",
                        "the same calls consume other values the second time");
    vtb_fixture_close(&fixture);
}

void vtb_check_workload(const struct vtb_check_case *of)
{
    static const double hit_rates[] = {0, 0.3, 0.8, 1};
    for (size_t i = 0; i < sizeof hit_rates / sizeof *hit_rates; i++) {
        check_schedule(of, hit_rates[i], 0);
        check_schedule(of, hit_rates[i], 0.25);
    }
}

/* Makes a single call, so that anything wrong is about one object. */
void vtb_check_layout(const struct vtb_check_case *of)
{
    static const struct combinations hit = {{1, -1}, {1}, {1}, 0, VTB_COMPLETION_FIFO};
    static const struct combinations miss = {{0, -1}, {1}, {1}, 0, VTB_COMPLETION_FIFO};
    static const struct combinations deep = {{0, -1}, {1}, {2}, 0, VTB_COMPLETION_FIFO};
    check_all(of, &hit, &vtb_guard_heap, 1);
    check_all(of, &miss, &vtb_guard_heap, 1);
    check_all(of, &deep, &vtb_guard_heap, 1);
}

void vtb_check_hits(const struct vtb_check_case *of)
{
    static const struct combinations all = {{1, -1}, {1, 64}, {1, 3}, 0, VTB_COMPLETION_FIFO};
    check_all(of, &all, &vtb_guard_heap, CALLS_N);
}

static void check_order(const struct vtb_check_case *of, enum vtb_completion completion)
{
    const struct combinations all = {{0, 0.5, -1}, {1, 2, 3, 64, 1000}, {1, 3}, 0, completion};
    check_all(of, &all, &vtb_guard_heap, CALLS_N);
}

void vtb_check_fifo(const struct vtb_check_case *of)
{
    check_order(of, VTB_COMPLETION_FIFO);
}

void vtb_check_lifo(const struct vtb_check_case *of)
{
    check_order(of, VTB_COMPLETION_LIFO);
}

void vtb_check_random(const struct vtb_check_case *of)
{
    check_order(of, VTB_COMPLETION_RANDOM);
}

void vtb_check_failures(const struct vtb_check_case *of)
{
    static const struct combinations some = {
        {0, 0.5, -1}, {1, 3, 64}, {1, 3}, 0.1, VTB_COMPLETION_RANDOM};
    static const struct combinations every = {
        {0, 0.5, -1}, {1, 64}, {1, 3}, 1, VTB_COMPLETION_LIFO};
    check_all(of, &some, &vtb_guard_heap, CALLS_N);
    check_all(of, &every, &vtb_guard_heap, CALLS_N);
}

void vtb_check_all_loops(const struct vtb_check_case *of)
{
    static const struct combinations all = {
        {0, 0.5, 1, -1}, {1, 2, 64, 1000}, {1, 3}, 0.1, VTB_COMPLETION_RANDOM};
    check_all(of, &all, &vtb_guard_heap, CALLS_N);
}

void vtb_check_heap(const struct vtb_check_case *of)
{
    static const struct combinations all = {
        {0, 0.5, 1, -1}, {1, 3, 64}, {1, 3}, 0.1, VTB_COMPLETION_RANDOM};
    check_all(of, &all, of->heap->heap, CALLS_N);
}

/* Makes the same calls twice, and drains the window in between. More operations are suspended than
 * a pool keeps. */
void vtb_check_refill(const struct vtb_check_case *of)
{
    const struct vtb_memory memory = {.heap = &vtb_guard_heap};
    for (size_t depth = 1; depth <= 3; depth += 2) {
        struct vtb_fixture fixture;
        struct vtb_env env;
        struct vtb_error error;
        const struct vtb_point point = point_of(of, 0.2, 0.1, 1000, depth);
        open_fixture(&fixture, &point);
        const struct run run = {
            .of = of, .fixture = &fixture, .cell = of->counting, .calls_n = CALLS_N};
        const struct outcome floor = run_floor(&run);
        at(&run);
        vtb_guard_open();
        if (!vtb_fixture_open_env(&fixture, &env, of->counting, &memory, &error))
            vtb_check_wrong("this machine's memory", "%s", error.message);
        for (size_t round = 0; round < 2; round++) {
            env.position = 0;
            vtb_fixture_loop(&fixture, of->counting, VTB_CONSUMER_INDEPENDENT)(&env, CALLS_N);
            of->counting->drain(&env);
        }
        vtb_fixture_close_env(&env, of->counting, &memory);
        judge_marks(of->counting);
        if (of->counting->strategy->role != VTB_ROLE_EMPTY && !point.hits.emerge &&
            vtb_fixture_checksum(&env) != 2 * floor.checksum)
            vtb_check_wrong("what is kept from one operation to the next",
                            "wrong values when the window, which was drained, fills again");
        judge_leak(of->counting);
        vtb_fixture_close(&fixture);
    }
}

/* Lets the last bit of each key depend on the last result: the one of a hit, or the one that
 * arrived while a miss suspended. With a window of one the keys must be those of the floor. */
void vtb_check_dependence(const struct vtb_check_case *of)
{
    struct vtb_fixture fixture;
    const struct vtb_point point = point_of(of, 0.5, 0, 1, 1);
    if (point.hits.emerge || of->counting->strategy->role == VTB_ROLE_EMPTY)
        vtb_check_left_out("the workload's hits follow from its keys, or nothing is consumed");
    open_fixture(&fixture, &point);
    struct run run = {.of = of,
                      .fixture = &fixture,
                      .cell = of->floor,
                      .heap = &vtb_guard_heap,
                      .consumer = VTB_CONSUMER_DEPENDENT,
                      .calls_n = CALLS_N,
                      .zero = 1};
    const uint64_t expected = run_cell(&run).checksum;
    run.cell = of->counting;
    const uint64_t found = run_cell(&run).checksum;
    if (found != expected)
        vtb_check_wrong("vtb_complete, which runs what waits before it returns",
                        "the result of a completed operation does not arrive before the next call");
    vtb_fixture_close(&fixture);
}

/* --- heaps that look --- */

/* Whether a word stands in a hand-over, behind its first word: there are a value and padding, which
 * may look like any address. */
static bool is_in_handover(const struct vtb_cell *cell, const struct vtb_env *env, const char *word)
{
    const size_t offset = (size_t)(word - (char *)env->frames);
    if (word < (char *)env->frames || offset >= env->window * env->frame_bytes)
        return false;
    const size_t in_handover = offset % env->frame_bytes - cell->handover_offset;
    return in_handover > 0 && in_handover < cell->handover_bytes;
}

/* Checks that every word of the case's memory which refers to an object is a root. */
static void judge_memory(const struct vtb_cell *cell, const struct vtb_env *env)
{
    char *words = env->memory;
    for (size_t i = 0; i < env->memory_bytes; i += sizeof(void *)) {
        if (is_in_handover(cell, env, words + i) ||
            !vtb_strict_is_object(*(void **)(void *)(words + i)) || vtb_strict_is_root(words + i))
            continue;
        const char *state = env->service.state;
        if (state && words + i >= state)
            vtb_check_wrong(
                "VTB_STATE_ROOTS, which counts the references that the state starts "
                "with",
                "a forgotten reference: byte %zu of the strategy's state refers to an "
                "object, and is no root",
                (size_t)(words + i - state));
        vtb_check_wrong("VTB_HANDOVER_REFERS 1, with the reference in the hand-over's first word",
                        "a forgotten reference: a caller's frame refers to an object from the "
                        "hand-over or the slot, and no root says so");
    }
}

static void check_roots(const struct run *run)
{
    struct vtb_memory memory;
    struct vtb_env env;
    struct vtb_error error;
    at(run);
    if (!vtb_memory_open(&memory, run->heap, run->fixture->point, &error) ||
        !vtb_fixture_open_env(run->fixture, &env, run->cell, &memory, &error))
        vtb_check_wrong("this machine's memory", "%s", error.message);
    vtb_memory_enter(&memory);
    vtb_fixture_loop(run->fixture, run->cell, VTB_CONSUMER_INDEPENDENT)(&env, MOVED_CALLS_N);
    judge_references();
    judge_memory(run->cell, &env);
    run->cell->drain(&env);
    judge_memory(run->cell, &env);
    run->heap->collector->collect(memory.gc, 0);
    judge_references();
    vtb_memory_leave(&memory);
    vtb_fixture_close_env(&env, run->cell, &memory);
    vtb_memory_close(&memory);
}

/* Checks, on a strict heap, the cells that are measured on a collector. */
static void check_strictly(const struct vtb_check_case *of, const struct vtb_heap *heap)
{
    static const struct combinations all = {
        {0, 0.5, 1, -1}, {1, 3, 61}, {1, 3}, 0.1, VTB_COMPLETION_RANDOM};
    if (!of->collected)
        vtb_check_left_out(of->counting->strategy->lacks.collector);
    for (size_t depth = 1; depth <= 3; depth++) {
        struct vtb_fixture fixture;
        struct vtb_point point = point_of(of, 0.3, 0.1, 61, depth);
        point.completion = VTB_COMPLETION_RANDOM;
        open_fixture(&fixture, &point);
        const bool fits = vtb_fixture_fits(&fixture, of->collected);
        check_roots(&(struct run){.of = of,
                                  .fixture = &fixture,
                                  .cell = fits ? of->collected : of->counting,
                                  .heap = heap});
        vtb_fixture_close(&fixture);
    }
    check_all(of, &all, heap, MOVED_CALLS_N);
}

void vtb_check_references(const struct vtb_check_case *of)
{
    check_strictly(of, &vtb_strict_heap);
}

void vtb_check_moving(const struct vtb_check_case *of)
{
    check_strictly(of, &vtb_moving_heap);
}
