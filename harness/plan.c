#include "plan.h"

#include <stdlib.h>
#include <string.h>

/* Combinations of parameters in one run. */
#define POINTS_MAX 10000

static const char *strategy_with_role(const struct vtb_names *strategies, enum vtb_role role)
{
    for (size_t i = 0; i < strategies->n; i++) {
        if (vtb_find_strategy(strategies->items[i])->role == role)
            return strategies->items[i];
    }
    return NULL;
}

static void all_strategies(struct vtb_names *names)
{
    for (size_t i = 0; vtb_cells[i]; i++)
        (void)vtb_names_add(names, vtb_cells[i]->strategy_name);
}

/* What each case needs beside it: the two references, and the baseline. */
struct references {
    const char *empty;
    const char *floor;
    const char *baseline;
};

static struct references find_references(const struct vtb_options *options)
{
    struct vtb_names all = {.n = 0};
    all_strategies(&all);
    return (struct references){
        .empty = strategy_with_role(&all, VTB_ROLE_EMPTY),
        .floor = strategy_with_role(&all, VTB_ROLE_FLOOR),
        .baseline = options->baseline_strategy.n ? options->baseline_strategy.items[0]
                                                 : strategy_with_role(&all, VTB_ROLE_BASELINE),
    };
}

/* Other lists of the registry may be short; a comparison without these has no meaning. */
static bool check_references(const struct references *references, struct vtb_error *error)
{
    return (references->empty && references->floor && references->baseline) ||
           vtb_fail(error, VTB_EXIT_INTERNAL,
                    "impls/ lacks a strategy with the role of the empty loop, the floor or the "
                    "baseline");
}

static bool check_excluded(const struct vtb_options *options, const struct references *references,
                           struct vtb_error *error)
{
    const struct vtb_names *excluded = &options->excluded_strategies;
    if (vtb_names_have(excluded, references->baseline))
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--exclude-strategy: '%s' is the baseline; choose another with "
                        "--baseline-strategy",
                        references->baseline);
    if (vtb_names_have(excluded, references->empty) || vtb_names_have(excluded, references->floor))
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--exclude-strategy: '%s' and '%s' are in every round, to tell what the "
                        "others cost beyond them",
                        references->empty, references->floor);
    return true;
}

/* The references first, then what was asked for, in the order it was asked for. */
static bool choose_strategies(const struct vtb_options *options,
                              const struct references *references, struct vtb_names *chosen,
                              struct vtb_error *error)
{
    struct vtb_names wanted = options->strategies;
    if (!wanted.n)
        all_strategies(&wanted);
    if (!check_excluded(options, references, error))
        return false;
    chosen->n = 0;
    (void)vtb_names_add(chosen, references->empty);
    (void)vtb_names_add(chosen, references->floor);
    (void)vtb_names_add(chosen, references->baseline);
    for (size_t i = 0; i < wanted.n; i++) {
        if (!vtb_names_have(&options->excluded_strategies, wanted.items[i]))
            (void)vtb_names_add(chosen, wanted.items[i]);
    }
    return true;
}

static void choose_workloads(const struct vtb_options *options, struct vtb_names *chosen)
{
    *chosen = options->workloads;
    for (size_t i = 0; !options->workloads.n && vtb_workloads[i].name; i++) {
        if (vtb_workloads[i].workload->is_default)
            (void)vtb_names_add(chosen, vtb_workloads[i].name);
    }
}

static void choose_heaps(const struct vtb_options *options, struct vtb_names *chosen)
{
    *chosen = options->heaps;
    for (size_t i = 0; !options->heaps.n && vtb_heaps[i].name; i++) {
        if (vtb_heaps[i].heap->is_default)
            (void)vtb_names_add(chosen, vtb_heaps[i].name);
    }
}

static size_t index_of(const struct vtb_names *names, const char *name)
{
    size_t i = 0;
    while (strcmp(names->items[i], name) != 0)
        i++;
    return i;
}

