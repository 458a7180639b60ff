#include "counted_events.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- arithmetic --- */

static void a_reading_is_scaled_by_its_share_of_time(void **state)
{
    const struct vtb_reading all = {1000, 500, 500};
    const struct vtb_reading half = {1000, 500, 250};
    const struct vtb_reading third = {900, 3000, 1000};
    const struct vtb_reading none = {0, 500, 0};
    const struct vtb_reading nothing = {0, 0, 0};
    const struct vtb_reading huge = {UINT64_MAX, UINT64_MAX, UINT64_MAX / 2};
    (void)state;
    assert_same_double(vtb_reading_scaled(&all), 1000);
    assert_same_double(vtb_reading_share(&all), 1);
    assert_same_double(vtb_reading_scaled(&half), 2000);
    assert_same_double(vtb_reading_share(&half), 0.5);
    assert_near(vtb_reading_scaled(&third), 2700, 1e-9);
    assert_true(isnan(vtb_reading_scaled(&none)));
    assert_same_double(vtb_reading_share(&none), 0);
    assert_true(isnan(vtb_reading_scaled(&nothing)));
    assert_same_double(vtb_reading_share(&nothing), 0);
    assert_near(vtb_reading_scaled(&huge), 2 * 0x1p64, 0x1p14);
}

/* --- probing --- */

static void an_event_is_counted_or_has_a_reason(void **state)
{
    const struct vtb_events events =
        probed_events("page-faults,cycles,{instructions,branches},task-clock");
    const size_t files_n = open_files_n();
    (void)state;
    for (size_t i = 0; i < events.n; i++) {
        struct vtb_events one = {.items = {events.items[i]}, .n = 1};
        struct vtb_counters counters;
        struct vtb_error error;
        assert_true(vtb_counters_open(&counters, &one, &error));
        assert_int_equal(counters.files[0] >= 0, !events.items[i].reason[0]);
        vtb_counters_close(&counters);
    }
    assert_int_equal(open_files_n(), files_n);
}

/* Cycles and the kernel's own events are told apart by who has none. */
static void a_machine_without_counters_says_so(void **state)
{
    const struct vtb_events events = probed_events("page-faults,cycles:u");
    struct vtb_counting_system system;
    (void)state;
    vtb_counting_system_read(&system);
    need_first(&events);
    assert_int_equal(system.has_pmu, !events.items[1].reason[0]);
    if (!system.has_pmu)
        assert_contains(events.items[1].reason, "no PMU");
}

/* The kernel would count them, as 0. */
static void what_happens_in_the_kernel_alone_is_not_of_the_program(void **state)
{
    const struct vtb_events events =
        probed_events("page-faults:u,context-switches:u,migrations:u,cgroup-switches:u");
    (void)state;
    need_first(&events);
    for (size_t i = 1; i < events.n; i++)
        assert_contains(events.items[i].reason, "it happens in the kernel");
}

static void a_reason_that_is_known_stays(void **state)
{
    struct vtb_events events = probed_events("page-faults");
    struct vtb_counting_system system = {.paranoid = 0};
    (void)state;
    snprintf(events.items[0].reason, sizeof events.items[0].reason, "because");
    vtb_events_probe(&events);
    vtb_event_probe(&events.items[0], &system);
    assert_string_equal(events.items[0].reason, "because");
}

/* A group that the processor has too few counters for is refused likewise: only a leader may be
 * pinned. */
static void who_does_not_fit_into_a_group_is_named(void **state)
{
    struct vtb_events events = probed_events("{page-faults,minor-faults,task-clock}");
    (void)state;
    need_first(&events);
    events.items[1].attr.pinned = 1;
    vtb_events_probe(&events);
    assert_string_equal(events.items[0].reason, "");
    assert_contains(events.items[1].reason, "not together with the others in its braces");
    assert_string_equal(events.items[2].reason, "");
}

