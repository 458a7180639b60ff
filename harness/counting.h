/*
 * The counting pass: exactly calls_n calls of a case, compiled with accounting in, in a child
 * process of its own, so that no count depends on what ran before. Time is not measured here.
 */
#ifndef COUNTING_H
#define COUNTING_H

#include "rig.h"

struct vtb_counted {
    uint64_t calls_n;
    uint64_t hits_n;
    uint64_t failed_n; /* operations that ended in a fault */
    uint64_t checksum;
    struct vtb_counts counts;
};

/*
 * Counts a case twice. Fails if the two runs disagree, if anything is live at the end on a heap
 * that frees, if the counts are not what the strategy's layouts say, if other operations failed
 * than the store failed on, or if the child process dies.
 */
VTB_MUST_USE bool vtb_counting_run(const struct vtb_rig *rig, const struct vtb_case *the_case,
                                   struct vtb_counted *counted, struct vtb_error *error);

#endif
