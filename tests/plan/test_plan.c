#include "check.h"

#include <unistd.h>

#include "good_values.h"
#include "made_plan.h"
#include "report/case_names.h"

/* Refused in one line as a usage error, with nothing left behind. */
static void assert_usage_error(const char *part)
{
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
    assert_one_line(error.message);
    assert_contains(error.message, part);
    assert_null(plan.points);
    assert_int_equal(plan.points_n, 0);
}

/* The name of a case's cell, with @variant if it is one. */
static const char *name_of(const struct vtb_case *the_case)
{
    return the_case->timing->name;
}

static enum vtb_role role_at(const struct vtb_point *point, size_t i)
{
    return point->cases[i].timing->strategy->role;
}

static bool is_reference(const struct vtb_point *point, size_t i)
{
    return i == point->cases[i].floor || i == point->cases[i].empty;
}

static void check_cell(const struct vtb_point *point, const struct vtb_case *the_case,
                       const struct vtb_cell *cell, bool counting)
{
    const bool async = the_case->method == VTB_METHOD_ASYNC && !cell->strategy->lacks.async_method;
    assert_int_equal(cell->kind.counting, counting);
    assert_int_equal(cell->kind.collected, !counting && vtb_heap_collects(the_case->heap->heap));
    assert_int_equal(cell->kind.method, async);
    assert_string_equal(cell->name, name_of(the_case));
    assert_string_equal(cell->workload_name, point->workload->name);
}

/* The cases that a case is compared with have as many callers; and the same case with one caller is
 * there. */
static void check_callers(const struct vtb_point *point, const struct vtb_case *the_case)
{
    const struct vtb_case *single = &point->cases[the_case->serial];
    assert_int_equal(point->cases[the_case->baseline].threads_n, the_case->threads_n);
    assert_int_equal(point->cases[the_case->floor].threads_n, the_case->threads_n);
    assert_int_equal(point->cases[the_case->empty].threads_n, the_case->threads_n);
    assert_int_equal(point->cases[the_case->variant_of].threads_n, the_case->threads_n);
    assert_int_equal(single->threads_n, 1);
    assert_ptr_equal(single->timing, the_case->timing);
    assert_ptr_equal(single->heap, the_case->heap);
    assert_int_equal(single->method, the_case->method);
    if (the_case->threads_n == 1)
        assert_ptr_equal(single, the_case);
}

/* Rules that hold for every case of every plan. */
static void check_cases(const struct vtb_point *point, const char *baseline)
{
    for (size_t i = 0; i < point->cases_n; i++) {
        const struct vtb_case *the_case = &point->cases[i];
        const struct vtb_case *own_baseline = &point->cases[the_case->baseline];
        assert_non_null(the_case->timing);
        assert_non_null(the_case->counting);
        check_cell(point, the_case, the_case->timing, false);
        check_cell(point, the_case, the_case->counting, true);
        assert_string_equal(name_of(own_baseline), baseline);
        assert_int_equal(role_at(point, the_case->floor), VTB_ROLE_FLOOR);
        assert_int_equal(role_at(point, the_case->empty), VTB_ROLE_EMPTY);
        assert_ptr_equal(own_baseline->heap, the_case->heap);
        assert_ptr_equal(point->cases[the_case->floor].heap, the_case->heap);
        assert_ptr_equal(point->cases[the_case->empty].heap, the_case->heap);
        assert_ptr_equal(point->cases[the_case->variant_of].heap, the_case->heap);
        check_callers(point, the_case);
        if (!is_reference(point, i) && !is_reference(point, the_case->baseline))
            assert_int_equal(own_baseline->method, the_case->method);
    }
}

static size_t find_case(const struct vtb_point *point, const char *name, enum vtb_method method)
{
    for (size_t i = 0; i < point->cases_n; i++) {
        if (strcmp(name_of(&point->cases[i]), name) == 0 && point->cases[i].method == method)
            return i;
    }
    fail_msg("no case of %s", name);
    return 0;
}

static size_t strategies_n(void)
{
    struct vtb_names names = {.n = 0};
    for (size_t i = 0; vtb_strategies[i].name; i++)
        assert_true(vtb_names_add(&names, vtb_strategies[i].name));
    return names.n;
}

static size_t default_heaps_n(void)
{
    size_t n = 0;
    for (size_t i = 0; vtb_heaps[i].name; i++)
        n += vtb_heaps[i].heap->is_default;
    return n;
}

/* Strategies that cannot be on a default heap, each once for every such heap. */
static size_t uncollected_n(void)
{
    struct vtb_names names = {.n = 0};
    size_t collectors_n = 0;
    for (size_t i = 0; vtb_heaps[i].name; i++)
        collectors_n += vtb_heaps[i].heap->is_default && vtb_heap_collects(vtb_heaps[i].heap);
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        if (vtb_find_strategy(vtb_strategies[i].name)->lacks.collector)
            assert_true(vtb_names_add(&names, vtb_strategies[i].name));
    }
    return collectors_n * names.n;
}

/* How much is measured: sessions, rounds of each, and the length of an epoch. */
static void assert_effort(size_t sessions_n, size_t rounds_n, double epoch_ns)
{
    assert_int_equal(plan.sessions_n, sessions_n);
    assert_int_equal(plan.rounds_n, rounds_n);
    assert_near(plan.epoch_ns, epoch_ns, 1e-6);
}

static void default_plan(void **state)
{
    (void)state;
    char *argv[] = {"run_bench", NULL};
    assert_true(make(1, argv));
    assert_int_equal(plan.points_n, 1);
    assert_int_equal(plan.consumers_n, 1);
    assert_int_equal(plan.consumers[0], VTB_CONSUMER_INDEPENDENT);
    assert_effort(10, 80, 1e5);
    assert_false(plan.is_sweep);
    const struct vtb_point *point = &plan.points[0];
    assert_string_equal(point->workload->name, "user_cache");
    assert_same_double(point->hits.rate, point->workload->workload->default_hit_rate);
    assert_true(point->keys_n == point->workload->workload->default_keys);
    assert_true(point->calls_n == 1000000);
    assert_int_equal(point->in_flight, 64);
    assert_int_equal(point->depth, 1);
    assert_same_double(point->failure_rate, 0);
    assert_int_equal(point->request_ops, 64);
    assert_false(point->force_async);
    assert_int_equal(point->completion, VTB_COMPLETION_FIFO);
    assert_true(point->seed == 1);
    assert_false(point->hits.emerge || point->completer || point->cold);
    assert_int_equal(point->pollute_bytes, 0);
    assert_true(point->hits.cache.capacity == 0 && point->hits.cache.ttl_ns == 0);
    assert_null(point->hits.trace);
    assert_null(plan.trace_path);
    assert_same_double(plan.calls_per_second, 0);
    assert_int_equal(point->cases_n, strategies_n() * default_heaps_n() - uncollected_n());
    assert_int_equal(plan.skips.n, uncollected_n());
    for (size_t i = 0; i < plan.skips.n; i++)
        assert_string_equal(plan.skips.items[i].reason,
                            vtb_find_strategy(plan.skips.items[i].strategy)->lacks.collector);
    check_cases(point, "heap_task");
    vtb_plan_free(&plan);
    assert_null(plan.points);
}

/* --- the cells of a plan --- */

static bool has_cell(const struct vtb_cell *const *cells, size_t n, const struct vtb_cell *cell)
{
    for (size_t i = 0; i < n; i++) {
        if (cells[i] == cell)
            return true;
    }
    return false;
}

/* The plan's cells are those of all cases, each once, and no other. */
static void check_cells(void)
{
    size_t n = 0;
    size_t used_n = 0;
    const struct vtb_cell **cells = vtb_plan_cells(&plan, &n);
    bool *used = calloc(n + 1, sizeof *used);
    assert_non_null(cells);
    assert_non_null(used);
    for (size_t i = 0; i < n; i++) {
        assert_non_null(cells[i]);
        assert_false(has_cell(cells, i, cells[i]));
    }
    for (size_t p = 0; p < plan.points_n; p++) {
        const struct vtb_point *point = &plan.points[p];
        for (size_t c = 0; c < point->cases_n; c++) {
            assert_int_equal(has_cell(cells, n, point->cases[c].timing),
                             vtb_plan_needs_timing(&plan, &point->cases[c]));
            assert_true(has_cell(cells, n, point->cases[c].counting));
            for (size_t i = 0; i < n; i++)
                used[i] |=
                    cells[i] == point->cases[c].timing || cells[i] == point->cases[c].counting;
        }
    }
    for (size_t i = 0; i < n; i++)
        used_n += used[i];
    assert_int_equal(used_n, n);
    free(used);
    free(cells);
}

static void cells_of_a_plan(void **state)
{
    (void)state;
    size_t n = 0;
    assert_true(MAKE("--strategy=poll", "--heap=glibc"));
    check_cells();
    const struct vtb_cell **cells = vtb_plan_cells(&plan, &n);
    assert_int_equal(n, 2 * 4); /* the references and one more, for timing and for counting */
    free(cells);
    vtb_plan_free(&plan);
    assert_true(MAKE("--strategy=poll", "--heap=glibc,gengc", "--hit-rate=0.5,0.8"));
    cells = vtb_plan_cells(&plan, &n);
    assert_int_equal(n, 3 * 4); /* what is counted is so on every heap */
    free(cells);
    vtb_plan_free(&plan);
}

