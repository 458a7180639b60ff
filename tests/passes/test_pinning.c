/* The processors that a run keeps to. In child processes, which keep to them until they end. */
#include "check.h"

#include <sched.h>

#include "base/child.h"
#include "passes/pinning.h"

static struct vtb_error error;

static cpu_set_t allowed(void)
{
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    return set;
}

static int first_of(const cpu_set_t *set)
{
    int i = 0;
    while (!CPU_ISSET((size_t)i, set))
        i++;
    return i;
}

static bool pin_to(void *context, struct vtb_error *why)
{
    const char *list = context;
    cpu_set_t set;
    return vtb_pin(list, why) && sched_getaffinity(0, sizeof set, &set) == 0 &&
           (CPU_COUNT(&set) == 1 || vtb_fail(why, 1, "%d processors", CPU_COUNT(&set)));
}

static void a_list_is_kept_to(void **state)
{
    (void)state;
    cpu_set_t before = allowed();
    char list[64];
    struct vtb_child child = {.name = "a child", .run = pin_to, .context = list};
    snprintf(list, sizeof list, "%d-%d,%d", first_of(&before), first_of(&before),
             first_of(&before));
    if (!vtb_child_work(&child, &error))
        fail_msg("%s", error.message);
}

static void without_a_list_nothing_changes(void **state)
{
    (void)state;
    cpu_set_t before = allowed();
    assert_true(vtb_pin(NULL, &error));
    cpu_set_t after = allowed();
    assert_true(CPU_EQUAL(&before, &after));
}

static void what_is_no_list_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",    ",",   "x",    "0,",  "0-",          "-1",
                                        "1-0", "0 1", "0,,1", "0-x", "99999999999", "1024"};
    cpu_set_t before = allowed();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_false(vtb_pin(texts[i], &error));
        assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
        assert_contains(error.message, "is no list of processors; accepted: 0, or 0-3,8");
    }
    assert_false(vtb_pin("1023", &error));
    assert_contains(error.message, "this process may not use processor 1023");
    cpu_set_t after = allowed();
    assert_true(CPU_EQUAL(&before, &after));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_kept_to),
        cmocka_unit_test(without_a_list_nothing_changes),
        cmocka_unit_test(what_is_no_list_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
