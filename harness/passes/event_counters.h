/*
 * The kernel's event counters, for the calling thread and all threads that it starts afterwards.
 * They are opened for the events that can be counted, switched on and off around the calls that are
 * measured, and read once at the end. All functions are for the thread that is counted.
 */
#ifndef PASSES_EVENT_COUNTERS_H
#define PASSES_EVENT_COUNTERS_H

#include <stdint.h>

#include "passes/event_reasons.h"

/*
 * Tries to open the counter of every event, within its group, and closes it again. Writes the
 * .reason of each event that cannot be counted. If the kernel lets an event be counted only in user
 * space, it is counted there from then on, and its name gets the ending ":u".
 */
void vtb_events_probe(struct vtb_events *events);

/* Probes one event, like vtb_events_probe, in a group of its own. */
void vtb_event_probe(struct vtb_event *event, const struct vtb_counting_system *system);

/* The reading of a counter, as the kernel gives it. If there are more events than the processor has
 * counters, each is counted for a part of the time. Of several threads, times are added up. */
struct vtb_reading {
    uint64_t value;
    uint64_t enabled_ns; /* the time for which the event was to be counted */
    uint64_t running_ns; /* the time for which it was */
};

/* Gives the share of the time for which the event was counted, from 0 to 1; 0 if counting was never
 * switched on. */
double vtb_reading_share(const struct vtb_reading *reading);

/* Gives the count, scaled up to the whole time: an estimate if the share is less than 1, and NaN if
 * the share is 0. */
double vtb_reading_scaled(const struct vtb_reading *reading);

/* Open counters, one for each event in its order. */
struct vtb_counters {
    int files[VTB_EVENTS_MAX];  /* owned; -1: the event is not counted */
    bool leads[VTB_EVENTS_MAX]; /* the first of its group that is counted */
    size_t n;
};

/* Opens counters, which are switched off, for the events whose .reason is empty. The caller closes
 * them with vtb_counters_close. On false *error says which event is refused, and no counter is left
 * open. */
VTB_MUST_USE bool vtb_counters_open(struct vtb_counters *counters, const struct vtb_events *events,
                                    struct vtb_error *error);

/* Switch all counters on, or off. Each takes a system call for each group, the end or beginning of
 * which is counted; so the measured calls must be many. */
void vtb_counters_enable(const struct vtb_counters *counters);
void vtb_counters_disable(const struct vtb_counters *counters);

/* Writes counters->n readings, with zeros for an event that is not counted. On false *error says
 * what the kernel answered. */
VTB_MUST_USE bool vtb_counters_read(const struct vtb_counters *counters,
                                    struct vtb_reading *readings, struct vtb_error *error);

/* Closes all counters. */
void vtb_counters_close(struct vtb_counters *counters);

#endif
