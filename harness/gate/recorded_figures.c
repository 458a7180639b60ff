#include "gate/recorded_figures.h"

#include <math.h>

static struct vtb_interval interval_of(const struct vtb_recorded_row *row,
                                       const char *const keys[3])
{
    return (struct vtb_interval){.median = vtb_recorded(row, keys[0]),
                                 .lo = vtb_recorded(row, keys[1]),
                                 .hi = vtb_recorded(row, keys[2])};
}

/* A number that a run writes whole; 0 if the row has none, or one that no run writes. */
static uint64_t whole(double value)
{
    return value >= 0 && value < 0x1p63 ? (uint64_t)llround(value) : 0;
}

/* A count of all calls, by the share of it that a row has of each. */
static uint64_t total(const struct vtb_recorded_row *row, const char *key, uint64_t calls_n)
{
    return whole(vtb_recorded(row, key) * (double)calls_n);
}

static struct vtb_counted counted_of(const struct vtb_recorded_row *row,
                                     const struct vtb_point *point, const struct vtb_case *the_case)
{
    const uint64_t calls_n = vtb_counted_calls_n(point);
    return (struct vtb_counted){
        .calls_n = calls_n,
        .hits_n = total(row, "actual_hit_rate", calls_n),
        .failed_n = total(row, "failures_per_op", calls_n),
        .counts = {.requested_bytes = total(row, "bytes_per_op", calls_n),
                   .allocs_n = total(row, "allocs_per_op", calls_n)},
        .startup_bytes = whole(vtb_recorded(row, "startup_bytes")),
        .startup_allocs_n = whole(vtb_recorded(row, "startup_allocs")),
        .bytes_only = the_case->guest != NULL,
    };
}

/* Whether two numbers are the same but for the digits that a file keeps. */
static bool is_near(double one, double other)
{
    return fabs(one - other) <= 1e-9 * fabs(other);
}

/* What a file has of collections. That it has no calls for each says that they allocate nothing, or
 * that it is not known. */
static struct vtb_pressure pressure_of(const struct vtb_recorded_row *row,
                                       const struct vtb_case *the_case,
                                       const struct vtb_counted *counted)
{
    const double bytes = vtb_steady_bytes_per_op(counted);
    const double budget_bytes = vtb_recorded(row, "gen0_budget_bytes");
    struct vtb_pressure pressure = {
        .measured = !isnan(vtb_recorded(row, "pressure_calls_n")),
        .collects = vtb_heap_collects(the_case->heap->heap),
        .calls_n = whole(vtb_recorded(row, "pressure_calls_n")),
        .calls_per_collection = vtb_recorded(row, "calls_per_collection"),
        .collected = {.cpu_ns = 1e6 * vtb_recorded(row, "gc_ms"),
                      .pauses_n = whole(vtb_recorded(row, "pauses_n")),
                      .collections_n = {whole(vtb_recorded(row, "collections_n"))}},
    };
    if (pressure.measured && bytes == 0)
        pressure.calls_per_collection = INFINITY;
    pressure.is_exact = is_near(pressure.calls_per_collection * bytes, budget_bytes);
    return pressure;
}

struct vtb_figures vtb_recorded_figures(const struct vtb_recorded_row *row,
                                        const struct vtb_point *point,
                                        const struct vtb_case *the_case)
{
    static const char *const ns[] = {"ns_per_op", "ns_per_op_lo", "ns_per_op_hi"};
    static const char *const ratio[] = {"ratio", "ratio_lo", "ratio_hi"};
    static const char *const busy[] = {"busy_ratio", "busy_ratio_lo", "busy_ratio_hi"};
    static const char *const scaling[] = {"scaling", "scaling_lo", "scaling_hi"};
    static const char *const over_floor[] = {"over_plain_ns", "over_plain_ns_lo",
                                             "over_plain_ns_hi"};
    static const char *const over_base[] = {"over_base_ns", "over_base_ns_lo", "over_base_ns_hi"};
    static const char *const share[] = {"handover_share", "handover_share_lo", "handover_share_hi"};
    static const char *const saved[] = {"handover_saved", "handover_saved_lo", "handover_saved_hi"};
    struct vtb_figures figures = {
        .the_case = the_case,
        .counted = counted_of(row, point, the_case),
        .ns = interval_of(row, ns),
        .ratio = interval_of(row, ratio),
        .log_ratio = vtb_recorded_log_ratio(row),
        .busy_ratio = interval_of(row, busy),
        .quiet_share = vtb_recorded(row, "quiet_share"),
        .over_floor = interval_of(row, over_floor),
        .over_base = interval_of(row, over_base),
        .scaling = interval_of(row, scaling),
        .completer_ns = vtb_recorded(row, "completer_cpu_ns_per_op"),
        .handover_share = interval_of(row, share),
        .handover_saved = interval_of(row, saved),
        .store = {.p50_ns = vtb_recorded(row, "store_p50_ns"),
                  .p99_ns = vtb_recorded(row, "store_p99_ns"),
                  .asked_n = (double)whole(vtb_recorded(row, "store_asked_n")),
                  .failed_n = (double)whole(vtb_recorded(row, "store_failed_n"))},
        .page_faults = vtb_recorded(row, "page_faults_per_start"),
        .instructions = vtb_recorded(row, "instructions_per_op"),
        .mde = vtb_recorded(row, "mde"),
        .verdict = row->verdict,
    };
    figures.disagree = vtb_disagrees(&figures.ratio);
    figures.pressure = pressure_of(row, the_case, &figures.counted);
    return figures;
}
