/* What claims are told of collections, of a pressure pass that is made up. */
#include "check.h"

#include "base/distributions.h"
#include "claims/collections.h"

/* A collection every 1000 calls of 40 ns and 100 B, with a pause of 900 or 1100 ns by turns. */
static struct vtb_pressure made_up(uint64_t pauses_n)
{
    const double n = (double)pauses_n;
    return (struct vtb_pressure){
        .measured = true,
        .collects = true,
        .generations_n = 2,
        .calls_n = 1000 * pauses_n,
        .cpu_ns = 40 * 1000 * n + 1000 * n,
        .collected = {.collections_n = {pauses_n - 2, 2},
                      .pauses_n = pauses_n,
                      .cpu_ns = 1000 * n,
                      .cpu_ns2 = (900.0 * 900 + 1100.0 * 1100) / 2 * n,
                      .survived_bytes = 250 * pauses_n},
        .calls_per_collection = 1000.5,
        .is_exact = true,
        .pause_p99_ns = {1100, 1100, 1100},
    };
}

static struct vtb_evidence found(struct vtb_pressure pressure)
{
    static const struct vtb_interval unknown = {NAN, NAN, NAN};
    struct vtb_evidence evidence = {.bytes = {[VTB_AFTER] = 100},
                                    .gc_ns = {[VTB_AFTER] = unknown},
                                    .gc_share = {[VTB_AFTER] = unknown},
                                    .pause_p99_ns = {[VTB_AFTER] = unknown},
                                    .survived = {[VTB_AFTER] = unknown}};
    vtb_evidence_add_pressure(&evidence, VTB_AFTER, &pressure);
    return evidence;
}

/* Of n pauses half of which are 100 ns below the mean and half above, the mean's error is
 * 100 / sqrt(n - 1) ns; Student's t of 100 degrees of freedom, 99 %, is 2.62589. */
static void a_mean_of_pauses_has_an_interval(void **state)
{
    (void)state;
    const struct vtb_evidence evidence = found(made_up(101));
    const struct vtb_interval *gc_ns = &evidence.gc_ns[VTB_AFTER];
    const double reach_ns = 2.62589 * 100 / 10;
    assert_near(gc_ns->median, 1000 / 1000.5, 1e-9);
    assert_near(gc_ns->lo, (1000 - reach_ns) / 1000.5, 1e-6);
    assert_near(gc_ns->hi, (1000 + reach_ns) / 1000.5, 1e-6);
}

static void so_has_their_share(void **state)
{
    (void)state;
    const struct vtb_evidence evidence = found(made_up(101));
    const struct vtb_interval *gc_ns = &evidence.gc_ns[VTB_AFTER];
    const struct vtb_interval *share = &evidence.gc_share[VTB_AFTER];
    assert_near(share->median, gc_ns->median / (40 + gc_ns->median), 1e-9);
    assert_near(share->lo, gc_ns->lo / (40 + gc_ns->lo), 1e-9);
    assert_near(share->hi, gc_ns->hi / (40 + gc_ns->hi), 1e-9);
    assert_true(share->lo < share->median && share->median < share->hi);
}

/* 2 of 100 collections are of the older generation; what survives is 0.25 % of the bytes, and so
 * that of between none and one of them. */
static void what_is_counted(void **state)
{
    (void)state;
    const struct vtb_evidence evidence = found(made_up(100));
    const struct vtb_interval *collections = evidence.collections[VTB_AFTER];
    const struct vtb_interval *survived = &evidence.survived[VTB_AFTER];
    assert_true(evidence.follows[VTB_AFTER]);
    assert_near(collections[0].median, 1 / 1000.5, 1e-12);
    assert_same_double(collections[0].lo, collections[0].median);
    assert_same_double(collections[0].hi, collections[0].median);
    assert_near(collections[1].median, 0.02 / 1000.5, 1e-12);
    assert_near(collections[1].lo, vtb_clopper_pearson(2, 100, 0.99).lo / 1000.5, 1e-12);
    assert_near(collections[1].hi, vtb_clopper_pearson(2, 100, 0.99).hi / 1000.5, 1e-12);
    assert_near(survived->median, 250 / 1e5, 1e-12);
    assert_same_double(survived->lo, 0);
    assert_near(survived->hi, vtb_clopper_pearson(1, 100, 0.99).hi, 1e-12);
}

/* A heap that collects when it likes: what happened in one run has no interval. */
static void what_happened_in_one_run(void **state)
{
    (void)state;
    struct vtb_pressure pressure = made_up(100);
    pressure.is_exact = false;
    const struct vtb_evidence evidence = found(pressure);
    assert_false(evidence.follows[VTB_AFTER]);
    assert_near(evidence.collections[VTB_AFTER][0].median, 1e-3, 1e-12);
    assert_true(isnan(evidence.collections[VTB_AFTER][0].lo));
    assert_true(isnan(evidence.collections[VTB_AFTER][1].hi));
    assert_true(isnan(evidence.survived[VTB_AFTER].hi));
    assert_near(evidence.gc_ns[VTB_AFTER].median, 1, 1e-9);
    assert_true(isnan(evidence.gc_ns[VTB_AFTER].lo) && isnan(evidence.gc_share[VTB_AFTER].hi));
}

/* As many as VTB_COLLECTIONS_MIN says, and for a 99th percentile as many as that takes. */
static void of_few_collections_little_is_told(void **state)
{
    (void)state;
    struct vtb_evidence evidence = found(made_up(49));
    assert_true(isnan(evidence.gc_ns[VTB_AFTER].median));
    assert_true(isnan(evidence.gc_share[VTB_AFTER].median));
    assert_true(isnan(evidence.survived[VTB_AFTER].hi));
    assert_near(evidence.collections[VTB_AFTER][0].hi, 1 / 1000.5, 1e-12);
    evidence = found(made_up(50));
    assert_false(isnan(evidence.gc_ns[VTB_AFTER].lo));
    assert_false(isnan(evidence.gc_share[VTB_AFTER].hi));
    assert_false(isnan(evidence.survived[VTB_AFTER].hi));
    assert_true(isnan(found(made_up(99)).pause_p99_ns[VTB_AFTER].median));
    assert_same_double(found(made_up(100)).pause_p99_ns[VTB_AFTER].median, 1100);
    struct vtb_pressure pressure = made_up(100);
    pressure.collects = false;
    assert_same_double(found(pressure).collections[VTB_AFTER][0].hi, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mean_of_pauses_has_an_interval),
        cmocka_unit_test(so_has_their_share),
        cmocka_unit_test(what_is_counted),
        cmocka_unit_test(what_happened_in_one_run),
        cmocka_unit_test(of_few_collections_little_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
