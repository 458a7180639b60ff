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

/* Prints a struct vtb_latency_report in any of the formats; JSON is a result file. Tables are at
 * most 80 columns wide, unless names are long. */
vtb_print vtb_report_latency;

#endif
