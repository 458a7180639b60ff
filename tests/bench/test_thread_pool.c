#include "check.h"

#include <pthread.h>
#include <unistd.h>

#include "bench/thread_pool.h"

#define THREADS_N 5
#define ROUNDS_N 2000

/* The records of the parts of a run. A part writes only to its own places. */
struct log {
    size_t runs_n[THREADS_N];
    pthread_t threads[THREADS_N]; /* that ran the part last */
    size_t seen[THREADS_N];       /* the round, as the part saw it */
    size_t round;                 /* written between two runs */
};

static struct vtb_thread_pool *open_thread_pool(size_t threads_n)
{
    struct vtb_error error = {0};
    struct vtb_thread_pool *thread_pool = vtb_thread_pool_open(threads_n, &error);
    if (!thread_pool)
        fail_msg("%s", error.message);
    return thread_pool;
}

static void note(void *context, size_t index)
{
    struct log *log = context;
    if (index >= THREADS_N)
        abort(); /* an assertion would not end the test from another thread */
    log->runs_n[index]++;
    log->threads[index] = pthread_self();
    log->seen[index] = log->round;
}

static void run(struct vtb_thread_pool *thread_pool, size_t parts_n, struct log *log)
{
    vtb_thread_pool_muster(thread_pool, parts_n);
    vtb_thread_pool_run(thread_pool, note, log);
}

/* Part 0 on the caller's thread, each other one on another, and always the same one. */
static void parts_have_threads_of_their_own(void **state)
{
    (void)state;
    struct vtb_thread_pool *thread_pool = open_thread_pool(THREADS_N);
    struct log log = {.round = 0};
    run(thread_pool, THREADS_N, &log);
    assert_true(pthread_equal(log.threads[0], pthread_self()));
    for (size_t i = 0; i < THREADS_N; i++) {
        for (size_t j = 0; j < i; j++)
            assert_false(pthread_equal(log.threads[i], log.threads[j]));
    }
    const struct log first = log;
    run(thread_pool, THREADS_N, &log);
    for (size_t i = 0; i < THREADS_N; i++)
        assert_true(pthread_equal(log.threads[i], first.threads[i]));
    vtb_thread_pool_close(thread_pool);
}

/* The parts see everything that was written before a run, and the caller sees all that they
 * wrote. */
static void every_part_runs_once_a_run(void **state)
{
    (void)state;
    struct vtb_thread_pool *thread_pool = open_thread_pool(THREADS_N);
    struct log log = {.round = 0};
    while (log.round < ROUNDS_N) {
        log.round++;
        run(thread_pool, THREADS_N, &log);
        for (size_t i = 0; i < THREADS_N; i++) {
            assert_int_equal(log.runs_n[i], log.round);
            assert_int_equal(log.seen[i], log.round);
        }
    }
    vtb_thread_pool_close(thread_pool);
}

/* Parts that a run does not have sleep through it, and are there for a later one. */
static void runs_of_fewer_parts(void **state)
{
    (void)state;
    struct vtb_thread_pool *thread_pool = open_thread_pool(THREADS_N);
    struct log log = {.round = 0};
    size_t expected[THREADS_N] = {0};
    while (log.round < ROUNDS_N) {
        const size_t parts_n = 1 + log.round * 7 % THREADS_N;
        log.round++;
        run(thread_pool, parts_n, &log);
        for (size_t i = 0; i < THREADS_N; i++) {
            expected[i] += i < parts_n;
            assert_int_equal(log.runs_n[i], expected[i]);
            if (i < parts_n)
                assert_int_equal(log.seen[i], log.round);
        }
    }
    vtb_thread_pool_close(thread_pool);
}

/* Parts that wait for one another: all of them, as none can end before the others began. */
static uint32_t met_n;

static void meet(void *context, size_t index)
{
    (void)index;
    __atomic_fetch_add(&met_n, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&met_n, __ATOMIC_RELAXED) < *(const uint32_t *)context)
        sched_yield();
}

static void parts_run_at_once(void **state)
{
    (void)state;
    struct vtb_thread_pool *thread_pool = open_thread_pool(THREADS_N);
    for (uint32_t round = 1; round <= 100; round++) {
        const uint32_t all_n = round * THREADS_N;
        vtb_thread_pool_muster(thread_pool, THREADS_N);
        assert_int_equal(met_n, all_n - THREADS_N); /* nobody runs before the run */
        vtb_thread_pool_run(thread_pool, meet, (void *)&all_n);
        assert_int_equal(met_n, all_n);
    }
    vtb_thread_pool_close(thread_pool);
}

/* The caller is done at once, the others are not; the run lasts until they are. */
static void sleep_unless_caller(void *context, size_t index)
{
    if (index > 0)
        usleep(2000);
    ((struct log *)context)->runs_n[index]++;
}

static void a_run_lasts_until_all_are_done(void **state)
{
    (void)state;
    struct vtb_thread_pool *thread_pool = open_thread_pool(THREADS_N);
    struct log log = {.round = 0};
    for (size_t round = 1; round <= 10; round++) {
        vtb_thread_pool_muster(thread_pool, THREADS_N);
        vtb_thread_pool_run(thread_pool, sleep_unless_caller, &log);
        for (size_t i = 0; i < THREADS_N; i++)
            assert_int_equal(log.runs_n[i], round);
    }
    vtb_thread_pool_close(thread_pool);
}

static void a_thread_pool_of_one(void **state)
{
    (void)state;
    struct vtb_thread_pool *thread_pool = open_thread_pool(1);
    struct log log = {.round = 3};
    run(thread_pool, 1, &log);
    run(thread_pool, 1, &log);
    assert_int_equal(log.runs_n[0], 2);
    assert_int_equal(log.runs_n[1], 0);
    assert_true(pthread_equal(log.threads[0], pthread_self()));
    vtb_thread_pool_close(thread_pool);
}

/* A thread pool that never ran can be closed too, although its threads may not even have started.
 * */
static void closing(void **state)
{
    (void)state;
    vtb_thread_pool_close(NULL);
    for (size_t n = 1; n <= 40; n++)
        vtb_thread_pool_close(open_thread_pool(1 + n % 4));
}

/* Several crews at once do not know of each other. */
static void thread_pools_are_apart(void **state)
{
    (void)state;
    struct vtb_thread_pool *left = open_thread_pool(2);
    struct vtb_thread_pool *right = open_thread_pool(3);
    struct log left_log = {.round = 1};
    struct log right_log = {.round = 2};
    vtb_thread_pool_muster(left, 2);
    run(right, 3, &right_log);
    vtb_thread_pool_run(left, note, &left_log);
    assert_int_equal(left_log.runs_n[1] + left_log.runs_n[2], 1);
    assert_int_equal(right_log.runs_n[1] + right_log.runs_n[2], 2);
    assert_false(pthread_equal(left_log.threads[1], right_log.threads[1]));
    vtb_thread_pool_close(left);
    vtb_thread_pool_close(right);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_have_threads_of_their_own),
        cmocka_unit_test(every_part_runs_once_a_run),
        cmocka_unit_test(runs_of_fewer_parts),
        cmocka_unit_test(parts_run_at_once),
        cmocka_unit_test(a_run_lasts_until_all_are_done),
        cmocka_unit_test(a_thread_pool_of_one),
        cmocka_unit_test(closing),
        cmocka_unit_test(thread_pools_are_apart),
    };
    alarm(600); /* threads that wait for one another in vain end the test */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
