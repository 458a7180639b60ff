#include "report/report_break_even.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

#define LINE_WIDTH 100
#define TEXT_BYTES 640

/* printf, but to the end of what stands there. */
__attribute__((format(printf, 3, 4))) static void append(char *text, size_t text_bytes,
                                                         const char *format, ...)
{
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, text_bytes - used, format, arguments);
    va_end(arguments);
}

/* --- what an entry is about --- */

static const struct vtb_point *point_of(const struct vtb_break_even *entry)
{
    return entry->first->point;
}

static const struct vtb_case *case_of(const struct vtb_break_even *entry)
{
    return &point_of(entry)->cases[entry->case_index];
}

static const char *strategy_of(const struct vtb_break_even *entry)
{
    return case_of(entry)->timing->name;
}

static const char *baseline_of(const struct vtb_break_even *entry)
{
    return point_of(entry)->cases[case_of(entry)->baseline].timing->name;
}

/* --- numbers along a parameter --- */

#define NUMBER_BYTES 32

/* How values along a parameter are written: divided by `divisor`, with so many decimals, or if that
 * is negative with three digits. */
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
    if (!crossings->log_axis && range > 0) /* a thousandth of the range is seen */
        scale.decimals = (int)fmin(15, fmax(0, floor(3 - log10(range / scale.divisor))));
    return scale;
}

/* Without zeros at the end, nor the unit. Returns the text. */
static const char *number_text(char text[NUMBER_BYTES], const struct scale *scale, double value)
{
    if (scale->decimals < 0) {
        const double scaled = value / scale->divisor;
        snprintf(text, NUMBER_BYTES, scaled < 999.5 ? "%.3g" : "%.0f", scaled);
        return text;
    }
    size_t n =
        (size_t)snprintf(text, NUMBER_BYTES, "%.*f", scale->decimals, value / scale->divisor);
    if (scale->decimals == 0 || n >= NUMBER_BYTES)
        return text;
    while (text[n - 1] == '0')
        text[--n] = '\0';
    if (text[n - 1] == '.')
        text[--n] = '\0';
    return text;
}

/* On a straight axis all values have one unit, on that of the logarithm each its own. */
static struct scale scale_at(const struct vtb_break_even *entry, double value)
{
    return scale_of(entry, entry->crossings.log_axis ? value : entry->crossings.x_max);
}

/* A value with its unit. */
static void append_value(char *text, size_t text_bytes, const struct vtb_break_even *entry,
                         double value)
{
    char number[NUMBER_BYTES];
    const struct scale scale = scale_at(entry, value);
    append(text, text_bytes, "%s%s", number_text(number, &scale, value), scale.unit);
}

/* --- cells --- */

#define CELL_LINE_BYTES 96
#define CELL_LINES_MAX (VTB_CROSSINGS_MAX + 4)

/* What stands in a row below a title, in one line or several. */
struct cell {
    char lines[CELL_LINES_MAX][CELL_LINE_BYTES];
    size_t n;
};

/* Of what is asked of the places below a level. */
static const char *direction_word(const struct vtb_crossing *crossing, bool is_first)
{
    if (crossing->falls)
        return "from";
    return is_first ? "up to" : "to";
}

/* "from 0.5 [0.4, 0.6]"; the unit stands once, behind all, if it is the same. */
static void add_crossing(struct cell *cell, const struct vtb_break_even *entry, size_t i)
{
    const struct vtb_crossing *crossing = &entry->crossings.items[i];
    const struct scale at = scale_at(entry, crossing->at);
    const struct scale lo = scale_at(entry, crossing->lo);
    const struct scale hi = scale_at(entry, crossing->hi);
    const bool one_unit = lo.unit == at.unit && hi.unit == at.unit;
    char *line = cell->lines[cell->n++];
    char texts[3][NUMBER_BYTES];
    snprintf(line, CELL_LINE_BYTES, "%s %s%s", direction_word(crossing, i == 0),
             number_text(texts[0], &at, crossing->at), one_unit ? "" : at.unit);
    if (crossing->lo < crossing->hi)
        append(line, CELL_LINE_BYTES, " [%s%s, %s%s]", number_text(texts[1], &lo, crossing->lo),
               one_unit ? "" : lo.unit, number_text(texts[2], &hi, crossing->hi),
               one_unit ? "" : hi.unit);
    append(line, CELL_LINE_BYTES, "%s", one_unit ? at.unit : "");
}

