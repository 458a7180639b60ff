#include "plan/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/prose.h"
#include "cells/foreign.h"
#include "plan/choice.h"
#include "plan/guest_cases.h"
#include "plan/plan_shard.h"

/* Stands for the number of a case that was left out. */
#define SKIPPED SIZE_MAX

/* The most combinations of parameters in one run. */
#define POINTS_MAX 10000

/* --- cases --- */

/* The conditions that the cases of one table share. */
struct group {
    const struct vtb_heap_entry *heap;
    const struct vtb_plan_guest *guest; /* null: cells */
    bool collected;                     /* the cells are for a heap that collects */
    size_t threads_n;
    const struct vtb_way *way;
};

void vtb_skips_note(struct vtb_skips *skips, const struct vtb_skip *skip)
{
    for (size_t i = 0; i < skips->n; i++) {
        if (skips->items[i].strategy == skip->strategy && skips->items[i].what == skip->what)
            return;
    }
    if (skips->n < VTB_SKIPS_MAX)
        skips->items[skips->n++] = *skip;
}

/* Notes the heaps that were asked for and cannot be used. */
static void note_heaps(struct vtb_skips *skips, const struct vtb_names *wanted,
                       const struct vtb_names *chosen)
{
    for (size_t i = 0; i < wanted->n; i++) {
        const struct vtb_heap_entry *entry = vtb_find_heap(wanted->items[i]);
        const struct vtb_skip skip = {.what = entry->name, .reason = entry->heap->unavailable};
        if (!vtb_names_have(chosen, entry->name))
            vtb_skips_note(skips, &skip);
    }
}

static struct vtb_case case_of(const struct vtb_point *point, const char *strategy,
                               const struct group *group)
{
    struct vtb_kind timing = {.method = VTB_METHOD_DIRECT};
    if (!vtb_lacks_method(vtb_find_strategy_entry(strategy), group->way->kind))
        timing = group->way->kind;
    timing.collected = group->collected;
    timing.concurrent = point->concurrent_table;
    struct vtb_kind counting = timing;
    counting.counting = true;
    timing.abstract = point->abstract;
    timing.outside = point->store != NULL;
    timing.layered = point->depth > 1;
    timing.polluted = point->pollute_bytes > 0;
    return (struct vtb_case){
        .timing = vtb_find_cell(strategy, point->workload->name, timing),
        .counting = vtb_find_cell(strategy, point->workload->name, counting),
        .heap = group->heap,
        .guest = group->guest,
        .method = group->way->kind.method,
        .caller = group->way->caller,
        .stored = group->way->stored,
        .threads_n = group->threads_n,
    };
}

static const char *what_lacks(struct vtb_kind kind)
{
    static const char *const methods[VTB_METHODS_N] = {
        [VTB_METHOD_ASYNC] = "the async method", [VTB_METHOD_RUNTIME] = "the runtime method"};
    return kind.by_runtime && kind.method != VTB_METHOD_RUNTIME ? "a runtime caller"
                                                                : methods[kind.method];
}

/* Says why a case cannot be run; `what` and `reason` are null if it can. */
static struct vtb_skip skip_of(const struct vtb_point *point, const char *strategy,
                               const struct group *group)
{
    const struct vtb_lacks *lacks = &vtb_find_strategy(strategy)->lacks;
    const struct vtb_case the_case = case_of(point, strategy, group);
    const struct vtb_kind kind = group->way->kind;
    const char *completing = point->store ? "a store's thread" : "a completing thread";
    const char *reason = vtb_lacks_method(vtb_find_strategy_entry(strategy), kind);
    if (reason)
        return (struct vtb_skip){strategy, what_lacks(kind), reason, false};
    if (group->collected && lacks->collector)
        return (struct vtb_skip){strategy, group->heap->name, lacks->collector, false};
    if (point->hits.emerge && lacks->real_cache)
        return (struct vtb_skip){strategy, point->workload->name, lacks->real_cache, false};
    if (point->completer && kind.by_runtime)
        return (struct vtb_skip){strategy, completing, VTB_RUNTIME_LACKS_THREADS, false};
    if (point->completer && lacks->other_threads)
        return (struct vtb_skip){strategy, completing, lacks->other_threads, false};
    if (point->completer && !the_case.timing->several_threads)
        return (struct vtb_skip){strategy, completing,
                                 "its counts of references are for one thread", false};
    if (group->threads_n > 1 && the_case.timing->one_thread)
        return (struct vtb_skip){strategy, "several threads",
                                 "it awaits and completes without locked instructions, for one "
                                 "thread alone",
                                 false};
    return (struct vtb_skip){.strategy = strategy};
}

