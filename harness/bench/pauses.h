/*
 * The pauses of a garbage collector in one run: their number, their lengths, and the share of any
 * short stretch of time that they left to the program. Pauses are added as they happen, within the
 * measured run, in constant memory and without allocation. One thread at a time.
 *
 * Times are readings of CLOCK_MONOTONIC. Pauses lie within the run, come in order of time and do
 * not overlap; one may begin where the last one ended.
 */
#ifndef BENCH_PAUSES_H
#define BENCH_PAUSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/lengths.h"

/* The parts of a power of two that lengths of pauses are counted in: 2^7. */
#define VTB_PAUSES_PARTS_SHIFT 7
#define VTB_PAUSES_BUCKETS VTB_LENGTHS_BUCKETS(VTB_PAUSES_PARTS_SHIFT)

/* The utilisation is known if fewer pauses than this touch any one window: in a window of 10 ms,
 * one every 2.4 us. */
#define VTB_PAUSES_KEPT 4096

#define VTB_MMU_WINDOWS_N 2

extern const double vtb_mmu_windows_ns[VTB_MMU_WINDOWS_N]; /* 1 ms, 10 ms */

struct vtb_pause {
    double start_ns;
    double end_ns;
    double cpu_ns;           /* processor time of the thread that collected */
    double paused_before_ns; /* the sum of all pauses before this one */
};

/* The window of one length that ends with the latest pause. Pauses are numbered from 0. */
struct vtb_mmu_window {
    uint64_t first;   /* the first pause that ends within it */
    double paused_ns; /* the most that pauses took of any window so far */
    bool too_many;    /* a window had more pauses than are kept: the figure is not known */
};

/* The pauses of a run, by the clock on the wall and by the processor time that they took. What the
 * program had to wait is of the wall. Processor time is for comparing: it does not contain what
 * other processes did meanwhile. */
struct vtb_pauses {
    struct vtb_lengths wall;
    struct vtb_lengths cpu;

    double start_ns; /* of the run */
    double end_ns;
    struct vtb_mmu_window windows[VTB_MMU_WINDOWS_N];
    struct vtb_pause kept[VTB_PAUSES_KEPT]; /* pause number i at i % VTB_PAUSES_KEPT */
    uint64_t wall_counts[VTB_PAUSES_BUCKETS];
    uint64_t cpu_counts[VTB_PAUSES_BUCKETS];
};

/* Forgets all pauses, as a run starts now. Writes to all of *pauses, so that adding a pause causes
 * no page fault in the run. */
void vtb_pauses_start(struct vtb_pauses *pauses, double now_ns);

/* Adds a pause of the run, which took so much processor time. May stand in a measured region. */
void vtb_pauses_add(struct vtb_pauses *pauses, double start_ns, double end_ns, double cpu_ns);

/* Ends the run. From then on the functions below may be called. */
void vtb_pauses_end(struct vtb_pauses *pauses, double now_ns);

/*
 * Gives the minimum mutator utilisation, from 0 to 1: the smallest share of time that the program
 * had in any window of vtb_mmu_windows_ns[which] within the run. If the run is shorter, it is the
 * window. The figure is exact, or NaN if not known: there were too many pauses (VTB_PAUSES_KEPT),
 * or the run has no length.
 * P. Cheng and G. E. Blelloch, "A parallel, real-time garbage collector", PLDI 2001.
 */
double vtb_pauses_mmu(const struct vtb_pauses *pauses, size_t which);

#endif
