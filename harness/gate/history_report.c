/* A history, written for people and as CSV. Nothing is computed here: every number is the
 * history's. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/prose.h"
#include "base/shown.h"
#include "base/table.h"
#include "gate/compare.h"
#include "gate/history.h"

#define WHAT "a history's report"

/* --- what is the same in many figures --- */

/* The parts of a case's name that are neither its strategy nor its heap are told once. */
struct rest {
    const char *workload; /* not ended by a NUL */
    size_t workload_n;
    const char *point; /* from the / behind the heap on; "": there is none */
};

static const char *heap_of(const char *name, size_t *n)
{
    size_t strategy_n;
    const char *strategy = vtb_name_strategy(name, &strategy_n);
    const char *heap = strategy[strategy_n] == '/' ? strategy + strategy_n + 1 : "-";
    *n = strcspn(heap, "/");
    return heap;
}

static struct rest rest_of(const char *name)
{
    size_t n;
    const char *heap = heap_of(name, &n);
    return (struct rest){name, strcspn(name, "/"), heap + n};
}

static bool is_same_rest(const struct rest *a, const struct rest *b)
{
    return a->workload_n == b->workload_n && memcmp(a->workload, b->workload, a->workload_n) == 0 &&
           strcmp(a->point, b->point) == 0;
}

static void print_rest(FILE *out, const void *what)
{
    const struct rest *rest = what;
    fprintf(out, "%.*s", (int)rest->workload_n, rest->workload);
    for (const char *c = rest->point; *c; c++) {
        if (*c == '/')
            fputs(", ", out);
        else
            putc(*c, out);
    }
}

/* --- conditions --- */

/* Conditions under which a figure that there is under others, too, was measured; they are told by
 * number. */
struct conditions {
    const struct vtb_history_figure **items; /* a figure each that is of them; owned */
    size_t n;
};

static bool are_same_conditions(const struct vtb_history_figure *a,
                                const struct vtb_history_figure *b)
{
    return a->machine == b->machine && a->toolchain == b->toolchain &&
           a->conditions == b->conditions;
}

static bool has_others(const struct vtb_history *history, const struct vtb_history_figure *figure)
{
    for (size_t i = 0; i < history->figures_n; i++) {
        const struct vtb_history_figure *other = history->figures[i];
        if (other != figure && other->name == figure->name && other->key == figure->key)
            return true;
    }
    return false;
}

/* The number of a figure's conditions, from 1 on; 0: they are not told. */
static size_t condition_of(const struct conditions *conditions,
                           const struct vtb_history_figure *figure)
{
    for (size_t i = 0; i < conditions->n; i++) {
        if (are_same_conditions(conditions->items[i], figure))
            return i + 1;
    }
    return 0;
}

/* Lists the conditions of what changed. */
static struct conditions list_conditions(const struct vtb_history *history)
{
    struct conditions found = {.n = 0};
    found.items = vtb_allocate(history->figures_n, sizeof(*found.items), WHAT);
    for (size_t i = 0; i < history->figures_n; i++) {
        const struct vtb_history_figure *figure = history->figures[i];
        if (figure->changes_n > 0 && condition_of(&found, figure) == 0 &&
            has_others(history, figure))
            found.items[found.n++] = figure;
    }
    return found;
}

static void print_conditions(FILE *out, const struct conditions *conditions)
{
    for (size_t i = 0; i < conditions->n; i++) {
        const struct vtb_history_figure *figure = conditions->items[i];
        const char *const parts[] = {figure->machine, figure->toolchain, figure->conditions};
        char text[1200] = "";
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
            if (parts[k] && *parts[k])
                vtb_append(text, sizeof text, "%s%s", *text ? "; " : "", parts[k]);
        }
        vtb_printf_wrapped(out, "[%zu]: %s.\n", i + 1, *text ? text : "no conditions");
    }
    if (conditions->n > 0)
        putc('\n', out);
}

