/* The figures that rows of the table choose from. */
#include "claims/claim.h"

#include <math.h>

#include "figures/answer.h"

/* How many times as fast, or as slow, this machine may be as it was. Beside a busy sibling all is
 * up to 1.54 times as slow, and the sessions' formula would need an interval of 23 % for a time in
 * ns: 1.54 x 1.23 is 1.9. */
#define SPEEDS 2.0

/* Of an interval that holds for another run. */
static struct vtb_claim_value measured(struct vtb_interval of)
{
    return (struct vtb_claim_value){.figure = of, .least = of.lo, .most = of.hi};
}

static struct vtb_claim_value exact(double value)
{
    struct vtb_claim_value found = measured((struct vtb_interval){value, value, value});
    found.is_exact = true;
    return found;
}

/* Of an interval that holds at the speed that this machine had. */
static struct vtb_claim_value at_speed(struct vtb_interval of)
{
    struct vtb_claim_value found = measured(of);
    found.least = fmin(of.lo / SPEEDS, of.lo * SPEEDS);
    found.most = fmax(of.hi / SPEEDS, of.hi * SPEEDS);
    return found;
}

static struct vtb_claim_value scaled(struct vtb_claim_value of, double by)
{
    of.figure.median *= by;
    of.figure.lo *= by;
    of.figure.hi *= by;
    of.least *= by;
    of.most *= by;
    return of;
}

/* The share that is saved, in percent, of what is left of 1. */
static struct vtb_claim_value saved(struct vtb_claim_value left)
{
    return (struct vtb_claim_value){
        .figure = {100 * (1 - left.figure.median), 100 * (1 - left.figure.hi),
                   100 * (1 - left.figure.lo)},
        .least = 100 * (1 - left.most),
        .most = 100 * (1 - left.least),
        .is_exact = left.is_exact,
    };
}

/* Nothing of nothing is all that was there. */
static double part(double after, double before)
{
    return after == before ? 1 : after / before;
}

struct vtb_claim_value vtb_claim_bytes(const struct vtb_claim *claim,
                                       const struct vtb_evidence *evidence)
{
    return exact(evidence->bytes[claim->side] * claim->times);
}

struct vtb_claim_value vtb_claim_allocs(const struct vtb_claim *claim,
                                        const struct vtb_evidence *evidence)
{
    return exact(evidence->allocs[claim->side] * claim->times);
}

struct vtb_claim_value vtb_claim_allocs_avoided(const struct vtb_claim *claim,
                                                const struct vtb_evidence *evidence)
{
    return exact((evidence->allocs[VTB_BEFORE] - evidence->allocs[VTB_AFTER]) * claim->times);
}

struct vtb_claim_value vtb_claim_calls_without(const struct vtb_claim *claim,
                                               const struct vtb_evidence *evidence)
{
    return exact((1 - evidence->allocs[claim->side]) * claim->times);
}

struct vtb_claim_value vtb_claim_bytes_ratio(const struct vtb_claim *claim,
                                             const struct vtb_evidence *evidence)
{
    return exact(part(evidence->bytes[claim->side], evidence->bytes[VTB_BEFORE]));
}

struct vtb_claim_value vtb_claim_bytes_saved(const struct vtb_claim *claim,
                                             const struct vtb_evidence *evidence)
{
    return saved(vtb_claim_bytes_ratio(claim, evidence));
}

struct vtb_claim_value vtb_claim_allocs_saved(const struct vtb_claim *claim,
                                              const struct vtb_evidence *evidence)
{
    return saved(exact(part(evidence->allocs[claim->side], evidence->allocs[VTB_BEFORE])));
}

/* How far sessions varied is no interval: how fast a machine is another time nobody knows. */
struct vtb_claim_value vtb_claim_time(const struct vtb_claim *claim,
                                      const struct vtb_evidence *evidence)
{
    struct vtb_claim_value time = at_speed(evidence->ns[claim->side]);
    time.figure.lo = time.figure.hi = NAN;
    return scaled(time, claim->times);
}

