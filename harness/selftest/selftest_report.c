#include "selftest/selftest_report.h"

#include <math.h>
#include <string.h>

#include "base/json_text.h"
#include "base/prose.h"
#include "base/table.h"
#include "selftest/trials.h"

static void report_json(FILE *out, const struct vtb_proofs *proofs)
{
    json_t *rows = vtb_json_checked(json_array());
    for (size_t i = 0; i < proofs->n; i++) {
        const struct vtb_proof *proof = &proofs->items[i];
        json_t *row = vtb_json_checked(json_object());
        vtb_json_put(row, "check", vtb_json_text(proof->check));
        vtb_json_put(row, "goal", json_string(proof->goal));
        vtb_json_put_known(row, "found", proof->found);
        vtb_json_put_known(row, "lo", proof->lo);
        vtb_json_put_known(row, "hi", proof->hi);
        vtb_json_put(row, "trials_n", json_integer((json_int_t)proof->trials_n));
        vtb_json_put(row, "ok", json_boolean(proof->ok));
        vtb_json_put(row, "undecided", json_boolean(proof->undecided));
        if (*proof->reason)
            vtb_json_put(row, "reason", vtb_json_text(proof->reason));
        vtb_json_append(rows, row);
    }
    vtb_json_print(out, vtb_json_checked(json_pack("{so}", "checks", rows)),
                   JSON_REAL_PRECISION(6));
}

/* Shares are printed in percent, and exact numbers as they are. */
static bool is_share(const struct vtb_proof *proof)
{
    return !isnan(proof->lo) || strchr(proof->goal, '%') != NULL;
}

static void add_found(struct vtb_table *table, const struct vtb_proof *proof)
{
    char number[VTB_NUMBER_BYTES];
    if (isnan(proof->found))
        vtb_table_cell(table, "-");
    else if (is_share(proof))
        vtb_table_cell(table, "%s %%", vtb_figure_text(number, 100 * proof->found));
    else
        vtb_table_cell(table, "%s", vtb_digits_text(number, proof->found, 6));
}

static void add_bounds(struct vtb_table *table, const struct vtb_proof *proof)
{
    char lo[VTB_NUMBER_BYTES];
    char hi[VTB_NUMBER_BYTES];
    if (isnan(proof->lo))
        vtb_table_cell(table, "%s", "");
    else
        vtb_table_cell(table, "%s to %s %%", vtb_figure_text(lo, 100 * proof->lo),
                       vtb_figure_text(hi, 100 * proof->hi));
}

static const char *word_of(const struct vtb_proof *proof)
{
    if (*proof->reason)
        return "unknown";
    if (!proof->ok)
        return "MISSED";
    if (proof->undecided)
        return "undecided";
    return *proof->goal ? "ok" : "";
}

static enum vtb_paint paint_of(const struct vtb_proof *proof)
{
    if (*proof->reason)
        return VTB_PAINT_DIM;
    if (!proof->ok)
        return VTB_PAINT_BAD;
    if (proof->undecided)
        return VTB_PAINT_DIM;
    return *proof->goal ? VTB_PAINT_GOOD : VTB_PAINT_NONE;
}

static void report_rows(FILE *out, const struct vtb_proofs *proofs, enum vtb_format format)
{
    struct vtb_table table = {.gap = 2};
    vtb_table_column(&table, (struct vtb_column){.title = "check"});
    vtb_table_column(&table, (struct vtb_column){.title = "goal"});
    vtb_table_column(&table, (struct vtb_column){.title = "found", .side = VTB_SIDE_RIGHT});
    vtb_table_column(&table, (struct vtb_column){.title = "99 % bounds", .side = VTB_SIDE_RIGHT});
    vtb_table_column(&table, (struct vtb_column){.title = "trials", .side = VTB_SIDE_RIGHT});
    vtb_table_column(&table, (struct vtb_column){.title = "verdict"});
    for (size_t i = 0; i < proofs->n; i++) {
        const struct vtb_proof *proof = &proofs->items[i];
        vtb_table_cell(&table, "%s", proof->check);
        vtb_table_cell(&table, "%s", proof->goal);
        add_found(&table, proof);
        add_bounds(&table, proof);
        vtb_table_cell(&table, "%zu", proof->trials_n);
        vtb_table_cell(&table, "%s", word_of(proof));
        vtb_table_paint(&table, paint_of(proof));
    }
    vtb_table_print(out, &table, format);
    vtb_table_free(&table);
}

static void print_reasons(FILE *out, const void *what)
{
    const struct vtb_proofs *proofs = what;
    for (size_t i = 0; i < proofs->n; i++) {
        if (*proofs->items[i].reason)
            fprintf(out, "Unknown: %s: %s.\n", proofs->items[i].check, proofs->items[i].reason);
    }
}

void vtb_selftest_report(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_proofs *proofs = what;
    if (format == VTB_FORMAT_JSON) {
        report_json(out, proofs);
        return;
    }
    report_rows(out, proofs, format);
    if (format == VTB_FORMAT_CSV)
        return;
    putc('\n', out);
    vtb_print_wrapped_by(out, print_reasons, proofs, VTB_LINE_WIDTH);
    putc('\n', out);
}
