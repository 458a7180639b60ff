/* What stands in files of its own of latencies: their distributions, and a timeline. */
#ifndef REPORT_LATENCY_FILES_H
#define REPORT_LATENCY_FILES_H

#include "report/report_latency.h"

/*
 * Writes two files for each case and idle control, STEM.latency.NAME.hgrm of latencies from the
 * intended start and STEM.service.NAME.hgrm from the actual one, and if hand-overs were timed,
 * STEM.handover.NAME.hgrm and STEM.wake.NAME.hgrm of those, over all sessions, as
 * vtb_lengths_print has it. If one fails the others are still tried; on false *error is on the
 * first.
 */
VTB_MUST_USE bool vtb_latency_histograms_write(const struct vtb_latency_report *report,
                                               const char *stem, struct vtb_error *error);

/* Prints a struct vtb_latency_report's first session as Trace Event JSON: a process for each table;
 * a thread for each case, with its slices and its heap's collections, and of a case with several
 * callers one more for each of them, with what held that one up; times in us from the first slice
 * on; and in `otherData` how many events there are, and were left out for want of room. */
vtb_print vtb_latency_timeline_print;

#endif
