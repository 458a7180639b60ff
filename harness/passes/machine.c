#include "passes/machine.h"

#include <gnu/libc-version.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/prose.h"
#include "base/system_files.h"
#include "build_info.h"
#include "cells/load.h"

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

/* Adds the value behind `prefix`, from the first line of a file that starts with it; or
 * VTB_UNKNOWN. */
static void add_line(struct vtb_machine *machine, const char *root, const char *key,
                     const char *path, const char *prefix)
{
    char value[201];
    const bool known = vtb_system_text(root, path, prefix, value, sizeof value);
    add_fact(machine, key, "%s", known ? value : VTB_UNKNOWN);
}

/* Adds whether the processor may raise its clock. The file that says so depends on the driver. */
static void add_turbo(struct vtb_machine *machine, const char *root)
{
    const char *no_turbo = "/sys/devices/system/cpu/intel_pstate/no_turbo";
    const char *boost = "/sys/devices/system/cpu/cpufreq/boost";
    const bool inverted = vtb_system_has(root, no_turbo);
    const double number = vtb_system_number(root, inverted ? no_turbo : boost, "");
    const char *word = number == inverted ? "off" : number == !inverted ? "on" : VTB_UNKNOWN;
    add_fact(machine, "turbo", "%s", word);
}

/* Adds the share of processor time that a hypervisor took since boot. */
static void add_steal(struct vtb_machine *machine, const char *root)
{
    struct vtb_ticks ticks;
    vtb_ticks_read(&ticks, root);
    if (ticks.all > 0)
        add_fact(machine, "steal_since_boot", "%.4f", ticks.stolen / ticks.all);
    else
        add_fact(machine, "steal_since_boot", VTB_UNKNOWN);
}

/* --- what stands between this process and the processor --- */

/* Adds whether the machine is a virtual one: a hypervisor sets a flag of the processor. */
static void add_virtualisation(struct vtb_machine *machine, const char *root)
{
    char flags[8192];
    const bool known = vtb_system_text(root, "/proc/cpuinfo", "flags", flags, sizeof flags);
    const char *answer = strstr(flags, " hypervisor") ? "yes" : "no";
    add_fact(machine, "virtualised", "%s", known ? answer : VTB_UNKNOWN);
}

/* Adds who made the machine, which of a virtual one is mostly the hypervisor's name; where the
 * firmware does not say, the clock that only one hypervisor has tells it. */
static void add_maker(struct vtb_machine *machine, const char *root)
{
    const char *const clocks = "/sys/devices/system/clocksource/clocksource0/available_clocksource";
    char vendor[96];
    char product[96];
    char sources[128];
    if (vtb_system_text(root, "/sys/class/dmi/id/sys_vendor", "", vendor, sizeof vendor)) {
        vtb_system_text(root, "/sys/class/dmi/id/product_name", "", product, sizeof product);
        add_fact(machine, "machine_maker", "%s%s%s", vendor, *product ? " " : "", product);
        return;
    }
    vtb_system_text(root, clocks, "", sources, sizeof sources);
    add_fact(machine, "machine_maker", "%s",
             vtb_system_has(root, "/proc/xen") || strstr(sources, "xen") ? "Xen"
             : strstr(sources, "kvm-clock")                              ? "KVM"
             : strstr(sources, "hyperv")                                 ? "Hyper-V"
                                                                         : VTB_UNKNOWN);
}

/* Adds which kind of container the process is in, by the marks that these leave. */
static void add_container(struct vtb_machine *machine, const char *root)
{
    static const char *const words[] = {"docker", "kubepods", "libpod", "containerd", "lxc"};
    char name[64];
    char line[512];
    if (vtb_system_text(root, "/run/systemd/container", "", name, sizeof name)) {
        add_fact(machine, "container", "%s", name);
        return;
    }
    const bool known = vtb_system_text(root, "/proc/self/cgroup", "", line, sizeof line);
    const char *found = vtb_system_has(root, "/.dockerenv")          ? "docker"
                        : vtb_system_has(root, "/run/.containerenv") ? "podman"
                                                                     : NULL;
    for (size_t i = 0; known && !found && i < sizeof words / sizeof *words; i++)
        found = strstr(line, words[i]) ? words[i] : NULL;
    add_fact(machine, "container", "%s", found ? found : known ? "none" : VTB_UNKNOWN);
}

