/* A comparison, for people and for programs. Every number and verdict comes from it. */
#include "gate/compare.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/json_text.h"
#include "report/report.h"

#define LINE_WIDTH 100
#define CELL_BYTES 160
#define NAME_WIDTH_MAX 40   /* with a ratio's column it fills a line */
#define SHOWN_BYTES_MAX 400 /* of a fact */
#define SHOWN_NAMES_MAX 5   /* of cases in one file alone */

static bool is_ratio(const struct vtb_compared_column *column)
{
    return column->by == VTB_COMPARED_BY_PAIRING;
}

/* Relative to what was before; NaN if that was nothing. */
static double relative_change(const struct vtb_compared_figure *figure)
{
    const double change = (figure->after - figure->before) / figure->before;
    return isfinite(change) ? change : NAN;
}

/* --- sentences --- */

/* printf, with its lines broken at spaces, and ended. */
__attribute__((format(printf, 2, 3))) static void print_text(FILE *out, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        abort(); /* no memory for a line */
    va_end(arguments);
    vtb_print_wrapped(out, text);
    putc('\n', out);
    free(text);
}

/* A value between quotes, or as code of Markdown, in which nothing else is Markdown; cut if it is
 * long, between characters. To be freed. */
static char *quoted(const char *value, bool markdown)
{
    char *text = NULL;
    size_t n = strlen(value);
    const bool cut = n > SHOWN_BYTES_MAX;
    for (n = cut ? SHOWN_BYTES_MAX : n; cut && ((unsigned char)value[n] & 0xc0) == 0x80;)
        n--;
    const char quote = markdown ? '`' : '\'';
    if (asprintf(&text, "%c%.*s%s%c", quote, (int)n, value, cut ? "..." : "", quote) < 0)
        abort(); /* no memory for a line */
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
    print_text(out, "%s%s: %s, of version %s, revision %s, at %s%s", markdown ? "- " : "", word,
               path, version, revision, date, file->interrupted ? ", interrupted" : "");
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
    print_text(out, "%s%s: %s before, %s after", markdown ? "- " : "", markdown ? key : fact->key,
               before ? before : "not recorded", after ? after : "not recorded");
    free(key);
    free(before);
    free(after);
}

static void print_facts(FILE *out, const struct vtb_compared *compared, bool markdown)
{
    if (compared->facts_n == 0) {
        print_text(out, "Machine, build and options are the same, as far as they were recorded.\n");
        return;
    }
    print_text(out, "What differs between the two runs:%s", markdown ? "\n" : "");
    for (size_t i = 0; i < compared->facts_n; i++)
        print_fact(out, &compared->facts[i], markdown);
    putc('\n', out);
}

/* Adds to a list whose items are separated by commas. */
static void list_item(FILE *list, size_t *n, const char *item)
{
    fprintf(list, "%s%s", (*n)++ > 0 ? ", " : "", item);
}

static bool is_explained_alike(const struct vtb_compared_column *a,
                               const struct vtb_compared_column *b)
{
    if (a->n == 0 || b->n == 0)
        return a->n == b->n;
    return a->comparable == b->comparable && strcmp(a->reason, b->reason) == 0;
}

/* The titles of the columns that are explained as columns[first] is; to be freed. Null if an
 * earlier one stands for it. */
static char *titles_like(const struct vtb_compared *compared, size_t first)
{
    char *titles = NULL;
    size_t titles_bytes;
    size_t n = 0;
    for (size_t i = 0; i < first; i++) {
        if (is_explained_alike(&compared->columns[i], &compared->columns[first]))
            return NULL;
    }
    FILE *list = open_memstream(&titles, &titles_bytes);
    if (!list)
        abort(); /* no memory for a line */
    for (size_t i = first; i < compared->columns_n; i++) {
        if (is_explained_alike(&compared->columns[first], &compared->columns[i]))
            list_item(list, &n, compared->columns[i].title);
    }
    fclose(list);
    return titles;
}

