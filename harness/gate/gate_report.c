/* The gate's verdicts, written for people, for CI systems and for programs. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/allocate.h"
#include "base/json_text.h"
#include "base/prose.h"
#include "base/shown.h"
#include "base/table.h"
#include "gate/gate.h"

/* The word for the consumer of a check, if its figure is measured for each consumer. */
static const char *consumer_of(const struct vtb_gate_check *check)
{
    const bool is_dependent = strstr(check->name, "/consumer:dependent") != NULL;
    return vtb_consumer_words[is_dependent ? VTB_CONSUMER_DEPENDENT : VTB_CONSUMER_INDEPENDENT];
}

/* A text, as Markdown takes it or as it is. The caller frees. */
static char *text_for(const char *text, bool markdown)
{
    return markdown ? vtb_markdown_copy(text) : vtb_copy_text(text, "a line of a report");
}

/* Prints a sum of the verdicts: "12 figures: 10 same, 2 worse". */
static void print_sum(FILE *out, const struct vtb_gate *gate, bool markdown)
{
    char *path = text_for(gate->baseline->path, markdown);
    fprintf(out, "%zu figure%s against '%s'", gate->checks_n,
            vtb_plural((double)gate->checks_n, "", "s"), path);
    free(path);
    const char *separator = ": ";
    for (int v = VTB_GATE_SAME; v <= VTB_GATE_UNKNOWN; v++) {
        const size_t n = vtb_gate_count(gate, (enum vtb_gate_verdict)v);
        if (n == 0)
            continue;
        fprintf(out, "%s%zu %s", separator, n, vtb_gate_verdict_words[v]);
        separator = ", ";
    }
    fputs(".\n", out);
    if (gate->timed)
        fprintf(out, "Times: %zu sessions; the margin is %.2g %%.\n", gate->sessions_n,
                100 * gate->margin);
}

static void print_notes(FILE *out, const struct vtb_gate *gate, bool markdown)
{
    for (size_t i = 0; i < gate->notes_n; i++) {
        char *note = text_for(gate->notes[i], markdown);
        vtb_printf_wrapped(out, "Note: %s.\n", note);
        free(note);
    }
}

static bool is_told(const struct vtb_gate_check *check)
{
    return check->verdict >= VTB_GATE_BETTER;
}

/* --- the table, and the summary in Markdown --- */

static void print_line(FILE *out, const struct vtb_gate_check *check)
{
    char line[400];
    vtb_gate_line(line, sizeof line, check);
    fprintf(out, "%-12s %s; %s lookups\n", vtb_gate_verdict_words[check->verdict], line,
            consumer_of(check));
}

static const char *advice_of(const struct vtb_gate *gate)
{
    if (vtb_gate_count(gate, VTB_GATE_WORSE) > 0)
        return "Worse than the baseline. If that is meant, renew it: `run_bench run ... "
               "--save-baseline FILE`.\n";
    if (vtb_gate_count(gate, VTB_GATE_BETTER) > 0)
        return "Better than the baseline: renew it, so that this is kept: `run_bench run ... "
               "--save-baseline FILE`.\n";
    return "";
}

static void report_table(FILE *out, const struct vtb_gate *gate)
{
    for (size_t i = 0; i < gate->checks_n; i++) {
        if (is_told(&gate->checks[i]))
            print_line(out, &gate->checks[i]);
    }
    print_sum(out, gate, false);
    print_notes(out, gate, false);
    fputs(advice_of(gate), out);
}

static void print_told(FILE *out, const struct vtb_gate *gate)
{
    static const struct vtb_column columns[] = {
        {.title = "verdict"},
        {.title = "strategy"},
        {.title = "heap"},
        {.title = "figure"},
        {.title = "before", .side = VTB_SIDE_RIGHT},
        {.title = "after", .side = VTB_SIDE_RIGHT},
    };
    struct vtb_table table = {.split = VTB_SPLIT_NEVER};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        vtb_table_column(&table, columns[i]);
    for (size_t i = 0; i < gate->checks_n; i++) {
        const struct vtb_gate_check *check = &gate->checks[i];
        if (!is_told(check))
            continue;
        vtb_table_cell(&table, "%s", vtb_gate_verdict_words[check->verdict]);
        vtb_table_cell(&table, "%s", check->strategy);
        vtb_table_cell(&table, "%s", check->heap);
        vtb_table_cell(&table, "%s", check->metric);
        vtb_table_cell(&table, "%.6g", check->before);
        vtb_table_cell(&table, "%.6g", check->after);
    }
    if (table.cells_n > table.columns_n) {
        vtb_table_print(out, &table, VTB_FORMAT_MARKDOWN);
        putc('\n', out);
    }
    vtb_table_free(&table);
}

