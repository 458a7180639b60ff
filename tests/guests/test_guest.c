/* A guest is asked what cells are asked, and ended by whatever it does wrong. The guests here are
 * made up (tests/fixtures/guests/fake.py). */
#include "check.h"

#include "guests/guest.h"

#include <signal.h>
#include <sys/wait.h>

#define FAKE FIXTURES_DIR "/guests/fake.py"
#define PYTHON "/usr/bin/python3"
#define CALLS_N ((uint64_t)300)

/* As long as no test waits for it; and as short as tests like that do wait for. */
#define LONG_S 300.0
#define SHORT_S 0.3

static struct vtb_point point;
static struct vtb_fixture fixture;
static struct vtb_guest guest;
static struct vtb_error error;
static size_t number;

static bool start(const char *how, double limit_s)
{
    const char *const arguments[] = {PYTHON, FAKE, how, NULL};
    const struct vtb_guest_start start = {
        .name = "fake", .arguments = arguments, .limit_s = limit_s};
    memset(&error, 0, sizeof error);
    return vtb_guest_open(&guest, &start, &error);
}

/* Starts one that answers up to the first epoch, for which it has `limit_s`. */
static void open_case(const char *how, double limit_s)
{
    if (!start(how, LONG_S) || !vtb_guest_open_case(&guest, &fixture, "fake", &number, &error))
        fail_msg("%s", error.message);
    guest.limit_s = limit_s;
}

static bool run(struct vtb_guest_epoch *epoch)
{
    return vtb_guest_run(&guest, number, 5, CALLS_N, epoch, &error);
}

/* Has no child any more, and answers nothing. */
static void assert_ended(void)
{
    struct vtb_guest_epoch epoch;
    assert_false(guest.channel.open);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_false(run(&epoch));
    assert_string_equal(error.message, "guest fake: it has ended");
    vtb_guest_close(&guest);
}

/* What it does in place of answering to an epoch ends it, and is told in one line. */
static void assert_ends(const char *how, double limit_s, const char *message)
{
    struct vtb_guest_epoch epoch;
    open_case(how, limit_s);
    assert_false(run(&epoch));
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_one_line(error.message);
    assert_begins(error.message, message);
    assert_ended();
}

/* What the calls of the cells consume, by the workload's own functions. */
static uint64_t checksum_of(uint64_t first, uint64_t n)
{
    uint64_t sum = 0;
    for (uint64_t i = first; i < first + n; i++) {
        const uint64_t id = fixture.ids[i % fixture.ids_n] & VTB_ID_MASK;
        sum += (uint64_t)((int64_t)(vtb_mix64(~id) >> 24)) + (uint32_t)vtb_mix64(id);
    }
    return sum;
}

