#include "check.h"

#include "gate/compare.h"

#include <jansson.h>

static struct vtb_result_file before;
static struct vtb_result_file after;
static struct vtb_compared compared;

/* --- files that are compared --- */

#define FINGERPRINT "\"fingerprint\": \"gcc; glibc 2.36\""
#define FACTS                                                                        \
    "\"libc\": \"glibc 2.36\", \"architecture\": \"x86_64\", \"host_name\": \"h\", " \
    "\"cpu_model\": \"c\", \"git_revision\": \"r\", \"seed\": \"1\", \"confidence\": 0.99"
#define CONTEXT FINGERPRINT ", " FACTS
#define ROW(name, members) "{\"run_name\": \"" name "\", \"run_type\": \"counts\", " members "}"
#define SESSIONS(deviation, freedom) \
    "\"ratio_log_se\": " #deviation ", \"ratio_freedom\": " #freedom ", \"sessions_n\": 10"
#define RATIO(median, lo, hi) \
    "\"ratio\": " #median ", \"ratio_lo\": " #lo ", \"ratio_hi\": " #hi ", " SESSIONS(0.05, 1000)
#define ROWS(one, others) one "," others
#define BARE(name) ROW(name, "\"x\": 1")
#define BASELINE ROW("w/base/h/x", RATIO(1, 1, 1))

static void read_file(struct vtb_result_file *file, const char *path, const char *context,
                      const char *rows)
{
    char *text = NULL;
    struct vtb_error error;
    assert_true(asprintf(&text, "{\"context\": {%s}, \"benchmarks\": [%s]}", context, rows) > 0);
    if (!vtb_result_file_parse(file, path, text, strlen(text), VTB_EXIT_USAGE, &error))
        fail_msg("%s", error.message);
    free(text);
}

static void release_all(void)
{
    vtb_compare_free(&compared);
    vtb_result_file_free(&before);
    vtb_result_file_free(&after);
}

static int release(void **state)
{
    (void)state;
    release_all();
    return 0;
}

static void compare(const char *context, const char *rows, const char *other_context,
                    const char *other_rows)
{
    release_all();
    read_file(&before, "a.json", context, rows);
    read_file(&after, "b.json", other_context, other_rows);
    memset(&compared, 0xff, sizeof compared);
    vtb_compare_make(&compared, &before, &after);
}

/* Compares the rows of runs under the same conditions. */
static void compare_rows(const char *rows, const char *other_rows)
{
    compare(CONTEXT, rows, CONTEXT, other_rows);
}

static const struct vtb_compared_column *column_of(const char *key)
{
    size_t i = 0;
    while (i + 1 < compared.columns_n && strcmp(compared.columns[i].key, key) != 0)
        i++;
    assert_string_equal(compared.columns[i].key, key);
    return &compared.columns[i];
}

static const struct vtb_compared_figure *figure_of(const char *name, const char *key)
{
    size_t i = 0;
    while (i + 1 < compared.rows_n && strcmp(compared.rows[i].before->name, name) != 0)
        i++;
    assert_string_equal(compared.rows[i].before->name, name);
    return &compared.rows[i].figures[column_of(key) - compared.columns];
}

static void assert_verdict(const char *name, const char *key, enum vtb_compared_verdict expected)
{
    const enum vtb_compared_verdict verdict = figure_of(name, key)->verdict;
    if (verdict != expected)
        fail_msg("%s of %s: %s, not %s", key, name, vtb_compared_words[verdict],
                 vtb_compared_words[expected]);
}

static const struct vtb_compared_fact *fact_of(const char *key)
{
    for (size_t i = 0; i < compared.facts_n; i++) {
        if (strcmp(compared.facts[i].key, key) == 0)
            return &compared.facts[i];
    }
    return NULL;
}

/* Expects a fact's values; null stands for one that is not recorded. */
static void assert_fact(const char *key, const char *expected_before, const char *expected_after)
{
    static const struct vtb_compared_fact none = {.key = NULL};
    const struct vtb_compared_fact *found = fact_of(key);
    const struct vtb_compared_fact *fact = found ? found : &none;
    assert_string_equal(fact->key ? fact->key : "not said to differ", key);
    assert_string_equal(fact->before ? fact->before : "(null)",
                        expected_before ? expected_before : "(null)");
    assert_string_equal(fact->after ? fact->after : "(null)",
                        expected_after ? expected_after : "(null)");
}

/* --- counts --- */

static void equal_files_are_the_same(void **state)
{
    (void)state;
    const char *rows =
        ROWS(BASELINE, ROW("w/s/h/x",
                           "\"allocs_per_op\": 0.2, \"bytes_per_op\": 20.8, \"frees_per_op\": 0.2, "
                           "\"peak_live_bytes\": 6656, \"usable_bytes_per_op\": 24, "
                           "\"gen0_per_kop\": 1, \"gen1_per_kop\": 0, \"gen2_per_kop\": 0, "
                           "\"instructions_per_op\": 41.5, \"gen0_budget_bytes\": 1024, "
                           "\"ns_per_op\": 12, " RATIO(0.5, 0.4, 0.6)));
    compare_rows(rows, rows);
    assert_int_equal(compared.facts_n, 0);
    assert_int_equal(compared.rows_n, 2);
    assert_int_equal(compared.columns_n, 11);
    assert_int_equal(compared.only_before.n + compared.only_after.n, 0);
    for (size_t i = 0; i < compared.columns_n; i++) {
        const char *key = compared.columns[i].key;
        assert_verdict("w/s/h/x", key,
                       strcmp(key, "ratio") == 0       ? VTB_COMPARED_UNTOLD
                       : strcmp(key, "ns_per_op") == 0 ? VTB_COMPARED_INCOMPARABLE
                                                       : VTB_COMPARED_SAME);
        assert_int_equal(compared.columns[i].told_n, 0);
        assert_int_equal(compared.columns[i].n, strcmp(key, "ratio") == 0 ? 2 : 1);
    }
    assert_verdict("w/base/h/x", "ratio", VTB_COMPARED_BASELINE);
}

