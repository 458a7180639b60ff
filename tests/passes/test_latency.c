/* The open loop: how many calls are made, of whom, and when a load is refused. How long anything
 * takes is not asked, as it depends on the machine. */
#include "synthetic.h"

#include <malloc.h>

#include "bench/fixture.h"
#include "passes/latency.h"

#define SMALL "--heap=glibc", "--keys=1000", "--strategy=value_task"
#define SLICES_N 3

/* A rate that is far below what any machine sustains, and its calls of a slice. */
static const struct vtb_open_loop slow = {.rate = 10000, .slice_ns = 5e6};
#define CALLS_N 50

static size_t slices_n = SLICES_N;
static struct vtb_error error;
static struct vtb_latencies found;
static void *memory;

static void forget(const struct vtb_plan *plan)
{
    free(memory);
    memory = calloc(1, vtb_latencies_bytes(&plan->points[0], 2));
    assert_non_null(memory);
    found = vtb_latencies_place(&plan->points[0], 2, memory);
}

/* Runs a session on top of what was found. */
static bool add(struct vtb_plan *plan, const struct vtb_open_loop *open_loop, size_t session)
{
    struct vtb_fixture fixture;
    const struct vtb_point *point = &plan->points[0];
    error = (struct vtb_error){0};
    vtb_plan_open_loop(plan, open_loop, slices_n);
    if (!vtb_fixture_open_session(&fixture, point, session + 1, &error))
        fail_msg("%s", error.message);
    const bool ok = vtb_latency_run(&fixture, open_loop, VTB_CONSUMER_INDEPENDENT, slices_n, &found,
                                    session, &error);
    vtb_fixture_close(&fixture);
    return ok;
}

static bool run(struct vtb_plan *plan, const struct vtb_open_loop *open_loop, size_t session)
{
    if (session == 0)
        forget(plan);
    const bool ok = add(plan, open_loop, session);
    if (ok)
        vtb_latencies_add_latest(&found);
    return ok;
}

static void run_well(struct vtb_plan *plan, const struct vtb_open_loop *open_loop, size_t session)
{
    if (!run(plan, open_loop, session))
        fail_msg("%s", error.message);
}

/* A call that is due at the end of a slice is the next one's; with 10 samples beyond it, a
 * percentile is told. */
static void percentiles_need_samples(void **state)
{
    (void)state;
    static uint64_t counts[VTB_LATENCY_BUCKETS];
    static const uint64_t needed[] = {20, 100, 1000, 10000, 100000, 1};
    struct vtb_lengths lengths;
    vtb_lengths_start(&lengths, VTB_LATENCY_PARTS_SHIFT, counts);
    for (uint64_t n = 0; n <= 100000; n++) {
        for (size_t q = 0; q < VTB_LATENCY_QUANTILES_N; q++)
            if (n + 1 == needed[q] || n == needed[q])
                assert_int_equal(isnan(vtb_latency_quantile(&lengths, q)), n < needed[q]);
        vtb_lengths_add(&lengths, 100);
    }
}

/* At low rates slices are so long that calls are made in them. */
static void slices_have_calls(void **state)
{
    (void)state;
    struct vtb_open_loop open_loop = {.rate = 10, .slice_ns = 50e6};
    assert_same_double(vtb_latency_slice_ns(&open_loop), 2e9);
    open_loop.rate = 400;
    assert_same_double(vtb_latency_slice_ns(&open_loop), 50e6);
    open_loop.rate = 430; /* not 21.5 of them */
    assert_near(vtb_latency_slice_ns(&open_loop), 22e9 / 430, 1e-3);
    open_loop.rate = INFINITY;
    assert_same_double(vtb_latency_slice_ns(&open_loop), 50e6);
}

/* Every unit makes the same number of calls; each is counted from both starts, and what waits from
 * the actual one waits from the intended one, too. */
