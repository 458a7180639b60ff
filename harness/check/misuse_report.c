/* The outcomes of `run_bench misuse`, for people and for programs. */
#include "check/misuse.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/allocate.h"
#include "base/json_text.h"
#include "base/table.h"

static const char *const misuse_words[] = {
#define VTB_MISUSE_WORD(id, text) #id,
    VTB_MISUSES(VTB_MISUSE_WORD)
#undef VTB_MISUSE_WORD
};

static const char *const misuse_titles[] = {
#define VTB_MISUSE_TITLE(id, text) text,
    VTB_MISUSES(VTB_MISUSE_TITLE)
#undef VTB_MISUSE_TITLE
};

static const char *const outcome_words[] = {
#define VTB_OUTCOME_WORD(id, text) text,
    VTB_MISUSE_OUTCOMES(VTB_OUTCOME_WORD)
#undef VTB_OUTCOME_WORD
};

const char *vtb_misuse_title(enum vtb_misuse_id misuse)
{
    return misuse_titles[misuse];
}

const char *vtb_misuse_outcome_word(enum vtb_misuse_outcome outcome)
{
    return outcome_words[outcome];
}

/* --- JSON and CSV: one row for each attempt --- */

static void report_json(FILE *out, const struct vtb_misuse_results *results)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < results->n; i++) {
        const struct vtb_misuse_result *result = &results->items[i];
        vtb_json_append(rows, vtb_json_checked(json_pack(
                                  "{ss ss ss sb ss ss}", "misuse", misuse_words[result->misuse],
                                  "title", misuse_titles[result->misuse], "strategy",
                                  result->strategy, "checked", result->checked, "outcome",
                                  outcome_words[result->outcome], "text", result->text)));
    }
    vtb_json_print(out, json_pack("{so}", "misuse", rows), 0);
}

static void report_csv(FILE *out, const struct vtb_misuse_results *results)
{
    fputs("misuse,strategy,checked,outcome,text\n", out);
    for (size_t i = 0; i < results->n; i++) {
        const struct vtb_misuse_result *result = &results->items[i];
        fprintf(out, "%s,%s,%s,%s,", misuse_words[result->misuse], result->strategy,
                result->checked ? "true" : "false", outcome_words[result->outcome]);
        vtb_print_csv_quoted(out, result->text);
        putc('\n', out);
    }
}

/* --- tables: outcomes with a number that stands for their text --- */

/* The texts below the tables, each once, in the order in which they come up. */
struct notes {
    const char **texts; /* owned */
    size_t n;
};

/* The number of a text, from 1 on, which is added if it is new; 0 if the text is empty. */
static size_t note(struct notes *notes, const char *text)
{
    size_t i = 0;
    if (!*text)
        return 0;
    while (i < notes->n && strcmp(notes->texts[i], text) != 0)
        i++;
    if (i == notes->n)
        notes->texts[notes->n++] = text;
    return i + 1;
}

static void add_outcome(struct vtb_table *table, const struct vtb_misuse_result *result,
                        struct notes *notes)
{
    const size_t number = note(notes, result->text);
    if (number)
        vtb_table_cell(table, "%s [%zu]", outcome_words[result->outcome], number);
    else
        vtb_table_cell(table, "%s", outcome_words[result->outcome]);
}

/* Prints one misuse. Its attempts begin at results[first]; the two of each strategy stand one after
 * the other. */
static size_t print_misuse(FILE *out, const struct vtb_misuse_results *results, size_t first,
                           enum vtb_format format, struct notes *notes)
{
    const enum vtb_misuse_id misuse = results->items[first].misuse;
    struct vtb_table table = {.gap = 1};
    size_t i = first;
    fprintf(out, "%s%s\n\n", format == VTB_FORMAT_MARKDOWN ? "### " : "", misuse_titles[misuse]);
    vtb_table_column(&table, (struct vtb_column){"strategy", 19, VTB_SIDE_LEFT, true});
    vtb_table_column(&table, (struct vtb_column){"as it is", 22, VTB_SIDE_LEFT, true});
    vtb_table_column(&table, (struct vtb_column){.title = "with checks"});
    for (; i < results->n && results->items[i].misuse == misuse; i += 2) {
        vtb_table_cell(&table, "%s", results->items[i].strategy);
        add_outcome(&table, &results->items[i], notes);
        add_outcome(&table, &results->items[i + 1], notes);
    }
    vtb_table_print(out, &table, format);
    vtb_table_free(&table);
    putc('\n', out);
    return i;
}

static void report_tables(FILE *out, const struct vtb_misuse_results *results,
                          enum vtb_format format)
{
    struct notes notes = {
        .texts = vtb_allocate(results->n + 1, sizeof *notes.texts, "the notes of a table")};
    for (size_t i = 0; i < results->n;)
        i = print_misuse(out, results, i, format, &notes);
    for (size_t i = 0; i < notes.n; i++)
        fprintf(out, "[%zu] %s%s\n", i + 1, notes.texts[i],
                format == VTB_FORMAT_MARKDOWN ? "  " : "");
    free(notes.texts);
}

void vtb_misuse_report(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_misuse_results *results = what;
    if (format == VTB_FORMAT_JSON)
        report_json(out, results);
    else if (format == VTB_FORMAT_CSV)
        report_csv(out, results);
    else
        report_tables(out, results, format);
}