/* What there is in place of a side: numbers that are counted are equal then. */
static const char *undecided_word(const struct vtb_break_even *entry)
{
    return entry->metric == VTB_BREAK_EVEN_BYTES ? "equal" : "not known";
}

static void add_end(struct cell *cell, const struct vtb_break_even *entry, double end, double from,
                    const char *words)
{
    char *line = cell->lines[cell->n];
    if (isnan(from))
        return;
    snprintf(line, CELL_LINE_BYTES, "%s %s ", undecided_word(entry), from == end ? "at" : words);
    append_value(line, CELL_LINE_BYTES, entry, from);
    cell->n++;
}

/* Whether there is no answer, or no difference, at some places of the range. */
static bool is_partial(const struct vtb_crossings *crossings)
{
    return crossings->has_gap || !isnan(crossings->undecided_to) ||
           !isnan(crossings->undecided_from);
}

/* On one side all along, or wherever there is a side. */
static void add_side(struct cell *cell, const struct vtb_break_even *entry)
{
    const bool below = entry->crossings.verdict == VTB_CURVE_BELOW;
    const bool exact = entry->metric == VTB_BREAK_EVEN_BYTES;
    const char *where = "";
    if (is_partial(&entry->crossings))
        where = exact ? " where not equal" : " where known";
    snprintf(cell->lines[cell->n++], CELL_LINE_BYTES, "%s%s", below ? "all along" : "never", where);
}

static void fill_cell(struct cell *cell, const struct vtb_break_even *entry)
{
    const struct vtb_crossings *crossings = &entry->crossings;
    cell->n = 0;
    if (crossings->verdict == VTB_CURVE_UNDECIDED) {
        snprintf(cell->lines[cell->n++], CELL_LINE_BYTES, "%s", undecided_word(entry));
        return;
    }
    if (crossings->verdict != VTB_CURVE_CROSSES)
        add_side(cell, entry);
    for (size_t i = 0; i < crossings->n; i++)
        add_crossing(cell, entry, i);
    if (crossings->left_out_n > 0)
        snprintf(cell->lines[cell->n++], CELL_LINE_BYTES, "and %zu more times",
                 crossings->left_out_n);
    if (crossings->n > 0 && crossings->has_gap)
        snprintf(cell->lines[cell->n++], CELL_LINE_BYTES, "%s in between", undecided_word(entry));
    add_end(cell, entry, crossings->x_min, crossings->undecided_to, "up to");
    add_end(cell, entry, crossings->x_max, crossings->undecided_from, "from");
}

/* --- tables --- */

/* The entries of one table along one parameter: rows of strategies, with as many columns each. */
struct block {
    const struct vtb_break_evens *all;
    const struct vtb_break_even *items;
    size_t rows_n;
    size_t columns_n;
};

static const struct vtb_break_even *entry_at(const struct block *block, size_t row, size_t column)
{
    return &block->items[row * block->columns_n + column];
}

/* The block that begins with an entry. */
static struct block block_at(const struct vtb_break_evens *all, size_t first)
{
    const struct vtb_break_even *items = &all->items[first];
    struct block block = {.all = all, .items = items, .columns_n = 1};
    size_t n = 1;
    for (; first + n < all->n && items[n].parameter == items->parameter &&
           items[n].first == items->first && items[n].table == items->table;
         n++)
        block.columns_n += items[n].case_index == items->case_index;
    block.rows_n = n / block.columns_n;
    return block;
}

static void fill_title(char title[CELL_LINE_BYTES], const struct vtb_break_even *entry)
{
    if (entry->metric == VTB_BREAK_EVEN_BYTES)
        snprintf(title, CELL_LINE_BYTES, "fewer bytes");
    else if (entry->worth_percent > 0)
        snprintf(title, CELL_LINE_BYTES, "at least %.6g %% faster", entry->worth_percent);
    else
        snprintf(title, CELL_LINE_BYTES, "faster");
}

