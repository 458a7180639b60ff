/* What is advised for a method, of figures that are made up; and the rule of thumb. */
#include "two_heaps.h"

#include "figures/advice.h"

static struct vtb_advice advice;

static void advise(struct vtb_question question)
{
    vtb_advice_make(&advice, &question, &it.comparison, 1);
}

static void the_tree(void **state)
{
    (void)state;
    static const struct {
        struct vtb_question question;
        enum vtb_rule rule;
        bool is_for_other;
    } rows[] = {
        {{.hit_rate = 0.9}, VTB_RULE_HIT_RATE, true},
        {{.hit_rate = 0.71}, VTB_RULE_HIT_RATE, true},
        {{.hit_rate = 0.7}, VTB_RULE_NONE, false},
        {{.hit_rate = 0.7, .calls_per_second = 11}, VTB_RULE_NONE, false},
        {{.hit_rate = 0.7, .calls_per_second = 12}, VTB_RULE_MANY_CALLS, true}, /* 1e6 a day */
        {{.hit_rate = 0.9, .always_async = true}, VTB_RULE_ALWAYS_ASYNC, false},
        {{.hit_rate = 0.9, .await_many = true}, VTB_RULE_AWAIT_MANY, false},
        {{.hit_rate = 0.9, .store_result = true}, VTB_RULE_STORE_RESULT, false},
        {{.store_result = true, .await_many = true}, VTB_RULE_AWAIT_MANY, false},
        {{.await_many = true, .always_async = true}, VTB_RULE_ALWAYS_ASYNC, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vtb_question question = rows[i].question;
        assert_int_equal(vtb_rule_of(&question), rows[i].rule);
        assert_int_equal(vtb_rule_is_for_other(rows[i].rule), rows[i].is_for_other);
        question.runtime = vtb_find_runtime("dotnet"); /* of which it is */
        assert_int_equal(vtb_rule_of(&question), rows[i].rule);
        question.runtime = vtb_find_runtime("rust");
        assert_int_equal(vtb_rule_of(&question), VTB_RULE_SILENT);
    }
}

/* 5 ns and 15 ns of a call: 1 % of a core from 2,000,000 and 667,000 calls a second on. */
static void by_what_a_volume_makes_of_it(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    advise((struct vtb_question){.hit_rate = 0.9, .calls_per_second = 20000});
    assert_int_equal(advice.reason, VTB_ADVICE_NO);
    assert_int_equal(advice.matters, VTB_MATTERS_NO);
    assert_false(vtb_advice_is_for_other(&advice));
    assert_false(vtb_advice_agrees(&advice)); /* the hit rate is high */
    advise((struct vtb_question){.hit_rate = 0.9, .calls_per_second = 1e6});
    assert_int_equal(advice.reason, VTB_ADVICE_PAYS); /* on one heap */
    assert_int_equal(advice.matters, VTB_MATTERS_YES);
    assert_true(vtb_advice_is_for_other(&advice) && vtb_advice_agrees(&advice));
    advise((struct vtb_question){.hit_rate = 0.5, .calls_per_second = 667000});
    assert_int_equal(advice.reason, VTB_ADVICE_UNKNOWN); /* 1 % lies within the interval */
    assert_int_equal(advice.matters, VTB_MATTERS_UNKNOWN);
    assert_true(vtb_advice_agrees(&advice)); /* to consider is no more than that */
}

static void without_a_volume(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 1, VTB_VERDICT_SAME);
    advise((struct vtb_question){.hit_rate = 0.5});
    assert_int_equal(advice.reason, VTB_ADVICE_FASTER);
    assert_int_equal(advice.matters, VTB_MATTERS_UNKNOWN);
    assert_false(vtb_advice_agrees(&advice));
    advise((struct vtb_question){.hit_rate = 0.5, .public_api = true});
    assert_int_equal(advice.reason, VTB_ADVICE_PUBLIC);
    assert_false(vtb_advice_is_for_other(&advice));
    make(1, VTB_VERDICT_SAME, 1, VTB_VERDICT_SAME);
    advise((struct vtb_question){.hit_rate = 0.5});
    assert_int_equal(advice.reason, VTB_ADVICE_NO);
    make(1, VTB_VERDICT_SAME, 0.9, VTB_VERDICT_UNKNOWN);
    advise((struct vtb_question){.hit_rate = 0.5});
    assert_int_equal(advice.reason, VTB_ADVICE_UNKNOWN);
}

