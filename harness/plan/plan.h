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
#include "stores/store.h"

#define VTB_GUEST_NAME_BYTES 32

/* At most so many guests in a run. */
#define VTB_GUESTS_MAX 4

/* A guest, a program in another runtime that stands for strategies (plan/guest_cases.h). To its
 * cases it is what a heap is to cells. */
struct vtb_plan_guest {
    char name[VTB_GUEST_NAME_BYTES];
    size_t number;              /* its place among the plan's guests */
    const char *asked;          /* its name, or the path of its folder, as it was given; borrowed */
    struct vtb_heap_entry heap; /* of that name; it collects, and has no function */
    char title[96];             /* the name, and the version once it is known */
};

struct vtb_case {
    const struct vtb_cell *timing; /* for a guest's case its facts alone, as for the next */
    const struct vtb_cell *counting;
    const struct vtb_cell *handover; /* whose hand-overs are timed; null: none are */
    const struct vtb_heap_entry *heap;
    const struct vtb_plan_guest *guest; /* that runs it; null: cells do */
    const char *guest_word;             /* what the guest calls it; null: not known */
    size_t threads_n;                   /* callers at once */
    /* Places in the point's cases, of the same heap and threads. The baseline is of the same
     * method. */
    size_t baseline;
    size_t floor;
    size_t
        empty; /* the number of cases if there is none, as among recorded samples, and in guests */
    /* The case that it is a variation of: the direct method's, or that without @variant; itself if
     * none. */
    size_t variant_of;
    size_t serial;          /* the same case with one caller; itself if it has one */
    enum vtb_method method; /* of its table: the references' own is the direct one */
    enum vtb_caller caller; /* of its table */
    bool stored;            /* the caller keeps the hand-over in a variable, and awaits that */
};

/* How hits come about: the schedule says which calls hit, so that they do at a rate, or they emerge
 * from the keys, in a cache that is real. */
struct vtb_hits {
    bool emerge;
    double rate;                   /* 0 where they emerge */
    struct vtb_cache_setup cache;  /* where they emerge */
    const struct vtb_trace *trace; /* the recorded keys; null: keys are drawn */
};

struct vtb_point {
    const struct vtb_workload_entry *workload;
    struct vtb_hits hits;
    uint64_t calls_n;
    uint64_t counted_max; /* calls that are counted; 0: VTB_COUNTED_CALLS_MAX */
    uint64_t keys_n;
    size_t in_flight;
    bool in_flight_follows; /* from volume, hit rate and the time of a miss */
    size_t depth;
    double failure_rate;
    size_t request_ops;
    size_t pollute_bytes; /* of other memory, touched between operations */
    bool force_async;
    bool completer; /* operations complete on another thread, as always with a store */
    const struct vtb_store *store; /* outside of the program; null: the array that simulates one */
    const char *store_address;     /* of its server, borrowed; null: it is the run's own */
    size_t store_threads_n;        /* that ask it */
    bool abstract;                 /* the caller has an interface of the service */
    bool concurrent_table;
    /* For heaps that collect: see struct vtb_collector_setup. */
    size_t gen0_budget_bytes;
    size_t live_heap_bytes; /* what lives in the heap all along */
    bool incremental;
    bool verify_heap;
    bool cold; /* the first calls of fresh processes are timed, not a steady state */
    /* The pressure pass makes more calls than calls_n where collections are too few otherwise. */
    bool collects_enough;
    enum vtb_completion completion;
    struct vtb_distribution distribution;
    uint64_t seed;
    /* Of its workload, and of the parameters that are not as usual: which shard has it follows from
     * that. */
    uint64_t name_digest;
    size_t place;           /* among all points of the plan, whichever shards have them */
    struct vtb_case *cases; /* owned */
    size_t cases_n;
};

/* A case that cannot be run, and why; or a heap or guest that cannot be used, and so none of its
 * cases. */
struct vtb_skip {
    const char *strategy; /* null: `what` is the name of a heap or guest that cannot be used */
    const char *what;     /* "the async method", the heap's name, the workload's, ... */
    const char *reason;
    bool is_guest; /* `what` is a guest's name */
};

/* The load of an open loop: when calls are meant to start, whatever became of those before. */
struct vtb_open_loop {
    double rate;  /* calls a second, of all callers together; INFINITY: as many as are sustained */
    bool poisson; /* times between them are exponential; else they are all the same */
    double slice_ns; /* how long a case has its turn */
    bool hands_over; /* hand-overs of a completing thread are timed as well */
    enum vtb_wake wake;
};

#define VTB_SKIPS_MAX 256

struct vtb_skips {
    struct vtb_skip items[VTB_SKIPS_MAX];
    size_t n;
};

