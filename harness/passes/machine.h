/* The state of the machine and the build, for the context of a result file. A fact that cannot be
 * read is "unknown", never a guess. */
#ifndef PASSES_MACHINE_H
#define PASSES_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

#include "passes/processors.h"

#define VTB_FACTS_MAX 48

/* A fact, as text; a longer one is cut. */
struct vtb_fact {
    const char *key; /* as in the result file */
    char value[512];
};

/* The facts about the machine and the build, in the order of result files. */
struct vtb_machine {
    struct vtb_fact facts[VTB_FACTS_MAX];
    size_t facts_n;
    double load_average[3];
    size_t load_average_n; /* 0 if unknown */
    struct vtb_processors processors;
    struct vtb_ticks ticks;
    struct vtb_waiting waiting;
};

/* Reads /proc, /sys and the libraries. Takes milliseconds; not for measured regions. */
void vtb_machine_read(struct vtb_machine *machine);

/* Likewise, with the files of /proc and /sys below another root: see base/system_files.h. */
void vtb_machine_read_at(struct vtb_machine *machine, const char *root);

/* Notes what happened to a machine since it was read: the fact "throttled" becomes the periods in
 * which a control group was stopped, "steal_during_run" the share that a hypervisor took, and
 * "waiting_during_run" that of the time in which some thread had to wait for a processor.
 * Writes up to max_n warnings of it, and returns how many. `root` is that of
 * base/system_files.h. */
size_t vtb_machine_end(struct vtb_machine *machine, const char *root, char warnings[][200],
                       size_t max_n);

/* Gives the value of a fact, or "unknown"; lives as long as `machine`. Instruction counts of two
 * runs may be compared only if the fact "fingerprint" is the same: it names compiler, flags, C
 * library and architecture. */
const char *vtb_machine_fact(const struct vtb_machine *machine, const char *key);

/* Writes up to max_n warnings of circumstances that make timings doubtful, each with its remedy,
 * for a run in which `threads_n` threads work at once; returns how many. */
size_t vtb_machine_warnings(const struct vtb_machine *machine, size_t threads_n,
                            char warnings[][200], size_t max_n);

#endif
