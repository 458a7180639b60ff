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

/* What each table needs beside it: the two references, and the baseline. */
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

/* What a point's cases are made of. */
struct choice {
    const struct vtb_names *strategies;
    const struct references *references;
    const struct vtb_names *heaps;
    bool methods[2]; /* direct, async */
};

static const char *lacks(const struct vtb_strategy *strategy, bool async, bool collected)
{
    if (async && strategy->lacks.async_method)
        return strategy->lacks.async_method;
    return collected ? strategy->lacks.collector : NULL;
}

static void note_skip(struct vtb_skips *skips, const char *strategy, const char *what,
                      const char *reason)
{
    for (size_t i = 0; i < skips->n; i++) {
        if (skips->items[i].strategy == strategy && skips->items[i].what == what)
            return;
    }
    if (skips->n < VTB_SKIPS_MAX)
        skips->items[skips->n++] = (struct vtb_skip){strategy, what, reason};
}

static void add_case(struct vtb_point *point, const char *strategy,
                     const struct vtb_heap_entry *heap, bool async)
{
    const bool collected = vtb_heap_collects(heap->heap);
    const bool reference = vtb_find_strategy(strategy)->lacks.async_method != NULL;
    const struct vtb_kind timing = {false, collected, async && !reference};
    const struct vtb_kind counting = {true, collected, async && !reference};
    point->cases[point->cases_n++] = (struct vtb_case){
        .timing = vtb_find_cell(strategy, point->workload->name, timing),
        .counting = vtb_find_cell(strategy, point->workload->name, counting),
        .heap = heap,
        .async = async,
    };
}

/* The place of a strategy among the cases from `first` on, or `cases_n`. */
static size_t place_of(const struct vtb_point *point, size_t first, const char *strategy)
{
    size_t i = first;
    while (i < point->cases_n && strcmp(point->cases[i].timing->name, strategy) != 0)
        i++;
    return i;
}

/* The case of this one's strategy without @variant, or else by the direct method. */
static size_t base_of(const struct vtb_point *point, size_t first, size_t own)
{
    const struct vtb_cell *cell = point->cases[own].timing;
    const bool is_variant = strcmp(cell->name, cell->strategy_name) != 0;
    for (size_t i = first; i < point->cases_n; i++) {
        const struct vtb_cell *other = point->cases[i].timing;
        const bool same_name = strcmp(other->name, cell->strategy_name) == 0;
        if (same_name && other->kind.async == (is_variant && cell->kind.async))
            return i;
    }
    return own;
}

/* One table: the baseline first, then what was asked for. The references stand at `first`. */
static void make_table(struct vtb_point *point, const struct choice *choice,
                       const struct vtb_heap_entry *heap, bool async, size_t first,
                       struct vtb_skips *skips)
{
    const struct references *references = choice->references;
    const size_t own = point->cases_n;
    for (size_t i = 0; i < choice->strategies->n; i++) {
        const char *strategy = choice->strategies->items[i];
        const char *reason =
            lacks(vtb_find_strategy(strategy), async, vtb_heap_collects(heap->heap));
        if (strcmp(strategy, references->empty) == 0 || strcmp(strategy, references->floor) == 0)
            continue;
        if (reason)
            note_skip(skips, strategy, async ? "the async method" : heap->name, reason);
        else
            add_case(point, strategy, heap, async);
    }
    size_t baseline = place_of(point, own, references->baseline);
    if (baseline == point->cases_n)
        baseline = place_of(point, first, references->baseline);
    for (size_t i = own == first + 2 ? first : own; i < point->cases_n; i++) {
        point->cases[i].baseline = baseline;
        point->cases[i].floor = place_of(point, first, references->floor);
        point->cases[i].empty = place_of(point, first, references->empty);
    }
    for (size_t i = first; i < point->cases_n; i++)
        point->cases[i].base = base_of(point, first, i);
}

