#include "passes/latency.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/allocate.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/pages.h"
#include "base/prose.h"
#include "bench/runner.h"
#include "plan/random.h"

/* The numbers of random streams; the chunks of the schedule have lower ones. */
#define ORDER_STREAM (UINT64_MAX - 5)
#define PLACES_STREAM (UINT64_MAX - 6)
#define ARRIVALS_STREAM (UINT64_MAX - 7)

const double vtb_latency_quantiles[VTB_LATENCY_QUANTILES_N] = {.5, .9, .99, .999, .9999, 1};

double vtb_latency_quantile(const struct vtb_lengths *lengths, size_t which)
{
    const double q = vtb_latency_quantiles[which];
    const double beyond_n = (double)lengths->n * (1 - q) * (1 + 1e-9); /* 1 - q is rounded */
    const bool enough = q < 1 ? beyond_n >= VTB_LATENCY_BEYOND_N : lengths->n > 0;
    return enough ? vtb_lengths_quantile(lengths, q) : NAN;
}

/* --- where they lie --- */

/* Whether a case is the first with so many callers. */
static bool is_first_of_callers(const struct vtb_point *point, size_t i)
{
    for (size_t before = 0; before < i; before++) {
        if (point->cases[before].threads_n == point->cases[i].threads_n)
            return false;
    }
    return true;
}

size_t vtb_latency_units_n(const struct vtb_point *point)
{
    const size_t cells_n = vtb_cells_end(point);
    size_t n = cells_n;
    for (size_t i = 0; i < cells_n; i++)
        n += is_first_of_callers(point, i);
    return n;
}

size_t vtb_latency_callers_n(const struct vtb_point *point, size_t unit)
{
    const size_t cells_n = vtb_cells_end(point);
    size_t i = 0;
    if (unit < cells_n)
        return point->cases[unit].threads_n;
    for (size_t control = cells_n; control < unit || !is_first_of_callers(point, i); i++)
        control += is_first_of_callers(point, i);
    return point->cases[i].threads_n;
}

size_t vtb_latencies_bytes(const struct vtb_point *point, size_t sessions_n)
{
    return vtb_latency_units_n(point) *
               (sessions_n * sizeof(struct vtb_latency_tally) +
                VTB_LATENCY_ALL_KINDS_N * sizeof(struct vtb_latency_counts)) +
           sizeof(struct vtb_latency_timeline);
}

struct vtb_latencies vtb_latencies_place(const struct vtb_point *point, size_t sessions_n,
                                         void *memory)
{
    const size_t units_n = vtb_latency_units_n(point);
    struct vtb_latency_tally *tallies = memory;
    struct vtb_latency_counts *counts = (void *)(tallies + sessions_n * units_n);
    return (struct vtb_latencies){
        .units_n = units_n,
        .tallies = tallies,
        .counts = counts,
        .timeline = (void *)(counts + units_n * VTB_LATENCY_ALL_KINDS_N),
    };
}

struct vtb_lengths vtb_latencies_lengths(const struct vtb_latencies *latencies, size_t unit,
                                         enum vtb_latency_kind kind)
{
    struct vtb_latency_counts *counts = &latencies->counts[unit * VTB_LATENCY_ALL_KINDS_N + kind];
    return (struct vtb_lengths){
        .n = counts->n,
        .total_ns = counts->total_ns,
        .max_ns = counts->max_ns,
        .squares_ns2 = counts->squares_ns2,
        .parts_shift = VTB_LATENCY_PARTS_SHIFT,
        .counts = counts->counts,
    };
}

static void add_lengths(struct vtb_latencies *latencies, size_t unit, enum vtb_latency_kind kind,
                        const struct vtb_lengths *own)
{
    struct vtb_latency_counts *counts = &latencies->counts[unit * VTB_LATENCY_ALL_KINDS_N + kind];
    struct vtb_lengths all = vtb_latencies_lengths(latencies, unit, kind);
    vtb_lengths_add_all(&all, own);
    counts->n = all.n;
    counts->total_ns = all.total_ns;
    counts->max_ns = all.max_ns;
    counts->squares_ns2 = all.squares_ns2;
}

/* --- slices --- */

/* Exponential gaps of mean 1, drawn before anything is timed, and walked from a place that is drawn
 * for each slice and caller. */
#define GAPS_N ((size_t)1 << 14)

/* A slice has its backlog looked at so many times, at even distances, of which the last is its
 * end. */
