/*
 * A hash table in front of a store: the table of most workloads. A workload includes key_number.h
 * or key_text.h, or defines for a key of its own all that these define. Then, before it includes
 * this header, it defines
 *
 *     typedef ... vtb_value;
 *     size_t vtb_records_bytes(uint64_t keys_n);
 *     void vtb_make_records(void *records, uint64_t keys_n);
 *         The store's records: their size, and a function that writes them to zeroed memory,
 *         aligned to 64.
 *     vtb_value vtb_value_of(const void *records, uint64_t number);
 *         The value of a key whose vtb_number_of is `number`; any number is valid.
 *     uint64_t vtb_consume(const vtb_value *);
 *
 * The table is open-addressed with linear probing and at most two thirds full. A slot has a tag, a
 * part of its key's hash, so that other keys are nearly always told apart without comparing them.
 *
 * The schedule says which calls hit, so a value that was fetched must not be found by a later call.
 * An insert after a miss first searches the table, as any insert must, and does not find the key.
 * Then it writes to a ring that the service has for itself, and not to the table.
 *
 * In a cell with VTB_CONCURRENT the table is the one of concurrent.h, with the same entries, into
 * which all services insert. A workload with a lookup of its own (VTB_MAP_OWN_LOOKUP) has none.
 */
#ifndef VTB_MAP_H
#define VTB_MAP_H

#include "workload.h"

#include <string.h>

#include "kept_key.h"

/* A slot of the table. */
struct vtb_map_slot {
    uint32_t tag; /* 0: the slot is empty */
    vtb_kept_key key;
    vtb_value value;
};

#define VTB_MAP_INSERTED_N 64

/* The ring: the entries that one service inserted last. */
struct vtb_map_inserted {
    size_t next;
    struct vtb_map_slot slots[VTB_MAP_INSERTED_N];
};

#define VTB_MAP_ALIGNED(bytes) (((bytes) + (size_t)63) / 64 * 64)

#if !VTB_MAP_OWN_LOOKUP
#include "concurrent.h"
#endif

struct vtb_table {
    struct vtb_map_slot *slots;
    uint64_t slots_n;
    const void *keys;
    uint64_t keys_n;
    const void *records;
    struct vtb_map_inserted *inserted; /* the service's own; null in the table that is shared */
#ifdef VTB_MAP_MORE
    VTB_MAP_MORE /* fields of the workload's own */
#endif
#if !VTB_MAP_OWN_LOOKUP
        struct vtb_concurrent *concurrent;  /* null: it was not made */
    struct vtb_concurrent_entries *entries; /* the service's own in there */
#endif
};

static inline vtb_key vtb_key_of(const struct vtb_table *table, uint32_t id)
{
    return vtb_map_key(table->keys, table->keys_n, id);
}

static inline uint32_t vtb_map_tag(uint64_t hash)
{
    return (uint32_t)hash | 1;
}

static inline struct vtb_map_slot *vtb_map_home(const struct vtb_table *table, uint64_t hash)
{
    return table->slots + ((hash >> 32) * table->slots_n >> 32);
}

/* Finds the slot of a key; null if the table does not have it. */
static VTB_FORCE_INLINE struct vtb_map_slot *vtb_map_find(const struct vtb_table *table,
                                                          vtb_key key)
{
    const uint64_t hash = vtb_hash(key);
    const uint32_t tag = vtb_map_tag(hash);
    struct vtb_map_slot *slot = vtb_map_home(table, hash);
    const struct vtb_map_slot *const end = table->slots + table->slots_n;
    while (slot->tag) {
        if (slot->tag == tag && vtb_same(vtb_kept(slot->key), key))
            return slot;
        if (++slot == end)
            slot = table->slots;
    }
    return NULL;
}

