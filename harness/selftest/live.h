/*
 * The self-test on this machine: copies of a strategy are measured beside it, by the sessions that
 * `run` would have, in every state that the machine can be brought into. For one thread.
 */
#ifndef SELFTEST_LIVE_H
#define SELFTEST_LIVE_H

#include "base/progress.h"
#include "selftest/trials.h"

/* How much to measure. */
struct vtb_selftest_effort {
    size_t runs_n;           /* beside each load */
    size_t simulated_runs_n; /* whose truth is known */
    size_t sessions_n;       /* of a run */
};

/* Measures, and adds what that proves. What cannot be measured here is added with the reason. On
 * false *error says what failed, or that there was an interrupt. */
VTB_MUST_USE bool vtb_selftest_live(struct vtb_proofs *proofs,
                                    const struct vtb_selftest_effort *effort,
                                    struct vtb_error *error);

#endif
