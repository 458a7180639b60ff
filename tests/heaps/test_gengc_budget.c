/* The budgets of gengc against figures worked out by hand from .NET's rules. */
#include "check.h"

#include <unistd.h>

#include "heaps/gengc/budget.h"

#define KB ((size_t)1 << 10)
#define MB ((size_t)1 << 20)

/* The budget after a collection of a generation that had spent its budget to the last byte. */
static size_t renewed(unsigned generation, size_t size_bytes, size_t survived_bytes)
{
    struct vtb_budget budget = {MB, MB};
    vtb_budget_renew(&budget, generation, size_bytes, survived_bytes, 0);
    assert_int_equal(budget.spent_bytes, 0);
    return budget.bytes;
}

static void a_heap_starts_with_the_least(void **state)
{
    (void)state;
    struct vtb_budget budgets[VTB_GENERATIONS_N];
    vtb_budgets_start(budgets, 12345);
    assert_int_equal(budgets[0].bytes, 12345);
    assert_int_equal(budgets[1].bytes, 256 * KB);
    assert_int_equal(budgets[2].bytes, 256 * KB);
    for (size_t i = 0; i < VTB_GENERATIONS_N; i++)
        assert_int_equal(budgets[i].spent_bytes, 0);
}

/* .NET: max(4/5 of the L3 cache, 256 KB), and five eighths of that; a cache that is shared by a
 * whole host counts for 32 MB. */
static void generation_0_has_half_of_the_cache(void **state)
{
    (void)state;
    struct vtb_budget budgets[VTB_GENERATIONS_N];
    const long l3_bytes = sysconf(_SC_LEVEL3_CACHE_SIZE);
    vtb_budgets_start(budgets, 0);
    assert_in_range(budgets[0].bytes, 256 * KB, 16 * MB);
    if (l3_bytes >= (long)(512 * KB) && l3_bytes <= (long)(32 * MB))
        assert_int_equal(budgets[0].bytes, l3_bytes / 2);
}

static void generation_0_has_the_same_always(void **state)
{
    (void)state;
    struct vtb_budget budget = {64 * KB, 70 * KB};
    vtb_budget_renew(&budget, 0, 70 * KB, 70 * KB, 0);
    assert_int_equal(budget.bytes, 64 * KB);
    assert_int_equal(budget.spent_bytes, 0);
    budget.spent_bytes = 10;
    vtb_budget_renew(&budget, 0, 10, 0, 0);
    assert_int_equal(budget.bytes, 64 * KB);
    assert_int_equal(budget.spent_bytes, 0);
}

/*
 * limit 2, max_limit 7. cst = survived / size, f = (2 - 2 cst) / (1 - 2 cst) while
 * cst < (7 - 2) / (2 x (7 - 1)) = 5/12, else 7; the budget is f x survived, 256 KB to 6 MB.
 */
static void generation_1_follows_its_survivors(void **state)
{
    (void)state;
    assert_int_equal(renewed(1, MB, 0), 256 * KB);        /* 2 x 0 */
    assert_int_equal(renewed(1, 0, 0), 256 * KB);         /* nothing there: cst = 0 */
    assert_int_equal(renewed(1, 10 * MB, MB), 2359296);   /* cst 0.1: 1.8 / 0.8 = 2.25 x 1 MB */
    assert_int_equal(renewed(1, 4 * MB, MB), 3 * MB);     /* cst 1/4: 1.5 / 0.5 = 3 */
    assert_int_equal(renewed(1, 8 * MB, 3 * MB), 6 * MB); /* cst 3/8: 1.25 / 0.25 = 5: 15 MB */
    assert_int_equal(renewed(1, 800 * KB, 300 * KB), 1500 * KB); /* the same of less */
    assert_int_equal(renewed(1, 200 * KB, 100 * KB), 700 * KB);  /* cst 1/2: 7 */
    assert_int_equal(renewed(1, 100 * KB, 100 * KB), 700 * KB);  /* cst 1: 7 */
    assert_int_equal(renewed(1, 64 * KB, 32 * KB), 256 * KB); /* 7 x 32 KB = 224 KB: too little */
    assert_int_equal(renewed(1, MB, MB), 6 * MB);             /* 7 MB: too much */
}