#if VTB_CONCURRENT
static inline const vtb_value *vtb_lookup(const struct vtb_table *table, vtb_key key)
{
    const struct vtb_concurrent_node *node = vtb_concurrent_find(table->concurrent, key);
    return node ? &node->value : NULL;
}
#elif !VTB_MAP_OWN_LOOKUP
static inline const vtb_value *vtb_lookup(const struct vtb_table *table, vtb_key key)
{
    const struct vtb_map_slot *slot = vtb_map_find(table, key);
    return slot ? &slot->value : NULL;
}
#endif

#if VTB_CONCURRENT
static inline size_t vtb_entry_of(const struct vtb_table *table, const vtb_value *value)
{
    const struct vtb_concurrent_node *nodes = table->concurrent->nodes;
    return (size_t)((const char *)value - (const char *)nodes) / sizeof *nodes;
}
#else
static inline size_t vtb_entry_of(const struct vtb_table *table, const vtb_value *value)
{
    return (size_t)((const char *)value - (const char *)table->slots) / sizeof *table->slots;
}
#endif

static inline bool vtb_fetch(const struct vtb_table *table, vtb_key key, vtb_value *value)
{
    *value = vtb_value_of(table->records, vtb_number_of(key, table->keys_n));
    return !vtb_fails(key);
}

static inline void vtb_map_set(struct vtb_map_slot *slot, vtb_key key, const vtb_value *value)
{
    slot->tag = vtb_map_tag(vtb_hash(key));
    slot->key = vtb_keep(key);
    slot->value = *value;
}

#if VTB_CONCURRENT
static inline void vtb_insert(const struct vtb_table *table, vtb_key key, const vtb_value *value)
{
    vtb_concurrent_insert(table->concurrent, table->entries, key, value);
}
#else
static inline void vtb_insert(const struct vtb_table *table, vtb_key key, const vtb_value *value)
{
    struct vtb_map_inserted *inserted = table->inserted;
    if (!vtb_map_find(table, key))
        vtb_map_set(&inserted->slots[inserted->next++ % VTB_MAP_INSERTED_N], key, value);
}
#endif

/* --- making the table --- */

/* A third of the slots stays empty, and at least one. */
static inline uint64_t vtb_map_slots_n(uint64_t keys_n)
{
    return keys_n + keys_n / 2 + 1;
}

static inline size_t vtb_map_entries_n(uint64_t keys_n)
{
    return vtb_map_slots_n(keys_n);
}

/* In memory the table's head, its slots, its keys and its records stand one behind the other. */
static inline size_t vtb_map_slots_offset(void)
{
    return VTB_MAP_ALIGNED(sizeof(struct vtb_table));
}

static inline size_t vtb_map_keys_offset(uint64_t keys_n)
{
    return vtb_map_slots_offset() +
           VTB_MAP_ALIGNED(vtb_map_slots_n(keys_n) * sizeof(struct vtb_map_slot));
}

static inline size_t vtb_map_records_offset(uint64_t keys_n)
{
    return vtb_map_keys_offset(keys_n) + VTB_MAP_ALIGNED(vtb_keys_bytes(keys_n));
}

static inline size_t vtb_map_bytes(uint64_t keys_n)
{
    return vtb_map_records_offset(keys_n) + vtb_records_bytes(keys_n);
}

static inline void vtb_map_add(struct vtb_table *table, vtb_key key, const vtb_value *value)
{
    struct vtb_map_slot *slot = vtb_map_home(table, vtb_hash(key));
    while (slot->tag) {
        if (++slot == table->slots + table->slots_n)
            slot = table->slots;
    }
    vtb_map_set(slot, key, value);
}

/* The key that the table keeps for an entry. */
static inline vtb_key vtb_map_own_key(const struct vtb_table *table, uint64_t id)
{
#if VTB_HAS_OWN_KEYS
    return vtb_own_key(table->keys, table->keys_n, (uint32_t)id);
#else
    return vtb_key_of(table, (uint32_t)id);
#endif
}

