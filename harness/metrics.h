/* The metrics that follow from code alone, or from code and its toolchain: what a gate may hold
 * exactly, and what two result files may be compared by. */
#ifndef METRICS_H
#define METRICS_H

#include <stdbool.h>

#include "names.h"

#define VTB_GATE_FIGURES_MAX 4

/* One metric, under the word that chooses it on the command line. */
struct vtb_gate_metric {
    const char *word;
    const char *keys[VTB_GATE_FIGURES_MAX];   /* in result files; ended by a null */
    const char *titles[VTB_GATE_FIGURES_MAX]; /* of tables' columns, one for each key */
    bool of_toolchain;                        /* the same only where fingerprints are the same */
    bool of_budgets; /* the same only where a heap's budget and what lives in it are the same */
};

#define VTB_GATE_METRICS_N 6

/* Their words, for sentences. */
#define VTB_LIMIT_WORDS "bytes, allocs, frees, live, collections, instructions"

/* Ended by a null word. */
extern const struct vtb_gate_metric vtb_gate_metrics[];

/* The metric of that word; null if there is none. */
const struct vtb_gate_metric *vtb_gate_metric(const char *word);

/* All words, as what a user may have meant. */
void vtb_gate_words(struct vtb_names *words);

/* What collections depend on, beside the code: keys of rows in result files; ended by a null. */
extern const char *const vtb_budget_keys[];

#endif
