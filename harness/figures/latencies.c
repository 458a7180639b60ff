#include "figures/latencies.h"

#include <math.h>
#include <stdlib.h>

#include "base/allocate.h"
#include "figures/asked.h"
#include "figures/of_sessions.h"

#define WHAT "the figures of a table of latencies"

static const struct vtb_interval unknown = {NAN, NAN, NAN};

/* The figure of a session: a quantile of a kind, or the rate that is sustained. */
struct key {
    enum vtb_latency_kind kind; /* VTB_LATENCY_KINDS_N: it is the rate */
    size_t quantile;
};

static double value_of(const struct vtb_latency_table *table, size_t session, size_t unit,
                       const struct key *key)
{
    const struct vtb_latency_tally *tally =
        &table->latencies.tallies[session * table->latencies.units_n + unit];
    if (key->kind < VTB_LATENCY_KINDS_N)
        return tally->ns[key->kind][key->quantile];
    return tally->rate_sustained > 0 ? tally->rate_sustained : NAN;
}

/* What each session has of a figure. To be freed. */
static double *values_of(const struct vtb_latency_table *table, size_t unit, const struct key *key)
{
    double *values = vtb_allocate(table->sessions_n, sizeof *values, WHAT);
    for (size_t s = 0; s < table->sessions_n; s++)
        values[s] = value_of(table, s, unit, key);
    return values;
}

/* The least and the most of all sessions, beside a figure. */
static struct vtb_interval range_of(const struct vtb_latency_table *table, size_t unit,
                                    const struct key *key, double figure)
{
    double *values = values_of(table, unit, key);
    const struct vtb_interval range = vtb_range_of_sessions(figure, values, table->sessions_n);
    free(values);
    return range;
}

struct vtb_interval vtb_latency_ratio(const struct vtb_latency_table *table, size_t unit,
                                      size_t base, enum vtb_latency_kind kind, size_t quantile)
{
    const struct key key = {kind, quantile};
    double *own = values_of(table, unit, &key);
    double *others = values_of(table, base, &key);
    const struct vtb_interval ratio = vtb_ratio_of_sessions(own, others, table->sessions_n);
    free(own);
    free(others);
    return ratio;
}

/* The ratio of a case to its baseline; not known of the idle control, and of a baseline itself. */
static struct vtb_interval ratio_of(const struct vtb_latency_table *table, size_t unit,
                                    const struct key *key)
{
    const struct vtb_case *the_case = table->figures[unit].the_case;
    const size_t base = the_case ? the_case->baseline : unit;
    return base == unit ? unknown : vtb_latency_ratio(table, unit, base, key->kind, key->quantile);
}

static double median_of(const struct vtb_latency_table *table, size_t unit, const struct key *key)
{
    double *values = values_of(table, unit, key);
    size_t n = 0;
    for (size_t s = 0; s < table->sessions_n; s++) {
        if (!isnan(values[s]))
            values[n++] = values[s];
    }
    const double median = n > 0 ? vtb_median(values, n) : NAN;
    free(values);
    return median;
}

static void summarise_times(struct vtb_latency_table *table, size_t unit)
{
    struct vtb_latency_figures *figures = &table->figures[unit];
    for (size_t k = 0; k < VTB_LATENCY_KINDS_N; k++) {
        const struct vtb_lengths all =
            vtb_latencies_lengths(&table->latencies, unit, (enum vtb_latency_kind)k);
        for (size_t q = 0; q < VTB_LATENCY_QUANTILES_N; q++) {
            const struct key key = {(enum vtb_latency_kind)k, q};
            figures->ns[k][q] = range_of(table, unit, &key, vtb_latency_quantile(&all, q));
            figures->ratios[k][q] = ratio_of(table, unit, &key);
        }
    }
}

/* The number of the quantile above which the tail is. */
#define TAIL 3

/* The calls of a unit that took longer than a length, for each cause, as shares of all its calls;
 * those without one at VTB_TAIL_NONE. */
static void find_causes(double shares[VTB_TAIL_NONE + 1], const struct vtb_latency_table *table,
                        size_t unit, double length_ns)
{
    const struct vtb_lengths all =
        vtb_latencies_lengths(&table->latencies, unit, VTB_LATENCY_INTENDED);
    const double n = (double)all.n;
    shares[VTB_TAIL_NONE] = (double)vtb_lengths_beyond(&all, length_ns) / n;
    for (int cause = 0; cause < VTB_TAIL_NONE; cause++) {
        const struct vtb_lengths slow = vtb_latencies_lengths(
            &table->latencies, unit, (enum vtb_latency_kind)(VTB_LATENCY_SLOW + cause));
        shares[cause] = (double)vtb_lengths_beyond(&slow, length_ns) / n;
        shares[VTB_TAIL_NONE] -= shares[cause];
    }
}

size_t vtb_latency_idle_of(const struct vtb_latency_table *table, size_t unit)
{
    size_t control = vtb_cells_end(table->point);
    while (vtb_latency_callers_n(table->point, control) !=
           vtb_latency_callers_n(table->point, unit))
        control++;
    return control;
}

/* What the tail of a unit is made of. Whatever the idle control has of calls that took as long, for
 * no cause that is known though it was looked for, the case has, too. */
