#include "report/counters.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"

static double least(const double *values, size_t n)
{
    double found = values[0];
    for (size_t i = 1; i < n; i++)
        found = fmin(found, values[i]);
    return found;
}

static double most(const double *values, size_t n)
{
    double found = values[0];
    for (size_t i = 1; i < n; i++)
        found = fmax(found, values[i]);
    return found;
}

static void add(struct vtb_counter *counters, size_t *n, const char *key, double value, bool exact)
{
    counters[(*n)++] = (struct vtb_counter){key, value, exact};
}

static void add_exact(struct vtb_counter *counters, size_t *n, const struct vtb_figures *figures,
                      bool instructions)
{
    const struct vtb_counted *counted = &figures->counted;
    const bool collects = vtb_heap_collects(figures->the_case->heap->heap);
    add(counters, n, "actual_hit_rate", vtb_per_op(counted, counted->hits_n), true);
    add(counters, n, "bytes_per_op", vtb_per_op(counted, counted->counts.requested_bytes), true);
    add(counters, n, "usable_bytes_per_op", vtb_cells_per_op(counted, counted->counts.usable_bytes),
        true);
    add(counters, n, "allocs_per_op", vtb_cells_per_op(counted, counted->counts.allocs_n), true);
    add(counters, n, "frees_per_op", vtb_cells_per_op(counted, counted->counts.frees_n), true);
    add(counters, n, "peak_live_bytes", /* not known on a collector, where nothing is freed */
        collects ? NAN : (double)counted->counts.peak_live_bytes, true);
    add(counters, n, "startup_bytes", counted->bytes_only ? NAN : (double)counted->startup_bytes,
        true);
    add(counters, n, "startup_allocs",
        counted->bytes_only ? NAN : (double)counted->startup_allocs_n, true);
    add(counters, n, "failures_per_op", vtb_per_op(counted, counted->failed_n), true);
    if (instructions)
        add(counters, n, "instructions_per_op", figures->instructions, true);
}

static void add_events(struct vtb_counter *counters, size_t *n,
                       const struct vtb_event_columns *columns,
                       const struct vtb_event_counts *counts)
{
    for (size_t i = 0; i < columns->events.n; i++) {
        add(counters, n, columns->per_op[i], counts->per_op[i], false);
        add(counters, n, columns->running[i],
            *columns->events.items[i].reason ? NAN : counts->running[i], false);
    }
}

static void add_interval(struct vtb_counter *counters, size_t *n, const char *const keys[3],
                         const struct vtb_interval *interval)
{
    add(counters, n, keys[0], interval->median, false);
    add(counters, n, keys[1], interval->lo, false);
    add(counters, n, keys[2], interval->hi, false);
}

static void add_timed(struct vtb_counter *counters, size_t *n, const struct vtb_figures *figures)
{
    static const char *const ns[] = {"ns_per_op", "ns_per_op_lo", "ns_per_op_hi"};
    static const char *const ratio[] = {"ratio", "ratio_lo", "ratio_hi"};
    static const char *const over_plain[] = {"over_plain_ns", "over_plain_ns_lo",
                                             "over_plain_ns_hi"};
    static const char *const over_base[] = {"over_base_ns", "over_base_ns_lo", "over_base_ns_hi"};
    static const char *const busy[] = {"busy_ratio", "busy_ratio_lo", "busy_ratio_hi"};
    add_interval(counters, n, ns, &figures->ns);
    add_interval(counters, n, ratio, &figures->ratio);
    add_interval(counters, n, over_plain, &figures->over_floor);
    add_interval(counters, n, over_base, &figures->over_base);
    add(counters, n, "mde", figures->mde, false);
    add(counters, n, "ratio_log_se", sqrt(figures->log_ratio.variance), false);
    add(counters, n, "ratio_freedom", figures->log_ratio.freedom, false);
    add(counters, n, "ratio_log_session_variance", figures->log_ratio.square, false);
    add(counters, n, "ratio_log_added_variance", figures->log_ratio.added, false);
    add(counters, n, "between_sessions_share", figures->log_ratio.between_share, false);
    add(counters, n, "sessions_n", (double)figures->log_ratio.sessions_n, false);
    add(counters, n, "collections_ns_per_op", figures->collections.ns, false);
    add(counters, n, "collections_ns_per_op_se",
        figures->collections.is_unknown ? NAN : sqrt(figures->collections.variance), false);
    add(counters, n, "quiet_share", figures->quiet_share, false);
    add_interval(counters, n, busy, &figures->busy_ratio);
}

