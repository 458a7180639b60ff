/* `run_bench list`: the registry, with the sizes that follow from the layouts. */
#ifndef REPORT_LIST_H
#define REPORT_LIST_H

#include "plan/options.h"

vtb_print vtb_list; /* of nothing but the registry: `what` is null */

/* `run_bench list --events`: what `events` found that the machine can count, and why not the rest;
 * false, with *error set, if libpfm4 finds nothing. */
struct vtb_listed_events;
VTB_MUST_USE bool vtb_listed_events_make(struct vtb_listed_events **events,
                                         struct vtb_error *error);
void vtb_listed_events_free(struct vtb_listed_events *events);
vtb_print vtb_list_events; /* of a struct vtb_listed_events */

#endif