static void cells_of_every_kind_of_plan(void **state)
{
    (void)state;
    assert_true(MAKE("--heap=all", "--method=both", "--strategy=all"));
    check_cells();
    vtb_plan_free(&plan);
    assert_true(MAKE("--workload=user_cache,permission_check,trace", "--in-flight=1,2",
                     "--hit-rate=0.5,0.8", "--threads=1,2"));
    check_cells();
    vtb_plan_free(&plan);
    assert_true(
        MAKE("--payload=8,48", "--strategy=poll@checked,heap_task@atomic", "--calls=1e4,1e6"));
    check_cells();
    vtb_plan_free(&plan);
    assert_true(MAKE("--completer=thread", "--depth=1,3", "--live-heap=1e6"));
    check_cells();
    vtb_plan_free(&plan);
}

/* Cells that the passes of a run do not use are not built for it. */
static void cells_of_counts_alone(void **state)
{
    (void)state;
    static const char *const timed[] = {"--instructions", "--pressure=all", "--heap=gengc",
                                        "--events=page-faults"};
    size_t n = 0;
    assert_true(MAKE("--strategy=poll", "--heap=glibc", "--rounds=0"));
    check_cells();
    const struct vtb_cell **cells = vtb_plan_cells(&plan, &n);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++)
        assert_true(cells[i]->kind.counting);
    free(cells);
    vtb_plan_free(&plan);
    for (size_t i = 0; i < sizeof timed / sizeof *timed; i++) {
        assert_true(MAKE("--heap=glibc", "--strategy=poll", "--rounds=0", (char *)timed[i]));
        check_cells();
        cells = vtb_plan_cells(&plan, &n);
        assert_int_equal(n, 2 * 4);
        free(cells);
        vtb_plan_free(&plan);
    }
}

/* The pressure pass sees enough collections of its own accord in a run whose calls, effort and use
 * nobody fixed. */
static void calls_that_were_given_are_made(void **state)
{
    (void)state;
    static const char *const fixed[] = {"--calls=1e6", "--quick", "--rounds=0",
                                        "--hit-rate=0:0.5:0.1", "--save-baseline=file"};
    assert_true(MAKE("--heap=gengc"));
    assert_true(plan.points[0].collects_enough);
    vtb_plan_free(&plan);
    assert_true(MAKE("--heap=gengc", "--time=1"));
    assert_true(plan.points[0].collects_enough);
    vtb_plan_free(&plan);
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        assert_true(MAKE("--heap=gengc", (char *)fixed[i]));
        assert_false(plan.points[0].collects_enough);
        vtb_plan_free(&plan);
    }
    char *argv[] = {"run_bench", "--heap=gengc", NULL};
    assert_true(vtb_options_parse(&options, 2, argv, &error));
    assert_true(vtb_plan_make_gated(&plan, &options, &error));
    assert_false(plan.points[0].collects_enough);
    vtb_plan_free(&plan);
}

/* Six combinations or more are a sweep, whatever they are of; what is said wins. */
static void a_sweep_is_rough(void **state)
{
    (void)state;
    char *five[] = {"run_bench", "--hit-rate", "0:0.4:0.1", NULL};
    assert_true(make(3, five));
    assert_false(plan.is_sweep);
    assert_effort(10, 80, 1e5);
    vtb_plan_free(&plan);
    char *six[] = {"run_bench", "--hit-rate", "0,0.5", "--in-flight", "1,2,3", NULL};
    assert_true(make(5, six));
    assert_true(plan.is_sweep);
    assert_effort(5, 24, 1e5);
    assert_true(plan.points[5].calls_n == 200000);
    assert_false(plan.points[5].cold);
    vtb_plan_free(&plan);
    char *said[] = {"run_bench", "--depth",    "1:6:1", "--rounds", "300", "--epoch-ms",
                    "1",         "--sessions", "7",     "--calls",  "5e6", NULL};
    assert_true(make(11, said));
    assert_true(plan.is_sweep);
    assert_effort(7, 300, 1e6);
    assert_true(plan.points[5].calls_n == 5000000);
    vtb_plan_free(&plan);
    char *quick[] = {"run_bench", "--quick", NULL};
    assert_true(make(2, quick));
    assert_effort(5, 24, 1e5);
    assert_true(plan.points[0].calls_n == 1000000);
    vtb_plan_free(&plan);
}

/* The combinations of all workloads together are counted; seconds take the place of rounds. */
static void what_makes_a_sweep(void **state)
{
    (void)state;
    assert_true(MAKE("--workload=user_cache,permission_check", "--in-flight=1,2,3"));
    assert_true(plan.is_sweep);
    vtb_plan_free(&plan);
    assert_true(MAKE("--workload=user_cache", "--in-flight=1,2,3", "--strategy=all", "--heap=all"));
    assert_false(plan.is_sweep);
    vtb_plan_free(&plan);
    assert_true(MAKE("--hit-rate=0:1:0.1", "--time=5"));
    assert_true(plan.is_sweep && vtb_plan_is_timed(&plan));
    assert_int_equal(plan.sessions_n, 5);
    vtb_plan_free(&plan);
    assert_true(MAKE("--hit-rate=0:1:0.1", "--rounds=0"));
    assert_true(plan.is_sweep);
    assert_false(vtb_plan_is_timed(&plan));
    assert_int_equal(plan.rounds_n, 0);
    vtb_plan_free(&plan);
}

/* Counts alone are the same for all consumers; instructions and events are not. */
static void what_is_counted_makes_tables(void **state)
{
    (void)state;
    assert_true(MAKE("--rounds=0", "--consumer=both"));
    assert_int_equal(plan.tables_n, 1);
    assert_false(plan.instructions || plan.require_events);
    assert_int_equal(plan.events.n + plan.min_gains.n, 0);
    vtb_plan_free(&plan);
    assert_true(MAKE("--rounds=0", "--instructions", "--consumer=both"));
    assert_int_equal(plan.tables_n, 2);
    assert_true(plan.instructions);
    vtb_plan_free(&plan);
    assert_true(MAKE("--rounds=0", "--events=page-faults,{cs,faults:u}", "--require-events",
                     "--consumer=both"));
    assert_int_equal(plan.tables_n, 2);
    assert_int_equal(plan.events.n, 3);
    assert_string_equal(plan.events.items[1].name, "cs");
    assert_true(plan.events.items[1].group == plan.events.items[2].group);
    assert_true(plan.require_events);
    vtb_plan_free(&plan);
    assert_true(MAKE("--rounds=0", "--instructions", "--consumer=dependent", "--min-gain=5,10"));
    assert_int_equal(plan.tables_n, 1);
    assert_int_equal(plan.min_gains.n, 2);
    vtb_plan_free(&plan);
}

/* A run that is held against a baseline has a table for each consumer, as the baseline has; it
 * takes no times unless it is said how long to. */
static void a_plan_for_the_gate(void **state)
{
    static const char *const times[] = {NULL, "--time=2"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char *argv[] = {"run_bench",
                        "--heap=glibc",
                        "--strategy=poll",
                        "--consumer=both",
                        (char *)(uintptr_t)times[i],
                        NULL};
        assert_true(vtb_options_parse(&options, i ? 5 : 4, argv, &error));
        assert_true(vtb_plan_make_gated(&plan, &options, &error));
        assert_int_equal(plan.tables_n, 2);
        assert_int_equal(vtb_plan_is_timed(&plan), i);
        assert_int_equal(plan.points[0].cases_n, 4);
        vtb_plan_free(&plan);
    }
    char *refused[] = {"run_bench", "--keys=200000000", NULL};
    assert_true(vtb_options_parse(&options, 2, refused, &error));
    assert_false(vtb_plan_make_gated(&plan, &options, &error));
    assert_usage_error("--keys: '200000000'");
}

/* The first three cases are always the empty loop, the floor and the baseline. */
static void references_come_first(void **state)
{
    (void)state;
    assert_true(MAKE("--strategy=poll,callback,plain", "--heap=glibc"));
    const struct vtb_point *point = &plan.points[0];
    assert_int_equal(point->cases_n, 5);
    assert_int_equal(role_at(point, 0), VTB_ROLE_EMPTY);
    assert_int_equal(role_at(point, 1), VTB_ROLE_FLOOR);
    assert_int_equal(role_at(point, 2), VTB_ROLE_BASELINE);
    assert_string_equal(name_of(&point->cases[3]), "poll");
    assert_string_equal(name_of(&point->cases[4]), "callback");
    check_cases(point, "heap_task");
    vtb_plan_free(&plan);
}

static void another_baseline(void **state)
{
    (void)state;
    assert_true(MAKE("--baseline-strategy=value_task", "--strategy=poll", "--heap=glibc"));
    assert_int_equal(plan.points[0].cases_n, 4);
    assert_string_equal(name_of(&plan.points[0].cases[2]), "value_task");
    assert_int_equal(plan.points[0].cases[3].baseline, 2);
    check_cases(&plan.points[0], "value_task");
    vtb_plan_free(&plan);
    assert_true(MAKE("--baseline-strategy=plain", "--strategy=poll", "--heap=glibc"));
    assert_int_equal(plan.points[0].cases_n, 3);
    check_cases(&plan.points[0], "plain");
    vtb_plan_free(&plan);
}

