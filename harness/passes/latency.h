/*
 * The latency pass: an open loop. When each call is meant to start is set beforehand (struct
 * vtb_load), and a caller who comes early spins until then; one who comes late has kept a user
 * waiting, which is part of that call's latency and of each later one's until the backlog is gone.
 * A closed loop would have made fewer calls meanwhile, and not noticed (G. Tene's "coordinated
 * omission").
 *
 * Each case has its turn in slices, in the order of Latin squares, so that what disturbs the
 * machine disturbs all of them; and so have the idle controls, which are the same loop without a
 * call. A call is one operation of the cell's own loop, with the consumption of its result. The
 * clock is read once behind each call; while nothing is due it is read again and again.
 *
 * Latency is until the caller is free again: a hit is consumed by then, a miss is suspended, and
 * where the window is full the operation whose turn it is was completed and consumed. How long a
 * suspended operation waits is told apart, as it follows from the window and the rate.
 *
 * Of slow calls it is found out why (passes/tail.h), whatever those before them took.
 */
#ifndef PASSES_LATENCY_H
#define PASSES_LATENCY_H

#include "bench/lengths.h"
#include "passes/tail.h"
#include "passes/timing.h"

/* Three significant digits: a length is less than 1/1024 too high. */
#define VTB_LATENCY_PARTS_SHIFT 10
#define VTB_LATENCY_BUCKETS VTB_LENGTHS_BUCKETS(VTB_LATENCY_PARTS_SHIFT)

/* From when to when: from the intended start, or from the actual one, until the caller is free; and
 * of an operation that suspends, from its intended start until its continuation has run. Then those
 * of the first kind that were slow, of each cause. */
enum vtb_latency_kind {
    VTB_LATENCY_INTENDED,
    VTB_LATENCY_SERVICE,
    VTB_LATENCY_MISS,
    VTB_LATENCY_KINDS_N,
    VTB_LATENCY_SLOW = VTB_LATENCY_KINDS_N, /* and the number of the cause */
    VTB_LATENCY_ALL_KINDS_N = VTB_LATENCY_SLOW + VTB_TAIL_NONE
};

/* The shares of calls whose latency is told, the last of which is that of the slowest. */
#define VTB_LATENCY_QUANTILES_N 6
#define VTB_LATENCY_P99 2 /* its number, and before that of p99.9 */
extern const double vtb_latency_quantiles[VTB_LATENCY_QUANTILES_N];

/* A quantile below 1 is told only if at least so many lengths are expected beyond it. */
#define VTB_LATENCY_BEYOND_N 10

/* Gives a quantile of lengths by its number; NaN: there are too few of them. */
double vtb_latency_quantile(const struct vtb_lengths *lengths, size_t which);

/* What a session found of a case. */
struct vtb_latency_tally {
    uint64_t slices_n;
    uint64_t overloaded_n; /* slices in which the caller fell behind */
    uint64_t calls_n;
    uint64_t late_n;       /* calls that were due before the caller was free */
    uint64_t misses_n;     /* calls that suspended, where it is seen how long (below) */
    uint64_t hits_n;       /* that emerged from a cache's content, of all calls */
    double slices_ns;      /* of all slices together */
    double lasted_ns;      /* until the last call of each slice had ended, if that was later */
    double rate_sustained; /* calls a second; 0: not looked for */
    double ns[VTB_LATENCY_KINDS_N][VTB_LATENCY_QUANTILES_N]; /* NaN: too few */
    struct vtb_store_sums store; /* of a store outside of the program, warm-up apart */
};

/* The lengths of sessions together, in memory that they share. */
struct vtb_latency_counts {
    uint64_t n;
    double total_ns;
    double max_ns;
    double squares_ns2;
    uint64_t counts[VTB_LATENCY_BUCKETS];
};

/* Gives counted lengths, which borrow the memory; and adds further ones to them. */
struct vtb_lengths vtb_latency_counted(struct vtb_latency_counts *counts);
void vtb_latency_count(struct vtb_latency_counts *counts, const struct vtb_lengths *own);

