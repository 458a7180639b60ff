#include "passes/handover.h"

#include <math.h>
#include <stdlib.h>

#include "base/allocate.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/pages.h"
#include "bench/runner.h"
#include "bench/waiter.h"
#include "cells/runtime.h"
#include "plan/random.h"

/* The numbers of random streams; those of other passes are others. */
#define ORDER_STREAM (UINT64_MAX - 8)
#define PLACES_STREAM (UINT64_MAX - 9)

/* --- where they lie --- */

size_t vtb_handovers_bytes(const struct vtb_point *point, size_t sessions_n)
{
    return vtb_latency_units_n(point) * (sessions_n * sizeof(struct vtb_handover_tally) +
                                         VTB_HANDOVER_KINDS_N * sizeof(struct vtb_latency_counts));
}

struct vtb_handovers vtb_handovers_place(const struct vtb_point *point, size_t sessions_n,
                                         void *memory)
{
    const size_t units_n = vtb_latency_units_n(point);
    struct vtb_handover_tally *tallies = memory;
    return (struct vtb_handovers){
        .units_n = units_n,
        .tallies = tallies,
        .counts = (void *)(tallies + sessions_n * units_n),
    };
}

static struct vtb_latency_counts *counts_of(const struct vtb_handovers *handovers, size_t unit,
                                            size_t kind)
{
    return &handovers->counts[unit * VTB_HANDOVER_KINDS_N + kind];
}

struct vtb_lengths vtb_handovers_lengths(const struct vtb_handovers *handovers, size_t unit,
                                         enum vtb_handover_kind kind)
{
    return vtb_latency_counted(counts_of(handovers, unit, kind));
}

/* --- a call --- */

#define WHAT "the hand-overs of a session"

/* A caller that is about to sleep is let alone for so long, so that it does: a store takes longer
 * to answer, so that who waits for one sleeps. */
#define SETTLE_NS 20000

struct caller {
    struct vtb_waiter waiter;
    struct vtb_env *env; /* borrowed; null: an idle control's */
    uint32_t flags;      /* of all entries of the schedule */
    uint32_t is_sent;    /* atomic: the operation may be completed */
    bool waited_in_vain;
    uint64_t backwards_n;
    struct vtb_lengths lengths[VTB_HANDOVER_KINDS_N];
    uint64_t *counts; /* owned */
};

struct unit {
    size_t number;               /* among those of the table */
    const struct vtb_cell *cell; /* null: an idle control */
    struct vtb_runner runner;    /* of an idle control all zeros */
    struct caller *callers;      /* owned, callers_n of them */
    size_t callers_n;
};

/* A slice that is run. */
struct slice {
    struct unit *unit;
    size_t calls_n; /* of each caller; 0: until its time is over */
    int64_t end_ns;
    uint32_t done_n; /* callers that have made all of their calls; atomic */
};

/* The next entry of the schedule, which misses. */
static uint32_t next_id(struct caller *caller)
{
    struct vtb_env *env = caller->env;
    const uint32_t id = env->ids[env->position];
    env->position = env->position + 1 == env->ids_n ? 0 : env->position + 1;
    return id | caller->flags;
}

static double between_ns(const struct timespec *from, const struct timespec *to)
{
    return (double)(to->tv_sec - from->tv_sec) * 1e9 + (double)(to->tv_nsec - from->tv_nsec);
}

static void note(struct caller *caller)
{
    const struct vtb_waiter *waiter = &caller->waiter;
    const double run_ns = between_ns(&waiter->completed, &waiter->ran);
    const double wake_ns = between_ns(&waiter->completed, &waiter->went_on);
    if (run_ns < 0 || wake_ns < run_ns) {
        caller->backwards_n++;
        return;
    }
    vtb_lengths_add(&caller->lengths[VTB_HANDOVER_RUN], run_ns);
    vtb_lengths_add(&caller->lengths[VTB_HANDOVER_WAKE], wake_ns);
}

/* Waits outside of the heap, which may be collected meanwhile: roots refer to what waits. */
static bool wait_outside(const struct unit *unit, struct caller *caller)
{
    vtb_memory_leave(&unit->runner.memory);
    const bool came = vtb_waiter_wait(&caller->waiter);
    vtb_memory_enter(&unit->runner.memory);
    return came;
}