static void counts_are_compared_exactly(void **state)
{
    (void)state;
    const char *few = ROW("w/s/h",
                          "\"allocs_per_op\": 0.2, \"bytes_per_op\": 20.8, "
                          "\"peak_live_bytes\": 0");
    const char *more = ROW("w/s/h",
                           "\"allocs_per_op\": 0.200000000000001, "
                           "\"bytes_per_op\": 24, \"peak_live_bytes\": 8");
    compare_rows(few, more);
    assert_verdict("w/s/h", "allocs_per_op", VTB_COMPARED_HIGHER);
    assert_verdict("w/s/h", "bytes_per_op", VTB_COMPARED_HIGHER);
    assert_verdict("w/s/h", "peak_live_bytes", VTB_COMPARED_HIGHER);
    assert_same_double(figure_of("w/s/h", "bytes_per_op")->before, 20.8);
    assert_same_double(figure_of("w/s/h", "bytes_per_op")->after, 24);
    assert_int_equal(column_of("bytes_per_op")->told_n, 1);
    compare_rows(more, few);
    assert_verdict("w/s/h", "allocs_per_op", VTB_COMPARED_LOWER);
    assert_verdict("w/s/h", "bytes_per_op", VTB_COMPARED_LOWER);
    assert_verdict("w/s/h", "peak_live_bytes", VTB_COMPARED_LOWER);
}

static void what_one_lacks_is_absent(void **state)
{
    (void)state;
    compare_rows(ROW("w/s/h", "\"allocs_per_op\": 1"), ROW("w/s/h", "\"frees_per_op\": 1"));
    assert_verdict("w/s/h", "allocs_per_op", VTB_COMPARED_ABSENT);
    assert_verdict("w/s/h", "frees_per_op", VTB_COMPARED_ABSENT);
    assert_verdict("w/s/h", "bytes_per_op", VTB_COMPARED_ABSENT);
    assert_true(isnan(figure_of("w/s/h", "allocs_per_op")->after));
    assert_true(isnan(figure_of("w/s/h", "frees_per_op")->before));
    assert_int_equal(column_of("allocs_per_op")->n, 0);
}

/* Another machine, C library and toolchain change no count of the code. */
static void counts_are_compared_anywhere(void **state)
{
    (void)state;
    const char *rows = ROW("w/s/h",
                           "\"allocs_per_op\": 1, \"usable_bytes_per_op\": 8, "
                           "\"instructions_per_op\": 9");
    compare(CONTEXT, rows, "\"fingerprint\": \"clang\", \"libc\": \"musl\"", rows);
    assert_verdict("w/s/h", "allocs_per_op", VTB_COMPARED_SAME);
    assert_true(column_of("allocs_per_op")->comparable);
    assert_contains(column_of("allocs_per_op")->reason, "other seeds draw other keys");
    assert_verdict("w/s/h", "usable_bytes_per_op", VTB_COMPARED_INCOMPARABLE);
    assert_contains(column_of("usable_bytes_per_op")->reason, "the C libraries differ");
    assert_verdict("w/s/h", "instructions_per_op", VTB_COMPARED_INCOMPARABLE);
    assert_contains(column_of("instructions_per_op")->reason, "the toolchains differ");
}

static void instructions_are_of_a_toolchain(void **state)
{
    (void)state;
    const char *rows = ROW("w/s/h", "\"instructions_per_op\": 41");
    const char *other = ROW("w/s/h", "\"instructions_per_op\": 42");
    compare(CONTEXT, rows, CONTEXT, other);
    assert_verdict("w/s/h", "instructions_per_op", VTB_COMPARED_HIGHER);
    compare(CONTEXT, rows, "\"fingerprint\": \"gcc; glibc 2.37\", " FACTS, other);
    assert_verdict("w/s/h", "instructions_per_op", VTB_COMPARED_INCOMPARABLE);
    assert_int_equal(column_of("instructions_per_op")->incomparable_n, 1);
}

static void usable_bytes_are_of_a_libc(void **state)
{
    (void)state;
    const char *rows = ROW("w/s/h", "\"usable_bytes_per_op\": 24");
    const char *other = ROW("w/s/h", "\"usable_bytes_per_op\": 32");
    compare(CONTEXT, rows, CONTEXT, other);
    assert_verdict("w/s/h", "usable_bytes_per_op", VTB_COMPARED_HIGHER);
    compare(FINGERPRINT, rows, FINGERPRINT, other); /* not known: not said to be the same */
    assert_verdict("w/s/h", "usable_bytes_per_op", VTB_COMPARED_INCOMPARABLE);
}

