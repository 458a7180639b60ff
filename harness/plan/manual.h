/* The page of the manual, from the rows of the command line. */
#ifndef PLAN_MANUAL_H
#define PLAN_MANUAL_H

#include <stdio.h>

/* Prints run_bench(1) of a version, as troff reads it with its man macros. Each option is explained
 * once, with the first command that takes it. */
void vtb_manual(FILE *out, const char *version);

#endif
