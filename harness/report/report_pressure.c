#include "report/report_pressure.h"

#include <inttypes.h>
#include <math.h>

#include "base/prose.h"
#include "base/table.h"
#include "report/case_names.h"

static const struct vtb_pressure *pressure_at(const struct vtb_comparison *comparison, size_t i)
{
    return &comparison->figures[i].pressure;
}

static const char *name_at(const struct vtb_comparison *comparison, size_t i)
{
    return vtb_case_strategy(comparison->figures[i].the_case);
}

/* --- numbers --- */

static const char *calls_text(char text[VTB_NUMBER_BYTES], double value)
{
    return isinf(value) ? "never" : vtb_thousands_text(text, value);
}

/* Writes a duration with three digits and a unit: 4.16 ms. */
static const char *duration(char text[VTB_NUMBER_BYTES], double ns)
{
    static const char *const units[] = {" ns", " us", " ms", " s", NULL};
    return vtb_scaled_text(text, ns, units);
}

static const char *rate_text(char text[VTB_NUMBER_BYTES], double value)
{
    return vtb_digits_text(text, value, 4);
}

static const char *percent_text(char text[VTB_NUMBER_BYTES], double value)
{
    vtb_figure_text(text, 100 * value);
    vtb_append(text, VTB_NUMBER_BYTES, " %%");
    return text;
}

/* --- the chosen figures --- */

/* Whether a figure was chosen, and may be known for the cases of a heap. */
static bool is_told(const struct vtb_pressure_metric *metric, const struct vtb_names *words,
                    const struct vtb_heap *heap)
{
    const struct vtb_collector *collector = heap->collector;
    return vtb_names_have(words, metric->word) && (collector || !metric->of_collector) &&
           (!metric->of_generations || (collector && collector->generations_n > 1));
}

/* Whether all cases of a table made the same number of calls. */
static bool is_alike(const struct vtb_comparison *comparison, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        if (pressure_at(comparison, i)->calls_n != pressure_at(comparison, first)->calls_n)
            return false;
    }
    return true;
}

static void add_columns(struct vtb_table *table, const struct vtb_names *words,
                        const struct vtb_heap *heap, bool alike)
{
    vtb_table_column(table, (struct vtb_column){"strategy", 25, VTB_SIDE_LEFT, true});
    if (!alike)
        vtb_table_column(table, (struct vtb_column){"calls", 14, VTB_SIDE_RIGHT, true});
    for (const struct vtb_pressure_metric *metric = vtb_pressure_metrics; metric->word; metric++) {
        if (is_told(metric, words, heap))
            vtb_table_column(table, (struct vtb_column){metric->title, 14, VTB_SIDE_RIGHT, true});
    }
}

static const char *value_text(char text[VTB_NUMBER_BYTES], const struct vtb_pressure_metric *metric,
                              double value)
{
    if (isnan(value))
        return "-";
    switch (metric->unit) {
    case VTB_METRIC_COUNT:
        return vtb_thousands_text(text, value);
    case VTB_METRIC_RATE:
        return rate_text(text, value);
    case VTB_METRIC_BYTES:
        return vtb_bytes_text(text, value);
    case VTB_METRIC_SHARE:
        return vtb_figure_text(text, 100 * value);
    case VTB_METRIC_FIGURE:
        break;
    }
    return vtb_figure_text(text, value);
}

static void add_row(struct vtb_table *table, const struct vtb_comparison *comparison, size_t i,
                    const struct vtb_names *words, bool alike)
{
    const struct vtb_pressure *pressure = pressure_at(comparison, i);
    const struct vtb_heap *heap = comparison->figures[i].the_case->heap->heap;
    vtb_table_cell(table, "%s", name_at(comparison, i));
    char text[VTB_NUMBER_BYTES];
    if (!alike)
        vtb_table_cell(table, "%s", vtb_thousands_text(text, (double)pressure->calls_n));
    for (const struct vtb_pressure_metric *metric = vtb_pressure_metrics; metric->word; metric++) {
        const double value = vtb_pressure_value(metric, pressure);
        if (is_told(metric, words, heap))
            vtb_table_cell(table, "%s", value_text(text, metric, value));
    }
}

