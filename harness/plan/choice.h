/* What a run is about: the names that the options choose, or that stand in where they choose none.
 * An option that what was chosen cannot follow is refused here, not left aside. */
#ifndef PLAN_CHOICE_H
#define PLAN_CHOICE_H

#include "cells/registry.h"
#include "plan/options.h"

/* What each table needs beside it: the two references, and the baseline. */
struct vtb_references {
    const char *empty;
    const char *floor;
    const char *baseline;
};

struct vtb_choice {
    struct vtb_names workloads;
    struct vtb_names heaps;
    struct vtb_names strategies; /* the references first */
    struct vtb_references references;
    bool methods[2];            /* direct, async */
    struct vtb_numbers threads; /* the first is 1 */
};

/* On false *error says what the options ask for that cannot be. */
VTB_MUST_USE bool vtb_choice_make(struct vtb_choice *choice, const struct vtb_options *options,
                                  struct vtb_error *error);

/* Whether a workload's hits emerge: through a cache with a capacity, or whose entries expire. */
bool vtb_emerges(const struct vtb_workload *workload, const struct vtb_options *options);

#endif
