#include "gate/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "plan/metrics.h"

const char *const vtb_compared_words[] = {
    [VTB_COMPARED_ABSENT] = "absent",
    [VTB_COMPARED_SAME] = "same",
    [VTB_COMPARED_LOWER] = "lower",
    [VTB_COMPARED_HIGHER] = "higher",
    [VTB_COMPARED_UNTOLD] = "difference not known",
    [VTB_COMPARED_BASELINE] = "baseline",
    [VTB_COMPARED_INCOMPARABLE] = "not comparable",
};

bool vtb_compared_is_ratio(const struct vtb_compared_column *column)
{
    return column->by == VTB_COMPARED_BY_PAIRING;
}

double vtb_compared_change(const struct vtb_compared_figure *figure)
{
    const double change = (figure->after - figure->before) / figure->before;
    return isfinite(change) ? change : NAN;
}

/* What has no memory, if there is none: two files are as they were. */
#define WHAT "a comparison"

/* --- what differs between the runs --- */

/* Whether a fact may differ between any two runs, even of the same build on the same machine, or
 * follows from other facts: such a fact is not told. Every other one is. */
static bool is_of_one_run(const char *key)
{
    static const char *const keys[] = {"date",           "executable",         "command_line",
                                       "fingerprint",    "library_build_type", "load_avg",
                                       "mhz_per_cpu",    "probe_cycle_ns",     "probe_least_ns",
                                       "probe_quiet_ns", "steal_since_boot",   "steal_during_run",
                                       "throttled",      "waiting_during_run"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(keys[i], key) == 0)
            return true;
    }
    return false;
}

static const char *text_of(const struct vtb_recorded_text *texts, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(texts[i].key, key) == 0)
            return texts[i].value;
    }
    return NULL;
}

/* Adds a fact if it differs. A text that is null was not recorded. */
static void add_fact(struct vtb_compared *compared, const char *prefix, const char *key,
                     const char *before, const char *after)
{
    if (before && after && strcmp(before, after) == 0)
        return;
    const size_t key_bytes = strlen(prefix) + strlen(key) + 1;
    compared->facts =
        vtb_reallocate(compared->facts, compared->facts_n + 1, sizeof *compared->facts, WHAT);
    struct vtb_compared_fact *fact = &compared->facts[compared->facts_n++];
    *fact = (struct vtb_compared_fact){.key = vtb_allocate(key_bytes, 1, WHAT),
                                       .before = before ? vtb_copy_text(before, WHAT) : NULL,
                                       .after = after ? vtb_copy_text(after, WHAT) : NULL};
    snprintf(fact->key, key_bytes, "%s%s", prefix, key);
}

/* Adds the texts that differ: first those of the first file, then those that only the second
 * has. */
static void add_texts(struct vtb_compared *compared, const char *prefix,
                      const struct vtb_recorded_text *before, size_t before_n,
                      const struct vtb_recorded_text *after, size_t after_n)
{
    for (size_t i = 0; i < before_n; i++) {
        if (!is_of_one_run(before[i].key))
            add_fact(compared, prefix, before[i].key, before[i].value,
                     text_of(after, after_n, before[i].key));
    }
    for (size_t i = 0; i < after_n; i++) {
        if (!is_of_one_run(after[i].key) && !text_of(before, before_n, after[i].key))
            add_fact(compared, prefix, after[i].key, NULL, after[i].value);
    }
}

#define NUMBER_BYTES 32

/* Writes a number as text; null if it is not known. */
static const char *number_text(char text[NUMBER_BYTES], double value)
{
    snprintf(text, NUMBER_BYTES, "%.15g", value);
    return isnan(value) ? NULL : text;
}

static bool are_same(double before, double after)
{
    return before == after || (isnan(before) && isnan(after));
}

static void add_numbers(struct vtb_compared *compared, const char *key, double before, double after)
{
    char texts[2][NUMBER_BYTES];
    if (!are_same(before, after))
        add_fact(compared, "", key, number_text(texts[0], before), number_text(texts[1], after));
}

/* Adds each budget that differs, with the numbers of the first case for which it does. */
static void add_budgets(struct vtb_compared *compared)
{
    for (const char *const *key = vtb_budget_keys; *key; key++) {
        for (size_t i = 0; i < compared->rows_n; i++) {
            const double before = vtb_recorded(compared->rows[i].before, *key);
            const double after = vtb_recorded(compared->rows[i].after, *key);
            if (are_same(before, after))
                continue;
            add_numbers(compared, *key, before, after);
            break;
        }
    }
}

