/* Rules that hold for every workload: its defaults, its keys and values, and that it stays in the
 * memory it asked for. The file is compiled once for each workload, with its WORKLOAD_HEADER,
 * WORKLOAD_NAME and the C name of its entry, WORKLOAD. */
#include "check.h"

#include <sys/mman.h>
#include <unistd.h>

#include WORKLOAD_HEADER

#include <vtb/kept_key.h>

/* --- memory with guards --- */

#define CANARY 0x5a

/* The rest of the pages that `memory` stands in is canaries; the pages around them are out of
 * reach. */
struct region {
    unsigned char *map;
    size_t map_bytes;
    size_t page_bytes;
    unsigned char *memory; /* zeroed, and as near to the end as its alignment lets it stand */
    size_t bytes;
};

static struct region region_open(size_t bytes, size_t alignment)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t inner = (bytes + page - 1) / page * page;
    struct region region = {.map_bytes = inner + 2 * page, .page_bytes = page, .bytes = bytes};
    void *map = mmap(NULL, region.map_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(map != MAP_FAILED);
    region.map = map;
    region.memory = region.map + page + (inner - bytes) / alignment * alignment;
    assert_int_equal(mprotect(region.map + page, inner, PROT_READ | PROT_WRITE), 0);
    memset(region.map + page, CANARY, inner);
    memset(region.memory, 0, bytes);
    return region;
}

static void region_check(const struct region *region)
{
    const unsigned char *first = region->map + region->page_bytes;
    const unsigned char *end = region->map + region->map_bytes - region->page_bytes;
    for (const unsigned char *byte = first; byte < region->memory; byte++)
        assert_int_equal(*byte, CANARY);
    for (const unsigned char *byte = region->memory + region->bytes; byte < end; byte++)
        assert_int_equal(*byte, CANARY);
}

static void region_close(struct region *region)
{
    if (!region->map)
        return;
    region_check(region);
    assert_int_equal(munmap(region->map, region->map_bytes), 0);
}

/* Copies a region. It may be empty, where a service has no memory of its own. */
static unsigned char *copy_of(const struct region *region)
{
    unsigned char *copy = malloc(region->bytes + 1);
    assert_non_null(copy);
    for (size_t i = 0; i < region->bytes; i++)
        copy[i] = region->memory[i];
    return copy;
}

static bool is_as_in(const struct region *region, const unsigned char *copy)
{
    return region->bytes == 0 || memcmp(region->memory, copy, region->bytes) == 0;
}

/* Stands in for the program's: with one thread no lock is ever waited for. */
void vtb_block_while(const uint32_t *state, uint32_t value);
void vtb_block_while(const uint32_t *state, uint32_t value)
{
    (void)state;
    (void)value;
    abort();
}

/* --- a service --- */

static bool is_real(void)
{
    return WORKLOAD.default_capacity > 0;
}

struct service {
    uint64_t keys_n;
    struct region shared;
    struct region concurrent; /* into which all threads insert; empty: there is none */
    struct region own;
    const struct vtb_table *table; /* that the service's functions are given */
};

/* Makes what services share, in zeroed memory. */
static struct vtb_table *make_shared(const struct service *service)
{
    struct vtb_table *shared = WORKLOAD.make_table(service->shared.memory, service->keys_n);
    assert_ptr_equal(shared, service->shared.memory);
    if (VTB_CONCURRENT)
        WORKLOAD.make_concurrent(service->concurrent.memory, shared);
    return shared;
}

static struct service service_open_with(uint64_t keys_n, const struct vtb_cache_setup *setup)
{
    struct service service = {.keys_n = keys_n,
                              .shared = region_open(WORKLOAD.table_bytes(keys_n), 4096)};
    if (VTB_CONCURRENT)
        service.concurrent = region_open(WORKLOAD.concurrent_bytes(keys_n), 4096);
    const struct vtb_table *shared = make_shared(&service);
    service.table = shared;
    if (WORKLOAD.own_bytes) {
        service.own = region_open(WORKLOAD.own_bytes(shared, setup), 64);
        service.table = WORKLOAD.make_own(service.own.memory, shared, setup);
        assert_ptr_equal(service.table, service.own.memory);
    }
    return service;
}