static void summarise_tail(struct vtb_latency_table *table, size_t unit)
{
    struct vtb_latency_figures *figures = &table->figures[unit];
    const struct vtb_lengths all =
        vtb_latencies_lengths(&table->latencies, unit, VTB_LATENCY_INTENDED);
    const double length_ns = vtb_latency_quantile(&all, TAIL);
    const double share = (double)vtb_lengths_beyond(&all, length_ns) / (double)all.n;
    const double looked_ns = fmax(length_ns, VTB_GAP_NS);
    double causes[VTB_TAIL_NONE + 1];
    double looked[VTB_TAIL_NONE + 1];
    double idle[VTB_TAIL_NONE + 1];
    for (size_t i = 0; i < VTB_TAIL_SHARES_N; i++)
        figures->tail[i] = NAN;
    if (isnan(length_ns) || share == 0)
        return;
    find_causes(causes, table, unit, length_ns);
    find_causes(looked, table, unit, looked_ns);
    find_causes(idle, table, vtb_latency_idle_of(table, unit), looked_ns);
    for (size_t i = 0; i < VTB_TAIL_NONE; i++)
        figures->tail[i] = causes[i] / share;
    const double rest = looked[VTB_TAIL_NONE] / share;
    const double matched = figures->the_case ? fmin(rest, idle[VTB_TAIL_NONE] / share) : 0;
    figures->tail[VTB_TAIL_SHORT] = causes[VTB_TAIL_NONE] / share - rest;
    figures->tail[VTB_TAIL_IDLE] = figures->the_case ? matched : NAN;
    figures->tail[VTB_TAIL_UNKNOWN] = rest - matched;
}

/* Whether a unit asks for anything: the idle control and the empty loop do not. */
static bool looks_up(const struct vtb_point *point, size_t unit)
{
    return unit < vtb_cells_end(point) && unit != point->cases[unit].empty;
}

/* Adds up what sessions counted of a unit. */
static void summarise_counts(struct vtb_latency_table *table, size_t unit)
{
    struct vtb_latency_figures *figures = &table->figures[unit];
    const struct vtb_lengths seen =
        vtb_latencies_lengths(&table->latencies, unit, VTB_LATENCY_MISS);
    double late_n = 0;
    double lasted_ns = 0;
    double hits_n = 0;
    for (size_t s = 0; s < table->sessions_n; s++) {
        const struct vtb_latency_tally *tally =
            &table->latencies.tallies[s * table->latencies.units_n + unit];
        figures->calls_n += tally->calls_n;
        late_n += (double)tally->late_n;
        hits_n += (double)tally->hits_n;
        figures->misses_n += (double)tally->misses_n;
        lasted_ns += tally->lasted_ns;
    }
    figures->rate_achieved = (double)figures->calls_n * 1e9 / lasted_ns;
    figures->late_share = late_n / (double)figures->calls_n;
    figures->hit_rate = table->point->hits.emerge && looks_up(table->point, unit)
                            ? hits_n / (double)figures->calls_n
                            : NAN;
    figures->misses_unseen_n = figures->misses_n - (double)seen.n;
    if (!vtb_latency_sees_misses(table->point) || !looks_up(table->point, unit))
        figures->misses_n = figures->misses_unseen_n = NAN;
    figures->store =
        vtb_asked(&table->latencies.tallies[unit].store,
                  table->latencies.units_n * sizeof *table->latencies.tallies, table->sessions_n);
}

static void summarise_unit(struct vtb_latency_table *table, size_t unit)
{
    struct vtb_latency_figures *figures = &table->figures[unit];
    const struct key sustained = {VTB_LATENCY_KINDS_N, 0};
    figures->callers_n = vtb_latency_callers_n(table->point, unit);
    if (unit < vtb_cells_end(table->point))
        figures->the_case = &table->point->cases[unit];
    summarise_counts(table, unit);
    summarise_times(table, unit);
    summarise_tail(table, unit);
    figures->sustained = range_of(table, unit, &sustained, median_of(table, unit, &sustained));
    figures->sustained_ratio = ratio_of(table, unit, &sustained);
}

void vtb_latency_summarise(struct vtb_latency_table *table, const struct vtb_point *point,
                           enum vtb_consumer consumer, const struct vtb_latencies *latencies,
                           size_t sessions_n)
{
    *table = (struct vtb_latency_table){
        .point = point,
        .consumer = consumer,
        .latencies = *latencies,
        .sessions_n = sessions_n,
        .figures = vtb_allocate(latencies->units_n, sizeof *table->figures, WHAT),
    };
    for (size_t i = 0; i < latencies->units_n; i++)
        summarise_unit(table, i);
}

void vtb_latency_add_handovers(struct vtb_latency_table *table,
                               const struct vtb_handovers *handovers)
{
    if (handovers->units_n > 0)
        vtb_handover_summarise(&table->handovers, table->point, handovers, table->sessions_n);
}

void vtb_latency_table_free(struct vtb_latency_table *table)
{
    free(table->figures);
    vtb_handover_table_free(&table->handovers);
    *table = (struct vtb_latency_table){.figures = NULL};
}
