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

/* Not inlined, and at the start of a line of the cache, so that its speed does not depend on its
 * place. */
static __attribute__((noinline, aligned(64))) uint64_t add_up(uint64_t turns)
{
    uint64_t a = 0, b = 1, c = 2, d = 3, e = 4, f = 5;
    for (; turns > 0; turns--) {
        a += turns, b += turns, c += turns, d += turns, e += turns, f += turns;
        __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
    }
    return a ^ b ^ c ^ d ^ e ^ f;
}

static __attribute__((noinline, aligned(64))) uint64_t multiply(uint64_t links, uint64_t factor)
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
    sink = add_up(TURNS);
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