static void all_calls_are_made(void **state)
{
    (void)state;
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL, "--threads=2");
    const size_t cells_n = plan.points[0].cases_n;
    run_well(&plan, &slow, 0);
    assert_int_equal(found.units_n, cells_n + 2); /* an idle control for each number of callers */
    assert_int_equal(found.units_n, vtb_latency_units_n(&plan.points[0]));
    assert_int_equal(vtb_latency_callers_n(&plan.points[0], cells_n), 1);
    assert_int_equal(vtb_latency_callers_n(&plan.points[0], cells_n + 1), 2);
    for (size_t i = 0; i < found.units_n; i++) {
        const struct vtb_latency_tally *tally = &found.tallies[i];
        const struct vtb_lengths intended = vtb_latencies_lengths(&found, i, VTB_LATENCY_INTENDED);
        const struct vtb_lengths service = vtb_latencies_lengths(&found, i, VTB_LATENCY_SERVICE);
        assert_int_equal(tally->calls_n, SLICES_N * CALLS_N);
        assert_int_equal(intended.n, tally->calls_n);
        assert_int_equal(service.n, tally->calls_n);
        assert_true(tally->late_n <= tally->calls_n);
        assert_true(intended.total_ns >= service.total_ns && intended.max_ns >= service.max_ns);
        assert_same_double(tally->slices_ns, SLICES_N * slow.slice_ns);
        assert_true(tally->lasted_ns >= tally->slices_ns);
        assert_int_equal(tally->slices_n, SLICES_N);
        assert_false(isnan(tally->ns[VTB_LATENCY_INTENDED][0]));
        assert_true(isnan(tally->ns[VTB_LATENCY_INTENDED][2])); /* p99 takes 1000 */
        assert_same_double(tally->ns[VTB_LATENCY_SERVICE][5], service.max_ns);
    }
    vtb_plan_free(&plan);
}

/* Gaps are drawn, the same for all cases; another session draws others, and its lengths are
 * added. */
static void drawn_arrivals(void **state)
{
    (void)state;
    const struct vtb_open_loop drawn = {.rate = 10000, .poisson = true, .slice_ns = 5e6};
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL);
    run_well(&plan, &drawn, 0);
    const uint64_t first_n = found.tallies[0].calls_n;
    for (size_t i = 1; i < found.units_n; i++)
        assert_int_equal(found.tallies[i].calls_n, first_n);
    assert_in_range(first_n, SLICES_N * CALLS_N / 2, SLICES_N * CALLS_N * 3 / 2);
    run_well(&plan, &drawn, 1);
    const uint64_t second_n = found.tallies[found.units_n].calls_n;
    assert_int_not_equal(first_n, second_n);
    assert_int_equal(vtb_latencies_lengths(&found, 0, VTB_LATENCY_INTENDED).n, first_n + second_n);
    vtb_plan_free(&plan);
}

/* Whatever a session had written when it was killed is forgotten by the next. */
static void unfinished_sessions_are_in_no_figure(void **state)
{
    (void)state;
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL);
    run_well(&plan, &slow, 0);
    assert_true(add(&plan, &slow, 1));
    for (size_t i = 0; i < found.units_n; i++)
        assert_int_equal(vtb_latencies_lengths(&found, i, VTB_LATENCY_SERVICE).n,
                         SLICES_N * CALLS_N);
    run_well(&plan, &slow, 1);
    for (size_t i = 0; i < found.units_n; i++)
        assert_int_equal(vtb_latencies_lengths(&found, i, VTB_LATENCY_SERVICE).n,
                         2 * SLICES_N * CALLS_N);
    vtb_plan_free(&plan);
}

