/* Distributions of pauses, as files beside a result file. */
#ifndef REPORT_HISTOGRAMS_H
#define REPORT_HISTOGRAMS_H

#include "figures/results.h"

/* Writes STEM.STRATEGY-HEAP.hgrm for each case of VTB_COLLECTIONS_MIN pauses or more, with "-async"
 * and the number of the combination of parameters, from 1 on, where there are several. */
VTB_MUST_USE bool vtb_histograms_write(const struct vtb_results *results, const char *stem,
                                       struct vtb_error *error);

#endif
