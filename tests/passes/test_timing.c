#include "check.h"

#include <pthread.h>

#include "bench/fixture.h"
#include "passes/timing.h"
#include "plan/prepare.h"
#include "plan/random.h"
#include "run/run.h"

#define CASES_MAX 31

static struct vtb_point point;

/* A plan that is small enough for a test, by some words more. */
static struct vtb_plan small_plan(int argc, char **argv)
{
    static struct vtb_options options;
    struct vtb_plan plan = {0};
    struct vtb_error error;
    if (!vtb_options_parse(&options, argc, argv, &error) ||
        !vtb_plan_make(&plan, &options, &error) || !vtb_plan_prepare(&plan, &error))
        fail_msg("%s", error.message);
    return plan;
}

#define SMALL "run_bench", "--heap=glibc", "--keys=1000", "--rounds=9", "--epoch-ms=0.01"
#define SMALL_PLAN(...)                                                        \
    small_plan((int)(sizeof((char *[]){SMALL, __VA_ARGS__}) / sizeof(char *)), \
               (char *[]){SMALL, __VA_ARGS__, NULL})

/* Over n rounds every case stands at each place once, and in a round every case stands once. */
static void latin_squares(void **state)
{
    (void)state;
    struct vtb_random random = vtb_random_stream(1, 2);
    for (size_t n = 1; n <= CASES_MAX; n++) {
        size_t order[CASES_MAX];
        for (size_t square = 0; square < 5; square++) {
            bool stood[CASES_MAX][CASES_MAX] = {{false}};
            for (size_t round = square * n; round < (square + 1) * n; round++) {
                bool in_round[CASES_MAX] = {false};
                vtb_latin_square(&random, order, n, round);
                for (size_t place = 0; place < n; place++) {
                    assert_true(order[place] < n);
                    assert_false(in_round[order[place]]);
                    assert_false(stood[order[place]][place]);
                    in_round[order[place]] = stood[order[place]][place] = true;
                }
            }
        }
    }
}

/* The first rows of squares that follow one another are drawn anew. */
static void squares_differ(void **state)
{
    (void)state;
    const size_t n = 8;
    struct vtb_random random = vtb_random_stream(3, 4);
    size_t order[8];
    size_t first_rows[20][8];
    for (size_t round = 0; round < 20 * n; round++) {
        vtb_latin_square(&random, order, n, round);
        if (round % n == 0)
            memcpy(first_rows[round / n], order, sizeof order);
    }
    for (size_t i = 0; i < 20; i++) {
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(first_rows[i], first_rows[j], sizeof order);
    }
}

/* No case comes first in a square more often than chance has it. */
static void shuffles_are_even(void **state)
{
    (void)state;
    const size_t n = 5;
    struct vtb_random random = vtb_random_stream(5, 6);
    size_t order[5];
    size_t counts[5][5] = {{0}};
    for (size_t square = 0; square < 10000; square++) {
        vtb_latin_square(&random, order, n, 0);
        for (size_t place = 0; place < n; place++)
            counts[place][order[place]]++;
    }
    for (size_t place = 0; place < n; place++) {
        for (size_t i = 0; i < n; i++)
            assert_near((double)counts[place][i], 2000, 5 * sqrt(10000 * 0.2 * 0.8));
    }
}

static void one_seed_one_order(void **state)
{
    (void)state;
    struct vtb_random left = vtb_random_stream(7, 8);
    struct vtb_random right = vtb_random_stream(7, 8);
    size_t left_order[6];
    size_t right_order[6];
    for (size_t round = 0; round < 60; round++) {
        vtb_latin_square(&left, left_order, 6, round);
        vtb_latin_square(&right, right_order, 6, round);
        assert_memory_equal(left_order, right_order, sizeof left_order);
    }
}

static size_t progress_n;

static void note_progress(void *context, size_t done_n, size_t rounds_n)
{
    assert_ptr_equal(context, &point);
    assert_int_equal(done_n, ++progress_n);
    assert_int_equal(rounds_n, 9);
}

