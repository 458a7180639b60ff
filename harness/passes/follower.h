/*
 * Who makes the calls of a case once more, outside of what is timed, in a cell that counts: where
 * hits emerge from a cache's content that is the only way to tell how many of the calls hit, as
 * what is timed does not count. Each caller has its own follower with a cache of its own, which has
 * seen the same calls, and so has the same entries. For one thread.
 */
#ifndef PASSES_FOLLOWER_H
#define PASSES_FOLLOWER_H

#include "bench/fixture.h"

/* Those of a case's callers. */
struct vtb_follower {
    const struct vtb_cell *cell;
    struct vtb_memory memory;
    struct vtb_point point; /* the fixture's, without what lives in the heap all along */
    vtb_loop_function *loop;
    struct vtb_env *envs; /* owned; null: it is not open */
    size_t callers_n;
};

/* Opens the followers of a case. The fixture must live until vtb_follower_close, and *follower stay
 * where it is. On false *error says what there is no memory for, and nothing is left open. */
VTB_MUST_USE bool vtb_follower_open(struct vtb_follower *follower,
                                    const struct vtb_fixture *fixture,
                                    const struct vtb_case *the_case, struct vtb_error *error);

/* Makes the next n calls of a caller, given by its number, and gives how many of them hit. */
size_t vtb_follower_make(struct vtb_follower *follower, size_t caller, size_t n);

/* Closes them, or what is all zeros, and leaves it so. */
void vtb_follower_close(struct vtb_follower *follower);

#endif
