/* The findings of a comparison, in sentences. */
#ifndef REPORT_REPORT_FINDINGS_H
#define REPORT_REPORT_FINDINGS_H

#include <stdio.h>

#include "figures/summary.h"

/* Prints sentences, a line each, about the figures of a comparison; also about a volume of calls
 * per second, unless that is 0. */
void vtb_report_findings(FILE *out, const struct vtb_comparison *comparison,
                         double calls_per_second);

#endif
