#include "directory.h"

#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT_BYTES 4096

static struct vtb_error error;

static void print_text(FILE *out, const void *what, enum vtb_format format)
{
    assert_int_equal(format, VTB_FORMAT_CSV); /* as it was given */
    fputs(what, out);
}

static bool write_text(const char *path, const char *text)
{
    memset(&error, 0, sizeof error);
    return vtb_output_file(path, print_text, text, VTB_FORMAT_CSV, &error);
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_holds(const char *path, const char *expected)
{
    char text[TEXT_BYTES];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    const size_t n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
}

/* The message names the path and the cause. */
static void assert_failed(const char *path, int cause)
{
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_one_line(error.message);
    assert_contains(error.message, path);
    assert_contains(error.message, strerror(cause));
}

static mode_t type_of(const char *path)
{
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode & S_IFMT;
}

/* A path in the directory that stays valid. */
static const char *lasting(char path[PATH_MAX], const char *name)
{
    snprintf(path, PATH_MAX, "%s", in_directory(name));
    return path;
}

static void new_file(void **state)
{
    (void)state;
    const mode_t mask = umask(022);
    const char *path = in_directory("new");
    assert_true(write_text(path, "text\n"));
    assert_holds(path, "text\n");
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0644); /* as of any program, not mkstemp's 0600 */
    assert_int_equal(entries_n(directory), 1);
    umask(mask);
}

/* A shorter text leaves nothing of a longer one; who has the old file open still reads it. */
static void whole_file_is_replaced(void **state)
{
    (void)state;
    const char *path = in_directory("file");
    char old[4] = "";
    put(path, "a text that is longer than the next one");
    const int file = open(path, O_RDONLY);
    assert_true(write_text(path, "short"));
    assert_holds(path, "short");
    assert_int_equal(pread(file, old, 3, 0), 3);
    assert_string_equal(old, "a t");
    close(file);
    assert_true(write_text(path, ""));
    assert_holds(path, "");
    assert_int_equal(entries_n(directory), 1);
}

static void relative_path(void **state)
{
    (void)state;
    char before[PATH_MAX];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(directory), 0);
    assert_true(write_text("relative", "text"));
    assert_true(vtb_output_check("relative", &error));
    assert_true(vtb_output_check("not there yet", &error));
    assert_int_equal(chdir(before), 0);
    assert_holds(in_directory("relative"), "text");
}

static void full_device(void **state)
{
    (void)state;
    assert_false(write_text("/dev/full", "text"));
    assert_failed("'/dev/full'", ENOSPC);
    assert_int_equal(type_of("/dev/full"), S_IFCHR);
    assert_true(write_text("/dev/null", "text"));
    assert_int_equal(type_of("/dev/null"), S_IFCHR);
}

static void link_to_the_full_device(void **state)
{
    (void)state;
    const char *path = in_directory("link");
    assert_int_equal(symlink("/dev/full", path), 0);
    assert_false(write_text(path, "text"));
    assert_failed(path, ENOSPC);
    assert_int_equal(type_of(path), S_IFLNK);
    assert_int_equal(type_of("/dev/full"), S_IFCHR);
    assert_int_equal(entries_n(directory), 1);
}

