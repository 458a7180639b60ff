#include "gate/merge_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/prose.h"
#include "base/shown.h"
#include "base/table.h"
#include "gate/compare.h"
#include "gate/merge_json.h"
#include "report/case_names.h"
#include "report/report.h"
#include "report/report_shard.h"

#define WHAT "a merged result"

/* --- rows of a table --- */

/* The row of a case, by its place in a table. */
static const struct vtb_recorded_row *row_at(const struct vtb_merged_table *table, size_t i)
{
    return &table->shard->file.rows[table->first_case + i];
}

/* The machines of which there is a table at each place. */
static size_t sides_n(const struct vtb_merged *merged)
{
    return merged->side_by_side ? merged->machines_n : 1;
}

/* --- strategies, each on a heap, over all tables of a machine --- */

struct summed {
    const char *strategy; /* in a row's name, as is the heap; neither is ended by a NUL */
    size_t strategy_n;
    const char *heap;
    size_t heap_n;
    size_t machine;
    size_t cases_n;
    bool is_told;
    size_t told_n[4];          /* by its ratio: faster, same, slower, not known */
    struct vtb_interval ratio; /* of its medians the least and the largest; no median */
    struct vtb_interval bytes; /* likewise */
};

struct sums {
    struct summed *items;
    size_t n;
};

static bool is_same_text(const char *a, size_t a_n, const char *b, size_t b_n)
{
    return a_n == b_n && memcmp(a, b, a_n) == 0;
}

/* The sum that a row belongs to, which may be a new one. */
static struct summed *sum_of(struct sums *sums, const struct vtb_recorded_row *row, size_t machine)
{
    struct summed its = {.machine = machine, .ratio = {NAN, NAN, NAN}, .bytes = {NAN, NAN, NAN}};
    its.strategy = vtb_name_strategy(row->name, &its.strategy_n);
    its.heap = its.strategy + its.strategy_n;
    its.heap += *its.heap == '/';
    its.heap_n = strcspn(its.heap, "/");
    for (size_t i = 0; i < sums->n; i++) {
        struct summed *known = &sums->items[i];
        if (known->machine == machine &&
            is_same_text(known->strategy, known->strategy_n, its.strategy, its.strategy_n) &&
            is_same_text(known->heap, known->heap_n, its.heap, its.heap_n))
            return known;
    }
    sums->items = vtb_reallocate(sums->items, sums->n + 1, sizeof *sums->items, WHAT);
    sums->items[sums->n] = its;
    return &sums->items[sums->n++];
}

static void widen(struct vtb_interval *range, double value)
{
    range->lo = fmin(range->lo, value); /* of a number and NaN: the number */
    range->hi = fmax(range->hi, value);
}

static void add_row(struct sums *sums, const struct vtb_recorded_row *row, size_t machine)
{
    struct summed *its = sum_of(sums, row, machine);
    const double ratio = vtb_recorded(row, "ratio");
    its->cases_n++;
    widen(&its->ratio, ratio);
    widen(&its->bytes, vtb_recorded(row, "bytes_per_op"));
    if (row->verdict == VTB_VERDICT_DIFFERENT)
        its->told_n[ratio < 1 ? 0 : 2]++;
    else if (row->verdict == VTB_VERDICT_SAME)
        its->told_n[1]++;
    else if (row->verdict == VTB_VERDICT_UNKNOWN)
        its->told_n[3]++;
}

static void add_rows(struct sums *sums, const struct vtb_merged *merged)
{
    for (size_t place = 0; place < merged->tables_n; place++) {
        for (size_t side = 0; side < sides_n(merged); side++) {
            const struct vtb_merged_table *table = vtb_merged_at(merged, place, side);
            for (size_t i = 0; i < table->cases_n; i++)
                add_row(sums, row_at(table, i), table->shard->machine);
        }
    }
}

/* Prints a range of ratios, or of bytes. */
static void add_range(struct vtb_table *table, const struct vtb_interval *range)
{
    char numbers[2][VTB_NUMBER_BYTES];
    if (isnan(range->lo))
        vtb_table_cell(table, "-");
    else if (range->lo == range->hi)
        vtb_table_cell(table, "%s", vtb_figure_text(numbers[0], range->lo));
    else
        vtb_table_cell(table, "%s to %s", vtb_figure_text(numbers[0], range->lo),
                       vtb_figure_text(numbers[1], range->hi));
}

