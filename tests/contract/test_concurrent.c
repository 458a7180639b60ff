/* The table into which all threads insert, while others look keys up in it. */
#define VTB_CONCURRENT 1
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "workloads/user_cache.h"

/* So few that every thread meets the others in every chain. */
#define KEYS_N 5
#define SERVICES_N 3
#define ROUNDS_N 3000

void vtb_block_while(const uint32_t *state, uint32_t value)
{
    while (__atomic_load_n(state, __ATOMIC_ACQUIRE) == value)
        sched_yield();
}

/* --- the table, and services --- */

static struct vtb_table *shared;
static void *concurrent;
static struct vtb_table *services[SERVICES_N];

static void *zeroed(size_t bytes)
{
    void *memory = NULL;
    assert_int_equal(posix_memalign(&memory, 4096, bytes), 0);
    return memset(memory, 0, bytes);
}

static int open_services(void **state)
{
    (void)state;
    const struct vtb_cache_setup setup = {0};
    alarm(600); /* a lookup that never ends ends the test */
    shared = vtb_map_make(zeroed(vtb_map_bytes(KEYS_N)), KEYS_N);
    concurrent = zeroed(vtb_map_concurrent_bytes(KEYS_N));
    vtb_map_make_concurrent(concurrent, shared);
    for (size_t i = 0; i < SERVICES_N; i++)
        services[i] = vtb_map_make_own(zeroed(vtb_map_own_bytes(shared, &setup)), shared, &setup);
    return 0;
}

static int close_services(void **state)
{
    (void)state;
    for (size_t i = 0; i < SERVICES_N; i++)
        free(services[i]);
    free(concurrent);
    free(shared);
    return 0;
}

/* Entries by the counts of the stripes, which must be those of the chains; each chain ends in its
 * own number. */
static size_t entries_n(void)
{
    const struct vtb_concurrent *table = shared->concurrent;
    size_t counted_n = 0;
    size_t found_n = 0;
    for (size_t i = 0; i < VTB_CONCURRENT_STRIPES_N; i++) {
        assert_int_equal(table->stripes[i].locked, 0);
        counted_n += table->stripes[i].entries_n;
    }
    for (uint64_t bucket = 0; bucket < table->buckets_n; bucket++) {
        vtb_concurrent_link link = table->buckets[bucket];
        for (; !(link & 1); link = vtb_concurrent_node_at(link)->next)
            found_n++;
        assert_int_equal(link, vtb_concurrent_chain_end(bucket));
    }
    assert_int_equal(counted_n, found_n);
    return found_n;
}

/* Fetches and inserts the key of a number, that has no entry. */
static void insert(const struct vtb_table *table, uint32_t number)
{
    const vtb_key key = vtb_key_of(table, number % KEYS_N | VTB_ID_MISS);
    vtb_value value;
    (void)vtb_fetch(table, key, &value);
    vtb_insert(table, key, &value);
}

/* How many of all lookups do not find what the schedule says. */
static size_t wrong_n(const struct vtb_table *table)
{
    size_t n = 0;
    for (uint32_t id = 0; id < KEYS_N; id++) {
        const vtb_value *user = vtb_lookup(table, vtb_key_of(table, id));
        n += !user || (*user)->id != (int32_t)id;
        n += vtb_lookup(table, vtb_key_of(table, id | VTB_ID_MISS)) != NULL;
    }
    return n;
}

/* --- one thread --- */

/* The table holds so many entries of each service, and does not grow beyond that. */
static void a_service_s_oldest_entry_leaves(void **state)
{
    (void)state;
    assert_int_equal(entries_n(), KEYS_N);
    for (uint32_t i = 0; i < 3 * VTB_MAP_INSERTED_N; i++) {
        const size_t inserted_n = i < VTB_MAP_INSERTED_N ? i : VTB_MAP_INSERTED_N;
        assert_int_equal(entries_n(), KEYS_N + inserted_n);
        insert(services[0], i);
    }
    for (uint32_t i = 0; i < 10; i++)
        insert(services[1], i);
    assert_int_equal(entries_n(), KEYS_N + VTB_MAP_INSERTED_N + 10);
    assert_int_equal(wrong_n(services[2]), 0);
    vtb_map_close_own(services[0]);
    assert_int_equal(entries_n(), KEYS_N + 10);
    vtb_map_close_own(services[0]); /* nothing is left */
    vtb_map_close_own(services[1]);
    assert_int_equal(entries_n(), KEYS_N);
}

