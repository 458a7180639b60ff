#include "check.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "passes/instructions.h"

/* Under valgrind the whole program runs: tests of the command line count with it. Here a script
 * stands in for valgrind. */

static struct vtb_options options;
static struct vtb_plan plan;
static struct vtb_error error;
static char directory[TEMPORARY_BYTES]; /* of a test: its PATH, and where temporary files go */

static void make_plan(int argc, char **argv)
{
    if (!vtb_options_parse(&options, argc, argv, &error) || !vtb_plan_make(&plan, &options, &error))
        fail_msg("%s", error.message);
}

#define MAKE_PLAN(...)                                                              \
    make_plan((int)(sizeof((char *[]){"run_bench", __VA_ARGS__}) / sizeof(char *)), \
              (char *[]){"run_bench", __VA_ARGS__, NULL})

static int make_directory(void **state)
{
    (void)state;
    temporary_name(directory);
    return mkdtemp(directory) && setenv("PATH", directory, 1) == 0 &&
                   setenv("TMPDIR", directory, 1) == 0
               ? 0
               : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    char path[TEMPORARY_BYTES + 16];
    snprintf(path, sizeof path, "%s/valgrind", directory);
    (void)unlink(path);
    vtb_plan_free(&plan);
    return rmdir(directory); /* which fails if anything else is there */
}

/* A script in valgrind's place, which knows as $dir where the counts are to go. */
static void become_valgrind(const char *script)
{
    char path[TEMPORARY_BYTES + 16];
    snprintf(path, sizeof path, "%s/valgrind", directory);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file,
            "#!/bin/sh\nPATH=/usr/bin:/bin\nfor a; do\n  case $a in --callgrind-out-file=*) "
            "dir=${a#*=}; dir=${dir%%/*};; esac\ndone\n%s\n",
            script);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0755), 0);
}

static size_t progress_n;
static size_t progress_all_n;

static void note_progress(void *context, size_t done_n, size_t all_n)
{
    assert_ptr_equal(context, &progress_n);
    assert_int_equal(done_n, ++progress_n);
    progress_all_n = all_n;
}

static bool count(struct vtb_instructions *instructions)
{
    char *argv[] = {"run_bench", "--rounds=0", NULL};
    progress_n = progress_all_n = 0;
    memset(&error, 0, sizeof error);
    return vtb_instructions_count(instructions, &plan, argv, note_progress, &progress_n, &error);
}

static void refused(const char *part)
{
    struct vtb_instructions instructions;
    assert_false(count(&instructions));
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_one_line(error.message);
    assert_contains(error.message, "--instructions: ");
    assert_contains(error.message, part);
    assert_null(instructions.per_op);
    assert_null(instructions.first);
}

static void another_thread_is_a_hindrance(void **state)
{
    (void)state;
    MAKE_PLAN("--rounds=0", "--instructions");
    assert_null(vtb_instructions_hindrance(&plan));
    vtb_plan_free(&plan);
    MAKE_PLAN("--rounds=0", "--instructions", "--threads=2");
    assert_null(vtb_instructions_hindrance(&plan));
    vtb_plan_free(&plan);
    MAKE_PLAN("--rounds=0", "--instructions", "--completer=thread");
    assert_contains(vtb_instructions_hindrance(&plan), "another thread");
    assert_one_line(vtb_instructions_hindrance(&plan));
}

static void nothing_counted_is_not_known(void **state)
{
    (void)state;
    const struct vtb_instructions none = {.plan = NULL};
    assert_true(isnan(vtb_instructions_of(&none, 0, 0, 0)));
    assert_true(isnan(vtb_instructions_of(&none, 7, 1, 3)));
}

