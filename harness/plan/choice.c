#include "plan/choice.h"

#include <stdio.h>
#include <string.h>

#include "base/prose.h"
#include "cells/foreign.h"
#include "plan/trace.h"

/* --- strategies --- */

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
    for (size_t i = 0; vtb_strategies[i].name; i++)
        (void)vtb_names_add(names, vtb_strategies[i].name);
}

static struct vtb_references find_references(const struct vtb_options *options)
{
    struct vtb_names all = {.n = 0};
    all_strategies(&all);
    return (struct vtb_references){
        .empty = strategy_with_role(&all, VTB_ROLE_EMPTY),
        .floor = strategy_with_role(&all, VTB_ROLE_FLOOR),
        .baseline = options->baseline_strategy.n ? options->baseline_strategy.items[0]
                                                 : strategy_with_role(&all, VTB_ROLE_BASELINE),
    };
}

/* The lists of the registry may lack other strategies; without these no comparison has a
 * meaning. */
static bool check_references(const struct vtb_references *references, struct vtb_error *error)
{
    return (references->empty && references->floor && references->baseline) ||
           vtb_fail(error, VTB_EXIT_INTERNAL,
                    "impls/ lacks a strategy with the role of the empty loop, the floor or the "
                    "baseline");
}

static bool check_excluded(const struct vtb_options *options,
                           const struct vtb_references *references, struct vtb_error *error)
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

/* Refuses variants that a strategy does not have. This comes after loading: whether the strategy of
 * a user's file suspends, or counts references, is known only once it was compiled. */
static bool check_variants(const char *option, const struct vtb_names *names,
                           struct vtb_error *error)
{
    for (size_t i = 0; i < names->n; i++) {
        if (!vtb_find_name(names->items[i]))
            return vtb_fail(error, VTB_EXIT_USAGE,
                            "--%s: '%s': the strategy has no such variant: @checked is for those "
                            "that suspend, @atomic for those that count references, @local for "
                            "those that say they have it (.has_local)",
                            option, names->items[i]);
    }
    return true;
}

/* Chooses the references first, then the strategies that were asked for, in that order. */
static bool choose_strategies(const struct vtb_options *options,
                              const struct vtb_references *references, struct vtb_names *chosen,
                              struct vtb_error *error)
{
    struct vtb_names wanted = options->strategies;
    if (!check_variants("strategy", &wanted, error) ||
        !check_variants("baseline-strategy", &options->baseline_strategy, error))
        return false;
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

/* Replaces names without a variant by their @atomic variants, whose counts of references several
 * threads may change. */
static void for_several_threads(struct vtb_names *names)
{
    for (size_t i = 0; i < names->n; i++) {
        char atomic[128];
        const int plain_n = (int)strcspn(names->items[i], ":"); /* behind which an edition is */
        snprintf(atomic, sizeof atomic, "%.*s@atomic%s", plain_n, names->items[i],
                 names->items[i] + plain_n);
        const char *found = vtb_find_name(atomic);
        names->items[i] = found ? found : names->items[i];
    }
}

/* --- workloads --- */

bool vtb_emerges(const struct vtb_workload *workload, const struct vtb_options *options)
{
    return workload->default_capacity > 0 ||
           (workload->life_s > 0 && options->parameters[VTB_P(ttl)].n > 0);
}

/* Whether a workload is measured when none is named: the one that an option is about, or else the
 * default. */
static bool is_chosen(const struct vtb_workload_entry *entry, const struct vtb_options *options)
{
    const struct vtb_workload *workload = entry->workload;
    if (options->parameters[VTB_P(payload)].n)
        return false;
    if (options->trace_path || options->parameters[VTB_P(cache)].n)
        return workload->default_capacity > 0;
    return options->parameters[VTB_P(ttl)].n ? workload->life_s > 0
                                             : entry == vtb_default_workload();
}

static bool choose_workloads(const struct vtb_options *options, struct vtb_names *chosen,
                             struct vtb_error *error)
{
    *chosen = options->workloads;
    for (size_t i = 0; !options->workloads.n && vtb_workloads[i].name; i++) {
        if (is_chosen(&vtb_workloads[i], options))
            (void)vtb_names_add(chosen, vtb_workloads[i].name);
    }
    if (chosen->n == 0 && !options->parameters[VTB_P(payload)].n)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--workload: there is no workload that these options are about; name one, "
                        "see `list`");
    for (size_t i = 0; i < options->parameters[VTB_P(payload)].n; i++) {
        const char *name =
            vtb_sized_workload((size_t)options->parameters[VTB_P(payload)].values[i]);
        if (!name || !vtb_names_add(chosen, name))
            return vtb_fail(error, VTB_EXIT_USAGE,
                            "--payload: '%.12g' is one size too many, behind %zu others; take a "
                            "larger step, or several runs",
                            options->parameters[VTB_P(payload)].values[i], i);
    }
    /* Workloads with a size that the build did not list have to be loaded. */
    return vtb_foreign_load(error);
}

