#include "directory.h"

#include "gate/result_file.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTEXT "\"context\": {\"fingerprint\": \"gcc; glibc 2.36\"}"
#define FILE_OF(rows) "{" CONTEXT ", \"benchmarks\": [" rows "]}"
#define MEDIAN(name, members)                               \
    "{\"run_name\": \"" name                                \
    "\", \"run_type\": \"aggregate\", \"aggregate_name\": " \
    "\"median\"" members "}"
#define COUNTS(name, members) "{\"run_name\": \"" name "\", \"run_type\": \"counts\"" members "}"

static struct vtb_result_file file;
static struct vtb_error error;

/* --- reading memory and files --- */

/* The bytes stand at the end of a block of their own, so that reading on is seen. */
static bool parse_bytes(const char *bytes, size_t n)
{
    char *copy = malloc(n > 0 ? n : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, n);
    vtb_result_file_free(&file);
    memset(&file, 0xff, sizeof file);
    memset(&error, 0, sizeof error);
    const bool ok = vtb_result_file_parse(&file, "F", copy, n, VTB_EXIT_BASELINE, &error);
    free(copy);
    return ok;
}

static void parse(const char *text)
{
    if (parse_bytes(text, strlen(text)))
        return;
    print_error("refused: %s\n", error.message);
    fail();
}

static void assert_empty(void)
{
    assert_null(file.rows);
    assert_null(file.facts);
    assert_null(file.path);
    assert_int_equal(file.rows_n + file.facts_n + file.options_n + file.keys_n, 0);
}

/* Expects a text to be refused in one line, which says why and what to do. */
static void assert_refused_as(const char *start, const char *part)
{
    assert_int_equal(error.exit_code, VTB_EXIT_BASELINE);
    assert_one_line(error.message);
    if (strncmp(error.message, start, strlen(start)) != 0)
        fail_msg("\"%s\" does not start with \"%s\"", error.message, start);
    assert_contains(error.message, part);
    assert_contains(error.message, "; make one with run_bench run --save-baseline FILE");
    assert_empty();
}

static void refuse_bytes(const char *bytes, size_t n, const char *part)
{
    if (parse_bytes(bytes, n))
        fail_msg("%.200s is not refused", bytes);
    assert_refused_as("'F' is not a result file: ", part);
}

static void refuse(const char *text, const char *part)
{
    refuse_bytes(text, strlen(text), part);
}

static bool read_file(const char *path)
{
    vtb_result_file_free(&file);
    memset(&file, 0xff, sizeof file);
    memset(&error, 0, sizeof error);
    return vtb_result_file_read(&file, path, VTB_EXIT_BASELINE, &error);
}

static void refuse_file(const char *path, const char *part)
{
    if (read_file(path))
        fail_msg("%s is not refused", path);
    assert_refused_as("'", part);
}

static const char *put_file(const char *name, const char *text)
{
    const char *path = in_directory(name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, strlen(text), out), strlen(text));
    assert_int_equal(fclose(out), 0);
    return path;
}

static int remove_file_and_directory(void **state)
{
    (void)state;
    vtb_result_file_free(&file);
    (void)unlink(in_directory("file"));
    return rmdir(directory);
}

static int release(void **state)
{
    (void)state;
    vtb_result_file_free(&file);
    return 0;
}

/* --- what is read --- */

static const char sample[] =
    "{\n\"context\": {\n  \"date\": \"2026-11-26T13:19:00+0000\",\n  \"num_cpus\": 2,\n"
    "  \"caches\": [],\n  \"compiler\": \"GNU 12.2.0\",\n  \"libc\": \"glibc 2.36\",\n"
    "  \"fingerprint\": \"GNU 12.2.0; -O2; glibc 2.36; x86_64\",\n  \"confidence\": 0.99,\n"
    "  \"interrupted\": true,\n  \"options\": {\"hit-rate\": \"0.8\", \"calls\": \"1e6\", "
    "\"heap\": \"glibc\"},\n  \"unavailable\": {\"gc_ms\": \"no heap collects\"}\n},\n"
    "\"benchmarks\": [\n"
    "{\"run_name\":\"w/a/h\",\"threads\":1,\"allocs_per_op\":0.5,\"name\":\"w/a/h\","
    "\"run_type\":\"iteration\",\"repetitions\":40,\"real_time\":0.53,\"time_unit\":\"ns\"},\n"
    "{\"run_name\":\"w/b/h\",\"threads\":1,\"allocs_per_op\":0.2,\"bytes_per_op\":20.8,"
    "\"ratio\":0.9,\"ratio_lo\":0.85,\"ratio_hi\":0.95,\"over_plain_ns\":-1.5,"
    "\"name\":\"w/b/h_median\",\"run_type\":\"aggregate\",\"aggregate_name\":\"median\","
    "\"caller_ns_per_op\":[1,2],\"folded_away\":false,\"verdict\":\"different\"},\n"
    "{\"run_name\":\"w/b/h\",\"run_type\":\"aggregate\",\"aggregate_name\":\"mean\","
    "\"allocs_per_op\":7},\n"
    "{\"run_name\":\"w/a/h\",\"frees_per_op\":1e0,\"bytes_per_op\":104,\"run_type\":\"counts\"}\n"
    "]\n}\n";

static void rows_have_their_numbers(void **state)
{
    (void)state;
    parse(sample);
    assert_int_equal(file.rows_n, 2);
    const struct vtb_recorded_row *row = &file.rows[0];
    assert_string_equal(row->name, "w/b/h");
    assert_same_double(vtb_recorded(row, "allocs_per_op"), 0.2);
    assert_same_double(vtb_recorded(row, "bytes_per_op"), 20.8);
    assert_same_double(vtb_recorded(row, "ratio_lo"), 0.85);
    assert_same_double(vtb_recorded(row, "over_plain_ns"), -1.5);
    assert_same_double(vtb_recorded(row, "threads"), 1);
    assert_true(isnan(vtb_recorded(row, "frees_per_op")));
    assert_true(isnan(vtb_recorded(row, "verdict")));
    assert_true(isnan(vtb_recorded(row, "caller_ns_per_op")));
    assert_true(isnan(vtb_recorded(row, "optimised_away")));
    row = &file.rows[1];
    assert_string_equal(row->name, "w/a/h");
    assert_same_double(vtb_recorded(row, "frees_per_op"), 1);
    assert_same_double(vtb_recorded(row, "bytes_per_op"), 104);
    assert_true(isnan(vtb_recorded(row, "allocs_per_op"))); /* a single round's has it */
    assert_int_equal(row->numbers_n, 2);
}

