#include "report/report_pressure.h"

#include <inttypes.h>
#include <math.h>

#include "base/prose.h"
#include "base/table.h"

static const struct vtb_pressure *pressure_at(const struct vtb_comparison *comparison, size_t i)
{
    return &comparison->figures[i].pressure;
}

static const char *name_at(const struct vtb_comparison *comparison, size_t i)
{
    return comparison->figures[i].the_case->timing->name;
}

/* --- the chosen figures --- */

/* Whether a figure was chosen, and may be known for the cases of a heap. */
static bool is_told(const struct vtb_pressure_metric *metric, const struct vtb_names *words,
                    const struct vtb_heap *heap)
{
    return vtb_names_have(words, metric->word) &&
           (vtb_heap_collects(heap) || !metric->of_collector);
}

static void add_columns(struct vtb_table *table, const struct vtb_names *words,
                        const struct vtb_heap *heap)
{
    vtb_table_column(table, (struct vtb_column){"strategy", 25, VTB_SIDE_LEFT, true});
    for (const struct vtb_pressure_metric *metric = vtb_pressure_metrics; metric->word; metric++) {
        if (is_told(metric, words, heap))
            vtb_table_column(table, (struct vtb_column){metric->title, 14, VTB_SIDE_RIGHT, true});
    }
}

static void add_row(struct vtb_table *table, const struct vtb_comparison *comparison, size_t i,
                    const struct vtb_names *words)
{
    const struct vtb_heap *heap = comparison->figures[i].the_case->heap->heap;
    vtb_table_cell(table, "%s", name_at(comparison, i));
    for (const struct vtb_pressure_metric *metric = vtb_pressure_metrics; metric->word; metric++) {
        const double value = vtb_pressure_value(metric, pressure_at(comparison, i));
        if (is_told(metric, words, heap))
            vtb_table_cell(table, isnan(value) ? "-" : "%.6g", value);
    }
}

void vtb_report_pressure(FILE *out, const struct vtb_comparison *comparison, size_t first,
                         const struct vtb_names *words, enum vtb_format format)
{
    const struct vtb_heap_entry *heap = comparison->figures[first].the_case->heap;
    struct vtb_table table = {.gap = 1, .split = VTB_SPLIT_ALWAYS};
    if (words->n == 0)
        return;
    fprintf(out, "Pressure of %" PRIu64 " calls on a fresh heap, %s:\n\n",
            pressure_at(comparison, first)->calls_n, heap->name);
    add_columns(&table, words, heap->heap);
    for (size_t i = first; i < vtb_table_end(comparison->point, first); i++)
        add_row(&table, comparison, i, words);
    if (table.columns_n > 1) {
        vtb_table_print(out, &table, format);
        putc('\n', out);
    }
    vtb_table_free(&table);
}

/* --- sentences --- */

/* Writes a duration with three digits and a unit: 4.16 ms. */
static const char *duration(char text[VTB_NUMBER_BYTES], double ns)
{
    static const char *const units[] = {" ns", " us", " ms", " s", NULL};
    return vtb_scaled_text(text, ns, units);
}

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
            " collection%s, which take%s %.3g %% of the time; of its pauses the "
            "median is %s, p99 %s, the longest %s",
            name_at(comparison, i), n, vtb_plural((double)n, "", "s"),
            vtb_plural((double)n, "s", ""), 100 * vtb_gc_share(pressure),
            duration(texts[0], pressure->pause_p50_ns), duration(texts[1], pressure->pause_p99_ns),
            duration(texts[2], pressure->pause_max_ns));
}

static bool is_reference(const struct vtb_comparison *comparison, size_t i)
{
    const struct vtb_case *the_case = comparison->figures[i].the_case;
    return i == the_case->empty || i == the_case->floor;
}

/* The case whose collections take the most time, or the least, without the references. */
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
    if (n > 0 && collector->generations_n > 1) /* without generations everything survives */
        fprintf(out, " Of an operation %.3g B survive a collection.",
                (double)pressure->collected.survived_bytes / (double)pressure->calls_n);
    if (n < VTB_COLLECTIONS_MIN)
        fprintf(out, " Fewer than %d collections tell little of their cost: make more --calls%s.",
                VTB_COLLECTIONS_MIN, collector->has_budget ? ", or a smaller --gen0-budget" : "");
    putc('\n', out);
}

/* --- side by side --- */

/* The case with a role among first .. end - 1; `end` if there is none. */
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
        char text[VTB_NUMBER_BYTES];
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
                         enum vtb_format format)
{
    const bool markdown = format == VTB_FORMAT_MARKDOWN;
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