/* Refuses an option that a chosen workload cannot follow, rather than ignore it in silence. */
static bool check_workload(const struct vtb_options *options,
                           const struct vtb_workload_entry *entry, struct vtb_error *error)
{
    const struct vtb_workload *workload = entry->workload;
    const char *option = NULL;
    if (workload->default_capacity == 0 &&
        (options->trace_path || options->parameters[VTB_P(cache)].n)) {
        option = options->trace_path ? "trace" : "cache";
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--%s: the hits of '%s' do not emerge from its keys, --hit-rate sets them; "
                        "choose a workload with a real cache, see `list`",
                        option, entry->name);
    }
    if (options->parameters[VTB_P(ttl)].n && workload->life_s == 0)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--ttl: the entries of '%s' do not expire; choose a workload whose entries "
                        "do, see `list`",
                        entry->name);
    if (options->table == VTB_TABLE_CONCURRENT && !workload->make_concurrent)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--table: '%s' has a lookup of its own, and no table into which all "
                        "threads insert; choose another workload, or read-only",
                        entry->name);
    if (options->parameters[VTB_P(failure_rate)].n)
        option = "failure-rate";
    if (vtb_options_flag(options, VTB_P(force_async)))
        option = "force-async";
    if (vtb_emerges(workload, options) && option)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--%s: the hits of '%s' emerge from its keys, which no schedule changes",
                        option, entry->name);
    return true;
}

static bool check_workloads(const struct vtb_options *options, const struct vtb_names *workloads,
                            struct vtb_error *error)
{
    size_t emerge_n = 0;
    for (size_t i = 0; i < workloads->n; i++) {
        const struct vtb_workload_entry *entry = vtb_find_workload(workloads->items[i]);
        emerge_n += vtb_emerges(entry->workload, options);
        if (!check_workload(options, entry, error))
            return false;
    }
    if (options->parameters[VTB_P(hit_rate)].n && emerge_n == workloads->n)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--hit-rate: the hits of '%s' emerge from its keys; set --cache, --ttl or "
                        "--distribution instead",
                        workloads->items[0]);
    return true;
}

/* --- heaps --- */

static bool refuse_heap(const struct vtb_heap_entry *entry, struct vtb_error *error)
{
    char accepted[512] = "";
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (!vtb_heaps[i].heap->unavailable)
            vtb_append_item(accepted, sizeof accepted, "%s", vtb_heaps[i].name);
    }
    return vtb_fail(error, VTB_EXIT_USAGE, "--heap: '%s' cannot be used: %s; accepted: %s, or all",
                    entry->name, entry->heap->unavailable, accepted);
}