/* Makes a call, which may hit if the cache is real. False: its operation did not come. */
static bool make_call(const struct unit *unit, struct caller *caller)
{
    const struct vtb_cell *cell = unit->cell;
    vtb_waiter_begin(&caller->waiter);
    if (cell && !cell->call_and_await(caller->env, next_id(caller), &caller->waiter.continuation)) {
        cell->take_over(caller->env);
        return true;
    }
    __atomic_store_n(&caller->is_sent, 1, __ATOMIC_RELEASE);
    if (!wait_outside(unit, caller))
        return false;
    if (cell)
        cell->take_over(caller->env);
    note(caller);
    return true;
}

static void make_turns(struct slice *slice, struct caller *caller)
{
    const size_t n = slice->calls_n;
    for (size_t i = 0; !caller->waited_in_vain; i++) {
        if (n > 0 ? i == n : vtb_clock_whole_ns(CLOCK_MONOTONIC) >= slice->end_ns)
            break;
        caller->waited_in_vain = !make_call(slice->unit, caller);
    }
    __atomic_fetch_add(&slice->done_n, 1, __ATOMIC_RELEASE);
}

/* --- the completing thread --- */

/* Waits until a caller that sleeps is asleep. */
static void let_settle(const struct unit *unit, const struct vtb_waiter *waiter)
{
    unsigned n = 1;
    for (; !vtb_waiter_sleeps(waiter); n++) {
        vtb_memory_safepoint(&unit->runner.memory);
        vtb_pause(n);
    }
    const int64_t until_ns = vtb_clock_whole_ns(CLOCK_MONOTONIC) + SETTLE_NS;
    for (n = 1; vtb_clock_whole_ns(CLOCK_MONOTONIC) < until_ns; n++) {
        vtb_memory_safepoint(&unit->runner.memory);
        vtb_pause(n);
    }
}

/* Completes a caller's operation; true if there was one. */
static bool complete(struct unit *unit, struct caller *caller)
{
    struct vtb_waiter *waiter = &caller->waiter;
    if (!__atomic_load_n(&caller->is_sent, __ATOMIC_ACQUIRE))
        return false;
    if (waiter->how == VTB_WAKE_FUTEX)
        let_settle(unit, waiter);
    __atomic_store_n(&caller->is_sent, 0, __ATOMIC_RELAXED);
    if (unit->cell) {
        unit->cell->hand_over(&unit->runner.completer.service, caller->env->frames,
                              &waiter->completed);
        return true;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &waiter->completed);
    waiter->continuation.run(&waiter->continuation, NULL);
    return true;
}

static void complete_all(struct slice *slice)
{
    struct unit *unit = slice->unit;
    unsigned idle_n = 0;
    while (__atomic_load_n(&slice->done_n, __ATOMIC_ACQUIRE) < unit->callers_n) {
        bool any = false;
        for (size_t i = 0; i < unit->callers_n; i++)
            any |= complete(unit, &unit->callers[i]);
        vtb_memory_safepoint(&unit->runner.memory);
        idle_n = any ? 0 : idle_n + 1;
        if (idle_n > 0)
            vtb_pause(idle_n);
    }
}

/* --- slices --- */

struct pass {
    struct vtb_fixture *fixture;
    const struct vtb_open_loop *open_loop;
    struct vtb_thread_pool *thread_pool; /* owned */
    struct unit *units;                  /* owned: those that are timed */
    size_t units_n;
    size_t *order; /* owned */
    struct vtb_random orders;
    struct vtb_random places;
};

static void run_part(void *context, size_t index)
{
    struct slice *slice = context;
    struct unit *unit = slice->unit;
    vtb_memory_enter(&unit->runner.memory);
    if (index < unit->callers_n)
        make_turns(slice, &unit->callers[index]);
    else
        complete_all(slice);
    vtb_memory_leave(&unit->runner.memory);
}

static const char *unit_name(const struct unit *unit, char name[160])
{
    if (!unit->cell)
        return "the idle control";
    (void)snprintf(name, 160, "%.95s on %.31s", unit->cell->name,
                   vtb_heap_name(unit->runner.memory.heap));
    return name;
}

static bool fail_in_vain(const struct unit *unit, const struct caller *caller,
                         struct vtb_error *error)
{
    char name[160];
    return vtb_fail(error, VTB_EXIT_INTERNAL,
                    "a caller of %s waited %d s in vain for its operation, which another thread "
                    "completed: %s; `run_bench check` of that strategy says where",
                    unit_name(unit, name), VTB_WAITER_PATIENCE_S,
                    vtb_waiter_is_done(&caller->waiter)
                        ? "the continuation ran, and nobody woke the caller"
                        : "the continuation did not run");
}