static void add_sum(struct vtb_table *table, const struct vtb_merged *merged, bool timed,
                    const struct summed *its)
{
    vtb_table_cell(table, "%.*s", (int)its->strategy_n, its->strategy);
    vtb_table_cell(table, "%.*s", (int)its->heap_n, its->heap);
    if (merged->machines_n > 1)
        vtb_table_cell(table, "%s", merged->machines[its->machine].label);
    vtb_table_cell(table, "%zu", its->cases_n);
    add_range(table, &its->bytes);
    for (size_t i = 0; timed && i < sizeof its->told_n / sizeof *its->told_n; i++)
        vtb_table_cell(table, "%zu", its->told_n[i]);
    if (timed)
        add_range(table, &its->ratio);
}

static bool is_same_case(const struct summed *a, const struct summed *b)
{
    return is_same_text(a->strategy, a->strategy_n, b->strategy, b->strategy_n) &&
           is_same_text(a->heap, a->heap_n, b->heap, b->heap_n);
}

/* Adds the sums of a strategy on a heap that are not told yet, in the order of machines. */
static void add_machines(struct vtb_table *table, const struct vtb_merged *merged, bool timed,
                         struct sums *sums, size_t first)
{
    for (size_t m = 0; m < merged->machines_n; m++) {
        for (size_t i = first; i < sums->n; i++) {
            struct summed *its = &sums->items[i];
            if (its->is_told || its->machine != m || !is_same_case(its, &sums->items[first]))
                continue;
            add_sum(table, merged, timed, its);
            its->is_told = true;
        }
    }
}

static bool is_timed(const struct sums *sums)
{
    for (size_t i = 0; i < sums->n; i++) {
        if (!isnan(sums->items[i].ratio.lo))
            return true;
    }
    return false;
}

/* Prints, of each strategy on each heap, a row for each machine, one below the other. */
static void print_sums(FILE *out, const struct vtb_merged *merged, enum vtb_format format)
{
    static const struct vtb_column columns[] = {
        {"strategy", 10, VTB_SIDE_LEFT, false}, {"heap", 5, VTB_SIDE_LEFT, false},
        {"machine", 7, VTB_SIDE_LEFT, false},   {"cases", 5, VTB_SIDE_RIGHT, false},
        {"B/op", 4, VTB_SIDE_RIGHT, false},     {"faster", 6, VTB_SIDE_RIGHT, false},
        {"same", 4, VTB_SIDE_RIGHT, false},     {"slower", 6, VTB_SIDE_RIGHT, false},
        {"?", 1, VTB_SIDE_RIGHT, false},        {"ratio", 5, VTB_SIDE_RIGHT, false},
    };
    struct sums sums = {.n = 0};
    struct vtb_table table = {.gap = 2};
    add_rows(&sums, merged);
    const bool timed = is_timed(&sums);
    for (size_t i = 0; i < (timed ? sizeof columns / sizeof *columns : 5); i++) {
        if (i != 2 || merged->machines_n > 1)
            vtb_table_column(&table, columns[i]);
    }
    for (size_t i = 0; i < sums.n; i++)
        add_machines(&table, merged, timed, &sums, i);
    vtb_table_print(out, &table, format);
    if (timed)
        vtb_printf_wrapped(out,
                           "\nratio: the time as a share of the baseline's, the least and the "
                           "largest of the cases%s.\n",
                           merged->machines_n > 1 ? " of that machine; none is of two" : "");
    vtb_table_free(&table);
    free(sums.items);
}

/* --- tables side by side --- */

static void add_ratio(struct vtb_table *table, const struct vtb_recorded_row *row)
{
    const double ratio = vtb_recorded(row, "ratio");
    const double margin =
        fmax(vtb_recorded(row, "ratio_hi") - ratio, ratio - vtb_recorded(row, "ratio_lo"));
    if (isnan(ratio))
        vtb_table_cell(table, "-");
    else if (isnan(margin) || margin == 0)
        vtb_table_cell(table, "%.2f", ratio);
    else
        vtb_table_cell(table, "%.2f ±%.2f", ratio, fmax(margin, 0.01));
}