/* --- changes, by revisions --- */

struct event {
    const struct vtb_history_figure *figure;
    const struct vtb_history_change *change;
    size_t figure_place;
};

static size_t result_at(const struct event *event)
{
    return event->figure->points[event->change->at].result;
}

static size_t result_before(const struct event *event)
{
    return event->figure->points[event->change->at - 1].result;
}

static int compare_events(const void *a, const void *b)
{
    const struct event *left = a;
    const struct event *right = b;
    if (result_at(left) != result_at(right))
        return result_at(left) < result_at(right) ? -1 : 1;
    if (result_before(left) != result_before(right))
        return result_before(left) < result_before(right) ? -1 : 1;
    return left->figure_place < right->figure_place ? -1 : 1;
}

/* Whether a figure changed with so many results that its steps say nothing of revisions. */
static bool is_unsteady(const struct vtb_history_figure *figure)
{
    const size_t least = 10;
    return figure->changes_n >= least && 3 * figure->changes_n > figure->points_n;
}

/* All changes in the order of time, but for those of unsteady figures. The caller frees. */
static struct event *list_events(const struct vtb_history *history, size_t *n)
{
    struct event *events = NULL;
    *n = 0;
    for (size_t i = 0; i < history->figures_n; i++) {
        const struct vtb_history_figure *figure = history->figures[i];
        events = vtb_reallocate(events, *n + figure->changes_n + 1, sizeof *events, WHAT);
        for (size_t k = 0; k < figure->changes_n && !is_unsteady(figure); k++)
            events[(*n)++] = (struct event){figure, &figure->changes[k], i};
    }
    if (*n > 0)
        qsort(events, *n, sizeof *events, compare_events);
    return events;
}

static bool is_same_step(const struct event *a, const struct event *b)
{
    const struct rest left = rest_of(a->figure->name);
    const struct rest right = rest_of(b->figure->name);
    return result_at(a) == result_at(b) && result_before(a) == result_before(b) &&
           is_same_rest(&left, &right);
}

/* --- cells --- */

static void add_columns(struct vtb_table *table, const struct vtb_column *columns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        vtb_table_column(table, columns[i]);
}

static void add_case(struct vtb_table *table, const struct vtb_history_figure *figure,
                     const struct conditions *conditions)
{
    size_t strategy_n;
    size_t heap_n;
    const char *strategy = vtb_name_strategy(figure->name, &strategy_n);
    const char *heap = heap_of(figure->name, &heap_n);
    const size_t condition = condition_of(conditions, figure);
    vtb_table_cell(table, "%.*s", (int)strategy_n, strategy);
    vtb_table_cell(table, "%.*s", (int)heap_n, heap);
    if (condition > 0)
        vtb_table_cell(table, "%s [%zu]", figure->title, condition);
    else
        vtb_table_cell(table, "%s", figure->title);
}

/* A count with all of its digits; a ratio with those that were measured. */
static void add_value(struct vtb_table *table, const struct vtb_history_figure *figure,
                      double value)
{
    char text[VTB_NUMBER_BYTES];
    vtb_table_cell(table, "%s",
                   figure->kind == VTB_HISTORY_EXACT ? vtb_digits_text(text, value, 10)
                                                     : vtb_figure_text(text, value));
}

/* Writes a factor with as many digits as tell it from 1. */
static const char *factor_text(char text[VTB_NUMBER_BYTES], double factor)
{
    for (int digits_n = 4; digits_n <= 12; digits_n += 4) {
        if (strcmp(vtb_digits_text(text, factor, digits_n), "1") != 0)
            break;
    }
    return text;
}

static void add_factor(struct vtb_table *table, const struct vtb_history_change *change)
{
    char text[VTB_NUMBER_BYTES];
    vtb_table_cell(table, "%s",
                   change->before > 0 ? factor_text(text, change->after / change->before) : "-");
    vtb_table_paint(table, vtb_history_is_worse(change) ? VTB_PAINT_BAD : VTB_PAINT_GOOD);
}

