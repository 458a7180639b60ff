/*
 * The raw samples of a run, read back: the file run-DATE.samples.csv, a line for each case, session
 * and round, which vtb_report_samples writes. Another tool may have written it: what is none is
 * refused in one line.
 */
#ifndef REPORT_SAMPLES_FILE_H
#define REPORT_SAMPLES_FILE_H

#include "passes/timing.h"

/* A line. */
struct vtb_samples_line {
    size_t of_case; /* its number in the file, from 0 on, as are the next two */
    size_t session;
    size_t round;
    double operations_n;
    double real_ns; /* for an operation, as are the next two */
    double cpu_ns;
    double gc_ns;
    double before_ns; /* readings of the probe, in ns */
    double after_ns;
};

/* A file, which owns all that it refers to. Zeroes at first. */
struct vtb_samples_file {
    const char *option; /* that messages begin with, as is the next; both borrowed */
    const char *path;
    char **names; /* of the cases, WORKLOAD/STRATEGY/HEAP and more */
    size_t cases_n;
    struct vtb_samples_line *lines; /* one of each case in each round of each session */
    size_t lines_n;
    size_t room_n;
    size_t sessions_n;
    size_t rounds_n;
};

/* Reads a file, whose option and path are set. On false *error says in one line what is wrong with
 * it (VTB_EXIT_USAGE). To be freed in either case. */
VTB_MUST_USE bool vtb_samples_file_read(struct vtb_samples_file *file, struct vtb_error *error);

/* Gives the number of the case of a name; the number of cases if there is none. */
size_t vtb_samples_file_find(const struct vtb_samples_file *file, const char *name);

/* Writes all lines to samples of as many sessions and rounds: those of case i of the file are those
 * of case places[i]; VTB_SAMPLES_NOWHERE: they are passed over. */
#define VTB_SAMPLES_NOWHERE SIZE_MAX
void vtb_samples_file_take(const struct vtb_samples_file *file, const size_t *places,
                           struct vtb_samples *samples);

void vtb_samples_file_free(struct vtb_samples_file *file);

#endif