/* Adds a case that can be run. What nothing stands for in a guest is no case of it. */
static void add_case(struct vtb_point *point, const char *strategy, const struct group *group,
                     struct vtb_skips *skips)
{
    const bool stands_there =
        group->guest && vtb_guest_cases_names(strategy, group->way->kind.method) != NULL;
    const struct vtb_skip skip =
        group->guest ? (struct vtb_skip){.strategy = strategy} : skip_of(point, strategy, group);
    if (skip.reason)
        vtb_skips_note(skips, &skip);
    else if (!group->guest || stands_there)
        point->cases[point->cases_n++] = case_of(point, strategy, group);
}

/* The place of a strategy among the cases from `first` on; cases_n if it is not there. */
static size_t place_of(const struct vtb_point *point, size_t first, const char *strategy)
{
    size_t i = first;
    while (i < point->cases_n && strcmp(point->cases[i].timing->name, strategy) != 0)
        i++;
    return i;
}

/* The case that a case is a variation of: the same strategy without @variant, or else by the direct
 * method; the case itself if there is none. */
static size_t variant_of(const struct vtb_point *point, size_t first, size_t own)
{
    const struct vtb_cell *cell = point->cases[own].timing;
    const bool is_variant = strcmp(cell->name, cell->strategy_name) != 0;
    for (size_t i = first; i < point->cases_n; i++) {
        const struct vtb_cell *other = point->cases[i].timing;
        const bool same_name = strcmp(other->name, cell->strategy_name) == 0;
        if (same_name && other->kind.method == (is_variant ? cell->kind.method : VTB_METHOD_DIRECT))
            return i;
    }
    return own;
}

static bool is_reference(const struct vtb_references *references, const char *strategy)
{
    return strcmp(strategy, references->empty) == 0 || strcmp(strategy, references->floor) == 0;
}

/* Makes one table: the baseline first, then the strategies that were asked for. The references
 * stand at `first`. */
static void make_table(struct vtb_point *point, const struct vtb_choice *choice,
                       const struct group *group, size_t first, struct vtb_skips *skips)
{
    const struct vtb_references *references = &choice->references;
    const size_t own = point->cases_n;
    const size_t references_n = group->guest ? 1 : 2;
    for (size_t i = 0; i < choice->strategies.n; i++) {
        if (!is_reference(references, choice->strategies.items[i]))
            add_case(point, choice->strategies.items[i], group, skips);
    }
    size_t baseline = place_of(point, own, references->baseline);
    if (baseline == point->cases_n)
        baseline = place_of(point, first, references->baseline);
    if (baseline == point->cases_n)
        baseline = SKIPPED;
    for (size_t i = own == first + references_n ? first : own; i < point->cases_n; i++) {
        point->cases[i].baseline = baseline;
        point->cases[i].floor = place_of(point, first, references->floor);
        point->cases[i].empty = place_of(point, first, references->empty);
    }
    for (size_t i = first; i < point->cases_n; i++)
        point->cases[i].variant_of = variant_of(point, first, i);
}

/* Makes the tables of one heap and number of callers, one for each method, behind their
 * references. */
static void make_tables(struct vtb_point *point, const struct vtb_choice *choice,
                        struct group group, struct vtb_skips *skips)
{
    const size_t first = point->cases_n;
    size_t way = 0;
    while (!choice->ways[way].chosen)
        way++;
    group.way = &choice->ways[way];
    point->cases[point->cases_n++] = case_of(point, choice->references.empty, &group);
    point->cases[point->cases_n++] = case_of(point, choice->references.floor, &group);
    for (; way < VTB_METHODS_N; way++) {
        group.way = &choice->ways[way];
        if (group.way->chosen)
            make_table(point, choice, &group, first, skips);
    }
}

/* Makes the tables of a guest, one for each method by which something in it stands for the
 * baseline. Those that have a floor have no empty loop. */
