/* The result file, in a form that programs for Google Benchmark's files can read. */
#ifndef REPORT_REPORT_JSON_H
#define REPORT_REPORT_JSON_H

#include <time.h>

#include <jansson.h>

#include "base/output.h"
#include "figures/results.h"

/* Prints a result file. */
void vtb_report_json(FILE *out, const struct vtb_results *results);

/* Prints the context alone of a struct vtb_results, which a run that is only prepared has, too. */
vtb_print vtb_report_context;

/* Variables of the environment, a list that ends with null, as JSON on one line, as the context of
 * a result file has them. The caller frees. */
char *vtb_report_variables(char *const *list);

/* Gives a list of the cases that were left out, and why. */
json_t *vtb_skips_json(const struct vtb_skips *skips);

/* Puts into the JSON of a command other than run when it began, and of which program and on which
 * machine it is: `date`, `version`, `git_revision`, `cpu_model`, as contexts have them. The machine
 * is null where nothing was measured; then the date alone. */
void vtb_report_made(json_t *object, const struct vtb_machine *machine, time_t began);

/* Prints a struct vtb_results as a baseline for the gate: a result file without the rows of single
 * rounds; as JSON, whatever the format. */
vtb_print vtb_report_baseline;

#endif
