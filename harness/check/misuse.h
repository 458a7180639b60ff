/*
 * `run_bench misuse`: breaks each rule of each strategy on purpose, and reports what happens.
 *
 * Every attempt is made in a child process of its own, on the default heap, with the default
 * workload, by the direct method; once with the strategy as it is, and once with checks compiled
 * in.
 */
#ifndef CHECK_MISUSE_H
#define CHECK_MISUSE_H

#include "cells/registry.h"
#include "plan/options.h"

/* clang-format off */
#define VTB_MISUSES(row)                                                                          \
    row(consumed_twice_result, "consumed twice, over a result")                                   \
    row(consumed_twice_pending, "consumed twice, over an operation that completed")               \
    row(consumed_twice_recycled, "consumed again after its operation was recycled")               \
    row(two_consumers, "two consumers pending at once")                                           \
    row(taken_early, "result taken before completion")                                            \
    row(never_consumed_result, "never consumed, over a result")                                   \
    row(never_consumed_pending, "never consumed, over an operation that completed")               \
    row(stored_recycled, "stored, and awaited after its operation was recycled")                  \
    row(stored_wrapped, "stored, and awaited after its operation was recycled 65,536 times")      \
    row(completed_twice, "completed twice")                                                       \
    row(used_after_free, "used after its memory was given back")                                  \
    row(out_of_scope, "operation in a frame that ends while it is pending")

#define VTB_MISUSE_OUTCOMES(row)                                                                  \
    row(VTB_OUTCOME_DETECTED, "detected")                                                         \
    row(VTB_OUTCOME_HARMLESS, "harmless")                                                         \
    row(VTB_OUTCOME_WRONG_VALUE, "wrong value")                                                   \
    row(VTB_OUTCOME_LEAK, "leak")                                                                 \
    row(VTB_OUTCOME_CRASH, "crash")                                                               \
    row(VTB_OUTCOME_HANG, "hang")                                                                 \
    row(VTB_OUTCOME_NOT_APPLICABLE, "not applicable")
/* clang-format on */

enum vtb_misuse_id {
#define VTB_MISUSE_ROW(id, text) VTB_MISUSE_##id,
    VTB_MISUSES(VTB_MISUSE_ROW)
#undef VTB_MISUSE_ROW
        VTB_MISUSE_N
};

enum vtb_misuse_outcome {
#define VTB_OUTCOME_ROW(id, text) id,
    VTB_MISUSE_OUTCOMES(VTB_OUTCOME_ROW)
#undef VTB_OUTCOME_ROW
};

/* The outcome of one attempt. */
struct vtb_misuse_result {
    enum vtb_misuse_id misuse;
    const char *strategy; /* its name, without a variant */
    bool checked;
    enum vtb_misuse_outcome outcome;
    char text[200]; /* detected: the error; leak: how much; crash: how; not applicable: why */
};

/* The outcomes of all attempts. */
struct vtb_misuse_results {
    struct vtb_misuse_result *items; /* owned; by misuse, strategy, unchecked and checked */
    size_t n;
};

/* Makes all attempts with the strategies that the options name; *results is to be freed. On false
 * *error says why attempts could not be made, and *results is empty. For one thread. */
VTB_MUST_USE bool vtb_misuse_run(struct vtb_misuse_results *results,
                                 const struct vtb_options *options, struct vtb_error *error);

/* Frees the outcomes. */
void vtb_misuse_free(struct vtb_misuse_results *results);

/* Give the words that stand for a misuse and for an outcome in reports. */
const char *vtb_misuse_title(enum vtb_misuse_id misuse);
const char *vtb_misuse_outcome_word(enum vtb_misuse_outcome outcome);

/* Prints a struct vtb_misuse_results: tables with the texts below them, or one row for each
 * attempt. */
vtb_print vtb_misuse_report;

#endif