void vtb_compare_contexts(struct vtb_compared *compared, const struct vtb_result_file *before,
                          const struct vtb_result_file *after)
{
    *compared = (struct vtb_compared){.before = before, .after = after};
    add_texts(compared, "", before->facts, before->facts_n, after->facts, after->facts_n);
}

void vtb_compare_facts(struct vtb_compared *compared, const struct vtb_result_file *before,
                       const struct vtb_result_file *after)
{
    vtb_compare_contexts(compared, before, after);
    add_texts(compared, "--", before->options, before->options_n, after->options, after->options_n);
    add_numbers(compared, "confidence", before->confidence, after->confidence);
}

/* --- which rows belong together --- */

const char *vtb_name_strategy(const char *name, size_t *n)
{
    const char *workload_end = strchr(name, '/');
    const char *end = workload_end ? strchr(workload_end + 1, '/') : NULL;
    *n = end ? (size_t)(end - workload_end) - 1 : strlen(name);
    return end ? workload_end + 1 : name;
}

/* Compares the tables of two rows: by all of the rows' names except the strategies. */
static int compare_tables(const struct vtb_compared_row *a, const struct vtb_compared_row *b)
{
    const size_t a_n = (size_t)(a->strategy - a->before->name);
    const size_t b_n = (size_t)(b->strategy - b->before->name);
    const int order = memcmp(a->before->name, b->before->name, a_n < b_n ? a_n : b_n);
    if (order != 0)
        return order;
    if (a_n != b_n)
        return a_n < b_n ? -1 : 1;
    return strcmp(a->strategy + a->strategy_n, b->strategy + b->strategy_n);
}

/* Compares two rows by their places in the first file, in whose array they are. */
static int compare_places(const struct vtb_compared_row *a, const struct vtb_compared_row *b)
{
    return a->before < b->before ? -1 : a->before > b->before;
}

static int by_table_text(const void *a, const void *b)
{
    const int order = compare_tables(a, b);
    return order != 0 ? order : compare_places(a, b);
}

static int by_table(const void *a, const void *b)
{
    const struct vtb_compared_row *row = a;
    const struct vtb_compared_row *other = b;
    if (row->table != other->table)
        return row->table < other->table ? -1 : 1;
    return compare_places(row, other);
}

/* Sorts the rows by tables, and these by their first rows' places. */
static void sort_rows(struct vtb_compared *compared)
{
    struct vtb_compared_row *rows = compared->rows;
    if (compared->rows_n == 0)
        return;
    qsort(rows, compared->rows_n, sizeof *rows, by_table_text);
    for (size_t i = 0; i < compared->rows_n; i++)
        rows[i].table = i > 0 && compare_tables(&rows[i - 1], &rows[i]) == 0
                            ? rows[i - 1].table
                            : (size_t)(rows[i].before - compared->before->rows);
    qsort(rows, compared->rows_n, sizeof *rows, by_table);
}

const char *vtb_guest_version(const struct vtb_result_file *file, const char *name)
{
    size_t n;
    char key[160];
    const char *strategy = vtb_name_strategy(name, &n);
    const char *heap = strategy[n] == '/' ? strategy + n + 1 : "";
    (void)snprintf(key, sizeof key, "guests.%.*s", (int)strcspn(heap, "/"), heap);
    return vtb_recorded_fact(file, key);
}

/* Whether a row is of a guest that was of another version in the other file, so that it is another
 * subject. */
static bool is_other_guest(const struct vtb_result_file *file, const struct vtb_result_file *other,
                           const char *name)
{
    return strcmp(vtb_guest_version(file, name), vtb_guest_version(other, name)) != 0;
}

/* Splits a file's rows: those that the other file has too go to `rows`, unless that is null, and
 * all others to `only`. */
