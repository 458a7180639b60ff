#include "system_root.h"

#include <sys/utsname.h>
#include <unistd.h>

#include "cells/load.h"
#include "passes/machine.h"

static struct vtb_machine machine;

static int read_machine(void **state)
{
    (void)state;
    vtb_machine_read(&machine);
    return 0;
}

static int back_to_this_system(void **state)
{
    return remove_system_root(state) + read_machine(state);
}

static const char *fact(const char *key)
{
    return vtb_machine_fact(&machine, key);
}

/* Whatever the machine is: every key is there, once, with a value or with a word that says that
 * there is none. */
static void every_fact_has_a_value(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "version",
        "git_revision",
        "compiler",
        "build_type",
        "cell_flags",
        "libc",
        "kernel",
        "architecture",
        "fingerprint",
        "cpu_model",
        "isa",
        "virtualised",
        "machine_maker",
        "container",
        "affinity",
        "smt_siblings",
        "cpu_quota",
        "throttled",
        "governor",
        "turbo",
        "steal_since_boot",
        "steal_during_run",
        "waiting_during_run",
        "aslr",
        "transparent_hugepages",
    };
    assert_int_equal(machine.facts_n, sizeof keys / sizeof *keys);
    for (size_t i = 0; i < machine.facts_n; i++) {
        assert_string_equal(machine.facts[i].key, keys[i]);
        assert_one_line(machine.facts[i].value);
        assert_ptr_equal(fact(keys[i]), machine.facts[i].value);
    }
}

static void facts_are_those_of_the_system(void **state)
{
    (void)state;
    struct utsname system;
    char kernel[sizeof system.sysname + sizeof system.release + 1];
    assert_int_equal(uname(&system), 0);
    snprintf(kernel, sizeof kernel, "%s %s", system.sysname, system.release);
    assert_string_equal(fact("kernel"), kernel);
    assert_string_equal(fact("architecture"), system.machine);
    assert_string_equal(fact("compiler"), vtb_cells_compiler());
    assert_begins(fact("libc"), "glibc 2.");
}

static void is_one_of(const char *key, const char *const *words)
{
    for (; *words; words++) {
        if (strcmp(fact(key), *words) == 0)
            return;
    }
    fail_msg("%s: '%s'", key, fact(key));
}

#define ONE_OF(key, ...) is_one_of(key, (const char *const[]){__VA_ARGS__, "unknown", NULL})

static void what_the_kernel_says_in_numbers_is_told_in_words(void **state)
{
    (void)state;
    char *end;
    ONE_OF("virtualised", "yes", "no");
    ONE_OF("turbo", "on", "off");
    ONE_OF("aslr", "0", "1", "2");
    ONE_OF("isa", "avx512", "avx2", "sse2");
    if (strcmp(fact("steal_since_boot"), "unknown") == 0)
        return;
    const double share = strtod(fact("steal_since_boot"), &end);
    assert_string_equal(end, "");
    assert_true(share >= 0 && share <= 1);
}

/* What must agree for counts and instructions to be compared. */
static void the_fingerprint_is_made_of_what_decides_the_code(void **state)
{
    (void)state;
    char rule[VTB_DIGEST_BYTES];
    char expected[sizeof machine.facts->value + 64];
    vtb_cells_rule(rule);
    snprintf(expected, sizeof expected, "%s; %s; rule %.12s; %s; %s", fact("compiler"),
             fact("cell_flags"), rule, fact("libc"), fact("architecture"));
    assert_string_equal(fact("fingerprint"), expected);
}

static void a_fact_that_there_is_not_is_unknown(void **state)
{
    (void)state;
    const struct vtb_machine none = {.facts_n = 0};
    assert_string_equal(fact("nosuch"), "unknown");
    assert_string_equal(fact(""), "unknown");
    assert_string_equal(vtb_machine_fact(&none, "kernel"), "unknown");
}

