/* `run_bench gate`, from the options to the verdicts; and what makes its baselines. */
#ifndef GATE_GATE_COMMAND_H
#define GATE_GATE_COMMAND_H

#include "gate/gate.h"

/* Runs the baseline's cases, prints and exports the verdicts. False with VTB_EXIT_REGRESSION,
 * VTB_EXIT_INCONCLUSIVE or VTB_EXIT_BASELINE, or if something else went wrong. */
VTB_MUST_USE bool vtb_gate_command(struct vtb_options *options, struct vtb_error *error);

/* Writes the results as a baseline. If they have times, these are measured again VTB_GATE_REPEATS
 * - 1 times, with other keys, and the ratios' intervals widened to what all of them say: in
 * *results as well. The plan's seeds change. */
VTB_MUST_USE bool vtb_baseline_save(struct vtb_results *results, struct vtb_plan *plan,
                                    const char *path, struct vtb_error *error);

#endif
