/* A cache whose entries expire: that of product_catalog, against a model of its virtual clock. */
#include "check.h"

#include "plan/random.h"
#include "workloads/product_catalog.h"

#define KEYS_N 50

/* --- a service, and the shared table as it was before --- */

struct service {
    struct vtb_table *shared;
    void *shared_before;
    struct vtb_table *own;
};

static void *zeroed(size_t alignment, size_t bytes)
{
    void *memory = NULL;
    assert_int_equal(posix_memalign(&memory, alignment, bytes), 0);
    return memset(memory, 0, bytes);
}

static struct vtb_table *open_own(const struct vtb_table *shared,
                                  const struct vtb_cache_setup *setup)
{
    return product_make_own(zeroed(64, product_own_bytes(shared, setup)), shared, setup);
}

static struct service service_open(uint64_t ttl_ns, uint64_t tick_ns)
{
    const struct vtb_cache_setup setup = {.ttl_ns = ttl_ns, .tick_ns = tick_ns};
    const size_t bytes = product_table_bytes(KEYS_N);
    struct service service;
    service.shared = product_make_table(zeroed(4096, bytes), KEYS_N);
    service.shared_before = malloc(bytes);
    assert_non_null(service.shared_before);
    memcpy(service.shared_before, service.shared, bytes);
    service.own = open_own(service.shared, &setup);
    return service;
}

static void service_close(struct service *service)
{
    assert_memory_equal(service->shared_before, service->shared, product_table_bytes(KEYS_N));
    free(service->own);
    free(service->shared_before);
    free(service->shared);
}

static bool hits(const struct service *service, uint32_t id)
{
    const vtb_key key = vtb_key_of(service->own, id);
    const vtb_value *product = vtb_lookup(service->own, key);
    if (product) {
        vtb_value fetched;
        assert_true(vtb_fetch(service->own, key, &fetched));
        assert_int_equal(product->id, id);
        assert_memory_equal(product, &fetched, sizeof fetched);
    }
    return product != NULL;
}

static uint64_t now_ns(const struct service *service)
{
    return service->own->clock->now_ns;
}

/* --- without a life --- */

/* However long the ticks, every key of the table hits and no other does; the clock stands. */
static void nothing_expires_without_a_life(void **state)
{
    (void)state;
    static const uint64_t ticks_ns[] = {0, 1, UINT64_MAX / 8};
    for (size_t i = 0; i < sizeof ticks_ns / sizeof ticks_ns[0]; i++) {
        struct service service = service_open(0, ticks_ns[i]);
        for (uint32_t call = 0; call < 100 * KEYS_N; call++) {
            const uint32_t id = call % KEYS_N;
            assert_true(hits(&service, id));
            assert_false(hits(&service, id | VTB_ID_MISS));
            assert_int_equal(now_ns(&service), 0);
        }
        assert_ptr_equal(service.own->deadlines_ns, service.shared->deadlines_ns);
        service_close(&service);
    }
}

/* --- with one --- */

/* A key is made by the call that misses it, and not again by those that hit. */
struct model {
    uint64_t ttl_ns;
    uint64_t tick_ns;
    uint64_t now_ns;
    uint64_t made_ns[KEYS_N];
    bool is_made[KEYS_N];
};

static bool model_hits(struct model *model, uint32_t id)
{
    model->now_ns += model->tick_ns;
    if (model->is_made[id] && model->now_ns - model->made_ns[id] < model->ttl_ns)
        return true;
    model->is_made[id] = true;
    model->made_ns[id] = model->now_ns;
    return false;
}

static void check_against_model(uint64_t ttl_ns, uint64_t tick_ns)
{
    struct service service = service_open(ttl_ns, tick_ns);
    struct model model = {.ttl_ns = ttl_ns, .tick_ns = tick_ns};
    struct vtb_random random = vtb_random_stream(ttl_ns, tick_ns);
    for (uint32_t call = 0; call < 20000; call++) {
        const uint32_t id = (uint32_t)(vtb_random_below(&random, KEYS_N) *
                                       vtb_random_below(&random, KEYS_N) / KEYS_N);
        const bool expected = model_hits(&model, id);
        if (hits(&service, id) != expected)
            fail_msg("call %u, key %u: life %zu, tick %zu", call, id, (size_t)ttl_ns,
                     (size_t)tick_ns);
        assert_int_equal(now_ns(&service), model.now_ns);
    }
    service_close(&service);
}