static const struct vtb_history_result *
result_of(const struct vtb_history *history, const struct vtb_history_figure *figure, size_t point)
{
    return &history->results[figure->points[point].result];
}

#define LABEL_BYTES ((size_t)41)      /* of a revision that stands in a line */
#define SHORT_LABEL_BYTES ((size_t)9) /* and of one that stands in a cell, beside another */

/* How sure it is that there is a change, and that it is by this revision: else by which. */
static void add_sureness(struct vtb_table *table, const struct vtb_history *history,
                         const struct event *event)
{
    const struct vtb_history_change *change = event->change;
    const struct vtb_history_result *from = result_of(history, event->figure, change->from);
    const struct vtb_history_result *to = result_of(history, event->figure, change->to);
    const bool by_tags = from->revision == to->revision;
    char p[VTB_NUMBER_BYTES] = "exact";
    char sure[VTB_NUMBER_BYTES] = "";
    char first[SHORT_LABEL_BYTES];
    char last[SHORT_LABEL_BYTES];
    if (event->figure->kind == VTB_HISTORY_RATIOS) {
        vtb_digits_text(p, change->p, 2);
        vtb_digits_text(sure, 100 * change->sure, 2);
    }
    vtb_table_cell(table, "%s", p);
    vtb_table_cell(table, "%s%s", change->sure > 0.99 && *sure ? ">99" : sure, *sure ? " %" : "");
    vtb_show(first, sizeof first, by_tags ? from->tag : from->revision);
    vtb_show(last, sizeof last, by_tags ? to->tag : to->revision);
    if (by_tags && from->tag == to->tag)
        vtb_table_cell(table, "%s", "");
    else
        vtb_table_cell(table, "%s - %s", first, last);
}

/* --- tables --- */

/* Prints a revision or a tag, and another if that is not the same. */
static void print_move(FILE *out, const char *word, const char *before, const char *after,
                       bool markdown)
{
    const char *const texts[] = {before, after};
    fprintf(out, "%s ", word);
    for (size_t i = 0; i < (before == after ? 1U : 2U); i++) {
        char label[LABEL_BYTES];
        vtb_show(label, sizeof label, *texts[i] ? texts[i] : "none");
        char *escaped = markdown ? vtb_markdown_copy(label) : NULL;
        fprintf(out, "%s%s", i > 0 ? " -> " : "", markdown ? escaped : label);
        free(escaped);
    }
}

static void print_step(FILE *out, const struct vtb_history *history, const struct event *event,
                       bool several_rests, bool markdown)
{
    const struct vtb_history_result *at = &history->results[result_at(event)];
    const struct vtb_history_result *before = &history->results[result_before(event)];
    const struct rest rest = rest_of(event->figure->name);
    fprintf(out, "%s%s: ", markdown ? "### " : "", at->date);
    print_move(out, "revision", before->revision, at->revision, markdown);
    if (*before->tag || *at->tag)
        print_move(out, ", tag", before->tag, at->tag, markdown);
    fputs(vtb_history_is_same_revision(before, at) ? ", before and after: it was no commit\n"
                                                   : "\n",
          out);
    if (several_rests) {
        if (markdown)
            putc('\n', out);
        vtb_print_wrapped_by(out, print_rest, &rest, VTB_LINE_WIDTH);
        putc('\n', out);
    }
    if (markdown)
        putc('\n', out);
}

