/*
 * The pressure pass: the calls of a case, on a new heap in a process of its own. Measures which
 * collections they cause, how long the program is paused, how much survives, and how much memory
 * the process takes. One caller makes independent calls, by a cell without accounting.
 */
#ifndef PASSES_PRESSURE_H
#define PASSES_PRESSURE_H

#include "passes/counting.h"
#include "plan/metrics.h"

/* The most calls that a pass makes; more would show nothing new. */
#define VTB_PRESSURE_CALLS_MAX UINT64_C(1000000000)

/* The figures of one case. */
struct vtb_pressure {
    bool measured;
    bool collects;    /* its heap does; otherwise the figures of collections mean nothing */
    uint64_t calls_n; /* calls that were made */
    double run_ns;    /* the time of all calls, with pauses */
    struct vtb_collected collected;
    size_t budget_bytes; /* allocated between collections; 0: its heap has no such rule */
    size_t live_bytes;   /* data that lives in its heap during the whole run */
    uint64_t pauses_n;
    double pause_p50_ns;
    double pause_p99_ns;
    double pause_max_ns;
    double mmu[VTB_MMU_WINDOWS_N]; /* NaN: not known */
    uint64_t page_faults_n;        /* during the calls */
    size_t peak_rss_bytes;         /* the whole process, with table and schedule */
    size_t rss_growth_bytes;       /* the part of the peak that came during the calls */
    /* The bytes that blocks can hold, divided by those that were asked for. NaN: none were. */
    double usable_per_requested;
    /* For a heap that collects: the bytes that it reserves for objects, divided by the bytes of its
     * objects at the end. For another heap: the growth of the process, divided by the bytes of the
     * blocks that were in use at once. NaN: not known. */
    double resident_per_usable;
    /* Owned; the distribution of pauses, see vtb_pauses_print. Null: there were fewer than
     * VTB_COLLECTIONS_MIN pauses, or there is no memory for the text. */
    char *hgrm;
};

/* The number of collections below which their cost is not known well. */
#define VTB_COLLECTIONS_MIN 50

/* Gives the value of a metric for a case; NaN if it was not measured, or the heap does not tell. */
double vtb_pressure_value(const struct vtb_pressure_metric *metric,
                          const struct vtb_pressure *pressure);

/* Counts the collections of a generation, among them those of older generations, as .NET does. */
uint64_t vtb_collections_n(const struct vtb_collected *collected, unsigned generation);

/* Gives the collections of a generation, counted by vtb_collections_n, per 1000 calls. */
double vtb_per_kop(const struct vtb_pressure *pressure, unsigned generation);

/* Gives the share of time, from 0 to 1, that collections took; for a heap that collects. */
double vtb_gc_share(const struct vtb_pressure *pressure);

/* Gives the number of calls that the pass makes for each case of a point. */
uint64_t vtb_pressure_calls_n(const struct vtb_point *point);

/* Measures a case, of which `counted` has the counts. The caller frees pressure->hgrm. On false
 * *error says that the child process died or could not be started, or that there was an
 * interrupt. */
VTB_MUST_USE bool vtb_pressure_run(struct vtb_fixture *fixture, const struct vtb_case *the_case,
                                   const struct vtb_counted *counted, struct vtb_pressure *pressure,
                                   struct vtb_error *error);

#endif
