#include "bench/runner.h"

#include <stdlib.h>

#include "base/allocate.h"
#include "base/clock.h"
#include "bench/exhausted.h"
#include "cells/runtime.h"

size_t vtb_runner_threads_n(const struct vtb_case *the_case, const struct vtb_point *point)
{
    return the_case->threads_n + vtb_point_completers_n(point);
}

/* The least power of two that has room for all frames of a window. */
static size_t ring_size(size_t window)
{
    size_t size = 1;
    while (size < window)
        size *= 2;
    return size;
}

static bool open_outboxes(struct vtb_runner *runner, const struct vtb_fixture *fixture,
                          struct vtb_error *error)
{
    const size_t size = ring_size(fixture->point->in_flight);
    for (size_t i = 0; i < runner->callers_n; i++) {
        runner->outboxes[i] =
            (struct vtb_outbox){.frames = calloc(size, sizeof(void *)), .mask = size - 1};
        if (!runner->outboxes[i].frames)
            return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for an outbox of %zu operations",
                            size);
        runner->callers[i].outbox = &runner->outboxes[i];
    }
    return true;
}

static bool open_askers(struct vtb_runner *runner, const struct vtb_fixture *fixture,
                        const struct vtb_outside *outside, struct vtb_error *error)
{
    const size_t n = fixture->point->store_threads_n;
    runner->askers = vtb_allocate(n, sizeof *runner->askers, "the askers of a store");
    for (; runner->askers_n < n; runner->askers_n++) {
        struct vtb_asker *asker = vtb_asker_open(outside, fixture, runner->cell, &runner->memory,
                                                 runner->askers_n, n, runner->callers_n, error);
        if (!asker)
            return false;
        runner->askers[runner->askers_n] = asker;
    }
    runner->completers_n = n;
    return true;
}

/* Stands for the array where each caller completes its operations. */
static const struct vtb_outside by_callers;

/* Opens who completes operations, if not the callers do: a thread, or the askers of a store. */
static bool open_completers(struct vtb_runner *runner, const struct vtb_fixture *fixture,
                            const struct vtb_outside *outside, struct vtb_error *error)
{
    if (!runner->cell->answer || !fixture->point->completer || !runner->thread_pool ||
        outside == &by_callers)
        return true;
    if (outside && outside->kind && !open_askers(runner, fixture, outside, error))
        return false;
    if (!runner->askers) {
        if (!vtb_fixture_open_env(fixture, &runner->completer, runner->cell, &runner->memory,
                                  error))
            return false;
        runner->completers_n = 1;
    }
    return open_outboxes(runner, fixture, error);
}

static bool open_members(struct vtb_runner *runner, const struct vtb_fixture *fixture,
                         const struct vtb_case *the_case, const struct vtb_outside *outside,
                         struct vtb_error *error)
{
    if (!runner->callers || !runner->outboxes || !runner->elapsed_ns)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu callers", the_case->threads_n);
    vtb_exhausted_watch(runner->cell, the_case->heap->heap);
    if (!vtb_memory_open(&runner->memory, the_case->heap->heap, fixture->point, error))
        return false;
    vtb_memory_warm(&runner->memory);
    for (; runner->callers_n < the_case->threads_n; runner->callers_n++) {
        if (!vtb_fixture_open_env(fixture, &runner->callers[runner->callers_n], runner->cell,
                                  &runner->memory, error))
            return false;
    }
    return open_completers(runner, fixture, outside, error);
}

