#include "check.h"

#include "plan/random.h"
#include "plan/schedule.h"

static uint32_t ids[VTB_SCHEDULE_CHUNK];
static uint32_t other_ids[VTB_SCHEDULE_CHUNK];

/* Uniform, or with an exponent s other than 0. */
static struct vtb_schedule schedule_of(double hit_rate, uint64_t keys_n, double s, uint64_t seed)
{
    return (struct vtb_schedule){.hit_rate = hit_rate,
                                 .keys_n = keys_n,
                                 .distribution = {.zipf = s != 0, .s = s},
                                 .seed = seed};
}

static bool is_hit(uint32_t id)
{
    return !(id & VTB_ID_MISS);
}

static size_t hits_of(const uint32_t *entries, size_t n)
{
    size_t hits_n = 0;
    for (size_t i = 0; i < n; i++)
        hits_n += is_hit(entries[i]);
    return hits_n;
}

struct counted {
    uint64_t hits_n;
    uint64_t failures_n;
};

/* The first calls_n calls, counted entry by entry, chunk by chunk as the passes ask. */
static struct counted count(const struct vtb_schedule *schedule, uint64_t calls_n)
{
    struct counted counted = {0};
    for (uint64_t done_n = 0; done_n < calls_n;) {
        const uint64_t left = calls_n - done_n;
        const size_t n = left < VTB_SCHEDULE_CHUNK ? (size_t)left : VTB_SCHEDULE_CHUNK;
        vtb_schedule_fill(schedule, done_n / VTB_SCHEDULE_CHUNK, ids, n);
        counted.hits_n += hits_of(ids, n);
        for (size_t i = 0; i < n; i++) {
            assert_false((ids[i] & VTB_ID_FAIL) && is_hit(ids[i])); /* what hits cannot fail */
            counted.failures_n += (ids[i] & VTB_ID_FAIL) != 0;
        }
        done_n += n;
    }
    return counted;
}

static const uint64_t numbers_of_calls[] = {1,       2,       7,       12,      1000,    1000001,
                                            1048575, 1048576, 1048577, 1048583, 2097152, 3000000};

#define NUMBERS_N (sizeof numbers_of_calls / sizeof *numbers_of_calls)

static void hits_are_exact(void **state)
{
    (void)state;
    static const double rates[] = {0, 1e-6, 0.12, 0.31, 0.5, 0.8, 0.95, 0.999, 1};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        const struct vtb_schedule schedule = schedule_of(rates[i], 100, 0, 5);
        for (size_t j = 0; j < NUMBERS_N; j++) {
            const uint64_t calls_n = numbers_of_calls[j];
            const uint64_t expected = (uint64_t)llround((double)calls_n * rates[i]);
            const struct counted counted = count(&schedule, calls_n);
            assert_true(vtb_schedule_hits(&schedule, calls_n) == expected);
            assert_true(counted.hits_n == expected);
            assert_true(vtb_schedule_failures(&schedule, calls_n) == 0);
            assert_true(counted.failures_n == 0);
        }
    }
}

static void check_failures(const struct vtb_schedule *schedule, uint64_t calls_n)
{
    const uint64_t misses_n = calls_n - vtb_schedule_hits(schedule, calls_n);
    const uint64_t expected = (uint64_t)llround((double)misses_n * schedule->failure_rate);
    const struct counted counted = count(schedule, calls_n);
    assert_true(vtb_schedule_failures(schedule, calls_n) == expected);
    assert_true(counted.failures_n == expected);
    assert_true(counted.hits_n == calls_n - misses_n);
}

/* The share of those that miss, wherever the chunks end. */
static void failures_are_exact(void **state)
{
    (void)state;
    static const double hit_rates[] = {0, 0.31, 1};
    static const double rates[] = {1e-6, 0.1, 1};
    for (size_t i = 0; i < 9; i++) {
        struct vtb_schedule schedule = schedule_of(hit_rates[i % 3], 100, 0, 5);
        schedule.failure_rate = rates[i / 3];
        for (size_t j = 0; j < NUMBERS_N && numbers_of_calls[j] < 2000000; j++)
            check_failures(&schedule, numbers_of_calls[j]);
    }
}