/* Opens a service in which every key is found: a real cache has room for all, and has seen them. */
static struct service service_open(uint64_t keys_n)
{
    const struct vtb_cache_setup setup = {.capacity = is_real() ? keys_n : 0, .tick_ns = 7};
    const struct service service = service_open_with(keys_n, &setup);
    for (uint32_t id = 0; is_real() && id < keys_n; id++)
        assert_null(vtb_lookup(service.table, vtb_key_of(service.table, id)));
    return service;
}

static void service_close(struct service *service)
{
    if (VTB_CONCURRENT)
        WORKLOAD.close_own((struct vtb_table *)(void *)service->own.memory);
    region_close(&service->own);
    region_close(&service->concurrent);
    region_close(&service->shared);
}

static const vtb_value *found(const struct service *service, uint32_t id)
{
    return vtb_lookup(service->table, vtb_key_of(service->table, id));
}

static bool same_bytes(const vtb_value *left, const vtb_value *right)
{
    const unsigned char *a = (const unsigned char *)left;
    const unsigned char *b = (const unsigned char *)right;
    return memcmp(a, b, sizeof *left) == 0;
}

/* Runs a check for services of several sizes. */
static void for_sizes(void (*check)(const struct service *service))
{
    const uint64_t sizes[] = {1, 2, 3, 10, 64, 1000, WORKLOAD.default_keys};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct service service = service_open(sizes[i]);
        check(&service);
        service_close(&service);
    }
}

/* --- what the workload says of itself --- */

/* Bytes, counted from the value's first or, where that is a pointer, from what it points to. */
struct span {
    size_t first;
    size_t n;
};

struct expectation {
    const char *name;
    double hit_rate;
    uint64_t keys_n; /* 0: any number */
    size_t key_bytes;
    size_t behind_key; /* where a state machine goes on that begins with an int and the key */
    size_t value_bytes;
    bool is_pointer;
    struct span reads[2]; /* what the caller reads of a value */
};

#define NUMBER_KEY 4, 8
#define TEXT_KEY 8, 16
#define PAIR_KEY 12, 16
#define POINTER 8, true
#define PAYLOAD(bytes)                                        \
    {                                                         \
        "payload_" #bytes, 0.80, 0, NUMBER_KEY, bytes, false, \
        {                                                     \
            {                                                 \
                0, bytes                                      \
            }                                                 \
        }                                                     \
    }

static const struct expectation expectations[] = {
    {"user_cache", 0.80, 0, NUMBER_KEY, POINTER, {{4, 12}}},
    {"product_catalog", 0.85, 100000, NUMBER_KEY, 64, false, {{4, 12}, {63, 1}}},
    {"input_validator", 0.95, 0, TEXT_KEY, 1, false, {{0, 1}}},
    {"metrics_counter", 0.99, 0, TEXT_KEY, 8, false, {{0, 8}}},
    {"permission_check", 0.99, 100000, PAIR_KEY, 1, false, {{0, 1}}},
    {"api_gateway", 0.95, 0, TEXT_KEY, 32, false, {{0, 16}}},
    {"config_read", 0.999, 1000, TEXT_KEY, POINTER, {{0, 8}, {16, 8}}},
    {"always_async", 0, 0, NUMBER_KEY, POINTER, {{0, 16}}},
    {"low_hit", 0.30, 0, NUMBER_KEY, 32, false, {{0, 32}}},
    {"trace", 0, 0, NUMBER_KEY, POINTER, {{0, 8}}},
    PAYLOAD(1),
    PAYLOAD(8),
    PAYLOAD(16),
    PAYLOAD(32),
    PAYLOAD(48),
    PAYLOAD(64),
    PAYLOAD(100),
    PAYLOAD(128),
    PAYLOAD(256),
    PAYLOAD(4096),
};

static const struct expectation *expected(void)
{
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        if (strcmp(expectations[i].name, VTB_STRING(WORKLOAD_NAME)) == 0)
            return &expectations[i];
    }
    fail_msg("nothing is expected of %s", VTB_STRING(WORKLOAD_NAME));
    return NULL;
}

static bool is_named(const char *name)
{
    return strcmp(VTB_STRING(WORKLOAD_NAME), name) == 0;
}

