/* The gate's verdicts, written for people and for programs. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/allocate.h"
#include "base/json_text.h"
#include "base/prose.h"
#include "base/shown.h"
#include "base/table.h"
#include "gate/compare.h"
#include "gate/gate.h"
#include "report/report_json.h"

/* What has no memory, if there is none. */
#define WHAT "a gate's report"

/* The word for the consumer of a check, if its figure is measured for each consumer. */
static const char *consumer_of(const struct vtb_gate_check *check)
{
    const bool is_dependent = strstr(check->name, "/consumer:dependent") != NULL;
    return vtb_consumer_words[is_dependent ? VTB_CONSUMER_DEPENDENT : VTB_CONSUMER_INDEPENDENT];
}

/* A text, as Markdown takes it or as it is. The caller frees. */
static char *text_for(const char *text, bool markdown)
{
    return markdown ? vtb_markdown_copy(text) : vtb_copy_text(text, "a line of a report");
}

/* Prints a sum of the verdicts: "12 figures: 10 same, 2 worse". */
static void print_sum(FILE *out, const struct vtb_gate *gate, bool markdown)
{
    char *path = text_for(gate->baseline->path, markdown);
    fprintf(out, "%zu figure%s against '%s'", gate->checks_n,
            vtb_plural((double)gate->checks_n, "", "s"), path);
    free(path);
    const char *separator = ": ";
    for (int v = VTB_GATE_SAME; v <= VTB_GATE_UNKNOWN; v++) {
        const size_t n = vtb_gate_count(gate, (enum vtb_gate_verdict)v);
        if (n == 0)
            continue;
        fprintf(out, "%s%zu %s", separator, n, vtb_gate_verdict_words[v]);
        separator = ", ";
    }
    if (gate->gaps_n > 0)
        fprintf(out, "%s%zu not compared", gate->checks_n > 0 ? "; " : ": ", gate->gaps_n);
    fputs(".\n", out);
    if (gate->timed)
        fprintf(out, "Times: %zu sessions; the margin is %.2g %%.\n", gate->sessions_n,
                100 * gate->margin);
}

/* Cases that are named for each figure and reason; JSON and CSV name all. */
#define SHOWN_CASES_MAX 5

static const char *metric_of(const struct vtb_gate_gap *gap)
{
    return gap->metric ? gap->metric : "all figures";
}

/* The figures that were not compared for one reason. */
struct reason {
    const struct vtb_gate_gap *first;
    const struct vtb_gate_gap *shown[SHOWN_CASES_MAX];
    size_t n; /* of all */
};

static bool is_of(const struct vtb_gate_gap *gap, const struct reason *reason)
{
    return strcmp(metric_of(gap), metric_of(reason->first)) == 0 &&
           strcmp(gap->reason, reason->first->reason) == 0;
}

/* Finds the reasons, few as they are, in the order of the gaps. The caller frees. */
static struct reason *reasons_of(const struct vtb_gate *gate, size_t *n)
{
    struct reason *reasons = NULL;
    *n = 0;
    for (size_t i = 0; i < gate->gaps_n; i++) {
        const struct vtb_gate_gap *gap = &gate->gaps[i];
        size_t r = 0;
        while (r < *n && !is_of(gap, &reasons[r]))
            r++;
        if (r == *n) {
            reasons = vtb_reallocate(reasons, ++*n, sizeof *reasons, WHAT);
            reasons[r] = (struct reason){.first = gap};
        }
        if (reasons[r].n < SHOWN_CASES_MAX)
            reasons[r].shown[reasons[r].n] = gap;
        reasons[r].n++;
    }
    return reasons;
}

/* Prints the cases of which figures were not compared, by reasons. */
static void print_gaps(FILE *out, const struct vtb_gate *gate, bool markdown)
{
    size_t n;
    struct reason *reasons = reasons_of(gate, &n);
    for (size_t r = 0; r < n; r++) {
        const struct reason *reason = &reasons[r];
        fprintf(out, "Not compared: %s, %s:\n", metric_of(reason->first), reason->first->reason);
        for (size_t i = 0; i < reason->n && i < SHOWN_CASES_MAX; i++) {
            char *name = text_for(reason->shown[i]->name, markdown);
            fprintf(out, "- %s\n", name);
            free(name);
        }
        if (reason->n > SHOWN_CASES_MAX)
            fprintf(out, "- and %zu more, which --format json names\n",
                    reason->n - SHOWN_CASES_MAX);
    }
    free(reasons);
}

