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
        snprintf(text, text_bytes, "zipf:%.12g", distribution->s);
    else
        snprintf(text, text_bytes, "uniform");
}

void vtb_case_name(char *name, size_t name_bytes, const struct vtb_comparison *comparison,
                   const struct vtb_figures *figures)
{
    const struct vtb_point *point = comparison->point;
    char distribution[32];
    char rare[96] = "";
    int used = 0;
    distribution_text(distribution, sizeof distribution, &point->distribution);
    if (point->failure_rate > 0)
        used += snprintf(rare, sizeof rare, "/failure_rate:%.12g", point->failure_rate);
    if (point->request_ops != VTB_REQUEST_OPS)
        used += snprintf(rare + used, sizeof rare - (size_t)used, "/request_ops:%zu",
                         point->request_ops);
    if (point->force_async)
        snprintf(rare + used, sizeof rare - (size_t)used, "/force_async:1");
    snprintf(name, name_bytes,
             "%s/%s/%s/hit_rate:%.12g/calls:%" PRIu64 "/in_flight:%zu/completion:%s/keys:%" PRIu64
             "/distribution:%s/consumer:%s/method:%s/depth:%zu%s",
             point->workload->name, figures->the_case->timing->name, figures->the_case->heap->name,
             point->hit_rate, point->calls_n, point->in_flight,
             vtb_completion_words[point->completion], point->keys_n, distribution,
             vtb_consumer_words[comparison->consumer], vtb_case_method(figures->the_case),
             point->depth, rare);
}

static const char *method_word(bool async)
{
    return vtb_method_words[async ? VTB_METHOD_ASYNC : VTB_METHOD_DIRECT];
}

const char *vtb_case_method(const struct vtb_case *the_case)
{
    return method_word(the_case->timing->kind.async);
}

const char *vtb_table_method(const struct vtb_case *the_case)
{
    return method_word(the_case->async);
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
        {"failures_per_op", vtb_per_op(counted, counted->failed_n), true},
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
        {"over_base_ns", figures->over_base.median, false},
        {"over_base_ns_lo", figures->over_base.lo, false},
        {"over_base_ns_hi", figures->over_base.hi, false},
        {"mde", figures->mde, false},
    };
    const size_t exact_n = sizeof exact / sizeof *exact;
    const size_t timed_n = comparison->timed ? sizeof timed / sizeof *timed : 0;
    memcpy(counters, exact, sizeof exact);
    memcpy(counters + exact_n, timed, timed_n * sizeof *timed);
    return exact_n + timed_n;
}

#define LINE_WIDTH 100

