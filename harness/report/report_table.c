#include "report/report_table.h"

#include <math.h>
#include <string.h>

#include "base/prose.h"
#include "base/table.h"
#include "report/case_names.h"

#define CELL_BYTES VTB_NUMBER_BYTES

static size_t characters(const char *text)
{
    return vtb_characters(text, strlen(text));
}

/* The decimals of three significant digits, of which two at most are decimals. */
static int decimals_of(double size)
{
    return fabs(size) < 10 ? 2 : fabs(size) < 100 ? 1 : 0;
}

/* Writes a median, and the distance to the farther end of its interval, if it has one: with as many
 * decimals, or else with the distance in percent. Returns the text. */
static const char *interval_text(char text[CELL_BYTES], const struct vtb_interval *interval,
                                 size_t width)
{
    const double margin = fmax(interval->hi - interval->median, interval->median - interval->lo);
    const int digits = decimals_of(interval->median);
    if (isnan(margin))
        snprintf(text, CELL_BYTES, "%+.*f", digits, interval->median);
    else
        snprintf(text, CELL_BYTES, "%+.*f ±%.*f", digits, interval->median, digits, margin);
    if (characters(text) > width)
        snprintf(text, CELL_BYTES, "%+.0f ±%.0f%%", interval->median,
                 100 * margin / fabs(interval->median));
    return text;
}

/* Writes the median of the sessions, and from where to where they varied, with one decimal less or
 * as fits, rounded outwards, so that the median lies between them; or else by how much at most, in
 * percent. */
static const char *varied_text(char text[CELL_BYTES], const struct vtb_interval *ns, size_t width)
{
    const int digits = decimals_of(ns->median);
    int fewer = digits > 0 ? digits - 1 : 0;
    do {
        const double unit = pow(10, -fewer);
        snprintf(text, CELL_BYTES, "%.*f %.*f-%.*f", digits, ns->median, fewer,
                 floor(ns->lo / unit) * unit, fewer, ceil(ns->hi / unit) * unit);
    } while (characters(text) > width && fewer-- > 0);
    if (characters(text) > width)
        snprintf(text, CELL_BYTES, "%.0f ±%.0f%%", ns->median,
                 100 * fmax(ns->hi - ns->median, ns->median - ns->lo) / ns->median);
    return text;
}

static const char *ratio_text(char text[CELL_BYTES], const struct vtb_interval *ratio)
{
    const int digits = vtb_decimals(isnan(ratio->hi) ? ratio->median : ratio->hi);
    if (isnan(ratio->hi))
        snprintf(text, CELL_BYTES, "%.*f", digits, ratio->median);
    else
        snprintf(text, CELL_BYTES, "%.*f [%.*f, %.*f]", digits, ratio->median, digits, ratio->lo,
                 digits, ratio->hi);
    return text;
}

/* Writes the collections in 1000 operations, by generation, with as many digits, up to 3, as fit;
 * if a character is missing, .005 for 0.005. */
static const char *collections_text(char text[CELL_BYTES], const struct vtb_pressure *pressure,
                                    size_t width)
{
    int digits = 3;
    do {
        char number[VTB_NUMBER_BYTES];
        *text = '\0';
        for (unsigned generation = 0; generation < 3; generation++)
            vtb_append(text, CELL_BYTES, "%s%s", generation > 0 ? "/" : "",
                       vtb_digits_text(number, vtb_per_kop(pressure, generation), digits));
    } while (strlen(text) > width && --digits > 0);
    for (char *zero; strlen(text) > width && (zero = strstr(text, "0."));)
        memmove(zero, zero + 1, strlen(zero));
    return text;
}

/* Writes a share in percent. */
static const char *share_text(char text[CELL_BYTES], double share)
{
    if (isnan(share))
        return "-";
    if (share == 0)
        return "0";
    if (share < 0.0001)
        snprintf(text, CELL_BYTES, "<.01");
    else
        snprintf(text, CELL_BYTES, "%.*f", 100 * share < 9.995 ? 2 : 1, 100 * share);
    return text;
}

/* --- columns --- */

/* Gives the text of a figure of case i, with as many digits as fit into `width` characters. It may
 * be in `text` or a constant. */
typedef const char *cell_writer(char text[CELL_BYTES], const struct vtb_comparison *comparison,
                                size_t i, size_t width);

static const char *time_cell(char text[CELL_BYTES], const struct vtb_comparison *comparison,
                             size_t i, size_t width)
{
    const struct vtb_interval *ns = &comparison->figures[i].ns;
    return isnan(ns->median) ? "-" : varied_text(text, ns, width);
}

static const char *ratio_cell(char text[CELL_BYTES], const struct vtb_comparison *comparison,
                              size_t i, size_t width)
{
    const struct vtb_figures *figures = &comparison->figures[i];
    (void)width;
    if (i == figures->the_case->baseline)
        return "1 (baseline)";
    if (i == figures->the_case->empty)
        return "";
    return isnan(figures->ratio.median) ? "-" : ratio_text(text, &figures->ratio);
}

static const char *over_floor_cell(char text[CELL_BYTES], const struct vtb_comparison *comparison,
                                   size_t i, size_t width)
{
    const struct vtb_figures *figures = &comparison->figures[i];
    if (i == figures->the_case->floor)
        return "0 (floor)";
    if (i == figures->the_case->empty)
        return "";
    return isnan(figures->over_floor.median) ? "-"
                                             : interval_text(text, &figures->over_floor, width);
}

static const char *bytes_cell(char text[CELL_BYTES], const struct vtb_comparison *comparison,
                              size_t i, size_t width)
{
    const struct vtb_counted *counted = &comparison->figures[i].counted;
    return vtb_fitted_text(text, vtb_per_op(counted, counted->counts.requested_bytes), width);
}

