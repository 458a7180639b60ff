/* Guests stand in a plan as heaps do, behind the cells' cases; and a plan without some cases is one
 * whose cases still know each other. */
#include "made_plan.h"

#include "plan/guest_cases.h"

#define SOME "--strategy=heap_task,value_task,poll,task_in_cache"

static const char *reason_of(const char *guest)
{
    for (size_t i = 0; i < plan.skips.n; i++) {
        if (plan.skips.items[i].is_guest && strcmp(plan.skips.items[i].what, guest) == 0)
            return plan.skips.items[i].reason;
    }
    return "";
}

static void assert_strategies(size_t first, size_t end, const char *const *names)
{
    for (size_t i = first; i < end; i++) {
        assert_string_equal(plan.points->cases[i].timing->name, names[i - first]);
        assert_non_null(plan.points->cases[i].guest);
    }
}

static void a_guest_has_what_stands_there(void **state)
{
    (void)state;
    static const char *const names[] = {"plain", "heap_task", "value_task", "task_in_cache"};
    assert_true(MAKE(SOME, "--guest=some", "--heap=glibc"));
    const struct vtb_point *point = plan.points;
    const size_t first = vtb_cells_end(point);
    assert_int_equal(first, 6); /* the empty loop as well, and poll */
    assert_int_equal(point->cases_n, first + 4);
    assert_strategies(first, point->cases_n, names);
    for (size_t i = first; i < point->cases_n; i++) {
        const struct vtb_case *the_case = &point->cases[i];
        assert_string_equal(the_case->heap->name, "some");
        assert_int_equal(the_case->floor, first);
        assert_int_equal(the_case->baseline, first + 1);
        assert_int_equal(the_case->empty, point->cases_n);
        assert_int_equal(the_case->serial, i);
        assert_int_equal(the_case->variant_of, i);
    }
    assert_int_equal(vtb_table_end(point, first), point->cases_n);
    vtb_plan_free(&plan);
}

static void asynchronous_methods_are_a_table_of_their_own(void **state)
{
    (void)state;
    assert_true(MAKE(SOME, "--guest=some,/tmp/../other", "--heap=glibc", "--method=both"));
    const struct vtb_point *point = plan.points;
    const size_t first = vtb_cells_end(point);
    assert_int_equal(plan.guests_n, 2);
    assert_string_equal(plan.guests[1].name, "other");
    assert_string_equal(plan.guests[1].asked, "/tmp/../other");
    assert_int_equal(point->cases_n, first + 12);
    assert_false(point->cases[first + 3].method == VTB_METHOD_ASYNC);
    assert_true(point->cases[first + 4].method == VTB_METHOD_ASYNC);
    assert_int_equal(point->cases[first + 4].baseline, first + 4);
    assert_int_equal(point->cases[first + 4].floor, first);
    assert_int_equal(point->cases[first + 5].variant_of, first + 2);
    assert_int_equal(point->cases[first + 6].guest->number, 1);
    assert_int_equal(point->cases[first + 6].floor, first + 6);
    vtb_plan_free(&plan);
}

/* Cells that guests run are none: nothing is built for them. */
static void their_cells_are_not_built(void **state)
{
    (void)state;
    size_t without_n;
    size_t n;
    assert_true(MAKE(SOME, "--heap=glibc"));
    free((void *)(uintptr_t)vtb_plan_cells(&plan, &without_n));
    vtb_plan_free(&plan);
    assert_true(MAKE(SOME, "--heap=glibc", "--guest=some"));
    free((void *)(uintptr_t)vtb_plan_cells(&plan, &n));
    vtb_plan_free(&plan);
    assert_int_equal(n, without_n);
}

static void what_guests_cannot_do_is_told(void **state)
{
    (void)state;
    static char *const told[][2] = {
        {"--consumer=both", "independent lookups alone"},
        {"--threads=1,2", "one caller"},
        {"--live-heap=1M", "its table lives"},
        {"--cache-capacity=100", "no cache from whose content"},
        {"--calls=1000", "steady state"},
        {"--completer=thread", "complete their own operations"},
        {"--abstraction=virtual", "behind an interface"},
        {"--table=concurrent", "tables of their own"},
        {"--force-async", "suspend on a miss alone"},
        {"--failure-rate=0.1", "never fails"},
        {"--pollute=1M", "no other memory"},
        {"--baseline-strategy=poll", "nothing in guests stands for the baseline strategy"},
        {"--baseline-strategy=value_task@checked", "nothing in guests stands for the baseline"},
    };
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        const bool cached = strncmp(told[i][0], "--cache", 7) == 0;
        if (!MAKE("--guest=some", told[i][0], cached ? "--workload=trace" : "--details"))
            fail_msg("%s: %s", told[i][0], error.message);
        assert_int_equal(vtb_cells_end(plan.points), plan.points->cases_n);
        assert_contains(reason_of("some"), told[i][1]);
        vtb_plan_free(&plan);
    }
}

