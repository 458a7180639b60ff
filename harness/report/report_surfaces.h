/* The effects of the in-flight window and of the nursery's budget, side by side. */
#ifndef REPORT_REPORT_SURFACES_H
#define REPORT_REPORT_SURFACES_H

#include <stdio.h>

#include "figures/results.h"

/* Prints, if a run varies both the in-flight window and the nursery's budget, the share of time
 * that a heap collects, for each pair of them, and which of the two decides it. */
void vtb_report_surfaces(FILE *out, const struct vtb_results *results);

#endif
