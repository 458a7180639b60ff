/*
 * The verdict on a claim: what was measured, held against what is claimed. For one thread.
 */
#ifndef CLAIMS_VERDICT_H
#define CLAIMS_VERDICT_H

#include <stddef.h>

#include "base/prose.h"
#include "claims/claim.h"

enum vtb_claim_verdict {
    VTB_CLAIM_REPRODUCED,
    VTB_CLAIM_NOT_REPRODUCED,
    VTB_CLAIM_ARITHMETIC,     /* the text's own numbers make something else */
    VTB_CLAIM_DEPENDS,        /* on the heap, the hit rate, what is behind it, the machine's speed,
                                 or on more sessions: it is not known yet */
    VTB_CLAIM_CHANGED,        /* it holds, and not with runtime-async of .NET 11 */
    VTB_CLAIM_NOT_MEASURABLE, /* here */
    VTB_CLAIM_VERDICTS_N
};

extern const char *const vtb_claim_verdict_words[VTB_CLAIM_VERDICTS_N];

/* What was measured for a claim in one setting. */
struct vtb_claim_finding {
    struct vtb_claim_value value;
    double hit_rate;
    const char *heap; /* borrowed; null: it is not about one */
    const char *ends; /* borrowed; how attempts ended; null: it is of none */
};

#define VTB_CLAIM_REASON_BYTES 800
#define VTB_CLAIM_HOW_BYTES 240

struct vtb_claim_result {
    const struct vtb_claim *claim;
    struct vtb_claim_value measured; /* in the first setting in which it is known */
    double factor;                   /* of the claimed figure; NaN: there is none, or it is 0 */
    enum vtb_claim_verdict verdict;
    char reason[VTB_CLAIM_REASON_BYTES];
    char how[VTB_CLAIM_HOW_BYTES]; /* a command */
};

/* Judges a claim by its findings; `lacking` says why none is known, if none is. Sets all of *result
 * but `how`. */
void vtb_claim_judge(struct vtb_claim_result *result, const struct vtb_claim *claim,
                     const struct vtb_claim_finding *findings, size_t n, const char *lacking);

/* What the text's own numbers make, in the claim's unit. */
double vtb_claim_sum_of(const struct vtb_claim_sum *sum);

#define VTB_AMOUNT_BYTES 100

/* Writes a figure with its unit, as people read it. What is exact keeps its whole digits: "800,000
 * allocations/day"; what is measured has three in all: "1.33 M calls/s". */
const char *vtb_claim_amount(char text[VTB_AMOUNT_BYTES], double value, bool is_exact,
                             const char *unit);

/* Likewise, with the interval if there is one, all three in one unit: "1.33 (1.24 to 1.44) M
 * calls/s". */
const char *vtb_claim_value_text(char text[VTB_AMOUNT_BYTES], const struct vtb_claim_value *value,
                                 const char *unit);

/* Writes how many times something is as large: "2.25", or "1/987". */
const char *vtb_claim_factor(char text[VTB_NUMBER_BYTES], double factor);

#endif
