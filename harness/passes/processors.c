#include "passes/processors.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/prose.h"
#include "base/system_files.h"

/* Reads a list such as "0-3,8". False if it is none, or names no processor. */
static bool parse_cpus(const char *text, cpu_set_t *cpus)
{
    CPU_ZERO(cpus);
    for (const char *at = text;;) {
        char *end;
        const unsigned long first = strtoul(at, &end, 10);
        if (end == at)
            return false;
        const unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;
        for (unsigned long cpu = first; cpu <= last && cpu < CPU_SETSIZE; cpu++)
            CPU_SET(cpu, cpus);
        if (*end != ',')
            return *end == '\0' && CPU_COUNT(cpus) > 0;
        at = end + 1;
    }
}

/* Reads the processors that share a core with one, and their list. False if the kernel does not
 * say. */
static bool read_core(const char *root, size_t cpu, cpu_set_t *core, char *text, size_t text_bytes)
{
    char path[96];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%zu/topology/thread_siblings_list",
             cpu);
    return vtb_system_text(root, path, "", text, text_bytes) && parse_cpus(text, core);
}

/* Whether no lower processor is in both sets. */
static bool is_lowest(size_t cpu, const cpu_set_t *core, const cpu_set_t *allowed)
{
    for (size_t lower = 0; lower < cpu; lower++) {
        if (CPU_ISSET(lower, core) && CPU_ISSET(lower, allowed))
            return false;
    }
    return true;
}

/* Notes the cores that several processors share which are online, each core once. */
static void read_siblings(struct vtb_processors *processors, const char *root,
                          const cpu_set_t *allowed, const cpu_set_t *online)
{
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        char text[VTB_CPU_LIST_BYTES];
        cpu_set_t core;
        if (!CPU_ISSET(cpu, allowed))
            continue;
        if (!read_core(root, cpu, &core, text, sizeof text))
            return;
        CPU_AND(&core, &core, online);
        if (CPU_COUNT(&core) > 1 && is_lowest(cpu, &core, allowed))
            vtb_append(processors->siblings, sizeof processors->siblings, "%s%s",
                       *processors->siblings ? " " : "", text);
    }
    processors->siblings_known = true;
}

double vtb_runnable_n(const char *root)
{
    char text[128];
    double running_n;
    if (!vtb_system_text(root, "/proc/loadavg", "", text, sizeof text) ||
        sscanf(text, "%*f %*f %*f %lf/", &running_n) != 1)
        return NAN;
    return fmax(running_n - 1, 0); /* without the thread that asks */
}

void vtb_processors_read(struct vtb_processors *processors, const char *root)
{
    char text[VTB_CPU_LIST_BYTES];
    cpu_set_t online;
    cpu_set_t allowed;
    *processors = (struct vtb_processors){
        .runnable_n = vtb_runnable_n(root),
        .waiting_share = vtb_system_number(root, "/proc/pressure/cpu", "some avg10=") / 100,
    };
    vtb_cpu_limit_read(&processors->limit, root);
    if (!vtb_system_text(root, "/sys/devices/system/cpu/online", "", text, sizeof text) ||
        !parse_cpus(text, &online))
        return;
    processors->online_n = (size_t)CPU_COUNT(&online);
    if (!vtb_system_text(root, "/proc/self/status", "Cpus_allowed_list", processors->allowed,
                         sizeof processors->allowed) ||
        !parse_cpus(processors->allowed, &allowed))
        return;
    CPU_AND(&allowed, &allowed, &online);
    processors->allowed_n = (size_t)CPU_COUNT(&allowed);
    read_siblings(processors, root, &allowed, &online);
}

void vtb_waiting_read(struct vtb_waiting *waiting, const char *root)
{
    static const char key[] = "total=";
    char text[128];
    char *end;
    *waiting = (struct vtb_waiting){.at_s = vtb_now_s(), .waited_s = NAN};
    (void)vtb_system_text(root, "/proc/pressure/cpu", "some", text, sizeof text);
    const char *total_us = strstr(text, key);
    if (!total_us)
        return;
    const double us = strtod(total_us + strlen(key), &end);
    if (end != total_us + strlen(key))
        waiting->waited_s = us / 1e6;
}

double vtb_waiting_share(const struct vtb_waiting *before, const struct vtb_waiting *after)
{
    const double waited_s = after->waited_s - before->waited_s;
    const double s = after->at_s - before->at_s;
    return isnan(waited_s) || s <= 0 ? NAN : fmax(fmin(waited_s / s, 1), 0);
}

void vtb_ticks_read(struct vtb_ticks *ticks, const char *root)
{
    /* user, nice, system, idle, iowait, irq, softirq, steal */
    double of[8];
    char text[256];
    *ticks = (struct vtb_ticks){.all = 0};
    if (!vtb_system_text(root, "/proc/stat", "cpu ", text, sizeof text) ||
        sscanf(text, "%lf %lf %lf %lf %lf %lf %lf %lf", &of[0], &of[1], &of[2], &of[3], &of[4],
               &of[5], &of[6], &of[7]) != 8)
        return;
    for (size_t i = 0; i < 8; i++)
        ticks->all += of[i];
    ticks->idle = of[3] + of[4];
    ticks->stolen = of[7];
}

double vtb_stolen_share(const struct vtb_ticks *before, const struct vtb_ticks *after)
{
    const double wanted = after->all - before->all - (after->idle - before->idle);
    if (before->all <= 0 || after->all <= 0 || wanted <= 0)
        return NAN;
    return (after->stolen - before->stolen) / wanted;
}

double vtb_processors_usable(const struct vtb_processors *processors)
{
    const double quota = processors->limit.processors;
    const double allowed = processors->allowed_n > 0 ? (double)processors->allowed_n : INFINITY;
    return quota > 0 ? fmin(allowed, quota) : allowed;
}
