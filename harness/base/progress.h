/* How far a run is, on a terminal's standard error; elsewhere nothing is shown. */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct vtb_progress_bar {
    bool shown;
    const char *what; /* the part that is under way */
    double total_s;   /* of all parts, as estimated; so are the next two */
    double before_s;  /* of the parts that are done */
    double part_s;    /* of the part that is under way */
    double start_s;   /* of the clock, when the bar was first shown, and how far the run was then */
    double start_share;
};

/* Shows nothing if the run was not estimated: total_s is 0. */
void vtb_progress_start(struct vtb_progress_bar *bar, double total_s);

/* The part before is done, and one begins that was estimated to take `s` seconds. */
void vtb_progress_part(struct vtb_progress_bar *bar, const char *what, double s);

/* A vtb_progress of the timing pass: how far the part is; `context` is the bar. */
void vtb_progress_show(void *context, size_t done_n, size_t all_n);

/* How far the building of cells is: on a terminal a bar, elsewhere a line now and then. Nothing
 * where nothing is built. */
struct vtb_build_bar {
    bool began;
    size_t all_n;  /* files that are built */
    double told_s; /* of the clock, when it was last told */
};

/* A vtb_build_progress; `context` is the bar, which starts as zeroes. */
void vtb_progress_build(void *context, size_t done_n, size_t all_n);

/* Wipes the line. */
void vtb_progress_end(const struct vtb_progress_bar *bar);

#endif
