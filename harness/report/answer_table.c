#include "report/answer_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/prose.h"
#include "base/table.h"
#include "figures/answer.h"
#include "report/answer_lines.h"
#include "report/case_names.h"
#include "report/ratio_text.h"

#define TEXT_BYTES 1024
#define NAME_WIDTH 17
#define TABLES_MAX 32
#define COUNTS_WIDTH ((size_t)17) /* of bytes and allocations, by one method */
#define COLLECTIONS_WIDTH ((size_t)7)

/* Widths, in characters, of the columns of one heap: its time and its ratio. */
#define TIME_WIDTH 6
#define RATIO_WIDTH 11

/* The tables of a comparison that stand side by side, those of heaps that free first: the first
 * case of each. */
struct side_by_side {
    const struct vtb_comparison *comparison;
    size_t firsts[TABLES_MAX];
    size_t n;
};

/* Adds the tables of heaps that collect, or of those that do not. */
static void add_tables(struct side_by_side *tables, bool collects)
{
    const struct vtb_point *point = tables->comparison->point;
    for (size_t i = 0; i < point->cases_n; i = vtb_table_end(point, i)) {
        if (tables->n < TABLES_MAX && vtb_heap_collects(point->cases[i].heap->heap) == collects)
            tables->firsts[tables->n++] = i;
    }
}

static struct side_by_side tables_of(const struct vtb_comparison *comparison)
{
    struct side_by_side tables = {.comparison = comparison};
    add_tables(&tables, false);
    add_tables(&tables, true);
    return tables;
}

static const char *name_at(const struct vtb_comparison *comparison, size_t i)
{
    return comparison->figures[i].the_case->timing->name;
}

/* The case of this name in a table; the number of cases if none. References stand at the head
 * of a heap's first table, and are those of its others. */
static size_t find_in(const struct side_by_side *tables, size_t table, const char *name)
{
    const struct vtb_point *point = tables->comparison->point;
    const struct vtb_case *first = &point->cases[tables->firsts[table]];
    const size_t references[] = {first->empty, first->floor};
    for (size_t i = tables->firsts[table]; i < vtb_table_end(point, tables->firsts[table]); i++) {
        if (strcmp(name_at(tables->comparison, i), name) == 0)
            return i;
    }
    for (size_t i = 0; i < 2; i++) {
        if (references[i] < point->cases_n &&
            strcmp(name_at(tables->comparison, references[i]), name) == 0)
            return references[i];
    }
    return point->cases_n;
}

/* --- cells --- */

/* The name of a table's heap or guest, for a narrow column; the lines of the answer have a guest's
 * version. */
static const char *short_name(char name[VTB_ANSWER_LABEL_BYTES],
                              const struct vtb_comparison *comparison,
                              const struct vtb_case *the_case)
{
    if (!the_case->guest)
        return vtb_answer_table_name(name, comparison, the_case);
    const char *mark = vtb_method_mark(the_case->method);
    (void)snprintf(name, VTB_ANSWER_LABEL_BYTES, "%s%s%s", the_case->guest->name, *mark ? " " : "",
                   mark);
    return name;
}

/* The mark behind a ratio: = for the same speed, ? for what is not known yet. */
static const char *mark_of(const struct vtb_figures *figures)
{
    if (figures->verdict == VTB_VERDICT_SAME)
        return "=";
    return figures->verdict == VTB_VERDICT_UNKNOWN ? "?" : " ";
}

static void add_time(struct vtb_table *table, const struct vtb_figures *figures)
{
    char number[VTB_NUMBER_BYTES];
    vtb_table_cell(table, "%s",
                   isnan(figures->ns.median) ? "-" : vtb_figure_text(number, figures->ns.median));
}

