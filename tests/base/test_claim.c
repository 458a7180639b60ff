#include "directory.h"

#include "base/claim.h"
#include "base/output.h"
#include "base/temporary.h"

#include <sys/wait.h>
#include <unistd.h>

#define STAMP "20260101T000000Z"
#define PROCESSES_N 6

static struct vtb_error error;
static char stem[VTB_STEM_BYTES];

static void print_text(FILE *out, const void *what, enum vtb_format format)
{
    (void)format;
    fputs(what, out);
}

static void assert_claimed(const char *name)
{
    assert_true(vtb_results_claim(directory, STAMP, 7, stem, &error));
    assert_string_equal(stem, in_directory(name));
}

static void taken_names_get_a_suffix(void **state)
{
    (void)state;
    assert_claimed("run-" STAMP "-7");
    assert_claimed("run-" STAMP "-7-2");
    assert_claimed("run-" STAMP "-7-3");
    vtb_temporaries_discard();
    assert_int_equal(entries_n(directory), 0); /* nothing was written */
}

static void what_was_written_stays(void **state)
{
    (void)state;
    char path[PATH_MAX];
    char link[PATH_MAX]; /* to the folder, by which results are claimed */
    snprintf(link, sizeof link, "%s", in_directory("link"));
    assert_int_equal(symlink(directory, link), 0);
    assert_true(vtb_results_claim(link, STAMP, 7, stem, &error));
    snprintf(path, sizeof path, "%s.json", stem);
    assert_true(vtb_output_file(path, print_text, "text", VTB_FORMAT_JSON, &error));
    vtb_temporaries_discard();
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(entries_n(directory), 2); /* and the link */
    assert_claimed("run-" STAMP "-7-2");       /* although nobody is there any more */
}

/* As of containers that share a folder, whose processes have the same number. */
static void processes_at_the_same_time(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < PROCESSES_N; i++) {
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child > 0)
            continue;
        char go;
        (void)!close(ends[1]);
        (void)!read(ends[0], &go, 1); /* until the parent closes its end */
        _exit(vtb_results_claim(directory, STAMP, 7, stem, &error) ? 0 : 1);
    }
    close(ends[0]);
    close(ends[1]);
    for (int i = 0; i < PROCESSES_N; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(entries_n(directory), PROCESSES_N);
}

static void folder_that_is_not_there(void **state)
{
    (void)state;
    assert_false(vtb_results_claim(in_directory("missing"), STAMP, 7, stem, &error));
    assert_string_equal(stem, "");
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_contains(error.message, in_directory("missing"));
    char longest[PATH_MAX];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_false(vtb_results_claim(longest, STAMP, 7, stem, &error));
    assert_one_line(error.message);
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(taken_names_get_a_suffix),
        IN_DIRECTORY(what_was_written_stays),
        IN_DIRECTORY(processes_at_the_same_time),
        IN_DIRECTORY(folder_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
