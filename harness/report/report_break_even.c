#include "report/report_break_even.h"

#include <math.h>

#include "base/prose.h"
#include "base/table.h"
#include "report/break_even_cells.h"
#include "report/case_names.h"

#define TEXT_BYTES 640

/* --- tables --- */

/* The entries of one table along one parameter: a row for each strategy, with the same columns. */
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

/* The block that begins with entry `first`. */
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

static void fill_title(char title[TEXT_BYTES], const struct vtb_break_even *entry)
{
    if (entry->metric == VTB_BREAK_EVEN_BYTES)
        snprintf(title, TEXT_BYTES, "fewer bytes");
    else if (entry->min_gain_percent > 0)
        snprintf(title, TEXT_BYTES, "at least %.6g %% faster", entry->min_gain_percent);
    else
        snprintf(title, TEXT_BYTES, "faster");
}

static void add_row(struct vtb_table *table, const struct block *block, size_t row)
{
    char cell[VTB_BREAK_EVEN_CELL_BYTES];
    vtb_table_cell(table, "%s", vtb_break_even_strategy(entry_at(block, row, 0)));
    for (size_t i = 0; i < block->columns_n; i++) {
        vtb_break_even_cell(cell, entry_at(block, row, i));
        vtb_table_cell(table, "%s", cell);
    }
}

static void print_block(FILE *out, const struct block *block, enum vtb_format format)
{
    struct vtb_table table = {.gap = 2, .split = VTB_SPLIT_ALIGNED};
    vtb_table_column(&table, (struct vtb_column){.title = "strategy"});
    for (size_t i = 0; i < block->columns_n; i++) {
        char title[TEXT_BYTES];
        fill_title(title, entry_at(block, 0, i));
        vtb_table_column(&table, (struct vtb_column){.title = title});
    }
    for (size_t row = 0; row < block->rows_n; row++)
        add_row(&table, block, row);
    vtb_table_print(out, &table, format);
    putc('\n', out);
    vtb_table_free(&table);
}

/* --- titles --- */

/* The entry of a block whose curve has the widest range: strategies may be missing at points. */
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

/* Appends the values, in this block, of other parameters of which the run has several. */
static void append_others(char title[TEXT_BYTES], const struct block *block)
{
    const struct vtb_break_even *entry = block->items;
    char number[VTB_NUMBER_BYTES];
    for (const struct vtb_parameter *each = vtb_parameters; each->word; each++) {
        const double value =
            vtb_parameter_value(each, entry->first->point, vtb_break_even_case(entry));
        if (each != entry->parameter && !isnan(value) && !each->of_workload &&
            vtb_parameter_varies(each, block->all->comparisons, block->all->comparisons_n))
            vtb_append(title, TEXT_BYTES, ", %s %s", each->word,
                       vtb_digits_text(number, value, 12));
    }
}

static void fill_block_title(char title[TEXT_BYTES], const struct block *block)
{
    const struct vtb_break_even *entry = block->items;
    const struct vtb_break_even *range = widest(block);
    snprintf(title, TEXT_BYTES, "Break-even against %s along %s (", vtb_break_even_baseline(entry),
             entry->parameter->word);
    vtb_append_break_even_value(title, TEXT_BYTES, range, range->crossings.x_min);
    vtb_append(title, TEXT_BYTES, " to ");
    vtb_append_break_even_value(title, TEXT_BYTES, range, range->crossings.x_max);
    vtb_append(title, TEXT_BYTES, "%s)", range->crossings.log_axis ? ", by its logarithm" : "");
    if (!entry->parameter->of_workload)
        vtb_append(title, TEXT_BYTES, ", %s", entry->first->point->workload->name);
    vtb_append(title, TEXT_BYTES, ", %s method", vtb_table_method(vtb_break_even_case(entry)));
    if (entry->first->timed)
        vtb_append(title, TEXT_BYTES, ", %s lookups", vtb_consumer_words[entry->first->consumer]);
    vtb_append(title, TEXT_BYTES, ", heap %s", vtb_break_even_case(entry)->heap->name);
    append_others(title, block);
    if (entry->first->point->cold)
        vtb_append(title, TEXT_BYTES, ", cold starts");
}