static void match(const struct vtb_result_file *file, const struct vtb_result_file *other,
                  struct vtb_compared_row *rows, size_t *rows_n, struct vtb_compared_only *only)
{
    *rows_n = 0;
    for (size_t i = 0; i < file->rows_n; i++) {
        const struct vtb_recorded_row *row = &file->rows[i];
        const struct vtb_recorded_row *found =
            is_other_guest(file, other, row->name) ? NULL : vtb_result_file_find(other, row->name);
        if (!found)
            only->rows[only->n++] = row;
        if (found && rows) {
            struct vtb_compared_row *compared = &rows[(*rows_n)++];
            *compared = (struct vtb_compared_row){.before = row, .after = found};
            compared->strategy = vtb_name_strategy(row->name, &compared->strategy_n);
        }
    }
}

static void match_rows(struct vtb_compared *compared)
{
    const struct vtb_result_file *before = compared->before;
    const struct vtb_result_file *after = compared->after;
    size_t unused;
    compared->rows = vtb_allocate(before->rows_n, sizeof *compared->rows, WHAT);
    compared->only_before.rows =
        vtb_allocate(before->rows_n, sizeof(*compared->only_before.rows), WHAT);
    compared->only_after.rows =
        vtb_allocate(after->rows_n, sizeof(*compared->only_after.rows), WHAT);
    match(before, after, compared->rows, &compared->rows_n, &compared->only_before);
    match(after, before, NULL, &unused, &compared->only_after);
    sort_rows(compared);
}

/* --- what may be compared --- */

static void add_column(struct vtb_compared *compared, const char *key, const char *title,
                       enum vtb_compared_by by)
{
    if (compared->columns_n < VTB_COMPARED_COLUMNS_MAX)
        compared->columns[compared->columns_n++] =
            (struct vtb_compared_column){.key = key, .title = title, .by = by};
}

static void add_columns(struct vtb_compared *compared)
{
    add_column(compared, "ratio", "ratio", VTB_COMPARED_BY_PAIRING);
    for (const struct vtb_gate_metric *metric = vtb_gate_metrics; metric->word; metric++) {
        const enum vtb_compared_by by = metric->of_toolchain ? VTB_COMPARED_BY_TOOLCHAIN
                                        : metric->of_budgets ? VTB_COMPARED_BY_BUDGETS
                                                             : VTB_COMPARED_BY_CODE;
        for (size_t i = 0; i < VTB_GATE_FIGURES_MAX && metric->keys[i]; i++)
            add_column(compared, metric->keys[i], metric->titles[i], by);
    }
    add_column(compared, "usable_bytes_per_op", "usable B/op", VTB_COMPARED_BY_LIBC);
    add_column(compared, "ns_per_op", "ns/op", VTB_COMPARED_BY_NOTHING);
}

static bool is_same_fact(const struct vtb_compared *compared, const char *key)
{
    return strcmp(vtb_recorded_fact(compared->before, key),
                  vtb_recorded_fact(compared->after, key)) == 0;
}

static bool is_same_fingerprint(const struct vtb_compared *compared)
{
    return is_same_fact(compared, "fingerprint") &&
           vtb_is_fingerprint(vtb_recorded_fact(compared->after, "fingerprint"));
}

static bool is_known(const struct vtb_compared *compared, const char *key)
{
    return strcmp(vtb_recorded_fact(compared->before, key), "unknown") != 0;
}

static bool is_same_machine(const struct vtb_compared *compared)
{
    return is_same_fact(compared, "host_name") && is_known(compared, "host_name") &&
           is_same_fact(compared, "cpu_model") && is_known(compared, "cpu_model");
}

static bool is_strategy(const char *name, const char *strategy, size_t n)
{
    size_t own_n;
    const char *own = vtb_name_strategy(name, &own_n);
    return own_n == n && memcmp(own, strategy, n) == 0;
}

const char *vtb_compare_baseline(const struct vtb_result_file *file, size_t *n)
{
    const char *found = NULL;
    *n = 0;
    for (size_t i = 0; i < file->rows_n; i++) {
        const struct vtb_recorded_row *row = &file->rows[i];
        if (!vtb_recorded_is_baseline(row))
            continue;
        if (found && !is_strategy(row->name, found, *n))
            return NULL;
        found = vtb_name_strategy(row->name, n);
    }
    return found;
}

static bool explain(struct vtb_compared_column *column, bool comparable, const char *reason)
{
    snprintf(column->reason, sizeof column->reason, "%s", reason);
    return column->comparable = comparable;
}