/* Gaps are drawn so many at once; all of them are as long as so many even ones. */
static void drawn_at_the_rate(void **state)
{
    (void)state;
    const double gaps_n = 1 << 14; /* as many as are drawn before they come again */
    const struct vtb_open_loop drawn = {
        .rate = 50000, .poisson = true, .slice_ns = gaps_n * 1e9 / 50000};
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL);
    slices_n = 1;
    run_well(&plan, &drawn, 0);
    for (size_t i = 0; i < found.units_n; i++)
        assert_near((double)found.tallies[i].calls_n, gaps_n, 1);
    slices_n = SLICES_N;
    vtb_plan_free(&plan);
}

/* Of a rate whose gaps do not fit into a slice, as many are made as are meant. */
static void not_more_than_meant(void **state)
{
    (void)state;
    const struct vtb_open_loop odd = {.rate = 4300, .slice_ns = 5e6};
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL, "--threads=2");
    run_well(&plan, &odd, 0);
    for (size_t i = 0; i < found.units_n; i++) {
        const struct vtb_latency_tally *tally = &found.tallies[i];
        assert_int_equal(tally->calls_n, SLICES_N * 22);
        assert_near((double)tally->calls_n * 1e9 / tally->slices_ns, 4300, 1e-6);
    }
    vtb_plan_free(&plan);
}

/* The place of a case of a strategy. */
static size_t place_of(const struct vtb_plan *plan, const char *strategy)
{
    const struct vtb_point *point = &plan->points[0];
    size_t i = 0;
    while (strcmp(point->cases[i].timing->name, strategy) != 0)
        i++;
    return i;
}

static uint64_t misses_n(const struct vtb_plan *plan, const char *strategy)
{
    return vtb_latencies_lengths(&found, place_of(plan, strategy), VTB_LATENCY_MISS).n;
}

/* Every call suspends, and completes the one `window - 1` calls before it; those that were
 * suspended in an earlier slice are not counted. Orders that a window tells, and one it does
 * not. */
static void misses_are_found_again(void **state)
{
    (void)state;
    struct vtb_plan fifo = SYNTHETIC_PLAN(SMALL, "--force-async", "--in-flight=8");
    struct vtb_plan one = SYNTHETIC_PLAN(SMALL, "--force-async", "--in-flight=1");
    struct vtb_plan lifo =
        SYNTHETIC_PLAN(SMALL, "--force-async", "--in-flight=8", "--completion=lifo");
    struct vtb_plan random =
        SYNTHETIC_PLAN(SMALL, "--force-async", "--in-flight=8", "--completion=random");
    run_well(&fifo, &slow, 0);
    assert_int_equal(misses_n(&fifo, "heap_task"), SLICES_N * (CALLS_N - 7));
    assert_int_equal(misses_n(&fifo, "value_task"), SLICES_N * (CALLS_N - 7));
    assert_int_equal(misses_n(&fifo, "plain"), 0);
    const struct vtb_lengths waits =
        vtb_latencies_lengths(&found, place_of(&fifo, "heap_task"), VTB_LATENCY_MISS);
    assert_true(vtb_lengths_quantile(&waits, 1e-9) >= 7 * 1e9 / slow.rate); /* the shortest */
    assert_int_equal(found.tallies[place_of(&fifo, "heap_task")].misses_n, SLICES_N * CALLS_N);
    assert_int_equal(found.tallies[place_of(&fifo, "plain")].misses_n, 0);
    assert_true(vtb_latency_sees_misses(&fifo.points[0]));
    assert_false(vtb_latency_sees_misses(&one.points[0]));
    assert_false(vtb_latency_sees_misses(&lifo.points[0]));
    run_well(&one, &slow, 0);
    assert_int_equal(misses_n(&one, "heap_task"), 0);
    run_well(&lifo, &slow, 0);
    assert_int_equal(misses_n(&lifo, "heap_task"), 0);
    run_well(&random, &slow, 0);
    assert_in_range(misses_n(&random, "heap_task"), SLICES_N * (CALLS_N - 7), SLICES_N * CALLS_N);
    vtb_plan_free(&fifo);
    vtb_plan_free(&one);
    vtb_plan_free(&lifo);
    vtb_plan_free(&random);
}

