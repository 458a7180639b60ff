#include "report/report.h"
#include "report/report_break_even.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void vtb_keys_text(char *text, size_t text_bytes, const struct vtb_point *point)
{
    if (point->trace)
        snprintf(text, text_bytes, "recorded");
    else if (point->distribution.zipf)
        snprintf(text, text_bytes, "zipf:%.12g", point->distribution.s);
    else
        snprintf(text, text_bytes, "uniform");
}

#define PART_BYTES 640

/* A part of a name or of a sentence: printf, but to the end of what stands there. */
__attribute__((format(printf, 2, 3))) static void append(char text[PART_BYTES], const char *format,
                                                         ...)
{
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, PART_BYTES - used, format, arguments);
    va_end(arguments);
}

/* How hits come about. */
static void rate_part(char part[PART_BYTES], const struct vtb_point *point)
{
    if (!point->emerges)
        append(part, "hit_rate:%.12g", point->hit_rate);
    else if (point->cache.capacity > 0)
        append(part, "cache:lru:%" PRIu64, point->cache.capacity);
    else
        append(part, "ttl:%.12g", (double)point->cache.ttl_ns / 1e9);
}

/* What is named only where it is not what it mostly is. */
static void rare_part(char part[PART_BYTES], const struct vtb_point *point,
                      const struct vtb_case *the_case)
{
    const size_t threads_n = the_case->threads_n;
    const struct vtb_collector *collector = the_case->heap->heap->collector;
    if (collector && collector->has_budget && point->gen0_budget_bytes > 0)
        append(part, "/gen0_budget:%zu", point->gen0_budget_bytes);
    if (collector && collector->has_steps && point->incremental)
        append(part, "/incremental:1");
    if (point->failure_rate > 0)
        append(part, "/failure_rate:%.12g", point->failure_rate);
    if (point->request_ops != VTB_REQUEST_OPS)
        append(part, "/request_ops:%zu", point->request_ops);
    if (point->force_async)
        append(part, "/force_async:1");
    if (point->pollute_bytes > 0)
        append(part, "/pollute:%zu", point->pollute_bytes);
    if (point->completer)
        append(part, "/completer:%s", vtb_completer_words[VTB_COMPLETER_THREAD]);
    if (threads_n > 1)
        append(part, "/threads:%zu", threads_n);
    if (point->cold)
        append(part, "/start:cold");
}

