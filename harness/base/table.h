/*
 * Tables: filled in cell by cell, and printed for people, aligned or in Markdown, or as CSV. Where
 * there is no memory for one, the process is aborted.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/output.h"

enum vtb_side { VTB_SIDE_LEFT, VTB_SIDE_RIGHT };

/* One that is too wide for a line of VTB_LINE_WIDTH goes on below, with its first column again. */
enum vtb_split { VTB_SPLIT_NEVER, VTB_SPLIT_ALIGNED, VTB_SPLIT_ALWAYS /* in Markdown, too */ };

struct vtb_column {
    const char *title; /* copied: it may go */
    size_t width;      /* at the least, in characters */
    enum vtb_side side;
    bool fixed; /* to this width: a longer text moves what follows it in its line */
};

struct vtb_table {
    size_t gap; /* spaces between aligned columns; one where all would not fit a line otherwise */
    enum vtb_split split;
    bool padded; /* Markdown is aligned, too, so that its source reads as a table */
    /* The rest is the table's own, and begins as zeros. */
    struct vtb_column *columns;
    size_t columns_n;
    char **cells; /* row by row; the titles are the first */
    size_t cells_n;
    size_t room_n;
};

/* All columns come before the first cell. */
void vtb_table_column(struct vtb_table *table, struct vtb_column column);

/* The next cell, from left to right and row by row, by printf's format. It may have several lines,
 * separated by newlines; Markdown has a comma in place of these. */
void vtb_table_cell(struct vtb_table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Prints the titles and all rows, which are full: in VTB_FORMAT_TABLE, _MARKDOWN or _CSV. Where the
 * table is split, an empty line stands between its parts. Nothing is padded at the end of an
 * aligned line, but for what stands on the right.
 */
void vtb_table_print(FILE *out, const struct vtb_table *table, enum vtb_format format);

void vtb_table_free(struct vtb_table *table);

/* A field of CSV, of n bytes of a text: in quotes, with those in it doubled, if it has a comma, a
 * quote or the end of a line. */
void vtb_print_csv_field(FILE *out, const char *text, size_t n);

/* The same, in quotes whatever it has. */
void vtb_print_csv_quoted(FILE *out, const char *text);

#endif