static void make_guest_tables(struct vtb_point *point, const struct vtb_choice *choice,
                              const struct vtb_plan_guest *guest, struct vtb_skips *skips)
{
    const struct vtb_references *references = &choice->references;
    const size_t first = point->cases_n;
    struct group group = {.heap = &guest->heap, .guest = guest, .threads_n = 1};
    for (size_t way = 0; way < VTB_METHODS_N; way++) {
        const struct vtb_skip skip = {
            .what = guest->name,
            .reason = "nothing in guests stands for the baseline strategy by each of its methods",
            .is_guest = true,
        };
        group.way = &choice->ways[way];
        if (!group.way->chosen)
            continue;
        if (!vtb_guest_cases_names(references->baseline, group.way->kind.method) ||
            !vtb_guest_cases_names(references->floor, VTB_METHOD_DIRECT)) {
            vtb_skips_note(skips, &skip);
            continue;
        }
        if (point->cases_n == first)
            point->cases[point->cases_n++] = case_of(point, references->floor, &group);
        make_table(point, choice, &group, first, skips);
    }
    for (size_t i = first; i < point->cases_n; i++)
        point->cases[i].serial = i;
}

/* The cases of guests come last: their places then follow from nothing else. */
static void make_guest_cases(const struct vtb_plan *plan, struct vtb_point *point,
                             const struct vtb_choice *choice, const struct vtb_options *options,
                             struct vtb_skips *skips)
{
    const char *hindrance = vtb_guest_cases_hindrance(point, options);
    const size_t first = point->cases_n;
    for (size_t i = 0; i < plan->guests_n; i++) {
        const struct vtb_skip skip = {
            .what = plan->guests[i].name, .reason = hindrance, .is_guest = true};
        if (hindrance)
            vtb_skips_note(skips, &skip);
        else
            make_guest_tables(point, choice, &plan->guests[i], skips);
    }
    for (size_t i = first; i < point->cases_n; i++)
        point->cases[i].empty = point->cases_n;
}

static bool make_cases(struct vtb_point *point, const struct vtb_choice *choice, size_t guests_n,
                       struct vtb_skips *skips, struct vtb_error *error)
{
    const size_t most = (choice->strategies.n * VTB_METHODS_N + 2) *
                            (choice->heaps.n * choice->threads.n + guests_n) +
                        1;
    point->cases = calloc(most, sizeof *point->cases);
    if (!point->cases)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", most);
    for (size_t h = 0; h < choice->heaps.n; h++) {
        const size_t serial = point->cases_n;
        const struct vtb_heap_entry *heap = vtb_find_heap(choice->heaps.items[h]);
        struct group group = {.heap = heap, .collected = heap && vtb_heap_collects(heap->heap)};
        for (size_t t = 0; t < choice->threads.n; t++) {
            const size_t first = point->cases_n;
            group.threads_n = (size_t)choice->threads.values[t];
            make_tables(point, choice, group, skips);
            for (size_t i = first; i < point->cases_n; i++)
                point->cases[i].serial = serial + (i - first);
        }
    }
    return true;
}

static const char *skip_reason(const struct vtb_skips *skips, const char *strategy)
{
    for (size_t i = 0; i < skips->n; i++) {
        const char *skipped = skips->items[i].strategy;
        if (skipped && strcmp(skipped, strategy) == 0)
            return skips->items[i].reason;
    }
    return "it is left out";
}

/* Refuses a plan in which a table lost its baseline to the demands of a workload or of the
 * completing thread, which are known only by now. */
static bool check_tables(const struct vtb_plan *plan, const struct vtb_references *references,
                         struct vtb_error *error)
{
    for (size_t i = 0; i < plan->points_n; i++) {
        const struct vtb_point *point = &plan->points[i];
        for (size_t j = 0; j < point->cases_n; j++) {
            if (point->cases[j].baseline == SKIPPED)
                return vtb_fail(error, VTB_EXIT_USAGE,
                                "--baseline-strategy: '%s' is left out of %s: %s; choose another",
                                references->baseline, point->workload->name,
                                skip_reason(&plan->skips, references->baseline));
        }
    }
    return true;
}

static bool check_keys(const struct vtb_point *point, struct vtb_error *error)
{
    const uint64_t max = point->workload->workload->max_keys;
    return point->keys_n <= max ||
           vtb_fail(
               error, VTB_EXIT_USAGE, "--keys: '%llu': out of range for %s; accepted: 1 to %llu",
               (unsigned long long)point->keys_n, point->workload->name, (unsigned long long)max);
}