#define MARKS_N 4

/* The backlog at the end of a slice, as a share of it, from which on a caller falls behind. */
#define BEHIND_SHARE 0.02

/* A backlog at the end of a slice is worked off, as calls that were not made would be in no
 * percentile. That takes at most so much of the caller's processor time: more is too much, however
 * it came about. */
#define WORKING_OFF_NS INT64_C(2000000000)

/* From waking the threads until the first call is due. */
#define LEAD_NS 20000

/* The start of an operation that suspended in another slice: what it waited is not known. */
#define NOT_OF_SLICE INT64_MIN

/* A busy period whose cause is no collection. At most so many are kept of a slice. */
#define STOPS_MAX 64
struct stop {
    enum vtb_tail_cause cause;
    int64_t from_ns;
    int64_t to_ns;
};

/* One caller of a unit. */
struct caller {
    struct vtb_lengths lengths[VTB_LATENCY_ALL_KINDS_N];
    struct vtb_tail tail;
    uint64_t *counts;    /* owned, as is the next */
    int64_t *started_ns; /* of the operation in each frame, its intended start */
    uint64_t calls_n;
    uint64_t late_n;
    int64_t ended_ns; /* of the slice's last call */
    bool overloaded;
    bool gave_up;                /* the slice has calls that were not made */
    int64_t next_mark_ns;        /* when the backlog is looked at again */
    double began_cpu_ns;         /* the thread's processor time when the slice began */
    int64_t backlog_ns[MARKS_N]; /* of the slice, as is the next */
    size_t marks_n;
    const float *gaps; /* null: calls are equally far apart */
    size_t gap;
    struct stop stops[STOPS_MAX]; /* of the slice */
    size_t stops_n;
};

struct unit {
    struct vtb_runner *runner;
    struct vtb_pauses *pauses; /* owned; null: its heap does not collect */
    struct caller *callers;    /* owned, runner->callers_n of them */
    struct vtb_latency_tally tally;
    bool gave_up; /* a caller of its did, in any slice */
};

/* A slice that is run. */
struct slice {
    struct unit *unit;
    double gap_ns; /* of each caller's calls, on average */
    int64_t start_ns;
    int64_t end_ns;
    bool is_trial; /* it is asked only whether callers fall behind, who give up then */
};

struct pass {
    struct vtb_bench *bench;
    const struct vtb_fixture *fixture;
    const struct vtb_open_loop *open_loop;
    double slice_ns;
    struct vtb_runner *idle; /* owned; of the units behind the cells' */
    struct unit *units;
    size_t units_n;
    float *gaps;
    size_t *order;
    struct vtb_random orders;
    struct vtb_random places;
    struct vtb_random arrivals;
    struct vtb_latency_timeline *timeline; /* null: what is run is not kept */
};

/* The idle control's call. */
static void make_no_call(struct vtb_env *env, size_t n)
{
    (void)env;
    (void)n;
}

/* Gives when the call number i from 0 on is meant to start, that before it at `before_ns`. */
static inline double next_ns(const struct slice *slice, struct caller *caller, double before_ns)
{
    if (!caller->gaps)
        return before_ns + slice->gap_ns;
    caller->gap = (caller->gap + 1) % GAPS_N;
    return before_ns + slice->gap_ns * (double)caller->gaps[caller->gap];
}

/* The processor time that a caller has had since its slice began. */
static double had_ns(const struct caller *caller)
{
    return vtb_clock_ns(CLOCK_THREAD_CPUTIME_ID) - caller->began_cpu_ns;
}

/* Whether a caller had the processor for longer, by a part of the slice that matters, than there
 * was time for the calls that it made. If not, it is late because it was kept from running, which
 * says nothing of a rate. */
static bool had_the_processor(const struct slice *slice, const struct caller *caller)
{
    const double slice_ns = (double)(slice->end_ns - slice->start_ns);
    const double cpu_ns = had_ns(caller) - LEAD_NS;
    const double meant_ns = fmax(slice_ns - (double)caller->backlog_ns[MARKS_N - 1], 0);
    return cpu_ns > meant_ns + BEHIND_SHARE / 2 * slice_ns;
}

/* Whether a caller fell behind in a slice that is at its end. That half of its calls take longer
 * than there is for each says so, too, where a stop hid how the backlog grew. */
