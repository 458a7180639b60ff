/* How far a run is, on a terminal's standard error; elsewhere nothing is shown. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct vtb_progress_bar {
    bool shown;
    size_t tables_n;
    size_t table;   /* the one that is measured, from 0 */
    double start_s; /* of the first round that was shown, and how far the run was then */
    double start_share;
};

void vtb_progress_start(struct vtb_progress_bar *bar, size_t tables_n);

/* A vtb_progress of the timing pass; `context` is the bar. */
void vtb_progress_show(void *context, size_t done_n, size_t rounds_n);

/* Wipes the line. */
void vtb_progress_end(const struct vtb_progress_bar *bar);

#endif
