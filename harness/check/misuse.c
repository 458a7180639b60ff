#include "check/misuse.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/child.h"
#include "base/interrupt.h"
#include "base/pages.h"
#include "base/progress.h"
#include "bench/fixture.h"
#include "cells/foreign.h"
#include "cells/load.h"
#include "cells/malloc_owner.h"
#include "cells/runtime.h"

#include <vtb/probe.h>

/* A child is taken to hang once it has used so much processor time, or so many seconds have
 * passed. */
#define LIMIT_CPU_MS 200
#define LIMIT_S 60

#define FRAMES_N VTB_PROBE_FRAMES_N /* frames of the child's window */

/* Entries of the schedule that the attempts use. */
#define HIT 1u
#define FIRST_MISS (VTB_ID_MISS | 2u)
#define SECOND_MISS (VTB_ID_MISS | 3u)
#define CYCLES_N 100 /* operations in an attempt that does not consume them */
#define RECYCLINGS_N 65536

/* The input of an attempt, and the place of its outcome. */
struct attempt {
    const struct vtb_cell *cell;
    const struct vtb_probe *probe;
    struct vtb_env *env;
    struct vtb_misuse_result *result; /* shared with the parent */
};

static void settle(struct attempt *attempt, enum vtb_misuse_outcome outcome, const char *text)
{
    attempt->result->outcome = outcome;
    snprintf(attempt->result->text, sizeof attempt->result->text, "%s", text);
}

/* --- steps that attempts are made of; frame 0 calls, frame 1 holds a copy --- */

/* Calls; true if the answer must be waited for. */
static bool call(struct attempt *attempt, uint32_t id)
{
    return !attempt->probe->call(attempt->env, 0, id);
}

static void complete(struct attempt *attempt)
{
    attempt->probe->complete(&attempt->env->service, attempt->probe->pending(attempt->env, 0),
                             VTB_FAULT_NONE);
}

static uint64_t get(struct attempt *attempt, size_t by)
{
    uint64_t share = 0;
    (void)attempt->probe->get(attempt->env, by, 0, &share);
    return share;
}

static void drop(struct attempt *attempt, size_t by)
{
    attempt->probe->drop(attempt->env, by, 0);
}

/* Makes a copy as a language with a collector does: with its own reference, if it needs one. */
static void copy(struct attempt *attempt)
{
    if (attempt->probe->share)
        attempt->probe->share(attempt->env, 0);
    attempt->probe->copy(attempt->env, 1, 0);
}

static void drop_copy(struct attempt *attempt)
{
    if (attempt->probe->share)
        drop(attempt, 1);
}

/* Runs an operation properly, from its call to its end; returns what it adds to a checksum. */
static uint64_t operate(struct attempt *attempt, uint32_t id)
{
    const bool suspended = call(attempt, id);
    if (suspended)
        complete(attempt);
    const uint64_t share = get(attempt, 0);
    drop(attempt, 0);
    return share;
}

/* Runs and consumes an operation, while a copy of the variable stays. */
static void consume_behind_copy(struct attempt *attempt)
{
    (void)call(attempt, FIRST_MISS);
    copy(attempt);
    complete(attempt);
    (void)get(attempt, 0);
    drop(attempt, 0);
}

/* Notes a wrong value, which stays the outcome even if something is detected later. */
static void judge_value(struct attempt *attempt, uint64_t got, uint64_t expected)
{
    if (attempt->result->outcome != VTB_OUTCOME_WRONG_VALUE)
        settle(attempt, got == expected ? VTB_OUTCOME_HARMLESS : VTB_OUTCOME_WRONG_VALUE, "");
}

/* --- the attempts --- */

static void consume_twice(struct attempt *attempt, uint32_t id)
{
    const uint64_t expected = operate(attempt, id);
    if (call(attempt, id))
        complete(attempt);
    (void)get(attempt, 0);
    judge_value(attempt, get(attempt, 0), expected);
    drop(attempt, 0);
}

static void try_consumed_twice_result(struct attempt *attempt)
{
    consume_twice(attempt, HIT);
}

static void try_consumed_twice_pending(struct attempt *attempt)
{
    consume_twice(attempt, FIRST_MISS);
}

/* Consumes the copy when another operation already uses the memory of the first one. */
static void try_consumed_twice_recycled(struct attempt *attempt)
{
    const uint64_t first = operate(attempt, FIRST_MISS);
    const uint64_t second = operate(attempt, SECOND_MISS);
    consume_behind_copy(attempt);
    (void)call(attempt, SECOND_MISS);
    complete(attempt);
    judge_value(attempt, get(attempt, 1), first);
    judge_value(attempt, get(attempt, 0), second);
    drop(attempt, 0);
    drop_copy(attempt);
}