static void excluded(void **state)
{
    (void)state;
    assert_true(MAKE("--exclude-strategy=poll,callback", "--heap=glibc"));
    assert_int_equal(plan.points[0].cases_n, strategies_n() - 2);
    for (size_t i = 0; i < plan.points[0].cases_n; i++) {
        assert_string_not_equal(name_of(&plan.points[0].cases[i]), "poll");
        assert_string_not_equal(name_of(&plan.points[0].cases[i]), "callback");
    }
    vtb_plan_free(&plan);
    assert_true(MAKE("--exclude-strategy=heap_task", "--baseline-strategy=value_task"));
    check_cases(&plan.points[0], "value_task");
    vtb_plan_free(&plan);
}

static void references_cannot_be_excluded(void **state)
{
    (void)state;
    assert_false(MAKE("--exclude-strategy=heap_task"));
    assert_usage_error(
        "--exclude-strategy: 'heap_task' is the baseline; choose another with "
        "--baseline-strategy");
    assert_false(MAKE("--exclude-strategy=poll", "--baseline-strategy=poll"));
    assert_usage_error("--exclude-strategy: 'poll' is the baseline");
    assert_false(MAKE("--exclude-strategy=poll@checked", "--baseline-strategy=poll@checked"));
    assert_usage_error("--exclude-strategy: 'poll@checked' is the baseline");
    static const char *const options_of_references[] = {"--exclude-strategy=empty",
                                                        "--exclude-strategy=plain"};
    for (size_t i = 0; i < 2; i++) {
        assert_false(MAKE((char *)options_of_references[i]));
        assert_usage_error("--exclude-strategy: 'empty' and 'plain' are in every round");
    }
    assert_false(MAKE("--exclude-strategy=all"));
    assert_usage_error("--exclude-strategy: ");
}

/* --- methods and variants --- */

static size_t async_n(void)
{
    struct vtb_names names = {.n = 0};
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        if (!vtb_find_strategy(vtb_strategies[i].name)->lacks.async_method)
            assert_true(vtb_names_add(&names, vtb_strategies[i].name));
    }
    return names.n;
}

/* A strategy without an asynchronous method is left out once, with its reason. */
static void check_skips(size_t n)
{
    assert_int_equal(plan.skips.n, n);
    for (size_t i = 0; i < n; i++) {
        const struct vtb_skip *skip = &plan.skips.items[i];
        assert_string_equal(skip->what, "the async method");
        assert_string_equal(skip->reason, vtb_find_strategy(skip->strategy)->lacks.async_method);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(plan.skips.items[j].strategy, skip->strategy);
    }
}

static void asynchronous_plan(void **state)
{
    (void)state;
    assert_true(MAKE("--method=async", "--heap=glibc", "--hit-rate=0.2,0.5"));
    for (size_t i = 0; i < plan.points_n; i++) {
        const struct vtb_point *point = &plan.points[i];
        assert_int_equal(point->cases_n, async_n() + 2);
        assert_int_equal(role_at(point, 0), VTB_ROLE_EMPTY);
        assert_int_equal(role_at(point, 1), VTB_ROLE_FLOOR);
        assert_int_equal(vtb_table_end(point, 0), point->cases_n);
        assert_true(point->cases[0].method && point->cases[1].method);
        check_cases(point, "heap_task");
        for (size_t own = 0; own < point->cases_n; own++)
            assert_int_equal(point->cases[own].variant_of, own); /* what it varies is not there */
    }
    check_skips(strategies_n() - 2 - async_n());
    vtb_plan_free(&plan);
}

/* The references stand in the first table alone; each method has its own baseline. */
static void both_methods(void **state)
{
    (void)state;
    assert_true(MAKE("--method=both", "--heap=glibc", "--strategy=poll,value_task"));
    const struct vtb_point *point = &plan.points[0];
    static const char *const names[] = {"empty",      "plain",     "heap_task", "poll",
                                        "value_task", "heap_task", "value_task"};
    assert_int_equal(point->cases_n, 7);
    assert_int_equal(vtb_table_end(point, 0), 5);
    assert_int_equal(vtb_table_end(point, 5), 7);
    for (size_t i = 0; i < 7; i++) {
        assert_string_equal(name_of(&point->cases[i]), names[i]);
        assert_int_equal(point->cases[i].method, i >= 5);
        assert_int_equal(point->cases[i].empty, 0);
        assert_int_equal(point->cases[i].floor, 1);
        assert_int_equal(point->cases[i].baseline, i < 5 ? 2 : 5);
    }
    assert_int_equal(point->cases[5].variant_of, 2);
    assert_int_equal(point->cases[6].variant_of, 4);
    assert_int_equal(point->cases[4].variant_of, 4);
    check_cases(point, "heap_task");
    check_skips(1);
    assert_string_equal(plan.skips.items[0].strategy, "poll");
    vtb_plan_free(&plan);
}

static const struct vtb_case *case_named(const struct vtb_point *point, const char *name,
                                         enum vtb_method method)
{
    return &point->cases[find_case(point, name, method)];
}

static void check_way(enum vtb_method method, bool by_runtime, bool stored)
{
    const struct vtb_case *the_case = case_named(&plan.points[0], "heap_task", method);
    const struct vtb_cell *const cells[] = {the_case->timing, the_case->counting};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(cells[i]->kind.method, method);
        assert_int_equal(cells[i]->kind.by_runtime, by_runtime);
        assert_int_equal(cells[i]->kind.stored, stored);
    }
}

/* A caller is as its method unless it is said; what is stored is made as for a classic caller, but
 * that of a runtime-async method, which takes more. */
static void callers(void **state)
{
    (void)state;
    assert_true(MAKE("--method=all", "--heap=glibc", "--strategy=value_task"));
    check_way(VTB_METHOD_DIRECT, false, false);
    check_way(VTB_METHOD_ASYNC, false, false);
    check_way(VTB_METHOD_RUNTIME, true, false);
    assert_int_equal(plan.points[0].cases_n, 2 + 3 * 2);
    vtb_plan_free(&plan);
    assert_true(MAKE("--method=all", "--heap=glibc", "--strategy=value_task", "--caller=runtime"));
    check_way(VTB_METHOD_DIRECT, true, false);
    check_way(VTB_METHOD_ASYNC, true, false);
    vtb_plan_free(&plan);
    assert_true(MAKE("--method=all", "--heap=glibc", "--caller=runtime", "--stored"));
    check_way(VTB_METHOD_DIRECT, false, false);
    check_way(VTB_METHOD_ASYNC, false, false);
    check_way(VTB_METHOD_RUNTIME, false, true);
    vtb_plan_free(&plan);
    assert_true(MAKE("--method=runtime", "--heap=glibc", "--caller=classic", "--stored"));
    check_way(VTB_METHOD_RUNTIME, false, false);
    vtb_plan_free(&plan);
}

/* What the runtime cannot suspend is left out, with its reason; and so is all that a runtime-async
 * caller awaits where another thread completes it. */
static void what_no_runtime_suspends(void **state)
{
    (void)state;
    assert_true(MAKE("--method=runtime", "--heap=glibc", "--strategy=caller_op,poll,value_task"));
    assert_int_equal(plan.skips.n, 2);
    for (size_t i = 0; i < plan.skips.n; i++) {
        const struct vtb_skip *skip = &plan.skips.items[i];
        assert_string_equal(skip->what, "the runtime method");
        assert_string_equal(skip->reason, vtb_find_strategy(skip->strategy)->lacks.runtime_async);
    }
    vtb_plan_free(&plan);
    assert_true(MAKE("--caller=runtime", "--heap=glibc", "--strategy=caller_op,value_task"));
    assert_int_equal(plan.skips.n, 1);
    assert_string_equal(plan.skips.items[0].what, "a runtime caller");
    vtb_plan_free(&plan);
    assert_false(MAKE("--method=runtime", "--heap=glibc", "--baseline-strategy=poll"));
    assert_usage_error("--baseline-strategy: 'poll' cannot be the baseline of this run: ");
    assert_false(MAKE("--method=runtime", "--heap=glibc", "--completer=thread"));
    assert_usage_error("--baseline-strategy: 'heap_task@atomic' is left out of user_cache: " //
                       VTB_RUNTIME_LACKS_THREADS);
}

