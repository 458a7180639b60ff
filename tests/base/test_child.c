#include "check.h"

#include "base/child.h"
#include "base/interrupt.h"
#include "base/pages.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NUMBERS_N ((size_t)100000) /* several pages */

static struct vtb_error error;
static struct vtb_child_end end;

/* Ends as the test says: cmocka's own handlers would go on with the tests in the child. */
static void end_by(int signal_number)
{
    const struct rlimit no_core = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static bool does_well(void *context, struct vtb_error *own)
{
    (void)context;
    (void)own;
    return true;
}

static bool fails(void *context, struct vtb_error *own)
{
    own->details = "lines of the child's memory";
    (void)vtb_fail(own, VTB_EXIT_USAGE, "no %s", (const char *)context);
    own->details = "lines of the child's memory";
    return false;
}

static bool leaves(void *context, struct vtb_error *own)
{
    (void)own;
    _exit(*(const int *)context);
}

static bool is_ended(void *context, struct vtb_error *own)
{
    (void)own;
    end_by(*(const int *)context);
    return true;
}

static bool becomes_a_program(void *context, struct vtb_error *own)
{
    char *const arguments[] = {(char *)"sh", (char *)"-c", context, NULL};
    (void)own;
    execvp("sh", arguments);
    _exit(127);
}

static struct vtb_child child_of(vtb_child_function *run, const void *context)
{
    return (struct vtb_child){
        .name = "work", .remedy = "look", .run = run, .context = (void *)(uintptr_t)context};
}

static void try(vtb_child_function *run, const void *context)
{
    struct vtb_child child = child_of(run, context);
    memset(&error, 0, sizeof error);
    memset(&end, 0x5a, sizeof end);
    assert_true(vtb_child_try(&child, &end, &error));
    assert_null(child.outcome);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* none is left */
}

static void refused(vtb_child_function *run, const void *context, enum vtb_exit exit_code,
                    const char *message)
{
    struct vtb_child child = child_of(run, context);
    memset(&error, 0, sizeof error);
    assert_false(vtb_child_work(&child, &error));
    assert_int_equal(error.exit_code, exit_code);
    assert_string_equal(error.message, message);
    assert_null(error.details);
}

static void assert_said(const char *expected)
{
    char words[64];
    vtb_child_say(&end, words, sizeof words);
    assert_string_equal(words, expected);
}

static void a_child_ends_well(void **state)
{
    struct vtb_child child = child_of(does_well, NULL);
    (void)state;
    try(does_well, NULL);
    assert_int_equal(end.how, VTB_CHILD_WELL);
    assert_int_equal(end.number, 0);
    assert_true(vtb_child_work(&child, &error));
}

static void its_own_error_is_told(void **state)
{
    (void)state;
    try(fails, "luck");
    assert_int_equal(end.how, VTB_CHILD_FAILED);
    assert_int_equal(end.error.exit_code, VTB_EXIT_USAGE);
    assert_string_equal(end.error.message, "no luck");
    assert_null(end.error.details);
    refused(fails, "luck", VTB_EXIT_USAGE, "no luck");
}

static bool end_anywhere(void *context, struct vtb_error *own)
{
    struct vtb_error found;
    (void)context;
    (void)own;
    vtb_error_set(&found, VTB_EXIT_USAGE, "no way");
    vtb_child_fail(&found);
}

/* As if its function had returned false. */
static void a_child_ends_with_an_error_anywhere(void **state)
{
    (void)state;
    refused(end_anywhere, NULL, VTB_EXIT_USAGE, "no way");
}

/* What is no child of this program leaves its error where its parent looks for it. */
static void a_process_leaves_its_error(void **state)
{
    (void)state;
    struct vtb_error unused;
    struct vtb_error *place = vtb_pages_shared(sizeof *place, "an error", &unused);
    const pid_t child = fork();
    if (child == 0) {
        vtb_child_tell_at(place);
        (void)end_anywhere(NULL, NULL);
    }
    int status;
    assert_true(waitpid(child, &status, 0) == child);
    assert_int_equal(WEXITSTATUS(status), VTB_EXIT_USAGE);
    assert_string_equal(place->message, "no way");
    vtb_pages_free(place, sizeof *place);
}

static void its_exit_status_is_told(void **state)
{
    static const int statuses[] = {0, 1, 3, 255};
    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        char words[64];
        char message[128];
        try(leaves, &statuses[i]);
        assert_int_equal(end.how, VTB_CHILD_LEFT);
        assert_int_equal(end.number, statuses[i]);
        snprintf(words, sizeof words, "exit status %d", statuses[i]);
        snprintf(message, sizeof message, "work: %s", words);
        assert_said(words);
        refused(leaves, &statuses[i], VTB_EXIT_INTERNAL, message);
    }
}