/* A slice that is over before the first window is full sees no miss to its end, but that there were
 * some. */
static void misses_that_outlast_a_slice_are_counted(void **state)
{
    (void)state;
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL, "--force-async", "--in-flight=64");
    run_well(&plan, &slow, 0);
    assert_int_equal(misses_n(&plan, "heap_task"), 0);
    assert_int_equal(found.tallies[place_of(&plan, "heap_task")].misses_n, SLICES_N * CALLS_N);
    vtb_plan_free(&plan);
}

/* What emerges is the same for all cases, as they make the same calls; every other call suspends,
 * where that is seen. */
static void hits_that_emerge_are_counted(void **state)
{
    (void)state;
    struct vtb_plan plan =
        SYNTHETIC_PLAN("--heap=glibc,gengc", "--keys=1000", "--strategy=value_task", "--threads=2",
                       "--workload=trace", "--cache=lru:300");
    const struct vtb_point *point = &plan.points[0];
    run_well(&plan, &slow, 0);
    for (size_t i = 0; i < found.units_n; i++) {
        const struct vtb_latency_tally *tally = &found.tallies[i];
        const bool looks_up = i < point->cases_n && i != point->cases[i].empty;
        const bool suspends = looks_up && i != point->cases[i].floor;
        assert_int_equal(tally->hits_n > 0, looks_up);
        assert_true(tally->hits_n < tally->calls_n);
        assert_int_equal(tally->misses_n, suspends ? tally->calls_n - tally->hits_n : 0);
    }
    vtb_plan_free(&plan);
}

/* The events of a unit, of one of its callers, or of the whole: 0. */
static size_t slices_of(size_t unit, size_t caller)
{
    size_t n = 0;
    for (size_t i = 0; i < found.timeline->n; i++) {
        const struct vtb_latency_event *event = &found.timeline->events[i];
        n += event->unit == unit && event->caller == caller &&
             event->what == VTB_LATENCY_IS_SLICE && event->start_ns <= event->end_ns;
    }
    return n;
}

static void each_caller_has_a_lane(void **state)
{
    (void)state;
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL, "--threads=2");
    run_well(&plan, &slow, 0);
    for (size_t i = 0; i < found.units_n; i++) {
        const size_t callers_n = vtb_latency_callers_n(&plan.points[0], i);
        assert_int_equal(slices_of(i, 0), SLICES_N);
        for (size_t caller = 1; caller <= 3; caller++)
            assert_int_equal(slices_of(i, caller),
                             callers_n > 1 && caller <= callers_n ? SLICES_N : 0);
    }
    assert_int_equal(found.timeline->left_out_n, 0);
    vtb_plan_free(&plan);
}

/* Those that there is no room for are counted. */
static void a_full_timeline_says_so(void **state)
{
    (void)state;
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL);
    forget(&plan);
    found.timeline->n = VTB_LATENCY_EVENTS_MAX - 2;
    if (!add(&plan, &slow, 0))
        fail_msg("%s", error.message);
    assert_int_equal(found.timeline->n, VTB_LATENCY_EVENTS_MAX);
    assert_true(found.timeline->left_out_n >= SLICES_N * found.units_n - 2);
    vtb_plan_free(&plan);
}

/* The most address space that this process ever had, as the kernel has it. */
static long peak_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *in = fopen("/proc/self/status", "r");
    assert_non_null(in);
    while (fgets(line, sizeof line, in))
        (void)sscanf(line, "VmPeak: %ld", &kib);
    assert_int_equal(fclose(in), 0);
    assert_true(kib > 0);
    return kib;
}