void vtb_case_name(char *name, size_t name_bytes, const struct vtb_comparison *comparison,
                   const struct vtb_figures *figures)
{
    const struct vtb_point *point = comparison->point;
    char keys[32];
    char rate[PART_BYTES] = "";
    char rare[PART_BYTES] = "";
    vtb_keys_text(keys, sizeof keys, point);
    rate_part(rate, point);
    rare_part(rare, point, figures->the_case);
    snprintf(name, name_bytes,
             "%s/%s/%s/%s/calls:%" PRIu64 "/in_flight:%zu/completion:%s/keys:%" PRIu64
             "/distribution:%s/consumer:%s/method:%s/depth:%zu%s",
             point->workload->name, figures->the_case->timing->name, figures->the_case->heap->name,
             rate, point->calls_n, point->in_flight, vtb_completion_words[point->completion],
             point->keys_n, keys, vtb_consumer_words[comparison->consumer],
             vtb_case_method(figures->the_case), point->depth, rare);
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

#define SECONDS_A_DAY 86400

static void add(struct vtb_counter *counters, size_t *n, const char *key, double value, bool exact)
{
    counters[(*n)++] = (struct vtb_counter){key, value, exact};
}

static void add_exact(struct vtb_counter *counters, size_t *n, const struct vtb_figures *figures,
                      bool instructions)
{
    const struct vtb_counted *counted = &figures->counted;
    const bool collects = vtb_heap_collects(figures->the_case->heap->heap);
    add(counters, n, "realized_hit_rate", vtb_per_op(counted, counted->hits_n), true);
    add(counters, n, "bytes_per_op", vtb_per_op(counted, counted->counts.requested_bytes), true);
    add(counters, n, "usable_bytes_per_op", vtb_per_op(counted, counted->counts.usable_bytes),
        true);
    add(counters, n, "allocs_per_op", vtb_per_op(counted, counted->counts.allocs_n), true);
    add(counters, n, "frees_per_op", vtb_per_op(counted, counted->counts.frees_n), true);
    add(counters, n, "peak_live_bytes", /* what is never freed is not known to be dead */
        collects ? NAN : (double)counted->counts.peak_live_bytes, true);
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
    add_interval(counters, n, ns, &figures->ns);
    add_interval(counters, n, ratio, &figures->ratio);
    add_interval(counters, n, over_plain, &figures->over_floor);
    add_interval(counters, n, over_base, &figures->over_base);
    add(counters, n, "mde", figures->mde, false);
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

/* At a volume of calls, of all callers together. */
static void add_volume(struct vtb_counter *counters, size_t *n, const struct vtb_figures *figures,
                       bool timed, double calls_per_second)
{
    const struct vtb_counted *counted = &figures->counted;
    const double bytes = vtb_per_op(counted, counted->counts.requested_bytes) * calls_per_second;
    const double allocs = vtb_per_op(counted, counted->counts.allocs_n) * calls_per_second;
    const double cpu_s = figures->ns.median / 1e9 * calls_per_second;
    add(counters, n, "bytes_per_second", bytes, true);
    add(counters, n, "allocs_per_second", allocs, true);
    add(counters, n, "bytes_per_day", bytes * SECONDS_A_DAY, true);
    add(counters, n, "allocs_per_day", allocs * SECONDS_A_DAY, true);
    if (!timed)
        return;
    add(counters, n, "cpu_s_per_second", cpu_s, false);
    add(counters, n, "cpu_s_per_day", cpu_s * SECONDS_A_DAY, false);
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
    add(counters, n, "live_heap_bytes", collects ? (double)pressure->live_bytes : NAN, false);
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
    if (comparison->timed && comparison->caller_ns)
        add_callers(counters, &n, figures);
    if (results->plan->calls_per_second > 0)
        add_volume(counters, &n, figures, comparison->timed, results->plan->calls_per_second);
    if (has_pressure(results->plan))
        add_pressure(counters, &n, &figures->pressure);
    return n;
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

/* The last two of a heap that collects: collections by generation a 1000 operations, and the share
 * of time that they take. */
static const char *const collected_titles[] = {"Gen0/1/2 /kop", "GC %"};

/* Widths in characters; with single spaces between, and the longest name of 25, a line has 100. */
static const int column_widths[COLUMNS_N] = {17, 11, 20, 12, 8, 9, 9};
static const int collected_widths[COLUMNS_N] = {17, 11, 20, 12, 8, 14, 4};

/* A 1000 operations, in as many digits, up to 3, as fit; .005 for 0.005 if one is too many. */
static void collections_text(char text[CELL_BYTES], const struct vtb_pressure *pressure)
{
    int digits = 3;
    while (snprintf(text, CELL_BYTES, "%.*g/%.*g/%.*g", digits, vtb_per_kop(pressure, 0), digits,
                    vtb_per_kop(pressure, 1), digits,
                    vtb_per_kop(pressure, 2)) > collected_widths[5] &&
           digits > 1)
        digits--;
    for (char *zero; strlen(text) > (size_t)collected_widths[5] && (zero = strstr(text, "0."));)
        memmove(zero, zero + 1, strlen(zero));
}

/* Percent, in as many digits as fit. */
static void share_text(char text[CELL_BYTES], double share)
{
    if (share > 0 && share < 0.0001)
        snprintf(text, CELL_BYTES, "<.01");
    else
        number_text(text, 100 * share, collected_widths[6]);
}

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
    if (figures->pressure.collects) {
        collections_text(cells[5], &figures->pressure);
        share_text(cells[6], vtb_gc_share(&figures->pressure));
        return;
    }
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

static void print_aligned(FILE *out, char cells[COLUMNS_N][CELL_BYTES], bool timed,
                          const int widths[COLUMNS_N])
{
    for (int i = 0; i < COLUMNS_N; i++) {
        if (!timed && is_timed(i))
            continue;
        if (i > 0)
            putc(' ', out);
        print_cell(out, cells[i], widths[i], i == 0);
    }
    putc('\n', out);
}

static void print_piped(FILE *out, char cells[COLUMNS_N][CELL_BYTES], bool timed,
                        const int widths[COLUMNS_N])
{
    (void)widths;
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
    void (*print_row)(FILE *out, char cells[COLUMNS_N][CELL_BYTES], bool timed,
                      const int widths[COLUMNS_N]);
};

/* What was counted: all calls, or as many as tell what each costs. */
static void counted_part(char part[PART_BYTES], const struct vtb_comparison *comparison)
{
    const uint64_t calls_n = comparison->point->calls_n;
    const uint64_t counted_n = comparison->figures[0].counted.calls_n;
    if (counted_n < calls_n)
        append(part, "%" PRIu64 " of %" PRIu64 " calls counted, which tell what each costs",
               counted_n, calls_n);
    else
        append(part, "%" PRIu64 " call%s counted", calls_n, calls_n == 1 ? "" : "s");
}

static void timed_part(char part[PART_BYTES], const struct vtb_comparison *comparison)
{
    const struct vtb_samples *samples = &comparison->samples;
    if (!comparison->timed)
        return;
    if (comparison->point->cold)
        append(part, "; timed: a cold start, the first %zu call%s of %zu fresh processes a case",
               samples->operations_n, samples->operations_n == 1 ? "" : "s", samples->rounds_n);
    else
        append(part, "; timed: the steady state, %zu rounds of %zu operations", samples->rounds_n,
               samples->operations_n);
}

/* How the heap was set up, if it collects. */
static void collector_part(char part[PART_BYTES], const struct vtb_comparison *comparison,
                           size_t first)
{
    const struct vtb_pressure *pressure = &comparison->figures[first].pressure;
    char text[CELL_BYTES];
    if (!pressure->collects)
        return;
    bytes_text(text, (double)pressure->live_bytes);
    append(part, ", %s live in the heap all along", text);
    if (pressure->budget_bytes > 0) {
        bytes_text(text, (double)pressure->budget_bytes);
        append(part, ", a nursery of %s", text);
    }
    if (comparison->point->incremental)
        append(part, ", collected in steps");
}

/* What the calls were, in full where it is not what they are by default. */
static void print_conditions(FILE *out, const struct vtb_comparison *comparison, size_t first)
{
    const struct vtb_point *point = comparison->point;
    char keys[32];
    char conditions[PART_BYTES] = "";
    vtb_keys_text(keys, sizeof keys, point);
    counted_part(conditions, comparison);
    append(conditions, ", %" PRIu64 " keys (%s), %zu in flight (%s)", point->keys_n, keys,
           point->in_flight, vtb_completion_words[point->completion]);
    if (point->depth > 1)
        append(conditions, ", %zu methods deep", point->depth);
    if (point->force_async)
        append(conditions, ", every call forced to suspend");
    if (point->failure_rate > 0)
        append(conditions, ", %.12g of the misses fail", point->failure_rate);
    if (point->request_ops != VTB_REQUEST_OPS)
        append(conditions, ", requests of %zu operations", point->request_ops);
    if (point->pollute_bytes > 0)
        append(conditions, ", %zu B of other memory touched between calls", point->pollute_bytes);
    if (point->completer)
        append(conditions, ", completed on another thread");
    collector_part(conditions, comparison, first);
    timed_part(conditions, comparison);
    vtb_print_wrapped(out, conditions);
    fputs("\n\n", out);
}

static void rate_title(char title[PART_BYTES], const struct vtb_comparison *comparison,
                       size_t first)
{
    const struct vtb_point *point = comparison->point;
    const struct vtb_counted *counted = &comparison->figures[first].counted;
    char text[CELL_BYTES];
    if (!point->emerges) {
        rate_text(text, counted);
        append(title, "hit rate %.12g (realised %s)", point->hit_rate, text);
        return;
    }
    append(title, "hit rate %.5f emerged (%" PRIu64 " hits), ",
           vtb_per_op(counted, counted->hits_n), counted->hits_n);
    if (point->cache.capacity > 0)
        append(title, "LRU of %" PRIu64, point->cache.capacity);
    else
        append(title, "life of %.12g s", (double)point->cache.ttl_ns / 1e9);
}

static void print_title(FILE *out, const struct vtb_comparison *comparison, size_t first)
{
    const struct vtb_point *point = comparison->point;
    const struct vtb_case *the_case = &point->cases[first];
    char title[PART_BYTES] = "";
    append(title, "%s, ", point->workload->name);
    rate_title(title, comparison, first);
    append(title, ", %s method, ", vtb_table_method(the_case));
    if (comparison->timed)
        append(title, "%s lookups, ", vtb_consumer_words[comparison->consumer]);
    if (comparison->caller_ns)
        append(title, "%zu caller%s, ", the_case->threads_n, the_case->threads_n > 1 ? "s" : "");
    append(title, "heap %s", the_case->heap->name);
    vtb_print_wrapped(out, title);
    putc('\n', out);
    print_conditions(out, comparison, first);
}

/* The first column is as wide as the longest name of the table, if that is more. */
static void fit_widths(int widths[COLUMNS_N], const struct vtb_point *point, size_t first)
{
    const bool collects = vtb_heap_collects(point->cases[first].heap->heap);
    memcpy(widths, collects ? collected_widths : column_widths, sizeof column_widths);
    for (size_t i = first; i < vtb_table_end(point, first); i++) {
        const int own = characters(point->cases[i].timing->name);
        widths[0] = own > widths[0] ? own : widths[0];
    }
}

static void fill_titles(char cells[COLUMNS_N][CELL_BYTES], bool collects)
{
    for (int i = 0; i < COLUMNS_N; i++)
        snprintf(cells[i], CELL_BYTES, "%s",
                 collects && i >= COLUMNS_N - 2 ? collected_titles[i - COLUMNS_N + 2]
                                                : column_titles[i]);
}

static void print_row(FILE *out, const struct vtb_comparison *comparison, size_t i,
                      const struct style *style, const int widths[COLUMNS_N])
{
    char cells[COLUMNS_N][CELL_BYTES];
    fill_row(cells, comparison, i);
    style->print_row(out, cells, comparison->timed, widths);
}

static void print_table(FILE *out, const struct vtb_comparison *comparison, size_t first,
                        const struct style *style)
{
    const struct vtb_case *the_case = &comparison->point->cases[first];
    int widths[COLUMNS_N];
    char cells[COLUMNS_N][CELL_BYTES];
    fit_widths(widths, comparison->point, first);
    fputs(style->title_prefix, out);
    print_title(out, comparison, first);
    fill_titles(cells, vtb_heap_collects(the_case->heap->heap));
    style->print_row(out, cells, comparison->timed, widths);
    for (int i = 0; style->rule && i < COLUMNS_N; i++) {
        if (comparison->timed || !is_timed(i))
            fputs(i == 0 ? "|---" : style->rule, out);
    }
    if (style->rule)
        fputs("|\n", out);
    if (the_case->empty < first) { /* a heap's second table shares the references of the first */
        print_row(out, comparison, the_case->empty, style, widths);
        print_row(out, comparison, the_case->floor, style, widths);
    }
    for (size_t i = first; i < vtb_table_end(comparison->point, first); i++)
        print_row(out, comparison, i, style, widths);
    putc('\n', out);
}

/* A table for each comparison and heap, and below a comparison's tables what they show. */
static void print_tables(FILE *out, const struct vtb_results *results, const struct style *style)
{
    for (size_t i = 0; i < results->comparisons_n; i++) {
        const struct vtb_comparison *comparison = &results->comparisons[i];
        const struct vtb_point *point = comparison->point;
        for (size_t first = 0; first < point->cases_n; first = vtb_table_end(point, first)) {
            print_table(out, comparison, first, style);
            vtb_report_pressure(out, comparison, first, &results->plan->pressure_words,
                                style->rule != NULL);
            vtb_report_analysis(out, comparison, first, style->rule != NULL);
            vtb_report_counted(out, results, comparison, first, style->rule != NULL);
        }
        vtb_report_findings(out, comparison, results->plan->calls_per_second);
        putc('\n', out);
    }
    vtb_report_surfaces(out, results);
    vtb_report_break_evens(out, &results->break_evens, style->rule != NULL);
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
            const size_t n = vtb_counters(results, comparison, figures, counters);
            if (i == 0 && row == 0) {
                fputs("name,workload,strategy,heap,consumer,method,depth,threads,hit_rate", out);
                for (size_t column = 0; column < n; column++)
                    fprintf(out, ",%s", counters[column].key);
                fputs(",verdict\n", out);
            }
            vtb_case_name(name, sizeof name, comparison, figures);
            fprintf(out, "%s,%s,%s,%s,%s,%s,%zu,%zu,%.12g", name, comparison->point->workload->name,
                    figures->the_case->timing->name, figures->the_case->heap->name,
                    vtb_consumer_words[comparison->consumer], vtb_case_method(figures->the_case),
                    comparison->point->depth, figures->the_case->threads_n,
                    comparison->point->emerges
                        ? vtb_per_op(&figures->counted, figures->counted.hits_n)
                        : comparison->point->hit_rate);
            for (size_t column = 0; column < n; column++)
                fprintf(out, isnan(counters[column].value) ? "," : ",%.15g",
                        counters[column].value);
            fprintf(out, ",%s\n", vtb_verdict_words[figures->verdict]);
        }
    }
}

void vtb_report_samples(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_results *results = what;
    (void)format;
    char name[512];
    fputs("name,round,operations,real_ns_per_op,cpu_ns_per_op,gc_ns_per_op\n", out);
    for (size_t i = 0; i < results->comparisons_n; i++) {
        const struct vtb_comparison *comparison = &results->comparisons[i];
        const struct vtb_samples *samples = &comparison->samples;
        for (size_t row = 0; row < samples->cases_n; row++) {
            vtb_case_name(name, sizeof name, comparison, &comparison->figures[row]);
            for (size_t round = 0; round < samples->rounds_n; round++) {
                const size_t at = round * samples->cases_n + row;
                fprintf(out, "%s,%zu,%zu,%.6g,%.6g,%.6g\n", name, round, samples->operations_n,
                        samples->real_ns[at], samples->cpu_ns[at],
                        samples->gc_ns ? samples->gc_ns[at] : 0);
            }
        }
    }
}

void vtb_report(FILE *out, const void *what, enum vtb_format format)
{
    static void (*const reports[])(FILE *, const struct vtb_results *) = {
        [VTB_FORMAT_TABLE] = vtb_report_table,
        [VTB_FORMAT_JSON] = vtb_report_json,
        [VTB_FORMAT_CSV] = vtb_report_csv,
        [VTB_FORMAT_MARKDOWN] = vtb_report_markdown,
    };
    reports[format](out, what);
}