/* 0.35 of 90 misses are 31.5 and so 32, as it is with hits. */
static void half_a_failure_rounds_up(void **state)
{
    (void)state;
    struct vtb_schedule schedule = schedule_of(0.1, 100, 0, 5);
    schedule.failure_rate = 0.35;
    assert_true(vtb_schedule_hits(&schedule, 100) == 10);
    assert_true(vtb_schedule_failures(&schedule, 100) == 32);
    schedule.hit_rate = 0;
    schedule.failure_rate = 0.5;
    assert_true(vtb_schedule_failures(&schedule, (UINT64_C(1) << 62) + 2) ==
                (UINT64_C(1) << 61) + 1);
}

/* Every call misses, whatever the hit rate; of all of them the failure rate fails. */
static void forced_calls_all_miss(void **state)
{
    (void)state;
    struct vtb_schedule schedule = schedule_of(0.8, 100, 0, 5);
    schedule.force_async = true;
    assert_true(vtb_schedule_hits(&schedule, 1000) == 0);
    assert_true(count(&schedule, 1048583).hits_n == 0);
    schedule.failure_rate = 0.25;
    check_failures(&schedule, 1048584);
    assert_true(vtb_schedule_failures(&schedule, 1000) == 250);
    schedule.hit_rate = 1;
    assert_true(count(&schedule, 1000).failures_n == 250);
}

/* Failures are as frequent at the end of a chunk as at its start, and come with any key. */
static void failures_are_spread_evenly(void **state)
{
    (void)state;
    struct vtb_schedule schedule = schedule_of(0.5, 2, 0, 3);
    const size_t part_n = VTB_SCHEDULE_CHUNK / 64;
    size_t by_key[2] = {0};
    schedule.failure_rate = 0.2;
    vtb_schedule_fill(&schedule, 0, ids, VTB_SCHEDULE_CHUNK);
    for (size_t part = 0; part < 64; part++) {
        size_t failures_n = 0;
        for (size_t i = part * part_n; i < (part + 1) * part_n; i++) {
            failures_n += (ids[i] & VTB_ID_FAIL) != 0;
            by_key[ids[i] & VTB_ID_MASK] += (ids[i] & VTB_ID_FAIL) != 0;
        }
        assert_near((double)failures_n, 0.1 * (double)part_n, 5 * sqrt(0.09 * (double)part_n));
    }
    assert_near((double)by_key[0] / (double)(by_key[0] + by_key[1]), 0.5, 0.01);
}

/* Half a hit counts as one, for the rate as it was written: 10 x 0.95 is 9.5, though the double
 * that is nearest to 0.95 lies below it. */
static void half_a_hit_rounds_up(void **state)
{
    (void)state;
    static const struct {
        double rate;
        uint64_t calls_n;
        uint64_t hits_n;
    } halves[] = {{0.5, 1, 1},    {0.05, 10, 1},     {0.15, 10, 2},   {0.35, 10, 4},
                  {0.45, 10, 5},  {0.85, 10, 9},     {0.95, 10, 10},  {0.95, 30, 29},
                  {0.35, 90, 32}, {0.999, 500, 500}, {0.8, 1000, 800}};
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        const struct vtb_schedule schedule = {.hit_rate = halves[i].rate, .keys_n = 100};
        if (vtb_schedule_hits(&schedule, halves[i].calls_n) != halves[i].hits_n)
            fail_msg("%g of %d calls", halves[i].rate, (int)halves[i].calls_n);
    }
}

/* Far beyond what a double counts singly. */
static void hits_of_many_calls(void **state)
{
    (void)state;
    struct vtb_schedule schedule = {.hit_rate = 0.5, .keys_n = 1};
    assert_true(vtb_schedule_hits(&schedule, UINT64_C(1000000000000)) == UINT64_C(500000000000));
    assert_true(vtb_schedule_hits(&schedule, (UINT64_C(1) << 62) + 2) == (UINT64_C(1) << 61) + 1);
    schedule.hit_rate = 1;
    assert_true(vtb_schedule_hits(&schedule, (UINT64_C(1) << 62) + 1) == (UINT64_C(1) << 62) + 1);
    assert_true(vtb_schedule_hits(&schedule, 0) == 0);
}

/* Key numbers lie in 0 .. keys - 1, and the flag is all that tells a miss. */
static void keys_are_in_range(void **state)
{
    (void)state;
    static const uint64_t keys[] = {1, 2, 3, 10, 1000, 100003, VTB_ID_MASK};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        for (int zipf = 0; zipf < 2; zipf++) {
            const struct vtb_schedule schedule = schedule_of(0.7, keys[i], zipf ? 0.99 : 0, 11);
            vtb_schedule_fill(&schedule, 3, ids, 20000);
            for (size_t j = 0; j < 20000; j++) {
                if ((ids[j] & VTB_ID_MASK) >= keys[i])
                    fail_msg("key %u of %llu", ids[j] & VTB_ID_MASK, (unsigned long long)keys[i]);
            }
            assert_in_range(hits_of(ids, 20000), 13999, 14001);
        }
    }
}

