/* Pictures of a result file, drawn by the scripts that come with the program. */
#ifndef REPORT_PLOTS_H
#define REPORT_PLOTS_H

#include "base/error.h"
#include "plan/options.h"

/* Checks that the scripts `by` which pictures are drawn are there, with all that they need, and
 * makes `dir`, if it is missing. On false *error says what is missing, or why pictures could not be
 * written to the folder. Takes a second. */
VTB_MUST_USE bool vtb_plots_check(const char *dir, int by, struct vtb_error *error);

/* Runs these scripts, in child processes, to draw every picture for which the result file has
 * figures. Their output goes to standard error. If one fails, the other is still run, unless an
 * interrupt ended it; then false, and *error says which. Takes seconds. */
VTB_MUST_USE bool vtb_plots_draw(const char *dir, int by, const char *result_file,
                                 struct vtb_error *error);

#endif
