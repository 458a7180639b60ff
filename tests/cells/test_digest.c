#include "check.h"

#include <unistd.h>

#include "cells/digest.h"

/* FIPS 180-4's own examples, and a text whose padding takes a block of its own. */
static const struct {
    const char *text;
    const char *hex;
} vectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
     "lmnopqrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

#define VECTORS_N (sizeof vectors / sizeof *vectors)

static char path[TEMPORARY_BYTES];

static void put(const char *bytes, size_t n)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    assert_int_equal(fclose(out), 0);
}

static void texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS_N; i++) {
        char hex[VTB_DIGEST_BYTES];
        vtb_digest_text(vectors[i].text, hex);
        assert_string_equal(hex, vectors[i].hex);
    }
}

static void files(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS_N; i++) {
        char hex[VTB_DIGEST_BYTES];
        put(vectors[i].text, strlen(vectors[i].text));
        assert_true(vtb_digest_file(path, hex));
        assert_string_equal(hex, vectors[i].hex);
    }
}

/* More than a buffer's worth: a million letters, which FIPS 180-4 has as well. */
static void a_large_file(void **state)
{
    (void)state;
    const size_t n = 1000000;
    char hex[VTB_DIGEST_BYTES];
    char *bytes = malloc(n);
    assert_non_null(bytes);
    memset(bytes, 'a', n);
    put(bytes, n);
    free(bytes);
    assert_true(vtb_digest_file(path, hex));
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* A file's bytes count, also those behind a null. */
static void bytes_behind_a_null(void **state)
{
    (void)state;
    char one[VTB_DIGEST_BYTES];
    char other[VTB_DIGEST_BYTES];
    put("a\0b", 3);
    assert_true(vtb_digest_file(path, one));
    put("a\0c", 3);
    assert_true(vtb_digest_file(path, other));
    assert_string_not_equal(one, other);
}

static void what_cannot_be_read(void **state)
{
    (void)state;
    char hex[VTB_DIGEST_BYTES];
    assert_false(vtb_digest_file("", hex));
    assert_false(vtb_digest_file("/", hex));
    put("", 0);
    assert_int_equal(unlink(path), 0);
    assert_false(vtb_digest_file(path, hex));
}

static int name_file(void **state)
{
    (void)state;
    temporary_name(path);
    const int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int remove_file(void **state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, name_file, remove_file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(texts),
        TEST(files),
        TEST(a_large_file),
        TEST(bytes_behind_a_null),
        TEST(what_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
