/* What the pressure pass found. Every number comes from the figures. */
#include "report/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES VTB_COLUMN_BYTES

static const struct vtb_pressure *pressure_at(const struct vtb_comparison *comparison, size_t i)
{
    return &comparison->figures[i].pressure;
}

static const char *name_at(const struct vtb_comparison *comparison, size_t i)
{
    return comparison->figures[i].the_case->timing->name;
}

/* --- the chosen figures --- */

#define COLUMNS_MAX VTB_COLUMNS_MAX

/* The cases first .. end - 1, with at most COLUMNS_MAX figures each. */
static void print_figures(FILE *out, const struct vtb_comparison *comparison, size_t first,
                          const struct vtb_pressure_metric *const *metrics, size_t n, bool markdown)
{
    char cells[COLUMNS_MAX + 1][TEXT_BYTES];
    snprintf(cells[0], TEXT_BYTES, "%s", "strategy");
    for (size_t m = 0; m < n; m++)
        snprintf(cells[m + 1], TEXT_BYTES, "%s", metrics[m]->title);
    vtb_print_columns(out, cells, n + 1, markdown);
    if (markdown)
        vtb_print_columns_rule(out, n + 1);
    for (size_t i = first; i < vtb_table_end(comparison->point, first); i++) {
        snprintf(cells[0], TEXT_BYTES, "%s", name_at(comparison, i));
        for (size_t m = 0; m < n; m++) {
            const double value = vtb_pressure_value(metrics[m], pressure_at(comparison, i));
            snprintf(cells[m + 1], TEXT_BYTES, isnan(value) ? "-" : "%.6g", value);
        }
        vtb_print_columns(out, cells, n + 1, markdown);
    }
    putc('\n', out);
}

/* Whether the figure may be known of the cases of a heap. */
static bool is_told(const struct vtb_pressure_metric *metric, const struct vtb_names *words,
                    const struct vtb_heap *heap)
{
    return vtb_names_have(words, metric->word) &&
           (vtb_heap_collects(heap) || !metric->of_collector);
}

void vtb_report_pressure(FILE *out, const struct vtb_comparison *comparison, size_t first,
                         const struct vtb_names *words, bool markdown)
{
    const struct vtb_pressure_metric *metrics[COLUMNS_MAX];
    const struct vtb_heap_entry *heap = comparison->figures[first].the_case->heap;
    size_t n = 0;
    if (words->n == 0)
        return;
    fprintf(out, "Pressure of %" PRIu64 " calls on a fresh heap, %s:\n\n",
            pressure_at(comparison, first)->calls_n, heap->name);
    for (const struct vtb_pressure_metric *metric = vtb_pressure_metrics; metric->word; metric++) {
        if (is_told(metric, words, heap->heap))
            metrics[n++] = metric;
        if (n == COLUMNS_MAX || (n > 0 && !metric[1].word)) {
            print_figures(out, comparison, first, metrics, n, markdown);
            n = 0;
        }
    }
}

/* --- sentences --- */

/* Three digits and a unit: 4.16 ms. */
static const char *duration(char text[VTB_NUMBER_BYTES], double ns)
{
    static const char *const units[] = {" ns", " us", " ms", " s", NULL};
    return vtb_scaled_text(text, ns, units);
}

/* What one case's collections took. */
static void print_case(FILE *out, const struct vtb_comparison *comparison, size_t i)
{
    const struct vtb_pressure *pressure = pressure_at(comparison, i);
    char texts[3][VTB_NUMBER_BYTES];
    const uint64_t n = vtb_collections_n(&pressure->collected, 0);
    if (pressure->pauses_n == 0) {
        fprintf(out, "%s causes no collection", name_at(comparison, i));
        return;
    }
    fprintf(out,
            "%s causes %" PRIu64
            " collection%s, which take %.3g %% of the time; of its pauses the "
            "median is %s, p99 %s, the longest %s",
            name_at(comparison, i), n, n == 1 ? "" : "s", 100 * vtb_gc_share(pressure),
            duration(texts[0], pressure->pause_p50_ns), duration(texts[1], pressure->pause_p99_ns),
            duration(texts[2], pressure->pause_max_ns));
}

static bool is_reference(const struct vtb_comparison *comparison, size_t i)
{
    const struct vtb_case *the_case = comparison->figures[i].the_case;
    return i == the_case->empty || i == the_case->floor;
}