/* Prints what hinders, what was left out, and what was not asked for. */
static void print_notes(FILE *out, const struct vtb_gate *gate, bool markdown)
{
    char unasked[400] = "";
    print_gaps(out, gate, markdown);
    for (size_t i = 0; i < gate->unasked_n; i++)
        vtb_gate_list_strategy(unasked, sizeof unasked, gate->unasked[i]);
    if (gate->unasked_n > 0) {
        char *names = text_for(unasked, markdown);
        vtb_printf_wrapped(out, "Not asked for, of the baseline's strategies: %s.\n", names);
        free(names);
    }
    for (size_t i = 0; i < gate->notes_n; i++) {
        char *note = text_for(gate->notes[i], markdown);
        vtb_printf_wrapped(out, "Note: %s.\n", note);
        free(note);
    }
}

static bool is_told(const struct vtb_gate_check *check)
{
    return check->verdict >= VTB_GATE_BETTER;
}

/* --- the table, and the summary in Markdown --- */

static enum vtb_paint paint_of(enum vtb_gate_verdict verdict)
{
    static const enum vtb_paint paints[] = {
        [VTB_GATE_SAME] = VTB_PAINT_DIM,    [VTB_GATE_WITHIN] = VTB_PAINT_DIM,
        [VTB_GATE_BETTER] = VTB_PAINT_GOOD, [VTB_GATE_WORSE] = VTB_PAINT_BAD,
        [VTB_GATE_UNKNOWN] = VTB_PAINT_DIM,
    };
    return paints[verdict];
}

static void print_line(FILE *out, const struct vtb_gate_check *check)
{
    char line[400];
    vtb_gate_line(line, sizeof line, check);
    vtb_paint_word(out, vtb_gate_verdict_words[check->verdict], 12, paint_of(check->verdict));
    fprintf(out, " %s; %s lookups\n", line, consumer_of(check));
}

static const char *advice_of(const struct vtb_gate *gate)
{
    if (gate->of_builds)
        return "";
    if (vtb_gate_count(gate, VTB_GATE_WORSE) > 0)
        return "Worse than the baseline. If that is meant, renew it: `run_bench run ... "
               "--save-baseline FILE`.\n";
    if (vtb_gate_count(gate, VTB_GATE_BETTER) > 0)
        return "Better than the baseline: renew it, so that this is kept: `run_bench run ... "
               "--save-baseline FILE`.\n";
    return "";
}

/* --- the figures --- */

/* A check, and where it is: what its name says beside the strategy and the heap, as
 * "user_cache/hit_rate:0.8", is the name's first n bytes with the rest of it. */
struct placed {
    const struct vtb_gate_check *check;
    size_t n;
    const char *rest;
    const struct vtb_gate_check *first; /* of the checks at that place */
};

static struct placed place(const struct vtb_gate_check *check)
{
    size_t n;
    const char *strategy = vtb_name_strategy(check->name, &n);
    const char *rest = strategy == check->name ? "" : strategy + n;
    const size_t heap_n = strlen(check->heap);
    if (*rest == '/' && strncmp(rest + 1, check->heap, heap_n) == 0)
        rest += 1 + heap_n;
    return (struct placed){.check = check, .n = strcspn(check->name, "/"), .rest = rest};
}

static int compare_places(const struct placed *a, const struct placed *b)
{
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    const int order = memcmp(a->check->name, b->check->name, a->n);
    return order != 0 ? order : strcmp(a->rest, b->rest);
}

static int by_place(const void *left, const void *right)
{
    const struct placed *a = left;
    const struct placed *b = right;
    const int order = compare_places(a, b);
    return order != 0 ? order : (a->check > b->check) - (a->check < b->check);
}

static int by_first(const void *left, const void *right)
{
    const struct placed *a = left;
    const struct placed *b = right;
    return a->first != b->first ? (a->first > b->first) - (a->first < b->first)
                                : (a->check > b->check) - (a->check < b->check);
}

/* Sorts checks by places, and these by the first check of each. */
static void sort_by_places(struct placed *all, size_t n)
{
    qsort(all, n, sizeof *all, by_place);
    for (size_t i = 0; i < n; i++)
        all[i].first =
            i > 0 && compare_places(&all[i - 1], &all[i]) == 0 ? all[i - 1].first : all[i].check;
    qsort(all, n, sizeof *all, by_first);
}

