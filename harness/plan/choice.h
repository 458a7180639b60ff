/* The subjects of a run: strategies, workloads, heaps, methods and numbers of callers, as the
 * options name them, or their defaults. An option that they cannot follow is refused here, never
 * ignored. */
#ifndef PLAN_CHOICE_H
#define PLAN_CHOICE_H

#include "cells/registry.h"
#include "plan/options.h"

/* Strategies that every table needs beside those that were asked for: the two references, and the
 * baseline that ratios are to. */
struct vtb_references {
    const char *empty;
    const char *floor;
    const char *baseline;
};

/* How a table's method is compiled, and its caller. */
struct vtb_way {
    bool chosen;
    enum vtb_caller caller;
    bool stored;
    /* Of its cells. */
    struct vtb_kind kind;
};

struct vtb_choice {
    struct vtb_names workloads;
    struct vtb_names heaps;
    struct vtb_names strategies; /* the references first */
    struct vtb_references references;
    struct vtb_way ways[VTB_METHODS_N]; /* by enum vtb_method */
    struct vtb_numbers threads;         /* the first is 1 */
};

/* Chooses from the options. On false *error says which of the demands cannot be met. */
VTB_MUST_USE bool vtb_choice_make(struct vtb_choice *choice, const struct vtb_options *options,
                                  struct vtb_error *error);

/* Whether the hit rate emerges from the keys: behind a cache with a capacity, or one whose entries
 * expire. */
bool vtb_emerges(const struct vtb_workload *workload, const struct vtb_options *options);

#endif
