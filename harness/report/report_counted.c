#include "report/report_counted.h"

#include <math.h>

#include "base/prose.h"
#include "base/table.h"
#include "passes/instructions.h"

/* A column: one event, or the instructions, or the instructions beyond those of the floor. */
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

/* Adds a figure; "~" stands before one that was estimated, as it was counted a part of the time. */
static void add_cell(struct vtb_table *table, const struct vtb_comparison *comparison, size_t i,
                     const struct column *column)
{
    const double value = value_of(comparison, i, column);
    const bool estimated =
        column->kind == EVENT && comparison->figures[i].events.running[column->event] < 1;
    char text[VTB_NUMBER_BYTES];
    if (isnan(value))
        vtb_table_cell(table, "%s", column->kind == OVER_FLOOR ? "" : "-");
    else if (column->kind == OVER_FLOOR)
        vtb_table_cell(table, "%s", vtb_signed_text(text, value, 6));
    else
        vtb_table_cell(table, "%s%s", estimated ? "~" : "", vtb_digits_text(text, value, 6));
}

/* Room for a column's title; longer names of events are cut. */
#define TITLE_BYTES 48

static void print_columns(FILE *out, const struct vtb_comparison *comparison, size_t first,
                          const struct column *columns, size_t n, enum vtb_format format)
{
    struct vtb_table table = {.gap = 1, .split = VTB_SPLIT_ALWAYS};
    vtb_table_column(&table, (struct vtb_column){"strategy", 25, VTB_SIDE_LEFT, true});
    for (size_t c = 0; c < n; c++) {
        char title[TITLE_BYTES];
        snprintf(title, sizeof title, "%s", columns[c].title);
        vtb_table_column(&table, (struct vtb_column){title, 14, VTB_SIDE_RIGHT, false});
    }
    for (size_t i = first; i < vtb_table_end(comparison->point, first); i++) {
        vtb_table_cell(&table, "%s", comparison->figures[i].the_case->timing->name);
        for (size_t c = 0; c < n; c++)
            add_cell(&table, comparison, i, &columns[c]);
    }
    if (n > 0) {
        vtb_table_print(out, &table, format);
        putc('\n', out);
    }
    vtb_table_free(&table);
}

/* The least share of time for which any event of the table was on a counter. */
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

static void print_notes(FILE *out, const struct vtb_results *results, const struct vtb_heap *heap,
                        double running)
{
    const char *hindrance = vtb_instructions_hindrance(results->plan);
    if (running < 1)
        vtb_printf_wrapped(
            out,
            "~: more events than counters, so each had one for a part of the time only, at "
            "least %.3g %%, and is scaled up: an estimate. Ask for fewer at once.\n",
            100 * running);
    for (size_t i = 0; i < results->events.events.n; i++) {
        const struct vtb_event *event = &results->events.events.items[i];
        if (*event->reason)
            vtb_printf_wrapped(out, "Not counted: %s: %s.\n", event->name, event->reason);
    }
    hindrance = hindrance ? hindrance : vtb_instructions_of_heap(heap);
    if (results->plan->instructions && hindrance)
        vtb_printf_wrapped(out, "Not counted: instructions: %s.\n", hindrance);
}

void vtb_report_counted(FILE *out, const struct vtb_results *results,
                        const struct vtb_comparison *comparison, size_t first,
                        enum vtb_format format)
{
    struct column columns[ALL_COLUMNS_MAX];
    const size_t n = list_columns(columns, results);
    const char *kinds = results->events.events.n == 0 ? "instructions under callgrind"
                        : results->plan->instructions ? "instructions under callgrind, and events"
                                                      : "events";
    const struct vtb_heap_entry *heap = comparison->point->cases[first].heap;
    if (!results->plan->instructions && results->events.events.n == 0)
        return;
    fprintf(out, "Counted per operation (%s), %s lookups, heap %s:\n\n", kinds,
            vtb_consumer_words[comparison->consumer], heap->name);
    print_columns(out, comparison, first, columns, n, format);
    print_notes(out, results, heap->heap, least_running(comparison, first, columns, n));
    putc('\n', out);
}
