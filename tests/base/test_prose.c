#include "check.h"

#include "base/prose.h"

/* --- in a buffer --- */

static void appended_text_is_cut_where_the_buffer_ends(void **state)
{
    (void)state;
    char text[8] = "";
    vtb_append(text, sizeof text, "%s", "");
    assert_string_equal(text, "");
    vtb_append(text, sizeof text, "%d", 12);
    vtb_append(text, sizeof text, "%s", "345");
    assert_string_equal(text, "12345");
    vtb_append(text, sizeof text, "%s", "6789");
    assert_string_equal(text, "1234567");
    vtb_append(text, sizeof text, "%s", "x");
    assert_string_equal(text, "1234567");
}

static void an_end_has_something_before_it(void **state)
{
    (void)state;
    assert_true(vtb_ends_in("a.json", 6, ".json"));
    assert_false(vtb_ends_in("a.json", 5, ".json"));
    assert_false(vtb_ends_in(".json", 5, ".json"));
    assert_false(vtb_ends_in("a.jso", 5, ".json"));
}

static void items_are_separated_by_commas(void **state)
{
    (void)state;
    char text[10] = "";
    vtb_append_item(text, sizeof text, "%s", "a");
    assert_string_equal(text, "a");
    vtb_append_item(text, sizeof text, "%d", 2);
    assert_string_equal(text, "a, 2");
    vtb_append_item(text, sizeof text, "%s", "long");
    assert_string_equal(text, "a, 2, lon");
}

static void items_are_listed_once(void **state)
{
    (void)state;
    static const char *const items[] = {"plain", "in", "plain", "pl", "ain", "in", "pl", "plain"};
    char text[40] = "";
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        vtb_append_once(text, sizeof text, items[i]);
    assert_string_equal(text, "plain, in, pl, ain");
}

static void characters_are_no_bytes(void **state)
{
    (void)state;
    assert_int_equal(vtb_characters("", 0), 0);
    assert_int_equal(vtb_characters("abc", 3), 3);
    assert_int_equal(vtb_characters("abc", 2), 2);
    assert_int_equal(vtb_characters("1 ±2", 5), 4);
    assert_int_equal(vtb_characters("€𝄞", 7), 2);
}

static void words_go_with_numbers(void **state)
{
    (void)state;
    assert_string_equal(vtb_plural(0, "", "s"), "s");
    assert_string_equal(vtb_plural(1, "", "s"), "");
    assert_string_equal(vtb_plural(1, " is", "s are"), " is");
    assert_string_equal(vtb_plural(2, " is", "s are"), "s are");
    assert_string_equal(vtb_plural(0.5, "", "s"), "s");
}

static void a_list_has_an_and_before_its_last(void **state)
{
    (void)state;
    static const char *const expected[] = {"", "a", "a and b", "a, b and c", "a, b, c and d"};
    for (size_t n = 0; n < sizeof expected / sizeof *expected; n++) {
        char text[40] = "";
        for (size_t i = 0; i < n; i++)
            vtb_append(text, sizeof text, "%s%c", vtb_separator(i, n), "abcd"[i]);
        assert_string_equal(text, expected[n]);
    }
}

/* --- numbers --- */

static void scaled_numbers_have_three_digits_and_a_unit(void **state)
{
    (void)state;
    static const char *const units[] = {" ns", " us", " ms", NULL};
    char text[VTB_NUMBER_BYTES];
    assert_string_equal(vtb_scaled_text(text, 0, units), "0 ns");
    assert_string_equal(vtb_scaled_text(text, 4.1649, units), "4.16 ns");
    assert_string_equal(vtb_scaled_text(text, 999.4, units), "999 ns");
    assert_string_equal(vtb_scaled_text(text, 999.5, units), "1 us");
    assert_string_equal(vtb_scaled_text(text, 4164000, units), "4.16 ms");
    assert_string_equal(vtb_scaled_text(text, 5e9, units), "5,000 ms");
}

static void bytes_have_a_unit_of_1024(void **state)
{
    (void)state;
    char text[VTB_NUMBER_BYTES];
    assert_string_equal(vtb_bytes_text(text, 0), "0 B");
    assert_string_equal(vtb_bytes_text(text, 1023), "1023 B");
    assert_string_equal(vtb_bytes_text(text, 1024), "1.0 KiB");
    assert_string_equal(vtb_bytes_text(text, 6656), "6.5 KiB");
    assert_string_equal(vtb_bytes_text(text, 1258291), "1.2 MiB");
    assert_string_equal(vtb_bytes_text(text, 5e15), "4547.5 TiB");
}