/* Adds the ratio to a table's baseline; a reference of another table has none to it. */
static void add_ratio(struct vtb_table *table, const struct vtb_comparison *comparison, size_t i,
                      size_t baseline)
{
    char text[VTB_NUMBER_BYTES];
    const struct vtb_figures *figures = &comparison->figures[i];
    if (i == baseline) {
        vtb_table_cell(table, "1 ");
        return;
    }
    if (i == figures->the_case->empty || figures->the_case->baseline != baseline ||
        isnan(figures->ratio.median)) {
        vtb_table_cell(table, "- ");
        return;
    }
    const double told = vtb_told_ratio(&comparison->figures[baseline], figures);
    vtb_table_cell(table, "%s%s", vtb_ratio_text(text, told, &figures->ratio), mark_of(figures));
    vtb_table_paint(table, vtb_ratio_paint(figures));
}

/* --- strategies, the fastest first --- */

/* A line of the table: a strategy, by a case that has it, and by what it is sorted. */
struct line {
    const char *name;
    double ns; /* NaN: not known; such lines come last */
    double bytes;
    size_t place; /* in the plan's order */
};

static int compare_lines(const void *a, const void *b)
{
    const struct line *one = a;
    const struct line *other = b;
    const double keys[][2] = {{isnan(one->ns), isnan(other->ns)},
                              {isnan(one->ns) ? 0 : one->ns, isnan(other->ns) ? 0 : other->ns},
                              {one->bytes, other->bytes},
                              {(double)one->place, (double)other->place}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    }
    return 0;
}

static bool has_line(const struct line *lines, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(lines[i].name, name) == 0)
            return true;
    }
    return false;
}

/* Adds a case's strategy, unless it is there, or the empty loop. */
static void add_case(struct line *lines, size_t *n, const struct vtb_comparison *comparison,
                     size_t i)
{
    const struct vtb_figures *figures = &comparison->figures[i];
    const char *name = name_at(comparison, i);
    if (i != figures->the_case->empty && !has_line(lines, *n, name))
        lines[(*n)++] =
            (struct line){name, figures->ns.median, vtb_steady_bytes_per_op(&figures->counted), i};
}

/* Lists the strategies of all tables, but for the empty loop, by the first table that has each. The
 * array is the caller's to free. */
static struct line *list_lines(const struct side_by_side *tables, size_t *n)
{
    const struct vtb_point *point = tables->comparison->point;
    struct line *lines = vtb_allocate(point->cases_n + 1, sizeof *lines, "the lines of a table");
    *n = 0;
    for (size_t t = 0; t < tables->n; t++) {
        for (size_t i = tables->firsts[t]; i < vtb_table_end(point, tables->firsts[t]); i++)
            add_case(lines, n, tables->comparison, i);
    }
    qsort(lines, *n, sizeof *lines, compare_lines);
    return lines;
}

static void add_bytes(struct vtb_table *table, const struct vtb_figures *figures)
{
    char number[VTB_NUMBER_BYTES];
    vtb_table_cell(table, "%s",
                   vtb_fitted_text(number, vtb_steady_bytes_per_op(&figures->counted), 6));
}

static const struct vtb_case *first_of(const struct side_by_side *tables, size_t t)
{
    return &tables->comparison->point->cases[tables->firsts[t]];
}

static bool is_same_method(const struct side_by_side *tables, size_t t, size_t other)
{
    return first_of(tables, t)->method == first_of(tables, other)->method;
}

/* The columns beside the heaps': what is the same on all of them, by the method of a table. A
 * strategy that the table has not is looked for in the others. */
static void add_counts(struct vtb_table *table, const struct side_by_side *tables, size_t method,
                       const char *name)
{
    char number[VTB_NUMBER_BYTES];
    const struct vtb_comparison *comparison = tables->comparison;
    size_t place = comparison->point->cases_n;
    for (size_t t = method; t < tables->n && place == comparison->point->cases_n; t++) {
        if (is_same_method(tables, t, method))
            place = find_in(tables, t, name);
    }
    if (place == comparison->point->cases_n) {
        vtb_table_cell(table, "-");
        vtb_table_cell(table, "-");
        return;
    }
    const struct vtb_counted *counted = &comparison->figures[place].counted;
    add_bytes(table, &comparison->figures[place]);
    const double allocs = vtb_steady_allocs_per_op(counted);
    vtb_table_cell(table, "%s", isnan(allocs) ? "-" : vtb_fitted_text(number, allocs, 8));
}

