/* Google Benchmark as the stopwatch, and what it knows of the machine; the harness's one C++ part.
 */
#ifndef BENCH_STOPWATCH_H
#define BENCH_STOPWATCH_H

#include <stdbool.h>
#include <stddef.h>

struct vtb_runner;

#ifdef __cplusplus
extern "C" {
#endif

/* One epoch of one case. */
struct vtb_epoch {
    const char *name;
    struct vtb_runner *runner;
    size_t operations_n;
    double real_ns; /* out: of the whole epoch */
    double cpu_ns;
};

/* Runs epochs[order[0]], epochs[order[1]], ... once each, and writes their times. False if Google
 * Benchmark ran anything else than these `n`. About 6 us an epoch, outside what is timed. */
bool vtb_stopwatch_round(struct vtb_epoch *epochs, const size_t *order, size_t n);

/* What an epoch times is vtb_runner_run; vtb_runner_muster comes before (runner.h). */
void vtb_runner_muster(struct vtb_runner *runner);
void vtb_runner_run(struct vtb_runner *runner, size_t n);

struct vtb_cache_info {
    char type[16]; /* "Data", "Instruction", "Unified" */
    int level;
    int size_bytes;
    int num_sharing;
};

#define VTB_CACHES_MAX 16

struct vtb_cpu_info {
    int num_cpus;
    int mhz_per_cpu;
    int scaling; /* 1 enabled, 0 disabled, -1 unknown */
    struct vtb_cache_info caches[VTB_CACHES_MAX];
    size_t caches_n;
};

void vtb_cpu_info_read(struct vtb_cpu_info *info);

#ifdef __cplusplus
}
#endif

#endif