bool vtb_runner_open_outside(struct vtb_runner *runner, const struct vtb_fixture *fixture,
                             const struct vtb_case *the_case, enum vtb_consumer consumer,
                             struct vtb_thread_pool *thread_pool, const struct vtb_outside *outside,
                             struct vtb_error *error)
{
    const size_t n = the_case->threads_n;
    *runner = (struct vtb_runner){
        .cell = the_case->timing,
        .loop = vtb_fixture_loop(fixture, the_case->timing, consumer),
        .window = fixture->point->in_flight,
        .callers = calloc(n, sizeof *runner->callers),
        .outboxes = aligned_alloc(64, n * sizeof *runner->outboxes),
        .elapsed_ns = calloc(n, sizeof *runner->elapsed_ns),
        .thread_pool = thread_pool,
    };
    for (size_t i = 0; runner->outboxes && i < n; i++)
        runner->outboxes[i] = (struct vtb_outbox){0};
    if (!open_members(runner, fixture, the_case, outside, error)) {
        vtb_runner_close(runner);
        return false;
    }
    if (n == 1 && runner->completers_n == 0)
        runner->thread_pool = NULL;
    return true;
}

bool vtb_runner_open(struct vtb_runner *runner, const struct vtb_fixture *fixture,
                     const struct vtb_case *the_case, enum vtb_consumer consumer,
                     struct vtb_thread_pool *thread_pool, struct vtb_error *error)
{
    return vtb_runner_open_outside(runner, fixture, the_case, consumer, thread_pool, NULL, error);
}

bool vtb_runner_open_own(struct vtb_runner *runner, const struct vtb_fixture *fixture,
                         const struct vtb_case *the_case, enum vtb_consumer consumer,
                         struct vtb_thread_pool *thread_pool, struct vtb_error *error)
{
    return vtb_runner_open_outside(runner, fixture, the_case, consumer, thread_pool, &by_callers,
                                   error);
}

void vtb_runner_close(struct vtb_runner *runner)
{
    for (size_t i = 0; i < runner->callers_n; i++)
        vtb_fixture_close_env(&runner->callers[i], runner->cell, &runner->memory);
    if (runner->completers_n > 0 && !runner->askers)
        vtb_fixture_close_env(&runner->completer, runner->cell, &runner->memory);
    for (size_t i = 0; i < runner->askers_n; i++)
        vtb_asker_close(runner->askers[i]);
    vtb_memory_close(&runner->memory);
    for (size_t i = 0; i < runner->callers_n; i++)
        free(runner->outboxes[i].frames);
    free(runner->askers);
    free(runner->callers);
    free(runner->outboxes);
    free(runner->elapsed_ns);
    *runner = (struct vtb_runner){0};
}

/* --- the completing thread --- */

/* Answers all operations that a caller has sent; true if there was any. */
static bool answer_all(struct vtb_runner *runner, struct vtb_outbox *outbox)
{
    const uint64_t tail = __atomic_load_n(&outbox->tail, __ATOMIC_ACQUIRE);
    const bool any = outbox->head != tail;
    for (; outbox->head != tail; outbox->head++) {
        runner->cell->answer(&runner->completer.service,
                             outbox->frames[outbox->head & outbox->mask]);
        vtb_memory_safepoint(&runner->memory);
    }
    return any;
}

