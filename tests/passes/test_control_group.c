#include "system_root.h"

#include "passes/control_group.h"

#define MOUNTED "20 1 0:5 / /proc rw - proc proc rw\n"
#define UNIFIED MOUNTED "30 1 0:28 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw\n"

static struct vtb_cpu_limit limit;

/* The files that say which group the process is in, and where groups are. */
static void in_group(const char *groups, const char *mounts)
{
    system_file("/proc/self/cgroup", groups);
    system_file("/proc/self/mountinfo", mounts);
}

static void assert_limit(double processors, double throttled_n)
{
    vtb_cpu_limit_read(&limit, system_root);
    assert_same_double(limit.processors, processors);
    if (isnan(throttled_n))
        assert_true(isnan(limit.throttled_n));
    else
        assert_same_double(limit.throttled_n, throttled_n);
}

static void version_2_has_the_tightest_limit_on_the_way_up(void **state)
{
    (void)state;
    in_group("0::/a.slice/b\n", UNIFIED);
    system_file("/sys/fs/cgroup/a.slice/b/cpu.max", "max 100000\n");
    system_file("/sys/fs/cgroup/a.slice/b/cpu.stat", "usage_usec 9\nnr_throttled 3\n");
    assert_limit(INFINITY, 3);
    system_file("/sys/fs/cgroup/a.slice/cpu.max", "50000 100000\n");
    system_file("/sys/fs/cgroup/a.slice/cpu.stat", "nr_periods 40\nnr_throttled 17\n");
    assert_limit(0.5, 17);
    system_file("/sys/fs/cgroup/a.slice/b/cpu.max", "25000 100000\n");
    assert_limit(0.25, 17);
}

/* The container's own group is what it sees at the mount point. */
static void a_container_sees_its_own_group(void **state)
{
    (void)state;
    in_group("0::/\n", UNIFIED);
    system_file("/sys/fs/cgroup/cpu.max", "300000 100000\n");
    assert_limit(3, NAN);
    in_group("0::/../elsewhere\n", UNIFIED);
    assert_limit(3, NAN);
    in_group("4:cpuacct,cpu:/docker/abc\n0::/\n",
             "31 1 0:29 /docker/abc /cg/cpu rw - cgroup cgroup rw,cpuacct,cpu\n");
    system_file("/cg/cpu/cpu.cfs_quota_us", "150000\n");
    system_file("/cg/cpu/cpu.cfs_period_us", "100000\n");
    system_file("/cg/cpu/cpu.stat", "nr_periods 5\nnr_throttled 2\nthrottled_time 7\n");
    assert_limit(1.5, 2);
}

static void version_1_has_the_processors_where_both_are(void **state)
{
    (void)state;
    in_group("9:cpuset:/x\n3:cpu:/some\n0::/\n", UNIFIED
             "31 1 0:29 / /one/cpuset rw - cgroup cgroup rw,cpuset\n"
             "32 1 0:29 / /one/cpu rw - cgroup cgroup rw,cpu\n");
    system_file("/sys/fs/cgroup/cpu.max", "100 100000\n");
    system_file("/one/cpu/some/cpu.cfs_period_us", "100000\n");
    system_file("/one/cpu/some/cpu.cfs_quota_us", "-1\n");
    assert_limit(INFINITY, NAN);
    system_file("/one/cpu/some/cpu.cfs_quota_us", "50000\n");
    assert_limit(0.5, NAN);
}

static void what_cannot_be_read_is_unknown(void **state)
{
    (void)state;
    assert_limit(0, NAN);
    in_group("0::/gone\n", UNIFIED);
    assert_limit(0, NAN);
    in_group("0::/\n", MOUNTED);
    system_file("/sys/fs/cgroup/cpu.stat", "");
    assert_limit(0, NAN);
    in_group("no lines of groups\n:\n", UNIFIED);
    assert_limit(0, NAN);
}

int main(void)
{
#define OWN_ROOT(test) cmocka_unit_test_setup_teardown(test, make_system_root, remove_system_root)
    const struct CMUnitTest tests[] = {
        OWN_ROOT(version_2_has_the_tightest_limit_on_the_way_up),
        OWN_ROOT(a_container_sees_its_own_group),
        OWN_ROOT(version_1_has_the_processors_where_both_are),
        OWN_ROOT(what_cannot_be_read_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
