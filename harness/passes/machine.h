/* The state of the machine and the build, as a result file's context. What cannot be read is the
 * word "unknown", never a guess. */
#ifndef PASSES_MACHINE_H
#define PASSES_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

#define VTB_FACTS_MAX 48

struct vtb_fact {
    const char *key; /* as in the result file */
    char value[512];
};

struct vtb_machine {
    struct vtb_fact facts[VTB_FACTS_MAX];
    size_t facts_n;
    double load_average[3];
    size_t load_average_n; /* 0 if unknown */
};

/* Reads /proc, /sys and the libraries. Takes milliseconds; not for measured regions. */
void vtb_machine_read(struct vtb_machine *machine);

/* The value of a fact, or "unknown". "fingerprint" is what must agree for counts and instructions
 * of two runs to be comparable: compiler, flags, C library, architecture. */
const char *vtb_machine_fact(const struct vtb_machine *machine, const char *key);

/* Writes what makes timings doubtful, with its remedy, one line each; returns how many. */
size_t vtb_machine_warnings(const struct vtb_machine *machine, char warnings[][200], size_t max_n);

#endif
