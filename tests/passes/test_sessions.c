/*
 * Sessions: what fresh processes leave in the memory that they share with the run. A session is
 * this program once more, with a clock that tells what the test made up, so that it is known which
 * session measured what; or with something wrong in it.
 */
#include "directory.h"
#include "made_up_clock.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>

#include "passes/sessions.h"
#include "plan/prepare.h"

extern char **environ;

#define ROUNDS_N 8

/* --- a session's clock --- */

/* Each step is longer than the one before by `growth_ns`. */
static uint64_t first_step_ns;
static uint64_t growth_ns;

static uint64_t step_of(size_t reading)
{
    return first_step_ns + growth_ns * reading;
}

/* Between two readings, so that an operation takes NS_PER_OP when an epoch's length is set: the
 * timing pass runs CALIBRATION_N of them for that. Then an epoch has OPERATIONS_N. */
#define CALIBRATION_N 8192
#define NS_PER_OP 10
#define OPERATIONS_N 1000
#define STEP_NS ((double)CALIBRATION_N * NS_PER_OP)
#define EPOCH "--epoch-ms=0.01"

/* --- being a session --- */

/* By these variables the test tells a session of its clock, and of what is to go wrong. */
#define CLOCK_VARIABLE "TEST_CLOCK"
#define FAULT_VARIABLE "TEST_FAULT"
#define TRACE_VARIABLE "TEST_TRACE"

static bool is_told(const char *fault)
{
    const char *told = getenv(FAULT_VARIABLE);
    return told && strcmp(told, fault) == 0;
}

/* Options of the run that started it are arguments, and nothing else is one. */
static bool has_no_option_in_its_environment(void)
{
    size_t n = 0;
    for (char **each = environ; *each; each++)
        n += strncmp(*each, "VTB_", 4) == 0;
    return n == 2 && getenv("VTB_SESSION") && getenv("VTB_CELLS");
}

/* Writes the numbers of the keys that were recorded. */
static void write_trace(const struct vtb_options *options)
{
    struct vtb_plan plan;
    struct vtb_error error;
    FILE *out = fopen(getenv(TRACE_VARIABLE), "w");
    if (!out || !vtb_plan_make(&plan, options, &error))
        _exit(11);
    for (size_t i = 0; i < plan.trace.ids_n; i++)
        fprintf(out, "%u ", plan.trace.ids[i]);
    vtb_plan_free(&plan);
    (void)fclose(out);
}

static int be_session(int argc, char **argv)
{
    struct vtb_options options;
    struct vtb_error error;
    char *more[64] = {NULL};
    if (argc > 60 || !has_no_option_in_its_environment())
        return 9;
    memcpy(more, argv, (size_t)argc * sizeof *argv);
    if (is_told("another plan"))
        more[argc++] = (char *)(uintptr_t) "--hit-rate=0.1,0.2,0.3";
    if (is_told("no cells"))
        setenv("VTB_CELLS", "/nowhere", 1);
    if (!vtb_options_parse(&options, argc, more, &error))
        return 10;
    if (getenv(TRACE_VARIABLE))
        write_trace(&options);
    if (getenv(CLOCK_VARIABLE) &&
        sscanf(getenv(CLOCK_VARIABLE), "%" SCNu64 " %" SCNu64, &first_step_ns, &growth_ns) == 2)
        made_up_clock.step = step_of;
    if (!vtb_session_work(&options, &error))
        return 12;
    if (is_told("a crash"))
        raise(SIGABRT);
    if (is_told("an interrupt"))
        raise(SIGINT);
    return is_told("a status") ? 7 : 0;
}

/* --- a run --- */

static struct vtb_options options;
static struct vtb_plan plan;
static struct vtb_sessions sessions;
static struct vtb_error error;

static void make_plan(int argc, char **argv)
{
    vtb_sessions_close(&sessions); /* before their plan changes */
    vtb_plan_free(&plan);
    if (!vtb_options_parse(&options, argc, argv, &error) ||
        !vtb_plan_make(&plan, &options, &error) || !vtb_plan_prepare(&plan, &error))
        fail_msg("%s", error.message);
}

#define SMALL "run_bench", "--rounds=8", "--sessions=3", "--strategy=value_task", EPOCH
#define MAKE_PLAN(...)                                                        \
    make_plan((int)(sizeof((char *[]){SMALL, __VA_ARGS__}) / sizeof(char *)), \
              (char *[]){SMALL, __VA_ARGS__, NULL})

