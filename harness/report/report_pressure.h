/* The pressure pass's figures: tables of them, and what collections cost. */
#ifndef REPORT_REPORT_PRESSURE_H
#define REPORT_REPORT_PRESSURE_H

#include "base/names.h"
#include "base/output.h"
#include "figures/summary.h"

/* The chosen figures, in tables of at most 100 columns; the cases of a table from `first` on. As
 * VTB_FORMAT_TABLE or _MARKDOWN, like the next but one. */
void vtb_report_pressure(FILE *out, const struct vtb_comparison *comparison, size_t first,
                         const struct vtb_names *words, enum vtb_format format);

/* The cost of collections: a line or two for the cases first .. end - 1 of a heap that collects. */
void vtb_report_collections(FILE *out, const struct vtb_comparison *comparison, size_t first,
                            size_t end);

/* The collections of the baseline and of what it is mostly held against, side by side; nothing if
 * the table from `first` on lacks one of them, or its heap does not collect. */
void vtb_report_analysis(FILE *out, const struct vtb_comparison *comparison, size_t first,
                         enum vtb_format format);

#endif