static bool falls_behind(const struct slice *slice, const struct caller *caller)
{
    bool grew = true;
    for (size_t i = 1; i < MARKS_N; i++)
        grew &= caller->backlog_ns[i] > caller->backlog_ns[i - 1];
    if (!grew && vtb_lengths_quantile(&caller->lengths[VTB_LATENCY_SERVICE], 0.5) <= slice->gap_ns)
        return false;
    return (double)caller->backlog_ns[MARKS_N - 1] >
               BEHIND_SHARE * (double)(slice->end_ns - slice->start_ns) &&
           had_the_processor(slice, caller);
}

static int64_t mark_ns(const struct slice *slice, size_t mark)
{
    return slice->start_ns + (slice->end_ns - slice->start_ns) * (int64_t)(mark + 1) / MARKS_N;
}

/* When a caller that works off what is left of a slice is to be looked at again: not before it can
 * have had the processor for too long. */
static int64_t give_up_ns(const struct slice *slice, const struct caller *caller, int64_t now_ns)
{
    const int64_t most_ns = slice->end_ns - slice->start_ns + WORKING_OFF_NS;
    return now_ns + most_ns - (int64_t)had_ns(caller);
}

/* Notes the backlog at each mark that has passed, and at the last whether the caller falls behind.
 * False if it is to give up. */
static __attribute__((noinline)) bool pass_marks(const struct slice *slice, struct caller *caller,
                                                 int64_t now_ns, int64_t intended_ns)
{
    const bool was_last = caller->marks_n == MARKS_N;
    while (caller->marks_n < MARKS_N && now_ns >= mark_ns(slice, caller->marks_n))
        caller->backlog_ns[caller->marks_n++] = now_ns > intended_ns ? now_ns - intended_ns : 0;
    if (caller->marks_n < MARKS_N) {
        caller->next_mark_ns = mark_ns(slice, caller->marks_n);
        return true;
    }
    if (!was_last)
        caller->overloaded = falls_behind(slice, caller);
    caller->next_mark_ns = give_up_ns(slice, caller, now_ns);
    caller->gave_up = caller->next_mark_ns <= now_ns || (caller->overloaded && slice->is_trial);
    caller->overloaded |= caller->gave_up;
    return !caller->gave_up;
}

/* Where a window stands between two calls. */
struct window {
    size_t free_frame;
    size_t pending_n;
    size_t completion_next;
};

static inline struct window window_of(const struct vtb_env *env)
{
    return (struct window){env->free_frame, env->pending_n, env->completion_next};
}

/* Notes how long an operation that suspended waited. A call that suspends takes the free frame; if
 * the window is full then, an operation is completed, in the frame that is free next. Where always
 * the newest is completed the window does not tell, and does not need to: it waited for nothing. */
static inline void note_miss(struct caller *caller, const struct vtb_env *env,
                             const struct window *before, int64_t intended_ns, int64_t ended_ns)
{
    const bool is_full = env->completion_next != before->completion_next;
    if (env->outbox || (env->pending_n == before->pending_n && !is_full))
        return;
    caller->started_ns[before->free_frame] = intended_ns;
    const int64_t started_ns = caller->started_ns[env->free_frame];
    if (is_full && started_ns != NOT_OF_SLICE)
        vtb_lengths_add(&caller->lengths[VTB_LATENCY_MISS], (double)(ended_ns - started_ns));
}

/* Waits until a call is due, and begins a busy period with it; returns the clock's reading. In
 * spare time the thread is looked at. */
static inline int64_t wait_until(struct caller *caller, const struct vtb_memory *memory,
                                 int64_t now_ns, int64_t intended_ns)
{
    int64_t before_ns = now_ns;
    if (intended_ns - now_ns > VTB_TAIL_SPARE_NS &&
        now_ns - caller->tail.looked_ns > VTB_TAIL_EVERY_NS)
        vtb_tail_look(&caller->tail, now_ns);
    while (now_ns < intended_ns) {
        vtb_memory_safepoint(memory); /* another caller may have to collect */
        before_ns = now_ns;
        now_ns = vtb_clock_whole_ns(CLOCK_MONOTONIC);
    }
    vtb_tail_begin(&caller->tail, before_ns, now_ns);
    return now_ns;
}

