#include "passes/event_reasons.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/system_files.h"
#include "passes/machine.h"

/* --- what the system allows --- */

/* The mode of seccomp in which filters judge system calls, as "Seccomp:" in /proc/self/status has
 * it. (In mode 1 nothing but reading, writing and exiting is allowed.) */
#define SECCOMP_FILTERS 2

/* Whether the kernel can use the processor's counters, be this thread allowed to or not. */
static bool has_pmu(void)
{
    const struct perf_event_attr cycles = {.type = PERF_TYPE_HARDWARE,
                                           .size = sizeof cycles,
                                           .config = PERF_COUNT_HW_CPU_CYCLES,
                                           .exclude_kernel = 1,
                                           .exclude_hv = 1};
    const long file = syscall(SYS_perf_event_open, &cycles, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (file >= 0)
        close((int)file);
    return file >= 0 || (errno != ENOENT && errno != EOPNOTSUPP && errno != ENODEV);
}

void vtb_counting_system_read(struct vtb_counting_system *system)
{
    struct vtb_machine machine;
    const double paranoid = vtb_system_number("", "/proc/sys/kernel/perf_event_paranoid", "");
    vtb_machine_read(&machine);
    *system = (struct vtb_counting_system){
        .paranoid = isnan(paranoid) ? VTB_PARANOID_UNKNOWN : (int)paranoid,
        .filtered = vtb_system_number("", "/proc/self/status", "Seccomp:") == SECCOMP_FILTERS,
        .is_virtual = strcmp(vtb_machine_fact(&machine, "virtualised"), "yes") == 0,
        .has_pmu = has_pmu(),
    };
}

/* --- why not --- */

/* Whether an event is counted by the processor rather than by the kernel. */
static bool is_of_processor(const struct vtb_event *event)
{
    return event->attr.type == PERF_TYPE_HARDWARE || event->attr.type == PERF_TYPE_HW_CACHE ||
           event->attr.type == PERF_TYPE_RAW || event->attr.type >= PERF_TYPE_MAX;
}

/* The highest kernel.perf_event_paranoid at which a process without privileges may count the event
 * for itself. */
static int most_paranoid(const struct vtb_event *event)
{
    return event->attr.exclude_kernel ? 2 : 1;
}

static void put(char *text, const char *words)
{
    snprintf(text, VTB_EVENT_REASON_BYTES, "%s", words);
}

static void explain_permission(const struct vtb_event *event, int number,
                               const struct vtb_counting_system *system, char *text)
{
    const int most = most_paranoid(event);
    if (number == EPERM && system->filtered) /* the kernel itself would answer EACCES */
        put(text,
            "a seccomp filter keeps perf_event_open from this process, as containers do: "
            "start the container with CAP_PERFMON, or with a profile that allows it");
    else if (system->paranoid > most)
        snprintf(text, VTB_EVENT_REASON_BYTES,
                 "kernel.perf_event_paranoid is %d: run `sysctl kernel.perf_event_paranoid=%d` as "
                 "root, or give the program CAP_PERFMON",
                 system->paranoid, most);
    else if (system->paranoid == VTB_PARANOID_UNKNOWN)
        put(text, "kernel.perf_event_paranoid cannot be read: give the program CAP_PERFMON");
    else
        put(text,
            "by a security module, not by kernel.perf_event_paranoid: see its log, or give "
            "the program CAP_PERFMON");
}

static void explain_missing(const struct vtb_event *event, const struct vtb_counting_system *system,
                            char *text)
{
    if (!is_of_processor(event))
        put(text, "this kernel does not count it");
    else if (system->has_pmu)
        put(text, "the processor does not count it");
    else if (system->is_virtual)
        put(text,
            "this virtual machine has no PMU: switch the virtual PMU on in the host, or run "
            "on the host");
    else
        put(text, "the kernel has no PMU to count with: see its log, and the firmware's settings");
}

void vtb_event_explain(const struct vtb_event *event, int number,
                       const struct vtb_counting_system *system, char *reason, size_t reason_bytes)
{
    char text[VTB_EVENT_REASON_BYTES] = "";
    switch (number) {
    case EACCES:
    case EPERM:
        explain_permission(event, number, system, text);
        break;
    case ENOENT:
    case ENODEV:
    case EOPNOTSUPP:
        explain_missing(event, system, text);
        break;
    case EINVAL:
        put(text, event->of_machine ? "it counts for the whole machine, not for one process"
                                    : "this kernel or processor does not take its modifiers");
        break;
    case ENOSYS:
        put(text, system->filtered
                      ? "a seccomp filter has no perf_event_open: run outside of the container, or "
                        "with a profile that allows it"
                      : "this kernel was built without performance events");
        break;
    case EMFILE:
        put(text, "every event takes a file: raise `ulimit -n`");
        break;
    case ENFILE:
        put(text, "the whole system has too many: raise fs.file-max");
        break;
    case EBUSY:
        put(text, "something else has the PMU for itself");
        break;
    default:
        break;
    }
    snprintf(reason, reason_bytes, "%s%s%s", strerror(number), *text ? ": " : "", text);
}
