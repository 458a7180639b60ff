/* The processors: which this process may use, with what they share, and who else wants them. */
#ifndef PASSES_PROCESSORS_H
#define PASSES_PROCESSORS_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#include "passes/control_group.h"

#define VTB_CPU_LIST_BYTES 256

struct vtb_processors {
    size_t online_n;                   /* 0: unknown */
    size_t allowed_n;                  /* those that this process may use; 0: unknown */
    char allowed[VTB_CPU_LIST_BYTES];  /* their list, as "0-3,8", cut by ",..."; "": unknown */
    bool siblings_known;               /* whether the kernel says which share a core */
    char siblings[VTB_CPU_LIST_BYTES]; /* the allowed ones that do, as "0,4 1,5"; "": none */
    struct vtb_cpu_limit limit;
    double runnable_n;    /* other threads that run or wait for a processor; NaN: unknown */
    double waiting_share; /* of the last 10 s, in which some thread had to wait; NaN: unknown */
};

/* Reads a list of processors, such as "0-3,8", those below CPU_SETSIZE into a set; *highest is the
 * highest of all. False if it is none, or names none below. */
bool vtb_cpus_parse(const char *text, cpu_set_t *cpus, unsigned long *highest);

/* Reads them; `root` is that of base/system_files.h. Takes a file for each processor. */
void vtb_processors_read(struct vtb_processors *processors, const char *root);

/* The processors that the process may use in the mean, by its affinity and by its control group's
 * quota; INFINITY: no limit is known. */
double vtb_processors_usable(const struct vtb_processors *processors);

/* The other threads that run or wait for a processor at the moment; NaN: unknown. */
double vtb_runnable_n(const char *root);

/* How long some thread had to wait for a processor since boot, while another ran. */
struct vtb_waiting {
    double at_s;     /* when it was read */
    double waited_s; /* NaN: unknown */
};

void vtb_waiting_read(struct vtb_waiting *waiting, const char *root);

/* Gives the share of the time between two readings in which some thread waited; NaN if it cannot be
 * told. */
double vtb_waiting_share(const struct vtb_waiting *before, const struct vtb_waiting *after);

/* What all processors did since boot, in ticks of the kernel's clock. */
struct vtb_ticks {
    double all;    /* 0: unknown */
    double idle;   /* with nothing to do, or waiting for a disk */
    double stolen; /* ready to work, while the hypervisor ran something else */
};

void vtb_ticks_read(struct vtb_ticks *ticks, const char *root);

/* Gives the share that was stolen of the time between two readings in which there was work to do;
 * NaN if it cannot be told. */
double vtb_stolen_share(const struct vtb_ticks *before, const struct vtb_ticks *after);

#endif
