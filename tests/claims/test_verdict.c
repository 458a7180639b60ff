/* Verdicts on claims, of figures that are made up, so that each is known beforehand. */
#include "check.h"

#include "claims/verdict.h"

static struct vtb_claim_result result;

/* A figure that has nothing of the evidence. */
static struct vtb_claim_value one_byte(const struct vtb_claim *claim,
                                       const struct vtb_evidence *evidence)
{
    (void)claim;
    (void)evidence;
    return (struct vtb_claim_value){{1, 1, 1}, 1, 1, true};
}

static struct vtb_claim claim_of(enum vtb_claim_rule rule, double value, double tolerance)
{
    return (struct vtb_claim){
        .id = "made-up",
        .section = "Section",
        .quote = "a quote",
        .value = value,
        .unit = "ns",
        .rule = rule,
        .tolerance = tolerance,
        .figure = one_byte,
        .rates = {0.8, -1},
    };
}

static struct vtb_claim_finding found(double median, double lo, double hi)
{
    return (struct vtb_claim_finding){{{median, lo, hi}, lo, hi, lo == hi}, 0.8, "heap", NULL};
}

static enum vtb_claim_verdict judged(const struct vtb_claim *claim, double median, double lo,
                                     double hi)
{
    const struct vtb_claim_finding finding = found(median, lo, hi);
    vtb_claim_judge(&result, claim, &finding, 1, "nothing was measured");
    return result.verdict;
}

static void about_a_figure(void **state)
{
    (void)state;
    static const struct {
        double median, lo, hi;
        enum vtb_claim_verdict verdict;
    } expected[] = {
        {50, 50, 50, VTB_CLAIM_REPRODUCED},
        {55, 55, 55, VTB_CLAIM_REPRODUCED},
        {55.1, 55.1, 55.1, VTB_CLAIM_NOT_REPRODUCED},
        {45, 45, 45, VTB_CLAIM_REPRODUCED},
        {44.9, 44.9, 44.9, VTB_CLAIM_NOT_REPRODUCED},
        {50, 46, 54, VTB_CLAIM_REPRODUCED},
        {60, 54, 66, VTB_CLAIM_DEPENDS},
        {50, 44, 54, VTB_CLAIM_DEPENDS},
        {60, 56, 64, VTB_CLAIM_NOT_REPRODUCED},
        {30, 10, 44, VTB_CLAIM_NOT_REPRODUCED},
        {30, 10, 46, VTB_CLAIM_DEPENDS},
        {50, 10, 90, VTB_CLAIM_DEPENDS},
        {50, 40, INFINITY, VTB_CLAIM_DEPENDS},
        {99, 70, INFINITY, VTB_CLAIM_NOT_REPRODUCED},
    };
    const struct vtb_claim claim = claim_of(VTB_CLAIM_ABOUT, 50, 0.1);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(judged(&claim, expected[i].median, expected[i].lo, expected[i].hi),
                         expected[i].verdict);
        assert_near(result.factor, expected[i].median / 50, 1e-12);
        assert_same_double(result.measured.figure.lo, expected[i].lo);
    }
}

/* What is wide holds nothing: the noisier a run, the less is known of it. */
static void what_is_not_known_yet(void **state)
{
    (void)state;
    const struct vtb_claim claim = claim_of(VTB_CLAIM_ABOUT, 50, 0.1);
    assert_int_equal(judged(&claim, 30, 10, 46), VTB_CLAIM_DEPENDS);
    assert_string_equal(result.reason,
                        "on heap 30.0 ns (not known yet: it takes more sessions, or collections)");
}

