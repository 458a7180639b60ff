/* Prints the verdicts on claims: by sections, or a row each. */
#ifndef CLAIMS_CLAIMS_REPORT_H
#define CLAIMS_CLAIMS_REPORT_H

#include "base/output.h"
#include "claims/evidence.h"

/* Prints a struct vtb_claim_results. */
vtb_print vtb_claims_report;

#endif