static void one_seed_one_schedule(void **state)
{
    (void)state;
    const struct vtb_schedule schedule = schedule_of(0.8, 1000, 0.99, 1);
    vtb_schedule_fill(&schedule, 2, ids, VTB_SCHEDULE_CHUNK);
    vtb_schedule_fill(&schedule, 2, other_ids, VTB_SCHEDULE_CHUNK);
    assert_memory_equal(ids, other_ids, sizeof ids);
}

/* Entries that agree between two schedules: of independent ones, only those that chance makes. */
static double agreement(const struct vtb_schedule *left, uint64_t left_chunk,
                        const struct vtb_schedule *right, uint64_t right_chunk)
{
    const size_t n = 100000;
    size_t same_n = 0;
    vtb_schedule_fill(left, left_chunk, ids, n);
    vtb_schedule_fill(right, right_chunk, other_ids, n);
    for (size_t i = 0; i < n; i++)
        same_n += ids[i] == other_ids[i];
    return (double)same_n / (double)n;
}

static void other_seeds_and_chunks_differ(void **state)
{
    (void)state;
    const double chance = 0.5 / 1000; /* the same flag and the same key */
    const struct vtb_schedule schedule = schedule_of(0.5, 1000, 0, 1);
    for (uint64_t seed = 2; seed < 6; seed++) {
        struct vtb_schedule other = schedule;
        other.seed = seed;
        assert_near(agreement(&schedule, 0, &other, 0), chance, 5e-4);
    }
    for (uint64_t chunk = 1; chunk < 5; chunk++)
        assert_near(agreement(&schedule, 0, &schedule, chunk), chance, 5e-4);
    assert_same_double(agreement(&schedule, 1, &schedule, 1), 1);
}

static void count_keys(size_t *counts, size_t keys_n)
{
    memset(counts, 0, keys_n * sizeof *counts);
    for (size_t i = 0; i < VTB_SCHEDULE_CHUNK; i++)
        counts[ids[i] & VTB_ID_MASK]++;
}

#define KEYS_N 50

/* 49 degrees of freedom: chance exceeds this in one of a million schedules. */
#define CHI_SQUARE_MAX 111.0

static void uniform_keys(void **state)
{
    (void)state;
    const struct vtb_schedule schedule = schedule_of(0.5, KEYS_N, 0, 7);
    const double expected = (double)VTB_SCHEDULE_CHUNK / KEYS_N;
    size_t counts[KEYS_N];
    double chi_square = 0;
    vtb_schedule_fill(&schedule, 0, ids, VTB_SCHEDULE_CHUNK);
    count_keys(counts, KEYS_N);
    for (size_t key = 0; key < KEYS_N; key++)
        chi_square += pow((double)counts[key] - expected, 2) / expected;
    assert_true(chi_square < CHI_SQUARE_MAX);
    assert_true(chi_square > 10); /* as rare: so even is no chance either */
}

/* Ranks are scattered over the keys by a constant step, which the second most frequent key shows.
 */
static size_t step_of(const size_t *counts)
{
    size_t second = 1;
    for (size_t key = 2; key < KEYS_N; key++) {
        if (counts[key] > counts[second])
            second = key;
    }
    return second;
}

static double zipf_chi_square(double s)
{
    const struct vtb_schedule schedule = schedule_of(0.5, KEYS_N, s, 9);
    size_t counts[KEYS_N];
    double norm = 0;
    double chi_square = 0;
    vtb_schedule_fill(&schedule, 0, ids, VTB_SCHEDULE_CHUNK);
    count_keys(counts, KEYS_N);
    const size_t step = step_of(counts);
    for (size_t rank = 1; rank <= KEYS_N; rank++)
        norm += pow((double)rank, -s);
    for (size_t rank = 1; rank <= KEYS_N; rank++) {
        const double expected = (double)VTB_SCHEDULE_CHUNK * pow((double)rank, -s) / norm;
        const double count = (double)counts[(rank - 1) * step % KEYS_N];
        chi_square += pow(count - expected, 2) / expected;
    }
    return chi_square;
}

