/* Operations that a store outside of the program answers, over the real cells, by a store that is
 * made up: it answers when it likes, and fails when the test says so. */
#include "built.h"
#include "cells.h"

#include <pthread.h>

#include "bench/runner.h"

#define KEYS_N 300
#define CALLS_N 2000
#define WINDOW 16
#define ASKERS_MAX 3

/* --- the store --- */

struct record {
    uint8_t key[64];
    size_t key_n;
    uint8_t value[64];
    size_t value_n;
};

/* What a test has the store do. */
static struct {
    size_t records_max;  /* more of them cannot be put */
    bool is_unreachable; /* nobody can connect */
    size_t fails_each;   /* so many questions come to one that fails; 0: none does */
    size_t ages_each;    /* likewise, to one whose value is wrong */
    bool forgets;        /* it has no records */
    size_t late_n;       /* polls without an answer, while it may be asked for more */
} manner;

static struct {
    struct record records[KEYS_N];
    size_t n;
    bool is_sealed;
    double life_s;
    size_t connected_n;
    bool is_open;
} cupboard;

static uint64_t asked_n; /* of all connections; atomic */
static uint64_t broken_n;
static uint64_t put_again_n; /* atomic */

#define QUESTIONS_MAX 8

/* Replies that were not given yet, in a ring. */
struct connection {
    struct vtb_store_reply replies[QUESTIONS_MAX];
    struct record wrong[QUESTIONS_MAX];
    size_t first;
    size_t n;
    size_t polls_n;
};

static void *open_cupboard(const char *address, double life_s, struct vtb_error *error)
{
    (void)address;
    (void)error;
    memset(&cupboard, 0, sizeof cupboard);
    cupboard.life_s = life_s;
    cupboard.is_open = true;
    return &cupboard;
}

static bool put(void *store, const void *key, size_t key_n, const void *value, size_t value_n,
                struct vtb_error *error)
{
    (void)store;
    if (cupboard.n == manner.records_max)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "the cupboard is full");
    struct record *record = &cupboard.records[cupboard.n++];
    assert_true(key_n <= sizeof record->key && value_n <= sizeof record->value);
    memcpy(record->key, key, key_n);
    memcpy(record->value, value, value_n);
    record->key_n = key_n;
    record->value_n = value_n;
    return true;
}

static bool seal(void *store, struct vtb_error *error)
{
    (void)store;
    (void)error;
    cupboard.is_sealed = true;
    return true;
}

static void close_cupboard(void *store)
{
    (void)store;
    assert_int_equal(cupboard.connected_n, 0);
    cupboard.is_open = false;
}

static void *connect_to(void *store, struct vtb_error *error)
{
    (void)store;
    assert_true(cupboard.is_sealed);
    if (manner.is_unreachable) {
        vtb_error_set(error, VTB_EXIT_INTERNAL, "the cupboard is locked");
        return NULL;
    }
    cupboard.connected_n++;
    return calloc(1, sizeof(struct connection));
}

static void disconnect(void *what)
{
    cupboard.connected_n--;
    free(what);
}

static bool is_nth(uint64_t n, size_t each)
{
    return each > 0 && n % each == 0;
}

static void ask(void *what, const void *key, size_t key_n)
{
    struct connection *connection = what;
    const uint64_t n = __atomic_add_fetch(&asked_n, 1, __ATOMIC_RELAXED);
    assert_true(connection->n < QUESTIONS_MAX);
    const size_t place = (connection->first + connection->n++) % QUESTIONS_MAX;
    struct vtb_store_reply *reply = &connection->replies[place];
    *reply = (struct vtb_store_reply){.outcome = VTB_STORE_ABSENT};
    for (size_t i = 0; !manner.forgets && i < cupboard.n; i++) {
        const struct record *record = &cupboard.records[i];
        if (record->key_n == key_n && memcmp(record->key, key, key_n) == 0)
            *reply =
                (struct vtb_store_reply){VTB_STORE_FOUND, record->value, record->value_n, NULL};
    }
    if (is_nth(n, manner.ages_each)) {
        memcpy(connection->wrong[place].value, reply->value, reply->value_n);
        connection->wrong[place].value[0] ^= 1;
        reply->value = connection->wrong[place].value;
    }
    if (is_nth(n, manner.fails_each))
        *reply = (struct vtb_store_reply){.outcome = VTB_STORE_FAILED, .said = "a\nmouse"};
    if (is_nth(n, manner.ages_each) || is_nth(n, manner.fails_each))
        __atomic_fetch_add(&broken_n, 1, __ATOMIC_RELAXED);
}

