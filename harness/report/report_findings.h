/* The findings of a comparison, in sentences. */
#ifndef REPORT_REPORT_FINDINGS_H
#define REPORT_REPORT_FINDINGS_H

#include <stdio.h>

#include "figures/results.h"

/* Prints sentences, a line each, about the figures of a comparison of the results; also at the
 * plan's volume of calls, if it has one. */
void vtb_report_findings(FILE *out, const struct vtb_comparison *comparison,
                         const struct vtb_results *results);

#endif
