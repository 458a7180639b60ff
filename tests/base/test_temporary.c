#include "directory.h"

#include "base/allocate.h"
#include "base/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char temporary[PATH_MAX];

/* Makes a temporary file beside one in the directory. */
static void make(const char *name)
{
    const int file = vtb_temporary_file(in_directory(name), temporary);
    assert_true(file >= 0);
    assert_int_equal(write(file, "x", 1), 1);
    assert_int_equal(close(file), 0);
}

static void put(const char *path)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(file >= 0);
    assert_int_equal(close(file), 0);
}

/* Runs a function in a child process, and tells how that ended. */
static int in_child(void (*function)(void))
{
    int status;
    const pid_t child = fork();
    if (child == 0) {
        function();
        _exit(0);
    }
    assert_true(child > 0);
    assert_true(waitpid(child, &status, 0) == child);
    return status;
}

static void name_tells_whose_it_is(void **state)
{
    (void)state;
    char pid[32];
    make("file");
    snprintf(pid, sizeof pid, "-%ld-", (long)getpid());
    assert_begins(temporary, in_directory(".file.vtb-"));
    assert_contains(temporary, pid);
    assert_string_equal(temporary + strlen(temporary) - 5, ".part");
    vtb_temporary_remove(temporary);
    assert_int_equal(entries_n(directory), 0);
}

static void two_have_two_names(void **state)
{
    (void)state;
    char first[PATH_MAX];
    make("file");
    memcpy(first, temporary, sizeof first);
    make("file");
    assert_string_not_equal(first, temporary);
    assert_int_equal(entries_n(directory), 2);
    vtb_temporaries_discard();
    assert_int_equal(entries_n(directory), 0);
}

static void what_is_kept_stays(void **state)
{
    (void)state;
    make("file");
    vtb_temporary_keep(temporary);
    put(in_directory("claimed"));
    vtb_temporary_add(in_directory("claimed"));
    vtb_temporaries_discard();
    assert_int_equal(access(temporary, F_OK), 0);
    assert_int_equal(entries_n(directory), 1);
}

/* The longest name that a file can have is cut, so that the temporary one fits. */
static void long_name(void **state)
{
    (void)state;
    char name[NAME_MAX + 1];
    memset(name, 'n', NAME_MAX);
    name[NAME_MAX] = '\0';
    make(name);
    vtb_temporary_remove(temporary);
    vtb_temporary_remove("");
    assert_int_equal(vtb_temporary_file(in_directory("missing/file"), temporary), -1);
    assert_int_equal(errno, ENOENT);
}

static void make_and_exit(void)
{
    make("file");
    exit(0);
}

static void leave(int number)
{
    (void)number;
    vtb_temporaries_discard();
    _exit(7);
}

static void make_and_be_interrupted(void)
{
    struct vtb_error error;
    char folder[PATH_MAX];
    make("file");
    assert_true(vtb_temporary_folder("test", folder, &error));
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = leave}, NULL);
    raise(SIGTERM);
}

static void make_and_lack_memory(void)
{
    make("file");
    vtb_no_memory(1, "a test");
}

static void make_and_be_killed(void)
{
    make("file");
    raise(SIGKILL);
}

static void ends_remove_it(void **state)
{
    (void)state;
    assert_int_equal(in_child(make_and_exit), 0);
    assert_int_equal(entries_n(directory), 0);
    assert_int_equal(WEXITSTATUS(in_child(make_and_lack_memory)), VTB_EXIT_INTERNAL);
    assert_int_equal(entries_n(directory), 0);
    setenv("TMPDIR", directory, 1);
    assert_int_equal(WEXITSTATUS(in_child(make_and_be_interrupted)), 7);
    unsetenv("TMPDIR");
    assert_int_equal(entries_n(directory), 0);
}

/* A child process leaves what its parent made. */
static void child_removes_nothing(void **state)
{
    (void)state;
    make("file");
    assert_int_equal(in_child(vtb_temporaries_discard), 0);
    assert_int_equal(access(temporary, F_OK), 0);
    vtb_temporary_remove(temporary);
}

static void make_elsewhere(void)
{
    make("elsewhere");
}

/* What a killed process left is removed by the next; nothing else is. A process that has looked
 * does not look again, and so another one does it here. */
static void stale_ones_are_swept(void **state)
{
    (void)state;
    char alive[64];
    char young[] = ".a.vtb-00000000-999999999-1.part"; /* of another host */
    char old[] = ".b.vtb-00000000-999999999-1.part";
    struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    assert_true(WIFSIGNALED(in_child(make_and_be_killed)));
    assert_int_equal(entries_n(directory), 1);
    make("mine");
    vtb_temporary_keep(temporary);
    snprintf(alive, sizeof alive, "%s", strrchr(temporary, '/') + 1);
    put(in_directory(young));
    put(in_directory(old));
    put(in_directory(".c.vtb-notes.part"));
    put(in_directory("d.vtb-00000000-999999999-1.part"));
    assert_int_equal(utimensat(AT_FDCWD, in_directory(old), times, 0), 0);
    assert_int_equal(utimensat(AT_FDCWD, in_directory("d.vtb-00000000-999999999-1.part"), times, 0),
                     0);
    assert_int_equal(mkdir(in_directory("sub"), 0700), 0);
    const int file = vtb_temporary_file(in_directory("sub/file"), temporary);
    assert_int_equal(close(file), 0);
    vtb_temporary_remove(temporary);
    assert_int_equal(rmdir(in_directory("sub")), 0);
    assert_int_equal(in_child(make_elsewhere), 0);
    assert_int_equal(access(in_directory(alive), F_OK), 0);
    assert_int_equal(access(in_directory(young), F_OK), 0);
    assert_int_equal(access(in_directory(old), F_OK), -1);
    assert_int_equal(entries_n(directory), 5); /* and the one of that child */
}

static void folder_with_files(void **state)
{
    (void)state;
    struct vtb_error error;
    char folder[PATH_MAX];
    char path[PATH_MAX + 16];
    setenv("TMPDIR", directory, 1);
    assert_true(vtb_temporary_folder("--some", folder, &error));
    for (int i = 0; i < 100; i++) {
        snprintf(path, sizeof path, "%s/%d", folder, i);
        put(path);
    }
    vtb_temporary_remove(folder);
    assert_int_equal(entries_n(directory), 0);
    setenv("TMPDIR", in_directory("missing"), 1);
    assert_false(vtb_temporary_folder("--some", folder, &error));
    assert_string_equal(folder, "");
    assert_begins(error.message, "--some: ");
    assert_contains(error.message, in_directory("missing"));
    assert_contains(error.message, "TMPDIR");
    assert_contains(error.message, strerror(ENOENT));
    unsetenv("TMPDIR");
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(name_tells_whose_it_is), IN_DIRECTORY(two_have_two_names),
        IN_DIRECTORY(what_is_kept_stays),     IN_DIRECTORY(long_name),
        IN_DIRECTORY(ends_remove_it),         IN_DIRECTORY(child_removes_nothing),
        IN_DIRECTORY(stale_ones_are_swept),   IN_DIRECTORY(folder_with_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