/* Each caller of a case has a time of its own; of one caller it is the case's. */
static void check_callers(const struct vtb_point *at, const struct vtb_samples *samples)
{
    size_t most = 1;
    for (size_t i = 0; i < at->cases_n; i++)
        most = at->cases[i].threads_n > most ? at->cases[i].threads_n : most;
    assert_int_equal(samples->threads_n, most);
    assert_int_equal(samples->thread_ns != NULL, most > 1);
    for (size_t i = 0; samples->thread_ns && i < samples->rounds_n * samples->cases_n; i++) {
        const size_t callers_n = at->cases[i % samples->cases_n].threads_n;
        const double *ns = samples->thread_ns + i * most;
        for (size_t t = 0; t < most; t++)
            assert_true(isfinite(ns[t]) && (ns[t] > 0) == (t < callers_n));
        if (callers_n == 1)
            assert_same_double(ns[0], samples->real_ns[i]);
        else /* the epoch lasts until the last caller is done */
            assert_true(ns[0] <= samples->real_ns[i]);
    }
}

/* Every round has a time of every case; of how long it is nothing can be said. */
static void check_pass(const struct vtb_plan *plan, enum vtb_consumer consumer)
{
    struct vtb_fixture fixture;
    struct vtb_error error = {0};
    struct vtb_samples samples;
    progress_n = 0;
    assert_true(vtb_fixture_open(&fixture, &plan->points[0], &error));
    if (!vtb_timing_run(&fixture, plan, consumer, note_progress, &point, &samples, &error))
        fail_msg("%s", error.message);
    assert_int_equal(progress_n, 9);
    assert_int_equal(samples.rounds_n, 9);
    assert_int_equal(samples.cases_n, plan->points[0].cases_n);
    assert_true(samples.operations_n > 0);
    for (size_t i = 0; i < samples.rounds_n * samples.cases_n; i++)
        assert_true(isfinite(samples.real_ns[i]) && samples.real_ns[i] > 0);
    check_callers(&plan->points[0], &samples);
    vtb_samples_free(&samples);
    assert_null(samples.real_ns);
    assert_null(samples.thread_ns);
    vtb_fixture_close(&fixture);
}

static void a_pass_has_all_its_samples(void **state)
{
    (void)state;
    struct vtb_plan plan = SMALL_PLAN("--strategy=all", "--method=direct");
    check_pass(&plan, VTB_CONSUMER_INDEPENDENT);
    check_pass(&plan, VTB_CONSUMER_DEPENDENT);
    vtb_plan_free(&plan);
    plan = SMALL_PLAN("--strategy=value_task", "--heap=gengc,glibc");
    check_pass(&plan, VTB_CONSUMER_INDEPENDENT);
    vtb_plan_free(&plan);
}

/* Faults and several methods do not let the cases' checksums differ. */
static void a_pass_of_deep_and_failing_calls(void **state)
{
    (void)state;
    struct vtb_plan plan = SMALL_PLAN("--strategy=value_task_pooled,poll", "--method=both");
    plan.points[0].depth = 2;
    plan.points[0].failure_rate = 0.1;
    check_pass(&plan, VTB_CONSUMER_INDEPENDENT);
    plan.points[0].force_async = true;
    check_pass(&plan, VTB_CONSUMER_DEPENDENT);
    vtb_plan_free(&plan);
}

static void a_pass_of_several_callers(void **state)
{
    (void)state;
    struct vtb_plan plan = SMALL_PLAN("--strategy=value_task,heap_task_pooled", "--threads=2,3");
    assert_int_equal(plan.points[0].cases_n, 3 * 5);
    check_pass(&plan, VTB_CONSUMER_INDEPENDENT);
    check_pass(&plan, VTB_CONSUMER_DEPENDENT);
    vtb_plan_free(&plan);
}

/* One caller needs a second thread, two a third. */
static void a_pass_of_a_completing_thread(void **state)
{
    (void)state;
    struct vtb_plan plan = SMALL_PLAN("--strategy=value_task", "--completer=thread");
    plan.points[0].failure_rate = 0.1;
    check_pass(&plan, VTB_CONSUMER_INDEPENDENT);
    vtb_plan_free(&plan);
    plan = SMALL_PLAN("--completer=thread", "--threads=2", "--strategy=heap_task");
    plan.points[0].in_flight = 1;
    check_pass(&plan, VTB_CONSUMER_DEPENDENT);
    vtb_plan_free(&plan);
}

