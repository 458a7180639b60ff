#include "report/report.h"

#include "base/prose.h"
#include "report/report_answer.h"
#include "report/report_break_even.h"
#include "report/report_counted.h"
#include "report/report_csv.h"
#include "report/report_environment.h"
#include "report/report_findings.h"
#include "report/report_guests.h"
#include "report/report_json.h"
#include "report/report_pressure.h"
#include "report/report_skips.h"
#include "report/report_store.h"
#include "report/report_surfaces.h"
#include "report/report_table.h"
#include "report/report_title.h"

/* Prints one table, whose cases begin at `first`, with its title and notes. */
static void print_table(FILE *out, const struct vtb_results *results,
                        const struct vtb_comparison *comparison, size_t first,
                        enum vtb_format format)
{
    if (format == VTB_FORMAT_MARKDOWN)
        fputs("### ", out);
    vtb_report_title(out, comparison, first);
    vtb_report_cases(out, comparison, first, format);
    putc('\n', out);
    vtb_report_pressure(out, comparison, first, &results->plan->pressure_words, format);
    vtb_report_analysis(out, comparison, first, format);
    vtb_report_counted(out, results, comparison, first, format);
}

/* Prints a table for each comparison and heap, and the findings below a comparison's tables. */
static void print_tables(FILE *out, const struct vtb_results *results, enum vtb_format format)
{
    char failure[VTB_ANSWER_TEXT_BYTES];
    for (size_t i = 0; i < results->comparisons_n; i++) {
        const struct vtb_comparison *comparison = &results->comparisons[i];
        const struct vtb_point *point = comparison->point;
        for (size_t first = 0; first < point->cases_n; first = vtb_table_end(point, first))
            print_table(out, results, comparison, first, format);
        vtb_report_findings(out, comparison, results);
        putc('\n', out);
    }
    vtb_report_surfaces(out, results);
    vtb_report_break_evens(out, &results->break_evens, format);
    vtb_report_guests(out, results, VTB_LINE_WIDTH);
    if (vtb_store_failure_text(failure, results))
        vtb_printf_wrapped(out, "%s.\n", failure);
    vtb_report_skips(out, &results->plan->skips, VTB_LINE_WIDTH);
    vtb_report_environment(out, VTB_LINE_WIDTH);
}

void vtb_report_table(FILE *out, const struct vtb_results *results)
{
    if (results->options->details) {
        print_tables(out, results, VTB_FORMAT_TABLE);
        return;
    }
    const struct vtb_look look = vtb_look_of_stdout();
    vtb_report_answer(out, results, &look, VTB_FORMAT_TABLE);
}

void vtb_report_markdown(FILE *out, const struct vtb_results *results)
{
    const struct vtb_look look = {.width = VTB_LOOK_WIDTH_MAX};
    if (results->options->details)
        print_tables(out, results, VTB_FORMAT_MARKDOWN);
    else
        vtb_report_answer(out, results, &look, VTB_FORMAT_MARKDOWN);
}

void vtb_report(FILE *out, const void *what, enum vtb_format format)
{
    static void (*const reports[])(FILE *, const struct vtb_results *) = {
        [VTB_FORMAT_TABLE] = vtb_report_table,
        [VTB_FORMAT_JSON] = vtb_report_json,
        [VTB_FORMAT_CSV] = vtb_report_csv,
        [VTB_FORMAT_MARKDOWN] = vtb_report_markdown,
    };
    reports[format](out, what);
}