/* Two points, and of each a table for both consumers. */
#define FOUR_TABLES "--heap=glibc", "--keys=100", "--in-flight=1,2", "--consumer=both"

static void open_sessions(uint64_t first_number)
{
    vtb_sessions_close(&sessions);
    if (!vtb_sessions_open(&sessions, &plan, first_number, &error))
        fail_msg("%s", error.message);
}

static bool run_with(const char *clock, const char *fault)
{
    (void)(clock ? setenv(CLOCK_VARIABLE, clock, 1) : unsetenv(CLOCK_VARIABLE));
    (void)(fault ? setenv(FAULT_VARIABLE, fault, 1) : unsetenv(FAULT_VARIABLE));
    return vtb_sessions_run(&sessions, &options, &error);
}

static void run_well(const char *clock)
{
    if (!run_with(clock, NULL))
        fail_msg("%s", error.message);
}

static int release(void **state)
{
    (void)state;
    vtb_sessions_close(&sessions);
    vtb_plan_free(&plan);
    unsetenv(TRACE_VARIABLE);
    return 0;
}

/* --- where samples lie --- */

static size_t times_n(const struct vtb_samples *samples, size_t sessions_n)
{
    return sessions_n * samples->rounds_n * samples->cases_n;
}

/* The samples of all sessions, whether they were run or not. */
static struct vtb_samples whole(size_t point, size_t table)
{
    const size_t done_n = sessions.done_n;
    sessions.done_n = sessions.all_n;
    const struct vtb_samples samples = vtb_sessions_samples(&sessions, point, table);
    sessions.done_n = done_n;
    return samples;
}

/* Adds to every number of a session's samples, in the order in which they stand in the struct, what
 * comes next; or checks that it is there. */
static void number_array(double *array, size_t n, bool check, double *next)
{
    for (size_t i = 0; array && i < n; i++) {
        if (check)
            assert_same_double(array[i], *next);
        else
            array[i] += *next;
        *next += 1;
    }
}

static void number_session(const struct vtb_samples *all, size_t s, bool check, double *next)
{
    const struct vtb_samples own = vtb_samples_of_session(all, s);
    const size_t n = times_n(&own, 1);
    assert_int_equal(own.sessions_n, 1);
    number_array(own.real_ns, n, check, next);
    number_array(own.cpu_ns, n, check, next);
    number_array(own.gc_ns, n, check, next);
    number_array(own.probe_before_ns, n, check, next);
    number_array(own.probe_after_ns, n, check, next);
    number_array(own.thread_ns, n * own.threads_n, check, next);
    number_array(&own.pauses->n, own.cases_n * sizeof *own.pauses / sizeof(double), check, next);
}

/* Every number of every session and table has memory of its own, which the mapping has, and is 0
 * before anything is run. */
static void samples_have_memory_of_their_own(void **state)
{
    (void)state;
    MAKE_PLAN(FOUR_TABLES, "--threads=1,2");
    open_sessions(1);
    assert_int_equal(sessions.all_n, 3);
    assert_true(sessions.level.ns > 0);
    for (int check = 0; check < 2; check++) {
        double next = 1;
        for (size_t t = 0; t < plan.points_n * plan.consumers_n; t++) {
            const struct vtb_samples all = whole(t / plan.consumers_n, t % plan.consumers_n);
            assert_int_equal(all.sessions_n, 3);
            assert_int_equal(all.rounds_n, ROUNDS_N);
            assert_int_equal(all.cases_n, plan.points[t / plan.consumers_n].cases_n);
            assert_non_null(all.thread_ns);
            assert_int_equal((uintptr_t)all.real_ns % 64, 0);
            assert_true((char *)all.real_ns > (char *)sessions.head);
            assert_true((char *)(all.pauses + 3 * all.cases_n) <=
                        (char *)sessions.head + sessions.bytes);
            for (size_t s = 0; s < 3; s++)
                number_session(&all, s, check, &next);
        }
    }
    assert_int_equal(vtb_sessions_samples(&sessions, 1, 1).sessions_n, 0); /* none was run */
}

/* Checks a session by the step of its clock: an epoch is one step, and its processor time three. */
static void assert_measured_with(const struct vtb_samples *all, size_t s, double step_ns)
{
    const struct vtb_samples own = vtb_samples_of_session(all, s);
    for (size_t i = 0; i < times_n(&own, 1); i++) {
        assert_near(own.real_ns[i], step_ns / OPERATIONS_N, 1e-9);
        assert_near(own.cpu_ns[i], 3 * step_ns / OPERATIONS_N, 1e-9);
        assert_near(own.probe_before_ns[i], step_ns, 1e-6);
        assert_near(own.probe_after_ns[i], step_ns, 1e-6);
    }
}

