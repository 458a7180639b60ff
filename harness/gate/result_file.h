/*
 * A result file, read back: the figures of each case, and the run's description of its machine, its
 * build and its options. Another tool may have written it, or somebody who means harm: what is no
 * result file is refused in one line, and reading one takes a few times its size in memory at most.
 */
#ifndef GATE_RESULT_FILE_H
#define GATE_RESULT_FILE_H

#include <stddef.h>

#include "base/error.h"
#include "figures/summary.h"

/* With what most messages end that refuse a file. */
#define VTB_RESULT_FILE_REMEDY "make one with run_bench run --save-baseline FILE"

/* The size above which a file is refused before it is read. */
#define VTB_RESULT_FILE_BYTES_MAX ((size_t)256 << 20)

struct vtb_recorded_number {
    const char *key; /* borrowed from the file */
    double value;    /* finite */
};

/* A case's medians; or its counts, if no times were taken. */
struct vtb_recorded_row {
    char *name; /* printable ASCII, and unique in the file */
    struct vtb_recorded_number *numbers;
    size_t numbers_n;
    enum vtb_state state;     /* of the machine, in which its times are */
    enum vtb_verdict verdict; /* on its ratio; VTB_VERDICT_NONE: the row has none */
};

/* The key of the fact by which a user's file is recorded, to be formatted with the entry's name;
 * see vtb_source_text. */
#define VTB_SOURCE_KEY "source of %.64s"
#define VTB_SOURCE_KEY_BYTES 80
#define VTB_SOURCE_TEXT_BYTES 256

/* A text of the file, as it is shown (base/shown.h). */
struct vtb_recorded_text {
    char *key;
    char *value;
};

/* A result file, which owns everything that it refers to. */
struct vtb_result_file {
    char *path;                    /* as it is shown */
    struct vtb_recorded_row *rows; /* one or more, in the file's order */
    size_t rows_n;
    struct vtb_recorded_row **by_name; /* the rows, sorted by name */
    struct vtb_recorded_text *facts;   /* all texts of the context, a fingerprint among them */
    size_t facts_n;
    struct vtb_recorded_text *options; /* in the file's order; none if the file lacks them */
    size_t options_n;
    double confidence; /* of intervals, 0 < c < 1; NaN if the file does not say */
    double quiet_ns;   /* the level of the run's probe; NaN if the file does not say */
    bool interrupted;  /* results of some planned cases are missing */
    char **keys;       /* the keys of all numbers, each once, sorted */
    size_t keys_n;
};

/* A part of a file's bytes. */
struct vtb_text_part {
    size_t at;
    size_t n;
};

/* A row of a result file, as it stands there. */
struct vtb_text_row {
    struct vtb_text_part part;
    bool begins_case; /* it is of another case than the row before */
};

/* The bytes of a result file, and where its context and its rows are, those of sessions too. */
struct vtb_result_text {
    char *bytes; /* owned, as are the rows */
    size_t n;
    struct vtb_text_part context;
    struct vtb_text_row *rows;
    size_t rows_n;
};

/*
 * Reads a file, or a pipe, from start to end; "-" is standard input, and like a path of /dev/fd is
 * read as it is open already. Nobody who writes to a named pipe is waited for longer than five
 * seconds. On false *error says in one line why it is refused and what to do, with the
 * exit code `refused` (or VTB_EXIT_INTERNAL if there is no memory), and *file is empty, so that it
 * need not be freed, but may be. Rows of single sessions are passed over.
 */
VTB_MUST_USE bool vtb_result_file_read(struct vtb_result_file *file, const char *path,
                                       enum vtb_exit refused, struct vtb_error *error);

/* Reads the bytes of a file likewise, whatever they are. *bytes is the caller's to free, in any
 * case. */
VTB_MUST_USE bool vtb_result_bytes_read(const char *path, char **bytes, size_t *n,
                                        enum vtb_exit refused, struct vtb_error *error);

/* Reads a file likewise, and keeps its text. It may have no rows, as that of a shard without
 * tables, and several of one name, of which vtb_result_file_find gives any. The text is freed by
 * vtb_result_text_free; on false there is none. */
VTB_MUST_USE bool vtb_result_text_read(struct vtb_result_file *file, struct vtb_result_text *text,
                                       const char *path, enum vtb_exit refused,
                                       struct vtb_error *error);

void vtb_result_text_free(struct vtb_result_text *text);

/* Reads a result file from n bytes in memory, which stay the caller's; messages call them `path`.
 * Errors are as with vtb_result_file_read. */
VTB_MUST_USE bool vtb_result_file_parse(struct vtb_result_file *file, const char *path,
                                        const char *bytes, size_t n, enum vtb_exit refused,
                                        struct vtb_error *error);

/* Reads a context alone, as vtb_report_context prints it: a file without rows. */
VTB_MUST_USE bool vtb_result_file_parse_context(struct vtb_result_file *file, const char *path,
                                                const char *bytes, size_t n,
                                                struct vtb_error *error);

/* Frees the content of a file, and leaves it empty. */
void vtb_result_file_free(struct vtb_result_file *file);

/* Finds the row of a name; null if there is none. Lives as long as the file. */
const struct vtb_recorded_row *vtb_result_file_find(const struct vtb_result_file *file,
                                                    const char *name);

/* Gives a number of a row; NaN if the row has none of that key. */
double vtb_recorded(const struct vtb_recorded_row *row, const char *key);

/* Whether a row is of the case that ratios are to. */
bool vtb_recorded_is_baseline(const struct vtb_recorded_row *row);

/* Gives the logarithm of a row's ratio, pooled over the sessions of its run; its variance is NaN if
 * the row does not say how far another run may be from it, as those of version 0.1 do not; and so
 * is that of a session, which no row before 1.0 says. */
struct vtb_pooled vtb_recorded_log_ratio(const struct vtb_recorded_row *row);

/* Gives a text of the context; "unknown" if there is none. */
const char *vtb_recorded_fact(const struct vtb_result_file *file, const char *key);

/* Writes the text by which a user's file is recorded: the path as it was given, of which only the
 * end is kept if it is long, and the content's SHA-256 in hexadecimal. */
void vtb_source_text(char text[VTB_SOURCE_TEXT_BYTES], const char *path, const char *digest);

/* Finds the SHA-256 in such a text; null if the text is of another form. */
const char *vtb_source_digest(const char *text);

/* Gives the value of a recorded option, by its name without dashes; null if the file does not have
 * it. */
const char *vtb_recorded_option(const struct vtb_result_file *file, const char *name);

/* Whether a fingerprint says by which rule cells were compiled: if it was not one rule, or is not
 * known, two fingerprints that are alike say nothing. */
bool vtb_is_fingerprint(const char *text);

#endif
