/* What a comparison shows, in sentences. Every number in them comes from the figures. */
#include <math.h>
#include <string.h>

#include "report.h"

static const char *name_of(const struct vtb_figures *figures)
{
    return figures->the_case->timing->strategy_name;
}

/* Strategies that stand in the table for comparison's sake only. */
static bool is_reference(const struct vtb_comparison *comparison, size_t i)
{
    const struct vtb_case *the_case = &comparison->point->cases[i];
    return i == the_case->empty || i == the_case->floor;
}

/* The case of a heap that is cheapest by time, or by bytes and then by name's order. */
static size_t cheapest(const struct vtb_comparison *comparison, size_t first, size_t end)
{
    size_t best = end;
    for (size_t i = first; i < end; i++) {
        if (is_reference(comparison, i))
            continue;
        if (best == end || comparison->figures[i].ns.median < comparison->figures[best].ns.median)
            best = i;
    }
    return best;
}

/* Those that cannot be told from the cheapest: neither lies outside the other's interval. */
static void print_peers(FILE *out, const struct vtb_comparison *comparison, size_t best,
                        size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        const struct vtb_figures *other = &comparison->figures[i];
        if (i != best && !is_reference(comparison, i) &&
            other->over_floor.lo <= comparison->figures[best].over_floor.hi)
            fprintf(out, ", with %s within its interval", name_of(other));
    }
}

static void print_time(FILE *out, const struct vtb_comparison *comparison, size_t first, size_t end)
{
    const size_t best = cheapest(comparison, first, end);
    const struct vtb_figures *winner = &comparison->figures[best];
    const struct vtb_figures *baseline = &comparison->figures[winner->the_case->baseline];
    const struct vtb_figures *floor = &comparison->figures[winner->the_case->floor];
    if (winner != baseline) {
        fprintf(out, "Time: a plain call takes %.2f ns; %s adds %.2f ns to it, %s %.2f ns",
                floor->ns.median, name_of(baseline), baseline->over_floor.median, name_of(winner),
                winner->over_floor.median);
        fprintf(out, " (%.3f of %s's time, 99 %% interval %.3f to %.3f)", winner->ratio.median,
                name_of(baseline), winner->ratio.lo, winner->ratio.hi);
        print_peers(out, comparison, best, first, end);
        fputs(".\n", out);
    } else {
        fprintf(out, "Time: a plain call takes %.2f ns; %s, the cheapest, adds %.2f ns to it.\n",
                floor->ns.median, name_of(winner), winner->over_floor.median);
    }
}

static void print_memory(FILE *out, const struct vtb_comparison *comparison, size_t first,
                         size_t end)
{
    const struct vtb_figures *baseline =
        &comparison->figures[comparison->point->cases[first].baseline];
    const struct vtb_counts *counts = &baseline->counted.counts;
    fprintf(out, "Memory: %s takes %.6g B in %.6g allocations an operation", name_of(baseline),
            vtb_per_op(&baseline->counted, counts->requested_bytes),
            vtb_per_op(&baseline->counted, counts->allocs_n));
    const char *separator = "; ";
    for (size_t i = first; i < end; i++) {
        const struct vtb_figures *figures = &comparison->figures[i];
        if (is_reference(comparison, i) || figures == baseline)
            continue;
        fprintf(out, "%s%s %.6g B", separator, name_of(figures),
                vtb_per_op(&figures->counted, figures->counted.counts.requested_bytes));
        separator = ", ";
    }
    fputs(".\n", out);
}

/* What the figures do not show: undecided cases, folded ones, and the smallest visible effect. */
static void print_limits(FILE *out, const struct vtb_comparison *comparison, size_t first,
                         size_t end)
{
    double mde = 0;
    for (size_t i = first; i < end; i++) {
        const struct vtb_figures *figures = &comparison->figures[i];
        if (is_reference(comparison, i))
            continue;
        mde = fmax(mde, figures->mde);
        if (figures->verdict == VTB_VERDICT_UNKNOWN)
            fprintf(out,
                    "Not known yet: whether %s differs from the baseline; measure more rounds.\n",
                    name_of(figures));
        if (figures->folded)
            fprintf(out, "%s is within noise of the empty loop: folded away, not fast.\n",
                    name_of(figures));
    }
    fprintf(out,
            "Limits: differences from the baseline below %.1f %% cannot be seen in these %zu "
            "rounds.\n",
            mde * 100, comparison->samples.rounds_n);
}

void vtb_report_findings(FILE *out, const struct vtb_comparison *comparison)
{
    const struct vtb_point *point = comparison->point;
    for (size_t first = 0; first < point->cases_n;) {
        size_t end = first;
        while (end < point->cases_n && point->cases[end].heap == point->cases[first].heap)
            end++;
        if (comparison->timed)
            print_time(out, comparison, first, end);
        print_memory(out, comparison, first, end);
        if (comparison->timed)
            print_limits(out, comparison, first, end);
        first = end;
    }
}
