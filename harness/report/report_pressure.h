/* The figures of the pressure pass: tables, and sentences about the cost of collections. */
#ifndef REPORT_REPORT_PRESSURE_H
#define REPORT_REPORT_PRESSURE_H

#include "base/names.h"
#include "base/output.h"
#include "figures/summary.h"

/* Prints the figures that `words` choose, for the table whose cases begin at `first`, in tables of
 * at most 100 columns. The format is VTB_FORMAT_TABLE or _MARKDOWN. */
void vtb_report_pressure(FILE *out, const struct vtb_comparison *comparison, size_t first,
                         const struct vtb_names *words, enum vtb_format format);

/* Prints a line or two about the cost of collections for the cases first .. end - 1, which are on a
 * heap that collects. */
void vtb_report_collections(FILE *out, const struct vtb_comparison *comparison, size_t first,
                            size_t end);

/* Prints the collections of the baseline and of the challenger side by side; nothing if the table
 * whose cases begin at `first` lacks one of them, or its heap does not collect. The format is
 * VTB_FORMAT_TABLE or _MARKDOWN. */
void vtb_report_analysis(FILE *out, const struct vtb_comparison *comparison, size_t first,
                         enum vtb_format format);

#endif