static inline struct vtb_table *vtb_map_make(void *memory, uint64_t keys_n)
{
    struct vtb_table *table = (struct vtb_table *)memory;
    char *bytes = (char *)memory;
    char *keys = bytes + vtb_map_keys_offset(keys_n);
    char *records = bytes + vtb_map_records_offset(keys_n);
    vtb_make_keys(keys, keys_n);
    vtb_make_records(records, keys_n);
    table->slots = (struct vtb_map_slot *)(void *)(bytes + vtb_map_slots_offset());
    table->slots_n = vtb_map_slots_n(keys_n);
    table->keys = keys;
    table->keys_n = keys_n;
    table->records = records;
    for (uint64_t id = 0; id < keys_n; id++) {
        vtb_value value;
        const vtb_key key = vtb_map_own_key(table, id);
        (void)vtb_fetch(table, key, &value);
        vtb_map_add(table, key, &value);
    }
    return table;
}

/* --- what each service has of its own --- */

static inline size_t vtb_map_entries_offset(void)
{
    return VTB_MAP_ALIGNED(sizeof(struct vtb_table)) +
           VTB_MAP_ALIGNED(sizeof(struct vtb_map_inserted));
}

static inline size_t vtb_map_own_bytes(const struct vtb_table *shared,
                                       const struct vtb_cache_setup *setup)
{
    (void)setup;
#if !VTB_MAP_OWN_LOOKUP
    if (shared->concurrent)
        return vtb_map_entries_offset() + sizeof *shared->entries;
#endif
    return VTB_MAP_ALIGNED(sizeof *shared) + sizeof(struct vtb_map_inserted);
}

static inline struct vtb_table *vtb_map_make_own(void *memory, const struct vtb_table *shared,
                                                 const struct vtb_cache_setup *setup)
{
    struct vtb_table *table = (struct vtb_table *)memory;
    (void)setup;
    *table = *shared;
    table->inserted =
        (struct vtb_map_inserted *)(void *)((char *)memory + VTB_MAP_ALIGNED(sizeof *table));
#if !VTB_MAP_OWN_LOOKUP
    if (shared->concurrent)
        table->entries =
            (struct vtb_concurrent_entries *)(void *)((char *)memory + vtb_map_entries_offset());
#endif
    return table;
}

/* --- the table into which all threads insert --- */

#if !VTB_MAP_OWN_LOOKUP
static inline size_t vtb_map_concurrent_bytes(uint64_t keys_n)
{
    return vtb_concurrent_bytes(keys_n, vtb_map_slots_n(keys_n));
}

static inline void vtb_map_make_concurrent(void *memory, struct vtb_table *shared)
{
    struct vtb_concurrent *table = vtb_concurrent_make(memory, shared->slots_n);
    for (uint64_t id = 0; id < shared->keys_n; id++) {
        vtb_value value;
        const vtb_key key = vtb_map_own_key(shared, id);
        (void)vtb_fetch(shared, key, &value);
        vtb_concurrent_set(table, id, key, &value);
    }
    shared->concurrent = table;
}

static inline void vtb_map_close_own(struct vtb_table *own)
{
    if (own->concurrent)
        vtb_concurrent_clear(own->concurrent, own->entries);
}

#define VTB_MAP_CONCURRENT_FUNCTIONS                                                          \
    .concurrent_bytes = vtb_map_concurrent_bytes, .make_concurrent = vtb_map_make_concurrent, \
    .close_own = vtb_map_close_own
#endif

/* The functions of an entry whose table is this one: VTB_WORKLOAD(stem) = {..., VTB_MAP_FUNCTIONS};
 */
#define VTB_MAP_OWN_FUNCTIONS                                                                 \
    .table_bytes = vtb_map_bytes, .entries_n = vtb_map_entries_n, .make_table = vtb_map_make, \
    .own_bytes = vtb_map_own_bytes, .make_own = vtb_map_make_own
#if VTB_MAP_OWN_LOOKUP
#define VTB_MAP_FUNCTIONS VTB_MAP_OWN_FUNCTIONS
#else
#define VTB_MAP_FUNCTIONS VTB_MAP_OWN_FUNCTIONS, VTB_MAP_CONCURRENT_FUNCTIONS
#endif

#endif