/* A variant is held against the same strategy without it, by the same method. */
static void variants(void **state)
{
    (void)state;
    assert_true(MAKE("--method=both", "--heap=glibc",
                     "--strategy=value_task@checked,value_task,heap_task@atomic,poll@checked"));
    const struct vtb_point *point = &plan.points[0];
    const size_t direct = find_case(point, "value_task@checked", false);
    const size_t async = find_case(point, "value_task@checked", true);
    assert_int_equal(point->cases[direct].variant_of, find_case(point, "value_task", false));
    assert_int_equal(point->cases[async].variant_of, find_case(point, "value_task", true));
    assert_true(point->cases[direct].timing->checked && point->cases[async].counting->checked);
    assert_int_equal(point->cases[find_case(point, "heap_task@atomic", false)].variant_of,
                     find_case(point, "heap_task", false));
    assert_int_equal(point->cases[find_case(point, "heap_task@atomic", true)].variant_of,
                     find_case(point, "heap_task", true));
    const size_t alone = find_case(point, "poll@checked", false);
    assert_int_equal(point->cases[alone].variant_of, alone); /* poll is not asked for */
    assert_int_equal(point->cases_n, 7 + 4);
    check_cases(point, "heap_task");
    check_skips(1);
    assert_string_equal(plan.skips.items[0].strategy, "poll@checked");
    vtb_plan_free(&plan);
    assert_true(MAKE("--baseline-strategy=heap_task@atomic", "--strategy=poll"));
    check_cases(&plan.points[0], "heap_task@atomic");
    vtb_plan_free(&plan);
}

/* A variant and its strategy are left out separately, as they have different names. */
static void variants_are_left_out_by_their_names(void **state)
{
    (void)state;
    assert_true(MAKE("--strategy=poll,poll@checked", "--exclude-strategy=poll@checked"));
    assert_int_equal(plan.points[0].cases_n, 4 * default_heaps_n());
    (void)find_case(&plan.points[0], "poll", false);
    vtb_plan_free(&plan);
    assert_true(MAKE("--strategy=poll,poll@checked", "--exclude-strategy=poll"));
    assert_int_equal(plan.points[0].cases_n, 4 * default_heaps_n());
    (void)find_case(&plan.points[0], "poll@checked", false);
    vtb_plan_free(&plan);
}

/* A ratio needs a baseline in every table. */
static void a_baseline_that_is_not_there(void **state)
{
    (void)state;
    assert_false(MAKE("--baseline-strategy=poll", "--method=async"));
    assert_usage_error("--baseline-strategy: 'poll' cannot be the baseline of this run: ");
    assert_contains(error.message, vtb_find_strategy("poll")->lacks.async_method);
    assert_contains(error.message, "its method is a compiled state machine");
    assert_contains(error.message, "; choose another");
    assert_false(MAKE("--baseline-strategy=callback@checked", "--method=both"));
    assert_usage_error("--baseline-strategy: 'callback@checked' cannot be the baseline");
    assert_contains(error.message, "the callback takes the place");
    assert_false(MAKE("--baseline-strategy=task_in_cache", "--method=both"));
    assert_usage_error("'task_in_cache' cannot be the baseline");
    assert_true(MAKE("--baseline-strategy=poll", "--method=direct"));
    vtb_plan_free(&plan);
    static const char *const references[] = {"plain", "empty"};
    for (size_t i = 0; i < 2; i++) { /* these are held against by any method */
        char text[64];
        snprintf(text, sizeof text, "--baseline-strategy=%s", references[i]);
        assert_true(MAKE(text, "--method=both", "--strategy=value_task", "--heap=glibc"));
        assert_int_equal(plan.points[0].cases_n, 4);
        check_cases(&plan.points[0], references[i]);
        vtb_plan_free(&plan);
    }
}

/* --- points --- */

/* Every combination once. */
static void points_are_a_product(void **state)
{
    (void)state;
    assert_true(MAKE("--hit-rate=0,0.5,1", "--calls=10,20", "--in-flight=1,2,3,4", "--keys=100,200",
                     "--completion=random", "--seed=9", "--distribution=zipf:1.5"));
    assert_int_equal(plan.points_n, 3 * 2 * 4 * 2);
    bool seen[3][2][4][2] = {{{{false}}}};
    for (size_t i = 0; i < plan.points_n; i++) {
        const struct vtb_point *point = &plan.points[i];
        bool *at = &seen[(size_t)(point->hits.rate * 2)][point->calls_n / 10 - 1]
                        [point->in_flight - 1][point->keys_n / 100 - 1];
        assert_false(*at);
        *at = true;
        assert_int_equal(point->completion, VTB_COMPLETION_RANDOM);
        assert_true(point->seed == 9);
        assert_true(point->distribution.zipf);
        assert_same_double(point->distribution.s, 1.5);
        check_cases(point, "heap_task");
    }
    vtb_plan_free(&plan);
}

/* 20,000 misses a second of 2 ms are 40 at a time; at least one is, and with --in-flight that many
 * are. A curve along the hit rate is one, though other numbers are in flight at each of its
 * points. */
static void misses_in_flight(void **state)
{
    (void)state;
    static const size_t expected[] = {40, 20, 4, 1};
    const struct vtb_parameter *in_flight = &vtb_parameters[VTB_P(in_flight)];
    assert_true(MAKE("--calls-per-second=20k", "--miss-time=2ms", "--hit-rate=0,0.5,0.9,1"));
    assert_int_equal(plan.points_n, 4);
    for (size_t i = 0; i < plan.points_n; i++) {
        assert_int_equal(plan.points[i].in_flight, expected[i]);
        assert_true(isnan(vtb_parameter_value(in_flight, &plan.points[i], plan.points[i].cases)));
    }
    vtb_plan_free(&plan);
    assert_true(MAKE("--calls-per-second=20k", "--miss-time=2ms", "--in-flight=7"));
    assert_int_equal(plan.points->in_flight, 7);
    assert_same_double(vtb_parameter_value(in_flight, plan.points, plan.points->cases), 7);
    vtb_plan_free(&plan);
    assert_true(MAKE("--calls-per-second=20k", "--miss-time=2ms", "--force-async"));
    assert_int_equal(plan.points->in_flight, 40);
    vtb_plan_free(&plan);
    assert_false(MAKE("--miss-time=2ms"));
    assert_usage_error(
        "--miss-time: what is in flight follows from the volume of calls; give "
        "--calls-per-second R");
    assert_false(MAKE("--miss-time=2ms", "--calls-per-second=1", "--cache=lru:100"));
    assert_usage_error("--miss-time: what is in flight follows from the hit rate, which emerges");
    assert_false(MAKE("--miss-time=1s", "--calls-per-second=1e12", "--hit-rate=0.5"));
    assert_usage_error(
        "--miss-time: 500,000,000,000 operations would be in flight, at "
        "1,000,000,000,000 calls a second; accepted: what makes at most 16,777,216");
}

static void deep_and_failing_points_too(void **state)
{
    (void)state;
    assert_true(MAKE("--depth=1,2,3", "--failure-rate=0,0.5", "--request-ops=10,20",
                     "--hit-rate=0,1", "--force-async"));
    assert_int_equal(plan.points_n, 3 * 2 * 2 * 2);
    bool seen[3][2][2][2] = {{{{false}}}};
    for (size_t i = 0; i < plan.points_n; i++) {
        const struct vtb_point *point = &plan.points[i];
        bool *at = &seen[point->depth - 1][(size_t)(point->failure_rate * 2)]
                        [point->request_ops / 10 - 1][(size_t)point->hits.rate];
        assert_false(*at);
        *at = true;
        assert_true(point->force_async);
    }
    vtb_plan_free(&plan);
}

/* The heap at a place of the registry or behind it that can be used; or the list's end. */
static size_t next_usable(size_t at)
{
    while (vtb_heaps[at].name && vtb_heaps[at].heap->unavailable)
        at++;
    return at;
}

/* The cases of one heap follow one another, each block with its own references. */
static void heaps_make_blocks(void **state)
{
    (void)state;
    assert_true(MAKE("--heap=all", "--strategy=poll"));
    const struct vtb_point *point = &plan.points[0];
    size_t at = 0;
    for (size_t first = 0; first < point->cases_n; first = vtb_table_end(point, first), at++) {
        const size_t end = vtb_table_end(point, first);
        assert_int_equal(end - first, 4);
        for (size_t i = first; i < end; i++) {
            assert_ptr_equal(point->cases[i].heap, point->cases[first].heap);
            assert_int_equal(point->cases[i].empty, first);
            assert_int_equal(point->cases[i].floor, first + 1);
            assert_int_equal(point->cases[i].baseline, first + 2);
        }
        at = next_usable(at);
        assert_ptr_equal(point->cases[first].heap, &vtb_heaps[at]);
    }
    assert_null(vtb_heaps[next_usable(at)].name);
    check_cases(point, "heap_task");
    vtb_plan_free(&plan);
}

/* A point made by hand shows where a table ends, as this build may have one heap alone. */
static void tables_end_where_heap_or_method_change(void **state)
{
    (void)state;
    const struct vtb_heap_entry left = {"left", NULL};
    const struct vtb_heap_entry right = {"right", NULL};
    struct vtb_case cases[6] = {{.heap = &left},
                                {.heap = &left},
                                {.heap = &left, .method = VTB_METHOD_ASYNC},
                                {.heap = &right, .method = VTB_METHOD_ASYNC},
                                {.heap = &right},
                                {.heap = &right}};
    const struct vtb_point point = {.cases = cases, .cases_n = 6};
    assert_int_equal(vtb_table_end(&point, 0), 2);
    assert_int_equal(vtb_table_end(&point, 2), 3);
    assert_int_equal(vtb_table_end(&point, 3), 4);
    assert_int_equal(vtb_table_end(&point, 4), 6);
}

