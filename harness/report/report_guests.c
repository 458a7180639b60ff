#include "report/report_guests.h"

#include <inttypes.h>
#include <string.h>

#include "base/prose.h"
#include "passes/guest_timing.h"
#include "report/case_names.h"

#define TEXT_BYTES 2048

/* A guest, and what is told of it. */
struct told {
    const struct vtb_results *results;
    const struct vtb_plan_guest *guest;
};

/* Appends what a strategy is there, unless the text has it. */
static void append_word(char *text, const struct vtb_case *the_case)
{
    char pair[160];
    (void)snprintf(pair, sizeof pair, " %s is %s", the_case->timing->name, the_case->guest_word);
    if (!strstr(text, pair))
        vtb_append(text, TEXT_BYTES, "%s%s", *text ? "," : "", pair);
}

/* Writes what each strategy is there by a method, once; or nothing, if there is none. */
static void write_words(char *text, const struct told *told, enum vtb_method method)
{
    const struct vtb_plan *plan = told->results->plan;
    *text = '\0';
    for (size_t p = 0; p < plan->points_n; p++) {
        const struct vtb_point *point = &plan->points[p];
        for (size_t i = vtb_cells_end(point); i < point->cases_n; i++) {
            const struct vtb_case *the_case = &point->cases[i];
            if (the_case->guest == told->guest && the_case->timing->kind.method == method)
                append_word(text, the_case);
        }
    }
}

static void print_guest(FILE *out, const void *what)
{
    const struct told *told = what;
    const struct vtb_guest_note *note = &told->results->guests[told->guest->number];
    const char *separator = ". By the";
    char text[TEXT_BYTES];
    bool any = false;
    for (int method = 0; method < VTB_METHODS_N; method++) {
        write_words(text, told, (enum vtb_method)method);
        if (!*text)
            continue;
        if (!any)
            fprintf(out, "%s is no model but a runtime%s", told->guest->title,
                    vtb_plan_is_timed(told->results->plan)
                        ? ", in the same rounds, by its own clock"
                        : "");
        fprintf(out, "%s %s method%s", separator, vtb_method_words[method], text);
        separator = "; by the";
        any = true;
    }
    if (!any)
        return;
    fputs(". How many allocations its bytes are, it does not tell.", out);
    if (note->unsteady_n > 0)
        fprintf(out, " In %" PRIu64 " case%s of its sessions times were not steady yet after %d s.",
                note->unsteady_n, vtb_plural((double)note->unsteady_n, "", "s"), VTB_GUEST_WARM_S);
    putc('\n', out);
}

void vtb_report_guests(FILE *out, const struct vtb_results *results, size_t line_width)
{
    for (size_t i = 0; results->guests && i < results->plan->guests_n; i++) {
        const struct told told = {results, &results->plan->guests[i]};
        vtb_print_wrapped_by(out, print_guest, &told, line_width);
    }
}