static bool next(void *what, struct vtb_store_reply *reply)
{
    struct connection *connection = what;
    if (connection->n == 0)
        return false;
    if (connection->n < QUESTIONS_MAX && connection->polls_n++ < manner.late_n)
        return false;
    connection->polls_n = 0;
    *reply = connection->replies[connection->first];
    connection->first = (connection->first + 1) % QUESTIONS_MAX;
    connection->n--;
    return true;
}

/* What is put again is what was put before. */
static void put_again(void *what, const void *key, size_t key_n, const void *value, size_t value_n)
{
    size_t i = 0;
    (void)what;
    while (i < cupboard.n &&
           (cupboard.records[i].key_n != key_n || memcmp(cupboard.records[i].key, key, key_n) != 0))
        i++;
    assert_true(i < cupboard.n);
    assert_int_equal(value_n, cupboard.records[i].value_n);
    assert_memory_equal(value, cupboard.records[i].value, value_n);
    __atomic_fetch_add(&put_again_n, 1, __ATOMIC_RELAXED);
}

static const struct vtb_store kind = {
    .word = "cupboard",
    .title = "the cupboard",
    .questions_max = QUESTIONS_MAX,
    .open = open_cupboard,
    .put = put,
    .seal = seal,
    .close = close_cupboard,
    .connect = connect_to,
    .disconnect = disconnect,
    .ask = ask,
    .next = next,
    .put_again = put_again,
};

/* It keeps records for ever. */
static const struct vtb_store lasting = {
    .word = "chest",
    .title = "the chest",
    .questions_max = QUESTIONS_MAX,
    .open = open_cupboard,
    .put = put,
    .seal = seal,
    .close = close_cupboard,
    .connect = connect_to,
    .disconnect = disconnect,
    .ask = ask,
    .next = next,
};

/* --- running --- */

static const struct vtb_heap_entry *heap;
static struct vtb_case the_case;
static struct vtb_point point;
static struct vtb_fixture fixture;
static struct vtb_outside outside;
static struct vtb_thread_pool *thread_pool;

static void open_fixture(const struct vtb_cell *cell, double failure_rate)
{
    struct vtb_error error = {0};
    the_case = (struct vtb_case){.timing = cell, .heap = heap, .method = cell->kind.method};
    point = (struct vtb_point){.workload = vtb_find_workload(cell->workload_name),
                               .hits = {.rate = 0.5, .cache = {.capacity = 50, .tick_ns = 1}},
                               .failure_rate = failure_rate,
                               .in_flight = WINDOW,
                               .depth = 1,
                               .request_ops = 7,
                               .keys_n = KEYS_N,
                               .gen0_budget_bytes = (size_t)16 << 10,
                               .verify_heap = true,
                               .completer = true,
                               .store = &kind,
                               .seed = 5,
                               .cases = &the_case,
                               .cases_n = 1};
    point.hits.emerge = point.workload->workload->default_capacity > 0;
    if (!vtb_fixture_open(&fixture, &point, &error))
        fail_msg("%s", error.message);
    manner.records_max = SIZE_MAX;
    asked_n = broken_n = put_again_n = 0;
}

static void open_all(struct vtb_runner *runner, size_t callers_n, size_t askers_n)
{
    struct vtb_error error = {0};
    the_case.threads_n = callers_n;
    point.store_threads_n = askers_n;
    if (!vtb_outside_open(&outside, &fixture, &error) ||
        !vtb_runner_open_outside(runner, &fixture, &the_case, VTB_CONSUMER_INDEPENDENT, thread_pool,
                                 &outside, &error))
        fail_msg("%s", error.message);
    assert_int_equal(runner->completers_n, askers_n);
}