static int width_of(const struct block *block, size_t column)
{
    char title[CELL_LINE_BYTES];
    struct cell cell;
    fill_title(title, entry_at(block, 0, column));
    size_t width = strlen(title);
    for (size_t row = 0; row < block->rows_n; row++) {
        fill_cell(&cell, entry_at(block, row, column));
        for (size_t i = 0; i < cell.n; i++)
            width = strlen(cell.lines[i]) > width ? strlen(cell.lines[i]) : width;
    }
    return (int)width;
}

static int name_width(const struct block *block)
{
    size_t width = strlen("strategy");
    for (size_t row = 0; row < block->rows_n; row++) {
        const size_t own = strlen(strategy_of(entry_at(block, row, 0)));
        width = own > width ? own : width;
    }
    return (int)width;
}

#define COLUMNS_MAX 16

/* Some of a block's columns, that fit beside one another. */
struct strip {
    const struct block *block;
    size_t first;
    size_t n;
    int name_width;
    int widths[COLUMNS_MAX];
};

static struct strip strip_at(const struct block *block, size_t first)
{
    struct strip strip = {.block = block, .first = first, .name_width = name_width(block)};
    int used = strip.name_width;
    while (first + strip.n < block->columns_n && strip.n < COLUMNS_MAX) {
        const int width = width_of(block, first + strip.n);
        if (strip.n > 0 && used + 2 + width > LINE_WIDTH)
            break;
        used += 2 + width;
        strip.widths[strip.n++] = width;
    }
    return strip;
}

/* One line; no spaces follow the last text of it. */
static void print_line(FILE *out, const struct strip *strip, const char *name,
                       const char *const texts[COLUMNS_MAX])
{
    int missing = strip->name_width - fprintf(out, "%s", name);
    for (size_t i = 0; i < strip->n; i++) {
        missing += 2;
        if (*texts[i]) {
            fprintf(out, "%*s%s", missing, "", texts[i]);
            missing = -(int)strlen(texts[i]);
        }
        missing += strip->widths[i];
    }
    putc('\n', out);
}

static void print_titles(FILE *out, const struct strip *strip)
{
    char titles[COLUMNS_MAX][CELL_LINE_BYTES];
    const char *texts[COLUMNS_MAX];
    for (size_t i = 0; i < strip->n; i++) {
        fill_title(titles[i], entry_at(strip->block, 0, strip->first + i));
        texts[i] = titles[i];
    }
    print_line(out, strip, "strategy", texts);
}

static void print_row(FILE *out, const struct strip *strip, size_t row)
{
    struct cell cells[COLUMNS_MAX];
    const char *texts[COLUMNS_MAX];
    size_t lines_n = 0;
    for (size_t i = 0; i < strip->n; i++) {
        fill_cell(&cells[i], entry_at(strip->block, row, strip->first + i));
        lines_n = cells[i].n > lines_n ? cells[i].n : lines_n;
    }
    for (size_t line = 0; line < lines_n; line++) {
        for (size_t i = 0; i < strip->n; i++)
            texts[i] = line < cells[i].n ? cells[i].lines[line] : "";
        print_line(out, strip, line == 0 ? strategy_of(entry_at(strip->block, row, 0)) : "", texts);
    }
}

static void print_aligned(FILE *out, const struct block *block)
{
    for (size_t first = 0; first < block->columns_n;) {
        const struct strip strip = strip_at(block, first);
        print_titles(out, &strip);
        for (size_t row = 0; row < block->rows_n; row++)
            print_row(out, &strip, row);
        putc('\n', out);
        first += strip.n;
    }
}