/* A figure in ns is refuted if it is so at any speed of this machine, and else depends on that. */
static void what_the_speed_decides(void **state)
{
    (void)state;
    const struct vtb_claim claim = claim_of(VTB_CLAIM_ABOUT, 50, 0.1);
    struct vtb_claim_finding finding = {{{48, NAN, NAN}, 24, 96, false}, 0.8, "heap", NULL};
    vtb_claim_judge(&result, &claim, &finding, 1, "");
    assert_int_equal(result.verdict, VTB_CLAIM_DEPENDS);
    assert_string_equal(result.reason, "on heap 48.0 ns (it depends on the machine's speed)");
    finding.value = (struct vtb_claim_value){{48, 47, 49}, 23.5, 98, false};
    vtb_claim_judge(&result, &claim, &finding, 1, "");
    assert_string_equal(result.reason, "on heap 48.0 ns (it depends on the machine's speed)");
    finding.value = (struct vtb_claim_value){{12, NAN, NAN}, 6, 24, false};
    vtb_claim_judge(&result, &claim, &finding, 1, "");
    assert_int_equal(result.verdict, VTB_CLAIM_NOT_REPRODUCED);
    const struct vtb_claim above = claim_of(VTB_CLAIM_ABOVE, 50, 0);
    finding.value = (struct vtb_claim_value){{500, 400, 600}, 200, 1200, false};
    vtb_claim_judge(&result, &above, &finding, 1, "");
    assert_int_equal(result.verdict, VTB_CLAIM_REPRODUCED);
}

static void exactly_a_count(void **state)
{
    (void)state;
    const struct vtb_claim claim = claim_of(VTB_CLAIM_ABOUT, 0.85, 0);
    assert_int_equal(judged(&claim, 1 - 0.15, 1 - 0.15, 1 - 0.15), VTB_CLAIM_REPRODUCED);
    assert_int_equal(judged(&claim, 0.8501, 0.8501, 0.8501), VTB_CLAIM_NOT_REPRODUCED);
    const struct vtb_claim none = claim_of(VTB_CLAIM_ABOUT, 0, 0);
    assert_int_equal(judged(&none, 0, 0, 0), VTB_CLAIM_REPRODUCED);
    assert_true(isnan(result.factor));
    assert_int_equal(judged(&none, 1e-6, 1e-6, 1e-6), VTB_CLAIM_NOT_REPRODUCED);
}

static void within_a_range(void **state)
{
    (void)state;
    struct vtb_claim claim = claim_of(VTB_CLAIM_WITHIN, 32, 0);
    claim.value_hi = 96;
    assert_int_equal(judged(&claim, 72, 72, 72), VTB_CLAIM_REPRODUCED);
    assert_same_double(result.factor, 1);
    assert_int_equal(judged(&claim, 120, 120, 120), VTB_CLAIM_NOT_REPRODUCED);
    assert_same_double(result.factor, 1.25);
    assert_int_equal(judged(&claim, 16, 16, 16), VTB_CLAIM_NOT_REPRODUCED);
    assert_same_double(result.factor, 0.5);
}

/* An interval on both sides of a bound is neither. */
static void on_one_side_of_a_bound(void **state)
{
    (void)state;
    const struct vtb_claim above = claim_of(VTB_CLAIM_ABOVE, 1, 0);
    assert_int_equal(judged(&above, 1.2, 1.1, 1.3), VTB_CLAIM_REPRODUCED);
    assert_int_equal(judged(&above, 1, 1, 1), VTB_CLAIM_NOT_REPRODUCED);
    assert_int_equal(judged(&above, 0.8, 0.7, 0.9), VTB_CLAIM_NOT_REPRODUCED);
    assert_int_equal(judged(&above, 1, 0.9, 1.1), VTB_CLAIM_DEPENDS);
    assert_contains(result.reason, "not known yet");
    assert_int_equal(judged(&above, 2, 2, INFINITY), VTB_CLAIM_REPRODUCED);
    const struct vtb_claim nearly = claim_of(VTB_CLAIM_ABOVE, 1, 0.05);
    assert_int_equal(judged(&nearly, 0.97, 0.96, 0.98), VTB_CLAIM_REPRODUCED);
    assert_int_equal(judged(&nearly, 0.9, 0.89, 0.91), VTB_CLAIM_NOT_REPRODUCED);
    const struct vtb_claim at_most = claim_of(VTB_CLAIM_AT_MOST, 0, 0);
    assert_int_equal(judged(&at_most, 0, 0, 0), VTB_CLAIM_REPRODUCED);
    assert_int_equal(judged(&at_most, -8, -8, -8), VTB_CLAIM_REPRODUCED);
    assert_int_equal(judged(&at_most, 8, 8, 8), VTB_CLAIM_NOT_REPRODUCED);
    assert_int_equal(judged(&at_most, INFINITY, 5, INFINITY), VTB_CLAIM_NOT_REPRODUCED);
}

