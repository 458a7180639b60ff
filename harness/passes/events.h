/*
 * The events pass: events of the processor and the kernel during a case's operations, counted in a
 * process of its own and never while anything is timed. There is one caller, who completes its own
 * operations, in a steady state or, for a cold start, from the first call on. The loop is the one
 * that is timed, without accounting.
 */
#ifndef PASSES_EVENTS_H
#define PASSES_EVENTS_H

#include "bench/fixture.h"
#include "passes/event_counters.h"

/*
 * Operations of a case in a steady state. If there are more groups of events than fit the counters,
 * the kernel gives the counters to another group every few milliseconds: a run must last long
 * enough for all of them.
 */
#define VTB_EVENTS_OPERATIONS_N ((uint64_t)1 << 21)

/* The counts of one case, for each event in its order. */
struct vtb_event_counts {
    bool measured;
    uint64_t operations_n;          /* operations during which events were counted */
    double per_op[VTB_EVENTS_MAX];  /* scaled; NaN: unavailable, or never on a counter */
    double running[VTB_EVENTS_MAX]; /* share of the time on a counter; less than 1: an estimate */
};

/* Gives the number of operations for which the events of a point's cases are counted. */
uint64_t vtb_events_operations_n(const struct vtb_point *point);

/* Whether no event has a reason not to be counted, as far as is known: vtb_events_probe finds the
 * reasons. */
bool vtb_events_all_available(const struct vtb_events *events);

/*
 * Counts, for a case and a consumer, the events whose .reason is empty. The case must have one
 * caller. On false *error says what is wrong: the child process died; there was an interrupt; or an
 * event that could be counted when it was probed is refused now.
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

/* Calls `visit` with every event of every PMU that libpfm4 finds on this machine, and probes it.
 * False, with *error set, if libpfm4 finds none. One thread at a time. Takes milliseconds, and has
 * one file open at a time. */
VTB_MUST_USE bool vtb_events_each(void (*visit)(const struct vtb_listed_event *listed,
                                                void *context),
                                  void *context, struct vtb_error *error);

#endif