#define MEDIAN_ROW(name, members)                           \
    "{\"run_name\": \"" name                                \
    "\", \"run_type\": \"aggregate\", \"aggregate_name\": " \
    "\"median\"" members "}"
#define OF_ROWS(rows) "{\"context\": {\"fingerprint\": \"f\"}, \"benchmarks\": [" rows "]}"

/* Parses a file of one row, with some members. */
static const struct vtb_recorded_row *parse_row(const char *members)
{
    char text[1000];
    assert_true(snprintf(text, sizeof text, OF_ROWS(MEDIAN_ROW("a", "%s")), members) <
                (int)sizeof text);
    parse(text);
    assert_int_equal(file.rows_n, 1);
    return &file.rows[0];
}

static void rows_have_their_state(void **state)
{
    (void)state;
    assert_int_equal(parse_row(", \"state\": \"busy\"")->state, VTB_STATE_BUSY);
    assert_int_equal(parse_row(", \"state\": \"quiet\"")->state, VTB_STATE_QUIET);
    assert_int_equal(parse_row(", \"state\": \"any\"")->state, VTB_STATE_ANY);
    assert_int_equal(parse_row(", \"state\": 7")->state, VTB_STATE_ANY);
    assert_int_equal(parse_row("")->state, VTB_STATE_ANY);
}

static struct vtb_pooled log_ratio_of(const char *members)
{
    return vtb_recorded_log_ratio(parse_row(members));
}

static void ratios_of_sessions(void **state)
{
    (void)state;
    const struct vtb_pooled pooled = log_ratio_of(
        ", \"ratio\": 0.5, \"ratio_log_se\": 0.02, \"ratio_freedom\": 12.5, \"sessions_n\": 10");
    assert_near(pooled.mean, log(0.5), 1e-15);
    assert_near(pooled.variance, 0.0004, 1e-15);
    assert_same_double(pooled.freedom, 12.5);
    assert_int_equal(pooled.sessions_n, 10);
}

/* A ratio alone says nothing of another run; nor does a spread that no run has. */
static void ratios_of_no_sessions(void **state)
{
    (void)state;
    static const char *const without[] = {
        "",
        ", \"ratio_lo\": 0.4, \"ratio_hi\": 0.6",
        ", \"ratio_freedom\": 9, \"sessions_n\": 10",
        ", \"ratio_log_se\": 0.02, \"sessions_n\": 10",
        ", \"ratio_log_se\": 0.02, \"ratio_freedom\": 9",
        ", \"ratio_log_se\": 0.02, \"ratio_freedom\": 9, \"sessions_n\": 4",
        ", \"ratio_log_se\": 0.02, \"ratio_freedom\": 9, \"sessions_n\": 1e300",
        ", \"ratio_log_se\": 0.02, \"ratio_freedom\": 1e300, \"sessions_n\": 10",
        ", \"ratio_log_se\": 0.02, \"ratio_freedom\": 0, \"sessions_n\": 10",
        ", \"ratio_log_se\": -0.02, \"ratio_freedom\": 9, \"sessions_n\": 10",
        ", \"ratio_log_se\": 0, \"ratio_freedom\": 9, \"sessions_n\": 10",
        ", \"ratio_log_se\": 1e-300, \"ratio_freedom\": 9, \"sessions_n\": 10",
        ", \"ratio_log_se\": 1e300, \"ratio_freedom\": 9, \"sessions_n\": 10",
    };
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        char members[200];
        snprintf(members, sizeof members, ", \"ratio\": 0.5%s", without[i]);
        const struct vtb_pooled pooled = log_ratio_of(members);
        assert_near(pooled.mean, log(0.5), 1e-15);
        assert_true(isnan(pooled.variance) && isnan(pooled.freedom));
        assert_int_equal(pooled.sessions_n, 0);
    }
    const struct vtb_pooled of_none = log_ratio_of(
        ", \"ratio\": 0, \"ratio_log_se\": 0.02, \"ratio_freedom\": 9, \"sessions_n\": 10");
    assert_true(isnan(of_none.mean) && isnan(of_none.variance));
}

static void rows_are_found_by_name(void **state)
{
    (void)state;
    parse(sample);
    assert_ptr_equal(vtb_result_file_find(&file, "w/b/h"), &file.rows[0]);
    assert_ptr_equal(vtb_result_file_find(&file, "w/a/h"), &file.rows[1]);
    assert_null(vtb_result_file_find(&file, "w/c/h"));
    assert_null(vtb_result_file_find(&file, ""));
    assert_null(vtb_result_file_find(&file, "w/b/h_median"));
}

static void context_is_read(void **state)
{
    (void)state;
    parse(sample);
    assert_string_equal(file.path, "F");
    assert_string_equal(vtb_recorded_fact(&file, "compiler"), "GNU 12.2.0");
    assert_string_equal(vtb_recorded_fact(&file, "fingerprint"),
                        "GNU 12.2.0; -O2; glibc 2.36; x86_64");
    assert_string_equal(vtb_recorded_fact(&file, "valgrind"), "unknown");
    assert_string_equal(vtb_recorded_fact(&file, "num_cpus"), "2");
    assert_string_equal(vtb_recorded_fact(&file, "caches"), "[]");
    assert_string_equal(vtb_recorded_fact(&file, "confidence"), "unknown"); /* kept as a number */
    assert_int_equal(file.facts_n, 7);
    assert_same_double(file.confidence, 0.99);
    assert_true(file.interrupted);
}

