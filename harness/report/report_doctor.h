/* What `run_bench doctor` found, for people and for programs. */
#ifndef REPORT_REPORT_DOCTOR_H
#define REPORT_REPORT_DOCTOR_H

#include "base/output.h"

/* Prints a struct vtb_doctor_facts (passes/doctor.h). */
vtb_print vtb_report_doctor;

#endif
