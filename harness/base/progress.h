/*
 * Telling on standard error how far a run or a build is: by a line that moves, on a terminal that
 * has them; by a line of its own now and then; or not at all. Nothing is told by itself: a caller
 * that runs a clock calls none of these meanwhile. For one thread.
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/* Auto: a line that moves where standard error is a terminal and TERM does not say that it is dumb;
 * elsewhere lines of builds alone. Plain: lines, without escape codes, of runs and builds. */
enum vtb_progress_kind { VTB_PROGRESS_AUTO, VTB_PROGRESS_PLAIN, VTB_PROGRESS_OFF };

/* Chooses how progress is told from now on; before, it is not. */
void vtb_progress_choose(enum vtb_progress_kind kind);

/* Whether that of a run is told, and by a line that moves; the latter is safe in a signal
 * handler. */
bool vtb_progress_is_told(void);
bool vtb_progress_moves(void);

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

/* Shows how far the part is; `context` is the bar. */
void vtb_progress_show(void *context, size_t done_n, size_t all_n);

/* The building of cells. If nothing is built, nothing is shown. */
struct vtb_build_bar {
    bool began;
    size_t all_n; /* files that are built */
};

/* A vtb_build_progress: `context` is the bar, which starts as zeroes, and is wiped
 * from a terminal's line at the end. */
void vtb_progress_build(void *context, size_t done_n, size_t all_n);

/* Wipes the bar from the terminal's line. */
void vtb_progress_end(const struct vtb_progress_bar *bar);

#endif
