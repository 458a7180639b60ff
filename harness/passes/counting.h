/*
 * The counting pass: the calls of a case, or the first VTB_COUNTED_CALLS_MAX of them, made by a
 * cell that was compiled with accounting, in a child process of its own, so that no count depends
 * on what ran before. Time is not measured here.
 */
#ifndef PASSES_COUNTING_H
#define PASSES_COUNTING_H

#include "bench/fixture.h"

/* The most calls that are counted if the schedule says which calls hit: further calls would cost
 * what the first ones did. */
#define VTB_COUNTED_CALLS_MAX UINT64_C(10000000)

/* The counts of one case. */
struct vtb_counted {
    uint64_t calls_n;  /* calls that were counted */
    uint64_t hits_n;   /* of these calls, the hits */
    uint64_t failed_n; /* operations that ended in a fault */
    uint64_t checksum;
    struct vtb_counts counts;
    /* Of what was allocated, the part that is allocated once, at the start, and serves again. */
    uint64_t startup_allocs_n;
    uint64_t startup_bytes;
    /* 1: a guest counted: of `counts` the requested bytes alone are known; nothing of a start. */
    uint64_t bytes_only;
};

/* Gives the number of a point's calls that are counted. */
uint64_t vtb_counted_calls_n(const struct vtb_point *point);

/*
 * Counts a case in two child processes, which must agree. On false *error says what is wrong: the
 * two runs disagree; memory is live at the end on a heap that frees; the counts are not those that
 * follow from the strategy's layouts; other calls missed than the schedule says; other operations
 * failed than those that the store failed on; a child process died; or there was an interrupt. The
 * empty loop looks nothing up, so it has no hits if hits emerge.
 */
VTB_MUST_USE bool vtb_counting_run(struct vtb_fixture *fixture, const struct vtb_case *the_case,
                                   struct vtb_counted *counted, struct vtb_error *error);

#endif
