/* `run_bench list`: the registry, with the sizes that follow from the layouts. */
#ifndef REPORT_LIST_H
#define REPORT_LIST_H

#include <stdio.h>

#include "plan/options.h"

void vtb_list(FILE *out, enum vtb_format format);

/* `run_bench list --events`: what `events` found that the machine can count, and why not the rest;
 * false, with *error set, if libpfm4 finds nothing. */
struct vtb_listed_events;
VTB_MUST_USE bool vtb_listed_events_make(struct vtb_listed_events **events,
                                         struct vtb_error *error);
void vtb_listed_events_free(struct vtb_listed_events *events);
void vtb_list_events(FILE *out, const struct vtb_listed_events *events, enum vtb_format format);

#endif
