/* A comparison, written for people and for programs. Nothing is computed here: every number and
 * verdict is the comparison's. */
#include "gate/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/prose.h"
#include "base/shown.h"
#include "base/table.h"
#include "gate/compare_cells.h"
#include "gate/compare_json.h"

#define TITLES_BYTES 2000   /* room for the titles of all columns */
#define NAME_WIDTH_MAX 40   /* of a name; with the column of a ratio it fills a line */
#define SHOWN_BYTES_MAX 400 /* of a fact; a longer one is cut */
#define SHOWN_NAMES_MAX 5   /* cases that are named, of those in one file alone */

/* --- sentences --- */

/* A value in quotes or, for Markdown, as code, so that nothing in it is taken for Markdown. A long
 * value is cut, between two characters. The caller frees. */
static char *quoted(const char *value, bool markdown)
{
    char *text = NULL;
    size_t n = strlen(value);
    const bool cut = n > SHOWN_BYTES_MAX;
    for (n = cut ? SHOWN_BYTES_MAX : n; cut && ((unsigned char)value[n] & 0xc0) == 0x80;)
        n--;
    const char quote = markdown ? '`' : '\'';
    if (asprintf(&text, "%c%.*s%s%c", quote, (int)n, value, cut ? "..." : "", quote) < 0)
        vtb_no_memory(n, "a line of a comparison");
    for (char *c = text + 1; markdown && c[1]; c++)
        *c = (char)(*c == '`' ? '\'' : *c);
    return text;
}

static void print_file(FILE *out, const char *word, const struct vtb_result_file *file,
                       bool markdown)
{
    char *path = quoted(file->path, markdown);
    char *version = quoted(vtb_recorded_fact(file, "version"), markdown);
    char *revision = quoted(vtb_recorded_fact(file, "git_revision"), markdown);
    char *date = quoted(vtb_recorded_fact(file, "date"), markdown);
    vtb_printf_wrapped(out, "%s%s: %s, of version %s, revision %s, at %s%s\n", markdown ? "- " : "",
                       word, path, version, revision, date,
                       file->interrupted ? ", interrupted" : "");
    free(path);
    free(version);
    free(revision);
    free(date);
}

static void print_fact(FILE *out, const struct vtb_compared_fact *fact, bool markdown)
{
    char *key = quoted(fact->key, markdown);
    char *before = fact->before ? quoted(fact->before, markdown) : NULL;
    char *after = fact->after ? quoted(fact->after, markdown) : NULL;
    vtb_printf_wrapped(out, "%s%s: %s before, %s after\n", markdown ? "- " : "",
                       markdown ? key : fact->key, before ? before : "not recorded",
                       after ? after : "not recorded");
    free(key);
    free(before);
    free(after);
}

static void print_facts(FILE *out, const struct vtb_compared *compared, bool markdown)
{
    if (compared->facts_n == 0) {
        vtb_printf_wrapped(
            out, "Machine, build and options are the same, as far as they were recorded.\n\n");
        return;
    }
    vtb_printf_wrapped(out, "What differs between the two runs:%s\n", markdown ? "\n" : "");
    for (size_t i = 0; i < compared->facts_n; i++)
        print_fact(out, &compared->facts[i], markdown);
    putc('\n', out);
}

static bool is_explained_alike(const struct vtb_compared_column *a,
                               const struct vtb_compared_column *b)
{
    if (a->n == 0 || b->n == 0)
        return a->n == b->n;
    return a->comparable == b->comparable && strcmp(a->reason, b->reason) == 0;
}

/* Writes the titles of all columns with the same explanation as columns[first]; nothing if an
 * earlier column has that explanation, too. */
static void titles_like(char titles[TITLES_BYTES], const struct vtb_compared *compared,
                        size_t first)
{
    const struct vtb_compared_column *columns = compared->columns;
    *titles = '\0';
    for (size_t i = 0; i < first; i++) {
        if (is_explained_alike(&columns[i], &columns[first]))
            return;
    }
    for (size_t i = first; i < compared->columns_n; i++) {
        if (is_explained_alike(&columns[first], &columns[i]))
            vtb_append_item(titles, TITLES_BYTES, "%s", columns[i].title);
    }
}

