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
#include "passes/follower.h"
#include "passes/sought_rate.h"
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
                (size_t)2 * VTB_LATENCY_ALL_KINDS_N * sizeof(struct vtb_latency_counts)) +
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
        .latest = counts + units_n * VTB_LATENCY_ALL_KINDS_N,
        .timeline = (void *)(counts + 2 * units_n * VTB_LATENCY_ALL_KINDS_N),
    };
}

struct vtb_lengths vtb_latency_counted(struct vtb_latency_counts *counts)
{
    return (struct vtb_lengths){
        .n = counts->n,
        .total_ns = counts->total_ns,
        .max_ns = counts->max_ns,
        .squares_ns2 = counts->squares_ns2,
        .parts_shift = VTB_LATENCY_PARTS_SHIFT,
        .counts = counts->counts,
    };
}

struct vtb_lengths vtb_latencies_lengths(const struct vtb_latencies *latencies, size_t unit,
                                         enum vtb_latency_kind kind)
{
    return vtb_latency_counted(&latencies->counts[unit * VTB_LATENCY_ALL_KINDS_N + kind]);
}

void vtb_latency_count(struct vtb_latency_counts *counts, const struct vtb_lengths *others)
{
    struct vtb_lengths all = vtb_latency_counted(counts);
    vtb_lengths_add_all(&all, others);
    counts->n = all.n;
    counts->total_ns = all.total_ns;
    counts->max_ns = all.max_ns;
    counts->squares_ns2 = all.squares_ns2;
}

static void forget_latest(const struct vtb_latencies *latencies)
{
    for (size_t i = 0; i < latencies->units_n * VTB_LATENCY_ALL_KINDS_N; i++) {
        struct vtb_lengths lengths = vtb_latency_counted(&latencies->latest[i]);
        vtb_lengths_forget(&lengths);
        latencies->latest[i].n = 0;
        latencies->latest[i].total_ns = 0;
        latencies->latest[i].max_ns = 0;
        latencies->latest[i].squares_ns2 = 0;
    }
}

void vtb_latencies_add_latest(const struct vtb_latencies *latencies)
{
    for (size_t i = 0; i < latencies->units_n * VTB_LATENCY_ALL_KINDS_N; i++) {
        const struct vtb_lengths latest = vtb_latency_counted(&latencies->latest[i]);
        vtb_latency_count(&latencies->counts[i], &latest);
    }
}

/* --- slices --- */

/* Exponential gaps of mean 1, drawn before anything is timed, and walked from a place that is drawn
 * for each slice and caller. */
#define GAPS_N ((size_t)1 << 14)

/* A caller falls behind if the calls of a slice take it more processor time than the slice is long,
 * by such a share of it. Time in which it spins counts, and time in which it was kept from running
 * does not, and makes up for what is then worked off: so a stop says nothing of a rate. */
#define BEHIND_SHARE 0.02

/* All calls of a slice are made, as one that was not made would be in no percentile, unless that
 * takes so much more processor time: it is too much, however it came about. */
#define WORKING_OFF_NS 2e9

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
    int64_t *started_ns; /* of the operation in each frame, its intended start; null: not seen */
    uint64_t calls_n;
    uint64_t late_n;
    uint64_t misses_n; /* that are seen */
    uint64_t began_n;  /* the calls before the slice */
    int64_t ended_ns;  /* of the slice's last call */
    bool overloaded;
    bool gave_up;        /* the slice has calls that were not made */
    int64_t look_ns;     /* when it may have had the processor for too long */
    double began_cpu_ns; /* the thread's processor time when the slice began */
    const float *gaps;   /* null: calls are equally far apart */
    size_t gap;
    struct stop stops[STOPS_MAX]; /* of the slice */
    size_t stops_n;               /* of which STOPS_MAX are kept */
};

