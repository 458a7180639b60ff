/* The reasons why an event cannot be counted: the kernel's answer, its meaning on this machine, and
 * a remedy. */
#ifndef PASSES_EVENT_REASONS_H
#define PASSES_EVENT_REASONS_H

#include "plan/event_names.h"

/* The properties of the system that the meaning of the kernel's answer depends on. */
struct vtb_counting_system {
    int paranoid;    /* kernel.perf_event_paranoid; VTB_PARANOID_UNKNOWN: it cannot be read */
    bool filtered;   /* a seccomp filter judges system calls, as in a container */
    bool is_virtual; /* the machine is a virtual one */
    bool has_pmu;    /* the kernel can use the processor's counters */
};

#define VTB_PARANOID_UNKNOWN (-100)

/* Reads the properties of this system. Takes milliseconds. */
void vtb_counting_system_read(struct vtb_counting_system *system);

/* Writes to `reason` why the kernel refused an event with the error number `number` (errno), and
 * what the user can do about it. */
void vtb_event_explain(const struct vtb_event *event, int number,
                       const struct vtb_counting_system *system, char *reason, size_t reason_bytes);

#endif
