#include "fidelity/fidelity_report.h"

#include <math.h>
#include <string.h>

#include "base/json_text.h"
#include "base/prose.h"
#include "base/table.h"
#include "fidelity/prediction.h"

/* What is known of a prediction that does not meet its goal: why it was not measured, or else of
 * its kind; "": nothing. */
static const char *reason_of(const struct vtb_prediction *prediction)
{
    const char *known = vtb_prediction_kinds[prediction->kind].known;
    switch (vtb_fidelity_judge(prediction)) {
    case VTB_FIDELITY_NOT_MEASURED:
        return prediction->reason;
    case VTB_FIDELITY_MISSED:
        return known ? known : "";
    default:
        return "";
    }
}

/* --- JSON and CSV --- */

static json_t *parameters_of(const struct vtb_prediction *prediction)
{
    json_t *parameters = vtb_json_checked(json_object());
    vtb_json_put(parameters, "workload", json_string(prediction->workload));
    vtb_json_put(parameters, "hit_rate", vtb_json_number(prediction->hit_rate));
    vtb_json_put(parameters, "depth", json_integer((json_int_t)prediction->depth));
    vtb_json_put(parameters, "in_flight", json_integer((json_int_t)prediction->in_flight));
    vtb_json_put(parameters, "gen0_budget", json_integer((json_int_t)prediction->nursery_bytes));
    return parameters;
}

static json_t *ok_of(const struct vtb_prediction *prediction)
{
    switch (vtb_fidelity_judge(prediction)) {
    case VTB_FIDELITY_MET:
        return json_true();
    case VTB_FIDELITY_MISSED:
        return json_false();
    default:
        return json_null();
    }
}

static void report_json(FILE *out, const struct vtb_predictions *predictions)
{
    json_t *rows = vtb_json_checked(json_array());
    for (size_t i = 0; i < predictions->n; i++) {
        const struct vtb_prediction *prediction = &predictions->items[i];
        const struct vtb_prediction_kind *kind = &vtb_prediction_kinds[prediction->kind];
        json_t *row = vtb_json_checked(json_object());
        vtb_json_put(row, "prediction", json_string(kind->what));
        vtb_json_put(row, "parameters", parameters_of(prediction));
        vtb_json_put(row, "model", vtb_json_text(prediction->model));
        vtb_json_put(row, "guest", vtb_json_text(prediction->guest));
        vtb_json_put(row, "unit", json_string(kind->unit));
        vtb_json_put(row, "predicted", vtb_json_number(prediction->predicted));
        vtb_json_put(row, "measured", vtb_json_number(prediction->measured));
        vtb_json_put(row, "goal", json_string(kind->goal));
        vtb_json_put(row, "ok", ok_of(prediction));
        vtb_json_put(row, "reason", vtb_json_text(reason_of(prediction)));
        vtb_json_append(rows, row);
    }
    json_t *all = vtb_json_checked(json_object());
    vtb_json_put(all, "guest", vtb_json_text(predictions->guest));
    vtb_json_put(all, "version", vtb_json_text(predictions->version));
    vtb_json_put(all, "predictions", rows);
    vtb_json_print(out, all, JSON_REAL_PRECISION(6));
}

static void add_columns(struct vtb_table *table, const struct vtb_column *columns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        vtb_table_column(table, columns[i]);
}

static void add_csv_number(struct vtb_table *table, double value)
{
    if (isfinite(value))
        vtb_table_cell(table, "%.6g", value);
    else
        vtb_table_cell(table, "%s", "");
}

static void report_csv(FILE *out, const struct vtb_predictions *predictions)
{
    static const struct vtb_column columns[] = {
        {.title = "prediction"}, {.title = "workload"},  {.title = "hit_rate"},
        {.title = "depth"},      {.title = "in_flight"}, {.title = "gen0_budget"},
        {.title = "model"},      {.title = "guest"},     {.title = "unit"},
        {.title = "predicted"},  {.title = "measured"},  {.title = "goal"},
        {.title = "verdict"},    {.title = "reason"}};
    struct vtb_table table = {.gap = 1};
    add_columns(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < predictions->n; i++) {
        const struct vtb_prediction *prediction = &predictions->items[i];
        const struct vtb_prediction_kind *kind = &vtb_prediction_kinds[prediction->kind];
        vtb_table_cell(&table, "%s", kind->what);
        vtb_table_cell(&table, "%s", prediction->workload);
        vtb_table_cell(&table, "%g", prediction->hit_rate);
        vtb_table_cell(&table, "%zu", prediction->depth);
        vtb_table_cell(&table, "%zu", prediction->in_flight);
        vtb_table_cell(&table, "%zu", prediction->nursery_bytes);
        vtb_table_cell(&table, "%s", prediction->model);
        vtb_table_cell(&table, "%s", prediction->guest);
        vtb_table_cell(&table, "%s", kind->unit);
        add_csv_number(&table, prediction->predicted);
        add_csv_number(&table, prediction->measured);
        vtb_table_cell(&table, "%s", kind->goal);
        vtb_table_cell(&table, "%s", vtb_fidelity_verdict_words[vtb_fidelity_judge(prediction)]);
        vtb_table_cell(&table, "%s", reason_of(prediction));
    }
    vtb_table_print(out, &table, VTB_FORMAT_CSV);
    vtb_table_free(&table);
}

