/* The runtimes of advice: each has a strategy of its own to weigh, and heaps such as it has. */
#include "check.h"

#include "plan/runtimes.h"

static void each_has_its_own(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"dotnet", "value_task"},
        {"java", "task_in_cache"},
        {"cpp", "inline_future"},
        {"rust", "poll"},
    };
    size_t n = 0;
    while (vtb_runtimes[n].word)
        n++;
    assert_int_equal(n, sizeof rows / sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        const struct vtb_runtime *runtime = vtb_find_runtime(rows[i][0]);
        assert_non_null(runtime);
        assert_true(*runtime->baseline_is && *runtime->other_is);
        assert_string_equal(vtb_runtime_other(runtime)->name, rows[i][1]);
    }
    assert_null(vtb_find_runtime("nosuch"));
    assert_string_equal(vtb_runtime_other(NULL)->name, "value_task"); /* by its role */
}

/* No entry says that it is for a runtime that there is not, or that another one is for too. */
static void entries_are_of_runtimes(void **state)
{
    (void)state;
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const char *word = vtb_strategies[i].methods[0]->strategy->instead_in;
        const struct vtb_runtime *runtime = word ? vtb_find_runtime(word) : NULL;
        assert_true(!word || runtime);
        assert_true(!runtime || vtb_runtime_other(runtime) == &vtb_strategies[i]);
    }
}

static void heaps_that_free_and_that_collect(void **state)
{
    (void)state;
    const struct vtb_heap *frees = vtb_find_heap("glibc")->heap;
    const struct vtb_heap *collects = vtb_find_heap("gengc")->heap;
    assert_true(vtb_runtime_has_heap(NULL, frees) && vtb_runtime_has_heap(NULL, collects));
    assert_true(vtb_runtime_has_heap(vtb_find_runtime("dotnet"), collects));
    assert_false(vtb_runtime_has_heap(vtb_find_runtime("dotnet"), frees));
    assert_true(vtb_runtime_has_heap(vtb_find_runtime("cpp"), frees));
    assert_false(vtb_runtime_has_heap(vtb_find_runtime("cpp"), collects));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_its_own),
        cmocka_unit_test(entries_are_of_runtimes),
        cmocka_unit_test(heaps_that_free_and_that_collect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
