/* The figures that rows of the table choose from. */
#include "claims/claim.h"

#include <math.h>

#include "figures/answer.h"

static struct vtb_interval exact(double value)
{
    return (struct vtb_interval){value, value, value};
}

static struct vtb_interval scaled(struct vtb_interval of, double by)
{
    return (struct vtb_interval){of.median * by, of.lo * by, of.hi * by};
}

/* The share that is saved, in percent, of what is left of 1. */
static struct vtb_interval saved(struct vtb_interval left)
{
    return (struct vtb_interval){100 * (1 - left.median), 100 * (1 - left.hi), 100 * (1 - left.lo)};
}

/* Nothing of nothing is all that was there. */
static double part(double after, double before)
{
    return after == before ? 1 : after / before;
}

struct vtb_interval vtb_claim_bytes(const struct vtb_claim *claim,
                                    const struct vtb_evidence *evidence)
{
    return exact(evidence->bytes[claim->side] * claim->times);
}

struct vtb_interval vtb_claim_allocs(const struct vtb_claim *claim,
                                     const struct vtb_evidence *evidence)
{
    return exact(evidence->allocs[claim->side] * claim->times);
}

struct vtb_interval vtb_claim_allocs_avoided(const struct vtb_claim *claim,
                                             const struct vtb_evidence *evidence)
{
    return exact((evidence->allocs[VTB_BEFORE] - evidence->allocs[VTB_AFTER]) * claim->times);
}

struct vtb_interval vtb_claim_calls_without(const struct vtb_claim *claim,
                                            const struct vtb_evidence *evidence)
{
    return exact((1 - evidence->allocs[claim->side]) * claim->times);
}

struct vtb_interval vtb_claim_bytes_ratio(const struct vtb_claim *claim,
                                          const struct vtb_evidence *evidence)
{
    return exact(part(evidence->bytes[claim->side], evidence->bytes[VTB_BEFORE]));
}

struct vtb_interval vtb_claim_bytes_saved(const struct vtb_claim *claim,
                                          const struct vtb_evidence *evidence)
{
    return saved(vtb_claim_bytes_ratio(claim, evidence));
}

struct vtb_interval vtb_claim_allocs_saved(const struct vtb_claim *claim,
                                           const struct vtb_evidence *evidence)
{
    return saved(exact(part(evidence->allocs[claim->side], evidence->allocs[VTB_BEFORE])));
}

struct vtb_interval vtb_claim_time(const struct vtb_claim *claim,
                                   const struct vtb_evidence *evidence)
{
    return scaled(evidence->ns[claim->side], claim->times);
}

struct vtb_interval vtb_claim_task_time(const struct vtb_claim *claim,
                                        const struct vtb_evidence *evidence)
{
    return scaled(evidence->beyond_plain_ns[claim->side], claim->times);
}

struct vtb_interval vtb_claim_time_ratio(const struct vtb_claim *claim,
                                         const struct vtb_evidence *evidence)
{
    return evidence->ratio[claim->side];
}

struct vtb_interval vtb_claim_speed(const struct vtb_claim *claim,
                                    const struct vtb_evidence *evidence)
{
    const struct vtb_interval *ratio = &evidence->ratio[claim->side];
    return (struct vtb_interval){1 / ratio->median, 1 / ratio->hi, 1 / ratio->lo};
}

struct vtb_interval vtb_claim_time_saved(const struct vtb_claim *claim,
                                         const struct vtb_evidence *evidence)
{
    return saved(evidence->ratio[claim->side]);
}

/* Calls a second; infinite where nothing is saved. */
static double worth_from(double saved_ns)
{
    return saved_ns > 0 ? vtb_worth_volume(saved_ns) : INFINITY;
}

struct vtb_interval vtb_claim_worth_from(const struct vtb_claim *claim,
                                         const struct vtb_evidence *evidence)
{
    const struct vtb_interval *ratio = &evidence->ratio[claim->side];
    const double ns = evidence->ns[VTB_BEFORE].median;
    const double at_least = isnan(ratio->lo) ? NAN : worth_from(ns * (1 - ratio->lo));
    const double at_most = isnan(ratio->hi) ? NAN : worth_from(ns * (1 - ratio->hi));
    const double likely = isnan(ns * ratio->median) ? NAN : worth_from(ns * (1 - ratio->median));
    return scaled((struct vtb_interval){likely, at_least, at_most}, claim->times);
}

