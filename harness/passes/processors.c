#include "passes/processors.h"

#include <ctype.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/prose.h"
#include "base/system_files.h"

/* A list of all processors of a set, each by itself, and more. */
#define LIST_BYTES ((size_t)8 * CPU_SETSIZE)

bool vtb_cpus_parse(const char *text, cpu_set_t *cpus, unsigned long *highest)
{
    CPU_ZERO(cpus);
    *highest = 0;
    for (const char *at = text;; at++) {
        char *end;
        if (!isdigit((unsigned char)*at))
            return false;
        const unsigned long first = strtoul(at, &end, 10);
        unsigned long last = first;
        if (*end == '-') {
            if (!isdigit((unsigned char)end[1]))
                return false;
            last = strtoul(end + 1, &end, 10);
        }
        for (unsigned long cpu = first; cpu <= last && cpu < CPU_SETSIZE; cpu++)
            CPU_SET(cpu, cpus);
        if (last < first || (*end != ',' && *end != '\0'))
            return false;
        *highest = last > *highest ? last : *highest;
        at = end;
        if (*at == '\0')
            return CPU_COUNT(cpus) > 0;
    }
}

/* Reads a list of a file. False if it cannot be read, or is none. */
static bool read_list(const char *root, const char *path, const char *prefix, char text[LIST_BYTES],
                      cpu_set_t *cpus)
{
    unsigned long highest;
    return vtb_system_text(root, path, prefix, text, LIST_BYTES) &&
           vtb_cpus_parse(text, cpus, &highest);
}

/* Reads the processors that share a core with one, and their list. False if the kernel does not
 * say. */
static bool read_core(const char *root, size_t cpu, cpu_set_t *core, char text[LIST_BYTES])
{
    char path[96];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%zu/topology/thread_siblings_list",
             cpu);
    return read_list(root, path, "", text, core);
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
        char text[LIST_BYTES];
        cpu_set_t core;
        if (!CPU_ISSET(cpu, allowed))
            continue;
        if (!read_core(root, cpu, &core, text))
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

/* Copies a list, of which what does not fit is left out. */
static void copy_list(char list[VTB_CPU_LIST_BYTES], const char *text)
{
    static const char more[] = ",...";
    if (snprintf(list, VTB_CPU_LIST_BYTES, "%s", text) < VTB_CPU_LIST_BYTES)
        return;
    list[VTB_CPU_LIST_BYTES - sizeof more] = '\0';
    char *comma = strrchr(list, ',');
    if (comma)
        memcpy(comma, more, sizeof more);
}

/* Where /proc is not mounted the kernel itself tells them, of this system, but no list. */
static bool read_allowed(struct vtb_processors *processors, const char *root, cpu_set_t *allowed)
{
    char text[LIST_BYTES];
    if (!read_list(root, "/proc/self/status", "Cpus_allowed_list", text, allowed))
        return !*root && sched_getaffinity(0, sizeof *allowed, allowed) == 0;
    copy_list(processors->allowed, text);
    return true;
}

void vtb_processors_read(struct vtb_processors *processors, const char *root)
{
    char text[LIST_BYTES];
    cpu_set_t online;
    cpu_set_t allowed;
    *processors = (struct vtb_processors){
        .runnable_n = vtb_runnable_n(root),
        .waiting_share = vtb_system_number(root, "/proc/pressure/cpu", "some avg10=") / 100,
    };
    vtb_cpu_limit_read(&processors->limit, root);
    const bool is_known = read_list(root, "/sys/devices/system/cpu/online", "", text, &online);
    if (is_known)
        processors->online_n = (size_t)CPU_COUNT(&online);
    if (!read_allowed(processors, root, &allowed))
        return;
    if (is_known)
        CPU_AND(&allowed, &allowed, &online);
    processors->allowed_n = (size_t)CPU_COUNT(&allowed);
    if (is_known)
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