static const char *allocs_cell(char text[CELL_BYTES], const struct vtb_comparison *comparison,
                               size_t i, size_t width)
{
    const struct vtb_counted *counted = &comparison->figures[i].counted;
    return vtb_fitted_text(text, vtb_per_op(counted, counted->counts.allocs_n), width);
}

static const char *peak_cell(char text[CELL_BYTES], const struct vtb_comparison *comparison,
                             size_t i, size_t width)
{
    (void)width;
    return vtb_bytes_text(text, (double)comparison->figures[i].counted.counts.peak_live_bytes);
}

static const char *collections_cell(char text[CELL_BYTES], const struct vtb_comparison *comparison,
                                    size_t i, size_t width)
{
    return collections_text(text, &comparison->figures[i].pressure, width);
}

static const char *rate_cell(char text[CELL_BYTES], const struct vtb_comparison *comparison,
                             size_t i, size_t width)
{
    (void)width;
    return vtb_digits_text(text, vtb_per_mop(&comparison->figures[i].pressure), 4);
}

static const char *share_cell(char text[CELL_BYTES], const struct vtb_comparison *comparison,
                              size_t i, size_t width)
{
    (void)width;
    return share_text(text, vtb_gc_share(&comparison->figures[i].pressure));
}

struct figure_column {
    const char *title;
    size_t width; /* in characters */
    cell_writer *write;
    /* The heaps whose tables have it; a collector may have one generation or several. */
    enum { ANY_HEAP, FREES, COLLECTS, COLLECTS_ONE, COLLECTS_SEVERAL } heap;
    bool timed;       /* a table of counts alone leaves it out */
    bool to_baseline; /* a reference that belongs to another table has none here */
};

/* With single spaces between columns, and a name of 25 characters, a line has 100. */
static const struct figure_column figure_columns[] = {
    {"ns/op", 12, time_cell, ANY_HEAP, true, false},
    {"ratio [99 %]", 20, ratio_cell, ANY_HEAP, true, true},
    {"over plain", 11, over_floor_cell, ANY_HEAP, true, false},
    {"B/op", 8, bytes_cell, ANY_HEAP, false, false},
    {"allocs/op", 9, allocs_cell, FREES, false, false},
    {"peak live", 9, peak_cell, FREES, false, false},
    {"Gen0/1/2 GCs/k", 14, collections_cell, COLLECTS_SEVERAL, false, false},
    {"GCs/M", 14, rate_cell, COLLECTS_ONE, false, false},
    {"GC %", 4, share_cell, COLLECTS, false, false},
};

#define FIGURE_COLUMNS_N (sizeof figure_columns / sizeof *figure_columns)
#define NAME_WIDTH 17

static bool is_of_heap(const struct figure_column *column, const struct vtb_pressure *pressure)
{
    switch (column->heap) {
    case ANY_HEAP:
        return true;
    case FREES:
        return !pressure->collects;
    case COLLECTS:
        return pressure->collects;
    case COLLECTS_ONE:
        return pressure->generations_n == 1;
    case COLLECTS_SEVERAL:
        return pressure->generations_n > 1;
    }
    return false;
}

/* Chooses the columns that the table has. */
static size_t choose_columns(const struct figure_column *chosen[FIGURE_COLUMNS_N], bool timed,
                             const struct vtb_pressure *pressure)
{
    size_t n = 0;
    for (size_t i = 0; i < FIGURE_COLUMNS_N; i++) {
        const struct figure_column *column = &figure_columns[i];
        if ((timed || !column->timed) && is_of_heap(column, pressure))
            chosen[n++] = column;
    }
    return n;
}

static void add_row(struct vtb_table *table, const struct vtb_comparison *comparison, size_t i,
                    size_t baseline, const struct figure_column *const *columns, size_t n)
{
    char text[CELL_BYTES];
    const struct vtb_case *the_case = comparison->figures[i].the_case;
    vtb_table_cell(table, "%s", vtb_case_strategy(the_case));
    for (size_t c = 0; c < n; c++) {
        if (columns[c]->to_baseline && i != the_case->empty && the_case->baseline != baseline)
            vtb_table_cell(table, "-");
        else
            vtb_table_cell(table, "%s", columns[c]->write(text, comparison, i, columns[c]->width));
    }
}

void vtb_report_cases(FILE *out, const struct vtb_comparison *comparison, size_t first,
                      enum vtb_format format)
{
    const struct vtb_case *the_case = &comparison->point->cases[first];
    const struct figure_column *columns[FIGURE_COLUMNS_N];
    const size_t n =
        choose_columns(columns, comparison->timed, &comparison->figures[first].pressure);
    struct vtb_table table = {.gap = 1};
    vtb_table_column(&table, (struct vtb_column){.title = "strategy", .width = NAME_WIDTH});
    for (size_t c = 0; c < n; c++)
        vtb_table_column(&table, (struct vtb_column){columns[c]->title, columns[c]->width,
                                                     VTB_SIDE_RIGHT, true});
    if (the_case->empty < first) /* the references are in an earlier table, but shown here too */
        add_row(&table, comparison, the_case->empty, the_case->baseline, columns, n);
    if (the_case->floor < first)
        add_row(&table, comparison, the_case->floor, the_case->baseline, columns, n);
    for (size_t i = first; i < vtb_table_end(comparison->point, first); i++)
        add_row(&table, comparison, i, the_case->baseline, columns, n);
    vtb_table_print(out, &table, format);
    vtb_table_free(&table);
}