static void a_pass_of_emerging_hits(void **state)
{
    (void)state;
    struct vtb_plan plan = SMALL_PLAN("--cache=lru:100", "--strategy=value_task,poll");
    assert_true(plan.points[0].hits.emerge);
    check_pass(&plan, VTB_CONSUMER_INDEPENDENT);
    vtb_plan_free(&plan);
    plan = SMALL_PLAN("--cache=lru:10", "--threads=2", "--strategy=heap_task_pooled");
    check_pass(&plan, VTB_CONSUMER_DEPENDENT);
    vtb_plan_free(&plan);
}

static const struct vtb_cell *honest;

static void consumes_too_much(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->checksum++;
}

static void forgets_the_last(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n - 1);
    env->position = env->position + 1 == env->ids_n ? 0 : env->position + 1;
}

/* Claims that the value of a call that failed was consumed. */
static void says_a_share_was_of_a_failure(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->service.failed_share++;
}

static pthread_t test_thread;

/* Claims that callers disturb each other: only the first one is right. */
static void lies_on_other_threads(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->checksum += !pthread_equal(pthread_self(), test_thread);
}

static void refused_cell(void (*run)(struct vtb_env *env, size_t n), char *threads)
{
    struct vtb_plan plan = SMALL_PLAN("--strategy=value_task", threads);
    struct vtb_fixture fixture;
    struct vtb_error error = {0};
    struct vtb_samples samples;
    struct vtb_case *last = &plan.points[0].cases[plan.points[0].cases_n - 1];
    struct vtb_cell liar = *last->timing;
    honest = last->timing;
    liar.name = "a_liar";
    liar.run_independent = run;
    last->timing = &liar;
    progress_n = 0;
    assert_true(vtb_fixture_open(&fixture, &plan.points[0], &error));
    assert_false(vtb_timing_run(&fixture, &plan, VTB_CONSUMER_INDEPENDENT, note_progress, &point,
                                &samples, &error));
    assert_contains(error.message, "a_liar");
    assert_contains(error.message, "other values than the floor");
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_int_equal(samples.rounds_n, 0);
    assert_null(samples.real_ns);
    vtb_fixture_close(&fixture);
    vtb_plan_free(&plan);
}

/* Figures of a cell that consumed other values than the floor are not reported. */
static void other_values_are_refused(void **state)
{
    (void)state;
    refused_cell(consumes_too_much, "--threads=1");
    refused_cell(forgets_the_last, "--threads=1");
    refused_cell(says_a_share_was_of_a_failure, "--threads=1");
    refused_cell(consumes_too_much, "--threads=2");
    test_thread = pthread_self();
    refused_cell(lies_on_other_threads, "--threads=2");
}

#define LOOPS_N 6

static size_t loops_n[LOOPS_N];

static void run_counted(struct vtb_env *env, size_t n, size_t loop)
{
    loops_n[loop]++;
    honest->run_independent(env, n);
}

static void run_first(struct vtb_env *env, size_t n)
{
    run_counted(env, n, 0);
}

static void run_second(struct vtb_env *env, size_t n)
{
    run_counted(env, n, 1);
}

static void run_third(struct vtb_env *env, size_t n)
{
    run_counted(env, n, 2);
}

static void run_fourth(struct vtb_env *env, size_t n)
{
    run_counted(env, n, 3);
}

static void run_fifth(struct vtb_env *env, size_t n)
{
    run_counted(env, n, 4);
}

static void run_sixth(struct vtb_env *env, size_t n)
{
    run_counted(env, n, 5);
}

/* Of a cell's loops the one is timed that fits the consumer, the depth, and whether other memory is
 * touched. */
