#include "built.h"
#include "counted_events.h"
#include "synthetic.h"

#include <pthread.h>

#include "passes/events.h"

static const struct vtb_cell *honest;

/* --- loops with a known number of page faults --- */

/* Three fresh pages for each operation. */
static void touch_three(struct vtb_env *env, size_t n)
{
    (void)env;
    for (size_t i = 0; i < n; i++)
        touch_fresh_pages(3);
}

/* A fresh page for every 256th operation; fast enough for millions of them. */
static void touch_rarely(struct vtb_env *env, size_t n)
{
    (void)env;
    touch_fresh_pages(n / 256);
}

static void touch_twice_as_often(struct vtb_env *env, size_t n)
{
    touch_rarely(env, 2 * n);
}

static void *touch_in_thread(void *n)
{
    touch_fresh_pages(*(size_t *)n);
    return NULL;
}

/* Touches memory as touch_rarely does, on another thread. */
static void touch_elsewhere(struct vtb_env *env, size_t n)
{
    pthread_t thread;
    size_t pages_n = n / 256;
    (void)env;
    if (pthread_create(&thread, NULL, touch_in_thread, &pages_n) == 0)
        (void)pthread_join(thread, NULL);
}

static void gives_up(struct vtb_env *env, size_t n)
{
    (void)env;
    (void)n;
    _exit(3);
}

/* Drains the window of a cold start: completing what is left is a part of the start. */
static void drain_with_500(struct vtb_env *env)
{
    touch_fresh_pages(500);
    honest->drain(env);
}

/* Counts heap_task with its loops replaced; null: as they are. */
static bool run_loops(const struct vtb_events *events, vtb_loop_function *independent,
                      vtb_loop_function *dependent, enum vtb_consumer consumer, bool cold,
                      struct vtb_event_counts *counts, struct vtb_error *error)
{
    struct vtb_plan plan = SYNTHETIC_PLAN("--heap", "glibc", "--keys", "1000");
    struct vtb_point point = plan.points[0];
    struct vtb_fixture fixture;
    honest = built_cell("heap_task", "user_cache", (struct vtb_kind){.counting = false});
    struct vtb_cell cell = *honest;
    const struct vtb_case the_case = {
        .timing = &cell, .heap = vtb_find_heap("glibc"), .threads_n = 1};
    point.cold = cold;
    point.calls_n = 1000;
    cell.name = "a_loop";
    if (independent)
        cell.run_independent = independent;
    if (dependent)
        cell.run_dependent = dependent;
    if (cold)
        cell.drain = drain_with_500;
    assert_true(vtb_fixture_open(&fixture, &point, error));
    const bool ok = vtb_events_run(&fixture, events, &the_case, consumer, counts, error);
    vtb_fixture_close(&fixture);
    vtb_plan_free(&plan);
    return ok;
}

static struct vtb_event_counts count(const struct vtb_events *events, vtb_loop_function *loop,
                                     bool cold)
{
    struct vtb_event_counts counts;
    struct vtb_error error = {0};
    if (!run_loops(events, loop, NULL, VTB_CONSUMER_INDEPENDENT, cold, &counts, &error))
        fail_msg("%s", error.message);
    assert_true(counts.measured);
    return counts;
}

static void a_steady_state_is_counted_per_operation(void **state)
{
    const struct vtb_events events = probed_events("page-faults,{minor-faults,task-clock}");
    (void)state;
    need_first(&events);
    const struct vtb_event_counts counts = count(&events, touch_rarely, false);
    assert_int_equal(counts.operations_n, VTB_EVENTS_OPERATIONS_N);
    assert_faults(counts.per_op[0], 1.0 / 256, 1e-4);
    assert_faults(counts.per_op[1], 1.0 / 256, 1e-4);
    assert_true(counts.per_op[2] > 0.1 && counts.per_op[2] < 1e5); /* nanoseconds */
    for (size_t i = 0; i < events.n; i++)
        assert_same_double(counts.running[i], 1);
}

/* The page faults of the heap and the window come before the count: the real loop has next to
 * none. */
static void what_comes_before_is_not_counted(void **state)
{
    const struct vtb_events events = probed_events("page-faults");
    (void)state;
    need_first(&events);
#ifndef UNDER_SANITIZER /* which keeps what is freed, and so never stops to need pages */
    assert_faults(count(&events, NULL, false).per_op[0], 0, 1e-4);
#endif
}

static void each_consumer_has_its_own(void **state)
{
    const struct vtb_events events = probed_events("page-faults");
    struct vtb_event_counts counts;
    struct vtb_error error;
    (void)state;
    need_first(&events);
    assert_true(run_loops(&events, touch_rarely, touch_twice_as_often, VTB_CONSUMER_DEPENDENT,
                          false, &counts, &error));
    assert_faults(counts.per_op[0], 2.0 / 256, 1e-4);
}

static void threads_of_the_case_are_counted(void **state)
{
    const struct vtb_events events = probed_events("page-faults");
    (void)state;
    need_first(&events);
    assert_faults(count(&events, touch_elsewhere, false).per_op[0], 1.0 / 256, 1e-4);
}

/* Of a cold start the first 1000 calls are counted, from the first one on. */
static void of_a_cold_start_the_first_calls_are_counted(void **state)
{
    const struct vtb_events events = probed_events("page-faults");
    (void)state;
    need_first(&events);
    const struct vtb_event_counts counts = count(&events, touch_three, true);
    assert_int_equal(counts.operations_n, 1000);
    assert_faults(counts.per_op[0], 3.5, 0.05);
}

