#include "base/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/prose.h"
#include "base/shown.h"

/* --- filled in --- */

#define WHAT "a table of a report"

void vtb_table_column(struct vtb_table *table, struct vtb_column column)
{
    const size_t n = table->columns_n + 1;
    table->columns = vtb_reallocate(table->columns, n, sizeof *table->columns, WHAT);
    vtb_table_cell(table, "%s", column.title);
    vtb_table_paint(table, VTB_PAINT_TITLE);
    column.title = NULL;
    table->columns[table->columns_n++] = column;
}

void vtb_table_cell(struct vtb_table *table, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        vtb_no_memory(strlen(format), WHAT);
    va_end(arguments);
    if (table->cells_n == table->room_n) {
        table->room_n = 2 * table->room_n + 16;
        table->cells = vtb_reallocate(table->cells, table->room_n, sizeof *table->cells, WHAT);
    }
    table->cells[table->cells_n++] = (struct vtb_table_text){text, VTB_PAINT_NONE};
}

void vtb_table_paint(struct vtb_table *table, enum vtb_paint paint)
{
    table->cells[table->cells_n - 1].paint = paint;
}

void vtb_table_free(struct vtb_table *table)
{
    for (size_t i = 0; i < table->cells_n; i++)
        free(table->cells[i].text);
    free(table->columns);
    free(table->cells);
    *table = (struct vtb_table){.gap = 0};
}

/* --- widths --- */

/* A cell; row 0 has the titles. */
static const struct vtb_table_text *cell_at(const struct vtb_table *table, size_t row,
                                            size_t column)
{
    return &table->cells[row * table->columns_n + column];
}

static const char *text_at(const struct vtb_table *table, size_t row, size_t column)
{
    return cell_at(table, row, column)->text;
}

static size_t rows_n(const struct vtb_table *table)
{
    return table->columns_n > 0 ? table->cells_n / table->columns_n : 0;
}

