/* Cold starts: what each fresh process finds and leaves, seen through memory that all share. */
#include "check.h"

#include <malloc.h>
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/pages.h"
#include "passes/cold.h"
#include "plan/prepare.h"

#define STARTS_MAX 1024
#define ROUNDS_N 9

/* One process, as a heap or a loop of the test's own saw it. */
struct start {
    pid_t process;
    size_t other_bytes; /* of the first block, which is somebody else's */
    size_t allocs_n;    /* of the others, which are the strategy's, and the largest of them */
    size_t largest_bytes;
    size_t calls_n; /* and what they were */
    size_t hits_n;
    uint64_t digest;
    bool fresh;
};

static struct seen {
    struct start starts[STARTS_MAX];
    size_t starts_n;
} * seen;

static size_t allocs_n; /* of this process */
static struct vtb_plan plan;
static struct vtb_point *point;
static double least_faults_n; /* of the last case, of all rounds of the last pass */

static struct start *own_start(void)
{
    struct start *last = &seen->starts[seen->starts_n];
    if (seen->starts_n == 0 || last[-1].process != getpid()) {
        if (seen->starts_n == STARTS_MAX)
            abort();
        seen->starts_n++;
        last->process = getpid();
        return last;
    }
    return last - 1;
}

static void *shared_alloc(size_t bytes)
{
    struct start *start = own_start();
    if (start->other_bytes == 0) {
        start->other_bytes = bytes;
        return malloc(bytes);
    }
    start->allocs_n = ++allocs_n;
    if (bytes > start->largest_bytes)
        start->largest_bytes = bytes;
    return malloc(bytes);
}

static size_t shared_usable(void *memory)
{
    return malloc_usable_size(memory);
}

static const struct vtb_heap heap = {.alloc = shared_alloc, .free = free, .usable = shared_usable};
static const struct vtb_heap_entry heap_entry = {"shared", &heap};

/* --- a plan, and its pass --- */

static void make_plan(int argc, char **argv)
{
    static struct vtb_options options;
    struct vtb_error error;
    if (!vtb_options_parse(&options, argc, argv, &error) ||
        !vtb_plan_make(&plan, &options, &error) || !vtb_plan_prepare(&plan, &error))
        fail_msg("%s", error.message);
    point = &plan.points[0];
    assert_true(point->cold);
    for (size_t i = 0; i < point->cases_n; i++) {
        if (!vtb_heap_collects(point->cases[i].heap->heap))
            point->cases[i].heap = &heap_entry;
    }
    memset(seen, 0, sizeof *seen);
}

#define SMALL "run_bench", "--keys=1000"
#define MAKE_PLAN(...)                                                        \
    make_plan((int)(sizeof((char *[]){SMALL, __VA_ARGS__}) / sizeof(char *)), \
              (char *[]){SMALL, __VA_ARGS__, NULL})

/* The samples are the caller's to free. */
static bool run(enum vtb_consumer consumer, struct vtb_samples *samples, struct vtb_error *error)
{
    const struct vtb_effort effort = {.rounds_n = ROUNDS_N};
    struct vtb_fixture fixture;
    *error = (struct vtb_error){0};
    if (!vtb_fixture_open_session(&fixture, point, 1, error) ||
        !vtb_samples_make(samples, point, 1, ROUNDS_N, error))
        fail_msg("%s", error->message);
    const bool ok = vtb_cold_run(&fixture, &effort, consumer, samples, error);
    vtb_fixture_close(&fixture);
    return ok;
}

