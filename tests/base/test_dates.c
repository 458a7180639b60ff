#include "check.h"

#include "base/dates.h"

static void dates_are_read(void **state)
{
    (void)state;
    static const char *const same[] = {"2026-11-30T09:21:20+0000", "2026-11-30T09:21:20Z",
                                       "2026-11-30T09:21:20", "2026-11-30T11:21:20+02:00",
                                       "2026-11-30T04:51:20-0430"};
    time_t at;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_true(vtb_date_parse(same[i], &at));
        assert_int_equal(at, 1796030480);
    }
    assert_true(vtb_date_parse("2026-11-30", &at));
    assert_int_equal(at, 1796030480 - ((9 * 60 + 21) * 60 + 20));
    assert_true(vtb_date_parse("1970-01-01", &at));
    assert_int_equal(at, 0);
}

static void others_are_none(void **state)
{
    (void)state;
    static const char *const none[] = {
        "",        "yesterday",   "2026",        "2026-13-01", "2026-11-30 ",         "30-11-2026",
        "unknown", "2026-11-30T", "2026-11-30x", "2026-11-32", "2026-11-30T25:00:00Z"};
    time_t at;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(vtb_date_parse(none[i], &at));
}

static void dates_are_written(void **state)
{
    (void)state;
    char text[VTB_DATE_BYTES];
    time_t at;
    assert_string_equal(vtb_date_text(text, 1796030480), "2026-11-30T09:21:20Z");
    assert_true(vtb_date_parse(text, &at));
    assert_int_equal(at, 1796030480);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_read),
        cmocka_unit_test(others_are_none),
        cmocka_unit_test(dates_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
