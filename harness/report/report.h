/* The results of a run, written for people and for programs. Reports only read results, and compute
 * no figures. Every function of a report writes to the caller's stream, and the caller checks the
 * stream for errors. If there is no memory for a report, the process ends (base/allocate.h). For
 * one thread, after all measuring.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/output.h"
#include "figures/results.h"

/* Prints a struct vtb_results in any of the formats. */
vtb_print vtb_report;

/* Print results as aligned tables, at most 100 columns wide, or as tables of Markdown, with the
 * findings below each. */
void vtb_report_table(FILE *out, const struct vtb_results *results);
void vtb_report_markdown(FILE *out, const struct vtb_results *results);

#endif
