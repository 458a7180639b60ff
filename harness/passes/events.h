/*
 * The events pass: what the processor and the kernel count of a case's operations, in a process of
 * its own and never while anything is timed. One caller, who completes its own operations, in a
 * steady state, or of a cold start the first calls. What is counted is what is timed: the loop
 * without accounting.
 */
#ifndef PASSES_EVENTS_H
#define PASSES_EVENTS_H

#include "bench/fixture.h"
#include "passes/event_counters.h"

/*
 * Operations of a case in a steady state, of one call. The kernel gives its counters to other
 * groups every few milliseconds: shorter runs than this would not see them all.
 */
#define VTB_EVENTS_OPERATIONS_N ((uint64_t)1 << 21)

struct vtb_event_counts {
    bool measured;
    uint64_t operations_n;          /* that were counted */
    double per_op[VTB_EVENTS_MAX];  /* scaled; NaN: unavailable, or never on a counter */
    double running[VTB_EVENTS_MAX]; /* share of the time on a counter; less than 1: an estimate */
};

/* Operations of a point's pass. */
uint64_t vtb_events_operations_n(const struct vtb_point *point);

/* Whether all of them can be counted, as far as is known. */
bool vtb_events_all_available(const struct vtb_events *events);

/*
 * Counts the events without a reason, of a case and consumer. Of a case with several callers it
 * would count one. Fails if the child process dies, on an interrupt, or if an event that could be
 * counted when it was probed cannot be now.
 */
VTB_MUST_USE bool vtb_events_run(struct vtb_fixture *fixture, const struct vtb_events *events,
                                 const struct vtb_case *the_case, enum vtb_consumer consumer,
                                 struct vtb_event_counts *counts, struct vtb_error *error);

/* An event that this machine has a name for. Lives until the visit ends. */
struct vtb_listed_event {
    const char *name; /* as --events takes it */
    const char *description;
    const char *kind;   /* "software", "hardware", "cache", or the PMU's name */
    const char *masks;  /* what may follow the name, each behind a colon; "" if nothing */
    const char *reason; /* why it cannot be counted; "" if it can */
};

/* Called with every event of every PMU that libpfm4 finds here. False, with *error set, if it finds
 * none. Takes milliseconds, and a file at a time. */
VTB_MUST_USE bool vtb_events_each(void (*visit)(const struct vtb_listed_event *listed,
                                                void *context),
                                  void *context, struct vtb_error *error);

#endif