static void print_comparable(FILE *out, const struct vtb_compared *compared, bool markdown)
{
    print_text(out, "What may be compared:%s", markdown ? "\n" : "");
    for (size_t i = 0; i < compared->columns_n; i++) {
        const struct vtb_compared_column *column = &compared->columns[i];
        char *titles = titles_like(compared, i);
        const char *bullet = markdown ? "- " : "";
        if (titles && column->n == 0)
            print_text(out, "%s%s: absent, from one of the files or both", bullet, titles);
        else if (titles && column->comparable && column->incomparable_n > 0)
            print_text(out, "%s%s: yes, %s; not so in %zu of %zu cases", bullet, titles,
                       column->reason, column->incomparable_n, column->n);
        else if (titles)
            print_text(out, "%s%s: %s, %s", bullet, titles, column->comparable ? "yes" : "no",
                       column->reason);
        free(titles);
    }
    putc('\n', out);
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

/* What differs, in how many cases. */
static void print_summary(FILE *out, const struct vtb_compared *compared)
{
    char *differing = NULL;
    size_t differing_bytes;
    size_t n = 0;
    FILE *list = open_memstream(&differing, &differing_bytes);
    if (!list)
        abort(); /* no memory for a line */
    for (size_t i = 0; i < compared->columns_n; i++) {
        const struct vtb_compared_column *column = &compared->columns[i];
        if (column->told_n > 0)
            fprintf(list, "%s%s in %zu", n++ > 0 ? ", " : "", column->title, column->told_n);
    }
    fclose(list);
    if (compared->rows_n == 0)
        print_text(out, "No case is in both files.\n");
    else
        print_text(out, "%zu case%s in both files; of what may be compared, %s%s.\n",
                   compared->rows_n, compared->rows_n == 1 ? " is" : "s are",
                   n > 0 ? "these differ: " : "nothing differs", differing);
    free(differing);
}

/* --- cells --- */

/* Decimals that show three digits of a ratio or a time. */
static int decimals(double size)
{
    return size < 10 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0;
}

static void append(char text[CELL_BYTES], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void append(char text[CELL_BYTES], const char *format, ...)
{
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, CELL_BYTES - used, format, arguments);
    va_end(arguments);
}

/* A number of a ratio or a time; far beyond those that are measured it is written with a power. */
static void append_short(char text[CELL_BYTES], double value, double size)
{
    if (size < 1e6)
        append(text, "%.*f", decimals(size), value);
    else
        append(text, "%.3g", value);
}

static void append_change(char text[CELL_BYTES], const struct vtb_compared_figure *figure)
{
    const double change = 100 * relative_change(figure);
    if (isnan(change))
        return;
    append(text, fabs(change) < 1000 ? " %+.1f %%" : " %+.3g %%", change);
}

/* As many digits, from 6 on, as tell the two apart. */
static void append_counts(char text[CELL_BYTES], const struct vtb_compared_figure *figure)
{
    char before[40];
    char after[40];
    int digits = 6;
    do {
        snprintf(before, sizeof before, "%.*g", digits, figure->before);
        snprintf(after, sizeof after, "%.*g", digits, figure->after);
    } while (digits++ < 17 && figure->before != figure->after && strcmp(before, after) == 0);
    append(text, "%s -> %s", before, after);
}

static void append_ratio(char text[CELL_BYTES], const struct vtb_recorded_row *row)
{
    const double hi = vtb_recorded(row, "ratio_hi");
    const double median = vtb_recorded(row, "ratio");
    const double size = isnan(hi) ? median : hi;
    append_short(text, median, size);
    if (isnan(hi))
        return;
    append(text, " [");
    append_short(text, vtb_recorded(row, "ratio_lo"), size);
    append(text, ", ");
    append_short(text, hi, size);
    append(text, "]");
}

static void append_values(char text[CELL_BYTES], const struct vtb_compared_column *column,
                          const struct vtb_compared_row *row,
                          const struct vtb_compared_figure *figure)
{
    if (is_ratio(column)) {
        append_ratio(text, row->before);
        append(text, " -> ");
        append_ratio(text, row->after);
    } else if (column->by == VTB_COMPARED_BY_NOTHING) {
        append_short(text, figure->before, 10 * figure->before); /* shorter than what is compared */
        append(text, " -> ");
        append_short(text, figure->after, 10 * figure->after);
    } else {
        append_counts(text, figure);
    }
}

static void cell_text(char text[CELL_BYTES], const struct vtb_compared_column *column,
                      const struct vtb_compared_row *row, const struct vtb_compared_figure *figure)
{
    *text = '\0';
    switch (figure->verdict) {
    case VTB_COMPARED_ABSENT:
        append(text, "-");
        break;
    case VTB_COMPARED_SAME:
        append(text, "=");
        break;
    case VTB_COMPARED_BASELINE:
        append(text, "1 (baseline)");
        break;
    case VTB_COMPARED_INCOMPARABLE:
        append(text, "(");
        if (figure->before == figure->after && !is_ratio(column))
            append(text, "=");
        else
            append_values(text, column, row, figure);
        append(text, ")");
        break;
    case VTB_COMPARED_UNTOLD:
        append_values(text, column, row, figure);
        append(text, " %s", vtb_compared_words[VTB_COMPARED_UNTOLD]);
        break;
    case VTB_COMPARED_LOWER:
    case VTB_COMPARED_HIGHER:
        append_values(text, column, row, figure);
        if (is_ratio(column))
            append(text, " %s", vtb_compared_words[figure->verdict]);
        append_change(text, figure);
        break;
    }
}

/* --- tables --- */

/* Rows first .. end - 1, whose names differ by their strategies, and the columns that tell. */
struct table {
    const struct vtb_compared *compared;
    size_t first;
    size_t end;
    size_t shown[VTB_COMPARED_COLUMNS_MAX]; /* columns with a cell that says something */
    size_t shown_n;
    size_t same[VTB_COMPARED_COLUMNS_MAX]; /* columns of which all that is there is the same */
    size_t same_n;
    size_t widths[VTB_COMPARED_COLUMNS_MAX]; /* of the columns that are shown */
    size_t name_width;
};

static void title_text(char text[CELL_BYTES], const struct table *table, size_t column)
{
    const struct vtb_compared_column *of = &table->compared->columns[column];
    const double confidence = table->compared->before->confidence;
    *text = '\0';
    append(text, "%s", of->title);
    if (is_ratio(of) && of->comparable)
        append(text, " [%.4g %%]", 100 * confidence);
}

static void fit_width(struct table *table, size_t column)
{
    char text[CELL_BYTES];
    title_text(text, table, column);
    size_t width = strlen(text);
    for (size_t i = table->first; i < table->end; i++) {
        const struct vtb_compared_row *row = &table->compared->rows[i];
        cell_text(text, &table->compared->columns[column], row, &row->figures[column]);
        width = strlen(text) > width ? strlen(text) : width;
    }
    table->widths[table->shown_n] = width;
}

static void sort_column(struct table *table, size_t column)
{
    bool same = false;
    bool other = false;
    for (size_t i = table->first; i < table->end; i++) {
        const enum vtb_compared_verdict verdict = table->compared->rows[i].figures[column].verdict;
        same |= verdict == VTB_COMPARED_SAME;
        other |= verdict != VTB_COMPARED_SAME && verdict != VTB_COMPARED_ABSENT;
    }
    if (other) {
        fit_width(table, column);
        table->shown[table->shown_n++] = column;
    } else if (same) {
        table->same[table->same_n++] = column;
    }
}

/* The table that starts at a row. */
static struct table table_at(const struct vtb_compared *compared, size_t first)
{
    struct table table = {.compared = compared, .first = first, .end = first};
    const struct vtb_compared_row *rows = compared->rows;
    table.name_width = strlen("strategy");
    for (; table.end < compared->rows_n && rows[table.end].table == rows[first].table;
         table.end++) {
        const size_t n = rows[table.end].strategy_n;
        table.name_width = n > table.name_width ? n : table.name_width;
    }
    if (table.name_width > NAME_WIDTH_MAX)
        table.name_width = NAME_WIDTH_MAX;
    for (size_t i = 0; i < compared->columns_n; i++)
        sort_column(&table, i);
    return table;
}

/* A name's parts, but for its strategy, behind a prefix: in one line, or as many as it takes. */
static void print_title(FILE *out, const char *name, const char *prefix, bool in_one)
{
    size_t strategy_n;
    const char *strategy = vtb_name_strategy(name, &strategy_n);
    const char *rest = strategy + strategy_n;
    char *title = NULL;
    size_t title_bytes;
    FILE *text = open_memstream(&title, &title_bytes);
    if (!text)
        abort(); /* no memory for a line */
    fprintf(text, "%s%.*s", prefix, (int)(strategy - name) - (strategy > name), name);
    for (; *rest; rest++) {
        if (*rest != '/')
            putc(*rest, text);
        else
            fputs(", ", text);
    }
    fclose(text);
    if (in_one)
        fprintf(out, "%s\n", title);
    else
        print_text(out, "%s", title);
    free(title);
}

/* One line: titles if `row` is null. The columns shown[from] .. shown[end - 1]. */
static void print_line(FILE *out, const struct table *table, const struct vtb_compared_row *row,
                       size_t from, size_t end)
{
    const char *name = row ? row->strategy : "strategy";
    const size_t name_n = row ? row->strategy_n : strlen(name);
    const size_t shown_n = name_n < table->name_width ? name_n : table->name_width;
    size_t padding = table->name_width - shown_n;
    char text[CELL_BYTES];
    fwrite(name, 1, shown_n, out);
    for (size_t i = from; i < end; i++) {
        const size_t column = table->shown[i];
        if (row)
            cell_text(text, &table->compared->columns[column], row, &row->figures[column]);
        else
            title_text(text, table, column);
        fprintf(out, "%*s  %s", (int)padding, "", text);
        padding = table->widths[i] - strlen(text);
    }
    putc('\n', out);
}

/* As many columns side by side as fit; the others below, with the names again. */
static void print_aligned(FILE *out, const struct table *table)
{
    for (size_t from = 0, end; from < table->shown_n; from = end) {
        size_t width = table->name_width;
        for (end = from; end < table->shown_n; end++) {
            width += 2 + table->widths[end];
            if (width > LINE_WIDTH && end > from)
                break;
        }
        putc('\n', out);
        print_line(out, table, NULL, from, end);
        for (size_t i = table->first; i < table->end; i++)
            print_line(out, table, &table->compared->rows[i], from, end);
    }
}

/* A name in a cell of Markdown, whose bars would end it. */
static void print_piped_name(FILE *out, const struct vtb_compared_row *row)
{
    fputs("| `", out);
    for (size_t i = 0; i < row->strategy_n; i++) {
        const char c = row->strategy[i];
        putc(c == '|' || c == '`' ? '?' : c, out);
    }
    fputs("` |", out);
}

static void print_piped(FILE *out, const struct table *table)
{
    char text[CELL_BYTES];
    if (table->shown_n == 0)
        return;
    fputs("\n| strategy |", out);
    for (size_t i = 0; i < table->shown_n; i++) {
        title_text(text, table, table->shown[i]);
        fprintf(out, " %s |", text);
    }
    fputs("\n|---|", out);
    for (size_t i = 0; i < table->shown_n; i++)
        fputs("---|", out);
    putc('\n', out);
    for (size_t row = table->first; row < table->end; row++) {
        const struct vtb_compared_row *of = &table->compared->rows[row];
        print_piped_name(out, of);
        for (size_t i = 0; i < table->shown_n; i++) {
            const size_t column = table->shown[i];
            cell_text(text, &table->compared->columns[column], of, &of->figures[column]);
            fprintf(out, " %s |", text);
        }
        putc('\n', out);
    }
}

static void print_same(FILE *out, const struct table *table)
{
    char text[CELL_BYTES * VTB_COMPARED_COLUMNS_MAX] = "";
    const size_t n = table->end - table->first;
    if (table->same_n == 0)
        return;
    for (size_t i = 0; i < table->same_n; i++) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", i > 0 ? ", " : "",
                 table->compared->columns[table->same[i]].title);
    }
    print_text(out, "\nThe same in %s%zu case%s: %s.", n > 1 ? "all " : "", n, plural(n), text);
}