/* --- points --- */

/* The values that were given, or else the one by default. */
static struct vtb_numbers or_default(const struct vtb_numbers *given, double value)
{
    if (given->n)
        return *given;
    return (struct vtb_numbers){.values = {value}, .n = 1};
}

/* Calls of a point, if no number is given. A sweep makes fewer, as its points back each other
 * up. */
#define DEFAULT_CALLS 1e6
#define SWEEP_CALLS 2e5

/* In a sweep at most SWEEP_COUNTED_MAX of a point's calls are counted, unless its window is larger
 * than SWEEP_WINDOW_MAX: then they would hardly fill it. */
#define SWEEP_COUNTED_MAX 50000
#define SWEEP_WINDOW_MAX 1024

/* The value of a parameter that was not given, where it follows from the workload or from the
 * run. */
static double usual_of(enum vtb_parameter_id id, const struct vtb_plan *plan,
                       const struct vtb_workload *workload)
{
    const bool recorded = plan->trace_path != NULL;
    switch (id) {
    case VTB_P(hit_rate):
        return workload->default_hit_rate;
    case VTB_P(calls):
        return recorded ? (double)plan->trace.ids_n : plan->is_sweep ? SWEEP_CALLS : DEFAULT_CALLS;
    case VTB_P(cache):
        return (double)workload->default_capacity;
    case VTB_P(keys):
        return recorded ? (double)plan->trace.keys_n : (double)workload->default_keys;
    default:
        return vtb_parameters[id].usual;
    }
}

/* Whether a parameter may be chosen: neither the workload nor the trace fixes it. */
static bool is_open(enum vtb_parameter_id id, const struct vtb_plan *plan,
                    const struct vtb_workload *workload, const struct vtb_options *options)
{
    switch (id) {
    case VTB_P(hit_rate):
        return !vtb_emerges(workload, options);
    case VTB_P(cache):
        return workload->default_capacity > 0;
    case VTB_P(ttl):
        return workload->life_s > 0;
    case VTB_P(keys):
        return plan->trace_path == NULL;
    default:
        return vtb_parameters[id].type != VTB_PARAMETER_NOWHERE;
    }
}

/* Gathers the values along each parameter: those that were given, or else the one by default. */
static void fill_dimensions(struct vtb_numbers dimensions[VTB_PARAMETERS_N],
                            const struct vtb_options *options, const struct vtb_plan *plan,
                            const struct vtb_workload *workload)
{
    const struct vtb_numbers none = {.n = 0};
    for (int i = 0; i < VTB_PARAMETERS_N; i++) {
        const enum vtb_parameter_id id = (enum vtb_parameter_id)i;
        const bool open = is_open(id, plan, workload, options);
        dimensions[i] =
            or_default(open ? &options->parameters[i] : &none, usual_of(id, plan, workload));
    }
}

static double combinations_of(const struct vtb_numbers dimensions[VTB_PARAMETERS_N])
{
    double product = 1;
    for (int i = 0; i < VTB_PARAMETERS_N; i++)
        product *= (double)dimensions[i].n;
    return product;
}

static bool count_points(const struct vtb_numbers dimensions[VTB_PARAMETERS_N], size_t before_n,
                         size_t *n, struct vtb_error *error)
{
    const double product = combinations_of(dimensions);
    *n = (size_t)fmin(product, POINTS_MAX + 1);
    return before_n + *n <= POINTS_MAX ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    "the lists and ranges make %.0f combinations; accepted: up to %d",
                    (double)before_n + product, POINTS_MAX);
}

/* The virtual clock of a cache whose entries expire, if no volume is given. */
#define DEFAULT_CALLS_PER_SECOND 1000

/* Header and method table of an object of .NET, before its fields. */
#define OBJECT_HEADER_BYTES 16

size_t vtb_live_entry_bytes(const struct vtb_workload *workload)
{
    return sizeof(void *) + OBJECT_HEADER_BYTES + VTB_ROUND_UP_8(workload->value_bytes);
}

/* The most bytes that live in a heap that collects, if --live-heap does not say how many. */
#define DEFAULT_LIVE_HEAP_MAX ((size_t)16 << 20)

/* The bytes of the table's values, each an object of a managed heap, and of the table's references
 * to them. */
