/* Metrics, under the words that choose them on the command line: those that follow from code alone,
 * or from code and its toolchain, which a gate may hold exactly and two result files may be
 * compared by; and those of the pressure pass. */
#ifndef PLAN_METRICS_H
#define PLAN_METRICS_H

#include <stdbool.h>

#include "base/names.h"

#define VTB_GATE_FIGURES_MAX 4

/* One metric, under the word that chooses it on the command line. */
struct vtb_gate_metric {
    const char *word;
    const char *keys[VTB_GATE_FIGURES_MAX];   /* in result files; ended by a null */
    const char *titles[VTB_GATE_FIGURES_MAX]; /* of tables' columns, one for each key */
    bool of_toolchain;                        /* comparable only where fingerprints are the same */
    /* Comparable only where a heap's budget, the bytes that live in it, and the calls that the
     * pressure pass made are the same. */
    bool of_budgets;
};

#define VTB_GATE_METRICS_N 6

/* The words of all metrics, for sentences. */
#define VTB_LIMIT_WORDS "bytes, allocs, frees, live, collections, instructions"

/* The word for ratios of times, which a history has beside them. */
#define VTB_RATIO_WORD "ratio"

/* The metrics that a gate may limit; ended by a null word. */
extern const struct vtb_gate_metric vtb_gate_metrics[];

/* Finds a metric by its word; null if there is none. */
const struct vtb_gate_metric *vtb_gate_metric(const char *word);

/* Gives the words of all metrics, from which the one that a user meant may be guessed. */
void vtb_gate_words(struct vtb_names *words);

/* Conditions that the number of collections depends on, beside the code: keys of rows in result
 * files, ended by a null. */
extern const char *const vtb_budget_keys[];

/* The figures of the pressure pass, in the order of columns. */
enum {
    VTB_PRESSURE_GEN0,
    VTB_PRESSURE_GEN1,
    VTB_PRESSURE_GEN2,
    VTB_PRESSURE_COLLECTIONS,
    VTB_PRESSURE_PER_MOP,
    VTB_PRESSURE_CALLS_PER_COLLECTION,
    VTB_PRESSURE_GC_MS,
    VTB_PRESSURE_GC_SHARE,
    VTB_PRESSURE_GC_NS,
    VTB_PRESSURE_PAUSES,
    VTB_PRESSURE_STRETCHED,
    VTB_PRESSURE_PAUSE_P50,
    VTB_PRESSURE_PAUSE_P90,
    VTB_PRESSURE_PAUSE_P99,
    VTB_PRESSURE_PAUSE_MAX,
    VTB_PRESSURE_PAUSE_WALL_MAX,
    VTB_PRESSURE_SURVIVED,
    VTB_PRESSURE_PROMOTED,
    VTB_PRESSURE_MMU_1MS,
    VTB_PRESSURE_MMU_10MS,
    VTB_PRESSURE_PEAK_RSS,
    VTB_PRESSURE_RSS_GROWTH,
    VTB_PRESSURE_PAGE_FAULTS,
    VTB_PRESSURE_USABLE,
    VTB_PRESSURE_RESIDENT,
    VTB_PRESSURE_METRICS_N
};

/* How a figure is shown: as one that was measured, with its title's unit; in whole numbers; as how
 * often something was counted, which few digits tell; with a unit of bytes; or, of a fraction, in
 * percent. */
enum vtb_metric_unit {
    VTB_METRIC_FIGURE,
    VTB_METRIC_COUNT,
    VTB_METRIC_RATE,
    VTB_METRIC_BYTES,
    VTB_METRIC_SHARE,
};

struct vtb_pressure_metric {
    const char *word;
    const char *key;     /* in result files */
    const char *title;   /* of a table's column, with the unit */
    bool of_collector;   /* known only of heaps that collect */
    bool of_generations; /* known only of collectors with generations */
    /* 0, or the number of pauses from which on the figure is known: a quantile of fewer is a single
     * pause's, and the next run has another. */
    unsigned pauses_min;
    enum vtb_metric_unit unit;
};

/* The figures of the pressure pass; ended by a null word. */
extern const struct vtb_pressure_metric vtb_pressure_metrics[];

#endif
