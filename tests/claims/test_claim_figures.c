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
    evidence.collections[VTB_BEFORE][0] = (struct vtb_interval){8e-6, 8e-6, 8e-6};
    evidence.collections[VTB_AFTER][0] = (struct vtb_interval){2e-6, 2e-6, 2e-6};
    evidence.collections[VTB_BEFORE][1] = (struct vtb_interval){8e-7, 4e-7, 1e-6};
    evidence.collections[VTB_AFTER][1] = (struct vtb_interval){2e-7, 1e-7, 4e-7};
    evidence.gc_ns[VTB_BEFORE] = (struct vtb_interval){2, 1.8, 2.2};
    evidence.gc_ns[VTB_AFTER] = (struct vtb_interval){1, 1, 1};
    evidence.gc_share[VTB_BEFORE] = (struct vtb_interval){0.02, 0.01, 0.03};
    evidence.pause_p99_ns[VTB_BEFORE] = (struct vtb_interval){4000, 2000, 8000};
    evidence.pause_p99_ns[VTB_AFTER] = (struct vtb_interval){1000, 500, 1600};
    evidence.survived[VTB_AFTER] = (struct vtb_interval){0.25, 0.2, 0.5};
    evidence.follows[VTB_BEFORE] = evidence.follows[VTB_AFTER] = true;
}

static struct vtb_claim_value figure_of(vtb_claim_figure *figure, const struct vtb_claim *claim,
                                        double median, double lo, double hi)
{
    const struct vtb_claim_value got = figure(claim, &evidence);
    assert_near(got.figure.median, median, 1e-9 * fabs(median));
    assert_near(got.figure.lo, lo, 1e-9 * fabs(lo));
    assert_near(got.figure.hi, hi, 1e-9 * fabs(hi));
    return got;
}

static void assert_exact(vtb_claim_figure *figure, const struct vtb_claim *claim, double value)
{
    const struct vtb_claim_value got = figure_of(figure, claim, value, value, value);
    assert_true(got.is_exact);
    assert_same_double(got.least, got.figure.median);
    assert_same_double(got.most, got.figure.median);
}

/* It is judged by its interval. */
static void assert_measured(vtb_claim_figure *figure, const struct vtb_claim *claim, double median,
                            double lo, double hi)
{
    const struct vtb_claim_value got = figure_of(figure, claim, median, lo, hi);
    assert_false(got.is_exact);
    assert_same_double(got.least, got.figure.lo);
    assert_same_double(got.most, got.figure.hi);
}

/* It is judged by what it may be at half the speed or twice. */
static void assert_at_speed(vtb_claim_figure *figure, const struct vtb_claim *claim, double median,
                            double lo, double hi)
{
    const struct vtb_claim_value got = figure_of(figure, claim, median, lo, hi);
    assert_false(got.is_exact);
    assert_near(got.least, lo / 2, 1e-9 * lo);
    assert_near(got.most, hi * 2, 1e-9 * hi);
}

static void what_is_counted(void **state)
{
    (void)state;
    const struct vtb_claim claim = {.side = VTB_AFTER, .times = 1000};
    make_up();
    assert_exact(vtb_claim_bytes, &claim, 30000);
    assert_exact(vtb_claim_allocs, &claim, 500);
    assert_exact(vtb_claim_allocs_avoided, &claim, 500);
    assert_exact(vtb_claim_calls_without, &claim, 500);
    assert_exact(vtb_claim_bytes_ratio, &claim, 0.3);
    assert_exact(vtb_claim_bytes_saved, &claim, 70);
    assert_exact(vtb_claim_allocs_saved, &claim, 50);
    assert_exact(vtb_claim_collections, &claim, 2e-3);
    assert_exact(vtb_claim_collections_saved, &claim, 75);
    assert_exact(vtb_claim_collections_more, &claim, 4);
}

/* Only of the youngest generation collections follow from bytes and a budget. */
static void what_happened(void **state)
{
    (void)state;
    const struct vtb_claim older = {.side = VTB_AFTER, .times = 1000, .generation = 1};
    const struct vtb_claim youngest = {.side = VTB_AFTER, .times = 1000};
    make_up();
    assert_measured(vtb_claim_collections, &older, 2e-4, 1e-4, 4e-4);
    assert_measured(vtb_claim_collections_saved, &older, 75, 0, 90);
    assert_measured(vtb_claim_collections_more, &older, 4, 1, 10);
    assert_measured(vtb_claim_survived, &older, 25, 20, 50);
    evidence.follows[VTB_BEFORE] = false; /* what is saved is a share of that */
    assert_true(vtb_claim_collections(&youngest, &evidence).is_exact);
    assert_false(vtb_claim_collections_saved(&youngest, &evidence).is_exact);
    assert_false(vtb_claim_collections_more(&youngest, &evidence).is_exact);
}

