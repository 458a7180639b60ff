/* Results as CSV. */
#ifndef REPORT_REPORT_CSV_H
#define REPORT_REPORT_CSV_H

#include "base/output.h"
#include "figures/results.h"

/* A header line, and one row for each case. */
void vtb_report_csv(FILE *out, const struct vtb_results *results);

/* Every raw time, one row for each case and round: CSV in any format. Of a struct vtb_results. */
vtb_print vtb_report_samples;

#endif
