#include "base/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/prose.h"
#include "base/shown.h"

#define BAR_WIDTH 30
#define WIPE "\r\033[K"

/* At most so many updates of a line that moves in so many seconds; what is expected to last for
 * less than SHORT_S only if nothing was told for twice as long. Otherwise seconds between two
 * lines. */
#define UPDATES_N 5
#define UPDATES_S 1.0
#define SHORT_S 0.2
#define LINES_S 5.0

/* How progress is told, and when it was: the times of the last updates, or 0, the latest at
 * `latest`. */
static enum { NOTHING, LINES_OF_BUILDS, LINES, A_LINE_THAT_MOVES } told_by;
static double told_s[UPDATES_N];
static size_t latest;

void vtb_progress_choose(enum vtb_progress_kind kind)
{
    const char *terminal = getenv("TERM");
    const bool can_move =
        isatty(STDERR_FILENO) == 1 && terminal && *terminal && strcmp(terminal, "dumb") != 0;
    told_by = kind == VTB_PROGRESS_OFF     ? NOTHING
              : kind == VTB_PROGRESS_PLAIN ? LINES
              : can_move                   ? A_LINE_THAT_MOVES
                                           : LINES_OF_BUILDS;
    memset(told_s, 0, sizeof told_s);
}

bool vtb_progress_is_told(void)
{
    return told_by >= LINES;
}

bool vtb_progress_moves(void)
{
    return told_by == A_LINE_THAT_MOVES;
}

/* Whether to tell of something that lasts so many seconds, as far as it is known. What is short
 * leaves room for what is long, which then stands there all along. */
static bool is_due(double lasts_s)
{
    const size_t oldest = (latest + 1) % UPDATES_N;
    const double now_s = vtb_now_s();
    const double since_s = told_s[latest] > 0 ? now_s - told_s[latest] : INFINITY;
    if (!vtb_progress_moves() && since_s < LINES_S)
        return false;
    if (vtb_progress_moves() && ((lasts_s < SHORT_S && since_s < 2 * SHORT_S) ||
                                 (told_s[oldest] > 0 && now_s - told_s[oldest] < UPDATES_S)))
        return false;
    latest = oldest;
    told_s[latest] = now_s;
    return true;
}

/* Tells how far something is: the line, with a bar before it where that moves. */
static void tell(double share, const char *line)
{
    const int filled = (int)(share * BAR_WIDTH);
    if (vtb_progress_moves())
        fprintf(stderr, "\r[%.*s%*s] %s \033[K", filled, "##############################",
                BAR_WIDTH - filled, "", line);
    else
        vtb_tell("%s", line);
}

static void wipe(void)
{
    if (vtb_progress_moves())
        fputs(WIPE, stderr);
}

/* --- a run --- */

void vtb_progress_start(struct vtb_progress_bar *bar, double total_s)
{
    *bar = (struct vtb_progress_bar){
        .shown = total_s > 0 && vtb_progress_is_told(),
        .total_s = total_s,
    };
}

/* Shows how far the part is, if that is due. */
static void show(struct vtb_progress_bar *bar, double part_share, double lasts_s)
{
    char line[200];
    if (!bar->shown)
        return;
    const double share = fmin((bar->before_s + bar->part_s * part_share) / bar->total_s, 1);
    if (bar->start_s == 0) {
        bar->start_s = vtb_now_s();
        bar->start_share = share;
    }
    if (!is_due(lasts_s))
        return;
    const double done_share = share - bar->start_share;
    const double left_s = done_share > 0 ? (vtb_now_s() - bar->start_s) * (1 - share) / done_share
                                         : bar->total_s * (1 - share);
    snprintf(line, sizeof line, "%3.0f %%, %s, %.0f s left", share * 100, bar->what, left_s);
    tell(share, line);
}

void vtb_progress_part(struct vtb_progress_bar *bar, const char *what, double s)
{
    bar->what = what;
    bar->before_s += bar->part_s;
    bar->part_s = s;
    show(bar, 0, s);
}

void vtb_progress_show(void *context, size_t done_n, size_t all_n)
{
    show(context, (double)done_n / (double)all_n, 0);
}

void vtb_progress_end(const struct vtb_progress_bar *bar)
{
    if (bar->shown)
        wipe();
}

/* --- a build --- */

void vtb_progress_build(void *context, size_t done_n, size_t all_n)
{
    struct vtb_build_bar *bar = context;
    char line[100];
    const bool last = done_n == all_n;
    if (all_n == 0) { /* it ended before its time */
        wipe();
        return;
    }
    const bool due = is_due(0) || (!vtb_progress_moves() && (!bar->began || last));
    snprintf(line, sizeof line, "building %zu cell%s: %zu of %zu", all_n,
             vtb_plural((double)all_n, "", "s"), done_n, all_n);
    if (due && told_by != NOTHING)
        tell((double)done_n / (double)all_n, line);
    if (last)
        wipe();
    bar->began = true;
    bar->all_n = all_n;
}
