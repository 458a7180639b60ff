#include "made_up.h"

#include "report/report_title.h"

static struct made_up it;

static int made(void **state)
{
    (void)state;
    make_up(&it);
    return 0;
}

static void write_title(FILE *out, const struct made_up *of)
{
    vtb_report_title(out, &of->comparison, 0);
}

/* The title's lines as one, and the conditions' as one: where they break is no part of this. */
static void reads(const char *title, const char *conditions)
{
    char *text = written_about(write_title, &it);
    char expected[2048];
    const size_t n = strlen(text);
    assert_true(n > 2 && strcmp(text + n - 2, "\n\n") == 0);
    for (char *at = text; at < text + n - 2; at++)
        *at = (char)(*at == '\n' ? ' ' : *at);
    snprintf(expected, sizeof expected, "%s %s\n\n", title, conditions);
    assert_string_equal(text, expected);
    free(text);
}

#define TITLE "errands, hit rate 0.8 (actual 0.8), direct method, heap heap"
#define CONDITIONS "10 calls counted, 1,000 keys (uniform), 64 in flight (fifo)"

static void a_table_is_told_by_its_calls(void **state)
{
    (void)state;
    reads(TITLE, CONDITIONS);
    it.cases[0].method = VTB_METHOD_ASYNC;
    it.point.completion = VTB_COMPLETION_LIFO;
    it.point.distribution = (struct vtb_distribution){.zipf = true, .s = 0.9};
    reads("errands, hit rate 0.8 (actual 0.8), async method, heap heap",
          "10 calls counted, 1,000 keys (zipf:0.9), 64 in flight (lifo)");
}

/* Lines are as wide as they may be, and the conditions begin one of their own. */
static void lines_are_wrapped(void **state)
{
    (void)state;
    it.point.failure_rate = 0.05;
    it.point.completer = true;
    char *text = written_about(write_title, &it);
    assert_string_equal(text, TITLE "\n" CONDITIONS
                                    ", 0.05 of the misses fail, completed on\n"
                                    "another thread\n\n");
    free(text);
}

static void times_tell_their_lookups_and_callers(void **state)
{
    (void)state;
    double caller_ns[] = {1};
    it.comparison.timed = true;
    it.comparison.consumer = VTB_CONSUMER_DEPENDENT;
    it.comparison.samples =
        (struct vtb_samples){.sessions_n = 6, .rounds_n = 40, .operations_n = 5000};
    reads("errands, hit rate 0.8 (actual 0.8), direct method, dependent lookups, heap heap",
          CONDITIONS "; timed: the steady state, 6 sessions of 40 rounds of 5,000 operations");
    it.comparison.caller_ns = caller_ns;
    reads(
        "errands, hit rate 0.8 (actual 0.8), direct method, dependent lookups, 1 caller, heap "
        "heap",
        CONDITIONS "; timed: the steady state, 6 sessions of 40 rounds of 5,000 operations");
    it.cases[0].threads_n = 3;
    it.point.cold = true;
    reads(
        "errands, hit rate 0.8 (actual 0.8), direct method, dependent lookups, 3 callers, heap "
        "heap",
        CONDITIONS
        "; timed: a cold start, the first 5,000 calls of 240 fresh processes a case, in 6 "
        "sessions");
    it.comparison.samples.sessions_n = 1;
    it.comparison.samples.operations_n = 1;
    reads(
        "errands, hit rate 0.8 (actual 0.8), direct method, dependent lookups, 3 callers, heap "
        "heap",
        CONDITIONS
        "; timed: a cold start, the first 1 call of 40 fresh processes a case, in 1 session");
    it.point.cold = false;
    reads(
        "errands, hit rate 0.8 (actual 0.8), direct method, dependent lookups, 3 callers, heap "
        "heap",
        CONDITIONS "; timed: the steady state, 1 session of 40 rounds of 1 operations");
}

static void few_calls_are_told_so(void **state)
{
    (void)state;
    it.point.calls_n = 1000000;
    reads(TITLE,
          "10 of 1,000,000 calls counted, which tell what each costs, 1,000 keys (uniform), 64 "
          "in flight (fifo)");
    it.point.calls_n = it.figures[0].counted.calls_n = it.figures[0].counted.hits_n = 1;
    reads("errands, hit rate 0.8 (actual 1), direct method, heap heap",
          "1 call counted, 1,000 keys (uniform), 64 in flight (fifo)");
}

