#include "check.h"

#include <errno.h>

#include "base/numbers.h"

static const struct vtb_number_kind rate = {.max = 1, .percent = true};
static const struct vtb_number_kind count = {.min = 1, .max = 1e12, .whole = true};
static const struct vtb_number_kind signed_kind = {.min = -10, .max = 10};
static const struct vtb_number_kind bytes = {.max = 1073741824, .whole = true, .bytes = true};
static const struct vtb_number_kind seconds = {.min = 0.001, .max = 1e9};

static double parsed(const char *text, const struct vtb_number_kind *kind)
{
    struct vtb_error error = {0};
    double value = NAN;
    if (!vtb_number_parse(text, kind, &value, &error))
        fail_msg("'%s' was refused: %s", text, error.message);
    return value;
}

/* Refused for this reason, with the status of a usage error, and nothing written. */
static void refused(const char *text, const struct vtb_number_kind *kind, const char *reason)
{
    struct vtb_error error = {0};
    double value = 42;
    if (vtb_number_parse(text, kind, &value, &error))
        fail_msg("'%s' was taken for %g", text, value);
    assert_string_equal(error.message, reason);
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
    assert_same_double(value, 42);
}

static void list_refused(const char *text, const struct vtb_number_kind *kind, const char *reason)
{
    struct vtb_error error = {0};
    struct vtb_numbers numbers;
    if (vtb_numbers_parse(text, kind, &numbers, &error))
        fail_msg("'%s' was taken for %zu values", text, numbers.n);
    assert_string_equal(error.message, reason);
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
}

static void list_is(const char *text, const struct vtb_number_kind *kind, const double *expected,
                    size_t n)
{
    struct vtb_error error = {0};
    struct vtb_numbers numbers;
    if (!vtb_numbers_parse(text, kind, &numbers, &error))
        fail_msg("'%s' was refused: %s", text, error.message);
    assert_int_equal(numbers.n, n);
    for (size_t i = 0; i < n; i++)
        assert_same_double(numbers.values[i], expected[i]);
}

#define LIST_IS(text, kind, ...)                       \
    list_is(text, kind, (const double[]){__VA_ARGS__}, \
            sizeof((double[]){__VA_ARGS__}) / sizeof(double))

static void plain_numbers(void **state)
{
    (void)state;
    assert_same_double(parsed("0", &rate), 0);
    assert_same_double(parsed("1", &rate), 1);
    assert_same_double(parsed("0.8", &rate), 0.8);
    assert_same_double(parsed(".8", &rate), 0.8);
    assert_same_double(parsed("8e-1", &rate), 0.8);
    assert_same_double(parsed("1E6", &count), 1e6);
    assert_same_double(parsed("1000000", &count), 1e6);
    assert_same_double(parsed("1e12", &count), 1e12);
    assert_same_double(parsed("-10", &signed_kind), -10);
    assert_same_double(parsed("0.1234567890123456", &rate), 0.1234567890123456);
}

static void not_numbers(void **state)
{
    (void)state;
    static const char *const texts[] = {"",         " ",    " 1",    "\t1",  "\n1",  "nan",
                                        "NaN",      "-nan", "inf",   "-inf", "+inf", "INF",
                                        "infinity", "0x10", "0X1p3", "abc",  "-",    "+",
                                        ".",        "e5",   "--1",   "%",    "k",    "nan(1)"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        refused(texts[i], &rate, "not a number");
        refused(texts[i], &count, "not a number");
        refused(texts[i], &signed_kind, "not a number");
    }
}

static void trailing_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"1 ",  "1x",  "1,5", "1.2.3", "1e",   "1-",  "1 %",
                                        "1%%", "1kk", "1ki", "1m",    "1kB",  "1M ", "1d",
                                        "1f",  "1\n", "1%k", "1k%",   "1e5e5"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        refused(texts[i], &rate, "text behind the number");
        refused(texts[i], &count, "text behind the number");
    }
}

