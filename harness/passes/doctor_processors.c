/* What the doctor says of the processors: how many there are to be had, how fast, and who else
 * wants them. */
#include <math.h>
#include <string.h>

#include "base/prose.h"
#include "base/system_files.h"
#include "passes/doctor_rows.h"

static const char *machine_fact(const struct vtb_examined *examined, const char *key)
{
    return vtb_machine_fact(&examined->machine, key);
}

/* --- how many --- */

void vtb_judge_processors(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const struct vtb_processors *processors = &examined->machine.processors;
    if (!*processors->allowed || processors->online_n == 0) {
        vtb_doctor_unknown(
            fact, "the lists of processors in /sys and in /proc/self/status cannot be read",
            "mount /proc and /sys");
        return;
    }
    vtb_doctor_value(fact, "%zu online, %zu for this process (%s)", processors->online_n,
                     processors->allowed_n, processors->allowed);
    if (processors->allowed_n > 1)
        vtb_doctor_ok(fact,
                      "the measured thread and whatever else runs need not take turns; "
                      "--threads and --completer thread may use as many as the process may");
    else if (processors->online_n > 1)
        vtb_doctor_warn(fact,
                        "whatever else runs there takes turns with what is measured, and so do "
                        "several threads of a run: --threads and --completer thread mean little",
                        "allow two or more: taskset -c LIST, or the container's cpuset");
    else
        vtb_doctor_warn(fact,
                        "everything that runs takes turns with what is measured, and so do several "
                        "threads of a run: --threads and --completer thread mean little",
                        "measure on a machine with two processors or more");
}

void vtb_judge_quota(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const struct vtb_processors *processors = &examined->machine.processors;
    const double quota = processors->limit.processors;
    char number[VTB_NUMBER_BYTES];
    if (quota <= 0) {
        vtb_doctor_unknown(fact,
                           "the control group of this process is not found in /proc/self/cgroup "
                           "and /proc/self/mountinfo; if it has a quota, the kernel stops what is "
                           "measured again and again",
                           "mount /proc, and the control groups below /sys/fs/cgroup");
        return;
    }
    if (isinf(quota))
        vtb_doctor_value(fact, "none");
    else
        vtb_doctor_value(fact, "%s processor%s", vtb_decimal_text(number, quota, 3),
                         vtb_plural(quota, "", "s"));
    if (isinf(quota))
        vtb_doctor_ok(fact, "no control group limits how much of a processor the process gets");
    else if (processors->allowed_n == 0 || quota < (double)processors->allowed_n)
        vtb_doctor_warn(fact,
                        "when the quota is used up the kernel stops the process until the next "
                        "period, mostly for tens of ms: some epochs and pauses are far too long, "
                        "and a run with more threads than that is slowed down as a whole",
                        "raise or remove it: docker run --cpus, Kubernetes' limits.cpu, systemd's "
                        "CPUQuota, or cpu.max of the control group");
    else
        vtb_doctor_ok(fact, "it is as much as the processors that the process may use can do");
}

void vtb_judge_throttling(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const struct vtb_cpu_limit *limit = &examined->machine.processors.limit;
    if (isnan(limit->throttled_n) && isinf(limit->processors)) {
        vtb_doctor_value(fact, "none");
        vtb_doctor_ok(fact, "without a quota the kernel never stops the process for one");
        return;
    }
    if (isnan(limit->throttled_n)) {
        vtb_doctor_unknown(fact,
                           "no control group around this process has a cpu.stat that can be "
                           "read, so that nobody tells whether the kernel stopped it",
                           "mount the control groups below /sys/fs/cgroup");
        return;
    }
    vtb_doctor_value(fact, "in %.0f period%s so far", limit->throttled_n,
                     vtb_plural(limit->throttled_n, "", "s"));
    if (limit->throttled_n == 0)
        vtb_doctor_ok(fact, "the kernel has not yet stopped the control group for its quota");
    else
        vtb_doctor_warn(fact,
                        "in so many periods the kernel stopped the control group because its quota "
                        "was used up; what is measured meanwhile takes tens of ms longer",
                        "raise or remove the quota, or run less at once in the group");
}

void vtb_judge_siblings(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const struct vtb_processors *processors = &examined->machine.processors;
    const bool is_real = strcmp(machine_fact(examined, "virtualised"), "no") == 0;
    if (!processors->siblings_known) {
        vtb_doctor_unknown(fact,
                           "thread_siblings_list of the processors in /sys cannot be read; a busy "
                           "sibling slows everything by a third to a half",
                           "mount /sys");
        return;
    }
    vtb_doctor_value(fact, "%s", *processors->siblings ? processors->siblings : "none to be seen");
    if (*processors->siblings)
        vtb_doctor_warn(fact,
                        "these processors share a core: a busy sibling slows everything by a third "
                        "to a half, and not all strategies alike, so that ratios change too",
                        "keep siblings idle, or take them offline for the run: "
                        "echo off > /sys/devices/system/cpu/smt/control");
    else if (is_real)
        vtb_doctor_ok(fact, "each processor has a core of its own");
    else
        vtb_doctor_unknown(
            fact,
            "a virtual machine hides them: its processor may well share a core with "
            "another guest, and a busy sibling slows everything by a third to a half",
            "take a machine with whole cores of its own, or repeat runs at other "
            "hours and compare ratios alone");
}

