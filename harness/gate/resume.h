/* Going on with a run that ended before its time, by its result file. */
#ifndef GATE_RESUME_H
#define GATE_RESUME_H

#include <limits.h>

#include "gate/result_file.h"
#include "passes/sessions.h"
#include "plan/options.h"
#include "plan/plan.h"

struct vtb_resume {
    char sessions_path[PATH_MAX]; /* of the file that has the sessions, beside the result file */
    struct vtb_saved_sessions saved;
    struct vtb_result_file file;
};

/*
 * Gives *options what the run of the result file options->resume was given, and keeps to its
 * processors. They then refer to *resume, which is closed with vtb_resume_close. On false, with
 * VTB_EXIT_USAGE, *error says why it cannot be gone on with: it is whole, the options differ that
 * were given beside --resume, or one is missing that has to be given again; and nothing is open.
 */
VTB_MUST_USE bool vtb_resume_open(struct vtb_resume *resume, struct vtb_options *options,
                                  struct vtb_error *error);

/*
 * Makes a plan of these options that of the run, with as many sessions and rounds, and has its
 * cells ready. On false *error says in what the run was another one than this would be: another
 * build, machine, environment or trace, or another source of a user's entry (VTB_EXIT_USAGE); or
 * why there are no cells.
 */
VTB_MUST_USE bool vtb_resume_plan(const struct vtb_resume *resume, struct vtb_plan *plan,
                                  const struct vtb_options *options, struct vtb_error *error);

void vtb_resume_close(struct vtb_resume *resume);

#endif