/* --- another system, whose files are made up --- */

static void another_system_is_told_by_its_files(void **state)
{
    (void)state;
    static const char *const facts[][2] = {
        {"cpu_model", "Made Up 9000"},
        {"virtualised", "yes"},
        {"machine_maker", "QEMU Standard PC"},
        {"container", "kubepods"},
        {"affinity", "0-1"},
        {"smt_siblings", "0,1"},
        {"cpu_quota", "0.5"},
        {"throttled", "12"},
        {"governor", "powersave"},
        {"turbo", "off"},
        {"steal_since_boot", "0.2500"},
        {"aslr", "2"},
        {"transparent_hugepages", "always [madvise] never"},
    };
    system_file("/proc/cpuinfo", "model name\t: Made Up 9000\nflags\t\t: fpu hypervisor sse\n");
    system_file("/sys/class/dmi/id/sys_vendor", "QEMU\n");
    system_file("/sys/class/dmi/id/product_name", "Standard PC\n");
    system_file("/proc/self/cgroup", "0::/kubepods/pod1\n");
    system_file("/proc/self/mountinfo", "1 1 0:1 /kubepods/pod1 /cg rw - cgroup2 cgroup2 rw\n");
    system_file("/cg/cpu.max", "50000 100000\n");
    system_file("/cg/cpu.stat", "nr_throttled 12\n");
    system_file("/sys/devices/system/cpu/online", "0-1\n");
    system_file("/proc/self/status", "Cpus_allowed_list:\t0-1\n");
    system_file("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list", "0,1\n");
    system_file("/sys/devices/system/cpu/cpu1/topology/thread_siblings_list", "0,1\n");
    system_file("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
    system_file("/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
    system_file("/proc/stat", "cpu  1 0 1 1 0 0 0 1 0 0\n");
    system_file("/proc/sys/kernel/randomize_va_space", "2\n");
    system_file("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    vtb_machine_read_at(&machine, system_root);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        assert_string_equal(fact(facts[i][0]), facts[i][1]);
}

static void what_another_system_does_not_say_is_unknown(void **state)
{
    (void)state;
    static const char *const keys[] = {"cpu_model",
                                       "virtualised",
                                       "machine_maker",
                                       "container",
                                       "affinity",
                                       "smt_siblings",
                                       "cpu_quota",
                                       "throttled",
                                       "governor",
                                       "turbo",
                                       "steal_since_boot",
                                       "aslr",
                                       "transparent_hugepages"};
    vtb_machine_read_at(&machine, system_root);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_string_equal(fact(keys[i]), "unknown");
}

/* By drivers that say the opposite of each other, firmware that says nothing, and the marks of
 * containers. */
static void one_thing_is_told_in_several_ways(void **state)
{
    (void)state;
    system_file("/sys/devices/system/cpu/cpufreq/boost", "1\n");
    system_file("/sys/devices/system/clocksource/clocksource0/available_clocksource",
                "tsc kvm-clock\n");
    system_file("/proc/self/cgroup", "0::/user.slice\n");
    vtb_machine_read_at(&machine, system_root);
    assert_string_equal(fact("turbo"), "on");
    assert_string_equal(fact("machine_maker"), "KVM");
    assert_string_equal(fact("container"), "none");
    system_file("/.dockerenv", "");
    vtb_machine_read_at(&machine, system_root);
    assert_string_equal(fact("container"), "docker");
    system_file("/run/systemd/container", "systemd-nspawn\n");
    vtb_machine_read_at(&machine, system_root);
    assert_string_equal(fact("container"), "systemd-nspawn");
}

/* --- warnings: of a made-up machine, behind which stand those of the build --- */

#define WARNINGS_MAX 8

static char warnings[WARNINGS_MAX][200];

/* A load below 0 is one that is not known. */
static size_t warnings_of(double load, const char *governor)
{
    struct vtb_machine of = {.load_average = {fabs(load)}, .load_average_n = load < 0 ? 0 : 3};
    if (governor) {
        of.facts[of.facts_n].key = "governor";
        snprintf(of.facts[of.facts_n++].value, sizeof of.facts->value, "%s", governor);
    }
    memset(warnings, 0, sizeof warnings);
    const size_t n = vtb_machine_warnings(&of, 1, warnings, WARNINGS_MAX);
    for (size_t i = 0; i < n; i++)
        assert_one_line(warnings[i]);
    return n;
}

static void a_quiet_machine_has_the_build_s_warnings_alone(void **state)
{
    (void)state;
    const size_t of_build = warnings_of(0, NULL);
    assert_int_equal(of_build, (strcmp(fact("build_type"), "Release") != 0) +
                                   (strstr(fact("cell_flags"), "-DVTB_CHECKED=1") != NULL));
    assert_int_equal(warnings_of(0, "performance"), of_build);
    assert_int_equal(warnings_of(0, "unknown"), of_build);
    assert_int_equal(warnings_of(-1e6, NULL), of_build);
}

/* The mean load may be that of the run before this one, which has ended. */
static void a_load_that_is_over_is_not_told(void **state)
{
    (void)state;
    assert_int_equal(warnings_of(1e6, NULL), warnings_of(0, NULL));
}

static void clocks_that_vary_are_told(void **state)
{
    (void)state;
    const size_t of_build = warnings_of(0, NULL);
    assert_int_equal(warnings_of(0, "powersave"), of_build + 1);
    assert_begins(warnings[0], "the frequency governor is 'powersave': ");
    assert_int_equal(warnings_of(1e6, "schedutil"), of_build + 1);
    assert_begins(warnings[0], "the frequency governor is 'schedutil': ");
}

/* The warning of a run with so many threads on such processors; "" if there is none of them. */
static const char *warning_of(size_t threads_n, struct vtb_processors processors)
{
    const struct vtb_machine of = {.processors = processors};
    memset(warnings, 0, sizeof warnings);
    const size_t of_build = warnings_of(0, NULL);
    const size_t n = vtb_machine_warnings(&of, threads_n, warnings, WARNINGS_MAX);
    assert_true(n == of_build || n == of_build + 1);
    return n > of_build ? warnings[0] : "";
}

#define ALLOWED(n) .online_n = 8, .allowed_n = (n), .limit = {.processors = INFINITY}

static void threads_that_wait_for_each_other_are_told(void **state)
{
    (void)state;
    assert_string_equal(warning_of(2, (struct vtb_processors){ALLOWED(2)}), "");
    assert_string_equal(warning_of(1, (struct vtb_processors){ALLOWED(1), .runnable_n = 7}), "");
    assert_string_equal(warning_of(9, (struct vtb_processors){.runnable_n = 9}), "");
    assert_begins(warning_of(2, (struct vtb_processors){ALLOWED(2), .runnable_n = 7}),
                  "9 threads, 2 of them of this run, want the machine's 8 processors: ");
    assert_begins(warning_of(2, (struct vtb_processors){ALLOWED(1)}),
                  "the run's 2 threads want the 1 processor that it may use: ");
    assert_string_equal(warning_of(1, (struct vtb_processors){ALLOWED(1), .runnable_n = NAN}), "");
}

static void a_quota_below_what_the_run_wants_is_told(void **state)
{
    (void)state;
    assert_begins(warning_of(1, (struct vtb_processors){.limit = {.processors = 0.5}}),
                  "a control group allows 0.5 of a processor, and the run wants 1: ");
    assert_string_equal(warning_of(1, (struct vtb_processors){.limit = {.processors = 1}}), "");
    assert_begins(warning_of(2, (struct vtb_processors){.limit = {.processors = 1.5}}),
                  "a control group allows 1.5 of a processor, and the run wants 2: ");
}

static void there_are_no_more_than_there_is_room_for(void **state)
{
    (void)state;
    struct vtb_machine of = {.processors = {ALLOWED(1), .runnable_n = 8},
                             .facts = {{.key = "governor", .value = "powersave"}},
                             .facts_n = 1};
    memset(warnings, 0, sizeof warnings);
    assert_int_equal(vtb_machine_warnings(&of, 1, warnings, 0), 0);
    assert_string_equal(warnings[0], "");
    assert_int_equal(vtb_machine_warnings(&of, 1, warnings, 1), 1);
    assert_begins(warnings[0], "9 threads, ");
    assert_string_equal(warnings[1], "");
}

#define GROUP "/sys/fs/cgroup/run/"

static void what_happened_during_a_run_is_told(void **state)
{
    (void)state;
    system_file("/proc/stat", "cpu 100 0 100 800 0 0 0 0 0 0\n");
    system_file("/proc/self/cgroup", "0::/run\n");
    system_file("/proc/self/mountinfo", "1 0 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    system_file("/proc/pressure/cpu", "some avg10=9.00 avg60=9.00 avg300=9.00 total=7000000\n");
    system_file(GROUP "cpu.max", "50000 100000\n");
    system_file(GROUP "cpu.stat", "nr_periods 10\nnr_throttled 3\n");
    vtb_machine_read_at(&machine, system_root);
    assert_int_equal(vtb_machine_end(&machine, system_root, warnings, WARNINGS_MAX), 0);
    assert_string_equal(fact("throttled"), "0");
    assert_string_equal(fact("waiting_during_run"), "0.0000");
    system_file("/proc/stat", "cpu 190 0 100 800 0 0 0 10 0 0\n");
    system_file(GROUP "cpu.stat", "nr_periods 20\nnr_throttled 8\n");
    system_file("/proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=507000000\n");
    machine.waiting.at_s -= 5000; /* the run was longer than this test */
    assert_int_equal(vtb_machine_end(&machine, system_root, warnings, WARNINGS_MAX), 3);
    assert_string_equal(fact("throttled"), "5");
    assert_string_equal(fact("steal_during_run"), "0.1000");
    assert_begins(warnings[0], "a control group's quota stopped this run in 5 periods");
    assert_near(strtod(fact("waiting_during_run"), NULL), 0.1, 0.001);
    assert_begins(warnings[2], "in 10 % of the run's time some thread had to wait");
    assert_begins(warnings[1], "the hypervisor took 10.0 % of the processor time during the run");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fact_has_a_value),
        cmocka_unit_test(facts_are_those_of_the_system),
        cmocka_unit_test(what_the_kernel_says_in_numbers_is_told_in_words),
        cmocka_unit_test(the_fingerprint_is_made_of_what_decides_the_code),
        cmocka_unit_test(a_fact_that_there_is_not_is_unknown),
        cmocka_unit_test_setup_teardown(another_system_is_told_by_its_files, make_system_root,
                                        back_to_this_system),
        cmocka_unit_test_setup_teardown(what_another_system_does_not_say_is_unknown,
                                        make_system_root, back_to_this_system),
        cmocka_unit_test_setup_teardown(one_thing_is_told_in_several_ways, make_system_root,
                                        back_to_this_system),
        cmocka_unit_test(a_quiet_machine_has_the_build_s_warnings_alone),
        cmocka_unit_test(a_load_that_is_over_is_not_told),
        cmocka_unit_test(clocks_that_vary_are_told),
        cmocka_unit_test(threads_that_wait_for_each_other_are_told),
        cmocka_unit_test(a_quota_below_what_the_run_wants_is_told),
        cmocka_unit_test(there_are_no_more_than_there_is_room_for),
        cmocka_unit_test_setup_teardown(what_happened_during_a_run_is_told, make_system_root,
                                        back_to_this_system),
    };
    return cmocka_run_group_tests(tests, read_machine, NULL);
}
