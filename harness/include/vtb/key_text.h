/*
 * Keys that are strings, for a workload that uses map.h. It may define VTB_TEXT_PREFIX before this
 * header: with "user/" keys are like user/0000017. The callers' strings are not the table's own, so
 * that a lookup must hash and compare characters.
 */
#ifndef VTB_KEY_TEXT_H
#define VTB_KEY_TEXT_H

#include "text.h"

#ifndef VTB_TEXT_PREFIX
#define VTB_TEXT_PREFIX "key/"
#endif

typedef const struct vtb_text *vtb_key;
#define VTB_KEY_IS_TEXT 1

/* The kinds of strings, in the order in which they stand in memory: the table's own, the callers'
 * strings with the same characters, strings that miss, and strings that the store fails on. */
enum vtb_text_kind { VTB_TEXT_OWN, VTB_TEXT_HIT, VTB_TEXT_MISS, VTB_TEXT_FAIL, VTB_TEXT_KINDS_N };

static inline size_t vtb_keys_bytes(uint64_t keys_n)
{
    return VTB_TEXT_KINDS_N * keys_n * sizeof(struct vtb_text);
}

static inline void vtb_make_keys(void *keys, uint64_t keys_n)
{
    static const char *const suffixes[VTB_TEXT_KINDS_N] = {"", "", "?", "!"};
    struct vtb_text *texts = (struct vtb_text *)keys;
    for (uint64_t i = 0; i < VTB_TEXT_KINDS_N * keys_n; i++)
        vtb_text_make(texts + i, VTB_TEXT_PREFIX, i % keys_n, suffixes[i / keys_n]);
}

static inline vtb_key vtb_map_key(const void *keys, uint64_t keys_n, uint32_t id)
{
    const uint64_t kind = VTB_TEXT_HIT + (id >> 31) + (id >> 30 & 1);
    return (vtb_key)keys + kind * keys_n + (id & VTB_ID_MASK);
}

/* The string that the table keeps; a caller has another one with the same characters. */
static inline vtb_key vtb_own_key(const void *keys, uint64_t keys_n, uint32_t id)
{
    (void)keys_n;
    return (vtb_key)keys + id;
}
#define VTB_HAS_OWN_KEYS 1

static inline uint64_t vtb_hash(vtb_key key)
{
    return vtb_text_hash(key);
}

static inline bool vtb_same(vtb_key a, vtb_key b)
{
    return vtb_text_same(a, b);
}

/* The store finds a record by the key's characters. */
static inline uint64_t vtb_number_of(vtb_key key, uint64_t keys_n)
{
    return (vtb_text_hash(key) >> 32) * keys_n >> 32;
}

static inline bool vtb_fails(vtb_key key)
{
    return vtb_text_last(key) == '!';
}

#endif
