/* A guest's cases stand in the rounds of a bench with its own times; and whatever it does wrong
 * costs its own. The guest here is made up (tests/fixtures/guests/fake.py). */
#include "synthetic.h"

#include "base/pages.h"
#include "bench/fixture.h"
#include "passes/guest_timing.h"

#include <inttypes.h>
#include <signal.h>

#define ROUNDS_N 9
#define GUEST FIXTURES_DIR "/guests/runs"
#define PLAN(...)                                                                            \
    SYNTHETIC_PLAN(heap_word, "--keys=1000", "--epoch-ms=0.01", guest_word,                  \
                   "--strategy=heap_task,value_task", "--hit-rate=0.5", "--gen0-budget=16M", \
                   __VA_ARGS__)

/* As short as tests like that do wait for it, on a machine that does other things as well. */
#define SHORT_S 0.5

static char *heap_word = "--heap=glibc";
static uint64_t faults_n; /* page faults while the bench ran */
static char guest_word[] = "--guest=" GUEST;
static struct vtb_guest_note note;
static struct vtb_samples samples;
static size_t first;   /* place of the guest's first case */
static size_t epoch_n; /* operations of a cell's epoch; 0: as many as take its time */

/* Times a plan with a guest that does something wrong, or nothing if that is "". What a guest may
 * take for an answer is limited once its cases are open. */
static void time_with(const char *wrong, double limit_s)
{
    struct vtb_plan plan = PLAN("--seed=3");
    struct vtb_error error;
    struct vtb_fixture fixture;
    const struct vtb_effort effort = {ROUNDS_N, 1e4, epoch_n};
    struct vtb_stand_in guest = {.note = &note};
    char starts[] = "/tmp/vtb-starts-XXXXXX";
    const int file = mkstemp(starts);
    assert_true(file >= 0);
    setenv("FAKE_STARTS", starts, 1);
    char later[32] = "";
    if (*wrong)
        (void)snprintf(later, sizeof later, "1 %s", wrong);
    setenv("FAKE_LATER", later, 1);
    note = (struct vtb_guest_note){.name = "runs",
                                   .folder = GUEST,
                                   .built = "/tmp",
                                   .strategies = "plain,task_from_result,value_task",
                                   .workloads = "user_cache"};
    const struct vtb_point *point = &plan.points[0];
    first = vtb_cells_end(point);
    assert_int_equal(point->cases_n, first + 3);
    assert_true(vtb_fixture_open(&fixture, point, &error));
    assert_true(vtb_samples_make(&samples, point, 1, ROUNDS_N, &error));
    struct vtb_bench *bench = vtb_bench_open(&fixture, &guest, &error);
    assert_non_null(bench);
    guest.guest.limit_s = limit_s;
    faults_n = vtb_page_faults_n();
    if (!vtb_bench_run(bench, &effort, VTB_CONSUMER_INDEPENDENT, &samples, &error))
        fail_msg("%s", error.message);
    faults_n = vtb_page_faults_n() - faults_n;
    vtb_bench_close(bench);
    vtb_guest_close(&guest.guest);
    vtb_fixture_close(&fixture);
    vtb_plan_free(&plan);
    close(file);
    unlink(starts);
}

static double real_at(size_t round, size_t own)
{
    return samples.real_ns[vtb_samples_at(&samples, 0, round, own)];
}

static void assert_cells_timed(void)
{
    for (size_t round = 0; round < ROUNDS_N; round++) {
        for (size_t i = 0; i < first; i++)
            assert_true(real_at(round, i) > 0);
    }
}

static void one_that_is_right(void **state)
{
    (void)state;
    static const double ns[] = {10, 40, 20};
    time_with("", VTB_GUEST_LIMIT_S);
    assert_string_equal(note.lost, "");
    assert_int_equal(note.unsteady_n, 0);
    assert_cells_timed();
    for (size_t round = 0; round < ROUNDS_N; round++) {
        for (size_t i = 0; i < 3; i++) {
            const size_t at = vtb_samples_at(&samples, 0, round, first + i);
            assert_same_double(samples.real_ns[at], ns[i]);
            assert_same_double(samples.gc_ns[at], 0);
            assert_true(isnan(samples.cpu_ns[at]));
            assert_true(samples.probe_after_ns[at] > 0);
        }
    }
    vtb_samples_free(&samples);
}

/* A question of an epoch. */
struct asked {
    size_t of_case;
    uint64_t first;
    uint64_t calls_n;
};

/* Reads the next question for an epoch of a case, whatever else was asked before it. */
static struct asked next_run(FILE *file)
{
    char line[VTB_CHANNEL_LINE_BYTES];
    struct asked asked = {0};
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%*u run case=%zu first=%" SCNu64 " calls=%" SCNu64, &asked.of_case,
                   &asked.first, &asked.calls_n) == 3)
            return asked;
    }
    fail_msg("it was asked for fewer epochs");
    return asked;
}

