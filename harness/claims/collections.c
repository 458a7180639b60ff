#include "claims/collections.h"

#include <math.h>

#include "base/distributions.h"

/* The processor time of collections for each call: their number, and the mean of a pause, which is
 * as uncertain as that of so many. */
static struct vtb_interval gc_ns_of(const struct vtb_pressure *pressure,
                                    const struct vtb_interval *per_call)
{
    const double n = (double)pressure->collected.pauses_n;
    const double mean = pressure->collected.cpu_ns / n;
    const double variance = fmax(0, pressure->collected.cpu_ns2 / n - mean * mean) / (n - 1);
    const double reach = vtb_t_quantile((1 + VTB_CONFIDENCE) / 2, n - 1) * sqrt(variance);
    return (struct vtb_interval){per_call->median * mean, per_call->lo * (mean - reach),
                                 per_call->hi * (mean + reach)};
}

/* The share of all processor time, of the time of collections for each call. */
static struct vtb_interval share_of(const struct vtb_pressure *pressure, struct vtb_interval gc_ns)
{
    const double rest_ns =
        (pressure->cpu_ns - pressure->collected.cpu_ns) / (double)pressure->calls_n;
    return (struct vtb_interval){gc_ns.median / (gc_ns.median + rest_ns),
                                 gc_ns.lo / (gc_ns.lo + rest_ns), gc_ns.hi / (gc_ns.hi + rest_ns)};
}

/* Of the youngest generation exactly, where they follow from bytes and a budget; of a heap that
 * collects when it likes, what happened in the one run. */
static struct vtb_interval youngest_of(const struct vtb_pressure *pressure)
{
    const double exact = 1 / pressure->calls_per_collection;
    if (pressure->is_exact)
        return (struct vtb_interval){exact, exact, exact};
    return (struct vtb_interval){vtb_per_kop(pressure, 0) / 1000, NAN, NAN};
}

/* `of` times a share that is a mean of the collections, with the bounds that as many of so many
 * trials have: it is the same in every run of as many calls, and not in one of others. */
static struct vtb_interval share_of_all(const struct vtb_pressure *pressure, double share,
                                        double of)
{
    const size_t n = (size_t)vtb_collections_n(&pressure->collected, 0);
    const double n_of_share = fmin(share, 1) * (double)n;
    if (n == 0 || !pressure->is_exact)
        return (struct vtb_interval){share * of, NAN, NAN};
    return (struct vtb_interval){
        share * of,
        of * vtb_clopper_pearson((size_t)floor(n_of_share), n, VTB_CONFIDENCE).lo,
        of * vtb_clopper_pearson((size_t)ceil(n_of_share), n, VTB_CONFIDENCE).hi,
    };
}

static struct vtb_interval older_of(const struct vtb_pressure *pressure, unsigned generation)
{
    const double share = (double)vtb_collections_n(&pressure->collected, generation) /
                         (double)vtb_collections_n(&pressure->collected, 0);
    return share_of_all(pressure, share, youngest_of(pressure).median);
}

void vtb_evidence_add_pressure(struct vtb_evidence *evidence, enum vtb_claim_side side,
                               const struct vtb_pressure *pressure)
{
    const uint64_t pauses_n = pressure->collected.pauses_n;
    const double allocated_bytes = evidence->bytes[side] * (double)pressure->calls_n;
    if (!pressure->measured || !pressure->collects)
        return;
    evidence->follows[side] = pressure->is_exact;
    evidence->collections[side][0] = youngest_of(pressure);
    for (unsigned g = 1; g < VTB_CLAIM_GENERATIONS && g < pressure->generations_n; g++)
        evidence->collections[side][g] = older_of(pressure, g);
    if (pauses_n >= vtb_pressure_metrics[VTB_PRESSURE_PAUSE_P99].pauses_min)
        evidence->pause_p99_ns[side] = pressure->pause_p99_ns;
    if (pauses_n < VTB_COLLECTIONS_MIN)
        return;
    evidence->gc_ns[side] = gc_ns_of(pressure, &evidence->collections[side][0]);
    evidence->gc_share[side] = share_of(pressure, evidence->gc_ns[side]);
    evidence->survived[side] =
        share_of_all(pressure, (double)pressure->collected.survived_bytes / allocated_bytes, 1);
}
