#include "report/break_even_cells.h"

#include <math.h>

#include "base/prose.h"

/* --- numbers along a parameter --- */

/* The way in which values along a parameter are written: divided by `divisor`, with `decimals_n`
 * decimals or, if that is negative, with three digits. */
struct scale {
    double divisor;
    int decimals;
    const char *unit;
};

static struct scale scale_of(const struct vtb_break_even *entry, double value)
{
    const struct vtb_parameter *parameter = entry->parameter;
    const struct vtb_crossings *crossings = &entry->crossings;
    const double range = crossings->x_max - crossings->x_min;
    struct scale scale = {.divisor = 1, .decimals = -1};
    const char *const *unit = parameter->units;
    for (; value >= parameter->unit_factor * scale.divisor && unit[1]; unit++)
        scale.divisor *= parameter->unit_factor;
    scale.unit = *unit;
    if (!crossings->log_axis && range > 0) /* so that a thousandth of the range can be seen */
        scale.decimals = (int)fmin(15, fmax(0, floor(3 - log10(range / scale.divisor))));
    return scale;
}

/* Writes a value without its unit, and returns the text. */
static const char *number_text(char text[VTB_NUMBER_BYTES], const struct scale *scale, double value)
{
    const double scaled = value / scale->divisor;
    if (scale->decimals >= 0)
        return vtb_decimal_text(text, scaled, scale->decimals);
    return vtb_digits_text(text, scaled, 3);
}

/* The scale of a value. All values on a linear axis have the same unit; on a logarithmic axis each
 * has its own. */
static struct scale scale_at(const struct vtb_break_even *entry, double value)
{
    return scale_of(entry, entry->crossings.log_axis ? value : entry->crossings.x_max);
}

void vtb_append_break_even_value(char *text, size_t text_bytes, const struct vtb_break_even *entry,
                                 double value)
{
    char number[VTB_NUMBER_BYTES];
    const struct scale scale = scale_at(entry, value);
    vtb_append(text, text_bytes, "%s%s", number_text(number, &scale, value), scale.unit);
}

/* --- lines of a cell --- */

#define CELL_BYTES VTB_BREAK_EVEN_CELL_BYTES

static void begin_line(char cell[CELL_BYTES])
{
    vtb_append(cell, CELL_BYTES, "%s", *cell ? "\n" : "");
}

/* The word for the direction in which values beyond a crossing are below the level. */
static const char *direction_word(const struct vtb_crossing *crossing, bool is_first)
{
    if (crossing->falls)
        return "from";
    return is_first ? "up to" : "to";
}

/* Whether the points measured are near enough to tell the place. Bytes along a hit rate are
 * straight lines, and need no point. */
static bool is_told_apart(const struct vtb_break_even *entry, const struct vtb_crossing *crossing)
{
    return entry->metric == VTB_BREAK_EVEN_BYTES || !crossing->within_step;
}

/* Adds a crossing: "from 0.5 [0.4, 0.6]". A unit that all numbers share stands once, at the end. */
static void add_crossing(char cell[CELL_BYTES], const struct vtb_break_even *entry, size_t i)
{
    const struct vtb_crossing *crossing = &entry->crossings.items[i];
    const struct scale at = scale_at(entry, crossing->at);
    const struct scale lo = scale_at(entry, crossing->lo);
    const struct scale hi = scale_at(entry, crossing->hi);
    const bool one_unit = lo.unit == at.unit && hi.unit == at.unit;
    char texts[3][VTB_NUMBER_BYTES];
    begin_line(cell);
    vtb_append(cell, CELL_BYTES, "%s %s%s%s", direction_word(crossing, i == 0),
               is_told_apart(entry, crossing) ? "" : "~", number_text(texts[0], &at, crossing->at),
               one_unit ? "" : at.unit);
    if (crossing->lo < crossing->hi)
        vtb_append(cell, CELL_BYTES, " [%s%s, %s%s]", number_text(texts[1], &lo, crossing->lo),
                   one_unit ? "" : lo.unit, number_text(texts[2], &hi, crossing->hi),
                   one_unit ? "" : hi.unit);
    vtb_append(cell, CELL_BYTES, "%s", one_unit ? at.unit : "");
}

/* The word for an entry that is on neither side of its level: counts are then equal to it. */
static const char *undecided_word(const struct vtb_break_even *entry)
{
    return entry->metric == VTB_BREAK_EVEN_BYTES ? "equal" : "not known";
}

static void add_end(char cell[CELL_BYTES], const struct vtb_break_even *entry, double end,
                    double from, const char *words)
{
    if (isnan(from))
        return;
    begin_line(cell);
    vtb_append(cell, CELL_BYTES, "%s %s ", undecided_word(entry), from == end ? "at" : words);
    vtb_append_break_even_value(cell, CELL_BYTES, entry, from);
}

/* Adds the side of an entry that does not cross its level: it is on that side everywhere, or at
 * least wherever it can be told. */
static void add_side(char cell[CELL_BYTES], const struct vtb_break_even *entry)
{
    const bool below = entry->crossings.verdict == VTB_CURVE_BELOW;
    const bool exact = entry->metric == VTB_BREAK_EVEN_BYTES;
    const char *where = "";
    if (vtb_crossings_partial(&entry->crossings))
        where = exact ? " where not equal" : " where known";
    begin_line(cell);
    vtb_append(cell, CELL_BYTES, "%s%s", below ? "all along" : "never", where);
}

void vtb_break_even_cell(char cell[CELL_BYTES], const struct vtb_break_even *entry)
{
    const struct vtb_crossings *crossings = &entry->crossings;
    *cell = '\0';
    if (crossings->verdict == VTB_CURVE_UNDECIDED) {
        vtb_append(cell, CELL_BYTES, "%s", undecided_word(entry));
        return;
    }
    if (crossings->verdict != VTB_CURVE_CROSSES)
        add_side(cell, entry);
    for (size_t i = 0; i < crossings->n; i++)
        add_crossing(cell, entry, i);
    if (crossings->left_out_n > 0) {
        begin_line(cell);
        vtb_append(cell, CELL_BYTES, "and %zu more times", crossings->left_out_n);
    }
    if (crossings->n > 0 && crossings->has_gap) {
        begin_line(cell);
        vtb_append(cell, CELL_BYTES, "%s in between", undecided_word(entry));
    }
    add_end(cell, entry, crossings->x_min, crossings->undecided_to, "up to");
    add_end(cell, entry, crossings->x_max, crossings->undecided_from, "from");
}