static void percent_only_where_it_is_accepted(void **state)
{
    (void)state;
    assert_same_double(parsed("80%", &rate), 0.8);
    assert_same_double(parsed("100%", &rate), 1);
    assert_same_double(parsed("0%", &rate), 0);
    assert_same_double(parsed("99.9%", &rate), 0.999);
    assert_same_double(parsed("33%", &rate), 0.33);
    refused("101%", &rate, "out of range");
    refused("-1%", &rate, "out of range");
    refused("80%", &count, "text behind the number");
    refused("80%", &signed_kind, "text behind the number");
}

static void units_only_for_whole_numbers(void **state)
{
    (void)state;
    assert_same_double(parsed("2k", &count), 2e3);
    assert_same_double(parsed("2K", &count), 2e3);
    assert_same_double(parsed("3M", &count), 3e6);
    assert_same_double(parsed("4G", &count), 4e9);
    assert_same_double(parsed("1T", &count), 1e12);
    assert_same_double(parsed("1e3k", &count), 1e6);
    assert_same_double(parsed("1.5M", &count), 1500000);
    assert_same_double(parsed("0.001k", &count), 1);
    assert_same_double(parsed("1.1k", &count), 1100);
    refused("1k", &rate, "text behind the number");
    refused("1M", &signed_kind, "text behind the number");
}

/* Sizes of memory come in powers of 1024. */
static void units_of_bytes_are_binary(void **state)
{
    (void)state;
    assert_same_double(parsed("64K", &bytes), 65536);
    assert_same_double(parsed("64k", &bytes), 65536);
    assert_same_double(parsed("64000", &bytes), 64000);
    assert_same_double(parsed("3M", &bytes), 3 * 1048576);
    assert_same_double(parsed("1G", &bytes), 1073741824);
    assert_same_double(parsed("1.5k", &bytes), 1536);
    refused("1025M", &bytes, "out of range");
    refused("0.0001k", &bytes, "not a whole number");
    LIST_IS("0,1k,1M", &bytes, 0, 1024, 1048576);
    LIST_IS("1k:4k:1k", &bytes, 1024, 2048, 3072, 4096);
}

/* A rate or a time that may be large has units as well, though it may have a fraction. */
static void units_for_numbers_that_may_be_large(void **state)
{
    (void)state;
    const struct vtb_number_kind smaller = {.min = 0.001, .max = 1e9 - 1};
    assert_same_double(parsed("1.5k", &seconds), 1500);
    assert_same_double(parsed("2M", &seconds), 2e6);
    assert_same_double(parsed("1G", &seconds), 1e9);
    assert_same_double(parsed("0.0015k", &seconds), 1.5);
    assert_same_double(parsed("0.25", &seconds), 0.25);
    refused("2G", &seconds, "out of range");
    refused("1k", &smaller, "text behind the number");
}

static void fractions_are_not_whole(void **state)
{
    (void)state;
    refused("1.5", &count, "not a whole number");
    refused("1e-1", &count, "not a whole number");
    refused("1.0005k", &count, "not a whole number");
    refused("999999999999.5", &count, "not a whole number");
}

static void out_of_range(void **state)
{
    (void)state;
    refused("-0.1", &rate, "out of range");
    refused("1.0000000001", &rate, "out of range");
    refused("0", &count, "out of range");
    refused("-5", &count, "out of range");
    refused("1000000000001", &count, "out of range");
    refused("2T", &count, "out of range");
    refused("10.5", &signed_kind, "out of range");
    refused("-10.5", &signed_kind, "out of range");
}

static void overflow(void **state)
{
    (void)state;
    const struct vtb_number_kind unlimited = {.min = -INFINITY, .max = INFINITY};
    refused("1e999", &rate, "too large");
    refused("-1e999", &signed_kind, "too large");
    refused("1e999", &unlimited, "too large");
    refused("1e400k", &count, "too large");
    refused("1e308T", &count, "out of range");
}

/* A rate of -0 would be printed as another point than 0. */
static void zero_has_no_sign(void **state)
{
    (void)state;
    double value = 0;
    struct vtb_error error;
    if (vtb_number_parse("-0", &rate, &value, &error))
        assert_false(signbit(value));
}