static void collections_are_of_budgets(void **state)
{
    (void)state;
    compare_rows(
        ROWS(ROW("w/a/h",
                 "\"gen0_per_kop\": 4, \"gen0_budget_bytes\": 1024, "
                 "\"live_heap_bytes\": 9"),
             ROWS(ROW("w/b/h", "\"gen0_per_kop\": 4, \"gen0_budget_bytes\": 1024"),
                  ROW("w/c/h", "\"gen0_per_kop\": 4"))),
        ROWS(ROW("w/a/h",
                 "\"gen0_per_kop\": 2, \"gen0_budget_bytes\": 2048, "
                 "\"live_heap_bytes\": 9"),
             ROWS(ROW("w/b/h", "\"gen0_per_kop\": 2"), ROW("w/c/h", "\"gen0_per_kop\": 2"))));
    assert_verdict("w/a/h", "gen0_per_kop", VTB_COMPARED_INCOMPARABLE);
    assert_verdict("w/b/h", "gen0_per_kop", VTB_COMPARED_INCOMPARABLE);
    assert_verdict("w/c/h", "gen0_per_kop", VTB_COMPARED_LOWER);
    assert_int_equal(column_of("gen0_per_kop")->n, 3);
    assert_int_equal(column_of("gen0_per_kop")->incomparable_n, 2);
    assert_fact("gen0_budget_bytes", "1024", "2048");
    assert_null(fact_of("live_heap_bytes"));
}

/* --- ratios and times --- */

#define WITH_RATIO(median, lo, hi) ROWS(BASELINE, ROW("w/s/h/x", RATIO(median, lo, hi)))

/* A ratio that is so far, by the logarithm, from that of another run. */
#define OF_SESSIONS(name, ratio, deviation, freedom, more) \
    ROW("w/" name "/h/x", "\"ratio\": " #ratio ", " SESSIONS(deviation, freedom) more)
#define BUSY ", \"state\": \"busy\""
#define ONE(ratio, deviation, freedom) \
    ROWS(BASELINE, OF_SESSIONS("s", ratio, deviation, freedom, ""))

/* 0.0342 is 2.4 deviations of the difference, 0.0402 is 2.8: p = 0.016 and 0.0045. */
static void ratios_differ_beyond_what_both_runs_leave_open(void **state)
{
    (void)state;
    const char *rows = ONE(1.2, 0.01, 1000);
    compare_rows(rows, ONE(1.2492, 0.01, 1000));
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_HIGHER);
    assert_int_equal(column_of("ratio")->told_n, 1);
    compare_rows(ONE(1.2492, 0.01, 1000), rows);
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_LOWER);
    assert_int_equal(column_of("ratio")->told_n, 1);
    compare_rows(rows, ONE(1.2417, 0.01, 1000));
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_UNTOLD);
    compare_rows(rows, ONE(1.2492, 0.03, 1000));
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_UNTOLD);
    compare_rows(ONE(1.2492, 0.03, 1000), rows);
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_UNTOLD);
    compare_rows(ONE(1.2, 0.01, 4), ONE(1.2492, 0.01, 4)); /* so few sessions say less */
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_UNTOLD);
    assert_int_equal(column_of("ratio")->told_n, 0);
}

#define TWO(first, second, more)                                 \
    ROWS(BASELINE, ROWS(OF_SESSIONS("s", first, 0.01, 1000, ""), \
                        OF_SESSIONS("t", second, 0.01, 1000, more)))
#define THREE(first, second, third, more) \
    ROWS(TWO(first, second, more), OF_SESSIONS("u", third, 0.01, 1000, more))

/* Twice 0.0045 is below 0.01, three times is not; what is not tested does not count. */
static void ratios_are_tested_together(void **state)
{
    (void)state;
    compare_rows(TWO(1.2, 1.2, ""), TWO(1.2492, 1.2, ""));
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_HIGHER);
    assert_verdict("w/t/h/x", "ratio", VTB_COMPARED_UNTOLD);
    compare_rows(THREE(1.2, 1.2, 1.2, ""), THREE(1.2492, 1.2, 1.2, ""));
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_UNTOLD);
    assert_int_equal(column_of("ratio")->told_n, 0);
    compare_rows(THREE(1.2, 1.2, 1.2, BUSY), THREE(1.2492, 1.2, 1.2, ""));
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_HIGHER);
    compare_rows(THREE(1.2, 1.2, 1.2, ""),
                 THREE(1.2492, 1.2, 1.8, "")); /* the next is tested less */
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_HIGHER);
    assert_verdict("w/t/h/x", "ratio", VTB_COMPARED_UNTOLD);
    assert_verdict("w/u/h/x", "ratio", VTB_COMPARED_HIGHER);
    assert_int_equal(column_of("ratio")->told_n, 2);
}

/* Beside a busy sibling the ratio itself is another one. */
static void ratios_are_of_one_state(void **state)
{
    (void)state;
    const char *quiet = TWO(0.5, 0.5, ", \"state\": \"quiet\"");
    const char *busy = TWO(0.8, 0.8, BUSY);
    compare_rows(quiet, busy);
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_HIGHER); /* of no state, as threads are */
    assert_verdict("w/t/h/x", "ratio", VTB_COMPARED_INCOMPARABLE);
    compare_rows(busy, quiet);
    assert_verdict("w/t/h/x", "ratio", VTB_COMPARED_INCOMPARABLE);
    assert_int_equal(column_of("ratio")->incomparable_n, 1);
    compare_rows(TWO(0.5, 0.5, BUSY), busy);
    assert_verdict("w/t/h/x", "ratio", VTB_COMPARED_HIGHER);
}