/* Chooses the heaps that can be used. One that was named and cannot be used is an error. */
static bool choose_heaps(const struct vtb_options *options, struct vtb_names *chosen,
                         struct vtb_error *error)
{
    chosen->n = 0;
    for (size_t i = 0; !options->heaps.n && vtb_heaps[i].name; i++) {
        if (vtb_heaps[i].heap->is_default)
            (void)vtb_names_add(chosen, vtb_heaps[i].name);
    }
    for (size_t i = 0; i < options->heaps.n; i++) {
        const struct vtb_heap_entry *entry = vtb_find_heap(options->heaps.items[i]);
        if (entry->heap->unavailable && !options->heaps.all)
            return refuse_heap(entry, error);
        if (!entry->heap->unavailable)
            (void)vtb_names_add(chosen, entry->name);
    }
    return true;
}

/* --- all of it --- */

static bool is_chosen_method(const struct vtb_options *options, int method)
{
    return options->method == method || options->method == VTB_METHODS_ALL ||
           (options->method == VTB_METHODS_BOTH && method != VTB_METHOD_RUNTIME);
}

static void choose_ways(const struct vtb_options *options, struct vtb_way ways[VTB_METHODS_N])
{
    for (int method = 0; method < VTB_METHODS_N; method++) {
        const enum vtb_caller own =
            method == VTB_METHOD_RUNTIME ? VTB_CALLER_RUNTIME : VTB_CALLER_CLASSIC;
        struct vtb_way *way = &ways[method];
        way->chosen = is_chosen_method(options, method);
        way->caller =
            options->caller == VTB_CALLER_AS_METHOD ? own : (enum vtb_caller)options->caller;
        way->stored = options->stored;
        way->kind.method = (enum vtb_method)method;
        way->kind.by_runtime = way->caller == VTB_CALLER_RUNTIME && !way->stored;
        way->kind.stored = way->caller == VTB_CALLER_RUNTIME && way->stored &&
                           way->kind.method == VTB_METHOD_RUNTIME;
    }
}

/* Chooses one caller, from which scaling is reckoned, and then the numbers that were asked for. */
static struct vtb_numbers choose_threads(const struct vtb_options *options)
{
    struct vtb_numbers threads = {.values = {1}, .n = 1};
    for (size_t i = 0; i < options->parameters[VTB_P(threads)].n; i++) {
        if (options->parameters[VTB_P(threads)].values[i] != 1)
            threads.values[threads.n++] = options->parameters[VTB_P(threads)].values[i];
    }
    return threads;
}

static bool check_store(const struct vtb_options *options, struct vtb_error *error)
{
    const struct vtb_store *store = vtb_store_of(options->store);
    if (!store)
        return (!options->redis || vtb_fail(error, VTB_EXIT_USAGE,
                                            "--redis: Redis is not asked; give --store redis")) &&
               (options->store_threads == 0 ||
                vtb_fail(error, VTB_EXIT_USAGE,
                         "--store-threads: no thread asks the array that simulates a store; give "
                         "--store"));
    if (options->redis && !store->takes_address)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--redis: '%.300s': --store %s has no server; leave it out", options->redis,
                        store->word);
    if (options->completer == VTB_COMPLETER_CALLER && vtb_options_given(options, "completer"))
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--completer: 'caller': threads that ask the store complete operations; "
                        "accepted with --store %s: thread",
                        store->word);
    return !store->unavailable ||
           vtb_fail(error, VTB_EXIT_USAGE, "--store: '%s' cannot be used: %s", store->word,
                    store->unavailable);
}

static bool check_combinations(const struct vtb_options *options, struct vtb_error *error)
{
    if (options->trace_format.kind != VTB_TRACE_TEXT && !options->trace_path)
        return vtb_fail(error, VTB_EXIT_USAGE, "--trace-format: there is no trace; give --trace");
    if (options->plot_by != VTB_PLOT_BY_MATPLOTLIB && !options->plot_dir)
        return vtb_fail(error, VTB_EXIT_USAGE, "--plot-by: nothing is drawn; give --plot");
    if (vtb_options_completes(options) && options->completion != VTB_COMPLETION_FIFO)
        return vtb_fail(
            error, VTB_EXIT_USAGE,
            "--completion: '%s': a completing thread answers in the order of the calls; "
            "accepted with --%s: fifo",
            vtb_completion_words[options->completion],
            options->store == VTB_STORE_SIMULATED ? "completer thread" : "store");
    if (options->trace_path && (options->parameters[VTB_P(keys)].n || options->distribution.s > 0))
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--%s: the keys are those of the trace; leave it out",
                        options->parameters[VTB_P(keys)].n ? "keys" : "distribution");
    return check_store(options, error);
}

