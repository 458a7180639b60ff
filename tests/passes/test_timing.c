#include "synthetic.h"

#include <pthread.h>

#include "bench/fixture.h"
#include "passes/timing.h"

#define CASES_MAX 31

/* A plan that is small enough for a test, by some words more. */
#define SMALL "--heap=glibc", "--keys=1000", "--epoch-ms=0.01"
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

/* --- the samples of a table --- */

/* Of sessions, rounds and cases in this order; pauses of sessions and cases. */
static void samples_of_a_session(void **state)
{
    (void)state;
    struct vtb_plan plan = SMALL_PLAN("--strategy=value_task", "--threads=2");
    struct vtb_samples samples;
    struct vtb_error error;
    const size_t n = plan.points[0].cases_n;
    assert_true(vtb_samples_make(&samples, &plan.points[0], 3, ROUNDS_N, &error));
    assert_int_equal(samples.memory_bytes, vtb_samples_bytes(&plan.points[0], 3, ROUNDS_N));
    assert_int_equal(samples.sessions_n, 3);
    samples.operations_n = 7;
    for (size_t i = 0; i < n * 3 * ROUNDS_N; i++) {
        assert_same_double(samples.real_ns[i] + samples.probe_after_ns[i], 0);
        samples.real_ns[i] = samples.probe_after_ns[i] = (double)i;
        samples.thread_ns[2 * i] = (double)i;
    }
    for (size_t i = 0; i < 3 * n; i++)
        samples.pauses[i].n = (double)i;
    for (size_t s = 0; s < 3; s++) {
        const struct vtb_samples own = vtb_samples_of_session(&samples, s);
        assert_int_equal(own.sessions_n, 1);
        assert_int_equal(own.rounds_n, ROUNDS_N);
        assert_int_equal(own.cases_n, n);
        assert_int_equal(own.operations_n, 7);
        assert_int_equal(own.threads_n, 2);
        assert_null(own.memory); /* it borrows */
        for (size_t i = 0; i < ROUNDS_N * n; i++) {
            assert_same_double(own.real_ns[i], (double)(s * ROUNDS_N * n + i));
            assert_same_double(own.probe_after_ns[i], own.real_ns[i]);
            assert_same_double(own.thread_ns[2 * i], own.real_ns[i]);
        }
        for (size_t i = 0; i < n; i++)
            assert_same_double(own.pauses[i].n, (double)(s * n + i));
    }
    vtb_samples_free(&samples);
    assert_null(samples.real_ns);
    vtb_samples_free(&samples); /* of nothing: nothing */
    vtb_plan_free(&plan);
}

/* --- a pass --- */

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

/* An epoch starts with the reading that the one before it ended with, but for the first of a round.
 * Where a case has threads of its own, nothing is read. */
static void check_probes(const struct vtb_samples *samples, bool probed)
{
    for (size_t round = 0; round < samples->rounds_n; round++) {
        const double *before = samples->probe_before_ns + round * samples->cases_n;
        const double *after = samples->probe_after_ns + round * samples->cases_n;
        size_t shared_n = 0;
        for (size_t i = 0; i < samples->cases_n; i++) {
            bool shared = false;
            assert_int_equal(before[i] > 0 && after[i] > 0, probed);
            for (size_t j = 0; j < samples->cases_n; j++)
                shared |= j != i && after[j] == before[i];
            shared_n += shared;
        }
        assert_true(shared_n + 1 >= samples->cases_n);
    }
}

/* A completing thread takes time where there is one, and a case that may suspend. */
static void check_completers(const struct vtb_point *at, const struct vtb_samples *samples)
{
    assert_int_equal(samples->completer_ns != NULL, at->completer);
    for (size_t i = 0; samples->completer_ns && i < samples->cases_n; i++)
        assert_int_equal(samples->completer_ns[i] > 0, at->cases[i].timing->answer != NULL);
}

static void check_samples(const struct vtb_point *at, const struct vtb_samples *samples)
{
    double collected_ns = 0;
    double pauses_n = 0;
    bool collects = false;
    for (size_t i = 0; i < samples->rounds_n * samples->cases_n; i++) {
        assert_true(isfinite(samples->real_ns[i]) && samples->real_ns[i] > 0);
        assert_true(isfinite(samples->cpu_ns[i]) && samples->cpu_ns[i] >= 0);
        assert_true(samples->gc_ns[i] >= 0 && samples->gc_ns[i] <= samples->real_ns[i]);
        collected_ns += samples->gc_ns[i];
    }
    for (size_t i = 0; i < samples->cases_n; i++) {
        collects |= vtb_heap_collects(at->cases[i].heap->heap);
        pauses_n += samples->pauses[i].n;
    }
    assert_true(collects || (collected_ns == 0 && pauses_n == 0));
}