/* Prints whether columns that share an explanation may be compared, and why. */
static void print_explained(FILE *out, const struct vtb_compared_column *column, const char *titles,
                            const char *bullet)
{
    if (column->n == 0)
        vtb_printf_wrapped(out, "%s%s: absent, as no case has them in both files\n", bullet,
                           titles);
    else if (column->comparable && column->incomparable_n > 0)
        vtb_printf_wrapped(out, "%s%s: yes, %s; not so in %zu of %zu cases\n", bullet, titles,
                           column->reason, column->incomparable_n, column->n);
    else
        vtb_printf_wrapped(out, "%s%s: %s, %s\n", bullet, titles, column->comparable ? "yes" : "no",
                           column->reason);
}

static void print_comparable(FILE *out, const struct vtb_compared *compared, bool markdown)
{
    char titles[TITLES_BYTES];
    vtb_printf_wrapped(out, "What may be compared:%s\n", markdown ? "\n" : "");
    for (size_t i = 0; i < compared->columns_n; i++) {
        titles_like(titles, compared, i);
        if (*titles)
            print_explained(out, &compared->columns[i], titles, markdown ? "- " : "");
    }
    putc('\n', out);
}

/* Prints for each column with a difference in how many cases there is one. */
static void print_summary(FILE *out, const struct vtb_compared *compared)
{
    char differing[TITLES_BYTES] = "";
    for (size_t i = 0; i < compared->columns_n; i++) {
        const struct vtb_compared_column *column = &compared->columns[i];
        if (column->told_n > 0)
            vtb_append_item(differing, sizeof differing, "%s in %zu", column->title,
                            column->told_n);
    }
    if (compared->rows_n == 0)
        fputs("No case is in both files.\n\n", out);
    else
        vtb_printf_wrapped(out, "%zu case%s in both files; of what may be compared, %s%s.\n\n",
                           compared->rows_n, vtb_plural((double)compared->rows_n, " is", "s are"),
                           *differing ? "these differ: " : "nothing is known to differ", differing);
}

/* --- tables --- */

/* The rows of one table, first .. end - 1, whose names differ only by their strategies, and its
 * columns. */
struct rows {
    const struct vtb_compared *compared;
    size_t first;
    size_t end;
    size_t shown[VTB_COMPARED_COLUMNS_MAX]; /* columns with a cell that says something */
    size_t shown_n;
    char same[TITLES_BYTES]; /* titles of columns in which all figures that exist are the same */
};

static void sort_column(struct rows *rows, size_t column)
{
    bool same = false;
    bool other = false;
    for (size_t i = rows->first; i < rows->end; i++) {
        const enum vtb_compared_verdict verdict = rows->compared->rows[i].figures[column].verdict;
        same |= verdict == VTB_COMPARED_SAME;
        other |= verdict != VTB_COMPARED_SAME && verdict != VTB_COMPARED_ABSENT;
    }
    if (other)
        rows->shown[rows->shown_n++] = column;
    else if (same)
        vtb_append_item(rows->same, sizeof rows->same, "%s", rows->compared->columns[column].title);
}

/* The rows of the table that begins at row `first`. */
static struct rows rows_at(const struct vtb_compared *compared, size_t first)
{
    struct rows rows = {.compared = compared, .first = first, .end = first};
    const struct vtb_compared_row *all = compared->rows;
    while (rows.end < compared->rows_n && all[rows.end].table == all[first].table)
        rows.end++;
    for (size_t i = 0; i < compared->columns_n; i++)
        sort_column(&rows, i);
    return rows;
}

static void add_columns(struct vtb_table *table, const struct rows *rows)
{
    const double confidence = rows->compared->before->confidence;
    vtb_table_column(table, (struct vtb_column){.title = "strategy"});
    for (size_t i = 0; i < rows->shown_n; i++) {
        const struct vtb_compared_column *column = &rows->compared->columns[rows->shown[i]];
        char title[VTB_COMPARED_CELL_BYTES] = "";
        vtb_append(title, sizeof title, "%s", column->title);
        if (vtb_compared_is_ratio(column) && column->comparable)
            vtb_append(title, sizeof title, " [%.4g %%]", 100 * confidence);
        vtb_table_column(table, (struct vtb_column){.title = title});
    }
}