static void one_that_is_right(void **state)
{
    (void)state;
    struct vtb_guest_epoch epoch;
    bool steady = false;
    open_case("right", LONG_S);
    assert_string_equal(guest.version, "1.2");
    assert_true(vtb_guest_warm(&guest, number, 10, 1, &steady, &error));
    assert_true(steady);
    assert_true(run(&epoch));
    assert_int_equal(epoch.ns, 1000);
    assert_int_equal(epoch.bytes, 72 * CALLS_N + 352); /* and what is of no call */
    assert_int_equal(epoch.collections[0], 3);
    assert_int_equal(epoch.collections[2], 1);
    assert_int_equal(epoch.pause_ns, 50);
    assert_int_equal(epoch.checksum, checksum_of(5, CALLS_N));
    assert_true(vtb_guest_drain(&guest, number, checksum_of(5, CALLS_N), &error));
    assert_true(vtb_guest_close_case(&guest, number, &error));
    vtb_guest_close(&guest);
    assert_false(guest.channel.open);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* Whoever says nothing of callers has classic ones; which one it is stands behind the strategy. */
static void one_that_has_other_callers(void **state)
{
    (void)state;
    open_case("right", LONG_S);
    assert_true(vtb_guest_lists(guest.callers, "classic"));
    assert_false(vtb_guest_lists(guest.callers, "runtime"));
    vtb_guest_close(&guest);
    assert_true(start("callers", LONG_S));
    assert_true(vtb_guest_lists(guest.callers, "runtime"));
    assert_true(vtb_guest_has(&guest, "fake caller=runtime stored=1", "user_cache"));
    assert_true(
        vtb_guest_open_case(&guest, &fixture, "fake caller=runtime stored=1", &number, &error));
    assert_false(vtb_guest_open_case(&guest, &fixture, "fake", &number, &error));
    assert_string_equal(error.message, "guest fake: open: another caller was announced");
    vtb_guest_close(&guest);
}

/* An error that it answers is that question's alone. */
static void an_error_is_told_and_ends_nothing(void **state)
{
    (void)state;
    bool steady;
    open_case("right", LONG_S);
    assert_false(vtb_guest_warm(&guest, number + 1, 10, 1, &steady, &error));
    assert_string_equal(error.message, "guest fake: warm: that case is not open");
    assert_true(vtb_guest_warm(&guest, number, 10, 1, &steady, &error));
    vtb_guest_close(&guest);
}

static void one_that_is_never_steady_says_so(void **state)
{
    (void)state;
    bool steady = true;
    open_case("unsteady", LONG_S);
    assert_true(vtb_guest_warm(&guest, number, 10, 1, &steady, &error));
    assert_false(steady);
    vtb_guest_close(&guest);
}

static void what_it_lacks_is_not_asked_for(void **state)
{
    (void)state;
    assert_true(start("right", LONG_S));
    assert_true(vtb_guest_has(&guest, "plain", "user_cache"));
    assert_false(vtb_guest_has(&guest, "pla", "user_cache"));
    assert_false(vtb_guest_has(&guest, "plain", "config_read"));
    assert_false(vtb_guest_open_case(&guest, &fixture, "poll", &number, &error));
    assert_contains(error.message,
                    "guest fake has no strategy 'poll' on workload 'user_cache'; "
                    "accepted: plain,fake; on: user_cache");
    vtb_guest_close(&guest);
}

static void one_that_hangs(void **state)
{
    (void)state;
    assert_ends("hangs", SHORT_S, "guest fake: no answer to run within 0.306 s; it was ended");
}

static void ones_that_end(void **state)
{
    (void)state;
    assert_ends("dies", LONG_S,
                "guest fake: it ended when asked to run (Killed); it says: out of luck; and more");
    assert_ends("leaves", LONG_S, "guest fake: it ended when asked to run (exit status 7)");
    assert_ends("closes", LONG_S, "guest fake: it ended when asked to run (it closed its output)");
}

static void ones_that_answer_anything_else(void **state)
{
    (void)state;
    assert_ends("rubbish", LONG_S,
                "guest fake: 'Segmentation fault \\x1b[31m' is no answer to run;"
                " accepted: 3 ok FIELD=VALUE ..., or 3 error TEXT");
    assert_ends("much", LONG_S, "guest fake: an answer to run has more than 4096 bytes");
    assert_ends("twice", LONG_S, "guest fake: more than one line answers run");
    assert_ends("number", LONG_S,
                "guest fake: an answer has no gen0=NUMBER up to 2^64 - 1 in it: "
                "'ok ns=1000 bytes=21952 gen0=-3");
    assert_ends("generations", LONG_S,
                "guest fake: it says that there were 3, 0 and 1 collections of its generations, ");
    assert_ends(
        "stopped", LONG_S,
        "guest fake: it says that an epoch took 1000 ns, and that it was stopped for 1001 ns");
    assert_ends(
        "longer", LONG_S,
        "guest fake: it says that an epoch took 1000000000000000 ns, and it answered within ");
}

static void one_that_consumed_something_else(void **state)
{
    (void)state;
    struct vtb_guest_epoch epoch;
    open_case("checksum", LONG_S);
    assert_true(run(&epoch));
    assert_false(vtb_guest_drain(&guest, number, epoch.checksum, &error));
    assert_contains(error.message, ": it ran something else");
    assert_one_line(error.message);
    assert_ended();
}

static void another_version(void **state)
{
    (void)state;
    assert_false(start("version", LONG_S));
    assert_string_equal(error.message,
                        "guest fake: it speaks protocol 2; accepted: 1 (docs/GUESTS.md)");
    assert_ended();
}

static void one_that_cannot_be_started(void **state)
{
    (void)state;
    const char *const arguments[] = {"/nowhere/guest", NULL};
    const struct vtb_guest_start start = {.name = "none", .arguments = arguments};
    assert_false(vtb_guest_open(&guest, &start, &error));
    assert_string_equal(
        error.message, "guest none: '/nowhere/guest' cannot be started: No such file or directory");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* One that does not go when nothing more is asked is killed. */
static void one_that_stays(void **state)
{
    (void)state;
    assert_true(start("stays", LONG_S));
    vtb_guest_close(&guest);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void told_how_large_its_nursery_is(void **state)
{
    (void)state;
    char answer[VTB_CHANNEL_LINE_BYTES];
    const char *const arguments[] = {
        "/bin/sh", "-c",
        "read a; echo 1 ok protocol=1 version=$VTB_GUEST_NURSERY strategies= workloads= frame=264;"
        "read b",
        NULL};
    const struct vtb_guest_start start = {
        .name = "fake", .arguments = arguments, .nursery_bytes = 65536};
    (void)answer;
    assert_true(vtb_guest_open(&guest, &start, &error));
    assert_string_equal(guest.version, "65536");
    assert_int_equal(guest.frame_bytes, 264);
    vtb_guest_close(&guest);
}

static void answers_have_fields(void **state)
{
    (void)state;
    char text[4];
    uint64_t found;
    static const char answer[] = " a=12 ba=7 c= d=0x1 e=18446744073709551616 f=-1";
    assert_true(vtb_answer_number(answer, "a", &found));
    assert_int_equal(found, 12);
    assert_true(vtb_answer_text(answer, "ba", text, sizeof text));
    assert_string_equal(text, "7");
    for (const char *const *field = (const char *[]){"b", "c", "d", "e", "f", "", NULL}; *field;
         field++)
        assert_false(vtb_answer_number(answer, *field, &found));
}

static int open_fixture(void **state)
{
    (void)state;
    (void)signal(SIGPIPE, SIG_IGN);
    point = (struct vtb_point){.workload = vtb_find_workload("user_cache"),
                               .hits.rate = 0.5,
                               .in_flight = 4,
                               .depth = 1,
                               .request_ops = 1,
                               .keys_n = 1000,
                               .seed = 3};
    return vtb_fixture_open(&fixture, &point, &error) ? 0 : -1;
}

static int close_fixture(void **state)
{
    (void)state;
    vtb_fixture_close(&fixture);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_is_right),
        cmocka_unit_test(one_that_has_other_callers),
        cmocka_unit_test(an_error_is_told_and_ends_nothing),
        cmocka_unit_test(one_that_is_never_steady_says_so),
        cmocka_unit_test(what_it_lacks_is_not_asked_for),
        cmocka_unit_test(one_that_hangs),
        cmocka_unit_test(ones_that_end),
        cmocka_unit_test(ones_that_answer_anything_else),
        cmocka_unit_test(one_that_consumed_something_else),
        cmocka_unit_test(another_version),
        cmocka_unit_test(one_that_cannot_be_started),
        cmocka_unit_test(one_that_stays),
        cmocka_unit_test(told_how_large_its_nursery_is),
        cmocka_unit_test(answers_have_fields),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
