/* What a store was asked in all sessions, from what it was in each. */
#include "check.h"

#include "figures/asked.h"

/* Sums that do not lie side by side. */
static struct {
    struct vtb_store_sums sums;
    double other;
} sessions[] = {
    {{.asked_n = 100, .p50_ns = 4, .p99_ns = 90}, 0},
    {{.said = "nothing was asked"}, 0},
    {{.asked_n = 10, .failed_n = 2, .expired_n = 3, .p50_ns = 8, .p99_ns = 80, .said = "no"}, 0},
    {{.asked_n = 1, .failed_n = 1, .p50_ns = 5, .p99_ns = 70, .said = "no, again"}, 0},
};

static void of_all_sessions(void **state)
{
    (void)state;
    const struct vtb_store_sums all = vtb_asked(&sessions[0].sums, sizeof sessions[0], 4);
    assert_same_double(all.asked_n, 111);
    assert_same_double(all.failed_n, 3);
    assert_same_double(all.expired_n, 3);
    assert_same_double(all.p50_ns, 5);
    assert_same_double(all.p99_ns, 80);
    assert_string_equal(all.said, "no");
}

static void of_none_that_asked(void **state)
{
    (void)state;
    const struct vtb_store_sums none = vtb_asked(&sessions[1].sums, sizeof sessions[0], 1);
    assert_same_double(none.asked_n, 0);
    assert_true(isnan(none.p50_ns) && isnan(none.p99_ns));
    assert_string_equal(none.said, "");
    assert_true(isnan(vtb_asked(NULL, 0, 0).p50_ns));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_all_sessions),
        cmocka_unit_test(of_none_that_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