/* Prints which cases paused too seldom for a figure that was chosen, and how often. */
static void print_seldom(FILE *out, const struct vtb_comparison *comparison, size_t first,
                         const struct vtb_pressure_metric *metric)
{
    const char *separator = "";
    for (size_t i = first; i < vtb_table_end(comparison->point, first); i++) {
        const uint64_t n = pressure_at(comparison, i)->collected.pauses_n;
        if (n == 0 || n >= metric->pauses_min)
            continue;
        if (!*separator)
            fprintf(out, "%s: of %u pauses on; there were ", metric->title, metric->pauses_min);
        fprintf(out, "%s%" PRIu64 " with %s", separator, n, name_at(comparison, i));
        separator = ", ";
    }
    if (*separator)
        fputs(".\n", out);
}

/* The cases of a table, and the figures that were chosen. */
struct chosen {
    const struct vtb_comparison *comparison;
    size_t first;
    const struct vtb_names *words;
};

static void print_all_seldom(FILE *out, const void *what)
{
    const struct chosen *chosen = what;
    for (const struct vtb_pressure_metric *metric = vtb_pressure_metrics; metric->word; metric++) {
        if (vtb_names_have(chosen->words, metric->word))
            print_seldom(out, chosen->comparison, chosen->first, metric);
    }
}

void vtb_report_pressure(FILE *out, const struct vtb_comparison *comparison, size_t first,
                         const struct vtb_names *words, enum vtb_format format)
{
    const struct vtb_heap_entry *heap = comparison->figures[first].the_case->heap;
    const char *name = vtb_case_heap(comparison->figures[first].the_case);
    const size_t end = vtb_table_end(comparison->point, first);
    const bool alike = is_alike(comparison, first, end);
    const struct chosen chosen = {comparison, first, words};
    struct vtb_table table = {.gap = 1, .split = VTB_SPLIT_ALWAYS};
    char calls[VTB_NUMBER_BYTES];
    if (words->n == 0)
        return;
    if (alike)
        fprintf(out, "Pressure of %s calls on a heap of their own, %s:\n\n",
                calls_text(calls, (double)pressure_at(comparison, first)->calls_n), name);
    else
        fprintf(out, "Pressure of each case's calls on a heap of their own, %s:\n\n", name);
    add_columns(&table, words, heap->heap, alike);
    for (size_t i = first; i < end; i++)
        add_row(&table, comparison, i, words, alike);
    if (table.columns_n > (alike ? 1 : 2)) {
        vtb_table_print(out, &table, format);
        putc('\n', out);
        vtb_print_wrapped_by(out, print_all_seldom, &chosen, VTB_LINE_WIDTH);
    }
    vtb_table_free(&table);
}

/* --- sentences --- */

/* Prints how often a case comes to a collection: exactly, if that follows from its bytes. */
static void print_rate(FILE *out, const struct vtb_comparison *comparison, size_t i)
{
    const struct vtb_pressure *pressure = pressure_at(comparison, i);
    const uint64_t n = vtb_collections_n(&pressure->collected, 0);
    char every[VTB_NUMBER_BYTES];
    char calls[VTB_NUMBER_BYTES];
    calls_text(every, pressure->calls_per_collection);
    calls_text(calls, (double)pressure->calls_n);
    fprintf(out, "%s ", name_at(comparison, i));
    if (isinf(pressure->calls_per_collection))
        fputs("never comes to a collection, as further calls allocate nothing", out);
    else if (pressure->is_exact)
        fprintf(out, "comes to a collection every %s calls on average, exactly", every);
    else if (n == 0)
        fprintf(out, "came to no collection in %s calls", calls);
    else
        fprintf(out, "came to a collection every %s calls, as measured over %s", every, calls);
}

/* Prints a quantile of the pauses; or, of too few of them, their number. */
static void print_quantile(FILE *out, const char *name, int which,
                           const struct vtb_pressure *pressure)
{
    const struct vtb_pressure_metric *metric = &vtb_pressure_metrics[which];
    const double ns = vtb_pressure_value(metric, pressure);
    char text[VTB_NUMBER_BYTES];
    if (isnan(ns))
        fprintf(out, ", %s: of %u pauses on; there were %" PRIu64, name, metric->pauses_min,
                pressure->collected.pauses_n);
    else
        fprintf(out, ", %s %s", name, duration(text, ns));
}