static void options_are_read_in_order(void **state)
{
    (void)state;
    parse(sample);
    assert_int_equal(file.options_n, 3);
    assert_string_equal(file.options[0].key, "hit-rate");
    assert_string_equal(file.options[1].key, "calls");
    assert_string_equal(file.options[2].key, "heap");
    assert_string_equal(file.options[1].value, "1e6");
    assert_string_equal(vtb_recorded_option(&file, "heap"), "glibc");
    assert_null(vtb_recorded_option(&file, "seed"));
}

static void what_is_absent_is_not_known(void **state)
{
    (void)state;
    parse(FILE_OF(COUNTS("a", "")));
    assert_true(isnan(file.confidence));
    assert_false(file.interrupted);
    assert_int_equal(file.options_n, 0);
    assert_null(vtb_recorded_option(&file, "heap"));
    assert_int_equal(file.rows[0].numbers_n, 0);
}

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NO_DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeF"
#define SOURCE(name, path, digest) \
    "{\"name\": \"" name "\", \"path\": \"" path "\", \"sha256\": \"" digest "\"}"
#define FILE_WITH(members) \
    "{\"context\": {\"fingerprint\": \"f\", " members "}, \"benchmarks\": [" COUNTS("a", "") "]}"

/* Each source is a fact of its name, in whichever list it stands. */
static void sources_are_facts(void **state)
{
    (void)state;
    parse(FILE_WITH("\"strategies\": [" SOURCE("mine", "./mine.c", DIGEST) ", " SOURCE(
        "other", "/a b/\xc3\xbc.cc", "unknown") "], \"workloads\": [" SOURCE("w", "w.h",
                                                                             DIGEST) "]"));
    assert_int_equal(file.facts_n, 4);
    assert_string_equal(vtb_recorded_fact(&file, "source of mine"), "./mine.c, sha256 " DIGEST);
    assert_string_equal(vtb_recorded_fact(&file, "source of other"),
                        "/a b/\xc3\xbc.cc, sha256 unknown");
    assert_string_equal(vtb_recorded_fact(&file, "source of w"), "w.h, sha256 " DIGEST);
    assert_string_equal(vtb_recorded_fact(&file, "source of x"), "unknown");
    assert_string_equal(vtb_source_digest(vtb_recorded_fact(&file, "source of w")), DIGEST);
    parse(FILE_WITH("\"strategies\": [], \"workloads\": []"));
    assert_int_equal(file.facts_n, 1);
}

/* The end of a path tells it from others; it is not cut off within a character. */
static void sources_of_long_paths(void **state)
{
    (void)state;
    for (size_t letters_n = 0; letters_n < 8; letters_n++) {
        char path[600] = "";
        char text[1200];
        for (size_t i = 0; i < 100; i++)
            strcat(path, "\xf0\x9f\x98\x80");
        for (size_t i = 0; i < letters_n; i++)
            strcat(path, "x");
        strcat(path, "/end.c");
        snprintf(text, sizeof text, FILE_WITH("\"workloads\": [" SOURCE("w", "%s", DIGEST) "]"),
                 path);
        parse(text);
        const char *fact = vtb_recorded_fact(&file, "source of w");
        assert_begins(fact, "...\xf0\x9f");
        assert_contains(fact, "/end.c, sha256 " DIGEST);
        assert_true(strlen(fact) < VTB_SOURCE_TEXT_BYTES);
    }
}

static void what_is_no_digest_of_a_source(void **state)
{
    (void)state;
    assert_null(vtb_source_digest("unknown"));
    assert_null(vtb_source_digest(""));
    assert_string_equal(vtb_source_digest("a, sha256 b, sha256 c"), "c");
}

static void sources_that_are_none(void **state)
{
    (void)state;
    refuse(FILE_WITH("\"strategies\": 1"), "line 1: 'strategies' is not a list");
    refuse(FILE_WITH("\"workloads\": {\"a\": 1}"), "line 1: 'workloads' is not a list");
    refuse(FILE_WITH("\"workloads\": \"a\""), "line 1: 'workloads' is not a list");
    refuse(FILE_WITH("\"workloads\": null"), "line 1: 'workloads' is not a list");
    refuse(FILE_WITH("\"strategies\": [1]"), "one of 'strategies' without a 'name'");
    refuse(FILE_WITH("\"strategies\": [{}]"), "one of 'strategies' without a 'name'");
    refuse(FILE_WITH("\"strategies\": [" SOURCE("", "a", DIGEST) "]"), "without a 'name'");
    refuse(FILE_WITH("\"strategies\": [" SOURCE("\xc3\xbc", "a", DIGEST) "]"), "without a 'name'");
    refuse(FILE_WITH("\"strategies\": [" SOURCE("a\\u001bb", "a", DIGEST) "]"), "without a 'name'");
    refuse(FILE_WITH("\"workloads\": [{\"name\": \"w\", \"sha256\": \"" DIGEST "\"}]"),
           "'w' of 'workloads' has no 'path'");
    refuse(FILE_WITH("\"workloads\": [{\"name\": \"w\", \"path\": \"w.h\"}]"),
           "'w' of 'workloads' has no 'sha256'");
    refuse(FILE_WITH("\"workloads\": [" SOURCE("w", "w.h", DIGEST "0") "]"), "has no 'sha256'");
    refuse(FILE_WITH("\"workloads\": [" SOURCE("w", "w.h", "") "]"), "has no 'sha256'");
    refuse(FILE_WITH("\"workloads\": [" SOURCE("w", "w.h", NO_DIGEST) "]"), "has no 'sha256'");
    refuse(FILE_WITH("\"workloads\": [" SOURCE("w", "w.h", "none") "]"), "has no 'sha256'");
}

