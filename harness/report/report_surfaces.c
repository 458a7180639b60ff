#include "report/report_surfaces.h"

#include <math.h>

#include "base/prose.h"
#include "base/table.h"

/* A surface: points that differ only in window and budget, which are its rows and columns. */
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

/* The figures of the baseline, on a heap with a budget, at a window and a budget; null if there are
 * none. */
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

static void add_row(struct vtb_table *table, const struct vtb_results *results,
                    const struct surface *surface, double window)
{
    char text[VTB_NUMBER_BYTES];
    vtb_table_cell(table, "%s", vtb_thousands_text(text, window));
    for (size_t b = 0; b < surface->budgets_n; b++) {
        const struct vtb_figures *figures = at_point(results, window, surface->budgets[b]);
        if (figures && !isnan(share_of(figures)))
            vtb_table_cell(table, "%s %%", vtb_figure_text(text, share_of(figures)));
        else
            vtb_table_cell(table, "-");
    }
}

static void print_surface(FILE *out, const struct vtb_results *results,
                          const struct surface *surface)
{
    struct vtb_table table = {.gap = 1};
    char title[VTB_NUMBER_BYTES];
    vtb_table_column(&table, (struct vtb_column){"in flight", 12, VTB_SIDE_RIGHT, true});
    for (size_t b = 0; b < surface->budgets_n; b++) {
        vtb_bytes_text(title, surface->budgets[b]);
        vtb_table_column(&table, (struct vtb_column){title, 11, VTB_SIDE_RIGHT, true});
    }
    for (size_t w = 0; w < surface->windows_n; w++)
        add_row(&table, results, surface, surface->windows[w]);
    vtb_table_print(out, &table, VTB_FORMAT_TABLE);
    vtb_table_free(&table);
}

/* Prints on which of the two the share depends, and that the allocation rate stays the same. */
static void print_finding(FILE *out, const struct vtb_results *results,
                          const struct surface *surface)
{
    const struct vtb_figures *least = NULL;
    const struct vtb_figures *most = NULL;
    for (size_t w = 0; w < surface->windows_n; w++) {
        for (size_t b = 0; b < surface->budgets_n; b++) {
            const struct vtb_figures *figures =
                at_point(results, surface->windows[w], surface->budgets[b]);
            if (!figures || isnan(share_of(figures)))
                continue;
            least = !least || share_of(figures) < share_of(least) ? figures : least;
            most = !most || share_of(figures) > share_of(most) ? figures : most;
        }
    }
    if (!least || share_of(most) < 2 * share_of(least))
        return;
    char texts[3][VTB_NUMBER_BYTES];
    const double bytes = vtb_per_op(&most->counted, most->counted.counts.requested_bytes);
    fprintf(out,
            "Every operation allocates the same %s B, yet collecting takes from %s %% to %s "
            "%% of the\ntime: the in-flight window against the nursery decides the collector's "
            "cost, as what is in\nflight when the nursery is full survives and is copied; the "
            "allocation rate alone does not.\n",
            vtb_digits_text(texts[0], bytes, 6), vtb_figure_text(texts[1], share_of(least)),
            vtb_figure_text(texts[2], share_of(most)));
}

void vtb_report_surfaces(FILE *out, const struct vtb_results *results)
{
    struct surface surface = {.windows_n = 0};
    if (!find_axes(&surface, results))
        return;
    const struct vtb_figures *corner = at_point(results, surface.windows[0], surface.budgets[0]);
    if (!corner)
        return;
    fprintf(out, "Share of time that %s collects for %s, by in-flight window and nursery:\n\n",
            corner->the_case->heap->name, corner->the_case->timing->name);
    print_surface(out, results, &surface);
    putc('\n', out);
    print_finding(out, results, &surface);
    putc('\n', out);
}