/* --- sentences --- */

/* An outcome that several strategies may share, and the words for one and for several of them. */
struct outcome {
    enum vtb_curve_verdict verdict;
    int partial; /* < 0: the words are for partial outcomes and others */
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
           (outcome->partial < 0 ||
            vtb_crossings_partial(&entry->crossings) == (outcome->partial > 0));
}

/* Prints which strategies have an outcome: "a is faster all along", "a, b and c change sides".
 * Returns whether there was any. */
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
        fprintf(out, "%s%s", done_n > 0 ? vtb_separator(done_n, n) : separator,
                vtb_break_even_strategy(entry));
        done_n++;
    }
    if (n > 0)
        fprintf(out, " %s", vtb_plural((double)n, outcome->of_one, outcome->of_several));
    return n > 0;
}

static void print_outcomes(FILE *out, const struct block *block, size_t column)
{
    const struct vtb_break_even *entry = entry_at(block, 0, column);
    const bool exact = entry->metric == VTB_BREAK_EVEN_BYTES;
    const struct outcome *outcomes = exact ? byte_outcomes : time_outcomes;
    const char *separator = "";
    fprintf(out, "%s against %s: ", exact ? "Bytes" : "Time", vtb_break_even_baseline(entry));
    for (size_t i = 0; i < OUTCOMES_N; i++) {
        if (print_outcome(out, block, column, &outcomes[i], separator))
            separator = "; ";
    }
    fputs(".\n", out);
}

/* Prints the title of a block, with its lines broken, except in Markdown. */
static void print_title(FILE *out, const struct block *block, enum vtb_format format)
{
    char title[TEXT_BYTES];
    fill_block_title(title, block);
    if (format == VTB_FORMAT_MARKDOWN) {
        fprintf(out, "### %s\n\n", title);
        return;
    }
    vtb_append(title, TEXT_BYTES, ":");
    vtb_print_wrapped(out, title);
    fputs("\n\n", out);
}

static void print_sentences(FILE *out, const void *what)
{
    const struct block *block = what;
    for (size_t column = 0; column < block->columns_n; column++) {
        if (entry_at(block, 0, column)->min_gain_percent == 0)
            print_outcomes(out, block, column);
    }
}

/* Explains, once for all tables, how to read them. */
static void print_reading(FILE *out, const struct vtb_break_evens *all)
{
    char text[TEXT_BYTES] = "";
    double gain = 0;
    for (size_t i = 0; i < all->n && gain == 0; i++)
        gain = all->items[i].min_gain_percent;
    if (gain > 0)
        vtb_append(text, sizeof text,
                   "Faster is a ratio of times below 1, at least %.6g %% faster one below %.6g. In "
                   "brackets is where that ratio lies within the points' intervals, which hold "
                   "together, for another run, with %.0f %%; ~ marks a place between two "
                   "neighbouring points. ",
                   gain, 1 - gain / 100, 100 * VTB_CONFIDENCE);
    vtb_append(text, sizeof text, "Bytes are counted%s Between points lines are straight.\n",
               gain > 0 ? "." : ", and known without doubt.");
    vtb_print_wrapped(out, text);
    putc('\n', out);
}

void vtb_report_break_evens(FILE *out, const struct vtb_break_evens *all, enum vtb_format format)
{
    for (size_t first = 0; first < all->n;) {
        const struct block block = block_at(all, first);
        print_title(out, &block, format);
        print_block(out, &block, format);
        vtb_print_wrapped_by(out, print_sentences, &block, VTB_LINE_WIDTH);
        putc('\n', out);
        first += block.rows_n * block.columns_n;
    }
    if (all->n > 0)
        print_reading(out, all);
}