static void add_store(struct vtb_counter *counters, size_t *n, const struct vtb_figures *figures)
{
    static const char *const share[] = {"handover_share", "handover_share_lo", "handover_share_hi"};
    static const char *const saved[] = {"handover_saved", "handover_saved_lo", "handover_saved_hi"};
    const struct vtb_store_sums *store = &figures->store;
    add(counters, n, "store_p50_ns", store->p50_ns, false);
    add(counters, n, "store_p99_ns", store->p99_ns, false);
    add(counters, n, "store_asked_n", store->asked_n, false);
    add(counters, n, "store_failed_n", store->failed_n, false);
    add(counters, n, "store_expired_n", store->expired_n, false);
    add_interval(counters, n, share, &figures->handover_share);
    add_interval(counters, n, saved, &figures->handover_saved);
}

static void add_callers(struct vtb_counter *counters, size_t *n, const struct vtb_figures *figures)
{
    static const char *const scaling[] = {"scaling", "scaling_lo", "scaling_hi"};
    const size_t callers_n = figures->the_case->threads_n;
    add(counters, n, "callers", (double)callers_n, false);
    add(counters, n, "caller_ns_per_op_least", least(figures->caller_ns, callers_n), false);
    add(counters, n, "caller_ns_per_op_most", most(figures->caller_ns, callers_n), false);
    add(counters, n, "ops_per_second", (double)callers_n * 1e9 / figures->ns.median, false);
    add_interval(counters, n, scaling, &figures->scaling);
}

/* Adds the figures at a volume of calls per second, which is that of all callers together. A volume
 * lasts, so what is allocated once is no part of them; and a cold start tells nothing of the
 * processor time. */
static void add_volume(struct vtb_counter *counters, size_t *n, const struct vtb_figures *figures,
                       const struct vtb_comparison *comparison, double calls_per_second)
{
    const double bytes = vtb_steady_bytes_per_op(&figures->counted) * calls_per_second;
    const double allocs = vtb_steady_allocs_per_op(&figures->counted) * calls_per_second;
    const double cpu_s = vtb_cpu_ns_per_op(comparison, figures) / 1e9 * calls_per_second;
    add(counters, n, "bytes_per_second", bytes, true);
    add(counters, n, "allocs_per_second", allocs, true);
    add(counters, n, "bytes_per_day", bytes * VTB_SECONDS_A_DAY, true);
    add(counters, n, "allocs_per_day", allocs * VTB_SECONDS_A_DAY, true);
    if (!comparison->timed)
        return;
    add(counters, n, "cpu_s_per_second", cpu_s, false);
    add(counters, n, "cpu_s_per_day", cpu_s * VTB_SECONDS_A_DAY, false);
}

/* Whether any case of the run has a pressure pass. */
static bool has_pressure(const struct vtb_plan *plan)
{
    for (size_t i = 0; i < plan->points[0].cases_n; i++) {
        if (vtb_plan_has_pressure(plan, &plan->points[0].cases[i]))
            return true;
    }
    return false;
}

static void add_pressure(struct vtb_counter *counters, size_t *n,
                         const struct vtb_pressure *pressure)
{
    const bool collects = pressure->collects;
    add(counters, n, "gen0_budget_bytes",
        collects && pressure->budget_bytes > 0 ? (double)pressure->budget_bytes : NAN, false);
    add(counters, n, "live_heap_bytes",
        collects && !pressure->counts_only ? (double)pressure->live_bytes : NAN, false);
    add(counters, n, "pressure_calls_n", pressure->measured ? (double)pressure->calls_n : NAN,
        false);
    for (const struct vtb_pressure_metric *metric = vtb_pressure_metrics; metric->word; metric++)
        add(counters, n, metric->key, vtb_pressure_value(metric, pressure), false);
}

size_t vtb_counters(const struct vtb_results *results, const struct vtb_comparison *comparison,
                    const struct vtb_figures *figures,
                    struct vtb_counter counters[VTB_COUNTERS_MAX])
{
    size_t n = 0;
    add_exact(counters, &n, figures, results->plan->instructions);
    add_events(counters, &n, &results->events, &figures->events);
    if (comparison->timed)
        add_timed(counters, &n, figures);
    if (comparison->timed && vtb_plan_has_cold(results->plan))
        add(counters, &n, "page_faults_per_start", figures->page_faults, false);
    if (comparison->timed && vtb_plan_has_warm_cache(results->plan))
        add(counters, &n, "timed_hit_rate", comparison->timed_hit_rate, false);
    if (comparison->timed && results->plan->points[0].completer && !results->plan->points[0].store)
        add(counters, &n, "completer_cpu_ns_per_op", figures->completer_ns, false);
    if (comparison->timed && results->plan->points[0].store)
        add_store(counters, &n, figures);
    if (comparison->timed && comparison->caller_ns)
        add_callers(counters, &n, figures);
    if (results->plan->calls_per_second > 0)
        add_volume(counters, &n, figures, comparison, results->plan->calls_per_second);
    if (has_pressure(results->plan))
        add_pressure(counters, &n, &figures->pressure);
    return n;
}

double vtb_counter_value(const struct vtb_counter *counters, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(counters[i].key, key) == 0)
            return counters[i].value;
    }
    return NAN;
}
