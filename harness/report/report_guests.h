/* What guests are in a run: the sentences that say what stands for what in them. */
#ifndef REPORT_REPORT_GUESTS_H
#define REPORT_REPORT_GUESTS_H

#include <stdio.h>

#include "figures/results.h"

/* Prints a paragraph for each guest that is told of, wrapped to a width, or nothing. */
void vtb_report_guests(FILE *out, const struct vtb_results *results, size_t line_width);

#endif