/* Files of version 0.1 have intervals of the rounds of one process, which say nothing of another
 * run; those of few sessions have none. */
static void ratios_need_sessions(void **state)
{
    (void)state;
    static const char *const without[] = {
        ROWS(BASELINE, ROW("w/s/h/x", "\"ratio\": 2")),
        ROWS(BASELINE, ROW("w/s/h/x", "\"ratio\": 2, \"ratio_lo\": 1.9, \"ratio_hi\": 2.1")),
        ROWS(BASELINE, ROW("w/s/h/x", "\"ratio\": 2, \"sessions_n\": 4")),
    };
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        compare_rows(ONE(0.5, 0.01, 9), without[i]);
        assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_INCOMPARABLE);
        compare_rows(without[i], ONE(0.5, 0.01, 9));
        assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_INCOMPARABLE);
    }
}

static void ratios_are_to_the_same_strategy(void **state)
{
    (void)state;
    const char *rows = WITH_RATIO(0.5, 0.4, 0.6);
    const char *other = ROWS(ROW("w/base/h/x", RATIO(2, 1.9, 2.1)), ROW("w/s/h/x", RATIO(1, 1, 1)));
    compare_rows(rows, other);
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_INCOMPARABLE);
    assert_verdict("w/base/h/x", "ratio", VTB_COMPARED_INCOMPARABLE);
    assert_string_equal(column_of("ratio")->reason, "they are to base before, to s after");
    compare_rows(rows, ROW("w/s/h/x", RATIO(0.5, 0.4, 0.6)));
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_INCOMPARABLE);
    assert_contains(column_of("ratio")->reason, "not known");
    compare_rows(rows, ROWS(BASELINE, ROW("w/s/h/x", RATIO(1, 1, 1))));
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_INCOMPARABLE);
    compare_rows(rows, ROWS(ROW("w/s/h/x", RATIO(1, 1, 1)), BASELINE));
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_INCOMPARABLE);
    compare_rows(rows, /* that of another table is the same strategy */
                 ROWS(ROW("w/base/i/x", RATIO(1, 1, 1)), WITH_RATIO(0.5, 0.4, 0.6)));
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_UNTOLD);
}

static void intervals_are_of_one_confidence(void **state)
{
    (void)state;
    const char *rows = WITH_RATIO(0.5, 0.4, 0.6);
    const char *other = WITH_RATIO(0.8, 0.7, 0.9);
    compare(CONTEXT, rows, FINGERPRINT ", \"confidence\": 0.95", other);
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_INCOMPARABLE);
    assert_contains(column_of("ratio")->reason, "confidence");
    assert_fact("confidence", "0.99", "0.95");
    compare(FINGERPRINT, rows, FINGERPRINT, other);
    assert_verdict("w/s/h/x", "ratio", VTB_COMPARED_INCOMPARABLE);
    assert_null(fact_of("confidence"));
}

/* A ratio that differs may tell of what else is not the same. */
static void ratios_say_what_else_differs(void **state)
{
    (void)state;
    const char *rows = WITH_RATIO(0.5, 0.4, 0.6);
    const char *host =
        "\"libc\": \"l\", \"host_name\": \"i\", \"cpu_model\": \"c\", "
        "\"confidence\": 0.99, \"git_revision\": \"r\", " FINGERPRINT;
    const char *revision =
        "\"libc\": \"l\", \"host_name\": \"h\", \"cpu_model\": \"c\", "
        "\"confidence\": 0.99, \"git_revision\": \"q\", " FINGERPRINT;
    compare_rows(rows, rows);
    assert_string_equal(
        column_of("ratio")->reason,
        "each is of paired rounds within its own run, where both have 5 sessions in one "
        "state");
    compare(CONTEXT, rows, host, rows);
    assert_contains(column_of("ratio")->reason, "but the machines differ, and");
    compare(CONTEXT, rows, revision, rows);
    assert_contains(column_of("ratio")->reason, "but the build differs, and");
    compare(revision, rows, host, rows);
    assert_contains(column_of("ratio")->reason, "but machines and builds differ, and");
    assert_true(column_of("ratio")->comparable);
}

static void times_are_never_compared(void **state)
{
    (void)state;
    const char *rows = ROW("w/s/h", "\"ns_per_op\": 10");
    const char *other = ROW("w/s/h", "\"ns_per_op\": 20");
    compare_rows(rows, other);
    assert_verdict("w/s/h", "ns_per_op", VTB_COMPARED_INCOMPARABLE);
    assert_same_double(figure_of("w/s/h", "ns_per_op")->before, 10);
    assert_same_double(figure_of("w/s/h", "ns_per_op")->after, 20);
    assert_contains(column_of("ns_per_op")->reason, "the machine is the same, but not the time");
    compare(FINGERPRINT, rows, FINGERPRINT, other);
    assert_contains(column_of("ns_per_op")->reason, "machines that are not known");
    compare(FINGERPRINT ", \"cpu_model\": \"c\"", rows, FINGERPRINT ", \"cpu_model\": \"c\"",
            other);
    assert_contains(column_of("ns_per_op")->reason, "machines that are not known");
    compare(FINGERPRINT ", \"host_name\": \"h\"", rows, FINGERPRINT ", \"host_name\": \"h\"",
            other);
    assert_contains(column_of("ns_per_op")->reason, "machines that are not known");
    compare(CONTEXT, rows, FINGERPRINT ", \"host_name\": \"h\", \"cpu_model\": \"d\"", other);
    assert_contains(column_of("ns_per_op")->reason, "times of other machines");
    compare(CONTEXT, rows, "\"fingerprint\": \"clang\", " FACTS, other);
    assert_contains(column_of("ns_per_op")->reason, "times of other toolchains");
    assert_verdict("w/s/h", "ns_per_op", VTB_COMPARED_INCOMPARABLE);
}