/* Every round has a time of every case; of how long it is nothing can be said. Returns how many
 * operations an epoch has. */
static size_t check_pass(const struct vtb_plan *plan, enum vtb_consumer consumer,
                         size_t operations_n)
{
    const struct vtb_effort effort = {ROUNDS_N, plan->epoch_ns, operations_n};
    const struct vtb_point *at = &plan->points[0];
    struct vtb_fixture fixture;
    struct vtb_error error = {0};
    struct vtb_samples samples;
    assert_true(vtb_fixture_open_session(&fixture, at, 1, &error));
    assert_true(vtb_samples_make(&samples, at, 1, ROUNDS_N, &error));
    if (!vtb_timing_run(&fixture, &effort, consumer, &samples, &error))
        fail_msg("%s", error.message);
    const size_t done_n = samples.operations_n;
    check_samples(at, &samples);
    check_callers(at, &samples);
    check_probes(&samples, !at->completer && at->cases[at->cases_n - 1].threads_n == 1);
    check_completers(at, &samples);
    vtb_samples_free(&samples);
    vtb_fixture_close(&fixture);
    return done_n;
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
    {"pass_of_all_strategies", false, 0, {"--strategy=all", "--method=direct", "--consumer=both"}},
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
     {"--strategy=value_task,heap_task_pooled", "--threads=2,3", "--consumer=both"}},
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
        assert_true(check_pass(&plan, plan.consumers[i], 0) >= 1);
    vtb_plan_free(&plan);
}

/* Pauses since the heaps were warm, those between epochs too: what a pause takes on average is all
 * that is asked of them. */
static void pauses_of_a_pass(void **state)
{
    (void)state;
    const struct vtb_effort effort = {ROUNDS_N, 1, 4096};
    struct vtb_plan plan = SYNTHETIC_PLAN("--heap=gengc", "--keys=100", "--strategy=value_task",
                                          "--gen0-budget=4096", "--hit-rate=0");
    struct vtb_fixture fixture;
    struct vtb_error error;
    struct vtb_samples samples;
    assert_true(vtb_fixture_open_session(&fixture, &plan.points[0], 1, &error));
    assert_true(vtb_samples_make(&samples, &plan.points[0], 1, ROUNDS_N, &error));
    assert_true(vtb_timing_run(&fixture, &effort, VTB_CONSUMER_INDEPENDENT, &samples, &error));
    check_samples(&plan.points[0], &samples); /* collections of an epoch are in its time */
    for (size_t i = 0; i < samples.cases_n; i++) {
        const struct vtb_pause_sums *pauses = &samples.pauses[i];
        const bool allocates = plan.points[0].cases[i].timing->strategy->role == VTB_ROLE_BASELINE;
        assert_true(!allocates || pauses->n > ROUNDS_N); /* one or more in each epoch */
        assert_true(pauses->n == 0 || pauses->cpu_ns > 0);
        assert_true(pauses->cpu_ns2 * pauses->n >= pauses->cpu_ns * pauses->cpu_ns * (1 - 1e-9));
        assert_true(!allocates || samples.gc_ns[i] > 0);
    }
    vtb_samples_free(&samples);
    vtb_fixture_close(&fixture);
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
    const struct vtb_effort effort = {ROUNDS_N, plan.epoch_ns, 0};
    struct vtb_case *last = &plan.points[0].cases[plan.points[0].cases_n - 1];
    struct vtb_cell liar = *last->timing;
    honest = last->timing;
    liar.name = "a_liar";
    liar.run_independent = run;
    last->timing = &liar;
    assert_true(vtb_fixture_open_session(&fixture, &plan.points[0], 1, &error));
    assert_true(vtb_samples_make(&samples, &plan.points[0], 1, ROUNDS_N, &error));
    assert_false(vtb_timing_run(&fixture, &effort, VTB_CONSUMER_INDEPENDENT, &samples, &error));
    assert_contains(error.message, "a_liar");
    assert_contains(error.message, "other values than the floor");
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    vtb_samples_free(&samples);
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

#define LOOPS_N 2
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

/* Of a cell's loops the consumer's is timed: an epoch of every round, behind a few operations that
 * are not timed. Behind all of them one run is checked. */
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
        last->timing = &counting;
        memset(runs_n, 0, sizeof runs_n);
        const size_t given_n = i ? 0 : 123; /* or as many as the time has room for */
        const size_t operations_n =
            check_pass(&plan, i ? VTB_CONSUMER_DEPENDENT : VTB_CONSUMER_INDEPENDENT, given_n);
        assert_true(given_n == 0 || operations_n == given_n);
        for (size_t j = 0; j < LOOPS_N; j++)
            assert_int_equal(runs_n[j] > 2 * ROUNDS_N + 1, i == j);
        for (size_t j = 0; j < ROUNDS_N; j++) {
            assert_int_equal(runs[i][runs_n[i] - 2 - 2 * j], operations_n);
            assert_int_equal(runs[i][runs_n[i] - 3 - 2 * j], VTB_BEFORE_EPOCH_N);
        }
        vtb_plan_free(&plan);
    }
}

