/* Google Benchmark as the driver of rounds, and its information about the machine; the one part of
 * the harness in C++. One thread at a time. */
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

/* A cache of the processor, as Google Benchmark describes it. */
struct vtb_cache_info {
    char type[16]; /* "Data", "Instruction", "Unified" */
    int level;
    int size_bytes;
    int num_sharing;
};

#define VTB_CACHES_MAX 16

/* The processors, as Google Benchmark describes them. */
struct vtb_cpu_info {
    int num_cpus;
    int mhz_per_cpu;
    int scaling; /* 1 enabled, 0 disabled, -1 unknown */
    struct vtb_cache_info caches[VTB_CACHES_MAX];
    size_t caches_n;
};

/* Reads the description of this machine; at most VTB_CACHES_MAX caches. */
void vtb_cpu_info_read(struct vtb_cpu_info *info);

#ifdef __cplusplus
}
#endif

#endif
