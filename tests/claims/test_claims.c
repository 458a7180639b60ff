/* The table of claims, row by row. */
#include "check.h"

#include "claims/verdict.h"

static const struct vtb_claim *const all = vtb_claims;

static void ids_are_words_of_their_own(void **state)
{
    (void)state;
    assert_true(vtb_claims_n > 50);
    for (size_t i = 0; i < vtb_claims_n; i++) {
        assert_true(strlen(all[i].id) > 3);
        assert_int_equal(strspn(all[i].id, "abcdefghijklmnopqrstuvwxyz0123456789-"),
                         strlen(all[i].id));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(all[i].id, all[j].id);
    }
}

static void each_says_where_it_stands(void **state)
{
    (void)state;
    for (size_t i = 0; i < vtb_claims_n; i++) {
        assert_true(strlen(all[i].section) > 3);
        assert_true(strlen(all[i].quote) > 8);
    }
}

/* By figures of a run, by misuses, or not at all; and what is measured has a unit. */
static void each_is_measured_in_one_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < vtb_claims_n; i++) {
        const struct vtb_claim *claim = &all[i];
        const int ways_n =
            (claim->figure != NULL) + (claim->misuses != 0) + (claim->unmeasurable != NULL);
        if (ways_n != 1)
            fail_msg("%s is measured in %d ways", claim->id, ways_n);
        if (!claim->unmeasurable)
            assert_non_null(claim->unit);
        if (claim->misuses)
            assert_true(claim->outcomes != 0 && claim->value == 100);
        assert_true(claim->tolerance >= 0 && claim->tolerance <= 0.1);
        assert_true(claim->rule != VTB_CLAIM_WITHIN || claim->value_hi > claim->value);
        for (size_t r = 0; claim->figure && r < VTB_CLAIM_RATES_N; r++)
            assert_true(claim->rates[r] <= 1 && (r > 0 || claim->rates[r] >= 0));
        assert_true(claim->generation < VTB_CLAIM_GENERATIONS);
    }
}

/* Evidence in which every figure is known, and is of use for no claim by accident. */
static struct vtb_evidence made_up(void)
{
    struct vtb_evidence evidence = {.hit_rate = 0.8, .heap = "heap"};
    for (int side = 0; side < VTB_SIDES_N; side++) {
        const double size = 1.5 + side;
        const struct vtb_interval some = {size, size - 0.25, size + 0.25};
        evidence.allocs[side] = evidence.bytes[side] = size;
        evidence.ns[side] = evidence.beyond_plain_ns[side] = evidence.gc_ns[side] = some;
        evidence.ratio[side] = (struct vtb_interval){0.5, 0.4, 0.6};
        evidence.p99_ratio[side] = evidence.p999_ratio[side] = evidence.ratio[side];
        evidence.rate_ratio[side] = (struct vtb_interval){1.5, 1.4, 1.6};
        evidence.gc_share[side] = evidence.pause_p99_ns[side] = some;
        evidence.survived[side] = some;
        evidence.follows[side] = true;
        for (int g = 0; g < VTB_CLAIM_GENERATIONS; g++)
            evidence.collections[side][g] = some;
    }
    return evidence;
}

/* A row that lacks what its figure is multiplied by would be 0 of whatever is measured. */
static void each_figure_follows_from_what_is_measured(void **state)
{
    (void)state;
    const struct vtb_evidence evidence = made_up();
    for (size_t i = 0; i < vtb_claims_n; i++) {
        if (!all[i].figure)
            continue;
        const struct vtb_claim_value value = all[i].figure(&all[i], &evidence);
        const struct vtb_interval figure = value.figure;
        if (!isfinite(figure.median) || figure.median == 0 || value.least > figure.median ||
            value.most < figure.median)
            fail_msg("%s is %g, from %g to %g", all[i].id, figure.median, figure.lo, figure.hi);
    }
}

static double figure_of_row(const char *id)
{
    const struct vtb_evidence evidence = made_up();
    for (size_t i = 0; i < vtb_claims_n; i++) {
        if (strcmp(all[i].id, id) == 0)
            return all[i].figure(&all[i], &evidence).figure.median;
    }
    fail_msg("there is no row %s", id);
    return NAN;
}

/* Units, by rows of one figure. */
static void a_day_has_its_seconds_and_a_million_its_ms(void **state)
{
    (void)state;
    const double a_second = figure_of_row("millions-a-second");
    assert_near(figure_of_row("millions-a-day"), 24 * 60 * 60 * a_second, 1e-6 * a_second);
    assert_near(figure_of_row("matrix-hot-path"), 24 * 60 * 60 * a_second, 1e-6 * a_second);
    assert_near(figure_of_row("tree-otherwise"), 24 * 60 * 60 * a_second, 1e-6 * a_second);
    assert_near(figure_of_row("million-hits-task-time"), figure_of_row("benchmark-task-time"),
                1e-9);
    assert_near(figure_of_row("million-time"), figure_of_row("time-of-a-task"), 1e-9);
    assert_near(figure_of_row("billion-time"), figure_of_row("time-of-a-task"), 1e-9);
    assert_near(figure_of_row("permission-before-time"), figure_of_row("time-of-a-task"), 1e-9);
    assert_near(figure_of_row("permission-after-time"), figure_of_row("time-of-a-task") / 100,
                1e-9);
    assert_near(figure_of_row("gc-time-before"), made_up().gc_ns[VTB_BEFORE].median, 1e-9);
}

/* Sums are of the text's own numbers: those that are right are within the tolerance. */
static void sums_are_wrong_where_the_text_is(void **state)
{
    (void)state;
    size_t wrong_n = 0;
    for (size_t i = 0; i < vtb_claims_n; i++) {
        if (!all[i].sum.text)
            continue;
        const double off = fabs(vtb_claim_sum_of(&all[i].sum) / all[i].value - 1);
        wrong_n += off > all[i].tolerance + 1e-9;
        if (off > 0.1) /* a slip, not a figure that was rounded */
            assert_true(off >= 0.9);
    }
    assert_int_equal(wrong_n, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_words_of_their_own),
        cmocka_unit_test(each_says_where_it_stands),
        cmocka_unit_test(each_is_measured_in_one_way),
        cmocka_unit_test(each_figure_follows_from_what_is_measured),
        cmocka_unit_test(a_day_has_its_seconds_and_a_million_its_ms),
        cmocka_unit_test(sums_are_wrong_where_the_text_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