/* Of those that are no references, the case whose collections take the most time, or the least. */
static size_t extreme(const struct vtb_comparison *comparison, size_t first, size_t end, bool most)
{
    size_t found = end;
    for (size_t i = first; i < end; i++) {
        if (is_reference(comparison, i))
            continue;
        if (found == end || (pressure_at(comparison, i)->collected.ns >
                             pressure_at(comparison, found)->collected.ns) == most)
            found = i;
    }
    return found;
}

void vtb_report_collections(FILE *out, const struct vtb_comparison *comparison, size_t first,
                            size_t end)
{
    const size_t most = extreme(comparison, first, end, true);
    if (most == end || !pressure_at(comparison, most)->measured)
        return;
    const struct vtb_pressure *pressure = pressure_at(comparison, most);
    const struct vtb_collector *collector =
        comparison->figures[most].the_case->heap->heap->collector;
    const size_t least = extreme(comparison, first, end, false);
    const uint64_t n = vtb_collections_n(&pressure->collected, 0);
    fprintf(out, "Over %" PRIu64 " calls ", pressure->calls_n);
    print_case(out, comparison, most);
    if (least != most) {
        fputs("; ", out);
        print_case(out, comparison, least);
    }
    fputs(".", out);
    if (n > 0 && collector->generations_n > 1) /* otherwise that is all that lives, each time */
        fprintf(out, " Of an operation %.3g B survive a collection.",
                (double)pressure->collected.survived_bytes / (double)pressure->calls_n);
    if (n < VTB_COLLECTIONS_MIN)
        fprintf(out, " Fewer than %d collections tell little of their cost: make more --calls%s.",
                VTB_COLLECTIONS_MIN, collector->has_budget ? ", or a smaller --gen0-budget" : "");
    putc('\n', out);
}

/* --- side by side --- */

/* The case of a role among first .. end - 1, or `end`. */
static size_t with_role(const struct vtb_comparison *comparison, size_t first, size_t end,
                        enum vtb_role role)
{
    size_t i = first;
    while (i < end && comparison->figures[i].the_case->timing->strategy->role != role)
        i++;
    return i;
}

static void print_analysis_row(FILE *out, const char *text, const char *unit, double before,
                               double after)
{
    fprintf(out, "   %-20s %12.4g %-2s %12.4g", text, before, unit, after);
    if (before > 0)
        fprintf(out, " %-2s  %+7.1f %%", unit, 100 * (after - before) / before);
    else if (*unit)
        fprintf(out, " %s", unit);
    putc('\n', out);
}

static void print_analysis(FILE *out, const struct vtb_pressure *before,
                           const struct vtb_pressure *after)
{
    for (unsigned i = 0; i < VTB_GENERATIONS_MAX; i++) {
        char text[TEXT_BYTES];
        snprintf(text, sizeof text, "Gen %u collections", i);
        print_analysis_row(out, text, "", (double)vtb_collections_n(&before->collected, i),
                           (double)vtb_collections_n(&after->collected, i));
    }
    print_analysis_row(out, "Total GC time", "ms", before->collected.ns / 1e6,
                       after->collected.ns / 1e6);
    print_analysis_row(out, "Pause time (P99)", "ms", before->pause_p99_ns / 1e6,
                       after->pause_p99_ns / 1e6);
}

void vtb_report_analysis(FILE *out, const struct vtb_comparison *comparison, size_t first,
                         bool markdown)
{
    const size_t end = vtb_table_end(comparison->point, first);
    const size_t baseline = with_role(comparison, first, end, VTB_ROLE_BASELINE);
    const size_t challenger = with_role(comparison, first, end, VTB_ROLE_CHALLENGER);
    if (baseline == end || challenger == end || !pressure_at(comparison, baseline)->collects)
        return;
    fputs(markdown ? "```\n" : "", out);
    fprintf(out, "Collections of %" PRIu64 " calls\n   %-20s %12s    %12s\n",
            pressure_at(comparison, baseline)->calls_n, "", name_at(comparison, baseline),
            name_at(comparison, challenger));
    print_analysis(out, pressure_at(comparison, baseline), pressure_at(comparison, challenger));
    fputs(markdown ? "```\n\n" : "\n", out);
}

/* --- the window against the nursery --- */

