/* Writing out what was found: standard output, and files that are written whole or not at all. In
 * either, what is not fit to be shown (base/shown.h) is shown in its place. */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stdio.h>

#include "base/error.h"

enum vtb_format { VTB_FORMAT_TABLE, VTB_FORMAT_JSON, VTB_FORMAT_CSV, VTB_FORMAT_MARKDOWN };

/* A function that writes a report of `what` to a stream, in a format that the report has. */
typedef void vtb_print(FILE *out, const void *what, enum vtb_format format);

/*
 * Writes a file through a temporary one beside it, which then takes its name: a reader sees either
 * the old content or the new. If the path is no regular file (a terminal, a pipe, /dev/full) it is
 * written to directly. On false the file is what it was before.
 */
VTB_MUST_USE bool vtb_output_file(const char *path, vtb_print *print, const void *what,
                                  enum vtb_format format, struct vtb_error *error);

/* Checks whether a file could be written there, which is asked before a long run. */
VTB_MUST_USE bool vtb_output_check(const char *path, struct vtb_error *error);

/* Writes a report to standard output. A reader that has gone away is no error. */
VTB_MUST_USE bool vtb_output_stdout(vtb_print *print, const void *what, enum vtb_format format,
                                    struct vtb_error *error);

/* Opens /dev/null for each standard stream that is closed, or else a file of ours would take its
 * number. */
void vtb_output_guard_standard_streams(void);

#endif