static void print_piped(FILE *out, const struct block *block)
{
    char title[CELL_LINE_BYTES];
    struct cell cell;
    fputs("| strategy ", out);
    for (size_t i = 0; i < block->columns_n; i++) {
        fill_title(title, entry_at(block, 0, i));
        fprintf(out, "| %s ", title);
    }
    fputs("|\n|---", out);
    for (size_t i = 0; i < block->columns_n; i++)
        fputs("|---", out);
    fputs("|\n", out);
    for (size_t row = 0; row < block->rows_n; row++) {
        fprintf(out, "| %s ", strategy_of(entry_at(block, row, 0)));
        for (size_t i = 0; i < block->columns_n; i++) {
            fill_cell(&cell, entry_at(block, row, i));
            for (size_t line = 0; line < cell.n; line++)
                fprintf(out, "%s%s", line == 0 ? "| " : ", ", cell.lines[line]);
            putc(' ', out);
        }
        fputs("|\n", out);
    }
    putc('\n', out);
}

/* --- titles --- */

/* The range of all curves of a block: not each strategy need be at every point. */
static const struct vtb_break_even *widest(const struct block *block)
{
    const struct vtb_break_even *found = block->items;
    for (size_t i = 0; i < block->rows_n * block->columns_n; i++) {
        const struct vtb_crossings *own = &block->items[i].crossings;
        const struct vtb_crossings *best = &found->crossings;
        if (isnan(best->x_min) || own->x_max - own->x_min > best->x_max - best->x_min)
            found = &block->items[i];
    }
    return found;
}

/* The other parameters that the run has several values of, and which of them this is. */
static void append_others(char title[TEXT_BYTES], const struct block *block)
{
    const struct vtb_break_even *entry = block->items;
    for (const struct vtb_parameter *each = vtb_parameters; each->word; each++) {
        const double value = vtb_parameter_value(each, point_of(entry), case_of(entry));
        if (each != entry->parameter && !isnan(value) && !each->of_workload &&
            vtb_parameter_varies(each, block->all->comparisons, block->all->comparisons_n))
            append(title, TEXT_BYTES, ", %s %.12g", each->word, value);
    }
}

static void fill_block_title(char title[TEXT_BYTES], const struct block *block)
{
    const struct vtb_break_even *entry = block->items;
    const struct vtb_break_even *range = widest(block);
    snprintf(title, TEXT_BYTES, "Break-even against %s along %s (", baseline_of(entry),
             entry->parameter->word);
    append_value(title, TEXT_BYTES, range, range->crossings.x_min);
    append(title, TEXT_BYTES, " to ");
    append_value(title, TEXT_BYTES, range, range->crossings.x_max);
    append(title, TEXT_BYTES, "%s)", range->crossings.log_axis ? ", by its logarithm" : "");
    if (!entry->parameter->of_workload)
        append(title, TEXT_BYTES, ", %s", point_of(entry)->workload->name);
    append(title, TEXT_BYTES, ", %s method", vtb_table_method(case_of(entry)));
    if (entry->first->timed)
        append(title, TEXT_BYTES, ", %s lookups", vtb_consumer_words[entry->first->consumer]);
    append(title, TEXT_BYTES, ", heap %s", case_of(entry)->heap->name);
    append_others(title, block);
    if (point_of(entry)->cold)
        append(title, TEXT_BYTES, ", cold starts");
}

/* --- sentences --- */

/* What strategies have in common: how a sentence says it of one, and of several. */
struct outcome {
    enum vtb_curve_verdict verdict;
    int partial; /* < 0: of both */
    const char *of_one;
    const char *of_several;
};

static const struct outcome time_outcomes[] = {
    {VTB_CURVE_CROSSES, -1, "changes sides", "change sides"},
    {VTB_CURVE_BELOW, 0, "is faster all along", "are faster all along"},
    {VTB_CURVE_BELOW, 1, "is faster where that is known", "are faster where that is known"},
    {VTB_CURVE_ABOVE, 0, "is slower all along", "are slower all along"},
    {VTB_CURVE_ABOVE, 1, "is slower where that is known", "are slower where that is known"},
    {VTB_CURVE_UNDECIDED, -1, "cannot be told", "cannot be told"},
};