static void close_all(struct vtb_runner *runner)
{
    vtb_runner_close(runner);
    vtb_outside_close(&outside);
    assert_false(cupboard.is_open);
}

static void run(struct vtb_runner *runner, size_t n)
{
    vtb_runner_muster(runner);
    vtb_runner_run(runner, n);
}

/* What each caller consumed, if that is the same for all. */
static uint64_t consumed(struct vtb_runner *runner)
{
    for (size_t t = 0; t < runner->callers_n; t++) {
        vtb_runner_drain(runner, t);
        assert_int_equal(runner->callers[t].pending_n, 0);
        assert_of_cell(runner->cell, vtb_fixture_checksum(&runner->callers[t]),
                       vtb_fixture_checksum(&runner->callers[0]));
    }
    return vtb_fixture_checksum(&runner->callers[0]);
}

static uint64_t faults_n(const struct vtb_runner *runner)
{
    uint64_t n = 0;
    for (size_t j = 0; j < runner->askers_n; j++)
        n += vtb_asker_env(runner->askers[j])->service.failed_n;
    return n;
}

/* How many of a caller's calls have a flag in the schedule. */
static uint64_t flagged_n(uint32_t flag)
{
    uint64_t n = 0;
    for (size_t i = 0; i < CALLS_N; i++)
        n += (fixture.ids[i] & flag) != 0;
    return n;
}

/* What the same calls come to without a store, by one caller. */
static uint64_t expected(void)
{
    const struct vtb_cell *floor = built_cell("plain", point.workload->name, (struct vtb_kind){0});
    const struct cell_run run_of_it = {
        .fixture = &fixture, .cell = floor, .heap = heap->heap, .n = CALLS_N};
    return cell_run(&run_of_it).checksum;
}

/* Runs in three parts, as suspended operations and places in rings stay from one to the next. */
static void check(const struct vtb_cell *cell, size_t callers_n, size_t askers_n)
{
    struct vtb_runner runner;
    open_fixture(cell, 0.1);
    open_all(&runner, callers_n, askers_n);
    run(&runner, CALLS_N / 3);
    run(&runner, 1);
    run(&runner, CALLS_N - CALLS_N / 3 - 1);
    const struct vtb_store_sums sums = vtb_askers_sum(runner.askers, askers_n);
    assert_of_cell(cell, (uint64_t)sums.asked_n, asked_n);
    assert_of_cell(cell, asked_n, callers_n * flagged_n(VTB_ID_MISS));
    assert_same_double(sums.failed_n, 0);
    assert_string_equal(sums.said, "");
    assert_true(sums.p50_ns > 0 && sums.p99_ns >= sums.p50_ns);
    assert_of_cell(cell, faults_n(&runner), callers_n * flagged_n(VTB_ID_FAIL));
    const uint64_t sum = consumed(&runner);
    close_all(&runner);
    if (!cell->kind.collected)
        assert_of_cell(cell, sum, expected());
    vtb_fixture_close(&fixture);
}

static bool is_asking(const struct vtb_cell *cell)
{
    return cell->kind.outside && cell->stored && cell->several_threads &&
           !cell->strategy->lacks.other_threads &&
           cell->kind.collected == vtb_heap_collects(heap->heap);
}

static void check_cells(void)
{
    size_t n = 0;
    for (size_t i = 0; built_cells()[i]; i++) {
        if (!is_asking(built_cells()[i]))
            continue;
        check(built_cells()[i], 1, 1);
        check(built_cells()[i], 1, ASKERS_MAX);
        check(built_cells()[i], 2, 2);
        n++;
    }
    assert_true(n >= 2);
}

/* Values are right, and faults are those of the workload, on heaps that free and that collect. */
static void operations_are_answered(void **state)
{
    (void)state;
    for (size_t late_n = 0; late_n <= 3; late_n += 3) {
        manner.late_n = late_n;
        check_cells();
    }
    heap = vtb_find_heap("gengc");
    check_cells();
    heap = vtb_find_heap("glibc");
    manner.late_n = 0;
}