/* A name that was cut off inside of a character must not be read on from there. */
static void sources_of_long_names(void **state)
{
    (void)state;
    char text[600];
    char name[80] = "";
    memset(name, 'a', 63);
    strcat(name, "\xf0\x9f\x98\x80");
    snprintf(text, sizeof text, FILE_WITH("\"workloads\": [" SOURCE("%s", "w.h", DIGEST) "]"),
             name);
    refuse(text, "without a 'name'");
    memset(name, 'a', 64);
    name[64] = '\0';
    snprintf(text, sizeof text, FILE_WITH("\"workloads\": [" SOURCE("%s", "w.h", DIGEST) "]"),
             name);
    parse(text);
    assert_int_equal(file.facts_n, 2);
    name[64] = 'a';
    name[65] = '\0';
    snprintf(text, sizeof text, FILE_WITH("\"workloads\": [" SOURCE("%s", "w.h", DIGEST) "]"),
             name);
    refuse(text, "without a 'name'");
}

/* There may be as many sources as other texts: both kinds share the room. */
/* What an object or a list of named parts holds is a fact a part. */
static void parts_of_the_context_are_facts(void **state)
{
    (void)state;
    parse(
        "{\"context\": {\"fingerprint\": \"f\", \"environment\": {\"kept\": {\"A\": \"1\"}}, "
        "\"libraries\": [{\"name\": \"libc\", \"version\": \"2.36\"}], \"load_avg\": [1.5], "
        "\"scaled\": false}, \"benchmarks\": [" COUNTS("a", "") "]}");
    assert_string_equal(vtb_recorded_fact(&file, "environment.kept"), "{\"A\":\"1\"}");
    assert_string_equal(vtb_recorded_fact(&file, "libraries.libc"),
                        "{\"name\":\"libc\",\"version\":\"2.36\"}");
    assert_string_equal(vtb_recorded_fact(&file, "load_avg"), "[1.5]");
    assert_string_equal(vtb_recorded_fact(&file, "scaled"), "false");
}

static void many_sources(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    fputs("{\"context\": {\"fingerprint\": \"f\", \"strategies\": [", out);
    for (size_t i = 0; i < 1100; i++)
        fprintf(out, "%s" SOURCE("s%zu", "a.c", DIGEST), i > 0 ? ", " : "", i);
    fputs("]}, \"benchmarks\": []}", out);
    assert_int_equal(fclose(out), 0);
    refuse(text, "has more than 1024 members");
    free(text);
}

/* Rows come before the context, and other things beside both. */
static void order_does_not_matter(void **state)
{
    (void)state;
    parse(" {\"x\": [1, {\"y\": null}], \"benchmarks\":\t[" COUNTS("b", "") ",\n" COUNTS(
        "a", "") "], \"z\": \"}\", " CONTEXT "}\r\n ");
    assert_int_equal(file.rows_n, 2);
    assert_string_equal(file.rows[0].name, "b");
}

static void numbers_have_every_form(void **state)
{
    (void)state;
    parse(FILE_OF(COUNTS("a",
                         ", \"x\": 123456789012345678901234567890, \"y\": 1e300, \"z\": -0.0, "
                         "\"v\": -7, \"allocs_per_op\": 0")));
    assert_same_double(vtb_recorded(&file.rows[0], "x"), 123456789012345678901234567890.0);
    assert_same_double(vtb_recorded(&file.rows[0], "y"), 1e300);
    assert_same_double(vtb_recorded(&file.rows[0], "z"), 0);
    assert_same_double(vtb_recorded(&file.rows[0], "v"), -7);
    assert_same_double(vtb_recorded(&file.rows[0], "allocs_per_op"), 0);
}

static void many_rows_are_read(void **state)
{
    (void)state;
    const size_t rows_n = 1000;
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    fputs("{" CONTEXT ", \"benchmarks\": [", out);
    for (size_t i = 0; i < rows_n; i++)
        fprintf(out, "%s{\"run_name\":\"r%zu\",\"run_type\":\"counts\",\"k%zu\":%zu}",
                i > 0 ? ",\n" : "", i * 7919 % rows_n, i % 100, i);
    fputs("]}", out);
    fclose(out);
    parse(text);
    free(text);
    assert_int_equal(file.rows_n, rows_n);
    assert_int_equal(file.keys_n, 100);
    for (size_t i = 0; i < rows_n; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%zu", i % 100);
        assert_ptr_equal(vtb_result_file_find(&file, file.rows[i].name), &file.rows[i]);
        assert_same_double(vtb_recorded(&file.rows[i], key), (double)i);
    }
}

static void control_characters_are_replaced(void **state)
{
    (void)state;
    parse(
        "{\"context\": {\"fingerprint\": \"a\\u001b[2Jb\\u007f\\u009b\\n\\u202e\\u2066.\", "
        "\"c\\nd\": \"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"}, \"benchmarks\": [" COUNTS("a",
                                                                                         "") "]}");
    assert_string_equal(vtb_recorded_fact(&file, "fingerprint"),
                        "a\\x1b[2Jb\\x7f\\xc2\\x9b\\n\\xe2\\x80\\xae\\xe2\\x81\\xa6.");
    assert_string_equal(vtb_recorded_fact(&file, "c\\nd"), "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
}

static void a_file_is_freed_twice(void **state)
{
    (void)state;
    parse(sample);
    vtb_result_file_free(&file);
    assert_empty();
    vtb_result_file_free(&file);
}

/* --- what is no JSON --- */

static void emptiness_is_refused(void **state)
{
    (void)state;
    refuse("", "it is empty");
    refuse(" \n\t\r\n", "it is empty");
    assert_false(vtb_result_file_parse(&file, "F", NULL, 0, VTB_EXIT_BASELINE, &error));
    assert_refused_as("'F' is not a result file: ", "it is empty");
}

