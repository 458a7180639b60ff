/* Which files are built, and which are not. Nothing here measures a loop: of all targets the
 * metadata of a strategy compile soonest. */
#include "own_home.h"

#include <sys/file.h>

#include "cells/build.h"
#include "cells/foreign.h"

#define TARGETS_N 2

static struct vtb_target targets[TARGETS_N];
static struct vtb_error error;

static void name_targets(void)
{
    for (size_t i = 0; i < TARGETS_N; i++)
        targets[i] = (struct vtb_target){.what = VTB_TARGET_METADATA,
                                         .strategy = &vtb_strategies[i],
                                         .workload = vtb_default_workload()};
}

/* --- the folder of cells --- */

static const char *cells(void)
{
    struct vtb_error none;
    return vtb_home(&none)->cells;
}

static const char *file_of(const struct vtb_target *target)
{
    static char path[PATH_MAX + VTB_TARGET_NAME_BYTES];
    char name[VTB_TARGET_NAME_BYTES];
    vtb_target_name(target, name);
    snprintf(path, sizeof path, "%s/%s", cells(), name);
    return path;
}

/* Lists all files of the folder, hidden ones too, each with its time of writing; the caller's to
 * free. */
static char *listing(void)
{
    char pattern[PATH_MAX + 16];
    char *text = NULL;
    size_t n;
    glob_t found;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    snprintf(pattern, sizeof pattern, "%s/{.,}*", cells());
    assert_int_equal(glob(pattern, GLOB_BRACE | GLOB_PERIOD, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct stat status;
        assert_int_equal(stat(found.gl_pathv[i], &status), 0);
        fprintf(out, "%s %lld.%09ld\n", found.gl_pathv[i], (long long)status.st_mtim.tv_sec,
                status.st_mtim.tv_nsec);
    }
    globfree(&found);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* --- building --- */

struct seen {
    size_t calls_n;
    size_t done_n;
    size_t all_n;
    bool fell;
};

static void see(void *context, size_t done_n, size_t all_n)
{
    struct seen *seen = context;
    seen->fell |=
        done_n <= seen->done_n || done_n > all_n || (seen->calls_n > 0 && all_n != seen->all_n);
    seen->calls_n++;
    seen->done_n = done_n;
    seen->all_n = all_n;
}

static size_t stale_n(void)
{
    size_t n = 99;
    if (!vtb_build_count(targets, TARGETS_N, &n, &error))
        fail_msg("%s", error.message);
    return n;
}

/* Says what was built. */
static struct seen build(void)
{
    struct seen seen = {0};
    if (!vtb_build(targets, TARGETS_N, see, &seen, &error))
        fail_msg("%s\n%s", error.message, error.details ? error.details : "");
    assert_false(seen.fell);
    assert_int_equal(seen.done_n, seen.all_n);
    return seen;
}

/* Expects a build to be refused. An error's details are never freed: here they are kept, so that no
 * leak is reported. */
static void refuse_to_build(enum vtb_exit exit_code, const char *message)
{
    static const char *kept[8];
    static size_t n;
    assert_false(vtb_build(targets, TARGETS_N, NULL, NULL, &error));
    assert_int_equal(error.exit_code, exit_code);
    assert_string_equal(error.message, message);
    assert_non_null(error.details);
    assert_true(n < sizeof kept / sizeof *kept);
    kept[n++] = error.details;
}

static void built_once(void **state)
{
    (void)state;
    char path[PATH_MAX];
    uint64_t written_ns[TARGETS_N];
    assert_int_equal(stale_n(), TARGETS_N);
    assert_false(vtb_build_file(&targets[0], path));
    const struct seen first = build();
    assert_int_equal(first.all_n, TARGETS_N);
    assert_int_equal(first.calls_n, TARGETS_N);
    for (size_t i = 0; i < TARGETS_N; i++) {
        assert_true(vtb_build_file(&targets[i], path));
        assert_string_equal(path, file_of(&targets[i]));
        written_ns[i] = own_written_ns(path);
    }
    assert_int_equal(stale_n(), 0);
    const struct seen second = build();
    assert_int_equal(second.calls_n, 0);
    for (size_t i = 0; i < TARGETS_N; i++)
        assert_true(own_written_ns(file_of(&targets[i])) == written_ns[i]);
    if (!vtb_build(targets, TARGETS_N, NULL, NULL, &error) ||
        !vtb_build(NULL, 0, NULL, NULL, &error))
        fail_msg("%s", error.message);
}

static void one_of_two(void **state)
{
    (void)state;
    (void)build();
    const uint64_t written_ns = own_written_ns(file_of(&targets[0]));
    assert_int_equal(unlink(file_of(&targets[1])), 0);
    assert_int_equal(stale_n(), 1);
    assert_int_equal(build().all_n, 1);
    assert_true(own_written_ns(file_of(&targets[0])) == written_ns);
    assert_int_equal(access(file_of(&targets[1]), R_OK), 0);
}

/* Whether there is something to be built or not. */
static void counting_writes_nothing(void **state)
{
    (void)state;
    (void)build();
    assert_int_equal(unlink(file_of(&targets[1])), 0);
    char *before = listing();
    assert_int_equal(stale_n(), 1);
    char *after = listing();
    assert_string_equal(after, before);
    free(after);
    free(before);
    (void)build();
    before = listing();
    assert_int_equal(stale_n(), 0);
    after = listing();
    assert_string_equal(after, before);
    free(after);
    free(before);
}

/* A changed header makes a cell stale, and so does a change of the user's file itself. */
static void changed_sources(void **state)
{
    (void)state;
    char text[3 * OWN_PATH_BYTES];
    const char *header = own_file("node.h", "");
    snprintf(text, sizeof text,
             "#include \"%s\"\n#include \"%s" OWN_INSTALLED
             "/tests/fixtures/own/node.h\"\n"
             "NODE_STRATEGY(mine);\n",
             header, own_folder);
    const char *file = own_file("mine.c", text);
    const struct vtb_strategy_entry mine = {.name = "mine", .file = file, .path = "mine.c"};
    const char *const sources[] = {header, file};
    targets[1].strategy = &mine;
    (void)build();
    for (size_t i = 0; i < 2; i++) {
        struct stat status;
        assert_int_equal(stale_n(), 0);
        assert_int_equal(stat(file_of(&targets[1]), &status), 0);
        const struct timespec now = {status.st_mtim.tv_sec + (status.st_mtim.tv_nsec == 999999999),
                                     (status.st_mtim.tv_nsec + 1) % 1000000000};
        assert_int_equal(utimensat(AT_FDCWD, sources[i], (const struct timespec[]){now, now}, 0),
                         0);
        assert_int_equal(stale_n(), 1);
        assert_int_equal(build().all_n, 1);
    }
    assert_int_equal(stale_n(), 0);
}

/* --- what fails --- */

/* The user's file is named as it was given, and what else was asked for is there. */
static void one_that_fails(void **state)
{
    (void)state;
    const char *file = own_file("wrong.c", "\n\nno C at all;\n");
    const struct vtb_strategy_entry wrong = {.name = "wrong", .file = file, .path = "./wrong.c"};
    (void)build();
    assert_int_equal(unlink(file_of(&targets[0])), 0);
    targets[1].strategy = &wrong;
    refuse_to_build(VTB_EXIT_USAGE, "'./wrong.c' does not compile:");
    assert_contains(error.details, "wrong.c:3:");
    assert_contains(error.details, "no C at all");
    assert_null(strstr(error.details, "-DVTB_STRATEGY_STEM")); /* the command */
    assert_null(strstr(error.details, "ninja"));
    targets[1].strategy = &vtb_strategies[1];
    assert_int_equal(stale_n(), 0);
}

/* From 1.13 on ninja tells with which status a command failed; and some want all in colours. */
static void other_words_of_ninja(void **state)
{
    (void)state;
    char path[2 * PATH_MAX];
    const char *file = own_file("wrong.c", "no C at all;\n");
    const struct vtb_strategy_entry wrong = {.name = "wrong", .file = file, .path = "./wrong.c"};
    char *before = strdup(getenv("PATH"));
    (void)own_subfolder("newer");
    const char *ninja = own_file("newer/ninja",
                                 "#!/bin/sh\nPATH=${PATH#*:}\nninja \"$@\" >\"$0.said\"\nended=$?\n"
                                 "sed 's/^FAILED: /&[code=1] /' \"$0.said\"\nexit $ended\n");
    assert_int_equal(chmod(ninja, 0700), 0);
    targets[1].strategy = &wrong;
    setenv("CLICOLOR_FORCE", "1", 1);
    refuse_to_build(VTB_EXIT_USAGE, "'./wrong.c' does not compile:");
    unsetenv("CLICOLOR_FORCE");
    snprintf(path, sizeof path, "%s:%s", own_path("newer"), before);
    setenv("PATH", path, 1);
    refuse_to_build(VTB_EXIT_USAGE, "'./wrong.c' does not compile:");
    assert_contains(error.details, "no C at all");
    setenv("PATH", before, 1);
    free(before);
    targets[1].strategy = &vtb_strategies[1];
}

/* A file that takes its time to fail, while another one is warned of. */
static void what_is_said_of_others(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    for (size_t i = 0; i < 100000; i++)
        fprintf(out, "extern int number_%zu;\n", i);
    fputs("no C at all;\n", out);
    assert_int_equal(fclose(out), 0);
    const struct vtb_strategy_entry slow = {
        .name = "slow", .file = own_file("slow.c", text), .path = "slow.c"};
    const struct vtb_strategy_entry warned = {
        .name = "warned",
        .file = own_strategy("warned.c", "warned", "#warning a word of warning\n"),
        .path = "warned.c"};
    free(text);
    targets[0].strategy = &warned;
    targets[1].strategy = &slow;
    refuse_to_build(VTB_EXIT_USAGE, "'slow.c' does not compile:");
    assert_contains(error.details, "no C at all");
    assert_null(strstr(error.details, "a word of warning"));
}

/* If a source of ours does not compile, that is not the user's fault. */
static void one_of_ours_that_fails(void **state)
{
    (void)state;
    const struct vtb_strategy_entry absent = {.name = "absent", .file = "impls/absent.c"};
    targets[1].strategy = &absent;
    refuse_to_build(VTB_EXIT_INTERNAL, "the cell 'absent.metadata0.so' could not be built:");
    assert_contains(error.details, "impls/absent.c");
}

static void ask_without_sources(struct own_told *told, struct vtb_error *reason)
{
    size_t n = 0;
    told->ok = vtb_build(targets, TARGETS_N, NULL, NULL, reason);
    told->number = !vtb_build_count(targets, TARGETS_N, &n, reason);
}

static void without_sources(void **state)
{
    (void)state;
    char path[PATH_MAX + VTB_TARGET_NAME_BYTES + 8];
    (void)build();
    snprintf(path, sizeof path, "%s.d", file_of(&targets[0])); /* what it was made of */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(unlink(file_of(&targets[0])), 0);
    assert_int_equal(rename(own_path(OWN_INSTALLED "/harness"), own_path("away")), 0);
    struct own_told *told = own_ask(ask_without_sources);
    assert_int_equal(rename(own_path("away"), own_path(OWN_INSTALLED "/harness")), 0);
    assert_false(told->ok);
    assert_int_equal(told->number, 1); /* nor are they said to be up to date */
    assert_begins(told->message, "cells could not be built in '");
    assert_contains(told->details, "harness/cells/source/cell.c");
    own_forget(told);
}

/* --- without tools --- */

static void to_file(const char *name)
{
    const int out = open(own_path(name), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    (void)dup2(out, STDERR_FILENO);
    close(out);
}

static void ask_twice(struct own_told *told, struct vtb_error *reason)
{
    size_t n = 99;
    to_file("stderr");
    told->ok = true;
    for (int i = 0; told->ok && i < 2; i++)
        told->ok = vtb_build(targets, TARGETS_N, NULL, NULL, reason);
    told->ok = told->ok && vtb_build_count(targets, TARGETS_N, &n, reason);
    told->number = n;
}

static void ask_without_ninja(struct own_told *told, struct vtb_error *reason)
{
    setenv("PATH", own_subfolder("empty"), 1);
    ask_twice(told, reason);
}

static void assert_said(const char *text)
{
    size_t n;
    char *said = own_text(own_path("stderr"), &n);
    assert_string_equal(said, text);
    free(said);
}

/* Files that are there are used, and one line says so once. */
static void without_ninja(void **state)
{
    (void)state;
    char path[PATH_MAX];
    (void)build();
    assert_int_equal(unlink(file_of(&targets[0])), 0);
    struct own_told *told = own_ask(ask_without_ninja);
    assert_true(told->ok);
    assert_int_equal(told->number, 0);
    assert_said("warning: there is no ninja: cells are used as they are, whatever changed since\n");
    own_forget(told);
    assert_false(vtb_build_file(&targets[0], path));
}

/* Adds lines at the head and the end of the list of a compiler's files, and expects a message. */
static void with_toolchain(const char *head, const char *end, const char *said)
{
    size_t n;
    char *before = own_text(own_path(OWN_INSTALLED "/cells.toolchain"), &n);
    char *after;
    assert_true(asprintf(&after, "%s%s%s", head, before, end) > 0);
    (void)own_file(OWN_INSTALLED "/cells.toolchain", after);
    struct own_told *told = own_ask(ask_twice);
    (void)own_file(OWN_INSTALLED "/cells.toolchain", before);
    free(before);
    free(after);
    if (!told->ok)
        fail_msg("%s", told->message);
    assert_int_equal(told->number, 0);
    assert_said(said);
    own_forget(told);
}

static void without_a_compiler(void **state)
{
    (void)state;
    with_toolchain("/nowhere/cc\n", "",
                   "warning: there is no /nowhere/cc: cells are used as they are, whatever changed "
                   "since\n");
}

static void set_time(const char *path, time_t seconds)
{
    const struct timespec times[] = {{seconds, 0}, {seconds, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* A compiler that is another one than before compiles all cells again: its files' sizes and times
 * tell. */
static void another_compiler(void **state)
{
    (void)state;
    static const char said[] = "the compiler is another one than before: cells are built again\n";
    char line[OWN_PATH_BYTES + 8];
    (void)build();
    snprintf(line, sizeof line, "%s\n", own_file("pass", "of a compiler"));
    with_toolchain("", line, said);
    set_time(own_path("pass"), 1000);
    with_toolchain("", line, said);
    set_time(own_file("pass", "of another compiler"), 1000);
    with_toolchain("", line, said);
    with_toolchain("", line, "");
    assert_int_equal(stale_n(), TARGETS_N);
    with_toolchain("", "", said);
    assert_int_equal(stale_n(), 0);
}

/* --- processes beside each other --- */

static bool build_in_child(void *context, struct vtb_error *own)
{
    bool *ok = context;
    to_file("stderr");
    *ok = vtb_build(targets, TARGETS_N, NULL, NULL, own);
    return *ok;
}

/* A build waits for another process that builds. */
static void waits_for_another_process(void **state)
{
    (void)state;
    char path[PATH_MAX + 16];
    size_t n;
    bool *ok = vtb_pages_shared(sizeof *ok, "what a child says", &error);
    struct vtb_child child = {.name = "a child", .run = build_in_child, .context = ok};
    (void)build();
    (void)own_file("stderr", "");
    snprintf(path, sizeof path, "%s/.lock", cells());
    const int lock = open(path, O_RDWR | O_CLOEXEC);
    assert_true(lock >= 0);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    (void)build(); /* nothing is */
    assert_int_equal(unlink(file_of(&targets[0])), 0);
    assert_true(vtb_child_start(&child, &error));
    char *said = own_text(own_path("stderr"), &n);
    while (n == 0) {
        free(said);
        usleep(1000);
        said = own_text(own_path("stderr"), &n);
    }
    assert_string_equal(said, "waiting for another process that builds cells\n");
    assert_false(*ok);
    assert_int_equal(flock(lock, LOCK_UN), 0);
    assert_true(vtb_child_finish(&child, &error));
    assert_true(*ok);
    free(said);
    close(lock);
    vtb_pages_free(ok, sizeof *ok);
}

/* --- cells of another process --- */

/* Runs in a process whose cells are to be those of a folder. */
static int run_read_only(void)
{
    size_t n = 99;
    setenv("VTB_CELLS", own_path("others"), 1);
    name_targets();
    const bool ok = vtb_build(targets, TARGETS_N, NULL, NULL, &error) &&
                    vtb_build_count(targets, TARGETS_N, &n, &error);
    return !ok || n != 0 || !vtb_home(&error)->read_only;
}

/* Cells of another process are used as they are: nothing is built, or said to be. */
static void nothing_is_built_for_another_process(void **state)
{
    (void)state;
    (void)own_subfolder("others");
    assert_int_equal(own_run_copy("--read-only"), 0);
    assert_int_equal(rmdir(own_path("others")), 0);
}

/* --- the rule --- */

static void put_rules(const char *text, char hex[VTB_DIGEST_BYTES])
{
    (void)own_file(OWN_INSTALLED "/cells.ninja", text);
    vtb_rule_digest(vtb_home(&error), hex);
}

/* Paths at its head are of this machine; what stands behind them is the same on others. */
static void digest_of_the_rule(void **state)
{
    (void)state;
    char own[VTB_DIGEST_BYTES];
    char hex[2][VTB_DIGEST_BYTES];
    size_t n;
    char *before = own_text(own_path(OWN_INSTALLED "/cells.ninja"), &n);
    vtb_rule_digest(vtb_home(&error), own);
    assert_int_equal(strlen(own), 64);
    put_rules("cc = 'a'\n# Everything from here on\nflags = -O2\n", hex[0]);
    put_rules("cc = 'b'\n# Everything from here on\nflags = -O2\n", hex[1]);
    assert_string_equal(hex[0], hex[1]);
    put_rules("cc = 'b'\n# Everything from here on\nflags = -O3\n", hex[1]);
    assert_string_not_equal(hex[0], hex[1]);
    put_rules("flags = -O3\n", hex[1]);
    assert_string_equal(hex[1], "unknown");
    put_rules(before, hex[0]);
    assert_string_equal(hex[0], own);
    free(before);
}

static int setup(void **state)
{
    (void)state;
    name_targets();
    return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

static int run(void)
{
    const struct CMUnitTest tests[] = {
        TEST(built_once),
        TEST(one_of_two),
        TEST(counting_writes_nothing),
        TEST(changed_sources),
        TEST(one_that_fails),
        TEST(other_words_of_ninja),
        TEST(what_is_said_of_others),
        TEST(one_of_ours_that_fails),
        TEST(without_sources),
        TEST(without_ninja),
        TEST(without_a_compiler),
        TEST(waits_for_another_process),
        TEST(nothing_is_built_for_another_process),
        TEST(digest_of_the_rule),
        TEST(another_compiler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--read-only") == 0) {
        snprintf(own_folder, sizeof own_folder, "%s", argv[2]);
        return run_read_only();
    }
    return own_main(argc, argv, run);
}
