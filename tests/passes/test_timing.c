#include "synthetic.h"

#include <pthread.h>

#include "bench/fixture.h"
#include "passes/timing.h"

#define CASES_MAX 31

static struct vtb_point point;

/* A plan that is small enough for a test, by some words more. */
#define SMALL "--heap=glibc", "--keys=1000", "--rounds=9", "--epoch-ms=0.01"
#define ROUNDS_N 9
#define SMALL_PLAN(...) SYNTHETIC_PLAN(SMALL, __VA_ARGS__)

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
    assert_int_equal(rounds_n, ROUNDS_N);
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

/* A completing thread takes time where there is one, and a case that may suspend. */
static void check_completers(const struct vtb_point *at, const struct vtb_samples *samples)
{
    assert_int_equal(samples->completer_ns != NULL, at->completer);
    for (size_t i = 0; samples->completer_ns && i < samples->cases_n; i++)
        assert_int_equal(samples->completer_ns[i] > 0, at->cases[i].timing->answer != NULL);
}

/* Every round has a time of every case; of how long it is nothing can be said. Returns how many
 * operations an epoch has. */
static size_t check_pass(const struct vtb_plan *plan, enum vtb_consumer consumer)
{
    struct vtb_fixture fixture;
    struct vtb_error error = {0};
    struct vtb_samples samples;
    progress_n = 0;
    assert_true(vtb_fixture_open(&fixture, &plan->points[0], &error));
    if (!vtb_timing_run(&fixture, plan, consumer, note_progress, &point, &samples, &error))
        fail_msg("%s", error.message);
    assert_int_equal(progress_n, ROUNDS_N);
    assert_int_equal(samples.rounds_n, ROUNDS_N);
    assert_int_equal(samples.cases_n, plan->points[0].cases_n);
    const size_t operations_n = samples.operations_n;
    for (size_t i = 0; i < samples.rounds_n * samples.cases_n; i++)
        assert_true(isfinite(samples.real_ns[i]) && samples.real_ns[i] > 0);
    check_callers(&plan->points[0], &samples);
    check_completers(&plan->points[0], &samples);
    vtb_samples_free(&samples);
    assert_null(samples.real_ns);
    assert_null(samples.thread_ns);
    vtb_fixture_close(&fixture);
    return operations_n;
}

#define WORDS_MAX 6

/* Passes of every kind that there is, by the words of their plans. */
struct pass {
    const char *name;
    bool emerge;    /* the hits do */
    size_t cases_n; /* with the references; 0: as many as there are strategies */
    char *words[WORDS_MAX];
};

static const struct pass passes[] = {
    {"pass_of_all_strategies", false, 0, {"--strategy=all", "--method=direct"}},
    {"pass_of_two_heaps",
     false,
     8,
     {"--strategy=value_task", "--heap=gengc,glibc", "--consumer=independent"}},
    /* Faults and several methods do not let the cases' checksums differ. */
    {"pass_of_deep_and_failing_calls",
     false,
     7,
     {"--strategy=value_task_pooled,poll", "--method=both", "--depth=2", "--failure-rate=0.1",
      "--consumer=independent"}},
    {"pass_of_deep_calls_that_suspend",
     false,
     7,
     {"--strategy=value_task_pooled,poll", "--method=both", "--depth=2", "--failure-rate=0.1",
      "--force-async", "--consumer=dependent"}},
    {"pass_of_several_callers",
     false,
     (size_t)3 * 5,
     {"--strategy=value_task,heap_task_pooled", "--threads=2,3"}},
    /* One caller needs a second thread, two a third. */
    {"pass_of_a_completing_thread",
     false,
     4,
     {"--strategy=value_task", "--completer=thread", "--failure-rate=0.1",
      "--consumer=independent"}},
    {"pass_of_a_thread_completing_for_two",
     false,
     (size_t)2 * 3,
     {"--completer=thread", "--threads=2", "--strategy=heap_task", "--in-flight=1",
      "--consumer=dependent"}},
    {"pass_of_emerging_hits",
     true,
     5,
     {"--cache=lru:100", "--strategy=value_task,poll", "--consumer=independent"}},
    {"pass_of_emerging_hits_of_several_callers",
     true,
     (size_t)2 * 4,
     {"--cache=lru:10", "--threads=2", "--strategy=heap_task_pooled", "--consumer=dependent"}},
};

#define PASSES_N (sizeof passes / sizeof *passes)

