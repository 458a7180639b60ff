/* The distributions of pauses, in files beside a result file. */
#ifndef REPORT_HISTOGRAMS_H
#define REPORT_HISTOGRAMS_H

#include <stdio.h>

#include "figures/results.h"

/* Writes whose a distribution is, behind it: the name of the case, as result files have it, in a
 * line that plotters take for a comment. */
void vtb_histogram_print_name(FILE *out, const char *name);

/* Writes STEM.STRATEGY-HEAP.hgrm for each case with VTB_COLLECTIONS_MIN pauses or more. The name
 * also has "-async" for asynchronous methods, and the number of the combination of parameters, from
 * 1 on, if there are several. The name of the case, as in the result file, is a comment at the end
 * of the file. On false *error names the first file that could not be written; the
 * others are. */
VTB_MUST_USE bool vtb_histograms_write(const struct vtb_results *results, const char *stem,
                                       struct vtb_error *error);

#endif