static const struct outcome byte_outcomes[] = {
    {VTB_CURVE_CROSSES, -1, "changes sides", "change sides"},
    {VTB_CURVE_BELOW, 0, "takes fewer all along", "take fewer all along"},
    {VTB_CURVE_BELOW, 1, "takes as many or fewer", "take as many or fewer"},
    {VTB_CURVE_ABOVE, 0, "takes more all along", "take more all along"},
    {VTB_CURVE_ABOVE, 1, "takes as many or more", "take as many or more"},
    {VTB_CURVE_UNDECIDED, -1, "takes as many", "take as many"},
};

#define OUTCOMES_N (sizeof time_outcomes / sizeof *time_outcomes)

static bool has_outcome(const struct vtb_break_even *entry, const struct outcome *outcome)
{
    return entry->crossings.verdict == outcome->verdict &&
           (outcome->partial < 0 || is_partial(&entry->crossings) == (outcome->partial > 0));
}

/* "a is faster all along", "a, b and c change sides". Returns whether there was anything to say. */
static bool print_outcome(FILE *out, const struct block *block, size_t column,
                          const struct outcome *outcome, const char *separator)
{
    size_t n = 0;
    size_t done_n = 0;
    for (size_t row = 0; row < block->rows_n; row++)
        n += has_outcome(entry_at(block, row, column), outcome);
    for (size_t row = 0; row < block->rows_n; row++) {
        const struct vtb_break_even *entry = entry_at(block, row, column);
        if (!has_outcome(entry, outcome))
            continue;
        if (done_n > 0)
            separator = done_n + 1 == n ? " and " : ", ";
        fprintf(out, "%s%s", separator, strategy_of(entry));
        done_n++;
    }
    if (n > 0)
        fprintf(out, " %s", n == 1 ? outcome->of_one : outcome->of_several);
    return n > 0;
}

static void print_outcomes(FILE *out, const struct block *block, size_t column)
{
    const struct vtb_break_even *entry = entry_at(block, 0, column);
    const bool exact = entry->metric == VTB_BREAK_EVEN_BYTES;
    const struct outcome *outcomes = exact ? byte_outcomes : time_outcomes;
    const char *separator = "";
    fprintf(out, "%s against %s: ", exact ? "Bytes" : "Time", baseline_of(entry));
    for (size_t i = 0; i < OUTCOMES_N; i++) {
        if (print_outcome(out, block, column, &outcomes[i], separator))
            separator = "; ";
    }
    fputs(".\n", out);
}

/* Prints text with its lines broken, but for a title of Markdown. */
static void print_title(FILE *out, const struct block *block, bool markdown)
{
    char title[TEXT_BYTES];
    fill_block_title(title, block);
    if (markdown) {
        fprintf(out, "### %s\n\n", title);
        return;
    }
    append(title, TEXT_BYTES, ":");
    vtb_print_wrapped(out, title);
    fputs("\n\n", out);
}

static void print_sentences(FILE *out, const struct block *block)
{
    char *text = NULL;
    size_t text_bytes = 0;
    FILE *stream = open_memstream(&text, &text_bytes);
    if (!stream)
        return;
    for (size_t column = 0; column < block->columns_n; column++) {
        if (entry_at(block, 0, column)->worth_percent == 0)
            print_outcomes(stream, block, column);
    }
    if (fclose(stream) == 0)
        vtb_print_wrapped(out, text);
    free(text);
    putc('\n', out);
}

/* How the tables are to be read, once. */
static void print_reading(FILE *out, const struct vtb_break_evens *all)
{
    char text[TEXT_BYTES] = "";
    double worth = 0;
    for (size_t i = 0; i < all->n && worth == 0; i++)
        worth = all->items[i].worth_percent;
    if (worth > 0)
        append(text, sizeof text,
               "Faster is a ratio of times below 1, at least %.6g %% faster one below %.6g. In "
               "brackets is where that ratio lies within the points' %.0f %% intervals. ",
               worth, 1 - worth / 100, 100 * VTB_CONFIDENCE);
    append(text, sizeof text, "Bytes are counted%s Between points lines are straight.\n",
           worth > 0 ? "." : ", and known without doubt.");
    vtb_print_wrapped(out, text);
    putc('\n', out);
}

