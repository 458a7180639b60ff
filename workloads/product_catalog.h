/*
 * ProductCatalog: a product by number, from a cache whose entries expire. The value is the product.
 *
 * A lookup compares its entry's deadline with a virtual clock. Where the schedule says which calls
 * hit, the clock stands and no deadline comes. With a life (--ttl) the clock advances with every
 * call of the service, entries are made by the calls that miss, and hits emerge.
 */
#ifndef WORKLOADS_PRODUCT_CATALOG_H
#define WORKLOADS_PRODUCT_CATALOG_H

#include <vtb/key_number.h>

#define VTB_LARGE_VALUE 1
typedef struct product {
    int32_t id;
    uint32_t stock;
    int64_t price;
    char name[48];
} vtb_value;

static inline size_t vtb_records_bytes(uint64_t products_n)
{
    return products_n * sizeof(struct product);
}

static inline void vtb_make_records(void *records, uint64_t products_n)
{
    struct product *products = (struct product *)records;
    for (uint64_t id = 0; id < products_n; id++) {
        products[id].id = (int32_t)id;
        products[id].stock = (uint32_t)vtb_mix64(id) % 1000;
        products[id].price = (int64_t)(vtb_mix64(~id) >> 44);
        for (size_t i = 0; i < sizeof products->name; i++)
            products[id].name[i] = (char)('a' + (id + i) % 26);
    }
}

static inline vtb_value vtb_value_of(const void *records, uint64_t number)
{
    return ((const struct product *)records)[number];
}

static inline uint64_t vtb_consume(const vtb_value *product)
{
    return (uint64_t)product->price + product->stock + (uint8_t)product->name[47];
}

/* A service's virtual clock. In the shared table nothing moves: it is null there. */
struct product_clock {
    uint64_t now_ns;
    uint64_t tick_ns;
    uint64_t ttl_ns;
};

#define VTB_MAP_MORE                       \
    uint64_t *deadlines_ns; /* by entry */ \
    struct product_clock *clock;
#define VTB_MAP_OWN_LOOKUP 1
#include <vtb/map.h>

/* Finds that an entry has lived too long, or was never made. */
VTB_OUT_OF_LINE static const vtb_value *product_missed(const struct vtb_table *table,
                                                       uint64_t *deadline_ns)
{
    if (table->clock->ttl_ns > 0)
        *deadline_ns = table->clock->now_ns + table->clock->ttl_ns;
    return NULL;
}

static inline const vtb_value *vtb_lookup(const struct vtb_table *table, vtb_key key)
{
    const struct vtb_map_slot *slot = vtb_map_find(table, key);
    table->clock->now_ns += table->clock->tick_ns;
    if (!slot)
        return NULL;
    uint64_t *deadline_ns = table->deadlines_ns + (slot - table->slots);
    return VTB_LIKELY(*deadline_ns > table->clock->now_ns) ? &slot->value
                                                           : product_missed(table, deadline_ns);
}

static inline size_t product_deadlines_offset(uint64_t products_n)
{
    return VTB_MAP_ALIGNED(vtb_map_bytes(products_n));
}

static inline size_t product_table_bytes(uint64_t products_n)
{
    return product_deadlines_offset(products_n) + vtb_map_slots_n(products_n) * sizeof(uint64_t);
}

static inline struct vtb_table *product_make_table(void *memory, uint64_t products_n)
{
    struct vtb_table *table = vtb_map_make(memory, products_n);
    table->deadlines_ns =
        (uint64_t *)(void *)((char *)memory + product_deadlines_offset(products_n));
    for (uint64_t i = 0; i < table->slots_n; i++)
        table->deadlines_ns[i] = UINT64_MAX;
    return table;
}

static inline size_t product_clock_offset(const struct vtb_table *shared,
                                          const struct vtb_cache_setup *setup)
{
    return VTB_MAP_ALIGNED(vtb_map_own_bytes(shared, setup));
}

static inline size_t product_own_bytes(const struct vtb_table *shared,
                                       const struct vtb_cache_setup *setup)
{
    const size_t deadlines_n = setup->ttl_ns > 0 ? shared->slots_n : 0;
    return product_clock_offset(shared, setup) + VTB_MAP_ALIGNED(sizeof(struct product_clock)) +
           deadlines_n * sizeof(uint64_t);
}

static inline struct vtb_table *product_make_own(void *memory, const struct vtb_table *shared,
                                                 const struct vtb_cache_setup *setup)
{
    struct vtb_table *table = vtb_map_make_own(memory, shared, setup);
    char *clock = (char *)memory + product_clock_offset(shared, setup);
    table->clock = (struct product_clock *)(void *)clock;
    table->clock->tick_ns = setup->ttl_ns > 0 ? setup->tick_ns : 0;
    table->clock->ttl_ns = setup->ttl_ns;
    if (setup->ttl_ns > 0) /* no entry is made yet: every deadline is 0 */
        table->deadlines_ns =
            (uint64_t *)(void *)(clock + VTB_MAP_ALIGNED(sizeof(struct product_clock)));
    return table;
}

VTB_WORKLOAD(product_catalog) = {
    .summary = "ProductCatalog: entries may expire",
    .default_hit_rate = 0.85,
    .default_keys = 100000,
    .max_keys = 20000000,
    .key_bytes = sizeof(vtb_key),
    .value_bytes = sizeof(vtb_value),
    .table_bytes = product_table_bytes,
    .entries_n = vtb_map_entries_n,
    .make_table = product_make_table,
    .own_bytes = product_own_bytes,
    .make_own = product_make_own,
    .life_s = 300,
};

#endif
