/*
 * The gate: a run held against a baseline, which is a result file. Counts are compared exactly, or
 * within limits; times as ratios to the baseline strategy's of the same rounds, each against the
 * ratio that the baseline has. What is worse is a regression. What cannot be told, or is on one
 * side alone, is said to be so, and is none.
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include <time.h>

#include "base/output.h"
#include "figures/results.h"
#include "gate/result_file.h"
#include "report/case_names.h"

enum vtb_gate_verdict {
    VTB_GATE_SAME,
    VTB_GATE_WITHIN,  /* worse or better, within the limit or margin */
    VTB_GATE_BETTER,  /* better by more than that */
    VTB_GATE_WORSE,   /* worse by more than that */
    VTB_GATE_UNKNOWN, /* inconclusive */
};

extern const char *const vtb_gate_verdict_words[];

/* The verdict on one figure of one case. */
struct vtb_gate_check {
    char name[VTB_CASE_NAME_BYTES]; /* of the case, as in result files */
    const char *strategy;           /* borrowed from the registry, as is the next */
    const char *heap;
    const char *metric; /* the key in result files */
    const char *title;  /* of a column, with its unit */
    double before;
    double after;
    /* How much worse the figure may be, in its unit; for times, as a share of the value before. */
    double allowed;
    enum vtb_gate_verdict verdict;
};

/* A figure that was to be compared, and was not. */
struct vtb_gate_gap {
    char name[VTB_CASE_NAME_BYTES]; /* of the case, as in result files */
    const char *metric;             /* the key in result files; null: all of the case */
    const char *reason;             /* borrowed: "not in the baseline" */
};

/* Why a figure was not compared. */
#define VTB_GATE_NOT_BEFORE "not in the baseline"
#define VTB_GATE_NOT_NOW "not in this run"
#define VTB_GATE_UNTIMED "not timed long enough in one state of the machine"
#define VTB_GATE_OTHER_BUDGET "of another budget, live heap or number of calls"
#define VTB_GATE_OTHER_TOOLCHAIN "of another toolchain"
#define VTB_GATE_OTHER_ISA "of another instruction set"

/* What to do about a baseline that cannot be compared. */
#define VTB_GATE_RENEW "renew it with `run_bench run ... --save-baseline FILE`"

/* The runs in which a time must be worse to be a regression: the first, and one from new. */
#define VTB_GATE_RUNS 2

#define VTB_GATE_NOTE_BYTES 400

struct vtb_gate {
    const struct vtb_result_file *baseline; /* borrowed */
    struct vtb_gate_check *checks;          /* owned */
    size_t checks_n;
    size_t room_n;
    struct vtb_gate_gap *gaps; /* owned */
    size_t gaps_n;
    const struct vtb_recorded_row **unasked; /* owned; rows that --strategy leaves out */
    size_t unasked_n;
    char (*notes)[VTB_GATE_NOTE_BYTES]; /* owned; each a line: what is left out or doubtful, why */
    size_t notes_n;
    bool of_builds;          /* it holds a build against another, not a run against a file */
    bool strict;             /* what cannot be told, or was not compared, fails the gate */
    bool lacks_instructions; /* the baseline's cannot be compared on this processor */
    bool wants_times;        /* times are to be compared */
    bool lacks_times;        /* the baseline's cannot be compared with another toolchain's */
    bool timed;
    size_t sessions_n;               /* of a run */
    double margin;                   /* how much worse a time may be, as a share */
    const struct vtb_error *refusal; /* borrowed: why nothing was compared; null: it was */
    bool reported;                   /* the reports of what was compared are written */
    time_t began;                    /* of the gate, as is the next */
    double seconds;
    const struct vtb_machine *machine; /* borrowed: that is measured; null: nothing is yet */
};

/* Whether a check fails the gate. */
bool vtb_gate_check_fails(const struct vtb_gate *gate, const struct vtb_gate_check *check);

/* Whether anything fails the gate. */
bool vtb_gate_fails(const struct vtb_gate *gate);

/* How much of what it was a figure changed by; NaN if that was nothing. */
double vtb_gate_change(const struct vtb_gate_check *check);

/* Adds a figure that was not compared. */
void vtb_gate_add_gap(struct vtb_gate *gate, const char *name, const char *metric,
                      const char *reason);