static void lists(void **state)
{
    (void)state;
    LIST_IS("0.5", &rate, 0.5);
    LIST_IS("0.5,0.8,0.95", &rate, 0.5, 0.8, 0.95);
    LIST_IS("95%,0.5", &rate, 0.95, 0.5);
    LIST_IS("1k,1M,7", &count, 1e3, 1e6, 7);
    list_refused("", &rate, "not a number");
    list_refused(",", &rate, "not a number");
    list_refused("0.5,", &rate, "not a number");
    list_refused(",0.5", &rate, "not a number");
    list_refused("0.5,,0.8", &rate, "not a number");
    list_refused("0.5, 0.8", &rate, "not a number");
    list_refused("0.5;0.8", &rate, "text behind the number");
    list_refused("0.5,2", &rate, "out of range");
}

static void duplicates(void **state)
{
    (void)state;
    list_refused("0.5,0.5", &rate, "a value stands there twice");
    list_refused("0.5,50%", &rate, "a value stands there twice");
    list_refused("1k,2,1000", &count, "a value stands there twice");
    list_refused("0:1:0.5,0.5", &rate, "a value stands there twice");
}

static void range_values_are_the_decimal_literals(void **state)
{
    (void)state;
    LIST_IS("0:1:0.05", &rate, 0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6,
            0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1);
    LIST_IS("0.1:0.4:0.1", &rate, 0.1, 0.2, 0.3, 0.4);
    LIST_IS("0%:20%:10%", &rate, 0, 0.1, 0.2);
    LIST_IS("1k:3k:1k", &count, 1000, 2000, 3000);
    LIST_IS("0.3:0.3:0.1", &rate, 0.3);
    LIST_IS("-1:1:1", &signed_kind, -1, 0, 1);
    LIST_IS("0:0.2:0.1,0.7", &rate, 0, 0.1, 0.2, 0.7);
    LIST_IS("0:0.1:0.1,0.8:0.9:0.1", &rate, 0, 0.1, 0.8, 0.9);
}

/* Where steps do not divide the range the last one is shorter, so that its end is there, and
 * nothing beyond it. */
static void ranges_have_both_ends(void **state)
{
    (void)state;
    LIST_IS("0:1:0.3", &rate, 0, 0.3, 0.6, 0.9, 1);
    LIST_IS("0%:100%:30%", &rate, 0, 0.3, 0.6, 0.9, 1);
    LIST_IS("1:10:4", &count, 1, 5, 9, 10);
    LIST_IS("0:1:2", &rate, 0, 1);
    list_refused("0:1:0.3,1", &rate, "a value stands there twice");
    struct vtb_numbers numbers;
    struct vtb_error error;
    assert_true(vtb_numbers_parse("0:1:0.3333333334", &rate, &numbers, &error));
    for (size_t i = 0; i < numbers.n; i++)
        assert_true(numbers.values[i] <= 1);
}

static void bad_ranges(void **state)
{
    (void)state;
    const char *direction = "a range goes upwards, by a step above 0";
    list_refused("1:0:0.1", &rate, direction);
    list_refused("0:1:0", &rate, direction);
    list_refused("5:5:0", &count, direction);
    list_refused("0:1:-0.1", &rate, "out of range");
    list_refused("0:1", &rate, "a range is FROM:TO:STEP");
    list_refused("0:0.5:1:0.1", &rate, "a range is FROM:TO:STEP");
    list_refused(":", &rate, "a range is FROM:TO:STEP");
    list_refused("::", &rate, "not a number");
    list_refused("0:1:", &rate, "not a number");
    list_refused(":1:0.1", &rate, "not a number");
    list_refused("0:2:0.1", &rate, "out of range");
    list_refused("-1:1:0.1", &rate, "out of range");
    list_refused("0:1:nan", &rate, "not a number");
    list_refused("1:10:0.5", &count, "not a whole number");
    list_refused("0:1:0.1x", &rate, "text behind the number");
}

