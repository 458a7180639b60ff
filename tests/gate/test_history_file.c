#include "check.h"
#include "directory.h"
#include "written.h"

#include <signal.h>
#include <sys/resource.h>

#include "gate/history_file.h"

static struct vtb_history history;

static int end_history(void **state)
{
    (void)state;
    vtb_history_free(&history);
    return 0;
}

/* --- files --- */

#define RESULT                                                                                     \
    "{\"context\": {\"date\": \"2026-01-02T03:04:05+0000\", \"fingerprint\": \"gcc; rule 1; x\", " \
    "\"git_revision\": \"abc\", \"host_name\": \"h\", \"cpu_model\": \"P\", \"isa\": \"i\", "      \
    "\"seed\": 1, \"version\": \"1.0\"%s},\n\"benchmarks\": [\n"                                   \
    "{\"run_name\": \"cache/base/glibc/k:1\", \"run_type\": \"aggregate\", "                       \
    "\"aggregate_name\": \"median\", \"ratio\": 1, \"ratio_lo\": 1, \"ratio_hi\": 1},\n"           \
    "{\"run_name\": \"cache/quick/glibc/k:1\", \"run_type\": \"aggregate\", "                      \
    "\"aggregate_name\": \"median\", \"state\": \"busy\", \"bytes_per_op\": 8, "                   \
    "\"ns_per_op\": 12.5, \"ratio\": 0.5, \"ratio_lo\": 0.4, \"ratio_hi\": 0.6}]}\n"

#define LINE_OF(day) "{\"history\":1,\"date\":\"2026-01-" day "\",\"rows\":{}}\n"
#define LINE LINE_OF("02")

static const char *result_text(const char *more)
{
    static char text[2000];
    snprintf(text, sizeof text, RESULT, more);
    return text;
}