static void defaults(void **state)
{
    (void)state;
    const struct expectation *expect = expected();
    assert_one_line(WORKLOAD.summary);
    assert_int_equal(WORKLOAD.life_s > 0, is_named("product_catalog"));
    assert_int_equal(is_real(), is_named("trace"));
    assert_near(WORKLOAD.default_hit_rate, expect->hit_rate, 1e-12);
    assert_true(WORKLOAD.default_keys > 0);
    if (expect->keys_n)
        assert_int_equal(WORKLOAD.default_keys, expect->keys_n);
    assert_true(WORKLOAD.default_keys <= WORKLOAD.max_keys);
    assert_true(WORKLOAD.max_keys <= VTB_ID_MASK);
    assert_true(WORKLOAD.default_capacity <= WORKLOAD.default_keys);
    assert_int_equal(WORKLOAD.own_bytes == NULL, WORKLOAD.make_own == NULL);
    assert_int_equal(WORKLOAD.make_concurrent == NULL, is_real() || WORKLOAD.life_s > 0);
    assert_int_equal(WORKLOAD.make_concurrent == NULL, WORKLOAD.concurrent_bytes == NULL);
    assert_int_equal(WORKLOAD.make_concurrent == NULL, WORKLOAD.close_own == NULL);
    const bool is_payload = strncmp(expect->name, "payload_", 8) == 0;
    assert_int_equal(WORKLOAD.payload_bytes, is_payload ? expect->value_bytes : 0);
}

/* The layout is that of the target that figures are for: a pointer has 8 bytes. */
static void layout(void **state)
{
    (void)state;
    struct machine {
        int32_t state;
        vtb_kept_key key;
        void *builder;
    };
    const struct expectation *expect = expected();
    assert_int_equal(WORKLOAD.key_bytes, sizeof(vtb_kept_key));
    assert_int_equal(WORKLOAD.value_bytes, sizeof(vtb_value));
    assert_int_equal(WORKLOAD.key_bytes, expect->key_bytes);
    assert_int_equal(WORKLOAD.value_bytes, expect->value_bytes);
    assert_int_equal(offsetof(struct machine, builder), expect->behind_key);
}

/* --- keys and values --- */

static void check_found(const struct service *service)
{
    const size_t entries_n = WORKLOAD.entries_n(service->keys_n);
    bool *seen = calloc(entries_n, sizeof *seen);
    assert_non_null(seen);
    for (uint32_t id = 0; id < service->keys_n; id++) {
        const vtb_value *value = found(service, id);
        assert_non_null(value);
        vtb_value fetched;
        assert_true(vtb_fetch(service->table, vtb_key_of(service->table, id), &fetched));
        assert_true(same_bytes(value, &fetched));
        assert_int_equal(vtb_consume(value), vtb_consume(&fetched));
        assert_ptr_equal(found(service, id), value);
        const size_t entry = vtb_entry_of(service->table, value);
        if (entry >= entries_n)
            fail_msg("entry %zu of %zu, for %zu keys", entry, entries_n, (size_t)service->keys_n);
        assert_false(seen[entry]);
        seen[entry] = true;
    }
    free(seen);
}

static void every_key_hits(void **state)
{
    (void)state;
    for_sizes(check_found);
}

static void check_flagged(const struct service *service)
{
    for (uint32_t id = 0; id < service->keys_n; id++) {
        const vtb_key missing = vtb_key_of(service->table, id | VTB_ID_MISS);
        const vtb_key failing = vtb_key_of(service->table, id | VTB_ID_MISS | VTB_ID_FAIL);
        vtb_value value;
        assert_null(vtb_lookup(service->table, missing));
        assert_null(vtb_lookup(service->table, failing));
        assert_false(vtb_fetch(service->table, failing, &value));
        assert_true(vtb_fetch(service->table, missing, &value));
        (void)vtb_consume(&value); /* what it refers to is there */
    }
}

/* A real cache knows no other keys, and its store does not fail. */
static void flagged_keys_miss(void **state)
{
    (void)state;
    if (!is_real())
        for_sizes(check_flagged);
}

/* Keys that a slot's tag alone does not tell apart are: the tag leaves out the hash's last bit, and
 * what moves the hash of a number by one is the inverse of its factor. */
