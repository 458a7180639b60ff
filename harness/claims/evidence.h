/*
 * Measuring what claims are about: a few runs of this program's own, each for many claims, and the
 * misuses of the strategies that they are about. For one thread.
 */
#ifndef CLAIMS_EVIDENCE_H
#define CLAIMS_EVIDENCE_H

#include <time.h>

#include "claims/verdict.h"
#include "run/latency_run.h"
#include "run/own_run.h"

/* What an interrupt means. */
#define VTB_CLAIMS_INTERRUPTED "nothing is told of the claims that were measured"

/* The results of claims that were chosen, in the table's order. */
struct vtb_claim_results {
    struct vtb_claim_result *items; /* owned */
    size_t n;
    const struct vtb_machine *machine; /* borrowed; that they were measured on */
    time_t began;                      /* measuring them */
};

/* An open loop: at a rate, or at the most that each case sustains. */
enum { VTB_CLAIMS_AT_A_RATE, VTB_CLAIMS_AT_MOST, VTB_CLAIMS_LOOPS_N };
struct vtb_claims_loop {
    struct vtb_own_run words;   /* with the plan */
    struct vtb_latency_run run; /* of it */
    char lacking[300];          /* why nothing is known of it; empty: it is, or was not asked for */
};

/* What is measured, opened for the claims that were chosen. */
struct vtb_claims_work {
    const struct vtb_options *options; /* borrowed; of the command */
    struct vtb_own_run run;            /* at every hit rate that a claim asks for */
    struct vtb_own_run pauses;         /* with so many calls that pauses have a p99 */
    struct vtb_claims_loop loops[VTB_CLAIMS_LOOPS_N];
    struct vtb_misuse_results misuses;
    struct vtb_claim_results results;
};

/* Chooses the claims, and makes the run's plan with its cells, unless none of the claims needs it.
 * On false *error says why not. The caller closes the work in any case. */
VTB_MUST_USE bool vtb_claims_open(struct vtb_claims_work *work, const struct vtb_options *options,
                                  struct vtb_error *error);

/* Measures, and judges all claims. On false *error says what failed, or that there was an
 * interrupt. */
VTB_MUST_USE bool vtb_claims_measure(struct vtb_claims_work *work, struct vtb_error *error);

void vtb_claims_close(struct vtb_claims_work *work);

#endif
