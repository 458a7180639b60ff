/* Interrupts, in child processes, as one that ends would end the test. */
#include "written.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/progress.h"
#include "base/temporary.h"

#define NOTHING_WRITTEN                                                                     \
    "run_bench: interrupted before the first table was finished; nothing was written, and " \
    "earlier results are as they were\n"

/* What a child exits with where it is as it should be; no status of the program's own. */
#define AS_IT_SHOULD 42

static char text[1024];

static void leave_if(bool as_it_should)
{
    _exit(as_it_should ? AS_IT_SHOULD : 1);
}

static void watched(void)
{
    vtb_interrupt_watch();
    raise(SIGINT);
}

static void with_nothing_to_keep_it_ends_the_process(void **state)
{
    (void)state;
    const struct vtb_child_end end = written_end(watched, false, text, sizeof text);
    assert_string_equal(text, NOTHING_WRITTEN);
    assert_int_equal(end.how, VTB_CHILD_LEFT);
    assert_int_equal(end.number, VTB_EXIT_SIGNAL + SIGINT);
}

static void watched_by_another_command(void)
{
    vtb_interrupt_tell("nothing was compared");
    watched();
}

static char mark[] = "/tmp/vtb_interrupt.XXXXXX";

/* A child of the child, which takes a mark away a while after it was interrupted. */
static void become_slow(const sigset_t *interrupt)
{
    vtb_interrupt_note();
    (void)sigprocmask(SIG_UNBLOCK, interrupt, NULL);
    while (!vtb_interrupted())
        usleep(1000);
    usleep(50000);
    (void)unlink(mark);
    _exit(0);
}

static void watched_with_a_child(void)
{
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &interrupt, NULL); /* until the child heeds it */
    const pid_t child = fork();
    if (child == 0)
        become_slow(&interrupt);
    (void)sigprocmask(SIG_UNBLOCK, &interrupt, NULL);
    vtb_interrupt_pass_to(child);
    watched();
}

/* Who ends first ends the child by a signal that it cannot heed. */
static void it_waits_for_its_child(void **state)
{
    (void)state;
    const int file = mkstemp(mark);
    assert_true(file >= 0 && close(file) == 0);
    const struct vtb_child_end end = written_end(watched_with_a_child, false, text, sizeof text);
    assert_int_equal(end.number, VTB_EXIT_SIGNAL + SIGINT);
    assert_int_equal(access(mark, F_OK), -1);
}

static void what_it_means_is_the_command_s(void **state)
{
    (void)state;
    const struct vtb_child_end end =
        written_end(watched_by_another_command, false, text, sizeof text);
    assert_string_equal(text, "run_bench: interrupted; nothing was compared\n");
    assert_int_equal(end.number, VTB_EXIT_SIGNAL + SIGINT);
}

/* The bar, and what the terminal shows of Ctrl-C. */
static void watched_with_progress(void)
{
    vtb_progress_choose(VTB_PROGRESS_AUTO);
    watched();
}

static void on_a_terminal_the_line_is_wiped_first(void **state)
{
    (void)state;
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    const struct vtb_child_end end = written_end(watched_with_progress, true, text, sizeof text);
    assert_string_equal(text, "\r\033[K" NOTHING_WRITTEN);
    assert_int_equal(end.number, VTB_EXIT_SIGNAL + SIGINT);
}

static void on_a_dumb_terminal_nothing_is_wiped(void **state)
{
    (void)state;
    assert_int_equal(setenv("TERM", "dumb", 1), 0);
    (void)written_end(watched_with_progress, true, text, sizeof text);
    assert_string_equal(text, NOTHING_WRITTEN);
}

static void kept(void)
{
    vtb_interrupt_watch();
    vtb_interrupt_keep();
    const bool before = vtb_interrupted();
    raise(SIGINT);
    leave_if(!before && vtb_interrupted());
}

