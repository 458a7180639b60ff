/* Google Benchmark as the driver of rounds; the one part of the harness in C++. One thread at a
 * time. */
#ifndef BENCH_STOPWATCH_H
#define BENCH_STOPWATCH_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Runs a round, given by its number, and returns the time of its epochs in seconds, as their own
 * clock readings have it: Google Benchmark's manual time. */
typedef double vtb_round_function(void *context, size_t round);

/* Has Google Benchmark run `rounds_n` rounds as the iterations of one benchmark of this name. False
 * if it ran anything else, or counted other times than the rounds told. */
bool vtb_stopwatch_drive(const char *name, size_t rounds_n, vtb_round_function *run_round,
                         void *context);

#ifdef __cplusplus
}
#endif

#endif
