/*
 * The claims of a text that the project holds against measurements: what it says, where, and what
 * is measured of it. A table of data, and the figures that its rows choose from. docs/CLAIMS.md has
 * what comes out.
 *
 * The text compares a method before, which is asynchronous and returns a task, with the same one
 * after, a plain function that returns a value task. So does a row: `before` is the strategy of the
 * baseline's role by the asynchronous method, `after` that of the challenger's by the direct one.
 */
#ifndef CLAIMS_CLAIM_H
#define CLAIMS_CLAIM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/stats.h"
#include "check/misuse.h"

enum vtb_claim_side {
    VTB_BEFORE,
    VTB_AFTER,
    VTB_AFTER_ASYNC, /* the challenger by the asynchronous method, as wrong uses have it */
    VTB_SIDES_N
};

#define VTB_CLAIM_GENERATIONS 3

/* What was found at one hit rate on one heap: of a call, but for the shares. NaN: not known. */
struct vtb_evidence {
    double hit_rate;
    const char *heap; /* borrowed */
    double allocs[VTB_SIDES_N];
    double bytes[VTB_SIDES_N];
    struct vtb_interval ns[VTB_SIDES_N];              /* from where to where the sessions varied */
    struct vtb_interval beyond_plain_ns[VTB_SIDES_N]; /* beyond a plain call */
    struct vtb_interval ratio[VTB_SIDES_N];           /* of its time to that before */
    struct vtb_interval p99_ratio[VTB_SIDES_N];       /* likewise of latencies at a rate */
    struct vtb_interval p999_ratio[VTB_SIDES_N];
    struct vtb_interval rate_ratio[VTB_SIDES_N]; /* of calls a second that are sustained */
    /* Of a heap that collects. */
    struct vtb_interval collections[VTB_SIDES_N][VTB_CLAIM_GENERATIONS]; /* as .NET counts them */
    bool follows[VTB_SIDES_N];                 /* those of the youngest, from bytes and a budget */
    struct vtb_interval survived[VTB_SIDES_N]; /* the share of the bytes allocated */
    struct vtb_interval gc_ns[VTB_SIDES_N];
    struct vtb_interval gc_share[VTB_SIDES_N];
    struct vtb_interval pause_p99_ns[VTB_SIDES_N];
};

/* What a figure is found to be. */
struct vtb_claim_value {
    /* NaN: it is not known, or, of the ends, it has no interval that holds for another run. */
    struct vtb_interval figure;
    /* What it may be at another speed of this machine, by which it is judged: the interval's ends,
     * if the speed is not in it. */
    double least;
    double most;
    bool is_exact; /* it is counted, or follows from what is */
};

/* How a figure holds what is claimed. */
enum vtb_claim_rule {
    VTB_CLAIM_ABOUT,   /* within the tolerance, a share of the claimed figure */
    VTB_CLAIM_WITHIN,  /* from `value` to `value_hi` */
    VTB_CLAIM_ABOVE,   /* more than `value`, less the tolerance */
    VTB_CLAIM_AT_MOST, /* no more than `value`, and the tolerance */
};

/* What the text's own numbers make, done right: the product of the factors. */
#define VTB_CLAIM_FACTORS_N 3
struct vtb_claim_sum {
    double factors[VTB_CLAIM_FACTORS_N]; /* a 0 ends them; the last may be a unit's scale */
    const char *text;                    /* null: there is no sum */
};

struct vtb_claim;
typedef struct vtb_claim_value vtb_claim_figure(const struct vtb_claim *claim,
                                                const struct vtb_evidence *evidence);

#define VTB_CLAIM_RATES_N 2

struct vtb_claim {
    const char *id;
    const char *section; /* the text's heading */
    const char *quote;   /* as it stands there */
    double value;        /* claimed */
    double value_hi;     /* for VTB_CLAIM_WITHIN */
    const char *unit;
    double tolerance;                /* a share of `value`; 0: it is so exactly */
    vtb_claim_figure *figure;        /* null: by misuses, or not at all */
    double rates[VTB_CLAIM_RATES_N]; /* hit rates; a negative second one: there is none */
    double times; /* what a call's figure is multiplied by: calls, and the unit */
    struct vtb_claim_sum sum;
    const char *unmeasurable; /* why it is not measured; null: it is */
    const char *note;         /* what a reader should know besides; or null */
    enum vtb_claim_rule rule;
    enum vtb_claim_side side; /* whose figure it is, where it is of one */
    unsigned generation;      /* of collections */
    unsigned misuses;         /* a bit each of enum vtb_misuse_id: the share of attempts ... */
    unsigned outcomes;        /* ... that end so, a bit each of enum vtb_misuse_outcome */
    /* What a method of .NET 11 allocates by runtime-async changes it, if it holds here. */
    bool is_of_async;
};

extern const struct vtb_claim vtb_claims[];
extern const size_t vtb_claims_n;

/* What runtime-async of .NET 11 allocates: of hit_rate, heap, allocs, bytes, and collections of the
 * youngest generation, which follow from bytes, alone. */
struct vtb_evidence vtb_claim_net11(double hit_rate);

/* The figures, by what they are of. */
vtb_claim_figure vtb_claim_bytes;             /* allocated */
vtb_claim_figure vtb_claim_allocs;            /* allocations */
vtb_claim_figure vtb_claim_allocs_avoided;    /* that are there before and not after */
vtb_claim_figure vtb_claim_calls_without;     /* calls without an allocation */
vtb_claim_figure vtb_claim_bytes_ratio;       /* of a side's bytes to those before */
vtb_claim_figure vtb_claim_bytes_saved;       /* a share, in percent, as are all that are saved */
vtb_claim_figure vtb_claim_allocs_saved;      /* likewise */
vtb_claim_figure vtb_claim_time;              /* of a call */
vtb_claim_figure vtb_claim_task_time;         /* beyond a plain call */
vtb_claim_figure vtb_claim_time_ratio;        /* of a side's time to that before */
vtb_claim_figure vtb_claim_speed;             /* how many times as fast as before */
vtb_claim_figure vtb_claim_time_saved;        /* a share */
vtb_claim_figure vtb_claim_worth_from;        /* calls a second that save 1 % of a core */
vtb_claim_figure vtb_claim_collections;       /* of a generation */
vtb_claim_figure vtb_claim_collections_saved; /* a share */
vtb_claim_figure vtb_claim_collections_more;  /* how many times as many before */
vtb_claim_figure vtb_claim_gc_time;           /* processor time of collections */
vtb_claim_figure vtb_claim_gc_time_saved;     /* a share */
vtb_claim_figure vtb_claim_gc_share;          /* of processor time, in percent */
vtb_claim_figure vtb_claim_pause_p99;         /* of pauses */
vtb_claim_figure vtb_claim_pause_p99_saved;   /* a share */
vtb_claim_figure vtb_claim_p99_longer;        /* how many times as long a latency's p99 before */
vtb_claim_figure vtb_claim_p999_longer;       /* likewise its p99.9 */
vtb_claim_figure vtb_claim_rate_ratio;        /* how many times as many calls a second */
vtb_claim_figure vtb_claim_rate_more;         /* how many more of them, in percent */
vtb_claim_figure vtb_claim_survived;          /* a share of the bytes, in percent */

#endif