/* Both consumers must go on, with the same value. */
static void try_two_consumers(struct attempt *attempt)
{
    struct vtb_env *env = attempt->env;
    const uint64_t expected = operate(attempt, FIRST_MISS);
    const uint64_t before = env->checksum;
    (void)call(attempt, FIRST_MISS);
    copy(attempt);
    attempt->probe->await(env, 0, 0);
    attempt->probe->await(env, 1, 0);
    complete(attempt);
    judge_value(attempt, env->checksum - before, 2 * expected);
    if (env->checksum - before == expected)
        settle(attempt, VTB_OUTCOME_HANG, "one of the two is never woken");
}

static void try_taken_early(struct attempt *attempt)
{
    const uint64_t expected = operate(attempt, FIRST_MISS);
    (void)operate(attempt, SECOND_MISS);
    (void)call(attempt, FIRST_MISS);
    judge_value(attempt, get(attempt, 0), expected);
    complete(attempt);
    drop(attempt, 0);
}

/* The operations that are lost show as a leak when the child looks at its heap. */
static void try_never_consumed_result(struct attempt *attempt)
{
    for (int i = 0; i < CYCLES_N; i++)
        (void)call(attempt, HIT);
    settle(attempt, VTB_OUTCOME_HARMLESS, "");
}

static void try_never_consumed_pending(struct attempt *attempt)
{
    for (int i = 0; i < CYCLES_N; i++) {
        (void)call(attempt, FIRST_MISS);
        complete(attempt);
    }
    settle(attempt, VTB_OUTCOME_HARMLESS, "");
}

/* Awaits the copy after the operation was consumed, and its memory was used n more times, the last
 * time by an operation that is still pending. */
static void await_stored(struct attempt *attempt, int n)
{
    struct vtb_env *env = attempt->env;
    const uint64_t first = operate(attempt, FIRST_MISS);
    const uint64_t second = operate(attempt, SECOND_MISS);
    consume_behind_copy(attempt);
    for (int i = 1; i < n; i++)
        (void)operate(attempt, SECOND_MISS);
    (void)call(attempt, SECOND_MISS);
    env->arrived = ~first;
    attempt->probe->await(env, 1, 0);
    complete(attempt);
    judge_value(attempt, env->arrived, first);
    judge_value(attempt, get(attempt, 0), second);
    drop(attempt, 0);
}

static void try_stored_recycled(struct attempt *attempt)
{
    await_stored(attempt, 1);
}

static void try_stored_wrapped(struct attempt *attempt)
{
    await_stored(attempt, RECYCLINGS_N);
}

static void try_completed_twice(struct attempt *attempt)
{
    const uint64_t expected = operate(attempt, FIRST_MISS);
    (void)call(attempt, FIRST_MISS);
    complete(attempt);
    complete(attempt);
    judge_value(attempt, get(attempt, 0), expected);
    drop(attempt, 0);
}

/* Uses a copy that has no reference of its own, when the memory already belongs to another. */
static void try_used_after_free(struct attempt *attempt)
{
    struct vtb_env *env = attempt->env;
    const uint64_t expected = operate(attempt, FIRST_MISS);
    (void)call(attempt, FIRST_MISS);
    attempt->probe->copy(env, 1, 0);
    complete(attempt);
    (void)get(attempt, 0);
    drop(attempt, 0);
    void *other = env->service.alloc(attempt->cell->miss_bytes);
    memset(other, 0xdb, attempt->cell->miss_bytes);
    judge_value(attempt, get(attempt, 1), expected);
    env->service.free(other);
}

static void try_out_of_scope(struct attempt *attempt)
{
    void *pending;
    (void)call(attempt, FIRST_MISS);
    attempt->probe->await(attempt->env, 0, 0);
    pending = attempt->probe->pending(attempt->env, 0);
    attempt->probe->end_scope(attempt->env, 0);
    attempt->probe->complete(&attempt->env->service, pending, VTB_FAULT_NONE);
    settle(attempt, VTB_OUTCOME_HARMLESS, "");
}

static void (*const attempts[VTB_MISUSE_N])(struct attempt *attempt) = {
#define VTB_MISUSE_TRY(id, text) try_##id,
    VTB_MISUSES(VTB_MISUSE_TRY)
#undef VTB_MISUSE_TRY
};

