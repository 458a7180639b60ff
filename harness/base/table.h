/*
 * Tables: filled in cell by cell, and printed for people, aligned or in Markdown, or as CSV. If
 * there is no memory for one, the process ends (base/allocate.h). A table is for one thread.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/output.h"
#include "base/paint.h"

/* On which side texts of a column are aligned. Numbers may have their decimal points below each
 * other, on the right; what has none, as - or 12, stands where their whole digits do. */
enum vtb_side { VTB_SIDE_LEFT, VTB_SIDE_RIGHT, VTB_SIDE_POINT };

/* The formats in which a table that is wider than its lines is split: its other columns then
 * go on below, beside those that say what a row is. */
enum vtb_split { VTB_SPLIT_NEVER, VTB_SPLIT_ALIGNED, VTB_SPLIT_ALWAYS /* in Markdown, too */ };

struct vtb_column {
    const char *title; /* copied by vtb_table_column */
    size_t width;      /* the least width, in characters */
    enum vtb_side side;
    bool fixed; /* never wider than `width`: a longer text moves the rest of its line */
};

/* The text of a cell, and how it looks. */
struct vtb_table_text {
    char *text;
    enum vtb_paint paint;
};

/* A table. The caller sets the first five fields; all others are zero at first, belong to the
 * functions below, and are freed by vtb_table_free. */
struct vtb_table {
    /* Spaces between aligned columns; one if the table is not split and would not fit a line. */
    size_t gap;
    enum vtb_split split;
    size_t width;  /* of a line, in characters; 0: VTB_LINE_WIDTH */
    size_t keys_n; /* how many of the first columns say what a row is; 0: one */
    bool padded;   /* Markdown is aligned, too, so that its source reads as a table */
    struct vtb_column *columns;
    size_t columns_n;
    struct vtb_table_text *cells; /* row by row; the titles are the first row */
    size_t cells_n;
    size_t room_n;
};

/* Adds a column on the right. All columns must be added before the first cell. */
void vtb_table_column(struct vtb_table *table, struct vtb_column column);

/* Fills in the next cell, from left to right and row by row; the format is printf's. The text may
 * have several lines, separated by newlines; Markdown shows commas in their place. */
void vtb_table_cell(struct vtb_table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Gives the cell that was filled in last a look, where tables for people are painted. */
void vtb_table_paint(struct vtb_table *table, enum vtb_paint paint);

/*
 * Prints the titles and all rows, of which each must have all its cells, in VTB_FORMAT_TABLE,
 * _MARKDOWN or _CSV. An empty line separates the parts of a table that is split. Aligned lines do
 * not end in spaces. Cells are texts: what Markdown would make more of is escaped. Errors of the
 * stream are the caller's to check.
 */
void vtb_table_print(FILE *out, const struct vtb_table *table, enum vtb_format format);

/* Frees the columns and cells of a table, and leaves it empty. */
void vtb_table_free(struct vtb_table *table);

/* Prints n bytes of a text as a field of CSV: in quotes, with the quotes in it doubled, if it has a
 * comma, a quote or a newline. */
void vtb_print_csv_field(FILE *out, const char *text, size_t n);

/* Prints a text as a field of CSV that is always in quotes. */
void vtb_print_csv_quoted(FILE *out, const char *text);

#endif
