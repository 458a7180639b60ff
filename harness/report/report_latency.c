#include "report/report_latency.h"

#include <inttypes.h>
#include <math.h>

#include "base/json_text.h"
#include "base/look.h"
#include "base/prose.h"
#include "base/table.h"
#include "report/case_names.h"
#include "report/latency_parts.h"
#include "report/report_handover.h"
#include "report/report_json.h"
#include "report/report_skips.h"
#include "report/report_store.h"
#include "report/report_title.h"

static bool seeks(const struct vtb_latency_report *report)
{
    return isinf(report->results->plan->open_loop.rate);
}

struct vtb_latency_extent vtb_latency_extent(const struct vtb_latency_report *report)
{
    struct vtb_latency_extent extent = {0, 0};
    for (size_t t = 0; t < report->tables_n; t++) {
        extent.kept_n += report->tables[t].latencies.timeline->n;
        extent.left_out_n += report->tables[t].latencies.timeline->left_out_n;
    }
    return extent;
}

/* --- keys and names --- */

const char *const vtb_latency_kind_words[] = {"latency", "service", "miss"};

static const char *const tail_keys[VTB_TAIL_SHARES_N] = {
    "tail_collections_share", "tail_switches_share", "tail_stolen_share",
    "tail_short_share",       "tail_idle_share",     "tail_unknown_share"};

/* What a store outside of the program was asked, if there is one. */
static void add_store(struct vtb_latency_counters *counters, const struct vtb_latency_table *table,
                      const struct vtb_store_sums *store)
{
    if (!table->point->store)
        return;
    vtb_latency_add(counters, store->p50_ns, "store_p50_ns");
    vtb_latency_add(counters, store->p99_ns, "store_p99_ns");
    vtb_latency_add(counters, store->asked_n, "store_asked_n");
    vtb_latency_add(counters, store->failed_n, "store_failed_n");
    vtb_latency_add(counters, store->expired_n, "store_expired_n");
}

/* The figures of a case by their keys in files, the same for all cases of a run. */
static void find_counters(struct vtb_latency_counters *counters,
                          const struct vtb_latency_report *report,
                          const struct vtb_latency_table *table,
                          const struct vtb_latency_figures *figures)
{
    counters->n = 0;
    vtb_latency_add(counters, (double)table->sessions_n, "sessions_n");
    vtb_latency_add(counters, figures->hit_rate, "actual_hit_rate");
    add_store(counters, table, &figures->store);
    if (seeks(report)) {
        vtb_latency_add_interval(counters, &figures->sustained, "rate", "_sustained");
        vtb_latency_add_interval(counters, &figures->sustained_ratio, "rate", "_sustained_ratio");
        return;
    }
    vtb_latency_add(counters, (double)figures->calls_n, "calls_n");
    vtb_latency_add(counters, report->results->plan->open_loop.rate, "rate_intended");
    vtb_latency_add(counters, figures->rate_achieved, "rate_achieved");
    vtb_latency_add(counters, figures->late_share, "late_share");
    vtb_latency_add(counters, figures->misses_n, "misses_n");
    vtb_latency_add(counters, figures->misses_unseen_n, "misses_unseen_n");
    for (size_t k = 0; k < VTB_LATENCY_KINDS_N; k++)
        vtb_latency_add_quantiles(counters, vtb_latency_kind_words[k], figures->ns[k],
                                  figures->ratios[k]);
    for (size_t i = 0; i < VTB_TAIL_SHARES_N; i++)
        vtb_latency_add(counters, figures->tail[i], "%s", tail_keys[i]);
    if (table->handovers.figures)
        vtb_handover_count(counters, &table->handovers,
                           &table->handovers.figures[figures - table->figures]);
}