static void heaps_that_differ(void **state)
{
    (void)state;
    const struct vtb_claim claim = claim_of(VTB_CLAIM_ABOUT, 50, 0.1);
    struct vtb_claim_finding findings[] = {found(50, 49, 51), found(20, 19, 21)};
    findings[1].heap = "other";
    vtb_claim_judge(&result, &claim, findings, 2, "");
    assert_int_equal(result.verdict, VTB_CLAIM_DEPENDS);
    assert_contains(result.reason, "on heap 50.0 ns (holds); on other 20.0 ns (does not hold)");
    assert_same_double(result.measured.figure.median, 50);
    struct vtb_claim_finding three[] = {findings[0], findings[1], found(30, NAN, NAN)};
    vtb_claim_judge(&result, &claim, three, 3, "");
    assert_contains(result.reason, "on heap 30.0 ns (no interval)");
    findings[0] = found(NAN, NAN, NAN); /* of what is not known nothing is told */
    vtb_claim_judge(&result, &claim, findings, 2, "");
    assert_int_equal(result.verdict, VTB_CLAIM_NOT_REPRODUCED);
    assert_same_double(result.measured.figure.median, 20);
    assert_null(strstr(result.reason, "nan"));
}

static void hit_rates_that_differ(void **state)
{
    (void)state;
    struct vtb_claim claim = claim_of(VTB_CLAIM_AT_MOST, 1, 0);
    claim.rates[1] = 0.5;
    struct vtb_claim_finding findings[] = {found(0.8, 0.7, 0.9), found(1.2, 1.1, 1.3)};
    findings[1].hit_rate = 0.5;
    vtb_claim_judge(&result, &claim, findings, 2, "");
    assert_int_equal(result.verdict, VTB_CLAIM_DEPENDS);
    assert_contains(result.reason, "at a hit rate of 0.8 on heap 0.800 ns (holds)");
    assert_contains(result.reason, "at a hit rate of 0.5 on heap 1.20 ns (does not hold)");
}

/* The text's own numbers come first: what is measured stays beside them. */
static void sums_that_are_wrong(void **state)
{
    (void)state;
    struct vtb_claim claim = claim_of(VTB_CLAIM_ABOUT, 3, 0.1);
    claim.unit = "GB/s";
    claim.sum = (struct vtb_claim_sum){{100000, 32, 1e-9}, "100,000/s x 32 B"};
    assert_near(vtb_claim_sum_of(&claim.sum), 0.0032, 1e-15);
    assert_int_equal(judged(&claim, 0.00736, 0.00736, 0.00736), VTB_CLAIM_ARITHMETIC);
    assert_string_equal(result.reason, "100,000/s x 32 B is 3.2 MB/s, not 3 GB/s: 1/938 of that");
    assert_same_double(result.measured.figure.median, 0.00736);
    claim.value = 25;
    claim.unit = "MB/day";
    claim.sum = (struct vtb_claim_sum){{800000, 32, 1e-6}, "800,000 x 32 B"};
    assert_int_equal(judged(&claim, 57.6, 57.6, 57.6), VTB_CLAIM_NOT_REPRODUCED);
    assert_int_equal(judged(&claim, 25.6, 25.6, 25.6), VTB_CLAIM_REPRODUCED);
}