static size_t live_heap_bytes(const struct vtb_point *point, const struct vtb_options *options)
{
    const struct vtb_workload *workload = point->workload->workload;
    const size_t bytes = (size_t)point->keys_n * vtb_live_entry_bytes(workload);
    if (options->live_heap_bytes >= 0)
        return (size_t)options->live_heap_bytes;
    return bytes < DEFAULT_LIVE_HEAP_MAX ? bytes : DEFAULT_LIVE_HEAP_MAX;
}

/* Has as many operations in flight as calls miss in the time that a miss takes, by Little's law.
 * J. D. C. Little, "A Proof for the Queuing Formula: L = lambda W", Operations Research 9(3),
 * 1961. */
bool vtb_point_follow_miss_time(struct vtb_point *point, const struct vtb_options *options,
                                struct vtb_error *error)
{
    if (options->miss_time_s == 0 || options->parameters[VTB_P(in_flight)].n > 0)
        return true;
    if (options->calls_per_second == 0)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--miss-time: what is in flight follows from the volume of calls; give "
                        "--calls-per-second R as well, or --in-flight N in its place");
    if (point->hits.emerge)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--miss-time: what is in flight follows from the hit rate, which emerges "
                        "from the keys here; give --in-flight N in its place");
    char numbers[3][VTB_NUMBER_BYTES];
    const double miss_rate = point->force_async ? 1 : 1 - point->hits.rate;
    const double in_flight =
        fmax(1, round(options->calls_per_second * miss_rate * options->miss_time_s));
    if (in_flight > VTB_IN_FLIGHT_MAX)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--miss-time: %s operations would be in flight, at %s calls a second; "
                        "accepted: what makes at most %s of them",
                        vtb_thousands_text(numbers[0], in_flight),
                        vtb_digits_text(numbers[1], options->calls_per_second, 6),
                        vtb_thousands_text(numbers[2], VTB_IN_FLIGHT_MAX));
    point->in_flight = (size_t)in_flight;
    point->in_flight_follows = true;
    return true;
}

static bool set_parameters(struct vtb_point *point, const double values[VTB_PARAMETERS_N],
                           const struct vtb_plan *plan, const struct vtb_options *options,
                           struct vtb_error *error)
{
    const double per_second =
        options->calls_per_second > 0 ? options->calls_per_second : DEFAULT_CALLS_PER_SECOND;
    for (size_t i = 0; i < VTB_PARAMETERS_N; i++)
        vtb_parameter_set(&vtb_parameters[i], point, values[i]);
    if (point->hits.emerge)
        point->hits.rate = 0;
    if (!vtb_point_follow_miss_time(point, options, error))
        return false;
    if (plan->is_sweep && point->in_flight <= SWEEP_WINDOW_MAX)
        point->counted_max = SWEEP_COUNTED_MAX;
    point->hits.cache.tick_ns = (uint64_t)fmax(1, round(1e9 / per_second));
    point->live_heap_bytes = live_heap_bytes(point, options);
    point->cold = point->calls_n <= VTB_COLD_CALLS_MAX && !point->hits.trace && !point->completer &&
                  !options->parameters[VTB_P(threads)].n && options->rounds != 0;
    return true;
}

/* A digest of a point's name. A parameter that is as usual is left out, so that it is the same name
 * whether or not it was given; one that is usual because of how many points there are, too. */
static uint64_t name_digest(const struct vtb_plan *plan, const struct vtb_workload_entry *workload,
                            const double values[VTB_PARAMETERS_N])
{
    uint64_t digest = vtb_shard_digest(0, workload->name);
    for (int i = 0; i < VTB_PARAMETERS_N; i++) {
        char part[80];
        if (values[i] == usual_of((enum vtb_parameter_id)i, plan, workload->workload))
            continue;
        snprintf(part, sizeof part, "/%s:%.12g", vtb_parameters[i].word, values[i]);
        digest = vtb_shard_digest(digest, part);
    }
    return digest;
}

