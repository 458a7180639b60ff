/* Google Benchmark as the stopwatch, and its information about the machine; the one part of the
 * harness in C++. One thread at a time. */
#ifndef BENCH_STOPWATCH_H
#define BENCH_STOPWATCH_H

#include <stdbool.h>
#include <stddef.h>

struct vtb_runner;

#ifdef __cplusplus
extern "C" {
#endif

/* One epoch of one case. The name and the runner are borrowed during a round. */
struct vtb_epoch {
    const char *name;
    struct vtb_runner *runner;
    size_t operations_n;
    double real_ns; /* out, as is the next: the time of the whole epoch */
    double cpu_ns;  /* of the calling thread */
};

/* Runs epochs[order[0]], epochs[order[1]], ... once each, n in all, and writes their times. False
 * if Google Benchmark ran anything else. */
bool vtb_stopwatch_round(struct vtb_epoch *epochs, const size_t *order, size_t n);

/* The functions that run an epoch (runner.h, which C++ does not include): the time is that of
 * vtb_runner_run, and vtb_runner_muster is called before it. */
void vtb_runner_muster(struct vtb_runner *runner);
void vtb_runner_run(struct vtb_runner *runner, size_t n);

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