static void the_signal_is_told(void **state)
{
    static const int segv = SIGSEGV;
    static const int killed = SIGKILL;
    struct vtb_child child = child_of(is_ended, &killed);
    (void)state;
    try(is_ended, &segv);
    assert_int_equal(end.how, VTB_CHILD_KILLED);
    assert_int_equal(end.number, SIGSEGV);
    assert_said("Segmentation fault");
    assert_false(vtb_child_is_at_limit(&end));
    refused(is_ended, &segv, VTB_EXIT_INTERNAL,
            "work: ended by signal 11 (Segmentation fault); look");
    child.remedy = NULL;
    assert_false(vtb_child_work(&child, &error));
    assert_string_equal(error.message, "work: ended by signal 9 (Killed)");
}

static void an_interrupt_is_told(void **state)
{
    static const int interrupt = SIGINT;
    (void)state;
    try(is_ended, &interrupt);
    assert_int_equal(end.how, VTB_CHILD_INTERRUPTED);
    refused(is_ended, &interrupt, VTB_EXIT_SIGNAL + SIGINT, "interrupted");
}

/* While that waits. */
static bool interrupts_its_parent(void *context, struct vtb_error *own)
{
    (void)context;
    (void)own;
    const bool ok = kill(getppid(), SIGINT) == 0;
    usleep(20000);
    return ok;
}

/* In a process of its own, as it stays noted: however the work ended, it is not gone on with. */
static bool work_is_interrupted(void *context, struct vtb_error *own)
{
    struct vtb_child child = child_of(interrupts_its_parent, NULL);
    struct vtb_error reason;
    (void)context;
    vtb_interrupt_keep();
    const bool ok = vtb_child_work(&child, &reason);
    if (ok || reason.exit_code != VTB_EXIT_SIGNAL + SIGINT)
        return vtb_fail(own, VTB_EXIT_INTERNAL, "it goes on");
    child = child_of(does_well, NULL);
    struct vtb_child_end own_end;
    return vtb_child_try(&child, &own_end, own) &&
           (own_end.how == VTB_CHILD_WELL || vtb_fail(own, VTB_EXIT_INTERNAL, "it ended well"));
}

static void an_interrupt_of_its_parent_is_told(void **state)
{
    struct vtb_child child = child_of(work_is_interrupted, NULL);
    (void)state;
    if (!vtb_child_work(&child, &error))
        fail_msg("%s", error.message);
}

static bool interrupts_its_parent_and_goes_on(void *context, struct vtb_error *own)
{
    (void)context;
    (void)own;
    (void)kill(getppid(), SIGINT);
    while (pause() == -1)
        continue;
    return true;
}

static bool goes_on(void *context, struct vtb_error *own)
{
    (void)context;
    (void)own;
    while (pause() == -1)
        continue;
    return true;
}

/* In a process of its own, which notes the interrupt: of the child that is waited for, and of one
 * that begins afterwards. */
static bool endless_work_is_interrupted(void *context, struct vtb_error *own)
{
    vtb_child_function *const functions[] = {interrupts_its_parent_and_goes_on, goes_on};
    (void)context;
    vtb_interrupt_keep();
    for (size_t i = 0; i < 2; i++) {
        struct vtb_child child = child_of(functions[i], NULL);
        struct vtb_error reason;
        if (vtb_child_work(&child, &reason) || reason.exit_code != VTB_EXIT_SIGNAL + SIGINT)
            return vtb_fail(own, VTB_EXIT_INTERNAL, "it ended otherwise");
    }
    return true;
}

/* An interrupt of the parent alone, as a supervisor sends it, does not wait for the child. */
static void an_interrupt_of_its_parent_ends_it(void **state)
{
    struct vtb_child child = child_of(endless_work_is_interrupted, NULL);
    (void)state;
    if (!vtb_child_work(&child, &error))
        fail_msg("%s", error.message);
}

struct numbers {
    size_t n;
    uint64_t items[NUMBERS_N];
};

static bool counts(void *context, struct vtb_error *own)
{
    struct numbers *numbers = context;
    (void)own;
    for (size_t i = 0; i < numbers->n; i++)
        numbers->items[i] = i * i;
    return true;
}

