/*
 * `run_bench check`: whether a strategy keeps to the contract, together with a workload.
 *
 * Every check runs in a process of its own. So a check that crashes or breaks memory is reported by
 * its name, and the others still run; after one that hangs the rest is left out. A capability that
 * a strategy says it lacks is not checked.
 */
#ifndef CHECK_CONFORMANCE_H
#define CHECK_CONFORMANCE_H

#include "cells/registry.h"
#include "plan/options.h"

/* The outcome of one check. */
struct vtb_check {
    char name[256]; /* begins with strategy and workload if several are checked */
    bool ok;
    char text[800]; /* what is wrong, where, and what to look at; or why nothing was checked */
};

/* The outcomes of all checks. */
struct vtb_checks {
    struct vtb_check *items; /* owned */
    size_t n;
    size_t wrong_n;
};

/* Runs all checks of the strategies and workloads that the options name; *checks is to be freed.
 * Checks that are wrong are no error. On false *error says why checks could not be run, and *checks
 * is empty. Takes seconds to minutes. For one thread. */
VTB_MUST_USE bool vtb_checks_run(struct vtb_checks *checks, const struct vtb_options *options,
                                 struct vtb_error *error);

/* Frees the outcomes. */
void vtb_checks_free(struct vtb_checks *checks);

/* Prints a struct vtb_checks, a line for each outcome. */
vtb_print vtb_checks_report;

#endif