/* Behind the filling of the windows there are two questions for each case in each round: for calls
 * that make it warm again, and then for as many that follow upon them and are timed. Over as many
 * rounds as there are cases each stands at each place. */
static void assert_epochs(FILE *file, uint64_t calls_n)
{
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(next_run(file).first, 0);
    for (size_t square = 0; square < ROUNDS_N / 3; square++) {
        unsigned seen[3] = {0}; /* a bit for each place */
        for (size_t i = 0; i < 9; i++) {
            const struct asked before = next_run(file);
            const struct asked timed = next_run(file);
            assert_int_equal(before.calls_n, calls_n);
            assert_int_equal(timed.calls_n, calls_n);
            assert_int_equal(timed.first, before.first + calls_n);
            assert_int_equal(timed.of_case, before.of_case);
            seen[timed.of_case] |= 1u << i % 3;
        }
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(seen[i], 7);
    }
}

/* Whatever a cell's epoch has, all cases of a guest are asked for as many calls, and enough. */
static void calls_of_an_epoch(void **state)
{
    (void)state;
    static const struct {
        size_t cells_n;
        uint64_t guests_n;
    } epochs[] = {{100, 20000}, {20000, 20000}, {30000, 30000}};
    for (size_t i = 0; i < sizeof epochs / sizeof *epochs; i++) {
        char path[] = "/tmp/vtb-asked-XXXXXX";
        const int own = mkstemp(path);
        assert_true(own >= 0);
        setenv("FAKE_ASKED", path, 1);
        epoch_n = epochs[i].cells_n;
        time_with("", VTB_GUEST_LIMIT_S);
        epoch_n = 0;
        unsetenv("FAKE_ASKED");
        FILE *file = fdopen(own, "r");
        assert_non_null(file);
        assert_epochs(file, epochs[i].guests_n);
        fclose(file);
        unlink(path);
        assert_string_equal(note.lost, "");
        assert_int_equal(samples.operations_n, epochs[i].cells_n);
        assert_same_double(real_at(0, first), 10);
        vtb_samples_free(&samples);
    }
}

static void one_that_is_never_steady(void **state)
{
    (void)state;
    time_with("unsteady", VTB_GUEST_LIMIT_S);
    assert_string_equal(note.lost, "");
    assert_int_equal(note.unsteady_n, 3);
    vtb_samples_free(&samples);
}

static void assert_lost(const char *wrong, double limit_s, const char *reason)
{
    time_with(wrong, limit_s);
    assert_contains(note.lost, reason);
    assert_begins(note.lost, "guest runs: ");
    assert_cells_timed();
    vtb_samples_free(&samples);
}

static void ones_that_are_lost(void **state)
{
    (void)state;
    assert_lost("hangs", SHORT_S, "no answer to run within");
    assert_lost("dies", VTB_GUEST_LIMIT_S, "it ended when asked to run (Killed)");
    assert_lost("rubbish", VTB_GUEST_LIMIT_S, "is no answer to run");
    assert_lost("checksum", VTB_GUEST_LIMIT_S, "it ran something else");
    assert_lost("late", VTB_GUEST_LIMIT_S, "it ran something else");
    assert_lost("stopped", VTB_GUEST_LIMIT_S,
                " ns, and that it was stopped for 1000000000 ns of them");
}

/* It is asked nothing more, so that those that come after it wait for nothing. */
static void nothing_of_one_that_is_lost(void **state)
{
    (void)state;
    time_with("dies", VTB_GUEST_LIMIT_S);
    for (size_t round = 0; round < ROUNDS_N; round++) {
        for (size_t i = first; i < first + 3; i++)
            assert_true(isnan(real_at(round, i)));
    }
    vtb_samples_free(&samples);
}

/* A process that has started another one copies each page that it writes to then: so guests are
 * started before the nurseries of cells are there, each of 16 MiB, or 4096 pages. */
static void no_page_is_copied(void **state)
{
    (void)state;
    heap_word = "--heap=gengc";
    time_with("", VTB_GUEST_LIMIT_S);
    heap_word = "--heap=glibc";
    assert_string_equal(note.lost, "");
    vtb_samples_free(&samples);
    assert_in_range(faults_n, 0, 1000);
}

static int ignore_pipes(void **state)
{
    (void)state;
    return signal(SIGPIPE, SIG_IGN) == SIG_ERR;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_is_right),           cmocka_unit_test(calls_of_an_epoch),
        cmocka_unit_test(one_that_is_never_steady),    cmocka_unit_test(ones_that_are_lost),
        cmocka_unit_test(nothing_of_one_that_is_lost), cmocka_unit_test(no_page_is_copied),
    };
    return cmocka_run_group_tests(tests, ignore_pipes, NULL);
}
