/* A comparison, in sentences. */
#ifndef REPORT_REPORT_FINDINGS_H
#define REPORT_REPORT_FINDINGS_H

#include <stdio.h>

#include "figures/summary.h"

/* One sentence a line: what a comparison's figures say; at a volume of calls, unless that is 0. */
void vtb_report_findings(FILE *out, const struct vtb_comparison *comparison,
                         double calls_per_second);

#endif
