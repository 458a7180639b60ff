#include "report/report_doctor.h"

#include <stdlib.h>

#include "base/allocate.h"
#include "base/json_text.h"
#include "base/prose.h"
#include "base/table.h"
#include "passes/doctor.h"

static void report_json(FILE *out, const struct vtb_doctor_facts *facts)
{
    json_t *rows = vtb_json_checked(json_array());
    for (size_t i = 0; i < facts->n; i++) {
        const struct vtb_doctor_fact *fact = &facts->items[i];
        json_t *row = vtb_json_checked(json_object());
        vtb_json_put(row, "fact", vtb_json_text(fact->fact));
        vtb_json_put(row, "value", vtb_json_text(fact->value));
        vtb_json_put(row, "effect", vtb_json_text(fact->effect));
        vtb_json_put(row, "remedy", vtb_json_text(fact->remedy));
        vtb_json_put(row, "level", json_string(vtb_doctor_level_words[fact->level]));
        vtb_json_append(rows, row);
    }
    vtb_json_print(out, vtb_json_checked(json_pack("{so}", "facts", rows)), 0);
}

/* Prints how many facts are of each level, in a sentence. */
static void print_summary(FILE *out, const struct vtb_doctor_facts *facts)
{
    size_t n[VTB_DOCTOR_LEVELS_N] = {0};
    for (size_t i = 0; i < facts->n; i++)
        n[facts->items[i].level]++;
    fprintf(out, "%zu facts: %zu may disturb figures (warning), %zu cannot be told (unknown).\n\n",
            facts->n, n[VTB_DOCTOR_WARNING], n[VTB_DOCTOR_UNKNOWN]);
}

/* --- a row for each fact --- */

static void report_rows(FILE *out, const struct vtb_doctor_facts *facts, enum vtb_format format)
{
    static const char *const titles[] = {"fact", "value", "effect", "remedy", "level"};
    struct vtb_table table = {.gap = 1};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        vtb_table_column(&table, (struct vtb_column){.title = titles[i]});
    for (size_t i = 0; i < facts->n; i++) {
        const struct vtb_doctor_fact *fact = &facts->items[i];
        vtb_table_cell(&table, "%s", fact->fact);
        vtb_table_cell(&table, "%s", fact->value);
        vtb_table_cell(&table, "%s", fact->effect);
        vtb_table_cell(&table, "%s", fact->remedy);
        vtb_table_cell(&table, "%s", vtb_doctor_level_words[fact->level]);
    }
    vtb_table_print(out, &table, format);
    vtb_table_free(&table);
}

/* --- for people: the value, and below it what it does, and what to do --- */

#define LEVEL_WIDTH 7
#define FACT_WIDTH 18
#define GAP 2
#define TEXT_WIDTH (VTB_LINE_WIDTH - LEVEL_WIDTH - FACT_WIDTH - 2 * GAP)

/* Adds the cell with all that is said of a fact. */
static void add_text(struct vtb_table *table, const struct vtb_doctor_fact *fact)
{
    char *text = NULL;
    size_t text_bytes;
    FILE *stream = open_memstream(&text, &text_bytes);
    if (!stream)
        vtb_no_memory(sizeof *stream, "a fact");
    vtb_print_wrapped_to(stream, fact->value, TEXT_WIDTH);
    putc('\n', stream);
    vtb_print_wrapped_to(stream, fact->effect, TEXT_WIDTH);
    if (*fact->remedy) {
        char remedy[VTB_DOCTOR_TEXT_BYTES + 16];
        snprintf(remedy, sizeof remedy, "-> %s", fact->remedy);
        putc('\n', stream);
        vtb_print_wrapped_to(stream, remedy, TEXT_WIDTH);
    }
    if (fclose(stream) != 0)
        vtb_no_memory(text_bytes, "a fact");
    vtb_table_cell(table, "%s", text);
    free(text);
}

static void report_aligned(FILE *out, const struct vtb_doctor_facts *facts)
{
    static const enum vtb_paint paints[VTB_DOCTOR_LEVELS_N] = {
        [VTB_DOCTOR_OK] = VTB_PAINT_GOOD,
        [VTB_DOCTOR_WARNING] = VTB_PAINT_BAD,
        [VTB_DOCTOR_UNKNOWN] = VTB_PAINT_DIM,
    };
    struct vtb_table table = {.gap = GAP};
    vtb_table_column(&table, (struct vtb_column){"level", LEVEL_WIDTH, VTB_SIDE_LEFT, true});
    vtb_table_column(&table, (struct vtb_column){"fact", FACT_WIDTH, VTB_SIDE_LEFT, true});
    vtb_table_column(&table, (struct vtb_column){.title = "value, effect, and -> remedy"});
    for (size_t i = 0; i < facts->n; i++) {
        vtb_table_cell(&table, "%s", vtb_doctor_level_words[facts->items[i].level]);
        vtb_table_paint(&table, paints[facts->items[i].level]);
        vtb_table_cell(&table, "%s", facts->items[i].fact);
        add_text(&table, &facts->items[i]);
    }
    vtb_table_print(out, &table, VTB_FORMAT_TABLE);
    vtb_table_free(&table);
}

void vtb_report_doctor(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_doctor_facts *facts = what;
    if (format == VTB_FORMAT_JSON)
        report_json(out, facts);
    if (format == VTB_FORMAT_TABLE || format == VTB_FORMAT_MARKDOWN)
        print_summary(out, facts);
    if (format == VTB_FORMAT_TABLE)
        report_aligned(out, facts);
    if (format == VTB_FORMAT_CSV || format == VTB_FORMAT_MARKDOWN)
        report_rows(out, facts, format);
}
