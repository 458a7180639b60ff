#include "check.h"

#include "bench/lengths.h"
#include "plan/random.h"

#define FINE_SHIFT 10
#define HOUR_NS 3600e9

static uint64_t counts[2][VTB_LENGTHS_BUCKETS(FINE_SHIFT)];

static struct vtb_lengths start(size_t which)
{
    struct vtb_lengths lengths;
    memset(counts[which], 0, sizeof counts[which]);
    vtb_lengths_start(&lengths, FINE_SHIFT, counts[which]);
    return lengths;
}

/* Three digits of any length from 1 ns to an hour, and never too low. */
static void three_digits(void **state)
{
    (void)state;
    for (double length_ns = 1; length_ns <= HOUR_NS; length_ns *= 1.0137) {
        struct vtb_lengths lengths = start(0);
        vtb_lengths_add(&lengths, length_ns);
        vtb_lengths_add(&lengths, 2 * HOUR_NS); /* or the longest would be told exactly */
        const double told_ns = vtb_lengths_quantile(&lengths, 0.5);
        assert_true(told_ns >= length_ns && told_ns <= length_ns * (1 + 1.0 / 1024));
        assert_same_double(vtb_lengths_quantile(&lengths, 1), 2 * HOUR_NS);
    }
}

/* Of 1 to 100000 us each once. */
static void known_quantiles(void **state)
{
    (void)state;
    static const double qs[] = {0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999};
    const int n = 100000;
    struct vtb_lengths lengths = start(0);
    for (int i = 1; i <= n; i++)
        vtb_lengths_add(&lengths, 1000.0 * (double)((i * (int64_t)7919) % n + 1));
    assert_int_equal(lengths.n, n);
    for (size_t i = 0; i < sizeof qs / sizeof *qs; i++) {
        const double exact_ns = 1000 * ceil(qs[i] * n * (1 - 1e-12));
        const double told_ns = vtb_lengths_quantile(&lengths, qs[i]);
        assert_true(told_ns >= exact_ns && told_ns <= exact_ns * (1 + 1.0 / 1024));
    }
    assert_same_double(vtb_lengths_quantile(&lengths, 1), 1000.0 * n);
    assert_same_double(lengths.total_ns, 1000.0 * n * (n + 1) / 2);
}

/* Two parts together are what all would have been. */
static void parts_add_up(void **state)
{
    (void)state;
    struct vtb_random random = vtb_random_stream(1, 2);
    struct vtb_lengths parts[2] = {start(0), start(1)};
    static uint64_t all_counts[VTB_LENGTHS_BUCKETS(FINE_SHIFT)];
    struct vtb_lengths all;
    vtb_lengths_start(&all, FINE_SHIFT, all_counts);
    for (int i = 0; i < 3000; i++) {
        const double length_ns = exp(20 * vtb_random_unit(&random)) - 1;
        vtb_lengths_add(&all, length_ns);
        vtb_lengths_add(&parts[i % 3 == 0], length_ns);
    }
    vtb_lengths_add_all(&parts[0], &parts[1]);
    assert_int_equal(parts[0].n, all.n);
    assert_same_double(parts[0].max_ns, all.max_ns);
    assert_near(parts[0].total_ns, all.total_ns, 1e-9 * all.total_ns);
    assert_near(parts[0].squares_ns2, all.squares_ns2, 1e-9 * all.squares_ns2);
    assert_memory_equal(parts[0].counts, all_counts, sizeof all_counts);
}

/* How many are longer, by buckets; and nothing is left where all are forgotten. */
static void beyond_and_forgotten(void **state)
{
    (void)state;
    static const uint64_t none[VTB_LENGTHS_BUCKETS(FINE_SHIFT)];
    struct vtb_lengths lengths = start(0);
    for (int i = 1; i <= 1000; i++)
        vtb_lengths_add(&lengths, 2000.0 * i);
    assert_int_equal(vtb_lengths_beyond(&lengths, 0.5), 1000);
    for (int n = 1; n < 1000; n += 37) /* as many as a quantile leaves, but for its bucket */
        assert_in_range(
            vtb_lengths_beyond(&lengths, vtb_lengths_quantile(&lengths, 1 - n / 1000.0)), n - 1, n);
    vtb_lengths_add(&lengths, 1e9); /* alone in its bucket, beside the last */
    assert_int_equal(vtb_lengths_beyond(&lengths, vtb_lengths_quantile(&lengths, 1000.0 / 1001)),
                     1);
    assert_int_equal(vtb_lengths_beyond(&lengths, lengths.max_ns), 0);
    vtb_lengths_forget(&lengths);
    assert_int_equal(lengths.n, 0);
    assert_same_double(lengths.max_ns + lengths.total_ns + lengths.squares_ns2, 0);
    assert_memory_equal(counts[0], none, sizeof none);
}

/* With nothing, or into nothing. */
static void nothing_adds_nothing(void **state)
{
    (void)state;
    struct vtb_lengths some = start(0);
    struct vtb_lengths none = start(1);
    vtb_lengths_add(&some, 5);
    vtb_lengths_add_all(&some, &none);
    assert_int_equal(some.n, 1);
    assert_same_double(some.squares_ns2, 0);
    vtb_lengths_add_all(&none, &some);
    assert_int_equal(none.n, 1);
    assert_same_double(none.max_ns, 5);
    assert_same_double(vtb_lengths_quantile(&none, 0.5), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_digits),         cmocka_unit_test(known_quantiles),
        cmocka_unit_test(parts_add_up),         cmocka_unit_test(beyond_and_forgotten),
        cmocka_unit_test(nothing_adds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
