#include "check.h"

#include "random.h"
#include "rig.h"
#include "timing.h"

#define CASES_MAX 31

static struct vtb_point point;

/* A plan over user_cache that is small enough for a test. */
static struct vtb_plan small_plan(char *strategies, char *method)
{
    static struct vtb_options options;
    char *arguments[] = {"run_bench",   strategies,   method,
                         "--keys=1000", "--rounds=9", "--epoch-ms=0.01"};
    struct vtb_plan plan;
    struct vtb_error error;
    assert_true(vtb_options_parse(&options, 6, arguments, &error));
    assert_true(vtb_plan_make(&plan, &options, &error));
    return plan;
}

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

/* Every round has a time of every case; of how long it is nothing can be said. */
static void check_pass(const struct vtb_plan *plan, enum vtb_consumer consumer)
{
    struct vtb_rig rig;
    struct vtb_error error = {0};
    struct vtb_samples samples;
    progress_n = 0;
    assert_true(vtb_rig_open(&rig, &plan->points[0], &error));
    if (!vtb_timing_run(&rig, plan, consumer, note_progress, &point, &samples, &error))
        fail_msg("%s", error.message);
    assert_int_equal(progress_n, 9);
    assert_int_equal(samples.rounds_n, 9);
    assert_int_equal(samples.cases_n, plan->points[0].cases_n);
    assert_true(samples.operations_n > 0);
    for (size_t i = 0; i < samples.rounds_n * samples.cases_n; i++)
        assert_true(isfinite(samples.real_ns[i]) && samples.real_ns[i] > 0);
    vtb_samples_free(&samples);
    assert_null(samples.real_ns);
    vtb_rig_close(&rig);
}

static void a_pass_has_all_its_samples(void **state)
{
    (void)state;
    struct vtb_plan plan = small_plan("--strategy=all", "--method=direct");
    check_pass(&plan, VTB_CONSUMER_INDEPENDENT);
    check_pass(&plan, VTB_CONSUMER_DEPENDENT);
    vtb_plan_free(&plan);
}

/* Faults and several methods do not let the cases' checksums differ. */
static void a_pass_of_deep_and_failing_calls(void **state)
{
    (void)state;
    struct vtb_plan plan = small_plan("--strategy=value_task_pooled,poll", "--method=both");
    plan.points[0].depth = 2;
    plan.points[0].failure_rate = 0.1;
    check_pass(&plan, VTB_CONSUMER_INDEPENDENT);
    plan.points[0].force_async = true;
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

/* As if the value of a call that failed had been consumed. */
static void says_a_share_was_of_a_failure(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->service.failed_share++;
}

static void refused_cell(void (*run)(struct vtb_env *env, size_t n))
{
    struct vtb_plan plan = small_plan("--strategy=value_task", "--method=direct");
    struct vtb_rig rig;
    struct vtb_error error = {0};
    struct vtb_samples samples;
    struct vtb_case *last = &plan.points[0].cases[plan.points[0].cases_n - 1];
    struct vtb_cell liar = *last->timing;
    honest = last->timing;
    liar.name = "a_liar";
    liar.run_independent = run;
    last->timing = &liar;
    progress_n = 0;
    assert_true(vtb_rig_open(&rig, &plan.points[0], &error));
    assert_false(vtb_timing_run(&rig, &plan, VTB_CONSUMER_INDEPENDENT, note_progress, &point,
                                &samples, &error));
    assert_contains(error.message, "a_liar");
    assert_contains(error.message, "checksum");
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_int_equal(samples.rounds_n, 0);
    assert_null(samples.real_ns);
    vtb_rig_close(&rig);
    vtb_plan_free(&plan);
}

/* Figures of a cell that consumed other values than the floor are not reported. */
static void other_values_are_refused(void **state)
{
    (void)state;
    refused_cell(consumes_too_much);
    refused_cell(forgets_the_last);
    refused_cell(says_a_share_was_of_a_failure);
}

static size_t loops_n[4];

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

/* Of the four loops of a cell the one that is timed is that of the consumer and the depth. */
static void the_loop_is_that_of_the_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct vtb_plan plan = small_plan("--strategy=value_task", "--method=direct");
        struct vtb_case *last = &plan.points[0].cases[plan.points[0].cases_n - 1];
        honest = last->timing;
        struct vtb_cell counting = *honest;
        counting.run_independent = run_first;
        counting.run_dependent = run_second;
        counting.run_independent_layers = run_third;
        counting.run_dependent_layers = run_fourth;
        last->timing = &counting;
        plan.points[0].depth = i < 2 ? 1 : 2;
        memset(loops_n, 0, sizeof loops_n);
        check_pass(&plan, i % 2 ? VTB_CONSUMER_DEPENDENT : VTB_CONSUMER_INDEPENDENT);
        for (size_t j = 0; j < 4; j++)
            assert_int_equal(loops_n[j] > 0, i == j);
        vtb_plan_free(&plan);
    }
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
        cmocka_unit_test(other_values_are_refused),
        cmocka_unit_test(the_loop_is_that_of_the_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
