/* Results as CSV. */
#ifndef REPORT_REPORT_CSV_H
#define REPORT_REPORT_CSV_H

#include "base/output.h"
#include "figures/results.h"

/* Prints a line of column names, and one row for each case. */
void vtb_report_csv(FILE *out, const struct vtb_results *results);

/* Prints the raw times of a struct vtb_results, one row for each case and round; as CSV, whatever
 * the format. */
vtb_print vtb_report_samples;

#endif
