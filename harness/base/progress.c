#include "base/progress.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/prose.h"

#define BAR_WIDTH 30

void vtb_progress_start(struct vtb_progress_bar *bar, double total_s)
{
    *bar = (struct vtb_progress_bar){
        .shown = total_s > 0 && isatty(STDERR_FILENO) == 1,
        .total_s = total_s,
    };
}

void vtb_progress_part(struct vtb_progress_bar *bar, const char *what, double s)
{
    bar->what = what;
    bar->before_s += bar->part_s;
    bar->part_s = s;
    vtb_progress_show(bar, 0, 1);
}

void vtb_progress_show(void *context, size_t done_n, size_t all_n)
{
    struct vtb_progress_bar *bar = context;
    if (!bar->shown)
        return;
    const double part_s = bar->part_s * (double)done_n / (double)all_n;
    const double share = fmin((bar->before_s + part_s) / bar->total_s, 1);
    if (bar->start_s == 0) {
        bar->start_s = vtb_now_s();
        bar->start_share = share;
    }
    const double done_share = share - bar->start_share;
    const double left_s = done_share > 0 ? (vtb_now_s() - bar->start_s) * (1 - share) / done_share
                                         : bar->total_s * (1 - share);
    const int filled = (int)(share * BAR_WIDTH);
    fprintf(stderr, "\r[%.*s%*s] %3.0f %%, %s, %.0f s left \033[K", filled,
            "##############################", BAR_WIDTH - filled, "", share * 100, bar->what,
            left_s);
}

/* Seconds between two lines where there is no terminal. */
#define LINES_S 5

void vtb_progress_build(void *context, size_t done_n, size_t all_n)
{
    struct vtb_build_bar *bar = context;
    const bool terminal = isatty(STDERR_FILENO) == 1;
    const double now_s = vtb_now_s();
    const bool last = done_n == all_n;
    if (terminal) {
        const int filled = (int)(done_n * BAR_WIDTH / all_n);
        fprintf(stderr, "\r[%.*s%*s] building %zu cell%s: %zu of %zu \033[K", filled,
                "##############################", BAR_WIDTH - filled, "", all_n,
                vtb_plural((double)all_n, "", "s"), done_n, all_n);
        if (last)
            fputs("\r\033[K", stderr);
    } else if (!bar->began || last || now_s - bar->told_s > LINES_S) {
        fprintf(stderr, "building %zu cell%s: %zu of %zu\n", all_n,
                vtb_plural((double)all_n, "", "s"), done_n, all_n);
        bar->told_s = now_s;
    }
    bar->began = true;
    bar->all_n = all_n;
}

void vtb_progress_end(const struct vtb_progress_bar *bar)
{
    if (bar->shown)
        fputs("\r\033[K", stderr);
}