/* Adds what the process may use of the processors, as far as it is known. */
static void add_processors(struct vtb_machine *machine)
{
    const struct vtb_processors *processors = &machine->processors;
    const double quota = processors->limit.processors;
    char number[VTB_NUMBER_BYTES];
    add_fact(machine, "affinity", "%s", *processors->allowed ? processors->allowed : VTB_UNKNOWN);
    add_fact(machine, "smt_siblings", "%s",
             !processors->siblings_known ? VTB_UNKNOWN
             : *processors->siblings     ? processors->siblings
                                         : "none");
    add_fact(machine, "cpu_quota", "%s",
             quota <= 0     ? VTB_UNKNOWN
             : isinf(quota) ? "none"
                            : vtb_decimal_text(number, quota, 3));
    const double throttled_n = processors->limit.throttled_n;
    if (isnan(throttled_n))
        add_fact(machine, "throttled", VTB_UNKNOWN);
    else
        add_fact(machine, "throttled", "%.0f", throttled_n);
}

static void add_system(struct vtb_machine *machine)
{
    struct utsname system;
    if (uname(&system) != 0) {
        add_fact(machine, "kernel", VTB_UNKNOWN);
        add_fact(machine, "architecture", VTB_UNKNOWN);
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
    return VTB_UNKNOWN;
#endif
}

void vtb_machine_read_at(struct vtb_machine *machine, const char *root)
{
    *machine = (struct vtb_machine){0};
    vtb_processors_read(&machine->processors, root);
    vtb_ticks_read(&machine->ticks, root);
    vtb_waiting_read(&machine->waiting, root);
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
    add_line(machine, root, "cpu_model", "/proc/cpuinfo", "model name");
    add_fact(machine, "isa", "%s", isa());
    add_virtualisation(machine, root);
    add_maker(machine, root);
    add_container(machine, root);
    add_processors(machine);
    add_line(machine, root, "governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
             "");
    add_turbo(machine, root);
    add_steal(machine, root);
    add_fact(machine, "steal_during_run", VTB_UNKNOWN);
    add_fact(machine, "waiting_during_run", VTB_UNKNOWN);
    add_line(machine, root, "aslr", "/proc/sys/kernel/randomize_va_space", "");
    add_line(machine, root, "transparent_hugepages", "/sys/kernel/mm/transparent_hugepage/enabled",
             "");
    int n = getloadavg(machine->load_average, 3);
    machine->load_average_n = n > 0 ? (size_t)n : 0;
}

void vtb_machine_read(struct vtb_machine *machine)
{
    vtb_machine_read_at(machine, "");
}

const char *vtb_machine_fact(const struct vtb_machine *machine, const char *key)
{
    for (size_t i = 0; i < machine->facts_n; i++) {
        if (strcmp(machine->facts[i].key, key) == 0)
            return machine->facts[i].value;
    }
    return VTB_UNKNOWN;
}

/* --- warnings --- */

struct warnings {
    char (*texts)[200];
    size_t n;
    size_t max_n;
};

static void warn(struct warnings *warnings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void warn(struct warnings *warnings, const char *format, ...)
{
    va_list arguments;
    if (warnings->n == warnings->max_n)
        return;
    va_start(arguments, format);
    vsnprintf(warnings->texts[warnings->n++], sizeof *warnings->texts, format, arguments);
    va_end(arguments);
}

/* Warns of whatever leaves the run less of the processors than its threads want. */
static void warn_of_processors(struct warnings *warnings, const struct vtb_machine *machine,
                               size_t threads_n)
{
    const struct vtb_processors *processors = &machine->processors;
    const double wanted_n = (double)threads_n + processors->runnable_n;
    if (processors->allowed_n > 0 && threads_n > processors->allowed_n)
        warn(warnings,
             "the run's %zu threads want the %zu processor%s that it may use: they wait for each "
             "other; allow more",
             threads_n, processors->allowed_n, vtb_plural((double)processors->allowed_n, "", "s"));
    else if (processors->online_n > 0 && wanted_n > (double)processors->online_n)
        warn(warnings,
             "%.0f threads, %zu of them of this run, want the machine's %zu processor%s: they wait "
             "for each other; stop what else runs",
             wanted_n, threads_n, processors->online_n,
             vtb_plural((double)processors->online_n, "", "s"));
    if (processors->limit.processors > 0 && processors->limit.processors < (double)threads_n)
        warn(warnings,
             "a control group allows %.3g of a processor, and the run wants %zu: the kernel stops "
             "it in between; raise cpu.max",
             processors->limit.processors, threads_n);
}

size_t vtb_machine_warnings(const struct vtb_machine *machine, size_t threads_n,
                            char warnings[][200], size_t max_n)
{
    const char *governor = vtb_machine_fact(machine, "governor");
    struct warnings all = {.texts = warnings, .max_n = max_n};
    warn_of_processors(&all, machine, threads_n);
    if (strcmp(governor, VTB_UNKNOWN) != 0 && strcmp(governor, "performance") != 0)
        warn(&all,
             "the frequency governor is '%.40s': clocks vary; "
             "cpupower frequency-set -g performance",
             governor);
    if (strcmp(VTB_BUILD_TYPE, "Release") != 0)
        warn(&all,
             "this is a %s build: its times say nothing; ./run_bench measures a release build",
             VTB_BUILD_TYPE);
    if (strstr(VTB_CELL_FLAGS, "-DVTB_CHECKED=1"))
        warn(&all,
             "this build checks the strategies' rules in every cell: configure with "
             "-DVTB_CHECKED=0 to measure them as they are");
    return all.n;
}

/* --- after a run --- */

/* Above such a share of time that a hypervisor took, intervals are of its work as well. */
#define STOLEN_SHARE_MAX 0.01

/* Above such a share of time in which some thread waited, which may have been a measured one. */
#define WAITING_SHARE_MAX 0.05

static void set_fact(struct vtb_machine *machine, const char *key, double value, int digits)
{
    for (size_t i = 0; i < machine->facts_n; i++) {
        struct vtb_fact *fact = &machine->facts[i];
        if (strcmp(fact->key, key) == 0 && !isnan(value))
            snprintf(fact->value, sizeof fact->value, "%.*f", digits, value);
    }
}

size_t vtb_machine_end(struct vtb_machine *machine, const char *root, char warnings[][200],
                       size_t max_n)
{
    struct warnings all = {.texts = warnings, .max_n = max_n};
    struct vtb_cpu_limit limit;
    struct vtb_ticks ticks;
    struct vtb_waiting waiting;
    vtb_cpu_limit_read(&limit, root);
    vtb_ticks_read(&ticks, root);
    vtb_waiting_read(&waiting, root);
    const double throttled_n = limit.throttled_n - machine->processors.limit.throttled_n;
    const double stolen = vtb_stolen_share(&machine->ticks, &ticks);
    const double waited = vtb_waiting_share(&machine->waiting, &waiting);
    set_fact(machine, "throttled", throttled_n, 0);
    set_fact(machine, "steal_during_run", stolen, 4);
    set_fact(machine, "waiting_during_run", waited, 4);
    if (throttled_n > 0)
        warn(&all,
             "a control group's quota stopped this run in %.0f periods, which its times contain; "
             "raise cpu.max",
             throttled_n);
    if (stolen > STOLEN_SHARE_MAX)
        warn(
            &all,
            "the hypervisor took %.1f %% of the processor time during the run: intervals are wide; "
            "measure when its other guests are idle",
            100 * stolen);
    if (waited > WAITING_SHARE_MAX)
        warn(&all,
             "in %.0f %% of the run's time some thread had to wait for a processor, perhaps a "
             "measured one: intervals are wide; stop what else runs",
             100 * waited);
    return all.n;
}
