#include "written.h"

#include <stdlib.h>

#include "base/shown.h"

static void assert_shown(const char *text, const char *expected)
{
    char shown[200];
    vtb_show(shown, sizeof shown, text);
    assert_string_equal(shown, expected);
    assert_int_equal(vtb_is_shown(text), strcmp(text, expected) == 0);
    char *copy = vtb_shown_copy(text);
    assert_string_equal(copy, expected);
    free(copy);
}

static void text_of_any_language_stays(void **state)
{
    (void)state;
    assert_shown("", "");
    assert_shown("a b\\n", "a b\\n");
    assert_shown("\xc3\xa4\xc2\xa0\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf",
                 "\xc3\xa4\xc2\xa0\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf");
}

static void what_moves_the_cursor_is_escaped(void **state)
{
    (void)state;
    assert_shown("a\nb\tc\r", "a\\nb\\tc\\r");
    assert_shown("\x01\x1b[2J\x1f\x7f", "\\x01\\x1b[2J\\x1f\\x7f");
    assert_shown("\xc2\x80\xc2\x9b", "\\xc2\\x80\\xc2\\x9b"); /* C1: \x9b is ESC [ */
    assert_shown("\xe2\x80\xa8|\xe2\x80\xae|\xe2\x81\xa6",
                 "\\xe2\\x80\\xa8|\\xe2\\x80\\xae|\\xe2\\x81\\xa6");
}

static void what_is_no_utf8_is_escaped(void **state)
{
    (void)state;
    assert_shown("\xff", "\\xff");
    assert_shown("a\x9b", "a\\x9b");
    assert_shown("\xc3", "\\xc3");
    assert_shown("\xe2\x82", "\\xe2\\x82");
    assert_shown("\xf0\x9f\x98|", "\\xf0\\x9f\\x98|");
    assert_shown("\xc0\x9b", "\\xc0\\x9b");                   /* a longer spelling */
    assert_shown("\xe0\x82\x9b", "\\xe0\\x82\\x9b");          /* likewise */
    assert_shown("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* half of a pair of UTF-16 */
    assert_shown("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond the last */
}

static void shown_is_cut_between_characters(void **state)
{
    (void)state;
    char shown[8];
    vtb_show(shown, 5, "abcdef");
    assert_string_equal(shown, "abcd");
    vtb_show(shown, 5, "abc\xc3\xa4");
    assert_string_equal(shown, "abc");
    vtb_show(shown, 5, "ab\x1b");
    assert_string_equal(shown, "ab");
    vtb_show(shown, 1, "a");
    assert_string_equal(shown, "");
}

static void assert_lines(const char *lines, size_t n, enum vtb_shown_as as, const char *expected)
{
    char *text = NULL;
    size_t text_n;
    FILE *out = open_memstream(&text, &text_n);
    assert_non_null(out);
    vtb_print_shown(out, lines, n, as);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void ends_of_lines_stay(void **state)
{
    (void)state;
    static const char lines[] = "a\n\x1b\xc3\xa4\n\xff\0b\n";
    assert_lines(lines, sizeof lines - 1, VTB_SHOWN_TEXT, "a\n\\x1b\xc3\xa4\n\\xff\\x00b\n");
}

static void json_stays_json(void **state)
{
    (void)state;
    static const char lines[] = "\"\\u0001\xc3\xa4\x7f\xc2\x9b\xff\xe2\x80\xae\"\n";
    assert_lines(lines, sizeof lines - 1, VTB_SHOWN_JSON,
                 "\"\\u0001\xc3\xa4\\u007f\\u009b\\ufffd\\u202e\"\n");
}

static void assert_markdown(const char *text, const char *expected)
{
    char *copy = vtb_markdown_copy(text);
    assert_string_equal(copy, expected);
    free(copy);
}

static void markdown_is_text(void **state)
{
    (void)state;
    assert_markdown("", "");
    assert_markdown("heap_task_2 [1] ~0.3 (a)", "heap_task_2 [1] ~0.3 (a)");
    assert_markdown("a|b`c*d<e&f\\g", "a\\|b\\`c\\*d\\<e\\&f\\\\g");
    assert_markdown("_a_ b__c _", "\\_a\\_ b\\_\\_c \\_");
    assert_markdown("[a](b)", "[a\\](b)");
}

static void assert_word(const char *word, const char *expected)
{
    char *text = NULL;
    size_t text_n;
    FILE *out = open_memstream(&text, &text_n);
    assert_non_null(out);
    vtb_print_shell_word(out, word);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void words_are_quoted_where_a_shell_expands(void **state)
{
    (void)state;
    assert_word("--hit-rate=0:1:0.05", "--hit-rate=0:1:0.05");
    assert_word("value_task@checked,80%", "value_task@checked,80%");
    assert_word("", "''");
    assert_word("=ls", "'=ls'");
    static const char expanded[] = " $`\"\\*?[]{}()<>|&;!#~^";
    for (const char *c = expanded; *c; c++) {
        const char word[] = {'a', *c, 'b', '\0'};
        const char quoted[] = {'\'', 'a', *c, 'b', '\'', '\0'};
        assert_word(word, quoted);
    }
    assert_word("it's", "'it'\\''s'");
    assert_word("\xc3\xa4", "'\xc3\xa4'");
}

static void words_that_are_not_fit_are_spelt(void **state)
{
    (void)state;
    assert_word("a\nb\t'\\$\xc3\xa4", "$'a\\nb\\t\\'\\\\$\xc3\xa4'");
    assert_word(
        "\x1b"
        "1\xff\xc2\x9b",
        "$'\\0331\\377\\302\\233'");
}

static void tell_two_names(void *context)
{
    vtb_tell("%s and %d: %s", "a\nb\x1b", 2, (const char *)context);
}

static void what_is_told_is_one_line(void **state)
{
    (void)state;
    char text[4096];
    char name[3001];
    written_by(tell_two_names, (void *)(uintptr_t) "c", false, text, sizeof text);
    assert_string_equal(text, "a\\nb\\x1b and 2: c\n");
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    written_by(tell_two_names, name, false, text, sizeof text);
    assert_int_equal(strlen(text), 2000 + strlen("\\nb\\x1b") - strlen("\nb\x1b") + 1);
}

static void of_a_long_path_the_end_is_shown(void **state)
{
    (void)state;
    char path[302];
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_string_equal(vtb_path_dots(path), "...");
    assert_ptr_equal(vtb_path_end(path), path + 1);
    assert_string_equal(vtb_path_dots(path + 1), "");
    assert_ptr_equal(vtb_path_end(path + 1), path + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_long_path_the_end_is_shown),
        cmocka_unit_test(text_of_any_language_stays),
        cmocka_unit_test(what_moves_the_cursor_is_escaped),
        cmocka_unit_test(what_is_no_utf8_is_escaped),
        cmocka_unit_test(shown_is_cut_between_characters),
        cmocka_unit_test(ends_of_lines_stay),
        cmocka_unit_test(json_stays_json),
        cmocka_unit_test(markdown_is_text),
        cmocka_unit_test(words_are_quoted_where_a_shell_expands),
        cmocka_unit_test(words_that_are_not_fit_are_spelt),
        cmocka_unit_test(what_is_told_is_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
