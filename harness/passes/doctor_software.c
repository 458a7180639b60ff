/* What the doctor says of software: what can be counted, who allocates, and which versions there
 * are. */
#include <string.h>

#include <perfmon/pfmlib.h>

#include "base/prose.h"
#include "base/system_files.h"
#include "build_info.h"
#include "passes/doctor_rows.h"
#include "passes/environment.h"

/* --- counters --- */

static void judge_counters(struct vtb_doctor_fact *fact, const struct vtb_event *event,
                           const char *if_not)
{
    vtb_doctor_value(fact, "%s can%s be counted", event->name, *event->reason ? "not" : "");
    if (*event->reason)
        vtb_doctor_warn(fact, if_not, event->reason);
    else
        vtb_doctor_ok(fact, "--events has it, and what else `run_bench list --events` shows");
}

void vtb_judge_hardware_counters(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    judge_counters(fact, &examined->hardware,
                   "--events has no cycles, instructions or cache misses here, so that they cannot "
                   "say why a time is what it is; times, allocations and --instructions need none");
}

void vtb_judge_software_counters(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    judge_counters(fact, &examined->software,
                   "--events has no page faults or context switches here; times, allocations and "
                   "--instructions need none");
}

/* --- who allocates --- */

void vtb_judge_malloc(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    if (!examined->malloc_file || !examined->libc_file) {
        vtb_doctor_unknown(fact, "the dynamic linker does not tell whose malloc it is", "");
        return;
    }
    vtb_doctor_value(fact, "%s", examined->malloc_file);
    if (strcmp(examined->malloc_file, examined->libc_file) == 0)
        vtb_doctor_ok(fact, "it is the C library's, as the heap of that name is meant to be");
    else
        vtb_doctor_warn(
            fact,
            "something took malloc's place: what is reported as the C library's heap is "
            "this one, and so is what the harness itself allocates",
            "unset LD_PRELOAD, and take that library out of /etc/ld.so.preload; or "
            "choose the allocator by --heap");
}

void vtb_judge_environment(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    for (char *const *at = examined->environment; *at; at++) {
        if (vtb_environment_reaches_heap(*at))
            vtb_append_item(fact->value, sizeof fact->value, "%s", *at);
    }
    if (*fact->value) {
        vtb_doctor_ok(fact,
                      "an allocator, a collector or the dynamic linker reads this: it is "
                      "taken out of what is measured, unless --keep-environment is given");
        return;
    }
    vtb_doctor_value(fact, "nothing for a heap");
    vtb_doctor_ok(fact, "every allocator and collector is as it is by default");
}

/* --- versions --- */

void vtb_judge_build(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const char *type = vtb_machine_fact(&examined->machine, "build_type");
    const char *flags = vtb_machine_fact(&examined->machine, "cell_flags");
    vtb_doctor_value(fact, "%s, cells with %s", type, flags);
    if (strcmp(type, "Release") != 0)
        vtb_doctor_warn(fact, "its times say nothing about code that is optimised",
                        "build the preset `release`, as ./run_bench does");
    else if (strstr(flags, "-DVTB_CHECKED=1"))
        vtb_doctor_warn(fact, "the strategies' rules are checked in every cell, which takes time",
                        "configure with -DVTB_CHECKED=0");
    else
        vtb_doctor_ok(fact, "optimised, and without checks in what is measured");
}

void vtb_judge_versions(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const struct vtb_machine *machine = &examined->machine;
    vtb_doctor_value(fact, "valuetask-bench %s, %s, %s, %s, Google Benchmark %s, libpfm %d",
                     vtb_machine_fact(machine, "version"), vtb_machine_fact(machine, "compiler"),
                     vtb_machine_fact(machine, "libc"), vtb_machine_fact(machine, "kernel"),
                     VTB_BENCHMARK_VERSION, PFM_MAJ_VERSION(pfm_get_version()));
    vtb_doctor_ok(fact,
                  "for comparison: counts of two machines agree if compiler, flags and C "
                  "library do, which the fingerprint of a result file says");
}