/* Only what holds here can be changed by another runtime. */
static void what_net11_changes(void **state)
{
    (void)state;
    struct vtb_claim claim = claim_of(VTB_CLAIM_ABOUT, 1, 0);
    claim.figure = vtb_claim_allocs;
    claim.side = VTB_BEFORE;
    claim.times = 1;
    claim.unit = "allocations";
    assert_int_equal(judged(&claim, 1, 1, 1), VTB_CLAIM_REPRODUCED);
    claim.is_of_async = true;
    assert_int_equal(judged(&claim, 1, 1, 1), VTB_CLAIM_CHANGED);
    assert_contains(result.reason, "with .NET 11's runtime-async: 0.2 allocations");
    assert_int_equal(judged(&claim, 2, 2, 2), VTB_CLAIM_NOT_REPRODUCED);
    claim.figure = vtb_claim_bytes;
    claim.unit = "B";
    assert_int_equal(judged(&claim, 1, 1, 1), VTB_CLAIM_CHANGED);
    assert_contains(result.reason,
                    "with .NET 11's runtime-async and a store that takes no object: ");
}

/* Some attempts end as it is said, and others do not. */
static void attempts_that_end_differently(void **state)
{
    (void)state;
    struct vtb_claim claim = claim_of(VTB_CLAIM_ABOUT, 100, 0);
    claim.misuses = 1;
    struct vtb_claim_finding finding = {
        {{50, 50, 50}, 50, 50, true}, 0, NULL, "1 leak, 1 harmless"};
    vtb_claim_judge(&result, &claim, &finding, 1, "");
    assert_int_equal(result.verdict, VTB_CLAIM_DEPENDS);
    assert_string_equal(result.reason, "1 leak, 1 harmless");
    finding.value = (struct vtb_claim_value){{0, 0, 0}, 0, 0, true};
    vtb_claim_judge(&result, &claim, &finding, 1, "");
    assert_int_equal(result.verdict, VTB_CLAIM_NOT_REPRODUCED);
    finding.value = (struct vtb_claim_value){{100, 100, 100}, 100, 100, true};
    vtb_claim_judge(&result, &claim, &finding, 1, "");
    assert_int_equal(result.verdict, VTB_CLAIM_REPRODUCED);
}

static void what_is_not_measured(void **state)
{
    (void)state;
    struct vtb_claim claim = claim_of(VTB_CLAIM_ABOUT, 50, 0.1);
    assert_int_equal(judged(&claim, NAN, NAN, NAN), VTB_CLAIM_NOT_MEASURABLE);
    assert_string_equal(result.reason, "nothing was measured");
    assert_true(isnan(result.measured.figure.median) && isnan(result.factor));
    assert_int_equal(judged(&claim, 50, NAN, NAN), VTB_CLAIM_NOT_MEASURABLE);
    assert_contains(result.reason, "too few sessions");
    assert_same_double(result.measured.figure.median, 50);
    claim.unmeasurable = "it is a matter of taste";
    claim.note = "of which nobody has to be told";
    vtb_claim_judge(&result, &claim, NULL, 0, "");
    assert_int_equal(result.verdict, VTB_CLAIM_NOT_MEASURABLE);
    assert_string_equal(result.reason, "it is a matter of taste");
}