static void hits_as_the_model_does(void **state)
{
    (void)state;
    static const uint64_t lives_ns[] = {1,   9,   10,   11,    499,
                                        500, 501, 5000, 60000, UINT64_C(1) << 60};
    static const uint64_t ticks_ns[] = {1, 10, 500};
    for (size_t i = 0; i < sizeof lives_ns / sizeof lives_ns[0]; i++) {
        for (size_t k = 0; k < sizeof ticks_ns / sizeof ticks_ns[0]; k++)
            check_against_model(lives_ns[i], ticks_ns[k]);
    }
}

/* For calls on one key alone: how many hit between two that miss. */
static void check_hits_in_a_row(uint64_t ttl_ns, uint64_t tick_ns, size_t expected_n)
{
    struct service service = service_open(ttl_ns, tick_ns);
    for (size_t life = 0; life < 5; life++) {
        assert_false(hits(&service, 7));
        for (size_t i = 0; i < expected_n; i++)
            assert_true(hits(&service, 7));
    }
    assert_false(hits(&service, 7));
    service_close(&service);
}

/* While the clock has not reached the deadline; at the deadline the entry is gone. */
static void hits_until_the_deadline(void **state)
{
    (void)state;
    check_hits_in_a_row(40, 10, 3);
    check_hits_in_a_row(41, 10, 4);
    check_hits_in_a_row(50, 10, 4);
    check_hits_in_a_row(1000, 1, 999);
    check_hits_in_a_row(11, 10, 1);
    check_hits_in_a_row(10, 10, 0);
    check_hits_in_a_row(1, 1, 0);
    check_hits_in_a_row(1, 10, 0);
}

/* Every call is one, whether it hits, misses, or asks for a key that is not in the table. */
static void the_clock_advances_with_every_call(void **state)
{
    (void)state;
    struct service service = service_open(100, 30);
    assert_int_equal(now_ns(&service), 0);
    assert_false(hits(&service, 3));
    assert_int_equal(now_ns(&service), 30);
    assert_true(hits(&service, 3));
    assert_int_equal(now_ns(&service), 60);
    assert_false(hits(&service, 3 | VTB_ID_MISS));
    assert_int_equal(now_ns(&service), 90);
    assert_false(hits(&service, 4));
    assert_int_equal(now_ns(&service), 120);
    assert_false(hits(&service, 3)); /* made at 30 */
    assert_int_equal(now_ns(&service), 150);
    assert_true(hits(&service, 4));
    assert_int_equal(now_ns(&service), 180);
    service_close(&service);
}

/* Inserting an answer of the store neither makes an entry nor gives one a longer life. */
static void an_insert_changes_no_life(void **state)
{
    (void)state;
    struct service service = service_open(30, 10);
    vtb_value product;
    assert_true(vtb_fetch(service.own, 5, &product));
    vtb_insert(service.own, 5, &product);
    assert_int_equal(now_ns(&service), 0);
    assert_false(hits(&service, 5)); /* made at 10 */
    vtb_insert(service.own, 5, &product);
    assert_true(hits(&service, 5));
    vtb_insert(service.own, 5, &product);
    assert_true(hits(&service, 5));
    vtb_insert(service.own, 5, &product);
    assert_false(hits(&service, 5)); /* at 40 */
    service_close(&service);
}

static void services_have_clocks_of_their_own(void **state)
{
    (void)state;
    const struct vtb_cache_setup setup = {.ttl_ns = 1000, .tick_ns = 10};
    struct service service = service_open(1000, 10);
    struct vtb_table *other = open_own(service.shared, &setup);
    for (uint32_t id = 0; id < KEYS_N; id++)
        assert_false(hits(&service, id));
    assert_int_equal(other->clock->now_ns, 0);
    for (uint32_t id = 0; id < KEYS_N; id++)
        assert_null(vtb_lookup(other, vtb_key_of(other, id)));
    assert_int_equal(now_ns(&service), 10 * KEYS_N);
    free(other);
    service_close(&service);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_expires_without_a_life),
        cmocka_unit_test(hits_as_the_model_does),
        cmocka_unit_test(hits_until_the_deadline),
        cmocka_unit_test(the_clock_advances_with_every_call),
        cmocka_unit_test(an_insert_changes_no_life),
        cmocka_unit_test(services_have_clocks_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