/* Whether a collector has the ability that an option relies on. */
typedef bool ability(const struct vtb_collector *collector);

static bool collects_at_all(const struct vtb_collector *collector)
{
    return collector != NULL;
}

static bool has_budget(const struct vtb_collector *collector)
{
    return collector && collector->has_budget;
}

static bool has_steps(const struct vtb_collector *collector)
{
    return collector && collector->has_steps;
}

static bool verifies(const struct vtb_collector *collector)
{
    return collector && collector->verifies;
}

static bool needs(bool given, const char *option, ability *able, const struct vtb_names *heaps,
                  struct vtb_error *error)
{
    for (size_t i = 0; given && i < heaps->n; i++) {
        if (able(vtb_find_heap(heaps->items[i])->heap->collector))
            return true;
    }
    return !given || vtb_fail(error, VTB_EXIT_USAGE,
                              "--%s: no heap of this run does that; choose one with --heap, see "
                              "`list`",
                              option);
}

static bool check_collectors(const struct vtb_options *options, const struct vtb_names *heaps,
                             struct vtb_error *error)
{
    const bool guests_have_one = options->guests.n > 0;
    return needs(options->parameters[VTB_P(gen0_budget)].n > 0 && !guests_have_one, "gen0-budget",
                 has_budget, heaps, error) &&
           needs(options->live_heap_bytes >= 0, "live-heap", collects_at_all, heaps, error) &&
           needs(vtb_options_flag(options, VTB_P(incremental)), "boehm-incremental", has_steps,
                 heaps, error) &&
           needs(options->verify_heap, "verify-heap", verifies, heaps, error);
}

/* Refuses a baseline that cannot take part: ratios could not be worked out without it. */
static bool check_baseline(const struct vtb_choice *choice, struct vtb_error *error)
{
    const struct vtb_references *references = &choice->references;
    const struct vtb_strategy *baseline = vtb_find_strategy(references->baseline);
    const bool reference = strcmp(references->baseline, references->empty) == 0 ||
                           strcmp(references->baseline, references->floor) == 0;
    bool collected = false;
    for (size_t h = 0; h < choice->heaps.n; h++)
        collected |= vtb_heap_collects(vtb_find_heap(choice->heaps.items[h])->heap);
    const char *reason = NULL;
    if (collected)
        reason = baseline->lacks.collector;
    for (int method = 0; !reason && method < VTB_METHODS_N; method++) {
        if (choice->ways[method].chosen)
            reason = vtb_lacks_method(vtb_find_strategy_entry(references->baseline),
                                      choice->ways[method].kind);
    }
    return reference || !reason ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    "--baseline-strategy: '%s' cannot be the baseline of this run: %s; choose "
                    "another",
                    references->baseline, reason);
}

bool vtb_choice_make(struct vtb_choice *choice, const struct vtb_options *options,
                     struct vtb_error *error)
{
    *choice = (struct vtb_choice){
        .references = find_references(options),
        .threads = choose_threads(options),
    };
    choose_ways(options, choice->ways);
    if (!check_combinations(options, error) || !choose_heaps(options, &choice->heaps, error) ||
        !check_collectors(options, &choice->heaps, error) ||
        !choose_workloads(options, &choice->workloads, error) ||
        !check_workloads(options, &choice->workloads, error) ||
        !check_references(&choice->references, error) ||
        !choose_strategies(options, &choice->references, &choice->strategies, error))
        return false;
    if (vtb_options_completes(options)) {
        struct vtb_names baseline = {.items = {choice->references.baseline}, .n = 1};
        for_several_threads(&choice->strategies);
        for_several_threads(&baseline);
        choice->references.baseline = baseline.items[0];
    }
    return check_baseline(choice, error);
}