/* The counts are of several points, which need not have as many cases, and of two consumers. */
static void counts_are_found_by_their_places(void **state)
{
    (void)state;
    MAKE_PLAN("--rounds=0", "--instructions", "--workload=user_cache,trace", "--heap=glibc",
              "--consumer=both");
    struct vtb_instructions instructions = {.plan = &plan};
    size_t n = 0;
    double per_op[256];
    size_t first[2];
    assert_int_equal(plan.points_n, 2);
    assert_int_not_equal(plan.points[0].cases_n, plan.points[1].cases_n);
    for (size_t p = 0; p < 2; p++) {
        first[p] = n;
        n += 2 * plan.points[p].cases_n;
    }
    assert_true(n <= 256);
    for (size_t i = 0; i < n; i++)
        per_op[i] = (double)i + 0.5;
    instructions.first = first;
    instructions.per_op = per_op;
    double expected = 0.5;
    for (size_t p = 0; p < 2; p++) {
        for (size_t table = 0; table < 2; table++) {
            for (size_t own = 0; own < plan.points[p].cases_n; own++, expected++)
                assert_same_double(vtb_instructions_of(&instructions, p, table, own), expected);
        }
    }
}

static void no_valgrind_is_one_line_with_the_remedy(void **state)
{
    (void)state;
    MAKE_PLAN("--rounds=0", "--instructions");
    refused("there is no valgrind in PATH");
    assert_contains(error.message, "install the package valgrind");
    setenv("PATH", "", 1);
    assert_int_equal(chdir(directory), 0); /* an empty part of PATH is where one is */
    refused("there is no valgrind in PATH");
    assert_int_equal(chdir("/"), 0);
    setenv("PATH", "/dev/null:/nowhere", 1);
    refused("there is no valgrind in PATH");
}

/* Neither a folder nor a file that cannot be run is a program. */
static void what_is_called_valgrind_must_be_a_program(void **state)
{
    (void)state;
    char path[TEMPORARY_BYTES + 16];
    MAKE_PLAN("--rounds=0", "--instructions");
    snprintf(path, sizeof path, "%s/valgrind", directory);
    assert_int_equal(mkdir(path, 0755), 0);
    refused("there is no valgrind in PATH");
    assert_int_equal(rmdir(path), 0);
    become_valgrind("exit 0");
    assert_int_equal(chmod(path, 0644), 0);
    refused("there is no valgrind in PATH");
}

static void no_place_for_files_is_one_line_with_the_remedy(void **state)
{
    (void)state;
    MAKE_PLAN("--rounds=0", "--instructions");
    become_valgrind("exit 0");
    setenv("TMPDIR", "/nowhere", 1);
    refused("in '/nowhere': No such file or directory; set TMPDIR");
}

/* Case k of a consumer runs 100 instructions before, and k more for each of N operations. */
static void counts_are_the_difference_over_n(void **state)
{
    (void)state;
    MAKE_PLAN("--rounds=0", "--instructions", "--strategy=poll", "--heap=glibc", "--hit-rate=0,1",
              "--threads=2", "--consumer=both");
    struct vtb_instructions instructions;
    become_valgrind(
        "for k in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do\n"
        "  echo \"totals: $((100 + k * 20000))\" >\"$dir/${k}1\"\n"
        "  { echo 'events: Ir'; echo \"totals: $((101 + k * 40000))\"; } >\"$dir/${k}2\"\n"
        "  echo ${k}1 ${k}2\n"
        "done\n"
        "touch \"$dir/left\"\n");
    if (!count(&instructions))
        fail_msg("%s", error.message);
    assert_int_equal(progress_n, 2 * 2 * 4);
    assert_int_equal(progress_all_n, 2 * 2 * 4);
    double expected = 1 + 1.0 / VTB_INSTRUCTIONS_N;
    for (size_t p = 0; p < 2; p++) {
        const struct vtb_point *point = &plan.points[p];
        assert_int_equal(point->cases_n, 2 * 4);
        for (size_t table = 0; table < 2; table++) {
            for (size_t i = 0; i < point->cases_n; i++) {
                const double per_op = vtb_instructions_of(&instructions, p, table, i);
                const size_t single = point->cases[i].serial;
                if (single == i)
                    assert_near(per_op, expected++, 1e-12);
                assert_same_double(per_op, vtb_instructions_of(&instructions, p, table, single));
            }
        }
    }
    vtb_instructions_free(&instructions);
    assert_null(instructions.per_op);
}