static bool make_cases(struct vtb_point *point, const struct choice *choice,
                       struct vtb_skips *skips, struct vtb_error *error)
{
    const size_t most = (choice->strategies->n * 2 + 2) * choice->heaps->n + 1;
    point->cases = calloc(most, sizeof *point->cases);
    if (!point->cases)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", most);
    for (size_t h = 0; h < choice->heaps->n; h++) {
        const struct vtb_heap_entry *heap = vtb_find_heap(choice->heaps->items[h]);
        const size_t first = point->cases_n;
        add_case(point, choice->references->empty, heap, !choice->methods[0]);
        add_case(point, choice->references->floor, heap, !choice->methods[0]);
        for (int async = 0; async < 2; async++) {
            if (choice->methods[async])
                make_table(point, choice, heap, async, first, skips);
        }
    }
    return true;
}

/* A ratio needs what it is to. */
static bool check_baseline(const struct choice *choice, struct vtb_error *error)
{
    const struct references *references = choice->references;
    const struct vtb_strategy *baseline = vtb_find_strategy(references->baseline);
    const bool reference = strcmp(references->baseline, references->empty) == 0 ||
                           strcmp(references->baseline, references->floor) == 0;
    bool collected = false;
    for (size_t h = 0; h < choice->heaps->n; h++)
        collected |= vtb_heap_collects(vtb_find_heap(choice->heaps->items[h])->heap);
    const char *reason = reference ? NULL : lacks(baseline, choice->methods[1], collected);
    return !reason ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    "--baseline-strategy: '%s' cannot be the baseline of this run: %s; choose "
                    "another",
                    references->baseline, reason);
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

/* The digit of a combination's number that stands for one list. */
static double pick(const struct vtb_numbers *numbers, size_t *rest)
{
    const double value = numbers->values[*rest % numbers->n];
    *rest /= numbers->n;
    return value;
}

static bool make_points(struct vtb_plan *plan, const struct vtb_options *options,
                        const struct vtb_workload_entry *workload, struct vtb_error *error)
{
    struct vtb_numbers hit_rates =
        or_default(&options->hit_rates, workload->workload->default_hit_rate);
    struct vtb_numbers keys = or_default(&options->keys, (double)workload->workload->default_keys);
    struct vtb_numbers calls = or_default(&options->calls, 1e6);
    struct vtb_numbers in_flight = or_default(&options->in_flight, 64);
    struct vtb_numbers depths = or_default(&options->depths, 1);
    struct vtb_numbers failure_rates = or_default(&options->failure_rates, 0);
    struct vtb_numbers request_ops = or_default(&options->request_ops, VTB_REQUEST_OPS);
    const size_t n =
        hit_rates.n * keys.n * calls.n * in_flight.n * depths.n * failure_rates.n * request_ops.n;
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
            .force_async = options->force_async,
            .seed = options->seed,
        };
        point->hit_rate = pick(&hit_rates, &rest);
        point->calls_n = (uint64_t)pick(&calls, &rest);
        point->in_flight = (size_t)pick(&in_flight, &rest);
        point->depth = (size_t)pick(&depths, &rest);
        point->failure_rate = pick(&failure_rates, &rest);
        point->request_ops = (size_t)pick(&request_ops, &rest);
        point->keys_n = (uint64_t)pick(&keys, &rest);
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
    const struct choice choice = {
        &strategies,
        &references,
        &heaps,
        {options->method != VTB_METHOD_ASYNC, options->method != VTB_METHOD_DIRECT},
    };
    choose_workloads(options, &workloads);
    choose_heaps(options, &heaps);
    bool ok = check_references(&references, error) &&
              choose_strategies(options, &references, &strategies, error) &&
              check_baseline(&choice, error);
    for (size_t i = 0; ok && i < workloads.n; i++)
        ok = make_points(plan, options, vtb_find_workload(workloads.items[i]), error);
    for (size_t i = 0; ok && i < plan->points_n; i++)
        ok = make_cases(&plan->points[i], &choice, &plan->skips, error);
    if (!ok)
        vtb_plan_free(plan);
    return ok;
}

size_t vtb_table_end(const struct vtb_point *point, size_t first)
{
    size_t end = first;
    while (end < point->cases_n && point->cases[end].heap == point->cases[first].heap &&
           point->cases[end].async == point->cases[first].async)
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
