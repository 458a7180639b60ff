#include "bench/state_probe.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

/* Turns of the probe's loop, and additions of a turn: with those that count the turns one more. */
#define TURNS 3000
#define ADDITIONS 7

/* Links of the chain, and cycles that a multiplication of 64 bits takes, on all processors of
 * x86-64 and of AArch64 that we know of. */
#define LINKS 3000
#define LINK_CYCLES 3

#define READINGS 4000

/* Additions in a cycle that every core of servers and desktops manages by itself: they have four
 * units or more. A core with two busy threads manages less than LEAST_WIDTH for each. */
#define WIDTH 4
#define LEAST_WIDTH 2.9

/* The instructions of a turn, at the start of a line of the cache: left to the compiler they change
 * with what stands around them, and with their place, and so does the time that they take. */
static __attribute__((noinline)) void add_up(uint64_t turns)
{
    uint64_t a = 0, b = 0, c = 0, d = 0, e = 0, f = 0;
#if defined __x86_64__
    __asm__ volatile(
        ".p2align 6\n"
        "1: add %6, %0\n"
        "add %6, %1\n"
        "add %6, %2\n"
        "add %6, %3\n"
        "add %6, %4\n"
        "add %6, %5\n"
        "sub $1, %6\n"
        "jnz 1b\n"
        : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f), "+r"(turns)
        :
        : "cc");
#elif defined __aarch64__
    __asm__ volatile(
        ".p2align 6\n"
        "1: add %0, %0, %6\n"
        "add %1, %1, %6\n"
        "add %2, %2, %6\n"
        "add %3, %3, %6\n"
        "add %4, %4, %6\n"
        "add %5, %5, %6\n"
        "subs %6, %6, #1\n"
        "b.ne 1b\n"
        : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f), "+r"(turns)
        :
        : "cc");
#else
    for (; turns > 0; turns--) {
        a += turns, b += turns, c += turns, d += turns, e += turns, f += turns;
        __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
    }
#endif
}

static __attribute__((noinline)) uint64_t multiply(uint64_t links, uint64_t factor)
{
    uint64_t product = factor;
    for (; links > 0; links--) {
        product *= factor;
        __asm__ volatile("" : "+r"(product));
    }
    return product;
}

/* Keeps the compiler from leaving the work out. */
static volatile uint64_t sink;

double vtb_probe_ns(void)
{
    const double start_ns = vtb_now_ns();
    add_up(TURNS);
    return vtb_now_ns() - start_ns;
}

static double chain_ns(void)
{
    const double start_ns = vtb_now_ns();
    sink = multiply(LINKS, sink | 1);
    return vtb_now_ns() - start_ns;
}

struct vtb_probe_level vtb_probe_calibrate(void)
{
    struct vtb_probe_level level = {.least_ns = INFINITY};
    double least_chain_ns = INFINITY;
    for (int i = 0; i < READINGS; i++) {
        level.least_ns = fmin(level.least_ns, vtb_probe_ns());
        least_chain_ns = fmin(least_chain_ns, chain_ns());
    }
    level.cycle_ns = least_chain_ns / (LINKS * LINK_CYCLES);
    const double additions_ns = TURNS * ADDITIONS * level.cycle_ns;
    const bool disturbed = level.least_ns > additions_ns / LEAST_WIDTH;
    level.ns = disturbed ? additions_ns / WIDTH : level.least_ns;
    return level;
}

struct vtb_probe_shares vtb_probe_watch(double seconds)
{
    struct vtb_probe_shares shares = {.level = vtb_probe_calibrate()};
    const double end_s = vtb_now_s() + seconds;
    size_t quiet_n = 0;
    size_t busy_n = 0;
    do {
        const double ns = vtb_probe_ns();
        shares.readings_n++;
        quiet_n += ns <= VTB_QUIET_MAX * shares.level.ns;
        busy_n += ns >= VTB_BUSY_MIN * shares.level.ns;
    } while (vtb_now_s() < end_s);
    shares.quiet = (double)quiet_n / (double)shares.readings_n;
    shares.busy = (double)busy_n / (double)shares.readings_n;
    return shares;
}
