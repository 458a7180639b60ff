/* What a report says of the environment of what was measured. */
#ifndef REPORT_REPORT_ENVIRONMENT_H
#define REPORT_REPORT_ENVIRONMENT_H

#include <stdio.h>

/* Prints which variables that reach an allocator were taken away, or kept, by their names; nothing
 * if there were none. Lines have at most `line_width` characters. */
void vtb_report_environment(FILE *out, size_t line_width);

#endif
