/* The latencies of a run, written for people and for programs. As report.h has it. */
#ifndef REPORT_REPORT_LATENCY_H
#define REPORT_REPORT_LATENCY_H

#include "figures/latencies.h"
#include "figures/results.h"

/* All that is reported: the facts about a run, whose comparisons are none, and its tables. */
struct vtb_latency_report {
    const struct vtb_results *results;
    const struct vtb_latency_table *tables;
    size_t tables_n;
};

/* The events of all timelines: those that are kept, and those that there was no room for. */
struct vtb_latency_extent {
    uint64_t kept_n;
    uint64_t left_out_n;
};
struct vtb_latency_extent vtb_latency_extent(const struct vtb_latency_report *report);

/* What keys of files begin with, by enum vtb_latency_kind up to VTB_LATENCY_MISS. */
extern const char *const vtb_latency_kind_words[];

/* Writes a case's name as it is in files of `run`, with the rate of the open loop behind it. The
 * idle control is named as if it were a strategy on no heap, by no method. */
void vtb_latency_name(char *name, size_t name_bytes, const struct vtb_latency_report *report,
                      const struct vtb_latency_table *table,
                      const struct vtb_latency_figures *figures);

/* Prints a struct vtb_latency_report in any of the formats; JSON is a result file. Tables are at
 * most 80 columns wide, unless names are long. */
vtb_print vtb_report_latency;

#endif