/* --- several threads --- */

static size_t total_wrong_n; /* atomic */

static void *insert_and_look(void *argument)
{
    const struct vtb_table *table = argument;
    size_t n = 0;
    for (uint32_t i = 0; i < ROUNDS_N; i++) {
        insert(table, i);
        insert(table, i + 2);
        n += wrong_n(table);
    }
    __atomic_fetch_add(&total_wrong_n, n, __ATOMIC_RELAXED);
    return NULL;
}

/* Lookups find the same whatever others insert and remove, and no entry is lost. */
static void threads_insert_while_others_look(void **state)
{
    (void)state;
    pthread_t threads[SERVICES_N];
    total_wrong_n = 0;
    for (size_t i = 0; i < SERVICES_N; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, insert_and_look, services[i]), 0);
    for (size_t i = 0; i < SERVICES_N; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(total_wrong_n, 0);
    assert_int_equal(entries_n(), KEYS_N + SERVICES_N * VTB_MAP_INSERTED_N);
    for (size_t i = 0; i < SERVICES_N; i++)
        vtb_map_close_own(services[i]);
    assert_int_equal(entries_n(), KEYS_N);
}

/* --- a node that serves again under a lookup --- */

static uint32_t looks; /* atomic */

static void *look(void *argument)
{
    (void)argument;
    __atomic_store_n(&looks, 1, __ATOMIC_RELEASE);
    total_wrong_n = wrong_n(shared);
    return NULL;
}

/* A lookup that a removed node leads into another chain starts again: until its own is whole. */
static void a_lookup_that_ends_elsewhere_starts_again(void **state)
{
    (void)state;
    const struct vtb_concurrent *table = shared->concurrent;
    const uint64_t bucket = vtb_concurrent_bucket(table, vtb_hash(vtb_key_of(shared, 0)));
    vtb_concurrent_link *head = &table->buckets[bucket];
    const vtb_concurrent_link whole = *head;
    struct vtb_concurrent_node astray = {.next = vtb_concurrent_chain_end(bucket + 1)};
    pthread_t thread;
    *head = (vtb_concurrent_link)&astray;
    assert_int_equal(pthread_create(&thread, NULL, look, NULL), 0);
    while (!__atomic_load_n(&looks, __ATOMIC_ACQUIRE))
        sched_yield();
    usleep(20000);
    __atomic_store_n(head, whole, __ATOMIC_RELEASE);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(total_wrong_n, 0);
}

static uint32_t inserted_n; /* atomic */

static void *insert_all(void *argument)
{
    for (uint32_t i = 0; i < KEYS_N; i++) {
        insert(argument, i);
        __atomic_fetch_add(&inserted_n, 1, __ATOMIC_RELEASE);
    }
    return NULL;
}

/* Who inserts waits for who has the stripe's lock; who looks keys up does not. */
static void writers_wait_and_lookups_do_not(void **state)
{
    (void)state;
    const struct vtb_concurrent *table = shared->concurrent;
    pthread_t thread;
    for (uint64_t bucket = 0; bucket < table->buckets_n; bucket++)
        (void)vtb_concurrent_lock(table, bucket);
    assert_int_equal(pthread_create(&thread, NULL, insert_all, services[0]), 0);
    usleep(20000);
    assert_int_equal(wrong_n(services[1]), 0);
    assert_int_equal(__atomic_load_n(&inserted_n, __ATOMIC_ACQUIRE), 0);
    for (uint64_t bucket = 0; bucket < table->buckets_n; bucket++)
        vtb_concurrent_unlock(&table->stripes[bucket]);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(inserted_n, KEYS_N);
    assert_int_equal(entries_n(), 2 * KEYS_N);
}

int main(void)
{
#define OF_SERVICES(test) cmocka_unit_test_setup_teardown(test, open_services, close_services)
    const struct CMUnitTest tests[] = {
        OF_SERVICES(a_service_s_oldest_entry_leaves),
        OF_SERVICES(threads_insert_while_others_look),
        OF_SERVICES(a_lookup_that_ends_elsewhere_starts_again),
        OF_SERVICES(writers_wait_and_lookups_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
