/* The LRU cache of a recorded stream of keys, against one that is too simple to be wrong. */
#include "check.h"

#include "plan/random.h"
#include "workloads/trace.h"

/* --- the reference: an array, the newest key first --- */

#define MOST_KEYS 2000

struct reference {
    size_t capacity;
    size_t n;
    uint32_t keys[MOST_KEYS];
};

static bool reference_lookup(struct reference *reference, uint32_t key)
{
    size_t place = 0;
    while (place < reference->n && reference->keys[place] != key)
        place++;
    const bool is_hit = place < reference->n;
    if (!is_hit) {
        if (reference->n < reference->capacity)
            reference->n++;
        place = reference->n - 1;
    }
    memmove(reference->keys + 1, reference->keys, place * sizeof reference->keys[0]);
    reference->keys[0] = key;
    return is_hit;
}

/* --- a cache beside it --- */

struct pair {
    struct vtb_table *shared;
    struct vtb_table *own;
    struct reference reference;
    size_t hits_n;
};

static void *zeroed(size_t alignment, size_t bytes)
{
    void *memory = NULL;
    assert_int_equal(posix_memalign(&memory, alignment, bytes), 0);
    return memset(memory, 0, bytes);
}

static struct vtb_table *open_own(const struct vtb_table *shared, uint64_t capacity)
{
    const struct vtb_cache_setup setup = {.capacity = capacity};
    return trace_make_own(zeroed(64, trace_own_bytes(shared, &setup)), shared, &setup);
}

static void pair_open(struct pair *pair, uint64_t keys_n, uint64_t capacity)
{
    assert_true(keys_n <= MOST_KEYS);
    pair->shared = trace_make_table(zeroed(4096, trace_table_bytes(keys_n)), keys_n);
    pair->own = open_own(pair->shared, capacity);
    pair->reference.capacity = capacity < keys_n ? capacity : keys_n;
    pair->reference.n = 0;
    pair->hits_n = 0;
}

static void pair_close(struct pair *pair)
{
    free(pair->own);
    free(pair->shared);
}

/* Compares the list with the reference, from the newest to the oldest and back. */
static void check_list(const struct trace_cache *cache, const struct reference *reference)
{
    trace_link link = 0;
    for (size_t i = 0; i < reference->n; i++) {
        const trace_link newer = link;
        link = cache->nodes[link].older;
        assert_in_range(link, 1, cache->used_n);
        assert_int_equal(cache->nodes[link].key, reference->keys[i]);
        assert_int_equal(cache->nodes[link].newer, newer);
    }
    assert_int_equal(cache->nodes[link].older, 0);
    assert_int_equal(cache->nodes[0].newer, link);
}

/* Checks that each node that is used stands in one chain, that of its key's bucket. */
static void check_buckets(const struct trace_cache *cache)
{
    bool seen[MOST_KEYS + 1] = {false};
    size_t seen_n = 0;
    for (uint64_t bucket = 0; bucket < cache->buckets_n; bucket++) {
        trace_link link = cache->buckets[bucket];
        for (; link; link = cache->nodes[link].next) {
            assert_in_range(link, 1, cache->used_n);
            assert_false(seen[link]);
            seen[link] = true;
            seen_n++;
            assert_ptr_equal(trace_bucket(cache, cache->nodes[link].key), cache->buckets + bucket);
        }
    }
    assert_int_equal(seen_n, cache->used_n);
}

static void pair_check(const struct pair *pair)
{
    const struct trace_cache *cache = pair->own->cache;
    assert_int_equal(cache->capacity, pair->reference.capacity);
    assert_int_equal(cache->used_n, pair->reference.n);
    check_list(cache, &pair->reference);
    check_buckets(cache);
    for (trace_link link = 1; link <= cache->used_n; link++)
        assert_ptr_equal(cache->nodes[link].record, pair->own->records + cache->nodes[link].key);
}

static bool pair_lookup(struct pair *pair, uint32_t key)
{
    const bool is_hit = reference_lookup(&pair->reference, key);
    const vtb_value *found = vtb_lookup(pair->own, vtb_key_of(pair->own, key));
    assert_int_equal(found != NULL, is_hit);
    vtb_value fetched;
    assert_true(vtb_fetch(pair->own, key, &fetched));
    assert_int_equal(vtb_consume(&fetched), vtb_mix64(key));
    if (found)
        assert_ptr_equal(*found, fetched);
    else
        vtb_insert(pair->own, key, &fetched);
    pair->hits_n += is_hit;
    return is_hit;
}

/* --- streams: the key of a call --- */

struct stream {
    uint64_t keys_n;
    uint64_t capacity;
    const struct trace_cache *cache;
    struct vtb_random random;
};

typedef uint32_t next_key(struct stream *stream, uint32_t call);

static uint32_t uniform(struct stream *stream, uint32_t call)
{
    (void)call;
    return (uint32_t)vtb_random_below(&stream->random, stream->keys_n);
}

/* A few keys often and many seldom: their ranks' logarithm is uniform. */
static uint32_t skewed(struct stream *stream, uint32_t call)
{
    (void)call;
    const double rank = exp(vtb_random_unit(&stream->random) * log((double)stream->keys_n + 1));
    const uint32_t key = (uint32_t)rank - 1;
    return key < stream->keys_n ? key : (uint32_t)stream->keys_n - 1;
}

/* One key more than there is room for: the next is always the one that was just evicted. */
static uint32_t cyclic(struct stream *stream, uint32_t call)
{
    const uint64_t period = stream->capacity + 1;
    return (uint32_t)(call % (period < stream->keys_n ? period : stream->keys_n));
}

