/* Writing out what was found: standard output, and files that are written whole or not at all. */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stdio.h>

#include "base/error.h"

enum vtb_format { VTB_FORMAT_TABLE, VTB_FORMAT_JSON, VTB_FORMAT_CSV, VTB_FORMAT_MARKDOWN };

/* What fills a stream with a report of `what`, in one of the formats that it has. */
typedef void vtb_print(FILE *out, const void *what, enum vtb_format format);

/*
 * Writes a file through a temporary one beside it, which then takes its name: whoever looks sees
 * the old contents or the new ones. What is no regular file (a terminal, a pipe, /dev/full) is
 * written to as it is. On false the file is what it was before.
 */
VTB_MUST_USE bool vtb_output_file(const char *path, vtb_print *print, const void *what,
                                  enum vtb_format format, struct vtb_error *error);

/* Whether a file could be written there, asked before a long run. */
VTB_MUST_USE bool vtb_output_check(const char *path, struct vtb_error *error);

/* Writes standard output. A reader that has gone away is no error. */
VTB_MUST_USE bool vtb_output_stdout(vtb_print *print, const void *what, enum vtb_format format,
                                    struct vtb_error *error);

/* Opens /dev/null for each standard stream that is closed, lest a file of ours takes its place. */
void vtb_output_guard_standard_streams(void);

#endif
