/*
 * Events by name, as libpfm4 spells them, and what the kernel is asked for to count one. Nothing is
 * opened here: a plan may be made where nothing can be counted. One thread at a time: libpfm4 has
 * one state for the process.
 */
#ifndef PLAN_EVENT_NAMES_H
#define PLAN_EVENT_NAMES_H

#include <stddef.h>

#include <perfmon/perf_event.h>

#include "base/error.h"

#define VTB_EVENTS_MAX 32
#define VTB_EVENT_NAME_BYTES 128
#define VTB_EVENT_REASON_BYTES 256

struct vtb_event {
    char name[VTB_EVENT_NAME_BYTES];     /* as it was asked for; see vtb_events_probe */
    unsigned group;                      /* from 0 on; those of one group are counted together */
    bool of_machine;                     /* of what the processors share, not of one process */
    char reason[VTB_EVENT_REASON_BYTES]; /* why it cannot be counted; empty: nothing is known */
    struct perf_event_attr attr;
};

/* Events in the order in which they were asked for; those of a group follow one another. */
struct vtb_events {
    struct vtb_event items[VTB_EVENTS_MAX];
    size_t n;
};

/* Parses names separated by commas; those in braces are one group, every other is a group of its
 * own. On false *error says only what is wrong with `text`, to follow the option's name, and
 * *events is empty. Takes milliseconds. */
VTB_MUST_USE bool vtb_events_parse(const char *text, struct vtb_events *events,
                                   struct vtb_error *error);

/* An event, as libpfm4 describes it. Lives until the visit ends. */
struct vtb_event_name {
    const char *description;
    const char *pmu;         /* what counts it: "perf" for all that the kernel itself names */
    const char *masks;       /* what may follow the name, each behind a colon; "" if nothing */
    struct vtb_event *event; /* by its short name; .reason says what is missing in the name */
};

/* Calls `visit` with every event of the PMUs that libpfm4 finds on this machine. False, with *error
 * set, if it finds none at all. */
VTB_MUST_USE bool vtb_event_names_each(void (*visit)(const struct vtb_event_name *name,
                                                     void *context),
                                       void *context, struct vtb_error *error);

#endif
