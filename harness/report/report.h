/* What a run found, written for people and for programs. Reports only read; they compute nothing
 * but the form. Every function writes to a stream of the caller's, whose errors the caller checks.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>

#include "base/prose.h"
#include "figures/results.h"
#include "passes/estimate.h"

/* workload/strategy/heap/hit_rate:0.8/calls:1000000/...: what a case is called in files. */
void vtb_case_name(char *name, size_t name_bytes, const struct vtb_comparison *comparison,
                   const struct vtb_figures *figures);

/* "direct" or "async": the method of the case's own cell, and that of its table, which the loop and
 * the floor may differ from. */
const char *vtb_case_method(const struct vtb_case *the_case);
const char *vtb_table_method(const struct vtb_case *the_case);

/* One named figure of a case, under its key in result files. */
struct vtb_counter {
    const char *key;
    double value; /* NaN: not known of this case, though of others of the run */
    bool exact;   /* counted, not timed */
};

#define VTB_COUNTERS_MAX (64 + 2 * VTB_EVENTS_MAX)

/* The figures that were measured, in the order of the files' columns, which is that of every case
 * of a run. */
size_t vtb_counters(const struct vtb_results *results, const struct vtb_comparison *comparison,
                    const struct vtb_figures *figures,
                    struct vtb_counter counters[VTB_COUNTERS_MAX]);

/* What the callers' keys are drawn by, or "recorded". */
void vtb_keys_text(char *text, size_t text_bytes, const struct vtb_point *point);

/* In one of the formats, as a struct vtb_results. */
vtb_print vtb_report;

/* Aligned tables, at most 100 columns wide, and below each what it shows. */
void vtb_report_table(FILE *out, const struct vtb_results *results);
void vtb_report_markdown(FILE *out, const struct vtb_results *results);
/* A header line, and one row for each case. */
void vtb_report_csv(FILE *out, const struct vtb_results *results);
/* The result file: readable by what reads Google Benchmark's. */
void vtb_report_json(FILE *out, const struct vtb_results *results);
/* The same without the rows of single rounds, what the gate compares with: JSON in any format. */
vtb_print vtb_report_baseline;
/* Every raw time, one row for each case and round: CSV in any format. */
vtb_print vtb_report_samples;

/* What would be run, a line a point, and how long it is estimated to take: a table, or JSON. As a
 * struct vtb_planned. */
struct vtb_planned {
    const struct vtb_plan *plan;
    struct vtb_estimate estimate;
};
vtb_print vtb_report_plan;

/* A table of a name and up to VTB_COLUMNS_MAX figures beside it, at most 100 columns wide: a line
 * of n cells, the name first; and what Markdown has below the titles. */
#define VTB_COLUMN_BYTES 48
#define VTB_COLUMNS_MAX 5
void vtb_print_columns(FILE *out, char cells[][VTB_COLUMN_BYTES], size_t n, bool markdown);
void vtb_print_columns_rule(FILE *out, size_t n);

/* Instructions and events per operation of the cases of a table, and what could not be counted and
 * why; nothing if the run counts neither. */
void vtb_report_counted(FILE *out, const struct vtb_results *results,
                        const struct vtb_comparison *comparison, size_t first, bool markdown);

/* The chosen figures of the pressure pass, in tables of at most 100 columns; the cases of a table
 * from `first` on. In Markdown, or aligned. */
void vtb_report_pressure(FILE *out, const struct vtb_comparison *comparison, size_t first,
                         const struct vtb_names *words, bool markdown);

/* Where both the in-flight window and the nursery's budget vary: the share of time that a heap
 * collects, for each pair, and what decides it. Nothing otherwise. */
void vtb_report_surfaces(FILE *out, const struct vtb_results *results);

/* What collections cost: a line or two for the cases first .. end - 1, of a heap that collects. */
void vtb_report_collections(FILE *out, const struct vtb_comparison *comparison, size_t first,
                            size_t end);

/* The collections of the baseline and of what it is mostly held against, side by side; nothing if
 * the table from `first` on lacks one of them, or its heap does not collect. */
void vtb_report_analysis(FILE *out, const struct vtb_comparison *comparison, size_t first,
                         bool markdown);

/* One sentence a line: what a comparison's figures say; at a volume of calls, if one was given. */
void vtb_report_findings(FILE *out, const struct vtb_comparison *comparison,
                         double calls_per_second);

/* What was left out, and why; nothing if nothing was. */
void vtb_report_skips(FILE *out, const struct vtb_skips *skips);

#endif