static void report_markdown(FILE *out, const struct vtb_gate *gate)
{
    const size_t worse_n = vtb_gate_count(gate, VTB_GATE_WORSE);
    fprintf(out, "### valuetask-bench gate: %s\n\n", worse_n > 0 ? "worse" : "passed");
    print_sum(out, gate, true);
    putc('\n', out);
    print_told(out, gate);
    print_notes(out, gate, true);
    fputs(advice_of(gate), out);
}

/* --- for programs --- */

static void report_json(FILE *out, const struct vtb_gate *gate)
{
    json_t *rows = json_array();
    json_t *notes = json_array();
    for (size_t i = 0; i < gate->checks_n; i++) {
        const struct vtb_gate_check *check = &gate->checks[i];
        json_array_append_new(rows, json_pack("{ss ss ss ss sf sf sf ss}", "name", check->name,
                                              "strategy", check->strategy, "heap", check->heap,
                                              "metric", check->metric, "before", check->before,
                                              "after", check->after, "allowed", check->allowed,
                                              "verdict", vtb_gate_verdict_words[check->verdict]));
    }
    for (size_t i = 0; i < gate->notes_n; i++)
        json_array_append_new(notes, vtb_json_text(gate->notes[i]));
    json_t *all =
        vtb_json_checked(json_pack("{so so so}", "baseline", vtb_json_text(gate->baseline->path),
                                   "notes", notes, "checks", rows));
    if (gate->timed) {
        vtb_json_put(all, "sessions", json_integer((json_int_t)gate->sessions_n));
        vtb_json_put(all, "margin", json_real(gate->margin));
    }
    vtb_json_print(out, all, JSON_REAL_PRECISION(15));
}

static void report_csv(FILE *out, const struct vtb_gate *gate)
{
    fputs("name,strategy,heap,metric,before,after,allowed,verdict\n", out);
    for (size_t i = 0; i < gate->checks_n; i++) {
        const struct vtb_gate_check *check = &gate->checks[i];
        fprintf(out, "%s,%s,%s,%s,%.15g,%.15g,%.15g,%s\n", check->name, check->strategy,
                check->heap, check->metric, check->before, check->after, check->allowed,
                vtb_gate_verdict_words[check->verdict]);
    }
}

void vtb_gate_report(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_gate *gate = what;
    static void (*const reports[])(FILE *, const struct vtb_gate *) = {
        [VTB_FORMAT_TABLE] = report_table,
        [VTB_FORMAT_JSON] = report_json,
        [VTB_FORMAT_CSV] = report_csv,
        [VTB_FORMAT_MARKDOWN] = report_markdown,
    };
    reports[format](out, gate);
}

static void print_escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            putc(*text, out);
        }
    }
}

static void print_test_case(FILE *out, const struct vtb_gate_check *check)
{
    char line[400];
    fputs("    <testcase classname=\"", out);
    print_escaped(out, check->name);
    fputs("\" name=\"", out);
    print_escaped(out, check->metric);
    fputs("\" time=\"0\"", out);
    if (check->verdict != VTB_GATE_WORSE && check->verdict != VTB_GATE_UNKNOWN) {
        fputs("/>\n", out);
        return;
    }
    vtb_gate_line(line, sizeof line, check);
    fputs(check->verdict == VTB_GATE_WORSE ? ">\n      <failure type=\"regression\" message=\""
                                           : ">\n      <skipped message=\"inconclusive: ",
          out);
    print_escaped(out, line);
    fputs("\"/>\n    </testcase>\n", out);
}

void vtb_gate_junit(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_gate *gate = what;
    (void)format;
    fprintf(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        "  <testsuite name=\"valuetask-bench gate\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
        "skipped=\"%zu\">\n",
        gate->checks_n, vtb_gate_count(gate, VTB_GATE_WORSE),
        vtb_gate_count(gate, VTB_GATE_UNKNOWN));
    for (size_t i = 0; i < gate->checks_n; i++)
        print_test_case(out, &gate->checks[i]);
    fputs("  </testsuite>\n</testsuites>\n", out);
}

void vtb_gate_annotations(FILE *out, const struct vtb_gate *gate)
{
    for (size_t i = 0; i < gate->checks_n; i++) {
        char line[400];
        if (gate->checks[i].verdict != VTB_GATE_WORSE)
            continue;
        vtb_gate_line(line, sizeof line, &gate->checks[i]);
        fputs("::error title=worse than the baseline::", out);
        for (const char *c = line; *c; c++) {
            if (*c == '%')
                fputs("%25", out);
            else
                putc(*c, out);
        }
        putc('\n', out);
    }
}