/* Runs a slice: so many calls of each caller, or if there are none, for so long. */
static bool run_slice(struct pass *pass, struct unit *unit, size_t calls_n, double ns,
                      struct vtb_error *error)
{
    struct slice slice = {.unit = unit, .calls_n = calls_n};
    if (unit->cell)
        vtb_runner_muster(&unit->runner);
    else
        vtb_thread_pool_muster(pass->thread_pool, unit->callers_n + 1);
    slice.end_ns = vtb_clock_whole_ns(CLOCK_MONOTONIC) + (int64_t)ns;
    vtb_thread_pool_run(pass->thread_pool, run_part, &slice);
    for (size_t i = 0; i < unit->callers_n; i++) {
        if (unit->callers[i].waited_in_vain)
            return fail_in_vain(unit, &unit->callers[i], error);
    }
    return !vtb_interrupted() || vtb_fail_interrupted(error);
}

/* Where hits emerge, callers go through the keys from where they are. */
static void take_places(struct pass *pass, const struct unit *unit)
{
    for (size_t i = 0; unit->cell && i < unit->callers_n; i++) {
        struct vtb_env *env = unit->callers[i].env;
        if (!pass->fixture->point->hits.emerge)
            env->position = (size_t)vtb_random_below(&pass->places, env->ids_n);
    }
}

static bool run_slices(struct pass *pass, size_t slices_n, struct vtb_error *error)
{
    const double slice_ns = vtb_latency_slice_ns(pass->open_loop);
    for (size_t round = 0; round < slices_n; round++) {
        vtb_latin_square(&pass->orders, pass->order, pass->units_n, round);
        for (size_t i = 0; i < pass->units_n; i++) {
            struct unit *unit = &pass->units[pass->order[i]];
            take_places(pass, unit);
            if (!run_slice(pass, unit, 0, slice_ns, error))
                return false;
        }
    }
    return true;
}

static void forget(struct caller *caller)
{
    caller->backwards_n = caller->waiter.asleep_n = 0;
    for (size_t k = 0; k < VTB_HANDOVER_KINDS_N; k++)
        vtb_lengths_forget(&caller->lengths[k]);
}

/* Holds what a caller consumed against what the first one did, whose calls were the same. */
static bool check_values(const struct unit *unit, const struct caller *caller,
                         const struct caller *first, struct vtb_error *error)
{
    char name[160];
    return vtb_fixture_checksum(caller->env) == vtb_fixture_checksum(first->env) ||
           vtb_fail_figures(error,
                            "%s consumed other values than others whose operations another thread "
                            "completed, by the same calls",
                            unit_name(unit, name));
}

/* Has each caller make its first calls, which touch all sorts of memory, and are not counted. */
static bool run_first_calls(struct pass *pass, struct vtb_error *error)
{
    const struct caller *first = NULL;
    for (size_t u = 0; u < pass->units_n; u++) {
        struct unit *unit = &pass->units[u];
        if (!run_slice(pass, unit, VTB_BEFORE_EPOCH_N, 0, error))
            return false;
        for (size_t i = 0; i < unit->callers_n; i++) {
            struct caller *caller = &unit->callers[i];
            forget(caller);
            first = first || !unit->cell ? first : caller;
            if (unit->cell && !check_values(unit, caller, first, error))
                return false;
        }
    }
    return true;
}

/* --- opening --- */

static void open_caller(const struct pass *pass, const struct unit *unit, size_t i)
{
    struct caller *caller = &unit->callers[i];
    vtb_waiter_open(&caller->waiter, pass->open_loop->wake);
    caller->env = unit->cell ? &unit->runner.callers[i] : NULL;
    caller->flags = pass->fixture->point->hits.emerge ? 0 : VTB_ID_MISS;
    caller->counts =
        vtb_allocate(VTB_HANDOVER_KINDS_N, VTB_LATENCY_BUCKETS * sizeof(uint64_t), WHAT);
    for (size_t k = 0; k < VTB_HANDOVER_KINDS_N; k++)
        vtb_lengths_start(&caller->lengths[k], VTB_LATENCY_PARTS_SHIFT,
                          caller->counts + k * (size_t)VTB_LATENCY_BUCKETS);
}