static void add_name(struct vtb_table *table, const struct vtb_compared_row *row, bool markdown)
{
    const size_t n = row->strategy_n;
    vtb_table_cell(table, "%.*s", (int)(markdown || n < NAME_WIDTH_MAX ? n : NAME_WIDTH_MAX),
                   row->strategy);
}

/* Less is better in all columns. */
static enum vtb_paint paint_of(enum vtb_compared_verdict verdict)
{
    switch (verdict) {
    case VTB_COMPARED_LOWER:
        return VTB_PAINT_GOOD;
    case VTB_COMPARED_HIGHER:
        return VTB_PAINT_BAD;
    case VTB_COMPARED_ABSENT:
    case VTB_COMPARED_SAME:
    case VTB_COMPARED_UNTOLD:
    case VTB_COMPARED_INCOMPARABLE:
        return VTB_PAINT_DIM;
    case VTB_COMPARED_BASELINE:
        break;
    }
    return VTB_PAINT_NONE;
}

static void print_rows(FILE *out, const struct rows *rows, enum vtb_format format)
{
    struct vtb_table table = {.gap = 2, .split = VTB_SPLIT_ALIGNED};
    char text[VTB_COMPARED_CELL_BYTES];
    if (rows->shown_n == 0)
        return;
    add_columns(&table, rows);
    for (size_t i = rows->first; i < rows->end; i++) {
        const struct vtb_compared_row *row = &rows->compared->rows[i];
        add_name(&table, row, format == VTB_FORMAT_MARKDOWN);
        for (size_t c = 0; c < rows->shown_n; c++) {
            const size_t column = rows->shown[c];
            vtb_compared_cell(text, &rows->compared->columns[column], row, &row->figures[column]);
            vtb_table_cell(&table, "%s", text);
            vtb_table_paint(&table, paint_of(row->figures[column].verdict));
        }
    }
    putc('\n', out);
    vtb_table_print(out, &table, format);
    vtb_table_free(&table);
}

static void print_same(FILE *out, const struct rows *rows)
{
    const size_t n = rows->end - rows->first;
    if (*rows->same)
        vtb_printf_wrapped(out, "\nThe same in %s%zu case%s: %s.\n", n > 1 ? "all " : "", n,
                           vtb_plural((double)n, "", "s"), rows->same);
}

/* Prints the parts of a name, its strategy first or left out; in Markdown in one line, behind a
 * prefix. */
static void print_title(FILE *out, const char *name, const char *prefix, bool with_strategy,
                        bool markdown)
{
    size_t strategy_n;
    const char *strategy = vtb_name_strategy(name, &strategy_n);
    const char *rest = strategy + strategy_n;
    char *title = NULL;
    size_t title_bytes;
    FILE *text = open_memstream(&title, &title_bytes);
    if (!text)
        vtb_no_memory(sizeof *text, "a line of a comparison");
    if (with_strategy)
        fprintf(text, "%.*s in ", strategy_n < NAME_WIDTH_MAX ? (int)strategy_n : NAME_WIDTH_MAX,
                strategy);
    fprintf(text, "%.*s", (int)(strategy - name) - (strategy > name), name);
    for (; *rest; rest++) {
        if (*rest != '/')
            putc(*rest, text);
        else
            fputs(", ", text);
    }
    fclose(text);
    char *escaped = vtb_markdown_copy(title);
    if (markdown)
        fprintf(out, "%s%s\n", prefix, escaped);
    else
        vtb_printf_wrapped(out, "%s\n", title);
    free(escaped);
    free(title);
}

static void print_only(FILE *out, const struct vtb_compared_only *only, const char *word,
                       bool markdown)
{
    if (only->n == 0)
        return;
    vtb_printf_wrapped(out, "%zu case%s only %s:%s\n", only->n,
                       vtb_plural((double)only->n, " is", "s are"), word, markdown ? "\n" : "");
    for (size_t i = 0; i < only->n && i < SHOWN_NAMES_MAX; i++)
        print_title(out, only->rows[i]->name, "- ", true, markdown);
    if (only->n > SHOWN_NAMES_MAX)
        vtb_printf_wrapped(out, "%sand %zu more\n", markdown ? "- " : "",
                           only->n - SHOWN_NAMES_MAX);
    putc('\n', out);
}

