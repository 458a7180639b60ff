/*
 * For collectors: how long a pause took, by the clock on the wall and in processor time, and
 * whether another process ran meanwhile. A moment is taken where the pause begins. It takes about a
 * microsecond of system calls, so it must not stand between two operations.
 */
#ifndef VTB_MOMENT_H
#define VTB_MOMENT_H

#include "heap.h"

#include <sys/resource.h>
#include <time.h>

/* What the calling thread has used up. */
struct vtb_moment {
    double ns;       /* by CLOCK_MONOTONIC */
    double cpu_ns;   /* the thread's processor time */
    long switches_n; /* how often the kernel took the processor from it */
};

static inline double vtb_moment_clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static inline long vtb_moment_switches_n(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
}

/* Gives the moment at which a pause begins. */
static inline struct vtb_moment vtb_moment_now(void)
{
    struct vtb_moment now;
    now.ns = vtb_moment_clock_ns(CLOCK_MONOTONIC);
    now.switches_n = vtb_moment_switches_n();
    now.cpu_ns = vtb_moment_clock_ns(CLOCK_THREAD_CPUTIME_ID);
    return now;
}

/* Notes the times of a pause that ends now, on the thread on which it began. */
static inline void vtb_moment_end(const struct vtb_moment *start, struct vtb_collection *told)
{
    told->cpu_ns = vtb_moment_clock_ns(CLOCK_THREAD_CPUTIME_ID) - start->cpu_ns;
    told->switched = vtb_moment_switches_n() > start->switches_n;
    told->start_ns = start->ns;
    told->end_ns = vtb_moment_clock_ns(CLOCK_MONOTONIC);
}

#endif