/* Notes a slow call whose cause is known; further ones of a busy period belong to its stop. */
static __attribute__((noinline)) void note_slow(struct caller *caller, enum vtb_tail_cause cause,
                                                double latency_ns, int64_t ended_ns)
{
    struct stop *last = caller->stops_n > 0 ? &caller->stops[caller->stops_n - 1] : NULL;
    vtb_lengths_add(&caller->lengths[VTB_LATENCY_SLOW + cause], latency_ns);
    if (cause == VTB_TAIL_COLLECTION)
        return;
    if (last && last->from_ns == caller->tail.busy_from_ns)
        last->to_ns = ended_ns;
    else if (caller->stops_n < STOPS_MAX)
        caller->stops[caller->stops_n++] =
            (struct stop){cause, caller->tail.busy_from_ns, ended_ns};
}

static inline void note_call(struct caller *caller, int64_t intended_ns, int64_t started_ns,
                             int64_t ended_ns)
{
    const double latency_ns = (double)(ended_ns - intended_ns);
    caller->calls_n++;
    vtb_lengths_add(&caller->lengths[VTB_LATENCY_INTENDED], latency_ns);
    vtb_lengths_add(&caller->lengths[VTB_LATENCY_SERVICE], (double)(ended_ns - started_ns));
    if (latency_ns <= VTB_TAIL_LEAST_NS)
        return;
    const enum vtb_tail_cause cause =
        vtb_tail_cause(&caller->tail, intended_ns, started_ns, ended_ns);
    if (cause != VTB_TAIL_NONE)
        note_slow(caller, cause, latency_ns, ended_ns);
}

/* Makes a caller's calls of a slice. The reading of the clock that ends a call is the first by
 * which the next one is waited for, and is its start if that is due. */
static void make_calls(void *context, struct vtb_runner *runner, size_t index)
{
    struct slice *slice = context;
    struct caller *caller = &slice->unit->callers[index];
    struct vtb_env *env = &runner->callers[index];
    double intended = (double)index / (double)runner->callers_n * slice->gap_ns;
    const double rounded = 1e-6 * slice->gap_ns; /* what sums of gaps may be too small by */
    const double end = (double)(slice->end_ns - slice->start_ns) - rounded;
    caller->next_mark_ns = mark_ns(slice, 0);
    caller->began_cpu_ns = vtb_clock_ns(CLOCK_THREAD_CPUTIME_ID);
    int64_t now_ns = vtb_clock_whole_ns(CLOCK_MONOTONIC);
    if (now_ns <= slice->start_ns) /* who comes later was kept since it was looked at last */
        vtb_tail_look(&caller->tail, now_ns);
    vtb_tail_begin(&caller->tail, now_ns < slice->start_ns ? now_ns : slice->start_ns, now_ns);
    if (caller->gaps)
        intended = next_ns(slice, caller, 0);
    while (intended < end) {
        const int64_t intended_ns = slice->start_ns + (int64_t)intended;
        if (now_ns >= caller->next_mark_ns && !pass_marks(slice, caller, now_ns, intended_ns))
            break;
        if (now_ns > intended_ns)
            caller->late_n++;
        else
            now_ns = wait_until(caller, &runner->memory, now_ns, intended_ns);
        const int64_t started_ns = now_ns;
        const struct window before = window_of(env);
        runner->loop(env, 1);
        now_ns = vtb_clock_whole_ns(CLOCK_MONOTONIC);
        note_call(caller, intended_ns, started_ns, now_ns);
        note_miss(caller, env, &before, intended_ns, now_ns);
        intended = next_ns(slice, caller, intended);
    }
    caller->ended_ns = now_ns;
}

static void begin_slice(const struct pass *pass, struct caller *caller, size_t window,
                        struct vtb_random *arrivals)
{
    caller->overloaded = false;
    caller->gave_up = false;
    caller->marks_n = 0;
    caller->stops_n = 0;
    caller->gaps = pass->open_loop->poisson ? pass->gaps : NULL;
    caller->gap = (size_t)vtb_random_below(arrivals, GAPS_N);
    for (size_t i = 0; caller->started_ns && i < window; i++)
        caller->started_ns[i] = NOT_OF_SLICE;
}

static void keep_event(struct pass *pass, const struct unit *unit, int what, int64_t start_ns,
                       int64_t end_ns)
{
    struct vtb_latency_timeline *timeline = pass->timeline;
    if (timeline->n < VTB_LATENCY_EVENTS_MAX)
        timeline->events[timeline->n++] = (struct vtb_latency_event){
            (uint32_t)(unit - pass->units), (uint32_t)what, start_ns, end_ns};
}