/* The two sides of 5/12 = 0.41666: 41 % gives 1.18 / 0.18 = 6.5555, 42 % gives 7. */
static void much_survival_is_from_five_twelfths_on(void **state)
{
    (void)state;
    assert_near((double)renewed(1, 1000000, 410000), 410000 * (1.18 / 0.18), 1);
    assert_near((double)renewed(1, 1000000, 420000), 7 * 420000, 1);
}

/*
 * limit 1.2, max_limit 1.8, until cst = 0.6 / (1.2 x 0.8) = 0.625; f x survived is how large the
 * generation may become, of which survived is there: (f - 1) x survived, from 256 KB on.
 */
static void generation_2_grows_beyond_its_survivors(void **state)
{
    (void)state;
    assert_int_equal(renewed(2, 100 * MB, 0), 256 * KB);
    /* cst 1/2: 0.6 / 0.4 = 1.5 */
    assert_near((double)renewed(2, 100 * MB, 50 * MB), (double)(25 * MB), 1);
    /* cst 1/4: 0.9 / 0.7 = 9/7: 2/7 of 28 MB */
    assert_near((double)renewed(2, 112 * MB, 28 * MB), (double)(8 * MB), 1);
    /* cst 0.62: 0.456 / 0.256 = 1.78125; and cst 0.63: 1.8 */
    assert_near((double)renewed(2, 100000000, 62000000), 62000000 * 0.78125, 1);
    assert_near((double)renewed(2, 100000000, 63000000), 63000000 * 0.8, 1);
    /* all: 1.8, without an end */
    assert_near((double)renewed(2, 100 * MB, 100 * MB), (double)(80 * MB), 1);
    assert_near((double)renewed(2, 10000 * MB, 10000 * MB), (double)(8000 * MB), 1);
    /* 0.8 x 320 KB = 256 KB; of less it is too little */
    assert_near((double)renewed(2, 320 * KB, 320 * KB), (double)(256 * KB), 1);
    assert_int_equal(renewed(2, 319 * KB, 319 * KB), 256 * KB);
}

/* More than there was cannot have survived: all of it. */
static void survival_is_at_most_all(void **state)
{
    (void)state;
    assert_int_equal(renewed(1, 100 * KB, 150 * KB), 1050 * KB);
}

/* If less than 95 % of a budget was used, the unused share of the old budget is kept. */
static void a_budget_that_was_not_used_changes_less(void **state)
{
    (void)state;
    struct vtb_budget budget = {1000 * KB, 500 * KB};
    vtb_budget_renew(&budget, 1, 300 * KB, 300 * KB, 0); /* 2100 KB / 2 + 1000 KB / 2 */
    assert_int_equal(budget.bytes, 1550 * KB);
    budget = (struct vtb_budget){1000 * KB, 0};
    vtb_budget_renew(&budget, 1, 300 * KB, 300 * KB, 0); /* none of it: the old one is gone */
    assert_int_equal(budget.bytes, 2100 * KB);
    budget = (struct vtb_budget){1000000, 940000};
    vtb_budget_renew(&budget, 1, 300000, 300000, 0); /* 0.94 x 2100000 + 0.06 x 1000000 */
    assert_near((double)budget.bytes, 2034000, 1);
    budget = (struct vtb_budget){1000000, 950000};
    vtb_budget_renew(&budget, 1, 300000, 300000, 0); /* 95 %: as if all of it */
    assert_int_equal(budget.bytes, 2100000);
    budget = (struct vtb_budget){1000000, 500000};
    vtb_budget_renew(&budget, 2, 1000000, 1000000, 0); /* 0.5 x 800000 + 0.5 x 1000000 */
    assert_near((double)budget.bytes, 900000, 1);
}

/* What comes from a younger generation in the same collection was used of the old budget, and is
 * the first that the new one loses; and the oldest generation may grow beyond that too. */
