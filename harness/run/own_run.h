/*
 * A run that a command makes for itself, of words as a user would give them: it is measured as
 * theirs are, by the same options, plan and passes. For one thread.
 */
#ifndef RUN_OWN_RUN_H
#define RUN_OWN_RUN_H

#include "run/run.h"

/* Zeroes at first. */
struct vtb_own_run {
    struct vtb_options options;
    struct vtb_plan plan;
    struct vtb_results results; /* of vtb_own_run_measure */
    const char *command;        /* borrowed; null: run; or latency, which has another plan */
    char **words;               /* owned; a null ends them */
    int words_n;
};

/* Adds a word of the command line, behind "run_bench" and the command, which come by themselves;
 * the format is printf's. If there is no memory, the process ends. */
void vtb_own_run_word(struct vtb_own_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Makes the plan of the words. On false *error says why not, and the run is to be closed all the
 * same. */
VTB_MUST_USE bool vtb_own_run_plan(struct vtb_own_run *run, struct vtb_error *error);

/* Makes the plan of the words, and has its cells ready. On false *error says why not, and the run
 * is to be closed all the same. */
VTB_MUST_USE bool vtb_own_run_prepare(struct vtb_own_run *run, struct vtb_error *error);

/* Measures `plan`, which is the run's own or made of it; with an estimate, which may be null, the
 * progress is shown. On false *error says what failed, or that there was an interrupt. */
VTB_MUST_USE bool vtb_own_run_measure(struct vtb_own_run *run, const struct vtb_plan *plan,
                                      const struct vtb_estimate *estimate, struct vtb_error *error);

/* Frees all of it, and leaves it empty. */
void vtb_own_run_close(struct vtb_own_run *run);

/* Takes the user's settings of `run` out of the environment: what a command runs for itself must
 * not depend on them. */
void vtb_own_run_clear_settings(void);

#endif
