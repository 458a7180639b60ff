/*
 * A recorded stream of keys through a real LRU cache, so that the hit rate emerges: from a trace
 * (--trace), or from keys that are drawn (--distribution). A key is a number, and the value a
 * pointer to its record.
 *
 * The cache is a service's own: nodes in a list, the one used last at its head, and in buckets by
 * their keys' hash. A key that is not found takes the node at the list's tail.
 */
#ifndef WORKLOADS_TRACE_H
#define WORKLOADS_TRACE_H

#define VTB_VALUE_REFERS 1
#include <vtb/workload.h>

typedef uint32_t vtb_key;

struct trace_record {
    uint64_t digest;
};

typedef const struct trace_record *vtb_value;

/* The number of a node: a link of the list, or of a bucket's chain. */
typedef uint32_t trace_link;

struct trace_node {
    vtb_key key;
    trace_link newer;
    trace_link older;
    trace_link next; /* in its bucket */
    vtb_value record;
};

/* Node 0 stands for both ends of the list: the newest node is its `older` one, the oldest is its
 * `newer` one. Each chain ends in it. */
struct trace_cache {
    uint64_t capacity;
    uint64_t used_n; /* nodes that hold a key */
    uint64_t buckets_n;
    trace_link *buckets;
    struct trace_node *nodes; /* capacity + 1 */
};

struct vtb_table {
    uint64_t keys_n;
    const struct trace_record *records;
    struct trace_cache *cache; /* null in the table that is shared */
};

static inline vtb_key vtb_key_of(const struct vtb_table *table, uint32_t id)
{
    (void)table;
    return id;
}

static inline trace_link *trace_bucket(const struct trace_cache *cache, vtb_key key)
{
    const uint64_t hash = key * UINT64_C(0x9e3779b97f4a7c15) >> 32;
    return cache->buckets + (hash * cache->buckets_n >> 32);
}

static inline void trace_unlink(struct trace_cache *cache, const struct trace_node *node)
{
    cache->nodes[node->newer].older = node->older;
    cache->nodes[node->older].newer = node->newer;
}

static inline void trace_link_newest(struct trace_cache *cache, trace_link link)
{
    struct trace_node *ends = cache->nodes;
    struct trace_node *node = cache->nodes + link;
    node->newer = 0;
    node->older = ends->older;
    cache->nodes[ends->older].newer = link;
    ends->older = link;
}

/* Takes the node at the tail out of the list and out of its bucket; or one that was not used
 * yet. */
static inline trace_link trace_take_oldest(struct trace_cache *cache)
{
    if (cache->used_n < cache->capacity)
        return (trace_link)++cache->used_n;
    const trace_link oldest = cache->nodes->newer;
    trace_link *place = trace_bucket(cache, cache->nodes[oldest].key);
    while (*place != oldest)
        place = &cache->nodes[*place].next;
    *place = cache->nodes[oldest].next;
    trace_unlink(cache, cache->nodes + oldest);
    return oldest;
}

VTB_OUT_OF_LINE static const vtb_value *trace_missed(const struct vtb_table *table, vtb_key key)
{
    struct trace_cache *cache = table->cache;
    const trace_link link = trace_take_oldest(cache);
    struct trace_node *node = cache->nodes + link;
    trace_link *bucket = trace_bucket(cache, key);
    node->key = key;
    node->record = table->records + key;
    node->next = *bucket;
    *bucket = link;
    trace_link_newest(cache, link);
    return NULL;
}

static inline const vtb_value *vtb_lookup(const struct vtb_table *table, vtb_key key)
{
    struct trace_cache *cache = table->cache;
    trace_link link = *trace_bucket(cache, key);
    while (link && cache->nodes[link].key != key)
        link = cache->nodes[link].next;
    if (!link)
        return trace_missed(table, key);
    struct trace_node *node = cache->nodes + link;
    if (cache->nodes->older != link) {
        trace_unlink(cache, node);
        trace_link_newest(cache, link);
    }
    return &node->record;
}

static inline size_t vtb_entry_of(const struct vtb_table *table, const vtb_value *value)
{
    const struct trace_node *first = table->cache->nodes + 1;
    return (size_t)((const char *)value - (const char *)first) / sizeof *first;
}

static inline bool vtb_fetch(const struct vtb_table *table, vtb_key key, vtb_value *value)
{
    *value = table->records + key;
    return true;
}

/* Makes the entry of a key: the lookup before it missed. */
static inline void vtb_insert(const struct vtb_table *table, vtb_key key, const vtb_value *value)
{
    (void)table;
    (void)key;
    (void)value;
}

static inline uint64_t vtb_consume(const vtb_value *record)
{
    return (*record)->digest;
}

/* --- making the table, and a service's cache --- */

static inline size_t trace_table_bytes(uint64_t keys_n)
{
    return sizeof(struct vtb_table) + keys_n * sizeof(struct trace_record);
}

static inline size_t trace_entries_n(uint64_t keys_n)
{
    return keys_n;
}

static inline struct vtb_table *trace_make_table(void *memory, uint64_t keys_n)
{
    struct vtb_table *table = (struct vtb_table *)memory;
    struct trace_record *records = (struct trace_record *)(void *)(table + 1);
    table->keys_n = keys_n;
    table->records = records;
    for (uint64_t key = 0; key < keys_n; key++)
        records[key].digest = vtb_mix64(key);
    return table;
}

/* A service's memory: table, cache, nodes, buckets, one behind the other. There are no more nodes
 * than keys, as more would never be used. */
static inline uint64_t trace_capacity(const struct vtb_table *shared,
                                      const struct vtb_cache_setup *setup)
{
    return setup->capacity < shared->keys_n ? setup->capacity : shared->keys_n;
}

static inline size_t trace_own_bytes(const struct vtb_table *shared,
                                     const struct vtb_cache_setup *setup)
{
    const uint64_t capacity = trace_capacity(shared, setup);
    return sizeof(struct vtb_table) + sizeof(struct trace_cache) +
           (capacity + 1) * sizeof(struct trace_node) + 2 * capacity * sizeof(trace_link);
}

static inline struct vtb_table *trace_make_own(void *memory, const struct vtb_table *shared,
                                               const struct vtb_cache_setup *setup)
{
    struct vtb_table *table = (struct vtb_table *)memory;
    struct trace_cache *cache = (struct trace_cache *)(void *)(table + 1);
    *table = *shared;
    table->cache = cache;
    cache->capacity = trace_capacity(shared, setup);
    cache->buckets_n = 2 * cache->capacity;
    cache->nodes = (struct trace_node *)(void *)(cache + 1);
    cache->buckets = (trace_link *)(void *)(cache->nodes + cache->capacity + 1);
    return table;
}

VTB_WORKLOAD(trace) = {
    .summary = "keys through a real LRU cache",
    .default_keys = 100000,
    .max_keys = VTB_ID_MASK,
    .default_zipf = 0.99,
    .key_bytes = sizeof(vtb_key),
    .value_bytes = sizeof(vtb_value),
    .table_bytes = trace_table_bytes,
    .entries_n = trace_entries_n,
    .make_table = trace_make_table,
    .own_bytes = trace_own_bytes,
    .make_own = trace_make_own,
    .default_capacity = 10000,
};

#endif
