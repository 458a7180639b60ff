#include "system_root.h"

#include <sched.h>

#include "passes/processors.h"

static struct vtb_processors processors;

static void siblings(const char *cpu, const char *list)
{
    char path[128];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%s/topology/thread_siblings_list", cpu);
    system_file(path, list);
}

static void system_with(const char *online, const char *allowed)
{
    char status[64];
    snprintf(status, sizeof status, "Name:\tx\nCpus_allowed:\tff\nCpus_allowed_list:\t%s\n",
             allowed);
    system_file("/sys/devices/system/cpu/online", online);
    system_file("/proc/self/status", status);
}

static void those_that_are_online_may_be_used(void **state)
{
    (void)state;
    system_with("0-3,8\n", "2-5,8-9");
    vtb_processors_read(&processors, system_root);
    assert_int_equal(processors.online_n, 5);
    assert_int_equal(processors.allowed_n, 3);
    assert_string_equal(processors.allowed, "2-5,8-9");
    assert_false(processors.siblings_known);
}

/* However long their list is; what is shown of it is cut between two. */
static void many_that_may_be_used_are_counted(void **state)
{
    (void)state;
    char list[1024] = "0";
    char status[1100];
    for (int cpu = 2; cpu < 256; cpu += 2)
        snprintf(list + strlen(list), sizeof list - strlen(list), ",%d", cpu);
    snprintf(status, sizeof status, "Cpus_allowed_list:\t%s\n", list);
    system_file("/sys/devices/system/cpu/online", "0-255");
    system_file("/proc/self/status", status);
    vtb_processors_read(&processors, system_root);
    assert_int_equal(processors.allowed_n, 128);
    assert_true(strlen(processors.allowed) < sizeof processors.allowed);
    const char *end = strstr(processors.allowed, ",...");
    assert_true(end && end[4] == '\0' && end > processors.allowed);
    assert_memory_equal(processors.allowed, list, (size_t)(end - processors.allowed) + 1);
}

static void cores_that_are_shared_are_told_once(void **state)
{
    (void)state;
    system_with("0-7", "1-6");
    siblings("1", "1,5\n");
    siblings("2", "0,2\n");
    siblings("3", "3\n");
    siblings("4", "4,14\n");
    siblings("5", "1,5\n");
    siblings("6", "6-7\n");
    vtb_processors_read(&processors, system_root);
    assert_true(processors.siblings_known);
    assert_string_equal(processors.siblings, "1,5 0,2 6-7");
}

/* A sibling that was taken offline cannot be busy. */
static void a_sibling_that_is_offline_is_none(void **state)
{
    (void)state;
    system_with("0-1", "0-1");
    siblings("0", "0,2\n");
    siblings("1", "1,3\n");
    vtb_processors_read(&processors, system_root);
    assert_true(processors.siblings_known);
    assert_string_equal(processors.siblings, "");
}

static void who_else_wants_them_is_read(void **state)
{
    (void)state;
    system_with("0", "0");
    system_file("/proc/loadavg", "0.10 0.20 0.30 4/321 77\n");
    system_file("/proc/pressure/cpu", "some avg10=2.50 avg60=9.00 avg300=1.00 total=1\n");
    vtb_processors_read(&processors, system_root);
    assert_same_double(processors.runnable_n, 3);
    assert_near(processors.waiting_share, 0.025, 1e-12);
    system_file("/proc/loadavg", "0.10 0.20 0.30 0/321 77\n");
    assert_same_double(vtb_runnable_n(system_root), 0);
}

static void what_cannot_be_read_is_unknown(void **state)
{
    (void)state;
    static const char *const lists[] = {"", "none", "3-", "-1", "0,", "0;1"};
    vtb_processors_read(&processors, system_root);
    assert_int_equal(processors.online_n + processors.allowed_n, 0);
    assert_true(isnan(processors.runnable_n) && isnan(processors.waiting_share));
    assert_same_double(processors.limit.processors, 0);
    assert_false(processors.siblings_known);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        system_with("0-1", lists[i]);
        vtb_processors_read(&processors, system_root);
        assert_int_equal(processors.online_n, 2);
        assert_int_equal(processors.allowed_n, 0);
    }
}

/* The kernel says the same in two ways; where /proc is not there, it is not known. */
static void this_system_agrees_with_itself(void **state)
{
    (void)state;
    cpu_set_t set;
    const bool known = sched_getaffinity(0, sizeof set, &set) == 0; /* not of 1025 processors */
    vtb_processors_read(&processors, "");
    if (known && processors.allowed_n > 0)
        assert_int_equal(processors.allowed_n, CPU_COUNT(&set));
}

static void waiting_is_a_share_of_the_time_between(void **state)
{
    (void)state;
    struct vtb_waiting before = {.at_s = 0};
    struct vtb_waiting after;
    system_file("/proc/pressure/cpu", "some avg10=1.00 avg60=2.00 avg300=3.00 total=1500000\n");
    vtb_waiting_read(&after, system_root);
    assert_same_double(after.waited_s, 1.5);
    before.at_s = after.at_s - 10;
    before.waited_s = 0.5;
    assert_near(vtb_waiting_share(&before, &after), 0.1, 1e-12);
    before.waited_s = -50;
    assert_same_double(vtb_waiting_share(&before, &after), 1);
    assert_true(isnan(vtb_waiting_share(&after, &after)));
    system_file("/proc/pressure/cpu", "some avg10=1.00 total=x\n");
    vtb_waiting_read(&after, system_root);
    assert_true(isnan(vtb_waiting_share(&before, &after)));
}

/* --- ticks --- */

static void stolen_time_is_a_share_of_that_with_work(void **state)
{
    (void)state;
    struct vtb_ticks before;
    struct vtb_ticks after;
    system_file("/proc/stat", "cpu  10 0 10 500 20 0 0 5 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n");
    vtb_ticks_read(&before, system_root);
    assert_same_double(before.all, 545);
    assert_same_double(before.idle, 520);
    assert_same_double(before.stolen, 5);
    system_file("/proc/stat", "cpu  40 0 10 900 50 0 0 15 0 0\n");
    vtb_ticks_read(&after, system_root);
    assert_near(vtb_stolen_share(&before, &after), 0.25, 1e-12); /* 10 of 30 + 10 */
    assert_true(isnan(vtb_stolen_share(&after, &after)));
    system_file("/proc/stat", "cpu  40 0 10\n");
    vtb_ticks_read(&after, system_root);
    assert_same_double(after.all, 0);
    assert_true(isnan(vtb_stolen_share(&before, &after)));
}

int main(void)
{
#define OWN_ROOT(test) cmocka_unit_test_setup_teardown(test, make_system_root, remove_system_root)
    const struct CMUnitTest tests[] = {
        OWN_ROOT(those_that_are_online_may_be_used),
        OWN_ROOT(many_that_may_be_used_are_counted),
        OWN_ROOT(cores_that_are_shared_are_told_once),
        OWN_ROOT(a_sibling_that_is_offline_is_none),
        OWN_ROOT(who_else_wants_them_is_read),
        OWN_ROOT(what_cannot_be_read_is_unknown),
        OWN_ROOT(this_system_agrees_with_itself),
        OWN_ROOT(waiting_is_a_share_of_the_time_between),
        OWN_ROOT(stolen_time_is_a_share_of_that_with_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