struct unit {
    struct vtb_runner *runner;
    struct vtb_pauses *pauses;    /* owned; null: its heap does not collect */
    struct caller *callers;       /* owned, runner->callers_n of them */
    struct vtb_follower follower; /* where hits emerge */
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

/* How much of it says that the caller has fallen behind. */
static double behind_ns(const struct slice *slice)
{
    return (1 + BEHIND_SHARE) * (double)(slice->end_ns - slice->start_ns) + LEAD_NS;
}

/* Whether a caller is to give up: once it has had the processor for too long, or where only that is
 * asked, for as long as says that it has fallen behind. */
static __attribute__((noinline)) bool gives_up(const struct slice *slice, struct caller *caller,
                                               int64_t now_ns)
{
    const double most_ns = behind_ns(slice) + (slice->is_trial ? 0 : WORKING_OFF_NS);
    caller->look_ns = now_ns + (int64_t)(most_ns - had_ns(caller));
    caller->gave_up = caller->look_ns <= now_ns;
    return caller->gave_up;
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
 * the window is full then, an operation is completed, in the frame that is free next. */
static inline void note_miss(struct caller *caller, const struct vtb_env *env,
                             const struct window *before, int64_t intended_ns, int64_t ended_ns)
{
    const bool is_full = env->completion_next != before->completion_next;
    if (!caller->started_ns || (env->pending_n == before->pending_n && !is_full))
        return;
    caller->misses_n++;
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
    const size_t n = caller->stops_n < STOPS_MAX ? caller->stops_n : STOPS_MAX;
    struct stop *last = n > 0 ? &caller->stops[n - 1] : NULL;
    vtb_lengths_add(&caller->lengths[VTB_LATENCY_SLOW + cause], latency_ns);
    if (cause == VTB_TAIL_COLLECTION)
        return;
    if (last && last->from_ns == caller->tail.busy_from_ns)
        last->to_ns = ended_ns;
    else if (caller->stops_n++ < STOPS_MAX)
        caller->stops[caller->stops_n - 1] =
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
    caller->began_cpu_ns = vtb_clock_ns(CLOCK_THREAD_CPUTIME_ID);
    int64_t now_ns = vtb_clock_whole_ns(CLOCK_MONOTONIC);
    caller->look_ns = slice->end_ns;
    if (now_ns <= slice->start_ns) /* who comes later was kept since it was looked at last */
        vtb_tail_look(&caller->tail, now_ns);
    vtb_tail_begin(&caller->tail, now_ns < slice->start_ns ? now_ns : slice->start_ns, now_ns);
    if (caller->gaps)
        intended = next_ns(slice, caller, 0);
    while (intended < end) {
        const int64_t intended_ns = slice->start_ns + (int64_t)intended;
        if (now_ns >= caller->look_ns && gives_up(slice, caller, now_ns))
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
    caller->overloaded = had_ns(caller) > behind_ns(slice);
}

static void begin_slice(const struct pass *pass, struct caller *caller, size_t window,
                        struct vtb_random *arrivals)
{
    caller->gave_up = false;
    caller->began_n = caller->calls_n;
    caller->stops_n = 0;
    caller->gaps = pass->open_loop->poisson ? pass->gaps : NULL;
    caller->gap = (size_t)vtb_random_below(arrivals, GAPS_N);
    for (size_t i = 0; caller->started_ns && i < window; i++)
        caller->started_ns[i] = NOT_OF_SLICE;
}

static void keep_event(struct pass *pass, const struct vtb_latency_event *event)
{
    struct vtb_latency_timeline *timeline = pass->timeline;
    if (timeline->n < VTB_LATENCY_EVENTS_MAX)
        timeline->events[timeline->n++] = *event;
    else
        timeline->left_out_n++;
}

/* Keeps the collections of a slice, from number `first` on. */
static void keep_collections(struct pass *pass, uint32_t number, const struct vtb_pauses *pauses,
                             uint64_t first)
{
    const uint64_t n = pauses->wall.n;
    const uint64_t there = n - first > VTB_PAUSES_KEPT ? n - VTB_PAUSES_KEPT : first;
    pass->timeline->left_out_n += there - first;
    for (uint64_t i = there; i < n; i++) {
        const struct vtb_pause *pause = &pauses->kept[i % VTB_PAUSES_KEPT];
        keep_event(pass,
                   &(struct vtb_latency_event){number, 0, VTB_TAIL_COLLECTION,
                                               (int64_t)pause->start_ns, (int64_t)pause->end_ns});
    }
}

/* Keeps what held a caller up in a slice, and the slice, if that is not the only one's. */
static void keep_caller(struct pass *pass, const struct slice *slice, uint32_t number, size_t index)
{
    const struct caller *caller = &slice->unit->callers[index];
    const bool is_one_of_several = slice->unit->runner->callers_n > 1;
    const uint16_t lane = (uint16_t)(is_one_of_several ? index + 1 : 0);
    const size_t n = caller->stops_n < STOPS_MAX ? caller->stops_n : STOPS_MAX;
    if (is_one_of_several)
        keep_event(pass, &(struct vtb_latency_event){number, lane, VTB_LATENCY_IS_SLICE,
                                                     slice->start_ns, caller->ended_ns});
    for (size_t i = 0; i < n; i++)
        keep_event(pass,
                   &(struct vtb_latency_event){number, lane, (uint16_t)caller->stops[i].cause,
                                               caller->stops[i].from_ns, caller->stops[i].to_ns});
    pass->timeline->left_out_n += caller->stops_n - n;
}

/* Keeps what happened in a slice that has ended, in which pauses from number `pauses_n` on were. */
static void keep_slice(struct pass *pass, const struct slice *slice, int64_t ended_ns,
                       uint64_t pauses_n)
{
    const struct unit *unit = slice->unit;
    const uint32_t number = (uint32_t)(unit - pass->units);
    if (!pass->timeline)
        return;
    keep_event(pass, &(struct vtb_latency_event){number, 0, VTB_LATENCY_IS_SLICE, slice->start_ns,
                                                 ended_ns});
    for (size_t t = 0; t < unit->runner->callers_n; t++)
        keep_caller(pass, slice, number, t);
    if (unit->pauses)
        keep_collections(pass, number, unit->pauses, pauses_n);
}

/* Makes the calls of a slice that has ended once more, where hits emerge. */
static void follow(struct unit *unit)
{
    for (size_t i = 0; i < unit->follower.callers_n; i++) {
        const struct caller *caller = &unit->callers[i];
        (void)vtb_follower_make(&unit->follower, i, VTB_BEFORE_EPOCH_N);
        unit->tally.hits_n +=
            vtb_follower_make(&unit->follower, i, (size_t)(caller->calls_n - caller->began_n));
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
    follow(unit);
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
        "cannot be sustained: of %s calls a second (--rate) %s made %s, and fell behind in "
        "%" PRIu64 " of %" PRIu64
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
        caller->calls_n = caller->late_n = caller->misses_n = 0;
        for (size_t k = 0; k < VTB_LATENCY_ALL_KINDS_N; k++)
            vtb_lengths_forget(&caller->lengths[k]);
    }
}

/* A rate that is higher than any. */
#define FLOOD_RATE 1e12

/* A unit whose rate is sought. */
struct sought {
    struct pass *pass;
    struct unit *unit;
};

static bool try_rate(void *context, double rate)
{
    const struct sought *sought = context;
    return run_slice(sought->pass, sought->unit, rate, true, sought->pass->arrivals);
}

/* What is sustained is somewhat less than what calls take when all of them are late. */
static double find_sustained(struct pass *pass, struct unit *unit)
{
    struct sought sought = {pass, unit};
    forget(unit);
    (void)try_rate(&sought, FLOOD_RATE);
    return vtb_seek_rate(1.1 * (double)calls_of(unit) * 1e9 / unit->tally.lasted_ns, try_rate,
                         &sought);
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

/* Opens the followers of a unit, and makes the calls that its callers have made by now. */
static bool open_follower(const struct vtb_fixture *fixture, struct unit *unit,
                          const struct vtb_case *the_case, struct vtb_error *error)
{
    if (!vtb_follower_open(&unit->follower, fixture, the_case, error))
        return false;
    for (size_t i = 0; i < unit->follower.callers_n; i++)
        (void)vtb_follower_make(&unit->follower, i, vtb_bench_warmed_n(fixture->point));
    return true;
}

static void open_callers(const struct vtb_point *point, struct unit *unit)
{
    const struct vtb_runner *runner = unit->runner;
    unit->callers = vtb_allocate(runner->callers_n, sizeof *unit->callers, WHAT);
    for (size_t i = 0; i < runner->callers_n; i++) {
        struct caller *caller = &unit->callers[i];
        *caller = (struct caller){.tail.pauses = unit->pauses};
        caller->counts =
            vtb_allocate(VTB_LATENCY_ALL_KINDS_N, VTB_LATENCY_BUCKETS * sizeof(uint64_t), WHAT);
        if (vtb_latency_sees_misses(point))
            caller->started_ns = vtb_allocate(runner->window, sizeof *caller->started_ns, WHAT);
        for (size_t k = 0; k < VTB_LATENCY_ALL_KINDS_N; k++)
            vtb_lengths_start(&caller->lengths[k], VTB_LATENCY_PARTS_SHIFT,
                              caller->counts + k * (size_t)VTB_LATENCY_BUCKETS);
    }
}

static bool open_unit(struct pass *pass, size_t i, struct vtb_error *error)
{
    const struct vtb_point *point = pass->fixture->point;
    const size_t cells_n = vtb_cells_end(point);
    struct unit *unit = &pass->units[i];
    const bool looks_up = i < cells_n && i != point->cases[i].empty;
    unit->runner = i < cells_n ? vtb_bench_runner(pass->bench, i) : &pass->idle[i - cells_n];
    if (unit->runner->memory.gc && !open_pauses(unit, error))
        return false;
    open_callers(point, unit);
    return !point->hits.emerge || !looks_up ||
           open_follower(pass->fixture, unit, &point->cases[i], error);
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
    vtb_follower_close(&unit->follower);
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
        ok = open_unit(pass, i, error);
    for (size_t i = 0; ok && i < cells_n; i++)
        vtb_runner_forget_asked(vtb_bench_runner(pass->bench, i));
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
    tally->store = vtb_runner_asked(unit->runner);
    for (size_t t = 0; t < unit->runner->callers_n; t++) {
        tally->late_n += unit->callers[t].late_n;
        tally->misses_n += unit->callers[t].misses_n;
    }
    for (size_t k = 0; k < VTB_LATENCY_ALL_KINDS_N; k++) {
        struct vtb_lengths *own = &unit->callers[0].lengths[k];
        for (size_t t = 1; t < unit->runner->callers_n; t++)
            vtb_lengths_add_all(own, &unit->callers[t].lengths[k]);
        for (size_t q = 0; k < VTB_LATENCY_KINDS_N && q < VTB_LATENCY_QUANTILES_N; q++)
            tally->ns[k][q] = vtb_latency_quantile(own, q);
        if (tally->rate_sustained == 0)
            vtb_latency_count(&latencies->latest[i * VTB_LATENCY_ALL_KINDS_N + k], own);
    }
}

double vtb_latency_slice_ns(const struct vtb_open_loop *open_loop)
{
    const double least_n = 20;
    const double calls_n = open_loop->slice_ns * open_loop->rate / 1e9;
    return isfinite(open_loop->rate) ? fmax(round(calls_n), least_n) * 1e9 / open_loop->rate
                                     : open_loop->slice_ns;
}

bool vtb_latency_sees_misses(const struct vtb_point *point)
{
    return point->in_flight > 1 && point->completion != VTB_COMPLETION_LIFO && !point->completer;
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
    if (ok)
        forget_latest(latencies);
    for (size_t i = 0; ok && i < pass.units_n; i++)
        keep_unit(latencies, session, i, &pass.units[i]);
    close_pass(&pass);
    vtb_bench_close(pass.bench);
    return ok;
}