static bool make_cases(struct vtb_point *point, const struct vtb_names *strategies,
                       const struct references *references, const struct vtb_names *heaps,
                       struct vtb_error *error)
{
    point->cases_n = strategies->n * heaps->n;
    point->cases = calloc(point->cases_n, sizeof *point->cases);
    if (!point->cases)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", point->cases_n);
    for (size_t i = 0; i < point->cases_n; i++) {
        const struct vtb_heap_entry *heap = vtb_find_heap(heaps->items[i / strategies->n]);
        const char *strategy = strategies->items[i % strategies->n];
        const size_t first = i - i % strategies->n;
        const bool collected = vtb_heap_collects(heap->heap);
        const char *workload = point->workload->name;
        point->cases[i] = (struct vtb_case){
            .timing = vtb_find_cell(strategy, workload, false, collected),
            .counting = vtb_find_cell(strategy, workload, true, collected),
            .heap = heap,
            .baseline = first + index_of(strategies, references->baseline),
            .floor = first + index_of(strategies, references->floor),
            .empty = first + index_of(strategies, references->empty),
        };
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

/* The values that were given, or the one that stands in for them. */
static struct vtb_numbers or_default(const struct vtb_numbers *given, double value)
{
    if (given->n)
        return *given;
    return (struct vtb_numbers){.values = {value}, .n = 1};
}

static bool make_points(struct vtb_plan *plan, const struct vtb_options *options,
                        const struct vtb_workload_entry *workload, struct vtb_error *error)
{
    struct vtb_numbers hit_rates =
        or_default(&options->hit_rates, workload->workload->default_hit_rate);
    struct vtb_numbers keys = or_default(&options->keys, (double)workload->workload->default_keys);
    struct vtb_numbers calls = or_default(&options->calls, 1e6);
    struct vtb_numbers in_flight = or_default(&options->in_flight, 64);
    const size_t n = hit_rates.n * keys.n * calls.n * in_flight.n;
    if (plan->points_n + n > POINTS_MAX)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "the lists and ranges make %.0f combinations; accepted: up to %d",
                        (double)plan->points_n + (double)n, POINTS_MAX);
    struct vtb_point *points = realloc(plan->points, (plan->points_n + n) * sizeof *plan->points);
    if (!points)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for a plan of %zu tables", n);
    plan->points = points;
    for (size_t i = 0; i < n; i++) {
        size_t rest = i;
        struct vtb_point *point = &points[plan->points_n];
        *point = (struct vtb_point){
            .workload = workload,
            .completion = (enum vtb_completion)options->completion,
            .distribution = options->distribution,
            .seed = options->seed,
        };
        point->hit_rate = hit_rates.values[rest % hit_rates.n];
        rest /= hit_rates.n;
        point->calls_n = (uint64_t)calls.values[rest % calls.n];
        rest /= calls.n;
        point->in_flight = (size_t)in_flight.values[rest % in_flight.n];
        rest /= in_flight.n;
        point->keys_n = (uint64_t)keys.values[rest];
        if (!check_keys(point, error))
            return false;
        plan->points_n++;
    }
    return true;
}

bool vtb_plan_make(struct vtb_plan *plan, const struct vtb_options *options,
                   struct vtb_error *error)
{
    struct vtb_names workloads;
    struct vtb_names heaps;
    struct vtb_names strategies;
    const struct references references = find_references(options);
    *plan = (struct vtb_plan){
        .rounds_n = (size_t)options->rounds,
        .epoch_ns = options->epoch_ms * 1e6,
        .time_ns = options->time_s * 1e9,
    };
    for (int consumer = VTB_CONSUMER_INDEPENDENT; consumer < VTB_CONSUMER_BOTH; consumer++) {
        if (options->consumer == VTB_CONSUMER_BOTH || options->consumer == consumer)
            plan->consumers[plan->consumers_n++] = (enum vtb_consumer)consumer;
    }
    choose_workloads(options, &workloads);
    choose_heaps(options, &heaps);
    bool ok = check_references(&references, error) &&
              choose_strategies(options, &references, &strategies, error);
    for (size_t i = 0; ok && i < workloads.n; i++)
        ok = make_points(plan, options, vtb_find_workload(workloads.items[i]), error);
    for (size_t i = 0; ok && i < plan->points_n; i++)
        ok = make_cases(&plan->points[i], &strategies, &references, &heaps, error);
    if (!ok)
        vtb_plan_free(plan);
    return ok;
}

size_t vtb_heap_end(const struct vtb_point *point, size_t first)
{
    size_t end = first;
    while (end < point->cases_n && point->cases[end].heap == point->cases[first].heap)
        end++;
    return end;
}

void vtb_plan_free(struct vtb_plan *plan)
{
    for (size_t i = 0; i < plan->points_n; i++)
        free(plan->points[i].cases);
    free(plan->points);
    *plan = (struct vtb_plan){0};
}
