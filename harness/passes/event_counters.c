#include "passes/event_counters.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- the kernel --- */

#define THIS_THREAD 0
#define ANY_PROCESSOR (-1)
#define NO_GROUP (-1)

/* Opens a counter: returns its file, or -1 with errno set. Only a group's leader is made switched
 * off: the other events of its group are counted while the leader is. */
static int open_counter(const struct perf_event_attr *attr, int leader)
{
    struct perf_event_attr asked = *attr;
    asked.disabled = leader == NO_GROUP;
    asked.inherit = 1;
    asked.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    return (int)syscall(SYS_perf_event_open, &asked, THIS_THREAD, ANY_PROCESSOR, leader,
                        PERF_FLAG_FD_CLOEXEC);
}

/* Whether the kernel would count the event in a group of its own; leaves nothing open. */
static bool opens_alone(const struct perf_event_attr *attr)
{
    const int file = open_counter(attr, NO_GROUP);
    if (file >= 0)
        close(file);
    return file >= 0;
}

static bool is_permission(int number)
{
    return number == EACCES || number == EPERM;
}

/* --- probing --- */

/* Whether an event happens in the kernel alone. If it were counted in user space, the kernel would
 * not refuse, but always count 0. */
static bool is_of_kernel(const struct vtb_event *event)
{
    return event->attr.type == PERF_TYPE_SOFTWARE &&
           (event->attr.config == PERF_COUNT_SW_CONTEXT_SWITCHES ||
            event->attr.config == PERF_COUNT_SW_CPU_MIGRATIONS ||
            event->attr.config == PERF_COUNT_SW_CGROUP_SWITCHES);
}

/* Restricts an event to user space; false if its name has no room for the ":u". */
static bool narrow(struct vtb_event *event)
{
    const size_t used = strlen(event->name);
    if (used + sizeof ":u" > sizeof event->name)
        return false;
    memcpy(event->name + used, ":u", sizeof ":u");
    event->attr.exclude_kernel = 1;
    return true;
}

/* Opens an event's counter, restricted to user space if the kernel gives no more. Returns -1, with
 * the kernel's error number in *number, if it refuses that as well. */
static int try_event(struct vtb_event *event, int leader, int *number)
{
    const struct vtb_event asked = *event;
    int file = open_counter(&event->attr, leader);
    *number = errno;
    if (file >= 0 || !is_permission(*number) || is_of_kernel(event) || event->attr.exclude_user ||
        event->attr.exclude_kernel || !narrow(event))
        return file;
    file = open_counter(&event->attr, leader);
    if (file < 0 && is_permission(errno))
        *event = asked;
    else
        *number = errno; /* not for lack of permission: tells more than the first refusal */
    return file;
}

static int probe(struct vtb_event *event, int leader, const struct vtb_counting_system *system)
{
    struct vtb_event tried = *event;
    int number;
    if (is_of_kernel(event) && event->attr.exclude_kernel) {
        snprintf(event->reason, sizeof event->reason,
                 "it happens in the kernel, which :u leaves out");
        return -1;
    }
    const int file = try_event(&tried, leader, &number);
    if (file >= 0)
        *event = tried;
    else if (leader != NO_GROUP && number == EINVAL && opens_alone(&tried.attr))
        snprintf(event->reason, sizeof event->reason,
                 "%s: it can be counted, but not together with the others in its braces",
                 strerror(number));
    else
        vtb_event_explain(&tried, number, system, event->reason, sizeof event->reason);
    return file;
}

/* The file of the leader of an event's group: the first of its events that is open. */
static int leader_of(const struct vtb_events *events, const int *files, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (events->items[j].group == events->items[i].group && files[j] >= 0)
            return files[j];
    }
    return NO_GROUP;
}

void vtb_event_probe(struct vtb_event *event, const struct vtb_counting_system *system)
{
    const int file = event->reason[0] ? -1 : probe(event, NO_GROUP, system);
    if (file >= 0)
        close(file);
}

void vtb_events_probe(struct vtb_events *events)
{
    struct vtb_counting_system system;
    int files[VTB_EVENTS_MAX];
    vtb_counting_system_read(&system);
    for (size_t i = 0; i < events->n; i++) {
        files[i] = -1;
        if (!events->items[i].reason[0])
            files[i] = probe(&events->items[i], leader_of(events, files, i), &system);
    }
    for (size_t i = 0; i < events->n; i++) {
        if (files[i] >= 0)
            close(files[i]);
    }
}

/* --- counting --- */

double vtb_reading_share(const struct vtb_reading *reading)
{
    return reading->enabled_ns ? (double)reading->running_ns / (double)reading->enabled_ns : 0;
}

double vtb_reading_scaled(const struct vtb_reading *reading)
{
    if (reading->running_ns == 0)
        return NAN;
    if (reading->running_ns == reading->enabled_ns)
        return (double)reading->value;
    return (double)reading->value / vtb_reading_share(reading);
}

bool vtb_counters_open(struct vtb_counters *counters, const struct vtb_events *events,
                       struct vtb_error *error)
{
    *counters = (struct vtb_counters){.n = 0};
    for (size_t i = 0; i < events->n; i++) {
        const struct vtb_event *event = &events->items[i];
        const int leader = leader_of(events, counters->files, i);
        counters->n++;
        counters->files[i] = -1;
        if (event->reason[0])
            continue;
        counters->leads[i] = leader == NO_GROUP;
        counters->files[i] = open_counter(&event->attr, leader);
        if (counters->files[i] < 0) {
            const int number = errno;
            vtb_counters_close(counters);
            return vtb_fail(error, VTB_EXIT_INTERNAL, "%s cannot be counted any more: %s",
                            event->name, strerror(number));
        }
    }
    return true;
}

/* Sends a request to the leaders alone: the other events of a group are counted while its leader
 * is. */
static void tell_leaders(const struct vtb_counters *counters, unsigned long request)
{
    for (size_t i = 0; i < counters->n; i++) {
        if (counters->leads[i])
            (void)ioctl(counters->files[i], request, 0); /* if it fails, enabled_ns will be 0 */
    }
}

void vtb_counters_enable(const struct vtb_counters *counters)
{
    tell_leaders(counters, PERF_EVENT_IOC_ENABLE);
}

void vtb_counters_disable(const struct vtb_counters *counters)
{
    tell_leaders(counters, PERF_EVENT_IOC_DISABLE);
}

bool vtb_counters_read(const struct vtb_counters *counters, struct vtb_reading *readings,
                       struct vtb_error *error)
{
    for (size_t i = 0; i < counters->n; i++) {
        readings[i] = (struct vtb_reading){0};
        if (counters->files[i] < 0)
            continue;
        const ssize_t got = read(counters->files[i], &readings[i], sizeof readings[i]);
        if (got != (ssize_t)sizeof readings[i])
            return vtb_fail(error, VTB_EXIT_INTERNAL, "a counter cannot be read: %s",
                            got < 0 ? strerror(errno) : "it ended");
    }
    return true;
}

void vtb_counters_close(struct vtb_counters *counters)
{
    for (size_t i = 0; i < counters->n; i++) {
        if (counters->files[i] >= 0)
            close(counters->files[i]);
    }
    *counters = (struct vtb_counters){.n = 0};
}