/* Prints the changes of one step, which are the first n of those that are left. */
static void print_changes(FILE *out, const struct vtb_history *history, const struct event *events,
                          size_t n, const struct conditions *conditions, enum vtb_format format)
{
    static const struct vtb_column columns[] = {
        {.title = "strategy"},
        {.title = "heap"},
        {.title = "figure"},
        {.title = "before", .side = VTB_SIDE_POINT},
        {.title = "after", .side = VTB_SIDE_POINT},
        {.title = "factor", .side = VTB_SIDE_POINT},
        {.title = "p", .side = VTB_SIDE_RIGHT},
        {.title = "by this", .side = VTB_SIDE_RIGHT},
        {.title = "or among"},
    };
    struct vtb_table table = {.gap = 2, .split = VTB_SPLIT_NEVER};
    add_columns(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < n; i++) {
        add_case(&table, events[i].figure, conditions);
        add_value(&table, events[i].figure, events[i].change->before);
        add_value(&table, events[i].figure, events[i].change->after);
        add_factor(&table, events[i].change);
        add_sureness(&table, history, &events[i]);
    }
    vtb_table_print(out, &table, format);
    vtb_table_free(&table);
    putc('\n', out);
}

static void print_courses(FILE *out, const struct vtb_history *history,
                          const struct conditions *conditions, enum vtb_format format)
{
    static const struct vtb_column columns[] = {
        {.title = "strategy"},
        {.title = "heap"},
        {.title = "figure"},
        {.title = "results", .side = VTB_SIDE_RIGHT},
        {.title = "first", .side = VTB_SIDE_POINT},
        {.title = "last", .side = VTB_SIDE_POINT},
        {.title = "changes", .side = VTB_SIDE_RIGHT},
    };
    struct vtb_table table = {.gap = 2, .split = VTB_SPLIT_NEVER};
    add_columns(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < history->figures_n; i++) {
        const struct vtb_history_figure *figure = history->figures[i];
        if (figure->changes_n == 0)
            continue;
        add_case(&table, figure, conditions);
        vtb_table_cell(&table, "%zu", figure->points_n);
        add_value(&table, figure, figure->points[0].value);
        add_value(&table, figure, figure->points[figure->points_n - 1].value);
        vtb_table_cell(&table, "%zu", figure->changes_n);
    }
    vtb_table_print(out, &table, format);
    vtb_table_free(&table);
}

/* --- sentences --- */

/* The revision of a result, as a line has it. The caller frees. */
static char *revision_label(const struct vtb_history_result *result, bool markdown)
{
    char label[LABEL_BYTES];
    vtb_show(label, sizeof label, result->revision);
    return markdown ? vtb_markdown_copy(label) : vtb_copy_text(label, WHAT);
}

static void print_span(FILE *out, const struct vtb_history *history, bool markdown)
{
    const struct vtb_history_result *first = &history->results[0];
    const struct vtb_history_result *last = &history->results[history->results_n - 1];
    char *from = revision_label(first, markdown);
    char *to = revision_label(last, markdown);
    if (history->results_n == 1)
        vtb_printf_wrapped(out, "1 result, of %s (revision %s).\n", first->date, from);
    else
        vtb_printf_wrapped(out, "%zu results, from %s (revision %s) to %s (%s).\n",
                           history->results_n, first->date, from, last->date, to);
    free(from);
    free(to);
}

static size_t changed_n(const struct vtb_history *history, enum vtb_history_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < history->figures_n; i++)
        n += history->figures[i]->kind == kind && history->figures[i]->changes_n > 0;
    return n;
}

static void print_kind(FILE *out, const struct vtb_history *history, enum vtb_history_kind kind,
                       const char *of)
{
    size_t n = 0;
    for (size_t i = 0; i < history->figures_n; i++)
        n += history->figures[i]->kind == kind;
    if (n > 0)
        vtb_printf_wrapped(out, "%s: %zu figure%s, of which %zu changed.\n", of, n,
                           vtb_plural((double)n, "", "s"), changed_n(history, kind));
}

/* The most results that any ratio has; 0: there are none. */
static size_t most_results(const struct vtb_history *history)
{
    size_t most_n = 0;
    for (size_t i = 0; i < history->figures_n; i++) {
        const struct vtb_history_figure *figure = history->figures[i];
        if (figure->kind == VTB_HISTORY_RATIOS && figure->points_n > most_n)
            most_n = figure->points_n;
    }
    return most_n;
}