/* See vtb_recorded_log_ratio, and judge_ratio. */
#define PAIRING \
    "each is of paired rounds within its own run, where both have 5 sessions in one state"

/* Says what may be the cause of a difference between ratios, beside the strategies. */
static void explain_pairing(struct vtb_compared_column *column, const struct vtb_compared *compared)
{
    const bool machine = is_same_machine(compared);
    const bool build = is_same_fingerprint(compared) && is_same_fact(compared, "git_revision");
    explain(column, true, PAIRING);
    if (!machine || !build)
        snprintf(column->reason, sizeof column->reason,
                 PAIRING "; but %s differ%s, and a ratio may differ for that alone",
                 machine ? "the build"
                 : build ? "the machines"
                         : "machines and builds",
                 machine ? "s" : "");
}

static void judge_ratios(struct vtb_compared_column *column, const struct vtb_compared *compared)
{
    size_t n;
    size_t other_n;
    const char *baseline = vtb_compare_baseline(compared->before, &n);
    const char *other = vtb_compare_baseline(compared->after, &other_n);
    if (!baseline || !other) {
        explain(column, false, "what the ratios are to is not known, or not one strategy");
    } else if (n != other_n || memcmp(baseline, other, n) != 0) {
        column->comparable = false;
        snprintf(column->reason, sizeof column->reason, "they are to %.*s before, to %.*s after",
                 n < 60 ? (int)n : 60, baseline, other_n < 60 ? (int)other_n : 60, other);
    } else if (!(compared->before->confidence == compared->after->confidence)) {
        explain(column, false, "their intervals are not of the same confidence");
    } else {
        explain_pairing(column, compared);
    }
}

static void judge_times(struct vtb_compared_column *column, const struct vtb_compared *compared)
{
    if (!is_same_machine(compared))
        explain(column, false, "times of other machines, or of machines that are not known");
    else if (!is_same_fingerprint(compared))
        explain(column, false, "times of other toolchains (the fingerprints differ)");
    else
        explain(column, false,
                "the machine is the same, but not the time, and both its load and its clock vary; "
                "compare the ratio");
}

static void judge_column(struct vtb_compared_column *column, const struct vtb_compared *compared)
{
    const bool libc = is_same_fact(compared, "libc") && is_same_fact(compared, "architecture") &&
                      is_known(compared, "libc");
    switch (column->by) {
    case VTB_COMPARED_BY_CODE:
        explain(column, true,
                is_same_fact(compared, "seed")
                    ? "they follow from the code, whatever the machine"
                    : "they follow from the code, but other seeds draw other keys, which may tell "
                      "in what depends on them");
        break;
    case VTB_COMPARED_BY_BUDGETS:
        explain(column, true, "where a heap's budget and what lives in it are the same");
        break;
    case VTB_COMPARED_BY_LIBC:
        explain(column, libc,
                libc ? "the C library, and with it its heap, is the same"
                     : "the C libraries differ, or are not known, and so may their heaps");
        break;
    case VTB_COMPARED_BY_TOOLCHAIN:
        explain(column, is_same_fingerprint(compared),
                is_same_fingerprint(compared) ? "the toolchain is the same"
                                              : "the toolchains differ (by their fingerprints)");
        break;
    case VTB_COMPARED_BY_PAIRING:
        judge_ratios(column, compared);
        break;
    case VTB_COMPARED_BY_NOTHING:
        judge_times(column, compared);
        break;
    }
}

/* --- verdicts --- */

static bool has_same_budgets(const struct vtb_compared_row *row)
{
    for (const char *const *key = vtb_budget_keys; *key; key++) {
        if (!are_same(vtb_recorded(row->before, *key), vtb_recorded(row->after, *key)))
            return false;
    }
    return true;
}

/* What can be said of a row's ratios before they are tested: whether they can be. */
static enum vtb_compared_verdict judge_ratio(const struct vtb_compared_row *row)
{
    const struct vtb_pooled before = vtb_recorded_log_ratio(row->before);
    const struct vtb_pooled after = vtb_recorded_log_ratio(row->after);
    if (vtb_recorded_is_baseline(row->before) && vtb_recorded_is_baseline(row->after))
        return VTB_COMPARED_BASELINE;
    if (isnan(before.variance) || isnan(after.variance) ||
        (row->before->state == VTB_STATE_BUSY) != (row->after->state == VTB_STATE_BUSY))
        return VTB_COMPARED_INCOMPARABLE;
    return VTB_COMPARED_UNTOLD;
}

