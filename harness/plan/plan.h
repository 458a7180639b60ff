/*
 * The plan: what is run, worked out from the options before anything is measured.
 *
 * A point is one choice of workload and parameters. All its cases (strategy x heap) run the same
 * calls against the same table, so that they may be compared; they make up one table for each
 * consumer.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "cells/registry.h"
#include "plan/options.h"
#include "plan/trace.h"

struct vtb_case {
    const struct vtb_cell *timing;
    const struct vtb_cell *counting;
    const struct vtb_heap_entry *heap;
    size_t threads_n; /* callers at once */
    /* Places in the point's cases, of the same heap and threads; the baseline's method is the same.
     */
    size_t baseline;
    size_t floor;
    size_t empty;
    /* What it is a variation of: by the direct method, or without @variant; itself if nothing. */
    size_t base;
    size_t single; /* the same case with one caller; itself if it has one */
    bool async;    /* the method of its table */
    bool is_twin;  /* the same as its baseline: see vtb_plan_add_twins */
};

struct vtb_point {
    const struct vtb_workload_entry *workload;
    double hit_rate; /* 0 where it emerges */
    struct vtb_cache_setup cache;
    const struct vtb_trace *trace; /* the recorded keys; null: keys are drawn */
    uint64_t calls_n;
    uint64_t counted_max; /* so many are counted; 0: VTB_COUNTED_CALLS_MAX */
    uint64_t keys_n;
    size_t in_flight;
    size_t depth;
    double failure_rate;
    size_t request_ops;
    size_t pollute_bytes; /* of other memory, touched between operations */
    bool emerges;         /* the hit rate, from the keys; otherwise it is hit_rate */
    bool force_async;
    bool completer; /* operations complete on another thread */
    /* Of heaps that collect, see struct vtb_collector_setup. */
    size_t gen0_budget_bytes;
    size_t live_heap_bytes; /* what lives in the heap all along */
    bool incremental;
    bool verify_heap;
    bool cold; /* the first calls of fresh processes are timed, not a steady state */
    enum vtb_completion completion;
    struct vtb_distribution distribution;
    uint64_t seed;
    struct vtb_case *cases; /* owned */
    size_t cases_n;
};

/* A case that cannot be, and why; or a heap, and with it all of its cases. */
struct vtb_skip {
    const char *strategy; /* null: `what` is the name of a heap that cannot be used */
    const char *what;     /* "the async method", the heap's name, the workload's, ... */
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
    bool is_sweep; /* of so many points that each is measured roughly, unless said otherwise */
    struct vtb_skips skips;
    enum vtb_consumer consumers[2]; /* independent, dependent, or both */
    size_t consumers_n;
    size_t tables_n;   /* of each point: its consumers; one if all that is known is counted, and so
                          the same for all */
    bool instructions; /* are counted */
    struct vtb_events events; /* as they were asked for */
    bool require_events;      /* all of them, or nothing is measured */
    struct vtb_numbers worth; /* percent, see vtb_break_evens_make */
    size_t rounds_n;
    double epoch_ns;
    double time_ns;                  /* > 0: in place of rounds_n */
    struct vtb_names pressure_words; /* of figures to show, see vtb_pressure_metrics */
    double calls_per_second;         /* > 0: figures are also told at this volume */
    struct vtb_trace trace;          /* closed with the plan */
    const char *trace_path;          /* null: there is no trace */
};

/* What an entry of the workload's table takes in a managed heap: a reference, and an object with a
 * header, a method table and the value. */
size_t vtb_live_entry_bytes(const struct vtb_workload *workload);

/* With at most so many calls, what is timed is a cold start. */
#define VTB_COLD_CALLS_MAX 100000

/*
 * A table's cases follow one another: the place behind the last that shares first's heap, threads
 * and method. The empty loop and the floor stand at the head of the first table of a heap and
 * number of threads, and belong to all of them.
 */
size_t vtb_table_end(const struct vtb_point *point, size_t first);

/* Makes the plan; on false *error says what the options ask for that cannot be. */
VTB_MUST_USE bool vtb_plan_make(struct vtb_plan *plan, const struct vtb_options *options,
                                struct vtb_error *error);

/*
 * Adds to each point a second case like that of each baseline, and each case of the challenger's
 * role: what differs between the two is noise. They stand behind all others, in no table.
 */
VTB_MUST_USE bool vtb_plan_add_twins(struct vtb_plan *plan, struct vtb_error *error);

/* Makes the plan of what is held against a baseline: the cases that the options make, with a table
 * for each consumer; with twins if times are wanted, and otherwise with no times, whatever the
 * options say. */
VTB_MUST_USE bool vtb_plan_make_controlled(struct vtb_plan *plan, const struct vtb_options *options,
                                           bool timed, struct vtb_error *error);

/* Whether the pressure pass looks at a case: on heaps that collect, or if its figures are asked
 * for. */
bool vtb_plan_has_pressure(const struct vtb_plan *plan, const struct vtb_case *the_case);

/* Whether a pass of the plan runs the cell that times a case. */
bool vtb_plan_needs_timing(const struct vtb_plan *plan, const struct vtb_case *the_case);

/* The cells that the plan's passes run, each once. The array is the caller's to
 * free; null: no memory. */
const struct vtb_cell **vtb_plan_cells(const struct vtb_plan *plan, size_t *n);

/* Whether times are measured, or counts are taken alone. */
bool vtb_plan_is_timed(const struct vtb_plan *plan);

void vtb_plan_free(struct vtb_plan *plan);

#endif