struct vtb_claim_value vtb_claim_task_time(const struct vtb_claim *claim,
                                           const struct vtb_evidence *evidence)
{
    return scaled(at_speed(evidence->beyond_plain_ns[claim->side]), claim->times);
}

struct vtb_claim_value vtb_claim_time_ratio(const struct vtb_claim *claim,
                                            const struct vtb_evidence *evidence)
{
    return measured(evidence->ratio[claim->side]);
}

/* The other way round: how many times as much it was before. */
static struct vtb_claim_value inverse(const struct vtb_interval *ratio)
{
    return measured((struct vtb_interval){1 / ratio->median, 1 / ratio->hi, 1 / ratio->lo});
}

struct vtb_claim_value vtb_claim_speed(const struct vtb_claim *claim,
                                       const struct vtb_evidence *evidence)
{
    return inverse(&evidence->ratio[claim->side]);
}

struct vtb_claim_value vtb_claim_p99_longer(const struct vtb_claim *claim,
                                            const struct vtb_evidence *evidence)
{
    return inverse(&evidence->p99_ratio[claim->side]);
}

struct vtb_claim_value vtb_claim_p999_longer(const struct vtb_claim *claim,
                                             const struct vtb_evidence *evidence)
{
    return inverse(&evidence->p999_ratio[claim->side]);
}

struct vtb_claim_value vtb_claim_rate_ratio(const struct vtb_claim *claim,
                                            const struct vtb_evidence *evidence)
{
    return measured(evidence->rate_ratio[claim->side]);
}

struct vtb_claim_value vtb_claim_rate_more(const struct vtb_claim *claim,
                                           const struct vtb_evidence *evidence)
{
    const struct vtb_interval *ratio = &evidence->rate_ratio[claim->side];
    return measured((struct vtb_interval){100 * (ratio->median - 1), 100 * (ratio->lo - 1),
                                          100 * (ratio->hi - 1)});
}

struct vtb_claim_value vtb_claim_time_saved(const struct vtb_claim *claim,
                                            const struct vtb_evidence *evidence)
{
    return saved(measured(evidence->ratio[claim->side]));
}

/* Calls a second; infinite where nothing is saved. */
static double worth_from(double saved_ns)
{
    return saved_ns > 0 ? vtb_worth_volume(saved_ns) : INFINITY;
}

struct vtb_claim_value vtb_claim_worth_from(const struct vtb_claim *claim,
                                            const struct vtb_evidence *evidence)
{
    const struct vtb_interval *ratio = &evidence->ratio[claim->side];
    const double ns = evidence->ns[VTB_BEFORE].median;
    const double at_least = isnan(ratio->lo) ? NAN : worth_from(ns * (1 - ratio->lo));
    const double at_most = isnan(ratio->hi) ? NAN : worth_from(ns * (1 - ratio->hi));
    const double likely = isnan(ns * ratio->median) ? NAN : worth_from(ns * (1 - ratio->median));
    return scaled(at_speed((struct vtb_interval){likely, at_least, at_most}), claim->times);
}

/* Of collections that follow from bytes and a budget it is exact. */
static struct vtb_claim_value counted(struct vtb_interval of, bool follows, unsigned generation)
{
    struct vtb_claim_value found = measured(of);
    found.is_exact = follows && generation == 0;
    return found;
}

/* How many times as many collections one side has as another; nothing of nothing is all of it. */
static struct vtb_claim_value collections_to(const struct vtb_claim *claim,
                                             const struct vtb_evidence *evidence,
                                             enum vtb_claim_side of, enum vtb_claim_side to)
{
    const struct vtb_interval *one = &evidence->collections[of][claim->generation];
    const struct vtb_interval *other = &evidence->collections[to][claim->generation];
    return counted((struct vtb_interval){part(one->median, other->median), part(one->lo, other->hi),
                                         part(one->hi, other->lo)},
                   evidence->follows[of] && evidence->follows[to], claim->generation);
}

