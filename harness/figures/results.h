/* All that a run found, as one plain struct: what reports are written from. */
#ifndef FIGURES_RESULTS_H
#define FIGURES_RESULTS_H

#include "figures/break_even.h"
#include "figures/summary.h"
#include "passes/machine.h"

/* The events of a run, as they can be counted here, and what they are called in files. */
struct vtb_event_columns {
    struct vtb_events events;
    char per_op[VTB_EVENTS_MAX][VTB_EVENT_NAME_BYTES + 16];
    char running[VTB_EVENTS_MAX][VTB_EVENT_NAME_BYTES + 16];
};

struct vtb_results {
    const struct vtb_plan *plan;
    struct vtb_machine machine;
    char date[40];                     /* ISO 8601, with the zone */
    const char *command_line;          /* borrowed */
    const char *executable;            /* borrowed */
    const struct vtb_options *options; /* borrowed */
    size_t repeat; /* 0, or the number of a repeat: other keys are drawn, and times alone taken */
    bool interrupted;                   /* not all that was planned is here */
    struct vtb_comparison *comparisons; /* owned */
    struct vtb_break_evens break_evens; /* of the comparisons; owned */
    struct vtb_event_columns events;
    size_t comparisons_n;
};

void vtb_results_free(struct vtb_results *results);

#endif
