#include "passes/machine.h"

#include <gnu/libc-version.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "build_info.h"
#include "cells/load.h"

#define UNKNOWN "unknown"

static void add_fact(struct vtb_machine *machine, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add_fact(struct vtb_machine *machine, const char *key, const char *format, ...)
{
    va_list arguments;
    if (machine->facts_n == VTB_FACTS_MAX)
        return;
    struct vtb_fact *fact = &machine->facts[machine->facts_n++];
    fact->key = key;
    va_start(arguments, format);
    vsnprintf(fact->value, sizeof fact->value, format, arguments);
    va_end(arguments);
}

/* Adds the value behind `prefix`, from the first line of a file that starts with it; or UNKNOWN. */
static void add_line(struct vtb_machine *machine, const char *key, const char *path,
                     const char *prefix)
{
    char line[512];
    const char *value = NULL;
    FILE *file = fopen(path, "re");
    while (file && !value && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, prefix, strlen(prefix)) == 0)
            value = line + strlen(prefix) + strspn(line + strlen(prefix), " \t:");
    }
    if (file)
        fclose(file);
    add_fact(machine, key, "%.200s", value && *value ? value : UNKNOWN);
}

/* Adds whether the processor may raise its clock. The file that says so depends on the driver. */
static void add_turbo(struct vtb_machine *machine)
{
    const char *no_turbo = "/sys/devices/system/cpu/intel_pstate/no_turbo";
    const char *boost = "/sys/devices/system/cpu/cpufreq/boost";
    const bool inverted = access(no_turbo, R_OK) == 0;
    add_line(machine, "turbo", inverted ? no_turbo : boost, "");
    struct vtb_fact *fact = &machine->facts[machine->facts_n - 1];
    const char *const words[] = {inverted ? "on" : "off", inverted ? "off" : "on"};
    if (strcmp(fact->value, "0") == 0 || strcmp(fact->value, "1") == 0)
        snprintf(fact->value, sizeof fact->value, "%s", words[fact->value[0] - '0']);
}

/* Adds the share of processor time that a hypervisor took since boot. */
static void add_steal(struct vtb_machine *machine)
{
    unsigned long long ticks[8] = {0};
    unsigned long long sum = 0;
    FILE *file = fopen("/proc/stat", "re");
    int n = file ? fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &ticks[0], &ticks[1],
                          &ticks[2], &ticks[3], &ticks[4], &ticks[5], &ticks[6], &ticks[7])
                 : 0;
    if (file)
        fclose(file);
    for (int i = 0; i < n; i++)
        sum += ticks[i];
    if (n == 8 && sum > 0)
        add_fact(machine, "steal_since_boot", "%.4f", (double)ticks[7] / (double)sum);
    else
        add_fact(machine, "steal_since_boot", UNKNOWN);
}

/* Adds whether the machine is a virtual one: a hypervisor sets a flag of the processor. */
static void add_virtualisation(struct vtb_machine *machine)
{
    char line[8192];
    const char *answer = UNKNOWN;
    FILE *file = fopen("/proc/cpuinfo", "re");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, "flags", 5) == 0) {
            answer = strstr(line, " hypervisor") ? "yes" : "no";
            break;
        }
    }
    if (file)
        fclose(file);
    add_fact(machine, "virtualised", "%s", answer);
}

static void add_system(struct vtb_machine *machine)
{
    struct utsname system;
    if (uname(&system) != 0) {
        add_fact(machine, "kernel", UNKNOWN);
        add_fact(machine, "architecture", UNKNOWN);
        return;
    }
    add_fact(machine, "kernel", "%s %s", system.sysname, system.release);
    add_fact(machine, "architecture", "%s", system.machine);
}

/* The level of the processor's instruction set. By it the C library chooses how memory is copied,
 * natively and under valgrind, so instruction counts depend on it. */
static const char *isa(void)
{
#ifdef __x86_64__
    return __builtin_cpu_supports("avx512f") ? "avx512"
           : __builtin_cpu_supports("avx2")  ? "avx2"
                                             : "sse2";
#else
    return UNKNOWN;
#endif
}

void vtb_machine_read(struct vtb_machine *machine)
{
    *machine = (struct vtb_machine){0};
    add_fact(machine, "version", "%s", VTB_VERSION);
    add_fact(machine, "git_revision", "%s", VTB_GIT_REVISION);
    add_fact(machine, "compiler", "%s", vtb_cells_compiler());
    add_fact(machine, "build_type", "%s", VTB_BUILD_TYPE);
    add_fact(machine, "cell_flags", "%s", VTB_CELL_FLAGS);
    add_fact(machine, "libc", "glibc %s", gnu_get_libc_version());
    add_system(machine);
    char rule[VTB_DIGEST_BYTES];
    vtb_cells_rule(rule);
    add_fact(machine, "fingerprint", "%s; %s; rule %.12s; glibc %s; %s", vtb_cells_compiler(),
             VTB_CELL_FLAGS, rule, gnu_get_libc_version(),
             vtb_machine_fact(machine, "architecture"));
    add_line(machine, "cpu_model", "/proc/cpuinfo", "model name");
    add_fact(machine, "isa", "%s", isa());
    add_virtualisation(machine);
    add_line(machine, "governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "");
    add_turbo(machine);
    add_steal(machine);
    add_line(machine, "aslr", "/proc/sys/kernel/randomize_va_space", "");
    add_line(machine, "transparent_hugepages", "/sys/kernel/mm/transparent_hugepage/enabled", "");
    int n = getloadavg(machine->load_average, 3);
    machine->load_average_n = n > 0 ? (size_t)n : 0;
}

const char *vtb_machine_fact(const struct vtb_machine *machine, const char *key)
{
    for (size_t i = 0; i < machine->facts_n; i++) {
        if (strcmp(machine->facts[i].key, key) == 0)
            return machine->facts[i].value;
    }
    return UNKNOWN;
}

size_t vtb_machine_warnings(const struct vtb_machine *machine, char warnings[][200], size_t max_n)
{
    const long cpus_n = sysconf(_SC_NPROCESSORS_ONLN);
    const char *governor = vtb_machine_fact(machine, "governor");
    size_t n = 0;
    if (n < max_n && machine->load_average_n && machine->load_average[0] > 0.5 * (double)cpus_n)
        snprintf(warnings[n++], sizeof *warnings,
                 "the load average is %.1f on %ld processors: intervals will be wide; stop what "
                 "else runs",
                 machine->load_average[0], cpus_n);
    if (n < max_n && strcmp(governor, UNKNOWN) != 0 && strcmp(governor, "performance") != 0)
        snprintf(warnings[n++], sizeof *warnings,
                 "the frequency governor is '%.40s': clocks vary; "
                 "cpupower frequency-set -g performance",
                 governor);
    if (n < max_n && strcmp(VTB_BUILD_TYPE, "Release") != 0)
        snprintf(warnings[n++], sizeof *warnings,
                 "this is a %s build: its times say nothing; ./run_bench measures a release build",
                 VTB_BUILD_TYPE);
    if (n < max_n && strstr(VTB_CELL_FLAGS, "-DVTB_CHECKED=1"))
        snprintf(warnings[n++], sizeof *warnings,
                 "this build checks the strategies' rules in every cell: configure with "
                 "-DVTB_CHECKED=0 to measure them as they are");
    return n;
}