/* Keeps what happened in a slice that has ended, in which pauses from number `pauses_n` on were. */
static void keep_slice(struct pass *pass, const struct slice *slice, int64_t ended_ns,
                       uint64_t pauses_n)
{
    const struct unit *unit = slice->unit;
    const struct vtb_pauses *pauses = unit->pauses;
    if (!pass->timeline)
        return;
    keep_event(pass, unit, VTB_LATENCY_IS_SLICE, slice->start_ns, ended_ns);
    for (uint64_t i = pauses_n; pauses && i < pauses->wall.n; i++) {
        const struct vtb_pause *pause = &pauses->kept[i % VTB_PAUSES_KEPT];
        if (pauses->wall.n - i <= VTB_PAUSES_KEPT)
            keep_event(pass, unit, VTB_TAIL_COLLECTION, (int64_t)pause->start_ns,
                       (int64_t)pause->end_ns);
    }
    for (size_t t = 0; t < unit->runner->callers_n; t++) {
        const struct caller *caller = &unit->callers[t];
        for (size_t i = 0; i < caller->stops_n; i++)
            keep_event(pass, unit, (int)caller->stops[i].cause, caller->stops[i].from_ns,
                       caller->stops[i].to_ns);
    }
}

/* Runs a slice of a unit at a rate, or tries one. All units of a round get the same times of calls,
 * as they draw them from the same random numbers. True if no caller fell behind. */
static bool run_slice(struct pass *pass, struct unit *unit, double rate, bool is_trial,
                      struct vtb_random arrivals)
{
    struct vtb_runner *runner = unit->runner;
    const size_t n = runner->callers_n;
    struct slice slice = {.unit = unit, .gap_ns = 1e9 * (double)n / rate, .is_trial = is_trial};
    vtb_runner_muster(runner);
    vtb_runner_run(runner, VTB_BEFORE_EPOCH_N);
    for (size_t i = 0; i < n; i++)
        begin_slice(pass, &unit->callers[i], runner->window, &arrivals);
    vtb_runner_muster(runner);
    slice.start_ns = vtb_clock_whole_ns(CLOCK_MONOTONIC) + LEAD_NS;
    slice.end_ns = slice.start_ns + (int64_t)pass->slice_ns;
    const uint64_t pauses_n = unit->pauses ? unit->pauses->wall.n : 0;
    vtb_runner_drive(runner, make_calls, &slice);
    int64_t ended_ns = slice.start_ns; /* of the last call, which may be before the slice's end */
    bool overloaded = false;
    for (size_t i = 0; i < n; i++) {
        const struct caller *caller = &unit->callers[i];
        overloaded |= caller->overloaded;
        unit->gave_up |= caller->gave_up;
        ended_ns = caller->ended_ns > ended_ns ? caller->ended_ns : ended_ns;
    }
    keep_slice(pass, &slice, ended_ns, pauses_n);
    unit->tally.slices_n++;
    unit->tally.overloaded_n += overloaded;
    unit->tally.slices_ns += pass->slice_ns;
    unit->tally.lasted_ns += fmax(pass->slice_ns, (double)(ended_ns - slice.start_ns));
    return !overloaded;
}

/* --- what is sustained --- */

/* Slices that are overloaded before a load is refused, most of those that were run. */
#define OVERLOADED_N 3

static const char *unit_name(const struct pass *pass, const struct unit *unit, char name[160])
{
    const size_t i = (size_t)(unit - pass->units);
    if (i >= vtb_cells_end(pass->fixture->point))
        return "the idle control, which makes no call,";
    const struct vtb_case *the_case = &pass->fixture->point->cases[i];
    (void)snprintf(name, 160, "%.95s on %.31s", the_case->timing->name, the_case->heap->name);
    return name;
}

static uint64_t calls_of(const struct unit *unit)
{
    uint64_t calls_n = 0;
    for (size_t i = 0; i < unit->runner->callers_n; i++)
        calls_n += unit->callers[i].calls_n;
    return calls_n;
}

static bool fail_overloaded(const struct pass *pass, const struct unit *unit,
                            struct vtb_error *error)
{
    char name[160];
    char numbers[2][VTB_NUMBER_BYTES];
    const struct vtb_latency_tally *tally = &unit->tally;
    static const char *const units[] = {"", " k", " M", " G", NULL};
    return vtb_fail(
        error, VTB_EXIT_USAGE,
        "cannot be sustained: of %s calls a second (--rate) %s made %s; the backlog grew "
        "in %" PRIu64 " of %" PRIu64
        " slices; accepted: less than that, or --rate max, which "
        "finds what each case sustains",
        vtb_scaled_text(numbers[0], pass->open_loop->rate, units), unit_name(pass, unit, name),
        vtb_scaled_text(numbers[1], (double)calls_of(unit) * 1e9 / tally->lasted_ns, units),
        tally->overloaded_n, tally->slices_n);
}