static const char *write_file(const char *name, const char *text)
{
    const char *path = in_directory(name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void assert_content(const char *path, const char *expected)
{
    char text[4000];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    const size_t n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
}

/* --- adding --- */

static void a_line_has_what_a_history_needs(void **state)
{
    (void)state;
    struct vtb_result_file file;
    struct vtb_error error;
    const char *text = result_text("");
    assert_true(vtb_result_file_parse(&file, "f", text, strlen(text), VTB_EXIT_USAGE, &error));
    json_t *line = vtb_history_line(&file);
    char *found = json_dumps(line, JSON_COMPACT);
    assert_string_equal(
        found,
        "{\"history\":1,\"date\":\"2026-01-02T03:04:05+0000\",\"revision\":\"abc\","
        "\"version\":\"1.0\",\"host\":\"h\",\"cpu\":\"P\",\"toolchain\":\"gcc; rule 1; x\","
        "\"isa\":\"i\",\"seed\":\"1\",\"baseline\":\"base\",\"rows\":{"
        "\"cache/base/glibc/k:1\":{\"ratio\":1.0,\"ratio_lo\":1.0,\"ratio_hi\":1.0},"
        "\"cache/quick/glibc/k:1\":{\"bytes_per_op\":8.0,\"ratio\":0.5,"
        "\"ratio_lo\":0.40000000000000002,\"ratio_hi\":0.59999999999999998,"
        "\"state\":\"busy\"}}}");
    free(found);
    json_decref(line);
    vtb_result_file_free(&file);
}

/* Of the empty loop a ratio says nothing; its counts stay. */
static void the_empty_loop_has_no_ratio(void **state)
{
    (void)state;
    struct vtb_result_file file;
    struct vtb_error error;
    const char *text = result_text(", \"roles\": {\"quick\": \"empty\"}");
    assert_true(vtb_result_file_parse(&file, "f", text, strlen(text), VTB_EXIT_USAGE, &error));
    json_t *line = vtb_history_line(&file);
    json_t *rows = json_object_get(line, "rows");
    json_t *row = json_object_get(rows, "cache/quick/glibc/k:1");
    assert_null(json_object_get(row, "ratio"));
    assert_null(json_object_get(row, "ratio_lo"));
    assert_non_null(json_object_get(row, "bytes_per_op"));
    assert_non_null(json_object_get(json_object_get(rows, "cache/base/glibc/k:1"), "ratio"));
    json_decref(line);
    vtb_result_file_free(&file);
}

/* Whatever else it is, .NET 11 is not .NET 10; and when it collects is not ours to say exactly. */
static void a_guest_s_row_has_its_version(void **state)
{
    (void)state;
    static const char text[] =
        "{\"context\": {\"fingerprint\": \"x\", \"guests\": {\"dotnet\": \"SDK "
        "10\"}},\n\"benchmarks\": [\n"
        "{\"run_name\": \"cache/quick/dotnet/k:1\", \"run_type\": \"aggregate\", "
        "\"aggregate_name\": \"median\", \"bytes_per_op\": 8, \"gen0_per_kop\": 0.5}]}\n";
    struct vtb_result_file file;
    struct vtb_error error;
    assert_true(vtb_result_file_parse(&file, "f", text, strlen(text), VTB_EXIT_USAGE, &error));
    json_t *line = vtb_history_line(&file);
    json_t *row = json_object_get(json_object_get(line, "rows"), "cache/quick/dotnet/k:1");
    assert_string_equal(json_string_value(json_object_get(row, "guest")), "SDK 10");
    assert_non_null(json_object_get(row, "bytes_per_op"));
    assert_null(json_object_get(row, "gen0_per_kop"));
    json_decref(line);
    vtb_result_file_free(&file);
}

static void lines_are_added(void **state)
{
    (void)state;
    struct vtb_error error;
    const char *path = in_directory("new.jsonl");
    assert_true(vtb_history_check(path, &error));
    assert_int_not_equal(access(path, F_OK), 0); /* a check makes nothing */
    assert_true(vtb_history_append_lines(path, LINE, strlen(LINE), &error));
    assert_true(vtb_history_append_lines(path, LINE, strlen(LINE), &error));
    assert_content(path, LINE LINE);
    assert_true(vtb_history_check(path, &error));
}

static void what_a_crash_left_stays_a_line_of_its_own(void **state)
{
    (void)state;
    struct vtb_error error;
    const char *path = write_file("torn.jsonl", LINE "{\"history\":1,\"da");
    assert_true(vtb_history_append_lines(path, LINE, strlen(LINE), &error));
    assert_content(path, LINE "{\"history\":1,\"da\n" LINE);
}

static void what_is_no_history_is_not_added_to(void **state)
{
    (void)state;
    struct vtb_error error;
    assert_false(vtb_history_check(write_file("result.json", result_text("")), &error));
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
    assert_contains(error.message, "is no history");
    assert_false(vtb_history_check(write_file("short", "{"), &error));
    assert_true(vtb_history_check(write_file("empty", ""), &error));
    assert_true(vtb_history_check(write_file("copied", "{\"history\":1.0,\"d"), &error));
    assert_false(vtb_history_check(write_file("later", "{\"history\":2,\"rows\":{}}\n"), &error));
    assert_contains(error.message, "is a history of a later version");
    assert_false(vtb_history_check(directory, &error));
    assert_contains(error.message, "is no file to which results could be added");
    assert_false(vtb_history_check(in_directory("none/h.jsonl"), &error));
}

/* A file on which there is no room for more. */
static void nothing_is_added_where_there_is_no_room(void **state)
{
    (void)state;
    struct vtb_error error;
    if (access("/dev/full", W_OK) != 0)
        skip();
    assert_false(vtb_history_append_lines("/dev/full", LINE, strlen(LINE), &error));
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_contains(error.message, "nothing was added to '/dev/full'");
}

/* A line that fits in part is taken back. */
static void what_does_not_fit_is_taken_back(void **state)
{
    (void)state;
    struct rlimit before;
    struct vtb_error error;
    const char *path = write_file("small.jsonl", LINE);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = {strlen(LINE) + 10, before.rlim_max};
    void (*const handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const bool ok = vtb_history_append_lines(path, LINE, strlen(LINE), &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    assert_false(ok);
    assert_content(path, LINE);
}

/* --- reading --- */

static void read_ok(const char *path, size_t results_n)
{
    struct vtb_error error = {.message = ""};
    const bool ok = vtb_history_read(&history, path, NULL, &error);
    assert_string_equal(error.message, "");
    assert_true(ok);
    assert_int_equal(history.results_n, results_n);
}

static void refused(const char *path, const char *message)
{
    struct vtb_error error;
    assert_false(vtb_history_read(&history, path, NULL, &error));
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
    assert_one_line(error.message);
    assert_contains(error.message, message);
}

static void a_history_file_is_read(void **state)
{
    (void)state;
    read_ok(write_file("h.jsonl", LINE LINE_OF("03") "\n" LINE_OF("04")), 3);
    read_ok(write_file("other-name", LINE_OF("05")), 4);
    read_ok(write_file("empty.jsonl", ""), 4);
}

static void a_result_file_is_read(void **state)
{
    (void)state;
    read_ok(write_file("r.json", result_text("")), 1);
    assert_int_equal(history.figures_n, 2); /* bytes, and a ratio that is not the baseline's */
    assert_string_equal(history.figures[1]->conditions, "to base, busy");
}

static void read_torn(void *context)
{
    *(bool *)context = vtb_history_read(&history, in_directory("torn.jsonl"), NULL,
                                        &(struct vtb_error){.message = ""});
}

static void a_line_that_is_cut_short_is_passed_over_and_said(void **state)
{
    (void)state;
    char told[2000];
    bool ok = false;
    (void)write_file("torn.jsonl", LINE "{\"history\":1,\"da\n" LINE_OF("03") "{\"his");
    written_by(read_torn, &ok, false, told, sizeof told);
    assert_true(ok);
    assert_int_equal(history.results_n, 2);
    assert_contains(told, "torn.jsonl' line 2: no whole result, passed over");
    assert_contains(told, "torn.jsonl' line 4: no whole result, passed over");
}

/* What is no history at all is not told line by line. */
static void lines_of_no_history_are_told_in_one(void **state)
{
    (void)state;
    char told[2000];
    bool ok = false;
    (void)write_file("torn.jsonl", "a\nb\nc\nd\ne\nf\ng\n");
    written_by(read_torn, &ok, false, told, sizeof told);
    assert_true(ok);
    assert_contains(told, "torn.jsonl' line 5: no whole result, passed over");
    assert_null(strstr(told, "line 6"));
    assert_contains(told, "torn.jsonl': 2 more lines likewise");
}

static void read_directory(void *context)
{
    *(bool *)context =
        vtb_history_read(&history, directory, NULL, &(struct vtb_error){.message = ""});
}

static void of_a_folder_results_are_read_and_the_rest_is_counted(void **state)
{
    (void)state;
    char told[2000];
    bool ok = false;
    (void)write_file("a.json", result_text(""));
    (void)write_file("b.json", result_text(", \"interrupted\": true"));
    (void)write_file("c.json", "{\"traceEvents\": []}");
    (void)write_file("d.csv", "x");
    (void)write_file("e.jsonl", LINE);
    written_by(read_directory, &ok, false, told, sizeof told);
    assert_true(ok);
    assert_int_equal(history.results_n, 2);
    assert_contains(told, "1 file passed over: runs that were interrupted");
    assert_contains(told, "1 file passed over: no result files of `run`");
}

/* As where runs add to a history in the folder of their results. */
static void a_result_that_is_in_two_files_is_one(void **state)
{
    (void)state;
    char told[2000];
    bool ok = false;
    struct vtb_error error;
    struct vtb_result_file file;
    const char *text = result_text("");
    assert_true(vtb_result_file_parse(&file, "f", text, strlen(text), VTB_EXIT_USAGE, &error));
    json_t *line = vtb_history_line(&file);
    char *own = json_dumps(line, JSON_SORT_KEYS | JSON_REAL_PRECISION(15));
    (void)write_file("a.json", text);
    (void)write_file("b.jsonl", own);
    written_by(read_directory, &ok, false, told, sizeof told);
    assert_true(ok);
    assert_int_equal(history.results_n, 1);
    assert_int_equal(history.figures[0]->points_n, 1);
    assert_contains(told, "1 result passed over: read before");
    free(own);
    json_decref(line);
    vtb_result_file_free(&file);
}

static void others_are_refused(void **state)
{
    (void)state;
    refused(in_directory("none.jsonl"), "No such file");
    refused(write_file("x.jsonl", LINE "{\"other\": 1}\n"), "x.jsonl' line 2: it is no result");
    refused(write_file("y.jsonl", "{\"history\": 7}\n"), "line 1: it is of version 7");
    refused(write_file("z.json", "{\"a\": 1}"), "is not a result file");
}

static void lines_that_are_read_are_printed(void **state)
{
    (void)state;
    struct vtb_error error;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    history.since = 1767312000; /* 2026-01-02 */
    const char *path =
        write_file("h.jsonl", "{\"history\":1,\"date\":\"2026-01-01\",\"rows\":{}}\n" LINE);
    assert_true(vtb_history_read(&history, path, out, &error));
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "{\"history\":1.0,\"date\":\"2026-01-02\",\"rows\":{}}\n");
    free(text);
}

#define TEST(function)                                 \
    {                                                  \
#function, function, make_directory, end, NULL \
    }

static int end(void **state)
{
    return end_history(state) + remove_directory(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_has_what_a_history_needs),
        TEST(the_empty_loop_has_no_ratio),
        TEST(a_guest_s_row_has_its_version),
        TEST(lines_are_added),
        TEST(what_a_crash_left_stays_a_line_of_its_own),
        TEST(what_is_no_history_is_not_added_to),
        TEST(nothing_is_added_where_there_is_no_room),
        TEST(what_does_not_fit_is_taken_back),
        TEST(a_history_file_is_read),
        TEST(a_result_file_is_read),
        TEST(a_line_that_is_cut_short_is_passed_over_and_said),
        TEST(lines_of_no_history_are_told_in_one),
        TEST(of_a_folder_results_are_read_and_the_rest_is_counted),
        TEST(a_result_that_is_in_two_files_is_one),
        TEST(others_are_refused),
        TEST(lines_that_are_read_are_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
