/*
 * A stream of sessions that was recorded before: the samples that a run leaves beside its result
 * file, run-DATE.samples.csv. A strategy whose name ends in _twin or _twin_N is taken for a copy of
 * the one without that, and one that ends in _slow_N for a copy that is N % slower.
 */
#ifndef SELFTEST_RECORDED_H
#define SELFTEST_RECORDED_H

#include "report/samples_file.h"
#include "selftest/trials.h"

/* A recorded stream, with the table that it is of. */
struct vtb_recording {
    struct vtb_stream stream;
    struct vtb_point point;
    struct vtb_samples_file file;
    struct vtb_case *cases; /* owned, as are the next three */
    struct vtb_cell *cells;
    struct vtb_subject *subjects;
    struct vtb_counted *counted;
    struct vtb_heap_entry heap_entry;
    struct vtb_heap heap;
};

/* Reads a file of samples. The stream's condition is the file's name, which is borrowed. It must
 * stay where it is until vtb_recording_free. On false *error says in one line what is wrong with
 * the file (VTB_EXIT_USAGE), and there is nothing to free. */
VTB_MUST_USE bool vtb_recording_read(struct vtb_recording *recording, const char *path,
                                     struct vtb_error *error);
void vtb_recording_free(struct vtb_recording *recording);

/* What a strategy's name says of it, and at *n how many of its characters are the name of what it
 * is a copy of: all of them if it is none. `name_n` is the name's length. */
struct vtb_subject vtb_subject_of_name(const char *name, size_t name_n, size_t *n);

#endif