static double thread_cpu_ns(void)
{
    return vtb_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

/* The processor time that one reading of it takes: the least of a few. */
static double reading_ns(void)
{
    double least = thread_cpu_ns();
    for (int i = 0; i < 16; i++) {
        const double start_ns = thread_cpu_ns();
        const double passed_ns = thread_cpu_ns() - start_ns;
        least = passed_ns < least ? passed_ns : least;
    }
    return least;
}

/* Answers a caller's operations and adds the time for it, if its window is full or, at the end,
 * whatever is left; true if there was any. */
static bool answer_accounted(struct vtb_runner *runner, struct vtb_outbox *outbox, bool last,
                             double clock_ns)
{
    const uint64_t tail = __atomic_load_n(&outbox->tail, __ATOMIC_ACQUIRE);
    if (tail == outbox->head || (!last && tail - outbox->head < runner->window))
        return false;
    const double start_ns = thread_cpu_ns();
    (void)answer_all(runner, outbox);
    const double passed_ns = thread_cpu_ns() - start_ns - clock_ns;
    runner->answers_cpu_ns += passed_ns > 0 ? passed_ns : 0;
    return true;
}

/* Answers operations until all callers are done, and all that they sent is answered. Whether the
 * time is accounted for is a constant to each caller, so that a run that is timed does not ask. */
static inline __attribute__((always_inline)) void complete(struct vtb_runner *runner,
                                                           const bool accounts)
{
    const double clock_ns = accounts ? reading_ns() : 0;
    for (unsigned idle_n = 0;;) {
        const bool last = __atomic_load_n(&runner->done_n, __ATOMIC_ACQUIRE) == runner->callers_n;
        bool any = false;
        for (size_t i = 0; i < runner->callers_n; i++)
            any |= accounts ? answer_accounted(runner, &runner->outboxes[i], last, clock_ns)
                            : answer_all(runner, &runner->outboxes[i]);
        if (last && !any)
            return;
        vtb_memory_safepoint(&runner->memory);
        idle_n = any ? 0 : idle_n + 1;
        if (idle_n > 0)
            vtb_pause(idle_n);
    }
}

/* --- running --- */

/* Does the part of who completes operations, by its place among those. */
static void complete_part(struct vtb_runner *runner, size_t place)
{
    if (runner->askers)
        vtb_asker_run(runner->askers[place], runner->outboxes, &runner->done_n);
    else if (runner->accounts)
        complete(runner, true);
    else
        complete(runner, false);
}

static void run_part(void *context, size_t index)
{
    struct vtb_runner *runner = context;
    vtb_memory_enter(&runner->memory);
    if (index >= runner->callers_n) {
        complete_part(runner, index - runner->callers_n);
    } else {
        const double start_ns = vtb_now_ns();
        runner->loop(&runner->callers[index], runner->operations_n);
        runner->elapsed_ns[index] = vtb_now_ns() - start_ns;
        __atomic_fetch_add(&runner->done_n, 1, __ATOMIC_RELEASE);
    }
    vtb_memory_leave(&runner->memory);
}

void vtb_runner_muster(struct vtb_runner *runner)
{
    __atomic_store_n(&runner->done_n, 0, __ATOMIC_RELAXED);
    vtb_exhausted_watch(runner->cell, runner->memory.heap);
    if (runner->thread_pool)
        vtb_thread_pool_muster(runner->thread_pool, runner->callers_n + runner->completers_n);
}

void vtb_runner_run(struct vtb_runner *runner, size_t n)
{
    runner->operations_n = n;
    runner->answers_cpu_ns = 0;
    if (runner->thread_pool) {
        vtb_thread_pool_run(runner->thread_pool, run_part, runner);
        return;
    }
    vtb_memory_enter(&runner->memory);
    runner->loop(&runner->callers[0], n);
    vtb_memory_leave(&runner->memory);
}

static void drive_part(void *context, size_t index)
{
    struct vtb_runner *runner = context;
    vtb_memory_enter(&runner->memory);
    if (index >= runner->callers_n) {
        complete_part(runner, index - runner->callers_n);
    } else {
        runner->drive(runner->context, runner, index);
        __atomic_fetch_add(&runner->done_n, 1, __ATOMIC_RELEASE);
    }
    vtb_memory_leave(&runner->memory);
}

void vtb_runner_drive(struct vtb_runner *runner, vtb_caller_function *drive, void *context)
{
    runner->drive = drive;
    runner->context = context;
    if (runner->thread_pool)
        vtb_thread_pool_run(runner->thread_pool, drive_part, runner);
    else
        drive_part(runner, 0);
}

struct vtb_store_sums vtb_runner_asked(const struct vtb_runner *runner)
{
    return vtb_askers_sum(runner->askers, runner->askers_n);
}

void vtb_runner_forget_asked(struct vtb_runner *runner)
{
    for (size_t i = 0; i < runner->askers_n; i++)
        vtb_asker_reset(runner->askers[i]);
}

void vtb_runner_drain(struct vtb_runner *runner, size_t caller)
{
    vtb_memory_enter(&runner->memory);
    runner->cell->drain(&runner->callers[caller]);
    vtb_memory_leave(&runner->memory);
}
