#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void vtb_results_free(struct vtb_results *results)
{
    for (size_t i = 0; i < results->comparisons_n; i++)
        vtb_comparison_free(&results->comparisons[i]);
    free(results->comparisons);
    results->comparisons = NULL;
    results->comparisons_n = 0;
}

static void distribution_text(char *text, size_t text_bytes,
                              const struct vtb_distribution *distribution)
{
    if (distribution->zipf)
        snprintf(text, text_bytes, "zipf:%g", distribution->s);
    else
        snprintf(text, text_bytes, "uniform");
}

void vtb_case_name(char *name, size_t name_bytes, const struct vtb_comparison *comparison,
                   const struct vtb_figures *figures)
{
    const struct vtb_point *point = comparison->point;
    char distribution[32];
    distribution_text(distribution, sizeof distribution, &point->distribution);
    snprintf(name, name_bytes,
             "%s/%s/%s/hit_rate:%g/calls:%" PRIu64 "/in_flight:%zu/completion:%s/keys:%" PRIu64
             "/distribution:%s/consumer:%s",
             point->workload->name, figures->the_case->timing->strategy_name,
             figures->the_case->heap->name, point->hit_rate, point->calls_n, point->in_flight,
             vtb_completion_words[point->completion], point->keys_n, distribution,
             vtb_consumer_words[comparison->consumer]);
}

size_t vtb_counters(const struct vtb_comparison *comparison, const struct vtb_figures *figures,
                    struct vtb_counter counters[VTB_COUNTERS_MAX])
{
    const struct vtb_counted *counted = &figures->counted;
    const struct vtb_counter exact[] = {
        {"realized_hit_rate", vtb_per_op(counted, counted->hits_n), true},
        {"bytes_per_op", vtb_per_op(counted, counted->counts.requested_bytes), true},
        {"usable_bytes_per_op", vtb_per_op(counted, counted->counts.usable_bytes), true},
        {"allocs_per_op", vtb_per_op(counted, counted->counts.allocs_n), true},
        {"frees_per_op", vtb_per_op(counted, counted->counts.frees_n), true},
        {"peak_live_bytes", (double)counted->counts.peak_live_bytes, true},
    };
    const struct vtb_counter timed[] = {
        {"ns_per_op", figures->ns.median, false},
        {"ns_per_op_lo", figures->ns.lo, false},
        {"ns_per_op_hi", figures->ns.hi, false},
        {"ratio", figures->ratio.median, false},
        {"ratio_lo", figures->ratio.lo, false},
        {"ratio_hi", figures->ratio.hi, false},
        {"over_plain_ns", figures->over_floor.median, false},
        {"over_plain_ns_lo", figures->over_floor.lo, false},
        {"over_plain_ns_hi", figures->over_floor.hi, false},
        {"mde", figures->mde, false},
    };
    const size_t exact_n = sizeof exact / sizeof *exact;
    const size_t timed_n = comparison->timed ? sizeof timed / sizeof *timed : 0;
    memcpy(counters, exact, sizeof exact);
    memcpy(counters + exact_n, timed, timed_n * sizeof *timed);
    return exact_n + timed_n;
}

/* --- the table for people --- */

#define CELL_BYTES 40

