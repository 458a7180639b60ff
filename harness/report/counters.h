/* The figures of a case, one by one, under their keys in result files. */
#ifndef REPORT_COUNTERS_H
#define REPORT_COUNTERS_H

#include "figures/results.h"

/* A figure of a case. */
struct vtb_counter {
    const char *key; /* borrowed; lives as long as the results */
    double value;    /* NaN: not known for this case, though for others of the run */
    bool exact;      /* counted, not timed */
};

#define VTB_COUNTERS_MAX (96 + 2 * VTB_EVENTS_MAX)

/* Gives the figures of a case that were measured, and returns their number. Keys and their order
 * are the same for all cases of a run: they are the columns of files. */
size_t vtb_counters(const struct vtb_results *results, const struct vtb_comparison *comparison,
                    const struct vtb_figures *figures,
                    struct vtb_counter counters[VTB_COUNTERS_MAX]);

/* Gives the value of the figure with a key; NaN if it is not among them. */
double vtb_counter_value(const struct vtb_counter *counters, size_t n, const char *key);

#endif
