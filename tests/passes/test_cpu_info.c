#include "system_root.h"

#include "passes/cpu_info.h"

static struct vtb_cpu_info info;

static void cache(size_t index, const char *file, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%zu/%s", index, file);
    system_file(path, text);
}

static void a_cache_is_told_if_all_of_it_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        cache(i, "type", i == 0 ? "Data\n" : "Unified\n");
        cache(i, "level", i == 0 ? "1\n" : "3\n");
        cache(i, "size", i == 0 ? "48K\n" : "32M\n");
        if (i != 1)
            cache(i, "shared_cpu_map", i == 0 ? "1\n" : "0000000f,800000ff\n");
    }
    vtb_cpu_info_read(&info, system_root);
    assert_int_equal(info.caches_n, 2);
    assert_string_equal(info.caches[0].type, "Data");
    assert_int_equal(info.caches[0].level, 1);
    assert_int_equal(info.caches[0].size_bytes, 48 << 10);
    assert_int_equal(info.caches[0].num_sharing, 1);
    assert_string_equal(info.caches[1].type, "Unified");
    assert_int_equal(info.caches[1].level, 3);
    assert_int_equal(info.caches[1].size_bytes, 32 << 20);
    assert_int_equal(info.caches[1].num_sharing, 13);
}

static void what_cannot_be_read_is_left_out(void **state)
{
    (void)state;
    vtb_cpu_info_read(&info, system_root);
    assert_true(info.num_cpus > 0);
    assert_int_equal(info.caches_n, 0);
    assert_int_equal(info.mhz_per_cpu, 0);
    assert_false(info.scaling);
}

static void the_frequency_is_the_highest_that_is_known(void **state)
{
    (void)state;
    system_file("/proc/cpuinfo", "processor\t: 0\ncpu MHz\t\t: 2596.122\n");
    vtb_cpu_info_read(&info, system_root);
    assert_int_equal(info.mhz_per_cpu, 2596);
    system_file("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "3700000\n");
    vtb_cpu_info_read(&info, system_root);
    assert_int_equal(info.mhz_per_cpu, 3700);
}

static void a_governor_scales_unless_it_is_for_performance(void **state)
{
    static const char governor[] = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
    (void)state;
    system_file(governor, "performance\n");
    vtb_cpu_info_read(&info, system_root);
    assert_false(info.scaling);
    system_file(governor, "powersave\n");
    vtb_cpu_info_read(&info, system_root);
    assert_true(info.scaling);
}

int main(void)
{
#define OWN_ROOT(test) cmocka_unit_test_setup_teardown(test, make_system_root, remove_system_root)
    const struct CMUnitTest tests[] = {
        OWN_ROOT(a_cache_is_told_if_all_of_it_is_known),
        OWN_ROOT(what_cannot_be_read_is_left_out),
        OWN_ROOT(the_frequency_is_the_highest_that_is_known),
        OWN_ROOT(a_governor_scales_unless_it_is_for_performance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
