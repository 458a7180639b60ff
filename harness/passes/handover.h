/*
 * The hand-over pass: how long it takes from an operation's completion, by another thread, to the
 * first instruction of the continuation that awaits it, which runs there; and to that of the caller
 * who waits for it, as a thread does that blocks (bench/waiter.h). Each caller has one operation
 * under way, and each of its calls misses, but for those of a real cache that hit.
 *
 * The clock is CLOCK_MONOTONIC, which is one and the same on all processors; if a reading is before
 * one that another thread made earlier, it is not, which is noted. It is read right before the
 * strategy's completion, and in the first instruction of the continuation and of the caller.
 *
 * Cases have their turn in slices, in the order of Latin squares, and so have idle controls: the
 * same threads, waiting and waking, with no strategy in between.
 */
#ifndef PASSES_HANDOVER_H
#define PASSES_HANDOVER_H

#include "passes/latency.h"

/* From the completion to the first instruction of the continuation, or of the caller. */
enum vtb_handover_kind { VTB_HANDOVER_RUN, VTB_HANDOVER_WAKE, VTB_HANDOVER_KINDS_N };

/* What a session found of a case. */
struct vtb_handover_tally {
    uint64_t calls_n;     /* whose hand-over was timed */
    uint64_t asleep_n;    /* whose caller the kernel found asleep */
    uint64_t backwards_n; /* whose readings of the clock went back: these are not timed */
    double ns[VTB_HANDOVER_KINDS_N][VTB_LATENCY_QUANTILES_N]; /* NaN: too few */
};

/* What was found of a table, by the units of its latencies; those of cases that have no hand-over
 * stay empty. Refers to memory that is another's. */
struct vtb_handovers {
    size_t units_n;                     /* 0: nothing was timed */
    struct vtb_handover_tally *tallies; /* of session s and unit i at [s * units_n + i] */
    struct vtb_latency_counts *counts;  /* of unit i and a kind at [i * kinds + it] */
};

/* Gives the bytes that a table's hand-overs take, and places them in so many bytes of zeros. */
size_t vtb_handovers_bytes(const struct vtb_point *point, size_t sessions_n);
struct vtb_handovers vtb_handovers_place(const struct vtb_point *point, size_t sessions_n,
                                         void *memory);

/* Gives the times of all sessions, of a unit and kind. They borrow the memory. */
struct vtb_lengths vtb_handovers_lengths(const struct vtb_handovers *handovers, size_t unit,
                                         enum vtb_handover_kind kind);

/* Adds what a session, given by its number from 0 on, found by itself to what all of them did. */
void vtb_handovers_add(struct vtb_handovers *all, size_t session, const struct vtb_handovers *own);

/*
 * Times the hand-overs of a fixture's point, whose plan has an open loop that hands over, in
 * `slices_n` slices of each case, after some calls that are not counted, by which all cases must
 * consume the same values. Writes to *own, of one session. On false *error says that they do not,
 * which caller waited in vain and for what, that there was an interrupt, or what there is no memory
 * for.
 */
VTB_MUST_USE bool vtb_handover_run(struct vtb_fixture *fixture,
                                   const struct vtb_open_loop *open_loop, size_t slices_n,
                                   struct vtb_handovers *own, struct vtb_error *error);

#endif
