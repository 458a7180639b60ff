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
};

/*
 * Gives *options what the run of the result file options->resume was given. On false *error says
 * why it cannot be gone on with: it is whole, of another build or machine, or the options differ
 * that were given beside --resume; with VTB_EXIT_USAGE. The options refer to *kept, to which the
 * file was read, and which the caller frees with vtb_result_file_free.
 */
VTB_MUST_USE bool vtb_resume_options(struct vtb_resume *resume, struct vtb_options *options,
                                     struct vtb_result_file *kept, struct vtb_error *error);

/* Makes a plan of these options that of the run: with as many sessions and rounds. */
void vtb_resume_plan(const struct vtb_resume *resume, struct vtb_plan *plan);

#endif