/* 512, 6.5 KiB, 1.2 MiB. */
static void bytes_text(char text[CELL_BYTES], double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    while (bytes >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        bytes /= 1024;
        unit++;
    }
    snprintf(text, CELL_BYTES, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
}

/* A median, and how far its interval goes on the longer side. */
static void interval_text(char text[CELL_BYTES], const struct vtb_interval *interval, bool sign)
{
    const double margin = fmax(interval->hi - interval->median, interval->median - interval->lo);
    snprintf(text, CELL_BYTES, sign ? "%+.2f ±%.2f" : "%.2f ±%.2f", interval->median, margin);
}

#define COLUMNS_N 8

static const char *const column_titles[COLUMNS_N] = {
    "strategy", "hits", "ns/op", "ratio [99 %]", "over plain", "B/op", "allocs/op", "peak live",
};

/* Widths in characters; with single spaces between, the sum stays below 100. */
static const int column_widths[COLUMNS_N] = {18, 7, 14, 20, 13, 8, 9, 9};

static void fill_row(char cells[COLUMNS_N][CELL_BYTES], const struct vtb_comparison *comparison,
                     size_t i)
{
    const struct vtb_figures *figures = &comparison->figures[i];
    const struct vtb_case *the_case = figures->the_case;
    const struct vtb_counted *counted = &figures->counted;
    memset(cells, 0, COLUMNS_N * sizeof *cells);
    snprintf(cells[0], CELL_BYTES, "%s", the_case->timing->strategy_name);
    snprintf(cells[1], CELL_BYTES, "%.5g", vtb_per_op(counted, counted->hits_n));
    if (comparison->timed) {
        interval_text(cells[2], &figures->ns, false);
        if (i == the_case->baseline)
            snprintf(cells[3], CELL_BYTES, "1 (the baseline)");
        else if (i != the_case->empty)
            snprintf(cells[3], CELL_BYTES, "%.3f [%.3f, %.3f]", figures->ratio.median,
                     figures->ratio.lo, figures->ratio.hi);
        if (i == the_case->floor)
            snprintf(cells[4], CELL_BYTES, "0 (the floor)");
        else if (i != the_case->empty)
            interval_text(cells[4], &figures->over_floor, true);
    }
    snprintf(cells[5], CELL_BYTES, "%.6g", vtb_per_op(counted, counted->counts.requested_bytes));
    snprintf(cells[6], CELL_BYTES, "%.6g", vtb_per_op(counted, counted->counts.allocs_n));
    bytes_text(cells[7], (double)counted->counts.peak_live_bytes);
}

/* Pads by characters, not bytes: ± is two bytes. */
static void print_cell(FILE *out, const char *text, int width, bool left)
{
    int characters = 0;
    for (const char *c = text; *c; c++)
        characters += ((unsigned char)*c & 0xc0) != 0x80;
    const int padding = width > characters ? width - characters : 0;
    fprintf(out, "%*s%s%*s", left ? 0 : padding, "", text, left ? padding : 0, "");
}

static void print_aligned(FILE *out, char cells[COLUMNS_N][CELL_BYTES], bool timed)
{
    for (int i = 0; i < COLUMNS_N; i++) {
        if (!timed && i >= 2 && i <= 4)
            continue;
        if (i > 0)
            putc(' ', out);
        print_cell(out, cells[i], column_widths[i], i == 0);
    }
    putc('\n', out);
}

static void print_piped(FILE *out, char cells[COLUMNS_N][CELL_BYTES], bool timed)
{
    (void)timed;
    for (int i = 0; i < COLUMNS_N; i++)
        fprintf(out, "| %s ", cells[i]);
    fputs("|\n", out);
}

/* What tells a table on a terminal from one in Markdown. */
struct style {
    const char *title_prefix;
    const char *rule; /* below the column titles */
    void (*print_row)(FILE *out, char cells[COLUMNS_N][CELL_BYTES], bool timed);
};

static void print_title(FILE *out, const struct vtb_comparison *comparison, size_t first)
{
    const struct vtb_point *point = comparison->point;
    char distribution[32];
    distribution_text(distribution, sizeof distribution, &point->distribution);
    fprintf(out, "%s, hit rate %g, ", point->workload->name, point->hit_rate);
    if (comparison->timed)
        fprintf(out, "%s lookups, ", vtb_consumer_words[comparison->consumer]);
    fprintf(out, "heap %s\n", point->cases[first].heap->name);
    fprintf(out, "%" PRIu64 " calls counted, %" PRIu64 " keys (%s), %zu in flight (%s)",
            point->calls_n, point->keys_n, distribution, point->in_flight,
            vtb_completion_words[point->completion]);
    if (comparison->timed)
        fprintf(out, ", %zu rounds of %zu operations", comparison->samples.rounds_n,
                comparison->samples.operations_n);
    fputs("\n\n", out);
}

static void print_table(FILE *out, const struct vtb_comparison *comparison, size_t first,
                        const struct style *style)
{
    char cells[COLUMNS_N][CELL_BYTES];
    fputs(style->title_prefix, out);
    print_title(out, comparison, first);
    for (int i = 0; i < COLUMNS_N; i++)
        snprintf(cells[i], CELL_BYTES, "%s", column_titles[i]);
    style->print_row(out, cells, comparison->timed);
    fputs(style->rule, out);
    for (size_t i = first; i < vtb_heap_end(comparison->point, first); i++) {
        fill_row(cells, comparison, i);
        style->print_row(out, cells, comparison->timed);
    }
    putc('\n', out);
}

/* A table for each comparison and heap, and below a comparison's tables what they show. */
static void print_tables(FILE *out, const struct vtb_results *results, const struct style *style)
{
    for (size_t i = 0; i < results->comparisons_n; i++) {
        const struct vtb_comparison *comparison = &results->comparisons[i];
        const struct vtb_point *point = comparison->point;
        for (size_t first = 0; first < point->cases_n; first = vtb_heap_end(point, first))
            print_table(out, comparison, first, style);
        vtb_report_findings(out, comparison);
        putc('\n', out);
    }
}

void vtb_report_table(FILE *out, const struct vtb_results *results)
{
    static const struct style style = {"", "", print_aligned};
    print_tables(out, results, &style);
}

void vtb_report_markdown(FILE *out, const struct vtb_results *results)
{
    static const struct style style = {"### ", "|---|--:|--:|--:|--:|--:|--:|--:|\n", print_piped};
    print_tables(out, results, &style);
}

/* --- CSV --- */

void vtb_report_csv(FILE *out, const struct vtb_results *results)
{
    struct vtb_counter counters[VTB_COUNTERS_MAX];
    char name[512];
    for (size_t i = 0; i < results->comparisons_n; i++) {
        const struct vtb_comparison *comparison = &results->comparisons[i];
        for (size_t row = 0; row < comparison->point->cases_n; row++) {
            const struct vtb_figures *figures = &comparison->figures[row];
            const size_t n = vtb_counters(comparison, figures, counters);
            if (i == 0 && row == 0) {
                fputs("name,workload,strategy,heap,consumer,hit_rate", out);
                for (size_t column = 0; column < n; column++)
                    fprintf(out, ",%s", counters[column].key);
                fputs(",verdict\n", out);
            }
            vtb_case_name(name, sizeof name, comparison, figures);
            fprintf(out, "%s,%s,%s,%s,%s,%g", name, comparison->point->workload->name,
                    figures->the_case->timing->strategy_name, figures->the_case->heap->name,
                    vtb_consumer_words[comparison->consumer], comparison->point->hit_rate);
            for (size_t column = 0; column < n; column++)
                fprintf(out, ",%.15g", counters[column].value);
            fprintf(out, ",%s\n", vtb_verdict_words[figures->verdict]);
        }
    }
}

void vtb_report_samples(FILE *out, const struct vtb_results *results)
{
    char name[512];
    fputs("name,round,operations,real_ns_per_op,cpu_ns_per_op\n", out);
    for (size_t i = 0; i < results->comparisons_n; i++) {
        const struct vtb_comparison *comparison = &results->comparisons[i];
        const struct vtb_samples *samples = &comparison->samples;
        for (size_t row = 0; row < samples->cases_n; row++) {
            vtb_case_name(name, sizeof name, comparison, &comparison->figures[row]);
            for (size_t round = 0; round < samples->rounds_n; round++) {
                const size_t at = round * samples->cases_n + row;
                fprintf(out, "%s,%zu,%zu,%.6g,%.6g\n", name, round, samples->operations_n,
                        samples->real_ns[at], samples->cpu_ns[at]);
            }
        }
    }
}
