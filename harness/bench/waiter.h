/*
 * A caller that waits for its one operation, and is woken by the continuation of that, which
 * another thread runs: it spins on a word, or sleeps in a futex on it, as one that blocks does.
 * Each notes the clock in its first instruction. No wake is lost: the word is set before anybody is
 * woken, and a caller sleeps only as long as it is not; one that is woken before looks again.
 */
#ifndef BENCH_WAITER_H
#define BENCH_WAITER_H

#include <time.h>

#include <vtb/strategy.h>

#include "plan/options.h"

/* So many seconds a caller waits in vain before it gives up. A time in which the machine stood
 * still counts as one of them. */
#define VTB_WAITER_PATIENCE_S 10

struct vtb_waiter {
    struct vtb_continuation continuation; /* to be awaited with; first */
    enum vtb_wake how;
    uint64_t asleep_n;         /* callers that the kernel found asleep; of the completing thread */
    struct timespec completed; /* before the completion; the completing thread's to set */
    struct timespec ran;       /* the continuation's first instruction */
    /* Atomic: whether the continuation has run, or else whether the caller sleeps. */
    uint32_t word __attribute__((aligned(64)));
    struct timespec went_on; /* the caller's first instruction */
};

/* Makes a waiter that must stay where it is. */
void vtb_waiter_open(struct vtb_waiter *waiter, enum vtb_wake how);

/* Has a waiter wait anew, before its operation is awaited. */
void vtb_waiter_begin(struct vtb_waiter *waiter);

/* Waits until the continuation has run; for the caller, who must not be in a heap that collects, as
 * it may sleep. False: it waited in vain, for VTB_WAITER_PATIENCE_S. */
VTB_MUST_USE bool vtb_waiter_wait(struct vtb_waiter *waiter);

/* Whether the caller is about to sleep, or does; for the completing thread. */
bool vtb_waiter_sleeps(const struct vtb_waiter *waiter);

/* Whether the continuation has run. */
bool vtb_waiter_is_done(const struct vtb_waiter *waiter);

#endif
