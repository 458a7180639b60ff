/*
 * Histories in files. A history file has a result on each line, as a small JSON object: what
 * docs/HISTORY.md says. Lines are only added, each by one write under a lock; one that a crash cut
 * short is passed over, and said.
 */
#ifndef GATE_HISTORY_FILE_H
#define GATE_HISTORY_FILE_H

#include "figures/results.h"
#include "gate/history.h"
#include "gate/result_file.h"

/* Checks, before a long run, that a line could be added to a file: it is not there, or a history.
 * On false, with VTB_EXIT_USAGE or _INTERNAL, *error says why not. */
VTB_MUST_USE bool vtb_history_check(const char *path, struct vtb_error *error);

/* Adds what a run found to a file, which is made if it is not there. On false *error says why it is
 * what it was. */
VTB_MUST_USE bool vtb_history_append(const char *path, const struct vtb_results *results,
                                     struct vtb_error *error);

/* Makes the line of a result file; the caller releases it. */
json_t *vtb_history_line(const struct vtb_result_file *file);

/*
 * Adds what a path has: a history file, a result file, or a folder, of which all files with the end
 * .json or .jsonl are read that are one of both. What is passed over is said on standard error:
 * lines that are cut short, runs that were interrupted, and in a folder what is no result file. If
 * `lines` is not null, each line that is added is printed there. On false, with VTB_EXIT_USAGE,
 * *error says why it cannot be read.
 */
VTB_MUST_USE bool vtb_history_read(struct vtb_history *history, const char *path, FILE *lines,
                                   struct vtb_error *error);

/* Adds n bytes of lines to a file, all or none of them. */
VTB_MUST_USE bool vtb_history_append_lines(const char *path, const char *lines, size_t n,
                                           struct vtb_error *error);

#endif
