/*
 * Two result files side by side: what differs between the runs, which of their figures may be
 * compared, and how each figure of each case was before and is after. A comparison informs, and
 * does not judge: that is for the gate.
 */
#ifndef GATE_COMPARE_H
#define GATE_COMPARE_H

#include <stdio.h>

#include "gate/result_file.h"
#include "plan/options.h"

#define VTB_COMPARED_COLUMNS_MAX 12

/* The outcome of comparing a figure. Every comparison is exact, except that ratios count as
 * different only if their intervals do not overlap. */
enum vtb_compared_verdict {
    VTB_COMPARED_ABSENT, /* one of the two runs, or both, lack it */
    VTB_COMPARED_SAME,
    VTB_COMPARED_LOWER,
    VTB_COMPARED_HIGHER,
    VTB_COMPARED_UNTOLD,       /* the intervals of a ratio overlap */
    VTB_COMPARED_BASELINE,     /* the ratio of the baseline to itself, in both */
    VTB_COMPARED_INCOMPARABLE, /* both have it, but must not be compared */
};

extern const char *const vtb_compared_words[];

/* The condition that must be the same in both runs for a figure to be compared. */
enum vtb_compared_by {
    VTB_COMPARED_BY_CODE,
    VTB_COMPARED_BY_LIBC,
    VTB_COMPARED_BY_TOOLCHAIN,
    VTB_COMPARED_BY_BUDGETS, /* the budgets of each case's heap */
    VTB_COMPARED_BY_PAIRING, /* the baseline: each ratio is of paired rounds of one run */
    VTB_COMPARED_BY_NOTHING, /* times of two runs are not compared */
};

/* One figure, for all cases. */
struct vtb_compared_column {
    const char *key;
    const char *title;
    enum vtb_compared_by by;
    char reason[200];      /* why it may be compared, or may not */
    bool comparable;       /* unless the verdict of a case says otherwise */
    size_t n;              /* cases for which both files have it */
    size_t told_n;         /* of those, the cases for which it is lower or higher */
    size_t incomparable_n; /* of those, the cases that are not to be compared */
};

/* A figure of a case in both files; NaN where it is absent. */
struct vtb_compared_figure {
    double before;
    double after;
    enum vtb_compared_verdict verdict;
};

/* A case that is in both files. */
struct vtb_compared_row {
    const struct vtb_recorded_row *before;
    const struct vtb_recorded_row *after;
    const char *strategy; /* in the name; not ended by a NUL */
    size_t strategy_n;
    size_t table; /* rows of one table stand together, and have the same number */
    struct vtb_compared_figure figures[VTB_COMPARED_COLUMNS_MAX]; /* one for each column */
};

/* A fact that differs between the runs; null: not recorded. */
struct vtb_compared_fact {
    char *key;
    char *before;
    char *after;
};

struct vtb_compared_only {
    const struct vtb_recorded_row **rows; /* owned; the rows themselves are the file's */
    size_t n;
};

struct vtb_compared {
    const struct vtb_result_file *before; /* borrowed, and must outlive this */
    const struct vtb_result_file *after;
    struct vtb_compared_fact *facts; /* owned */
    size_t facts_n;
    struct vtb_compared_column columns[VTB_COMPARED_COLUMNS_MAX];
    size_t columns_n;
    struct vtb_compared_row *rows; /* owned */
    size_t rows_n;
    struct vtb_compared_only only_before;
    struct vtb_compared_only only_after;
};

/* Compares the texts of two files' contexts alone. The files must outlive the result, which is
 * freed by vtb_compare_free. */
void vtb_compare_contexts(struct vtb_compared *compared, const struct vtb_result_file *before,
                          const struct vtb_result_file *after);

/* Compares two files, which must outlive the result. */
void vtb_compare_make(struct vtb_compared *compared, const struct vtb_result_file *before,
                      const struct vtb_result_file *after);

/* Compares what two files say of their runs alone: the facts and options that may not differ
 * between two runs of the same build on the same machine. */
void vtb_compare_facts(struct vtb_compared *compared, const struct vtb_result_file *before,
                       const struct vtb_result_file *after);
void vtb_compare_free(struct vtb_compared *compared);

/* Whether a column's figures are ratios, which have intervals. */
bool vtb_compared_is_ratio(const struct vtb_compared_column *column);

/* How much of what was before a figure changed by; NaN if that was nothing. */
double vtb_compared_change(const struct vtb_compared_figure *figure);

/* Gives the strategy that a file's ratios are to, not ended by a NUL; null if there is none, or
 * there are several. */
const char *vtb_compare_baseline(const struct vtb_result_file *file, size_t *n);

/* Gives the strategy in a case's name, workload/STRATEGY/heap/..., not ended by a NUL; the whole
 * name if it has no such parts. */
const char *vtb_name_strategy(const char *name, size_t *n);

/* Gives the version of the guest that a case of a file is of; "unknown" if it is of none. */
const char *vtb_guest_version(const struct vtb_result_file *file, const char *name);

/* Prints tables of at most 100 columns, one JSON object, or a CSV line for each case and figure. */
vtb_print vtb_compare_report; /* of a struct vtb_compared */

#endif