static bool make_points(struct vtb_plan *plan, const struct vtb_options *options,
                        const struct vtb_workload_entry *workload, struct vtb_error *error)
{
    struct vtb_numbers dimensions[VTB_PARAMETERS_N];
    const struct vtb_distribution own = {workload->workload->default_zipf > 0,
                                         workload->workload->default_zipf};
    size_t n;
    fill_dimensions(dimensions, options, plan, workload->workload);
    if (!count_points(dimensions, plan->points_n, &n, error))
        return false;
    struct vtb_point *points = realloc(plan->points, (plan->points_n + n) * sizeof *plan->points);
    if (!points)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for a plan of %zu tables", n);
    plan->points = points;
    for (size_t i = 0; i < n; i++) {
        struct vtb_point *point = &points[plan->points_n];
        double values[VTB_PARAMETERS_N];
        size_t rest = i;
        for (int d = 0; d < VTB_PARAMETERS_N; d++) {
            values[d] = dimensions[d].values[rest % dimensions[d].n];
            rest /= dimensions[d].n;
        }
        *point = (struct vtb_point){
            .workload = workload,
            .hits.emerge = vtb_emerges(workload->workload, options),
            .hits.trace = plan->trace_path ? &plan->trace : NULL,
            .completion = (enum vtb_completion)options->completion,
            .completer = vtb_options_completes(options),
            .store = vtb_store_of(options->store),
            .store_address = options->redis,
            .store_threads_n = (size_t)fmax(1, options->store_threads),
            .abstract = options->abstraction == VTB_ABSTRACTION_VIRTUAL,
            .concurrent_table = options->table == VTB_TABLE_CONCURRENT,
            .distribution = options->distribution.s > 0 ? options->distribution : own,
            .verify_heap = options->verify_heap,
            .seed = options->seed,
            .name_digest = name_digest(plan, workload, values),
            .place = plan->points_n,
        };
        if (!set_parameters(point, values, plan, options, error) || !check_keys(point, error))
            return false;
        plan->points_n++;
    }
    return true;
}

/* --- the plan --- */

/* A run with so many points, or more, is a sweep. */
#define SWEEP_POINTS 6

static bool is_sweep(const struct vtb_plan *plan, const struct vtb_options *options,
                     const struct vtb_names *workloads)
{
    double points_n = 0;
    for (size_t i = 0; i < workloads->n; i++) {
        struct vtb_numbers dimensions[VTB_PARAMETERS_N];
        fill_dimensions(dimensions, options, plan,
                        vtb_find_workload(workloads->items[i])->workload);
        points_n += combinations_of(dimensions);
    }
    return points_n >= SWEEP_POINTS;
}

/* Sessions and rounds, if the options do not say how many. A sweep, and a rough answer, have as few
 * sessions as make an interval; a long measurement has more of them. */
#define SESSIONS_N 10
#define SESSIONS_ROUGH_N 5
#define SESSIONS_LONG_N 20
#define LONG_S 30
#define ROUNDS_N 80
#define ROUNDS_ROUGH_N 24

/* An epoch is short, so that the machine is mostly in one state all along it. */
#define EPOCH_MS 0.1

/* A measurement that is to take a time has as many rounds in each session as fit, but at most so
 * many; for more time there are more sessions, at most so many. */
#define ROUNDS_MAX 5000
#define SESSIONS_MAX 100

/* Nanoseconds that an epoch takes beside its own time: calls before it, two probes, two clocks. And
 * those that a cold start takes: a process, and its calls. Estimates, not measured here. */
#define BESIDE_EPOCH_NS 30e3
#define COLD_START_NS 1.5e6
#define COLD_CALL_NS 100

static double round_ns_of(const struct vtb_plan *plan, const struct vtb_point *point)
{
    const double epoch_ns = point->cold ? COLD_START_NS + COLD_CALL_NS * (double)point->calls_n
                                        : plan->epoch_ns + BESIDE_EPOCH_NS;
    return epoch_ns * (double)point->cases_n;
}

/* Divides the time that each table is to take among sessions and rounds. */
static void divide_time(struct vtb_plan *plan, double s, bool fixed_sessions)
{
    double longest_ns = 1;
    for (size_t i = 0; i < plan->points_n; i++)
        longest_ns = fmax(longest_ns, round_ns_of(plan, &plan->points[i]));
    const double rounds_n = fmax(s * 1e9 / longest_ns, VTB_ROUNDS_MIN);
    const double sessions_n =
        fixed_sessions
            ? (double)plan->sessions_n
            : fmin(fmax((double)plan->sessions_n, ceil(rounds_n / ROUNDS_MAX)), SESSIONS_MAX);
    plan->sessions_n = (size_t)sessions_n;
    plan->rounds_n = (size_t)fmin(fmax(rounds_n / sessions_n, VTB_ROUNDS_MIN), ROUNDS_MAX);
}