/* Points that differ in nothing but window and budget: rows and columns of a surface. */
struct surface {
    double windows[VTB_NUMBERS_MAX];
    size_t windows_n;
    double budgets[VTB_NUMBERS_MAX];
    size_t budgets_n;
};

static void add_value(double *values, size_t *n, double value)
{
    for (size_t i = 0; i < *n; i++) {
        if (values[i] == value)
            return;
    }
    if (*n < VTB_NUMBERS_MAX)
        values[(*n)++] = value;
}

static bool find_axes(struct surface *surface, const struct vtb_results *results)
{
    for (size_t i = 0; i < results->comparisons_n; i++) {
        const struct vtb_point *point = results->comparisons[i].point;
        add_value(surface->windows, &surface->windows_n, (double)point->in_flight);
        add_value(surface->budgets, &surface->budgets_n, (double)point->gen0_budget_bytes);
    }
    return surface->windows_n > 1 && surface->budgets_n > 1;
}

/* The baseline's case of a heap with a budget at a window and a budget; null if there is none. */
static const struct vtb_figures *at_point(const struct vtb_results *results, double window,
                                          double budget)
{
    for (size_t i = 0; i < results->comparisons_n; i++) {
        const struct vtb_comparison *comparison = &results->comparisons[i];
        const struct vtb_point *point = comparison->point;
        if ((double)point->in_flight != window || (double)point->gen0_budget_bytes != budget)
            continue;
        for (size_t c = 0; c < point->cases_n; c++) {
            const struct vtb_collector *collector = point->cases[c].heap->heap->collector;
            if (collector && collector->has_budget && point->cases[c].baseline == c)
                return &comparison->figures[c];
        }
    }
    return NULL;
}

static double share_of(const struct vtb_figures *figures)
{
    return 100 * vtb_gc_share(&figures->pressure);
}

static void print_surface_row(FILE *out, const struct vtb_results *results,
                              const struct surface *surface, double window)
{
    fprintf(out, "%12.0f", window);
    for (size_t b = 0; b < surface->budgets_n; b++) {
        const struct vtb_figures *figures = at_point(results, window, surface->budgets[b]);
        if (figures)
            fprintf(out, " %9.3g %%", share_of(figures));
        else
            fprintf(out, " %11s", "-");
    }
    putc('\n', out);
}

/* Which of the two axes moves the share, and that the allocation rate does not. */
static void print_surface_finding(FILE *out, const struct vtb_results *results,
                                  const struct surface *surface)
{
    const struct vtb_figures *least = NULL;
    const struct vtb_figures *most = NULL;
    for (size_t w = 0; w < surface->windows_n; w++) {
        for (size_t b = 0; b < surface->budgets_n; b++) {
            const struct vtb_figures *figures =
                at_point(results, surface->windows[w], surface->budgets[b]);
            least = figures && (!least || share_of(figures) < share_of(least)) ? figures : least;
            most = figures && (!most || share_of(figures) > share_of(most)) ? figures : most;
        }
    }
    if (!least || share_of(most) < 2 * share_of(least))
        return;
    const double bytes = vtb_per_op(&most->counted, most->counted.counts.requested_bytes);
    fprintf(out,
            "Every operation allocates the same %.6g B, yet collecting takes from %.3g %% to %.3g "
            "%% of the\ntime: the in-flight window against the nursery decides the collector's "
            "cost, as what is in\nflight when the nursery is full survives and is copied; the "
            "allocation rate alone does not.\n",
            bytes, share_of(least), share_of(most));
}

void vtb_report_surfaces(FILE *out, const struct vtb_results *results)
{
    struct surface surface = {.windows_n = 0};
    if (!find_axes(&surface, results))
        return;
    const struct vtb_figures *corner = at_point(results, surface.windows[0], surface.budgets[0]);
    if (!corner)
        return;
    fprintf(out, "Share of time that %s collects for %s, by in-flight window and nursery:\n\n%12s",
            corner->the_case->heap->name, corner->the_case->timing->name, "in flight");
    for (size_t b = 0; b < surface.budgets_n; b++)
        fprintf(out, " %7.6g KiB", surface.budgets[b] / 1024);
    putc('\n', out);
    for (size_t w = 0; w < surface.windows_n; w++)
        print_surface_row(out, results, &surface, surface.windows[w]);
    putc('\n', out);
    print_surface_finding(out, results, &surface);
    putc('\n', out);
}