static void print_only(FILE *out, const struct vtb_compared_only *only, const char *word,
                       bool markdown)
{
    if (only->n == 0)
        return;
    print_text(out, "%zu case%s only %s:%s", only->n, only->n == 1 ? " is" : "s are", word,
               markdown ? "\n" : "");
    for (size_t i = 0; i < only->n && i < SHOWN_NAMES_MAX; i++) {
        char prefix[CELL_BYTES];
        size_t n;
        const char *strategy = vtb_name_strategy(only->rows[i]->name, &n);
        snprintf(prefix, sizeof prefix, "%s%.*s in ", markdown ? "- " : "",
                 n < NAME_WIDTH_MAX ? (int)n : NAME_WIDTH_MAX, strategy);
        print_title(out, only->rows[i]->name, prefix, markdown);
    }
    if (only->n > SHOWN_NAMES_MAX)
        print_text(out, "%sand %zu more", markdown ? "- " : "", only->n - SHOWN_NAMES_MAX);
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

static void report_tables(FILE *out, const struct vtb_compared *compared, bool markdown)
{
    print_file(out, "before", compared->before, markdown);
    print_file(out, "after", compared->after, markdown);
    putc('\n', out);
    print_facts(out, compared, markdown);
    print_comparable(out, compared, markdown);
    print_summary(out, compared);
    for (size_t first = 0; first < compared->rows_n;) {
        const struct table table = table_at(compared, first);
        print_title(out, compared->rows[first].before->name, markdown ? "### " : "", markdown);
        (markdown ? print_piped : print_aligned)(out, &table);
        print_same(out, &table);
        putc('\n', out);
        first = table.end;
    }
    print_only(out, &compared->only_before, "before", markdown);
    print_only(out, &compared->only_after, "after", markdown);
    if (compared->rows_n > 0)
        print_text(out, "= is the same%s. Ratios differ where their intervals do not overlap.",
                   has_incomparable(compared) ? "; what is in parentheses is not comparable" : "");
}

/* --- CSV --- */

static void print_field(FILE *out, const char *text, size_t n)
{
    const bool quote = memchr(text, ',', n) || memchr(text, '"', n);
    if (quote)
        putc('"', out);
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '"')
            putc('"', out);
        putc(text[i], out);
    }
    if (quote)
        putc('"', out);
}

