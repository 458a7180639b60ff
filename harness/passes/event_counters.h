/*
 * Counters of the calling thread and of all threads that it starts from then on: opened for the
 * events that can be counted, switched on and off around what is measured, read once at the end.
 */
#ifndef PASSES_EVENT_COUNTERS_H
#define PASSES_EVENT_COUNTERS_H

#include <stdint.h>

#include "passes/event_reasons.h"

/*
 * Opens and closes the counter of every event, and writes .reason of those that cannot be counted,
 * in their group. Where the kernel gives the program's own part of an event and refuses its own,
 * the program's is what is counted from then on, and the name ends in ":u".
 */
void vtb_events_probe(struct vtb_events *events);

/* The same for one event in a group of its own. */
void vtb_event_probe(struct vtb_event *event, const struct vtb_counting_system *system);

/* As the kernel gives it. An event waits for a counter while others have it. */
struct vtb_reading {
    uint64_t value;
    uint64_t enabled_ns; /* while it was to be counted; of several threads, of all together */
    uint64_t running_ns; /* while it was */
};

/* The share of time that it was counted, from 0 to 1; 0 if it was never to be. */
double vtb_reading_share(const struct vtb_reading *reading);

/* What would have been counted all the time: an estimate if the share is less than 1, and NaN if it
 * is 0. */
double vtb_reading_scaled(const struct vtb_reading *reading);

struct vtb_counters {
    int files[VTB_EVENTS_MAX]; /* -1: it is not counted */
    bool leads[VTB_EVENTS_MAX];
    size_t n;
};

/* Opens counters for the events without a reason, switched off. On false none is left open. */
VTB_MUST_USE bool vtb_counters_open(struct vtb_counters *counters, const struct vtb_events *events,
                                    struct vtb_error *error);

/* A system call for each group. What of it a counter sees is some thousand instructions in all. */
void vtb_counters_enable(const struct vtb_counters *counters);
void vtb_counters_disable(const struct vtb_counters *counters);

/* Writes counters->n readings; of an event that is not counted zeros. */
VTB_MUST_USE bool vtb_counters_read(const struct vtb_counters *counters,
                                    struct vtb_reading *readings, struct vtb_error *error);

void vtb_counters_close(struct vtb_counters *counters);

#endif