struct vtb_claim_value vtb_claim_collections(const struct vtb_claim *claim,
                                             const struct vtb_evidence *evidence)
{
    return scaled(counted(evidence->collections[claim->side][claim->generation],
                          evidence->follows[claim->side], claim->generation),
                  claim->times);
}

struct vtb_claim_value vtb_claim_collections_saved(const struct vtb_claim *claim,
                                                   const struct vtb_evidence *evidence)
{
    return saved(collections_to(claim, evidence, claim->side, VTB_BEFORE));
}

struct vtb_claim_value vtb_claim_collections_more(const struct vtb_claim *claim,
                                                  const struct vtb_evidence *evidence)
{
    return collections_to(claim, evidence, VTB_BEFORE, claim->side);
}

struct vtb_claim_value vtb_claim_gc_time(const struct vtb_claim *claim,
                                         const struct vtb_evidence *evidence)
{
    return scaled(at_speed(evidence->gc_ns[claim->side]), claim->times);
}

/* Of two means that have nothing to do with each other: the variances of their logarithms add up,
 * and half the width of an interval stands for the root of one. Each is of a process of its own,
 * one after the other, and so at a speed of its own; as are the quantiles below. */
struct vtb_claim_value vtb_claim_gc_time_saved(const struct vtb_claim *claim,
                                               const struct vtb_evidence *evidence)
{
    const struct vtb_interval *after = &evidence->gc_ns[claim->side];
    const struct vtb_interval *before = &evidence->gc_ns[VTB_BEFORE];
    const double left = after->median / before->median;
    const double reach = hypot((after->hi - after->median) / after->median,
                               (before->hi - before->median) / before->median);
    return saved(at_speed((struct vtb_interval){left, left * exp(-reach), left * exp(reach)}));
}

struct vtb_claim_value vtb_claim_gc_share(const struct vtb_claim *claim,
                                          const struct vtb_evidence *evidence)
{
    return scaled(at_speed(evidence->gc_share[claim->side]), 100);
}

struct vtb_claim_value vtb_claim_pause_p99(const struct vtb_claim *claim,
                                           const struct vtb_evidence *evidence)
{
    return scaled(at_speed(evidence->pause_p99_ns[claim->side]), claim->times);
}

/* From the least over the most to the most over the least. */
struct vtb_claim_value vtb_claim_pause_p99_saved(const struct vtb_claim *claim,
                                                 const struct vtb_evidence *evidence)
{
    const struct vtb_interval *after = &evidence->pause_p99_ns[claim->side];
    const struct vtb_interval *before = &evidence->pause_p99_ns[VTB_BEFORE];
    return saved(at_speed((struct vtb_interval){after->median / before->median,
                                                after->lo / before->hi, after->hi / before->lo}));
}

struct vtb_claim_value vtb_claim_survived(const struct vtb_claim *claim,
                                          const struct vtb_evidence *evidence)
{
    return scaled(measured(evidence->survived[claim->side]), 100);
}

/* --- .NET 11 --- */

/* Allocated bytes of a hit and of a miss, of .NET 11.0.0 with the compiler's feature
 * runtime-async=on, 64-bit, by GC.GetAllocatedBytesForCurrentThread: an async method that returns a
 * task, and a plain one that returns a value task over such a method. In caller, method and store
 * nothing is compiled as before, and the store's answer takes no object: it has an awaiter of its
 * own. One that is awaited as a task, as the models' is, takes one more (docs/DOTNET.md). What is
 * allocated on a miss is one object or more, and counted as one. */
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
        const double collections = evidence.bytes[side] / NET11_BUDGET_BYTES;
        evidence.collections[side][0] =
            (struct vtb_interval){collections, collections, collections};
        evidence.follows[side] = true;
    }
    return evidence;
}
