/*
 * The pauses of a garbage collector over one run: how many, how long, and what they left of any
 * short stretch of time. Takes them in as they happen, in constant memory and without allocation:
 * a pause costs some 40 ns within the measured run. One thread at a time.
 *
 * Times are readings of CLOCK_MONOTONIC. Pauses lie within the run, come in order of time and do
 * not overlap; one may begin where the last one ended.
 */
#ifndef BENCH_PAUSES_H
#define BENCH_PAUSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Lengths of pauses are told apart from 1 ns to 2^44 ns (4.9 hours): each power of two is divided
 * into equal parts, and what is shorter than 1 ns is one more. */
#define VTB_PAUSES_POWERS 44
#define VTB_PAUSES_PARTS_SHIFT 7
#define VTB_PAUSES_PARTS (1 << VTB_PAUSES_PARTS_SHIFT)
#define VTB_PAUSES_BUCKETS (VTB_PAUSES_POWERS * VTB_PAUSES_PARTS + 1)

/* Utilisation is known if fewer pauses than this touch any one window: one each 2.4 us of 10 ms. */
#define VTB_PAUSES_KEPT 4096

#define VTB_MMU_WINDOWS_N 2

extern const double vtb_mmu_windows_ns[VTB_MMU_WINDOWS_N]; /* 1 ms, 10 ms */

struct vtb_pause {
    double start_ns;
    double end_ns;
    double paused_before_ns; /* by all pauses before this one */
};

/* The window of one length that ends with the latest pause. Pauses are numbered from 0. */
struct vtb_mmu_window {
    uint64_t first;   /* the first pause that ends within it */
    double paused_ns; /* the most in any window so far */
    bool too_many;    /* more pauses than are kept: the figure is not known */
};

/* 143 KB. Others may read the first three fields. */
struct vtb_pauses {
    uint64_t n;
    double total_ns;
    double max_ns;

    double squares_ns2; /* sum of squared deviations from the mean */
    double start_ns;    /* of the run */
    double end_ns;
    struct vtb_mmu_window windows[VTB_MMU_WINDOWS_N];
    uint64_t counts[VTB_PAUSES_BUCKETS];
    struct vtb_pause kept[VTB_PAUSES_KEPT]; /* pause number i at i % VTB_PAUSES_KEPT */
};

/* Empties it: a run starts now. Touches all of its memory, so that the run takes no page fault. */
void vtb_pauses_start(struct vtb_pauses *pauses, double now_ns);

/* Takes in one pause of the run. */
void vtb_pauses_add(struct vtb_pauses *pauses, double start_ns, double end_ns);

/* The run is over. What follows may be asked for from here on. */
void vtb_pauses_end(struct vtb_pauses *pauses, double now_ns);

/*
 * The length in ns that a share q of all pauses, 0 < q <= 1, does not exceed (nearest rank). It is
 * never too low, less than 1/128 (0.79 %) too high, and never above max_ns; q = 1 gives max_ns
 * itself. Pauses below 1 ns may be taken for 1 ns, and those above the range for its end. Without
 * pauses it is 0.
 */
double vtb_pauses_quantile(const struct vtb_pauses *pauses, double q);

/*
 * The minimum mutator utilisation, 0 to 1: the smallest share of time that the program had, of all
 * windows of vtb_mmu_windows_ns[which] within the run. A run that is shorter is itself the window.
 * It is exact, or NaN if not known: too many pauses (VTB_PAUSES_KEPT), or a run of no length.
 * P. Cheng and G. E. Blelloch, "A parallel, real-time garbage collector", PLDI 2001.
 */
double vtb_pauses_mmu(const struct vtb_pauses *pauses, size_t which);

/* The distribution as HdrHistogram's plotters read it (.hgrm), in ns: values as quantiles are. */
void vtb_pauses_print(FILE *out, const struct vtb_pauses *pauses);

#endif
