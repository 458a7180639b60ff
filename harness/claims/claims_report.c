#include "claims/claims_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/prose.h"
#include "base/shown.h"
#include "base/table.h"
#include "report/report_json.h"

/* --- what is claimed --- */

#define CLAIMED_BYTES (VTB_AMOUNT_BYTES + 40)

/* What a claim says, as a bound or a range if it is one: "more than 50 % of time"; "-" if it has no
 * figure. Returns `text`. */
static const char *claimed_text(char text[CLAIMED_BYTES], const struct vtb_claim *claim)
{
    char amount[VTB_AMOUNT_BYTES];
    char from[VTB_NUMBER_BYTES];
    const bool is_range = claim->rule == VTB_CLAIM_WITHIN;
    *text = '\0';
    if (!claim->unit) {
        vtb_append(text, CLAIMED_BYTES, "-");
        return text;
    }
    vtb_claim_amount(amount, is_range ? claim->value_hi : claim->value, true, claim->unit);
    if (is_range)
        vtb_append(text, CLAIMED_BYTES, "%s to %s", vtb_digits_text(from, claim->value, 3), amount);
    else if (claim->rule == VTB_CLAIM_AT_MOST)
        vtb_append(text, CLAIMED_BYTES, "at most %s", amount);
    else if (claim->rule == VTB_CLAIM_ABOVE)
        vtb_append(text, CLAIMED_BYTES, "%s %s", claim->tolerance > 0 ? "from about" : "more than",
                   amount);
    else
        vtb_append(text, CLAIMED_BYTES, "%s%s", claim->tolerance > 0 ? "about " : "", amount);
    return text;
}

/* --- JSON and CSV --- */

static void report_json(FILE *out, const struct vtb_claim_results *results)
{
    json_t *rows = vtb_json_checked(json_array());
    for (size_t i = 0; i < results->n; i++) {
        const struct vtb_claim_result *result = &results->items[i];
        const struct vtb_claim *claim = result->claim;
        char says[CLAIMED_BYTES];
        json_t *row = vtb_json_checked(json_object());
        vtb_json_put(row, "id", json_string(claim->id));
        vtb_json_put(row, "section", json_string(claim->section));
        vtb_json_put(row, "quote", json_string(claim->quote));
        vtb_json_put(row, "seed_value", vtb_json_number(claim->unit ? claim->value : NAN));
        vtb_json_put(row, "seed_says", json_string(claimed_text(says, claim)));
        vtb_json_put(row, "unit", json_string(claim->unit ? claim->unit : ""));
        vtb_json_put(row, "measured", vtb_json_number(result->measured.figure.median));
        vtb_json_put(row, "lo", vtb_json_number(result->measured.figure.lo));
        vtb_json_put(row, "hi", vtb_json_number(result->measured.figure.hi));
        vtb_json_put(row, "factor", vtb_json_number(result->factor));
        vtb_json_put(row, "verdict", json_string(vtb_claim_verdict_words[result->verdict]));
        vtb_json_put(row, "how", json_string(result->how));
        vtb_json_put(row, "reason", vtb_json_text(result->reason));
        vtb_json_append(rows, row);
    }
    json_t *all = vtb_json_checked(json_object());
    vtb_report_made(all, results->machine, results->began);
    vtb_json_put(all, "claims", rows);
    vtb_json_print(out, all, JSON_REAL_PRECISION(6));
}

static void add_number(struct vtb_table *table, double value)
{
    if (isfinite(value))
        vtb_table_cell(table, "%.6g", value);
    else
        vtb_table_cell(table, "%s", "");
}

static void add_columns(struct vtb_table *table, const char *const *titles, size_t n)
{
    for (size_t i = 0; i < n; i++)
        vtb_table_column(table, (struct vtb_column){.title = titles[i]});
}

static void add_claimed(struct vtb_table *table, const struct vtb_claim *claim)
{
    char text[CLAIMED_BYTES];
    vtb_table_cell(table, "%s", claimed_text(text, claim));
}