/* Says from how many results on a change of a single ratio could be told at all, where there are
 * fewer. Ratios that will be tested with it have about as many results. */
static void print_too_few(FILE *out, const struct vtb_history *history)
{
    const size_t most_n = most_results(history);
    size_t n = 0;
    for (size_t i = 0; i < history->figures_n; i++) {
        const struct vtb_history_figure *figure = history->figures[i];
        n += figure->kind == VTB_HISTORY_RATIOS && 2 * figure->points_n >= most_n;
    }
    if (most_n > 0 && most_n < vtb_history_least(n) && changed_n(history, VTB_HISTORY_RATIOS) == 0)
        vtb_printf_wrapped(out,
                           "A ratio has %zu result%s of one machine at most, and a change of one "
                           "alone of %zu can be told of %zu on; `compare` holds two results "
                           "against each other.\n",
                           most_n, vtb_plural((double)most_n, "", "s"), n, vtb_history_least(n));
}

/* Finds the toolchain of which the last of those results is that depend on any, and its first one;
 * gives how many toolchains there are. */
static size_t find_toolchains(const struct vtb_history *history, size_t *first)
{
    const char **known = vtb_allocate(history->figures_n, sizeof *known, WHAT);
    const char *latest = NULL;
    size_t n = 0;
    size_t last = 0;
    for (size_t i = 0; i < history->figures_n; i++) {
        const struct vtb_history_figure *figure = history->figures[i];
        size_t k = 0;
        if (!figure->toolchain)
            continue;
        while (k < n && known[k] != figure->toolchain)
            k++;
        if (k == n)
            known[n++] = figure->toolchain;
        const size_t end = figure->points[figure->points_n - 1].result;
        const size_t begin = figure->points[0].result;
        if (!latest || end > last) {
            latest = figure->toolchain;
            last = end;
            *first = begin;
        } else if (figure->toolchain == latest && begin < *first) {
            *first = begin;
        }
    }
    free(known);
    return n;
}

/* Says where figures begin anew, and nothing is told of what changed. */
static void print_toolchains(FILE *out, const struct vtb_history *history)
{
    size_t first = 0;
    const size_t n = find_toolchains(history, &first);
    if (n > 1)
        vtb_printf_wrapped(out,
                           "Instructions and ratios are of %zu toolchains (compiler, flags, C "
                           "library, processor), which are not held against each other; the "
                           "latest has results from %s on.\n",
                           n, history->results[first].date);
}

/* Says why the steps of some figures are not told. */
static void print_unsteady(FILE *out, const struct vtb_history *history)
{
    size_t n = 0;
    for (size_t i = 0; i < history->figures_n; i++)
        n += is_unsteady(history->figures[i]);
    if (n > 0)
        vtb_printf_wrapped(out,
                           "%zu figure%s changed with more than every third result, which is not "
                           "told step by step: results of two branches by turns, or counts that "
                           "are not exact.\n",
                           n, vtb_plural((double)n, "", "s"));
}

static bool has_several_rests(const struct vtb_history *history)
{
    for (size_t i = 1; i < history->figures_n; i++) {
        const struct rest first = rest_of(history->figures[0]->name);
        const struct rest other = rest_of(history->figures[i]->name);
        if (!is_same_rest(&first, &other))
            return true;
    }
    return false;
}

static void print_legend(FILE *out, bool has_ratios)
{
    vtb_printf_wrapped(out,
                       "\nrevision A -> B: by B, or by one behind A of which there is no "
                       "result (git log A..B lists them).\n");
    if (!has_ratios)
        return;
    vtb_printf_wrapped(
        out,
        "p: of the test that a ratio changed, adjusted for all that are tested; by this: how "
        "likely "
        "by this revision, or else by which, in 99 of 100. Ratios before and after are medians of "
        "results.\n");
}

