/*
 * The plan: what is run, worked out from the options before anything is measured.
 *
 * A point is one choice of workload and parameters. All its cases (strategy x heap) run the same
 * calls against the same table, so that they may be compared; they make up one table for each
 * consumer.
 */
#ifndef PLAN_H
#define PLAN_H

#include "options.h"
#include "registry.h"

struct vtb_case {
    const struct vtb_cell *timing;
    const struct vtb_cell *counting;
    const struct vtb_heap_entry *heap;
    bool async; /* the method of its table */
    /* Places in the point's cases, of the same heap; the baseline's method is the same. */
    size_t baseline;
    size_t floor;
    size_t empty;
    /* What it is a variation of: by the direct method, or without @variant; itself if nothing. */
    size_t base;
};

struct vtb_point {
    const struct vtb_workload_entry *workload;
    double hit_rate;
    uint64_t calls_n;
    uint64_t keys_n;
    size_t in_flight;
    size_t depth;
    double failure_rate;
    size_t request_ops;
    bool force_async;
    enum vtb_completion completion;
    struct vtb_distribution distribution;
    uint64_t seed;
    struct vtb_case *cases; /* owned */
    size_t cases_n;
};

/* A case that cannot be, and why. */
struct vtb_skip {
    const char *strategy;
    const char *what; /* "the async method", or the heap's name */
    const char *reason;
};

#define VTB_SKIPS_MAX 256

struct vtb_skips {
    struct vtb_skip items[VTB_SKIPS_MAX];
    size_t n;
};

struct vtb_plan {
    struct vtb_point *points; /* owned */
    size_t points_n;
    struct vtb_skips skips;
    enum vtb_consumer consumers[2]; /* independent, dependent, or both */
    size_t consumers_n;
    size_t rounds_n;
    double epoch_ns;
    double time_ns; /* > 0: in place of rounds_n */
};

/*
 * A table's cases follow one another: the place behind the last that shares first's heap and
 * method. The empty loop and the floor stand at the head of a heap's first table, and belong to all
 * of them.
 */
size_t vtb_table_end(const struct vtb_point *point, size_t first);

/* Makes the plan; on false *error says what the options ask for that cannot be. */
VTB_MUST_USE bool vtb_plan_make(struct vtb_plan *plan, const struct vtb_options *options,
                                struct vtb_error *error);

void vtb_plan_free(struct vtb_plan *plan);

#endif
