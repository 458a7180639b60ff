/* `run_bench list`: the entries of the registry, with the sizes that follow from their layouts. */
#ifndef REPORT_LIST_H
#define REPORT_LIST_H

#include "plan/options.h"

/* Prints the registry; its argument `what` is null. */
vtb_print vtb_list;

/* `run_bench list --events`: the events that libpfm4 knows on this machine, and why some of them
 * cannot be counted. The caller frees *events. On false *error says that libpfm4 finds none, and
 * there is nothing to free. */
struct vtb_listed_events;
VTB_MUST_USE bool vtb_listed_events_make(struct vtb_listed_events **events,
                                         struct vtb_error *error);
void vtb_listed_events_free(struct vtb_listed_events *events);

/* Prints a struct vtb_listed_events. */
vtb_print vtb_list_events;

#endif