/* Refuses the load once a unit has fallen behind in most of its slices, or has given one up: then
 * there are calls that no percentile has. */
static bool check_load(const struct pass *pass, const struct unit *unit, bool is_last,
                       struct vtb_error *error)
{
    const struct vtb_latency_tally *tally = &unit->tally;
    const bool most = 2 * tally->overloaded_n > tally->slices_n;
    const bool is_refused =
        unit->gave_up || (most && (is_last || tally->overloaded_n >= OVERLOADED_N));
    return !is_refused || fail_overloaded(pass, unit, error);
}

/* Forgets what was found of a unit. */
static void forget(struct unit *unit)
{
    unit->tally = (struct vtb_latency_tally){.slices_n = 0};
    for (size_t i = 0; i < unit->runner->callers_n; i++) {
        struct caller *caller = &unit->callers[i];
        caller->calls_n = caller->late_n = 0;
        for (size_t k = 0; k < VTB_LATENCY_ALL_KINDS_N; k++)
            vtb_lengths_forget(&caller->lengths[k]);
    }
}

/* A rate is sustained unless the caller falls behind so many times running. */
#define TRIALS_N 2

static bool sustains(struct pass *pass, struct unit *unit, double rate)
{
    for (int i = 0; i < TRIALS_N; i++) {
        if (run_slice(pass, unit, rate, true, pass->arrivals))
            return true;
    }
    return false;
}

/* How far the rate that is looked for may be from what calls take when all of them are late, and by
 * how many halvings, of its logarithm, it is found between. */
#define SOUGHT_FACTOR 4
#define HALVINGS_N 8
#define FLOOD_RATE 1e12

static double find_sustained(struct pass *pass, struct unit *unit)
{
    forget(unit);
    (void)run_slice(pass, unit, FLOOD_RATE, true, pass->arrivals);
    double hi = 1.1 * (double)calls_of(unit) * 1e9 / unit->tally.lasted_ns;
    double lo = hi / SOUGHT_FACTOR;
    while (!vtb_interrupted() && lo > 1 && !sustains(pass, unit, lo)) {
        hi = lo;
        lo /= SOUGHT_FACTOR;
    }
    for (int i = 0; i < HALVINGS_N && !vtb_interrupted(); i++) {
        const double rate = sqrt(lo * hi);
        if (sustains(pass, unit, rate))
            lo = rate;
        else
            hi = rate;
    }
    return lo;
}

static bool find_all_sustained(struct pass *pass, struct vtb_error *error)
{
    vtb_latin_square(&pass->orders, pass->order, pass->units_n, 0);
    for (size_t i = 0; i < pass->units_n && !vtb_interrupted(); i++) {
        struct unit *unit = &pass->units[pass->order[i]];
        vtb_bench_take_places(pass->bench, &pass->places);
        unit->tally.rate_sustained = find_sustained(pass, unit);
    }
    return !vtb_interrupted() || vtb_fail_interrupted(error);
}

/* --- all slices --- */

/* Runs a slice of each unit that is not counted: it is the first to touch all sorts of memory. */
static bool run_first_slices(struct pass *pass, struct vtb_error *error)
{
    for (size_t i = 0; i < pass->units_n && !vtb_interrupted(); i++) {
        struct unit *unit = &pass->units[i];
        (void)run_slice(pass, unit, pass->open_loop->rate, false, pass->arrivals);
        if (unit->gave_up)
            return fail_overloaded(pass, unit, error);
        forget(unit);
    }
    return true;
}

/* Passes over as many places of gaps as the unit with the most callers drew, so that none has those
 * of another one in the next round. */
static void skip_places(struct pass *pass)
{
    size_t most_n = 0;
    for (size_t i = 0; i < pass->units_n; i++) {
        const size_t callers_n = pass->units[i].runner->callers_n;
        most_n = callers_n > most_n ? callers_n : most_n;
    }
    for (size_t i = 0; i < most_n; i++)
        (void)vtb_random_below(&pass->arrivals, GAPS_N);
}

