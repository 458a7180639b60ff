/* The figures of a case, as a row of a result file has them: as if they had just been measured. */
#ifndef GATE_RECORDED_FIGURES_H
#define GATE_RECORDED_FIGURES_H

#include "figures/summary.h"
#include "gate/result_file.h"

/* Gives what a row says of a case of a point. What it does not say is 0, or NaN where a figure may
 * be unknown; what others than the answer and the break-evens tell is not read. */
struct vtb_figures vtb_recorded_figures(const struct vtb_recorded_row *row,
                                        const struct vtb_point *point,
                                        const struct vtb_case *the_case);

#endif