static const struct vtb_cell *some_cell(const char *workload)
{
    return built_cell("value_task@atomic", workload, (struct vtb_kind){.outside = true});
}

/* Where hits emerge, keys are asked for as they are; keys that are texts by their characters. */
static void other_workloads(void **state)
{
    (void)state;
    static const char *const names[] = {"trace", "config_read", "permission_check"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct vtb_runner runner;
        if (!vtb_find_workload(names[i]))
            continue; /* a build of one workload */
        open_fixture(some_cell(names[i]), 0);
        open_all(&runner, 1, 2);
        run(&runner, CALLS_N);
        assert_int_equal(faults_n(&runner), 0);
        assert_true(asked_n > CALLS_N / 4);
        const uint64_t sum = consumed(&runner);
        close_all(&runner);
        assert_true(sum == expected());
        vtb_fixture_close(&fixture);
    }
}

/* Each operation of a question that failed ends in a fault, and the first is told of. */
static void check_faults(const char *said)
{
    struct vtb_runner runner;
    open_fixture(some_cell("user_cache"), 0);
    open_all(&runner, 2, 2);
    run(&runner, CALLS_N);
    struct vtb_store_sums sums = vtb_askers_sum(runner.askers, 2);
    assert_true(broken_n > 0);
    assert_int_equal((uint64_t)sums.failed_n, broken_n);
    assert_string_equal(sums.said, said);
    assert_int_equal(faults_n(&runner), broken_n);
    vtb_asker_reset(runner.askers[0]);
    vtb_asker_reset(runner.askers[1]);
    sums = vtb_askers_sum(runner.askers, 2);
    assert_same_double(sums.failed_n + sums.asked_n, 0);
    close_all(&runner);
    vtb_fixture_close(&fixture);
}

static void a_store_that_fails(void **state)
{
    (void)state;
    manner.fails_each = 7;
    check_faults("a\\nmouse");
    manner.fails_each = 1;
    check_faults("a\\nmouse");
    manner.fails_each = 0;
}

static void a_store_with_other_values(void **state)
{
    (void)state;
    manner.ages_each = 11;
    check_faults("its value is another one than the table's");
    manner.ages_each = 0;
}

static void a_store_that_forgets(void **state)
{
    (void)state;
    struct vtb_runner runner;
    manner.forgets = true;
    open_fixture(some_cell("user_cache"), 0.5);
    open_all(&runner, 1, 1);
    run(&runner, CALLS_N);
    const struct vtb_store_sums sums = vtb_askers_sum(runner.askers, 1);
    /* The others fail in any case. */
    assert_int_equal((uint64_t)sums.failed_n, flagged_n(VTB_ID_MISS) - flagged_n(VTB_ID_FAIL));
    assert_string_equal(sums.said, "it has no such record");
    assert_int_equal(faults_n(&runner), flagged_n(VTB_ID_MISS));
    close_all(&runner);
    vtb_fixture_close(&fixture);
    manner.forgets = false;
}

/* Asks a store that has no records any more, and returns what came of it. */
static struct vtb_store_sums ask_forgetful(const struct vtb_store *store)
{
    struct vtb_runner runner;
    manner.forgets = true;
    open_fixture(some_cell("product_catalog"), 0.1);
    point.store = store;
    open_all(&runner, 1, 1);
    run(&runner, CALLS_N);
    const struct vtb_store_sums sums = vtb_askers_sum(runner.askers, 1);
    assert_int_equal((uint64_t)sums.asked_n, flagged_n(VTB_ID_MISS));
    assert_int_equal((uint64_t)(sums.failed_n + sums.expired_n),
                     flagged_n(VTB_ID_MISS) - flagged_n(VTB_ID_FAIL));
    assert_int_equal(put_again_n, (uint64_t)sums.expired_n);
    vtb_asker_reset(runner.askers[0]);
    assert_same_double(vtb_askers_sum(runner.askers, 1).expired_n, 0);
    manner.forgets = false;
    close_all(&runner);
    vtb_fixture_close(&fixture);
    return sums;
}