static bool collects(const struct side_by_side *tables, size_t t)
{
    return tables->comparison->figures[tables->firsts[t]].pressure.collects;
}

/* How many of the tables are of a heap that collects. */
static size_t collecting_n(const struct side_by_side *tables)
{
    size_t n = 0;
    for (size_t t = 0; t < tables->n; t++)
        n += collects(tables, t);
    return n;
}

/* Whether a table is the first by its method: what is allocated depends on nothing else. */
static bool is_first_of_method(const struct side_by_side *tables, size_t t)
{
    for (size_t i = 0; i < t; i++) {
        if (is_same_method(tables, i, t))
            return false;
    }
    return true;
}

static bool is_guest(const struct side_by_side *tables, size_t t)
{
    return first_of(tables, t)->guest != NULL;
}

/* The bytes that a guest has counted, which are no model's. */
static void add_guest_bytes(struct vtb_table *table, const struct side_by_side *tables, size_t t,
                            const char *name)
{
    const size_t place = find_in(tables, t, name);
    if (place == tables->comparison->point->cases_n)
        vtb_table_cell(table, "-");
    else
        add_bytes(table, &tables->comparison->figures[place]);
}

/* Collections in a million calls: exactly, where that follows, and otherwise as they happened. */
static double collections_of(const struct vtb_pressure *pressure)
{
    return pressure->is_exact ? 1e6 / pressure->calls_per_collection : vtb_per_mop(pressure);
}

static void add_collections(struct vtb_table *table, const struct side_by_side *tables, size_t t,
                            const char *name)
{
    char number[VTB_NUMBER_BYTES];
    const size_t place = find_in(tables, t, name);
    const struct vtb_pressure *pressure = &tables->comparison->figures[place].pressure;
    if (place == tables->comparison->point->cases_n)
        vtb_table_cell(table, "-");
    else if (!vtb_collections_tell(pressure))
        vtb_table_cell(table, "?");
    else
        vtb_table_cell(table, "%s", vtb_figure_text(number, collections_of(pressure)));
}

/* What a case's strategy is modelled on; "" where it does not say, as a user's own may not. */
static const char *model_of(const struct vtb_case *the_case)
{
    const char *model = the_case->timing->strategy->modelled_on;
    return model ? model : "";
}

static void add_line(struct vtb_table *table, const struct side_by_side *tables,
                     const struct line *line, bool is_wide)
{
    const struct vtb_comparison *comparison = tables->comparison;
    vtb_table_cell(table, "%s", line->name);
    for (size_t t = 0; comparison->timed && t < tables->n; t++) {
        const size_t place = find_in(tables, t, line->name);
        if (place == comparison->point->cases_n) {
            vtb_table_cell(table, "-");
            vtb_table_cell(table, "- ");
            continue;
        }
        add_time(table, &comparison->figures[place]);
        add_ratio(table, comparison, place, first_of(tables, t)->baseline);
    }
    for (size_t t = 0; t < tables->n; t++) {
        if (is_first_of_method(tables, t))
            add_counts(table, tables, t, line->name);
        if (is_guest(tables, t))
            add_guest_bytes(table, tables, t, line->name);
    }
    for (size_t t = 0; t < tables->n; t++) {
        if (collects(tables, t))
            add_collections(table, tables, t, line->name);
    }
    if (is_wide)
        vtb_table_cell(table, "%s", model_of(comparison->figures[line->place].the_case));
}

/* Adds a column of numbers, whose title has two lines, the first of which may be empty; Markdown
 * has one. */
static void add_column(struct vtb_table *table, enum vtb_format format, const char *first,
                       const char *second, size_t width, enum vtb_side side)
{
    char title[TEXT_BYTES] = "";
    const bool one_line = format == VTB_FORMAT_MARKDOWN;
    vtb_append(title, sizeof title, "%s", first);
    vtb_append(title, sizeof title, "%s%s", !one_line ? "\n" : *first ? " " : "", second);
    vtb_table_column(table, (struct vtb_column){title, width, side, false});
}