/* Shares of the readings from which on a core is said to be quiet, and to be shared. */
#define QUIET_SHARE_MIN 0.9
#define BUSY_SHARE_MAX 0.1

void vtb_judge_core(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const struct vtb_probe_shares *core = &examined->core;
    if (core->readings_n == 0) {
        vtb_doctor_unknown(fact, "no reading of the probe was taken", "watch longer: --time 1");
        return;
    }
    vtb_doctor_value(fact, "quiet in %.0f %% of %zu readings, busy in %.0f %%", 100 * core->quiet,
                     core->readings_n, 100 * core->busy);
    if (core->busy <= BUSY_SHARE_MAX && core->quiet >= QUIET_SHARE_MIN)
        vtb_doctor_ok(fact, "nothing else uses the core's arithmetic units, whoever else runs");
    else if (core->busy > BUSY_SHARE_MAX)
        vtb_doctor_warn(fact,
                        "another thread of the same core works, if only in another machine's name: "
                        "times are a third to a half longer, and ratios are others. Runs keep the "
                        "states apart, and have fewer epochs for each",
                        "stop what else runs; if nothing does, measure at another hour, or where "
                        "the core is yours alone");
    else
        vtb_doctor_warn(fact,
                        "the core's speed changes within microseconds: epochs in no certain state "
                        "are left out of figures, whose intervals are wider",
                        "stop what else runs, or measure longer: --sessions, --time");
}

/* --- how fast --- */

void vtb_judge_governor(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const char *governor = machine_fact(examined, "governor");
    if (strcmp(governor, VTB_UNKNOWN) == 0) {
        vtb_doctor_unknown(fact,
                           "no scaling_governor in /sys: the firmware or the host sets the clock, "
                           "or the kernel has no driver for it; see the frequency drift",
                           "");
        return;
    }
    vtb_doctor_value(fact, "%s", governor);
    if (strcmp(governor, "performance") == 0)
        vtb_doctor_ok(fact, "the clock is not lowered when there is little to do");
    else
        vtb_doctor_warn(fact,
                        "the clock follows the load: what is measured first runs on a slow clock, "
                        "and times of two runs differ",
                        "cpupower frequency-set -g performance");
}

void vtb_judge_turbo(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const char *turbo = machine_fact(examined, "turbo");
    if (strcmp(turbo, VTB_UNKNOWN) == 0) {
        vtb_doctor_unknown(fact,
                           "neither intel_pstate/no_turbo nor cpufreq/boost is in /sys: the host "
                           "or the firmware decides; see the frequency drift",
                           "");
        return;
    }
    vtb_doctor_value(fact, "%s", turbo);
    if (strcmp(turbo, "off") == 0)
        vtb_doctor_ok(fact, "the clock does not rise with idle neighbours and fall with heat");
    else
        vtb_doctor_warn(fact,
                        "the clock rises while neighbouring cores are idle, and falls as the chip "
                        "grows warm: times of two runs differ, and the first minute from the rest",
                        "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo, or "
                        "echo 0 > /sys/devices/system/cpu/cpufreq/boost");
}

/* Ratios are of paired rounds, which a slow drift hardly reaches; times in ns have all of it. */
#define DRIFT_MAX 0.02

void vtb_judge_frequency(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const struct vtb_frequency *frequency = &examined->frequency;
    vtb_doctor_value(fact, "%.2f %% between %d parts; %.3f ns a dependent multiplication",
                     frequency->spread * 100, VTB_FREQUENCY_PARTS_N, frequency->multiplication_ns);
    if (frequency->spread < DRIFT_MAX)
        vtb_doctor_ok(fact, "the processor's clock ran steadily while it was looked at");
    else
        vtb_doctor_warn(fact,
                        "the processor's clock changed its speed within a moment, and times in ns "
                        "with it; ratios of paired rounds mostly stay",
                        "set the governor and turbo as above, and let the machine grow warm; on a "
                        "virtual machine it is the host's to set");
}

/* --- who else --- */

void vtb_judge_run_queue(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const double others_n = examined->idle.runnable_n;
    if (isnan(others_n)) {
        vtb_doctor_unknown(fact, "/proc/loadavg cannot be read", "mount /proc");
        return;
    }
    vtb_doctor_value(fact, "%.0f other thread%s running or waiting", others_n,
                     vtb_plural(others_n, "", "s"));
    if (others_n == 0)
        vtb_doctor_ok(fact, "nothing else wanted a processor before or after the idle control");
    else
        vtb_doctor_warn(fact,
                        "what else runs takes processors, caches and memory from what is measured: "
                        "intervals grow wide, and small differences are not seen",
                        "stop it: top shows what it is");
}

/* The share of the last ten seconds in which some thread waited. */
#define WAITING_MAX 0.01

void vtb_judge_pressure(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const double share = examined->machine.processors.waiting_share;
    if (isnan(share)) {
        vtb_doctor_unknown(fact,
                           "/proc/pressure/cpu cannot be read: the kernel was built without it, or "
                           "started without psi=1",
                           "boot with psi=1");
        return;
    }
    vtb_doctor_value(fact, "%.1f %% of the last 10 s", share * 100);
    if (share <= WAITING_MAX)
        vtb_doctor_ok(fact, "hardly any thread had to wait for a processor");
    else
        vtb_doctor_warn(fact,
                        "for so long some thread was ready to run and had no processor: a measured "
                        "one may have to wait as well, for some ms at a time",
                        "stop what else runs, or measure once it has ended");
}