static void tags_alone_do_not_decide(void **state)
{
    (void)state;
#if defined(VTB_MAP_H) && !defined(VTB_KEY_TEXT_H)
    uint32_t inverse = 0x7f4a7c15;
    for (size_t i = 0; i < 5; i++)
        inverse *= 2 - 0x7f4a7c15 * inverse;
    for (uint64_t keys_n = 1; keys_n <= 50; keys_n++) {
        struct service service = service_open(keys_n);
        for (uint32_t id = 0; id < keys_n; id++) {
            const vtb_key key = vtb_key_of(service.table, id);
            const uint32_t by = vtb_hash(key) & 1 ? -inverse : inverse;
#ifdef VTB_KEY_NUMBER_H
            const vtb_key other = (int32_t)((uint32_t)key + by);
#else
            vtb_key other = key;
            other.user = (int32_t)((uint32_t)key.user + by);
#endif
            assert_int_equal(vtb_map_tag(vtb_hash(other)), vtb_map_tag(vtb_hash(key)));
            assert_null(vtb_lookup(service.table, other));
        }
        service_close(&service);
    }
#endif
}

/* In place of a caller's string a map holds another string with the same characters. */
static void strings_of_the_caller(void **state)
{
    (void)state;
#if defined(VTB_MAP_H) && defined(VTB_TEXT_H)
    struct service service = service_open(1000);
    for (uint32_t id = 0; id < service.keys_n; id++) {
        const vtb_key key = vtb_key_of(service.table, id);
        const struct vtb_map_slot *slot = vtb_map_find(service.table, key);
        assert_non_null(slot);
        assert_true(vtb_same(vtb_kept(slot->key), key));
#ifdef VTB_KEY_TEXT_H
        assert_ptr_not_equal(slot->key, key);
#else
        assert_ptr_not_equal(slot->key.resource, key.resource);
#endif
    }
    service_close(&service);
#endif
}

#define COMPARED_N 1000

/* Two values in a hundred may be the same; of bools, which are one of two, a minority differs. */
static void values_differ(void **state)
{
    (void)state;
    static uint64_t consumed[COMPARED_N];
    size_t differing_n = 0;
    struct service service = service_open(COMPARED_N);
    for (uint32_t id = 0; id < COMPARED_N; id++)
        consumed[id] = vtb_consume(found(&service, id));
    for (size_t i = 0; i < COMPARED_N; i++) {
        for (size_t k = 0; k < i; k++)
            differing_n += consumed[i] != consumed[k];
    }
    const double share = (double)differing_n / (COMPARED_N * (COMPARED_N - 1) / 2.0);
    assert_true(share > (sizeof(vtb_value) == 1 ? 0.15 : 0.98));
    service_close(&service);
}

/* --- what the caller reads --- */

#define MOST_BYTES 4096

union any_value {
    vtb_value value;
    const void *pointer;
};

/* Copies the value's bytes, or those that it points to. Allocated memory takes on their types. */
static void copy_contents(const struct expectation *expect, const vtb_value *value, void *contents)
{
    const union any_value any = {*value};
    const struct span *last = &expect->reads[expect->reads[1].n > 0];
    if (!expect->is_pointer)
        memcpy(contents, value, sizeof *value);
    else if (any.pointer)
        memcpy(contents, any.pointer, last->first + last->n);
    else
        fail_msg("a value is null");
}

static uint64_t consumed_from(const struct expectation *expect, const void *contents)
{
    union any_value any;
    memset(&any, 0, sizeof any);
    if (expect->is_pointer)
        any.pointer = contents;
    else
        memcpy(&any.value, contents, sizeof any.value);
    return vtb_consume(&any.value);
}

static void check_byte(const struct expectation *expect, unsigned char *contents, size_t byte)
{
    const unsigned char changes[] = {1, UINT8_MAX};
    const size_t changes_n = sizeof(vtb_value) == 1 ? 1 : 2; /* no bool but 0 and 1 */
    const uint64_t unchanged = consumed_from(expect, contents);
    for (size_t i = 0; i < changes_n; i++) {
        contents[byte] ^= changes[i];
        if (consumed_from(expect, contents) == unchanged)
            fail_msg("byte %zu does not count", byte);
        contents[byte] ^= changes[i];
    }
}

static void every_byte_read_counts(void **state)
{
    (void)state;
    const struct expectation *expect = expected();
    struct service service = service_open(100);
    unsigned char *contents = malloc(MOST_BYTES);
    assert_non_null(contents);
    for (uint32_t id = 0; id < service.keys_n; id += 9) { /* which byte counts is a type's */
        copy_contents(expect, found(&service, id), contents);
        assert_int_equal(consumed_from(expect, contents), vtb_consume(found(&service, id)));
        for (size_t i = 0; i < 2; i++) {
            const struct span *span = &expect->reads[i];
            for (size_t byte = span->first; byte < span->first + span->n; byte++)
                check_byte(expect, contents, byte);
        }
    }
    free(contents);
    service_close(&service);
}