static void what_is_unavailable_is_no_number(void **state)
{
    struct vtb_events events = probed_events("page-faults,{cycles,instructions,task-clock}");
    (void)state;
    need_first(&events);
    snprintf(events.items[1].reason, sizeof events.items[1].reason, "because");
    assert_false(vtb_events_all_available(&events));
    const struct vtb_event_counts counts = count(&events, touch_rarely, false);
    assert_faults(counts.per_op[0], 1.0 / 256, 1e-4);
    assert_true(isnan(counts.per_op[1]));
    assert_same_double(counts.running[1], 0);
    for (size_t i = 2; i < events.n; i++)
        assert_int_equal(isnan(counts.per_op[i]), events.items[i].reason[0] != '\0');
}

static void nothing_at_all_may_be_available(void **state)
{
    struct vtb_events events = probed_events("page-faults");
    (void)state;
    assert_int_equal(vtb_events_all_available(&events), !events.items[0].reason[0]);
    snprintf(events.items[0].reason, sizeof events.items[0].reason, "because");
    assert_true(isnan(count(&events, touch_rarely, false).per_op[0]));
}

/* Instructions of a real loop, where there is something to count them with. */
static void instructions_are_counted_where_there_is_a_pmu(void **state)
{
    const struct vtb_events events = probed_events("{instructions:u,cycles:u}");
    (void)state;
    need_first(&events);
    const struct vtb_event_counts counts = count(&events, NULL, false);
    assert_true(counts.per_op[0] > 5 && counts.per_op[0] < 5000);
    assert_near(count(&events, NULL, false).per_op[0], counts.per_op[0], counts.per_op[0] / 50);
}

static void a_process_that_dies_is_an_error(void **state)
{
    const struct vtb_events events = probed_events("page-faults");
    struct vtb_event_counts counts = {.measured = true};
    struct vtb_error error = {0};
    const size_t files_n = open_files_n();
    (void)state;
    assert_false(
        run_loops(&events, gives_up, NULL, VTB_CONSUMER_INDEPENDENT, false, &counts, &error));
    assert_false(counts.measured);
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_one_line(error.message);
    assert_contains(error.message, "a_loop: events pass: exit status 3");
    assert_int_equal(open_files_n(), files_n);
}

/* An event that could be counted when it was probed is refused later, as if somebody had taken the
 * permission away. */
static void an_event_that_is_refused_later_is_an_error(void **state)
{
    struct vtb_events events = probed_events("page-faults");
    struct vtb_event_counts counts;
    struct vtb_error error = {0};
    (void)state;
    events.items[0].attr.config = 1 << 20;
    events.items[0].reason[0] = '\0';
    assert_false(run_loops(&events, NULL, NULL, VTB_CONSUMER_INDEPENDENT, false, &counts, &error));
    assert_contains(error.message, " cannot be counted any more: ");
}

/* --- the list --- */

struct seen {
    size_t n;
    size_t available_n;
    bool has_faults;
    bool has_cycles;
    const struct vtb_events *cycles; /* as they are probed by themselves */
};

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

static void see(const struct vtb_listed_event *listed, void *context)
{
    static const char *const kinds[] = {"hardware", "software", "cache", NULL};
    struct seen *seen = (struct seen *)context;
    assert_one_line(listed->name);
    assert_one_line(listed->kind);
    seen->n++;
    seen->available_n += !*listed->reason;
    if (strncmp(listed->name, "page-faults", 11) == 0) {
        assert_string_equal(listed->kind, "software");
        seen->has_faults = true;
    }
    if (strncmp(listed->name, "cycles", 6) == 0) {
        assert_true(is_one_of(listed->kind, kinds));
        assert_string_equal(listed->name, seen->cycles->items[0].name);
        assert_string_equal(listed->reason, seen->cycles->items[0].reason);
        seen->has_cycles = true;
    }
}

static void the_list_has_what_can_be_counted_and_what_cannot(void **state)
{
    struct vtb_error error = {0};
    const struct vtb_events events = probed_events("page-faults");
    const struct vtb_events cycles = probed_events("cycles");
    struct seen seen = {.cycles = &cycles};
    const size_t files_n = open_files_n();
    (void)state;
    if (!vtb_events_each(see, &seen, &error))
        fail_msg("%s", error.message);
    assert_true(seen.has_faults);
    assert_true(seen.has_cycles);
    assert_true(seen.n >= 20);
    if (!events.items[0].reason[0])
        assert_true(seen.available_n >= 1);
    assert_int_equal(open_files_n(), files_n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_state_is_counted_per_operation),
        cmocka_unit_test(what_comes_before_is_not_counted),
        cmocka_unit_test(each_consumer_has_its_own),
        cmocka_unit_test(threads_of_the_case_are_counted),
        cmocka_unit_test(of_a_cold_start_the_first_calls_are_counted),
        cmocka_unit_test(what_is_unavailable_is_no_number),
        cmocka_unit_test(nothing_at_all_may_be_available),
        cmocka_unit_test(instructions_are_counted_where_there_is_a_pmu),
        cmocka_unit_test(a_process_that_dies_is_an_error),
        cmocka_unit_test(an_event_that_is_refused_later_is_an_error),
        cmocka_unit_test(the_list_has_what_can_be_counted_and_what_cannot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
