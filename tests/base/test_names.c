#include "check.h"

#include "base/names.h"

static const struct vtb_names fruit = {.items = {"apple", "pear", "plum", "orange"}, .n = 4};

static void have(void **state)
{
    (void)state;
    assert_true(vtb_names_have(&fruit, "apple"));
    assert_true(vtb_names_have(&fruit, "orange"));
    assert_false(vtb_names_have(&fruit, "appl"));
    assert_false(vtb_names_have(&fruit, "apples"));
    assert_false(vtb_names_have(&fruit, "Apple"));
    assert_false(vtb_names_have(&fruit, ""));
}

/* Two strings of the same letters are one name. */
static void add_each_name_once(void **state)
{
    (void)state;
    char again[] = "plum";
    struct vtb_names names = fruit;
    assert_true(vtb_names_add(&names, again));
    assert_int_equal(names.n, 4);
    assert_true(vtb_names_add(&names, "quince"));
    assert_int_equal(names.n, 5);
    assert_string_equal(names.items[4], "quince");
}

static void add_until_full(void **state)
{
    (void)state;
    static char text[VTB_NAMES_MAX + 1][16];
    struct vtb_names names = {.n = 0};
    for (int i = 0; i < VTB_NAMES_MAX; i++) {
        snprintf(text[i], sizeof text[i], "n%d", i);
        assert_true(vtb_names_add(&names, text[i]));
    }
    assert_false(vtb_names_add(&names, "one more"));
    assert_int_equal(names.n, VTB_NAMES_MAX);
    assert_true(vtb_names_add(&names, "n5")); /* is there already */
}

static void assert_nearest(const char *misspelt, const char *expected)
{
    char text[128];
    vtb_names_nearest_first(&fruit, misspelt, text, sizeof text);
    assert_string_equal(text, expected);
}

static void nearest_first(void **state)
{
    (void)state;
    assert_nearest("aple", "apple, pear, plum, orange");        /* one letter too few */
    assert_nearest("pearr", "pear, apple, plum, orange");       /* one too many */
    assert_nearest("plun", "plum, apple, pear, orange");        /* another letter */
    assert_nearest("ornage", "orange, apple, pear, plum");      /* two letters swapped */
    assert_nearest("orange", "orange, apple, pear, plum");      /* none */
    assert_nearest("o", "pear, apple, plum, orange");           /* at equal distance, the first */
    assert_nearest("xxxxxxxxxxx", "apple, pear, plum, orange"); /* nothing in common */
}

static void no_names(void **state)
{
    (void)state;
    const struct vtb_names none = {.n = 0};
    char text[16] = "untouched";
    vtb_names_nearest_first(&none, "apple", text, sizeof text);
    assert_string_equal(text, "");
}

static void text_is_cut_to_its_room(void **state)
{
    (void)state;
    char text[16];
    memset(text, '#', sizeof text);
    vtb_names_nearest_first(&fruit, "plum", text, 8);
    assert_string_equal(text, "plum, a");
    assert_int_equal(text[8], '#');
}

static void very_long_word(void **state)
{
    (void)state;
    char word[4096];
    char text[64];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    vtb_names_nearest_first(&fruit, word, text, sizeof text);
    assert_contains(text, "apple");
    assert_contains(text, "orange");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(have),           cmocka_unit_test(add_each_name_once),
        cmocka_unit_test(add_until_full), cmocka_unit_test(nearest_first),
        cmocka_unit_test(no_names),       cmocka_unit_test(text_is_cut_to_its_room),
        cmocka_unit_test(very_long_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