/* Of nothing nothing is saved. */
static void nothing_of_nothing(void **state)
{
    (void)state;
    const struct vtb_claim claim = {.side = VTB_AFTER, .times = 1};
    make_up();
    evidence.bytes[VTB_BEFORE] = evidence.bytes[VTB_AFTER] = 0;
    assert_exact(vtb_claim_bytes_saved, &claim, 0);
    assert_exact(vtb_claim_bytes_ratio, &claim, 1);
}

/* Ends change places where less is more. */
static void what_is_compared(void **state)
{
    (void)state;
    const struct vtb_claim after = {.side = VTB_AFTER, .times = 1};
    make_up();
    assert_measured(vtb_claim_time_ratio, &after, 0.5, 0.4, 0.6);
    assert_measured(vtb_claim_time_saved, &after, 50, 40, 60);
    assert_measured(vtb_claim_speed, &after, 2, 1 / 0.6, 2.5);
}

/* What is in ns is of this machine at this speed; of a call's time no interval is claimed. */
static void what_is_timed(void **state)
{
    (void)state;
    const struct vtb_claim after = {.side = VTB_AFTER, .times = 1};
    const struct vtb_claim before = {.side = VTB_BEFORE, .times = 1e6};
    make_up();
    const struct vtb_claim_value time = vtb_claim_time(&before, &evidence);
    assert_same_double(time.figure.median, 20e6);
    assert_true(isnan(time.figure.lo) && isnan(time.figure.hi) && !time.is_exact);
    assert_same_double(time.least, 9e6);
    assert_same_double(time.most, 44e6);
    evidence.beyond_plain_ns[VTB_BEFORE] = (struct vtb_interval){1, -1, 3};
    const struct vtb_claim_value beyond = vtb_claim_task_time(&before, &evidence);
    assert_same_double(beyond.least, -2e6);
    assert_same_double(beyond.most, 6e6);
    /* 1 % of a core: 10 ms */
    assert_at_speed(vtb_claim_worth_from, &after, 1e6, 1e7 / 12, 1e7 / 8);
    assert_at_speed(vtb_claim_gc_time, &before, 2e6, 1.8e6, 2.2e6);
    assert_at_speed(vtb_claim_gc_share, &before, 2, 1, 3);
    assert_at_speed(vtb_claim_pause_p99, &after, 1000, 500, 1600);
    evidence.ratio[VTB_AFTER].hi = 1.1;
    assert_true(isinf(vtb_claim_worth_from(&after, &evidence).figure.hi));
    assert_true(isinf(vtb_claim_worth_from(&after, &evidence).most));
    evidence.ratio[VTB_AFTER] = (struct vtb_interval){0.5, NAN, NAN};
    assert_true(isnan(vtb_claim_worth_from(&after, &evidence).least));
    assert_true(isnan(vtb_claim_worth_from(&after, &evidence).most));
}

/* Of two processes, each at a speed of its own: what is left may be twice as much, or half. */
static void what_collections_save(void **state)
{
    (void)state;
    const struct vtb_claim after = {.side = VTB_AFTER};
    make_up();
    struct vtb_claim_value saved =
        figure_of(vtb_claim_gc_time_saved, &after, 50, 100 - 50 * exp(0.1), 100 - 50 * exp(-0.1));
    assert_near(saved.least, 100 - 100 * exp(0.1), 1e-9);
    assert_near(saved.most, 100 - 25 * exp(-0.1), 1e-9);
    saved = figure_of(vtb_claim_pause_p99_saved, &after, 75, 100 - 100 * 0.8, 100 - 100 / 16.0);
    assert_near(saved.least, -60, 1e-9);
    assert_near(saved.most, 100 - 100 / 32.0, 1e-9);
    evidence.pause_p99_ns[VTB_AFTER].hi = INFINITY;
    assert_true(isinf(vtb_claim_pause_p99_saved(&after, &evidence).least));
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
    assert_true(vtb_claim_collections_more(&claim, &net11).figure.median < 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_counted),      cmocka_unit_test(nothing_of_nothing),
        cmocka_unit_test(what_happened),        cmocka_unit_test(what_is_compared),
        cmocka_unit_test(what_is_timed),        cmocka_unit_test(what_collections_save),
        cmocka_unit_test(what_net11_allocates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