struct vtb_interval vtb_claim_collections(const struct vtb_claim *claim,
                                          const struct vtb_evidence *evidence)
{
    return exact(evidence->collections[claim->side][claim->generation] * claim->times);
}

struct vtb_interval vtb_claim_collections_saved(const struct vtb_claim *claim,
                                                const struct vtb_evidence *evidence)
{
    return saved(exact(part(evidence->collections[claim->side][claim->generation],
                            evidence->collections[VTB_BEFORE][claim->generation])));
}

struct vtb_interval vtb_claim_collections_more(const struct vtb_claim *claim,
                                               const struct vtb_evidence *evidence)
{
    return exact(evidence->collections[VTB_BEFORE][claim->generation] /
                 evidence->collections[claim->side][claim->generation]);
}

struct vtb_interval vtb_claim_gc_time(const struct vtb_claim *claim,
                                      const struct vtb_evidence *evidence)
{
    return scaled(evidence->gc_ns[claim->side], claim->times);
}

/* Of two means that have nothing to do with each other: the variances of their logarithms add up,
 * and half the width of an interval stands for the root of one. */
struct vtb_interval vtb_claim_gc_time_saved(const struct vtb_claim *claim,
                                            const struct vtb_evidence *evidence)
{
    const struct vtb_interval *after = &evidence->gc_ns[claim->side];
    const struct vtb_interval *before = &evidence->gc_ns[VTB_BEFORE];
    const double left = after->median / before->median;
    const double reach = hypot((after->hi - after->median) / after->median,
                               (before->hi - before->median) / before->median);
    return saved((struct vtb_interval){left, left * exp(-reach), left * exp(reach)});
}

struct vtb_interval vtb_claim_gc_share(const struct vtb_claim *claim,
                                       const struct vtb_evidence *evidence)
{
    return exact(100 * evidence->gc_share[claim->side]);
}

struct vtb_interval vtb_claim_pause_p99(const struct vtb_claim *claim,
                                        const struct vtb_evidence *evidence)
{
    return exact(evidence->pause_p99_ns[claim->side] * claim->times);
}

struct vtb_interval vtb_claim_pause_p99_saved(const struct vtb_claim *claim,
                                              const struct vtb_evidence *evidence)
{
    return saved(exact(evidence->pause_p99_ns[claim->side] / evidence->pause_p99_ns[VTB_BEFORE]));
}

struct vtb_interval vtb_claim_survived(const struct vtb_claim *claim,
                                       const struct vtb_evidence *evidence)
{
    return exact(100 * evidence->survived[claim->side]);
}

/* --- .NET 11 --- */

/* Allocated bytes of a hit and of a miss, of .NET 11.0.0 with the compiler's feature
 * runtime-async=on, 64-bit, by GC.GetAllocatedBytesForCurrentThread: an async method that returns a
 * task, and a plain one that returns a value task over such a method. In caller, method and store
 * nothing is compiled as before. What is allocated on a miss is one object or more, and counted as
 * one. */
static const struct {
    double hit_bytes;
    double miss_bytes;
} net11[VTB_SIDES_N] = {
    [VTB_BEFORE] = {0, 64}, [VTB_AFTER] = {0, 120}, [VTB_AFTER_ASYNC] = {0, 64}};

/* Allocated between two collections of the youngest generation, where the L3 cache is 32 MB. */
#define NET11_BUDGET_BYTES 16777216.0

struct vtb_evidence vtb_claim_net11(double hit_rate)
{
    struct vtb_evidence evidence = {.hit_rate = hit_rate, .heap = ".NET 11"};
    for (int side = 0; side < VTB_SIDES_N; side++) {
        evidence.allocs[side] = (net11[side].hit_bytes > 0) * hit_rate + (1 - hit_rate);
        evidence.bytes[side] =
            net11[side].hit_bytes * hit_rate + net11[side].miss_bytes * (1 - hit_rate);
        evidence.collections[side][0] = evidence.bytes[side] / NET11_BUDGET_BYTES;
    }
    return evidence;
}