static bool run_slices(struct pass *pass, size_t slices_n, struct vtb_latency_timeline *timeline,
                       struct vtb_error *error)
{
    if (!run_first_slices(pass, error))
        return false;
    pass->timeline = timeline;
    for (size_t round = 0; round < slices_n; round++) {
        const struct vtb_random arrivals = pass->arrivals;
        vtb_latin_square(&pass->orders, pass->order, pass->units_n, round);
        vtb_bench_take_places(pass->bench, &pass->places);
        for (size_t i = 0; i < pass->units_n; i++) {
            struct unit *unit = &pass->units[pass->order[i]];
            (void)run_slice(pass, unit, pass->open_loop->rate, false, arrivals);
            if (vtb_interrupted())
                return vtb_fail_interrupted(error);
            if (!check_load(pass, unit, round + 1 == slices_n, error))
                return false;
        }
        skip_places(pass);
    }
    return true;
}

/* --- opening --- */

#define WHAT "the latencies of a session"

/* Has the pauses of a unit's heap noted from now on. */
static bool open_pauses(struct unit *unit, struct vtb_error *error)
{
    unit->pauses = vtb_pages(sizeof *unit->pauses, "the collector's pauses", error);
    if (!unit->pauses)
        return false;
    vtb_pauses_start(unit->pauses, (double)vtb_clock_whole_ns(CLOCK_MONOTONIC));
    unit->runner->memory.pauses = unit->pauses;
    return true;
}

static bool open_unit(struct unit *unit, struct vtb_runner *runner, struct vtb_error *error)
{
    unit->runner = runner;
    if (runner->memory.gc && !open_pauses(unit, error))
        return false;
    unit->callers = vtb_allocate(runner->callers_n, sizeof *unit->callers, WHAT);
    for (size_t i = 0; i < runner->callers_n; i++) {
        struct caller *caller = &unit->callers[i];
        *caller = (struct caller){.tail.pauses = unit->pauses};
        caller->counts =
            vtb_allocate(VTB_LATENCY_ALL_KINDS_N, VTB_LATENCY_BUCKETS * sizeof(uint64_t), WHAT);
        caller->started_ns = vtb_allocate(runner->window, sizeof *caller->started_ns, WHAT);
        for (size_t k = 0; k < VTB_LATENCY_ALL_KINDS_N; k++)
            vtb_lengths_start(&caller->lengths[k], VTB_LATENCY_PARTS_SHIFT,
                              caller->counts + k * (size_t)VTB_LATENCY_BUCKETS);
    }
    return true;
}

static void close_unit(struct unit *unit)
{
    if (unit->pauses)
        unit->runner->memory.pauses = NULL;
    vtb_pages_free(unit->pauses, sizeof *unit->pauses);
    for (size_t i = 0; unit->callers && i < unit->runner->callers_n; i++) {
        free(unit->callers[i].counts);
        free(unit->callers[i].started_ns);
    }
    free(unit->callers);
}

/* Makes what runs an idle control: as that of a case with as many callers, which are its own. */
static void make_idle(const struct pass *pass, size_t unit, struct vtb_runner *idle)
{
    const struct vtb_point *point = pass->fixture->point;
    size_t i = 0;
    while (point->cases[i].threads_n != vtb_latency_callers_n(point, unit))
        i++;
    *idle = *vtb_bench_runner(pass->bench, i);
    idle->loop = make_no_call;
    idle->callers = vtb_allocate(idle->callers_n, sizeof *idle->callers, WHAT);
    idle->memory.gc = NULL;
    idle->completers_n = 0;
    idle->thread_pool = idle->callers_n > 1 ? vtb_bench_threads(pass->bench) : NULL;
}

/* Their mean is 1 as they are drawn only by and large: then it would be another rate. */
static void draw_gaps(float *gaps, struct vtb_random *random)
{
    double sum = 0;
    for (size_t i = 0; i < GAPS_N; i++) {
        gaps[i] = (float)-log1p(-vtb_random_unit(random));
        sum += (double)gaps[i];
    }
    for (size_t i = 0; i < GAPS_N; i++)
        gaps[i] = (float)((double)gaps[i] * (double)GAPS_N / sum);
}