static void what_is_gained_counts_for_both_budgets(void **state)
{
    (void)state;
    struct vtb_budget budget = {1000 * KB, 300 * KB};
    vtb_budget_renew(&budget, 1, 300 * KB, 300 * KB, 200 * KB); /* 2100 KB / 2 + 1000 KB / 2 */
    assert_int_equal(budget.bytes, 1550 * KB);
    assert_int_equal(budget.spent_bytes, 200 * KB);
    budget = (struct vtb_budget){1000 * KB, 0};
    vtb_budget_renew(&budget, 2, 1000 * KB, 500 * KB, 1500 * KB); /* cst 1/2: 0.5 x 2000 KB */
    assert_near((double)budget.bytes, (double)(1000 * KB), 1);
    assert_int_equal(budget.spent_bytes, 1500 * KB);
}

/* A generation in which nothing was has the least budget, whatever was left of the old one. */
static void an_empty_generation_has_the_least(void **state)
{
    (void)state;
    struct vtb_budget budget = {1000 * KB, 500 * KB};
    vtb_budget_renew(&budget, 1, 0, 0, 100 * KB);
    assert_int_equal(budget.bytes, 256 * KB);
    assert_int_equal(budget.spent_bytes, 100 * KB);
}

/* From the youngest upward, as long as the next one's budget is spent too. */
static void the_first_that_is_not_spent_ends_the_search(void **state)
{
    (void)state;
    struct vtb_budget budgets[VTB_GENERATIONS_N] = {{100, 1000}, {100, 0}, {100, 0}};
    assert_int_equal(vtb_budgets_condemned(budgets, false), 0);
    budgets[1].spent_bytes = 99;
    assert_int_equal(vtb_budgets_condemned(budgets, false), 0);
    budgets[1].spent_bytes = 100;
    assert_int_equal(vtb_budgets_condemned(budgets, false), 1);
    budgets[2].spent_bytes = 100;
    assert_int_equal(vtb_budgets_condemned(budgets, false), 2);
    budgets[1].spent_bytes = 99;
    assert_int_equal(vtb_budgets_condemned(budgets, false), 0);
}

/* Then generation 1 is collected, and 2 with it if that budget is spent. */
static void few_young_references_ask_for_generation_1(void **state)
{
    (void)state;
    struct vtb_budget budgets[VTB_GENERATIONS_N] = {{100, 100}, {100, 0}, {100, 99}};
    assert_int_equal(vtb_budgets_condemned(budgets, true), 1);
    budgets[2].spent_bytes = 100;
    assert_int_equal(vtb_budgets_condemned(budgets, true), 2);
    budgets[2].spent_bytes = 99;
    budgets[1].spent_bytes = 100;
    assert_int_equal(vtb_budgets_condemned(budgets, true), 1);
}

/* Less than 30 % of more than 400. */
static void few_are_less_than_three_tenths(void **state)
{
    (void)state;
    assert_false(vtb_young_are_few(0, 0));
    assert_false(vtb_young_are_few(0, 400));
    assert_true(vtb_young_are_few(0, 401));
    assert_true(vtb_young_are_few(299, 1000));
    assert_false(vtb_young_are_few(300, 1000));
    assert_false(vtb_young_are_few(2000, 1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_heap_starts_with_the_least),
        cmocka_unit_test(generation_0_has_half_of_the_cache),
        cmocka_unit_test(generation_0_has_the_same_always),
        cmocka_unit_test(generation_1_follows_its_survivors),
        cmocka_unit_test(much_survival_is_from_five_twelfths_on),
        cmocka_unit_test(generation_2_grows_beyond_its_survivors),
        cmocka_unit_test(survival_is_at_most_all),
        cmocka_unit_test(a_budget_that_was_not_used_changes_less),
        cmocka_unit_test(what_is_gained_counts_for_both_budgets),
        cmocka_unit_test(an_empty_generation_has_the_least),
        cmocka_unit_test(the_first_that_is_not_spent_ends_the_search),
        cmocka_unit_test(few_young_references_ask_for_generation_1),
        cmocka_unit_test(few_are_less_than_three_tenths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