/* Adds the columns of one heap's times. */
static void add_times(struct vtb_table *table, enum vtb_format format, const char *heap,
                      const char *baseline)
{
    char name[TEXT_BYTES] = "";
    add_column(table, format, heap, "ns/op", TIME_WIDTH, VTB_SIDE_POINT);
    vtb_append(name, sizeof name, "%s ", baseline);
    add_column(table, format, "vs", name, RATIO_WIDTH, VTB_SIDE_RIGHT);
}

/* The width of the longest text of a model. */
static size_t model_width(const struct vtb_comparison *comparison)
{
    size_t most = 0;
    for (size_t i = 0; i < comparison->point->cases_n; i++) {
        const char *model = model_of(&comparison->point->cases[i]);
        const size_t width = vtb_characters(model, strlen(model));
        most = width > most ? width : most;
    }
    return most;
}

static size_t methods_n(const struct side_by_side *tables)
{
    size_t n = 0;
    for (size_t t = 0; t < tables->n; t++)
        n += is_first_of_method(tables, t);
    return n;
}

/* Whether a column of words fits beside the numbers. */
static bool is_wide(const struct side_by_side *tables, const struct vtb_look *look)
{
    const size_t heaps =
        tables->comparison->timed ? tables->n * (size_t)(TIME_WIDTH + RATIO_WIDTH + 2) : 0;
    const size_t model = model_width(tables->comparison);
    const size_t counts =
        COUNTS_WIDTH * methods_n(tables) + COLLECTIONS_WIDTH * collecting_n(tables);
    return model > 0 && NAME_WIDTH + heaps + counts + 1 + model <= look->width;
}

static void add_columns(struct vtb_table *table, const struct side_by_side *tables,
                        const char *baseline, bool wide, enum vtb_format format)
{
    char title[VTB_ANSWER_LABEL_BYTES];
    vtb_table_column(table,
                     (struct vtb_column){.title = tables->comparison->timed ? "fastest first"
                                                                            : "fewest bytes first",
                                         .width = NAME_WIDTH});
    for (size_t t = 0; tables->comparison->timed && t < tables->n; t++) {
        add_times(table, format, short_name(title, tables->comparison, first_of(tables, t)),
                  baseline);
    }
    for (size_t t = 0; t < tables->n; t++) {
        const char *method = tables->n > 1 ? vtb_method_mark(first_of(tables, t)->method) : "";
        if (is_first_of_method(tables, t)) {
            add_column(table, format, method, "B/op", 6, VTB_SIDE_POINT);
            add_column(table, format, method, "allocs/op", 6, VTB_SIDE_POINT);
        }
        if (is_guest(tables, t))
            add_column(table, format, short_name(title, tables->comparison, first_of(tables, t)),
                       "B/op", 6, VTB_SIDE_POINT);
    }
    for (size_t t = 0; t < tables->n; t++) {
        if (collects(tables, t))
            add_column(table, format,
                       collecting_n(tables) > 1
                           ? short_name(title, tables->comparison, first_of(tables, t))
                           : "",
                       "GCs/M", 5, VTB_SIDE_POINT);
    }
    if (wide)
        vtb_table_column(table, (struct vtb_column){.title = format == VTB_FORMAT_MARKDOWN
                                                                 ? "modelled on"
                                                                 : "\nmodelled on"});
}

static const char *baseline_of(const struct vtb_comparison *comparison)
{
    return name_at(comparison, comparison->point->cases[comparison->point->cases_n - 1].baseline);
}

static void print_strategies(FILE *out, const struct vtb_comparison *comparison,
                             const struct vtb_look *look, enum vtb_format format)
{
    const struct side_by_side tables = tables_of(comparison);
    const bool wide = is_wide(&tables, look);
    struct vtb_table table = {.gap = 1, .split = VTB_SPLIT_ALIGNED, .width = look->width};
    size_t n;
    struct line *lines = list_lines(&tables, &n);
    add_columns(&table, &tables, baseline_of(comparison), wide, format);
    for (size_t i = 0; i < n; i++)
        add_line(&table, &tables, &lines[i], wide);
    vtb_table_print(out, &table, format);
    vtb_table_free(&table);
    free(lines);
}

