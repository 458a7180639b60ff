/* `run_bench --version`: which program this is, and what its cells are compiled by. */
#ifndef REPORT_REPORT_VERSION_H
#define REPORT_REPORT_VERSION_H

#include "base/output.h"

/* Prints a struct vtb_machine's facts about the build: a line for people; in other formats each of
 * them, by its key in the context of a result file. */
vtb_print vtb_report_version;

#endif
