/*
 * A result file, read back: the figures of each case, and what the run said of its machine, its
 * build and its options. Whoever wrote it may have meant harm, or another tool: what is no result
 * file is refused in one line, and what is read takes a few times the memory of the file at most.
 */
#ifndef GATE_RESULT_FILE_H
#define GATE_RESULT_FILE_H

#include <stddef.h>

#include "base/error.h"

/* A larger file is refused before it is read. */
#define VTB_RESULT_FILE_BYTES_MAX ((size_t)256 << 20)

struct vtb_recorded_number {
    const char *key; /* of the file */
    double value;    /* finite */
};

/* A case's medians, or its counts alone. */
struct vtb_recorded_row {
    char *name; /* printable ASCII; no other row of the file has it */
    struct vtb_recorded_number *numbers;
    size_t numbers_n;
};

/* The key of the fact that a file which a user brought is recorded as, of the entry's name; see
 * vtb_source_text. */
#define VTB_SOURCE_KEY "source of %.64s"
#define VTB_SOURCE_KEY_BYTES 80
#define VTB_SOURCE_TEXT_BYTES 256

/* UTF-8; control characters have become question marks. */
struct vtb_recorded_text {
    char *key;
    char *value;
};

/* Everything is owned. */
struct vtb_result_file {
    char *path;                    /* as it was given, but for control characters */
    struct vtb_recorded_row *rows; /* one or more, in the file's order */
    size_t rows_n;
    struct vtb_recorded_row **by_name; /* the same, sorted */
    struct vtb_recorded_text *facts;   /* all texts of the context; a fingerprint is among them */
    size_t facts_n;
    struct vtb_recorded_text *options; /* in the file's order; none in files that lack them */
    size_t options_n;
    double confidence; /* of intervals, 0 < c < 1; NaN if the file does not say */
    bool interrupted;  /* not all that was planned is there */
    char **keys;       /* of numbers; each once, sorted */
    size_t keys_n;
};

/*
 * Reads a regular file. On false *error says in one line why it is refused and what to do, with
 * the exit code `refused` (or VTB_EXIT_INTERNAL, if there is no memory), and *file is empty: it may
 * be freed, or not. Rows of single rounds are passed over.
 */
VTB_MUST_USE bool vtb_result_file_read(struct vtb_result_file *file, const char *path,
                                       enum vtb_exit refused, struct vtb_error *error);

/* The same for n bytes in memory, which stay the caller's; `path` is what messages call them. */
VTB_MUST_USE bool vtb_result_file_parse(struct vtb_result_file *file, const char *path,
                                        const char *bytes, size_t n, enum vtb_exit refused,
                                        struct vtb_error *error);

/* Leaves it empty. */
void vtb_result_file_free(struct vtb_result_file *file);

/* The row of that name; null if there is none. Lives as long as the file. */
const struct vtb_recorded_row *vtb_result_file_find(const struct vtb_result_file *file,
                                                    const char *name);

/* A number of a row; NaN if it has none of that key. */
double vtb_recorded(const struct vtb_recorded_row *row, const char *key);

/* A text of the context; "unknown" if there is none. */
const char *vtb_recorded_fact(const struct vtb_result_file *file, const char *key);

/* The text of that fact: the path as it was given, of which the end is kept where it is long, and
 * the content's SHA-256 in hexadecimal. */
void vtb_source_text(char text[VTB_SOURCE_TEXT_BYTES], const char *path, const char *digest);

/* The SHA-256 in such a text; null if it is none. */
const char *vtb_source_digest(const char *text);

/* What an option was, without the dashes of its name; null if the file does not say. */
const char *vtb_recorded_option(const struct vtb_result_file *file, const char *name);

#endif
