/* The figures of a case one by one, under the keys that they have in result files. */
#ifndef REPORT_COUNTERS_H
#define REPORT_COUNTERS_H

#include "figures/results.h"

struct vtb_counter {
    const char *key;
    double value; /* NaN: not known of this case, though of others of the run */
    bool exact;   /* counted, not timed */
};

#define VTB_COUNTERS_MAX (64 + 2 * VTB_EVENTS_MAX)

/* The figures that were measured, in the order of the files' columns, which is that of every case
 * of a run. Returns how many; their keys live as long as the results. */
size_t vtb_counters(const struct vtb_results *results, const struct vtb_comparison *comparison,
                    const struct vtb_figures *figures,
                    struct vtb_counter counters[VTB_COUNTERS_MAX]);

#endif