static void zipf_keys(void **state)
{
    (void)state;
    static const double exponents[] = {0.3, 0.5, 0.99, 1, 1.01, 2, 3};
    for (size_t i = 0; i < sizeof exponents / sizeof *exponents; i++) {
        const double chi_square = zipf_chi_square(exponents[i]);
        if (chi_square >= CHI_SQUARE_MAX)
            fail_msg("s = %g: chi-square %g", exponents[i], chi_square);
    }
}

/* The frequent keys of a large table: P(rank 1) = 1 / H(n, s), and so on. */
static void zipf_of_many_keys(void **state)
{
    (void)state;
    const uint64_t keys_n = 1000000;
    const struct vtb_schedule schedule = schedule_of(0.5, keys_n, 1, 13);
    double norm = 0;
    size_t first_n = 0;
    for (uint64_t rank = 1; rank <= keys_n; rank++)
        norm += 1 / (double)rank;
    vtb_schedule_fill(&schedule, 0, ids, VTB_SCHEDULE_CHUNK);
    for (size_t i = 0; i < VTB_SCHEDULE_CHUNK; i++)
        first_n += (ids[i] & VTB_ID_MASK) == 0;
    const double p = 1 / norm;
    const double deviation = sqrt(p * (1 - p) / (double)VTB_SCHEDULE_CHUNK);
    assert_near((double)first_n / (double)VTB_SCHEDULE_CHUNK, p, 5 * deviation);
}

/* Whether a call hits says nothing about any of the next 128: a predictor that learned a period of
 * 10 turned a rate of 0.95 into 1. */
static void hits_have_no_period(void **state)
{
    (void)state;
    static const double rates[] = {0.5, 0.8, 0.95};
    const size_t n = (size_t)1 << 18;
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        const struct vtb_schedule schedule = schedule_of(rates[r], 100, 0, 3);
        vtb_schedule_fill(&schedule, 0, ids, VTB_SCHEDULE_CHUNK);
        const double mean = (double)hits_of(ids, n) / (double)n;
        for (size_t lag = 1; lag <= 128; lag++) {
            size_t both_n = 0;
            for (size_t i = 0; i < n; i++)
                both_n += is_hit(ids[i]) && is_hit(ids[i + lag]);
            const double covariance = (double)both_n / (double)n - mean * mean;
            assert_near(covariance / (mean * (1 - mean)), 0, 5 / sqrt((double)n));
        }
    }
}

/* Hits are as frequent at the end of a chunk as at its start. */
static void hits_are_spread_evenly(void **state)
{
    (void)state;
    const struct vtb_schedule schedule = schedule_of(0.8, 100, 0, 3);
    const size_t part_n = VTB_SCHEDULE_CHUNK / 64;
    vtb_schedule_fill(&schedule, 0, ids, VTB_SCHEDULE_CHUNK);
    for (size_t part = 0; part < 64; part++)
        assert_near((double)hits_of(ids + part * part_n, part_n), 0.8 * (double)part_n,
                    5 * sqrt(0.16 * (double)part_n));
}

/* A key is as likely to come with a hit as with a miss. */
static void keys_do_not_tell_hits(void **state)
{
    (void)state;
    const struct vtb_schedule schedule = schedule_of(0.8, 2, 0, 3);
    size_t hits_n[2] = {0};
    size_t calls_n[2] = {0};
    vtb_schedule_fill(&schedule, 0, ids, VTB_SCHEDULE_CHUNK);
    for (size_t i = 0; i < VTB_SCHEDULE_CHUNK; i++) {
        calls_n[ids[i] & VTB_ID_MASK]++;
        hits_n[ids[i] & VTB_ID_MASK] += is_hit(ids[i]);
    }
    for (size_t key = 0; key < 2; key++)
        assert_near((double)hits_n[key] / (double)calls_n[key], 0.8, 0.003);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hits_are_exact),
        cmocka_unit_test(failures_are_exact),
        cmocka_unit_test(half_a_failure_rounds_up),
        cmocka_unit_test(forced_calls_all_miss),
        cmocka_unit_test(failures_are_spread_evenly),
        cmocka_unit_test(half_a_hit_rounds_up),
        cmocka_unit_test(hits_of_many_calls),
        cmocka_unit_test(keys_are_in_range),
        cmocka_unit_test(one_seed_one_schedule),
        cmocka_unit_test(other_seeds_and_chunks_differ),
        cmocka_unit_test(uniform_keys),
        cmocka_unit_test(zipf_keys),
        cmocka_unit_test(zipf_of_many_keys),
        cmocka_unit_test(hits_have_no_period),
        cmocka_unit_test(hits_are_spread_evenly),
        cmocka_unit_test(keys_do_not_tell_hits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