static void report_tables(FILE *out, const struct vtb_history *history, enum vtb_format format)
{
    const bool markdown = format == VTB_FORMAT_MARKDOWN;
    const bool several_rests = has_several_rests(history);
    size_t n;
    struct event *events = list_events(history, &n);
    struct conditions conditions = list_conditions(history);
    print_span(out, history, markdown);
    print_kind(out, history, VTB_HISTORY_EXACT, "Counts and instructions, exact on every machine");
    print_kind(out, history, VTB_HISTORY_RATIOS, "Ratios of times, each on its machine");
    print_toolchains(out, history);
    print_too_few(out, history);
    print_unsteady(out, history);
    putc('\n', out);
    if (history->figures_n > 0 && !several_rests) {
        const struct rest rest = rest_of(history->figures[0]->name);
        vtb_print_wrapped_by(out, print_rest, &rest, VTB_LINE_WIDTH);
        fputs("\n\n", out);
    }
    print_conditions(out, &conditions);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && is_same_step(&events[first], &events[end]);)
            end++;
        print_step(out, history, &events[first], several_rests, markdown);
        print_changes(out, history, &events[first], end - first, &conditions, format);
    }
    if (vtb_history_has_changes(history)) {
        print_courses(out, history, &conditions, format);
        print_legend(out, changed_n(history, VTB_HISTORY_RATIOS) > 0);
    }
    free(conditions.items);
    free(events);
}

/* --- CSV --- */

static void print_text(FILE *out, const char *text)
{
    putc(',', out);
    if (text)
        vtb_print_csv_field(out, text, strlen(text));
}

static void print_number(FILE *out, double value)
{
    fprintf(out, isnan(value) ? "," : ",%.15g", value);
}

static void print_change(FILE *out, const struct vtb_history *history,
                         const struct vtb_history_figure *figure,
                         const struct vtb_history_change *change)
{
    const struct vtb_history_result *before = result_of(history, figure, change->at - 1);
    const struct vtb_history_result *at = result_of(history, figure, change->at);
    print_text(out, at->date);
    print_text(out, before->revision);
    print_text(out, at->revision);
    print_number(out, change->before);
    print_number(out, change->after);
    print_number(out, change->before > 0 ? change->after / change->before : NAN);
    print_number(out, change->p);
    print_number(out, change->sure);
    print_text(out, before->tag);
    print_text(out, at->tag);
}

static void print_figure(FILE *out, const struct vtb_history *history,
                         const struct vtb_history_figure *figure,
                         const struct vtb_history_change *change)
{
    vtb_print_csv_field(out, figure->name, strlen(figure->name));
    print_text(out, figure->key);
    print_text(out, vtb_history_kind_words[figure->kind]);
    print_text(out, figure->machine);
    print_text(out, figure->toolchain);
    print_text(out, figure->conditions);
    fprintf(out, ",%zu", figure->points_n);
    print_number(out, figure->points[0].value);
    print_number(out, figure->points[figure->points_n - 1].value);
    if (change)
        print_change(out, history, figure, change);
    else
        fputs(",,,,,,,,,,", out);
    putc('\n', out);
}

static void report_csv(FILE *out, const struct vtb_history *history)
{
    fputs(
        "name,metric,kind,machine,toolchain,conditions,n,first,last,date,revision_before,"
        "revision,before,after,factor,p,sure,tag_before,tag\n",
        out);
    for (size_t i = 0; i < history->figures_n; i++) {
        const struct vtb_history_figure *figure = history->figures[i];
        for (size_t k = 0; k < figure->changes_n; k++)
            print_figure(out, history, figure, &figure->changes[k]);
        if (figure->changes_n == 0)
            print_figure(out, history, figure, NULL);
    }
}

void vtb_history_report(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_history *history = what;
    if (format == VTB_FORMAT_JSON)
        vtb_history_json(out, history);
    else if (format == VTB_FORMAT_CSV)
        report_csv(out, history);
    else
        report_tables(out, history, format);
}
