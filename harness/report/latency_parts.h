/* What the reports of latencies and of hand-overs are both made of: keys of percentiles in files,
 * and times and ratios in tables. */
#ifndef REPORT_LATENCY_PARTS_H
#define REPORT_LATENCY_PARTS_H

#include <jansson.h>

#include "base/prose.h"
#include "figures/latencies.h"

#define VTB_IDLE_NAME "idle control"

/* --- files --- */

#define VTB_LATENCY_KEY_BYTES 48

struct vtb_latency_counter {
    char key[VTB_LATENCY_KEY_BYTES];
    double value;
};

/* Rates, three numbers a quantile for each kind and its ratio, and what is sustained. */
#define VTB_LATENCY_COUNTERS_MAX \
    (24 + VTB_TAIL_SHARES_N +    \
     (VTB_LATENCY_KINDS_N + VTB_HANDOVER_KINDS_N) * (VTB_LATENCY_QUANTILES_N * 6 + 1))

/* The figures of a case by their keys in files. */
struct vtb_latency_counters {
    struct vtb_latency_counter items[VTB_LATENCY_COUNTERS_MAX];
    size_t n;
};

/* Add a figure; one with its interval; and the quantiles of a kind, whose keys begin with `word`,
 * with their ratios. */
void vtb_latency_add(struct vtb_latency_counters *counters, double value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void vtb_latency_add_interval(struct vtb_latency_counters *counters,
                              const struct vtb_interval *interval, const char *key,
                              const char *unit);
void vtb_latency_add_quantiles(struct vtb_latency_counters *counters, const char *word,
                               const struct vtb_interval ns[VTB_LATENCY_QUANTILES_N],
                               const struct vtb_interval ratios[VTB_LATENCY_QUANTILES_N]);

/* Puts the quantiles of a kind that a session has into its row. */
void vtb_latency_put_quantiles(json_t *row, const char *word,
                               const double ns[VTB_LATENCY_QUANTILES_N]);

/* --- tables --- */

/* The titles of columns, by quantile. */
extern const char *const vtb_latency_quantile_titles[VTB_LATENCY_QUANTILES_N];

/* Gives a time with its unit, in at most six characters; "-" if it is not known. */
const char *vtb_latency_time_text(char text[VTB_NUMBER_BYTES], double ns);

/* Gives a ratio with its interval; "?" without one, or where the sessions disagree: it is not known
 * yet. */
const char *vtb_latency_ratio_text(char text[VTB_NUMBER_BYTES], const struct vtb_interval *ratio);

/* Adds columns, of which the first is on the left. */
struct vtb_table;
void vtb_latency_add_columns(struct vtb_table *text, const char *const *titles, size_t n);

#endif