static void report_csv(FILE *out, const struct vtb_claim_results *results)
{
    static const char *const titles[] = {"id",      "section",  "quote", "seed_value", "seed_says",
                                         "unit",    "measured", "lo",    "hi",         "factor",
                                         "verdict", "how",      "reason"};
    struct vtb_table table = {.gap = 1};
    add_columns(&table, titles, sizeof titles / sizeof *titles);
    for (size_t i = 0; i < results->n; i++) {
        const struct vtb_claim_result *result = &results->items[i];
        vtb_table_cell(&table, "%s", result->claim->id);
        vtb_table_cell(&table, "%s", result->claim->section);
        vtb_table_cell(&table, "%s", result->claim->quote);
        add_number(&table, result->claim->unit ? result->claim->value : NAN);
        add_claimed(&table, result->claim);
        vtb_table_cell(&table, "%s", result->claim->unit ? result->claim->unit : "");
        add_number(&table, result->measured.figure.median);
        add_number(&table, result->measured.figure.lo);
        add_number(&table, result->measured.figure.hi);
        add_number(&table, result->factor);
        vtb_table_cell(&table, "%s", vtb_claim_verdict_words[result->verdict]);
        vtb_table_cell(&table, "%s", result->how);
        vtb_table_cell(&table, "%s", result->reason);
    }
    vtb_table_print(out, &table, VTB_FORMAT_CSV);
    vtb_table_free(&table);
}

/* --- for people --- */

static void add_measured(struct vtb_table *table, const struct vtb_claim_result *result)
{
    char amount[VTB_AMOUNT_BYTES];
    const struct vtb_claim_value *measured = &result->measured;
    vtb_table_cell(table, "%s",
                   isnan(measured->figure.median)
                       ? "-"
                       : vtb_claim_value_text(amount, measured, result->claim->unit));
}

static void add_factor(struct vtb_table *table, const struct vtb_claim_result *result)
{
    char number[VTB_NUMBER_BYTES];
    if (isnan(result->factor) || result->claim->misuses)
        vtb_table_cell(table, "%s", "");
    else
        vtb_table_cell(table, "%s", vtb_claim_factor(number, result->factor));
}

/* The end of a section that begins at a row. */
static size_t section_end(const struct vtb_claim_results *results, size_t first)
{
    size_t end = first;
    while (end < results->n &&
           strcmp(results->items[end].claim->section, results->items[first].claim->section) == 0)
        end++;
    return end;
}

/* A quote on one line. */
static void add_quote(struct vtb_table *table, const char *quote)
{
    char line[400] = "";
    while (*quote) {
        const size_t n = strcspn(quote, "\n");
        vtb_append(line, sizeof line, "%s%.*s", *line ? " " : "", (int)n, quote);
        quote += n;
        quote += strspn(quote, "\n ");
    }
    vtb_table_cell(table, "%s", line);
}

static enum vtb_paint paint_of(enum vtb_claim_verdict verdict)
{
    static const enum vtb_paint paints[VTB_CLAIM_VERDICTS_N] = {
        [VTB_CLAIM_REPRODUCED] = VTB_PAINT_GOOD, [VTB_CLAIM_NOT_REPRODUCED] = VTB_PAINT_BAD,
        [VTB_CLAIM_ARITHMETIC] = VTB_PAINT_BAD,  [VTB_CLAIM_DEPENDS] = VTB_PAINT_NONE,
        [VTB_CLAIM_CHANGED] = VTB_PAINT_NONE,    [VTB_CLAIM_NOT_MEASURABLE] = VTB_PAINT_DIM,
    };
    return paints[verdict];
}

static void add_row(struct vtb_table *table, const struct vtb_claim_result *result,
                    enum vtb_format format)
{
    vtb_table_cell(table, "%s", result->claim->id);
    if (format == VTB_FORMAT_MARKDOWN)
        add_quote(table, result->claim->quote);
    add_claimed(table, result->claim);
    add_measured(table, result);
    add_factor(table, result);
    vtb_table_cell(table, "%s", vtb_claim_verdict_words[result->verdict]);
    vtb_table_paint(table, paint_of(result->verdict));
    if (format == VTB_FORMAT_MARKDOWN)
        vtb_table_cell(table, "%s", result->reason);
}