/* What stands behind the heap in a row's name. */
static const char *rest_of(const struct vtb_recorded_row *row)
{
    size_t n;
    const char *strategy = vtb_name_strategy(row->name, &n);
    const char *heap = strategy + n + (strategy[n] == '/');
    return heap + strcspn(heap, "/");
}

/* Adds the parts of a row's name that the first row of its table has not: its method, and how many
 * callers there are. */
static void add_parts(struct vtb_table *table, const char *rest, const char *firsts)
{
    char text[200] = "";
    char part[120];
    for (; *rest; rest += strcspn(rest, "/")) {
        const size_t n = strcspn(++rest, "/");
        snprintf(part, sizeof part, "/%.*s/", (int)n, rest);
        char whole[VTB_CASE_NAME_BYTES + 2];
        snprintf(whole, sizeof whole, "%s/", firsts);
        if (!strstr(whole, part))
            vtb_append(text, sizeof text, "%s%.*s", *text ? " " : "", (int)n, rest);
    }
    vtb_table_cell(table, "%s", text);
}

static void add_cases(struct vtb_table *text, const struct vtb_merged *merged, size_t place)
{
    const struct vtb_merged_table *first = vtb_merged_at(merged, place, 0);
    for (size_t i = 0; i < first->cases_n; i++) {
        const struct vtb_recorded_row *row = row_at(first, i);
        size_t n;
        char number[VTB_NUMBER_BYTES];
        const char *strategy = vtb_name_strategy(row->name, &n);
        const char *heap = strategy + n + (strategy[n] == '/');
        vtb_table_cell(text, "%.*s", (int)n, strategy);
        vtb_table_cell(text, "%.*s", (int)strcspn(heap, "/"), heap);
        add_parts(text, rest_of(row), rest_of(row_at(first, 0)));
        vtb_table_cell(text, "%s", vtb_fitted_text(number, vtb_recorded(row, "bytes_per_op"), 6));
        for (size_t m = 0; m < merged->machines_n; m++) {
            const struct vtb_merged_table *its = vtb_merged_at(merged, place, m);
            if (i < its->cases_n && strcmp(row_at(its, i)->name, row->name) == 0)
                add_ratio(text, row_at(its, i));
            else
                vtb_table_cell(text, "-");
        }
    }
}

/* Prints a table's name, as its first row has it but for the strategy and the heap; then its
 * ratios, a column for each machine. */
static void print_sides(FILE *out, const struct vtb_merged *merged, size_t place,
                        enum vtb_format format)
{
    const struct vtb_recorded_row *row = row_at(vtb_merged_at(merged, place, 0), 0);
    struct vtb_table table = {.gap = 2, .split = VTB_SPLIT_ALIGNED, .keys_n = 3};
    vtb_printf_wrapped(out, "%s%.*s%s\n%s", format == VTB_FORMAT_MARKDOWN ? "### " : "",
                       (int)strcspn(row->name, "/"), row->name, rest_of(row),
                       format == VTB_FORMAT_MARKDOWN ? "\n" : "");
    vtb_table_column(&table, (struct vtb_column){"strategy", 10, VTB_SIDE_LEFT, false});
    vtb_table_column(&table, (struct vtb_column){"heap", 5, VTB_SIDE_LEFT, false});
    vtb_table_column(&table, (struct vtb_column){"", 0, VTB_SIDE_LEFT, false});
    vtb_table_column(&table, (struct vtb_column){"B/op", 6, VTB_SIDE_RIGHT, false});
    for (size_t m = 0; m < merged->machines_n; m++)
        vtb_table_column(&table,
                         (struct vtb_column){merged->machines[m].label, 10, VTB_SIDE_RIGHT, false});
    add_cases(&table, merged, place);
    vtb_table_print(out, &table, format);
    vtb_table_free(&table);
    putc('\n', out);
}

/* --- the whole, as tables --- */

