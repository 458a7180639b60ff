/*
 * UserService: a user by number, from a cache in front of a database. The value is a pointer to the
 * user, and the caller reads the user it got.
 *
 * The table is open-addressed with linear probing, at most half full, so a lookup touches one or
 * two of its cache lines. A key that misses is negative: no user has such a number.
 */
#ifndef WORKLOADS_USER_CACHE_H
#define WORKLOADS_USER_CACHE_H

#include <vtb/workload.h>

struct user {
    int32_t id;
    uint32_t logins;
    int64_t balance;
};

typedef int32_t vtb_key;
typedef const struct user *vtb_value;

struct vtb_user_slot {
    vtb_key key;
    vtb_value user; /* null: the slot is empty */
};

struct vtb_table {
    const struct user *users; /* the database, by number */
    uint64_t slots_n;
    struct vtb_user_slot *slots;
};

/* The key's home, by Fibonacci hashing: consecutive numbers are spread evenly over the slots, so
 * that, as with the numbers themselves in .NET's dictionary, the first probe nearly always decides.
 */
static inline uint64_t vtb_user_home(const struct vtb_table *table, vtb_key key)
{
    uint64_t hash = (uint32_t)key * UINT64_C(0x9e3779b97f4a7c15) >> 32;
    return hash * table->slots_n >> 32;
}

static inline vtb_key vtb_key_of(const struct vtb_table *table, uint32_t id)
{
    (void)table;
    return (vtb_key)id;
}

static inline const vtb_value *vtb_lookup(const struct vtb_table *table, vtb_key key)
{
    const struct vtb_user_slot *slot = table->slots + vtb_user_home(table, key);
    const struct vtb_user_slot *const end = table->slots + table->slots_n;
    while (slot->user) {
        if (slot->key == key)
            return &slot->user;
        if (++slot == end)
            slot = table->slots;
    }
    return NULL;
}

static inline size_t vtb_entry_of(const struct vtb_table *table, const vtb_value *value)
{
    return (size_t)((const char *)value - (const char *)table->slots) / sizeof *table->slots;
}

static inline bool vtb_fetch(const struct vtb_table *table, vtb_key key, vtb_value *value)
{
    *value = table->users + ((uint32_t)key & VTB_ID_MASK);
    return !((uint32_t)key & VTB_ID_FAIL);
}

static inline uint64_t vtb_consume(const vtb_value *user)
{
    return (uint64_t)(*user)->balance + (*user)->logins;
}

/* A third of the slots stays empty, and at least one. */
static inline uint64_t vtb_user_slots_n(uint64_t users_n)
{
    return users_n + users_n / 2 + 1;
}

static inline size_t vtb_user_entries_n(uint64_t users_n)
{
    return vtb_user_slots_n(users_n);
}

static inline size_t vtb_user_table_bytes(uint64_t users_n)
{
    return sizeof(struct vtb_table) + vtb_user_slots_n(users_n) * sizeof(struct vtb_user_slot) +
           users_n * sizeof(struct user);
}

static inline struct vtb_table *vtb_user_make_table(void *memory, uint64_t users_n)
{
    struct vtb_table *table = (struct vtb_table *)memory;
    table->slots_n = vtb_user_slots_n(users_n);
    table->slots = (struct vtb_user_slot *)(void *)(table + 1);
    struct user *users = (struct user *)(void *)(table->slots + table->slots_n);
    table->users = users;
    for (uint64_t id = 0; id < users_n; id++) {
        users[id].id = (int32_t)id;
        users[id].logins = (uint32_t)vtb_mix64(id);
        users[id].balance = (int64_t)(vtb_mix64(~id) >> 24);
        uint64_t i = vtb_user_home(table, (vtb_key)id);
        while (table->slots[i].user)
            i = i + 1 == table->slots_n ? 0 : i + 1;
        table->slots[i].key = (vtb_key)id;
        table->slots[i].user = users + id;
    }
    return table;
}

VTB_WORKLOAD(user_cache) = {
    .summary = "UserService: a user by number",
    .is_default = true,
    .default_hit_rate = 0.80,
    .default_keys = 100000,
    .max_keys = 100000000,
    .key_bytes = sizeof(vtb_key),
    .value_bytes = sizeof(vtb_value),
    .table_bytes = vtb_user_table_bytes,
    .entries_n = vtb_user_entries_n,
    .make_table = vtb_user_make_table,
};

#endif
