/* The figures of claims, of evidence that is made up. */
#include "check.h"

#include "claims/claim.h"

static struct vtb_evidence evidence;

/* Half the calls hit: 100 B before, 30 B after, 20 ns before, and 0.4 to 0.6 of that after. */
static void make_up(void)
{
    evidence = (struct vtb_evidence){.hit_rate = 0.5, .heap = "heap"};
    evidence.allocs[VTB_BEFORE] = 1;
    evidence.allocs[VTB_AFTER] = 0.5;
    evidence.bytes[VTB_BEFORE] = 100;
    evidence.bytes[VTB_AFTER] = 30;
    evidence.ns[VTB_BEFORE] = (struct vtb_interval){20, 18, 22};
    evidence.ratio[VTB_AFTER] = (struct vtb_interval){0.5, 0.4, 0.6};
    evidence.collections[VTB_BEFORE][1] = 8e-6;
    evidence.collections[VTB_AFTER][1] = 2e-6;
    evidence.gc_ns[VTB_BEFORE] = (struct vtb_interval){2, 1.8, 2.2};
    evidence.gc_ns[VTB_AFTER] = (struct vtb_interval){1, 1, 1};
    evidence.gc_share[VTB_BEFORE] = 0.02;
}

static void assert_figure(vtb_claim_figure *figure, const struct vtb_claim *claim, double median,
                          double lo, double hi)
{
    const struct vtb_interval got = figure(claim, &evidence);
    assert_near(got.median, median, 1e-9 * fabs(median));
    assert_near(got.lo, lo, 1e-9 * fabs(lo));
    assert_near(got.hi, hi, 1e-9 * fabs(hi));
}

static void what_is_counted(void **state)
{
    (void)state;
    const struct vtb_claim claim = {.side = VTB_AFTER, .times = 1000, .generation = 1};
    make_up();
    assert_figure(vtb_claim_bytes, &claim, 30000, 30000, 30000);
    assert_figure(vtb_claim_allocs, &claim, 500, 500, 500);
    assert_figure(vtb_claim_allocs_avoided, &claim, 500, 500, 500);
    assert_figure(vtb_claim_calls_without, &claim, 500, 500, 500);
    assert_figure(vtb_claim_bytes_ratio, &claim, 0.3, 0.3, 0.3);
    assert_figure(vtb_claim_bytes_saved, &claim, 70, 70, 70);
    assert_figure(vtb_claim_allocs_saved, &claim, 50, 50, 50);
    assert_figure(vtb_claim_collections, &claim, 2e-3, 2e-3, 2e-3);
    assert_figure(vtb_claim_collections_saved, &claim, 75, 75, 75);
    assert_figure(vtb_claim_collections_more, &claim, 4, 4, 4);
}

/* Of nothing nothing is saved. */
static void nothing_of_nothing(void **state)
{
    (void)state;
    const struct vtb_claim claim = {.side = VTB_AFTER, .times = 1};
    make_up();
    evidence.bytes[VTB_BEFORE] = evidence.bytes[VTB_AFTER] = 0;
    assert_figure(vtb_claim_bytes_saved, &claim, 0, 0, 0);
    assert_figure(vtb_claim_bytes_ratio, &claim, 1, 1, 1);
}

/* Ends change places where less is more. */
static void what_is_timed(void **state)
{
    (void)state;
    const struct vtb_claim after = {.side = VTB_AFTER, .times = 1};
    const struct vtb_claim before = {.side = VTB_BEFORE, .times = 1e6};
    make_up();
    assert_figure(vtb_claim_time, &before, 20e6, 18e6, 22e6);
    assert_figure(vtb_claim_time_ratio, &after, 0.5, 0.4, 0.6);
    assert_figure(vtb_claim_time_saved, &after, 50, 40, 60);
    assert_figure(vtb_claim_speed, &after, 2, 1 / 0.6, 2.5);
    assert_figure(vtb_claim_worth_from, &after, 1e6, 1e7 / 12, 1e7 / 8); /* 1 % of a core: 10 ms */
    assert_figure(vtb_claim_gc_share, &before, 2, 2, 2);
    assert_figure(vtb_claim_gc_time_saved, &after, 50, 100 - 50 * exp(0.1), 100 - 50 * exp(-0.1));
    evidence.ratio[VTB_AFTER].hi = 1.1;
    assert_true(isinf(vtb_claim_worth_from(&after, &evidence).hi));
    evidence.ratio[VTB_AFTER] = (struct vtb_interval){0.5, NAN, NAN};
    assert_true(isnan(vtb_claim_worth_from(&after, &evidence).lo));
    assert_true(isnan(vtb_claim_worth_from(&after, &evidence).hi));
}

/* A completed task is none; a call that suspends has 64 B. */
static void what_net11_allocates(void **state)
{
    (void)state;
    const struct vtb_evidence net11 = vtb_claim_net11(0.75);
    assert_same_double(net11.hit_rate, 0.75);
    assert_same_double(net11.bytes[VTB_BEFORE], 16);
    assert_same_double(net11.allocs[VTB_BEFORE], 0.25);
    assert_same_double(vtb_claim_net11(1).bytes[VTB_BEFORE], 0);
    assert_true(net11.bytes[VTB_AFTER] > net11.bytes[VTB_BEFORE]);
    const struct vtb_claim claim = {.side = VTB_AFTER};
    assert_true(vtb_claim_collections_more(&claim, &net11).median < 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_counted),
        cmocka_unit_test(nothing_of_nothing),
        cmocka_unit_test(what_is_timed),
        cmocka_unit_test(what_net11_allocates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