/* How long the records of a workload are said to live in a store. */
static double life_in(const struct vtb_store *store, const char *workload, uint64_t ttl_ns)
{
    struct vtb_error error = {0};
    open_fixture(some_cell(workload), 0);
    point.store = store;
    point.hits.cache.ttl_ns = ttl_ns;
    assert_true(vtb_outside_open(&outside, &fixture, &error));
    const double life_s = cupboard.life_s;
    vtb_outside_close(&outside);
    vtb_fixture_close(&fixture);
    return life_s;
}

/* What has expired is no failure: it is put again. It lives as long as the cache's entries do, but
 * by the store's clock; and for ever where the store has no such thing, or the workload. */
static void records_that_expire(void **state)
{
    (void)state;
    if (!vtb_find_workload("product_catalog"))
        skip(); /* a build of one workload */
    assert_true(ask_forgetful(&kind).expired_n > 0);
    assert_true(ask_forgetful(&lasting).failed_n > 0);
    assert_same_double(life_in(&kind, "product_catalog", 0), 300);
    assert_same_double(life_in(&kind, "product_catalog", 20000000), 0.02);
    assert_same_double(life_in(&lasting, "product_catalog", 20000000), 0);
    assert_same_double(life_in(&kind, "user_cache", 0), 0);
}

/* A store that cannot be filled, or reached, is an error; nothing is left open. */
static void what_cannot_be_opened(void **state)
{
    (void)state;
    struct vtb_error error = {0};
    struct vtb_runner runner;
    open_fixture(some_cell("user_cache"), 0);
    manner.records_max = 10;
    assert_false(vtb_outside_open(&outside, &fixture, &error));
    assert_string_equal(error.message, "the cupboard is full");
    assert_null(outside.store);
    assert_false(cupboard.is_open);
    manner.records_max = SIZE_MAX;
    manner.is_unreachable = true;
    the_case.threads_n = point.store_threads_n = 1;
    assert_true(vtb_outside_open(&outside, &fixture, &error));
    assert_false(vtb_runner_open_outside(&runner, &fixture, &the_case, VTB_CONSUMER_INDEPENDENT,
                                         thread_pool, &outside, &error));
    assert_string_equal(error.message, "the cupboard is locked");
    assert_null(runner.callers);
    vtb_outside_close(&outside);
    manner.is_unreachable = false;
    point.store = NULL;
    assert_true(vtb_outside_open(&outside, &fixture, &error)); /* the array */
    assert_null(outside.kind);
    vtb_outside_close(&outside);
    vtb_fixture_close(&fixture);
}

/* Without a thread for it, the caller completes its own operations, from the array. */
static void without_the_store(void **state)
{
    (void)state;
    struct vtb_error error = {0};
    struct vtb_runner runner;
    open_fixture(some_cell("user_cache"), 0.1);
    the_case.threads_n = point.store_threads_n = 1;
    assert_true(
        vtb_runner_open(&runner, &fixture, &the_case, VTB_CONSUMER_INDEPENDENT, NULL, &error));
    assert_int_equal(runner.completers_n, 0);
    run(&runner, CALLS_N);
    assert_int_equal(asked_n, 0);
    const uint64_t sum = consumed(&runner);
    vtb_runner_close(&runner);
    assert_true(sum == expected());
    vtb_fixture_close(&fixture);
}

static int setup(void **state)
{
    (void)state;
    struct vtb_error error;
    alarm(600); /* threads that wait for one another in vain end the test */
    heap = vtb_find_heap("glibc");
    thread_pool = vtb_thread_pool_open(2 + ASKERS_MAX, &error);
    return thread_pool ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    vtb_thread_pool_close(thread_pool);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_are_answered), cmocka_unit_test(other_workloads),
        cmocka_unit_test(a_store_that_fails),      cmocka_unit_test(a_store_with_other_values),
        cmocka_unit_test(a_store_that_forgets),    cmocka_unit_test(what_cannot_be_opened),
        cmocka_unit_test(without_the_store),       cmocka_unit_test(records_that_expire),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
