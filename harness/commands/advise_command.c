/* `run_bench advise`: what to take for one method. It is a run of the baseline and the challenger,
 * at the hit rate that was said and at some others, with a report of its own. */
#include <stdio.h>

#include "base/prose.h"
#include "cells/registry.h"
#include "commands/commands.h"
#include "report/report_advice.h"

/* Hit rates that tell, beside the one that is asked about, where the advice changes. */
static const double other_rates[] = {0, 0.5, 1};

#define RATES_BYTES 128

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

bool vtb_advise_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_options same = *options;
    const struct vtb_strategy_entry *other = vtb_find_role(VTB_ROLE_CHALLENGER);
    char rates[RATES_BYTES];
    if (!check(options, error))
        return false;
    if (!other)
        return vtb_fail(error, VTB_EXIT_INTERNAL,
                        "impls/ lacks a strategy with the role of the challenger");
    write_rates(rates, options);
    return vtb_options_replay(&same, "hit-rate", rates, error) &&
           vtb_options_replay(&same, "strategy", other->name, error) &&
           vtb_run_printed(&same, vtb_report_advice, error);
}