static void with_something_to_keep_it_is_noted(void **state)
{
    (void)state;
    const struct vtb_child_end end = written_end(kept, false, text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(end.how, VTB_CHILD_LEFT);
    assert_int_equal(end.number, AS_IT_SHOULD);
}

static char unfinished[] = "/tmp/vtb_interrupt.XXXXXX";

static void discarding(void)
{
    vtb_temporary_add(unfinished);
    vtb_interrupt_discard();
    raise(SIGTERM);
}

/* What is not finished goes, and the process ends as if nothing had been said. */
static void what_is_not_finished_is_discarded(void **state)
{
    (void)state;
    const int file = mkstemp(unfinished);
    assert_true(file >= 0 && close(file) == 0);
    const struct vtb_child_end end = written_end(discarding, false, text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(end.how, VTB_CHILD_KILLED);
    assert_int_equal(end.number, SIGTERM);
    assert_int_equal(access(unfinished, F_OK), -1);
}

static void noted_twice(void)
{
    vtb_interrupt_note();
    raise(SIGINT);
    raise(SIGINT);
    leave_if(vtb_interrupted());
}

static void a_child_notes_all_of_them(void **state)
{
    (void)state;
    const struct vtb_child_end end = written_end(noted_twice, false, text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(end.how, VTB_CHILD_LEFT);
    assert_int_equal(end.number, AS_IT_SHOULD);
}

static void kept_twice(void)
{
    vtb_interrupt_keep();
    raise(SIGINT);
    raise(SIGINT);
}

static void a_second_one_ends_the_process(void **state)
{
    (void)state;
    const struct vtb_child_end end = written_end(kept_twice, false, text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(end.how, VTB_CHILD_INTERRUPTED);
}

/* Or a run would go on waiting for a child process that does not end. */
static void breaks_waits(void)
{
    struct sigaction watching;
    struct sigaction keeping;
    vtb_interrupt_watch();
    sigaction(SIGINT, NULL, &watching);
    vtb_interrupt_keep();
    sigaction(SIGINT, NULL, &keeping);
    leave_if(((watching.sa_flags | keeping.sa_flags) & (int)SA_RESTART) == 0);
}

static void a_wait_is_broken(void **state)
{
    (void)state;
    assert_int_equal(written_end(breaks_waits, false, text, sizeof text).number, AS_IT_SHOULD);
}

static void in_child(void)
{
    vtb_interrupt_watch();
    vtb_interrupt_child();
    raise(SIGINT);
}

static void a_child_ends_without_a_word(void **state)
{
    (void)state;
    const struct vtb_child_end end = written_end(in_child, false, text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(end.how, VTB_CHILD_INTERRUPTED);
}

static void with_its_parent(void)
{
    int at_end = 0;
    prctl(PR_SET_PDEATHSIG, 0);
    vtb_interrupt_child();
    leave_if(prctl(PR_GET_PDEATHSIG, &at_end) == 0 && at_end == SIGKILL);
}

static void a_child_ends_with_its_parent(void **state)
{
    (void)state;
    assert_int_equal(written_end(with_its_parent, false, text, sizeof text).number, AS_IT_SHOULD);
}

static void its_error_is_a_status_of_its_own(void **state)
{
    (void)state;
    struct vtb_error error;
    assert_false(vtb_interrupted());
    assert_false(vtb_fail_interrupted(&error));
    assert_int_equal(error.exit_code, VTB_EXIT_SIGNAL + SIGINT);
    assert_string_equal(error.message, "interrupted");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_nothing_to_keep_it_ends_the_process),
        cmocka_unit_test(it_waits_for_its_child),
        cmocka_unit_test(what_it_means_is_the_command_s),
        cmocka_unit_test(on_a_terminal_the_line_is_wiped_first),
        cmocka_unit_test(on_a_dumb_terminal_nothing_is_wiped),
        cmocka_unit_test(with_something_to_keep_it_is_noted),
        cmocka_unit_test(a_child_notes_all_of_them),
        cmocka_unit_test(what_is_not_finished_is_discarded),
        cmocka_unit_test(a_second_one_ends_the_process),
        cmocka_unit_test(a_wait_is_broken),
        cmocka_unit_test(a_child_ends_without_a_word),
        cmocka_unit_test(a_child_ends_with_its_parent),
        cmocka_unit_test(its_error_is_a_status_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
