/* Clocks, in the unit that the harness reckons in: ns. A reading takes tens of nanoseconds, so none
 * stands between two operations. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define VTB_SECONDS_A_DAY 86400.0

static inline double vtb_clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* The same as a whole number, for who compares readings with one another. */
static inline int64_t vtb_clock_whole_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline double vtb_now_ns(void)
{
    return vtb_clock_ns(CLOCK_MONOTONIC);
}

static inline double vtb_now_s(void)
{
    return vtb_now_ns() / 1e9;
}

#endif
