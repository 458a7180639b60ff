/*
 * A stream of sessions that no machine made: times drawn from a model whose truth is known, with
 * everything that the statistics must withstand. What is proved by it holds of the program, on
 * every machine alike.
 */
#ifndef SELFTEST_SIMULATED_H
#define SELFTEST_SIMULATED_H

#include "selftest/trials.h"

/* A simulated stream, with the table that it is of. */
struct vtb_simulated {
    struct vtb_stream stream;
    struct vtb_point point;
    struct vtb_case *cases; /* owned, as is the next */
    struct vtb_subject *subjects;
    struct vtb_counted *counted;
    struct vtb_cell cell;
    struct vtb_heap_entry heap_entry;
    struct vtb_heap heap;
    bool other_builds;
};

/* Draws a stream of `runs_n` runs of `sessions_n` sessions, by `seed`: of one build, or each run of
 * a build of its own, in which code lies elsewhere. It must stay where it is
 * until vtb_simulated_free. On false *error says that there is no memory. */
VTB_MUST_USE bool vtb_simulated_make(struct vtb_simulated *simulated, size_t runs_n,
                                     size_t sessions_n, bool other_builds, uint64_t seed,
                                     struct vtb_error *error);
void vtb_simulated_free(struct vtb_simulated *simulated);

#endif