void vtb_latency_name(char *name, size_t name_bytes, const struct vtb_latency_report *report,
                      const struct vtb_latency_table *table,
                      const struct vtb_latency_figures *figures)
{
    const struct vtb_open_loop *open_loop = &report->results->plan->open_loop;
    const struct vtb_comparison comparison = {.point = table->point, .consumer = table->consumer};
    const struct vtb_figures named = {.the_case = figures->the_case};
    if (named.the_case)
        vtb_case_name(name, name_bytes, &comparison, &named);
    else
        vtb_control_name(name, name_bytes, &comparison, "idle_control", figures->callers_n);
    if (seeks(report))
        vtb_append(name, name_bytes, "/rate:max");
    else
        vtb_append(name, name_bytes, "/rate:%.12g", open_loop->rate);
    if (open_loop->poisson)
        vtb_append(name, name_bytes, "/arrivals:%s", vtb_arrivals_words[VTB_ARRIVALS_POISSON]);
}

/* --- JSON and CSV --- */

static void put_row(FILE *out, json_t *row, bool *first)
{
    fputs(*first ? "\n" : ",\n", out);
    *first = false;
    vtb_json_dump(out, row, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(row);
}

static json_t *row_of(const char *name, const char *kind, const struct vtb_latency_figures *figures)
{
    json_t *row = vtb_json_checked(json_object());
    vtb_json_put(row, "run_name", json_string(name));
    vtb_json_put(row, "run_type", json_string(kind));
    vtb_json_put(row, "threads", json_integer((json_int_t)figures->callers_n));
    return row;
}

/* Prints what each session found, a row for each. */
static void print_sessions(FILE *out, const struct vtb_latency_table *table, size_t unit,
                           const char *name, bool *first)
{
    for (size_t s = 0; s < table->sessions_n; s++) {
        const struct vtb_latency_tally *tally =
            &table->latencies.tallies[s * table->latencies.units_n + unit];
        json_t *row = row_of(name, "iteration", &table->figures[unit]);
        vtb_json_put(row, "name", json_string(name));
        vtb_json_put(row, "session", json_integer((json_int_t)s + 1));
        vtb_json_put(row, "iterations", json_integer((json_int_t)tally->calls_n));
        vtb_json_put(row, "slices", json_integer((json_int_t)tally->slices_n));
        vtb_json_put(row, "slices_overloaded", json_integer((json_int_t)tally->overloaded_n));
        if (tally->rate_sustained > 0)
            vtb_json_put(row, "rate_sustained", json_real(tally->rate_sustained));
        for (size_t k = 0; tally->rate_sustained == 0 && k < VTB_LATENCY_KINDS_N; k++)
            vtb_latency_put_quantiles(row, vtb_latency_kind_words[k], tally->ns[k]);
        if (table->handovers.figures)
            vtb_handover_put_session(row, &table->handovers, s, unit);
        put_row(out, row, first);
    }
}

static void print_aggregate(FILE *out, const struct vtb_latency_report *report,
                            const struct vtb_latency_table *table, size_t unit, const char *name,
                            bool *first)
{
    struct vtb_latency_counters counters;
    char aggregate[VTB_CASE_NAME_BYTES + 16];
    json_t *row = row_of(name, "aggregate", &table->figures[unit]);
    find_counters(&counters, report, table, &table->figures[unit]);
    (void)snprintf(aggregate, sizeof aggregate, "%s_pooled", name);
    vtb_json_put(row, "name", json_string(aggregate));
    vtb_json_put(row, "aggregate_name", json_string("pooled"));
    vtb_json_put(row, "aggregate_unit", json_string("time"));
    vtb_json_put(row, "time_unit", json_string("ns"));
    for (size_t i = 0; i < counters.n; i++)
        vtb_json_put_known(row, counters.items[i].key, counters.items[i].value);
    put_row(out, row, first);
}

static void report_json(FILE *out, const struct vtb_latency_report *report)
{
    char name[VTB_CASE_NAME_BYTES];
    bool first = true;
    fputs("{\n\"context\": ", out);
    vtb_report_context(out, report->results, VTB_FORMAT_JSON);
    fputs(",\n\"benchmarks\": [", out);
    for (size_t t = 0; t < report->tables_n; t++) {
        const struct vtb_latency_table *table = &report->tables[t];
        for (size_t i = 0; i < table->latencies.units_n; i++) {
            vtb_latency_name(name, sizeof name, report, table, &table->figures[i]);
            print_sessions(out, table, i, name, &first);
            print_aggregate(out, report, table, i, name, &first);
        }
    }
    fputs("\n]\n}\n", out);
}

static void print_csv_row(FILE *out, const char *name, const struct vtb_latency_table *table,
                          const struct vtb_latency_figures *figures,
                          const struct vtb_latency_counters *counters)
{
    const struct vtb_case *the_case = figures->the_case;
    fprintf(out, "%s,%s,%s,%s,%zu", name, table->point->workload->name,
            the_case ? the_case->timing->name : "idle_control",
            the_case ? the_case->heap->name : "", figures->callers_n);
    for (size_t i = 0; i < counters->n; i++)
        fprintf(out, isfinite(counters->items[i].value) ? ",%.15g" : ",", counters->items[i].value);
    putc('\n', out);
}

static void report_csv(FILE *out, const struct vtb_latency_report *report)
{
    char name[VTB_CASE_NAME_BYTES];
    struct vtb_latency_counters counters;
    for (size_t t = 0; t < report->tables_n; t++) {
        const struct vtb_latency_table *table = &report->tables[t];
        for (size_t i = 0; i < table->latencies.units_n; i++) {
            find_counters(&counters, report, table, &table->figures[i]);
            if (t == 0 && i == 0) {
                fputs("name,workload,strategy,heap,threads", out);
                for (size_t c = 0; c < counters.n; c++)
                    fprintf(out, ",%s", counters.items[c].key);
                putc('\n', out);
            }
            vtb_latency_name(name, sizeof name, report, table, &table->figures[i]);
            print_csv_row(out, name, table, &table->figures[i], &counters);
        }
    }
}

/* --- tables --- */

static const char *rate_text(char text[VTB_NUMBER_BYTES], double rate)
{
    static const char *const units[] = {"", "k", "M", "G", NULL};
    return vtb_scaled_text(text, rate, units);
}

/* The share of calls that hit, where that emerges. */
static void add_hits(struct vtb_table *text, const struct vtb_latency_figures *figures)
{
    char number[VTB_NUMBER_BYTES];
    if (isnan(figures->hit_rate))
        vtb_table_cell(text, "-");
    else
        vtb_table_cell(text, "%s %%", vtb_decimal_text(number, 100 * figures->hit_rate, 2));
}

/* The cases of a heap, method and number of callers, and the idle control. */
struct group {
    const struct vtb_latency_report *report;
    const struct vtb_latency_table *table;
    size_t first;
    size_t end;
};

static const char *row_name(const struct vtb_latency_figures *figures)
{
    return figures->the_case ? vtb_case_strategy(figures->the_case) : VTB_IDLE_NAME;
}

static const char *baseline_name(const struct group *group)
{
    const struct vtb_point *point = group->table->point;
    return vtb_case_strategy(&point->cases[point->cases[group->end - 1].baseline]);
}

typedef void row_function(struct vtb_table *text, const struct group *group,
                          const struct vtb_latency_figures *figures);

/* Prints a table of the group's cases, whose columns are there. */
static void print_cases(FILE *out, struct vtb_table *text, const struct group *group,
                        enum vtb_format format, row_function *fill)
{
    for (size_t i = group->first; i < group->end; i++)
        fill(text, group, &group->table->figures[i]);
    vtb_table_print(out, text, format);
    vtb_table_free(text);
    putc('\n', out);
}

/* Likewise, with the idle control first. */
static void print_rows(FILE *out, struct vtb_table *text, const struct group *group,
                       enum vtb_format format, row_function *fill)
{
    fill(text, group, &group->table->figures[vtb_latency_idle_of(group->table, group->first)]);
    print_cases(out, text, group, format, fill);
}

static void fill_quantiles(struct vtb_table *text, const struct vtb_latency_figures *figures,
                           enum vtb_latency_kind kind)
{
    char number[VTB_NUMBER_BYTES];
    for (size_t q = 0; q < VTB_LATENCY_QUANTILES_N; q++)
        vtb_table_cell(text, "%s", vtb_latency_time_text(number, figures->ns[kind][q].median));
}

static void fill_latency(struct vtb_table *text, const struct group *group,
                         const struct vtb_latency_figures *figures)
{
    (void)group;
    vtb_table_cell(text, "%s", row_name(figures));
    fill_quantiles(text, figures, VTB_LATENCY_INTENDED);
}

static void fill_service(struct vtb_table *text, const struct group *group,
                         const struct vtb_latency_figures *figures)
{
    (void)group;
    vtb_table_cell(text, "%s", row_name(figures));
    fill_quantiles(text, figures, VTB_LATENCY_SERVICE);
}

static void fill_rates(struct vtb_table *text, const struct group *group,
                       const struct vtb_latency_figures *figures)
{
    char numbers[2][VTB_NUMBER_BYTES];
    char ratio[VTB_NUMBER_BYTES];
    static const size_t quantiles[] = {0, 2, 3};
    vtb_table_cell(text, "%s", row_name(figures));
    vtb_table_cell(text, "%s", rate_text(numbers[0], group->report->results->plan->open_loop.rate));
    vtb_table_cell(text, "%s", rate_text(numbers[1], figures->rate_achieved));
    vtb_table_cell(text, "%.2g %%", 100 * figures->late_share);
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        vtb_table_cell(
            text, "%s",
            vtb_latency_ratio_text(ratio, &figures->ratios[VTB_LATENCY_INTENDED][quantiles[i]]));
}

/* A count, or that there is none. */
static void add_count(struct vtb_table *text, double n)
{
    char number[VTB_NUMBER_BYTES];
    vtb_table_cell(text, "%s", isnan(n) ? "-" : vtb_thousands_text(number, n));
}

static void fill_misses(struct vtb_table *text, const struct group *group,
                        const struct vtb_latency_figures *figures)
{
    char number[VTB_NUMBER_BYTES];
    static const size_t quantiles[] = {0, 2, VTB_LATENCY_QUANTILES_N - 1};
    vtb_table_cell(text, "%s", row_name(figures));
    if (group->table->point->hits.emerge)
        add_hits(text, figures);
    add_count(text, figures->misses_n);
    add_count(text, figures->misses_unseen_n);
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        vtb_table_cell(
            text, "%s",
            vtb_latency_time_text(number, figures->ns[VTB_LATENCY_MISS][quantiles[i]].median));
}

static void fill_tail(struct vtb_table *text, const struct group *group,
                      const struct vtb_latency_figures *figures)
{
    (void)group;
    vtb_table_cell(text, "%s", row_name(figures));
    for (size_t i = 0; i < VTB_TAIL_SHARES_N; i++) {
        if (isnan(figures->tail[i]))
            vtb_table_cell(text, "-");
        else
            vtb_table_cell(text, "%.0f %%", 100 * figures->tail[i]);
    }
}

static void fill_sustained(struct vtb_table *text, const struct group *group,
                           const struct vtb_latency_figures *figures)
{
    char numbers[3][VTB_NUMBER_BYTES];
    char ratio[VTB_NUMBER_BYTES];
    vtb_table_cell(text, "%s", row_name(figures));
    vtb_table_cell(text, "%s", rate_text(numbers[0], figures->sustained.median));
    vtb_table_cell(text, "%s", rate_text(numbers[1], figures->sustained.lo));
    vtb_table_cell(text, "%s", rate_text(numbers[2], figures->sustained.hi));
    vtb_table_cell(text, "%s", vtb_latency_ratio_text(ratio, &figures->sustained_ratio));
    if (group->table->point->hits.emerge)
        add_hits(text, figures);
}

static void print_heading(FILE *out, enum vtb_format format, const char *heading)
{
    if (format == VTB_FORMAT_MARKDOWN)
        fprintf(out, "### %s\n\n", heading);
    else
        vtb_print_wrapped_to(out, heading, VTB_LOOK_WIDTH);
    if (format != VTB_FORMAT_MARKDOWN)
        fputs("\n\n", out);
}

static void print_quantiles(FILE *out, const struct group *group, enum vtb_format format,
                            const char *first, row_function *fill)
{
    struct vtb_table text = {.gap = 2, .split = VTB_SPLIT_ALIGNED, .width = VTB_LOOK_WIDTH};
    vtb_latency_add_columns(&text, &first, 1);
    for (size_t q = 0; q < VTB_LATENCY_QUANTILES_N; q++)
        vtb_table_column(
            &text, (struct vtb_column){vtb_latency_quantile_titles[q], 6, VTB_SIDE_RIGHT, false});
    print_rows(out, &text, group, format, fill);
}

/* Whether there is something to tell of misses: how long they waited, or how many there were. */
static bool has_misses(const struct group *group)
{
    bool any = group->table->point->hits.emerge;
    for (size_t i = group->first; i < group->end; i++)
        any |= group->table->figures[i].misses_n > 0;
    return any;
}

/* Tells of calls that their slice's end left waiting. */
static void print_unseen(FILE *out, const struct group *group)
{
    char numbers[2][VTB_NUMBER_BYTES];
    char text[300];
    double n = 0;
    double unseen_n = 0;
    for (size_t i = group->first; i < group->end; i++) {
        const struct vtb_latency_figures *figures = &group->table->figures[i];
        n += figures->misses_n > 0 ? figures->misses_n : 0;
        unseen_n += figures->misses_n > 0 ? figures->misses_unseen_n : 0;
    }
    if (unseen_n == 0)
        return;
    (void)snprintf(text, sizeof text,
                   "unseen: %s of %s misses still waited when their slice ended; how long is not "
                   "known, and they are in no figure%s. Longer slices (--slice-ms), or fewer in "
                   "flight, leave fewer.",
                   vtb_thousands_text(numbers[0], unseen_n), vtb_thousands_text(numbers[1], n),
                   unseen_n == n ? ", so that there is none" : "");
    vtb_print_wrapped_to(out, text, VTB_LOOK_WIDTH);
    fputs("\n\n", out);
}

static void print_misses(FILE *out, const struct group *group, enum vtb_format format)
{
    static const char *const titles[] = {"misses", "unseen", "p50", "p99", "max"};
    static const char *const hits[] = {"until consumed", "hits"};
    struct vtb_table text = {.gap = 2, .width = VTB_LOOK_WIDTH};
    vtb_latency_add_columns(&text, hits, group->table->point->hits.emerge ? 2 : 1);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        vtb_table_column(&text, (struct vtb_column){titles[i], 6, VTB_SIDE_RIGHT, false});
    print_cases(out, &text, group, format, fill_misses);
    print_unseen(out, group);
}

static void print_latencies(FILE *out, const struct group *group, enum vtb_format format)
{
    static const char *const tail_titles[] = {
        "of those above p99.9", "collections", "switches", "stolen", "short", "as idle", "unknown"};
    char baseline[300];
    const char *const titles[] = {"calls a second", "meant",  "made",    "late",
                                  "p50 vs",         "p99 vs", "p99.9 vs"};
    struct vtb_table text = {.gap = 2, .width = VTB_LOOK_WIDTH};
    print_quantiles(out, group, format, "from the intended start", fill_latency);
    print_quantiles(out, group, format, "from the actual start", fill_service);
    vtb_latency_add_columns(&text, titles, sizeof titles / sizeof *titles);
    print_rows(out, &text, group, format, fill_rates);
    struct vtb_table tail = {.gap = 2, .width = VTB_LOOK_WIDTH};
    vtb_latency_add_columns(&tail, tail_titles, sizeof tail_titles / sizeof *tail_titles);
    print_rows(out, &tail, group, format, fill_tail);
    (void)snprintf(
        baseline, sizeof baseline,
        "vs: over %s's, from the intended start: the mean of what it is in each "
        "session, not the quotient of the columns; in another run as well (99 %%). ?: the "
        "sessions are too few, or disagree by more than %.0f %%: not known yet.",
        baseline_name(group), 100 * VTB_DISAGREE_MARGIN);
    vtb_print_wrapped_to(out, baseline, VTB_LOOK_WIDTH);
    fputs("\n\n", out);
    if (has_misses(group))
        print_misses(out, group, format);
    if (group->table->handovers.figures)
        vtb_handover_print(out, group->table, group->first, group->end,
                           group->report->results->plan->open_loop.wake, format);
}

static void print_sustained(FILE *out, const struct group *group, enum vtb_format format)
{
    char ratio[160];
    const char *const titles[] = {
        "calls a second, sustained", "median", "least", "most", ratio, "hits"};
    const bool emerge = group->table->point->hits.emerge;
    struct vtb_table text = {.gap = 2, .split = VTB_SPLIT_ALIGNED, .width = VTB_LOOK_WIDTH};
    (void)snprintf(ratio, sizeof ratio, "vs %s", baseline_name(group));
    vtb_latency_add_columns(&text, titles, sizeof titles / sizeof *titles - !emerge);
    print_rows(out, &text, group, format, fill_sustained);
}

/* Appends how a heap that collects is set up, as far as that was said. */
static void append_collector(char *text, size_t text_bytes, const struct vtb_point *point,
                             const struct vtb_collector *collector)
{
    char number[VTB_NUMBER_BYTES];
    vtb_append(text, text_bytes, ", %s live in the heap all along",
               vtb_bytes_text(number, (double)point->live_heap_bytes));
    if (collector->has_budget && point->gen0_budget_bytes > 0)
        vtb_append(text, text_bytes, ", a nursery of %s",
                   vtb_bytes_text(number, (double)point->gen0_budget_bytes));
    if (collector->has_steps && point->incremental)
        vtb_append(text, text_bytes, ", collected in steps");
}

static void print_group(FILE *out, const struct group *group, enum vtb_format format)
{
    const struct vtb_point *point = group->table->point;
    const struct vtb_case *the_case = &point->cases[group->end - 1];
    char hits[VTB_POINT_TEXT_BYTES];
    char way[VTB_POINT_TEXT_BYTES];
    char heading[640];
    char number[VTB_NUMBER_BYTES];
    vtb_hits_text(hits, point);
    (void)snprintf(heading, sizeof heading, "%s on %s: hit rate %s, %s in flight, %s, %s lookups",
                   point->workload->name, vtb_case_heap(the_case), hits,
                   vtb_thousands_text(number, (double)point->in_flight),
                   vtb_way_text(way, the_case), vtb_consumer_words[group->table->consumer]);
    vtb_append_conditions(heading, sizeof heading, point, the_case);
    if (the_case->threads_n > 1)
        vtb_append(heading, sizeof heading, ", %zu callers", the_case->threads_n);
    if (vtb_heap_collects(the_case->heap->heap))
        append_collector(heading, sizeof heading, point, the_case->heap->heap->collector);
    print_heading(out, format, heading);
    if (seeks(group->report))
        print_sustained(out, group, format);
    else
        print_latencies(out, group, format);
}

static void print_subject(FILE *out, const struct vtb_latency_report *report)
{
    const struct vtb_plan *plan = report->results->plan;
    const size_t n = report->tables[0].sessions_n;
    char rate[VTB_NUMBER_BYTES];
    char text[400];
    if (seeks(report))
        (void)snprintf(text, sizeof text,
                       "Open loop: the most calls a second that each case sustains, %s arrivals",
                       vtb_arrivals_words[plan->open_loop.poisson]);
    else
        (void)snprintf(text, sizeof text, "Open loop: %s calls a second, %s arrivals",
                       vtb_thousands_text(rate, plan->open_loop.rate),
                       vtb_arrivals_words[plan->open_loop.poisson]);
    vtb_append(text, sizeof text, "; %zu session%s", n, vtb_plural((double)n, "", "s"));
    if (!seeks(report))
        vtb_append(text, sizeof text, " of %zu slice%s of %g ms a case", plan->rounds_n,
                   vtb_plural((double)plan->rounds_n, "", "s"),
                   vtb_latency_slice_ns(&plan->open_loop) / 1e6);
    vtb_print_wrapped_to(out, text, VTB_LOOK_WIDTH);
    fputs("\n\n", out);
}

/* What the words of the tables mean, and what is in their figures. */
static void print_legend(FILE *out, const struct vtb_latency_report *report)
{
    const struct vtb_latency_table *table = &report->tables[0];
    const double reading_ns =
        table->figures[vtb_cells_end(table->point)].ns[VTB_LATENCY_SERVICE][0].median;
    char number[VTB_NUMBER_BYTES];
    char text[1200] =
        "The idle control is the same loop without a call: what it shows is the machine's, and the "
        "reading of the clock that ends each call";
    if (isfinite(reading_ns))
        vtb_append(text, sizeof text, ", %s here, which is in every figure",
                   vtb_latency_time_text(number, reading_ns));
    vtb_append(text, sizeof text, ". ");
    if (!seeks(report))
        vtb_append(text, sizeof text,
                   "late: calls that were due before their caller was free. A call ends when its "
                   "caller is free: a hit is consumed, a miss suspended; misses: until they were "
                   "consumed, which the window makes. short: at most %d us, for no cause that is "
                   "looked for then. -: there is none, or fewer than %d calls would be beyond it. ",
                   VTB_GAP_NS / 1000, VTB_LATENCY_BEYOND_N);
    vtb_append_loop_store(text, sizeof text, report);
    vtb_append(text, sizeof text, "docs/LATENCY.md tells more.");
    vtb_print_wrapped_to(out, text, VTB_LOOK_WIDTH);
    putc('\n', out);
}

/* Tells of what a timeline of the run has not. */
static void print_cut(FILE *out, const struct vtb_latency_report *report)
{
    const struct vtb_latency_extent extent = vtb_latency_extent(report);
    char numbers[2][VTB_NUMBER_BYTES];
    char text[200];
    if (extent.left_out_n == 0)
        return;
    (void)snprintf(text, sizeof text,
                   "The timeline has %s of the %s events of the first session: "
                   "it is cut where there was no more room.",
                   vtb_thousands_text(numbers[0], (double)extent.kept_n),
                   vtb_thousands_text(numbers[1], (double)(extent.kept_n + extent.left_out_n)));
    putc('\n', out);
    vtb_print_wrapped_to(out, text, VTB_LOOK_WIDTH);
    putc('\n', out);
}

static void report_tables(FILE *out, const struct vtb_latency_report *report,
                          enum vtb_format format)
{
    print_subject(out, report);
    for (size_t t = 0; t < report->tables_n; t++) {
        const struct vtb_latency_table *table = &report->tables[t];
        const size_t cells_n = vtb_cells_end(table->point);
        for (size_t first = 0, end; first < cells_n; first = end) {
            end = vtb_table_end(table->point, first);
            const struct group group = {report, table, first, end};
            print_group(out, &group, format);
        }
    }
    print_legend(out, report);
    print_cut(out, report);
    vtb_report_skips(out, &report->results->plan->skips, VTB_LOOK_WIDTH);
}

void vtb_report_latency(FILE *out, const void *what, enum vtb_format format)
{
    if (format == VTB_FORMAT_JSON)
        report_json(out, what);
    else if (format == VTB_FORMAT_CSV)
        report_csv(out, what);
    else
        report_tables(out, what, format);
}