/* Runs of a case before its first round: to warm up, and to find the length of an epoch. */
#define RUNS_BEFORE 5

/* One run more, for the values that all others must consume. */
#define CHECK_OF_FLOOR 1

/* The starts in the schedule of the calls of the floor, of two cases, and of the pacemaker, run by
 * run. */
#define STARTS_MAX 64

static size_t starts[4][STARTS_MAX];
static size_t starts_n[4];
static const struct vtb_cell *watched[4];

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

static void run_watched_pacemaker(struct vtb_env *env, size_t n)
{
    run_watched(env, n, 3);
}

static void watch_pass(char *workload)
{
    static void (*const loops[])(struct vtb_env *, size_t) = {run_watched_floor, run_watched_left,
                                                              run_watched_right};
    struct vtb_plan plan = SMALL_PLAN("--strategy=value_task", workload, "--heap=glibc");
    struct vtb_cell cells[4];
    struct vtb_case *floor = &plan.points[0].cases[1];
    assert_int_equal(plan.points[0].cases_n, 4);
    watched[3] = floor->counting;
    cells[3] = *floor->counting;
    cells[3].run_independent = run_watched_pacemaker;
    floor->counting = &cells[3];
    for (size_t i = 0; i < 3; i++) {
        struct vtb_case *the_case = &plan.points[0].cases[i + 1];
        watched[i] = the_case->timing;
        cells[i] = *the_case->timing;
        cells[i].run_independent = loops[i];
        the_case->timing = &cells[i];
    }
    memset(starts_n, 0, sizeof starts_n);
    check_pass(&plan, VTB_CONSUMER_INDEPENDENT, 0);
    vtb_plan_free(&plan);
}

/* If hits emerge, all cases make the same calls in each round, behind the pacemaker, which is not
 * timed; otherwise each starts at a place of its own. */
static void cases_are_in_step_where_hits_emerge(void **state)
{
    (void)state;
    watch_pass("--cache=lru:100");
    assert_int_equal(starts_n[1], starts_n[2]);
    assert_memory_equal(starts[1], starts[2], starts_n[1] * sizeof *starts[1]);
    assert_int_equal(starts_n[0], starts_n[1] + CHECK_OF_FLOOR);
    assert_memory_equal(starts[0], starts[1], (RUNS_BEFORE + 2 * ROUNDS_N) * sizeof *starts[1]);
    assert_int_equal(starts_n[3], RUNS_BEFORE + 2 * ROUNDS_N);
    assert_memory_equal(starts[3], starts[1], starts_n[3] * sizeof *starts[3]);
    watch_pass("--workload=user_cache");
    assert_int_equal(starts_n[1], starts_n[2]);
    assert_memory_not_equal(starts[1], starts[2], starts_n[1] * sizeof *starts[1]);
    assert_int_equal(starts_n[0], starts_n[1] + CHECK_OF_FLOOR);
    assert_int_equal(starts_n[3], 0);
}

/* Times recorded keys, over and over, through a cache of a capacity. Returns the share that hit,
 * the second time that they are timed. */
static double timed_hit_rate(uint64_t capacity, enum vtb_consumer consumer)
{
    static const uint32_t recorded[] = {0, 0, 1, 2};
    const struct vtb_trace trace = {.ids = recorded, .ids_n = 4, .keys_n = 3};
    const struct vtb_effort effort = {ROUNDS_N, 1, 4096};
    struct vtb_plan plan = SMALL_PLAN("--strategy=value_task", "--cache=lru:1", "--heap=glibc");
    struct vtb_point *at = &plan.points[0];
    struct vtb_fixture fixture;
    struct vtb_error error;
    struct vtb_samples samples;
    at->hits.trace = &trace;
    at->hits.cache.capacity = capacity;
    at->keys_n = 3;
    assert_true(vtb_fixture_open_session(&fixture, at, 1, &error));
    assert_true(vtb_samples_make(&samples, at, 2, ROUNDS_N, &error));
    struct vtb_samples second = vtb_samples_of_session(&samples, 1);
    struct vtb_bench *bench = vtb_bench_open(&fixture, NULL, &error);
    assert_non_null(bench);
    for (int i = 0; i < 2; i++)
        assert_true(vtb_bench_run(bench, &effort, consumer, &second, &error));
    vtb_bench_close(bench);
    assert_ptr_equal(second.hit_rates, samples.hit_rates + 1);
    assert_same_double(samples.hit_rates[0], 0);
    const double rate = samples.hit_rates[1];
    vtb_samples_free(&samples);
    vtb_fixture_close(&fixture);
    vtb_plan_free(&plan);
    return rate;
}