/* --- what differs, and what belongs together --- */

static void differing_facts_are_told(void **state)
{
    (void)state;
    const char *rows = ROW("w/s/h", "\"allocs_per_op\": 1");
    compare(FINGERPRINT
            ", \"compiler\": \"gcc 12\", \"libc\": \"g\", \"old\": \"o\", "
            "\"interrupted\": false, \"options\": {\"calls\": \"1e6\", \"heap\": \"h\"}",
            rows,
            FINGERPRINT
            ", \"compiler\": \"gcc 13\", \"libc\": \"g\", \"new\": \"n\", "
            "\"interrupted\": true, \"options\": {\"heap\": \"h\", \"calls\": \"1e5\", "
            "\"keys\": \"7\"}",
            rows);
    assert_int_equal(compared.facts_n, 6);
    assert_fact("compiler", "gcc 12", "gcc 13");
    assert_fact("old", "o", NULL);
    assert_fact("new", NULL, "n");
    assert_fact("--calls", "1e6", "1e5");
    assert_fact("--keys", NULL, "7");
    assert_fact("interrupted", "false", "true");
    assert_string_equal(compared.facts[0].key, "compiler");
    assert_string_equal(compared.facts[2].key, "new");
}

#define DIGEST(last) "012345678901234567890123456789012345678901234567890123456789012" last
#define SOURCE(name, last) \
    "{\"name\": \"" name "\", \"path\": \"" name ".c\", \"sha256\": \"" DIGEST(last) "\"}"

/* Users' files are compared by the names of their entries, wherever they stand in a list. */
static void files_of_a_user_that_differ_are_told(void **state)
{
    (void)state;
    const char *rows = ROW("w/s/h", "\"allocs_per_op\": 1");
    compare(FINGERPRINT ", \"strategies\": [" SOURCE("same", "0") ", " SOURCE(
                "mine", "1") "], \"workloads\": [" SOURCE("gone", "0") "]",
            rows,
            FINGERPRINT ", \"strategies\": [" SOURCE("mine", "2") ", " SOURCE("same", "0") "]",
            rows);
    assert_int_equal(compared.facts_n, 2);
    assert_fact("source of mine", "mine.c, sha256 " DIGEST("1"), "mine.c, sha256 " DIGEST("2"));
    assert_fact("source of gone", "gone.c, sha256 " DIGEST("0"), NULL);
}

/* Every run has its own, or other facts say it. */
static void what_is_of_one_run_is_not_told(void **state)
{
    (void)state;
    const char *rows = ROW("w/s/h", "\"allocs_per_op\": 1");
    compare(
        "\"fingerprint\": \"a\", \"date\": \"1\", \"command_line\": \"x\", "
        "\"steal_since_boot\": \"0.1\", \"throttled\": \"1\", \"executable\": \"a\"",
        rows,
        "\"fingerprint\": \"b\", \"date\": \"2\", \"command_line\": \"y\", "
        "\"steal_since_boot\": \"0.2\", \"throttled\": \"2\"",
        rows);
    assert_int_equal(compared.facts_n, 0);
}

static void rows_of_one_file_are_listed(void **state)
{
    (void)state;
    compare_rows(ROWS(BARE("w/a/h"), ROWS(BARE("w/b/h"), BARE("w/c/h"))),
                 ROWS(BARE("w/d/h"), BARE("w/b/h")));
    assert_int_equal(compared.rows_n, 1);
    assert_ptr_equal(compared.rows[0].before, &before.rows[1]);
    assert_ptr_equal(compared.rows[0].after, &after.rows[1]);
    assert_int_equal(compared.only_before.n, 2);
    assert_string_equal(compared.only_before.rows[0]->name, "w/a/h");
    assert_string_equal(compared.only_before.rows[1]->name, "w/c/h");
    assert_int_equal(compared.only_after.n, 1);
    assert_string_equal(compared.only_after.rows[0]->name, "w/d/h");
}

static void files_may_have_nothing_in_common(void **state)
{
    (void)state;
    compare_rows(ROW("a", "\"x\": 1"), ROW("b", "\"x\": 1"));
    assert_int_equal(compared.rows_n, 0);
    assert_int_equal(compared.only_before.n, 1);
    assert_int_equal(compared.only_after.n, 1);
}

