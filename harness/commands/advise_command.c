/* `run_bench advise`: what to take for one method. It is a run of the baseline and the challenger,
 * at the hit rate that was said and at some others, with a report of its own; or that report alone,
 * of a run that was. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/prose.h"
#include "cells/registry.h"
#include "commands/commands.h"
#include "gate/recorded_tables.h"
#include "report/page.h"
#include "report/report_advice.h"

/* Hit rates that tell, beside the one that is asked about, where the advice changes. */
static const double other_rates[] = {0, 0.5, 1};

#define RATES_BYTES 128
#define HEAPS_BYTES 512

/* --- what is asked --- */

static bool check_single(const struct vtb_options *options, struct vtb_error *error)
{
    for (const struct vtb_parameter *each = vtb_parameters; each->word; each++) {
        const size_t n = options->parameters[each - vtb_parameters].n;
        if (n > 1)
            return vtb_fail(error, VTB_EXIT_USAGE,
                            "--%s: %zu values; accepted: one, as advice is for one method; `run` "
                            "compares several",
                            each->option, n);
    }
    return options->workloads.n <= 1 ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    "--workload: %zu names; accepted: one, as advice is for one method",
                    options->workloads.n);
}

static bool check(const struct vtb_options *options, struct vtb_error *error)
{
    const struct vtb_numbers *rate = &options->parameters[VTB_P(hit_rate)];
    if (options->format == VTB_FORMAT_CSV)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--format: advice is no table of figures; accepted with `advise`: table, "
                        "json or markdown");
    if (rate->n == 0 && !options->always_async)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--hit-rate RATE is needed: the share of calls whose result is at hand; or "
                        "--always-async");
    if (rate->n > 0 && rate->values[0] > 0 && options->always_async)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--always-async: '--hit-rate %g' says that some results are at hand; give "
                        "one of them",
                        rate->values[0]);
    return check_single(options, error);
}

/* --- which strategies, on which heaps --- */

static bool find_pair(struct vtb_recorded_pair *pair, const struct vtb_options *options,
                      struct vtb_error *error)
{
    const struct vtb_runtime *runtime =
        options->runtime.n > 0 ? vtb_find_runtime(options->runtime.items[0]) : NULL;
    const struct vtb_strategy_entry *baseline = vtb_find_role(VTB_ROLE_BASELINE);
    const struct vtb_strategy_entry *other = vtb_runtime_other(runtime);
    if (!baseline || !other)
        return vtb_fail(error, VTB_EXIT_INTERNAL,
                        "impls/ lacks a strategy with the role of the baseline, or one to hold "
                        "against it");
    *pair = (struct vtb_recorded_pair){baseline->name, other->name, runtime};
    return true;
}

/* Writes the names of the heaps that can be used, or those of them that are such as a runtime
 * has. */
static void list_heaps(char text[HEAPS_BYTES], const struct vtb_runtime *runtime)
{
    *text = '\0';
    for (const struct vtb_heap_entry *heap = vtb_heaps; heap->name; heap++) {
        if (!heap->heap->unavailable && vtb_runtime_has_heap(runtime, heap->heap))
            vtb_append_item(text, HEAPS_BYTES, "%s", heap->name);
    }
}

/* Checks that each heap that was named is such as the runtime has. */
static bool check_heaps(const struct vtb_options *options, const struct vtb_runtime *runtime,
                        struct vtb_error *error)
{
    char accepted[HEAPS_BYTES];
    list_heaps(accepted, runtime);
    for (size_t i = 0; runtime && !options->heaps.all && i < options->heaps.n; i++) {
        const struct vtb_heap_entry *heap = vtb_find_heap(options->heaps.items[i]);
        if (heap->heap->unavailable || vtb_runtime_has_heap(runtime, heap->heap))
            continue;
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--heap: '%s' %s, and the heaps of --runtime %s do not; accepted with it: "
                        "%s",
                        heap->name, runtime->collects ? "frees" : "collects", runtime->word,
                        accepted);
    }
    return true;
}