static void a_pass_has_all_its_samples(void **state)
{
    const struct pass *pass = *state;
    char *words[] = {"run_bench", SMALL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
    int words_n = sizeof(char *[]){"run_bench", SMALL} / sizeof(char *);
    for (size_t i = 0; i < WORDS_MAX && pass->words[i]; i++)
        words[words_n++] = pass->words[i];
    struct vtb_plan plan = synthetic_plan(words_n, words);
    assert_int_equal(plan.points_n, 1);
    assert_int_equal(plan.points[0].hits.emerge, pass->emerge);
    if (pass->cases_n > 0)
        assert_int_equal(plan.points[0].cases_n, pass->cases_n);
    for (size_t i = 0; i < plan.consumers_n; i++)
        assert_true(check_pass(&plan, plan.consumers[i]) >= 1);
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
#define RUNS_MAX 64

/* The operations of a loop's runs, in their order. */
static size_t runs[LOOPS_N][RUNS_MAX];
static size_t runs_n[LOOPS_N];

#define NOTING_LOOP(loop)                                       \
    static void note_loop_##loop(struct vtb_env *env, size_t n) \
    {                                                           \
        assert_true(runs_n[loop] < RUNS_MAX);                   \
        runs[loop][runs_n[loop]++] = n;                         \
        honest->run_independent(env, n);                        \
    }

NOTING_LOOP(0)
NOTING_LOOP(1)
NOTING_LOOP(2)
NOTING_LOOP(3)
NOTING_LOOP(4)
NOTING_LOOP(5)

/* Of a cell's loops the one is timed that fits the consumer, the depth, and whether other memory is
 * touched: an epoch of every round, behind which one run is checked. */
static void the_loop_is_that_of_the_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < LOOPS_N; i++) {
        struct vtb_plan plan = SMALL_PLAN("--strategy=value_task", "--method=direct");
        struct vtb_case *last = &plan.points[0].cases[plan.points[0].cases_n - 1];
        honest = last->timing;
        struct vtb_cell counting = *honest;
        counting.run_independent = note_loop_0;
        counting.run_dependent = note_loop_1;
        counting.run_independent_layers = note_loop_2;
        counting.run_dependent_layers = note_loop_3;
        counting.run_independent_polluted = note_loop_4;
        counting.run_dependent_polluted = note_loop_5;
        last->timing = &counting;
        plan.points[0].depth = i < 2 ? 1 : 2;
        plan.points[0].pollute_bytes = i < 4 ? 0 : 128;
        memset(runs_n, 0, sizeof runs_n);
        const size_t operations_n =
            check_pass(&plan, i % 2 ? VTB_CONSUMER_DEPENDENT : VTB_CONSUMER_INDEPENDENT);
        for (size_t j = 0; j < LOOPS_N; j++)
            assert_int_equal(runs_n[j] > ROUNDS_N + 1, i == j);
        for (size_t j = 0; j < ROUNDS_N; j++)
            assert_int_equal(runs[i][runs_n[i] - 2 - j], operations_n);
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
    static void (*const loops[])(struct vtb_env *, size_t) = {run_watched_floor, run_watched_left,
                                                              run_watched_right};
    struct vtb_plan plan = SMALL_PLAN("--strategy=value_task", workload, "--heap=glibc");
    struct vtb_cell cells[3];
    assert_int_equal(plan.points[0].cases_n, 4);
    for (size_t i = 0; i < 3; i++) {
        struct vtb_case *the_case = &plan.points[0].cases[i + 1];
        watched[i] = the_case->timing;
        cells[i] = *the_case->timing;
        cells[i].run_independent = loops[i];
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
    assert_true(starts_n[0] >= starts_n[1] + ROUNDS_N);
    watch_pass("--workload=user_cache");
    assert_int_equal(starts_n[1], starts_n[2]);
    assert_memory_not_equal(starts[1], starts[2], starts_n[1] * sizeof *starts[1]);
    assert_true(starts_n[0] < starts_n[1] + ROUNDS_N);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latin_squares),
        cmocka_unit_test(squares_differ),
        cmocka_unit_test(shuffles_are_even),
        cmocka_unit_test(one_seed_one_order),
        cmocka_unit_test(other_values_are_refused),
        cmocka_unit_test(the_loop_is_that_of_the_pass),
        cmocka_unit_test(cases_are_in_step_where_hits_emerge),
    };
    struct CMUnitTest of_passes[PASSES_N] = {{.name = NULL}};
    for (size_t i = 0; i < PASSES_N; i++) {
        of_passes[i] = (struct CMUnitTest){.name = passes[i].name,
                                           .test_func = a_pass_has_all_its_samples,
                                           .initial_state = (void *)(uintptr_t)&passes[i]};
    }
    const int failed_n = cmocka_run_group_tests(tests, NULL, NULL);
    return failed_n + cmocka_run_group_tests(of_passes, NULL, NULL);
}