static void consumers(void **state)
{
    (void)state;
    assert_true(MAKE("--consumer=dependent"));
    assert_int_equal(plan.consumers_n, 1);
    assert_int_equal(plan.consumers[0], VTB_CONSUMER_DEPENDENT);
    vtb_plan_free(&plan);
    assert_true(MAKE("--consumer=both"));
    assert_int_equal(plan.consumers_n, 2);
    assert_int_equal(plan.consumers[0], VTB_CONSUMER_INDEPENDENT);
    assert_int_equal(plan.consumers[1], VTB_CONSUMER_DEPENDENT);
    vtb_plan_free(&plan);
}

static void too_many_keys(void **state)
{
    (void)state;
    char text[64];
    const unsigned long long max = vtb_find_workload("user_cache")->workload->max_keys;
    snprintf(text, sizeof text, "--keys=%llu", max);
    assert_true(MAKE(text));
    assert_true(plan.points[0].keys_n == max);
    vtb_plan_free(&plan);
    snprintf(text, sizeof text, "--keys=10,%llu", max + 1);
    assert_false(MAKE(text));
    snprintf(text, sizeof text, "--keys: '%llu': out of range for user_cache; ", max + 1);
    assert_usage_error(text);
    snprintf(text, sizeof text, "accepted: 1 to %llu", max);
    assert_contains(error.message, text);
    assert_false(MAKE("--keys=200000000"));
    assert_usage_error(
        "--keys: '200000000': out of range for user_cache; accepted: 1 to 100000000");
}

static void too_many_combinations(void **state)
{
    (void)state;
    assert_true(MAKE("--hit-rate=0:0.99:0.01", "--in-flight=1:100:1"));
    assert_int_equal(plan.points_n, 10000);
    vtb_plan_free(&plan);
    assert_false(MAKE("--hit-rate=0:1:0.01", "--in-flight=1:100:1"));
    assert_usage_error("10100 combinations; accepted: up to 10000");
    assert_false(MAKE("--depth=1:16:1", "--failure-rate=0:1:0.01", "--request-ops=1:7:1"));
    assert_usage_error("11312 combinations; accepted: up to 10000");
    assert_false(MAKE("--hit-rate=0:0.999:0.001", "--in-flight=1:1000:1", "--keys=1:1000:1",
                      "--calls=1:1000:1"));
    assert_usage_error("1000000000000 combinations");
    assert_false(MAKE("--hit-rate=0:0.999:0.001", "--in-flight=1:1000:1", "--keys=1:1000:1",
                      "--calls=1:1000:1", "--failure-rate=0:0.999:0.001", "--request-ops=1:1000:1",
                      "--depth=1:16:1"));
    assert_usage_error("16000000000000000000 combinations");
}

/* More than any integer holds, and of several workloads together. */
static void too_many_combinations_of_all_lists(void **state)
{
    (void)state;
    assert_false(MAKE("--hit-rate=0:0.999:0.001", "--in-flight=1:1000:1", "--keys=1:1000:1",
                      "--calls=1:1000:1", "--failure-rate=0:0.999:0.001", "--request-ops=1:1000:1",
                      "--depth=1:16:1", "--pollute=1:1000:1"));
    assert_usage_error(" combinations; accepted: up to 10000");
    assert_contains(error.message, "16000000000000000000000 combinations");
    assert_false(MAKE("--cache=lru:1:1000:1", "--pollute=1:11:1"));
    assert_usage_error("11000 combinations");
    assert_false(MAKE("--ttl=1:1000:1", "--pollute=1:11:1"));
    assert_usage_error("11000 combinations");
    assert_false(
        MAKE("--workload=user_cache,permission_check", "--in-flight=1:1000:1", "--depth=1:6:1"));
    assert_usage_error("12000 combinations");
}

/* --- real caches, traces, payloads --- */

static const char *workload_at(size_t i)
{
    assert_true(i < plan.points_n);
    return plan.points[i].workload->name;
}

/* The workload that an option is about is the one that is measured. */
static void options_choose_workloads(void **state)
{
    (void)state;
    assert_true(MAKE("--cache=lru:10,20", "--pollute=0,64", "--calls-per-second=10"));
    assert_int_equal(plan.points_n, 4);
    assert_same_double(plan.calls_per_second, 10);
    for (size_t i = 0; i < plan.points_n; i++) {
        const struct vtb_point *point = &plan.points[i];
        assert_string_equal(workload_at(i), "trace");
        assert_true(point->hits.emerge);
        assert_same_double(point->hits.rate, 0);
        assert_true(point->hits.cache.capacity == 10 || point->hits.cache.capacity == 20);
        assert_true(point->pollute_bytes == 0 || point->pollute_bytes == 64);
        for (size_t j = 0; j < i; j++)
            assert_true(point->hits.cache.capacity != plan.points[j].hits.cache.capacity ||
                        point->pollute_bytes != plan.points[j].pollute_bytes);
        check_cases(point, "heap_task");
    }
    vtb_plan_free(&plan);
}

static void payloads_choose_workloads(void **state)
{
    (void)state;
    assert_true(MAKE("--payload=8,64"));
    assert_int_equal(plan.points_n, 2);
    assert_string_equal(workload_at(0), "payload_8");
    assert_string_equal(workload_at(1), "payload_64");
    vtb_plan_free(&plan);
    assert_true(MAKE("--payload=16", "--workload=permission_check"));
    assert_int_equal(plan.points_n, 2);
    assert_string_equal(workload_at(0), "permission_check");
    assert_string_equal(workload_at(1), "payload_16");
    vtb_plan_free(&plan);
    assert_true(MAKE("--payload=48,4096,1")); /* sizes that no entry was built for */
    assert_string_equal(workload_at(0), "payload_48");
    assert_int_equal(plan.points[0].workload->workload->value_bytes, 48);
    assert_string_equal(workload_at(1), "payload_4096");
    assert_int_equal(plan.points[1].workload->workload->payload_bytes, 4096);
    assert_int_equal(plan.points[2].workload->workload->value_bytes, 1);
    vtb_plan_free(&plan);
    assert_false(MAKE("--cache=lru:10", "--payload=8"));
    assert_usage_error("--cache: the hits of 'payload_8' do not emerge");
}

/* A virtual clock that a volume drives, or 1000 calls a second. */
static void entries_that_expire(void **state)
{
    (void)state;
    assert_true(MAKE("--ttl=1.5,2"));
    assert_int_equal(plan.points_n, 2);
    assert_string_equal(workload_at(0), "product_catalog");
    assert_true(plan.points[0].hits.emerge);
    assert_true(plan.points[0].hits.cache.ttl_ns == 1500000000);
    assert_true(plan.points[1].hits.cache.ttl_ns == 2000000000);
    assert_true(plan.points[0].hits.cache.tick_ns == 1000000);
    vtb_plan_free(&plan);
    assert_true(MAKE("--ttl=1", "--calls-per-second=1M"));
    assert_true(plan.points[0].hits.cache.tick_ns == 1000);
    vtb_plan_free(&plan);
    assert_true(MAKE("--workload=product_catalog")); /* nothing expires unless it is asked for */
    assert_false(plan.points[0].hits.emerge);
    assert_true(plan.points[0].hits.cache.ttl_ns == 0);
    assert_true(plan.points[0].hits.rate > 0);
    vtb_plan_free(&plan);
}

/* A hit rate is for workloads that have one; for others it emerges. */
static void rates_beside_real_caches(void **state)
{
    (void)state;
    assert_true(MAKE("--workload=trace,user_cache", "--hit-rate=0.3,0.4"));
    assert_int_equal(plan.points_n, 3);
    assert_true(plan.points[0].hits.emerge);
    assert_true(plan.points[0].hits.cache.capacity == 10000); /* its own */
    assert_true(plan.points[0].distribution.zipf);
    assert_same_double(plan.points[0].distribution.s, 0.99);
    assert_false(plan.points[1].hits.emerge || plan.points[2].hits.emerge);
    assert_same_double(plan.points[1].hits.rate + plan.points[2].hits.rate, 0.7);
    assert_false(plan.points[1].distribution.zipf);
    vtb_plan_free(&plan);
    assert_true(MAKE("--cache=lru:5", "--distribution=uniform"));
    assert_false(plan.points[0].distribution.zipf);
    vtb_plan_free(&plan);
}

/* A file of four requests of two keys; gone after the plan was made. */
static bool make_recorded(const char *extra)
{
    char path[TEMPORARY_BYTES];
    char option[TEMPORARY_BYTES + 16];
    char *argv[] = {"run_bench", option, (char *)extra, NULL};
    temporary_file(path, "a\nb\na\na\n");
    snprintf(option, sizeof option, "--trace=%s", path);
    const bool ok = make(extra ? 3 : 2, argv);
    assert_int_equal(unlink(path), 0);
    return ok;
}