/* Each session has its place in every table; and the number of operations of an epoch, which the
 * first one finds, is the others': by their own clocks it would be a half, and twice as many. */
static void sessions_measure_at_their_places(void **state)
{
    (void)state;
    static const char *const clocks[] = {"81920 0", "163840 0", "40960 0"};
    static const double factors[] = {1, 2, 0.5};
    MAKE_PLAN(FOUR_TABLES);
    assert_int_equal(plan.points_n * plan.consumers_n, 4);
    open_sessions(1);
    for (size_t done_n = 1; done_n <= 3; done_n++) {
        run_well(clocks[done_n - 1]);
        assert_int_equal(sessions.done_n, done_n);
        for (size_t t = 0; t < 4; t++) {
            const struct vtb_samples samples = vtb_sessions_samples(&sessions, t / 2, t % 2);
            const struct vtb_samples all = whole(t / 2, t % 2);
            assert_int_equal(samples.sessions_n, done_n);
            assert_int_equal(samples.operations_n, OPERATIONS_N);
            for (size_t s = 0; s < 3; s++)
                assert_measured_with(&all, s, s < done_n ? factors[s] * STEP_NS : 0);
        }
    }
}

/* A session has the options of the run's environment as arguments, and no more of them. */
static void options_of_the_environment(void **state)
{
    (void)state;
    assert_int_equal(setenv("VTB_HIT_RATE", "0.1,0.2", 1), 0);
    assert_int_equal(setenv("VTB_RESULTS_DIR", "/nowhere", 1), 0);
    MAKE_PLAN("--heap=glibc", "--keys=100");
    open_sessions(1);
    const bool ok = run_with(NULL, NULL);
    unsetenv("VTB_HIT_RATE");
    unsetenv("VTB_RESULTS_DIR");
    assert_int_equal(plan.points_n, 2);
    if (!ok)
        fail_msg("%s", error.message);
}

/* --- what a session draws --- */

#define CASES_MAX 16

struct orders {
    size_t of[ROUNDS_N][CASES_MAX];
};

/* The order of the cases in each round of the last session: its clock is slower and slower, so that
 * an epoch seems to take longer than all before it. */
static struct orders run_for_orders(void)
{
    struct orders orders = {{{0}}};
    run_well("81920 1");
    const struct vtb_samples all = vtb_sessions_samples(&sessions, 0, 0);
    const struct vtb_samples own = vtb_samples_of_session(&all, sessions.done_n - 1);
    assert_in_range(own.cases_n, 2, CASES_MAX);
    for (size_t round = 0; round < ROUNDS_N; round++) {
        const double *ns = own.real_ns + round * own.cases_n;
        for (size_t i = 0; i < own.cases_n; i++) {
            for (size_t j = 0; j < own.cases_n; j++)
                orders.of[round][i] += ns[j] < ns[i];
        }
    }
    return orders;
}

/* A session is drawn by its number, and by nothing else: the second one from number 1 on is the
 * first one from number 2 on. */
static void numbers_make_sessions(void **state)
{
    (void)state;
    MAKE_PLAN("--heap=glibc", "--keys=100");
    open_sessions(1);
    const struct orders first = run_for_orders();
    const struct orders second = run_for_orders();
    assert_memory_not_equal(&first, &second, sizeof first);
    open_sessions(2);
    const struct orders again = run_for_orders();
    assert_memory_equal(&again, &second, sizeof again);
    open_sessions(1);
    const struct orders from_new = run_for_orders();
    assert_memory_equal(&from_new, &first, sizeof from_new);
}

/* --- every kind of table --- */

static void check_times(const struct vtb_samples *samples, bool probed)
{
    for (size_t i = 0; i < times_n(samples, samples->sessions_n); i++) {
        assert_true(isfinite(samples->real_ns[i]) && samples->real_ns[i] > 0);
        assert_int_equal(samples->probe_after_ns[i] > 0, probed);
    }
}

static void run_two(bool probed)
{
    open_sessions(1);
    for (int i = 0; i < 2; i++)
        run_well(NULL);
    const struct vtb_samples samples = vtb_sessions_samples(&sessions, 0, 0);
    assert_int_equal(samples.sessions_n, 2);
    check_times(&samples, probed);
}

