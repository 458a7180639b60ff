#include "directory.h"

#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
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
static bool write_stdout_to(int to)
{
    fflush(stdout);
    const int before = dup(STDOUT_FILENO);
    assert_true(before >= 0 && to >= 0);
    assert_true(dup2(to, STDOUT_FILENO) == STDOUT_FILENO);
    memset(&error, 0, sizeof error);
    const bool ok = vtb_output_stdout(print_text, "text", VTB_FORMAT_CSV, &error);
    assert_true(dup2(before, STDOUT_FILENO) == STDOUT_FILENO);
    close(before);
    close(to);
    return ok;
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

/* A reader such as `head` goes away: that is no error, and no death by SIGPIPE. */
static void reader_that_has_gone_away(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_true(write_stdout_to(ends[1]));
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
        IN_DIRECTORY(missing_directory),
        IN_DIRECTORY(directory_is_no_file),
        IN_DIRECTORY(file_is_no_directory),
        IN_DIRECTORY(name_too_long),
        IN_DIRECTORY(check_leaves_no_trace),
        IN_DIRECTORY(standard_output),
        IN_DIRECTORY(reader_that_has_gone_away),
        IN_DIRECTORY(what_is_not_fit_to_be_shown_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
