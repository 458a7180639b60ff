/* What the doctor says of the system around the processors: its virtual layers, its memory and
 * addresses. */
#include <math.h>
#include <string.h>

#include "base/prose.h"
#include "base/system_files.h"
#include "passes/doctor_rows.h"

/* --- whose machine it is --- */

void vtb_judge_virtualisation(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const char *answer = vtb_machine_fact(&examined->machine, "virtualised");
    const char *maker = vtb_machine_fact(&examined->machine, "machine_maker");
    const bool is_named = strcmp(maker, VTB_UNKNOWN) != 0;
    if (strcmp(answer, VTB_UNKNOWN) == 0) {
        vtb_doctor_unknown(fact,
                           "/proc/cpuinfo has no flags, or cannot be read; if it is a virtual "
                           "machine, others share its cores and caches",
                           "");
        return;
    }
    vtb_doctor_value(fact, "%s%s%s%s", answer, is_named ? " (" : "", is_named ? maker : "",
                     is_named ? ")" : "");
    if (strcmp(answer, "no") == 0)
        vtb_doctor_ok(fact, "no hypervisor shows itself: nobody outside takes time or caches");
    else
        vtb_doctor_warn(fact,
                        "other guests of the host share its caches and memory, and maybe the core: "
                        "times change by the minute, and nothing in here tells why",
                        "measure on a machine of your own, or repeat runs at other hours and "
                        "compare ratios alone");
}

void vtb_judge_container(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const char *container = vtb_machine_fact(&examined->machine, "container");
    if (strcmp(container, VTB_UNKNOWN) == 0) {
        vtb_doctor_unknown(fact, "/proc/self/cgroup cannot be read", "mount /proc");
        return;
    }
    vtb_doctor_value(fact, "%s", container);
    vtb_doctor_ok(fact, strcmp(container, "none") == 0
                            ? "there are no marks of one"
                            : "code runs as fast in it as outside; what may hurt, a quota or a "
                              "filter of system calls, is told by itself");
}

#define STOLEN_MAX 0.01

void vtb_judge_steal(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const char *since_boot = vtb_machine_fact(&examined->machine, "steal_since_boot");
    const double share = examined->idle.stolen_share;
    if (isnan(share)) {
        vtb_doctor_unknown(fact,
                           "/proc/stat cannot be read, or its clock did not advance during the "
                           "idle control",
                           "mount /proc; give --time 2 or more");
        return;
    }
    vtb_doctor_value(fact, "%.1f %% during the idle control; share since boot %s", share * 100,
                     since_boot);
    if (share <= STOLEN_MAX)
        vtb_doctor_ok(fact,
                      "the hypervisor, if there is one, admits to have taken next to nothing; "
                      "not all of them tell");
    else
        vtb_doctor_warn(fact,
                        "for so much of the time a processor was wanted the hypervisor ran another "
                        "guest: what is measured then stands still for ms",
                        "take a machine whose processors are not shared, or another hour");
}

/* --- memory --- */

/* Appends caches of the first processor, "L1 data 48 KiB". */
static void append_caches(struct vtb_doctor_fact *fact, const struct vtb_cpu_info *cpu)
{
    for (size_t i = 0; i < cpu->caches_n; i++) {
        const struct vtb_cache_info *cache = &cpu->caches[i];
        char bytes[VTB_NUMBER_BYTES];
        vtb_append_item(fact->value, sizeof fact->value, "L%d %s %s", cache->level, cache->type,
                        vtb_bytes_text(bytes, cache->size_bytes));
    }
}

void vtb_judge_caches(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    if (examined->cpu.caches_n == 0) {
        vtb_doctor_unknown(fact,
                           "/sys has no caches of the first processor; the default of "
                           "--gen0-budget does not follow the L3 cache then",
                           "give --gen0-budget, so that runs on two machines are alike");
        return;
    }
    append_caches(fact, &examined->cpu);
    vtb_doctor_ok(fact,
                  "for comparison: a table, a window or a nursery that outgrows one of them "
                  "takes more time for each access");
}

#define KIB 1024.0
#define FREE_MIN_BYTES (KIB * KIB * KIB)

static double memory_bytes(const struct vtb_examined *examined, const char *key)
{
    return vtb_system_number(examined->root, "/proc/meminfo", key) * KIB;
}