/* Sets how much to measure, where the options do not say. */
static void set_effort(struct vtb_plan *plan, const struct vtb_options *options)
{
    const bool rough = options->quick || plan->is_sweep;
    const size_t usual_n = rough                       ? SESSIONS_ROUGH_N
                           : options->time_s >= LONG_S ? SESSIONS_LONG_N
                                                       : SESSIONS_N;
    plan->sessions_n = options->sessions > 0 ? (size_t)options->sessions : usual_n;
    plan->rounds_n = options->rounds >= 0 ? (size_t)options->rounds
                     : rough              ? ROUNDS_ROUGH_N
                                          : ROUNDS_N;
    plan->epoch_ns = (options->epoch_ms > 0 ? options->epoch_ms : EPOCH_MS) * 1e6;
    if (options->time_s > 0)
        divide_time(plan, options->time_s, options->sessions > 0);
    const bool enough = vtb_plan_is_timed(plan) && !rough && !options->save_baseline &&
                        !options->parameters[VTB_P(calls)].n;
    for (size_t i = 0; i < plan->points_n; i++)
        plan->points[i].collects_enough = enough;
    const bool by_consumer = vtb_plan_is_timed(plan) || plan->instructions || plan->events.n > 0;
    plan->tables_n = by_consumer ? plan->consumers_n : 1;
}

static bool open_trace(struct vtb_plan *plan, const struct vtb_options *options,
                       struct vtb_error *error)
{
    if (!options->trace_path)
        return true;
    plan->trace_path = options->trace_path;
    return vtb_trace_open(&plan->trace, options->trace_path, &options->trace_format, error);
}

bool vtb_plan_make(struct vtb_plan *plan, const struct vtb_options *options,
                   struct vtb_error *error)
{
    struct vtb_choice choice;
    *plan = (struct vtb_plan){
        .calls_per_second = options->calls_per_second,
        .pressure_words = options->pressure_words,
        .instructions = options->instructions,
        .events = options->events,
        .require_events = options->require_events,
        .min_gains = options->min_gains,
    };
    for (int consumer = VTB_CONSUMER_INDEPENDENT; consumer < VTB_CONSUMER_BOTH; consumer++) {
        if (options->consumer == VTB_CONSUMER_BOTH || options->consumer == consumer)
            plan->consumers[plan->consumers_n++] = (enum vtb_consumer)consumer;
    }
    bool ok = vtb_foreign_load(error) && vtb_choice_make(&choice, options, error) &&
              vtb_guest_cases_open(plan, options, error) && open_trace(plan, options, error);
    if (ok) {
        plan->is_sweep = is_sweep(plan, options, &choice.workloads);
        note_heaps(&plan->skips, &options->heaps, &choice.heaps);
    }
    for (size_t i = 0; ok && i < choice.workloads.n; i++)
        ok = make_points(plan, options, vtb_find_workload(choice.workloads.items[i]), error);
    for (size_t i = 0; ok && i < plan->points_n; i++)
        ok = make_cases(&plan->points[i], &choice, plan->guests_n, &plan->skips, error);
    for (size_t i = 0; ok && i < plan->points_n; i++)
        make_guest_cases(plan, &plan->points[i], &choice, options, &plan->skips);
    ok = ok && check_tables(plan, &choice.references, error);
    if (ok)
        set_effort(plan, options);
    ok = ok && vtb_plan_take_shard(plan, &options->shard, error);
    if (!ok)
        vtb_plan_free(plan);
    return ok;
}

size_t vtb_point_completers_n(const struct vtb_point *point)
{
    return point->store ? point->store_threads_n : point->completer;
}

size_t vtb_table_end(const struct vtb_point *point, size_t first)
{
    size_t end = first;
    while (end < point->cases_n && point->cases[end].heap == point->cases[first].heap &&
           point->cases[end].threads_n == point->cases[first].threads_n &&
           point->cases[end].method == point->cases[first].method)
        end++;
    return end;
}

size_t vtb_cells_end(const struct vtb_point *point)
{
    size_t end = point->cases_n;
    while (end > 0 && point->cases[end - 1].guest)
        end--;
    return end;
}

