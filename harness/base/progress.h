/* Showing how far a run is, on a terminal's standard error; elsewhere nothing is shown. */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct vtb_progress_bar {
    bool shown;
    const char *what; /* the part that is under way */
    double total_s;   /* estimated, as are the next two; of all parts */
    double before_s;  /* of the parts that are done */
    double part_s;    /* of the part that is under way */
    /* The clock's time, and how far the run was, when the bar was first shown. */
    double start_s;
    double start_share;
};

/* Starts a bar. It shows nothing if total_s is 0, as the run was not estimated then. */
void vtb_progress_start(struct vtb_progress_bar *bar, double total_s);

/* Begins a part that was estimated to take `s` seconds, and notes that the part before is done. */
void vtb_progress_part(struct vtb_progress_bar *bar, const char *what, double s);

/* Shows how far the part is. It is a vtb_progress of the timing pass, and `context` is the bar. */
void vtb_progress_show(void *context, size_t done_n, size_t all_n);

/* Shows how far the building of cells is: on a terminal a bar, elsewhere a line now and then. If
 * nothing is built, nothing is shown. */
struct vtb_build_bar {
    bool began;
    size_t all_n;  /* files that are built */
    double told_s; /* the clock's time of the last line */
};

/* A vtb_build_progress: `context` is the bar, which starts as zeroes. */
void vtb_progress_build(void *context, size_t done_n, size_t all_n);

/* Wipes the bar from the terminal's line. */
void vtb_progress_end(const struct vtb_progress_bar *bar);

#endif
