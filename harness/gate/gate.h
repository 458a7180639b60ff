/*
 * The gate: a run held against a baseline, which is a result file. Counts are compared exactly, or
 * within limits; times as ratios to the baseline strategy's of the same rounds, each against the
 * ratio that the baseline has. What is worse is a regression. What cannot be told is said to be so,
 * and is none.
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include "base/output.h"
#include "figures/results.h"
#include "gate/result_file.h"
#include "report/case_names.h"

enum vtb_gate_verdict {
    VTB_GATE_SAME,
    VTB_GATE_WITHIN,  /* worse or better, but not beyond the limit or the margin */
    VTB_GATE_BETTER,  /* beyond it */
    VTB_GATE_WORSE,   /* likewise */
    VTB_GATE_UNKNOWN, /* inconclusive */
};

extern const char *const vtb_gate_verdict_words[];

/* One figure of one case. */
struct vtb_gate_check {
    char name[VTB_CASE_NAME_BYTES]; /* of the case, as in result files */
    const char *strategy;           /* borrowed from the registry, as the next */
    const char *heap;
    const char *metric; /* the key in result files */
    const char *title;  /* of a column, with its unit */
    double before;
    double after;
    double allowed; /* worse by so much, in the figure's unit; of times, a share of what it was */
    enum vtb_gate_verdict verdict;
};

/* The measurements of times that the gate repeats, each from new; all must agree on a verdict. */
#define VTB_GATE_REPEATS 3

struct vtb_gate {
    const struct vtb_result_file *baseline; /* borrowed */
    struct vtb_gate_check *checks;          /* owned */
    size_t checks_n;
    size_t room_n;
    char notes[8][400]; /* what was left out, or is doubtful, and why: a line each */
    size_t notes_n;
    size_t unknown_cases_n; /* of the run, that the baseline does not have */
    bool timed;
    double noise;  /* share: the most that identical cases seemed to differ */
    double margin; /* share: what a time may be worse by */
};

/* Adds a note, unless it is there or there is no room; the format is printf's. */
void vtb_gate_note(struct vtb_gate *gate, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Notes that a file which a user brought is another one than when the baseline was made, if it is:
 * that may be what the gate is for, but whoever reads its verdicts must know. By the name of its
 * entry, the path as it was given, and the SHA-256 in hexadecimal. */
void vtb_gate_note_source(struct vtb_gate *gate, const char *name, const char *path,
                          const char *digest);

/* Room for one more check; null, with *error set, if there is no memory. It stays where it is until
 * the next one. */
struct vtb_gate_check *vtb_gate_add_check(struct vtb_gate *gate, struct vtb_error *error);

/* How many checks ended so. */
size_t vtb_gate_count(const struct vtb_gate *gate, enum vtb_gate_verdict verdict);

/*
 * Whether a baseline can be compared with this build: sets the options that it recorded, and
 * `*same_toolchain`. False, with VTB_EXIT_BASELINE, if not, with what differs and how to renew it.
 */
VTB_MUST_USE bool vtb_gate_prepare(struct vtb_options *options, const struct vtb_result_file *file,
                                   bool *same_toolchain, struct vtb_error *error);

/* Whether the plan has all cases of the baseline; false, with VTB_EXIT_BASELINE, names the first
 * that it has not. */
VTB_MUST_USE bool vtb_gate_check_cases(const struct vtb_plan *plan,
                                       const struct vtb_result_file *file, struct vtb_error *error);

/* Compares the counts of a run; once for each point, or of instructions for each consumer. */
VTB_MUST_USE bool vtb_gate_counts(struct vtb_gate *gate, const struct vtb_results *results,
                                  const struct vtb_options *options, struct vtb_error *error);

/* Compares the times of VTB_GATE_REPEATS runs of one plan, with twins in it. */
VTB_MUST_USE bool vtb_gate_times(struct vtb_gate *gate, const struct vtb_results *repeats,
                                 double margin, struct vtb_error *error);

/* A ratio in a baseline is that of the middle repeat of the run that made it, and its interval
 * encloses those of all: what one run measures in its own rounds says nothing of how it would be in
 * another. At most VTB_GATE_REPEATS - 1 others. */
void vtb_gate_widen(struct vtb_results *results, const struct vtb_results *others, size_t others_n);

void vtb_gate_free(struct vtb_gate *gate);

/* The verdicts: a table, JSON, CSV, or a summary in Markdown for a CI job's page. */
vtb_print vtb_gate_report; /* of a struct vtb_gate, as the next */

/* JUnit XML in any format, a test case for each check: worse is a failure, inconclusive is
 * skipped. */
vtb_print vtb_gate_junit;

/* The figures that are worse, as GitHub's workflow commands, which mark a job's page. */
void vtb_gate_annotations(FILE *out, const struct vtb_gate *gate);

/* "value_task on glibc: bytes_per_op was 20.8, is 28.8": what is worse, in one line. */
void vtb_gate_line(char *line, size_t line_bytes, const struct vtb_gate_check *check);

#endif