static void recorded_keys(void **state)
{
    (void)state;
    assert_true(make_recorded(NULL));
    assert_int_equal(plan.points_n, 1);
    assert_string_equal(workload_at(0), "trace");
    assert_ptr_equal(plan.points[0].hits.trace, &plan.trace);
    assert_non_null(plan.trace_path);
    assert_true(plan.points[0].calls_n == 4);
    assert_true(plan.points[0].keys_n == 2);
    assert_false(plan.points[0].cold);
    vtb_plan_free(&plan);
    assert_null(plan.trace.ids);
    assert_true(make_recorded("--calls=9"));
    assert_true(plan.points[0].calls_n == 9);
    vtb_plan_free(&plan);
    assert_false(make_recorded("--keys=10"));
    assert_usage_error("--keys: the keys are those of the trace");
    assert_false(make_recorded("--distribution=uniform"));
    assert_usage_error("--distribution: the keys are those of the trace");
    assert_false(make_recorded("--workload=user_cache"));
    assert_usage_error("--trace: the hits of 'user_cache' do not emerge");
    assert_false(make_recorded("--ttl=1"));
    assert_usage_error("--ttl: the entries of 'trace' do not expire");
    assert_false(make_recorded("--hit-rate=0.5"));
    assert_usage_error("--hit-rate: the hits of 'trace' emerge");
    assert_false(MAKE("--trace=/no/such/file"));
    assert_usage_error("/no/such/file");
}

/* An option that a workload cannot follow is refused, not ignored in silence. */
static void options_that_a_workload_cannot_follow(void **state)
{
    (void)state;
    assert_false(MAKE("--cache=lru:10", "--workload=user_cache"));
    assert_usage_error("--cache: the hits of 'user_cache' do not emerge");
    assert_false(MAKE("--cache=lru:10", "--workload=trace,permission_check"));
    assert_usage_error("'permission_check'");
    assert_false(MAKE("--ttl=1", "--workload=user_cache"));
    assert_usage_error("--ttl: the entries of 'user_cache' do not expire");
    assert_false(MAKE("--ttl=1", "--hit-rate=0.5"));
    assert_usage_error("--hit-rate: the hits of 'product_catalog' emerge");
    assert_false(MAKE("--cache=lru:10", "--hit-rate=0.5"));
    assert_usage_error("--hit-rate: the hits of 'trace' emerge");
    assert_false(MAKE("--cache=lru:10", "--failure-rate=0.5"));
    assert_usage_error("--failure-rate: the hits of 'trace' emerge");
    assert_false(MAKE("--ttl=1", "--failure-rate=0.5"));
    assert_usage_error("--failure-rate: the hits of 'product_catalog' emerge");
    assert_false(MAKE("--cache=lru:10", "--force-async"));
    assert_usage_error("--force-async: the hits of 'trace' emerge");
    assert_false(MAKE("--completer=thread", "--completion=lifo"));
    assert_usage_error("--completion: 'lifo': ");
    assert_contains(error.message, "accepted with --completer thread: fifo");
    assert_false(MAKE("--completer=thread", "--completion=random"));
    assert_usage_error("--completion: 'random': ");
}

/* --- values of options, as the names of the cases have them --- */

/* A name's value of a key, up to its end or the next '/'; "as usual" if the name has none. */
static void value_of(char value[64], const char *name, const char *key)
{
    static const char *const first[] = {"workload", "strategy", "heap"};
    char prefix[64];
    const char *at = name;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++, at = strchr(at, '/') + 1) {
        if (strcmp(key, first[i]) == 0) {
            snprintf(value, 64, "%.*s", (int)strcspn(at, "/"), at);
            return;
        }
    }
    snprintf(prefix, sizeof prefix, "/%s:", key);
    at = strstr(name, prefix);
    at = at ? at + strlen(prefix) : USUAL;
    snprintf(value, 64, "%.*s", (int)strcspn(at, "/"), at);
}

/* The values of a key in the names of all cases, each once, in their order. */
static void values_in_names(char *text, size_t text_bytes, const char *key)
{
    static char values[VTB_NAMES_MAX][64];
    struct vtb_names found = {.n = 0};
    *text = '\0';
    for (size_t i = 0; i < plan.points_n; i++) {
        const struct vtb_comparison comparison = {.point = &plan.points[i],
                                                  .consumer = plan.consumers[0]};
        for (size_t j = 0; j < plan.points[i].cases_n; j++) {
            const struct vtb_figures figures = {.the_case = &plan.points[i].cases[j]};
            const size_t n = found.n;
            char name[512];
            vtb_case_name(name, sizeof name, &comparison, &figures);
            value_of(values[n], name, key);
            assert_true(vtb_names_add(&found, values[n]) && found.n < VTB_NAMES_MAX);
            if (found.n > n)
                snprintf(text + strlen(text), text_bytes - strlen(text), "%s%s", n > 0 ? " " : "",
                         values[n]);
        }
    }
}

/* Few cases, but for what the option itself says; by its twin in the environment, or not. */
static void make_good_value(const struct good_value *row, bool by_twin)
{
    static const char *const others[][2] = {
        {"--calls", "1000"}, {"--strategy", "plain"}, {"--heap", "glibc"}, {"--rounds", "0"}};
    char *argv[16] = {"run_bench"};
    int argc = 1;
    char option[64];
    char twin[64];
    const bool is_flag =
        strcmp(row->option, "force-async") == 0 || strcmp(row->option, "stored") == 0;
    snprintf(option, sizeof option, "--%s", row->option);
    snprintf(twin, sizeof twin, "VTB_%s", row->option);
    for (char *c = twin; *c; c++)
        *c = (char)(*c == '-' ? '_' : *c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(others[i][0], option) == 0)
            continue;
        argv[argc++] = (char *)others[i][0];
        argv[argc++] = (char *)others[i][1];
    }
    if (by_twin)
        setenv(twin, row->text, 1);
    else if (!is_flag || strcmp(row->text, "1") == 0)
        argv[argc++] = option;
    if (!by_twin && !is_flag)
        argv[argc++] = (char *)row->text;
    const bool ok = make(argc, argv);
    unsetenv(twin);
    if (!ok)
        fail_msg("%s %s: %s", option, row->text, error.message);
}

static void good_values_are_what_is_run(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * (sizeof good_values / sizeof *good_values); i++) {
        const struct good_value *row = &good_values[i / 2];
        char values[512];
        make_good_value(row, i % 2);
        values_in_names(values, sizeof values, row->key);
        if (strcmp(values, row->expected) != 0)
            fail_msg("--%s %s makes %s", row->option, row->text, values);
        vtb_plan_free(&plan);
    }
}

/* The cells that are timed are others behind an interface; those that count are the same. */
static void an_interface(void **state)
{
    (void)state;
    assert_true(MAKE("--abstraction=virtual", "--method=both", "--heap=glibc,gengc"));
    assert_true(plan.points[0].abstract);
    for (size_t i = 0; i < plan.points[0].cases_n; i++) {
        const struct vtb_case *the_case = &plan.points[0].cases[i];
        assert_true(the_case->timing->kind.abstract && !the_case->counting->kind.abstract);
        assert_int_equal(the_case->timing->kind.method, the_case->counting->kind.method);
    }
    vtb_plan_free(&plan);
    assert_true(MAKE("--abstraction=concrete", "--heap=glibc"));
    assert_false(plan.points[0].abstract || plan.points[0].cases[0].timing->kind.abstract);
    vtb_plan_free(&plan);
}

/* Timed cells have the loops of their point, and those that count are the same for all of them. */
static void loops_of_points(void **state)
{
    (void)state;
    assert_true(MAKE("--depth=1,3", "--pollute=0,64K", "--method=both", "--heap=glibc"));
    assert_int_equal(plan.points_n, 4);
    for (size_t i = 0; i < plan.points_n; i++) {
        const struct vtb_point *point = &plan.points[i];
        for (size_t j = 0; j < point->cases_n; j++) {
            const struct vtb_case *the_case = &point->cases[j];
            assert_int_equal(the_case->timing->kind.layered, point->depth == 3);
            assert_int_equal(the_case->timing->kind.polluted, point->pollute_bytes > 0);
            assert_ptr_equal(the_case->counting, plan.points[0].cases[j].counting);
        }
    }
    vtb_plan_free(&plan);
}

/* What is counted and what is timed inserts into one table. */
static void a_concurrent_table(void **state)
{
    (void)state;
    assert_true(MAKE("--table=concurrent", "--method=both", "--heap=glibc,gengc"));
    assert_true(plan.points[0].concurrent_table);
    for (size_t i = 0; i < plan.points[0].cases_n; i++) {
        const struct vtb_case *the_case = &plan.points[0].cases[i];
        assert_true(the_case->timing->kind.concurrent && the_case->counting->kind.concurrent);
    }
    vtb_plan_free(&plan);
    assert_true(MAKE("--table=read-only", "--heap=glibc"));
    assert_false(plan.points[0].concurrent_table ||
                 plan.points[0].cases[0].timing->kind.concurrent);
    vtb_plan_free(&plan);
}

/* A cache that is real is each service's own, and who looks keys up in an own way does not find
 * them there. */
static void no_concurrent_table(void **state)
{
    (void)state;
    static char *const lack[] = {"--workload=trace", "--workload=product_catalog",
                                 "--workload=user_cache,product_catalog", "--ttl=1"};
    for (size_t i = 0; i < sizeof lack / sizeof *lack; i++) {
        assert_false(MAKE("--table=concurrent", lack[i]));
        assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
        assert_begins(error.message, "--table: '");
        assert_contains(error.message, "has a lookup of its own");
    }
}