/* --- for people --- */

#define ROW_MAX 16 /* predictions of one row */

/* Whether two predictions of bytes differ in depth alone, and have the same verdict: they are one
 * row, as "72, 144, 216". */
static bool is_alike(const struct vtb_prediction *one, const struct vtb_prediction *other)
{
    return one->kind <= VTB_PREDICTED_RUNTIME_MISS_BYTES && other->kind == one->kind &&
           strcmp(other->model, one->model) == 0 && strcmp(other->workload, one->workload) == 0 &&
           vtb_fidelity_judge(other) == vtb_fidelity_judge(one);
}

/* The predictions of a row: the one at `first`, and those behind it that are like it. Gives their
 * number; 0: it is of an earlier row. */
static size_t gather(const struct vtb_predictions *predictions, size_t first,
                     const struct vtb_prediction *row[ROW_MAX])
{
    const struct vtb_prediction *items = predictions->items;
    size_t n = 1;
    row[0] = &items[first];
    for (size_t i = 0; i < first; i++) {
        if (is_alike(&items[i], row[0]))
            return 0;
    }
    for (size_t i = first + 1; i < predictions->n && n < ROW_MAX; i++) {
        if (is_alike(row[0], &items[i]))
            row[n++] = &items[i];
    }
    return n;
}

/* The values of a row: one, if they are all the same. */
static void add_values(struct vtb_table *table, const struct vtb_prediction *const *row, size_t n,
                       bool measured)
{
    char text[200] = "";
    char number[VTB_NUMBER_BYTES];
    bool same = true;
    const bool exact = row[0]->kind <= VTB_PREDICTED_GEN2;
    const char *unit = row[0]->kind == VTB_PREDICTED_PAUSED ? " %" : "";
    const double first = measured ? row[0]->measured : row[0]->predicted;
    for (size_t i = 1; i < n; i++)
        same = same && (measured ? row[i]->measured : row[i]->predicted) == first;
    for (size_t i = 0; i < (same ? 1 : n) && isfinite(first); i++) {
        const double value = measured ? row[i]->measured : row[i]->predicted;
        vtb_append_item(text, sizeof text, "%s",
                        exact ? vtb_digits_text(number, value, 6) : vtb_figure_text(number, value));
    }
    vtb_table_cell(table, "%s%s", *text ? text : "-", *text ? unit : "");
}

/* What a row is of: what its kind leaves open. */
static void add_setting(struct vtb_table *table, const struct vtb_prediction *const *row, size_t n)
{
    char text[200] = "";
    char nursery[VTB_NUMBER_BYTES];
    char window[VTB_NUMBER_BYTES];
    const struct vtb_prediction *first = row[0];
    if (first->kind <= VTB_PREDICTED_RUNTIME_MISS_BYTES) {
        vtb_append(text, sizeof text, "%s, depth %zu", first->workload, first->depth);
        if (n > 1)
            vtb_append(text, sizeof text, "%s%zu", n > 2 ? "-" : ", ", row[n - 1]->depth);
    } else if (first->kind <= VTB_PREDICTED_PAUSED)
        vtb_append(text, sizeof text, "%s in flight, %s",
                   vtb_thousands_text(window, (double)first->in_flight),
                   vtb_bytes_text(nursery, (double)first->nursery_bytes));
    else
        vtb_append(text, sizeof text, "hit rate %g", first->hit_rate);
    vtb_table_cell(table, "%s", text);
}

static void add_row(struct vtb_table *table, const struct vtb_prediction *const *row, size_t n)
{
    static const enum vtb_paint paints[VTB_FIDELITY_VERDICTS_N] = {
        [VTB_FIDELITY_MET] = VTB_PAINT_GOOD,
        [VTB_FIDELITY_MISSED] = VTB_PAINT_BAD,
        [VTB_FIDELITY_NO_GOAL] = VTB_PAINT_NONE,
        [VTB_FIDELITY_NOT_MEASURED] = VTB_PAINT_DIM,
    };
    const enum vtb_fidelity_verdict verdict = vtb_fidelity_judge(row[0]);
    vtb_table_cell(table, "%s", vtb_prediction_kinds[row[0]->kind].what);
    add_setting(table, row, n);
    vtb_table_cell(table, "%s", row[0]->model);
    add_values(table, row, n, false);
    add_values(table, row, n, true);
    vtb_table_cell(table, "%s", vtb_fidelity_verdict_words[verdict]);
    vtb_table_paint(table, paints[verdict]);
}