static bool has_incomparable(const struct vtb_compared *compared)
{
    for (size_t i = 0; i < compared->columns_n; i++) {
        if (compared->columns[i].incomparable_n > 0)
            return true;
    }
    return false;
}

static void report_tables(FILE *out, const struct vtb_compared *compared, enum vtb_format format)
{
    const bool markdown = format == VTB_FORMAT_MARKDOWN;
    print_file(out, "before", compared->before, markdown);
    print_file(out, "after", compared->after, markdown);
    putc('\n', out);
    print_facts(out, compared, markdown);
    print_comparable(out, compared, markdown);
    print_summary(out, compared);
    for (size_t first = 0; first < compared->rows_n;) {
        const struct rows rows = rows_at(compared, first);
        print_title(out, compared->rows[first].before->name, "### ", false, markdown);
        print_rows(out, &rows, format);
        print_same(out, &rows);
        putc('\n', out);
        first = rows.end;
    }
    print_only(out, &compared->only_before, "before", markdown);
    print_only(out, &compared->only_after, "after", markdown);
    if (compared->rows_n > 0)
        vtb_printf_wrapped(
            out, "= is the same%s. Ratios differ where their intervals do not overlap.\n",
            has_incomparable(compared) ? "; what is in parentheses is not comparable" : "");
}

/* --- CSV --- */

static void print_number(FILE *out, double value)
{
    fprintf(out, isnan(value) ? "," : ",%.15g", value);
}

static void print_name(FILE *out, const char *name)
{
    size_t n;
    const char *strategy = vtb_name_strategy(name, &n);
    vtb_print_csv_field(out, name, strlen(name));
    putc(',', out);
    vtb_print_csv_field(out, strategy, n);
}

static void print_csv_line(FILE *out, const struct vtb_compared_column *column,
                           const struct vtb_compared_row *row,
                           const struct vtb_compared_figure *figure)
{
    const bool ratio = vtb_compared_is_ratio(column);
    print_name(out, row->before->name);
    fprintf(out, ",%s", column->key);
    print_number(out, figure->before);
    print_number(out, ratio ? vtb_recorded(row->before, "ratio_lo") : NAN);
    print_number(out, ratio ? vtb_recorded(row->before, "ratio_hi") : NAN);
    print_number(out, figure->after);
    print_number(out, ratio ? vtb_recorded(row->after, "ratio_lo") : NAN);
    print_number(out, ratio ? vtb_recorded(row->after, "ratio_hi") : NAN);
    print_number(out, figure->after - figure->before);
    fprintf(out, ",%s\n", vtb_compared_words[figure->verdict]);
}

static void print_csv_only(FILE *out, const struct vtb_compared_only *only, const char *word)
{
    for (size_t i = 0; i < only->n; i++) {
        print_name(out, only->rows[i]->name);
        fprintf(out, ",,,,,,,,,only %s\n", word);
    }
}

static void report_csv(FILE *out, const struct vtb_compared *compared)
{
    fputs(
        "name,strategy,figure,before,before_lo,before_hi,after,after_lo,after_hi,change,verdict\n",
        out);
    for (size_t i = 0; i < compared->rows_n; i++) {
        const struct vtb_compared_row *row = &compared->rows[i];
        for (size_t c = 0; c < compared->columns_n; c++) {
            if (row->figures[c].verdict != VTB_COMPARED_ABSENT)
                print_csv_line(out, &compared->columns[c], row, &row->figures[c]);
        }
    }
    print_csv_only(out, &compared->only_before, "before");
    print_csv_only(out, &compared->only_after, "after");
}

void vtb_compare_report(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_compared *compared = what;
    if (format == VTB_FORMAT_JSON)
        vtb_compare_json(out, compared);
    else if (format == VTB_FORMAT_CSV)
        report_csv(out, compared);
    else
        report_tables(out, compared, format);
}