/* Prints a reason, once for all rows of the section that have it. */
static void print_reason(FILE *out, const struct vtb_claim_results *results, size_t first,
                         size_t own, size_t end)
{
    const char *reason = results->items[own].reason;
    char ids[400] = "";
    for (size_t i = first; i < own; i++) {
        if (strcmp(results->items[i].reason, reason) == 0)
            return;
    }
    for (size_t i = own; i < end; i++) {
        if (strcmp(results->items[i].reason, reason) == 0)
            vtb_append_item(ids, sizeof ids, "%s", results->items[i].claim->id);
    }
    if (!*reason)
        return;
    vtb_printf_wrapped(out, "%s: %s.", ids, reason);
    putc('\n', out);
}

static void print_heading(FILE *out, const char *section, bool is_markdown)
{
    char *text = vtb_markdown_copy(section);
    fprintf(out, "%s%s\n\n", is_markdown ? "## " : "", is_markdown ? text : section);
    free(text);
}

static void print_section(FILE *out, const struct vtb_claim_results *results, size_t first,
                          size_t end, enum vtb_format format)
{
    static const char *const titles[] = {"claim", "claimed", "measured", "factor", "verdict"};
    static const char *const long_titles[] = {"claim",  "quote",   "claimed", "measured",
                                              "factor", "verdict", "why"};
    const bool is_markdown = format == VTB_FORMAT_MARKDOWN;
    struct vtb_table table = {.gap = 2};
    print_heading(out, results->items[first].claim->section, is_markdown);
    if (is_markdown)
        add_columns(&table, long_titles, sizeof long_titles / sizeof *long_titles);
    else
        add_columns(&table, titles, sizeof titles / sizeof *titles);
    for (size_t i = first; i < end; i++)
        add_row(&table, &results->items[i], format);
    vtb_table_print(out, &table, format);
    vtb_table_free(&table);
    for (size_t i = first; i < end && !is_markdown; i++)
        print_reason(out, results, first, i, end);
}

static void print_verdicts(FILE *out, const struct vtb_claim_results *results)
{
    char text[400] = "";
    for (int verdict = 0; verdict < VTB_CLAIM_VERDICTS_N; verdict++) {
        size_t n = 0;
        for (size_t i = 0; i < results->n; i++)
            n += (int)results->items[i].verdict == verdict;
        if (n > 0)
            vtb_append_item(text, sizeof text, "%zu %s", n, vtb_claim_verdict_words[verdict]);
    }
    vtb_printf_wrapped(out,
                       "%zu claim%s on %s: %s. Measured are models of tasks and value tasks, not "
                       ".NET itself; what .NET 11 changes follows from them. A figure is of the "
                       "first heap and hit rate of which it is known; the others stand in the "
                       "reason.",
                       results->n, vtb_plural((double)results->n, "", "s"),
                       vtb_machine_fact(results->machine, "cpu_model"), text);
    putc('\n', out);
}

/* What makes the whole a page of its own. */
static void print_head(FILE *out)
{
    fputs("# Claims, measured\n\n", out);
    vtb_print_wrapped(
        out,
        "An article of the well-known kind, *Why ValueTask?*, says what tasks and value tasks "
        "cost. "
        "Here is each of its claims, by its headings, beside what is measured, made by this "
        "command:");
    fputs("\n\n    run_bench claims --format markdown > docs/CLAIMS.md\n\n", out);
    vtb_print_wrapped(
        out,
        "In brackets is the interval, of 99 %; of what is in ns it holds at the speed that this "
        "machine had. A figure without one is counted, or is the time of a call, of which none is "
        "claimed. "
        "`--format json` has the command that measures each. "
        "[CLI.md](CLI.md#run_bench-claims) tells how verdicts are made. "
        "[DOTNET.md](DOTNET.md) tells more of what .NET 11 changes.");
    fputs("\n\n", out);
}

void vtb_claims_report(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_claim_results *results = what;
    if (format == VTB_FORMAT_JSON) {
        report_json(out, results);
        return;
    }
    if (format == VTB_FORMAT_CSV) {
        report_csv(out, results);
        return;
    }
    if (format == VTB_FORMAT_MARKDOWN)
        print_head(out);
    print_verdicts(out, results);
    for (size_t i = 0, end; i < results->n; i = end) {
        end = section_end(results, i);
        putc('\n', out);
        print_section(out, results, i, end, format);
    }
}
