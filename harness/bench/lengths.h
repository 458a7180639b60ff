/*
 * Lengths of time, counted: their number, and any quantile of them, in constant memory however many
 * there are. Lengths from 1 ns to 2^44 ns (4.9 hours) are counted in buckets, of which each power
 * of two has the same number; one more is for shorter ones. So all of a length but its first digits
 * is forgotten, as HdrHistogram (G. Tene, 2012) does it. One thread at a time.
 */
#ifndef BENCH_LENGTHS_H
#define BENCH_LENGTHS_H

#include <stdint.h>
#include <stdio.h>

#include "base/stats.h"

#define VTB_LENGTHS_POWERS 44

/* Buckets, if each power of two is divided into 2^parts_shift parts. */
#define VTB_LENGTHS_BUCKETS(parts_shift) ((VTB_LENGTHS_POWERS << (parts_shift)) + 1)

struct vtb_lengths {
    uint64_t n;
    double total_ns;
    double max_ns;
    double squares_ns2; /* sum of squared deviations from the mean */
    unsigned parts_shift;
    uint64_t *counts; /* borrowed: VTB_LENGTHS_BUCKETS(parts_shift) */
};

/* Forgets all lengths, and counts from now on in those counts, which are all 0. */
void vtb_lengths_start(struct vtb_lengths *lengths, unsigned parts_shift, uint64_t *counts);

/* Counts a length. Does not allocate; may stand in a measured region, of some tens of
 * instructions. */
void vtb_lengths_add(struct vtb_lengths *lengths, double length_ns);

/* Forgets all lengths; counts that are 0 are not written to. */
void vtb_lengths_forget(struct vtb_lengths *lengths);

/* Gives how many are longer than a quantile, vtb_lengths_quantile of these or of other lengths, and
 * in no bucket with it. */
uint64_t vtb_lengths_beyond(const struct vtb_lengths *lengths, double quantile_ns);

/* Counts all that others have counted, in as many parts. */
void vtb_lengths_add_all(struct vtb_lengths *lengths, const struct vtb_lengths *others);

/*
 * Gives the length in ns that a share q of all, 0 < q <= 1, does not exceed (nearest rank). It is
 * never too low, less than one part too high (of 2^7: 0.79 %), and never above max_ns; q = 1 gives
 * max_ns itself. Lengths below 1 ns may be taken for 1 ns, and those above the range for its end.
 * Without lengths it is 0.
 */
double vtb_lengths_quantile(const struct vtb_lengths *lengths, double q);

/* Gives that length with an interval for what the lengths are a sample of, by order statistics at
 * VTB_CONFIDENCE. Its end is INFINITY where none is sure to be longer: for q = 0.99 of fewer than
 * 528. */
struct vtb_interval vtb_lengths_interval(const struct vtb_lengths *lengths, double q);

/* Prints the distribution, in ns, in the format that HdrHistogram's plotters read (.hgrm). The
 * lengths are as exact as those of vtb_lengths_quantile. */
void vtb_lengths_print(FILE *out, const struct vtb_lengths *lengths);

#endif