static bool open_pass(struct pass *pass, struct vtb_error *error)
{
    struct vtb_random gaps = vtb_random_stream(pass->fixture->schedule.seed, ARRIVALS_STREAM);
    pass->units_n = vtb_latency_units_n(pass->fixture->point);
    pass->units = vtb_allocate(pass->units_n, sizeof *pass->units, WHAT);
    pass->order = vtb_allocate(pass->units_n, sizeof *pass->order, WHAT);
    pass->gaps = vtb_allocate(GAPS_N, sizeof *pass->gaps, WHAT);
    draw_gaps(pass->gaps, &gaps);
    pass->arrivals = gaps;
    pass->orders = vtb_random_stream(pass->fixture->schedule.seed, ORDER_STREAM);
    pass->places = vtb_random_stream(pass->fixture->schedule.seed, PLACES_STREAM);
    const size_t cells_n = vtb_cells_end(pass->fixture->point);
    pass->idle = vtb_allocate(pass->units_n - cells_n, sizeof *pass->idle, WHAT);
    for (size_t i = cells_n; i < pass->units_n; i++)
        make_idle(pass, i, &pass->idle[i - cells_n]);
    bool ok = true;
    for (size_t i = 0; ok && i < pass->units_n; i++)
        ok = open_unit(&pass->units[i],
                       i < cells_n ? vtb_bench_runner(pass->bench, i) : &pass->idle[i - cells_n],
                       error);
    return ok;
}

static void close_pass(struct pass *pass)
{
    for (size_t i = 0; i < pass->units_n; i++)
        close_unit(&pass->units[i]);
    for (size_t i = vtb_cells_end(pass->fixture->point); i < pass->units_n; i++)
        free(pass->idle[i - vtb_cells_end(pass->fixture->point)].callers);
    free(pass->idle);
    free(pass->units);
    free(pass->order);
    free(pass->gaps);
}

/* --- the whole --- */

/* Adds what was found of a unit to the table's. */
static void keep_unit(struct vtb_latencies *latencies, size_t session, size_t i,
                      const struct unit *unit)
{
    struct vtb_latency_tally *tally = &latencies->tallies[session * latencies->units_n + i];
    *tally = unit->tally;
    tally->calls_n = calls_of(unit);
    for (size_t t = 0; t < unit->runner->callers_n; t++)
        tally->late_n += unit->callers[t].late_n;
    for (size_t k = 0; k < VTB_LATENCY_ALL_KINDS_N; k++) {
        struct vtb_lengths *own = &unit->callers[0].lengths[k];
        for (size_t t = 1; t < unit->runner->callers_n; t++)
            vtb_lengths_add_all(own, &unit->callers[t].lengths[k]);
        for (size_t q = 0; k < VTB_LATENCY_KINDS_N && q < VTB_LATENCY_QUANTILES_N; q++)
            tally->ns[k][q] = vtb_latency_quantile(own, q);
        if (tally->rate_sustained == 0)
            add_lengths(latencies, i, (enum vtb_latency_kind)k, own);
    }
}

double vtb_latency_slice_ns(const struct vtb_open_loop *open_loop)
{
    const double least_n = 20;
    const double calls_n = open_loop->slice_ns * open_loop->rate / 1e9;
    return isfinite(open_loop->rate) ? fmax(round(calls_n), least_n) * 1e9 / open_loop->rate
                                     : open_loop->slice_ns;
}

bool vtb_latency_run(struct vtb_fixture *fixture, const struct vtb_open_loop *open_loop,
                     enum vtb_consumer consumer, size_t slices_n, struct vtb_latencies *latencies,
                     size_t session, struct vtb_error *error)
{
    const struct vtb_effort effort = {.rounds_n = slices_n, .epoch_ns = open_loop->slice_ns};
    struct pass pass = {
        .fixture = fixture, .open_loop = open_loop, .slice_ns = vtb_latency_slice_ns(open_loop)};
    pass.bench = vtb_bench_open(fixture, NULL, error);
    bool ok = pass.bench && vtb_bench_warm_up(pass.bench, &effort, consumer, error) &&
              open_pass(&pass, error) &&
              (isfinite(open_loop->rate)
                   ? run_slices(&pass, slices_n, session == 0 ? latencies->timeline : NULL, error)
                   : find_all_sustained(&pass, error)) &&
              vtb_bench_check(pass.bench, error);
    for (size_t i = 0; ok && i < pass.units_n; i++)
        keep_unit(latencies, session, i, &pass.units[i]);
    close_pass(&pass);
    vtb_bench_close(pass.bench);
    return ok;
}