/* Runs the plan and frees it: a time of every case in every round, each of all calls. */
static void check_pass(enum vtb_consumer consumer)
{
    struct vtb_samples samples;
    struct vtb_error error;
    if (!run(consumer, &samples, &error))
        fail_msg("%s", error.message);
    assert_int_equal(samples.rounds_n, ROUNDS_N);
    assert_int_equal(samples.cases_n, point->cases_n);
    assert_int_equal(samples.operations_n, point->calls_n);
    assert_int_equal(samples.threads_n, 1);
    assert_null(samples.thread_ns);
    for (size_t i = 0; i < ROUNDS_N * samples.cases_n; i++) {
        assert_true(isfinite(samples.real_ns[i]) && samples.real_ns[i] > 0);
        assert_true(isfinite(samples.cpu_ns[i]) && samples.cpu_ns[i] > 0);
        assert_true(samples.faults_n[i] >= 0 && samples.faults_n[i] == floor(samples.faults_n[i]));
    }
    least_faults_n = samples.faults_n[samples.cases_n - 1];
    for (size_t round = 1; round < ROUNDS_N; round++)
        least_faults_n = fmin(least_faults_n, samples.faults_n[(round + 1) * samples.cases_n - 1]);
    assert_int_equal(allocs_n, 0); /* nothing ran in this process */
    vtb_samples_free(&samples);
    vtb_plan_free(&plan);
}

static void a_pass_has_all_its_samples(void **state)
{
    (void)state;
    MAKE_PLAN("--heap=glibc", "--strategy=all", "--calls=50");
    check_pass(VTB_CONSUMER_INDEPENDENT);
    MAKE_PLAN("--heap=glibc", "--strategy=poll,value_task", "--calls=1");
    check_pass(VTB_CONSUMER_DEPENDENT);
    MAKE_PLAN("--heap=glibc", "--strategy=value_task", "--calls=100000", "--method=both",
              "--depth=2", "--failure-rate=10%");
    check_pass(VTB_CONSUMER_DEPENDENT);
    MAKE_PLAN("--heap=glibc", "--strategy=value_task", "--calls=1000", "--cache=lru:10");
    check_pass(VTB_CONSUMER_INDEPENDENT);
}

/* Each process has a heap of its own, in which it collects. */
static void a_pass_on_a_heap_that_collects(void **state)
{
    (void)state;
    MAKE_PLAN("--strategy=value_task,heap_task_pooled", "--calls=3000", "--heap=gengc",
              "--method=both");
    point->gen0_budget_bytes = 64 << 10;
    point->verify_heap = true;
    check_pass(VTB_CONSUMER_INDEPENDENT);
}

/* Ten calls that miss a window of 4 need ten tasks, or four that serve again: in every process
 * anew, as none takes over what another one made. */
static void every_start_is_fresh(void **state)
{
    (void)state;
    size_t starts_n[11] = {0};
    MAKE_PLAN("--heap=glibc", "--strategy=heap_task_pooled", "--calls=10", "--hit-rate=0",
              "--in-flight=4");
    check_pass(VTB_CONSUMER_INDEPENDENT);
    /* And one each to check the values, of the floor twice. */
    assert_int_equal(seen->starts_n, 4 * (ROUNDS_N + 1) + 1);
    for (size_t i = 0; i < seen->starts_n; i++) {
        assert_in_range(seen->starts[i].allocs_n, 0, 10);
        assert_int_not_equal(seen->starts[i].process, getpid());
        starts_n[seen->starts[i].allocs_n]++;
    }
    assert_int_equal(starts_n[10], ROUNDS_N + 1);
    assert_int_equal(starts_n[4], ROUNDS_N + 1);
}

/* --- the last case, with a loop of the test's own --- */

static const struct vtb_cell *honest;
static struct vtb_cell replaced;

static void replace_last(void (*loop)(struct vtb_env *env, size_t n))
{
    struct vtb_case *last = &point->cases[point->cases_n - 1];
    honest = last->timing;
    replaced = *honest;
    replaced.name = "a_liar";
    replaced.run_independent = loop;
    last->timing = &replaced;
}