struct vtb_plan {
    struct vtb_point *points; /* owned; at least one */
    size_t points_n;          /* of its shard; 0 if it has none */
    size_t others_n;          /* of other shards, which stand behind them */
    struct vtb_shard shard;
    uint64_t digest;               /* of all tables and their cases, and of how they are measured */
    struct vtb_plan_guest *guests; /* owned; their cases come after all cells' */
    size_t guests_n;
    /* Whether it has so many points that each is measured roughly, unless the options say
     * otherwise. */
    bool is_sweep;
    struct vtb_skips skips;
    enum vtb_consumer consumers[2]; /* independent, dependent, or both */
    size_t consumers_n;
    /* Tables of each point: one for each consumer; but one where only figures are taken that are
     * the same for all consumers. */
    size_t tables_n;
    bool instructions;            /* instructions are counted */
    struct vtb_events events;     /* as the options name them */
    bool require_events;          /* if any of them cannot be counted, nothing is measured */
    struct vtb_numbers min_gains; /* percent, see vtb_break_evens_make */
    size_t sessions_n;            /* processes that time all tables, one after the other */
    size_t rounds_n;              /* of each session; 0: no times are taken */
    double epoch_ns;
    struct vtb_open_loop
        open_loop; /* a rate of 0: there is none, and times are those of a closed loop */
    struct vtb_names pressure_words; /* the figures to show, see vtb_pressure_metrics */
    double calls_per_second;         /* > 0: figures are also told at this volume */
    struct vtb_trace trace;          /* closed with the plan */
    const char *trace_path;          /* null: there is no trace */
};

/* Bytes that an entry of the workload's table takes in a managed heap: a reference, and an object
 * with a header, a method table and the value. */
size_t vtb_live_entry_bytes(const struct vtb_workload *workload);

/* With at most so many calls a cold start is timed. */
#define VTB_COLD_CALLS_MAX 100000

/*
 * Gives the place behind the last case of a table, which is the first case behind `first` of
 * another heap, number of threads or method: a table's cases follow one another. The empty loop and
 * the floor stand at the head of the first table of a heap and number of threads, and belong to all
 * of them.
 */
size_t vtb_table_end(const struct vtb_point *point, size_t first);

/* Gives the number of threads that complete operations beside a case's callers. */
size_t vtb_point_completers_n(const struct vtb_point *point);

/* Has as many operations in flight in a point, whose hit rate is set, as follow from the time that
 * the options say a miss takes; none if they say none. On false *error says what that lacks. */
VTB_MUST_USE bool vtb_point_follow_miss_time(struct vtb_point *point,
                                             const struct vtb_options *options,
                                             struct vtb_error *error);

/* Gives the place of a point's first case that a guest runs; those of all guests are the last. */
size_t vtb_cells_end(const struct vtb_point *point);

/* Notes a case that cannot be run, unless it is noted. */
void vtb_skips_note(struct vtb_skips *skips, const struct vtb_skip *skip);

/* Makes the plan; on false *error says what the options ask for that cannot be. */
VTB_MUST_USE bool vtb_plan_make(struct vtb_plan *plan, const struct vtb_options *options,
                                struct vtb_error *error);

/* Makes the plan of a run that is held against a baseline: the cases that the options make, with a
 * table for each consumer; without times, unless the options say how long to measure them. */
VTB_MUST_USE bool vtb_plan_make_gated(struct vtb_plan *plan, const struct vtb_options *options,
                                      struct vtb_error *error);

/* Has a plan be that of an open loop, in whose sessions each case has its turn `slices_n` times:
 * nothing is counted, and nothing is a cold start. */
void vtb_plan_open_loop(struct vtb_plan *plan, const struct vtb_open_loop *open_loop,
                        size_t slices_n);

/* Whether the pressure pass looks at a case: it does on heaps that collect, and on others if its
 * figures are asked for. */
bool vtb_plan_has_pressure(const struct vtb_plan *plan, const struct vtb_case *the_case);

/* Whether a pass of the plan runs the cell that times a case. */
bool vtb_plan_needs_timing(const struct vtb_plan *plan, const struct vtb_case *the_case);

/* Gives the cells that the plan's passes run, each once. The array is the caller's to free; null:
 * no memory. */
const struct vtb_cell **vtb_plan_cells(const struct vtb_plan *plan, size_t *n);

/* Whether times are measured; otherwise counts alone are taken. */
bool vtb_plan_is_timed(const struct vtb_plan *plan);

/* Whether times of any point are those of cold starts. */
bool vtb_plan_has_cold(const struct vtb_plan *plan);

/* Whether what is timed finds a real cache as earlier calls have left it, so that it hits at
 * another rate than what is counted, from an empty one on; and whether any point of a plan does. */
bool vtb_point_has_warm_cache(const struct vtb_point *point);
bool vtb_plan_has_warm_cache(const struct vtb_plan *plan);

void vtb_plan_free(struct vtb_plan *plan);

#endif