/* Whoever wrote the callers: what is known to matter is worth rules. */
static void of_a_public_api(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    advise((struct vtb_question){.hit_rate = 0.9, .calls_per_second = 1e7, .public_api = true});
    assert_int_equal(advice.reason, VTB_ADVICE_PAYS);
}

static void where_it_costs_and_where_heaps_disagree(void **state)
{
    (void)state;
    make(1.25, VTB_VERDICT_DIFFERENT, 1, VTB_VERDICT_SAME);
    advise((struct vtb_question){.hit_rate = 0.9, .calls_per_second = 1e7});
    assert_int_equal(advice.reason, VTB_ADVICE_COSTS);
    assert_int_equal(advice.matters, VTB_MATTERS_YES);
    assert_int_equal(advice.changes_n, 0); /* no volume makes it save */
    make(1.25, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    advise((struct vtb_question){.hit_rate = 0.9, .calls_per_second = 1e7});
    assert_int_equal(advice.reason, VTB_ADVICE_SPLIT);
    assert_int_equal(advice.changes_n, 0);
}

/* However much it would save. */
static void what_callers_do_and_it_lacks(void **state)
{
    (void)state;
    struct vtb_question question = {.hit_rate = 0.9, .calls_per_second = 1e7, .await_many = true};
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    advise(question);
    assert_int_equal(advice.reason, VTB_ADVICE_PAYS); /* it lacks nothing */
    assert_false(vtb_advice_agrees(&advice));
    it.strategies[1].lacks.several_consumers = "it is awaited once";
    advise(question);
    assert_int_equal(advice.reason, VTB_ADVICE_CANNOT);
    assert_string_equal(advice.lacking, "it is awaited once");
    assert_true(vtb_advice_agrees(&advice));
    assert_int_equal(advice.changes_n, 0);
    question.await_many = false;
    question.store_result = true;
    advise(question);
    assert_int_equal(advice.reason, VTB_ADVICE_PAYS);
    it.strategies[1].lacks.storing = "it is a place in the caller";
    advise(question);
    assert_string_equal(advice.lacking, "it is a place in the caller");
}

/* The figures are those of the heap on which most is saved; 9.6 bytes of a call became 2.4. */
static void what_is_saved(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    advise((struct vtb_question){.hit_rate = 0.9, .calls_per_second = 20000});
    assert_ptr_equal(advice.most, &advice.answer.gains[1]);
    assert_near(advice.most->core_share.median, 15 * 20000 / 1e9, 1e-12);
    assert_near(vtb_advice_bytes_per_second(&advice), 7.2 * 20000, 1e-6);
    assert_near(vtb_advice_collections_per_minute(&advice),
                60 * 20000 * (1 / 213995.0 - 1 / 806597.0), 1e-9);
    figures[3].verdict = VTB_VERDICT_UNKNOWN; /* the other tells from which volume on */
    advise((struct vtb_question){.hit_rate = 0.9, .calls_per_second = 20000});
    assert_ptr_equal(advice.most, &advice.answer.gains[0]);
    assert_int_equal(advice.reason, VTB_ADVICE_NO);
    assert_int_equal(advice.changes_n, 1);
    advise((struct vtb_question){.hit_rate = 0.9});
    assert_true(isnan(vtb_advice_bytes_per_second(&advice)));
    assert_true(isnan(vtb_advice_collections_per_minute(&advice)));
}

/* One caller is measured beside several, and is not what is asked about. */
static void of_several_callers(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    cases[0].threads_n = cases[1].threads_n = 4;
    advise((struct vtb_question){.hit_rate = 0.9, .calls_per_second = 20000});
    assert_int_equal(advice.answer.n, 1);
    assert_ptr_equal(advice.answer.gains[0].to, &figures[1]);
    assert_null(advice.collecting);
}

#define RATES_N 3

static struct vtb_comparison comparisons[RATES_N];
static struct vtb_point points[RATES_N];
static struct vtb_figures figures_at[RATES_N][CASES_N];

/* At hit rates of 0.9, 0 and 0.5 a call takes these shares of the baseline's 20 ns. */
static void advise_at(const double ratios[RATES_N], double calls_per_second)
{
    static const double rates[RATES_N] = {0.9, 0, 0.5};
    for (size_t i = 0; i < RATES_N; i++) {
        make(ratios[i], VTB_VERDICT_DIFFERENT, ratios[i], VTB_VERDICT_DIFFERENT);
        memcpy(figures_at[i], figures, sizeof figures);
        points[i] = it.point;
        points[i].cases_n = 2;
        points[i].hits.rate = rates[i];
        comparisons[i] = it.comparison;
        comparisons[i].point = &points[i];
        comparisons[i].figures = figures_at[i];
    }
    const struct vtb_question question = {.hit_rate = 0.9, .calls_per_second = calls_per_second};
    vtb_advice_make(&advice, &question, comparisons, RATES_N);
}

/* From 0 to 10 ns between hit rates of 0 and 0.5: 5 ns, which are 1 % of a core at 2,000,000 calls
 * a second, are saved at 0.25. */
static void where_it_changes(void **state)
{
    (void)state;
    advise_at((const double[]){0.4, 1, 0.5}, 2e6);
    assert_int_equal(advice.changes_n, 2);
    assert_string_equal(advice.changes[0].parameter, "calls_per_second");
    assert_near(advice.changes[0].at.median, 1e7 / 12, 1);
    assert_string_equal(advice.changes[1].parameter, "hit_rate");
    assert_near(advice.changes[1].at.median, 0.25, 0.001);
    assert_true(advice.changes[1].at.lo < 0.25 && advice.changes[1].at.hi > 0.25);
    assert_true(advice.has_rates);
}

/* At 20,000 calls a second 500 ns are 1 % of a core. */
static void where_it_does_not_change(void **state)
{
    (void)state;
    advise_at((const double[]){0.4, 1, 0.5}, 20000);
    assert_int_equal(advice.changes_n, 1);
    assert_true(advice.has_rates);
}

/* Of a hit rate of 0, or of none of them, is not known what is saved there. */
static void where_it_may_change(void **state)
{
    (void)state;
    const struct vtb_question question = {.hit_rate = 0.9, .calls_per_second = 2e6};
    advise_at((const double[]){0.4, 0.7, 0.5}, 2e6);
    assert_int_equal(advice.changes_n, 1);
    assert_true(advice.has_rates);
    figures_at[1][1].log_ratio.variance = 0.1;
    vtb_advice_make(&advice, &question, comparisons, RATES_N);
    assert_int_equal(advice.changes_n, 1);
    assert_false(advice.has_rates);
    /* Nor where the times of the rate that was asked for have no interval. */
    figures_at[1][1].log_ratio.variance = figures_at[0][1].log_ratio.variance;
    vtb_advice_make(&advice, &question, comparisons, RATES_N);
    assert_true(advice.has_rates);
    figures_at[0][1].ratio.lo = figures_at[0][1].ratio.hi = NAN;
    vtb_advice_make(&advice, &question, comparisons, RATES_N);
    assert_false(advice.has_rates);
    for (size_t i = 0; i < RATES_N; i++)
        figures_at[i][1].log_ratio.variance = NAN;
    vtb_advice_make(&advice, &question, comparisons, RATES_N);
    assert_int_equal(advice.changes_n, 1);
    assert_false(advice.has_rates);
}

static void nothing_to_compare(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    it.point.cases_n = 1;
    advise((struct vtb_question){.hit_rate = 0.9});
    assert_int_equal(advice.answer.n, 0);
}

static void times_that_are_not_known(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_UNKNOWN, 0.5, VTB_VERDICT_UNKNOWN);
    for (size_t i = 0; i < CASES_N; i++)
        figures[i].ratio = (struct vtb_interval){NAN, NAN, NAN};
    advise((struct vtb_question){.hit_rate = 0.9, .calls_per_second = 20000});
    assert_null(advice.most);
    assert_int_equal(advice.reason, VTB_ADVICE_UNKNOWN);
    assert_int_equal(advice.changes_n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree),
        cmocka_unit_test(by_what_a_volume_makes_of_it),
        cmocka_unit_test(without_a_volume),
        cmocka_unit_test(of_a_public_api),
        cmocka_unit_test(where_it_costs_and_where_heaps_disagree),
        cmocka_unit_test(what_callers_do_and_it_lacks),
        cmocka_unit_test(what_is_saved),
        cmocka_unit_test(of_several_callers),
        cmocka_unit_test(where_it_changes),
        cmocka_unit_test(where_it_does_not_change),
        cmocka_unit_test(where_it_may_change),
        cmocka_unit_test(nothing_to_compare),
        cmocka_unit_test(times_that_are_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
