/* Why an event cannot be counted: what the kernel answered, what that means on this machine, and
 * what helps. */
#ifndef PASSES_EVENT_REASONS_H
#define PASSES_EVENT_REASONS_H

#include "plan/event_names.h"

/* What the answer to a refusal depends on. */
struct vtb_counting_system {
    int paranoid;    /* kernel.perf_event_paranoid; VTB_PARANOID_UNKNOWN: it cannot be read */
    bool filtered;   /* a seccomp filter judges system calls, as in a container */
    bool is_virtual; /* a virtual machine */
    bool has_pmu;    /* the kernel can use the processor's counters */
};

#define VTB_PARANOID_UNKNOWN (-100)

/* Takes milliseconds. */
void vtb_counting_system_read(struct vtb_counting_system *system);

/* Writes to `reason` why the kernel refused an event with error `number`, and what helps. */
void vtb_event_explain(const struct vtb_event *event, int number,
                       const struct vtb_counting_system *system, char *reason, size_t reason_bytes);

#endif
