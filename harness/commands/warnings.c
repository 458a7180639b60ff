#include "commands/warnings.h"

#include "base/shown.h"
#include "report/report_store.h"

#define WARNINGS_MAX 8

/* The threads of a plan that work at once: callers, and those that complete. */
static size_t threads_n(const struct vtb_plan *plan)
{
    size_t most = 1;
    for (size_t i = 0; i < plan->points_n; i++) {
        for (size_t j = 0; j < plan->points[i].cases_n; j++) {
            const size_t n =
                plan->points[i].cases[j].threads_n + vtb_point_completers_n(&plan->points[i]);
            most = n > most ? n : most;
        }
    }
    return most;
}

static void print_warnings(char warnings[][200], size_t n)
{
    for (size_t i = 0; i < n; i++)
        vtb_tell("warning: %s", warnings[i]);
}

void vtb_warn_before(const struct vtb_machine *machine, const struct vtb_plan *plan)
{
    char warnings[WARNINGS_MAX][200];
    if (vtb_plan_is_timed(plan))
        print_warnings(warnings,
                       vtb_machine_warnings(machine, threads_n(plan), warnings, WARNINGS_MAX));
}

void vtb_warn_of_store(const struct vtb_results *results)
{
    char text[VTB_ANSWER_TEXT_BYTES];
    if (vtb_store_failure_text(text, results))
        vtb_tell("warning: %s", text);
}

void vtb_warn_of_loop_store(const struct vtb_latency_report *report)
{
    char text[VTB_ANSWER_TEXT_BYTES];
    if (vtb_loop_store_failure_text(text, report))
        vtb_tell("warning: %s", text);
}

void vtb_warn_after(struct vtb_machine *machine, const struct vtb_plan *plan)
{
    char warnings[WARNINGS_MAX][200];
    const size_t n = vtb_machine_end(machine, "", warnings, WARNINGS_MAX);
    if (vtb_plan_is_timed(plan))
        print_warnings(warnings, n);
}
