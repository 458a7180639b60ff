/* The processors and their caches, as result files describe them under the keys of Google
 * Benchmark. That library ends the process where it cannot read one of the files, so they are read
 * here. */
#ifndef PASSES_CPU_INFO_H
#define PASSES_CPU_INFO_H

#include <stdbool.h>
#include <stddef.h>

/* A cache of the first processor. */
struct vtb_cache_info {
    char type[16]; /* "Data", "Instruction", "Unified" */
    int level;
    int size_bytes;
    int num_sharing; /* processors */
};

#define VTB_CACHES_MAX 16

struct vtb_cpu_info {
    int num_cpus;    /* online */
    int mhz_per_cpu; /* of the first, its highest if that is known; 0: unknown */
    bool scaling;    /* a governor is known, and may change the frequency */
    struct vtb_cache_info caches[VTB_CACHES_MAX];
    size_t caches_n; /* of which all is known */
};

/* Reads the description from the files of /proc and /sys below a root: see base/system_files.h. */
void vtb_cpu_info_read(struct vtb_cpu_info *info, const char *root);

#endif