static size_t lines_n(const char *text)
{
    size_t n = 1;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

/* Line i of a text, from 0 on, and at *n its bytes; an empty line behind the last. */
static const char *line_of(const char *text, size_t i, size_t *n)
{
    for (; i > 0 && *text; i--) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    *n = strcspn(text, "\n");
    return text;
}

/* The characters of a number from its decimal point on. */
static size_t decimals_of(const char *text)
{
    const char *point = strchr(text, '.');
    return point ? vtb_characters(point, strlen(point)) : 0;
}

/* The most of them in a column whose points are below each other. */
static size_t most_decimals(const struct vtb_table *table, size_t column)
{
    size_t most = 0;
    for (size_t row = 1; row < rows_n(table); row++) {
        const size_t own = decimals_of(text_at(table, row, column));
        most = own > most ? own : most;
    }
    return table->columns[column].side == VTB_SIDE_POINT ? most : 0;
}

/* The spaces behind a text, in place of the decimals that others have. */
static size_t space_behind(const struct vtb_table *table, size_t row, size_t column, size_t most)
{
    return row > 0 && most > 0 ? most - decimals_of(text_at(table, row, column)) : 0;
}

static size_t width_of(const struct vtb_table *table, size_t column, size_t decimals)
{
    size_t widest = table->columns[column].width;
    for (size_t row = 0; row < rows_n(table) && !table->columns[column].fixed; row++) {
        const char *text = text_at(table, row, column);
        const size_t behind = space_behind(table, row, column, decimals);
        for (size_t i = 0; i < lines_n(text); i++) {
            size_t n;
            const char *line = line_of(text, i, &n);
            const size_t own = vtb_characters(line, n) + behind;
            widest = own > widest ? own : widest;
        }
    }
    return widest;
}

/* --- printed --- */

/* A part of a table that is split: its keys, and beside them columns first .. end - 1. */
struct part {
    const struct vtb_table *table;
    const size_t *widths;   /* of all columns of the table, in characters */
    const size_t *decimals; /* likewise, from the decimal point on */
    size_t gap;             /* spaces between columns */
    size_t first;
    size_t end;
};

static size_t keys_n(const struct vtb_table *table)
{
    return table->keys_n > 0 ? table->keys_n : 1;
}

/* The column of a part that stands on the right of column i. */
static size_t next_column(const struct part *part, size_t i)
{
    return i + 1 == keys_n(part->table) ? part->first : i + 1;
}

static void print_spaces(FILE *out, size_t n)
{
    for (; n > 0; n--)
        putc(' ', out);
}

/* Prints a line of a cell behind the spaces that are still missing before it. The padding of a
 * column that is aligned on the right goes in front of its text. What comes behind a text, and all
 * of an empty one, is only added to *missing, so that it is not printed at the end of a line. */
static void print_padded(FILE *out, const struct part *part, size_t row, size_t column, size_t line,
                         size_t *missing)
{
    const struct vtb_table_text *cell = cell_at(part->table, row, column);
    size_t n;
    const char *text = line_of(cell->text, line, &n);
    const size_t own = vtb_characters(text, n);
    const size_t padding = part->widths[column] > own ? part->widths[column] - own : 0;
    const size_t decimals = space_behind(part->table, row, column, part->decimals[column]);
    const size_t behind = part->table->columns[column].side == VTB_SIDE_LEFT || decimals > padding
                              ? padding
                              : decimals;
    size_t spaces = 0; /* that the text itself ends with */
    for (; n > 0 && text[n - 1] == ' '; n--)
        spaces++;
    if (n == 0) {
        *missing += padding + spaces;
        return;
    }
    print_spaces(out, *missing + padding - behind);
    vtb_paint(out, cell->paint);
    fwrite(text, 1, n, out);
    vtb_paint(out, VTB_PAINT_NONE);
    *missing = behind + spaces;
}

static void print_aligned_row(FILE *out, const struct part *part, size_t row)
{
    size_t most = 1;
    for (size_t line = 0; line < most; line++) {
        size_t missing = 0;
        for (size_t i = 0; i < part->end; i = next_column(part, i)) {
            const size_t own = lines_n(text_at(part->table, row, i));
            missing += i > 0 ? part->gap : 0;
            print_padded(out, part, row, i, line, &missing);
            most = own > most ? own : most;
        }
        putc('\n', out);
    }
}

static void print_markdown_cell(FILE *out, const struct part *part, size_t row, size_t column)
{
    const char *text = text_at(part->table, row, column);
    size_t missing = 0;
    size_t n;
    fputs("| ", out);
    for (size_t line = 0; line < lines_n(text); line++) {
        const char *own = line_of(text, line, &n);
        fputs(line > 0 ? ", " : "", out);
        if (part->table->padded)
            print_padded(out, part, row, column, line, &missing);
        else
            fwrite(own, 1, n, out);
    }
    print_spaces(out, missing + 1);
}

static void print_markdown_row(FILE *out, const struct part *part, size_t row)
{
    for (size_t i = 0; i < part->end; i = next_column(part, i))
        print_markdown_cell(out, part, row, i);
    fputs("|\n", out);
}

static void print_rule(FILE *out, const struct part *part)
{
    for (size_t i = 0; i < part->end; i = next_column(part, i))
        fputs(part->table->columns[i].side == VTB_SIDE_LEFT ? "|---" : "|--:", out);
    fputs("|\n", out);
}

static void print_part(FILE *out, const struct part *part, bool markdown)
{
    for (size_t row = 0; row < rows_n(part->table); row++) {
        (markdown ? print_markdown_row : print_aligned_row)(out, part, row);
        if (markdown && row == 0)
            print_rule(out, part);
    }
}

/* The end of the part that begins with column `first`: as many columns as fit a line, but at least
 * that one. */
static size_t end_of_part(const struct vtb_table *table, const size_t *widths, size_t first)
{
    size_t end = first;
    size_t used = widths[0];
    for (size_t i = 1; i < keys_n(table); i++)
        used += table->gap + widths[i];
    while (end < table->columns_n) {
        used += table->gap + widths[end];
        if (used > (table->width ? table->width : VTB_LINE_WIDTH) && end > first)
            break;
        end++;
    }
    return end;
}

static void print_csv(FILE *out, const struct vtb_table *table)
{
    for (size_t row = 0; row < rows_n(table); row++) {
        for (size_t i = 0; i < table->columns_n; i++) {
            const char *text = text_at(table, row, i);
            fputs(i > 0 ? "," : "", out);
            vtb_print_csv_field(out, text, strlen(text));
        }
        putc('\n', out);
    }
}

/* Prints a table for people. */
static void print_parts(FILE *out, const struct vtb_table *table, bool markdown)
{
    const bool split =
        table->split == VTB_SPLIT_ALWAYS || (table->split == VTB_SPLIT_ALIGNED && !markdown);
    size_t *widths = vtb_allocate(table->columns_n, sizeof *widths, WHAT);
    size_t *decimals = vtb_allocate(table->columns_n, sizeof *decimals, WHAT);
    for (size_t i = 0; i < table->columns_n; i++) {
        decimals[i] = most_decimals(table, i);
        widths[i] = width_of(table, i, decimals[i]);
    }
    const size_t keys = keys_n(table);
    const bool fits = split || end_of_part(table, widths, keys) == table->columns_n;
    struct part part = {.table = table,
                        .widths = widths,
                        .decimals = decimals,
                        .gap = fits ? table->gap : 1,
                        .first = keys};
    do {
        if (part.first > keys)
            putc('\n', out);
        part.end = split ? end_of_part(table, widths, part.first) : table->columns_n;
        print_part(out, &part, markdown);
        part.first = part.end;
    } while (part.first < table->columns_n);
    free(widths);
    free(decimals);
}

/* Prints a table in Markdown, whose cells are texts and no Markdown. */
static void print_markdown(FILE *out, const struct vtb_table *table)
{
    struct vtb_table escaped = *table;
    escaped.cells = vtb_allocate(table->cells_n, sizeof *escaped.cells, WHAT);
    for (size_t i = 0; i < table->cells_n; i++)
        escaped.cells[i].text = vtb_markdown_copy(table->cells[i].text);
    print_parts(out, &escaped, true);
    for (size_t i = 0; i < table->cells_n; i++)
        free(escaped.cells[i].text);
    free(escaped.cells);
}

void vtb_table_print(FILE *out, const struct vtb_table *table, enum vtb_format format)
{
    if (format == VTB_FORMAT_CSV)
        print_csv(out, table);
    else if (format == VTB_FORMAT_MARKDOWN)
        print_markdown(out, table);
    else
        print_parts(out, table, false);
}

/* --- CSV --- */

static void print_quoted(FILE *out, const char *text, size_t n)
{
    putc('"', out);
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '"')
            putc('"', out);
        putc(text[i], out);
    }
    putc('"', out);
}

void vtb_print_csv_field(FILE *out, const char *text, size_t n)
{
    if (memchr(text, ',', n) || memchr(text, '"', n) || memchr(text, '\n', n))
        print_quoted(out, text, n);
    else
        fwrite(text, 1, n, out);
}

void vtb_print_csv_quoted(FILE *out, const char *text)
{
    print_quoted(out, text, strlen(text));
}
