/*
 * The table of map.h as one into which all threads insert (VTB_CONCURRENT), in the shape of .NET's
 * ConcurrentDictionary: an array of buckets, each the head of a chain of nodes. A lookup takes no
 * lock and writes nothing. Who inserts or removes takes the lock of the bucket's stripe.
 *
 * What a service inserts stands in the key space of inserted entries, apart from the one in which
 * lookups ask: the lowest bit of a tag says which. So the schedule alone decides which calls hit,
 * and no lookup ever reads the key or the value of an entry that may be removed.
 *
 * What is removed serves again for the service's next insert, though another thread may still stand
 * on the node. It stays a node then, and its tag and its link are atomic; only the link may lead
 * into another chain. Each chain ends in the number of its bucket, so a lookup that ends in another
 * one starts again. This asks nothing of readers: neither a fence nor a word of their own, as
 * epochs and hazard pointers do, nor that all threads come by now and then, as for grace periods.
 * (The lists of Linux for memory that keeps its type, Documentation/RCU/rculist_nulls.rst.)
 */
#ifndef VTB_CONCURRENT_H
#define VTB_CONCURRENT_H

/* A link to the next node of a chain: its address or, at the end, an odd number (chain_end). */
typedef uintptr_t vtb_concurrent_link;

struct vtb_concurrent_node {
    vtb_concurrent_link next; /* atomic, as is the next */
    uint32_t tag;
    vtb_kept_key key;
    vtb_value value;
};

/* What writers of some of the buckets share. A cache line of its own, which no lookup reads. */
struct vtb_concurrent_stripe {
    uint32_t locked __attribute__((aligned(64))); /* atomic */
    uint64_t entries_n;                           /* for who has the lock */
};

#define VTB_CONCURRENT_STRIPES_N 256

struct vtb_concurrent {
    vtb_concurrent_link *buckets;
    uint64_t buckets_n;
    struct vtb_concurrent_stripe *stripes; /* VTB_CONCURRENT_STRIPES_N */
    struct vtb_concurrent_node *nodes;     /* of the entries that stay, by the number of the key */
};

/* An entry that a service inserted, or will. */
struct vtb_concurrent_entry {
    struct vtb_concurrent_node node;
    uint64_t bucket;
    bool is_linked;
};

/* So many entries of a service stay in the table, as in the ring of one that is only read; and one
 * is free, for the next insert. */
#define VTB_CONCURRENT_ENTRIES_N (VTB_MAP_INSERTED_N + 1)

/* A service's own entries, in a circle, the oldest behind the free one. */
struct vtb_concurrent_entries {
    size_t free;
    struct vtb_concurrent_entry entries[VTB_CONCURRENT_ENTRIES_N];
};

static inline uint64_t vtb_concurrent_bucket(const struct vtb_concurrent *table, uint64_t hash)
{
    return (hash >> 32) * table->buckets_n >> 32;
}

static inline vtb_concurrent_link vtb_concurrent_chain_end(uint64_t bucket)
{
    return (vtb_concurrent_link)bucket << 1 | 1;
}

static inline struct vtb_concurrent_node *vtb_concurrent_node_at(vtb_concurrent_link link)
{
    return (struct vtb_concurrent_node *)link;
}

/* Tags of the two key spaces: of keys that lookups ask for, and of inserted entries. */
static inline uint32_t vtb_concurrent_asked(uint64_t hash)
{
    return (uint32_t)hash | 1;
}

static inline uint32_t vtb_concurrent_inserted(uint64_t hash)
{
    return (uint32_t)hash & ~UINT32_C(1);
}

/* Finds the node of a key; null if the table does not have it. Writes nothing. */
static VTB_FORCE_INLINE struct vtb_concurrent_node *
vtb_concurrent_find(const struct vtb_concurrent *table, vtb_key key)
{
    const uint64_t hash = vtb_hash(key);
    const uint32_t tag = vtb_concurrent_asked(hash);
    const uint64_t bucket = vtb_concurrent_bucket(table, hash);
    vtb_concurrent_link link;
    do {
        link = __atomic_load_n(&table->buckets[bucket], __ATOMIC_ACQUIRE);
        while (!(link & 1)) {
            struct vtb_concurrent_node *node = vtb_concurrent_node_at(link);
            if (__atomic_load_n(&node->tag, __ATOMIC_RELAXED) == tag &&
                vtb_same(vtb_kept(node->key), key))
                return node;
            link = __atomic_load_n(&node->next, __ATOMIC_ACQUIRE);
        }
    } while (VTB_UNLIKELY(link != vtb_concurrent_chain_end(bucket)));
    return NULL;
}

/* --- writers --- */

/* Waits until *state is `value` no more (strategy.h). */
VTB_C_LINKAGE void vtb_block_while(const uint32_t *state, uint32_t value);

static inline struct vtb_concurrent_stripe *vtb_concurrent_lock(const struct vtb_concurrent *table,
                                                                uint64_t bucket)
{
    struct vtb_concurrent_stripe *stripe = table->stripes + bucket % VTB_CONCURRENT_STRIPES_N;
    while (VTB_UNLIKELY(__atomic_exchange_n(&stripe->locked, 1, __ATOMIC_ACQUIRE)))
        vtb_block_while(&stripe->locked, 1);
    return stripe;
}

static inline void vtb_concurrent_unlock(struct vtb_concurrent_stripe *stripe)
{
    __atomic_store_n(&stripe->locked, 0, __ATOMIC_RELEASE);
}

