#include "written.h"

#include "base/json_text.h"

static json_t *object;

static int make_object(void **state)
{
    (void)state;
    object = json_object();
    return object ? 0 : -1;
}

static int drop_object(void **state)
{
    (void)state;
    json_decref(object);
    return 0;
}

static void is_text(const char *bytes, const char *expected)
{
    json_t *text = vtb_json_text(bytes);
    assert_true(json_is_string(text));
    assert_string_equal(json_string_value(text), expected);
    json_decref(text);
}

/* One byte that is no UTF-8, and nothing beyond ASCII can be trusted. */
static void any_bytes_are_a_text(void **state)
{
    (void)state;
    is_text("", "");
    is_text("a \"word\" \\ \n", "a \"word\" \\ \n");
    is_text("caf\xc3\xa9 \xe2\x82\xac", "caf\xc3\xa9 \xe2\x82\xac");
    is_text("caf\xe9", "caf?");
    is_text("\xff\xfe", "??");
    is_text("caf\xc3\xa9 and caf\xe9", "caf?? and caf?");
    is_text("\x7f cut \xe2\x82", "\x7f cut ??");
}

static void a_value_is_the_object_s(void **state)
{
    (void)state;
    json_t *value = json_integer(3);
    json_incref(value);
    vtb_json_put(object, "n", value);
    assert_ptr_equal(json_object_get(object, "n"), value);
    assert_int_equal(value->refcount, 2);
    vtb_json_put(object, "n", json_integer(4)); /* in place of the other */
    assert_int_equal(json_object_size(object), 1);
    assert_int_equal(json_integer_value(json_object_get(object, "n")), 4);
    assert_int_equal(value->refcount, 1);
    json_decref(value);
}

static void what_is_not_known_is_not_there(void **state)
{
    (void)state;
    vtb_json_put_known(object, "not a number", NAN);
    vtb_json_put_known(object, "infinite", INFINITY);
    vtb_json_put_known(object, "infinitely less", -INFINITY);
    assert_int_equal(json_object_size(object), 0);
    vtb_json_put_known(object, "nothing", 0);
    vtb_json_put_known(object, "less", -0.1);
    assert_int_equal(json_object_size(object), 2);
    assert_same_double(json_real_value(json_object_get(object, "nothing")), 0);
    assert_same_double(json_real_value(json_object_get(object, "less")), -0.1);
}

static void is_printed(size_t flags, const char *expected)
{
    char *text = NULL;
    size_t text_n;
    FILE *out = open_memstream(&text, &text_n);
    assert_non_null(out);
    json_incref(object);
    vtb_json_print(out, object, flags);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, expected);
    assert_int_equal(object->refcount, 1); /* one reference was given up */
    free(text);
}

static void a_value_is_printed_on_lines_of_its_own(void **state)
{
    (void)state;
    vtb_json_put(object, "b", json_integer(1));
    vtb_json_put(object, "a", vtb_json_text("\xc3\xa9"));
    is_printed(0, "{\n  \"b\": 1,\n  \"a\": \"\xc3\xa9\"\n}\n");
    is_printed(JSON_SORT_KEYS | JSON_ENSURE_ASCII, "{\n  \"a\": \"\\u00E9\",\n  \"b\": 1\n}\n");
}

static void check_none(void)
{
    (void)vtb_json_checked(NULL);
}

static void put_none(void)
{
    vtb_json_put(object, "none", NULL);
}

static void append_none(void)
{
    vtb_json_append(json_array(), NULL);
}

static void *no_block(size_t bytes)
{
    (void)bytes;
    return NULL;
}

/* The library allocates while it prints. */
static void dump_without_memory(void)
{
    FILE *out = fopen("/dev/null", "w");
    json_set_alloc_funcs(no_block, free);
    vtb_json_dump(out, object, 0);
}

static void print_none(void)
{
    vtb_json_print(stdout, NULL, 0);
}

static void without_memory_the_process_ends(void **state)
{
    (void)state;
    void (*const runs[])(void) = {check_none, put_none, append_none, print_none,
                                  dump_without_memory};
    char text[256];
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        const struct vtb_child_end end = written_end(runs[i], false, text, sizeof text);
        assert_string_equal(text, "run_bench: no memory for 8 bytes (a report as JSON)\n");
        assert_int_equal(end.how, VTB_CHILD_LEFT);
        assert_int_equal(end.number, VTB_EXIT_INTERNAL);
    }
    json_t *value = json_true();
    assert_ptr_equal(vtb_json_checked(value), value);
}

static volatile size_t huge = SIZE_MAX / 4; /* more than there is, which no compiler knows */

static void allocate_much(void)
{
    json_malloc_t take;
    json_free_t give;
    vtb_json_guard_memory();
    json_get_alloc_funcs(&take, &give);
    give(take(100));
    (void)take(huge);
}

/* Sanitizers end the process themselves. */
static void the_library_ends_the_process_too(void **state)
{
    char text[256];
    char line[256];
    (void)state;
#ifdef UNDER_SANITIZER
    skip();
#endif
    (void)written_end(allocate_much, false, text, sizeof text);
    snprintf(line, sizeof line, "run_bench: no memory for %zu bytes (JSON)\n", huge);
    assert_string_equal(text, line);
}

#define WITH_OBJECT(test) cmocka_unit_test_setup_teardown(test, make_object, drop_object)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_bytes_are_a_text),
        WITH_OBJECT(a_value_is_the_object_s),
        WITH_OBJECT(what_is_not_known_is_not_there),
        WITH_OBJECT(a_value_is_printed_on_lines_of_its_own),
        WITH_OBJECT(without_memory_the_process_ends),
        cmocka_unit_test(the_library_ends_the_process_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
