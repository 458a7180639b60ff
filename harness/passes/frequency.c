#include "passes/frequency.h"

#include <math.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/stats.h"

/* The multiplications of a chain: some 20 us, which are mostly undisturbed, and long beside the two
 * readings of the clock. */
#define CHAIN_N 20000

/* Gives the time of a multiplication, from one chain. The barrier keeps the compiler from reckoning
 * the product out. */
static double time_chain(void)
{
    uint64_t product = 1;
    const double start_ns = vtb_now_ns();
    for (int i = 0; i < CHAIN_N; i++) {
        product *= 0x9E3779B97F4A7C15u;
        __asm__ volatile("" : "+r"(product));
    }
    return (vtb_now_ns() - start_ns) / CHAIN_N;
}

/* Gives the time of a multiplication in the quickest chain of a while: an interruption makes a
 * chain slower, and nothing makes one quicker than the clock. */
static double time_part(double duration_ns)
{
    const double start_ns = vtb_now_ns();
    double least_ns = time_chain();
    while (vtb_now_ns() - start_ns < duration_ns)
        least_ns = fmin(least_ns, time_chain());
    return least_ns;
}

void vtb_frequency_of(struct vtb_frequency *frequency, double parts_ns[VTB_FREQUENCY_PARTS_N])
{
    frequency->multiplication_ns = vtb_median(parts_ns, VTB_FREQUENCY_PARTS_N);
    frequency->spread = parts_ns[VTB_FREQUENCY_PARTS_N - 1] / parts_ns[0] - 1;
}

void vtb_frequency_measure(struct vtb_frequency *frequency, double seconds)
{
    double parts_ns[VTB_FREQUENCY_PARTS_N];
    for (int i = 0; i < VTB_FREQUENCY_PARTS_N; i++)
        parts_ns[i] = time_part(seconds * 1e9 / VTB_FREQUENCY_PARTS_N);
    vtb_frequency_of(frequency, parts_ns);
}
