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
    vtb_names_nearest(&fruit, NULL, misspelt, text, sizeof text);
    assert_string_equal(text, expected);
}

static void three_nearest(void **state)
{
    (void)state;
    assert_nearest("aple", "apple, plum, pear");        /* one letter too few */
    assert_nearest("pearr", "pear, plum, apple");       /* one too many */
    assert_nearest("plun", "plum, pear, apple");        /* another letter */
    assert_nearest("ornage", "orange, apple, pear");    /* two letters swapped */
    assert_nearest("orange", "orange, apple, pear");    /* none */
    assert_nearest("o", "pear, plum, orange");          /* at equal distance, the first */
    assert_nearest("xxxxxxxxxxx", "apple, pear, plum"); /* nothing in common */
    assert_nearest("app", "apple, pear, plum");
}

/* Capitals stand for the fruit, and a number for none. */
static const char *fruit_of(const char *name)
{
    static const char *const others[] = {"APPLE", "APPLES", "MELA"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(name, others[i]) == 0)
            return "apple";
    }
    return strcmp(name, "1") == 0 ? NULL : name;
}

static void what_a_name_stands_for_is_written_once(void **state)
{
    (void)state;
    static const struct vtb_names names = {
        .items = {"plum", "APPLE", "APPLES", "1", "apple", "MELA", "pear"}, .n = 7};
    char text[128];
    vtb_names_nearest(&names, fruit_of, "APPEL", text, sizeof text);
    assert_string_equal(text, "apple, plum, pear");
    vtb_names_nearest(&names, fruit_of, "2", text, sizeof text);
    assert_string_equal(text, "plum, apple, pear");
}

static void no_names(void **state)
{
    (void)state;
    const struct vtb_names none = {.n = 0};
    char text[16] = "untouched";
    vtb_names_nearest(&none, NULL, "apple", text, sizeof text);
    assert_string_equal(text, "");
}

static void text_is_cut_to_its_room(void **state)
{
    (void)state;
    char text[16];
    memset(text, '#', sizeof text);
    vtb_names_nearest(&fruit, NULL, "plum", text, 8);
    assert_string_equal(text, "plum, p");
    assert_int_equal(text[8], '#');
}

static void very_long_word(void **state)
{
    (void)state;
    char word[4096];
    char text[64];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    vtb_names_nearest(&fruit, NULL, word, text, sizeof text);
    assert_string_equal(text, "apple, pear, orange");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(have),
        cmocka_unit_test(add_each_name_once),
        cmocka_unit_test(add_until_full),
        cmocka_unit_test(three_nearest),
        cmocka_unit_test(what_a_name_stands_for_is_written_once),
        cmocka_unit_test(no_names),
        cmocka_unit_test(text_is_cut_to_its_room),
        cmocka_unit_test(very_long_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