/* Of keys that come again and again: a cache that holds them all misses none of the calls that are
 * timed, however many were missed before. */
static void hits_of_what_is_timed(void **state)
{
    (void)state;
    assert_same_double(timed_hit_rate(1, VTB_CONSUMER_INDEPENDENT), 0.25);
    assert_same_double(timed_hit_rate(2, VTB_CONSUMER_DEPENDENT), 0.25);
    assert_same_double(timed_hit_rate(3, VTB_CONSUMER_INDEPENDENT), 1);
}

/* Where a schedule says what hits, or a start finds an empty cache, there is nothing to note. */
static void hit_rates_are_of_warm_caches(void **state)
{
    (void)state;
    struct vtb_plan plan = SMALL_PLAN("--strategy=value_task", "--hit-rate=0.5");
    struct vtb_samples samples;
    struct vtb_error error;
    assert_true(vtb_samples_make(&samples, &plan.points[0], 1, ROUNDS_N, &error));
    assert_null(samples.hit_rates);
    vtb_samples_free(&samples);
    plan.points[0].hits.emerge = plan.points[0].cold = true;
    assert_true(vtb_samples_make(&samples, &plan.points[0], 1, ROUNDS_N, &error));
    assert_null(samples.hit_rates);
    vtb_samples_free(&samples);
    vtb_plan_free(&plan);
}

/* --- what a session draws --- */

static size_t used_bytes; /* of the last case's heap, when it is run first */

static void notes_how_full_its_heap_is(struct vtb_env *env, size_t n)
{
    struct vtb_heap_state found;
    env->service.heap->collector->state(env->service.gc.heap, &found);
    used_bytes = used_bytes ? used_bytes : found.used_bytes;
    honest->run_independent(env, n);
}

static size_t used_in_session(const struct vtb_plan *plan, uint64_t session)
{
    const struct vtb_effort effort = {1, 1, 1};
    const struct vtb_point *at = &plan->points[0];
    struct vtb_fixture fixture;
    struct vtb_error error;
    struct vtb_samples samples;
    used_bytes = 0;
    assert_true(vtb_fixture_open_session(&fixture, at, session, &error));
    assert_true(vtb_samples_make(&samples, at, 1, 1, &error));
    assert_true(vtb_timing_run(&fixture, &effort, VTB_CONSUMER_INDEPENDENT, &samples, &error));
    vtb_samples_free(&samples);
    vtb_fixture_close(&fixture);
    return used_bytes;
}

/* So that the first collection of a case does not come after the same calls in all sessions. */
static void nurseries_are_filled(void **state)
{
    (void)state;
    struct vtb_plan plan =
        SYNTHETIC_PLAN("--heap=gengc", "--keys=100", "--strategy=value_task", "--gen0-budget=1e6");
    struct vtb_case *last = &plan.points[0].cases[plan.points[0].cases_n - 1];
    honest = last->timing;
    struct vtb_cell watching = *honest;
    watching.run_independent = notes_how_full_its_heap_is;
    last->timing = &watching;
    const size_t first = used_in_session(&plan, 1);
    const size_t second = used_in_session(&plan, 2);
    assert_true(first > 0 && first != second);
    assert_int_equal(used_in_session(&plan, 1), first);
    vtb_plan_free(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latin_squares),
        cmocka_unit_test(squares_differ),
        cmocka_unit_test(shuffles_are_even),
        cmocka_unit_test(one_seed_one_order),
        cmocka_unit_test(samples_of_a_session),
        cmocka_unit_test(pauses_of_a_pass),
        cmocka_unit_test(other_values_are_refused),
        cmocka_unit_test(the_loop_is_that_of_the_pass),
        cmocka_unit_test(cases_are_in_step_where_hits_emerge),
        cmocka_unit_test(hits_of_what_is_timed),
        cmocka_unit_test(hit_rates_are_of_warm_caches),
        cmocka_unit_test(nurseries_are_filled),
    };
    struct CMUnitTest of_passes[PASSES_N] = {{.name = NULL}};
    for (size_t i = 0; i < PASSES_N; i++) {
        of_passes[i] = (struct CMUnitTest){.name = passes[i].name,
                                           .test_func = a_pass_has_all_its_samples,
                                           .initial_state = (void *)(uintptr_t)&passes[i]};
    }
#ifdef __SANITIZE_THREAD__ /* most of the others have one thread, in which it sees nothing */
    cmocka_set_test_filter("pass_of_*");
#endif
    const int failed_n = cmocka_run_group_tests(tests, NULL, NULL);
    return failed_n + cmocka_run_group_tests(of_passes, NULL, NULL);
}
