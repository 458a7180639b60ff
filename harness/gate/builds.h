/*
 * Two builds, compared in the same rounds and sessions of one process: each strategy stands there
 * as both have it, and of each build at two places, which every session draws anew. So a change is
 * of the code, and its interval holds what the places of code do to it. Counts are compared
 * exactly. What is slower must be so once more, in a run from new. docs/BUILDS.md explains the
 * figures. For one thread.
 */
#ifndef GATE_BUILDS_H
#define GATE_BUILDS_H

#include "cells/editions.h"
#include "figures/spread.h"
#include "gate/gate.h"
#include "run/own_run.h"

/* What is called A and B, and what it is. */
struct vtb_build {
    char folder[PATH_MAX];
    char label[200]; /* for people: the folder as it was given, or a revision with its commit */
};

/* A strategy on a heap, in both builds. */
struct vtb_built_case {
    size_t comparison;             /* the number of its table in each run */
    size_t places[VTB_EDITIONS_N]; /* of its cases in the table's point, in the editions' order */
    char strategy[VTB_CASE_NAME_BYTES];      /* its name, without an edition */
    struct vtb_pooled change[VTB_GATE_RUNS]; /* the logarithm of B's time over A's */
    double p[VTB_GATE_RUNS];                 /* by Holm over all cases */
    enum vtb_state state[VTB_GATE_RUNS];     /* of the machine, that its times are of */
    struct vtb_spread spread;                /* in the first run */
    enum vtb_gate_verdict verdict;           /* on its time; VTB_GATE_SAME: no times were taken */
};

/* A count, which both builds have. */
struct vtb_built_count {
    const struct vtb_built_case *of;
    const struct vtb_gate_metric *metric;
    const char *key;   /* in result files; borrowed, as is the next */
    const char *title; /* of a column, with its unit */
    double before;
    double after;
};

#define VTB_BUILDS_NOTES_MAX 8

struct vtb_own_programs;

struct vtb_builds {
    struct vtb_build builds[VTB_BUILDS_N];
    const struct vtb_options *options; /* borrowed */
    /* Owned: the builds' programs, each of which runs what is its own (gate/own_programs.h); null:
     * this program runs both builds' cells. */
    struct vtb_own_programs *programs;
    struct vtb_own_run run;       /* its plan, and the first run's results */
    struct vtb_results again;     /* of the second run, if there was one */
    size_t runs_n;                /* 1, or VTB_GATE_RUNS */
    struct vtb_built_case *cases; /* owned */
    size_t cases_n;
    struct vtb_built_count *counts; /* owned */
    size_t counts_n;
    double margin; /* how much slower a case may be, as a share */
    /* What beside the code may be in the figures, or is in none. */
    char notes[VTB_BUILDS_NOTES_MAX][VTB_GATE_NOTE_BYTES];
    size_t notes_n;
};

/* The least margin: what identical code may differ by at other places is half of it. */
#define VTB_BUILDS_MARGIN (2 * VTB_POOLED_PHI)

/* Sessions, and rounds of each, where the options do not say. */
#define VTB_BUILDS_SESSIONS_N 40
#define VTB_BUILDS_ROUNDS_N 160

/* Finds a build: a folder of one, or a revision of the repository that this program was built from,
 * whose sources are then put aside and configured in a cache of the user's. On false *error says
 * what `word` is not. */
VTB_MUST_USE bool vtb_build_find(struct vtb_build *build, const char *word,
                                 struct vtb_error *error);

/* Builds a build's program, if it is not up to date, and gives its path. On false *error says why
 * it cannot be built, or that it is too old to take turns with another one: VTB_EXIT_USAGE. */
VTB_MUST_USE bool vtb_build_program(const struct vtb_build *build, char program[PATH_MAX],
                                    struct vtb_error *error);

/* Gives the build of this program. */
VTB_MUST_USE bool vtb_build_own(struct vtb_build *build, struct vtb_error *error);

/*
 * Makes the plan of the cases of the options, in all editions of the two builds that *builds names,
 * and has their cells ready, or their programs, if the options say so, or if contracts differ. All
 * else in *builds is zero at first, but for the margin. Settings of the environment are gone then,
 * and the options must outlive *builds. On false *error says what failed: VTB_EXIT_USAGE if a build
 * lacks what is asked for. To be freed in either case.
 */
VTB_MUST_USE bool vtb_builds_prepare(struct vtb_builds *builds, const struct vtb_options *options,
                                     struct vtb_error *error);

/* Measures what was prepared, and compares. */
VTB_MUST_USE bool vtb_builds_compare(struct vtb_builds *builds, struct vtb_error *error);

/* Adds to the words of a run those of the options that say which cases it has, of n editions: on
 * false *error says that there are none; and those by which it measures as long as the options say,
 * or as is usual for two builds. */
VTB_MUST_USE bool vtb_builds_words(struct vtb_own_run *run, const struct vtb_options *options,
                                   size_t first, size_t n, struct vtb_error *error);
void vtb_builds_effort(struct vtb_own_run *run, const struct vtb_options *options);

/* Checks that both builds have the sources of a plan's strategies and workloads: if not,
 * VTB_EXIT_USAGE, and *error names what is missing. */
VTB_MUST_USE bool vtb_builds_check_sources(const struct vtb_builds *builds,
                                           const struct vtb_plan *plan, struct vtb_error *error);

/* Adds a note, if there is room; the format is printf's. */
void vtb_builds_note(struct vtb_builds *builds, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Notes what of the two builds is other than it is in this program, which is at work in both, and
 * what compiled them, if it was not the same. After the cases are listed. */
void vtb_builds_note_sources(struct vtb_builds *builds);

/* Judges a case by its runs: slower or faster is what is beyond the margin, by the test, in each of
 * them; what is slower in a first run alone is not known. */
enum vtb_gate_verdict vtb_built_verdict(const struct vtb_built_case *the_case, size_t runs_n,
                                        double margin);

/* Lists what was left out of both builds, and why, by names without an edition. */
void vtb_built_skips(struct vtb_skips *skips, const struct vtb_builds *builds);

/* Writes the name of a case as in result files, without an edition. */
void vtb_built_name(char name[VTB_CASE_NAME_BYTES], const struct vtb_builds *builds,
                    const struct vtb_built_case *the_case);

/* Gives the interval of B's time over A's in the first run, and the share by which B would have to
 * be slower for 90 % of such comparisons to say so. */
struct vtb_interval vtb_built_ratio(const struct vtb_built_case *the_case);
double vtb_built_would_be_seen(const struct vtb_builds *builds,
                               const struct vtb_built_case *the_case);

/* Adds what was found to a gate, as its checks, by limits in the order of vtb_gate_metrics. On
 * false *error says that there is no memory. */
VTB_MUST_USE bool vtb_builds_to_gate(struct vtb_gate *gate, const struct vtb_builds *builds,
                                     const struct vtb_limit limits[VTB_GATE_METRICS_N],
                                     struct vtb_error *error);

void vtb_builds_free(struct vtb_builds *builds);

/* Prints a comparison, a struct vtb_builds: as a table, JSON, CSV or Markdown. */
vtb_print vtb_builds_report;

#endif