static void the_loop_is_that_of_the_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < LOOPS_N; i++) {
        struct vtb_plan plan = SMALL_PLAN("--strategy=value_task", "--method=direct");
        struct vtb_case *last = &plan.points[0].cases[plan.points[0].cases_n - 1];
        honest = last->timing;
        struct vtb_cell counting = *honest;
        counting.run_independent = run_first;
        counting.run_dependent = run_second;
        counting.run_independent_layers = run_third;
        counting.run_dependent_layers = run_fourth;
        counting.run_independent_polluted = run_fifth;
        counting.run_dependent_polluted = run_sixth;
        last->timing = &counting;
        plan.points[0].depth = i < 2 ? 1 : 2;
        plan.points[0].pollute_bytes = i < 4 ? 0 : 128;
        memset(loops_n, 0, sizeof loops_n);
        check_pass(&plan, i % 2 ? VTB_CONSUMER_DEPENDENT : VTB_CONSUMER_INDEPENDENT);
        for (size_t j = 0; j < LOOPS_N; j++)
            assert_int_equal(loops_n[j] > 0, i == j);
        vtb_plan_free(&plan);
    }
}

/* The starts in the schedule of the calls of two cases, and of the floor, run by run. */
#define STARTS_MAX 64

static size_t starts[3][STARTS_MAX];
static size_t starts_n[3];
static const struct vtb_cell *watched[3];

static void run_watched(struct vtb_env *env, size_t n, size_t which)
{
    assert_true(starts_n[which] < STARTS_MAX);
    starts[which][starts_n[which]++] = env->position;
    watched[which]->run_independent(env, n);
}

static void run_watched_floor(struct vtb_env *env, size_t n)
{
    run_watched(env, n, 0);
}

static void run_watched_left(struct vtb_env *env, size_t n)
{
    run_watched(env, n, 1);
}

static void run_watched_right(struct vtb_env *env, size_t n)
{
    run_watched(env, n, 2);
}

static void watch_pass(char *workload)
{
    static void (*const runs[])(struct vtb_env *, size_t) = {run_watched_floor, run_watched_left,
                                                             run_watched_right};
    struct vtb_plan plan = SMALL_PLAN("--strategy=value_task", workload, "--heap=glibc");
    struct vtb_cell cells[3];
    assert_int_equal(plan.points[0].cases_n, 4);
    for (size_t i = 0; i < 3; i++) {
        struct vtb_case *the_case = &plan.points[0].cases[i + 1];
        watched[i] = the_case->timing;
        cells[i] = *the_case->timing;
        cells[i].run_independent = runs[i];
        the_case->timing = &cells[i];
    }
    memset(starts_n, 0, sizeof starts_n);
    check_pass(&plan, VTB_CONSUMER_INDEPENDENT);
    vtb_plan_free(&plan);
}

/* If hits emerge, all cases make the same calls in each round, behind one more run of the floor
 * that is not timed; otherwise each starts at a place of its own. */
static void cases_are_in_step_where_hits_emerge(void **state)
{
    (void)state;
    watch_pass("--cache=lru:100");
    assert_int_equal(starts_n[1], starts_n[2]);
    assert_memory_equal(starts[1], starts[2], starts_n[1] * sizeof *starts[1]);
    assert_true(starts_n[0] >= starts_n[1] + 9);
    watch_pass("--workload=user_cache");
    assert_int_equal(starts_n[1], starts_n[2]);
    assert_memory_not_equal(starts[1], starts[2], starts_n[1] * sizeof *starts[1]);
    assert_true(starts_n[0] < starts_n[1] + 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latin_squares),
        cmocka_unit_test(squares_differ),
        cmocka_unit_test(shuffles_are_even),
        cmocka_unit_test(one_seed_one_order),
        cmocka_unit_test(a_pass_has_all_its_samples),
        cmocka_unit_test(a_pass_of_deep_and_failing_calls),
        cmocka_unit_test(a_pass_of_several_callers),
        cmocka_unit_test(a_pass_of_a_completing_thread),
        cmocka_unit_test(a_pass_of_emerging_hits),
        cmocka_unit_test(other_values_are_refused),
        cmocka_unit_test(the_loop_is_that_of_the_pass),
        cmocka_unit_test(cases_are_in_step_where_hits_emerge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