/* Up and down: the keys evicted last come back first. */
static uint32_t back_and_forth(struct stream *stream, uint32_t call)
{
    const uint64_t place = call % (2 * stream->keys_n);
    return (uint32_t)(place < stream->keys_n ? place : 2 * stream->keys_n - 1 - place);
}

/* The oldest in the cache, the newest, one of another key in between, or a key between the two. */
static uint32_t ends_of_the_list(struct stream *stream, uint32_t call)
{
    const struct trace_node *nodes = stream->cache->nodes;
    switch (vtb_random_below(&stream->random, 4)) {
    case 0:
        return nodes[nodes->newer].key; /* 0 in an empty cache */
    case 1:
        return nodes[nodes->older].key;
    case 2:
        return nodes[nodes[nodes->newer].newer].key;
    default:
        return uniform(stream, call);
    }
}

/* Keys of one bucket as long as there are any, and now and then another. */
static uint32_t of_one_bucket(struct stream *stream, uint32_t call)
{
    const trace_link *bucket = trace_bucket(stream->cache, 0);
    const uint32_t first = uniform(stream, call);
    if (call % 16 == 0)
        return first;
    for (uint32_t i = 0; i < stream->keys_n; i++) {
        const uint32_t key = (uint32_t)((first + i) % stream->keys_n);
        if (trace_bucket(stream->cache, key) == bucket)
            return key;
    }
    return first;
}

static void run(uint64_t keys_n, uint64_t capacity, next_key *next, uint32_t calls_n)
{
    static struct pair pair;
    pair_open(&pair, keys_n, capacity);
    struct stream stream = {keys_n, capacity, pair.own->cache, vtb_random_stream(keys_n, capacity)};
    const uint32_t step = capacity < 10 ? 1 : 101;
    pair_check(&pair);
    for (uint32_t call = 0; call < calls_n; call++) {
        (void)pair_lookup(&pair, next(&stream, call));
        if (call % step == 0)
            pair_check(&pair);
    }
    pair_check(&pair);
    pair_close(&pair);
}

/* Runs a stream on caches of one entry up to those with room for more than all keys. */
static void run_all(next_key *next)
{
    static const uint64_t capacities[] = {1, 2, 3, 7, 1000};
    static const uint64_t keys_ns[] = {1, 2, 3, 8, 30, 1000, 1001, MOST_KEYS};
    for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
        for (size_t k = 0; k < sizeof keys_ns / sizeof keys_ns[0]; k++)
            run(keys_ns[k], capacities[i], next, keys_ns[k] < 100 ? 1000 : 4000);
    }
    run(100, 1000000000, next, 1000);
}

static void random_keys(void **state)
{
    (void)state;
    run_all(uniform);
}

static void skewed_keys(void **state)
{
    (void)state;
    run_all(skewed);
}

static void keys_in_cycles(void **state)
{
    (void)state;
    run_all(cyclic);
    run_all(back_and_forth);
}

static void keys_at_the_ends_of_the_list(void **state)
{
    (void)state;
    run_all(ends_of_the_list);
}

static void keys_in_one_bucket(void **state)
{
    (void)state;
    run_all(of_one_bucket);
}

/* --- figures that are known beforehand --- */

/* With room for all, each key misses once; with one place too few, all of a cycle miss. */
static void cycles_hit_always_or_never(void **state)
{
    (void)state;
    static struct pair pair;
    static const uint64_t capacities[] = {1, 2, 3, 7, 100};
    for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
        const uint64_t capacity = capacities[i];
        for (uint64_t period = capacity; period <= capacity + 1; period++) {
            pair_open(&pair, 200, capacity);
            for (uint32_t call = 0; call < 10 * period; call++)
                (void)pair_lookup(&pair, (uint32_t)(call % period));
            assert_int_equal(pair.hits_n, period == capacity ? 9 * period : 0);
            pair_close(&pair);
        }
    }
}

static void the_key_used_last_is_kept(void **state)
{
    (void)state;
    static struct pair pair;
    pair_open(&pair, 10, 3);
    assert_false(pair_lookup(&pair, 4));
    assert_false(pair_lookup(&pair, 5));
    assert_false(pair_lookup(&pair, 6));
    assert_true(pair_lookup(&pair, 4));
    assert_false(pair_lookup(&pair, 7)); /* takes the place of 5 */
    assert_true(pair_lookup(&pair, 4));
    assert_true(pair_lookup(&pair, 6));
    assert_false(pair_lookup(&pair, 5));
    assert_false(pair_lookup(&pair, 7));
    pair_check(&pair);
    pair_close(&pair);
}

/* Each service has a cache of its own, and no call writes what they share. */
static void services_do_not_share_a_cache(void **state)
{
    (void)state;
    const uint64_t keys_n = 50;
    const size_t shared_bytes = trace_table_bytes(keys_n);
    static struct pair pair;
    pair_open(&pair, keys_n, 7);
    struct vtb_table *other = open_own(pair.shared, 7);
    void *before = malloc(shared_bytes);
    assert_non_null(before);
    memcpy(before, pair.shared, shared_bytes);
    for (uint32_t call = 0; call < 1000; call++)
        (void)pair_lookup(&pair, (uint32_t)(vtb_mix64(call) % keys_n));
    assert_memory_equal(before, pair.shared, shared_bytes);
    for (uint32_t key = 0; key < keys_n; key++)
        assert_null(vtb_lookup(other, key));
    pair_check(&pair);
    free(before);
    free(other);
    pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_keys),
        cmocka_unit_test(skewed_keys),
        cmocka_unit_test(keys_in_cycles),
        cmocka_unit_test(keys_at_the_ends_of_the_list),
        cmocka_unit_test(keys_in_one_bucket),
        cmocka_unit_test(cycles_hit_always_or_never),
        cmocka_unit_test(the_key_used_last_is_kept),
        cmocka_unit_test(services_do_not_share_a_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