/* --- points, in the plan's order --- */

/* Which columns there are before the figures: workloads, and parameters by number. */
struct varying {
    bool workloads;
    bool is[VTB_PARAMETERS_N];
};

static struct varying varying_of(const struct vtb_results *results)
{
    struct varying varying = {.workloads = vtb_answer_workloads_vary(results)};
    for (size_t i = 0; i < VTB_PARAMETERS_N; i++)
        varying.is[i] =
            !vtb_parameters[i].of_workload && vtb_answer_varies(results, &vtb_parameters[i]);
    return varying;
}

/* Whether what a gain allocates stands in the table: of each method once by all heaps' cells, and
 * once by each guest. */
static bool has_own_bytes(const struct vtb_answer *answer, size_t i)
{
    const struct vtb_case *own = answer->gains[i].to->the_case;
    for (size_t before = 0; before < i; before++) {
        const struct vtb_case *other = answer->gains[before].to->the_case;
        if (other->method == own->method && other->guest == own->guest)
            return false;
    }
    return true;
}

static void add_point_columns(struct vtb_table *table, const struct vtb_results *results,
                              const struct varying *varying, const struct vtb_answer *answer,
                              enum vtb_format format)
{
    char name[VTB_ANSWER_LABEL_BYTES];
    bool first = !varying->workloads;
    if (varying->workloads)
        vtb_table_column(table, (struct vtb_column){.title = "workload"});
    for (const struct vtb_parameter *each = vtb_parameters; each->word; each++) {
        if (!varying->is[each - vtb_parameters])
            continue;
        vtb_table_column(table,
                         (struct vtb_column){.title = each->word,
                                             .side = first ? VTB_SIDE_LEFT : VTB_SIDE_RIGHT});
        first = false;
    }
    if (results->plan->consumers_n > 1)
        vtb_table_column(table, (struct vtb_column){.title = "lookups"});
    table->keys_n = table->columns_n;
    for (size_t i = 0; answer->comparison->timed && i < answer->n; i++)
        add_times(table, format,
                  short_name(name, answer->comparison, answer->gains[i].to->the_case),
                  baseline_of(answer->comparison));
    for (size_t i = 0; i < answer->n; i++) {
        const struct vtb_case *the_case = answer->gains[i].to->the_case;
        if (!has_own_bytes(answer, i))
            continue;
        add_column(table, format,
                   the_case->guest ? short_name(name, answer->comparison, the_case)
                                   : vtb_method_mark(the_case->method),
                   "B/op", 6, VTB_SIDE_POINT);
        add_column(table, format, "B/op", "before", 6, VTB_SIDE_POINT);
    }
}

/* Adds the figures of a point, in the columns of the first answer; there may be none. */
static void add_gains(struct vtb_table *table, const struct vtb_comparison *comparison,
                      const struct vtb_answer *first)
{
    struct vtb_answer answer;
    vtb_answer_make_alike(&answer, comparison, first);
    for (size_t i = 0; comparison->timed && i < first->n; i++) {
        const struct vtb_gain *gain = vtb_answer_same(&answer, &first->gains[i]);
        if (gain) {
            add_time(table, gain->to);
            add_ratio(table, comparison, (size_t)(gain->to - comparison->figures),
                      gain->to->the_case->baseline);
        } else {
            vtb_table_cell(table, "-");
            vtb_table_cell(table, "- ");
        }
    }
    for (size_t i = 0; i < first->n; i++) {
        const struct vtb_gain *gain = vtb_answer_same(&answer, &first->gains[i]);
        if (!has_own_bytes(first, i))
            continue;
        if (gain) {
            add_bytes(table, gain->to);
            add_bytes(table, gain->from);
        } else {
            vtb_table_cell(table, "-");
            vtb_table_cell(table, "-");
        }
    }
}