static void run_watched(struct vtb_env *env, size_t n)
{
    struct start *start = own_start();
    start->fresh = start->calls_n == 0 && env->position == 0 && env->pending_n == 0 &&
                   env->checksum == 0 && env->ids_n == n;
    start->calls_n += n;
    for (size_t i = 0; i < n; i++) {
        start->hits_n += !(env->ids[i] & VTB_ID_MISS);
        start->digest = vtb_mix64(start->digest ^ env->ids[i]);
    }
    honest->run_independent(env, n);
}

/* Checks that all calls run from an empty window on, with keys of the start's own. */
static void check_starts(size_t calls_n, size_t hits_n)
{
    replace_last(run_watched);
    check_pass(VTB_CONSUMER_INDEPENDENT);
    size_t watched_n = 0;
    for (size_t i = 0; i < seen->starts_n; i++) {
        const struct start *start = &seen->starts[i];
        if (start->calls_n == 0) /* of another case, which allocated */
            continue;
        assert_true(start->fresh);
        assert_int_equal(start->calls_n, calls_n);
        assert_int_equal(start->hits_n, hits_n);
        for (size_t j = i + 1; watched_n > 0 && j < seen->starts_n; j++)
            assert_true(seen->starts[j].digest != start->digest);
        watched_n++;
    }
    assert_int_equal(watched_n, ROUNDS_N + 1);
}

static void every_start_makes_all_calls(void **state)
{
    (void)state;
    MAKE_PLAN("--heap=glibc", "--strategy=value_task", "--calls=10", "--hit-rate=0.8");
    check_starts(10, 8);
    MAKE_PLAN("--heap=glibc", "--strategy=value_task", "--calls=1000", "--hit-rate=0");
    check_starts(1000, 0);
}

/* Every start has as many hits as were counted, also where the rate does not part the calls
 * evenly. */
static void every_start_has_as_many_hits(void **state)
{
    (void)state;
    MAKE_PLAN("--heap=glibc", "--strategy=value_task", "--calls=7", "--hit-rate=0.8");
    check_starts(7, 6); /* 5.6 */
    MAKE_PLAN("--heap=glibc", "--strategy=value_task,value_task_pooled", "--calls=2",
              "--hit-rate=0.7");
    check_starts(2, 1); /* 1.4 */
}

static void consumes_too_much(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->checksum++;
}

static void forgets_the_last(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n - 1);
}

static void says_a_share_was_of_a_failure(struct vtb_env *env, size_t n)
{
    honest->run_independent(env, n);
    env->service.failed_share++;
}

static void gives_up(struct vtb_env *env, size_t n)
{
    (void)env;
    (void)n;
    _exit(3);
}

static void refused(void (*loop)(struct vtb_env *env, size_t n), const char *reason)
{
    struct vtb_samples samples;
    struct vtb_error error;
    MAKE_PLAN("--heap=glibc", "--strategy=value_task", "--calls=10");
    replace_last(loop);
    assert_false(run(VTB_CONSUMER_INDEPENDENT, &samples, &error));
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_one_line(error.message);
    assert_contains(error.message, "a_liar");
    assert_contains(error.message, reason);
    for (size_t i = 0; i < ROUNDS_N * samples.cases_n; i++)
        assert_same_double(samples.real_ns[i], 0); /* before anything is measured */
    vtb_samples_free(&samples);
    vtb_plan_free(&plan);
}

static void other_values_are_refused(void **state)
{
    (void)state;
    refused(consumes_too_much, "consumed other values than the floor in a cold start");
    refused(forgets_the_last, "consumed other values than the floor in a cold start");
    refused(says_a_share_was_of_a_failure, "consumed other values than the floor");
}

static void a_start_that_ends_early_is_refused(void **state)
{
    (void)state;
    refused(gives_up, "a_liar: cold start: exit status 3");
}

static void run_dependent_watched(struct vtb_env *env, size_t n)
{
    own_start()->calls_n += n;
    honest->run_dependent(env, n);
}