static void too_few_files_are_a_reason(void **state)
{
    struct vtb_events events = probed_events("page-faults,{task-clock,cpu-clock}");
    struct vtb_events again = events;
    struct vtb_counters counters;
    struct vtb_error error = {0};
    struct rlimit before;
    struct rlimit few;
    (void)state;
    need_first(&events);
    const size_t files_n = open_files_n();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    const int next = dup(0);
    close(next);
    few = (struct rlimit){(rlim_t)next + 1, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    const bool opened = vtb_counters_open(&counters, &events, &error);
    vtb_events_probe(&events);
    (void)setrlimit(RLIMIT_NOFILE, &before);
    assert_false(opened);
    assert_contains(error.message, "task-clock");
    assert_contains(error.message, " cannot be counted any more: Too many open files");
    assert_string_equal(events.items[0].reason, "");
    assert_contains(events.items[1].reason, "ulimit -n");
    assert_contains(events.items[2].reason, "ulimit -n");
    assert_int_equal(open_files_n(), files_n);
    vtb_events_probe(&again);
    assert_string_equal(again.items[2].reason, "");
}

#define NOBODY 65534

#define CANNOT_BE 1

/* Runs in a child, whose exit status says how far it came: 0 is all the way. */
static int check_without_privileges(struct vtb_events *events)
{
    if (setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0)
        return CANNOT_BE;
    vtb_events_probe(events);
    if (strcmp(events->items[0].name, "page-faults:u") != 0 || events->items[0].reason[0] ||
        !events->items[0].attr.exclude_kernel)
        return 2;
    if (strcmp(events->items[1].name, "context-switches") != 0 ||
        !strstr(events->items[1].reason, "kernel.perf_event_paranoid is 2"))
        return 3;
    if (strcmp(events->items[2].name, "faults:k") != 0 ||
        !strstr(events->items[2].reason, "kernel.perf_event_paranoid is 2"))
        return 4;
    return strstr(events->items[3].reason, "paranoid") ? 5 : 0;
}

/* Level 2, which is the default: anybody may count what the program itself does. */
static void without_privileges_the_programs_part_is_counted(void **state)
{
    struct vtb_events events = probed_events("page-faults,context-switches,faults:k,cycles");
    struct vtb_counting_system system;
    int status;
    (void)state;
    need_first(&events);
    vtb_counting_system_read(&system);
    if (geteuid() != 0 || system.paranoid != 2)
        skip();
    const pid_t child = fork();
    for (size_t i = 0; child == 0 && i < events.n; i++)
        events.items[i].reason[0] = '\0';
    if (child == 0)
        _exit(check_without_privileges(&events));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == CANNOT_BE)
        skip(); /* a root that is nobody else, as in some containers */
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* --- counting --- */

#define READ_MAX 8

/* Counts what `run` does. */
static void count(const struct vtb_events *events, void (*run)(void), struct vtb_reading *readings)
{
    struct vtb_counters counters;
    struct vtb_error error = {0};
    const size_t files_n = open_files_n();
    if (!vtb_counters_open(&counters, events, &error))
        fail_msg("%s", error.message);
    touch_fresh_pages(300);
    vtb_counters_enable(&counters);
    run();
    vtb_counters_disable(&counters);
    touch_fresh_pages(500);
    if (!vtb_counters_read(&counters, readings, &error))
        fail_msg("%s", error.message);
    vtb_counters_close(&counters);
    assert_int_equal(open_files_n(), files_n);
}

static void touch_1000(void)
{
    touch_fresh_pages(1000);
}

static void *touch_in_thread(void *context)
{
    touch_fresh_pages(1000);
    return context;
}

static void touch_in_threads(void)
{
    pthread_t threads[3];
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, touch_in_thread, NULL), 0);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

/* Nothing before, nothing after, and every member of a group. */
static void what_happens_in_between_is_counted(void **state)
{
    const struct vtb_events events =
        probed_events("{page-faults,minor-faults,task-clock},faults:u,{faults:k,major-faults}");
    struct vtb_reading readings[READ_MAX];
    (void)state;
    need_first(&events);
    count(&events, touch_1000, readings);
    assert_faults((double)readings[0].value, 1000, 50);
    assert_faults((double)readings[1].value, 1000, 50);
    assert_in_range(readings[2].value, 1000, UINT64_C(60000000000));
    assert_faults((double)readings[3].value, 1000, 50);
    for (size_t i = 0; i < events.n; i++) {
        assert_true(events.items[i].reason[0] || readings[i].enabled_ns > 0);
        assert_true(readings[i].running_ns == readings[i].enabled_ns);
    }
}

static void threads_that_are_started_are_counted(void **state)
{
    const struct vtb_events events = probed_events("{page-faults,task-clock}");
    struct vtb_reading readings[READ_MAX];
    (void)state;
    need_first(&events);
    count(&events, touch_in_threads, readings);
    assert_faults((double)readings[0].value, 3000, 300);
}

/* The group's first is missing: the next one leads. */
static void the_rest_of_a_group_is_counted(void **state)
{
    struct vtb_events events = probed_events("page-faults:u,{minor-faults,faults,task-clock}");
    struct vtb_reading readings[READ_MAX];
    (void)state;
    need_first(&events);
    if (events.items[2].reason[0])
        skip();
    snprintf(events.items[1].reason, sizeof events.items[1].reason, "because");
    count(&events, touch_1000, readings);
    assert_faults((double)readings[0].value, 1000, 50);
    assert_int_equal(readings[1].enabled_ns, 0);
    assert_true(isnan(vtb_reading_scaled(&readings[1])));
    assert_faults((double)readings[2].value, 1000, 50);
    assert_true(readings[3].value > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reading_is_scaled_by_its_share_of_time),
        cmocka_unit_test(an_event_is_counted_or_has_a_reason),
        cmocka_unit_test(a_machine_without_counters_says_so),
        cmocka_unit_test(what_happens_in_the_kernel_alone_is_not_of_the_program),
        cmocka_unit_test(a_reason_that_is_known_stays),
        cmocka_unit_test(who_does_not_fit_into_a_group_is_named),
        cmocka_unit_test(too_few_files_are_a_reason),
        cmocka_unit_test(without_privileges_the_programs_part_is_counted),
        cmocka_unit_test(what_happens_in_between_is_counted),
        cmocka_unit_test(threads_that_are_started_are_counted),
        cmocka_unit_test(the_rest_of_a_group_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
