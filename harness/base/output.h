/* Writing out what was found: standard output, and files that are written whole or not at all. In
 * either, what is not fit to be shown (base/shown.h) is shown in its place. */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

enum vtb_format {
    VTB_FORMAT_TABLE,
    VTB_FORMAT_JSON,
    VTB_FORMAT_CSV,
    VTB_FORMAT_MARKDOWN,
    VTB_FORMAT_BYTES, /* no text: written as it is */
};

/* A function that writes a report of `what` to a stream, in a format that the report has. */
typedef void vtb_print(FILE *out, const void *what, enum vtb_format format);

/*
 * Writes a report to a file. A regular file is replaced whole: by a temporary one beside it, which
 * then takes its name (base/temporary.h), so that a reader sees either the old content or the new,
 * and on false it is what it was. Of a symbolic link, that is done to what the link leads to.
 * Written to as they are, and perhaps in part if that fails: a file that this process has open, as
 * /dev/stdout or /dev/fd/N, from where it stands; a device or a pipe; a file with more than one
 * hard link; and the file of $GITHUB_STEP_SUMMARY, to which is added.
 */
VTB_MUST_USE bool vtb_output_file(const char *path, vtb_print *print, const void *what,
                                  enum vtb_format format, struct vtb_error *error);

/* Whether a file is there whose content would be lost to vtb_output_file: a regular one, which is
 * neither one that this process has open, as /dev/fd/N, nor added to. */
bool vtb_output_replaces(const char *path);

/* A file that a command line names. */
struct vtb_named_file {
    const char *option; /* that names it, as messages have it: "--export-csv" */
    const char *path;   /* null: it names none */
    bool is_written;    /* if not, it is only read */
};

/*
 * Checks, before anything is written, that no file that is written is one that is read as well, or
 * written a second time: by device and inode, so through links and whatever the path looks like; a
 * file that is not there yet by its folder and name. What is no file with content of its own, such
 * as a terminal or a pipe, may be named by several; and so may be written a file to which is only
 * added, as by /dev/stdout and /dev/fd/3. On false, with VTB_EXIT_USAGE, *error names both options
 * and the path.
 */
VTB_MUST_USE bool vtb_output_distinct(const struct vtb_named_file *files, size_t files_n,
                                      struct vtb_error *error);

/* Gives the number of a file of this process that a path names as such, as /dev/fd/3 does; -1: it
 * names none. */
int vtb_output_number(const char *path);

/* Checks whether a file could be written there, which is asked before a long run. */
VTB_MUST_USE bool vtb_output_check(const char *path, struct vtb_error *error);

/* Makes a folder for files, if it is not there; on false *error says why there can be no files in
 * it, and that another is to be named by the option, whose name has no dashes here. */
VTB_MUST_USE bool vtb_output_check_folder(const char *option, const char *path,
                                          struct vtb_error *error);

/* Prints a report to memory, of which *text, which the caller frees, has *text_n bytes and a NUL
 * behind them; false if there is no memory for it. Names of files and facts of the system are in
 * it: whatever they hold, it is made fit to be shown. */
VTB_MUST_USE bool vtb_output_text(vtb_print *print, const void *what, enum vtb_format format,
                                  char **text, size_t *text_n);

/* Says whether what standard output gets as tables from now on is painted (base/paint.h); at first
 * it is not. Files, and other formats, never are. */
void vtb_output_paint_stdout(bool painted);

/* Writes a report to standard output. One that was closed, or whose reader has gone away, is an
 * error; one that is full for the moment is waited for. */
VTB_MUST_USE bool vtb_output_stdout(vtb_print *print, const void *what, enum vtb_format format,
                                    struct vtb_error *error);

/* Opens /dev/null for each standard stream that is closed, or else a file of ours would take its
 * number; for standard output so that it cannot be written. From then on a reader that is gone, and
 * a limit of a file's size, are errors of a write, after which the rest is still written. */
void vtb_output_guard_standard_streams(void);

#endif