void vtb_report_break_evens(FILE *out, const struct vtb_break_evens *all, bool markdown)
{
    for (size_t first = 0; first < all->n;) {
        const struct block block = block_at(all, first);
        print_title(out, &block, markdown);
        (markdown ? print_piped : print_aligned)(out, &block);
        print_sentences(out, &block);
        first += block.rows_n * block.columns_n;
    }
    if (all->n > 0)
        print_reading(out, all);
}

/* --- JSON --- */

static void put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        abort(); /* no memory for a few bytes of text */
}

/* NaN is not there. */
static void put_real(json_t *object, const char *key, double value)
{
    if (!isnan(value))
        put(object, key, json_real(value));
}

/* Whether a part of a row's name, as hit_rate:0.8, is told by a field of its own or varies. */
static bool is_told(const char *part, const struct vtb_break_even *entry)
{
    const char *const words[] = {entry->parameter->word, "consumer", "method", "threads"};
    const size_t n = strcspn(part, ":");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i]) == n && strncmp(words[i], part, n) == 0)
            return true;
    }
    return false;
}

/* The name of the row at the first point, without workload, strategy and heap, and what is told. */
static json_t *where_of(const struct vtb_break_even *entry)
{
    char name[512];
    char where[512] = "";
    char *rest = name;
    vtb_case_name(name, sizeof name, entry->first, &entry->first->figures[entry->case_index]);
    for (size_t i = 0; rest; i++) {
        const char *part = strsep(&rest, "/");
        if (i >= 3 && !is_told(part, entry))
            append(where, sizeof where, "%s%s", *where ? "/" : "", part);
    }
    return json_string(where);
}

static json_t *crossings_of(const struct vtb_crossings *crossings)
{
    json_t *list = json_array();
    for (size_t i = 0; i < crossings->n; i++) {
        const struct vtb_crossing *crossing = &crossings->items[i];
        json_t *item = json_object();
        put(item, "at", json_real(crossing->at));
        put(item, "lo", json_real(crossing->lo));
        put(item, "hi", json_real(crossing->hi));
        put(item, "direction", json_string(crossing->falls ? "falls" : "rises"));
        json_array_append_new(list, item);
    }
    return list;
}

static json_t *entry_json(const struct vtb_break_even *entry)
{
    const struct vtb_crossings *crossings = &entry->crossings;
    const struct vtb_case *the_case = case_of(entry);
    const bool exact = entry->metric == VTB_BREAK_EVEN_BYTES;
    json_t *object = json_object();
    if (!entry->parameter->of_workload)
        put(object, "workload", json_string(point_of(entry)->workload->name));
    put(object, "heap", json_string(the_case->heap->name));
    put(object, "method", json_string(vtb_table_method(the_case)));
    if (strcmp(entry->parameter->word, "threads") != 0)
        put(object, "threads", json_integer((json_int_t)the_case->threads_n));
    if (!exact)
        put(object, "consumer", json_string(vtb_consumer_words[entry->first->consumer]));
    put(object, "strategy", json_string(strategy_of(entry)));
    put(object, "baseline", json_string(baseline_of(entry)));
    put(object, "parameter", json_string(entry->parameter->word));
    put_real(object, "from", crossings->x_min);
    put_real(object, "to", crossings->x_max);
    put(object, "axis", json_string(crossings->log_axis ? "log" : "linear"));
    put(object, "where", where_of(entry));
    put(object, "metric", json_string(exact ? "bytes_per_op" : "ratio"));
    put(object, "worth_percent", json_real(entry->worth_percent));
    put(object, "verdict", json_string(vtb_curve_words[crossings->verdict]));
    put(object, "crossings", crossings_of(crossings));
    if (crossings->verdict != VTB_CURVE_UNDECIDED) {
        put_real(object, "undecided_to", crossings->undecided_to);
        put_real(object, "undecided_from", crossings->undecided_from);
        put(object, "has_gap", json_boolean(crossings->has_gap));
    }
    return object;
}

json_t *vtb_break_evens_json(const struct vtb_break_evens *all)
{
    json_t *list = json_array();
    for (size_t i = 0; i < all->n; i++)
        json_array_append_new(list, entry_json(&all->items[i]));
    return list;
}
