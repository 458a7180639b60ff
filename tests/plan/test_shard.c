/* Which shard has what: named by all, spread evenly, and moved by nothing else. */
#include "check.h"

#include "plan/shard.h"

#define NAMES_N 10000

static uint64_t digest_of(size_t i)
{
    char name[40];
    snprintf(name, sizeof name, "user_cache/hit_rate:%zu", i);
    return vtb_shard_digest(0, name);
}

/* By the binomial distribution a shard of n has NAMES_N / n names, give or take six deviations in
 * one of 1e9 trials. */
static void each_shard_has_its_share(void **state)
{
    static const size_t shards_n[] = {1, 2, 3, 8, 64, 1000};
    (void)state;
    for (size_t s = 0; s < sizeof shards_n / sizeof *shards_n; s++) {
        size_t counts[VTB_SHARDS_MAX + 1] = {0};
        const size_t n = shards_n[s];
        const double expected = (double)NAMES_N / (double)n;
        for (size_t i = 0; i < NAMES_N; i++) {
            const size_t number = vtb_shard_of(digest_of(i), n);
            assert_in_range(number, 1, n);
            counts[number]++;
        }
        for (size_t number = 1; number <= n; number++)
            assert_true(fabs((double)counts[number] - expected) <= 1 + 6 * sqrt(expected));
    }
}

/* A shard more takes names from all others, and moves no name between these. */
static void one_more_moves_only_what_it_gets(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 64; n++) {
        size_t moved_n = 0;
        for (size_t i = 0; i < NAMES_N; i++) {
            const size_t before = vtb_shard_of(digest_of(i), n);
            const size_t after = vtb_shard_of(digest_of(i), n + 1);
            moved_n += after != before;
            assert_true(after == before || after == n + 1);
        }
        const double expected = (double)NAMES_N / (double)(n + 1);
        assert_true(fabs((double)moved_n - expected) <= 6 * sqrt(expected));
    }
}

/* Files of other versions and machines are merged by it: it must stay what it is. */
static void digests_stay_what_they_are(void **state)
{
    (void)state;
    assert_true(vtb_shard_digest(0, "user_cache") == UINT64_C(0xc58bcbaa2f9dbc47));
    assert_true(vtb_shard_digest(0, "ab") != vtb_shard_digest(0, "ba"));
    assert_true(vtb_shard_digest(vtb_shard_digest(0, "a"), "b") != vtb_shard_digest(0, "ab"));
    assert_true(vtb_shard_digest(1, "a") != vtb_shard_digest(0, "a"));
    assert_int_equal(vtb_shard_of(vtb_shard_digest(0, "user_cache"), 64), 40);
}

static void texts_are_read_as_they_are_written(void **state)
{
    struct vtb_shard shard;
    char text[VTB_SHARD_TEXT_BYTES];
    static const char *const good[] = {"1/1", "1/1000", "1000/1000", "7/12"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(vtb_shard_parse(good[i], &shard));
        assert_string_equal(vtb_shard_text(text, &shard), good[i]);
    }
    assert_false(vtb_shard_parse("1111111111111111111111111111111111111111111111111/2", &shard));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_shard_has_its_share),
        cmocka_unit_test(one_more_moves_only_what_it_gets),
        cmocka_unit_test(digests_stay_what_they_are),
        cmocka_unit_test(texts_are_read_as_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
