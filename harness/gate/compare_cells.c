#include "gate/compare_cells.h"

#include <math.h>
#include <string.h>

#include "base/prose.h"

#define CELL_BYTES VTB_COMPARED_CELL_BYTES

/* Appends a ratio or a time. */
static void append_short(char text[CELL_BYTES], double value, double size)
{
    char number[VTB_NUMBER_BYTES];
    if (size < 1e6)
        vtb_append(text, CELL_BYTES, "%.*f", vtb_decimals(size), value);
    else
        vtb_append(text, CELL_BYTES, "%s", vtb_figure_text(number, value));
}

static void append_change(char text[CELL_BYTES], const struct vtb_compared_figure *figure)
{
    const double change = 100 * vtb_compared_change(figure);
    if (isnan(change))
        return;
    vtb_append(text, CELL_BYTES, fabs(change) < 1000 ? " %+.1f %%" : " %+.3g %%", change);
}

/* Appends two counts with as many digits, 6 or more, as are needed to tell them apart. */
static void append_counts(char text[CELL_BYTES], const struct vtb_compared_figure *figure)
{
    char before[VTB_NUMBER_BYTES];
    char after[VTB_NUMBER_BYTES];
    int digits = 6;
    do {
        vtb_digits_text(before, figure->before, digits);
        vtb_digits_text(after, figure->after, digits);
    } while (digits++ < 17 && figure->before != figure->after && strcmp(before, after) == 0);
    vtb_append(text, CELL_BYTES, "%s -> %s", before, after);
}

static void append_ratio(char text[CELL_BYTES], const struct vtb_recorded_row *row)
{
    const double hi = vtb_recorded(row, "ratio_hi");
    const double median = vtb_recorded(row, "ratio");
    const double size = isnan(hi) ? median : hi;
    append_short(text, median, size);
    if (isnan(hi))
        return;
    vtb_append(text, CELL_BYTES, " [");
    append_short(text, vtb_recorded(row, "ratio_lo"), size);
    vtb_append(text, CELL_BYTES, ", ");
    append_short(text, hi, size);
    vtb_append(text, CELL_BYTES, "]");
}

static void append_values(char text[CELL_BYTES], const struct vtb_compared_column *column,
                          const struct vtb_compared_row *row,
                          const struct vtb_compared_figure *figure)
{
    if (vtb_compared_is_ratio(column)) {
        append_ratio(text, row->before);
        vtb_append(text, CELL_BYTES, " -> ");
        append_ratio(text, row->after);
    } else if (column->by == VTB_COMPARED_BY_NOTHING) {
        append_short(text, figure->before, 10 * figure->before); /* short, as it is not compared */
        vtb_append(text, CELL_BYTES, " -> ");
        append_short(text, figure->after, 10 * figure->after);
    } else {
        append_counts(text, figure);
    }
}

void vtb_compared_cell(char text[CELL_BYTES], const struct vtb_compared_column *column,
                       const struct vtb_compared_row *row, const struct vtb_compared_figure *figure)
{
    *text = '\0';
    switch (figure->verdict) {
    case VTB_COMPARED_ABSENT:
        vtb_append(text, CELL_BYTES, "-");
        break;
    case VTB_COMPARED_SAME:
        vtb_append(text, CELL_BYTES, "=");
        break;
    case VTB_COMPARED_BASELINE:
        vtb_append(text, CELL_BYTES, "1 (baseline)");
        break;
    case VTB_COMPARED_INCOMPARABLE:
        vtb_append(text, CELL_BYTES, "(");
        if (figure->before == figure->after && !vtb_compared_is_ratio(column))
            vtb_append(text, CELL_BYTES, "=");
        else
            append_values(text, column, row, figure);
        vtb_append(text, CELL_BYTES, ")");
        break;
    case VTB_COMPARED_UNTOLD:
        append_values(text, column, row, figure);
        vtb_append(text, CELL_BYTES, " %s", vtb_compared_words[VTB_COMPARED_UNTOLD]);
        break;
    case VTB_COMPARED_LOWER:
    case VTB_COMPARED_HIGHER:
        append_values(text, column, row, figure);
        if (vtb_compared_is_ratio(column))
            vtb_append(text, CELL_BYTES, " %s", vtb_compared_words[figure->verdict]);
        append_change(text, figure);
        break;
    }
}