/* Sets the heaps to those of the runtime: among the ones that were named, or else by default. */
static bool choose_heaps(struct vtb_options *options, const struct vtb_runtime *runtime,
                         struct vtb_error *error)
{
    char text[HEAPS_BYTES] = "";
    for (const struct vtb_heap_entry *heap = vtb_heaps; heap->name; heap++) {
        const bool is_wanted = options->heaps.n > 0 ? vtb_names_have(&options->heaps, heap->name)
                                                    : heap->heap->is_default;
        if (is_wanted && vtb_runtime_has_heap(runtime, heap->heap) &&
            !(heap->heap->unavailable && options->heaps.all))
            vtb_append(text, sizeof text, "%s%s", *text ? "," : "", heap->name);
    }
    return !runtime || vtb_options_replay(options, "heap", text, error);
}

/* --- by a run --- */

/* Writes the hit rates that are measured: first the one that is asked about. */
static void write_rates(char text[RATES_BYTES], const struct vtb_options *options)
{
    const double asked = options->always_async ? 0 : options->parameters[VTB_P(hit_rate)].values[0];
    snprintf(text, RATES_BYTES, "%.12g", asked);
    for (size_t i = 0; !options->always_async && i < sizeof other_rates / sizeof *other_rates;
         i++) {
        if (other_rates[i] != asked)
            vtb_append(text, RATES_BYTES, ",%g", other_rates[i]);
    }
}

static bool measure(const struct vtb_options *options, const struct vtb_recorded_pair *pair,
                    struct vtb_error *error)
{
    struct vtb_options same = *options;
    char rates[RATES_BYTES];
    write_rates(rates, options);
    return vtb_options_replay(&same, "hit-rate", rates, error) &&
           vtb_options_replay(&same, "strategy", pair->other, error) &&
           choose_heaps(&same, pair->runtime, error) &&
           vtb_run_printed(&same, vtb_report_advice, error);
}

/* --- by a file --- */

/* Refuses what says how to measure. */
static bool check_unmeasured(const struct vtb_options *options, struct vtb_error *error)
{
    const char *option = options->sessions > 0                   ? "sessions"
                         : options->pin                          ? "pin"
                         : options->store != VTB_STORE_SIMULATED ? "store"
                                                                 : NULL;
    return !option || vtb_fail(error, VTB_EXIT_USAGE,
                               "--%s: with --from nothing is measured: leave it out", option);
}

/* Whether a file can be read once more, as no pipe can. */
static bool can_be_read_again(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* Prints the advice, and makes a page of it and of the file, if there is to be one. */
static bool report(const struct vtb_options *options, const struct vtb_results *results,
                   struct vtb_error *error)
{
    const struct vtb_page page = {can_be_read_again(options->from) ? options->from : NULL,
                                  vtb_report_advice, results};
    struct vtb_error reason;
    const bool ok =
        vtb_output_stdout(vtb_report_advice, results, (enum vtb_format)options->format, error);
    return (!options->report || vtb_page_write(options->report, &page, ok ? error : &reason)) && ok;
}

static bool read_back(const struct vtb_options *options, const struct vtb_recorded_pair *pair,
                      struct vtb_error *error)
{
    struct vtb_result_file file;
    struct vtb_recorded_tables tables;
    if (!check_unmeasured(options, error) ||
        (options->report && !vtb_page_check(options->report, error)) ||
        !vtb_result_file_read(&file, options->from, VTB_EXIT_USAGE, error))
        return false;
    bool ok = vtb_recorded_tables_make(&tables, &file, options, pair, error);
    if (ok) {
        ok = report(options, &tables.results, error);
        vtb_recorded_tables_free(&tables);
    }
    vtb_result_file_free(&file);
    return ok;
}

bool vtb_advise_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_recorded_pair pair;
    return check(options, error) && find_pair(&pair, options, error) &&
           check_heaps(options, pair.runtime, error) &&
           (options->from ? read_back : measure)(options, &pair, error);
}
