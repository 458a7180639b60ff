/* Instructions and events per operation. Every number comes from the figures. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "passes/instructions.h"
#include "report/report.h"

/* A column: one event, or the instructions, or what of these the floor does not need. */
struct column {
    const char *title;
    enum { INSTRUCTIONS, OVER_FLOOR, EVENT } kind;
    size_t event;
};

#define ALL_COLUMNS_MAX (VTB_EVENTS_MAX + 2)

static size_t list_columns(struct column columns[ALL_COLUMNS_MAX],
                           const struct vtb_results *results)
{
    size_t n = 0;
    if (results->plan->instructions) {
        columns[n++] = (struct column){"instructions", INSTRUCTIONS, 0};
        columns[n++] = (struct column){"over plain", OVER_FLOOR, 0};
    }
    for (size_t i = 0; i < results->events.events.n; i++) {
        const struct vtb_event *event = &results->events.events.items[i];
        if (!*event->reason)
            columns[n++] = (struct column){event->name, EVENT, i};
    }
    return n;
}

static double value_of(const struct vtb_comparison *comparison, size_t i,
                       const struct column *column)
{
    const struct vtb_figures *figures = &comparison->figures[i];
    const struct vtb_figures *floor = &comparison->figures[figures->the_case->floor];
    switch (column->kind) {
    case INSTRUCTIONS:
        return figures->instructions;
    case OVER_FLOOR:
        return i == figures->the_case->empty ? NAN : figures->instructions - floor->instructions;
    case EVENT:
        break;
    }
    return figures->events.per_op[column->event];
}

/* "~" is in front of what was estimated from a part of the time. */
static void fill_cell(char cell[VTB_COLUMN_BYTES], const struct vtb_comparison *comparison,
                      size_t i, const struct column *column)
{
    const double value = value_of(comparison, i, column);
    const bool estimated =
        column->kind == EVENT && comparison->figures[i].events.running[column->event] < 1;
    if (isnan(value))
        snprintf(cell, VTB_COLUMN_BYTES, "%s", column->kind == OVER_FLOOR ? "" : "-");
    else if (column->kind == OVER_FLOOR)
        snprintf(cell, VTB_COLUMN_BYTES, "%+.6g", value);
    else
        snprintf(cell, VTB_COLUMN_BYTES, "%s%.6g", estimated ? "~" : "", value);
}

/* What vtb_print_columns leaves for columns beside the name, and gives each at least. */
#define COLUMNS_WIDTH 75
#define COLUMN_WIDTH 14

/* A title may be wider than a column: its figures then stand as far to the right. */
static int width_of(const struct column *column)
{
    const size_t n = strlen(column->title);
    const size_t most = VTB_COLUMN_BYTES - 1;
    return n < COLUMN_WIDTH ? COLUMN_WIDTH : (int)(n < most ? n : most);
}

/* How many of n columns stand side by side: one at least. */
static size_t fitting(const struct column *columns, size_t n)
{
    size_t fit_n = 1;
    int width = 1 + width_of(&columns[0]);
    while (fit_n < n && fit_n < VTB_COLUMNS_MAX &&
           (width += 1 + width_of(&columns[fit_n])) <= COLUMNS_WIDTH)
        fit_n++;
    return fit_n;
}

static void print_columns(FILE *out, const struct vtb_comparison *comparison, size_t first,
                          const struct column *columns, size_t n, bool markdown)
{
    char cells[VTB_COLUMNS_MAX + 1][VTB_COLUMN_BYTES];
    snprintf(cells[0], VTB_COLUMN_BYTES, "%s", "strategy");
    for (size_t c = 0; c < n; c++)
        snprintf(cells[c + 1], VTB_COLUMN_BYTES, "%s", columns[c].title);
    vtb_print_columns(out, cells, n + 1, markdown);
    if (markdown)
        vtb_print_columns_rule(out, n + 1);
    for (size_t i = first; i < vtb_table_end(comparison->point, first); i++) {
        snprintf(cells[0], VTB_COLUMN_BYTES, "%s", comparison->figures[i].the_case->timing->name);
        for (size_t c = 0; c < n; c++) {
            char cell[VTB_COLUMN_BYTES];
            fill_cell(cell, comparison, i, &columns[c]);
            snprintf(cells[c + 1], VTB_COLUMN_BYTES, "%*s", markdown ? 0 : width_of(&columns[c]),
                     cell);
        }
        vtb_print_columns(out, cells, n + 1, markdown);
    }
    putc('\n', out);
}

/* The least share of its time that an event of the table was on a counter. */
static double least_running(const struct vtb_comparison *comparison, size_t first,
                            const struct column *columns, size_t n)
{
    double least = 1;
    for (size_t i = first; i < vtb_table_end(comparison->point, first); i++) {
        for (size_t c = 0; c < n; c++) {
            if (columns[c].kind == EVENT)
                least = fmin(least, comparison->figures[i].events.running[columns[c].event]);
        }
    }
    return least;
}

/* What the columns do not show. */
static void print_notes(FILE *out, const struct vtb_results *results, const struct vtb_heap *heap,
                        double running)
{
    const char *hindrance = vtb_instructions_hindrance(results->plan);
    char line[512];
    if (running < 1) {
        snprintf(line, sizeof line,
                 "~: more events than counters, so each had one for a part of the time only, at "
                 "least %.3g %%, and is scaled up: an estimate. Ask for fewer at once.\n",
                 100 * running);
        vtb_print_wrapped(out, line);
    }
    for (size_t i = 0; i < results->events.events.n; i++) {
        const struct vtb_event *event = &results->events.events.items[i];
        if (!*event->reason)
            continue;
        snprintf(line, sizeof line, "Not counted: %s: %s.\n", event->name, event->reason);
        vtb_print_wrapped(out, line);
    }
    hindrance = hindrance ? hindrance : vtb_instructions_of_heap(heap);
    if (results->plan->instructions && hindrance) {
        snprintf(line, sizeof line, "Not counted: instructions: %s.\n", hindrance);
        vtb_print_wrapped(out, line);
    }
}

void vtb_report_counted(FILE *out, const struct vtb_results *results,
                        const struct vtb_comparison *comparison, size_t first, bool markdown)
{
    struct column columns[ALL_COLUMNS_MAX];
    const size_t n = list_columns(columns, results);
    const char *kinds = results->events.events.n == 0 ? "instructions under callgrind"
                        : results->plan->instructions ? "instructions under callgrind, and events"
                                                      : "events";
    if (!results->plan->instructions && results->events.events.n == 0)
        return;
    fprintf(out, "Counted per operation (%s), %s lookups, heap %s:\n\n", kinds,
            vtb_consumer_words[comparison->consumer], comparison->point->cases[first].heap->name);
    for (size_t c = 0; c < n;) {
        const size_t side_by_side_n = fitting(columns + c, n - c);
        print_columns(out, comparison, first, columns + c, side_by_side_n, markdown);
        c += side_by_side_n;
    }
    print_notes(out, results, comparison->point->cases[first].heap->heap,
                least_running(comparison, first, columns, n));
    putc('\n', out);
}
