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

/* Whether a strategy by a method has been named in the text already. */
static bool is_named(const char *text, const struct vtb_case *the_case)
{
    char pair[160];
    (void)snprintf(pair, sizeof pair, " %s is %s", the_case->timing->name, the_case->guest_word);
    return strstr(text, pair) != NULL;
}

/* Appends what each strategy is there, once. */
static size_t append_words(char *text, const struct told *told)
{
    const struct vtb_plan *plan = told->results->plan;
    size_t n = 0;
    for (size_t p = 0; p < plan->points_n; p++) {
        const struct vtb_point *point = &plan->points[p];
        for (size_t i = vtb_cells_end(point); i < point->cases_n; i++) {
            const struct vtb_case *the_case = &point->cases[i];
            if (the_case->guest != told->guest || is_named(text, the_case))
                continue;
            vtb_append(text, TEXT_BYTES, "%s %s is %s", n > 0 ? "," : "", the_case->timing->name,
                       the_case->guest_word);
            n++;
        }
    }
    return n;
}

static void print_guest(FILE *out, const void *what)
{
    const struct told *told = what;
    const struct vtb_guest_note *note = &told->results->guests[told->guest->number];
    char text[TEXT_BYTES] = "";
    vtb_append(text, sizeof text,
               "%s is no model but a runtime, in the same rounds, by its own "
               "clock: there",
               told->guest->title);
    if (append_words(text, told) == 0)
        return;
    fprintf(out, "%s. How many allocations its bytes are, it does not tell.", text);
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
