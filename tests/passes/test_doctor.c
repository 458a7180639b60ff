#include "system_root.h"

#include "passes/doctor.h"

/* What is judged: a machine that is made up, of files below the root, and of what was measured. */
static struct vtb_examined examined;
static struct vtb_doctor_facts facts;
static char *no_environment[] = {"PATH=/bin", NULL};

/* A quiet machine, of which files still say nothing. */
static int make_machine(void **state)
{
    examined = (struct vtb_examined){
        .root = system_root,
        .cpu = {.caches = {{.type = "Data", .level = 1, .size_bytes = 32768}}, .caches_n = 1},
        .frequency = {.multiplication_ns = 1, .spread = 0.001},
        .idle = {.lasted_ns = 2000000000,
                 .readings_n = 80000001,
                 .gaps_n = 1,
                 .longest_ns = 20000,
                 .lost_ns = 20000,
                 .step_ns = 21,
                 .resolution_ns = 1},
        .hardware = {.name = "cycles"},
        .software = {.name = "page-faults"},
        .malloc_file = "/lib/libc.so.6",
        .libc_file = "/lib/libc.so.6",
        .environment = no_environment,
    };
    return make_system_root(state);
}

static const struct vtb_doctor_fact *judged(const char *name)
{
    vtb_machine_read_at(&examined.machine, system_root);
    vtb_doctor_judge(&facts, &examined);
    for (size_t i = 0; i < facts.n; i++) {
        if (strcmp(facts.items[i].fact, name) == 0)
            return &facts.items[i];
    }
    fail_msg("no fact '%s'", name);
    return NULL;
}

static void assert_fact(const char *name, enum vtb_doctor_level level, const char *value)
{
    const struct vtb_doctor_fact *fact = judged(name);
    if (fact->level != level || strcmp(fact->value, value) != 0)
        fail_msg("%s: '%s', %s", name, fact->value, vtb_doctor_level_words[fact->level]);
}

#define ok(name, value) assert_fact(name, VTB_DOCTOR_OK, value)
#define warning(name, value) assert_fact(name, VTB_DOCTOR_WARNING, value)
#define unknown(name, value) assert_fact(name, VTB_DOCTOR_UNKNOWN, value)

/* --- all of them --- */

/* Whatever a fact is: it is said in whole lines that are not cut off; a warning has a remedy. */
static void assert_well_said(void)
{
    static const char *const levels[] = {"ok", "warning", "unknown"};
    for (size_t i = 0; i < facts.n; i++) {
        const struct vtb_doctor_fact *fact = &facts.items[i];
        assert_one_line(fact->value);
        assert_one_line(fact->effect);
        assert_true(strlen(fact->effect) < sizeof fact->effect - 1);
        assert_true(strlen(fact->remedy) < sizeof fact->remedy - 1);
        assert_true(fact->level < VTB_DOCTOR_LEVELS_N);
        assert_string_equal(vtb_doctor_level_words[fact->level], levels[fact->level]);
        if (fact->level == VTB_DOCTOR_WARNING)
            assert_one_line(fact->remedy);
        if (fact->level == VTB_DOCTOR_OK)
            assert_string_equal(fact->remedy, "");
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(fact->fact, facts.items[j].fact);
    }
}

