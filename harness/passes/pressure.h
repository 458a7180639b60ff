/*
 * The pressure pass: exactly calls_n calls of a case on a fresh heap, in a process of its own: what
 * collections they cause, how long the program stands still for them, what survives, and what
 * memory the process takes. Independent lookups, one caller; what is timed has no accounting.
 */
#ifndef PASSES_PRESSURE_H
#define PASSES_PRESSURE_H

#include "passes/counting.h"
#include "plan/metrics.h"

/* More calls than this show nothing new, and would take hours. */
#define VTB_PRESSURE_CALLS_MAX UINT64_C(1000000000)

struct vtb_pressure {
    bool measured;
    bool collects;    /* its heap does; otherwise nothing is known of collections */
    uint64_t calls_n; /* that were made */
    double run_ns;    /* what they took, pauses and all */
    struct vtb_collected collected;
    size_t budget_bytes; /* allocated between collections; 0: its heap has no such rule */
    size_t live_bytes;   /* that live in its heap all along */
    uint64_t pauses_n;
    double pause_p50_ns;
    double pause_p99_ns;
    double pause_max_ns;
    double mmu[VTB_MMU_WINDOWS_N]; /* NaN: not known */
    uint64_t page_faults_n;        /* while the calls were made */
    size_t peak_rss_bytes;         /* of the process, with table and schedule */
    size_t rss_growth_bytes;       /* of that, since before the calls */
    double usable_per_requested;   /* bytes that blocks hold, of those asked for; NaN: none were */
    /* Bytes that a collected heap has for objects, of those of its objects at the end; of another
     * heap what the process grew by, of the blocks in use at once. NaN: not known. */
    double resident_per_usable;
    char *
        hgrm; /* owned; the pauses' distribution, see vtb_pauses_print; null: few pauses, or none */
};

/* Fewer collections than this are few to tell what they cost. */
#define VTB_COLLECTIONS_MIN 50

/* The value of a metric for a case; NaN if it was not measured, or is not known of its heap. */
double vtb_pressure_value(const struct vtb_pressure_metric *metric,
                          const struct vtb_pressure *pressure);

/* Collections of a generation or an older one, as .NET counts them. */
uint64_t vtb_collections_n(const struct vtb_collected *collected, unsigned generation);

/* The same, in 1000 calls. */
double vtb_per_kop(const struct vtb_pressure *pressure, unsigned generation);

/* The share of time that collections took, of a heap that collects. */
double vtb_gc_share(const struct vtb_pressure *pressure);

/* Calls of a point's pass. */
uint64_t vtb_pressure_calls_n(const struct vtb_point *point);

/* Measures a case; `counted` is what was counted of it. Fails if the child process dies. */
VTB_MUST_USE bool vtb_pressure_run(struct vtb_fixture *fixture, const struct vtb_case *the_case,
                                   const struct vtb_counted *counted, struct vtb_pressure *pressure,
                                   struct vtb_error *error);

#endif
