/*
 * `run_bench doctor`: the facts about this machine that disturb measurements, and what can be
 * counted here. First everything is read and measured (vtb_doctor_examine), then judged
 * (vtb_doctor_judge), which reads no more than files below the same root.
 */
#ifndef PASSES_DOCTOR_H
#define PASSES_DOCTOR_H

#include <stddef.h>

#include "bench/state_probe.h"
#include "passes/cpu_info.h"
#include "passes/frequency.h"
#include "passes/idle_control.h"
#include "passes/machine.h"
#include "plan/event_names.h"

/* What was found. Strings are borrowed. */
struct vtb_examined {
    const char *root; /* of base/system_files.h */
    struct vtb_machine machine;
    struct vtb_cpu_info cpu;
    struct vtb_frequency frequency;
    struct vtb_idle_control idle;
    struct vtb_probe_shares core;
    struct vtb_event hardware; /* an event of the processor; its reason says why not */
    struct vtb_event software; /* one of the kernel */
    const char *malloc_file;   /* the file of the program that has malloc; null: unknown */
    const char *libc_file;     /* that of the C library; null: unknown */
    char *const *environment;  /* ends in a null */
};

/* Reads and measures everything, for about `seconds` of the idle control, and up to 0.2 s of the
 * frequency. One thread, which must be the only one that works. */
void vtb_doctor_examine(struct vtb_examined *examined, const char *root, double seconds);

enum vtb_doctor_level {
    VTB_DOCTOR_OK,
    VTB_DOCTOR_WARNING, /* figures may suffer */
    VTB_DOCTOR_UNKNOWN, /* it cannot be told */
    VTB_DOCTOR_LEVELS_N
};

/* The words for them, in the order of the enum. */
extern const char *const vtb_doctor_level_words[VTB_DOCTOR_LEVELS_N];

#define VTB_DOCTOR_TEXT_BYTES 512

/* A fact, as text; a longer one is cut. */
struct vtb_doctor_fact {
    const char *fact;
    char value[VTB_DOCTOR_TEXT_BYTES];
    char effect[VTB_DOCTOR_TEXT_BYTES]; /* what it does to figures */
    char remedy[VTB_DOCTOR_TEXT_BYTES]; /* "" if there is nothing to remedy */
    enum vtb_doctor_level level;
};

#define VTB_DOCTOR_FACTS_MAX 40

struct vtb_doctor_facts {
    struct vtb_doctor_fact items[VTB_DOCTOR_FACTS_MAX];
    size_t n;
};

/* Judges all facts, in the order of reports. */
void vtb_doctor_judge(struct vtb_doctor_facts *facts, const struct vtb_examined *examined);

#endif
