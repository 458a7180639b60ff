/* Texts: how they are made and compared, and how well they hash. */
#include "check.h"

#include <vtb/text.h>

#define CHARS "abcdefghijklmnopqrstuvwxyz0123456789/:-." /* all different, as many as fit */

/* A text of these characters, made without vtb_text_make. */
static struct vtb_text text_of(const char *chars, size_t length)
{
    struct vtb_text text = {.length = length};
    memcpy(text.words, chars, length);
    return text;
}

static struct vtb_text with_char(const struct vtb_text *text, size_t place, char value)
{
    struct vtb_text changed = *text;
    ((char *)changed.words)[place] = value;
    return changed;
}

/* --- making --- */

/* The characters, in memory that was written before, and zeros up to the end. */
static void check_made(const char *prefix, uint64_t number, const char *suffix,
                       const char *expected)
{
    struct vtb_text text[2];
    memset(text, UINT8_MAX, sizeof text);
    vtb_text_make(text, prefix, number, suffix);
    const size_t length = strlen(expected);
    const char *chars = (const char *)text->words;
    assert_int_equal(text->length, length);
    assert_memory_equal(chars, expected, length);
    for (size_t i = length; i < VTB_TEXT_MAX; i++)
        assert_int_equal(chars[i], 0);
    assert_int_equal(vtb_text_words_n(text), (length + 7) / 8);
    assert_int_equal(vtb_text_last(text), expected[length - 1]);
    for (size_t i = 0; i < sizeof *text; i++)
        assert_int_equal(((const unsigned char *)&text[1])[i], UINT8_MAX);
}

static void made_of_prefix_number_and_suffix(void **state)
{
    (void)state;
    check_made("", 0, "", "0000000");
    check_made("", 0, "!", "0000000!");
    check_made("user/", 17, "", "user/0000017");
    check_made("user/", 17, "?", "user/0000017?");
    check_made("resource/", 9, ":read", "resource/0000009:read");
    check_made("", 9999999, "", "9999999");
    check_made("", 10000000, "", "10000000");
    check_made("k", 1073741823, "", "k1073741823");
    check_made("", UINT64_MAX, "", "18446744073709551615");
    check_made("abcdefghij", UINT64_MAX, "klmnopqrst", "abcdefghij18446744073709551615klmnopqrst");
    check_made("a prefix that leaves room for 7: ", 0, "",
               "a prefix that leaves room for 7: 0000000");
}

static void made_in_all_lengths(void **state)
{
    (void)state;
    for (size_t prefix_n = 0; prefix_n <= VTB_TEXT_MAX - 7; prefix_n++) {
        char prefix[VTB_TEXT_MAX + 1] = "";
        char first[VTB_TEXT_MAX + 1] = "";
        char last[VTB_TEXT_MAX + 1] = "0000123";
        for (size_t i = 0; i < prefix_n; i++)
            prefix[i] = first[i] = last[7 + i] = CHARS[i];
        for (size_t i = 0; i < 7; i++)
            first[prefix_n + i] = last[i];
        check_made(prefix, 123, "", first);
        check_made("", 123, prefix, last);
    }
}

/* --- comparing and hashing --- */

static void check_other(const struct vtb_text *text, const struct vtb_text *other)
{
    assert_false(vtb_text_same(text, other));
    assert_false(vtb_text_same(other, text));
    assert_true(vtb_text_hash(text) != vtb_text_hash(other));
}

static void a_copy_is_the_same(void **state)
{
    (void)state;
    for (size_t length = 1; length <= VTB_TEXT_MAX; length++) {
        const struct vtb_text text = text_of(CHARS, length);
        const struct vtb_text copy = text_of(CHARS, length);
        assert_true(vtb_text_same(&text, &copy));
        assert_true(vtb_text_same(&text, &text));
        assert_true(vtb_text_hash(&text) == vtb_text_hash(&copy));
        assert_int_equal(vtb_text_last(&text), CHARS[length - 1]);
    }
}

static void every_character_counts(void **state)
{
    (void)state;
    for (size_t length = 1; length <= VTB_TEXT_MAX; length++) {
        const struct vtb_text text = text_of(CHARS, length);
        for (size_t place = 0; place < length; place++) {
            for (int value = 0; value <= UINT8_MAX; value++) {
                const struct vtb_text other = with_char(&text, place, (char)value);
                if ((char)value != CHARS[place])
                    check_other(&text, &other);
            }
        }
    }
}

/* Two characters change places, in a word or between two. */
static void every_place_counts(void **state)
{
    (void)state;
    for (size_t length = 2; length <= VTB_TEXT_MAX; length++) {
        const struct vtb_text text = text_of(CHARS, length);
        for (size_t a = 0; a < length; a++) {
            for (size_t b = 0; b < a; b++) {
                struct vtb_text other = with_char(&text, a, CHARS[b]);
                other = with_char(&other, b, CHARS[a]);
                check_other(&text, &other);
            }
        }
    }
}

/* A bit of one word never cancels that of another in the hash. */
static void every_two_bits_count(void **state)
{
    (void)state;
    const struct vtb_text text = text_of(CHARS, VTB_TEXT_MAX);
    const size_t bits_n = (size_t)8 * VTB_TEXT_MAX;
    for (size_t a = 0; a < bits_n; a++) {
        for (size_t b = 0; b < a; b++) {
            struct vtb_text other = text;
            other.words[a / 64] ^= UINT64_C(1) << a % 64;
            other.words[b / 64] ^= UINT64_C(1) << b % 64;
            check_other(&text, &other);
        }
    }
}