/* A point that guests can do stands beside one that they cannot. */
static void points_are_looked_at_one_by_one(void **state)
{
    (void)state;
    assert_true(MAKE(SOME, "--guest=some", "--calls=1000,1000000"));
    assert_int_equal(vtb_cells_end(&plan.points[0]), plan.points[0].cases_n);
    assert_int_equal(vtb_cells_end(&plan.points[1]) + 4, plan.points[1].cases_n);
    vtb_plan_free(&plan);
}

static void names_that_cannot_stand_beside_others(void **state)
{
    (void)state;
    static char *const told[][2] = {
        {"--guest=glibc", "--guest: 'glibc' has the name of a heap"},
        {"--guest=a b", "--guest: 'a b': accepted: the name of a guest, or the path"},
        {"--guest=./a\n", "accepted: the name of a guest, or the path of a folder"},
        {"--guest=some,/x/some", "--guest: '/x/some': a guest of that name stands there already"},
        {"--guest=a,b,c,d,e", "--guest: 5 guests; accepted: up to 4"},
    };
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        assert_false(MAKE(told[i][0]));
        assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
        assert_contains(error.message, told[i][1]);
        assert_null(plan.points);
    }
    assert_false(MAKE("--guest=some", "--save-baseline=x.json"));
    assert_begins(error.message, "--save-baseline: 'x.json': `gate` runs no guests");
    assert_true(MAKE("--guest=some", "--heap=glibc", "--gen0-budget=1M"));
    vtb_plan_free(&plan);
}

static void a_baseline_with_guests_is_not_gated(void **state)
{
    (void)state;
    options.guests = (struct vtb_names){.items = {"some"}, .n = 1};
    assert_false(vtb_plan_make_gated(&plan, &options, &error));
    assert_contains(error.message, "`gate` runs no guests");
}

/* --- without some cases --- */

static bool without(const void *context, const struct vtb_point *point,
                    const struct vtb_case *the_case)
{
    const char *const *name = context; /* of a guest, and of a strategy; null: all of them */
    (void)point;
    return !the_case->guest || strcmp(the_case->guest->name, name[0]) != 0 ||
           (name[1] && strcmp(the_case->timing->name, name[1]) != 0);
}

static struct vtb_kept_plan *keep(const char *guest, const char *strategy)
{
    const char *const names[] = {guest, strategy};
    return vtb_plan_keep(&plan, without, names);
}

static void cases_that_are_kept_know_each_other(void **state)
{
    (void)state;
    assert_true(MAKE(SOME, "--guest=some,other", "--heap=glibc", "--method=both"));
    const size_t first = vtb_cells_end(plan.points);
    struct vtb_kept_plan *kept = keep("some", "heap_task"); /* the others go with the baseline */
    const struct vtb_point *point = kept->plan.points;
    assert_int_equal(point->cases_n, first + 6);
    for (size_t i = 0; i < point->cases_n; i++) {
        const struct vtb_case *the_case = &point->cases[i];
        const struct vtb_case *whole = &plan.points->cases[kept->places[0][i]];
        assert_int_equal(kept->places[0][i], i < first ? i : i + 6);
        assert_ptr_equal(the_case->timing, whole->timing);
        assert_ptr_equal(point->cases[the_case->baseline].timing,
                         plan.points->cases[whole->baseline].timing);
        assert_true(point->cases[the_case->floor].guest == the_case->guest);
        assert_int_equal(the_case->serial, i);
        if (i >= first) {
            assert_ptr_equal(the_case->guest, &kept->plan.guests[1]);
            assert_string_equal(the_case->heap->name, "other");
            assert_int_equal(the_case->empty, point->cases_n);
        }
    }
    vtb_plan_keep_free(kept);
    kept = keep("other", "value_task");
    assert_int_equal(kept->plan.points->cases_n, first + 12 - 2);
    vtb_plan_keep_free(kept);
    vtb_plan_keep_free(NULL);
    vtb_plan_free(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guest_has_what_stands_there),
        cmocka_unit_test(asynchronous_methods_are_a_table_of_their_own),
        cmocka_unit_test(their_cells_are_not_built),
        cmocka_unit_test(what_guests_cannot_do_is_told),
        cmocka_unit_test(points_are_looked_at_one_by_one),
        cmocka_unit_test(names_that_cannot_stand_beside_others),
        cmocka_unit_test(a_baseline_with_guests_is_not_gated),
        cmocka_unit_test(cases_that_are_kept_know_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
