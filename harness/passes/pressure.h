/*
 * The pressure pass: calls of a case, on a heap in a process of its own. Measures which collections
 * they cause, what these cost, how long the program is paused, how much survives, and how much
 * memory the process takes. One caller makes the calls, by a cell without accounting.
 */
#ifndef PASSES_PRESSURE_H
#define PASSES_PRESSURE_H

#include "passes/counting.h"
#include "plan/metrics.h"

/* The most calls that a pass makes; more would show nothing new. */
#define VTB_PRESSURE_CALLS_MAX UINT64_C(1000000000)

/* The number of collections below which their cost is not known well. */
#define VTB_COLLECTIONS_MIN 50

/* The most calls that a pass makes of its own accord, in order to see VTB_COLLECTIONS_MIN
 * collections: those of 2 s, if a call takes 40 ns. That is assumed rather than measured, so that
 * the number is the same in every run. */
#define VTB_PRESSURE_ENOUGH_MAX UINT64_C(50000000)

/* The figures of one case. */
struct vtb_pressure {
    bool measured;
    bool collects;          /* its heap does; otherwise the figures of collections mean nothing */
    bool counts_only;       /* a guest counted: metrics behind VTB_PRESSURE_PAUSES are not known */
    unsigned generations_n; /* of its collector */
    uint64_t calls_n;       /* calls that were made */
    double cpu_ns;          /* the processor time of all calls, with that of collections */
    struct vtb_collected collected;
    size_t budget_bytes; /* allocated between collections; 0: its heap has no such rule */
    size_t live_bytes;   /* data that lives in its heap during the whole run */
    /* How many calls there are to a collection. INFINITY: the calls allocate nothing, but for what
     * is used again; NaN: not known, as the calls that were made caused none. */
    double calls_per_collection;
    bool is_exact; /* that follows from bytes and budget; otherwise it is what happened */
    /* Of the pauses' processor time, whatever their number; and the longest by the wall's clock. */
    double pause_p50_ns;
    double pause_p90_ns;
    struct vtb_interval pause_p99_ns; /* vtb_lengths_interval */
    double pause_max_ns;
    double pause_wall_max_ns;
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
    /* Owned; the distribution of the pauses' processor time, see vtb_lengths_print. Null: there
     * were fewer than VTB_COLLECTIONS_MIN pauses, or there is no memory for the text. */
    char *hgrm;
};

/* Gives the value of a metric for a case; NaN if it was not measured, or the heap does not tell. */
double vtb_pressure_value(const struct vtb_pressure_metric *metric,
                          const struct vtb_pressure *pressure);

/* Counts the collections of a generation, among them those of older generations, as .NET does. */
uint64_t vtb_collections_n(const struct vtb_collected *collected, unsigned generation);

/* Gives the collections of a generation, counted by vtb_collections_n, per 1000 calls. */
double vtb_per_kop(const struct vtb_pressure *pressure, unsigned generation);

/* Gives the collections, of all generations, in a million calls; for a heap that collects. */
double vtb_per_mop(const struct vtb_pressure *pressure);

/* Whether it can be told how often a heap collects: exactly, or by VTB_COLLECTIONS_MIN collections
 * or more. */
bool vtb_collections_tell(const struct vtb_pressure *pressure);

/* Gives the processor time of collections in ns for each call: their number, which is exact where
 * it follows from bytes and budget, times the mean of a pause. NaN: it caused none. */
double vtb_gc_ns(const struct vtb_pressure *pressure);

/* Gives the share of processor time, from 0 to 1, that collections take by vtb_gc_ns. */
double vtb_gc_share(const struct vtb_pressure *pressure);

/* Gives the number of calls that the pass makes for a case of a point, of which that many lead to a
 * collection; NaN: not known. */
uint64_t vtb_pressure_calls_n(const struct vtb_point *point, double calls_per_collection);

/* Gives about how many calls the pass will make for a case, before anything of it was counted. */
uint64_t vtb_pressure_estimated_calls_n(const struct vtb_fixture *fixture,
                                        const struct vtb_case *the_case);

/* Measures a case, of which `counted` has the counts, by the calls of a consumer. The caller frees
 * pressure->hgrm. On false *error says that the child process died or could not be started, or that
 * there was an interrupt. */
VTB_MUST_USE bool vtb_pressure_run(struct vtb_fixture *fixture, const struct vtb_case *the_case,
                                   enum vtb_consumer consumer, const struct vtb_counted *counted,
                                   struct vtb_pressure *pressure, struct vtb_error *error);

#endif
