/*
 * Trials of the statistics: a long stream of sessions of one table is cut into runs, each of as
 * many sessions as a run has, and each run's figures are worked out as `run` does. As all of them
 * are of the same program, they tell how often a verdict is wrong, and how often a run's interval
 * holds what another run found.
 */
#ifndef SELFTEST_TRIALS_H
#define SELFTEST_TRIALS_H

#include "figures/summary.h"

/* What is known of a case. */
enum vtb_truth {
    VTB_TRUTH_NONE, /* nothing: it is like any strategy of a run */
    VTB_TRUTH_TWIN, /* it is its baseline once more */
    VTB_TRUTH_SLOW, /* it is its baseline, made slower on purpose */
};

struct vtb_subject {
    enum vtb_truth truth;
    double slower_percent; /* of VTB_TRUTH_SLOW */
};

/* A stream of sessions of one table. */
struct vtb_stream {
    const char *condition; /* what ran beside it, in a word or two */
    const struct vtb_point *point;
    const struct vtb_subject *subjects; /* one for each of the point's cases */
    struct vtb_samples samples;
    struct vtb_found found;
    double quiet_ns;
    bool is_known; /* its truth is known: figures that are missing are a goal missed */
};

/* What a run found of a case. */
struct vtb_trial {
    struct vtb_pooled log_ratio;
    struct vtb_interval ratio;
    enum vtb_verdict verdict;
};

/* The trials of a stream. That of run r and case c is at [r * cases_n + c]. */
struct vtb_trials {
    const struct vtb_stream *stream;
    struct vtb_trial *items; /* owned */
    size_t runs_n;
    size_t cases_n;
    enum vtb_state *states; /* owned; of each run's figures */
    enum vtb_state state;   /* of most runs; those of another one are not judged */
};

/* Cuts a stream, which is borrowed, into runs of `sessions_n` sessions; what is left over is not
 * used. The caller frees the trials with vtb_trials_free, also on false, when *error says why. */
VTB_MUST_USE bool vtb_trials_make(struct vtb_trials *trials, const struct vtb_stream *stream,
                                  size_t sessions_n, struct vtb_error *error);
void vtb_trials_free(struct vtb_trials *trials);

/* One line of the proof. */
struct vtb_proof {
    char check[80];
    char goal[40];
    double found; /* NaN: not known, and `ok` says nothing */
    double lo;    /* 99 %; NaN: no bounds */
    double hi;
    size_t trials_n;
    bool ok;          /* the goal is not ruled out by the bounds */
    bool undecided;   /* it is not met by what was found, either: more runs would tell */
    char reason[200]; /* why it is not known; empty: it is */
};

#define VTB_PROOFS_MAX 64

struct vtb_proofs {
    struct vtb_proof items[VTB_PROOFS_MAX];
    size_t n;
};

/* A run calls twins different in at most 1 % of tables. */
#define VTB_TWINS_CHECK "tables with twins called different"
#define VTB_TWINS_DIFFERENT_MAX 0.01

typedef void vtb_trials_judgement(struct vtb_proofs *proofs, const struct vtb_trials *trials);

/* Adds what the trials of a stream prove, one line each: twins that seem different, other runs and
 * the median of all held, half widths, injected differences seen, the control, phi and rho. */
vtb_trials_judgement vtb_trials_judge;

/* Adds the first of these alone: runs in which any twin is called different. */
vtb_trials_judgement vtb_trials_judge_twins;

/* Makes the trials of a stream, judges them by one of these two, and frees them. On false *error
 * says why they could not be made. */
VTB_MUST_USE bool vtb_trials_prove(struct vtb_proofs *proofs, const struct vtb_stream *stream,
                                   size_t sessions_n, vtb_trials_judgement *judge,
                                   struct vtb_error *error);

/* Adds to *different_n and *n the runs with any twin that is called different, and those with twins
 * at all. */
void vtb_trials_count_twins(const struct vtb_trials *trials, size_t *different_n, size_t *n);

/* Adds a line for a share: k of n, of which the goal is a bound from above or from below. */
void vtb_proof_add_share(struct vtb_proofs *proofs, const char *check, const char *condition,
                         size_t k, size_t n, double goal, bool at_most);

/* Adds a line for something that cannot be known here. */
void vtb_proof_add_unknown(struct vtb_proofs *proofs, const char *check, const char *condition,
                           const char *reason);

/* Adds a line for something exact. */
void vtb_proof_add_exact(struct vtb_proofs *proofs, const char *check, double found, double goal);

#endif
