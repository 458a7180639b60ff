/* Making a baseline, and the repeated measurements of times that a baseline and the gate need. */
#ifndef GATE_BASELINE_H
#define GATE_BASELINE_H

#include "gate/gate.h"

/* Measures the times of a plan `n` times more, each time with other keys: repeats 1, 2, and so on.
 * The results are the caller's to free, also on false, and also after an interrupt. */
VTB_MUST_USE bool vtb_gate_repeat(struct vtb_results *repeats, size_t n,
                                  const struct vtb_plan *plan, struct vtb_error *error);

/* Writes the results as a baseline. If they have times, these are measured again VTB_GATE_REPEATS -
 * 1 times, with other keys, and the intervals of the ratios widened to enclose those of all
 * repeats, in *results as well. */
VTB_MUST_USE bool vtb_baseline_save(struct vtb_results *results, const struct vtb_plan *plan,
                                    const char *path, struct vtb_error *error);

#endif