static void print_figures(FILE *out, const struct vtb_gate *gate, const struct placed *all,
                          size_t n, enum vtb_format format)
{
    const struct vtb_column columns[] = {
        {.title = "verdict"},
        {.title = "strategy"},
        {.title = "heap"},
        {.title = "figure"},
        {.title = gate->of_builds ? "other build" : "baseline", .side = VTB_SIDE_RIGHT},
        {.title = "now", .side = VTB_SIDE_RIGHT},
    };
    struct vtb_table table = {.gap = 2, .split = VTB_SPLIT_NEVER};
    char number[VTB_NUMBER_BYTES];
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        vtb_table_column(&table, columns[i]);
    for (size_t i = 0; i < n; i++) {
        const struct vtb_gate_check *check = all[i].check;
        vtb_table_cell(&table, "%s", vtb_gate_verdict_words[check->verdict]);
        vtb_table_paint(&table, paint_of(check->verdict));
        vtb_table_cell(&table, "%s", check->strategy);
        vtb_table_cell(&table, "%s", check->heap);
        vtb_table_cell(&table, "%s", check->metric);
        vtb_table_cell(&table, "%s", vtb_digits_text(number, check->before, 6));
        vtb_table_cell(&table, "%s", vtb_digits_text(number, check->after, 6));
    }
    vtb_table_print(out, &table, format);
    putc('\n', out);
    vtb_table_free(&table);
}

static void print_place(FILE *out, const struct placed *placed, enum vtb_format format)
{
    char text[VTB_CASE_NAME_BYTES];
    char words[2 * VTB_CASE_NAME_BYTES] = "";
    snprintf(text, sizeof text, "%.*s%s", (int)placed->n, placed->check->name, placed->rest);
    if (format == VTB_FORMAT_MARKDOWN) {
        fprintf(out, "`%s`\n\n", text);
        return;
    }
    for (const char *c = text; *c; c++)
        vtb_append(words, sizeof words, *c == '/' ? ", " : "%c", *c);
    vtb_printf_wrapped(out, "%s\n", words);
}

/* Prints all that was compared: a table for each point and consumer, below what tells it from the
 * others. */
static void print_all(FILE *out, const struct vtb_gate *gate, enum vtb_format format)
{
    const size_t n = gate->checks_n;
    struct placed *all = vtb_allocate(n, sizeof *all, WHAT);
    for (size_t i = 0; i < n; i++)
        all[i] = place(&gate->checks[i]);
    sort_by_places(all, n);
    for (size_t start = 0, end = 0; start < n; start = end) {
        while (end < n && all[end].first == all[start].first)
            end++;
        print_place(out, &all[start], format);
        print_figures(out, gate, &all[start], end - start, format);
    }
    free(all);
}

/* Prints a table of what is neither the same nor within its limit, wherever it is. */
static void print_told(FILE *out, const struct vtb_gate *gate)
{
    struct placed *told = vtb_allocate(gate->checks_n, sizeof *told, WHAT);
    size_t n = 0;
    for (size_t i = 0; i < gate->checks_n; i++) {
        if (is_told(&gate->checks[i]))
            told[n++] = place(&gate->checks[i]);
    }
    if (n > 0)
        print_figures(out, gate, told, n, VTB_FORMAT_MARKDOWN);
    free(told);
}

static void report_table(FILE *out, const struct vtb_gate *gate)
{
    print_all(out, gate, VTB_FORMAT_TABLE);
    for (size_t i = 0; i < gate->checks_n; i++) {
        if (is_told(&gate->checks[i]))
            print_line(out, &gate->checks[i]);
    }
    print_sum(out, gate, false);
    print_notes(out, gate, false);
    fputs(advice_of(gate), out);
}

static void report_markdown(FILE *out, const struct vtb_gate *gate)
{
    const size_t worse_n = vtb_gate_count(gate, VTB_GATE_WORSE);
    if (gate->refusal) {
        char *message = text_for(gate->refusal->message, true);
        fprintf(out, "### valuetask-bench gate: nothing was compared\n\n%s\n", message);
        free(message);
        return;
    }
    fprintf(out, "### valuetask-bench gate: %s\n\n",
            worse_n > 0            ? "worse"
            : vtb_gate_fails(gate) ? "inconclusive"
                                   : "passed");
    print_sum(out, gate, true);
    putc('\n', out);
    print_told(out, gate);
    print_notes(out, gate, true);
    fputs(advice_of(gate), out);
    if (gate->checks_n > 0) {
        fputs("\n<details><summary>All figures</summary>\n\n", out);
        print_all(out, gate, VTB_FORMAT_MARKDOWN);
        fputs("</details>\n", out);
    }
}