static void print_machines(FILE *out, const struct vtb_merged *merged, enum vtb_format format)
{
    vtb_printf_wrapped(out, "%zu table%s of one plan, from %zu shard%s:\n%s", merged->tables_n,
                       vtb_plural((double)merged->tables_n, "", "s"), merged->shards_n,
                       vtb_plural((double)merged->shards_n, "", "s"),
                       format == VTB_FORMAT_MARKDOWN ? "\n" : "");
    for (size_t i = 0; i < merged->machines_n; i++) {
        const struct vtb_merged_machine *machine = &merged->machines[i];
        vtb_printf_wrapped(out, "- %zu shard%s with %zu table%s: %s, %s\n", machine->shards_n,
                           vtb_plural((double)machine->shards_n, "", "s"), machine->tables_n,
                           vtb_plural((double)machine->tables_n, "", "s"), machine->host,
                           machine->cpu_model);
    }
    putc('\n', out);
}

static void report_tables(FILE *out, const struct vtb_merged_report *report, enum vtb_format format)
{
    const struct vtb_merged *merged = report->merged;
    print_machines(out, merged, format);
    if (report->results->made) {
        vtb_report(out, &report->results->results, format);
        return;
    }
    print_sums(out, merged, format);
    vtb_printf_wrapped(out, "\nNo answer and no break-evens: %s.\n",
                       report->results->reason.message);
    for (size_t place = 0; merged->side_by_side && place < merged->tables_n; place++) {
        putc('\n', out);
        print_sides(out, merged, place, format);
    }
}

/* --- CSV --- */

static int compare_keys(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The keys of all shards' numbers, each once, sorted; freed by the caller. */
static const char **keys_of(const struct vtb_merged *merged, size_t *n)
{
    size_t all_n = 0;
    *n = 0;
    for (size_t i = 0; i < merged->shards_n; i++)
        all_n += merged->shards[i].file.keys_n;
    const char **keys = vtb_allocate(all_n, sizeof *keys, WHAT);
    for (size_t i = 0, k = 0; i < merged->shards_n; i++) {
        const struct vtb_result_file *file = &merged->shards[i].file;
        for (size_t j = 0; j < file->keys_n; j++)
            keys[k++] = file->keys[j];
    }
    qsort(keys, all_n, sizeof *keys, compare_keys);
    for (size_t i = 0; i < all_n; i++) {
        if (*n == 0 || strcmp(keys[*n - 1], keys[i]) != 0)
            keys[(*n)++] = keys[i];
    }
    return keys;
}

static void print_csv_row(FILE *out, const struct vtb_merged *merged,
                          const struct vtb_merged_table *table, const struct vtb_recorded_row *row,
                          const char *const *keys, size_t n)
{
    const char *machine = merged->machines[table->shard->machine].label;
    vtb_print_csv_field(out, row->name, strlen(row->name));
    putc(',', out);
    vtb_print_csv_field(out, machine, strlen(machine));
    fprintf(out, ",%s", vtb_recorded_fact(&table->shard->file, VTB_SHARD_KEY));
    for (size_t i = 0; i < n; i++) {
        const double value = vtb_recorded(row, keys[i]);
        fprintf(out, isnan(value) ? "," : ",%.15g", value);
    }
    fprintf(out, ",%s\n", vtb_verdict_words[row->verdict]);
}

static void report_csv(FILE *out, const struct vtb_merged *merged)
{
    size_t n;
    const char **keys = keys_of(merged, &n);
    fputs("name,machine,shard", out);
    for (size_t i = 0; i < n; i++)
        fprintf(out, ",%s", keys[i]);
    fputs(",verdict\n", out);
    for (size_t place = 0; place < merged->tables_n; place++) {
        for (size_t side = 0; side < sides_n(merged); side++) {
            const struct vtb_merged_table *table = vtb_merged_at(merged, place, side);
            for (size_t i = 0; i < table->cases_n; i++)
                print_csv_row(out, merged, table, row_at(table, i), keys, n);
        }
    }
    free(keys);
}

void vtb_merge_report(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_merged_report *report = what;
    if (format == VTB_FORMAT_JSON)
        vtb_merge_json(out, report);
    else if (format == VTB_FORMAT_CSV)
        report_csv(out, report->merged);
    else
        report_tables(out, report, format);
}