/* The parts of the table, each with widths of its own: the last kind of each. */
static const enum vtb_predicted parts[] = {VTB_PREDICTED_MISS_BYTES,
                                           VTB_PREDICTED_RUNTIME_MISS_BYTES, VTB_PREDICTED_PAUSED,
                                           VTB_PREDICTED_PLAIN_RATIO};

static bool has_part(const struct vtb_predictions *predictions, enum vtb_predicted first,
                     enum vtb_predicted last)
{
    for (size_t i = 0; i < predictions->n; i++) {
        if (predictions->items[i].kind >= first && predictions->items[i].kind <= last)
            return true;
    }
    return false;
}

static void print_part(FILE *out, const struct vtb_predictions *predictions,
                       enum vtb_predicted first, enum vtb_predicted last, enum vtb_format format)
{
    static const struct vtb_column columns[] = {
        {.title = "prediction"},
        {.title = "of"},
        {.title = "model"},
        {.title = "predicted", .side = VTB_SIDE_RIGHT},
        {.title = "measured", .side = VTB_SIDE_RIGHT},
        {.title = "verdict"},
    };
    struct vtb_table table = {.gap = 2};
    if (!has_part(predictions, first, last))
        return;
    add_columns(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < predictions->n; i++) {
        const struct vtb_prediction *row[ROW_MAX];
        const enum vtb_predicted kind = predictions->items[i].kind;
        const size_t n = kind < first || kind > last ? 0 : gather(predictions, i, row);
        if (n > 0)
            add_row(&table, row, n);
    }
    vtb_table_print(out, &table, format);
    putc('\n', out);
    vtb_table_free(&table);
}

static void print_table(FILE *out, const struct vtb_predictions *predictions,
                        enum vtb_format format)
{
    enum vtb_predicted first = VTB_PREDICTED_HIT_BYTES;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        print_part(out, predictions, first, parts[i], format);
        first = (enum vtb_predicted)(parts[i] + 1);
    }
}

/* Prints each reason once, for all kinds that have it. */
static void print_reasons(FILE *out, const struct vtb_predictions *predictions)
{
    for (size_t i = 0; i < predictions->n; i++) {
        const char *reason = reason_of(&predictions->items[i]);
        bool told = !*reason;
        for (size_t k = 0; k < i && !told; k++)
            told = strcmp(reason_of(&predictions->items[k]), reason) == 0;
        if (told)
            continue;
        vtb_printf_wrapped(out, "%s: %s.", vtb_prediction_kinds[predictions->items[i].kind].what,
                           reason);
        putc('\n', out);
    }
}

static void print_sum(FILE *out, const struct vtb_predictions *predictions)
{
    char goals[600] = "";
    size_t counts[VTB_FIDELITY_VERDICTS_N] = {0};
    for (size_t i = 0; i < predictions->n; i++)
        counts[vtb_fidelity_judge(&predictions->items[i])]++;
    for (int kind = 0; kind < VTB_PREDICTED_N; kind++) {
        if (*vtb_prediction_kinds[kind].goal)
            vtb_append_item(goals, sizeof goals, "%s: %s", vtb_prediction_kinds[kind].what,
                            vtb_prediction_kinds[kind].goal);
    }
    vtb_printf_wrapped(out,
                       "%zu predictions of guest %s%s%s: %zu ok, %zu missed, %zu not measured, %zu "
                       "without a goal. Goals: %s.",
                       predictions->n, predictions->guest, *predictions->version ? " " : "",
                       predictions->version, counts[VTB_FIDELITY_MET], counts[VTB_FIDELITY_MISSED],
                       counts[VTB_FIDELITY_NOT_MEASURED], counts[VTB_FIDELITY_NO_GOAL], goals);
    putc('\n', out);
}

void vtb_fidelity_report(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_predictions *predictions = what;
    if (format == VTB_FORMAT_JSON) {
        report_json(out, predictions);
        return;
    }
    if (format == VTB_FORMAT_CSV) {
        report_csv(out, predictions);
        return;
    }
    print_table(out, predictions, format);
    print_reasons(out, predictions);
    putc('\n', out);
    print_sum(out, predictions);
}
