/* Warnings of what a machine does to a run, on standard error. */
#ifndef COMMANDS_WARNINGS_H
#define COMMANDS_WARNINGS_H

#include "figures/results.h"
#include "passes/machine.h"
#include "plan/plan.h"
#include "report/report_latency.h"

/* Warns of what makes a plan's times doubtful on a machine as it was read; counts alone are the
 * same on any. */
void vtb_warn_before(const struct vtb_machine *machine, const struct vtb_plan *plan);

/* Warns that the run's store failed, if it did. */
void vtb_warn_of_store(const struct vtb_results *results);
void vtb_warn_of_loop_store(const struct vtb_latency_report *report);

/* Notes in *machine what happened to it during a run (vtb_machine_end), and warns of that
 * likewise. */
void vtb_warn_after(struct vtb_machine *machine, const struct vtb_plan *plan);

#endif