/* Whatever the script does, nothing of it is left behind, as removing the directory shows. */
static void counts_that_do_not_come_are_an_error(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "exit 3",
        "exit 0",
        "kill -9 $$",
        "echo nothing; exit 0",
        "echo 1; touch \"$dir/1\"; exec sleep 86400",
        "echo 1 2; exec sleep 86400",
        "cd \"$dir\"; touch 1 2 other; echo 1 2; exec sleep 86400",
        "echo 'totals: 1' >\"$dir/1\"; echo 'totals: x' >\"$dir/2\"; echo 1 2; exec sleep 86400",
        "echo 'totals: 1' >\"$dir/1\"; echo 'totals: 2 3' >\"$dir/2\"; echo 1 2; exec sleep 86400",
        "echo 'totals: 1' >\"$dir/1\"; echo 'totals: 2' >\"$dir/2\"; echo 1 2",
    };
    MAKE_PLAN("--rounds=0", "--instructions", "--strategy=heap_task", "--heap=glibc");
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        become_valgrind(scripts[i]);
        refused("the cases did not all run under valgrind");
    }
}

/* The error tells the last line of the script, without the name that the program puts before its
 * errors. */
static void the_last_line_is_told(void **state)
{
    (void)state;
    MAKE_PLAN("--rounds=0", "--instructions");
    become_valgrind("echo first >&2; echo run_bench: it cannot be >&2; echo >&2; exit 1");
    refused("under valgrind: it cannot be");
    become_valgrind("head -c 3000 /dev/zero | tr '\\0' x >&2; exit 1");
    refused("under valgrind: xxx");
    /* A process that counts all and then fails has failed. */
    become_valgrind(
        "for k in 1 2 3 4 5 6 7 8; do\n"
        "  echo 'totals: 5' >\"$dir/${k}1\"; echo 'totals: 6' >\"$dir/${k}2\"; echo ${k}1 ${k}2\n"
        "done\n"
        "echo late >&2; exit 1");
    vtb_plan_free(&plan);
    MAKE_PLAN("--rounds=0", "--instructions", "--strategy=poll", "--heap=glibc", "--consumer=both");
    refused("under valgrind: late");
}

/* The environment has only our own variables, and those that valgrind itself needs. */
static void the_environment_is_the_programs_own(void **state)
{
    (void)state;
    setenv("VTB_SEED", "7", 1);
    setenv("LD_PRELOAD_NOT", "1", 1);
    MAKE_PLAN("--rounds=0", "--instructions", "--heap=glibc");
    become_valgrind(
        "for each in $(env | sed 's/=.*//' | sort); do\n"
        "  case $each in\n"
        "    VTB_CALLGRIND_WORKER|VTB_CELLS|GLIBC_TUNABLES|PWD|OLDPWD|SHLVL|_|PATH) ;;\n"
        "    *) echo \"$each is there\" >&2; exit 1 ;;\n"
        "  esac\n"
        "done\n"
        "echo $VTB_CALLGRIND_WORKER $GLIBC_TUNABLES >&2; exit 1");
    refused("under valgrind: 1 glibc.malloc.arena_max=1");
    unsetenv("VTB_SEED");
    unsetenv("LD_PRELOAD_NOT");
}

static void the_worker_is_told_by_its_environment(void **state)
{
    (void)state;
    assert_false(vtb_instructions_is_worker());
    setenv("VTB_CALLGRIND_WORKER", "1", 1);
    assert_true(vtb_instructions_is_worker());
    unsetenv("VTB_CALLGRIND_WORKER");
}

#define IN_A_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_DIRECTORY(another_thread_is_a_hindrance),
        cmocka_unit_test(nothing_counted_is_not_known),
        IN_A_DIRECTORY(counts_are_found_by_their_places),
        IN_A_DIRECTORY(no_valgrind_is_one_line_with_the_remedy),
        IN_A_DIRECTORY(what_is_called_valgrind_must_be_a_program),
        IN_A_DIRECTORY(no_place_for_files_is_one_line_with_the_remedy),
        IN_A_DIRECTORY(counts_are_the_difference_over_n),
        IN_A_DIRECTORY(counts_that_do_not_come_are_an_error),
        IN_A_DIRECTORY(the_last_line_is_told),
        IN_A_DIRECTORY(the_environment_is_the_programs_own),
        cmocka_unit_test(the_worker_is_told_by_its_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
