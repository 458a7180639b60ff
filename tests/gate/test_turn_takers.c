/* Two programs that take turns: scripts, each of which notes when it has its turn. */
#include "directory.h"

#include "gate/turn_takers.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

static struct vtb_error error;

/* The log of turns, how often a script waits for one, and what it does then. */
static const char script_text[] =
    "#!/bin/sh\n"
    "for last; do :; done\n"
    "folder=${last#--results-dir=}\n"
    "i=0\n"
    "while [ $i -lt $2 ]; do\n"
    "    printf r >&4\n"
    "    dd bs=1 count=1 <&3 >/dev/null 2>&1\n"
    "    printf '%s(' $1 >>$4\n"
    "    printf '%s)' $1 >>$4\n"
    "    i=$((i + 1))\n"
    "done\n"
    "echo 'warning: of something' >&2\n"
    "[ $3 = fails ] && { echo 'run_bench: this is why' >&2; exit 1; }\n"
    "[ $3 = dies ] && kill -9 $$\n"
    "[ $3 = idles ] && exit 0\n"
    "[ $3 = errs ] && more=,\n"
    "printf '{\"context\":{\"fingerprint\":\"f\"%s},\"benchmarks\":[' $more >$folder/run-1.json\n"
    "printf '{\"run_name\":\"w/%s/%s/h\",\"run_type\":\"counts\"}]}' $1 \"$VTB_BUILD_A\" "
    ">>$folder/run-1.json\n"
    ": >$folder/run-1.samples.csv\n";

static struct vtb_turn_taker takers[VTB_TURN_TAKERS_N];

/* A row of words that the script of a program gets: who it is, how many turns it takes, and what
 * becomes of it. */
struct row {
    const char *name;
    const char *turns;
    const char *end;
};

static bool run(struct row a, struct row b, size_t turns_n)
{
    static const char *words[VTB_TURN_TAKERS_N][5];
    const struct row rows[] = {a, b};
    const char *script = in_directory("script");
    const char *log = in_directory("log");
    const int file = open(script, O_WRONLY | O_CREAT | O_TRUNC, 0700);
    assert_int_equal(write(file, script_text, strlen(script_text)), strlen(script_text));
    close(file);
    (void)unlink(log);
    memset(takers, 0, sizeof takers);
    for (size_t i = 0; i < VTB_TURN_TAKERS_N; i++) {
        const char *own[] = {rows[i].name, rows[i].turns, rows[i].end, log, NULL};
        memcpy(words[i], own, sizeof own);
        takers[i] = (struct vtb_turn_taker){
            .title = i == 0 ? "the program of A" : "the program of B",
            .program = script,
            .words = (char **)(uintptr_t)words[i],
            .build = {i == 0 ? "VTB_BUILD_A=one" : "VTB_BUILD_A=two", "VTB_BUILD_B=any"}};
    }
    return vtb_turn_takers_run(takers, turns_n, &error);
}

static const char *logged(void)
{
    static char text[256];
    const int file = open(in_directory("log"), O_RDONLY);
    const ssize_t n = file >= 0 ? read(file, text, sizeof text - 1) : 0;
    close(file);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

/* Never both at once, and who is first changes. */
static void they_take_turns(void **state)
{
    (void)state;
    assert_true(run((struct row){"a", "3", "ends"}, (struct row){"b", "3", "ends"}, 3));
    assert_string_equal(logged(), "a(a)b(b)b(b)a(a)a(a)b(b)");
    assert_non_null(vtb_result_file_find(&takers[0].result, "w/a/one/h"));
    assert_non_null(vtb_result_file_find(&takers[1].result, "w/b/two/h"));
    assert_contains(takers[0].samples, "/run-1.samples.csv");
    assert_string_not_equal(takers[0].samples, takers[1].samples);
    vtb_turn_takers_free(takers);
    assert_int_equal(access(takers[0].folder, F_OK), -1);
}

/* None are needed where nothing is timed. */
static void other_turns_are_refused(void **state)
{
    (void)state;
    assert_true(run((struct row){"a", "0", "ends"}, (struct row){"b", "0", "ends"}, 0));
    assert_string_equal(logged(), "");
    vtb_turn_takers_free(takers);
    assert_false(run((struct row){"a", "1", "ends"}, (struct row){"b", "3", "ends"}, 1));
    assert_string_equal(error.message,
                        "the program of B took 3 turns in place of 1: it measures "
                        "otherwise than this program");
    assert_string_equal(logged(), "a(a)b(b)b(b)b(b)");
    vtb_turn_takers_free(takers);
}

/* At once, before the other is started, or has had its turns; in the line that says why. */
static void one_that_fails_is_told_of(void **state)
{
    (void)state;
    assert_false(run((struct row){"a", "0", "fails"}, (struct row){"b", "2", "ends"}, 2));
    assert_string_equal(error.message,
                        "the program of A: it ended when asked to take its turns "
                        "(exit status 1); it says: this is why");
    assert_string_equal(logged(), "");
    vtb_turn_takers_free(takers);
    assert_false(run((struct row){"a", "3", "ends"}, (struct row){"b", "1", "dies"}, 3));
    assert_string_equal(error.message,
                        "the program of B: it ended when asked to take its turns "
                        "(Killed); it says: warning: of something");
    assert_string_equal(logged(), "a(a)b(b)");
    vtb_turn_takers_free(takers);
}

static void what_it_leaves_is_looked_at(void **state)
{
    (void)state;
    assert_false(run((struct row){"a", "0", "idles"}, (struct row){"b", "0", "ends"}, 0));
    assert_string_equal(error.message, "the program of A: it has left no result");
    vtb_turn_takers_free(takers);
    assert_false(run((struct row){"a", "0", "ends"}, (struct row){"b", "0", "errs"}, 0));
    assert_contains(error.message, "the program of B: its result cannot be read: ");
    vtb_turn_takers_free(takers);
}

static void one_that_is_none(void **state)
{
    (void)state;
    static const char *words[] = {NULL};
    memset(takers, 0, sizeof takers);
    for (size_t i = 0; i < VTB_TURN_TAKERS_N; i++)
        takers[i] = (struct vtb_turn_taker){.title = "the program",
                                            .program = "/nonexistent/program",
                                            .words = (char **)(uintptr_t)words,
                                            .build = {"A=", "B="}};
    assert_false(vtb_turn_takers_run(takers, 0, &error));
    assert_contains(error.message,
                    "the program: it ended when asked to take its turns (exit status");
    assert_contains(error.message, "/nonexistent/program");
    vtb_turn_takers_free(takers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_take_turns),           cmocka_unit_test(other_turns_are_refused),
        cmocka_unit_test(one_that_fails_is_told_of), cmocka_unit_test(what_it_leaves_is_looked_at),
        cmocka_unit_test(one_that_is_none),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
