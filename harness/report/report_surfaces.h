/* The in-flight window against the nursery. */
#ifndef REPORT_REPORT_SURFACES_H
#define REPORT_REPORT_SURFACES_H

#include <stdio.h>

#include "figures/results.h"

/* Where both the in-flight window and the nursery's budget vary: the share of time that a heap
 * collects, for each pair, and what decides it. Nothing otherwise. */
void vtb_report_surfaces(FILE *out, const struct vtb_results *results);

#endif