static void print_number(FILE *out, double value)
{
    fprintf(out, isnan(value) ? "," : ",%.15g", value);
}

static void print_name(FILE *out, const char *name)
{
    size_t n;
    const char *strategy = vtb_name_strategy(name, &n);
    print_field(out, name, strlen(name));
    putc(',', out);
    print_field(out, strategy, n);
}

static void print_csv_line(FILE *out, const struct vtb_compared_column *column,
                           const struct vtb_compared_row *row,
                           const struct vtb_compared_figure *figure)
{
    const bool ratio = is_ratio(column);
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

/* --- JSON: rows one a line, as in result files --- */

#define JSON_FLAGS JSON_REAL_PRECISION(15)

static json_t *checked(json_t *json)
{
    if (!json)
        abort(); /* no memory for a few bytes of text */
    return json;
}

static void put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, checked(value)) != 0)
        abort(); /* no memory for a few bytes of text */
}

static void put_number(json_t *object, const char *key, double value)
{
    if (isfinite(value))
        put(object, key, json_real(value));
}

static json_t *text_or_null(const char *bytes)
{
    return bytes ? vtb_json_text(bytes) : json_null();
}

static json_t *file_object(const struct vtb_result_file *file)
{
    json_t *object = checked(json_object());
    put(object, "path", vtb_json_text(file->path));
    put(object, "version", vtb_json_text(vtb_recorded_fact(file, "version")));
    put(object, "git_revision", vtb_json_text(vtb_recorded_fact(file, "git_revision")));
    put(object, "date", vtb_json_text(vtb_recorded_fact(file, "date")));
    put(object, "interrupted", json_boolean(file->interrupted));
    put(object, "rows_n", json_integer((json_int_t)file->rows_n));
    return object;
}