static void garbage_is_refused(void **state)
{
    (void)state;
    refuse("name,ratio\na,1\n", "JSON error at line 1: '{' expected;");
    refuse("\n\n[1]", "JSON error at line 3: '{' expected;");
    refuse("\xef\xbb\xbf{}", "JSON error at line 1: '{' expected;");
    refuse("{1: 2}", "JSON error at line 1: a key in quotes expected");
    refuse("{\"a\" 2}", "JSON error at line 1: ':' expected;");
    refuse("{\"a\": 2,\n\"b\": }", "JSON error at line 2: ");
    refuse("{\"a\": 2,}", "JSON error at line 1: ");
    refuse("{\"a\": {\"b\":\n\n!}}", "JSON error at line 3: ");
    refuse("{\"a\": 1} {}", "JSON error at line 1: something follows");
    refuse("{\"a\": tru}", "JSON error at line 1: ");
    refuse("{\"a\": 'b'}", "JSON error at line 1: ");
    refuse(FILE_OF(COUNTS("a", "") COUNTS("b", "")), "JSON error at line 1: ']' expected;");
    refuse(FILE_OF(COUNTS("a", "") ","), "JSON error at line 1: ");
}

/* A file that ends too early is refused wherever it ends, and nothing behind it is read. */
static void truncation_is_refused(void **state)
{
    (void)state;
    const size_t n = strlen(sample) - 2; /* the last brace and the end of its line */
    for (size_t i = 1; i <= n; i++)
        refuse_bytes(sample, i, "JSON error at line ");
    refuse_bytes(sample, n, "'}' expected, but the file ends");
}

/* A file that is not quite that is refused or read, whatever the byte is. */
static void any_byte_may_be_wrong(void **state)
{
    (void)state;
    static const char wrong[] = {'\0', '"', ']', ',', '\x80'};
    char text[sizeof sample];
    for (size_t i = 0; i < strlen(sample); i++) {
        for (size_t j = 0; j < sizeof wrong; j++) {
            memcpy(text, sample, sizeof sample);
            text[i] = wrong[j];
            if (!parse_bytes(text, strlen(sample)))
                assert_refused_as("'F' is not a result file: ", "; make one");
        }
    }
}

static void numbers_are_finite(void **state)
{
    (void)state;
    static const char *const words[] = {"NaN",    "nan",  "Infinity", "-Infinity", "inf", "1e999",
                                        "-1e999", "0x10", "1.",       "01",        "+1"};
    char text[400];
    char digits[2000];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        snprintf(text, sizeof text, FILE_OF(COUNTS("a", ", \"bytes_per_op\": %s")), words[i]);
        refuse(text, "JSON error at line 1: ");
    }
    memset(digits, '9', sizeof digits);
    char *long_text = NULL;
    assert_true(asprintf(&long_text, FILE_OF(COUNTS("a", ", \"x\": %.*s")), 1999, digits) > 0);
    refuse(long_text, "JSON error at line 1: ");
    free(long_text);
}

static void texts_are_utf_8(void **state)
{
    (void)state;
    refuse("{\"context\": {\"fingerprint\": \"\xff\"}}", "JSON error at line 1: ");
    refuse("{\"context\": {\"fingerprint\": \"\xc3\"}}", "JSON error at line 1: ");
    refuse("{\"context\": {\"fingerprint\": \"\\ud800\"}}", "JSON error at line 1: ");
    refuse("{\"context\": {\"fingerprint\": \"a\\u0000b\"}}", "JSON error at line 1: ");
    refuse("{\"context\": {\"fingerprint\": \"a\x01\"}}", "JSON error at line 1: ");
    refuse_bytes("{\"a\": \"\0\"}", 10, "JSON error at line 1: ");
}

/* A file of `prefix`, n times `part`, and `suffix`. */
static void refuse_repeated(const char *prefix, const char *part, size_t n, const char *suffix,
                            const char *reason)
{
    char *text = NULL;
    size_t text_bytes;
    FILE *out = open_memstream(&text, &text_bytes);
    assert_non_null(out);
    fputs(prefix, out);
    for (size_t i = 0; i < n; i++)
        fputs(part, out);
    fputs(suffix, out);
    fclose(out);
    refuse_bytes(text, text_bytes, reason);
    free(text);
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    refuse_repeated("{\"x\": ", "[", 100000, "", "JSON error at line 1: maximum parsing depth");
    refuse_repeated("{\"context\": ", "{\"a\":", 100000, "", "JSON error at line 1: maximum");
    refuse_repeated("", "[", 100000, "", "'{' expected");
    refuse_repeated("", "{\"benchmarks\":", 100000, "", "'[' expected");
    refuse_repeated("{\"benchmarks\": ", "[", 100000, "", "JSON error at line 1: maximum");
}

static void values_are_bounded(void **state)
{
    (void)state;
    refuse_repeated("{\"context\": {\"a\": \"", "0123456789", 200000, "\"}}",
                    "line 1: a value of more than 1024 KiB");
    refuse_repeated("{\n\"x\": [", "{},", 1000000, "{}]}", "line 2: a value of more than 1024 KiB");
    refuse_repeated("{\"benchmarks\": [\n\n{\"run_name\": \"", "0123456789", 1000000, "\"}]}",
                    "line 3: a value of more than 1024 KiB");
    refuse_repeated("{\"", "0123456789", 200000, "\": 1}", "a value of more than 1024 KiB");
}

/* --- what is JSON, but no result file --- */

static void duplicates_are_refused(void **state)
{
    (void)state;
    refuse("{" CONTEXT ", " CONTEXT ", \"benchmarks\": []}", "it has 'context' twice");
    refuse("{" CONTEXT ", \"benchmarks\": [], \"benchmarks\": []}", "it has 'benchmarks' twice");
    refuse("{\"context\": {\"fingerprint\": \"a\", \"fingerprint\": \"b\"}}", "duplicate");
    refuse(FILE_OF(COUNTS("a", ", \"x\": 1, \"x\": 2")), "duplicate");
    refuse(FILE_OF(COUNTS("a", "") "," COUNTS("b", "") "," COUNTS("a", "")),
           "it has two rows of the name 'a'");
    refuse(FILE_OF(COUNTS("a", "") "," MEDIAN("a", "")), "it has two rows of the name 'a'");
}

static void a_context_is_needed(void **state)
{
    (void)state;
    refuse("{}", "it has no 'context'");
    refuse("{\"benchmarks\": [" COUNTS("a", "") "]}", "it has no 'context'");
    refuse("{\"context\": 1}", "'context' is not an object");
    refuse("{\"context\": {}}", "its context has no 'fingerprint'");
    refuse("{\"context\": {\"fingerprint\": 1}}", "its context has no 'fingerprint'");
    refuse("{\"context\": {\"fingerprint\": \"\"}}", "its context has no 'fingerprint'");
}