static void add_point(struct vtb_table *table, const struct vtb_results *results,
                      const struct varying *varying, size_t c, const struct vtb_answer *first)
{
    const struct vtb_comparison *comparison = &results->comparisons[c];
    char number[VTB_NUMBER_BYTES];
    if (varying->workloads)
        vtb_table_cell(table, "%s", comparison->point->workload->name);
    for (const struct vtb_parameter *each = vtb_parameters; each->word; each++) {
        if (!varying->is[each - vtb_parameters])
            continue;
        const double value = vtb_answer_value(comparison, each);
        vtb_table_cell(table, "%s", isnan(value) ? "-" : vtb_digits_text(number, value, 6));
    }
    if (results->plan->consumers_n > 1)
        vtb_table_cell(table, "%s", vtb_consumer_words[comparison->consumer]);
    add_gains(table, comparison, first);
}

static void print_points(FILE *out, const struct vtb_results *results,
                         const struct vtb_answer *answer, const struct vtb_look *look,
                         enum vtb_format format)
{
    const struct varying varying = varying_of(results);
    struct vtb_table table = {.gap = 1, .split = VTB_SPLIT_ALIGNED, .width = look->width};
    add_point_columns(&table, results, &varying, answer, format);
    for (size_t i = 0; i < results->comparisons_n; i++)
        add_point(&table, results, &varying, i, answer);
    vtb_table_print(out, &table, format);
    vtb_table_free(&table);
}

/* --- the whole --- */

/* Whether a ratio is told that has no interval. */
static bool lacks_interval(const struct vtb_results *results)
{
    for (size_t c = 0; c < results->comparisons_n; c++) {
        const struct vtb_comparison *comparison = &results->comparisons[c];
        for (size_t i = 0; i < comparison->point->cases_n; i++) {
            const struct vtb_interval *ratio = &comparison->figures[i].ratio;
            if (!isnan(ratio->median) && isnan(ratio->hi))
                return true;
        }
    }
    return false;
}

static void print_legend(FILE *out, const struct vtb_results *results, const struct vtb_look *look)
{
    char text[TEXT_BYTES] = "";
    const struct vtb_comparison *comparison = results->comparisons;
    if (comparison->timed)
        vtb_append(
            text, sizeof text,
            "ns/op: the median of %zu session%s. vs: its time as a share of %s's in the same "
            "rounds, ± to the farther end of an interval of 99 %% that holds for another "
            "run; = the same within %.0f %%, ? not known yet%s. ",
            comparison->samples.sessions_n,
            vtb_plural((double)comparison->samples.sessions_n, "", "s"), baseline_of(comparison),
            100 * VTB_SAME_MARGIN,
            lacks_interval(results) ? "; without ±: of the two times that stand there" : "");
    const struct side_by_side tables = tables_of(comparison);
    const bool one_point = results->plan->points_n == 1;
    const bool has_guests = vtb_cells_end(comparison->point) < comparison->point->cases_n;
    vtb_append(
        text, sizeof text, "%s: what a call allocates, exactly%s, without what is allocated once",
        one_point ? "B/op, allocs/op" : "B/op", has_guests ? " (by guests as they count it)" : "");
    if (one_point)
        vtb_append(text, sizeof text, ".");
    else
        vtb_append(text, sizeof text, "; before: with %s.", baseline_of(comparison));
    if (one_point && collecting_n(&tables) > 0)
        vtb_append(text, sizeof text, " GCs/M: collections in a million calls.");
    if (comparison->timed && results->break_evens.n > 0)
        vtb_append(text, sizeof text,
                   " Above, along a parameter: [from, to] is the interval in which a place lies, ~ "
                   "one between two neighbours; of all points together, while = and ? are each "
                   "line's own.");
    vtb_append(text, sizeof text, " More terms: docs/GLOSSARY.md.");
    vtb_print_wrapped_to(out, text, look->width);
    putc('\n', out);
}

void vtb_answer_table(FILE *out, const struct vtb_results *results, const struct vtb_answer *answer,
                      const struct vtb_look *look, enum vtb_format format)
{
    if (results->plan->points_n > 1 && answer->n == 0)
        return;
    if (results->plan->points_n > 1)
        print_points(out, results, answer, look, format);
    else
        print_strategies(out, results->comparisons, look, format);
    putc('\n', out);
    print_legend(out, results, look);
}
