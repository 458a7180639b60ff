/* All results of a run, as one plain struct, from which reports are written. */
#ifndef FIGURES_RESULTS_H
#define FIGURES_RESULTS_H

#include "figures/break_even.h"
#include "figures/summary.h"
#include "guests/stand_in.h"
#include "passes/machine.h"
#include "passes/sessions.h"
#include "plan/guest_cases.h"

/* The events of a run, with those that cannot be counted here, and their keys in files. */
struct vtb_event_columns {
    struct vtb_events events;
    char per_op[VTB_EVENTS_MAX][VTB_EVENT_NAME_BYTES + 16];
    char running[VTB_EVENTS_MAX][VTB_EVENT_NAME_BYTES + 16];
};

/* A local time as ISO 8601 has it, with the zone, for strftime. */
#define VTB_DATE_FORMAT "%Y-%m-%dT%H:%M:%S%z"

struct vtb_results {
    const struct vtb_plan *plan; /* of the comparisons: without cases that no guest has */
    struct vtb_machine machine;
    /* The result file that all of it was read from, as it is shown, borrowed; the date is then the
     * file's, and the machine has the fact cpu_model alone. Null: measured by this process. */
    const char *from;
    char date[40];                     /* VTB_DATE_FORMAT */
    const char *command_line;          /* borrowed */
    const char *executable;            /* borrowed */
    const struct vtb_options *options; /* borrowed */
    size_t repeat; /* 0, or the number of a repeat, which has sessions of its own */
    /* The results whose counts are those of this run too, borrowed; null: it counts by itself. */
    const struct vtb_results *counted_by;
    bool interrupted;                   /* sessions, or planned cases, are missing */
    struct vtb_error interrupted_by;    /* an interrupt, or an error */
    struct vtb_sessions sessions;       /* the memory of all samples; owned */
    double quiet_ns;                    /* the probe's level in the quiet state; 0: no times */
    struct vtb_comparison *comparisons; /* owned */
    struct vtb_break_evens break_evens; /* of the comparisons; owned */
    struct vtb_event_columns events;
    size_t comparisons_n;
    struct vtb_guest_note *guests; /* of the plan's guests, in their order; owned; null: none */
    struct vtb_kept_plan *kept;    /* owned: what `plan` is then; null: the whole */
};

/* Frees the comparisons and break-evens, which can be made again of the same samples. */
void vtb_results_drop_tables(struct vtb_results *results);

void vtb_results_free(struct vtb_results *results);

#endif