static void at_most_a_thousand_values(void **state)
{
    (void)state;
    struct vtb_numbers numbers;
    struct vtb_error error;
    assert_true(vtb_numbers_parse("1:1000:1", &count, &numbers, &error));
    assert_int_equal(numbers.n, 1000);
    assert_same_double(numbers.values[999], 1000);
    list_refused("1:1001:1", &count, "more than 1000 values");
    list_refused("1:1000:1,2000", &count, "more than 1000 values");
    list_refused("1:1000000000000:1", &count, "more than 1000 values");
    list_refused("0:1:1e-300", &rate, "more than 1000 values");
}

static void long_list(void **state)
{
    (void)state;
    char text[8192];
    size_t used = 0;
    for (int i = 1; i <= 1001; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%d", i > 1 ? "," : "", i);
    list_refused(text, &count, "more than 1000 values");
    *strrchr(text, ',') = '\0';
    struct vtb_numbers numbers;
    struct vtb_error error;
    assert_true(vtb_numbers_parse(text, &count, &numbers, &error));
    assert_int_equal(numbers.n, VTB_NUMBERS_MAX);
}

static void seeds(void **state)
{
    (void)state;
    uint64_t value = 0;
    struct vtb_error error;
    assert_true(vtb_uint64_parse("0", &value, &error));
    assert_true(value == 0);
    assert_true(vtb_uint64_parse("18446744073709551615", &value, &error));
    assert_true(value == UINT64_MAX);
    assert_true(vtb_uint64_parse("9007199254740993", &value, &error));
    assert_true(value == UINT64_C(9007199254740993));
}

static void bad_seeds(void **state)
{
    (void)state;
    static const char *const texts[] = {"",    " 1",   "1 ",  "-1",  "+1",  "1.0",
                                        "1e3", "0x10", "12k", "abc", "1,2", "\n1"};
    uint64_t value = 42;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct vtb_error error = {0};
        if (vtb_uint64_parse(texts[i], &value, &error))
            fail_msg("'%s' was taken for a seed", texts[i]);
        assert_string_equal(error.message, "not a whole number");
        assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
    }
    struct vtb_error error = {0};
    assert_false(vtb_uint64_parse("18446744073709551616", &value, &error));
    assert_string_equal(error.message, "too large");
    assert_true(value == 42);
    errno = ERANGE; /* of whoever went before */
    assert_true(vtb_uint64_parse("7", &value, &error));
}

/* In seconds; a time without its unit is none. */
static void times(void **state)
{
    (void)state;
    static const struct vtb_number_kind kind = {.min = 1e-6, .max = 3600, .time = true};
    assert_same_double(parsed("2ms", &kind), 0.002);
    assert_same_double(parsed("500us", &kind), 0.0005);
    assert_same_double(parsed("1.5s", &kind), 1.5);
    assert_same_double(parsed("1e3s", &kind), 1000);
    refused("2", &kind, "no unit behind the number");
    refused("2h", &kind, "text behind the number");
    refused("2ms ", &kind, "text behind the number");
    refused("ms", &kind, "not a number");
    refused("2000000000ms", &kind, "out of range");
    refused("0.5us", &kind, "out of range");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times),
        cmocka_unit_test(plain_numbers),
        cmocka_unit_test(not_numbers),
        cmocka_unit_test(trailing_text),
        cmocka_unit_test(percent_only_where_it_is_accepted),
        cmocka_unit_test(units_only_for_whole_numbers),
        cmocka_unit_test(units_of_bytes_are_binary),
        cmocka_unit_test(units_for_numbers_that_may_be_large),
        cmocka_unit_test(fractions_are_not_whole),
        cmocka_unit_test(out_of_range),
        cmocka_unit_test(overflow),
        cmocka_unit_test(zero_has_no_sign),
        cmocka_unit_test(lists),
        cmocka_unit_test(duplicates),
        cmocka_unit_test(range_values_are_the_decimal_literals),
        cmocka_unit_test(ranges_have_both_ends),
        cmocka_unit_test(bad_ranges),
        cmocka_unit_test(at_most_a_thousand_values),
        cmocka_unit_test(long_list),
        cmocka_unit_test(seeds),
        cmocka_unit_test(bad_seeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