/* Rows are grouped by all of their names but the strategies, in the order of the first file. */
static void rows_are_grouped(void **state)
{
    (void)state;
    static const char *const expected[] = {"w/z/h/x", "w/a/h/x", "w/z/g/x", "w/a/g/x",
                                           "v/z/h/x", "w/z/h/y", "plain",   "w/z"};
    const char *rows =
        ROWS(BARE("w/z/h/x"),
             ROWS(BARE("w/z/g/x"),
                  ROWS(BARE("v/z/h/x"),
                       ROWS(BARE("w/a/g/x"),
                            ROWS(BARE("w/a/h/x"),
                                 ROWS(BARE("w/z/h/y"), ROWS(BARE("plain"), BARE("w/z"))))))));
    compare_rows(rows, rows);
    assert_int_equal(compared.rows_n, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_string_equal(compared.rows[i].before->name, expected[i]);
        assert_string_equal(compared.rows[i].after->name, expected[i]);
    }
    assert_int_equal(compared.rows[0].table, compared.rows[1].table);
    assert_int_equal(compared.rows[2].table, compared.rows[3].table);
    for (size_t i = 1; i < 6; i++) {
        if (i != 1 && i != 3)
            assert_int_not_equal(compared.rows[i - 1].table, compared.rows[i].table);
    }
    assert_int_equal(compared.rows[6].table, compared.rows[7].table); /* all strategy, no rest */
}

static void names_have_strategies(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *strategy;
    } names[] = {
        {"w/value_task/glibc/hit_rate:0.8", "value_task"},
        {"w/s/", "s"},
        {"w//h", ""},
        {"//", ""},
        {"w/s", "w/s"},
        {"w", "w"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n;
        const char *strategy = vtb_name_strategy(names[i].name, &n);
        assert_int_equal(n, strlen(names[i].strategy));
        assert_memory_equal(strategy, names[i].strategy, n);
    }
}

/* --- reports --- */

/* Gives a report as text, to be freed by the caller. */
static char *report(enum vtb_format format)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    vtb_compare_report(out, &compared, format);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(strlen(text), n);
    return text;
}

static void assert_report(enum vtb_format format, const char *part)
{
    char *text = report(format);
    assert_contains(text, part);
    free(text);
}

/* Expects a part in the text of a table, wherever its lines are broken. */
static void assert_told(const char *part)
{
    char *text = report(VTB_FORMAT_TABLE);
    for (char *c = text; *c; c++)
        *c = (char)(*c == '\n' ? ' ' : *c);
    assert_contains(text, part);
    free(text);
}

static const char *const strategies[] = {
    "heap_task", "a_strategy_with_quite_a_long_name", "poll", "caller_op", "x", "y", "z"};

/* Many figures, of many strategies on two heaps; those of another run are times `factor`. */
static char *many_rows(double factor)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    for (size_t i = 0; i < 14; i++) {
        const double f = i % 7 == 0 ? 1 : factor;
        fprintf(out,
                "%s{\"run_name\":\"user_cache/%s/%s/hit_rate:0.8/calls:1000000/in_flight:64/"
                "completion:fifo/keys:100000/distribution:uniform/consumer:independent/"
                "method:direct/depth:1\",\"run_type\":\"counts\",\"bytes_per_op\":%.15g,"
                "\"allocs_per_op\":%.15g,\"frees_per_op\":%.15g,\"peak_live_bytes\":%.15g,"
                "\"gen0_per_kop\":%.15g,\"gen1_per_kop\":%.15g,\"gen2_per_kop\":0,"
                "\"usable_bytes_per_op\":%.15g,\"instructions_per_op\":%.15g,\"ns_per_op\":%.15g,"
                "\"ratio\":%.15g,\"ratio_lo\":%.15g,\"ratio_hi\":%.15g," SESSIONS(0.02, 50) "}",
                i > 0 ? "," : "", strategies[i % 7], i < 7 ? "glibc" : "gengc", 78.4 * f, 0.2 * f,
                0.2 * f, 6656 * f, 0.004 * f, 0.001 * f, 80 * f, 41.25 * f, 1234.5 * f, f,
                i % 7 == 0 ? 1 : 0.95 * f, i % 7 == 0 ? 1 : 1.05 * f);
    }
    fclose(out);
    return text;
}

static void compare_many(double factor, double other_factor)
{
    char *rows = many_rows(factor);
    char *other_rows = many_rows(other_factor);
    compare_rows(rows, other_rows);
    free(rows);
    free(other_rows);
}

static size_t characters(const char *line, size_t n)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += ((unsigned char)line[i] & 0xc0) != 0x80;
    return found;
}

static void tables_fit_a_line(void **state)
{
    (void)state;
    static const double factors[] = {0.5, 0.9, 1.1, 3.14159265358979, 1234.5};
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        compare_many(factors[i], 1.5);
        char *text = report(VTB_FORMAT_TABLE);
        for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
            const size_t n = strcspn(line, "\n");
            if (characters(line, n) > 100)
                fail_msg("too wide: %.*s", (int)n, line);
            if (n > 0 && line[n - 1] == ' ')
                fail_msg("ends in a space: %.*s", (int)n, line);
        }
        free(text);
    }
}

static void long_names_are_cut(void **state)
{
    (void)state;
    const char *rows = ROW("w/a123456789012345678901234567890123456789_and_more/h", RATIO(1, 1, 1));
    compare_rows(rows, rows);
    assert_told(" a123456789012345678901234567890123456789  1 (baseline) ");
}