/* The reason why a misuse of a cell's strategy is not possible; null if it is. */
static const char *inapplicable(enum vtb_misuse_id misuse, const struct vtb_cell *cell)
{
    const struct vtb_strategy *strategy = cell->strategy;
    if (!cell->probe)
        return strategy->lacks.several_consumers;
    if (misuse == VTB_MISUSE_used_after_free && cell->in_frame)
        return "its value is in the caller's frame";
    if (misuse == VTB_MISUSE_used_after_free && !cell->miss_bytes)
        return "nothing of it is on the heap";
    if (misuse == VTB_MISUSE_out_of_scope && !cell->in_frame)
        return "its operation does not live in the caller's frame";
    return NULL;
}

/* --- the child --- */

static struct vtb_misuse_result *detected_in;

/* Notes that a misuse was detected; unless a wrong value was noted, as then it is too late: another
 * caller already has a value, and the caller that it belongs to is refused. */
static void note_detected(const char *text)
{
    const bool late = detected_in->outcome == VTB_OUTCOME_WRONG_VALUE;
    snprintf(detected_in->text, sizeof detected_in->text, "%s%s",
             late ? "the rightful caller gets: " : "", text);
    if (!late)
        detected_in->outcome = VTB_OUTCOME_DETECTED;
    _exit(0);
}

/* Limits the child's time, and keeps its messages from the terminal. */
static void confine(void)
{
    const int null = open("/dev/null", O_WRONLY);
    if (null >= 0)
        (void)dup2(null, STDERR_FILENO);
    vtb_child_limit(LIMIT_CPU_MS / 1e3, LIMIT_S);
}

/* The task of a child process; the result is in pages that it shares with its parent. */
struct job {
    const struct vtb_fixture *fixture;
    const struct vtb_cell *cell;
    const struct vtb_heap *heap;
    struct vtb_misuse_result *result;
};

/* Makes the attempt. Memory that is still on the heap afterwards has leaked. */
static bool misuse_in_child(void *context, struct vtb_error *error)
{
    const struct job *job = context;
    const struct vtb_cell *cell = job->cell;
    struct vtb_misuse_result *result = job->result;
    const struct vtb_memory memory = {.heap = job->heap};
    struct vtb_env env;
    struct attempt attempt = {cell, cell->probe, &env, result};
    confine();
    detected_in = result;
    vtb_on_misuse = note_detected;
    if (!vtb_fixture_open_env(job->fixture, &env, cell, &memory, error))
        return false;
    attempts[result->misuse](&attempt);
    for (size_t i = 0; result->misuse != VTB_MISUSE_out_of_scope && i < FRAMES_N; i++)
        cell->probe->forget(&env, i);
    vtb_fixture_close_env(&env, cell, &memory);
    if (env.service.counts.live_bytes > 0 && result->outcome == VTB_OUTCOME_HARMLESS) {
        char text[64];
        snprintf(text, sizeof text, "%" PRIu64 " B are never given back",
                 env.service.counts.live_bytes);
        settle(&attempt, VTB_OUTCOME_LEAK, text);
    }
    return true;
}

/* Writes the outcome of a child that did not report by itself, from how it ended. */
static void judge_end(struct vtb_misuse_result *result, const struct vtb_child_end *end)
{
    if (end->how == VTB_CHILD_WELL || (end->how == VTB_CHILD_LEFT && end->number == 0))
        return;
    result->outcome = VTB_OUTCOME_CRASH;
    if (vtb_child_is_at_limit(end)) {
        result->outcome = VTB_OUTCOME_HANG;
        snprintf(result->text, sizeof result->text, "waits for ever; ended after %d ms",
                 LIMIT_CPU_MS);
    } else {
        vtb_child_say(end, result->text, sizeof result->text);
    }
}

static bool try_in_child(const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                         const struct vtb_heap *heap, struct vtb_misuse_result *result,
                         struct vtb_error *error)
{
    struct vtb_child_end end;
    struct vtb_misuse_result *shared = vtb_pages_shared(sizeof *shared, "a child's outcome", error);
    if (!shared)
        return false;
    struct job job = {fixture, cell, heap, shared};
    struct vtb_child child = {.name = cell->name, .run = misuse_in_child, .context = &job};
    *shared = *result;
    /* It fails for a lack of memory, which says nothing of the strategy. */
    const bool ok = vtb_child_attempt(&child, &end, error);
    *result = *shared;
    vtb_pages_free(shared, sizeof *shared);
    if (ok)
        judge_end(result, &end);
    return ok;
}

/* --- all of them --- */

/* The cell with or without checks; null if the build compiles checks into every cell. */
static const struct vtb_cell *cell_of(const char *strategy, const char *workload, bool checked)
{
    char name[128];
    snprintf(name, sizeof name, "%s@checked", strategy);
    const struct vtb_cell *plain =
        vtb_find_cell(strategy, workload, (struct vtb_kind){.counting = true});
    const struct vtb_cell *variant =
        vtb_find_cell(name, workload, (struct vtb_kind){.counting = true});
    if (checked)
        return variant ? variant : plain;
    return plain->checked ? NULL : plain;
}