static void print_case(FILE *out, const struct vtb_comparison *comparison, size_t i)
{
    const struct vtb_pressure *pressure = pressure_at(comparison, i);
    const struct vtb_collected *collected = &pressure->collected;
    const uint64_t n = collected->pauses_n;
    char texts[2][VTB_NUMBER_BYTES];
    print_rate(out, comparison, i);
    if (n == 0) {
        if (pressure->is_exact && !isinf(pressure->calls_per_collection))
            fprintf(out, ": %s calls are too few to have one",
                    calls_text(texts[0], (double)pressure->calls_n));
        return;
    }
    if (pressure->counts_only) {
        fprintf(out, "; %" PRIu64 " pause%s of %s (the mean), which is %s of its time", n,
                vtb_plural((double)n, "", "s"), duration(texts[0], collected->ns / (double)n),
                percent_text(texts[1], vtb_gc_share(pressure)));
        return;
    }
    fprintf(out, "; %" PRIu64 " pause%s of %s of processor time (the mean", n,
            vtb_plural((double)n, "", "s"), duration(texts[0], collected->cpu_ns / (double)n));
    print_quantile(out, "median", VTB_PRESSURE_PAUSE_P50, pressure);
    print_quantile(out, "p99", VTB_PRESSURE_PAUSE_P99, pressure);
    fprintf(out, "; the longest by the wall's clock %s",
            duration(texts[1], pressure->pause_wall_max_ns));
    if (collected->stretched_n > 0)
        fprintf(out, ", another process ran during %" PRIu64, collected->stretched_n);
    fprintf(out, "), which is %s of its time", percent_text(texts[0], vtb_gc_share(pressure)));
}

static bool is_reference(const struct vtb_comparison *comparison, size_t i)
{
    const struct vtb_case *the_case = comparison->figures[i].the_case;
    return i == the_case->empty || i == the_case->floor;
}

/* Collections in a call. */
static double rate_of(const struct vtb_comparison *comparison, size_t i)
{
    const double calls = pressure_at(comparison, i)->calls_per_collection;
    return isnan(calls) ? 0 : 1 / calls;
}

/* The case that comes to a collection most often, or most seldom, without the references. */
static size_t extreme(const struct vtb_comparison *comparison, size_t first, size_t end, bool most)
{
    size_t found = end;
    for (size_t i = first; i < end; i++) {
        if (is_reference(comparison, i))
            continue;
        if (found == end || (rate_of(comparison, i) > rate_of(comparison, found)) == most)
            found = i;
    }
    return found;
}

/* Whether a case allocates, and yet caused too few collections for their cost to be known. */
static bool has_few(const struct vtb_comparison *comparison, size_t i)
{
    const struct vtb_pressure *pressure = pressure_at(comparison, i);
    return !is_reference(comparison, i) && !isinf(pressure->calls_per_collection) &&
           vtb_collections_n(&pressure->collected, 0) < VTB_COLLECTIONS_MIN;
}