static void the_loop_is_that_of_the_pass(void **state)
{
    (void)state;
    MAKE_PLAN("--heap=glibc", "--strategy=poll", "--calls=10");
    replace_last(gives_up);
    replaced.run_dependent = run_dependent_watched;
    check_pass(VTB_CONSUMER_DEPENDENT);
    size_t watched_n = 0;
    for (size_t i = 0; i < seen->starts_n; i++)
        watched_n += seen->starts[i].calls_n == 10;
    assert_int_equal(watched_n, ROUNDS_N + 1);
}

/* --- page faults --- */

#define PAGES_N ((size_t)64)
#define PAGE_BYTES ((size_t)4096)

/* Written to before any process is started, and in each again. */
static char inherited[PAGES_N * PAGE_BYTES] __attribute__((aligned(4096)));

static void write_to_each_page(char *pages)
{
    for (size_t i = 0; i < PAGES_N; i++)
        ((volatile char *)pages)[i * PAGE_BYTES] = 1;
}

static void writes_to_inherited_pages(struct vtb_env *env, size_t n)
{
    write_to_each_page(inherited);
    honest->run_independent(env, n);
}

static void writes_to_new_pages(struct vtb_env *env, size_t n)
{
    char *pages =
        mmap(NULL, sizeof inherited, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || madvise(pages, sizeof inherited, MADV_NOHUGEPAGE) != 0)
        abort();
    write_to_each_page(pages);
    honest->run_independent(env, n);
}

static double faults_of(void (*loop)(struct vtb_env *env, size_t n))
{
    MAKE_PLAN("--heap=glibc", "--strategy=value_task", "--calls=1", "--hit-rate=0");
    replace_last(loop);
    check_pass(VTB_CONSUMER_INDEPENDENT);
    return least_faults_n;
}

/* A process that is forked has to copy a page when it first writes to it. That is not the
 * strategy's: it is done before the clock starts. What nobody has used is the strategy's. */
static void page_faults_of_the_fork_are_not_in_a_start(void **state)
{
    (void)state;
    write_to_each_page(inherited);
    assert_true(faults_of(writes_to_new_pages) >= (double)PAGES_N);
    assert_true(faults_of(writes_to_inherited_pages) < (double)PAGES_N);
}

/* The heap has served somebody else, with a block of another size than any of the strategy's. */
static void the_others_block_is_larger_than_the_strategys(void **state)
{
    (void)state;
    static const size_t requests[] = {1, 1000};
    size_t largest_bytes = 0;
    for (size_t i = 0; i < 2; i++) {
        MAKE_PLAN("--heap=glibc", "--strategy=arena_task,value_task", "--calls=10", "--hit-rate=0");
        point->request_ops = requests[i];
        check_pass(VTB_CONSUMER_INDEPENDENT);
        for (size_t k = 0; k < seen->starts_n; k++) {
            const struct start *start = &seen->starts[k];
            assert_true(start->other_bytes >= 2048);
            assert_true(start->other_bytes >= 2 * start->largest_bytes);
            largest_bytes =
                start->largest_bytes > largest_bytes ? start->largest_bytes : largest_bytes;
        }
    }
    assert_true(largest_bytes > 2048);
}

static int setup(void **state)
{
    (void)state;
    struct vtb_error error;
    seen = vtb_pages_shared(sizeof *seen, "what the starts saw", &error);
    return seen ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    vtb_pages_free(seen, sizeof *seen);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_has_all_its_samples),
        cmocka_unit_test(a_pass_on_a_heap_that_collects),
        cmocka_unit_test(every_start_is_fresh),
        cmocka_unit_test(every_start_makes_all_calls),
        cmocka_unit_test(every_start_has_as_many_hits),
        cmocka_unit_test(other_values_are_refused),
        cmocka_unit_test(a_start_that_ends_early_is_refused),
        cmocka_unit_test(the_loop_is_that_of_the_pass),
        cmocka_unit_test(page_faults_of_the_fork_are_not_in_a_start),
        cmocka_unit_test(the_others_block_is_larger_than_the_strategys),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
