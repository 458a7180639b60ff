/* Pictures of a result file, drawn by the scripts beside the program. */
#ifndef REPORT_PLOTS_H
#define REPORT_PLOTS_H

#include "base/error.h"

/* Whether the scripts are there, and pictures could be written to `dir`, which is made. */
VTB_MUST_USE bool vtb_plots_check(const char *dir, struct vtb_error *error);

/* Draws all that the result file's figures allow, by each of the programs; what they say goes to
 * standard error. Fails if one of them does; the others are still run. */
VTB_MUST_USE bool vtb_plots_draw(const char *dir, const char *result_file, struct vtb_error *error);

#endif