bool vtb_plan_make_gated(struct vtb_plan *plan, const struct vtb_options *options,
                         struct vtb_error *error)
{
    if (options->guests.n > 0)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--baseline: it is of a run with --guest %.100s, and `gate` runs no "
                        "guests; make one without them",
                        options->guests.items[0]);
    if (!vtb_plan_make(plan, options, error))
        return false;
    plan->tables_n = plan->consumers_n;
    for (size_t i = 0; i < plan->points_n; i++)
        plan->points[i].collects_enough = false; /* as a baseline is made */
    if (options->time_s == 0)
        plan->rounds_n = 0;
    return true;
}

/* Finds the cell whose hand-overs are timed; null: it never suspends. */
static const struct vtb_cell *find_handover(const struct vtb_point *point,
                                            const struct vtb_case *the_case)
{
    struct vtb_kind kind = the_case->timing->kind;
    kind.handover = true;
    return the_case->timing->frame_bytes > 0
               ? vtb_find_cell(the_case->timing->name, point->workload->name, kind)
               : NULL;
}

void vtb_plan_open_loop(struct vtb_plan *plan, const struct vtb_open_loop *open_loop,
                        size_t slices_n)
{
    plan->open_loop = *open_loop;
    plan->rounds_n = slices_n;
    plan->tables_n = plan->consumers_n;
    for (size_t i = 0; i < plan->points_n; i++) {
        struct vtb_point *point = &plan->points[i];
        point->cold = false;
        for (size_t j = 0; open_loop->hands_over && j < vtb_cells_end(point); j++)
            point->cases[j].handover = find_handover(point, &point->cases[j]);
    }
}

bool vtb_plan_has_pressure(const struct vtb_plan *plan, const struct vtb_case *the_case)
{
    return vtb_heap_collects(the_case->heap->heap) || plan->pressure_words.n > 0;
}

bool vtb_plan_needs_timing(const struct vtb_plan *plan, const struct vtb_case *the_case)
{
    return vtb_plan_is_timed(plan) || plan->instructions || plan->events.n > 0 ||
           vtb_plan_has_pressure(plan, the_case);
}

static void add_once(const struct vtb_cell **cells, size_t *n, const struct vtb_cell *cell)
{
    for (size_t i = 0; i < *n; i++) {
        if (cells[i] == cell)
            return;
    }
    cells[(*n)++] = cell;
}

const struct vtb_cell **vtb_plan_cells(const struct vtb_plan *plan, size_t *n)
{
    size_t most_n = 1;
    *n = 0;
    for (size_t p = 0; p < plan->points_n; p++)
        most_n += 3 * plan->points[p].cases_n;
    const struct vtb_cell **cells = calloc(most_n, sizeof *cells);
    for (size_t p = 0; cells && p < plan->points_n; p++) {
        const struct vtb_point *point = &plan->points[p];
        for (size_t i = 0; i < vtb_cells_end(point); i++) {
            if (vtb_plan_needs_timing(plan, &point->cases[i]))
                add_once(cells, n, point->cases[i].timing);
            if (plan->open_loop.rate == 0 || point->hits.emerge) /* a pacemaker counts */
                add_once(cells, n, point->cases[i].counting);
            if (point->cases[i].handover)
                add_once(cells, n, point->cases[i].handover);
        }
    }
    return cells;
}

bool vtb_plan_is_timed(const struct vtb_plan *plan)
{
    return plan->rounds_n > 0;
}

bool vtb_plan_has_cold(const struct vtb_plan *plan)
{
    for (size_t i = 0; i < plan->points_n; i++) {
        if (plan->points[i].cold)
            return true;
    }
    return false;
}

bool vtb_point_has_warm_cache(const struct vtb_point *point)
{
    return point->hits.emerge && !point->cold;
}

bool vtb_plan_has_warm_cache(const struct vtb_plan *plan)
{
    for (size_t i = 0; i < plan->points_n; i++) {
        if (vtb_point_has_warm_cache(&plan->points[i]))
            return true;
    }
    return false;
}

void vtb_plan_free(struct vtb_plan *plan)
{
    for (size_t i = 0; i < plan->points_n + plan->others_n; i++)
        free(plan->points[i].cases);
    free(plan->points);
    free(plan->guests);
    vtb_trace_close(&plan->trace);
    *plan = (struct vtb_plan){0};
}
