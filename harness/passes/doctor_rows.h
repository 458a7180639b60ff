/*
 * What the parts of the doctor share: the functions that judge one fact each, by the file that they
 * stand in, and how they say what they find. The rows of doctor.c have them in order.
 */
#ifndef PASSES_DOCTOR_ROWS_H
#define PASSES_DOCTOR_ROWS_H

#include "passes/doctor.h"

typedef void vtb_judge(struct vtb_doctor_fact *fact, const struct vtb_examined *examined);

/* doctor_processors.c */
vtb_judge vtb_judge_processors, vtb_judge_quota, vtb_judge_throttling, vtb_judge_siblings,
    vtb_judge_core, vtb_judge_governor, vtb_judge_turbo, vtb_judge_frequency, vtb_judge_run_queue,
    vtb_judge_pressure;

/* doctor_system.c */
vtb_judge vtb_judge_addresses, vtb_judge_huge_pages, vtb_judge_virtualisation, vtb_judge_container,
    vtb_judge_steal, vtb_judge_caches, vtb_judge_memory, vtb_judge_swap;

/* doctor_clock.c */
vtb_judge vtb_judge_clock_source, vtb_judge_reading, vtb_judge_resolution, vtb_judge_jumps,
    vtb_judge_noise;

/* doctor_software.c */
vtb_judge vtb_judge_hardware_counters, vtb_judge_software_counters, vtb_judge_build,
    vtb_judge_versions, vtb_judge_malloc, vtb_judge_environment;

/* Writes the value; the format is printf's. */
void vtb_doctor_value(struct vtb_doctor_fact *fact, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Say what the fact does to figures; and what can be done about it. Of a fact that is ok the effect
 * is why that is so. */
void vtb_doctor_ok(struct vtb_doctor_fact *fact, const char *why);
void vtb_doctor_warn(struct vtb_doctor_fact *fact, const char *effect, const char *remedy);

/* Says why something cannot be told. The value is "unknown" unless there is one already. */
void vtb_doctor_unknown(struct vtb_doctor_fact *fact, const char *why, const char *remedy);

#endif
