#include "made_up.h"

#include "report/report_skips.h"

static struct vtb_skips skips;

static void write_skips(FILE *out, const struct made_up *it)
{
    (void)it;
    vtb_report_skips(out, &skips, 100);
}

static void reads(const char *expected)
{
    char *text = written_about(write_skips, NULL);
    assert_string_equal(text, expected);
    free(text);
}

static void nothing_was_left_out(void **state)
{
    (void)state;
    skips.n = 0;
    reads("");
}

/* A heap that cannot be used is left out of all strategies. */
static void each_has_a_line_with_its_reason(void **state)
{
    (void)state;
    skips.items[0] = (struct vtb_skip){"left", "the async method", "it has none", false};
    skips.items[1] = (struct vtb_skip){NULL, "heap", "its library is not there", false};
    skips.items[2] = (struct vtb_skip){"right", "heap", "it collects", false};
    skips.n = 2;
    reads(
        "Left out: left, the async method: it has none.\n"
        "Left out: heap: its library is not there.\n");
    skips.items[3] = (struct vtb_skip){.what = "guest", .reason = "it died", .is_guest = true};
    skips.n = 4;
    reads(
        "Left out: left, the async method: it has none.\n"
        "Left out: heap: its library is not there.\n"
        "Left out: right, heap: it collects.\n"
        "Left out: guest guest: it died.\n");
}

static void a_long_reason_is_wrapped(void **state)
{
    (void)state;
    skips.items[0] = (struct vtb_skip){
        "left", "heap",
        "its objects are of a memory of their own that no collector knows, nor any of its threads",
        false};
    skips.n = 1;
    reads(
        "Left out: left, heap: its objects are of a memory of their own that no collector knows, "
        "nor any of\nits threads.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_was_left_out),
        cmocka_unit_test(each_has_a_line_with_its_reason),
        cmocka_unit_test(a_long_reason_is_wrapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