static json_t *differences(const struct vtb_compared *compared)
{
    json_t *list = checked(json_array());
    for (size_t i = 0; i < compared->facts_n; i++) {
        json_t *object = checked(json_object());
        put(object, "key", vtb_json_text(compared->facts[i].key));
        put(object, "before", text_or_null(compared->facts[i].before));
        put(object, "after", text_or_null(compared->facts[i].after));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *figures(const struct vtb_compared *compared)
{
    json_t *object = checked(json_object());
    for (size_t i = 0; i < compared->columns_n; i++) {
        const struct vtb_compared_column *column = &compared->columns[i];
        json_t *figure = checked(json_object());
        put(figure, "comparable", json_boolean(column->comparable));
        put(figure, "reason", vtb_json_text(column->reason));
        put(figure, "cases_n", json_integer((json_int_t)column->n));
        put(figure, "differing_n", json_integer((json_int_t)column->told_n));
        put(figure, "incomparable_n", json_integer((json_int_t)column->incomparable_n));
        put(object, column->key, figure);
    }
    return object;
}

static json_t *figure_object(const struct vtb_compared_column *column,
                             const struct vtb_compared_row *row,
                             const struct vtb_compared_figure *figure)
{
    json_t *object = checked(json_object());
    put_number(object, "before", figure->before);
    put_number(object, "after", figure->after);
    if (is_ratio(column)) {
        put_number(object, "before_lo", vtb_recorded(row->before, "ratio_lo"));
        put_number(object, "before_hi", vtb_recorded(row->before, "ratio_hi"));
        put_number(object, "after_lo", vtb_recorded(row->after, "ratio_lo"));
        put_number(object, "after_hi", vtb_recorded(row->after, "ratio_hi"));
    }
    put_number(object, "change", figure->after - figure->before);
    put_number(object, "relative_change", relative_change(figure));
    put(object, "verdict", json_string(vtb_compared_words[figure->verdict]));
    return object;
}

static void print_json_row(FILE *out, const struct vtb_compared *compared, size_t i)
{
    const struct vtb_compared_row *row = &compared->rows[i];
    json_t *object = checked(json_object());
    put(object, "name", json_string(row->before->name));
    put(object, "strategy", json_stringn(row->strategy, row->strategy_n));
    for (size_t c = 0; c < compared->columns_n; c++) {
        const struct vtb_compared_column *column = &compared->columns[c];
        if (row->figures[c].verdict != VTB_COMPARED_ABSENT)
            put(object, column->key, figure_object(column, row, &row->figures[c]));
    }
    fputs(i > 0 ? ",\n" : "\n", out);
    json_dumpf(object, out, JSON_FLAGS | JSON_COMPACT);
    json_decref(object);
}

static void print_json_only(FILE *out, const struct vtb_compared_only *only, const char *word)
{
    fprintf(out, ",\n\"only_%s\": [", word);
    for (size_t i = 0; i < only->n; i++) {
        json_t *name = checked(json_string(only->rows[i]->name));
        fputs(i > 0 ? ",\n" : "\n", out);
        json_dumpf(name, out, JSON_ENCODE_ANY);
        json_decref(name);
    }
    fputs(only->n > 0 ? "\n]" : "]", out);
}

static void print_json_part(FILE *out, const char *key, json_t *value)
{
    fprintf(out, "\"%s\": ", key);
    json_dumpf(value, out, JSON_FLAGS | JSON_INDENT(2));
    fputs(",\n", out);
    json_decref(value);
}

static void report_json(FILE *out, const struct vtb_compared *compared)
{
    fputs("{\n", out);
    print_json_part(out, "before", file_object(compared->before));
    print_json_part(out, "after", file_object(compared->after));
    print_json_part(out, "differences", differences(compared));
    print_json_part(out, "figures", figures(compared));
    fputs("\"rows\": [", out);
    for (size_t i = 0; i < compared->rows_n; i++)
        print_json_row(out, compared, i);
    fputs(compared->rows_n > 0 ? "\n]" : "]", out);
    print_json_only(out, &compared->only_before, "before");
    print_json_only(out, &compared->only_after, "after");
    fputs("\n}\n", out);
}

void vtb_compare_report(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_compared *compared = what;
    switch (format) {
    case VTB_FORMAT_JSON:
        report_json(out, compared);
        return;
    case VTB_FORMAT_CSV:
        report_csv(out, compared);
        return;
    case VTB_FORMAT_TABLE:
    case VTB_FORMAT_MARKDOWN:
        break;
    }
    report_tables(out, compared, format == VTB_FORMAT_MARKDOWN);
}