static void shared_pages_are_of_both(void **state)
{
    struct numbers *numbers = vtb_pages_shared(sizeof *numbers, "numbers", &error);
    static struct numbers own = {.n = 1};
    (void)state;
    assert_non_null(numbers);
    assert_int_equal(numbers->n, 0);
    assert_int_equal(numbers->items[NUMBERS_N - 1], 0);
    numbers->n = NUMBERS_N;
    try(counts, numbers);
    for (size_t i = 0; i < NUMBERS_N; i++)
        assert_int_equal(numbers->items[i], i * i);
    own.items[0] = 7;
    try(counts, &own); /* in a copy of its own */
    assert_int_equal(own.items[0], 7);
    vtb_pages_free(numbers, sizeof *numbers);
}

/* Each knows its own, whichever ends first. */
static void several_at_once(void **state)
{
    static const int statuses[] = {11, 12, 13};
    struct vtb_child children[3];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        children[i] = child_of(leaves, &statuses[i]);
        assert_true(vtb_child_start(&children[i], &error));
    }
    for (size_t i = 3; i-- > 0;) {
        assert_true(vtb_child_wait(&children[i], &end, &error));
        assert_int_equal(end.number, statuses[i]);
    }
}

static bool hangs(void *context, struct vtb_error *own)
{
    volatile uint64_t turns_n = 0;
    (void)own;
    vtb_child_limit(0.02, *(const int *)context);
    while (turns_n < UINT64_MAX)
        turns_n++;
    return true;
}

static bool sleeps(void *context, struct vtb_error *own)
{
    (void)context;
    (void)own;
    vtb_child_limit(10, 1);
    while (pause() < 0)
        continue;
    return true;
}

static void limits_end_it(void **state)
{
    static const int s = 60;
    (void)state;
    try(hangs, &s);
    assert_true(vtb_child_is_at_limit(&end));
    assert_int_equal(end.number, SIGPROF);
    try(sleeps, NULL);
    assert_true(vtb_child_is_at_limit(&end));
    assert_int_equal(end.number, SIGALRM);
}

static void a_program_is_told_by_its_status(void **state)
{
    (void)state;
    try(becomes_a_program, "exit 7");
    assert_int_equal(end.how, VTB_CHILD_LEFT);
    assert_int_equal(end.number, 7);
    try(becomes_a_program, "exit 0");
    assert_int_equal(end.how, VTB_CHILD_LEFT);
    assert_int_equal(end.number, 0);
}

static void there_may_be_no_process(void **state)
{
    struct vtb_child child = child_of(does_well, NULL);
    struct rlimit before;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NPROC, &before), 0);
    assert_int_equal(setrlimit(RLIMIT_NPROC, &(struct rlimit){0, before.rlim_max}), 0);
    const bool ok = vtb_child_work(&child, &error);
    assert_int_equal(setrlimit(RLIMIT_NPROC, &before), 0);
    assert_null(child.outcome);
    if (ok) /* for root there is no such limit */
        skip();
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_begins(error.message, "work: no process: ");
}

/* Only what could be started: no folder, and no file that is none. */
static void programs_are_found(void **state)
{
    char folder[TEMPORARY_BYTES];
    char path[PATH_MAX];
    char file[PATH_MAX];
    const char *folders = getenv("PATH");
    (void)state;
    temporary_name(folder);
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/program", folder);
    char *before = strdup(folders ? folders : "");
    setenv("PATH", folder, 1);
    assert_false(vtb_child_find("program", path));
    assert_int_equal(mkdir(file, 0777), 0);
    assert_false(vtb_child_find("program", path));
    assert_int_equal(rmdir(file), 0);
    assert_int_equal(close(open(file, O_WRONLY | O_CREAT, 0644)), 0);
    assert_false(vtb_child_find("program", path));
    assert_int_equal(chmod(file, 0755), 0);
    assert_true(vtb_child_find("program", path));
    assert_string_equal(path, file);
    setenv("PATH", before, 1);
    free(before);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_ends_well),
        cmocka_unit_test(its_own_error_is_told),
        cmocka_unit_test(a_child_ends_with_an_error_anywhere),
        cmocka_unit_test(a_process_leaves_its_error),
        cmocka_unit_test(its_exit_status_is_told),
        cmocka_unit_test(the_signal_is_told),
        cmocka_unit_test(an_interrupt_is_told),
        cmocka_unit_test(an_interrupt_of_its_parent_is_told),
        cmocka_unit_test(an_interrupt_of_its_parent_ends_it),
        cmocka_unit_test(shared_pages_are_of_both),
        cmocka_unit_test(several_at_once),
        cmocka_unit_test(limits_end_it),
        cmocka_unit_test(a_program_is_told_by_its_status),
        cmocka_unit_test(there_may_be_no_process),
        cmocka_unit_test(programs_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