#define CONTEXT_WITH(members) "{\"context\": {\"fingerprint\": \"f\", " members "}}"

static void a_context_has_its_types(void **state)
{
    (void)state;
    refuse(CONTEXT_WITH("\"interrupted\": 0"), "'interrupted' is neither true nor false");
    refuse(CONTEXT_WITH("\"confidence\": \"0.99\""), "'confidence' is not a number between");
    refuse(CONTEXT_WITH("\"confidence\": 1"), "'confidence' is not a number between");
    refuse(CONTEXT_WITH("\"confidence\": 0"), "'confidence' is not a number between");
    refuse(CONTEXT_WITH("\"confidence\": null"), "'confidence' is not a number between");
    refuse(CONTEXT_WITH("\"options\": []"), "'options' is not an object");
    refuse(CONTEXT_WITH("\"options\": {\"a\": 1}"), "option 'a' is not a text");
    refuse(CONTEXT_WITH("\"options\": {\"a\": \"\\u001b\"}"), "option 'a' holds control");
    refuse(CONTEXT_WITH("\"options\": {\"\": \"\"}"), "a name that is none of an option");
    refuse(CONTEXT_WITH("\"options\": {\"--a\": \"\"}"), "a name that is none of an option");
    refuse(CONTEXT_WITH("\"options\": {\"a b\": \"\"}"), "a name that is none of an option");
    refuse(CONTEXT_WITH("\"options\": {\"\\u00e4\": \"\"}"), "a name that is none of an option");
}

static void a_context_is_bounded(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    fputs("{\"context\": {\"fingerprint\": \"f\"", out);
    for (int i = 0; i < 1100; i++)
        fprintf(out, ", \"a%d\": \"\"", i);
    fputs("}}", out);
    fclose(out);
    refuse(text, "has more than 1024 members");
    free(text);
}

static void rows_are_needed(void **state)
{
    (void)state;
    refuse("{" CONTEXT "}", "it has no 'benchmarks'");
    refuse("{" CONTEXT ", \"benchmarks\": {}}", "'[' expected");
    refuse("{" CONTEXT ", \"benchmarks\": null}", "'[' expected");
    refuse(FILE_OF(""), "it holds no results");
    refuse(FILE_OF("{\"run_name\": \"a\", \"run_type\": \"iteration\"}"), "it holds no results");
    refuse(FILE_OF("1"), "a row that is not an object");
    refuse("{" CONTEXT ",\n\"benchmarks\": [\n[]\n]}", "line 3: a row that is not an object");
    refuse(FILE_OF("{}"), "a row without a 'run_type'");
    refuse(FILE_OF("{\"run_type\": 1}"), "a row without a 'run_type'");
}

static void rows_have_names(void **state)
{
    (void)state;
    refuse(FILE_OF("{\"run_type\": \"counts\"}"), "a row without a 'run_name'");
    refuse(FILE_OF("{\"run_type\": \"counts\", \"run_name\": 1}"), "a row without a 'run_name'");
    refuse(FILE_OF(COUNTS("", "")), "a row without a 'run_name'");
    refuse(FILE_OF(COUNTS("a\\u001b[31m", "")), "not printable ASCII");
    refuse(FILE_OF(COUNTS("a\\n", "")), "not printable ASCII");
    refuse(FILE_OF(COUNTS("\xc3\xa4", "")), "not printable ASCII");
    char name[600];
    char text[1000];
    memset(name, 'x', sizeof name);
    snprintf(text, sizeof text, FILE_OF(COUNTS("%.*s", "")), 511, name);
    parse(text);
    snprintf(text, sizeof text, FILE_OF(COUNTS("%.*s", "")), 512, name);
    refuse(text, "a name of 512 bytes; accepted: up to 511");
}

static void known_figures_are_numbers(void **state)
{
    (void)state;
    refuse(FILE_OF(COUNTS("a", ", \"allocs_per_op\": \"1\"")), "'allocs_per_op' is not a number");
    refuse(FILE_OF(COUNTS("a", ", \"gen2_per_kop\": null")), "'gen2_per_kop' is not a number");
    refuse(FILE_OF(COUNTS("a", ", \"ratio_hi\": [1]")), "'ratio_hi' is not a number");
    refuse(FILE_OF(COUNTS("a", ", \"ns_per_op\": true")), "'ns_per_op' is not a number");
    refuse(FILE_OF(COUNTS("a", ", \"gen0_budget_bytes\": {}")), "is not a number");
    refuse(FILE_OF(COUNTS("a", ", \"usable_bytes_per_op\": {}")), "is not a number");
    parse(FILE_OF(COUNTS("a", ", \"of_later_versions\": {\"x\": 1}")));
}

static void counts_are_not_negative(void **state)
{
    (void)state;
    refuse("{" CONTEXT ", \"benchmarks\": [\n" COUNTS("a", ", \"allocs_per_op\": -1") "]}",
           "line 2: 'allocs_per_op' is -1, less than 0");
    refuse(FILE_OF(COUNTS("a", ", \"peak_live_bytes\": -1e-9")), "'peak_live_bytes' is -1e-09");
    refuse(FILE_OF(COUNTS("a", ", \"gen1_per_kop\": -5")), "'gen1_per_kop' is -5");
    refuse(FILE_OF(COUNTS("a", ", \"ratio\": -5")), "'ratio' is -5");
}

static void medians_are_in_their_intervals(void **state)
{
    (void)state;
    refuse(FILE_OF(MEDIAN("a", ", \"ratio\": 1, \"ratio_lo\": 1.1, \"ratio_hi\": 1.2")),
           "'ratio' is not within its interval");
    refuse(FILE_OF(MEDIAN("a", ", \"ratio\": 1.3, \"ratio_lo\": 1.1, \"ratio_hi\": 1.2")),
           "'ratio' is not within its interval");
    refuse(FILE_OF(MEDIAN("a", ", \"ns_per_op\": 1, \"ns_per_op_lo\": 2")),
           "'ns_per_op' is not within its interval");
    parse(FILE_OF(MEDIAN("a", ", \"ratio\": 1, \"ratio_lo\": 1, \"ratio_hi\": 1")));
    parse(FILE_OF(MEDIAN("a", ", \"ratio\": 1")));
}