/* Opens the unit of that number, which has a hand-over. */
static bool open_unit(struct pass *pass, size_t number, struct vtb_error *error)
{
    const struct vtb_point *point = pass->fixture->point;
    struct unit *unit = &pass->units[pass->units_n];
    *unit = (struct unit){.number = number};
    if (number < vtb_cells_end(point)) {
        struct vtb_case timed = point->cases[number];
        timed.timing = timed.handover;
        if (!vtb_runner_open(&unit->runner, pass->fixture, &timed, VTB_CONSUMER_INDEPENDENT,
                             pass->thread_pool, error))
            return false;
        unit->cell = timed.handover;
    }
    pass->units_n++; /* from now on it is to be closed */
    const size_t n = vtb_latency_callers_n(point, number);
    unit->callers = vtb_pages(n * sizeof *unit->callers, WHAT, error);
    if (!unit->callers)
        return false;
    for (; unit->callers_n < n; unit->callers_n++)
        open_caller(pass, unit, unit->callers_n);
    return true;
}

static void close_unit(struct unit *unit)
{
    for (size_t i = 0; i < unit->callers_n; i++)
        free(unit->callers[i].counts);
    if (unit->callers)
        vtb_pages_free(unit->callers, unit->callers_n * sizeof *unit->callers);
    if (unit->cell)
        vtb_runner_close(&unit->runner);
}

static size_t most_callers_n(const struct vtb_point *point)
{
    size_t most_n = 1;
    for (size_t i = 0; i < vtb_cells_end(point); i++)
        most_n = point->cases[i].threads_n > most_n ? point->cases[i].threads_n : most_n;
    return most_n;
}

static bool open_pass(struct pass *pass, struct vtb_error *error)
{
    const struct vtb_point *point = pass->fixture->point;
    const size_t all_n = vtb_latency_units_n(point);
    pass->units = vtb_allocate(all_n, sizeof *pass->units, WHAT);
    pass->order = vtb_allocate(all_n, sizeof *pass->order, WHAT);
    pass->orders = vtb_random_stream(pass->fixture->schedule.seed, ORDER_STREAM);
    pass->places = vtb_random_stream(pass->fixture->schedule.seed, PLACES_STREAM);
    pass->thread_pool = vtb_thread_pool_open(most_callers_n(point) + 1, error);
    bool ok = pass->thread_pool != NULL;
    for (size_t i = 0; ok && i < all_n; i++) {
        if (i >= vtb_cells_end(point) || point->cases[i].handover)
            ok = open_unit(pass, i, error);
    }
    return ok;
}

static void close_pass(struct pass *pass)
{
    for (size_t i = 0; i < pass->units_n; i++)
        close_unit(&pass->units[i]);
    vtb_thread_pool_close(pass->thread_pool);
    free(pass->units);
    free(pass->order);
}

/* --- the whole --- */

static void keep_unit(struct vtb_handovers *own, const struct unit *unit)
{
    struct vtb_handover_tally *tally = &own->tallies[unit->number];
    for (size_t k = 0; k < VTB_HANDOVER_KINDS_N; k++) {
        struct vtb_latency_counts *counts = counts_of(own, unit->number, k);
        for (size_t i = 0; i < unit->callers_n; i++)
            vtb_latency_count(counts, &unit->callers[i].lengths[k]);
        const struct vtb_lengths lengths = vtb_latency_counted(counts);
        for (size_t q = 0; q < VTB_LATENCY_QUANTILES_N; q++)
            tally->ns[k][q] = vtb_latency_quantile(&lengths, q);
        tally->calls_n = lengths.n;
    }
    for (size_t i = 0; i < unit->callers_n; i++) {
        tally->asleep_n += unit->callers[i].waiter.asleep_n;
        tally->backwards_n += unit->callers[i].backwards_n;
    }
}

void vtb_handovers_add(struct vtb_handovers *all, size_t session, const struct vtb_handovers *own)
{
    memcpy(all->tallies + session * all->units_n, own->tallies,
           own->units_n * sizeof *own->tallies);
    for (size_t i = 0; i < own->units_n * VTB_HANDOVER_KINDS_N; i++) {
        const struct vtb_lengths lengths = vtb_latency_counted(&own->counts[i]);
        vtb_latency_count(&all->counts[i], &lengths);
    }
}

bool vtb_handover_run(struct vtb_fixture *fixture, const struct vtb_open_loop *open_loop,
                      size_t slices_n, struct vtb_handovers *own, struct vtb_error *error)
{
    struct pass pass = {.fixture = fixture, .open_loop = open_loop};
    const bool ok = open_pass(&pass, error) && run_first_calls(&pass, error) &&
                    run_slices(&pass, slices_n, error);
    for (size_t i = 0; ok && i < pass.units_n; i++)
        keep_unit(own, &pass.units[i]);
    close_pass(&pass);
    return ok;
}