static void actual(uint64_t hits_n, uint64_t calls_n, const char *text)
{
    char part[64];
    it.figures[0].counted.hits_n = hits_n;
    it.figures[0].counted.calls_n = calls_n;
    snprintf(part, sizeof part, "hit rate 0.8 (actual %s), ", text);
    char *title = written_about(write_title, &it);
    assert_contains(title, part);
    free(title);
}

/* Nor is one that is nearly nothing a long row of zeroes. */
static void a_rate_that_is_nearly_all_does_not_read_so(void **state)
{
    (void)state;
    actual(10, 10, "1");
    actual(9999999, 10000000, "<1");
    actual(99, 100, "0.99");
    actual(2, 3, "0.6667");
    actual(0, 10, "0");
    actual(1, 10000000, "1e-07");
    actual(12345, 1000000000, "1e-05");
}

static void hits_that_emerge_are_told_with_their_cache(void **state)
{
    (void)state;
    it.point.hits = (struct vtb_hits){.emerge = true, .cache = {.capacity = 500}};
    reads("errands, hit rate 0.80000 emerged (8 hits), LRU of 500, direct method, heap heap",
          CONDITIONS);
    it.point.hits.cache = (struct vtb_cache_setup){.ttl_ns = 1500000000};
    it.point.hits.trace = &it.plan.trace;
    reads("errands, hit rate 0.80000 emerged (8 hits), life of 1.5 s, direct method, heap heap",
          "10 calls counted, 1,000 keys (recorded), 64 in flight (fifo)");
}

static void what_is_rare_is_told_where_it_is_so(void **state)
{
    (void)state;
    it.point.depth = 3;
    it.point.force_async = true;
    reads(TITLE, CONDITIONS ", 3 methods deep, every call forced to suspend");
    it.point.depth = 1;
    it.point.force_async = false;
    it.point.failure_rate = 0.05;
    it.point.request_ops = 8;
    it.point.pollute_bytes = 4096;
    it.point.completer = true;
    it.point.abstract = true;
    it.point.concurrent_table = true;
    reads(TITLE, CONDITIONS
          ", 0.05 of the misses fail, requests of 8 operations, 4,096 B of other "
          "memory touched between calls, completed on another thread, called through an interface, "
          "all threads insert into the table");
    it.point.failure_rate = 0;
    it.point.request_ops = VTB_REQUEST_OPS;
    it.point.pollute_bytes = 0;
    it.point.abstract = false;
    it.point.concurrent_table = false;
    it.point.store = vtb_stores[0];
    it.point.store_threads_n = 1;
    reads(TITLE, CONDITIONS ", misses answered by SQLite, which 1 thread asks");
    it.point.store_threads_n = 2;
    reads(TITLE, CONDITIONS ", misses answered by SQLite, which 2 threads ask");
}

static void a_collector_is_told_with_its_setup(void **state)
{
    (void)state;
    it.point.incremental = true;
    it.figures[0].pressure.live_bytes = 3 << 20;
    reads(TITLE, CONDITIONS);
    it.point.incremental = false;
    it.figures[0].pressure.collects = true;
    reads(TITLE, CONDITIONS ", 3.0 MiB live in the heap all along");
    it.point.incremental = true;
    it.figures[0].pressure.budget_bytes = 65536;
    reads(TITLE, CONDITIONS
          ", 3.0 MiB live in the heap all along, a nursery of 64.0 KiB, "
          "collected in steps");
}

/* A table does not begin with the first case of its point. */
static void write_second_title(FILE *out, const struct made_up *of)
{
    vtb_report_title(out, &of->comparison, 1);
}

static void a_title_is_of_the_table_s_first_case(void **state)
{
    (void)state;
    it.figures[1].counted.hits_n = 5;
    it.cases[1].method = VTB_METHOD_ASYNC;
    char *title = written_about(write_second_title, &it);
    assert_begins(title, "errands, hit rate 0.8 (actual 0.5), async method, heap heap\n");
    free(title);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_table_is_told_by_its_calls, made),
        cmocka_unit_test_setup(lines_are_wrapped, made),
        cmocka_unit_test_setup(times_tell_their_lookups_and_callers, made),
        cmocka_unit_test_setup(few_calls_are_told_so, made),
        cmocka_unit_test_setup(a_rate_that_is_nearly_all_does_not_read_so, made),
        cmocka_unit_test_setup(hits_that_emerge_are_told_with_their_cache, made),
        cmocka_unit_test_setup(what_is_rare_is_told_where_it_is_so, made),
        cmocka_unit_test_setup(a_collector_is_told_with_its_setup, made),
        cmocka_unit_test_setup(a_title_is_of_the_table_s_first_case, made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