/* --- what is written --- */

/* More than a service keeps of what it fetched. */
#define INSERTED_N 200

static void insert(const struct service *service, uint32_t id, const vtb_value *value)
{
    vtb_insert(service->table, vtb_key_of(service->table, id), value);
}

/* What the service has of its own of the entries that it inserted. */
struct kept {
    bool is_there;
    vtb_key key;
    const vtb_value *value;
};

#if VTB_CONCURRENT
static struct kept kept_of(const struct service *service, uint32_t i)
{
    const struct vtb_concurrent_entry *entry =
        &service->table->entries->entries[i % VTB_CONCURRENT_ENTRIES_N];
    return (struct kept){entry->is_linked, vtb_kept(entry->node.key), &entry->node.value};
}
#elif defined(VTB_MAP_H)
static struct kept kept_of(const struct service *service, uint32_t i)
{
    const struct vtb_map_slot *slot = &service->table->inserted->slots[i % VTB_MAP_INSERTED_N];
    return (struct kept){slot->tag != 0, vtb_kept(slot->key), &slot->value};
}
#endif

/* The last keys that missed stand in the service's own ring, the newest before the next one. */
static void check_ring(const struct service *service)
{
    (void)service;
#ifdef VTB_MAP_H
#if VTB_CONCURRENT
    assert_int_equal(service->table->entries->free, INSERTED_N % VTB_CONCURRENT_ENTRIES_N);
    assert_false(kept_of(service, INSERTED_N).is_there);
#else
    assert_int_equal(service->table->inserted->next, INSERTED_N);
#endif
    for (uint32_t i = INSERTED_N - VTB_MAP_INSERTED_N; i < INSERTED_N; i++) {
        const struct kept kept = kept_of(service, i);
        const uint32_t id = (uint32_t)(i % service->keys_n) | VTB_ID_MISS;
        const vtb_key key = vtb_key_of(service->table, id);
        vtb_value value;
        assert_true(vtb_fetch(service->table, key, &value));
        assert_true(kept.is_there);
        assert_true(vtb_same(kept.key, key));
        assert_true(same_bytes(kept.value, &value));
    }
#endif
}

static void insert_missing(const struct service *service)
{
    for (uint32_t i = 0; i < INSERTED_N; i++) {
        const uint32_t id = (uint32_t)(i % service->keys_n) | (is_real() ? 0 : VTB_ID_MISS);
        vtb_value value;
        assert_true(vtb_fetch(service->table, vtb_key_of(service->table, id), &value));
        insert(service, id, &value);
    }
}

/* Keys that are there, with the value of another. */
static void insert_present(const struct service *service)
{
    const vtb_value other = *found(service, (uint32_t)service->keys_n - 1);
    for (uint32_t i = 0; i < INSERTED_N; i++)
        insert(service, (uint32_t)(i % service->keys_n), &other);
}

static void check_inserts(uint64_t keys_n)
{
    struct service service = service_open(keys_n);
    const vtb_value **before = calloc(keys_n, sizeof(const vtb_value *));
    assert_non_null(before);
    for (uint32_t id = 0; id < keys_n; id++)
        before[id] = found(&service, id);
    unsigned char *shared = copy_of(&service.shared);
    unsigned char *own = copy_of(&service.own);

    insert_present(&service);
    assert_true(is_as_in(&service.own, own));
    insert_missing(&service);
    if (is_real()) /* it keeps what it looked up */
        assert_true(is_as_in(&service.own, own));
    check_ring(&service);
    for (uint32_t id = 0; id < keys_n; id++) {
        assert_ptr_equal(found(&service, id), before[id]);
        if (!is_real())
            assert_null(found(&service, id | VTB_ID_MISS));
    }
    assert_true(is_as_in(&service.shared, shared));
    check_found(&service);
    free(own);
    free(shared);
    free(before);
    service_close(&service);
}

static void inserts_change_no_lookup(void **state)
{
    (void)state;
    check_inserts(1);
    check_inserts(2);
    check_inserts(1000);
}

