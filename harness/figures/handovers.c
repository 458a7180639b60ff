#include "figures/handovers.h"

#include <math.h>
#include <stdlib.h>

#include "base/allocate.h"
#include "figures/of_sessions.h"

#define WHAT "the figures of hand-overs"

static const struct vtb_interval unknown = {NAN, NAN, NAN};

static const struct vtb_handover_tally *tally_of(const struct vtb_handovers *handovers,
                                                 size_t session, size_t unit)
{
    return &handovers->tallies[session * handovers->units_n + unit];
}

/* What sessions have of one figure of a unit. */
static void read_values(double *values, const struct vtb_handovers *handovers, size_t sessions_n,
                        size_t unit, size_t kind, size_t quantile)
{
    for (size_t s = 0; s < sessions_n; s++) {
        const struct vtb_handover_tally *tally = tally_of(handovers, s, unit);
        values[s] = tally->calls_n > 0 ? tally->ns[kind][quantile] : NAN;
    }
}

/* Works the figures of one kind out. `base` is the unit's own number if it has no baseline. */
static void summarise_kind(struct vtb_handover_table *table, size_t sessions_n, size_t unit,
                           size_t base, size_t kind)
{
    struct vtb_handover_figures *figures = &table->figures[unit];
    const struct vtb_lengths all =
        vtb_handovers_lengths(&table->handovers, unit, (enum vtb_handover_kind)kind);
    double *own = vtb_allocate(sessions_n, sizeof *own, WHAT);
    double *others = vtb_allocate(sessions_n, sizeof *others, WHAT);
    for (size_t q = 0; q < VTB_LATENCY_QUANTILES_N; q++) {
        read_values(own, &table->handovers, sessions_n, unit, kind, q);
        read_values(others, &table->handovers, sessions_n, base, kind, q);
        figures->ns[kind][q] =
            vtb_range_of_sessions(vtb_latency_quantile(&all, q), own, sessions_n);
        figures->ratios[kind][q] =
            base == unit ? unknown : vtb_ratio_of_sessions(own, others, sessions_n);
    }
    free(own);
    free(others);
}

/* Where the clocks of processors differ, not even those of one thread are the same for long. */
static void make_unknown(struct vtb_handover_figures *figures)
{
    for (size_t k = 0; k < VTB_HANDOVER_KINDS_N; k++) {
        for (size_t q = 0; q < VTB_LATENCY_QUANTILES_N; q++)
            figures->ns[k][q] = figures->ratios[k][q] = unknown;
    }
}

static void count(struct vtb_handover_table *table, size_t sessions_n, size_t unit)
{
    struct vtb_handover_figures *figures = &table->figures[unit];
    double asleep_n = 0;
    for (size_t s = 0; s < sessions_n; s++) {
        const struct vtb_handover_tally *tally = tally_of(&table->handovers, s, unit);
        figures->calls_n += tally->calls_n;
        asleep_n += (double)tally->asleep_n;
        table->backwards_n += tally->backwards_n;
    }
    figures->asleep_share = asleep_n / (double)figures->calls_n;
}

void vtb_handover_summarise(struct vtb_handover_table *table, const struct vtb_point *point,
                            const struct vtb_handovers *handovers, size_t sessions_n)
{
    const size_t n = handovers->units_n;
    *table = (struct vtb_handover_table){
        .handovers = *handovers,
        .figures = vtb_allocate(n, sizeof *table->figures, WHAT),
    };
    for (size_t i = 0; i < n; i++) {
        const size_t base = i < vtb_cells_end(point) ? point->cases[i].baseline : i;
        count(table, sessions_n, i);
        for (size_t k = 0; k < VTB_HANDOVER_KINDS_N; k++)
            summarise_kind(table, sessions_n, i, base, k);
    }
    for (size_t i = 0; table->backwards_n > 0 && i < n; i++)
        make_unknown(&table->figures[i]);
}

void vtb_handover_table_free(struct vtb_handover_table *table)
{
    free(table->figures);
    *table = (struct vtb_handover_table){.figures = NULL};
}