/* Puts a node, whose tag, key and value are set, at the head of a chain, whose stripe is locked or
 * which nobody else knows. */
static inline void vtb_concurrent_link_node(const struct vtb_concurrent *table, uint64_t bucket,
                                            struct vtb_concurrent_node *node)
{
    vtb_concurrent_link *head = table->buckets + bucket;
    __atomic_store_n(&node->next, *head, __ATOMIC_RELEASE);
    __atomic_store_n(head, (vtb_concurrent_link)node, __ATOMIC_RELEASE);
}

/* Removes an entry, if it is in the table. */
static inline void vtb_concurrent_remove(const struct vtb_concurrent *table,
                                         struct vtb_concurrent_entry *entry)
{
    if (!entry->is_linked)
        return;
    struct vtb_concurrent_stripe *stripe = vtb_concurrent_lock(table, entry->bucket);
    vtb_concurrent_link *place = table->buckets + entry->bucket;
    while (*place != (vtb_concurrent_link)&entry->node)
        place = &vtb_concurrent_node_at(*place)->next;
    __atomic_store_n(place, entry->node.next, __ATOMIC_RELEASE);
    stripe->entries_n--;
    vtb_concurrent_unlock(stripe);
    entry->is_linked = false;
}

/* Inserts an entry that is not in the table, unless that has the key for lookups. */
static inline void vtb_concurrent_add(const struct vtb_concurrent *table,
                                      struct vtb_concurrent_entry *entry, vtb_key key,
                                      const vtb_value *value)
{
    const uint64_t hash = vtb_hash(key);
    const uint64_t bucket = vtb_concurrent_bucket(table, hash);
    struct vtb_concurrent_stripe *stripe = vtb_concurrent_lock(table, bucket);
    entry->is_linked = !vtb_concurrent_find(table, key);
    if (entry->is_linked) {
        entry->bucket = bucket;
        __atomic_store_n(&entry->node.tag, vtb_concurrent_inserted(hash), __ATOMIC_RELAXED);
        entry->node.key = vtb_keep(key);
        entry->node.value = *value;
        vtb_concurrent_link_node(table, bucket, &entry->node);
        stripe->entries_n++;
    }
    vtb_concurrent_unlock(stripe);
}

/* Inserts into the table, and removes the oldest of the service's entries: what a cache does that
 * is full. */
static inline void vtb_concurrent_insert(const struct vtb_concurrent *table,
                                         struct vtb_concurrent_entries *own, vtb_key key,
                                         const vtb_value *value)
{
    struct vtb_concurrent_entry *entry = &own->entries[own->free];
    vtb_concurrent_add(table, entry, key, value);
    if (!entry->is_linked)
        return;
    own->free = own->free + 1 < VTB_CONCURRENT_ENTRIES_N ? own->free + 1 : 0;
    vtb_concurrent_remove(table, &own->entries[own->free]);
}

/* Removes all that a service inserted. */
static inline void vtb_concurrent_clear(const struct vtb_concurrent *table,
                                        struct vtb_concurrent_entries *own)
{
    for (size_t i = 0; i < VTB_CONCURRENT_ENTRIES_N; i++)
        vtb_concurrent_remove(table, &own->entries[i]);
}

/* --- making the table --- */

/* Its parts stand one behind the other: head, stripes, buckets, nodes. */
static inline size_t vtb_concurrent_buckets_offset(void)
{
    return VTB_MAP_ALIGNED(sizeof(struct vtb_concurrent)) +
           VTB_CONCURRENT_STRIPES_N * sizeof(struct vtb_concurrent_stripe);
}

static inline size_t vtb_concurrent_nodes_offset(uint64_t buckets_n)
{
    return vtb_concurrent_buckets_offset() +
           VTB_MAP_ALIGNED(buckets_n * sizeof(vtb_concurrent_link));
}

static inline size_t vtb_concurrent_bytes(uint64_t keys_n, uint64_t buckets_n)
{
    return vtb_concurrent_nodes_offset(buckets_n) + keys_n * sizeof(struct vtb_concurrent_node);
}

/* Makes a table without entries in zeroed memory, aligned to 64. */
static inline struct vtb_concurrent *vtb_concurrent_make(void *memory, uint64_t buckets_n)
{
    struct vtb_concurrent *table = (struct vtb_concurrent *)memory;
    char *bytes = (char *)memory;
    table->stripes =
        (struct vtb_concurrent_stripe *)(void *)(bytes + VTB_MAP_ALIGNED(sizeof *table));
    table->buckets = (vtb_concurrent_link *)(void *)(bytes + vtb_concurrent_buckets_offset());
    table->buckets_n = buckets_n;
    table->nodes =
        (struct vtb_concurrent_node *)(void *)(bytes + vtb_concurrent_nodes_offset(buckets_n));
    for (uint64_t i = 0; i < buckets_n; i++)
        table->buckets[i] = vtb_concurrent_chain_end(i);
    return table;
}

/* Adds an entry that stays: that of the key of a number. */
static inline void vtb_concurrent_set(struct vtb_concurrent *table, uint64_t number, vtb_key key,
                                      const vtb_value *value)
{
    const uint64_t hash = vtb_hash(key);
    const uint64_t bucket = vtb_concurrent_bucket(table, hash);
    struct vtb_concurrent_node *node = table->nodes + number;
    node->tag = vtb_concurrent_asked(hash);
    node->key = vtb_keep(key);
    node->value = *value;
    vtb_concurrent_link_node(table, bucket, node);
    table->stripes[bucket % VTB_CONCURRENT_STRIPES_N].entries_n++;
}

#endif