static void tables_tell_what_changed(void **state)
{
    (void)state;
    compare_many(0.5, 1.5);
    assert_told(
        "before: 'a.json', of version 'unknown', revision 'r', at 'unknown' after: 'b.json'");
    assert_told("Machine, build and options are the same");
    assert_told(
        "14 cases are in both files; of what may be compared, these differ: ratio in 12, "
        "B/op in 12, allocs/op in 12,");
    assert_told("39.2 -> 117.6 +200.0 %");
    assert_told("0.500 [0.475, 0.525] -> 1.500 [1.425, 1.575] higher +200.0 %");
    assert_told("heap_task                          1 (baseline)");
    assert_told("(617 -> 1852)");
    assert_told("The same in all 7 cases: Gen2 GCs/k.");
    assert_told("user_cache, glibc, hit_rate:0.8, calls:1000000");
    assert_told("ns/op: no, the machine is the same");
}

static void tables_leave_out_what_is_the_same(void **state)
{
    (void)state;
    compare_many(1, 1);
    assert_told("of what may be compared, nothing is known to differ.");
    assert_told(
        "The same in all 7 cases: B/op, allocs/op, frees/op, peak live B, Gen0 GCs/k, "
        "Gen1 GCs/k, Gen2 GCs/k, instr/op, usable B/op.");
}

static void digits_tell_numbers_apart(void **state)
{
    (void)state;
    compare_rows(ROW("w/s/h", "\"bytes_per_op\": 0, \"peak_live_bytes\": 10000001"),
                 ROW("w/s/h", "\"bytes_per_op\": 4.8, \"peak_live_bytes\": 10000002"));
    assert_report(VTB_FORMAT_TABLE, "  0 -> 4.8  10,000,001"); /* of nothing there is no share */
    assert_report(VTB_FORMAT_TABLE, "10,000,001 -> 10,000,002 +0.0 %");
}

static void facts_come_first(void **state)
{
    (void)state;
    const char *rows = ROW("w/s/h", "\"allocs_per_op\": 1");
    compare(FINGERPRINT ", \"compiler\": \"gcc `12`\"", rows, FINGERPRINT ", \"seed\": \"2\"",
            rows);
    assert_report(VTB_FORMAT_TABLE,
                  "What differs between the two runs:\ncompiler: 'gcc `12`' "
                  "before, not recorded after\nseed: not recorded before, '2' "
                  "after\n\nWhat may be compared:");
    assert_report(VTB_FORMAT_MARKDOWN, "- `compiler`: `gcc '12'` before, not recorded after\n");
}

static void cases_of_one_file_are_named(void **state)
{
    (void)state;
    compare_rows(BARE("w/a/h/x"),
                 ROWS(BARE("w/b/h/x"),
                      ROWS(BARE("w/c/h/x"),
                           ROWS(BARE("w/d/h/x"),
                                ROWS(BARE("w/e/h/x"), ROWS(BARE("w/f/h/x"), BARE("odd")))))));
    assert_report(VTB_FORMAT_TABLE, "No case is in both files.");
    assert_report(VTB_FORMAT_TABLE, "1 case is only before:\na in w, h, x\n");
    assert_report(VTB_FORMAT_TABLE, "6 cases are only after:\nb in w, h, x\n");
    assert_report(VTB_FORMAT_TABLE, "f in w, h, x\nand 1 more\n");
}

static json_t *report_json(void)
{
    char *text = report(VTB_FORMAT_JSON);
    json_error_t cause;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &cause);
    if (!json)
        fail_msg("line %d: %s", cause.line, cause.text);
    free(text);
    return json;
}