/* A disk that is full after two bytes, played by a limit on the size of files. */
static void failure_leaves_the_old_file(void **state)
{
    (void)state;
    const char *path = in_directory("file");
    struct rlimit before;
    put(path, "old");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {2, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    const bool written = write_text(path, "new text");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_false(written);
    assert_failed(path, EFBIG);
    assert_holds(path, "old");
    assert_int_equal(entries_n(directory), 1); /* no temporary file is left */
}

/* The link stays, and what it points to is replaced. */
static void link_stays(void **state)
{
    (void)state;
    const char *target = in_directory("target");
    const char *path = in_directory("link");
    put(target, "old");
    assert_int_equal(symlink("target", path), 0);
    assert_true(write_text(path, "new"));
    assert_int_equal(type_of(path), S_IFLNK);
    assert_int_equal(type_of(target), S_IFREG);
    assert_holds(target, "new");
    assert_int_equal(entries_n(directory), 2);
}

static void link_to_nothing_stays(void **state)
{
    (void)state;
    const char *target = in_directory("target");
    const char *path = in_directory("link");
    assert_int_equal(symlink("target", path), 0);
    assert_true(write_text(path, "new"));
    assert_int_equal(type_of(path), S_IFLNK);
    assert_holds(target, "new");
}

static void pipe_is_written_to(void **state)
{
    (void)state;
    const char *path = in_directory("pipe");
    char text[16] = "";
    assert_int_equal(mkfifo(path, 0600), 0);
    const int reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_true(write_text(path, "through"));
    assert_int_equal(read(reader, text, sizeof text - 1), 7);
    assert_string_equal(text, "through");
    assert_int_equal(type_of(path), S_IFIFO);
    close(reader);
}

/* A path that stands for a file that is open: it is written to from where it stands. */
static void open_file_is_written_on(void **state)
{
    (void)state;
    char path[PATH_MAX];
    char by_link[PATH_MAX];
    char text[64];
    lasting(path, "log");
    lasting(by_link, "link");
    put(path, "before\n");
    const int file = open(path, O_WRONLY | O_APPEND);
    snprintf(text, sizeof text, "/dev/fd/%d", file);
    assert_int_equal(symlink(text, by_link), 0);
    assert_true(vtb_output_check(text, &error));
    assert_true(write_text(text, "one\n"));
    snprintf(text, sizeof text, "/proc/self/fd/%d", file);
    assert_true(write_text(text, "two\n"));
    assert_true(write_text(by_link, "three\n"));
    assert_int_equal(write(file, "after\n", 6), 6); /* it is open still */
    close(file);
    assert_holds(path, "before\none\ntwo\nthree\nafter\n");
    assert_int_equal(type_of(by_link), S_IFLNK);
    assert_int_equal(entries_n(directory), 2);
    const int read_only = open(path, O_RDONLY);
    snprintf(text, sizeof text, "/dev/fd/%d", read_only);
    assert_false(vtb_output_check(text, &error));
    assert_failed(text, EBADF);
    close(read_only);
    assert_false(vtb_output_check(text, &error)); /* it is not open any more */
}

/* Who reads it by its other name sees the new text, also where that is shorter. */
static void hard_link_is_written_in_place(void **state)
{
    (void)state;
    char path[PATH_MAX];
    lasting(path, "file");
    put(path, "a longer text");
    assert_int_equal(link(path, in_directory("other")), 0);
    assert_true(vtb_output_check(path, &error));
    assert_true(write_text(path, "short"));
    assert_holds(in_directory("other"), "short");
    assert_int_equal(entries_n(directory), 2);
}

static void file_of_a_job_is_added_to(void **state)
{
    (void)state;
    char path[PATH_MAX];
    lasting(path, "summary");
    setenv("GITHUB_STEP_SUMMARY", path, 1);
    assert_true(vtb_output_check(in_directory("./summary"), &error));
    assert_true(write_text(in_directory("./summary"), "one\n"));
    assert_true(write_text(path, "two\n"));
    assert_true(write_text(in_directory("other"), "other\n"));
    assert_true(write_text(in_directory("other"), "other\n"));
    unsetenv("GITHUB_STEP_SUMMARY");
    assert_holds(path, "one\ntwo\n");
    assert_holds(in_directory("other"), "other\n");
}

/* What a path has, if anything, is lost by writing to it: not where that is added to. */
static void what_is_replaced(void **state)
{
    (void)state;
    char path[PATH_MAX];
    char number[32];
    lasting(path, "file");
    assert_false(vtb_output_replaces(path));
    put(path, "old");
    assert_true(vtb_output_replaces(path));
    assert_int_equal(link(path, in_directory("hard")), 0);
    assert_true(vtb_output_replaces(path));
    setenv("GITHUB_STEP_SUMMARY", path, 1);
    assert_false(vtb_output_replaces(path));
    unsetenv("GITHUB_STEP_SUMMARY");
    const int file = open(path, O_WRONLY);
    snprintf(number, sizeof number, "/dev/fd/%d", file);
    assert_false(vtb_output_replaces(number));
    assert_int_equal(close(file), 0);
    assert_false(vtb_output_replaces("/dev/null"));
    assert_false(vtb_output_replaces(in_directory(".")));
}

static void mode_stays(void **state)
{
    (void)state;
    struct stat status;
    const char *path = in_directory("file");
    put(path, "old");
    assert_int_equal(chmod(path, 0640), 0);
    assert_true(write_text(path, "new"));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
}

static void folder_for_files(void **state)
{
    (void)state;
    char path[PATH_MAX];
    lasting(path, "folder");
    assert_true(vtb_output_check_folder("some-dir", path, &error));
    assert_int_equal(type_of(path), S_IFDIR);
    assert_true(vtb_output_check_folder("some-dir", path, &error));
    assert_int_equal(rmdir(path), 0);
    put(path, "a file");
    assert_false(vtb_output_check_folder("some-dir", path, &error));
    assert_failed(path, ENOTDIR);
    assert_contains(error.message, "--some-dir");
}

static void missing_directory(void **state)
{
    (void)state;
    const char *path = in_directory("missing/file");
    assert_false(write_text(path, "text"));
    assert_failed(path, ENOENT);
    assert_false(vtb_output_check(path, &error));
    assert_failed(path, ENOENT);
    assert_int_equal(entries_n(directory), 0);
}

static void directory_is_no_file(void **state)
{
    (void)state;
    assert_false(vtb_output_check(directory, &error));
    assert_failed(directory, EISDIR);
    assert_false(write_text(directory, "text"));
    assert_failed(directory, EISDIR);
    assert_int_equal(type_of(directory), S_IFDIR);
}

static void file_is_no_directory(void **state)
{
    (void)state;
    put(in_directory("file"), "old");
    const char *path = in_directory("file/below");
    assert_false(vtb_output_check(path, &error));
    assert_false(write_text(path, "text"));
    assert_failed(path, ENOTDIR);
    assert_holds(in_directory("file"), "old");
}

static void name_too_long(void **state)
{
    (void)state;
    char path[PATH_MAX + 100];
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_false(vtb_output_check(path, &error));
    assert_contains(error.message, "xxx");
    assert_false(write_text(path, "text"));
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
}

/* A check writes nothing. */
static void check_leaves_no_trace(void **state)
{
    (void)state;
    put(in_directory("old"), "old");
    assert_true(vtb_output_check(in_directory("old"), &error));
    assert_true(vtb_output_check(in_directory("new"), &error));
    assert_true(vtb_output_check("/dev/null", &error));
    assert_holds(in_directory("old"), "old");
    assert_int_equal(entries_n(directory), 1);
}

/* Writes to standard output while it is the file `to`. */
static bool write_text_to(int to, const char *text)
{
    fflush(stdout);
    const int before = dup(STDOUT_FILENO);
    assert_true(before >= 0 && to >= 0);
    assert_true(dup2(to, STDOUT_FILENO) == STDOUT_FILENO);
    memset(&error, 0, sizeof error);
    const bool ok = vtb_output_stdout(print_text, text, VTB_FORMAT_CSV, &error);
    assert_true(dup2(before, STDOUT_FILENO) == STDOUT_FILENO);
    close(before);
    close(to);
    return ok;
}

static bool write_stdout_to(int to)
{
    return write_text_to(to, "text");
}

static void standard_output(void **state)
{
    (void)state;
    const char *path = in_directory("stdout");
    assert_true(write_stdout_to(open(path, O_WRONLY | O_CREAT, 0600)));
    assert_holds(path, "text");
    assert_false(write_stdout_to(open("/dev/full", O_WRONLY)));
    assert_contains(error.message, "standard output");
    assert_contains(error.message, strerror(ENOSPC));
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
}

/* One that was closed is no place for a report, and no other file takes its number. */
static void closed_standard_output(void **state)
{
    (void)state;
    fflush(stdout);
    const int before = dup(STDOUT_FILENO);
    memset(&error, 0, sizeof error);
    close(STDOUT_FILENO);
    vtb_output_guard_standard_streams();
    const bool ok = vtb_output_stdout(print_text, "text", VTB_FORMAT_CSV, &error);
    const bool is_there = fcntl(STDOUT_FILENO, F_GETFL) >= 0;
    assert_true(dup2(before, STDOUT_FILENO) == STDOUT_FILENO);
    close(before);
    assert_true(is_there);
    assert_false(ok);
    assert_contains(error.message, "standard output");
    assert_contains(error.message, "closed");
}

/* What it did not read is lost: that is an error, and no death by SIGPIPE. */
static void reader_that_has_gone_away(void **state)
{
    (void)state;
    int ends[2];
    vtb_output_guard_standard_streams();
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_false(write_stdout_to(ends[1]));
    assert_contains(error.message, "its reader has gone away");
}

/* A pipe that is fuller than its reader is fast, and that another of its users had not block. */
static void standard_output_that_does_not_block(void **state)
{
    (void)state;
    static char text[1 << 18];
    int ends[2];
    memset(text, 'x', sizeof text - 1);
    assert_int_equal(pipe(ends), 0);
    const pid_t reader = fork();
    if (reader == 0) {
        size_t all_n = 0;
        close(ends[1]);
        usleep(10000);
        for (ssize_t n; (n = read(ends[0], text, sizeof text)) > 0;)
            all_n += (size_t)n;
        _exit(all_n != sizeof text - 1);
    }
    close(ends[0]);
    assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    const bool ok = write_text_to(ends[1], text);
    int status;
    assert_int_equal(waitpid(reader, &status, 0), reader);
    assert_true(ok);
    assert_int_equal(status, 0);
}

static bool are_distinct(const char *written, const char *other, bool other_is_written)
{
    const struct vtb_named_file files[] = {
        {"--none", NULL, true},
        {"--other", other, other_is_written},
        {"--written", written, true},
    };
    memset(&error, 0, sizeof error);
    return vtb_output_distinct(files, 3, &error);
}

static void assert_same_file(const char *written, const char *other)
{
    for (int other_is_written = 0; other_is_written < 2; other_is_written++) {
        assert_false(are_distinct(written, other, other_is_written));
        assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
        assert_one_line(error.message);
        assert_contains(error.message, "--written");
        assert_contains(error.message, "--other");
        assert_contains(error.message, written);
        assert_false(are_distinct(other, written, other_is_written));
    }
}

static void one_file_by_several_names(void **state)
{
    (void)state;
    char kept[PATH_MAX];
    const char *path = lasting(kept, "file");
    put(path, "old");
    assert_int_equal(symlink("file", in_directory("link")), 0);
    assert_int_equal(link(path, in_directory("hard")), 0);
    assert_same_file(path, path);
    assert_same_file(path, in_directory("./file"));
    assert_same_file(path, in_directory("link"));
    assert_same_file(path, in_directory("hard"));
    assert_holds(path, "old");
}

/* So are files that are not there yet, at the end of links as well. */
static void one_new_file_by_several_names(void **state)
{
    (void)state;
    char kept[PATH_MAX];
    const char *path = lasting(kept, "new");
    assert_int_equal(symlink("new", in_directory("link")), 0);
    assert_int_equal(symlink("link", in_directory("link to link")), 0);
    assert_int_equal(symlink("round", in_directory("round")), 0);
    assert_same_file(path, in_directory("./new"));
    assert_same_file(path, in_directory("link"));
    assert_same_file(path, in_directory("link to link"));
    assert_true(are_distinct(path, in_directory("round"), true));
    assert_int_equal(entries_n(directory), 3);
}

static void several_files(void **state)
{
    (void)state;
    char kept[PATH_MAX];
    const char *path = lasting(kept, "file");
    put(path, "the same");
    put(in_directory("copy"), "the same");
    assert_true(are_distinct(path, in_directory("copy"), true));
    assert_true(are_distinct(path, in_directory("new"), true));
    assert_true(are_distinct(in_directory("other"), in_directory("new"), true));
    assert_true(are_distinct(in_directory("missing/file"), in_directory("missing/file"), true));
    assert_true(are_distinct("/dev/null", "/dev/null", true));    /* nothing is overwritten */
    assert_false(are_distinct("/dev/stdout", "/dev/fd/1", true)); /* two formats would mix */
    const struct vtb_named_file behind[] = {{"standard output", "/dev/stdout", true},
                                            {"--one", "/dev/fd/1", true}};
    assert_true(vtb_output_distinct(behind, 2, &error)); /* even if it is a file */
    setenv("GITHUB_STEP_SUMMARY", path, 1);
    assert_true(are_distinct(path, path, true));
    assert_false(are_distinct(path, path, false));
    unsetenv("GITHUB_STEP_SUMMARY");
    const struct vtb_named_file read[] = {{"--one", path, false}, {"--two", path, false}};
    assert_true(vtb_output_distinct(read, 2, &error));
}

static void print_json(FILE *out, const void *what, enum vtb_format format)
{
    assert_int_equal(format, VTB_FORMAT_JSON);
    fputs(what, out);
}

/* As it stands in the name of a file, or in one of the system's. */
static void what_is_not_fit_to_be_shown_is_escaped(void **state)
{
    (void)state;
    assert_true(write_text(in_directory("file"), "a\x1b[2J\xff\nb\n"));
    assert_holds(in_directory("file"), "a\\x1b[2J\\xff\nb\n");
    assert_true(
        vtb_output_file(in_directory("file"), print_json, "\"\x7f\"\n", VTB_FORMAT_JSON, &error));
    assert_holds(in_directory("file"), "\"\\u007f\"\n");
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(new_file),
        IN_DIRECTORY(whole_file_is_replaced),
        IN_DIRECTORY(relative_path),
        IN_DIRECTORY(full_device),
        IN_DIRECTORY(link_to_the_full_device),
        IN_DIRECTORY(failure_leaves_the_old_file),
        IN_DIRECTORY(link_stays),
        IN_DIRECTORY(link_to_nothing_stays),
        IN_DIRECTORY(pipe_is_written_to),
        IN_DIRECTORY(open_file_is_written_on),
        IN_DIRECTORY(hard_link_is_written_in_place),
        IN_DIRECTORY(file_of_a_job_is_added_to),
        IN_DIRECTORY(what_is_replaced),
        IN_DIRECTORY(mode_stays),
        IN_DIRECTORY(folder_for_files),
        IN_DIRECTORY(missing_directory),
        IN_DIRECTORY(directory_is_no_file),
        IN_DIRECTORY(file_is_no_directory),
        IN_DIRECTORY(name_too_long),
        IN_DIRECTORY(check_leaves_no_trace),
        IN_DIRECTORY(one_file_by_several_names),
        IN_DIRECTORY(one_new_file_by_several_names),
        IN_DIRECTORY(several_files),
        IN_DIRECTORY(standard_output),
        IN_DIRECTORY(closed_standard_output),
        IN_DIRECTORY(reader_that_has_gone_away),
        IN_DIRECTORY(standard_output_that_does_not_block),
        IN_DIRECTORY(what_is_not_fit_to_be_shown_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