static bool attempt_one(const struct vtb_fixture *fixture, const struct vtb_heap *heap,
                        struct vtb_misuse_result *result, struct vtb_error *error)
{
    const char *workload = fixture->point->workload->name;
    const struct vtb_cell *cell = cell_of(result->strategy, workload, result->checked);
    const char *reason = cell ? inapplicable(result->misuse, cell)
                              : "in this build every cell has checks compiled in";
    if (!reason)
        return try_in_child(fixture, cell, heap, result, error);
    result->outcome = VTB_OUTCOME_NOT_APPLICABLE;
    snprintf(result->text, sizeof result->text, "%s", reason);
    return true;
}

static void choose(const struct vtb_options *options, struct vtb_names *chosen)
{
    chosen->n = 0;
    for (size_t i = 0; i < options->strategies.n; i++) {
        const char *name = options->strategies.items[i];
        (void)vtb_names_add(chosen, vtb_find_strategy_entry(name)->name);
    }
    for (size_t i = 0; !options->strategies.n && vtb_strategies[i].name; i++)
        (void)vtb_names_add(chosen, vtb_strategies[i].name);
}

/* Builds and loads the cells that the attempts are made on. */
static bool prepare(const struct vtb_names *strategies, const char *workload,
                    struct vtb_error *error)
{
    struct vtb_build_bar bar = {0};
    const struct vtb_cell *cells[2 * VTB_NAMES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < strategies->n; i++) {
        cells[n++] = cell_of(strategies->items[i], workload, false);
        cells[n++] = cell_of(strategies->items[i], workload, true);
    }
    return vtb_cells_load(cells, n, vtb_progress_build, &bar, error);
}

static bool attempt_all(struct vtb_misuse_results *results, const struct vtb_names *strategies,
                        const struct vtb_fixture *fixture, const struct vtb_heap *heap,
                        struct vtb_error *error)
{
    for (int misuse = 0; misuse < VTB_MISUSE_N; misuse++) {
        for (size_t i = 0; i < strategies->n * 2; i++) {
            struct vtb_misuse_result *result = &results->items[results->n];
            *result = (struct vtb_misuse_result){
                .misuse = (enum vtb_misuse_id)misuse,
                .strategy = strategies->items[i / 2],
                .checked = i % 2 != 0,
            };
            if (!attempt_one(fixture, heap, result, error))
                return false;
            results->n++;
        }
    }
    return true;
}

/* The point that the attempts' fixture is made for. */
static struct vtb_point point_of_attempts(void)
{
    return (struct vtb_point){.workload = vtb_default_workload(),
                              .hits.rate = 1,
                              .calls_n = 1,
                              .keys_n = 1000,
                              .in_flight = FRAMES_N,
                              .depth = 1,
                              .request_ops = VTB_REQUEST_OPS};
}

/* The heap of all attempts: one that frees, because on a collector nothing can be used after it is
 * gone. */
static const struct vtb_heap_entry *default_heap(void)
{
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (vtb_heaps[i].heap->is_default && !vtb_heap_collects(vtb_heaps[i].heap))
            return &vtb_heaps[i];
    }
    return &vtb_heaps[0];
}

bool vtb_misuse_run(struct vtb_misuse_results *results, const struct vtb_options *options,
                    struct vtb_error *error)
{
    const struct vtb_point point = point_of_attempts();
    struct vtb_names strategies;
    struct vtb_fixture fixture;
    vtb_interrupt_tell("nothing is told of what was tried");
    vtb_interrupt_watch();
    if (!vtb_malloc_check(default_heap(), error) || !vtb_foreign_load(error))
        return false;
    choose(options, &strategies);
    if (!prepare(&strategies, point.workload->name, error))
        return false;
    *results = (struct vtb_misuse_results){
        .items = vtb_allocate((size_t)VTB_MISUSE_N * strategies.n * 2, sizeof *results->items,
                              "the outcomes of misuses")};
    bool ok = vtb_fixture_open(&fixture, &point, error);
    if (ok) {
        ok = attempt_all(results, &strategies, &fixture, default_heap()->heap, error);
        vtb_fixture_close(&fixture);
    }
    if (!ok)
        vtb_misuse_free(results);
    return ok;
}

void vtb_misuse_free(struct vtb_misuse_results *results)
{
    free(results->items);
    *results = (struct vtb_misuse_results){0};
}
