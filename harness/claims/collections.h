/* What claims are told of collections, from what the pressure pass found. Any thread may call
 * this. */
#ifndef CLAIMS_COLLECTIONS_H
#define CLAIMS_COLLECTIONS_H

#include "claims/claim.h"
#include "passes/pressure.h"

/* Sets what a side's collections did, of which `bytes` are known already; leaves it as it is if
 * there is no heap that collects. What follows from fewer than VTB_COLLECTIONS_MIN pauses, or of
 * the 99th percentile fewer than it takes, stays as it is too. */
void vtb_evidence_add_pressure(struct vtb_evidence *evidence, enum vtb_claim_side side,
                               const struct vtb_pressure *pressure);

#endif