/* Of an open loop whose hand-overs are timed, each case that suspends has a cell more, which is
 * built and loaded. */
static void hand_overs(void **state)
{
    (void)state;
    struct vtb_open_loop open_loop = {.rate = 1000};
    size_t before_n;
    size_t n;
    assert_true(MAKE("--completer=thread", "--heap=glibc,gengc", "--strategy=value_task"));
    const struct vtb_point *point = &plan.points[0];
    vtb_plan_open_loop(&plan, &open_loop, 1);
    free((void *)vtb_plan_cells(&plan, &before_n));
    for (size_t i = 0; i < point->cases_n; i++)
        assert_null(point->cases[i].handover);
    open_loop.hands_over = true;
    vtb_plan_open_loop(&plan, &open_loop, 1);
    const struct vtb_cell **cells = vtb_plan_cells(&plan, &n);
    size_t suspend_n = 0;
    for (size_t i = 0; i < point->cases_n; i++) {
        const struct vtb_cell *timing = point->cases[i].timing;
        const struct vtb_cell *handover = point->cases[i].handover;
        assert_int_equal(handover != NULL, timing->frame_bytes > 0);
        suspend_n += handover != NULL;
        if (!handover)
            continue;
        assert_string_equal(handover->name, timing->name);
        assert_true(handover->kind.handover && !timing->kind.handover);
        assert_int_equal(handover->kind.collected, timing->kind.collected);
    }
    assert_int_equal(suspend_n, 4); /* heap_task and value_task, on each heap */
    assert_int_equal(n, before_n + suspend_n);
    free((void *)cells);
    vtb_plan_free(&plan);
}

/* With a store outside of the program, cells are those that it may answer, and other threads
 * complete; what nobody would do is refused. */
static void a_store(void **state)
{
    (void)state;
    const struct vtb_store *store = vtb_store_of(1);
    if (store->unavailable)
        skip();
    assert_true(MAKE("--store=sqlite", "--store-threads=3", "--heap=glibc,gengc"));
    const struct vtb_point *point = &plan.points[0];
    assert_ptr_equal(point->store, store);
    assert_true(point->completer);
    assert_int_equal(vtb_point_completers_n(point), 3);
    for (size_t i = 0; i < point->cases_n; i++) {
        const struct vtb_case *the_case = &point->cases[i];
        assert_true(the_case->timing->kind.outside && !the_case->counting->kind.outside);
        assert_true(the_case->timing->several_threads);
    }
    size_t skipped_n = 0; /* of those that suspend some may not be completed there */
    for (size_t i = 0; i < plan.skips.n; i++) {
        skipped_n += strcmp(plan.skips.items[i].what, "a store's thread") == 0;
        assert_string_not_equal(plan.skips.items[i].what, "a completing thread");
    }
    assert_true(skipped_n > 0);
    vtb_plan_free(&plan);
    assert_true(MAKE("--store=sqlite", "--completer=thread", "--heap=glibc"));
    assert_int_equal(vtb_point_completers_n(&plan.points[0]), 1);
    vtb_plan_free(&plan);
    assert_true(MAKE("--store=simulated", "--heap=glibc"));
    assert_null(plan.points[0].store);
    assert_int_equal(vtb_point_completers_n(&plan.points[0]), 0);
    assert_false(plan.points[0].cases[0].timing->kind.outside);
    vtb_plan_free(&plan);
    assert_true(MAKE("--completer=thread", "--heap=glibc"));
    assert_int_equal(vtb_point_completers_n(&plan.points[0]), 1);
    vtb_plan_free(&plan);
    assert_false(MAKE("--store=sqlite", "--completer=caller"));
    assert_begins(error.message, "--completer: 'caller': threads that ask the store complete");
    assert_contains(error.message, "accepted with --store sqlite: thread");
    assert_false(MAKE("--store=sqlite", "--completion=lifo"));
    assert_contains(error.message, "accepted with --store: fifo");
    assert_false(MAKE("--store-threads=2"));
    assert_begins(error.message, "--store-threads: no thread asks the array");
    assert_false(MAKE("--redis=localhost:6379"));
    assert_begins(error.message, "--redis: Redis is not asked; give --store redis");
    assert_false(MAKE("--redis=localhost:6379", "--store=sqlite"));
    assert_begins(error.message, "--redis: 'localhost:6379': --store sqlite has no server");
}

/* To ask for a default value changes nothing. */
static void defaults_that_are_asked_for(void **state)
{
    (void)state;
    static const char *const same[] = {
        "--method=direct",   "--depth=1",        "--failure-rate=0",   "--request-ops=64",
        "--pollute=0",       "--threads=1",      "--completer=caller", "--abstraction=concrete",
        "--completion=fifo", "--table=read-only"};
    static const char *const keys[] = {
        "workload",    "strategy",     "heap",        "hit_rate",     "calls",    "in_flight",
        "completion",  "keys",         "method",      "distribution", "consumer", "depth",
        "threads",     "failure_rate", "request_ops", "force_async",  "pollute",  "completer",
        "abstraction", "table",        "start"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            char values[2][2048];
            assert_true(MAKE((char *)same[i], "--heap=glibc"));
            values_in_names(values[0], sizeof values[0], keys[k]);
            vtb_plan_free(&plan);
            assert_true(MAKE("--heap=glibc"));
            values_in_names(values[1], sizeof values[1], keys[k]);
            vtb_plan_free(&plan);
            assert_string_equal(values[0], values[1]);
        }
    }
}

/* There are as many rounds and sessions as asked for, in whichever form. */
static void rounds(void **state)
{
    (void)state;
    assert_true(MAKE("--rounds=8"));
    assert_effort(10, 8, 1e5);
    vtb_plan_free(&plan);
    assert_true(MAKE("--sessions=3"));
    assert_effort(3, 80, 1e5);
    vtb_plan_free(&plan);
    assert_true(MAKE("--quick", "--rounds=9", "--sessions=12"));
    assert_effort(12, 9, 1e5);
    vtb_plan_free(&plan);
    static const char *const quick[] = {"1", "0"};
    for (size_t i = 0; i < 2; i++) {
        setenv("VTB_QUICK", quick[i], 1);
        const bool ok = MAKE("--epoch-ms=0.01");
        unsetenv("VTB_QUICK");
        assert_true(ok);
        assert_effort(i == 0 ? 5 : 10, i == 0 ? 24 : 80, 1e4);
        vtb_plan_free(&plan);
    }
}

/* The epochs of four cases that a time of a table has room for, each with what it takes beside. */
#define FOUR_CASES "--strategy=poll", "--heap=glibc"
#define EPOCHS_OF(s, epoch_ns) ((size_t)((s)*1e9 / (epoch_ns)))

/* A time is divided among sessions: longer sessions first, and more of them where they are long;
 * each has at least as many rounds as there must be. */