void vtb_judge_memory(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const double total = memory_bytes(examined, "MemTotal:");
    const double available = memory_bytes(examined, "MemAvailable:");
    char texts[2][VTB_NUMBER_BYTES];
    if (isnan(total) || isnan(available)) {
        vtb_doctor_unknown(fact, "/proc/meminfo does not tell it, or cannot be read",
                           "mount /proc");
        return;
    }
    vtb_doctor_value(fact, "%s of %s available", vtb_bytes_text(texts[0], available),
                     vtb_bytes_text(texts[1], total));
    if (available >= FREE_MIN_BYTES)
        vtb_doctor_ok(fact, "enough for what runs need by default");
    else
        vtb_doctor_warn(fact,
                        "little is left: a large window, table or trace may end the run, and the "
                        "kernel takes pages from it while it is measured",
                        "stop what uses memory; give --keys and --in-flight smaller values");
}

void vtb_judge_swap(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const double total = memory_bytes(examined, "SwapTotal:");
    const double used = total - memory_bytes(examined, "SwapFree:");
    char texts[2][VTB_NUMBER_BYTES];
    if (isnan(used)) {
        vtb_doctor_unknown(fact, "/proc/meminfo does not tell it, or cannot be read",
                           "mount /proc");
        return;
    }
    if (total > 0)
        vtb_doctor_value(fact, "%s of %s in use", vtb_bytes_text(texts[0], used),
                         vtb_bytes_text(texts[1], total));
    else
        vtb_doctor_value(fact, "none");
    if (used == 0)
        vtb_doctor_ok(fact, "no page has to come back from a disk");
    else
        vtb_doctor_warn(fact,
                        "memory was short once: pages that were moved out come back from a disk, "
                        "each in tens of us to ms, and it may happen to a run as well",
                        "stop what uses memory, then swapoff -a && swapon -a");
}

/* --- addresses and pages --- */

/* The flag of a process that has its addresses as they are by default: setarch -R sets it. */
#define ADDRESSES_ARE_FIXED 0x0040000ul

/* Whether this process is the exception; false if that cannot be read. */
static bool has_fixed_addresses(const char *root)
{
    char text[32];
    unsigned long flags;
    return vtb_system_text(root, "/proc/self/personality", "", text, sizeof text) &&
           sscanf(text, "%lx", &flags) == 1 && (flags & ADDRESSES_ARE_FIXED);
}

void vtb_judge_addresses(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const char *aslr = vtb_machine_fact(&examined->machine, "aslr");
    const bool fixed = has_fixed_addresses(examined->root);
    if (strcmp(aslr, VTB_UNKNOWN) == 0) {
        vtb_doctor_unknown(fact, "/proc/sys/kernel/randomize_va_space cannot be read",
                           "mount /proc");
        return;
    }
    vtb_doctor_value(fact, "randomize_va_space is %s%s", aslr,
                     fixed ? ", but off for this process" : "");
    if (strcmp(aslr, "2") == 0 && !fixed)
        vtb_doctor_ok(fact,
                      "every process has other addresses, so that the luck of one layout "
                      "shows as spread between processes, and is not taken for a result");
    else
        vtb_doctor_warn(fact,
                        "all runs have the same addresses, or some of them: a lucky layout comes "
                        "back every time, and no interval shows it",
                        fixed ? "start the program without setarch -R and outside of a debugger"
                              : "sysctl kernel.randomize_va_space=2");
}

/* The word in brackets, which is the chosen one of "always [madvise] never". */
static bool chosen_word(const char *words, char *word, size_t word_bytes)
{
    const char *start = strchr(words, '[');
    const size_t n = start ? strcspn(start + 1, "]") : 0;
    if (n == 0 || n >= word_bytes)
        return false;
    memcpy(word, start + 1, n);
    word[n] = '\0';
    return true;
}

void vtb_judge_huge_pages(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    char word[32];
    if (!chosen_word(vtb_machine_fact(&examined->machine, "transparent_hugepages"), word,
                     sizeof word)) {
        vtb_doctor_unknown(fact,
                           "/sys/kernel/mm/transparent_hugepage/enabled cannot be read: the kernel "
                           "was built without them, or /sys is not mounted",
                           "");
        return;
    }
    vtb_doctor_value(fact, "%s", word);
    if (strcmp(word, "always") == 0)
        vtb_doctor_warn(fact,
                        "large blocks get huge pages where the kernel finds some, in one run and "
                        "not in the next: it moves the times of whatever misses the caches",
                        "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
    else
        vtb_doctor_ok(fact,
                      "memory has small pages unless a library asks for huge ones, in every "
                      "run alike");
}
