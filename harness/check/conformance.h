/*
 * `run_bench check`: whether a strategy does what the contract says, against a workload.
 *
 * Every check runs in a process of its own, so that one that crashes, hangs or breaks memory is
 * told by its name, and the others go on; but where one hangs the rest is left out. What a strategy
 * says that it lacks is not asked of it.
 */
#ifndef CHECK_CONFORMANCE_H
#define CHECK_CONFORMANCE_H

#include "cells/registry.h"
#include "plan/options.h"

struct vtb_check {
    char name[256]; /* begins with strategy and workload where several are checked */
    bool ok;
    char text[800]; /* what is wrong, where, and what to look at; or why there was nothing to do */
};

struct vtb_checks {
    struct vtb_check *items; /* owned */
    size_t n;
    size_t wrong_n;
};

/* Makes all checks of the strategies and the workloads that the options name. On false *checks is
 * empty. */
VTB_MUST_USE bool vtb_checks_run(struct vtb_checks *checks, const struct vtb_options *options,
                                 struct vtb_error *error);

void vtb_checks_free(struct vtb_checks *checks);

/* Writes them: a line each. */
vtb_print vtb_checks_report; /* of a struct vtb_checks */

#endif
