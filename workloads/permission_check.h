/*
 * AuthorizationService: whether a user may use a resource. The key is the pair of the user's number
 * and the resource's name; every user asks for PERMISSION_RESOURCES_N resources.
 */
#ifndef WORKLOADS_PERMISSION_CHECK_H
#define WORKLOADS_PERMISSION_CHECK_H

#include <vtb/text.h>

#define PERMISSION_RESOURCES_N UINT64_C(10)

typedef struct permission_key {
    int32_t user;
    const struct vtb_text *resource;
} vtb_key;

/* A reference beside an int takes 12 bytes where a state machine holds them, as two arguments of a
 * method do in .NET. */
typedef struct permission_kept_key {
    int32_t user;
    const struct vtb_text *resource;
} __attribute__((packed, aligned(4))) vtb_kept_key;
#define VTB_HAS_KEPT_KEY 1

static inline vtb_kept_key vtb_keep(vtb_key key)
{
    const vtb_kept_key kept = {key.user, key.resource};
    return kept;
}

static inline vtb_key vtb_kept(vtb_kept_key kept)
{
    const vtb_key key = {kept.user, kept.resource};
    return key;
}

typedef bool vtb_value;

/* The bytes of the table's own names of the resources, and of the caller's behind them. */
static inline size_t vtb_keys_bytes(uint64_t keys_n)
{
    (void)keys_n;
    return 2 * PERMISSION_RESOURCES_N * sizeof(struct vtb_text);
}

static inline void vtb_make_keys(void *keys, uint64_t keys_n)
{
    struct vtb_text *names = (struct vtb_text *)keys;
    (void)keys_n;
    for (uint64_t i = 0; i < 2 * PERMISSION_RESOURCES_N; i++)
        vtb_text_make(names + i, "resource/", i % PERMISSION_RESOURCES_N, ":read");
}

static inline vtb_key permission_key_at(const void *names, uint32_t id)
{
    const uint32_t number = id & VTB_ID_MASK;
    const vtb_key key = {
        (int32_t)((uint32_t)(number / PERMISSION_RESOURCES_N) | (id & ~VTB_ID_MASK)),
        (const struct vtb_text *)names + number % PERMISSION_RESOURCES_N,
    };
    return key;
}

/* The key in the map of a caller's key. A user whose permissions are not known has a negative
 * number. */
static inline vtb_key vtb_map_key(const void *keys, uint64_t keys_n, uint32_t id)
{
    (void)keys_n;
    return permission_key_at((const struct vtb_text *)keys + PERMISSION_RESOURCES_N, id);
}

static inline vtb_key vtb_own_key(const void *keys, uint64_t keys_n, uint32_t id)
{
    (void)keys_n;
    return permission_key_at(keys, id);
}
#define VTB_HAS_OWN_KEYS 1

static inline uint64_t vtb_hash(vtb_key key)
{
    return vtb_text_hash(key.resource) * 31 + (uint32_t)key.user * UINT64_C(0x9e3779b97f4a7c15);
}

static inline bool vtb_same(vtb_key a, vtb_key b)
{
    return a.user == b.user && vtb_text_same(a.resource, b.resource);
}

static inline uint64_t vtb_number_of(vtb_key key, uint64_t keys_n)
{
    return (((uint32_t)key.user & VTB_ID_MASK) ^ vtb_text_hash(key.resource) >> 40) % keys_n;
}

static inline bool vtb_fails(vtb_key key)
{
    return ((uint32_t)key.user & VTB_ID_FAIL) != 0;
}

static inline size_t vtb_records_bytes(uint64_t keys_n)
{
    return keys_n;
}

static inline void vtb_make_records(void *records, uint64_t keys_n)
{
    bool *allowed = (bool *)records;
    for (uint64_t i = 0; i < keys_n; i++)
        allowed[i] = vtb_mix64(i) % 4 != 0;
}

static inline vtb_value vtb_value_of(const void *records, uint64_t number)
{
    return ((const bool *)records)[number];
}

static inline uint64_t vtb_consume(const vtb_value *allowed)
{
    /* Without a branch: a predicted branch would let a dependent consumer's next key be known
     * early. */
    return 2 + 5 * (uint64_t)*allowed;
}

#include <vtb/map.h>

VTB_WORKLOAD(permission_check) = {
    .summary = "AuthorizationService: user, resource",
    .default_hit_rate = 0.99,
    .default_keys = 10000 * PERMISSION_RESOURCES_N,
    .max_keys = 50000000,
    .key_bytes = sizeof(vtb_kept_key),
    .value_bytes = sizeof(vtb_value),
    VTB_MAP_FUNCTIONS,
};

#endif