/* What happened in the first session: a slice of a unit; and in it collections of its heap, and
 * busy periods with slow calls that have another cause. */
#define VTB_LATENCY_IS_SLICE VTB_TAIL_NONE
struct vtb_latency_event {
    uint32_t unit;
    uint16_t caller; /* from 1 on, of a unit with several; 0: it is of the unit as a whole */
    uint16_t what;   /* VTB_LATENCY_IS_SLICE, or enum vtb_tail_cause */
    int64_t start_ns;
    int64_t end_ns;
};

/* At most so many are kept, and those of later slices are not. */
#define VTB_LATENCY_EVENTS_MAX 32768

struct vtb_latency_timeline {
    uint64_t n;
    uint64_t left_out_n; /* that are not kept, for want of room here or where they were noted */
    struct vtb_latency_event events[VTB_LATENCY_EVENTS_MAX];
};

/* What was found of a table: of each unit, which is a case of a cell, or behind these an idle
 * control, of which there is one for each number of callers. Refers to memory that is another's. */
struct vtb_latencies {
    size_t units_n;
    struct vtb_latency_tally *tallies; /* of session s and unit i at [s * units_n + i] */
    struct vtb_latency_counts *counts; /* of unit i and a kind at [i * all kinds + it] */
    struct vtb_latency_counts *latest; /* likewise, of the session that ran last alone */
    struct vtb_latency_timeline *timeline;
};

/* Gives the units of a point, and how many callers one of them has. */
size_t vtb_latency_units_n(const struct vtb_point *point);
size_t vtb_latency_callers_n(const struct vtb_point *point, size_t unit);

/* Whether it is seen how long an operation waits that suspends: not where nothing waits, as the
 * newest is completed at once, nor where another thread completes operations. A miss is seen to its
 * end if that comes in the slice in which it began. */
bool vtb_latency_sees_misses(const struct vtb_point *point);

/* Gives the bytes that a table's latencies take, and places them in so many bytes of zeros. */
size_t vtb_latencies_bytes(const struct vtb_point *point, size_t sessions_n);
struct vtb_latencies vtb_latencies_place(const struct vtb_point *point, size_t sessions_n,
                                         void *memory);

/* Adds the lengths of the session that ran last to those of all: once it has ended well, as one
 * that is killed may have written a part of them. */
void vtb_latencies_add_latest(const struct vtb_latencies *latencies);

/* Gives the lengths of all sessions that were added, of a unit and kind. They borrow the memory. */
struct vtb_lengths vtb_latencies_lengths(const struct vtb_latencies *latencies, size_t unit,
                                         enum vtb_latency_kind kind);

/* Gives how long a case has its turn at a load: whole gaps between calls, and longer at rates at
 * which few calls would be made in a slice. */
double vtb_latency_slice_ns(const struct vtb_open_loop *open_loop);

/*
 * Measures all cases of a fixture's point for one consumer, in `slices_n` slices of each, after one
 * that is not counted, as session number `session` of the latencies, from 0 on. With a rate of
 * INFINITY finds what each case sustains, and no latency. On false *error says that the load cannot
 * be sustained, that the checksums of the cases disagree, or that there was an interrupt; there is
 * nothing to add then.
 *
 * A caller falls behind in a slice if its calls take it more processor time than the slice is long,
 * by 2 %; time in which it was kept from running is not of it. Each call of a slice is made, be it
 * late. A load cannot be sustained if that takes 2 s of processor time more than there is, or if
 * callers fall behind in most of a case's slices: in three of them, before others are run.
 */
VTB_MUST_USE bool vtb_latency_run(struct vtb_fixture *fixture,
                                  const struct vtb_open_loop *open_loop, enum vtb_consumer consumer,
                                  size_t slices_n, struct vtb_latencies *latencies, size_t session,
                                  struct vtb_error *error);

#endif
