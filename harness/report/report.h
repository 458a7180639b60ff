/* The results of a run, written for people and for programs. Reports only read; they compute
 * nothing but the form. Every function of theirs writes to a stream of the caller's, whose errors
 * the caller checks.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/output.h"
#include "figures/results.h"

/* In one of the formats, as a struct vtb_results. */
vtb_print vtb_report;

/* Aligned tables, at most 100 columns wide, or those of Markdown, and below each what it shows. */
void vtb_report_table(FILE *out, const struct vtb_results *results);
void vtb_report_markdown(FILE *out, const struct vtb_results *results);

#endif