static void without_files_what_they_say_is_unknown(void **state)
{
    (void)state;
    static const char *const names[] = {
        "processors", "processor quota",  "throttling", "siblings (SMT)",    "frequency governor",
        "turbo",      "virtual machine",  "container",  "clock source",      "memory",
        "swap",       "random addresses", "huge pages", "processor pressure"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unknown(names[i], "unknown");
    assert_well_said();
}

/* Where nothing was measured either; and on this system, whatever it is. */
static void what_was_not_measured_is_unknown(void **state)
{
    (void)state;
    static const char *const names[] = {
        "run queue", "noise floor", "clock reading", "clock resolution",
        "caches",    "malloc",      "steal"};
    examined.idle = (struct vtb_idle_control){.stolen_share = NAN, .runnable_n = NAN};
    examined.cpu.caches_n = 0;
    examined.malloc_file = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unknown(names[i], "unknown");
    assert_well_said();
}

static void this_system_has_all_facts(void **state)
{
    (void)state;
    vtb_doctor_examine(&examined, "", 0.01);
    vtb_doctor_judge(&facts, &examined);
    assert_well_said();
    assert_true(facts.n > 0 && facts.n <= VTB_DOCTOR_FACTS_MAX);
    assert_true(examined.frequency.multiplication_ns > 0);
    assert_true(examined.idle.lasted_ns >= 10000000);
    assert_non_null(examined.malloc_file);
#ifndef UNDER_SANITIZER
    if (!getenv("LD_PRELOAD"))
        assert_string_equal(examined.malloc_file, examined.libc_file);
#endif
}

/* --- processors --- */

static void processors_that_may_be_used_are_counted(void **state)
{
    (void)state;
    system_file("/sys/devices/system/cpu/online", "0-3\n");
    system_file("/proc/self/status", "Cpus_allowed_list:\t1,3\n");
    ok("processors", "4 online, 2 for this process (1,3)");
    system_file("/proc/self/status", "Cpus_allowed_list:\t2\n");
    warning("processors", "4 online, 1 for this process (2)");
    assert_contains(judged("processors")->remedy, "taskset");
    system_file("/sys/devices/system/cpu/online", "2\n");
    warning("processors", "1 online, 1 for this process (2)");
}

/* The files of a group that the process is in, with what it may use of four processors. */
static void quota_of(const char *quota)
{
    system_file("/sys/devices/system/cpu/online", "0-3\n");
    system_file("/proc/self/status", "Cpus_allowed_list:\t0-3\n");
    system_file("/proc/self/cgroup", "0::/\n");
    system_file("/proc/self/mountinfo", "1 1 0:1 / /cg rw - cgroup2 cgroup2 rw\n");
    system_file("/cg/cpu.max", quota);
}

static void a_quota_below_the_processors_is_a_warning(void **state)
{
    (void)state;
    quota_of("max 100000\n");
    ok("processor quota", "none");
    ok("throttling", "none");
    quota_of("50000 100000\n");
    warning("processor quota", "0.5 processors");
    unknown("throttling", "unknown");
    system_file("/cg/cpu.stat", "nr_throttled 0\n");
    ok("throttling", "in 0 periods so far");
    system_file("/cg/cpu.stat", "nr_throttled 7\n");
    warning("throttling", "in 7 periods so far");
    quota_of("400000 100000\n");
    ok("processor quota", "4 processors");
    quota_of("399000 100000\n");
    warning("processor quota", "3.99 processors");
}

static void siblings_are_a_warning_and_may_be_hidden(void **state)
{
    (void)state;
    const char *path = "/sys/devices/system/cpu/cpu0/topology/thread_siblings_list";
    system_file("/sys/devices/system/cpu/online", "0-1\n");
    system_file("/proc/self/status", "Cpus_allowed_list:\t0\n");
    system_file("/proc/cpuinfo", "flags : fpu\n");
    system_file(path, "0-1\n");
    warning("siblings (SMT)", "0-1");
    assert_contains(judged("siblings (SMT)")->effect, "by a third to a half");
    system_file("/sys/devices/system/cpu/online", "0\n"); /* the sibling was taken offline */
    ok("siblings (SMT)", "none to be seen");
    system_file("/proc/cpuinfo", "flags : fpu hypervisor\n");
    unknown("siblings (SMT)", "none to be seen");
}

static void a_busy_sibling_is_a_warning(void **state)
{
    (void)state;
    static const char core[] = "state of the core";
    examined.core = (struct vtb_probe_shares){.readings_n = 1000, .quiet = 0.95, .busy = 0.05};
    ok(core, "quiet in 95 % of 1000 readings, busy in 5 %");
    examined.core.quiet = 0.3;
    examined.core.busy = 0.6;
    warning(core, "quiet in 30 % of 1000 readings, busy in 60 %");
    assert_contains(judged(core)->effect, "another thread of the same core works");
    examined.core.busy = 0.1;
    warning(core, "quiet in 30 % of 1000 readings, busy in 10 %");
    assert_contains(judged(core)->effect, "changes within microseconds");
    examined.core.readings_n = 0;
    unknown(core, "unknown");
}

static void a_clock_that_follows_the_load_is_a_warning(void **state)
{
    (void)state;
    const char *path = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
    system_file(path, "powersave\n");
    warning("frequency governor", "powersave");
    system_file(path, "performance\n");
    ok("frequency governor", "performance");
    system_file("/sys/devices/system/cpu/cpufreq/boost", "1\n");
    warning("turbo", "on");
    system_file("/sys/devices/system/cpu/cpufreq/boost", "0\n");
    ok("turbo", "off");
    ok("frequency drift", "0.10 % between 10 parts; 1.000 ns a dependent multiplication");
    examined.frequency.spread = 0.0213;
    warning("frequency drift", "2.13 % between 10 parts; 1.000 ns a dependent multiplication");
}

static void what_else_runs_is_a_warning(void **state)
{
    (void)state;
    ok("run queue", "0 other threads running or waiting");
    examined.idle.runnable_n = 1;
    warning("run queue", "1 other thread running or waiting");
    system_file("/proc/pressure/cpu", "some avg10=1.00 avg60=50.00 avg300=50.00 total=1\n");
    ok("processor pressure", "1.0 % of the last 10 s");
    system_file("/proc/pressure/cpu", "some avg10=1.26 avg60=0.00 avg300=0.00 total=1\n");
    warning("processor pressure", "1.3 % of the last 10 s");
}

/* --- the system --- */

static void a_hypervisor_is_a_warning_and_a_container_is_none(void **state)
{
    (void)state;
    system_file("/proc/cpuinfo", "flags : fpu hypervisor\n");
    system_file("/sys/class/dmi/id/sys_vendor", "QEMU\n");
    warning("virtual machine", "yes (QEMU)");
    system_file("/proc/cpuinfo", "flags : fpu\n");
    ok("virtual machine", "no (QEMU)");
    system_file("/proc/self/cgroup", "0::/\n");
    ok("container", "none");
    system_file("/.dockerenv", "");
    ok("container", "docker");
}

static void stolen_time_is_a_warning(void **state)
{
    (void)state;
    system_file("/proc/stat", "cpu  1 0 1 5 0 0 0 1 0 0\n");
    ok("steal", "0.0 % during the idle control; share since boot 0.1250");
    examined.idle.stolen_share = 0.03;
    warning("steal", "3.0 % during the idle control; share since boot 0.1250");
}

static void memory_that_is_short_is_a_warning(void **state)
{
    (void)state;
    system_file("/proc/meminfo",
                "MemTotal: 4194304 kB\nMemFree: 1 kB\nMemAvailable: 2097152 kB\n"
                "SwapTotal: 0 kB\nSwapFree: 0 kB\n");
    ok("memory", "2.0 GiB of 4.0 GiB available");
    ok("swap", "none");
    system_file("/proc/meminfo",
                "MemTotal: 4194304 kB\nMemAvailable: 524288 kB\n"
                "SwapTotal: 2048 kB\nSwapFree: 2048 kB\n");
    warning("memory", "512.0 MiB of 4.0 GiB available");
    ok("swap", "0 B of 2.0 MiB in use");
    system_file("/proc/meminfo", "SwapTotal: 2048 kB\nSwapFree: 1024 kB\n");
    warning("swap", "1.0 MiB of 2.0 MiB in use");
    unknown("memory", "unknown");
    ok("caches", "L1 Data 32.0 KiB");
}

static void addresses_that_stay_are_a_warning(void **state)
{
    (void)state;
    const char *path = "/proc/sys/kernel/randomize_va_space";
    system_file(path, "2\n");
    ok("random addresses", "randomize_va_space is 2");
    system_file("/proc/self/personality", "00000000\n");
    ok("random addresses", "randomize_va_space is 2");
    system_file("/proc/self/personality", "00040000\n");
    warning("random addresses", "randomize_va_space is 2, but off for this process");
    assert_contains(judged("random addresses")->remedy, "setarch -R");
    system_file("/proc/self/personality", "00000000\n");
    system_file(path, "0\n");
    warning("random addresses", "randomize_va_space is 0");
    assert_contains(judged("random addresses")->remedy, "sysctl");
}

static void huge_pages_by_luck_are_a_warning(void **state)
{
    (void)state;
    const char *path = "/sys/kernel/mm/transparent_hugepage/enabled";
    system_file(path, "always [madvise] never\n");
    ok("huge pages", "madvise");
    system_file(path, "[always] madvise never\n");
    warning("huge pages", "always");
    system_file(path, "always madvise never\n");
    unknown("huge pages", "unknown");
}

/* --- the clock --- */

static void a_slow_clock_is_a_warning(void **state)
{
    (void)state;
    const char *path = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    system_file(path, "tsc\n");
    ok("clock source", "tsc");
    system_file(path, "hpet\n");
    warning("clock source", "hpet");
    ok("clock reading", "25.0 ns");
    ok("clock resolution", "1 ns by the kernel; readings differ by 21 ns or more");
    examined.idle.readings_n = 2000001;
    warning("clock reading", "1000.0 ns");
    examined.idle.step_ns = 1000;
    warning("clock resolution", "1 ns by the kernel; readings differ by 1000 ns or more");
    examined.idle.step_ns = 21;
    examined.idle.resolution_ns = 4000000;
    warning("clock resolution", "4000000 ns by the kernel; readings differ by 21 ns or more");
}

static void a_clock_that_jumps_is_a_warning(void **state)
{
    (void)state;
    ok("clock jumps", "none");
    examined.idle.jumps_n = 2;
    examined.idle.longest_jump_ns = 1234500;
    warning("clock jumps", "2 against CLOCK_MONOTONIC_RAW, the longest 1234.5 us; back 0 times");
    examined.idle = (struct vtb_idle_control){.backwards_n = 1};
    warning("clock jumps", "0 against CLOCK_MONOTONIC_RAW, the longest 0.0 us; back 1 time");
}

static void many_gaps_or_much_lost_time_are_a_warning(void **state)
{
    (void)state;
    struct vtb_idle_control *idle = &examined.idle;
    ok("noise floor",
       "0 gaps above 10 us a second, the longest 20 us, 0.00 % of the time lost; "
       "in 2 s");
    idle->gaps_n = 2000;
    warning("noise floor",
            "1000 gaps above 10 us a second, the longest 20 us, 0.00 % of the "
            "time lost; in 2 s");
    idle->gaps_n = 1;
    idle->longest_ns = 20000000;
    idle->lost_ns = 20000000;
    warning("noise floor",
            "0 gaps above 10 us a second, the longest 20 ms, 1.00 % of the time "
            "lost; in 2 s");
}

/* --- software --- */

static void what_cannot_be_counted_says_why(void **state)
{
    (void)state;
    ok("hardware counters", "cycles can be counted");
    ok("software counters", "page-faults can be counted");
    strcpy(examined.hardware.reason, "the reason");
    strcpy(examined.software.reason, "another reason");
    warning("hardware counters", "cycles cannot be counted");
    assert_string_equal(judged("hardware counters")->remedy, "the reason");
    warning("software counters", "page-faults cannot be counted");
    assert_string_equal(judged("software counters")->remedy, "another reason");
}

static void another_malloc_is_a_warning(void **state)
{
    (void)state;
    ok("malloc", "/lib/libc.so.6");
    examined.malloc_file = "/lib/libother.so";
    warning("malloc", "/lib/libother.so");
    assert_contains(judged("malloc")->remedy, "unset LD_PRELOAD");
}

static void variables_of_allocators_are_a_warning(void **state)
{
    (void)state;
    static char *environment[] = {"PATH=/bin", "MALLOC_ARENA_MAX=1", "HOME=/", "GC_NPROCS=2", NULL};
    ok("environment", "nothing for a heap");
    examined.environment = environment;
    ok("environment", "MALLOC_ARENA_MAX=1, GC_NPROCS=2");
    assert_contains(judged("environment")->effect, "--keep-environment");
}

static void the_build_and_versions_are_told(void **state)
{
    (void)state;
    const struct vtb_machine *machine = &examined.machine;
    const struct vtb_doctor_fact *build = judged("build");
    const char *flags = vtb_machine_fact(machine, "cell_flags");
    const bool released = strcmp(vtb_machine_fact(machine, "build_type"), "Release") == 0;
    const bool checked = strstr(flags, "-DVTB_CHECKED=1") != NULL;
    assert_int_equal(build->level, released && !checked ? VTB_DOCTOR_OK : VTB_DOCTOR_WARNING);
    assert_begins(build->value, vtb_machine_fact(machine, "build_type"));
    assert_contains(build->value, flags);
    const char *versions = judged("versions")->value;
    assert_contains(versions, vtb_machine_fact(machine, "compiler"));
    assert_contains(versions, vtb_machine_fact(machine, "libc"));
    assert_contains(versions, vtb_machine_fact(machine, "kernel"));
    assert_contains(versions, "Google Benchmark 1.");
    assert_contains(versions, "libpfm 4");
}

int main(void)
{
#define OF_MACHINE(test) cmocka_unit_test_setup_teardown(test, make_machine, remove_system_root)
    const struct CMUnitTest tests[] = {
        OF_MACHINE(without_files_what_they_say_is_unknown),
        OF_MACHINE(what_was_not_measured_is_unknown),
        OF_MACHINE(this_system_has_all_facts),
        OF_MACHINE(processors_that_may_be_used_are_counted),
        OF_MACHINE(a_quota_below_the_processors_is_a_warning),
        OF_MACHINE(siblings_are_a_warning_and_may_be_hidden),
        OF_MACHINE(a_busy_sibling_is_a_warning),
        OF_MACHINE(a_clock_that_follows_the_load_is_a_warning),
        OF_MACHINE(what_else_runs_is_a_warning),
        OF_MACHINE(a_hypervisor_is_a_warning_and_a_container_is_none),
        OF_MACHINE(stolen_time_is_a_warning),
        OF_MACHINE(memory_that_is_short_is_a_warning),
        OF_MACHINE(addresses_that_stay_are_a_warning),
        OF_MACHINE(huge_pages_by_luck_are_a_warning),
        OF_MACHINE(a_slow_clock_is_a_warning),
        OF_MACHINE(a_clock_that_jumps_is_a_warning),
        OF_MACHINE(many_gaps_or_much_lost_time_are_a_warning),
        OF_MACHINE(what_cannot_be_counted_says_why),
        OF_MACHINE(another_malloc_is_a_warning),
        OF_MACHINE(variables_of_allocators_are_a_warning),
        OF_MACHINE(the_build_and_versions_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