static void check_repeatable(uint64_t keys_n)
{
    struct service first = service_open(keys_n);
    struct service second = service_open(keys_n);
    for (uint32_t id = 0; id < keys_n; id++)
        assert_int_equal(vtb_consume(found(&first, id)), vtb_consume(found(&second, id)));
    service_close(&second);

    unsigned char *shared = copy_of(&first.shared);
    unsigned char *concurrent = copy_of(&first.concurrent);
    memset(first.shared.memory, 0, first.shared.bytes);
    if (first.concurrent.bytes > 0)
        memset(first.concurrent.memory, 0, first.concurrent.bytes);
    (void)make_shared(&first);
    assert_true(is_as_in(&first.shared, shared));
    assert_true(is_as_in(&first.concurrent, concurrent));
    free(concurrent);
    free(shared);
    service_close(&first);
}

/* The table has the same content wherever it stands; and the same bytes, where it stands in the
 * same place. */
static void the_table_is_the_same_each_time(void **state)
{
    (void)state;
    check_repeatable(1);
    check_repeatable(7);
    check_repeatable(1000);
}

/* A service of every capacity and life; misses and expiries go on writing its memory. */
static void own_memory_is_enough(void **state)
{
    (void)state;
    static const struct vtb_cache_setup setups[] = {
        {.capacity = 1},
        {.capacity = 7},
        {.capacity = 100},
        {.capacity = 1000},
        {0},
        {.ttl_ns = 1000},
        {.ttl_ns = 1, .tick_ns = 1},
        {.ttl_ns = 90, .tick_ns = 10},
    };
    for (size_t i = 0; i < sizeof setups / sizeof setups[0]; i++) {
        if ((setups[i].capacity > 0) != is_real())
            continue;
        struct service service = service_open_with(100, &setups[i]);
        unsigned char *shared = copy_of(&service.shared);
        for (uint32_t call = 0; call < 1000; call++) {
            const uint32_t id = (uint32_t)(vtb_mix64(call) % service.keys_n);
            (void)found(&service, id);
        }
        insert_missing(&service);
        assert_true(is_as_in(&service.shared, shared));
        free(shared);
        service_close(&service);
    }
}

/* --- how far a lookup walks --- */

#ifdef VTB_MAP_H
/* Slots that a lookup looks at, the empty one that ends it counted. */
static size_t probes_n(const struct vtb_table *table, vtb_key key)
{
    const uint64_t home = (uint64_t)(vtb_map_home(table, vtb_hash(key)) - table->slots);
    size_t n = 0;
    for (;;) {
        const struct vtb_map_slot *slot = &table->slots[(home + n++) % table->slots_n];
        if (!slot->tag || vtb_same(vtb_kept(slot->key), key))
            return n;
    }
}

/* Linear probing at two thirds looks at 2 slots for a key that is there, and at 5 for another; but
 * consecutive numbers are spread evenly. */
static void lookups_are_short(void **state)
{
    (void)state;
    const uint64_t keys_n = WORKLOAD.default_keys;
    struct service service = service_open(keys_n);
    size_t hit_probes_n = 0;
    size_t miss_probes_n = 0;
    for (uint32_t id = 0; id < keys_n; id++) {
        hit_probes_n += probes_n(service.table, vtb_key_of(service.table, id));
        miss_probes_n += probes_n(service.table, vtb_key_of(service.table, id | VTB_ID_MISS));
    }
    const double per_hit = (double)hit_probes_n / (double)keys_n;
    const double per_miss = (double)miss_probes_n / (double)keys_n;
    if (per_hit > 2.3 || per_miss > 6.5)
        fail_msg("%.3f slots for a hit, %.3f for a miss", per_hit, per_miss);
    service_close(&service);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(layout),
        cmocka_unit_test(every_key_hits),
        cmocka_unit_test(flagged_keys_miss),
        cmocka_unit_test(tags_alone_do_not_decide),
        cmocka_unit_test(strings_of_the_caller),
        cmocka_unit_test(values_differ),
        cmocka_unit_test(every_byte_read_counts),
        cmocka_unit_test(inserts_change_no_lookup),
        cmocka_unit_test(the_table_is_the_same_each_time),
        cmocka_unit_test(own_memory_is_enough),
#ifdef VTB_MAP_H
        cmocka_unit_test(lookups_are_short),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