/* What was allocated and not freed, in bytes. */
static size_t in_use(void)
{
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/* However long it takes: nothing of a slice is kept, and what there is at most after a few slices
 * is all that there ever is. */
static void memory_does_not_grow_with_slices(void **state)
{
    (void)state;
    const struct vtb_open_loop brief = {.rate = 50000, .slice_ns = 1e6};
    struct vtb_plan plan = SYNTHETIC_PLAN("--heap=glibc,gengc", "--keys=1000",
                                          "--strategy=value_task", "--hit-rate=1");
    run_well(&plan, &brief, 0);
    run_well(&plan, &brief, 0);
    const size_t few_bytes = in_use();
    const long few_kib = peak_kib();
    slices_n = 100;
    run_well(&plan, &brief, 0);
    assert_int_equal(found.tallies[0].slices_n, slices_n);
    assert_true(in_use() < few_bytes + 16 * slices_n * found.units_n); /* its own */
    slices_n = SLICES_N;
    assert_int_equal(peak_kib(), few_kib);
    vtb_plan_free(&plan);
}

/* A load that no machine sustains is refused, whoever falls behind first, and nothing is added. */
static void overload_is_refused(void **state)
{
    (void)state;
    const struct vtb_open_loop flood = {.rate = 1e9, .slice_ns = 5e5};
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL);
    assert_false(run(&plan, &flood, 0));
    assert_begins(error.message, "cannot be sustained: of 1 G calls a second (--rate) ");
    assert_contains(error.message, ", and fell behind in ");
    assert_contains(error.message, "--rate max");
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
    assert_false(error.is_of_figures);
    for (size_t i = 0; i < found.units_n; i++) {
        assert_int_equal(found.tallies[i].calls_n, 0);
        assert_int_equal(vtb_latencies_lengths(&found, i, VTB_LATENCY_INTENDED).n, 0);
    }
    vtb_plan_free(&plan);
}

/* What is sustained is found for each unit, and no latency with it. */
static void the_most_is_found(void **state)
{
    (void)state;
    const struct vtb_open_loop most = {.rate = INFINITY, .slice_ns = 2e6};
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL);
    run_well(&plan, &most, 0);
    for (size_t i = 0; i < found.units_n; i++) {
        assert_true(found.tallies[i].rate_sustained > 1 && found.tallies[i].rate_sustained < 1e9);
        assert_int_equal(vtb_latencies_lengths(&found, i, VTB_LATENCY_INTENDED).n, 0);
    }
    vtb_plan_free(&plan);
}

/* Callers that spin do not keep another one from collecting, and a completing thread answers. */
static void callers_and_collectors(void **state)
{
    (void)state;
    struct vtb_plan plan = SYNTHETIC_PLAN("--heap=gengc", "--keys=1000", "--strategy=value_task",
                                          "--threads=2", "--completer=thread", "--gen0-budget=4K");
    run_well(&plan, &slow, 0);
    for (size_t i = 0; i < found.units_n; i++)
        assert_int_equal(found.tallies[i].calls_n, SLICES_N * CALLS_N);
    vtb_plan_free(&plan);
}

static int free_all(void **state)
{
    (void)state;
    free(memory);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_does_not_grow_with_slices), /* before others have had more */
        cmocka_unit_test(percentiles_need_samples),
        cmocka_unit_test(slices_have_calls),
        cmocka_unit_test(all_calls_are_made),
        cmocka_unit_test(drawn_arrivals),
        cmocka_unit_test(drawn_at_the_rate),
        cmocka_unit_test(not_more_than_meant),
        cmocka_unit_test(misses_are_found_again),
        cmocka_unit_test(overload_is_refused),
        cmocka_unit_test(misses_that_outlast_a_slice_are_counted),
        cmocka_unit_test(hits_that_emerge_are_counted),
        cmocka_unit_test(unfinished_sessions_are_in_no_figure),
        cmocka_unit_test(each_caller_has_a_lane),
        cmocka_unit_test(a_full_timeline_says_so),
        cmocka_unit_test(the_most_is_found),
        cmocka_unit_test(callers_and_collectors),
    };
    return cmocka_run_group_tests(tests, NULL, free_all);
}
