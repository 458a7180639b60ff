#include "directory.h"

#include <errno.h>

#include "passes/event_reasons.h"
#include "passes/machine.h"

static const struct vtb_event fault = {
    .name = "page-faults",
    .attr = {.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_PAGE_FAULTS}};
static const struct vtb_event cycles = {
    .name = "cycles", .attr = {.type = PERF_TYPE_HARDWARE, .config = PERF_COUNT_HW_CPU_CYCLES}};
static const struct vtb_event own_cycles = {
    .name = "cycles:u",
    .attr = {.type = PERF_TYPE_HARDWARE, .config = PERF_COUNT_HW_CPU_CYCLES, .exclude_kernel = 1}};

static const struct vtb_counting_system usual = {.paranoid = 2, .has_pmu = true};

static void explained(const struct vtb_event *event, int number,
                      const struct vtb_counting_system *system, const char *part)
{
    char reason[VTB_EVENT_REASON_BYTES];
    vtb_event_explain(event, number, system, reason, sizeof reason);
    assert_one_line(reason);
    assert_contains(reason, strerror(number));
    assert_contains(reason, part);
    assert_true(strlen(reason) < sizeof reason - 1); /* nothing is cut off */
}

static void a_paranoid_kernel_is_named_with_the_level_that_helps(void **state)
{
    const struct vtb_counting_system paranoid = {.paranoid = 4, .has_pmu = true};
    (void)state;
    explained(&cycles, EACCES, &usual, "kernel.perf_event_paranoid is 2: ");
    explained(&cycles, EACCES, &usual, "kernel.perf_event_paranoid=1");
    explained(&own_cycles, EACCES, &paranoid, "kernel.perf_event_paranoid is 4: ");
    explained(&own_cycles, EACCES, &paranoid, "kernel.perf_event_paranoid=2");
    explained(&cycles, EPERM, &usual, "kernel.perf_event_paranoid is 2: ");
}

/* Level 2 lets anybody count the program's own part: it is something else that refuses. */
static void who_else_forbids_it_is_named(void **state)
{
    const struct vtb_counting_system container = {.paranoid = 2, .filtered = true};
    const struct vtb_counting_system unknown = {.paranoid = VTB_PARANOID_UNKNOWN};
    (void)state;
    explained(&own_cycles, EACCES, &usual, "security module");
    explained(&own_cycles, EPERM, &container, "seccomp filter");
    explained(&cycles, EPERM, &container, "seccomp filter"); /* the kernel would say EACCES */
    explained(&cycles, EACCES, &container, "kernel.perf_event_paranoid is 2");
    explained(&cycles, EACCES, &unknown, "cannot be read");
}

static void what_the_machine_lacks_is_named(void **state)
{
    const struct vtb_counting_system real = {.has_pmu = false};
    const struct vtb_counting_system guest = {.has_pmu = false, .is_virtual = true};
    const struct vtb_counting_system counting_guest = {.has_pmu = true, .is_virtual = true};
    static const int numbers[] = {ENOENT, ENODEV, EOPNOTSUPP};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        explained(&cycles, numbers[i], &real, "the kernel has no PMU");
        explained(&cycles, numbers[i], &guest, "this virtual machine has no PMU");
        explained(&cycles, numbers[i], &counting_guest, "the processor does not count it");
        explained(&fault, numbers[i], &guest, "this kernel does not count it");
    }
}

static void a_missing_system_call_is_the_kernels_or_a_filters(void **state)
{
    const struct vtb_counting_system container = {.filtered = true};
    (void)state;
    explained(&fault, ENOSYS, &usual, "built without performance events");
    explained(&fault, ENOSYS, &container, "seccomp filter");
}

static void other_refusals_are_told_apart(void **state)
{
    const struct vtb_event energy = {.name = "energy", .of_machine = true};
    (void)state;
    explained(&fault, EMFILE, &usual, "ulimit -n");
    explained(&fault, ENFILE, &usual, "fs.file-max");
    explained(&cycles, EBUSY, &usual, "has the PMU for itself");
    explained(&cycles, EINVAL, &usual, "modifiers");
    explained(&energy, EINVAL, &usual, "for the whole machine");
    explained(&cycles, ENOMEM, &usual, "");
}

/* Whatever it says; and nothing that was opened for it stays open. */
static void the_system_is_read(void **state)
{
    struct vtb_machine machine;
    struct vtb_counting_system system;
    (void)state;
    memset(&system, 0xff, sizeof system);
    vtb_machine_read(&machine);
    const size_t open_n = entries_n("/proc/self/fd");
    vtb_counting_system_read(&system);
    assert_int_equal(entries_n("/proc/self/fd"), open_n);
    assert_int_equal(system.is_virtual,
                     strcmp(vtb_machine_fact(&machine, "virtualised"), "yes") == 0);
    int paranoid = VTB_PARANOID_UNKNOWN;
    FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "r");
    if (file) {
        assert_int_equal(fscanf(file, "%d", &paranoid), 1);
        fclose(file);
    }
    assert_int_equal(system.paranoid, paranoid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_paranoid_kernel_is_named_with_the_level_that_helps),
        cmocka_unit_test(who_else_forbids_it_is_named),
        cmocka_unit_test(what_the_machine_lacks_is_named),
        cmocka_unit_test(a_missing_system_call_is_the_kernels_or_a_filters),
        cmocka_unit_test(other_refusals_are_told_apart),
        cmocka_unit_test(the_system_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
