/*
 * The counting pass: exactly calls_n calls of a case, or the first of them,
 * compiled with accounting in, in a child process of its own, so that no count depends on what ran
 * before. Time is not measured here.
 */
#ifndef PASSES_COUNTING_H
#define PASSES_COUNTING_H

#include "bench/fixture.h"

/* Where the schedule says what hits, every further call costs what these did. */
#define VTB_COUNTED_CALLS_MAX UINT64_C(10000000)

struct vtb_counted {
    uint64_t calls_n;  /* that were counted */
    uint64_t hits_n;   /* of these */
    uint64_t failed_n; /* operations that ended in a fault */
    uint64_t checksum;
    struct vtb_counts counts;
};

/* How many of a point's calls are counted. */
uint64_t vtb_counted_calls_n(const struct vtb_point *point);

/*
 * Counts a case twice. Fails if the two runs disagree, if anything is live at the end on a heap
 * that frees, if the counts are not what the strategy's layouts say, if other calls missed than the
 * schedule says, if other operations failed than the store failed on, or if the child process dies.
 * Of an empty loop, which looks nothing up, no hit is counted where hits emerge.
 */
VTB_MUST_USE bool vtb_counting_run(struct vtb_fixture *fixture, const struct vtb_case *the_case,
                                   struct vtb_counted *counted, struct vtb_error *error);

#endif
