/* The result file: readable by what reads Google Benchmark's. */
#ifndef REPORT_REPORT_JSON_H
#define REPORT_REPORT_JSON_H

#include "base/output.h"
#include "figures/results.h"

void vtb_report_json(FILE *out, const struct vtb_results *results);

/* The same without the rows of single rounds, what the gate compares with: JSON in any format. Of a
 * struct vtb_results. */
vtb_print vtb_report_baseline;

#endif