/* Adds a note, unless there is the same note already; the format is printf's. */
void vtb_gate_note(struct vtb_gate *gate, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads what a result file of a run would say of it, as the file has it: a file without rows, freed
 * by vtb_result_file_free. On false *error says that there is no memory. */
VTB_MUST_USE bool vtb_context_read(struct vtb_result_file *file, const struct vtb_results *run,
                                   struct vtb_error *error);

/* Notes what both contexts have, of a machine and a build, and is not as it was before: what
 * compare tells, but for what other notes say, and what follows from what was asked for. */
void vtb_gate_note_facts(struct vtb_gate *gate, const struct vtb_result_file *now);

/* Notes that a user's file changed since the baseline was made, if it did: that change may be what
 * the gate is to judge, but whoever reads its verdicts must know. `name` is the entry's, `path` is
 * as it was given, and `digest` is the SHA-256 in hexadecimal. */
void vtb_gate_note_source(struct vtb_gate *gate, const char *name, const char *path,
                          const char *digest);

/* Appends the strategy of a row to a list of at most `list_bytes` bytes, unless it is there. */
void vtb_gate_list_strategy(char *list, size_t list_bytes, const struct vtb_recorded_row *row);

/* Makes room for one more check; null, with *error set, if there is no memory. The pointer is valid
 * until the next call. */
struct vtb_gate_check *vtb_gate_add_check(struct vtb_gate *gate, struct vtb_error *error);

/* Judges a count by what it was, what it is, and what is allowed. */
enum vtb_gate_verdict vtb_gate_judge(const struct vtb_gate_check *check);

/* What a gate's figures are held against, in words: "the baseline". */
const char *vtb_gate_reference(const struct vtb_gate *gate);

/* Counts the checks with a verdict. */
size_t vtb_gate_count(const struct vtb_gate *gate, enum vtb_gate_verdict verdict);

/* The name of the option that a fact of a result file is, of those that say how cases are run;
 * null: it is another fact. */
const char *vtb_recorded_run_option(const struct vtb_recorded_text *fact);

/* Sets the options that a result file recorded, one after the other. On false *error says what is
 * wrong with one, and those before it are set. */
VTB_MUST_USE bool vtb_recorded_replay(struct vtb_options *options,
                                      const struct vtb_result_file *file, struct vtb_error *error);

/*
 * Checks whether a baseline can be compared with this build, and sets the options that it recorded,
 * and `*same_toolchain`. Of its strategies those stay that --strategy names, if it was given. If it
 * cannot be compared: false, with VTB_EXIT_BASELINE, and *error says what differs and how to renew
 * the baseline; with VTB_EXIT_USAGE, if it has no such strategy.
 */
VTB_MUST_USE bool vtb_gate_prepare(struct vtb_options *options, const struct vtb_result_file *file,
                                   bool *same_toolchain, struct vtb_error *error);

/* Checks whether the plan has all cases of the baseline, but for those of strategies that were not
 * asked for, which are noted; `asked`, which may be null, has those that were. If not: false, with
 * VTB_EXIT_BASELINE, and *error names the first case that is missing. */
VTB_MUST_USE bool vtb_gate_check_cases(struct vtb_gate *gate, const struct vtb_plan *plan,
                                       const struct vtb_names *asked, struct vtb_error *error);

/* Compares the counts of a run, and notes what the baseline lacks. Each point is compared once, but
 * instructions once for each consumer. */
VTB_MUST_USE bool vtb_gate_counts(struct vtb_gate *gate, const struct vtb_results *results,
                                  const struct vtb_options *options, struct vtb_error *error);

/* Whether a time of a run is worse than the baseline's, so that a run from new must confirm it. */
bool vtb_gate_suspects(const struct vtb_gate *gate, const struct vtb_results *run, double margin);

/* Compares the times of one run of a plan, or of VTB_GATE_RUNS. */
VTB_MUST_USE bool vtb_gate_times(struct vtb_gate *gate, const struct vtb_results *runs,
                                 size_t runs_n, double margin, struct vtb_error *error);

void vtb_gate_free(struct vtb_gate *gate);

/* Prints the verdicts: as a table, JSON, CSV, or a summary in Markdown for a CI job's page. */
vtb_print vtb_gate_report; /* of a struct vtb_gate, as is the next */

/* Prints JUnit XML, whatever the format, with a test case for each check: worse is a failure; what
 * cannot be told, or was not compared, is skipped, or an error under --strict. Where nothing was
 * compared, the one test case has an error. It is as Jenkins's schema and Ant's have it. */
vtb_print vtb_gate_junit;

/* Prints SARIF 2.1.0, whatever the format, with a result for each finding that fails the gate. */
vtb_print vtb_gate_sarif;

/* Prints each check that is worse as a workflow command of GitHub's, which marks a job's page. */
void vtb_gate_annotations(FILE *out, const struct vtb_gate *gate);

/* Writes one line on a check that is worse: "value_task on glibc: bytes_per_op was 20.8, is
 * 28.8". */
void vtb_gate_line(char *line, size_t line_bytes, const struct vtb_gate_check *check);

#endif