/* A text is not the same as its own beginning, even if all that it has more is a zero. */
static void the_length_counts(void **state)
{
    (void)state;
    for (size_t length = 2; length <= VTB_TEXT_MAX; length++) {
        const struct vtb_text text = text_of(CHARS, length);
        for (size_t shorter_n = 1; shorter_n < length; shorter_n++) {
            const struct vtb_text shorter = text_of(CHARS, shorter_n);
            struct vtb_text zeros = shorter;
            zeros.length = length;
            check_other(&text, &shorter);
            check_other(&zeros, &shorter);
        }
    }
}

/* A bit of a text changes about half of the hash's 64, wherever it stands. */
static void a_bit_changes_half_the_hash(void **state)
{
    (void)state;
    const size_t texts_n = 200;
    for (size_t bit = 0; bit < (size_t)8 * VTB_TEXT_MAX; bit++) {
        size_t changed_n = 0;
        for (size_t i = 0; i < texts_n; i++) {
            struct vtb_text text;
            vtb_text_make(&text, "abcdefghijklmnop", i, "qrstuvwxyz0123456");
            const uint64_t hash = vtb_text_hash(&text);
            text.words[bit / 64] ^= UINT64_C(1) << bit % 64;
            changed_n += (size_t)__builtin_popcountll(hash ^ vtb_text_hash(&text));
        }
        assert_near((double)changed_n / (double)texts_n, 32, 3);
    }
}

/* --- a million keys --- */

#define KEYS_N ((size_t)1000000)

static uint64_t hashes[KEYS_N];

static int by_value(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left;
    const uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* Hashes, each moved right by so many bits and cut to so many, that are another's too. */
static size_t collisions_n(unsigned shift, uint64_t mask)
{
    static uint64_t cut[KEYS_N];
    for (size_t i = 0; i < KEYS_N; i++)
        cut[i] = hashes[i] >> shift & mask;
    qsort(cut, KEYS_N, sizeof cut[0], by_value);
    size_t n = 0;
    for (size_t i = 1; i < KEYS_N; i++)
        n += cut[i] == cut[i - 1];
    return n;
}

/* The sum of squares by which buckets differ from even ones, in standard deviations from its mean,
 * which is one less than there are buckets. */
static double unevenness(size_t buckets_n, size_t (*bucket_of)(uint64_t hash, size_t buckets_n))
{
    uint32_t *counts = calloc(buckets_n, sizeof *counts);
    assert_non_null(counts);
    for (size_t i = 0; i < KEYS_N; i++)
        counts[bucket_of(hashes[i], buckets_n)]++;
    const double even = (double)KEYS_N / (double)buckets_n;
    double sum = 0;
    for (size_t i = 0; i < buckets_n; i++)
        sum += (counts[i] - even) * (counts[i] - even) / even;
    free(counts);
    const double mean = (double)buckets_n - 1;
    return (sum - mean) / sqrt(2 * mean);
}

static size_t by_high_half(uint64_t hash, size_t buckets_n)
{
    return (size_t)((hash >> 32) * buckets_n >> 32);
}

static size_t by_low_half(uint64_t hash, size_t buckets_n)
{
    return (size_t)((hash & UINT32_MAX) % buckets_n);
}

/* The high half says where a key stands in a table, the low half tells keys apart: of each, 116
 * are expected to be another's, by chance. */
static void check_spread(void)
{
    static const size_t buckets[] = {2, 10, 64, 1000, 1024, 65536, 150001};
    assert_int_equal(collisions_n(0, UINT64_MAX), 0);
    assert_true(collisions_n(32, UINT32_MAX) < 200);
    assert_true(collisions_n(0, UINT32_MAX) < 200);
    for (size_t i = 0; i < sizeof buckets / sizeof buckets[0]; i++) {
        assert_true(unevenness(buckets[i], by_high_half) < 6);
        assert_true(unevenness(buckets[i], by_low_half) < 6);
    }
}

static void consecutive_keys_are_spread(void **state)
{
    (void)state;
    for (size_t i = 0; i < KEYS_N; i++) {
        struct vtb_text text;
        vtb_text_make(&text, "/api/v2/products/", i, "");
        hashes[i] = vtb_text_hash(&text);
    }
    check_spread();
}

/* Keys of different lengths, and keys that differ in their last or their first character alone. */
static void keys_of_all_kinds_are_spread(void **state)
{
    (void)state;
    static const char *const ends[][2] = {
        {"", ""},      {"", "?"},      {"", "!"},
        {"user/", ""}, {"user/", "?"}, {"User/", ""},
        {"x", ""},     {"y", ":on"},   {"a long prefix, ", " and a suffix"},
        {"y", ":of"},
    };
    const size_t ends_n = sizeof ends / sizeof ends[0];
    for (size_t i = 0; i < KEYS_N; i++) {
        struct vtb_text text;
        vtb_text_make(&text, ends[i % ends_n][0], i / ends_n, ends[i % ends_n][1]);
        hashes[i] = vtb_text_hash(&text);
    }
    check_spread();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_of_prefix_number_and_suffix),
        cmocka_unit_test(made_in_all_lengths),
        cmocka_unit_test(a_copy_is_the_same),
        cmocka_unit_test(every_character_counts),
        cmocka_unit_test(every_place_counts),
        cmocka_unit_test(every_two_bits_count),
        cmocka_unit_test(the_length_counts),
        cmocka_unit_test(a_bit_changes_half_the_hash),
        cmocka_unit_test(consecutive_keys_are_spread),
        cmocka_unit_test(keys_of_all_kinds_are_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