static void cold_starts(void **state)
{
    (void)state;
    MAKE_PLAN("--heap=glibc", "--calls=50");
    assert_true(plan.points[0].cold);
    run_two(false);
    assert_int_equal(vtb_sessions_samples(&sessions, 0, 0).operations_n, 50);
}

static void caches_that_are_real(void **state)
{
    (void)state;
    MAKE_PLAN("--heap=glibc", "--cache=lru:100", "--keys=1000", "--consumer=both");
    assert_true(plan.points[0].hits.emerge);
    run_two(true);
    const struct vtb_samples samples = vtb_sessions_samples(&sessions, 0, 1);
    check_times(&samples, true);
}

static void several_callers(void **state)
{
    (void)state;
    MAKE_PLAN("--heap=glibc", "--keys=100", "--threads=2");
    run_two(false);
    const struct vtb_samples samples = vtb_sessions_samples(&sessions, 0, 0);
    assert_int_equal(samples.threads_n, 2);
    for (size_t i = 0; i < times_n(&samples, 2); i++)
        assert_true(samples.thread_ns[2 * i] > 0);
}

/* Each session has the pauses of its own heaps. */
static void pauses_of_each_session(void **state)
{
    (void)state;
    MAKE_PLAN("--heap=gengc", "--keys=100", "--gen0-budget=4096", "--hit-rate=0.5");
    run_two(true);
    const struct vtb_samples all = whole(0, 0);
    for (size_t s = 0; s < 3; s++) {
        double n = 0;
        for (size_t i = 0; i < all.cases_n; i++)
            n += all.pauses[s * all.cases_n + i].n;
        assert_int_equal(n > 0, s < 2);
    }
}

/* --- what goes wrong --- */

/* Runs a session with a fault, between two without one: it is not counted, and its place is the
 * next one's. */
static void assert_not_counted(const char *fault, enum vtb_exit exit_code, const char *part)
{
    MAKE_PLAN("--heap=glibc", "--keys=100");
    open_sessions(1);
    run_well("81920 0");
    assert_false(run_with("163840 0", fault));
    assert_int_equal(error.exit_code, exit_code);
    assert_one_line(error.message);
    assert_contains(error.message, part);
    assert_null(error.details);
    assert_int_equal(sessions.done_n, 1);
    assert_int_equal(vtb_sessions_samples(&sessions, 0, 0).sessions_n, 1);
    run_well("40960 0");
    assert_int_equal(sessions.done_n, 2);
    const struct vtb_samples all = whole(0, 0);
    assert_measured_with(&all, 0, STEP_NS);
    assert_measured_with(&all, 1, 0.5 * STEP_NS);
    assert_measured_with(&all, 2, 0);
}

static void a_session_that_crashes(void **state)
{
    (void)state;
    assert_not_counted("a crash", VTB_EXIT_INTERNAL, "session 2 of 3 ended: Aborted");
    assert_not_counted("a status", VTB_EXIT_INTERNAL, "session 2 of 3 ended: exit status 7");
}

static void a_session_that_is_interrupted(void **state)
{
    (void)state;
    assert_not_counted("an interrupt", VTB_EXIT_SIGNAL + SIGINT, "interrupted");
}

/* Its error is in the memory, and is told once, by the run. */
static void a_session_that_fails(void **state)
{
    (void)state;
    assert_not_counted("another plan", VTB_EXIT_INTERNAL,
                       "a session made another plan than the run that started it");
    assert_not_counted("no cells", VTB_EXIT_INTERNAL, "/nowhere");
    assert_false(run_with(NULL, "no cells"));
    assert_false(run_with(NULL, "a status")); /* which is not the error of the one before */
    assert_contains(error.message, "session 3 of 3 ended: exit status 7");
}

/* No process has an argument of a megabyte. */
static void a_session_that_cannot_be_started(void **state)
{
    (void)state;
    char *large = malloc(1 << 20);
    assert_non_null(large);
    memset(large, 'x', (1 << 20) - 1);
    large[(1 << 20) - 1] = '\0';
    MAKE_PLAN("--heap=glibc", "--keys=100");
    open_sessions(1);
    assert_int_equal(setenv("TEST_LARGE", large, 1), 0);
    const bool ok = run_with(NULL, NULL);
    unsetenv("TEST_LARGE");
    free(large);
    assert_false(ok);
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_contains(error.message, "a session cannot be started: ");
    assert_int_equal(sessions.done_n, 0);
}

