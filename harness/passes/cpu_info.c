#include "passes/cpu_info.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/system_files.h"

#define CPUS "/sys/devices/system/cpu"
#define TEXT_BYTES 256

/* Reads one of the files that describe a cache. */
static bool read_of_cache(const char *root, size_t index, const char *file, char text[TEXT_BYTES])
{
    char path[96];
    (void)snprintf(path, sizeof path, CPUS "/cpu0/cache/index%zu/%s", index, file);
    return vtb_system_text(root, path, "", text, TEXT_BYTES);
}

/* Gives the bytes of "48K", or of "2M". */
static int bytes_of(const char *text)
{
    char *unit;
    const long n = strtol(text, &unit, 10);
    return (int)(n << (*unit == 'K' ? 10 : *unit == 'M' ? 20 : 0));
}

/* Counts the processors of a mask such as "00000000,000000ff". */
static int count_cpus(const char *mask)
{
    int n = 0;
    for (; *mask; mask++) {
        const char digit[] = {*mask, '\0'};
        n += __builtin_popcountl(strtoul(digit, NULL, 16));
    }
    return n;
}

static bool read_cache(struct vtb_cache_info *cache, const char *root, size_t index)
{
    char type[TEXT_BYTES];
    char level[TEXT_BYTES];
    char size[TEXT_BYTES];
    char shared[TEXT_BYTES];
    if (!read_of_cache(root, index, "type", type) || !read_of_cache(root, index, "level", level) ||
        !read_of_cache(root, index, "size", size) ||
        !read_of_cache(root, index, "shared_cpu_map", shared))
        return false;
    *cache = (struct vtb_cache_info){
        .level = atoi(level), .size_bytes = bytes_of(size), .num_sharing = count_cpus(shared)};
    (void)snprintf(cache->type, sizeof cache->type, "%.15s", type);
    return true;
}

static double first_mhz(const char *root)
{
    const double tsc_khz = vtb_system_number(root, CPUS "/cpu0/tsc_freq_khz", "");
    const double most_khz = vtb_system_number(root, CPUS "/cpu0/cpufreq/cpuinfo_max_freq", "");
    const double mhz = vtb_system_number(root, "/proc/cpuinfo", "cpu MHz");
    return !isnan(tsc_khz) ? tsc_khz / 1e3 : !isnan(most_khz) ? most_khz / 1e3 : mhz;
}

static bool is_scaled(const char *root, int cpus_n)
{
    for (int i = 0; i < cpus_n; i++) {
        char path[96];
        char governor[TEXT_BYTES];
        (void)snprintf(path, sizeof path, CPUS "/cpu%d/cpufreq/scaling_governor", i);
        if (vtb_system_text(root, path, "", governor, sizeof governor) &&
            strcmp(governor, "performance") != 0)
            return true;
    }
    return false;
}

void vtb_cpu_info_read(struct vtb_cpu_info *info, const char *root)
{
    const double mhz = first_mhz(root);
    *info = (struct vtb_cpu_info){.num_cpus = (int)sysconf(_SC_NPROCESSORS_ONLN),
                                  .mhz_per_cpu = isnan(mhz) ? 0 : (int)mhz};
    info->scaling = is_scaled(root, info->num_cpus);
    for (size_t i = 0; i < VTB_CACHES_MAX; i++)
        info->caches_n += read_cache(&info->caches[info->caches_n], root, i);
}
