/* The words of a run that a command makes for itself. */
#include "check.h"

#include "base/child.h"
#include "run/own_run.h"

#define WORDS_N 100

/* As many as are added, each as long as it is, behind the two that come by themselves. */
static void words_are_kept_whole(void **state)
{
    (void)state;
    struct vtb_own_run run = {.words_n = 0};
    char longest[2000] = "";
    memset(longest, 'x', sizeof longest - 1);
    for (int i = 0; i < WORDS_N; i++)
        vtb_own_run_word(&run, "--%d=%s", i, longest);
    assert_int_equal(run.words_n, 2 + WORDS_N);
    assert_string_equal(run.words[0], "run_bench");
    assert_string_equal(run.words[1], "run");
    assert_null(run.words[2 + WORDS_N]);
    for (int i = 0; i < WORDS_N; i++) {
        char expected[sizeof longest + 20];
        snprintf(expected, sizeof expected, "--%d=%s", i, longest);
        assert_string_equal(run.words[2 + i], expected);
    }
    vtb_own_run_close(&run);
    assert_int_equal(run.words_n, 0);
    assert_null(run.words);
}

static bool add_a_word_that_is_no_text(void *context, struct vtb_error *error)
{
    struct vtb_own_run run = {.words_n = 0};
    const wchar_t no_character[] = {0x7fffffff, 0};
    (void)context;
    (void)error;
    vtb_own_run_word(&run, "%ls", no_character);
    return true;
}

/* A word that cannot be made is not left out: the command would do something else. */
static void a_word_that_cannot_be_made_ends_the_process(void **state)
{
    struct vtb_error error;
    struct vtb_child child = {.name = "a child", .run = add_a_word_that_is_no_text};
    (void)state;
    assert_false(vtb_child_work(&child, &error));
    assert_string_equal(error.message, "no memory for 3 bytes (a command line)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_kept_whole),
        cmocka_unit_test(a_word_that_cannot_be_made_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