static void amounts_as_people_read_them(void **state)
{
    (void)state;
    static const struct {
        double value;
        bool is_exact;
        const char *unit;
        const char *text;
    } expected[] = {
        {0.00304, true, "GB/s", "3.04 MB/s"},
        {0, true, "MB", "0 B"},
        {1250, true, "ms", "1.25 s"},
        {0.5, true, "ms/day", "500 us/day"},
        {800000, true, "allocations/day", "800,000 allocations/day"},
        {1, true, "allocations/call", "1 allocation/call"},
        {1, true, "calls/s", "1 call/s"},
        {1, true, "times as many", "1 times as many"},
        {100, true, "% of calls", "100 % of calls"},
        {966398.4, false, "calls/s", "966 k calls/s"},
        {148903149877, false, "calls/day", "149 G calls/day"}, /* a whole number by chance */
        {1, false, "of the time", "1.00 of the time"},
        {4.5604, false, "ns", "4.56 ns"},
        {73.4694, true, "% of bytes", "73.5 % of bytes"},
        {-7.6923, true, "% of bytes", "-7.69 % of bytes"},
        {INFINITY, false, "calls/s", "no number of calls/s"},
    };
    char text[VTB_AMOUNT_BYTES];
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_string_equal(
            vtb_claim_amount(text, expected[i].value, expected[i].is_exact, expected[i].unit),
            expected[i].text);
}

/* The three have one unit, that of the figure, and none is rounded by what another was. */
static void intervals_as_people_read_them(void **state)
{
    (void)state;
    static const struct {
        struct vtb_interval figure;
        const char *unit;
        const char *text;
    } expected[] = {
        {{4.5649, 4.3191, 4.8009}, "ns", "4.56 (4.32 to 4.80) ns"},
        {{1331000, 1241400, 1438200}, "calls/s", "1.33 (1.24 to 1.44) M calls/s"},
        {{149e9, 980e6, 2e12}, "calls/day", "149 (0.980 to 2,000) G calls/day"},
        {{0.14, 0.12882, 0.15118}, "ms", "140 (129 to 151) us"},
        {{1.0049, 0.9951, 1.0149}, "ns", "1.00 (0.995 to 1.01) ns"},
        {{50, 40, INFINITY}, "ms", "50.0 (40.0 or more) ms"},
        {{15, -INFINITY, 60}, "% of the pause", "15.0 (60.0 or less) % of the pause"},
        {{12, NAN, NAN}, "ns", "12.0 ns"},
        {{INFINITY, 5, INFINITY}, "calls/s", "no number of calls/s"},
    };
    char text[VTB_AMOUNT_BYTES];
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct vtb_claim_value value = {.figure = expected[i].figure};
        assert_string_equal(vtb_claim_value_text(text, &value, expected[i].unit), expected[i].text);
    }
    const struct vtb_claim_value exact = {{78.4, 78.4, 78.4}, 78.4, 78.4, true};
    assert_string_equal(vtb_claim_value_text(text, &exact, "MB"), "78.4 MB");
}

static void factors_as_people_read_them(void **state)
{
    (void)state;
    char factor[VTB_NUMBER_BYTES];
    assert_string_equal(vtb_claim_factor(factor, 2.25), "2.25");
    assert_string_equal(vtb_claim_factor(factor, 3.4667), "3.47");
    assert_string_equal(vtb_claim_factor(factor, 1 / 987.0), "1/987");
    assert_string_equal(vtb_claim_factor(factor, 83497.2), "83,500");
    assert_string_equal(vtb_claim_factor(factor, 1 / 35727.0), "1/35,700");
    assert_string_equal(vtb_claim_factor(factor, 0), "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(about_a_figure),
        cmocka_unit_test(what_is_not_known_yet),
        cmocka_unit_test(what_the_speed_decides),
        cmocka_unit_test(exactly_a_count),
        cmocka_unit_test(within_a_range),
        cmocka_unit_test(on_one_side_of_a_bound),
        cmocka_unit_test(heaps_that_differ),
        cmocka_unit_test(hit_rates_that_differ),
        cmocka_unit_test(sums_that_are_wrong),
        cmocka_unit_test(what_net11_changes),
        cmocka_unit_test(attempts_that_end_differently),
        cmocka_unit_test(what_is_not_measured),
        cmocka_unit_test(amounts_as_people_read_them),
        cmocka_unit_test(intervals_as_people_read_them),
        cmocka_unit_test(factors_as_people_read_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