static double number_at(json_t *row, const char *figure, const char *key)
{
    const json_t *value = json_object_get(json_object_get(row, figure), key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void json_has_everything(void **state)
{
    (void)state;
    compare(CONTEXT ", \"x\": \"1\"",
            ROWS(WITH_RATIO(0.5, 0.4, 0.6),
                 ROWS(ROW("w/c/h", "\"bytes_per_op\": 0"), BARE("only/a/h"))),
            CONTEXT ", \"x\": \"2\", \"y\": \"3\"",
            ROWS(WITH_RATIO(0.8, 0.7, 0.9), ROW("w/c/h", "\"bytes_per_op\": 8")));
    json_t *json = report_json();
    json_t *rows = json_object_get(json, "rows");
    const json_t *facts = json_object_get(json, "differences");
    assert_int_equal(json_array_size(rows), 3);
    assert_int_equal(json_array_size(facts), 2);
    assert_true(json_is_null(json_object_get(json_array_get(facts, 1), "before")));
    json_t *row = json_array_get(rows, 1);
    assert_string_equal(json_string_value(json_object_get(row, "name")), "w/s/h/x");
    assert_string_equal(json_string_value(json_object_get(row, "strategy")), "s");
    assert_same_double(number_at(row, "ratio", "before"), 0.5);
    assert_same_double(number_at(row, "ratio", "before_hi"), 0.6);
    assert_same_double(number_at(row, "ratio", "after_lo"), 0.7);
    assert_near(number_at(row, "ratio", "change"), 0.3, 1e-12);
    assert_near(number_at(row, "ratio", "relative_change"), 0.6, 1e-12);
    const json_t *verdict = json_object_get(json_object_get(row, "ratio"), "verdict");
    assert_string_equal(json_string_value(verdict), "higher");
    row = json_array_get(rows, 2);
    assert_same_double(number_at(row, "bytes_per_op", "change"), 8);
    assert_true(isnan(number_at(row, "bytes_per_op", "relative_change"))); /* of nothing */
    const json_t *only = json_object_get(json, "only_before");
    assert_string_equal(json_string_value(json_array_get(only, 0)), "only/a/h");
    assert_int_equal(json_array_size(json_object_get(json, "only_after")), 0);
    const json_t *figure = json_object_get(json_object_get(json, "figures"), "ns_per_op");
    assert_true(json_is_false(json_object_get(figure, "comparable")));
    json_decref(json);
}

static void csv_has_a_line_for_each_figure(void **state)
{
    (void)state;
    compare_rows(ROWS(WITH_RATIO(0.5, 0.4, 0.6), ROW("w,1/\\\"q/h", "\"bytes_per_op\": 1")),
                 ROWS(WITH_RATIO(0.8, 0.7, 0.9), BARE("new/a/h")));
    char *text = report(VTB_FORMAT_CSV);
    assert_string_equal(
        text,
        "name,strategy,figure,before,before_lo,before_hi,after,after_lo,after_hi,change,verdict\n"
        "w/base/h/x,base,ratio,1,1,1,1,1,1,0,baseline\n"
        "w/s/h/x,s,ratio,0.5,0.4,0.6,0.8,0.7,0.9,0.3,higher\n"
        "\"w,1/\"\"q/h\",\"\"\"q\",,,,,,,,,only before\n"
        "new/a/h,a,,,,,,,,,only after\n");
    free(text);
}

static void markdown_has_tables(void **state)
{
    (void)state;
    compare_many(0.5, 1.5);
    assert_report(VTB_FORMAT_MARKDOWN,
                  "### user_cache, glibc, hit_rate:0.8, calls:1000000, in_flight:64, "
                  "completion:fifo, keys:100000, distribution:uniform, consumer:independent, "
                  "method:direct, depth:1\n\n|");
    assert_report(VTB_FORMAT_MARKDOWN, "\n| strategy | ratio [99 %] | B/op | allocs/op |");
    assert_report(VTB_FORMAT_MARKDOWN, "\n|---|---|---|");
    assert_report(VTB_FORMAT_MARKDOWN, "| heap_task | 1 (baseline) | = | = |");
    compare_rows(ROW("w/a|`b/h", "\"bytes_per_op\": 1"), ROW("w/a|`b/h", "\"bytes_per_op\": 2"));
    assert_report(VTB_FORMAT_MARKDOWN, "| a\\|\\`b | 1 -> 2 +100.0 % |");
}

/* Whoever wrote the files. */
static void reports_are_bounded(void **state)
{
    (void)state;
    char fact[2000];
    char context[3000];
    for (size_t i = 0; i + 2 < sizeof fact; i += 2)
        memcpy(fact + i, "\xc3\xa4", 2);
    fact[sizeof fact - 2] = '\0';
    snprintf(context, sizeof context, FINGERPRINT ", \"long\": \"x%s\"", fact);
    const char *rows = ROW(
        "w/s/h", "\"bytes_per_op\": 1e308, \"ns_per_op\": 1e-300, " RATIO(1e300, 1e-300, 1e308));
    const char *other =
        ROW("w/s/h", "\"bytes_per_op\": 1e-308, \"ns_per_op\": 1e300, " RATIO(1e-308, 0, 1e-300));
    compare(context, rows, FINGERPRINT, other);
    char *text = report(VTB_FORMAT_TABLE);
    assert_true(strlen(text) < 4000);
    assert_told("\xc3\xa4...' before, not recorded after");
    assert_told("instr/op, usable B/op: absent, as no case has them in both files");
    free(text);
    json_decref(report_json());
}

#define CASE(function) cmocka_unit_test_teardown(function, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(equal_files_are_the_same),
        CASE(counts_are_compared_exactly),
        CASE(what_one_lacks_is_absent),
        CASE(counts_are_compared_anywhere),
        CASE(instructions_are_of_a_toolchain),
        CASE(usable_bytes_are_of_a_libc),
        CASE(collections_are_of_budgets),
        CASE(ratios_differ_beyond_what_both_runs_leave_open),
        CASE(ratios_are_tested_together),
        CASE(ratios_are_of_one_state),
        CASE(ratios_need_sessions),
        CASE(ratios_are_to_the_same_strategy),
        CASE(intervals_are_of_one_confidence),
        CASE(ratios_say_what_else_differs),
        CASE(times_are_never_compared),
        CASE(differing_facts_are_told),
        CASE(files_of_a_user_that_differ_are_told),
        CASE(what_is_of_one_run_is_not_told),
        CASE(rows_of_one_file_are_listed),
        CASE(files_may_have_nothing_in_common),
        CASE(rows_are_grouped),
        CASE(names_have_strategies),
        CASE(tables_fit_a_line),
        CASE(long_names_are_cut),
        CASE(tables_tell_what_changed),
        CASE(tables_leave_out_what_is_the_same),
        CASE(digits_tell_numbers_apart),
        CASE(facts_come_first),
        CASE(cases_of_one_file_are_named),
        CASE(json_has_everything),
        CASE(csv_has_a_line_for_each_figure),
        CASE(markdown_has_tables),
        CASE(reports_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
