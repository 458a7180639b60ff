/* The outcomes of `run_bench misuse`, for people and for programs. */
#include "check/misuse.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

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
        json_t *row = json_pack("{ss ss ss sb ss ss}", "misuse", misuse_words[result->misuse],
                                "title", misuse_titles[result->misuse], "strategy",
                                result->strategy, "checked", result->checked, "outcome",
                                outcome_words[result->outcome], "text", result->text);
        if (!row || json_array_append_new(rows, row) != 0)
            abort(); /* no memory for a few bytes of text */
    }
    json_t *all = json_pack("{so}", "misuse", rows);
    json_dumpf(all, out, JSON_INDENT(2));
    putc('\n', out);
    json_decref(all);
}

static void report_csv(FILE *out, const struct vtb_misuse_results *results)
{
    fputs("misuse,strategy,checked,outcome,text\n", out);
    for (size_t i = 0; i < results->n; i++) {
        const struct vtb_misuse_result *result = &results->items[i];
        fprintf(out, "%s,%s,%s,%s,\"%s\"\n", misuse_words[result->misuse], result->strategy,
                result->checked ? "true" : "false", outcome_words[result->outcome], result->text);
    }
}

/* --- tables: outcomes with a number that stands for their text --- */

/* The texts that occur, in the order in which they come. */
struct notes {
    const char **texts; /* owned */
    size_t n;
};

/* The number of a text, from 1; 0 if there is none. */
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

static void outcome_text(char *text, size_t text_bytes, const struct vtb_misuse_result *result,
                         struct notes *notes)
{
    const size_t number = note(notes, result->text);
    if (number)
        snprintf(text, text_bytes, "%s [%zu]", outcome_words[result->outcome], number);
    else
        snprintf(text, text_bytes, "%s", outcome_words[result->outcome]);
}

static void print_row(FILE *out, bool markdown, const char *a, const char *b, const char *c)
{
    if (markdown)
        fprintf(out, "| %s | %s | %s |\n", a, b, c);
    else
        fprintf(out, "%-19s %-22s %s\n", a, b, c);
}

/* One misuse: its attempts are results[first], with each strategy's two one after the other. */
static size_t print_misuse(FILE *out, const struct vtb_misuse_results *results, size_t first,
                           bool markdown, struct notes *notes)
{
    const enum vtb_misuse_id misuse = results->items[first].misuse;
    size_t i = first;
    fprintf(out, "%s%s\n\n", markdown ? "### " : "", misuse_titles[misuse]);
    print_row(out, markdown, "strategy", "as it is", "with checks");
    if (markdown)
        fputs("|---|---|---|\n", out);
    for (; i < results->n && results->items[i].misuse == misuse; i += 2) {
        char plain[64];
        char checked[64];
        outcome_text(plain, sizeof plain, &results->items[i], notes);
        outcome_text(checked, sizeof checked, &results->items[i + 1], notes);
        print_row(out, markdown, results->items[i].strategy, plain, checked);
    }
    putc('\n', out);
    return i;
}

static void report_tables(FILE *out, const struct vtb_misuse_results *results, bool markdown)
{
    struct notes notes = {.texts = calloc(results->n + 1, sizeof *notes.texts)};
    if (!notes.texts)
        abort(); /* no memory for a few pointers */
    for (size_t i = 0; i < results->n;)
        i = print_misuse(out, results, i, markdown, &notes);
    for (size_t i = 0; i < notes.n; i++)
        fprintf(out, "[%zu] %s%s\n", i + 1, notes.texts[i], markdown ? "  " : "");
    free(notes.texts);
}

void vtb_misuse_report(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_misuse_results *results = what;
    switch (format) {
    case VTB_FORMAT_JSON:
        report_json(out, results);
        return;
    case VTB_FORMAT_CSV:
        report_csv(out, results);
        return;
    case VTB_FORMAT_TABLE:
    case VTB_FORMAT_MARKDOWN:
        break;
    }
    report_tables(out, results, format == VTB_FORMAT_MARKDOWN);
}