/* Tests all ratios that can be, by Holm over all of them: the same rule as within a run, with the
 * variances of both runs. */
static void test_ratios(struct vtb_compared *compared, size_t c)
{
    struct vtb_compared_column *column = &compared->columns[c];
    double *p = vtb_allocate(compared->rows_n, sizeof *p, WHAT);
    size_t n = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0, test = 0; i < compared->rows_n; i++) {
            struct vtb_compared_figure *figure = &compared->rows[i].figures[c];
            const struct vtb_pooled before = vtb_recorded_log_ratio(compared->rows[i].before);
            const struct vtb_pooled after = vtb_recorded_log_ratio(compared->rows[i].after);
            const struct vtb_pooled change = vtb_pooled_difference(&before, &after);
            if (figure->verdict != VTB_COMPARED_UNTOLD)
                continue;
            if (pass == 0)
                p[n++] = vtb_pooled_p(&change);
            else if (p[test++] < 1 - VTB_CONFIDENCE)
                figure->verdict = change.mean < 0 ? VTB_COMPARED_LOWER : VTB_COMPARED_HIGHER;
        }
        if (pass == 0)
            vtb_holm(p, n);
    }
    free(p);
    for (size_t i = 0; i < compared->rows_n; i++) {
        const enum vtb_compared_verdict verdict = compared->rows[i].figures[c].verdict;
        column->told_n += verdict == VTB_COMPARED_LOWER || verdict == VTB_COMPARED_HIGHER;
    }
}

static enum vtb_compared_verdict judge(const struct vtb_compared_column *column,
                                       const struct vtb_compared_row *row, double before,
                                       double after)
{
    if (isnan(before) || isnan(after))
        return VTB_COMPARED_ABSENT;
    if (!column->comparable)
        return VTB_COMPARED_INCOMPARABLE;
    if (column->by == VTB_COMPARED_BY_BUDGETS && !has_same_budgets(row))
        return VTB_COMPARED_INCOMPARABLE;
    if (column->by == VTB_COMPARED_BY_PAIRING)
        return judge_ratio(row);
    if (before == after)
        return VTB_COMPARED_SAME;
    return after < before ? VTB_COMPARED_LOWER : VTB_COMPARED_HIGHER;
}

static void judge_rows(struct vtb_compared *compared, size_t c)
{
    struct vtb_compared_column *column = &compared->columns[c];
    for (size_t i = 0; i < compared->rows_n; i++) {
        struct vtb_compared_row *row = &compared->rows[i];
        struct vtb_compared_figure *figure = &row->figures[c];
        figure->before = vtb_recorded(row->before, column->key);
        figure->after = vtb_recorded(row->after, column->key);
        figure->verdict = judge(column, row, figure->before, figure->after);
        column->n += figure->verdict != VTB_COMPARED_ABSENT;
        column->told_n +=
            figure->verdict == VTB_COMPARED_LOWER || figure->verdict == VTB_COMPARED_HIGHER;
        column->incomparable_n += figure->verdict == VTB_COMPARED_INCOMPARABLE;
    }
}

void vtb_compare_make(struct vtb_compared *compared, const struct vtb_result_file *before,
                      const struct vtb_result_file *after)
{
    static const char *const words[] = {"false", "true"};
    vtb_compare_facts(compared, before, after);
    add_fact(compared, "", "interrupted", words[before->interrupted], words[after->interrupted]);
    match_rows(compared);
    add_budgets(compared);
    add_columns(compared);
    for (size_t i = 0; i < compared->columns_n; i++) {
        judge_column(&compared->columns[i], compared);
        judge_rows(compared, i);
        if (compared->columns[i].by == VTB_COMPARED_BY_PAIRING)
            test_ratios(compared, i);
    }
}

void vtb_compare_free(struct vtb_compared *compared)
{
    for (size_t i = 0; i < compared->facts_n; i++) {
        free(compared->facts[i].key);
        free(compared->facts[i].before);
        free(compared->facts[i].after);
    }
    free(compared->facts);
    free(compared->rows);
    free(compared->only_before.rows);
    free(compared->only_after.rows);
    *compared = (struct vtb_compared){.before = NULL};
}
