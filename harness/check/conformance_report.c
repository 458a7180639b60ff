/* The outcomes of `run_bench check`, for people and for programs. */
#include "check/conformance.h"

#include <string.h>

#include <jansson.h>

#include "base/json_text.h"
#include "base/table.h"

static bool is_left_out(const struct vtb_check *check)
{
    return strncmp(check->text, "left out", 8) == 0;
}

static const char *verdict(const struct vtb_check *check)
{
    if (!check->ok)
        return "WRONG";
    return is_left_out(check) ? "-" : "ok";
}

static enum vtb_paint paint_of(const struct vtb_check *check)
{
    if (!check->ok)
        return VTB_PAINT_BAD;
    return is_left_out(check) ? VTB_PAINT_DIM : VTB_PAINT_GOOD;
}

static void report_json(FILE *out, const struct vtb_checks *checks)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < checks->n; i++) {
        const struct vtb_check *check = &checks->items[i];
        vtb_json_append(rows,
                        vtb_json_checked(json_pack("{ss sb so}", "check", check->name, "ok",
                                                   check->ok, "text", vtb_json_text(check->text))));
    }
    vtb_json_print(out, json_pack("{so}", "checks", rows), 0);
}

static void report_csv(FILE *out, const struct vtb_checks *checks)
{
    fputs("check,ok,text\n", out);
    for (size_t i = 0; i < checks->n; i++) {
        vtb_print_csv_quoted(out, checks->items[i].name);
        fprintf(out, ",%s,", checks->items[i].ok ? "true" : "false");
        vtb_print_csv_quoted(out, checks->items[i].text);
        putc('\n', out);
    }
}

static void report_markdown(FILE *out, const struct vtb_checks *checks)
{
    fputs("| | check | |\n|---|---|---|\n", out);
    for (size_t i = 0; i < checks->n; i++)
        fprintf(out, "| %s | %s | %s |\n", verdict(&checks->items[i]), checks->items[i].name,
                checks->items[i].text);
}

static void report_table(FILE *out, const struct vtb_checks *checks)
{
    for (size_t i = 0; i < checks->n; i++) {
        const struct vtb_check *check = &checks->items[i];
        vtb_paint_word(out, verdict(check), 6, paint_of(check));
        fprintf(out, " %s%s%s\n", check->name, *check->text ? ": " : "", check->text);
    }
}

void vtb_checks_report(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_checks *checks = what;
    static void (*const reports[])(FILE *, const struct vtb_checks *) = {
        [VTB_FORMAT_TABLE] = report_table,
        [VTB_FORMAT_JSON] = report_json,
        [VTB_FORMAT_CSV] = report_csv,
        [VTB_FORMAT_MARKDOWN] = report_markdown,
    };
    reports[format](out, checks);
}