/* What is set by hand is no session of any run. */
static void no_session_of_a_run(void **state)
{
    (void)state;
    char *argv[] = {"run_bench", NULL};
    char name[TEMPORARY_BYTES];
    char text[16];
    assert_true(vtb_options_parse(&options, 1, argv, &error));
    assert_false(vtb_session_is_this());
    temporary_file(name, "short");
    const int file = open(name, O_RDWR);
    assert_true(file >= 0);
    snprintf(text, sizeof text, "%d", file);
    const char *const values[] = {"", "999", "-1", text};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        assert_int_equal(setenv("VTB_SESSION", values[i], 1), 0);
        assert_true(vtb_session_is_this());
        assert_false(vtb_session_work(&options, &error));
        assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
        assert_one_line(error.message);
        assert_begins(error.message, "VTB_SESSION: ");
    }
    unsetenv("VTB_SESSION");
    assert_int_equal(close(file), 0);
    assert_int_equal(unlink(name), 0);
}

/* --- recorded keys --- */

static const char *const keys_text = "fig\npear\nfig\napple\npear\npear\n";
static const char *const keys_numbers = "0 1 0 2 1 1 ";

/* Checks which keys a session has. */
static void assert_session_has_keys(void)
{
    char numbers[64] = "";
    const char *path = in_directory("seen");
    assert_int_equal(setenv(TRACE_VARIABLE, path, 1), 0);
    run_well(NULL);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    assert_non_null(fgets(numbers, sizeof numbers, in));
    assert_int_equal(fclose(in), 0);
    assert_string_equal(numbers, keys_numbers);
    assert_int_equal(unlink(path), 0);
}

/* The reading end of a pipe that has the keys, and nothing behind them. */
static int pipe_of_keys(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], keys_text, strlen(keys_text)), strlen(keys_text));
    assert_int_equal(close(ends[1]), 0);
    return ends[0];
}

static void run_with_keys_of(const char *path)
{
    char trace[TEMPORARY_BYTES + 64];
    snprintf(trace, sizeof trace, "--trace=%s", path);
    MAKE_PLAN("--heap=glibc", trace, "--cache=lru:2");
    open_sessions(1);
    assert_session_has_keys();
    assert_session_has_keys(); /* what is read once by each */
}

static void keys_of_a_file(void **state)
{
    (void)state;
    const char *path = in_directory("keys");
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(keys_text, out);
    assert_int_equal(fclose(out), 0);
    run_with_keys_of(path);
}

static void keys_of_a_pipe(void **state)
{
    (void)state;
    char path[64];
    const int keys = pipe_of_keys();
    snprintf(path, sizeof path, "/proc/self/fd/%d", keys);
    run_with_keys_of(path);
    assert_int_equal(close(keys), 0);
}

/* Also where there is a file of that name. */
static void keys_of_standard_input(void **state)
{
    (void)state;
    char before[PATH_MAX];
    const int keys = pipe_of_keys();
    const int input = dup(STDIN_FILENO);
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(directory), 0);
    FILE *misleading = fopen("-", "w");
    assert_non_null(misleading);
    assert_int_equal(fclose(misleading), 0);
    assert_int_equal(dup2(keys, STDIN_FILENO), STDIN_FILENO);
    run_with_keys_of("-");
    if (input >= 0)
        assert_int_equal(dup2(input, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(close(keys), 0);
}

static int release_keys(void **state)
{
    return release(state) + remove_directory(state);
}

#define TEST(name) cmocka_unit_test_teardown(name, release)
#define WITH_KEYS(name) cmocka_unit_test_setup_teardown(name, make_directory, release_keys)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(samples_have_memory_of_their_own),
        TEST(sessions_measure_at_their_places),
        TEST(options_of_the_environment),
        TEST(numbers_make_sessions),
        TEST(cold_starts),
        TEST(caches_that_are_real),
        TEST(several_callers),
        TEST(pauses_of_each_session),
        TEST(a_session_that_crashes),
        TEST(a_session_that_is_interrupted),
        TEST(a_session_that_fails),
        TEST(a_session_that_cannot_be_started),
        TEST(no_session_of_a_run),
        WITH_KEYS(keys_of_a_file),
        WITH_KEYS(keys_of_a_pipe),
        WITH_KEYS(keys_of_standard_input),
    };
    if (vtb_session_is_this())
        return be_session(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
