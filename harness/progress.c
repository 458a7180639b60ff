#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define BAR_WIDTH 30

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void vtb_progress_start(struct vtb_progress_bar *bar, size_t tables_n)
{
    *bar = (struct vtb_progress_bar){
        .shown = isatty(STDERR_FILENO) == 1,
        .tables_n = tables_n,
    };
}

void vtb_progress_show(void *context, size_t done_n, size_t rounds_n)
{
    struct vtb_progress_bar *bar = context;
    if (!bar->shown)
        return;
    const double share =
        ((double)bar->table + (double)done_n / (double)rounds_n) / (double)bar->tables_n;
    if (bar->start_s == 0) {
        bar->start_s = now_s();
        bar->start_share = share;
    }
    const double done_share = share - bar->start_share;
    const double left_s = done_share > 0 ? (now_s() - bar->start_s) * (1 - share) / done_share : 0;
    const int filled = (int)(share * BAR_WIDTH);
    fprintf(stderr, "\r[%.*s%*s] table %zu of %zu, round %zu of %zu, %.0f s left ", filled,
            "##############################", BAR_WIDTH - filled, "", bar->table + 1, bar->tables_n,
            done_n, rounds_n, left_s);
}

void vtb_progress_end(const struct vtb_progress_bar *bar)
{
    if (bar->shown)
        fputs("\r\033[K", stderr);
}