static void a_time_is_divided(void **state)
{
    static const struct {
        const char *time;
        const char *sessions; /* null: as many as usual */
        size_t sessions_n;
        size_t rounds_n; /* 0: as many as fit into the time */
    } rows[] = {
        {"--time=0.01", NULL, 10, 8},
        {"--time=2", NULL, 10, 0},
        {"--time=29", NULL, 12, 0},
        {"--time=30", NULL, 20, 0},
        {"--time=60", NULL, 24, 0},
        {"--time=2", "--sessions=1", 1, 0},
        {"--time=2", "--sessions=40", 40, 0},
        {"--time=86400", NULL, 100, 5000},
        {"--time=86400", "--sessions=7", 7, 5000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double s = strtod(rows[i].time + strlen("--time="), NULL);
        assert_true(rows[i].sessions ? MAKE(FOUR_CASES, (char *)(uintptr_t)rows[i].time,
                                            (char *)(uintptr_t)rows[i].sessions)
                                     : MAKE(FOUR_CASES, (char *)(uintptr_t)rows[i].time));
        assert_int_equal(plan.points[0].cases_n, 4);
        assert_int_equal(plan.sessions_n, rows[i].sessions_n);
        if (rows[i].rounds_n > 0)
            assert_int_equal(plan.rounds_n, rows[i].rounds_n);
        else /* all epochs together, of 0.1 ms each, take most of the time, and not more than it */
            assert_in_range(plan.sessions_n * plan.rounds_n * 4, EPOCHS_OF(0.5 * s, 1e5),
                            EPOCHS_OF(s, 1e5));
        vtb_plan_free(&plan);
    }
}

/* The point whose rounds take longest decides: of more cases, longer epochs, or cold starts. */
static void a_time_is_that_of_the_longest_table(void **state)
{
    (void)state;
    assert_true(MAKE(FOUR_CASES, "--time=2"));
    const size_t rounds_n = plan.rounds_n;
    vtb_plan_free(&plan);
    assert_true(MAKE(FOUR_CASES, "--time=2", "--epoch-ms=1"));
    assert_in_range(plan.rounds_n, rounds_n / 10, rounds_n / 5);
    vtb_plan_free(&plan);
    assert_true(MAKE(FOUR_CASES, "--time=2", "--threads=1,2"));
    assert_int_equal(plan.points[0].cases_n, 8);
    assert_in_range(plan.rounds_n, rounds_n / 2 - 1, rounds_n / 2);
    vtb_plan_free(&plan);
    assert_true(MAKE(FOUR_CASES, "--time=2", "--calls=1e6,10"));
    assert_true(plan.points[1].cold);
    assert_in_range(plan.rounds_n, 8, rounds_n / 5);
    vtb_plan_free(&plan);
}

/* --- several threads --- */

/* One caller is always there, and first; each number has tables and references of its own. */
static void callers_make_blocks(void **state)
{
    (void)state;
    static const size_t numbers[] = {1, 4, 2};
    assert_true(
        MAKE("--threads=4,1,2", "--strategy=poll,value_task", "--method=both", "--heap=glibc"));
    const struct vtb_point *point = &plan.points[0];
    assert_int_equal(point->cases_n, 3 * 7);
    for (size_t block = 0; block < 3; block++) {
        const size_t first = block * 7;
        assert_int_equal(vtb_table_end(point, first), first + 5);
        assert_int_equal(vtb_table_end(point, first + 5), first + 7);
        for (size_t i = first; i < first + 7; i++) {
            assert_int_equal(point->cases[i].threads_n, numbers[block]);
            assert_int_equal(point->cases[i].empty, first);
            assert_int_equal(point->cases[i].floor, first + 1);
            assert_int_equal(point->cases[i].baseline, i < first + 5 ? first + 2 : first + 5);
            assert_int_equal(point->cases[i].serial, i - first);
        }
        assert_int_equal(point->cases[first + 6].variant_of, first + 4);
    }
    check_cases(point, "heap_task");
    vtb_plan_free(&plan);
}

static void as_many_callers_as_there_may_be(void **state)
{
    (void)state;
    assert_true(MAKE("--threads=1:256:1", "--strategy=poll", "--heap=all"));
    for (size_t i = 0; i < plan.points[0].cases_n; i++)
        assert_in_range(plan.points[0].cases[i].threads_n, 1, 256);
    check_cases(&plan.points[0], "heap_task");
    vtb_plan_free(&plan);
}

static const struct vtb_skip *find_skip(const char *strategy, const char *what)
{
    for (size_t i = 0; i < plan.skips.n; i++) {
        if (strcmp(plan.skips.items[i].strategy, strategy) == 0 &&
            strcmp(plan.skips.items[i].what, what) == 0)
            return &plan.skips.items[i];
    }
    fail_msg("%s is not left out for %s", strategy, what);
    return NULL;
}

/* References are counted for several threads; what cannot complete elsewhere is left out. */
static void a_completing_thread(void **state)
{
    (void)state;
    assert_true(MAKE("--completer=thread", "--heap=glibc"));
    const struct vtb_point *point = &plan.points[0];
    assert_true(point->completer);
    assert_false(point->cold);
    for (size_t i = 2; i < point->cases_n; i++) {
        assert_true(point->cases[i].timing->several_threads);
        assert_null(point->cases[i].timing->strategy->lacks.other_threads);
    }
    (void)find_case(point, "value_task@atomic", false);
    check_cases(point, "heap_task@atomic");
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_strategy *strategy = vtb_find_strategy(vtb_strategies[i].name);
        if (strategy->lacks.other_threads && strategy->role == VTB_ROLE_NONE)
            assert_string_equal(find_skip(vtb_strategies[i].name, "a completing thread")->reason,
                                strategy->lacks.other_threads);
    }
    vtb_plan_free(&plan);
    assert_true(MAKE("--completer=thread", "--strategy=value_task@checked"));
    assert_contains(find_skip("value_task@checked", "a completing thread")->reason, "one thread");
    vtb_plan_free(&plan);
    assert_true(MAKE("--completer=thread", "--strategy=heap_task@local"));
    (void)find_skip("heap_task@local", "a completing thread");
    vtb_plan_free(&plan);
    assert_true(MAKE("--threads=1,2", "--strategy=heap_task@local,value_task"));
    assert_contains(find_skip("heap_task@local", "several threads")->reason, "one thread alone");
    (void)find_case(&plan.points[0], "heap_task@local", false);
    vtb_plan_free(&plan);
    assert_true(MAKE("--completer=caller", "--completion=lifo"));
    assert_false(plan.points[0].completer);
    check_cases(&plan.points[0], "heap_task");
    vtb_plan_free(&plan);
}

static void what_a_workload_leaves_out(void **state)
{
    (void)state;
    assert_true(MAKE("--cache=lru:10", "--strategy=task_in_cache,value_task"));
    assert_string_equal(find_skip("task_in_cache", "trace")->reason,
                        vtb_find_strategy("task_in_cache")->lacks.real_cache);
    assert_int_equal(plan.skips.n, 1);
    assert_int_equal(plan.points[0].cases_n, 4 * default_heaps_n());
    vtb_plan_free(&plan);
    assert_true(MAKE("--workload=permission_check", "--strategy=poll@checked,poll"));
    (void)find_case(&plan.points[0], "poll@checked", false);
    assert_int_equal(plan.skips.n, 0); /* nothing is left out because nobody built it */
    vtb_plan_free(&plan);
}

/* The baseline is missed even where only the first of several tables lacks it. */
static void a_baseline_that_is_left_out(void **state)
{
    (void)state;
    assert_false(MAKE("--completer=thread", "--baseline-strategy=poll", "--heap=glibc"));
    assert_usage_error("--baseline-strategy: 'poll' is left out of user_cache");
    assert_false(MAKE("--cache=lru:10", "--baseline-strategy=task_in_cache", "--heap=glibc"));
    assert_usage_error("--baseline-strategy: 'task_in_cache' is left out of trace");
    assert_false(MAKE("--completer=thread", "--baseline-strategy=poll", "--threads=2"));
    assert_usage_error("--baseline-strategy: 'poll' is left out of user_cache");
    assert_false(MAKE("--completer=thread", "--baseline-strategy=caller_op", "--method=both"));
    assert_usage_error("--baseline-strategy: 'caller_op' is left out of user_cache");
}

/* Few calls are a cold start, unless it takes more than one fresh process and its own keys. */
static void cold_starts(void **state)
{
    (void)state;
    assert_true(MAKE("--calls=1,100000,100001"));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(plan.points[i].cold, plan.points[i].calls_n <= 100000);
    vtb_plan_free(&plan);
    assert_true(MAKE("--calls=100", "--threads=1"));
    assert_false(plan.points[0].cold);
    vtb_plan_free(&plan);
    assert_true(MAKE("--calls=100", "--completer=thread"));
    assert_false(plan.points[0].cold);
    vtb_plan_free(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_plan),
        cmocka_unit_test(calls_that_were_given_are_made),
        cmocka_unit_test(a_sweep_is_rough),
        cmocka_unit_test(what_makes_a_sweep),
        cmocka_unit_test(what_is_counted_makes_tables),
        cmocka_unit_test(a_plan_for_the_gate),
        cmocka_unit_test(references_come_first),
        cmocka_unit_test(another_baseline),
        cmocka_unit_test(excluded),
        cmocka_unit_test(references_cannot_be_excluded),
        cmocka_unit_test(asynchronous_plan),
        cmocka_unit_test(both_methods),
        cmocka_unit_test(variants),
        cmocka_unit_test(variants_are_left_out_by_their_names),
        cmocka_unit_test(a_baseline_that_is_not_there),
        cmocka_unit_test(points_are_a_product),
        cmocka_unit_test(misses_in_flight),
        cmocka_unit_test(deep_and_failing_points_too),
        cmocka_unit_test(callers),
        cmocka_unit_test(what_no_runtime_suspends),
        cmocka_unit_test(heaps_make_blocks),
        cmocka_unit_test(tables_end_where_heap_or_method_change),
        cmocka_unit_test(consumers),
        cmocka_unit_test(too_many_keys),
        cmocka_unit_test(too_many_combinations),
        cmocka_unit_test(too_many_combinations_of_all_lists),
        cmocka_unit_test(options_choose_workloads),
        cmocka_unit_test(payloads_choose_workloads),
        cmocka_unit_test(entries_that_expire),
        cmocka_unit_test(rates_beside_real_caches),
        cmocka_unit_test(recorded_keys),
        cmocka_unit_test(options_that_a_workload_cannot_follow),
        cmocka_unit_test(good_values_are_what_is_run),
        cmocka_unit_test(cells_of_a_plan),
        cmocka_unit_test(cells_of_every_kind_of_plan),
        cmocka_unit_test(cells_of_counts_alone),
        cmocka_unit_test(an_interface),
        cmocka_unit_test(loops_of_points),
        cmocka_unit_test(a_concurrent_table),
        cmocka_unit_test(no_concurrent_table),
        cmocka_unit_test(hand_overs),
        cmocka_unit_test(a_store),
        cmocka_unit_test(defaults_that_are_asked_for),
        cmocka_unit_test(rounds),
        cmocka_unit_test(a_time_is_divided),
        cmocka_unit_test(a_time_is_that_of_the_longest_table),
        cmocka_unit_test(callers_make_blocks),
        cmocka_unit_test(as_many_callers_as_there_may_be),
        cmocka_unit_test(a_completing_thread),
        cmocka_unit_test(what_a_workload_leaves_out),
        cmocka_unit_test(a_baseline_that_is_left_out),
        cmocka_unit_test(cold_starts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