/* n numbers in each of n rows, with keys of their own or the same for all. */
static char *rows_of(size_t rows_n, size_t numbers_n, bool own_keys)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    fputs("{" CONTEXT ", \"benchmarks\": [", out);
    for (size_t row = 0; row < rows_n; row++) {
        fprintf(out, "%s{\"run_name\": \"r%zu\", \"run_type\": \"counts\"", row > 0 ? "," : "",
                row);
        for (size_t i = 0; i < numbers_n; i++)
            fprintf(out, ", \"k%zu\": %zu", own_keys ? row * numbers_n + i : i, i);
        fputc('}', out);
    }
    fputs("]}", out);
    fclose(out);
    return text;
}

static void numbers_are_bounded(void **state)
{
    (void)state;
    const struct {
        size_t rows_n;
        size_t numbers_n;
        bool own_keys;
        const char *reason; /* null: it is read */
    } files[] = {
        {1, 128, true, NULL},  {1, 129, true, "a row of more than 128 numbers"},
        {2, 128, true, NULL},  {3, 100, true, "rows with more than 256 different keys"},
        {9, 128, false, NULL},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *text = rows_of(files[i].rows_n, files[i].numbers_n, files[i].own_keys);
        if (files[i].reason)
            refuse(text, files[i].reason);
        else
            parse(text);
        free(text);
    }
    refuse(FILE_OF(COUNTS("a", ", \"\\u001b\": 1")), "a key that is no word of ASCII");
    refuse(FILE_OF(COUNTS("a",
                          ", \"0123456789012345678901234567890123456789012345678901234567890"
                          "1234\": 1")),
           "or has more than 64 bytes");
}

/* Nothing of the file gets into the message but as printable ASCII. */
static void messages_are_plain(void **state)
{
    (void)state;
    refuse("{\"\x1b[2J\xc2\x9b\": ", "JSON error");
    for (const char *c = error.message; *c; c++)
        assert_true(*c >= 0x20 && *c < 0x7f);
    refuse("{\"a\": {\"b\": 1 \"\xc2\x9b\"}}", "JSON error at line 1: '}' expected near");
    for (const char *c = error.message; *c; c++)
        assert_true(*c >= 0x20 && *c < 0x7f);
}

static void paths_are_kept_without_control_characters(void **state)
{
    (void)state;
    assert_true(vtb_result_file_parse(&file, "a\n\x1b\x7f\xff/b", sample, strlen(sample),
                                      VTB_EXIT_BASELINE, &error));
    assert_string_equal(file.path, "a\\n\\x1b\\x7f\\xff/b");
}

static void the_exit_code_is_the_callers(void **state)
{
    (void)state;
    assert_false(vtb_result_file_parse(&file, "F", "x", 1, VTB_EXIT_USAGE, &error));
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
    assert_false(vtb_result_file_read(&file, "/", VTB_EXIT_USAGE, &error));
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
}

/* --- files --- */

static void a_file_is_read(void **state)
{
    (void)state;
    const char *path = put_file("file", sample);
    assert_true(read_file(path));
    assert_int_equal(file.rows_n, 2);
    assert_string_equal(file.path, path);
}

static void a_link_to_a_file_is_read(void **state)
{
    (void)state;
    put_file("file", sample);
    assert_int_equal(symlink("file", in_directory("link")), 0);
    assert_true(read_file(in_directory("link")));
    assert_int_equal(unlink(in_directory("link")), 0);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    refuse_file(in_directory("none"), "cannot be read: No such file or directory;");
    refuse_file("", "cannot be read: No such file or directory;");
    refuse_file(directory, "cannot be read: it is a directory;");
    refuse_file("/dev/null", "cannot be read: it is neither a file nor a pipe;");
    refuse_file("/dev/zero", "cannot be read: it is neither a file nor a pipe;");
    refuse_file("/dev/fd/999999", "cannot be read: Bad file descriptor;");
    refuse_file("/dev/fd/", "cannot be read: it is a directory;");
    refuse_file("/dev/fd/1x", "cannot be read: No such file or directory;");
}

/* What can be read but once, and neither sought in nor opened a second time. */
static void a_pipe_is_read(void **state)
{
    static const char *const forms[] = {"/dev/fd/%d", "/proc/self/fd/%d"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        int ends[2];
        char path[64];
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], sample, strlen(sample)), strlen(sample));
        close(ends[1]);
        snprintf(path, sizeof path, forms[i], ends[0]);
        assert_true(read_file(path));
        assert_int_equal(file.rows_n, 2);
        refuse_file(path, "it is empty;");
        close(ends[0]);
    }
}

static void standard_input_is_read(void **state)
{
    static const char *const paths[] = {"-", "/dev/stdin"};
    (void)state;
    const int before = dup(STDIN_FILENO);
    for (size_t i = 0; i < 2; i++) {
        int ends[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0); /* it cannot be opened */
        assert_int_equal(write(ends[1], sample, strlen(sample)), strlen(sample));
        close(ends[1]);
        assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
        close(ends[0]);
        assert_true(read_file(paths[i]));
        assert_int_equal(file.rows_n, 2);
    }
    assert_int_equal(dup2(before, STDIN_FILENO), STDIN_FILENO);
    close(before);
}

/* Its writer may come later than its reader; one who never comes is not waited for. */
static void a_named_pipe_is_read(void **state)
{
    (void)state;
    const char *path = in_directory("file");
    assert_int_equal(mkfifo(path, 0600), 0);
    const pid_t writer = fork();
    if (writer == 0) {
        const int out = open(path, O_WRONLY);
        _exit(write(out, sample, strlen(sample)) != (ssize_t)strlen(sample));
    }
    assert_true(read_file(path));
    assert_int_equal(file.rows_n, 2);
    assert_int_equal(waitpid(writer, NULL, 0), writer);
    refuse_file(path, "cannot be read: nobody writes to this pipe;");
}