void vtb_print_wrapped(FILE *out, char *text)
{
    size_t column = 0;
    for (char *rest = text, *word; (word = strsep(&rest, " "));) {
        size_t width = 0;
        for (const char *c = word; *c && *c != '\n'; c++)
            width += ((unsigned char)*c & 0xc0) != 0x80;
        if (column > 0)
            putc(column + 1 + width > LINE_WIDTH ? '\n' : ' ', out);
        column = column + 1 + width > LINE_WIDTH ? width : column + (column > 0) + width;
        fputs(word, out);
        const char *line_end = strrchr(word, '\n');
        if (line_end) /* a word may hold the end of a line and the next line's first word */
            column = strlen(line_end + 1);
    }
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

/* Decimals that keep a number of this size at about five characters. */
static int decimals(double size, int most)
{
    const int wanted = size < 10 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0;
    return wanted < most ? wanted : most;
}

static int characters(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* A median, and how far its interval goes on the longer side: with as many decimals, up to 2, as
 * fit into `width` characters, or else with that distance in percent. */
static void interval_text(char text[CELL_BYTES], const struct vtb_interval *interval, bool sign,
                          int width)
{
    const double margin = fmax(interval->hi - interval->median, interval->median - interval->lo);
    const char *format = sign ? "%+.*f ±%.*f" : "%.*f ±%.*f";
    int digits = 2;
    do
        snprintf(text, CELL_BYTES, format, digits, interval->median, digits, margin);
    while (characters(text) > width && digits-- > 0);
    if (characters(text) > width)
        snprintf(text, CELL_BYTES, sign ? "%+.0f ±%.0f%%" : "%.0f ±%.0f%%", interval->median,
                 100 * margin / fabs(interval->median));
}

static void ratio_text(char text[CELL_BYTES], const struct vtb_interval *ratio)
{
    const int digits = decimals(ratio->hi, 3);
    snprintf(text, CELL_BYTES, "%.*f [%.*f, %.*f]", digits, ratio->median, digits, ratio->lo,
             digits, ratio->hi);
}

/* As many significant digits, up to 6, as fit into `width` characters. */
static void number_text(char text[CELL_BYTES], double value, int width)
{
    int digits = 6;
    while (snprintf(text, CELL_BYTES, "%.*g", digits, value) > width && digits > 1)
        digits--;
}

/* A rate that is not quite 0 or 1 must not read so. */
static void rate_text(char text[CELL_BYTES], const struct vtb_counted *counted)
{
    const double rate = vtb_per_op(counted, counted->hits_n);
    snprintf(text, CELL_BYTES, "%.4g", rate);
    if (counted->hits_n < counted->calls_n && strcmp(text, "1") == 0)
        snprintf(text, CELL_BYTES, "<1");
    else if (strlen(text) > 6)
        snprintf(text, CELL_BYTES, "%.0e", rate);
}

#define COLUMNS_N 7

static const char *const column_titles[COLUMNS_N] = {
    "strategy", "ns/op", "ratio [99 %]", "over plain", "B/op", "allocs/op", "peak live",
};

/* Widths in characters; with single spaces between, and the longest name of 25, a line has 100. */
static const int column_widths[COLUMNS_N] = {17, 11, 20, 12, 8, 9, 9};

static void fill_row(char cells[COLUMNS_N][CELL_BYTES], const struct vtb_comparison *comparison,
                     size_t i)
{
    const struct vtb_figures *figures = &comparison->figures[i];
    const struct vtb_case *the_case = figures->the_case;
    const struct vtb_counted *counted = &figures->counted;
    memset(cells, 0, COLUMNS_N * sizeof *cells);
    snprintf(cells[0], CELL_BYTES, "%s", the_case->timing->name);
    if (comparison->timed) {
        interval_text(cells[1], &figures->ns, false, column_widths[1]);
        if (i == the_case->baseline)
            snprintf(cells[2], CELL_BYTES, "1 (baseline)");
        else if (i != the_case->empty)
            ratio_text(cells[2], &figures->ratio);
        if (i == the_case->floor)
            snprintf(cells[3], CELL_BYTES, "0 (floor)");
        else if (i != the_case->empty)
            interval_text(cells[3], &figures->over_floor, true, column_widths[3]);
    }
    number_text(cells[4], vtb_per_op(counted, counted->counts.requested_bytes), column_widths[4]);
    number_text(cells[5], vtb_per_op(counted, counted->counts.allocs_n), column_widths[5]);
    bytes_text(cells[6], (double)counted->counts.peak_live_bytes);
}

/* Pads by characters, not bytes: ± is two bytes. */
static void print_cell(FILE *out, const char *text, int width, bool left)
{
    const int padding = width > characters(text) ? width - characters(text) : 0;
    fprintf(out, "%*s%s%*s", left ? 0 : padding, "", text, left ? padding : 0, "");
}

/* Columns that a table of counts alone leaves out. */
static bool is_timed(int column)
{
    return column >= 1 && column <= 3;
}

static void print_aligned(FILE *out, char cells[COLUMNS_N][CELL_BYTES], bool timed, int name_width)
{
    for (int i = 0; i < COLUMNS_N; i++) {
        if (!timed && is_timed(i))
            continue;
        if (i > 0)
            putc(' ', out);
        print_cell(out, cells[i], i > 0 ? column_widths[i] : name_width, i == 0);
    }
    putc('\n', out);
}

static void print_piped(FILE *out, char cells[COLUMNS_N][CELL_BYTES], bool timed, int name_width)
{
    (void)name_width;
    for (int i = 0; i < COLUMNS_N; i++) {
        if (timed || !is_timed(i))
            fprintf(out, "| %s ", cells[i]);
    }
    fputs("|\n", out);
}

/* What tells a table on a terminal from one in Markdown. */
struct style {
    const char *title_prefix;
    const char *rule; /* what stands below each column's title but the first; null: no rule */
    void (*print_row)(FILE *out, char cells[COLUMNS_N][CELL_BYTES], bool timed, int name_width);
};

/* What the calls were, in full where it is not what they are by default. */
static void print_conditions(FILE *out, const struct vtb_comparison *comparison)
{
    const struct vtb_point *point = comparison->point;
    char distribution[32];
    char conditions[512];
    distribution_text(distribution, sizeof distribution, &point->distribution);
    int used = snprintf(conditions, sizeof conditions,
                        "%" PRIu64 " calls counted, %" PRIu64 " keys (%s), %zu in flight (%s)",
                        point->calls_n, point->keys_n, distribution, point->in_flight,
                        vtb_completion_words[point->completion]);
    if (point->depth > 1)
        used += snprintf(conditions + used, sizeof conditions - (size_t)used, ", %zu methods deep",
                         point->depth);
    if (point->force_async)
        used += snprintf(conditions + used, sizeof conditions - (size_t)used,
                         ", every call forced to suspend");
    if (point->failure_rate > 0)
        used += snprintf(conditions + used, sizeof conditions - (size_t)used,
                         ", %.12g of the misses fail", point->failure_rate);
    if (point->request_ops != VTB_REQUEST_OPS)
        used += snprintf(conditions + used, sizeof conditions - (size_t)used,
                         ", requests of %zu operations", point->request_ops);
    if (comparison->timed)
        snprintf(conditions + used, sizeof conditions - (size_t)used,
                 ", %zu rounds of %zu operations", comparison->samples.rounds_n,
                 comparison->samples.operations_n);
    vtb_print_wrapped(out, conditions);
    fputs("\n\n", out);
}

static void print_title(FILE *out, const struct vtb_comparison *comparison, size_t first)
{
    const struct vtb_point *point = comparison->point;
    char realized[CELL_BYTES];
    rate_text(realized, &comparison->figures[first].counted);
    fprintf(out, "%s, hit rate %.12g (realised %s), %s method, ", point->workload->name,
            point->hit_rate, realized, vtb_table_method(&point->cases[first]));
    if (comparison->timed)
        fprintf(out, "%s lookups, ", vtb_consumer_words[comparison->consumer]);
    fprintf(out, "heap %s\n", point->cases[first].heap->name);
    print_conditions(out, comparison);
}

/* The longest name of the table, and no less than the column is wide. */
static int name_width(const struct vtb_point *point, size_t first)
{
    int width = column_widths[0];
    for (size_t i = first; i < vtb_table_end(point, first); i++) {
        const int own = characters(point->cases[i].timing->name);
        width = own > width ? own : width;
    }
    return width;
}

static void print_row(FILE *out, const struct vtb_comparison *comparison, size_t i,
                      const struct style *style, int width)
{
    char cells[COLUMNS_N][CELL_BYTES];
    fill_row(cells, comparison, i);
    style->print_row(out, cells, comparison->timed, width);
}

static void print_table(FILE *out, const struct vtb_comparison *comparison, size_t first,
                        const struct style *style)
{
    const struct vtb_case *the_case = &comparison->point->cases[first];
    const int width = name_width(comparison->point, first);
    char cells[COLUMNS_N][CELL_BYTES];
    fputs(style->title_prefix, out);
    print_title(out, comparison, first);
    for (int i = 0; i < COLUMNS_N; i++)
        snprintf(cells[i], CELL_BYTES, "%s", column_titles[i]);
    style->print_row(out, cells, comparison->timed, width);
    for (int i = 0; style->rule && i < COLUMNS_N; i++) {
        if (comparison->timed || !is_timed(i))
            fputs(i == 0 ? "|---" : style->rule, out);
    }
    if (style->rule)
        fputs("|\n", out);
    if (the_case->empty < first) { /* a heap's second table shares the references of the first */
        print_row(out, comparison, the_case->empty, style, width);
        print_row(out, comparison, the_case->floor, style, width);
    }
    for (size_t i = first; i < vtb_table_end(comparison->point, first); i++)
        print_row(out, comparison, i, style, width);
    putc('\n', out);
}

/* A table for each comparison and heap, and below a comparison's tables what they show. */
static void print_tables(FILE *out, const struct vtb_results *results, const struct style *style)
{
    for (size_t i = 0; i < results->comparisons_n; i++) {
        const struct vtb_comparison *comparison = &results->comparisons[i];
        const struct vtb_point *point = comparison->point;
        for (size_t first = 0; first < point->cases_n; first = vtb_table_end(point, first))
            print_table(out, comparison, first, style);
        vtb_report_findings(out, comparison);
        putc('\n', out);
    }
    vtb_report_skips(out, &results->plan->skips);
}

void vtb_report_table(FILE *out, const struct vtb_results *results)
{
    static const struct style style = {"", NULL, print_aligned};
    print_tables(out, results, &style);
}

void vtb_report_markdown(FILE *out, const struct vtb_results *results)
{
    static const struct style style = {"### ", "|--:", print_piped};
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
                fputs("name,workload,strategy,heap,consumer,method,depth,hit_rate", out);
                for (size_t column = 0; column < n; column++)
                    fprintf(out, ",%s", counters[column].key);
                fputs(",verdict\n", out);
            }
            vtb_case_name(name, sizeof name, comparison, figures);
            fprintf(out, "%s,%s,%s,%s,%s,%s,%zu,%.12g", name, comparison->point->workload->name,
                    figures->the_case->timing->name, figures->the_case->heap->name,
                    vtb_consumer_words[comparison->consumer], vtb_case_method(figures->the_case),
                    comparison->point->depth, comparison->point->hit_rate);
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