static void durations_have_a_unit_that_suits_them(void **state)
{
    (void)state;
    static const struct {
        double seconds;
        const char *text;
    } rows[] = {{0, "about 0.0 s"},         {9.94, "about 9.9 s"},
                {10, "about 10 s"},         {119, "about 119 s"},
                {120, "about 2.0 minutes"}, {7199, "about 120.0 minutes"},
                {7200, "about 2.0 hours"},  {172800, "about 2.0 days"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[VTB_NUMBER_BYTES];
        assert_string_equal(vtb_duration_text(text, rows[i].seconds), rows[i].text);
    }
}

static void fitted_numbers_have_the_digits_that_there_is_room_for(void **state)
{
    (void)state;
    char text[VTB_NUMBER_BYTES];
    assert_string_equal(vtb_fitted_text(text, 12.345678, 9), "12.3457");
    assert_string_equal(vtb_fitted_text(text, 12.345678, 7), "12.3457");
    assert_string_equal(vtb_fitted_text(text, 12.345678, 6), "12.346");
    assert_string_equal(vtb_fitted_text(text, 12.345678, 2), "12");
    assert_string_equal(vtb_fitted_text(text, 12.345678, 0), "12");
    assert_string_equal(vtb_fitted_text(text, 0, 4), "0");
    assert_string_equal(vtb_fitted_text(text, 0.000065, 9), "0.000065");
    assert_string_equal(vtb_fitted_text(text, 0.0000651, 9), "0.0000651");
    assert_string_equal(vtb_fitted_text(text, 8e-9, 6), "<0.001");
    assert_string_equal(vtb_fitted_text(text, 1e6, 4), "1,000,000");
}

static void measured_figures_have_three_digits(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } rows[] = {{0, "0"},        {0.0027, "0.00270"},      {0.4768, "0.477"},
                {7.185, "7.18"}, {9.996, "10.0"},          {10.56, "10.6"},
                {12.5, "12.5"},  {99.96, "100"},           {213995.3, "213,995"},
                {-1.5, "-1.50"}, {1e-15, "0.000000000000"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[VTB_NUMBER_BYTES];
        assert_string_equal(vtb_figure_text(text, rows[i].value), rows[i].text);
    }
}

static void exact_numbers_have_the_digits_that_they_need(void **state)
{
    (void)state;
    char text[VTB_NUMBER_BYTES];
    assert_string_equal(vtb_digits_text(text, 78.4, 6), "78.4");
    assert_string_equal(vtb_digits_text(text, 104.28125, 6), "104.281");
    assert_string_equal(vtb_digits_text(text, 1234.5, 6), "1,234.5");
    assert_string_equal(vtb_digits_text(text, -1234567, 3), "-1,234,567");
    assert_string_equal(vtb_digits_text(text, INFINITY, 3), "inf");
    assert_string_equal(vtb_signed_text(text, 38.46, 3), "+38.5");
    assert_string_equal(vtb_signed_text(text, 0, 3), "+0");
    assert_string_equal(vtb_signed_text(text, -50, 3), "-50");
}

static void decimals_end_in_no_zeros(void **state)
{
    (void)state;
    char text[VTB_NUMBER_BYTES];
    assert_string_equal(vtb_decimal_text(text, 0.25, 4), "0.25");
    assert_string_equal(vtb_decimal_text(text, 2, 4), "2");
    assert_string_equal(vtb_decimal_text(text, 100, 0), "100");
    assert_string_equal(vtb_decimal_text(text, 100, 2), "100");
    assert_string_equal(vtb_decimal_text(text, 0, 3), "0");
}

/* Nor is anything behind the buffer touched, where there are zeros. */
static void a_long_number_is_cut(void **state)
{
    (void)state;
    char text[400];
    memset(text, '0', sizeof text);
    assert_int_equal(strlen(vtb_decimal_text(text, 1e300, 2)), VTB_NUMBER_BYTES - 1);
    for (size_t i = VTB_NUMBER_BYTES; i < sizeof text; i++)
        assert_int_equal(text[i], '0');
}

static void decimals_follow_the_size(void **state)
{
    (void)state;
    assert_int_equal(vtb_decimals(0.1), 3);
    assert_int_equal(vtb_decimals(9.99), 3);
    assert_int_equal(vtb_decimals(10), 2);
    assert_int_equal(vtb_decimals(100), 1);
    assert_int_equal(vtb_decimals(1000), 0);
    assert_int_equal(vtb_decimals(1e9), 0);
}

/* --- with lines broken at spaces --- */

static char written[1000];

static FILE *opened(void)
{
    FILE *out = fmemopen(written, sizeof written, "w");
    assert_non_null(out);
    return out;
}

static const char *wrapped(const char *text)
{
    FILE *out = opened();
    vtb_print_wrapped(out, text);
    assert_int_equal(fclose(out), 0);
    return written;
}

/* A word of n characters. */
static const char *word(size_t n, const char *character)
{
    static char words[4][500];
    static size_t next;
    char *text = words[next++ % 4];
    *text = '\0';
    for (size_t i = 0; i < n; i++)
        vtb_append(text, sizeof words[0], "%s", character);
    return text;
}

static void short_text_stays_as_it_is(void **state)
{
    (void)state;
    assert_string_equal(wrapped(""), "");
    assert_string_equal(wrapped("a b"), "a b");
    assert_string_equal(wrapped("a  b \n"), "a  b \n");
    assert_string_equal(wrapped("a\n\nb c\n"), "a\n\nb c\n");
}

static void a_line_has_100_characters_at_most(void **state)
{
    (void)state;
    char text[400];
    char expected[400];
    for (size_t n = 48; n <= 52; n++) {
        for (int kind = 0; kind < 2; kind++) {
            const char *character = kind == 0 ? "x" : "±";
            snprintf(text, sizeof text, "%s %s z", word(50, character), word(n, character));
            snprintf(expected, sizeof expected, "%s%c%s%cz", word(50, character),
                     n < 50 ? ' ' : '\n', word(n, character), n == 48 || n == 49 ? '\n' : ' ');
            assert_string_equal(wrapped(text), expected);
        }
    }
}

static void a_long_word_has_a_line_of_its_own(void **state)
{
    (void)state;
    char text[400];
    char expected[400];
    snprintf(text, sizeof text, "a %s b", word(120, "x"));
    snprintf(expected, sizeof expected, "a\n%s\nb", word(120, "x"));
    assert_string_equal(wrapped(text), expected);
}

static void a_line_that_ends_begins_a_new_count(void **state)
{
    (void)state;
    char text[600];
    char expected[600];
    snprintf(text, sizeof text, "%s a\n%s\n%s %s c", word(97, "x"), word(60, "x"), word(90, "±"),
             word(9, "y"));
    snprintf(expected, sizeof expected, "%s a\n%s\n%s %s\nc", word(97, "x"), word(60, "x"),
             word(90, "±"), word(9, "y"));
    assert_string_equal(wrapped(text), expected);
}

static void lines_may_be_shorter(void **state)
{
    (void)state;
    FILE *out = opened();
    vtb_print_wrapped_to(out, "one two three four", 7);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(written, "one two\nthree\nfour");
}

static void print_words(FILE *out, const void *what)
{
    fprintf(out, "%s %s", (const char *)what, (const char *)what);
}

static void what_is_formatted_or_written_is_wrapped_alike(void **state)
{
    (void)state;
    char expected[400];
    const char *half = word(60, "x");
    snprintf(expected, sizeof expected, "%s\n%s", half, half);
    FILE *out = opened();
    vtb_printf_wrapped(out, "%s %s", half, half);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(written, expected);
    out = opened();
    vtb_print_wrapped_by(out, print_words, half, VTB_LINE_WIDTH);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(written, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_listed_once),
        cmocka_unit_test(appended_text_is_cut_where_the_buffer_ends),
        cmocka_unit_test(an_end_has_something_before_it),
        cmocka_unit_test(items_are_separated_by_commas),
        cmocka_unit_test(characters_are_no_bytes),
        cmocka_unit_test(words_go_with_numbers),
        cmocka_unit_test(a_list_has_an_and_before_its_last),
        cmocka_unit_test(scaled_numbers_have_three_digits_and_a_unit),
        cmocka_unit_test(bytes_have_a_unit_of_1024),
        cmocka_unit_test(durations_have_a_unit_that_suits_them),
        cmocka_unit_test(fitted_numbers_have_the_digits_that_there_is_room_for),
        cmocka_unit_test(measured_figures_have_three_digits),
        cmocka_unit_test(exact_numbers_have_the_digits_that_they_need),
        cmocka_unit_test(decimals_end_in_no_zeros),
        cmocka_unit_test(a_long_number_is_cut),
        cmocka_unit_test(decimals_follow_the_size),
        cmocka_unit_test(short_text_stays_as_it_is),
        cmocka_unit_test(a_line_has_100_characters_at_most),
        cmocka_unit_test(a_long_word_has_a_line_of_its_own),
        cmocka_unit_test(a_line_that_ends_begins_a_new_count),
        cmocka_unit_test(lines_may_be_shorter),
        cmocka_unit_test(what_is_formatted_or_written_is_wrapped_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