/* --- for programs --- */

static json_t *json_check(const struct vtb_gate_check *check)
{
    const double change = vtb_gate_change(check);
    json_t *object = vtb_json_checked(
        json_pack("{ss ss ss ss sf sf so sf ss}", "name", check->name, "strategy", check->strategy,
                  "heap", check->heap, "metric", check->metric, "before", check->before, "after",
                  check->after, "relative_change", isnan(change) ? json_null() : json_real(change),
                  "allowed", check->allowed, "verdict", vtb_gate_verdict_words[check->verdict]));
    return object;
}

static json_t *json_gap(const struct vtb_gate_gap *gap)
{
    return vtb_json_checked(
        json_pack("{ss ss? ss}", "name", gap->name, "metric", gap->metric, "reason", gap->reason));
}

static void report_json(FILE *out, const struct vtb_gate *gate)
{
    json_t *rows = json_array();
    json_t *gaps = json_array();
    json_t *unasked = json_array();
    json_t *notes = json_array();
    for (size_t i = 0; i < gate->checks_n; i++)
        vtb_json_append(rows, json_check(&gate->checks[i]));
    for (size_t i = 0; i < gate->gaps_n; i++)
        vtb_json_append(gaps, json_gap(&gate->gaps[i]));
    for (size_t i = 0; i < gate->unasked_n; i++)
        vtb_json_append(unasked, vtb_json_text(gate->unasked[i]->name));
    for (size_t i = 0; i < gate->notes_n; i++)
        vtb_json_append(notes, vtb_json_text(gate->notes[i]));
    json_t *path = gate->baseline->path ? vtb_json_text(gate->baseline->path) : json_null();
    json_t *all =
        vtb_json_checked(json_pack("{so so so so so}", "baseline", path, "notes", notes, "checks",
                                   rows, "not_compared", gaps, "not_asked_for", unasked));
    vtb_report_made(all, gate->machine, gate->began);
    if (gate->timed) {
        vtb_json_put(all, "sessions", json_integer((json_int_t)gate->sessions_n));
        vtb_json_put(all, "margin", json_real(gate->margin));
    }
    if (gate->refusal)
        vtb_json_put(all, "refusal", vtb_json_text(gate->refusal->message));
    vtb_json_print(out, all, JSON_REAL_PRECISION(15));
}

static void report_csv(FILE *out, const struct vtb_gate *gate)
{
    fputs("name,strategy,heap,metric,before,after,allowed,verdict\n", out);
    for (size_t i = 0; i < gate->checks_n; i++) {
        const struct vtb_gate_check *check = &gate->checks[i];
        fprintf(out, "%s,%s,%s,%s,%.15g,%.15g,%.15g,%s\n", check->name, check->strategy,
                check->heap, check->metric, check->before, check->after, check->allowed,
                vtb_gate_verdict_words[check->verdict]);
    }
    for (size_t i = 0; i < gate->gaps_n; i++) {
        const struct vtb_gate_gap *gap = &gate->gaps[i];
        size_t n;
        const char *strategy = vtb_name_strategy(gap->name, &n);
        fprintf(out, "%s,%.*s,,%s,,,,not compared\n", gap->name, (int)n, strategy,
                gap->metric ? gap->metric : "");
    }
}

void vtb_gate_report(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_gate *gate = what;
    static void (*const reports[])(FILE *, const struct vtb_gate *) = {
        [VTB_FORMAT_TABLE] = report_table,
        [VTB_FORMAT_JSON] = report_json,
        [VTB_FORMAT_CSV] = report_csv,
        [VTB_FORMAT_MARKDOWN] = report_markdown,
    };
    reports[format](out, gate);
}

void vtb_gate_annotations(FILE *out, const struct vtb_gate *gate)
{
    for (size_t i = 0; i < gate->checks_n; i++) {
        char line[400];
        if (gate->checks[i].verdict != VTB_GATE_WORSE)
            continue;
        vtb_gate_line(line, sizeof line, &gate->checks[i]);
        fprintf(out, "::error title=worse than %s::", vtb_gate_reference(gate));
        for (const char *c = line; *c; c++) {
            if (*c == '%')
                fputs("%25", out);
            else
                putc(*c, out);
        }
        putc('\n', out);
    }
}