static void paths_may_be_impossible(void **state)
{
    (void)state;
    char path[9000];
    put_file("file", sample);
    refuse_file(in_directory("file/x"), "cannot be read: Not a directory;");
    assert_int_equal(symlink("link", in_directory("link")), 0);
    refuse_file(in_directory("link"), "cannot be read: Too many levels of symbolic links;");
    assert_int_equal(unlink(in_directory("link")), 0);
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    refuse_file(path, "cannot be read: File name too long;");
    refuse_file("a\nb\x1b[2J", "'a\\nb\\x1b[2J' cannot be read: No such file or directory;");
}

static void a_file_may_be_forbidden(void **state)
{
    (void)state;
    assert_int_equal(chmod(put_file("file", sample), 0), 0);
    if (access(in_directory("file"), R_OK) == 0)
        skip(); /* nothing is, to root and who has its capabilities */
    refuse_file(in_directory("file"), "cannot be read: Permission denied;");
}

/* Nothing of it is read: it would take seconds, and memory that may not be there. */
static void a_large_file_is_refused(void **state)
{
    (void)state;
    const off_t sizes[] = {(off_t)VTB_RESULT_FILE_BYTES_MAX + 1, (off_t)1 << 30, (off_t)1 << 40};
    put_file("file", sample);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (truncate(in_directory("file"), sizes[i]) != 0)
            continue; /* no file of that size can be here */
        refuse_file(in_directory("file"), "it is too large; a result file has at most 256 MiB;");
    }
}

/* Such a file has no size before it is read. */
static void a_file_of_the_system_is_read(void **state)
{
    (void)state;
    if (access("/proc/self/maps", R_OK) != 0)
        skip();
    refuse_file("/proc/self/maps", "JSON error at line 1: '{' expected;");
}

static void a_file_may_be_bad(void **state)
{
    (void)state;
    refuse_file(put_file("file", ""), "is not a result file: it is empty;");
    refuse_file(put_file("file", "{"), "is not a result file: JSON error at line 1: ");
    refuse_file(put_file("file", FILE_OF("")), "is not a result file: it holds no results");
}

static size_t open_files_n(void)
{
    size_t n = 0;
    for (int i = 0; i < 256; i++)
        n += fcntl(i, F_GETFD) != -1;
    return n;
}

static void files_are_closed(void **state)
{
    (void)state;
    const size_t before = open_files_n();
    assert_true(read_file(put_file("file", sample)));
    refuse_file(put_file("file", "{"), "JSON error");
    assert_int_equal(truncate(in_directory("file"), (off_t)1 << 30), 0);
    refuse_file(in_directory("file"), "too large");
    assert_int_equal(open_files_n(), before);
}

#define IN_MEMORY(function) cmocka_unit_test_teardown(function, release)
#define IN_DIRECTORY(function) \
    cmocka_unit_test_setup_teardown(function, make_directory, remove_file_and_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_MEMORY(rows_have_their_numbers),
        IN_MEMORY(rows_have_their_state),
        IN_MEMORY(ratios_of_sessions),
        IN_MEMORY(ratios_of_no_sessions),
        IN_MEMORY(rows_are_found_by_name),
        IN_MEMORY(context_is_read),
        IN_MEMORY(options_are_read_in_order),
        IN_MEMORY(what_is_absent_is_not_known),
        IN_MEMORY(sources_are_facts),
        IN_MEMORY(sources_of_long_paths),
        IN_MEMORY(what_is_no_digest_of_a_source),
        IN_MEMORY(sources_that_are_none),
        IN_MEMORY(sources_of_long_names),
        IN_MEMORY(parts_of_the_context_are_facts),
        IN_MEMORY(many_sources),
        IN_MEMORY(order_does_not_matter),
        IN_MEMORY(numbers_have_every_form),
        IN_MEMORY(many_rows_are_read),
        IN_MEMORY(control_characters_are_replaced),
        IN_MEMORY(a_file_is_freed_twice),
        IN_MEMORY(emptiness_is_refused),
        IN_MEMORY(garbage_is_refused),
        IN_MEMORY(truncation_is_refused),
        IN_MEMORY(any_byte_may_be_wrong),
        IN_MEMORY(numbers_are_finite),
        IN_MEMORY(texts_are_utf_8),
        IN_MEMORY(nesting_is_bounded),
        IN_MEMORY(values_are_bounded),
        IN_MEMORY(duplicates_are_refused),
        IN_MEMORY(a_context_is_needed),
        IN_MEMORY(a_context_has_its_types),
        IN_MEMORY(a_context_is_bounded),
        IN_MEMORY(rows_are_needed),
        IN_MEMORY(rows_have_names),
        IN_MEMORY(known_figures_are_numbers),
        IN_MEMORY(counts_are_not_negative),
        IN_MEMORY(medians_are_in_their_intervals),
        IN_MEMORY(numbers_are_bounded),
        IN_MEMORY(messages_are_plain),
        IN_MEMORY(paths_are_kept_without_control_characters),
        IN_MEMORY(the_exit_code_is_the_callers),
        IN_DIRECTORY(a_file_is_read),
        IN_DIRECTORY(a_link_to_a_file_is_read),
        IN_DIRECTORY(what_is_no_file_is_refused),
        IN_DIRECTORY(a_pipe_is_read),
        IN_DIRECTORY(standard_input_is_read),
        IN_DIRECTORY(a_named_pipe_is_read),
        IN_DIRECTORY(paths_may_be_impossible),
        IN_DIRECTORY(a_file_may_be_forbidden),
        IN_DIRECTORY(a_large_file_is_refused),
        IN_DIRECTORY(a_file_of_the_system_is_read),
        IN_DIRECTORY(a_file_may_be_bad),
        IN_DIRECTORY(files_are_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
