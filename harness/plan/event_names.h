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

/* In the order of the list; groups one after the other. */
struct vtb_events {
    struct vtb_event items[VTB_EVENTS_MAX];
    size_t n;
};

/* Names separated by commas; those in braces are one group, every other is a group of its own. On
 * false *error says only what is wrong with `text`, to follow the option's name, and *events is
 * nothing. Takes milliseconds. */
VTB_MUST_USE bool vtb_events_parse(const char *text, struct vtb_events *events,
                                   struct vtb_error *error);

/* What libpfm4 knows of an event. Lives until the visit ends. */
struct vtb_event_name {
    const char *description;
    const char *pmu;         /* what counts it: "perf" for all that the kernel itself names */
    const char *masks;       /* what may follow the name, each behind a colon; "" if nothing */
    struct vtb_event *event; /* by its short name; .reason says what is missing in the name */
};

/* Called with every event of what libpfm4 finds on this machine. False, with *error set, if it
 * finds nothing at all. */
VTB_MUST_USE bool vtb_event_names_each(void (*visit)(const struct vtb_event_name *name,
                                                     void *context),
                                       void *context, struct vtb_error *error);

#endif