/* Prints the cases with too few collections, each with how many. */
static void print_few(FILE *out, const struct vtb_comparison *comparison, size_t first, size_t end,
                      bool has_budget)
{
    const char *separator = "";
    for (size_t i = first; i < end; i++) {
        if (!has_few(comparison, i))
            continue;
        if (!*separator)
            fprintf(out, " Fewer than %d collections, which tell little of their cost: ",
                    VTB_COLLECTIONS_MIN);
        fprintf(out, "%s%" PRIu64 " of %s", separator,
                vtb_collections_n(&pressure_at(comparison, i)->collected, 0),
                name_at(comparison, i));
        separator = ", ";
    }
    if (*separator)
        fprintf(out, "; make more --calls%s.", has_budget ? ", or a smaller --gen0-budget" : "");
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
    char survived[VTB_NUMBER_BYTES];
    print_case(out, comparison, most);
    fputs(".", out);
    if (least != most) {
        putc(' ', out);
        print_case(out, comparison, least);
        fputs(".", out);
    }
    /* without generations everything survives */
    if (!pressure->counts_only && vtb_collections_n(&pressure->collected, 0) > 0 &&
        collector->generations_n > 1)
        fprintf(out, " Of an operation of %s %s B survive a collection.", name_at(comparison, most),
                vtb_figure_text(survived, (double)pressure->collected.survived_bytes /
                                              (double)pressure->calls_n));
    print_few(out, comparison, first, end, collector->has_budget);
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

/* A row of the comparison: a figure of two cases, and how many events it rests on. */
struct row {
    const char *text;
    double values[2];
    const char *(*write)(char text[VTB_NUMBER_BYTES], double value);
    const char *events; /* null: the figure is exact */
    uint64_t n[2];
    unsigned events_min; /* from how many on the figure itself is known */
};

/* Prints the change in percent; or, where one side rests on too few events, how many there were. A
 * percentage of few would be another one in the next run. */
static void print_change(FILE *out, const struct row *row)
{
    const double change = 100 * (row->values[1] / row->values[0] - 1);
    const uint64_t least_n = row->n[0] < row->n[1] ? row->n[0] : row->n[1];
    if (row->values[0] == 0 && row->values[1] == 0)
        return;
    if (row->events && least_n < row->events_min)
        fprintf(out, "  of %u on; there were %" PRIu64 " and %" PRIu64, row->events_min, row->n[0],
                row->n[1]);
    else if (row->events && least_n < VTB_COLLECTIONS_MIN)
        fprintf(out, "  of %" PRIu64 " and %" PRIu64 " %s", row->n[0], row->n[1], row->events);
    else if (isfinite(change))
        fprintf(out, "  %+7.1f %%", change);
}

static void print_row(FILE *out, const struct row *row)
{
    fprintf(out, "   %-36s", row->text);
    for (int i = 0; i < 2; i++) {
        char text[VTB_NUMBER_BYTES];
        fprintf(out, " %12s", isnan(row->values[i]) ? "-" : row->write(text, row->values[i]));
    }
    print_change(out, row);
    putc('\n', out);
}

/* The two cases that are held against each other: the baseline and its challenger. */
typedef const struct vtb_pressure *const pair[2];

/* Prints how many calls there are to a collection, which of a heap with a budget is exact. */
static void print_spacing(FILE *out, pair both)
{
    const bool exact = both[0]->is_exact && both[1]->is_exact;
    struct row row = {.text = exact ? "a collection every (calls, exact)"
                                    : "a collection every (calls, measured)",
                      .write = calls_text,
                      .events = exact ? NULL : "collections"};
    for (int i = 0; i < 2; i++) {
        row.values[i] = both[i]->calls_per_collection;
        row.n[i] = vtb_collections_n(&both[i]->collected, 0);
    }
    print_row(out, &row);
}

/* Prints the collections in a million calls: of each generation, if there are several. */
static void print_rates(FILE *out, pair both)
{
    const unsigned generations_n = both[0]->generations_n;
    for (unsigned generation = 0; generation < generations_n; generation++) {
        char text[64] = "collections in a million calls";
        struct row row = {.text = text, .write = rate_text, .events = "collections"};
        if (generations_n > 1)
            snprintf(text, sizeof text, "Gen%u collections in a million calls", generation);
        for (int i = 0; i < 2; i++) {
            row.values[i] = 1e3 * vtb_per_kop(both[i], generation);
            row.n[i] = vtb_collections_n(&both[i]->collected, generation);
        }
        print_row(out, &row);
    }
}

/* Prints a figure of the pauses' processor time. */
static void print_of_pauses(FILE *out, pair both, const char *text, int which)
{
    const struct vtb_pressure_metric *metric = &vtb_pressure_metrics[which];
    struct row row = {
        .text = text, .write = duration, .events = "pauses", .events_min = metric->pauses_min};
    for (int i = 0; i < 2; i++) {
        row.values[i] = vtb_pressure_value(metric, both[i]);
        row.n[i] = both[i]->collected.pauses_n;
    }
    print_row(out, &row);
}

static void print_analysis(FILE *out, pair both)
{
    print_spacing(out, both);
    print_rates(out, both);
    print_of_pauses(out, both, "processor time of a pause (median)", VTB_PRESSURE_PAUSE_P50);
    print_of_pauses(out, both, "processor time of a pause (p99)", VTB_PRESSURE_PAUSE_P99);
    print_of_pauses(out, both, "time of collections, of a call", VTB_PRESSURE_GC_NS);
    struct row share = {.text = "collections' share of time",
                        .values = {vtb_gc_share(both[0]), vtb_gc_share(both[1])},
                        .write = percent_text,
                        .events = "pauses",
                        .n = {both[0]->collected.pauses_n, both[1]->collected.pauses_n}};
    print_row(out, &share);
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
    pair both = {pressure_at(comparison, baseline), pressure_at(comparison, challenger)};
    char calls[2][VTB_NUMBER_BYTES];
    fputs(markdown ? "```\n" : "", out);
    calls_text(calls[0], (double)both[0]->calls_n);
    calls_text(calls[1], (double)both[1]->calls_n);
    if (both[0]->calls_n == both[1]->calls_n)
        fprintf(out, "Collections of %s calls\n", calls[0]);
    else
        fprintf(out, "Collections of %s and %s calls\n", calls[0], calls[1]);
    fprintf(out, "   %-36s %12s %12s\n", "", name_at(comparison, baseline),
            name_at(comparison, challenger));
    print_analysis(out, both);
    fputs(markdown ? "```\n\n" : "\n", out);
}
